/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `single`: every block on one node, for each exit that is accurate enough. */
#include "core/evaluate.h"
#include "heuristics/methods.h"
#include "heuristics/path.h"

enum { NODE, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [NODE] = {"node", FL_OPTION_NODE, 0, 0, 0, NULL,
              "where everything runs; default: the application's source"},
};

/* How good a plan is: feasible ones by energy, then late ones by latency, then those that cannot run at all.
 */
typedef struct rank {
    int class;
    double value;
} rank;

static rank rank_plan(const fl_verdict *verdict) {
    if (verdict->feasible) return (rank){0, verdict->energy};
    if (verdict->violation.kind == FL_VIOLATION_DEADLINE) return (rank){1, verdict->latency};
    return (rank){2, verdict->latency};
}

static bool is_better(rank a, rank b) {
    return a.class != b.class ? a.class < b.class : a.value < b.value;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_layers layers;
    fl_path path;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_path_create(&path, &layers, task->arena, err));
    for (int l = 0; l < layers.n_layers; l++) path.nodes[l] = (int)task->settings->value[NODE];
    rank best = {3, 0};
    for (int l = 0; l < layers.n_layers; l++) {
        path.exit = layers.layer[l].exit;
        if (path.exit < 0) continue;
        fl_answer offer = *answer;
        fl_verdict verdict;
        FL_TRY(fl_path_offer(&offer, task, &path, err));
        FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, &offer.plan, task->arena, err));
        if (!is_better(rank_plan(&verdict), best)) continue;
        best = rank_plan(&verdict);
        answer->plan = offer.plan;
    }
    return FL_OK;
}

const fl_method fl_single_method = {
    .name = "single",
    .summary = "everything on one node, with the exit that suits best",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
