/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/extreme.h"
#include "core/constrained.h"
#include "core/passes.h"
#include "core/tolerance.h"

/** Make a placement the plan found, and judge it. */
static fl_status take(fl_extreme *out, const fl_instance *instance, const fl_placement *at, fl_arena *arena,
                      fl_error *err) {
    FL_TRY(fl_plan_create(&out->plan, instance, arena, err));
    FL_TRY(fl_plan_add_like(&out->plan, instance, 0, instance->apps[0].count, at, arena, err));
    return fl_evaluate_plan(&out->verdict, NULL, instance, &out->plan, arena, err);
}

/* Shortest paths */

static fl_status find_shortest(fl_extreme *out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    fl_layers layers;
    fl_cost cost;
    int exit = -1;
    FL_TRY(fl_layers_build(&layers, instance, 0, arena, err));
    int *nodes = FL_NEW(arena, layers.n_layers, int);
    if (nodes == NULL) return fl_arena_error(arena, err);
    FL_TRY(fl_pass_shortest(&layers, 0, 1, nodes, &exit, &cost, arena, err));
    const fl_placement at = {.exit = exit, .nodes = nodes, .threshold = -1};
    return exit >= 0 ? take(out, instance, &at, arena, err) : FL_OK;
}

/* Paths of the extended graphs, one threshold after another */

typedef struct search {
    fl_extreme *out;
    fl_task task; /* in a scratch arena */
    fl_extreme_kind kind;
    double hair;     /* how far under the judge's limits the search stays, relative */
    double best;     /* the least latency or loss so far */
    double variance; /* of that latency */
    fl_placement at; /* who has it */
    bool any;
} search;

/** Make what is to be the least what arcs cost: latencies, of deviations as they grow from the best one's on,
 * or losses. */
static void price(fl_extended *graph, const search *now) {
    double slope = 0;
    if (graph->deviations > 0 && now->any && now->variance > 0) {
        slope = graph->deviations / (2 * sqrt(now->variance));
    }
    for (int a = 0; a < graph->first[graph->n_states]; a++) {
        double *use = graph->arcs[a].use;
        graph->arcs[a].energy = now->kind == FL_EXTREME_FASTEST
                                    ? use[FL_USE_LATENCY] + slope * use[FL_USE_VARIANCE]
                                    : use[FL_USE_LOSS];
    }
}

/** The limits under which a path is better than the best. */
static void limit(double *most, const fl_extended *graph, const search *now) {
    for (int i = 0; i < FL_USE_KINDS; i++) most[i] = graph->most[i];
    if (now->kind != FL_EXTREME_ACCURATE) most[FL_USE_LATENCY] = INFINITY;
    if (now->kind != FL_EXTREME_FASTEST) {
        most[FL_USE_LOSS] = INFINITY;
    } else if (now->any) {
        most[FL_USE_LATENCY] = now->best * (1 - FL_TOLERANCE_SEARCH);
    }
    double deviation = graph->deviations > 0 ? most[FL_USE_LATENCY] / graph->deviations : INFINITY;
    most[FL_USE_VARIANCE] = deviation * deviation;
}

/** Look for a better path in a graph, and keep it. */
static fl_status improve(bool *better, search *now, fl_extended *graph, fl_error *err) {
    double most[FL_USE_KINDS];
    fl_constrained_found found;
    fl_constrained_query query = {.k = 1, .best = INFINITY};
    fl_arena_mark mark = fl_arena_keep(now->task.arena);
    bool fastest = now->kind == FL_EXTREME_FASTEST;
    if (!fastest && now->any) query.best = now->best;
    price(graph, now);
    limit(most, graph, now);
    FL_TRY(fl_constrained_search(&found, graph, most, &now->task, &query, err));
    if (found.stop == FL_STOP_MEMORY) return fl_arena_error(now->task.arena, err);
    now->out->stop = found.stop;
    *better = false;
    if (found.n_paths > 0) {
        const double *use = found.paths[0].use;
        double value = fastest ? fl_extended_latency(graph, use) : use[FL_USE_LOSS];
        *better = !now->any || value < now->best; /* a latency of 0 stays one */
        now->any = true;
        now->best = value;
        now->variance = use[FL_USE_VARIANCE];
        fl_extended_place(&now->at, graph, found.paths[0].arcs);
    }
    fl_arena_release(now->task.arena, mark);
    return FL_OK;
}

static fl_status search_threshold(search *now, int threshold, fl_error *err) {
    fl_extended graph;
    bool again;
    fl_arena_reset(now->task.arena);
    FL_TRY(fl_extended_build(&graph, now->task.instance, 0, threshold, NULL, FL_EXTENDED_USEFUL,
                             now->task.arena, err));
    if (graph.too_large) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "not supported: the plans' graph has over %d arcs",
                            (int)FL_EXTENDED_MOST);
    }
    fl_extended_tighten(&graph, now->hair);
    do {
        FL_TRY(improve(&again, now, &graph, err));
        again = again && now->out->stop == FL_STOP_DONE;
    } while (again && graph.deviations > 0 && now->kind == FL_EXTREME_FASTEST);
    return FL_OK;
}

static fl_status search_thresholds(search *now, fl_arena *arena, fl_error *err) {
    const fl_app *app = &now->task.instance->apps[0];
    now->at = (fl_placement){.nodes = FL_NEW(arena, app->n_blocks, int),
                             .codings = FL_NEW(arena, app->n_blocks, int),
                             .off = FL_NEW(arena, app->n_exits, bool)};
    if (arena->failed) return fl_arena_error(arena, err);
    for (int i = -1; i < app->n_thresholds && now->out->stop == FL_STOP_DONE; i++) {
        FL_TRY(search_threshold(now, i, err));
    }
    return now->any ? take(now->out, now->task.instance, &now->at, arena, err) : FL_OK;
}

static fl_status find_path(fl_extreme *out, const fl_instance *instance, fl_extreme_kind kind, double hair,
                           fl_arena *arena, const volatile sig_atomic_t *interrupt, fl_error *err) {
    fl_arena scratch;
    fl_arena_init_within(&scratch, arena);
    search now = {.out = out,
                  .task = {.instance = instance, .arena = &scratch, .interrupt = interrupt},
                  .kind = kind,
                  .hair = hair};
    fl_status status = search_thresholds(&now, arena, err);
    fl_arena_free(&scratch);
    return status;
}

/* The whole */

/** Whether rounding makes the judge refuse a plan found at his limits. */
static bool is_refused(const fl_extreme *found, fl_extreme_kind kind) {
    if (found->plan.n_apps == 0 || kind == FL_EXTREME_ACCURATE_EVER) return false;
    fl_violation_kind why = found->verdict.violation.kind;
    return why == FL_VIOLATION_ACCURACY || (why == FL_VIOLATION_DEADLINE && kind == FL_EXTREME_ACCURATE);
}

fl_status fl_extreme_find(fl_extreme *out, const fl_instance *instance, fl_extreme_kind kind, fl_arena *arena,
                          const volatile sig_atomic_t *interrupt, fl_error *err) {
    *out = (fl_extreme){.stop = FL_STOP_DONE};
    if (!(instance->features & FL_FEATURES_OWN)) return find_shortest(out, instance, arena, err);
    FL_TRY(find_path(out, instance, kind, 0, arena, interrupt, err));
    if (!is_refused(out, kind)) return FL_OK;
    *out = (fl_extreme){.stop = FL_STOP_DONE};
    return find_path(out, instance, kind, FL_TOLERANCE_SEARCH, arena, interrupt, err);
}
