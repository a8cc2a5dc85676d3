/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `cheapest`: the least energy, whatever the deadline. Copy this file to start a method of your own;
 * README.md says what else belongs to it. */
#include "core/passes.h"
#include "heuristics/methods.h"
#include "heuristics/ties.h"

/* 3. Answer the task. What is allocated comes from task->arena, which the caller empties; what fails returns
 *    through FL_TRY. Nothing here decides whether the plan is feasible: fl_run() asks the judge. */
static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    /* The graph to search: fl_layers_arc() gives the cost of any arc. An option of the method would be read
     * with fl_method_setting(). */
    fl_layers layers;
    fl_path path;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_path_create(&path, &layers, task->arena, err));

    /* The path of least energy. No path at all: no plan is feasible, and that is proven. */
    fl_cost cost;
    FL_TRY(fl_pass_shortest(&layers, 1, 0, path.nodes, &path.exit, &cost, task->arena, err));
    if (path.exit < 0) {
        answer->claim = FL_CLAIM_INFEASIBLE;
        return FL_OK;
    }

    /* No plan costs less, in time or not: a proven lower bound. */
    answer->bound = cost.energy;

    /* Of the paths that cost this little the fastest becomes the candidate. */
    fl_ties ties;
    FL_TRY(fl_ties_create(&ties, &layers, FL_TIES_ENERGY, 1, task->arena, err));
    FL_TRY(fl_ties_measure_all(&ties, err));
    FL_TRY(fl_ties_path(&path, &ties, task->arena, err));
    return fl_path_offer(answer, task, &path, err);
}

/* 2. Describe the method: what it may prove at most (fl_run() refuses more), which features of an instance it
 *    honours (none: one application without limits), and its options as a table of fl_option (none here, see
 *    fin.c). Parsing, help and the manual follow from this. */
const fl_method fl_cheapest_method = {
    .name = "cheapest",
    .summary = "least energy whatever the deadline; its energy is a lower bound",
    .may_claim = FL_CLAIM_BOUND,
    .solve = solve,
};
