/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `annealing`: simulated annealing (Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing",
 * Science 220, 1983). From the greedy plan on, each iteration looks at one random neighbour
 * (heuristics/draft.h): a cheaper one is taken, a dearer one with probability exp(-increase / temperature), a
 * late one never. The temperature falls geometrically, from `hot` to `cold` times the energy of the first
 * plan. The best plan met is the answer. It claims nothing. O(iterations * blocks). */
#include "heuristics/methods.h"
#include "heuristics/seek.h"

enum { ITERATIONS, HOT, COLD, SEED, TIME_LIMIT, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [ITERATIONS] = {"iterations", FL_OPTION_INT, 0, 1, 1e12, "auto",
                    "neighbours to look at; auto: 100 per block and node, 2000 to 1000000"},
    [HOT] = {"hot", FL_OPTION_NUMBER, 0.1, 1e-5, 1e9, NULL,
             "first temperature, relative to the energy of the first plan"},
    [COLD] = {"cold", FL_OPTION_NUMBER, 1e-4, 1e-5, 1e9, NULL, "last temperature, likewise"},
    [SEED] = FL_SEEK_SEED,
    [TIME_LIMIT] = FL_SEEK_TIME_LIMIT,
};

static double iterations_of(const fl_seek *seek) {
    double given = seek->task->settings->value[ITERATIONS];
    if (given > 0) return given;
    return fmin(fmax(100.0 * seek->layers.n_layers * seek->layers.n_nodes, 2000), 1e6);
}

/* Whether to go on from a neighbour. */
static bool accept(fl_seek *seek, const fl_draft *now, const fl_draft *next, double temperature) {
    double increase = next->cost.energy - now->cost.energy;
    if (!fl_draft_in_time(next, &seek->drafts)) return false;
    return increase <= 0 || fl_random_unit(&seek->random) < exp(-increase / temperature);
}

static void anneal(fl_seek *seek, fl_draft *now, fl_draft *next) {
    const double *value = seek->task->settings->value;
    double n = iterations_of(seek), start = now->cost.energy;
    for (double i = 0; i < n && !fl_seek_stopped(seek); i++) {
        double temperature = start * value[HOT] * pow(value[COLD] / value[HOT], i / n);
        fl_draft_copy(next, now, &seek->drafts);
        fl_draft_move(next, &seek->drafts, &seek->random);
        if (!accept(seek, now, next, temperature)) continue;
        fl_draft_copy(now, next, &seek->drafts);
        fl_seek_offer(seek, now);
    }
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_seek seek;
    fl_draft now, next;
    FL_TRY(fl_seek_begin(&seek, task, task->settings->value[SEED], task->settings->value[TIME_LIMIT], err));
    FL_TRY(fl_draft_create(&now, &seek.drafts, task->arena, err));
    FL_TRY(fl_draft_create(&next, &seek.drafts, task->arena, err));
    if (fl_draft_build(&now, &seek.drafts, NULL)) {
        fl_seek_offer(&seek, &now);
        anneal(&seek, &now, &next);
    }
    return fl_seek_end(answer, &seek, err);
}

const fl_method fl_annealing_method = {
    .name = "annealing",
    .summary = "simulated annealing over plans in time",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
