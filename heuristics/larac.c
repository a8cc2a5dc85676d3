/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `larac`: Lagrangian relaxation based aggregated cost (Juttner, Szviatovszki, Mecs, Rajko, "Lagrange
 * relaxation based method for the QoS routing problem", INFOCOM 2001). The deadline moves into the weights: a
 * path costs energy + lambda * latency. Between a path that is cheap but late and one that is in time but
 * dear lies the next lambda, at which both weigh the same; when no path weighs less, lambda is the best
 * multiplier. The plan is the cheapest path in time met on the way; min energy + lambda * (latency -
 * deadline) is a lower bound. core/dual.h does all of this.
 *
 * It claims the bound and nothing else: between bound and plan a gap may remain, however many steps it takes.
 * Exits and energy are the model's; the paper routes and knows neither. O(steps * blocks * nodes^2), and few
 * steps do. */
#include "core/dual.h"
#include "core/result.h"
#include "heuristics/methods.h"
#include "heuristics/path.h"

enum { STEPS, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [STEPS] = {"steps", FL_OPTION_INT, 100, 0, 1e6, NULL,
               "most multipliers to try; 0: only the cheapest and the fastest path"},
};

/* The dual among the paths within `latest`, s. */
static fl_status relax(fl_answer *answer, const fl_task *task, fl_layers layers, double latest,
                       fl_error *err) {
    fl_dual dual;
    layers.deadline = latest;
    FL_TRY(fl_dual_solve(&dual, &layers, (int)task->settings->value[STEPS], false, task->arena, err));
    if (dual.exit < 0) { /* not even the fastest path is in time, or there is none */
        answer->claim = FL_CLAIM_INFEASIBLE;
        return FL_OK;
    }
    answer->bound = dual.end == FL_DUAL_CHEAPEST ? dual.bound : dual.bound - dual.slack;
    return fl_path_offer(answer, task, &(fl_path){dual.exit, dual.nodes}, err);
}

/* Up to the very limit of the judge; where rounding makes him refuse what was found there, a hair under it.
 */
static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_layers layers;
    bool allowed;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(relax(answer, task, layers, layers.latest, err));
    FL_TRY(fl_answer_allowed(&allowed, answer, task, err));
    if (allowed) return FL_OK;
    fl_answer under = {.bound = -INFINITY};
    FL_TRY(relax(&under, task, layers, layers.deadline, err));
    answer->plan = under.plan; /* the bound of the wider limit holds */
    return FL_OK;
}

const fl_method fl_larac_method = {
    .name = "larac",
    .summary = "Lagrangian relaxation of the deadline: a plan in time and a lower bound",
    .may_claim = FL_CLAIM_BOUND,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
