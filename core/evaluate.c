/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/evaluate.h"
#include "core/tolerance.h"
#include <stdio.h>
#include <stdlib.h>

/** Remember a violation unless one was found before. */
static void blame(fl_verdict *verdict, fl_violation violation) {
    if (verdict->violation.kind == FL_VIOLATION_NONE) verdict->violation = violation;
}

/* One application: the sum over its blocks, then its own two limits. */

/** Cost of getting to block `l` and running it; false when a link is missing. */
static bool add_block(fl_app_cost *cost, const fl_instance *instance, const fl_app *app,
                      const fl_placement *placement, int l, fl_verdict *verdict, int h) {
    int from = l > 0 ? placement->nodes[l - 1] : app->source, to = placement->nodes[l];
    double reach = fl_cost_reach(app, l);
    double weight = app->latency == FL_LATENCY_MEAN ? reach : 1;
    fl_cost compute = fl_cost_compute(instance, app, l, to, placement->exit);
    fl_cost move = {0, 0};
    if (from != to) {
        const fl_link *link = fl_instance_link(instance, from, to);
        if (link == NULL) {
            blame(verdict, (fl_violation){FL_VIOLATION_LINK, h, l, from, to, 0, 0});
            return false;
        }
        move = fl_cost_move(instance, link, fl_cost_bits(app, l), from, to);
    }
    if (!fl_block_allows(&app->blocks[l], to)) {
        blame(verdict, (fl_violation){FL_VIOLATION_NODE, h, l, from, to, 0, 0});
    }
    cost->energy += reach * (move.energy + compute.energy);
    cost->latency += weight * (move.latency + compute.latency);
    return true;
}

static fl_app_cost judge_app(const fl_instance *instance, int h, const fl_placement *placement,
                             fl_verdict *verdict) {
    const fl_app *app = &instance->apps[h];
    fl_app_cost cost = {0, 0, fl_cost_accuracy(app, placement->exit)};
    bool whole = true;
    for (int l = 0; l < app->exits[placement->exit].after && whole; l++) {
        whole = add_block(&cost, instance, app, placement, l, verdict, h);
    }
    if (!whole) cost.energy = cost.latency = INFINITY;
    if (!fl_cost_accurate(app, placement->exit)) {
        blame(verdict, (fl_violation){FL_VIOLATION_ACCURACY, h, -1, -1, -1, cost.accuracy, app->accuracy});
    }
    if (whole && !(cost.latency <= app->deadline * (1 + FL_TOLERANCE_DEADLINE))) {
        blame(verdict, (fl_violation){FL_VIOLATION_DEADLINE, h, -1, -1, -1, cost.latency, app->deadline});
    }
    return cost;
}

/* Limits shared by the applications */

static bool over(double used, double limit) {
    return used > limit * (1 + FL_TOLERANCE_LIMIT);
}

/** Bits per second that an application moves over an ordered pair of nodes. */
typedef struct flow {
    int from, to;
    double bits;
} flow;

static int compare_flows(const void *a, const void *b) {
    const flow *one = a, *two = b;
    if (one->from != two->from) return (one->from > two->from) - (one->from < two->from);
    return (one->to > two->to) - (one->to < two->to);
}

/** What all applications together ask of each node, and of the links they use. */
typedef struct load_sums {
    double *ops, *memory; /* [n_nodes] op/s, bytes */
    flow *flows;          /* [n_flows] */
    int n_flows;
} load_sums;

static void add_loads(load_sums *loads, const fl_instance *instance, int h, const fl_placement *placement) {
    const fl_app *app = &instance->apps[h];
    for (int l = 0; l < app->exits[placement->exit].after; l++) {
        int from = l > 0 ? placement->nodes[l - 1] : app->source, to = placement->nodes[l];
        double visits = app->count * app->rate * fl_cost_reach(app, l); /* per second */
        loads->ops[to] += visits * fl_cost_ops(app, l, placement->exit);
        loads->memory[to] += app->count * app->blocks[l].memory;
        if (from != to) loads->flows[loads->n_flows++] = (flow){from, to, visits * fl_cost_bits(app, l)};
    }
}

static void check_nodes(fl_verdict *verdict, const load_sums *loads, const fl_instance *instance) {
    for (int n = 0; n < instance->system.n_nodes; n++) {
        const fl_node *node = &instance->system.nodes[n];
        if (over(loads->ops[n], node->capacity)) {
            blame(verdict,
                  (fl_violation){FL_VIOLATION_CAPACITY, -1, -1, -1, n, loads->ops[n], node->capacity});
        }
        if (over(loads->memory[n], node->memory)) {
            blame(verdict,
                  (fl_violation){FL_VIOLATION_MEMORY, -1, -1, -1, n, loads->memory[n], node->memory});
        }
    }
}

static void check_flows(fl_verdict *verdict, load_sums *loads, const fl_instance *instance) {
    qsort(loads->flows, (size_t)loads->n_flows, sizeof *loads->flows, compare_flows);
    for (int i = 0; i < loads->n_flows;) {
        const flow *first = &loads->flows[i];
        double bits = 0;
        for (; i < loads->n_flows && compare_flows(first, &loads->flows[i]) == 0; i++) {
            bits += loads->flows[i].bits;
        }
        const fl_link *link = fl_instance_link(instance, first->from, first->to);
        if (link == NULL || !over(bits, link->capacity)) continue;
        blame(verdict, (fl_violation){FL_VIOLATION_LINK_CAPACITY, -1, -1, first->from, first->to, bits,
                                      link->capacity});
    }
}

static fl_status check_limits(fl_verdict *verdict, const fl_instance *instance, const fl_plan *plan,
                              fl_arena *arena, fl_error *err) {
    int blocks = 0;
    for (int h = 0; h < plan->n_apps; h++) blocks += fl_plan_depth(plan, instance, h);
    load_sums loads = {.ops = FL_ZERO(arena, instance->system.n_nodes, double),
                       .memory = FL_ZERO(arena, instance->system.n_nodes, double),
                       .flows = FL_NEW(arena, blocks, flow)};
    if (loads.ops == NULL || loads.memory == NULL || loads.flows == NULL) return fl_arena_error(arena, err);
    for (int h = 0; h < plan->n_apps; h++) {
        if (plan->apps[h].exit >= 0) add_loads(&loads, instance, h, &plan->apps[h]);
    }
    check_nodes(verdict, &loads, instance);
    check_flows(verdict, &loads, instance);
    return FL_OK;
}

/* The judge */

/** Sum up one application's cost. */
static void add_app(fl_verdict *verdict, double *rates, const fl_app *app, const fl_app_cost *cost) {
    double rate = app->count * app->rate;
    *rates += rate;
    verdict->power += rate * cost->energy;
    verdict->latency = fmax(verdict->latency, cost->latency);
    verdict->accuracy = verdict->served > 0 ? fmin(verdict->accuracy, cost->accuracy) : cost->accuracy;
    verdict->energy = cost->energy; /* of the only application, to the last bit */
    verdict->served += app->count;
}

fl_status fl_evaluate_plan(fl_verdict *out, fl_app_cost *apps, const fl_instance *instance,
                           const fl_plan *plan, fl_arena *arena, fl_error *err) {
    fl_verdict verdict = {.violation = {FL_VIOLATION_NONE, -1, -1, -1, -1, 0, 0}};
    double rates = 0;
    int placed = 0;
    if (instance->features & FL_FEATURE_SLICES) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "plans with slices cannot be judged yet");
    }
    for (int h = 0; h < plan->n_apps; h++) {
        fl_app_cost cost = {0, 0, 0};
        if (plan->apps[h].exit >= 0) {
            cost = judge_app(instance, h, &plan->apps[h], &verdict);
            add_app(&verdict, &rates, &instance->apps[h], &cost);
            placed++;
        } else if (!instance->admission) {
            blame(&verdict, (fl_violation){FL_VIOLATION_REFUSED, h, -1, -1, -1, 0, 0});
        }
        if (apps != NULL) apps[h] = cost;
    }
    if (placed > 1) verdict.energy = verdict.power / rates;
    if (instance->features & (FL_FEATURE_CAPACITY | FL_FEATURE_MEMORY)) {
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
        snprintf(out, size, "\"%s\" is not served", name);
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
    }
}
