/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `fastest`: the least latency, whatever the energy. When even that is late, nothing is in time. */
#include "core/passes.h"
#include "heuristics/methods.h"
#include "heuristics/ties.h"

/* Of the paths of least latency, the one of least energy. */
static fl_status find_cheapest_tie(fl_path *path, const fl_layers *layers, fl_arena *arena, fl_error *err) {
    fl_ties ties;
    FL_TRY(fl_ties_create(&ties, layers, FL_TIES_LATENCY, 1, arena, err));
    FL_TRY(fl_ties_measure_all(&ties, err));
    return fl_ties_path(path, &ties, arena, err);
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_layers layers;
    fl_path path, tie;
    fl_cost cost;
    bool in_time;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_path_create(&path, &layers, task->arena, err));
    FL_TRY(fl_pass_shortest(&layers, 0, 1, path.nodes, &path.exit, &cost, task->arena, err));
    if (path.exit >= 0) {
        FL_TRY(fl_path_create(&tie, &layers, task->arena, err));
        FL_TRY(find_cheapest_tie(&tie, &layers, task->arena, err));
        FL_TRY(fl_path_offer_judged(answer, &in_time, task, &tie, err));
        if (in_time) return FL_OK;
        FL_TRY(fl_path_offer_judged(answer, &in_time, task, &path, err));
        if (in_time) return FL_OK;
    }
    answer->claim = FL_CLAIM_INFEASIBLE;
    return FL_OK;
}

const fl_method fl_fastest_method = {
    .name = "fastest",
    .summary = "least latency whatever the energy; proves infeasibility when it is late",
    .may_claim = FL_CLAIM_BOUND,
    .solve = solve,
};
