/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exact.h"
#include "core/constrained.h"
#include "core/labels.h"
#include "core/reduce.h"
#include "core/result.h"
#include "core/tolerance.h"
#include <stdlib.h>
#include <string.h>

enum { OPTION_K, OPTION_TIME_LIMIT, OPTION_MEMORY };

static const fl_option options[] = {
    [OPTION_K] = {"k", FL_OPTION_INT, 1, 1, 1e6, NULL, "find the k best plans, in `alternatives`"},
    [OPTION_TIME_LIMIT] = {"time_limit", FL_OPTION_NUMBER, 0, 0, 1e9, NULL,
                           "stop after this many seconds; 0: no limit"},
    [OPTION_MEMORY] = {"memory", FL_OPTION_NUMBER, 0, 0, 1e15, NULL,
                       "stop when labels take this many bytes; 0: no limit"},
};

/** Make the paths found the answer's plans. */
static fl_status answer_plans(fl_answer *answer, const fl_task *task, const fl_labels_found *found,
                              const int *original, fl_error *err) {
    fl_plan *plans = FL_NEW(task->arena, found->n_paths, fl_plan);
    if (plans == NULL) return fl_arena_error(task->arena, err);
    for (int i = 0; i < found->n_paths; i++) {
        const fl_labels_path *path = &found->paths[i];
        fl_reduce_restore(original, path->nodes, task->instance->apps[0].exits[path->exit].after);
        FL_TRY(fl_plan_create(&plans[i], task->instance, task->arena, err));
        FL_TRY(fl_plan_place(&plans[i], task->instance, 0, path->exit, path->nodes, task->arena, err));
    }
    answer->plan = plans[0];
    if (task->settings->value[OPTION_K] > 1) {
        answer->alternatives = plans;
        answer->n_alternatives = found->n_paths;
    }
    return FL_OK;
}

/** Search for paths within `latest`, s. */
static fl_status search(fl_answer *answer, const fl_task *task, fl_layers layers, double latest,
                        fl_error *err) {
    fl_labels_query query = {.goal = FL_LABELS_CHEAPEST,
                             .k = (int)task->settings->value[OPTION_K],
                             .time_limit = task->settings->value[OPTION_TIME_LIMIT],
                             .memory = task->settings->value[OPTION_MEMORY]};
    fl_labels_found found;
    int *original = NULL;
    layers.deadline = latest;
    if (query.k == 1) FL_TRY(fl_reduce_nodes(&layers, &original, task->arena, err));
    FL_TRY(fl_labels_search(&found, &layers, task, &query, err));
    answer->stop = found.stop;
    answer->bound = found.bound;
    if (found.n_paths > 0) {
        if (found.complete) answer->claim = FL_CLAIM_OPTIMAL;
        return answer_plans(answer, task, &found, original, err);
    }
    if (found.complete) answer->claim = FL_CLAIM_INFEASIBLE;
    return FL_OK;
}

/* Where plans choose more than exits and nodes: one extended graph after another, by threshold */

/** The best placements so far. */
typedef struct choosing {
    const fl_task *task;
    fl_task search; /* the same in a scratch arena */
    double hair;    /* how far under the judge's limits the search stays, relative */
    int k, n, room;
    struct chosen {
        double energy;
        fl_placement at;
    } * best; /* [n] by rising energy */
} choosing;

/** Take in one path of a graph, unless k better ones are known. */
static fl_status take_path(choosing *now, const fl_extended *graph, const fl_constrained_path *path,
                           fl_error *err) {
    const fl_app *app = &now->task->instance->apps[0];
    fl_arena *arena = now->task->arena;
    int at = now->n;
    while (at > 0 && now->best[at - 1].energy > path->energy) at--;
    if (at == now->k) return FL_OK;
    if (now->n == now->room) {
        now->room = 2 * now->room + 1;
        struct chosen *more = FL_NEW(arena, now->room, struct chosen);
        if (more == NULL) return fl_arena_error(arena, err);
        if (now->n > 0) memcpy(more, now->best, (size_t)now->n * sizeof *more);
        now->best = more;
    }
    fl_placement new = {.nodes = FL_NEW(arena, app->n_blocks, int),
                        .codings = FL_NEW(arena, app->n_blocks, int),
                        .off = FL_NEW(arena, app->n_exits, bool)};
    if (new.nodes == NULL || new.codings == NULL || new.off == NULL) return fl_arena_error(arena, err);
    fl_extended_place(&new, graph, path->arcs);
    if (now->n < now->k) now->n++;
    memmove(&now->best[at + 1], &now->best[at], (size_t)(now->n - 1 - at) * sizeof *now->best);
    now->best[at] = (struct chosen){path->energy, new};
    return FL_OK;
}

/** Search the graph of one threshold for what is better than the k best so far; with `bracket` only for a
 * bound, and a path that is better. */
static fl_status search_threshold(fl_constrained_found *found, choosing *now, int threshold, bool bracket,
                                  fl_error *err) {
    fl_extended graph;
    const double *settings = now->task->settings->value;
    fl_constrained_query query = {.k = now->k,
                                  .best = now->n == now->k ? now->best[now->k - 1].energy : INFINITY,
                                  .bracket = bracket,
                                  .time_limit = settings[OPTION_TIME_LIMIT],
                                  .memory = settings[OPTION_MEMORY]};
    *found = (fl_constrained_found){.bound = -INFINITY, .stop = FL_STOP_INTERRUPTED};
    if (*now->task->interrupt) return FL_OK;
    found->stop = FL_STOP_MEMORY;
    fl_arena_reset(now->search.arena);
    FL_TRY(fl_extended_build(&graph, now->task->instance, 0, threshold, NULL,
                             now->k > 1 ? FL_EXTENDED_ALL : FL_EXTENDED_USEFUL, now->search.arena, err));
    if (graph.too_large) return FL_OK;
    fl_extended_tighten(&graph, now->hair);
    FL_TRY(fl_constrained_search(found, &graph, graph.most, &now->search, &query, err));
    for (int i = 0; i < found->n_paths; i++) FL_TRY(take_path(now, &graph, &found->paths[i], err));
    return FL_OK;
}

/** Make the placements found the answer's plans. */
static fl_status answer_chosen(fl_answer *answer, const choosing *now, fl_error *err) {
    fl_arena *arena = now->task->arena;
    const fl_instance *instance = now->task->instance;
    fl_plan *plans = FL_NEW(arena, now->n, fl_plan);
    if (plans == NULL) return fl_arena_error(arena, err);
    for (int i = 0; i < now->n; i++) {
        int count = instance->apps[0].count;
        FL_TRY(fl_plan_create(&plans[i], instance, arena, err));
        FL_TRY(fl_plan_add_like(&plans[i], instance, 0, count, &now->best[i].at, arena, err));
    }
    answer->plan = plans[0];
    if (now->k > 1) {
        answer->alternatives = plans;
        answer->n_alternatives = now->n;
    }
    return FL_OK;
}

/** One threshold and what is known of it. */
typedef struct turn {
    int threshold;
    bool complete; /* nothing at it is better than what has been found */
    double bound;
} turn;

static int compare_turns(const void *a, const void *b) {
    const turn *one = a, *two = b;
    if (one->bound != two->bound) return one->bound < two->bound ? -1 : 1;
    return (one->threshold > two->threshold) - (one->threshold < two->threshold);
}

static fl_status take_turn(turn *at, fl_answer *answer, choosing *now, bool bracket, fl_error *err) {
    fl_constrained_found found;
    FL_TRY(search_threshold(&found, now, at->threshold, bracket, err));
    if (found.stop != FL_STOP_DONE) answer->stop = found.stop;
    at->complete = found.complete;
    at->bound = found.bound;
    return FL_OK;
}

/** All thresholds: first bounds of each, then those that may have something better, the lowest bound first.
 */
static fl_status search_chosen(fl_answer *answer, choosing *now, fl_error *err) {
    int n = now->task->instance->apps[0].n_thresholds + 1;
    turn *turns = FL_NEW(now->task->arena, n, turn);
    if (turns == NULL) return fl_arena_error(now->task->arena, err);
    for (int i = 0; i < n; i++) {
        turns[i] = (turn){.threshold = i - 1, .bound = -INFINITY};
        if (n > 1) FL_TRY(take_turn(&turns[i], answer, now, true, err));
    }
    qsort(turns, (size_t)n, sizeof *turns, compare_turns);
    bool complete = true;
    answer->bound = INFINITY;
    for (int i = 0; i < n; i++) {
        bool beaten = now->n == now->k && turns[i].bound >= now->best[now->k - 1].energy;
        if (beaten) turns[i].complete = true;
        if (!turns[i].complete) FL_TRY(take_turn(&turns[i], answer, now, false, err));
        complete = complete && turns[i].complete;
        answer->bound = fmin(answer->bound, turns[i].bound);
    }
    if (now->n > 0 && complete) answer->claim = FL_CLAIM_OPTIMAL;
    if (now->n == 0 && complete) answer->claim = FL_CLAIM_INFEASIBLE;
    if (now->n > 0) answer->bound = fmin(answer->bound, now->best[0].energy);
    return now->n > 0 ? answer_chosen(answer, now, err) : FL_OK;
}

/** Search at a distance from the judge's limits. */
static fl_status choose(fl_answer *answer, const fl_task *task, double hair, fl_error *err) {
    fl_arena scratch;
    fl_arena_init_within(&scratch, task->arena);
    choosing now = {.task = task, .search = *task, .hair = hair, .k = (int)task->settings->value[OPTION_K]};
    now.search.arena = &scratch;
    fl_status status = search_chosen(answer, &now, err);
    fl_arena_free(&scratch);
    return status;
}

/** The instance's plans, up to a distance from the judge's limits. */
static fl_status search_plans(fl_answer *answer, const fl_task *task, bool within, fl_error *err) {
    fl_layers layers;
    if (task->instance->features & FL_FEATURES_OWN) {
        return choose(answer, task, within ? FL_TOLERANCE_SEARCH : 0, err);
    }
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    return search(answer, task, layers, within ? layers.deadline : layers.latest, err);
}

/** Up to the very limits of the judge; where rounding makes him refuse what was found there, a hair under
 *  them. */
static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    const fl_answer nothing = *answer;
    bool allowed;
    FL_TRY(search_plans(answer, task, false, err));
    FL_TRY(fl_answer_allowed(&allowed, answer, task, err));
    if (allowed) return FL_OK;
    *answer = nothing;
    return search_plans(answer, task, true, err);
}

const fl_method fl_exact_method = {
    .name = "exact",
    .summary = "proven optimum by search over non-dominated labels on the layered graph",
    .may_claim = FL_CLAIM_OPTIMAL,
    .honours = FL_FEATURES_OWN,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .solve = solve,
};
