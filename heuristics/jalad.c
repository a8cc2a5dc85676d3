/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `jalad`: one cut between the mobile device and one server, and the bit width of what is sent there (Li, Hu,
 * Jiang, Wang, Wen, Zhu, "JALAD: joint accuracy- and latency-aware deep structure decoupling for edge-cloud
 * execution", ICPADS 2018). For every cut and every width the time is that of the first blocks on the device,
 * of sending what they give in that width, and of the other blocks on the server; of those whose loss of
 * accuracy keeps a budget the fastest wins. (The rule is given from memory of the paper, not checked against
 * its text.)
 *
 * Bit widths are the codings that the instance gives, with their measured sizes and losses; sending plainly
 * is one more. What the original leaves out stays out: it knows no exits, so the whole network runs, that is
 * up to the last exit that is accurate enough when nothing is lost, and exits that may be off are; no
 * deadline; no energy. The time is the mean over the samples, some of which may leave at exits that cannot be
 * off. By `goal` it takes the least energy instead, which is not the original's. It claims nothing.
 * O(nodes * blocks * (codings + exits)) without a site; times blocks on nodes with segments. */
#include "core/tolerance.h"
#include "heuristics/cut.h"
#include "heuristics/methods.h"

enum { GOAL, SITE, LOSS, N_OPTIONS };

enum { LATENCY, ENERGY };

static const fl_option options[N_OPTIONS] = {
    [GOAL] = {"goal", FL_OPTION_CHOICE, LATENCY, 0, 0, "latency|energy", "least mean time, or least energy"},
    [SITE] = {"site", FL_OPTION_NODE, 0, 0, 0, NULL,
              "the server; default, or the application's source: whichever suits best"},
    [LOSS] = {"loss", FL_OPTION_NUMBER, 0, 0, 1, "rest",
              "the accuracy that coding may cost, absolute; default: what the target leaves"},
};

/** The last exit that is accurate enough with all exits off that may be; -1: none is. */
static fl_status find_final(int *out, const fl_task *task, fl_error *err) {
    const fl_app *app = &task->instance->apps[0];
    bool *off = FL_NEW(task->arena, app->n_exits, bool);
    *out = -1;
    if (off == NULL) return fl_arena_error(task->arena, err);
    const fl_exits_used used = {-1, off};
    for (int e = 0; e < app->n_exits; e++) {
        off[e] = app->exits[e].optional;
        if (fl_choices_accuracy(app, &used, e) >= app->accuracy - FL_TOLERANCE_ACCURACY) *out = e;
    }
    return FL_OK;
}

static bool keeps_budget(const fl_cut *cut, const fl_app *app, double asked) {
    double rest = app->accuracy > 0 ? cut->accuracy - app->accuracy : INFINITY;
    return cut->loss <= (asked > 0 ? asked : rest) + FL_TOLERANCE_ACCURACY;
}

static bool is_better(const fl_cut *one, const fl_cut *other, int goal) {
    double own = goal == ENERGY ? one->cost.energy : one->mean;
    double best = goal == ENERGY ? other->cost.energy : other->mean;
    if (own != best) return own < best;
    return (goal == ENERGY ? one->mean : one->cost.energy) <
           (goal == ENERGY ? other->mean : other->cost.energy);
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    const fl_instance *instance = task->instance;
    const fl_app *app = &instance->apps[0];
    const double *value = task->settings->value;
    int final, site = (int)value[SITE];
    fl_cuts cuts;
    fl_cut best = {.local = -1};
    FL_TRY(find_final(&final, task, err));
    if (final < 0) return FL_OK;
    FL_TRY(fl_cuts_create(&cuts, instance, final, false, task->arena, err));
    for (int n = 0; n < instance->system.n_nodes && !*task->interrupt; n++) {
        if (n != app->source && site != app->source && n != site) continue;
        fl_cuts_list(&cuts, n, -1);
        for (int i = 0; i < cuts.n; i++) {
            const fl_cut *cut = &cuts.list[i];
            if (!keeps_budget(cut, app, value[LOSS])) continue;
            if (best.local < 0 || is_better(cut, &best, (int)value[GOAL])) best = *cut;
        }
    }
    if (*task->interrupt) answer->stop = FL_STOP_INTERRUPTED;
    return best.local < 0 ? FL_OK : fl_cuts_offer(answer, task, &cuts, &best, err);
}

const fl_method fl_jalad_method = {
    .name = "jalad",
    .summary = "the whole network cut once between source and server, and the coding sent, within a loss",
    .may_claim = FL_CLAIM_NOTHING,
    .honours = FL_FEATURE_CHOICES | FL_FEATURE_RUNS,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
