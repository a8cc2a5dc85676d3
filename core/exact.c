/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exact.h"
#include "core/labels.h"
#include "core/reduce.h"

enum { OPTION_TIME_LIMIT, OPTION_MEMORY };

static const fl_option options[] = {
    [OPTION_TIME_LIMIT] = {"time_limit", FL_OPTION_NUMBER, 0, 0, 1e9, NULL,
                           "stop after this many seconds; 0: no limit"},
    [OPTION_MEMORY] = {"memory", FL_OPTION_NUMBER, 0, 0, 1e15, NULL,
                       "stop when labels take this many bytes; 0: no limit"},
};

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_labels_query query = {.k = 1,
                             .time_limit = task->settings->value[OPTION_TIME_LIMIT],
                             .memory = task->settings->value[OPTION_MEMORY]};
    fl_layers layers;
    fl_labels_found found;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    int *original;
    FL_TRY(fl_reduce_nodes(&layers, &original, task->arena, err));
    FL_TRY(fl_labels_search(&found, &layers, task, &query, err));
    answer->stop = found.stop;
    answer->bound = found.bound;
    if (found.n_paths == 0) {
        if (found.complete) answer->claim = FL_CLAIM_INFEASIBLE;
        return FL_OK;
    }
    if (found.complete) answer->claim = FL_CLAIM_OPTIMAL;
    fl_labels_path *best = &found.paths[0];
    fl_reduce_restore(original, best->nodes, task->instance->apps[0].exits[best->exit].after);
    FL_TRY(fl_plan_create(&answer->plan, task->instance, task->arena, err));
    return fl_plan_place(&answer->plan, task->instance, 0, best->exit, best->nodes, task->arena, err);
}

const fl_method fl_exact_method = {
    .name = "exact",
    .summary = "proven optimum by search over non-dominated labels on the layered graph",
    .may_claim = FL_CLAIM_OPTIMAL,
    .honours = 0,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .solve = solve,
};
