/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/path.h"

#include "core/evaluate.h"

fl_status fl_path_create(fl_path *out, const fl_layers *layers, fl_arena *arena, fl_error *err) {
    *out = (fl_path){.exit = -1, .nodes = FL_NEW(arena, layers->n_layers, int)};
    return out->nodes != NULL ? FL_OK : fl_arena_error(arena, err);
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
