/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/frontier.h"
#include "core/constrained.h"
#include "core/labels.h"
#include "core/reduce.h"
#include "core/tolerance.h"
#include <stdlib.h>

enum { MOST_PART = 1000 }; /* points of a frontier that a limit stopped */

/** Judge the placements found, by rising latency, and make them points. Of a part of the frontier, what the
 * judge refuses is left out.
 *  @param at     [n]
 *  @param bound  J, of what was not found
 *  @param allowed  out: false when the judge refuses a point of the whole frontier */
static fl_status add_points(bool *allowed, fl_frontier *out, const fl_task *task, const fl_placement *at,
                            int n, double bound, fl_error *err) {
    const fl_instance *instance = task->instance;
    double least = INFINITY;
    out->points = FL_NEW(task->arena, n, fl_frontier_point);
    if (out->points == NULL) return fl_arena_error(task->arena, err);
    for (int i = 0; i < n; i++) {
        fl_frontier_point *point = &out->points[out->n_points];
        int count = instance->apps[0].count;
        FL_TRY(fl_plan_create(&point->plan, instance, task->arena, err));
        FL_TRY(fl_plan_add_like(&point->plan, instance, 0, count, &at[i], task->arena, err));
        FL_TRY(fl_evaluate_plan(&point->verdict, NULL, instance, &point->plan, task->arena, err));
        *allowed = point->verdict.feasible;
        if (!*allowed && out->complete) return FL_OK;
        if (!*allowed) continue;
        least = fmin(least, point->verdict.energy);
        out->n_points++;
    }
    *allowed = true;
    out->bound = out->complete ? least : fmin(bound, least);
    return FL_OK;
}

/* Where there is nothing to choose but exits and nodes: one search of the layered graph */

/** Search up to the judge's very limit or, where rounding makes him refuse a point there, a hair under it. */
static fl_status search_layers(bool *allowed, fl_frontier *out, const fl_task *task,
                               const fl_labels_query *query, bool to_the_limit, fl_error *err) {
    fl_layers layers;
    fl_labels_found found;
    int *original;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    if (to_the_limit) layers.deadline = layers.latest;
    FL_TRY(fl_reduce_nodes(&layers, &original, task->arena, err));
    FL_TRY(fl_labels_search(&found, &layers, task, query, err));
    *out = (fl_frontier){.complete = found.complete, .stop = found.stop};
    fl_placement *at = FL_ZERO(task->arena, found.n_paths, fl_placement);
    if (at == NULL) return fl_arena_error(task->arena, err);
    for (int i = 0; i < found.n_paths; i++) {
        const fl_labels_path *path = &found.paths[i];
        fl_reduce_restore(original, path->nodes, task->instance->apps[0].exits[path->exit].after);
        at[i] = (fl_placement){.exit = path->exit, .nodes = path->nodes, .threshold = -1};
    }
    return add_points(allowed, out, task, at, found.n_paths, found.bound, err);
}

/* Where plans choose more: one extended graph after another, by threshold */

typedef struct choosing {
    fl_frontier *out;
    const fl_task *task;
    fl_task search; /* the same in a scratch arena */
    const fl_frontier_query *query;
    double hair;        /* how far under the judge's limits the search stays, relative */
    fl_skyline skyline; /* of all thresholds so far; marks are places in `at` */
    fl_placement *at;   /* [n] */
    int n, room;
} choosing;

/** Keep the paths of a graph that the skyline does not cover. */
static fl_status take_paths(choosing *now, const fl_extended *graph, const fl_constrained_found *found,
                            fl_error *err) {
    const fl_app *app = &now->task->instance->apps[0];
    fl_arena *arena = now->task->arena;
    for (int i = 0; i < found->n_paths; i++) {
        const fl_constrained_path *path = &found->paths[i];
        double loss = now->query->curve ? 0 : fmin(path->use[FL_USE_LOSS], 1);
        const fl_skyline_point point = {path->energy, fl_extended_latency(graph, path->use), loss, now->n};
        if (fl_skyline_covers(&now->skyline, &point)) continue;
        if (now->n == now->room) {
            int room = 2 * now->room + 16;
            fl_placement *more = FL_NEW(arena, room, fl_placement);
            if (more == NULL) return fl_arena_error(arena, err);
            for (int k = 0; k < now->n; k++) more[k] = now->at[k];
            now->at = more;
            now->room = room;
        }
        fl_placement *new = &now->at[now->n++];
        *new = (fl_placement){.nodes = FL_NEW(arena, app->n_blocks, int),
                              .codings = FL_NEW(arena, app->n_blocks, int),
                              .off = FL_NEW(arena, app->n_exits, bool)};
        if (arena->failed || !fl_skyline_add(&now->skyline, &point)) return fl_arena_error(arena, err);
        fl_extended_place(new, graph, path->arcs);
    }
    return FL_OK;
}

/** What is new at one threshold. */
static fl_status search_threshold(choosing *now, int threshold, fl_error *err) {
    fl_extended graph = {.too_large = true};
    fl_frontier *out = now->out;
    fl_constrained_query query = {.k = 1,
                                  .best = INFINITY,
                                  .goal = now->query->curve ? FL_CONSTRAINED_CURVE : FL_CONSTRAINED_FRONTIER,
                                  .known = &now->skyline,
                                  .time_limit = now->query->time_limit,
                                  .memory = now->query->memory};
    fl_constrained_found found = {.bound = -INFINITY, .stop = FL_STOP_INTERRUPTED};
    if (!*now->task->interrupt) {
        found.stop = FL_STOP_MEMORY;
        fl_arena_reset(now->search.arena);
        FL_TRY(fl_extended_build(&graph, now->task->instance, 0, threshold, NULL, FL_EXTENDED_USEFUL,
                                 now->search.arena, err));
    }
    if (!graph.too_large) {
        fl_extended_tighten(&graph, now->hair);
        FL_TRY(fl_constrained_search(&found, &graph, graph.most, &now->search, &query, err));
        FL_TRY(take_paths(now, &graph, &found, err));
    }
    if (found.complete) return FL_OK;
    out->complete = false;
    out->stop = found.stop;
    out->bound = fmin(out->bound, found.bound);
    return FL_OK;
}

static int by_latency(const void *a, const void *b) {
    const fl_skyline_point *one = a, *two = b;
    if (one->latency != two->latency) return one->latency < two->latency ? -1 : 1;
    return (one->mark > two->mark) - (one->mark < two->mark);
}

/** All thresholds, then the skyline's placements by rising latency: all, or a part that is not too many,
 * evenly over the latencies. */
static fl_status search_thresholds(bool *allowed, choosing *now, fl_error *err) {
    for (int i = -1; i < now->task->instance->apps[0].n_thresholds; i++) {
        FL_TRY(search_threshold(now, i, err));
    }
    int all = now->skyline.n, n = all;
    if (!now->out->complete && n > MOST_PART) n = MOST_PART;
    if (all > 0) qsort(now->skyline.points, (size_t)all, sizeof *now->skyline.points, by_latency);
    fl_placement *at = FL_NEW(now->task->arena, n, fl_placement);
    if (at == NULL) return fl_arena_error(now->task->arena, err);
    for (int i = 0; i < n; i++) {
        at[i] = now->at[now->skyline.points[all - 1 - (int)((long long)(n - 1 - i) * all / n)].mark];
    }
    return add_points(allowed, now->out, now->task, at, n, now->out->bound, err);
}

/** Search at a distance from the judge's limits. */
static fl_status search_choices(bool *allowed, fl_frontier *out, const fl_task *task,
                                const fl_frontier_query *query, double hair, fl_error *err) {
    fl_arena scratch;
    fl_arena_init_within(&scratch, task->arena);
    *out = (fl_frontier){.complete = true, .bound = INFINITY};
    choosing now = {.out = out, .task = task, .search = *task, .query = query, .hair = hair};
    now.skyline.arena = task->arena;
    now.search.arena = &scratch;
    fl_status status = search_thresholds(allowed, &now, err);
    fl_arena_free(&scratch);
    return status;
}

/* The whole */

/** Up to the judge's very limits, or a hair under them. */
static fl_status search(bool *allowed, fl_frontier *out, const fl_task *task, const fl_frontier_query *query,
                        bool to_the_limit, fl_error *err) {
    if (task->instance->features != 0) {
        return search_choices(allowed, out, task, query, to_the_limit ? 0 : FL_TOLERANCE_SEARCH, err);
    }
    fl_labels_query labels = {.k = 1,
                              .goal = query->curve ? FL_LABELS_CURVE : FL_LABELS_FRONTIER,
                              .time_limit = query->time_limit,
                              .memory = query->memory};
    return search_layers(allowed, out, task, &labels, to_the_limit, err);
}

fl_status fl_frontier_find(fl_frontier *out, const fl_instance *instance, const fl_frontier_query *query,
                           fl_arena *arena, const volatile sig_atomic_t *interrupt, fl_error *err) {
    const volatile sig_atomic_t never = 0;
    if (instance->features & ~FL_FEATURES_OWN) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "a frontier needs one application and no limits that bind");
    }
    fl_arena_reset(arena);
    fl_task task = {.instance = instance,
                    .arena = arena,
                    .start = fl_clock(),
                    .interrupt = interrupt != NULL ? interrupt : &never};
    bool allowed;
    FL_TRY(search(&allowed, out, &task, query, true, err));
    if (!allowed) FL_TRY(search(&allowed, out, &task, query, false, err));
    if (!allowed) return fl_error_set(err, FL_EINTERNAL, NULL, "the judge refuses a plan on the frontier");
    out->seconds = fl_clock() - task.start;
    return FL_OK;
}

fl_value *fl_frontier_write(const fl_frontier *frontier, const fl_instance *instance, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    fl_value_add(arena, to, "complete", fl_value_bool(arena, frontier->complete));
    fl_value_add(arena, to, "stop", fl_value_string(arena, fl_stop_name(frontier->stop)));
    fl_value_add(arena, to, "seconds", fl_value_number(arena, frontier->seconds));
    if (isfinite(frontier->bound)) {
        fl_value_add(arena, to, "bound", fl_value_number(arena, frontier->bound));
    }
    fl_value *points = fl_value_add(arena, to, "points", fl_value_array(arena));
    for (int i = 0; i < frontier->n_points; i++) {
        const fl_frontier_point *point = &frontier->points[i];
        fl_value *entry = fl_value_add(arena, points, NULL, fl_value_object(arena));
        fl_value_add(arena, entry, "energy", fl_value_number(arena, point->verdict.energy));
        fl_value_add(arena, entry, "latency", fl_value_number(arena, point->verdict.latency));
        fl_value_add(arena, entry, "accuracy", fl_value_number(arena, point->verdict.accuracy));
        fl_value_add(arena, entry, "plan", fl_plan_write(&point->plan, instance, arena));
    }
    return arena->failed ? NULL : to;
}
