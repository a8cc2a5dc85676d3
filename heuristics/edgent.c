/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `edgent`: as accurate as the deadline allows (Li, Zeng, Zhou, Chen, "Edge AI: on-demand accelerating deep
 * neural network inference via edge computing", IEEE TWC 19(1), 2020). From the last exit to the first: the
 * cut between device and server of least latency; the first exit for which that is in time is the answer.
 * (The rule is given from memory of the paper, not checked against its text.)
 *
 * Energy plays no part in it. Exits that miss the accuracy wanted are passed over, since no plan may end
 * there; the original has no target and would take them. When no exit is in time, the least late plan is
 * offered, for the judge to refuse. It claims nothing. O(exits * blocks), times nodes without a site. */
#include "heuristics/methods.h"
#include "heuristics/split.h"

enum { SITE, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [SITE] = {"site", FL_OPTION_NODE, 0, 0, 0, NULL,
              "the server; default, or the application's source: whichever suits best"},
};

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_layers layers;
    fl_path path;
    fl_split split, least = {.local = -1};
    bool in_time = false;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_path_create(&path, &layers, task->arena, err));
    for (int depth = layers.n_layers; depth > 0; depth--) {
        if (layers.layer[depth - 1].exit < 0) continue;
        FL_TRY(fl_split_best(&split, &layers, depth, (int)task->settings->value[SITE], FL_SPLIT_LATENCY,
                             task->arena, err));
        if (split.local < 0) continue;
        fl_split_path(&path, &layers, &split);
        FL_TRY(fl_path_offer_judged(answer, &in_time, task, &path, err));
        if (in_time) return FL_OK;
        if (least.local < 0 || split.cost.latency < least.cost.latency) least = split;
    }
    fl_split_path(&path, &layers, &least);
    return path.exit < 0 ? FL_OK : fl_path_offer(answer, task, &path, err);
}

const fl_method fl_edgent_method = {
    .name = "edgent",
    .summary = "the last exit that one cut between source and server brings in time",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
