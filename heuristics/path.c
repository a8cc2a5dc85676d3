/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/path.h"

#include "core/evaluate.h"

fl_status fl_path_create(fl_path *out, const fl_layers *layers, fl_arena *arena, fl_error *err) {
    *out = (fl_path){.exit = -1, .nodes = FL_NEW(arena, layers->n_layers, int)};
    return out->nodes != NULL ? FL_OK : fl_arena_error(arena, err);
}

fl_cost fl_path_cost(const fl_layers *layers, const fl_path *path) {
    const fl_cost none = {INFINITY, INFINITY};
    fl_cost sum = {0, 0}, arc;
    if (path->exit < 0) return none;
    int depth = layers->instance->apps[layers->app].exits[path->exit].after;
    for (int l = 0; l < depth; l++) {
        int from = l > 0 ? path->nodes[l - 1] : layers->source;
        if (!fl_layers_arc(layers, l, from, path->nodes[l], l == depth - 1, &arc)) return none;
        sum.energy += arc.energy;
        sum.latency += arc.latency;
    }
    return sum;
}

fl_status fl_path_offer(fl_answer *answer, const fl_task *task, const fl_path *path, fl_error *err) {
    FL_TRY(fl_plan_create(&answer->plan, task->instance, task->arena, err));
    return fl_plan_place(&answer->plan, task->instance, 0, path->exit, path->nodes, task->arena, err);
}

fl_status fl_path_offer_judged(fl_answer *answer, bool *in_time, const fl_task *task, const fl_path *path,
                               fl_error *err) {
    FL_TRY(fl_path_offer(answer, task, path, err));
    fl_verdict verdict;
    FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, &answer->plan, task->arena, err));
    *in_time = verdict.violation.kind != FL_VIOLATION_DEADLINE;
    return FL_OK;
}
