/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `greedy`: block by block the cheapest arc from which an end can still be reached before the deadline, and
 * the first exit that is accurate enough and in time. The least latency that is still to go comes from one
 * backward pass (core/passes.h), so it never runs into a dead end: when any plan is in time, so is its plan.
 * What a block costs later plays no part. It claims nothing. O(blocks * nodes^2) for the pass. */
#include "heuristics/draft.h"
#include "heuristics/methods.h"

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_layers layers;
    fl_drafts drafts;
    fl_draft draft;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_drafts_create(&drafts, &layers, task->arena, err));
    FL_TRY(fl_draft_create(&draft, &drafts, task->arena, err));
    if (!fl_draft_build(&draft, &drafts, NULL)) return FL_OK;
    return fl_path_offer(answer, task, &draft.path, err);
}

const fl_method fl_greedy_method = {
    .name = "greedy",
    .summary = "block by block the cheapest step that leaves time for the rest",
    .may_claim = FL_CLAIM_NOTHING,
    .solve = solve,
};
