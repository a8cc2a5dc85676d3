/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `certify`: an optimum with its proof, without any MILP.
 *
 * FIN rounded up gives a plan, rounded down a lower bound (heuristics/fin.h). With more levels the two close
 * in on the optimum. Between two rounds, what can no longer matter leaves the graph: vertices through which
 * every path is late or dearer than the best plan (core/reduce.h). When levels get too many for their worth,
 * the exact search (core/labels.h) finishes what is left in that window. */
#include "core/labels.h"
#include "core/reduce.h"
#include "core/result.h"
#include "heuristics/fin.h"
#include "heuristics/methods.h"
#include <string.h>

enum { GAMMA, GAP, TIME_LIMIT, MEMORY, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [GAMMA] = {"gamma", FL_OPTION_INT, 0, 1, FL_FIN_GAMMA_MOST, "auto",
               "levels of the first round; auto: by the number of blocks"},
    [GAP] = {"gap", FL_OPTION_NUMBER, 0, 0, 1, NULL, "stop when (energy - bound) / energy is at most this"},
    [TIME_LIMIT] = {"time_limit", FL_OPTION_NUMBER, 0, 0, 1e9, NULL,
                    "stop after this many seconds; 0: no limit"},
    [MEMORY] = {"memory", FL_OPTION_NUMBER, 0, 0, 1e15, NULL,
                "the most bytes for FIN's rows and for the exact search's labels; 0: no limit"},
};

/* Rounds of FIN, by how much gamma grows, and the most steps (arcs times levels) that one may take: beyond,
 * the exact search is quicker. Measured at 20 x 10 and on nearly equal plans of that size, times that of
 * `exact` alone: 4 to 8 with 20 million steps, 2 to 7 with 4 million, 1 to 5 with these, 1 to 4 with a third
 * of them. */
enum { ROUNDS = 3, GROWTH = 4, STEPS_MOST = 1500000 };

typedef struct certificate {
    const fl_task *task;
    fl_layers layers;
    int *original;       /* the nodes' numbers before the needless ones were left out */
    long long n_left;    /* vertices in the window */
    double lower, upper; /* J, what the optimum lies between; INFINITY: no plan yet */
    fl_path path;        /* the plan that costs `upper` */
} certificate;

static bool closed(const certificate *c, double gap) {
    return isfinite(c->upper) && c->upper - c->lower <= fmax(gap, FL_TOLERANCE_EQUAL) * c->upper;
}

/* What a round would take, were the window's vertices spread evenly over the layers; FIN's rows count as
 * memory like the exact search's labels. */
static bool worth_a_round(const certificate *c, int gamma) {
    double per_layer = (double)c->n_left / c->layers.n_layers, most = c->task->settings->value[MEMORY];
    double rows = (double)c->layers.n_layers * c->layers.n_nodes * gamma * sizeof(double);
    if (most > 0 && rows > most) return false;
    return per_layer * per_layer * c->layers.n_layers * gamma <= STEPS_MOST;
}

static void keep_path(certificate *c, int exit, const int *nodes) {
    int depth = c->task->instance->apps[0].exits[exit].after;
    c->path.exit = exit;
    memcpy(c->path.nodes, nodes, (size_t)depth * sizeof *nodes);
}

/* FIN up for a plan, down for a bound. Down, in a window that holds every plan as cheap as the best known: no
 * path means that nothing is cheaper. */
static fl_status run_round(certificate *c, int gamma, bool *interrupted, fl_error *err) {
    fl_arena *arena = c->task->arena;
    fl_fin_found up, down;
    fl_fin_search search = {.layers = &c->layers,
                            .deadline = c->task->instance->apps[0].deadline,
                            .gamma = gamma,
                            .rounding = FL_FIN_UP,
                            .interrupt = c->task->interrupt};
    FL_TRY(fl_fin_native(&up, &search, arena, err));
    search.rounding = FL_FIN_DOWN;
    FL_TRY(fl_fin_native(&down, &search, arena, err));
    *interrupted = up.interrupted || down.interrupted;
    if (*interrupted) return FL_OK;
    if (!isinf(up.energy) && fl_path_cost(&c->layers, &up.path).energy < c->upper) {
        c->upper = fl_path_cost(&c->layers, &up.path).energy;
        keep_path(c, up.path.exit, up.path.nodes);
    }
    c->lower = fmax(c->lower, fmin(down.energy, c->upper));
    return FL_OK;
}

static bool out_of_time(const certificate *c) {
    double limit = c->task->settings->value[TIME_LIMIT];
    return limit > 0 && fl_clock() - c->task->start > limit;
}

/* Narrow the window and bracket closer until the gap closes or another round is not worth its while, or its
 * memory not there. */
static fl_status bracket(certificate *c, fl_answer *answer, fl_error *err) {
    fl_arena *arena = c->task->arena;
    double gamma = c->task->settings->value[GAMMA];
    if (gamma == 0) gamma = fl_fin_gamma(&c->layers);
    for (int round = 0;; round++, gamma *= GROWTH) {
        bool interrupted = false;
        FL_TRY(fl_reduce_window(&c->layers, c->upper, &c->n_left, arena, err));
        if (round == ROUNDS || gamma > FL_FIN_GAMMA_MOST || !worth_a_round(c, (int)gamma)) return FL_OK;
        fl_arena_mark mark = fl_arena_keep(arena);
        fl_status status = run_round(c, (int)gamma, &interrupted, err);
        fl_arena_recover(arena, mark);
        if (status == FL_ENOMEM) return FL_OK;
        FL_TRY(status);
        if (interrupted) answer->stop = FL_STOP_INTERRUPTED;
        if (!interrupted && out_of_time(c)) answer->stop = FL_STOP_TIME;
        if (answer->stop != FL_STOP_DONE || closed(c, c->task->settings->value[GAP])) return FL_OK;
        if (isinf(c->lower)) return FL_OK; /* no path rounded down and no plan: infeasible */
    }
}

/* The exact search in the window. */
static fl_status finish(certificate *c, fl_answer *answer, fl_error *err) {
    fl_labels_query query = {.goal = FL_LABELS_CHEAPEST,
                             .k = 1,
                             .time_limit = c->task->settings->value[TIME_LIMIT],
                             .memory = c->task->settings->value[MEMORY]};
    fl_labels_found found;
    fl_arena_mark mark = fl_arena_keep(c->task->arena);
    fl_status status = fl_labels_search(&found, &c->layers, c->task, &query, err);
    if (status == FL_ENOMEM) { /* what FIN found is an answer all the same */
        fl_arena_recover(c->task->arena, mark);
        answer->stop = FL_STOP_MEMORY;
        return FL_OK;
    }
    FL_TRY(status);
    answer->stop = found.stop;
    if (found.n_paths > 0 && found.paths[0].cost.energy < c->upper) {
        c->upper = found.paths[0].cost.energy;
        keep_path(c, found.paths[0].exit, found.paths[0].nodes);
    }
    c->lower = found.complete ? c->upper : fmax(c->lower, fmin(found.bound, c->upper));
    return FL_OK;
}

/* Bracket and finish among the paths within the limit of the layers' deadline, or of the judge's very limit.
 */
static fl_status certify(fl_answer *answer, const fl_task *task, bool to_the_limit, fl_error *err) {
    certificate c = {.task = task, .lower = 0, .upper = INFINITY, .path = {.exit = -1}};
    FL_TRY(fl_layers_build(&c.layers, task->instance, 0, task->arena, err));
    if (to_the_limit) c.layers.deadline = c.layers.latest;
    FL_TRY(fl_reduce_nodes(&c.layers, &c.original, task->arena, err));
    c.path.nodes = FL_NEW(task->arena, c.layers.n_layers, int);
    if (c.path.nodes == NULL) return fl_arena_error(task->arena, err);
    FL_TRY(bracket(&c, answer, err));
    bool settled = isinf(c.lower) || closed(&c, task->settings->value[GAP]);
    if (answer->stop == FL_STOP_DONE && !settled) FL_TRY(finish(&c, answer, err));

    answer->bound = isinf(c.lower) ? -INFINITY : c.lower;
    if (c.path.exit >= 0) {
        fl_reduce_restore(c.original, c.path.nodes, task->instance->apps[0].exits[c.path.exit].after);
        FL_TRY(fl_path_offer(answer, task, &c.path, err));
        if (closed(&c, 0)) {
            answer->claim = FL_CLAIM_OPTIMAL;
        } else if (answer->stop == FL_STOP_DONE) {
            answer->stop = FL_STOP_GAP;
        }
    } else if (answer->stop == FL_STOP_DONE) {
        answer->claim = FL_CLAIM_INFEASIBLE;
    }
    return FL_OK;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    const fl_answer nothing = *answer;
    bool allowed;
    FL_TRY(certify(answer, task, true, err));
    FL_TRY(fl_answer_allowed(&allowed, answer, task, err));
    if (allowed) return FL_OK;
    *answer = nothing; /* refused by rounding alone: a hair under the limit, then */
    return certify(answer, task, false, err);
}

const fl_method fl_certify_method = {
    .name = "certify",
    .summary = "FIN rounded up and down in a narrowing window, then the exact search: a plan with its proof",
    .may_claim = FL_CLAIM_OPTIMAL,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
