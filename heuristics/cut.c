/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/cut.h"

#include "heuristics/step.h"

/** What some blocks cost that run one after another, all samples together. */
typedef struct fl_way {
    fl_cost cost;
    double mean, computing; /* s */
} way;

static const fl_app *app_of(const fl_cuts *cuts) {
    return &cuts->instance->apps[0];
}

static int depth_of(const fl_cuts *cuts) {
    return app_of(cuts)->exits[cuts->final].after;
}

fl_status fl_cuts_create(fl_cuts *out, const fl_instance *instance, int final, bool early, fl_arena *arena,
                         fl_error *err) {
    const fl_app *app = &instance->apps[0];
    const fl_coding *codings;
    int depth = app->exits[final].after;
    size_t most = (size_t)depth;
    for (int l = 0; l < depth; l++) most += (size_t)fl_choices_codings(app, l, &codings);
    *out = (fl_cuts){.instance = instance,
                     .final = final,
                     .early = early,
                     .list = FL_NEW(arena, most, fl_cut),
                     .local = FL_NEW(arena, depth + 1, way),
                     .off = FL_NEW(arena, app->n_exits, bool)};
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

/** How the exits are used when the first `local` blocks run on the source. */
static fl_exits_used exits_at(fl_cuts *cuts, int local, int threshold) {
    const fl_app *app = app_of(cuts);
    for (int e = 0; e < app->n_exits; e++) {
        bool here = app->exits[e].after <= local;
        cuts->off[e] = e < cuts->final && app->exits[e].optional && !(cuts->early && here);
    }
    return (fl_exits_used){threshold, cuts->off};
}

/** Go on to block `l` on node `to`, in a run that began with block `start`. */
static void go_on(way *to, const fl_cuts *cuts, const fl_exits_used *used, int l, int start, int from,
                  int node, int coding) {
    const fl_app *app = app_of(cuts);
    double reach = fl_choices_reach(app, used, l), weight = fl_cost_weight(app, reach);
    fl_cost move, run;
    if (!fl_step_move(&move, cuts->instance, l, from, node, coding) ||
        !fl_step_run(&run, cuts->instance, l, start, node, used, cuts->final)) {
        *to = (way){{INFINITY, INFINITY}, INFINITY, INFINITY};
        return;
    }
    to->cost.energy += reach * (move.energy + run.energy);
    to->cost.latency += weight * (move.latency + run.latency);
    to->mean += reach * (move.latency + run.latency);
    to->computing += reach * run.latency;
}

static way join(way one, way two) {
    return (way){{one.cost.energy + two.cost.energy, one.cost.latency + two.cost.latency},
                 one.mean + two.mean,
                 one.computing + two.computing};
}

/** The first blocks on the source, for every number of them. */
static void measure_local(fl_cuts *cuts, int threshold) {
    int source = app_of(cuts)->source, depth = depth_of(cuts);
    fl_exits_used used = exits_at(cuts, depth, threshold);
    cuts->local[0] = (way){0};
    for (int l = 0; l < depth; l++) {
        cuts->local[l + 1] = cuts->local[l];
        go_on(&cuts->local[l + 1], cuts, &used, l, 0, source, source, -1);
    }
}

/** Whether blocks behind a cut cost the same wherever it is. */
static bool is_independent(const fl_cuts *cuts, int site) {
    const fl_app *app = app_of(cuts);
    for (int e = 0; cuts->early && e < cuts->final; e++) {
        if (app->exits[e].optional) return false;
    }
    return fl_app_segments(app, site) == NULL;
}

/** The cut after `local` blocks, in every coding; `rest`: the blocks from the second behind it. */
static void list_cut(fl_cuts *cuts, const fl_exits_used *used, int local, int site, const way *rest) {
    const fl_app *app = app_of(cuts);
    const fl_coding *codings;
    int n = fl_choices_codings(app, local, &codings);
    double accuracy = fl_choices_accuracy(app, used, cuts->final);
    double reach = fl_choices_reach(app, used, local);
    for (int coding = -1; coding < n; coding++) {
        way sent = {0};
        go_on(&sent, cuts, used, local, local, app->source, site, coding);
        way behind = join(sent, *rest), all = join(cuts->local[local], behind);
        if (isinf(all.mean)) return;
        cuts->list[cuts->n++] = (fl_cut){.local = local,
                                         .site = site,
                                         .coding = coding,
                                         .threshold = used->threshold,
                                         .cost = all.cost,
                                         .mean = all.mean,
                                         .server = behind.computing,
                                         .accuracy = accuracy,
                                         .loss = reach * fl_choices_loss(app, local, coding)};
    }
}

/** No cut: everything on the source. */
static void list_whole(fl_cuts *cuts, int threshold) {
    int depth = depth_of(cuts);
    way all = cuts->local[depth];
    fl_exits_used used = exits_at(cuts, depth, threshold);
    if (isinf(all.mean)) return;
    cuts->list[cuts->n++] = (fl_cut){.local = depth,
                                     .site = app_of(cuts)->source,
                                     .coding = -1,
                                     .threshold = threshold,
                                     .cost = all.cost,
                                     .mean = all.mean,
                                     .accuracy = fl_choices_accuracy(app_of(cuts), &used, cuts->final)};
}

void fl_cuts_list(fl_cuts *cuts, int site, int threshold) {
    int depth = depth_of(cuts);
    bool independent = is_independent(cuts, site);
    way rest = {0};
    cuts->n = 0;
    measure_local(cuts, threshold);
    if (site == app_of(cuts)->source) {
        list_whole(cuts, threshold);
        return;
    }
    for (int local = depth - 1; local >= 0; local--) {
        fl_exits_used used = exits_at(cuts, local, threshold);
        if (!independent) {
            rest = (way){0};
            for (int l = local + 1; l < depth; l++) go_on(&rest, cuts, &used, l, local, site, site, -1);
        }
        list_cut(cuts, &used, local, site, &rest);
        if (independent) go_on(&rest, cuts, &used, local, local, site, site, -1);
    }
}

fl_status fl_cuts_offer(fl_answer *answer, const fl_task *task, fl_cuts *cuts, const fl_cut *cut,
                        fl_error *err) {
    int depth = depth_of(cuts);
    int *nodes = FL_NEW(task->arena, depth, int), *codings = FL_NEW(task->arena, depth, int);
    if (nodes == NULL || codings == NULL) return fl_arena_error(task->arena, err);
    for (int l = 0; l < depth; l++) {
        nodes[l] = l < cut->local ? app_of(cuts)->source : cut->site;
        codings[l] = l == cut->local ? cut->coding : -1;
    }
    exits_at(cuts, cut->local, cut->threshold);
    const fl_placement as = {.exit = cuts->final,
                             .nodes = nodes,
                             .codings = codings,
                             .off = cuts->off,
                             .threshold = cut->threshold};
    return fl_step_offer(answer, task, &as, err);
}
