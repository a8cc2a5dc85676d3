/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `spinn`: where to cut between device and server and how confident exits must be, together (Laskaridis,
 * Venieris, Almeida, Leontiadis, Lane, "SPINN: synergistic progressive inference of neural networks over
 * device and cloud", MobiCom 2020). Over a grid of cuts and thresholds, profiled before: those points stay
 * that keep the hard limits, and of these the user's goals choose, the first one first. (Given from memory of
 * the paper, not checked against its text.)
 *
 * Hard limits are the instance's accuracy, then its deadline; what no point keeps is missed by as little as
 * can be, for the judge to refuse. Thresholds are the instance's, beside the exits' own numbers; the last
 * exit is final. Exits on the device are active, so that an answer is there even when the link is lost; those
 * behind the cut are off where they may be. The transfers of the original are quantised to 8 bits and
 * compressed: here any coding that the instance gives, or what `send` says. Goals within relative 1e-9 of
 * each other are equal. It claims nothing. O(thresholds * nodes * blocks * (codings + exits)) without a site;
 * times blocks where exits may be off, and on nodes with segments. */
#include "core/tolerance.h"
#include "heuristics/cut.h"
#include "heuristics/methods.h"

enum { GOAL, THEN, SITE, SEND, N_OPTIONS };

enum { LATENCY, ENERGY, ACCURACY, SERVER };

enum { ANY, PLAIN, CODED };

static const fl_option options[N_OPTIONS] = {
    [GOAL] = {"goal", FL_OPTION_CHOICE, LATENCY, 0, 0, "latency|energy|accuracy|server",
              "the first goal: least latency or energy, best accuracy, least mean time on the server"},
    [THEN] = {"then", FL_OPTION_CHOICE, ENERGY, 0, 0, "latency|energy|accuracy|server",
              "the goal among points that are equal by the first"},
    [SITE] = {"site", FL_OPTION_NODE, 0, 0, 0, NULL,
              "the server; default, or the application's source: whichever suits best"},
    [SEND] = {"send", FL_OPTION_CHOICE, ANY, 0, 0, "any|plain|coded",
              "how to send: as it suits best, plainly, or coded wherever there is a coding"},
};

static bool may_send(const fl_cut *cut, const fl_app *app, int depth, int send) {
    const fl_coding *codings;
    if (send == ANY || cut->local == depth) return true;
    if (send == PLAIN) return cut->coding < 0;
    return cut->coding >= 0 || fl_choices_codings(app, cut->local, &codings) == 0;
}

/* What counts, in order: accuracy missed, lateness, the two goals; each the less the better. */

enum { KEYS = 4 };

typedef struct point {
    fl_cut cut;
    double key[KEYS];
} point;

static double goal_of(const fl_cut *cut, int goal) {
    const double goals[] = {
        [LATENCY] = cut->cost.latency,
        [ENERGY] = cut->cost.energy,
        [ACCURACY] = -fmax(cut->accuracy - cut->loss, 0),
        [SERVER] = cut->server,
    };
    return goals[goal];
}

static point measure(const fl_cut *cut, const fl_app *app, const double *value) {
    double least = app->accuracy - FL_TOLERANCE_ACCURACY;
    double latest = app->deadline * (1 + FL_TOLERANCE_DEADLINE - FL_TOLERANCE_SEARCH);
    return (point){.cut = *cut,
                   .key = {fmax(least + goal_of(cut, ACCURACY), 0), fmax(cut->cost.latency - latest, 0),
                           goal_of(cut, (int)value[GOAL]), goal_of(cut, (int)value[THEN])}};
}

static bool is_better(const point *one, const point *other) {
    for (int i = 0; i < KEYS; i++) {
        double a = one->key[i], b = other->key[i];
        if (fabs(a - b) > FL_TOLERANCE_EQUAL * fmax(fabs(a), fabs(b))) return a < b;
    }
    return false;
}

/** The better one of the best point so far and those of a list. */
static void choose(point *best, const fl_cuts *cuts, const fl_app *app, const double *value) {
    int depth = app->exits[cuts->final].after;
    for (int i = 0; i < cuts->n; i++) {
        if (!may_send(&cuts->list[i], app, depth, (int)value[SEND])) continue;
        point new = measure(&cuts->list[i], app, value);
        if (best->cut.local < 0 || is_better(&new, best)) *best = new;
    }
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    const fl_instance *instance = task->instance;
    const fl_app *app = &instance->apps[0];
    const double *value = task->settings->value;
    int site = (int)value[SITE];
    fl_cuts cuts;
    point best = {.cut = {.local = -1}};
    FL_TRY(fl_cuts_create(&cuts, instance, app->n_exits - 1, true, task->arena, err));
    for (int n = 0; n < instance->system.n_nodes; n++) {
        if (n != app->source && site != app->source && n != site) continue;
        for (int t = -1; t < app->n_thresholds && !*task->interrupt; t++) {
            fl_cuts_list(&cuts, n, t);
            choose(&best, &cuts, app, value);
        }
    }
    if (*task->interrupt) answer->stop = FL_STOP_INTERRUPTED;
    return best.cut.local < 0 ? FL_OK : fl_cuts_offer(answer, task, &cuts, &best.cut, err);
}

const fl_method fl_spinn_method = {
    .name = "spinn",
    .summary = "one cut between source and server and the exits' threshold, by limits and ordered goals",
    .may_claim = FL_CLAIM_NOTHING,
    .honours = FL_FEATURE_CHOICES | FL_FEATURE_RUNS,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
