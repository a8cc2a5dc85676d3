/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `neurosurgeon`: one cut between the mobile device and one server (Kang, Hauswald, Gao, Rovinski, Mudge,
 * Mars, Tang, "Neurosurgeon: collaborative intelligence between the cloud and mobile edge", ASPLOS 2017). For
 * every cut i = 0..L the latency is that of the first i blocks on the device, of sending what block i gives,
 * and of the other blocks on the server; the mobile energy is that of the first i blocks and of sending. The
 * cut with the least of the one or of the other wins.
 *
 * What the original leaves out stays out: it knows no exits, so the whole network runs, that is up to the
 * last exit that is accurate enough; no deadline, so its plan may be late; and of energy only the device's.
 * Its regressions of time and power per kind of layer are the instance's numbers here. It claims nothing.
 * O(blocks), times nodes without a site. */
#include "heuristics/methods.h"
#include "heuristics/split.h"

enum { GOAL, SITE, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [GOAL] = {"goal", FL_OPTION_CHOICE, 0, 0, 0, "latency|energy",
              "least latency, or least energy of the source alone: computing and sending"},
    [SITE] = {"site", FL_OPTION_NODE, 0, 0, 0, NULL,
              "the server; default, or the application's source: whichever suits best"},
};

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    static const fl_split_goal goals[] = {FL_SPLIT_LATENCY, FL_SPLIT_MOBILE};
    fl_layers layers;
    fl_path path;
    fl_split best;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_path_create(&path, &layers, task->arena, err));
    if (layers.n_layers == 0) return FL_OK;
    FL_TRY(fl_split_best(&best, &layers, layers.n_layers, (int)task->settings->value[SITE],
                         goals[(int)task->settings->value[GOAL]], task->arena, err));
    fl_split_path(&path, &layers, &best);
    return path.exit < 0 ? FL_OK : fl_path_offer(answer, task, &path, err);
}

const fl_method fl_neurosurgeon_method = {
    .name = "neurosurgeon",
    .summary = "the whole network cut once between source and server, for latency or the source's energy",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
