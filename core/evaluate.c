/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/evaluate.h"
#include "core/loads.h"
#include "core/tolerance.h"
#include <stdio.h>

/** Remember a violation unless one was found before. */
static void blame(fl_verdict *verdict, fl_violation violation) {
    if (verdict->violation.kind == FL_VIOLATION_NONE) verdict->violation = violation;
}

/* One placement: the sum over its blocks, then its own two limits. */

/** What following one placement carries along. */
typedef struct walk {
    const fl_instance *instance;
    const fl_app *app;
    const fl_placement *placement;
    fl_exits_used used;
    int h, start; /* application; the first block of the run */
    fl_app_cost cost;
    double variance; /* of the latency, which in `cost` is its mean; s^2 */
} walk;

/** Cost of the move into block `l` from another node over `link`; false when that is missing. */
static bool move_block(fl_cost *move, const walk *at, int l, const fl_link *link, int from, int to,
                       fl_verdict *verdict) {
    if (link == NULL) {
        blame(verdict, (fl_violation){FL_VIOLATION_LINK, at->h, l, from, to, 0, 0});
        return false;
    }
    double bits = fl_choices_bits(at->app, l, fl_plan_coding(at->placement, l));
    *move = fl_cost_move(at->instance, link, bits, from, to);
    if (!(at->instance->features & FL_FEATURE_RUNS)) return true;
    fl_cost pack = fl_cost_pack(at->instance, at->app, l, from, to);
    move->energy += pack.energy;
    move->latency += pack.latency;
    return true;
}

/** Add getting to block `l` and running it; false when a link is missing. Where nothing is chosen it takes
 * the short ways to the same numbers: plans are judged by the million. */
static bool add_block(walk *at, int l, fl_verdict *verdict) {
    const fl_app *app = at->app;
    int from = l > 0 ? at->placement->nodes[l - 1] : app->source, to = at->placement->nodes[l];
    bool own = fl_choices_own(&at->used);
    double reach = own ? fl_cost_reach(app, l) : fl_choices_reach(app, &at->used, l);
    double share = app->n_slices > 0 ? fl_cost_share(app, at->placement->levels, to) : 1;
    double weight = fl_cost_weight(app, reach);
    const fl_link *link = from != to ? fl_instance_link(at->instance, from, to) : NULL;
    fl_cost move = {0, 0};
    if (from != to) {
        if (!move_block(&move, at, l, link, from, to, verdict)) return false;
        at->start = l;
    }
    if (!fl_block_allows(&app->blocks[l], to)) {
        blame(verdict, (fl_violation){FL_VIOLATION_NODE, at->h, l, from, to, 0, 0});
    }
    int exit = at->placement->exit;
    fl_cost compute = own && app->n_segments == 0
                          ? fl_cost_compute(at->instance, app, l, to, exit, share)
                          : fl_cost_run(at->instance, app, l, at->start, to,
                                        fl_choices_head(app, &at->used, l, exit), share);
    at->cost.energy += reach * (move.energy + compute.energy);
    at->cost.latency += weight * (move.latency + compute.latency);
    if (app->deviations > 0) {
        double bits = fl_choices_bits(app, l, fl_plan_coding(at->placement, l));
        at->variance +=
            weight * weight * fl_cost_variance(at->instance, app, l, link, bits, from, to, compute.latency);
    }
    return true;
}

/** The accuracy over all samples, less what codings take from those that are sent so. */
static double accuracy_of(const fl_app *app, const fl_placement *placement) {
    fl_exits_used used = fl_plan_exits(placement, app);
    double accuracy = fl_choices_accuracy(app, &used, placement->exit), loss = 0;
    for (int l = 0; placement->codings != NULL && l < app->exits[placement->exit].after; l++) {
        loss += fl_choices_reach(app, &used, l) * fl_choices_loss(app, l, placement->codings[l]);
    }
    return loss > 0 ? fmax(accuracy - loss, 0) : accuracy;
}

static fl_app_cost judge_placement(const fl_instance *instance, int h, const fl_placement *placement,
                                   fl_verdict *verdict) {
    const fl_app *app = &instance->apps[h];
    walk at = {.instance = instance,
               .app = app,
               .placement = placement,
               .used = fl_plan_exits(placement, app),
               .h = h};
    bool whole = true;
    for (int l = 0; l < app->exits[placement->exit].after && whole; l++) whole = add_block(&at, l, verdict);
    fl_app_cost cost = at.cost;
    cost.latency = fl_cost_latency(app, cost.latency, at.variance);
    if (!whole) cost.energy = cost.latency = INFINITY;
    cost.accuracy = accuracy_of(app, placement);
    if (!(cost.accuracy >= app->accuracy - FL_TOLERANCE_ACCURACY)) {
        blame(verdict, (fl_violation){FL_VIOLATION_ACCURACY, h, -1, -1, -1, cost.accuracy, app->accuracy});
    }
    if (whole && !(cost.latency <= app->deadline * (1 + FL_TOLERANCE_DEADLINE))) {
        blame(verdict, (fl_violation){FL_VIOLATION_DEADLINE, h, -1, -1, -1, cost.latency, app->deadline});
    }
    return cost;
}

/* Limits shared by the applications */

static void check_load(fl_verdict *verdict, const fl_load *load, double limit) {
    static const fl_violation_kind kinds[] = {[FL_LIMIT_CAPACITY] = FL_VIOLATION_CAPACITY,
                                              [FL_LIMIT_MEMORY] = FL_VIOLATION_MEMORY,
                                              [FL_LIMIT_SHARE] = FL_VIOLATION_SHARE,
                                              [FL_LIMIT_LINK] = FL_VIOLATION_LINK_CAPACITY};
    if (load->amount <= limit * (1 + FL_TOLERANCE_LIMIT)) return;
    blame(verdict, (fl_violation){kinds[load->kind], -1, -1, load->from, load->to, load->amount, limit});
}

static fl_status check_limits(fl_verdict *verdict, const fl_instance *instance, const fl_plan *plan,
                              fl_arena *arena, fl_error *err) {
    fl_load *loads;
    int n;
    FL_TRY(fl_loads_of_plan(&loads, &n, instance, plan, arena, err));
    for (int i = 0; i < n; i++) check_load(verdict, &loads[i], fl_loads_limit(instance, &loads[i]));
    return FL_OK;
}

/* The judge */

/** Sum up one placement's cost. */
static void add_cost(fl_verdict *verdict, const fl_app *app, const fl_placement *placement,
                     const fl_app_cost *cost) {
    double rate = placement->count * app->rate;
    verdict->rates += rate;
    verdict->power += rate * cost->energy;
    verdict->latency = fmax(verdict->latency, cost->latency);
    verdict->accuracy = verdict->served > 0 ? fmin(verdict->accuracy, cost->accuracy) : cost->accuracy;
    verdict->energy = cost->energy; /* of the only placement, to the last bit */
    verdict->served += placement->count;
}

/** Judge all placements of application h; returns how many entries of `costs` (may be NULL) they fill. */
static int judge_app(fl_verdict *verdict, fl_app_cost *costs, const fl_instance *instance, int h,
                     const fl_plan *plan, int *placed) {
    const fl_app *app = &instance->apps[h];
    int n = 0;
    for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more, n++) {
        fl_app_cost cost = {0, 0, 0};
        if (at->exit >= 0) {
            cost = judge_placement(instance, h, at, verdict);
            add_cost(verdict, app, at, &cost);
            ++*placed;
        }
        if (costs != NULL) costs[n] = cost;
    }
    int served = fl_plan_served(plan, h);
    if (served < app->count && !instance->admission) {
        blame(verdict, (fl_violation){FL_VIOLATION_REFUSED, h, -1, -1, -1, served, app->count});
    }
    return n;
}

fl_status fl_evaluate_plan(fl_verdict *out, fl_app_cost *costs, const fl_instance *instance,
                           const fl_plan *plan, fl_arena *arena, fl_error *err) {
    fl_verdict verdict = {.violation = {FL_VIOLATION_NONE, -1, -1, -1, -1, 0, 0}};
    int placed = 0;
    for (int h = 0, n = 0; h < plan->n_apps; h++) {
        n += judge_app(&verdict, costs != NULL ? costs + n : NULL, instance, h, plan, &placed);
    }
    if (placed > 1) verdict.energy = verdict.power / verdict.rates;
    if (instance->features & (FL_FEATURE_CAPACITY | FL_FEATURE_MEMORY | FL_FEATURE_SLICES)) {
        fl_arena_mark mark = fl_arena_keep(arena);
        fl_status status = check_limits(&verdict, instance, plan, arena, err);
        fl_arena_release(arena, mark);
        FL_TRY(status);
    }
    verdict.feasible = verdict.violation.kind == FL_VIOLATION_NONE;
    *out = verdict;
    return FL_OK;
}

void fl_evaluate_explain(const fl_violation *violation, const fl_instance *instance, char *out, size_t size) {
    const fl_node *nodes = instance->system.nodes;
    const fl_app *app = violation->app >= 0 ? &instance->apps[violation->app] : NULL;
    const char *from = violation->from >= 0 ? nodes[violation->from].name : "";
    const char *to = violation->to >= 0 ? nodes[violation->to].name : "";
    double used = violation->used, limit = violation->limit;
    const char *name = app != NULL ? app->name : "";
    const char *block = app != NULL && violation->block >= 0 ? app->blocks[violation->block].name : "";
    switch (violation->kind) {
    case FL_VIOLATION_NONE:
        snprintf(out, size, "%s", "");
        break;
    case FL_VIOLATION_LINK:
        snprintf(out, size, "\"%s\": no link from \"%s\" to \"%s\" for block \"%s\"", name, from, to, block);
        break;
    case FL_VIOLATION_NODE:
        snprintf(out, size, "\"%s\": block \"%s\" may not run on \"%s\"", name, block, to);
        break;
    case FL_VIOLATION_DEADLINE:
        snprintf(out, size, "\"%s\": latency %.9g s is over the deadline of %.9g s", name, used, limit);
        break;
    case FL_VIOLATION_ACCURACY:
        snprintf(out, size, "\"%s\": accuracy %.9g is under the target of %.9g", name, used, limit);
        break;
    case FL_VIOLATION_REFUSED:
        if (app->count == 1)
            snprintf(out, size, "\"%s\" is not served", name);
        else
            snprintf(out, size, "only %.0f of %.0f users of \"%s\" are served", used, limit, name);
        break;
    case FL_VIOLATION_CAPACITY:
        snprintf(out, size, "node \"%s\" is asked for %.9g op/s, over its capacity of %.9g", to, used, limit);
        break;
    case FL_VIOLATION_LINK_CAPACITY:
        snprintf(out, size,
                 "the link from \"%s\" to \"%s\" is asked for %.9g bit/s, over its capacity of %.9g", from,
                 to, used, limit);
        break;
    case FL_VIOLATION_MEMORY:
        snprintf(out, size, "node \"%s\" is asked for %.9g bytes, over its memory of %.9g", to, used, limit);
        break;
    case FL_VIOLATION_SHARE:
        snprintf(out, size, "shares of node \"%s\" add up to %.9g, over 1", to, used);
        break;
    }
}
