/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/frontier.h"
#include "core/labels.h"
#include "core/reduce.h"

/** Judge one path and make it a point; false when the judge refuses it. */
static fl_status add_point(bool *allowed, fl_frontier *out, const fl_instance *instance,
                           const fl_labels_path *path, fl_arena *arena, fl_error *err) {
    fl_frontier_point *point = &out->points[out->n_points++];
    FL_TRY(fl_plan_create(&point->plan, instance, arena, err));
    FL_TRY(fl_plan_place(&point->plan, instance, 0, path->exit, path->nodes, arena, err));
    FL_TRY(fl_evaluate_plan(&point->verdict, NULL, instance, &point->plan, arena, err));
    *allowed = point->verdict.feasible;
    return FL_OK;
}

/** Judge the paths found. Of a part of the frontier, what the judge refuses is left out. */
static fl_status add_points(bool *allowed, fl_frontier *out, const fl_task *task,
                            const fl_labels_found *found, const int *original, fl_error *err) {
    const fl_instance *instance = task->instance;
    double least = INFINITY;
    out->points = FL_NEW(task->arena, found->n_paths, fl_frontier_point);
    if (out->points == NULL) return fl_arena_error(task->arena, err);
    for (int i = 0; i < found->n_paths; i++) {
        const fl_labels_path *path = &found->paths[i];
        fl_reduce_restore(original, path->nodes, instance->apps[0].exits[path->exit].after);
        FL_TRY(add_point(allowed, out, instance, path, task->arena, err));
        if (!*allowed && found->complete) return FL_OK;
        if (*allowed) {
            least = fmin(least, out->points[out->n_points - 1].verdict.energy);
        } else {
            out->n_points--;
        }
    }
    *allowed = true;
    out->bound = found->complete ? least : fmin(found->bound, least);
    return FL_OK;
}

/** Search up to the judge's very limit or, where rounding makes him refuse a point there, a hair under it. */
static fl_status search(bool *allowed, fl_frontier *out, const fl_task *task, const fl_labels_query *query,
                        bool to_the_limit, fl_error *err) {
    fl_layers layers;
    fl_labels_found found;
    int *original;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    if (to_the_limit) layers.deadline = layers.latest;
    FL_TRY(fl_reduce_nodes(&layers, &original, task->arena, err));
    FL_TRY(fl_labels_search(&found, &layers, task, query, err));
    *out = (fl_frontier){.complete = found.complete, .stop = found.stop};
    return add_points(allowed, out, task, &found, original, err);
}

fl_status fl_frontier_find(fl_frontier *out, const fl_instance *instance, const fl_frontier_query *query,
                           fl_arena *arena, const volatile sig_atomic_t *interrupt, fl_error *err) {
    const volatile sig_atomic_t never = 0;
    if (instance->features & FL_FEATURES_OWN) {
        return fl_error_set(
            err, FL_EUNSUPPORTED, NULL,
            "a frontier does not know codings, optional exits, thresholds, costs of runs and deviations");
    }
    if (instance->features != 0) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "a frontier needs one application and no limits that bind");
    }
    fl_arena_reset(arena);
    fl_task task = {.instance = instance,
                    .arena = arena,
                    .start = fl_clock(),
                    .interrupt = interrupt != NULL ? interrupt : &never};
    fl_labels_query labels = {.k = 1,
                              .goal = query->curve ? FL_LABELS_CURVE : FL_LABELS_FRONTIER,
                              .time_limit = query->time_limit,
                              .memory = query->memory};
    bool allowed;
    FL_TRY(search(&allowed, out, &task, &labels, true, err));
    if (!allowed) FL_TRY(search(&allowed, out, &task, &labels, false, err));
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
