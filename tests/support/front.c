/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/front.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A partial plan. */
typedef struct label {
    long double energy, latency;
    int node, before; /* its last node, and its place among the labels of the block before; -1: the source */
} label;

typedef struct labels {
    label *list;
    int n, room;
} labels;

typedef struct search {
    const fl_instance *instance;
    const fl_app *app;
    labels *layers; /* [n_blocks] all labels of a block */
    label best;     /* the cheapest whole plan, and its exit; exit < 0: none */
    int exit;
} search;

static void add(labels *to, label new) {
    if (to->n == to->room) {
        to->room = to->room > 0 ? 2 * to->room : 64;
        to->list = realloc(to->list, (size_t)to->room * sizeof *to->list);
        if (to->list == NULL) {
            fprintf(stderr, "front: out of memory\n");
            exit(EXIT_FAILURE);
        }
    }
    to->list[to->n++] = new;
}

static int by_latency(const void *a, const void *b) {
    const label *one = a, *two = b;
    if (one->latency != two->latency) return one->latency > two->latency ? 1 : -1;
    return (one->energy > two->energy) - (one->energy < two->energy);
}

/** Keep of the labels from `first` on only those that none before is as good as. */
static void drop_dominated(labels *of, int first) {
    int n = first;
    if (of->n > first) qsort(of->list + first, (size_t)(of->n - first), sizeof *of->list, by_latency);
    for (int i = first; i < of->n; i++) {
        if (n == first || of->list[i].energy < of->list[n - 1].energy) of->list[n++] = of->list[i];
    }
    of->n = n;
}

/** The share of samples that get to block `l`. */
static long double reach(const fl_app *app, int l) {
    long double left = 1;
    for (int e = 0; e < app->n_exits && app->exits[e].after <= l; e++) left -= app->exits[e].share;
    return left > 0 ? left : 0;
}

/** A label with what one sample meets on its way through block `l` added, as often as samples do. */
static label extend(const search *at, const label *from, int before, int l, int node, const naive_walk *way) {
    long double share = reach(at->app, l), weight = 1;
    if (at->app->latency == FL_LATENCY_MEAN) weight = share;
    if (at->app->latency == FL_LATENCY_QUANTILE && naive_enough(at->app, 1 - share)) weight = 0;
    return (label){from->energy + share * way->energy, from->latency + weight * way->latency, node, before};
}

/** Go from one label to block `l` on `node`: on to the next block, and to the end if an exit stands there. */
static void step(search *at, const label *from, int before, int l, int node, int exit) {
    const fl_app *app = at->app;
    naive_walk on = {0, 0}, end;
    if (!naive_walk_block(&on, at->instance, app, l, from->node, node, 1)) return;
    end = on;
    if (exit >= 0) naive_walk_head(&end, at->instance, app, exit, node, 1);
    if (exit >= 0 && app->exits[exit].share > 0) on = end;
    label next = extend(at, from, before, l, node, &on), last = extend(at, from, before, l, node, &end);
    if (naive_in_time(app, next.latency)) add(&at->layers[l], next);
    if (exit < 0 || !naive_accurate(app, exit) || !naive_in_time(app, last.latency)) return;
    if (at->exit >= 0 && last.energy >= at->best.energy) return;
    at->best = last;
    at->exit = exit;
}

static void reach_block(search *at, int l) {
    const label source = {0, 0, at->app->source, -1};
    int exit = at->app->n_exits - 1;
    while (exit >= 0 && at->app->exits[exit].after != l + 1) exit--;
    for (int node = 0; node < at->instance->system.n_nodes; node++) {
        int first = at->layers[l].n;
        if (!fl_block_allows(&at->app->blocks[l], node)) continue;
        if (l == 0) step(at, &source, -1, 0, node, exit);
        for (int i = 0; l > 0 && i < at->layers[l - 1].n; i++) {
            step(at, &at->layers[l - 1].list[i], i, l, node, exit);
        }
        drop_dominated(&at->layers[l], first);
    }
}

/** Read the best plan back and have the naive judge price it. */
static naive_verdict judge_best(const search *at) {
    int depth = at->app->exits[at->exit].after;
    int *nodes = malloc((size_t)depth * sizeof *nodes);
    if (nodes == NULL) abort();
    const label *from = &at->best;
    for (int l = depth - 1; l >= 0; l--) {
        nodes[l] = from->node;
        if (l > 0) from = &at->layers[l - 1].list[from->before];
    }
    fl_placement placement = {.exit = at->exit, .count = at->app->count, .nodes = nodes};
    naive_verdict verdict = naive_judge(at->instance, &(fl_plan){1, &placement});
    free(nodes);
    if (!verdict.feasible || fabsl(verdict.energy - at->best.energy) > 1e-12L * at->best.energy) {
        fprintf(stderr, "front: the naive judge refuses the optimum\n");
        exit(EXIT_FAILURE);
    }
    return verdict;
}

brute_answer front_solve(const fl_instance *instance) {
    const fl_app *app = &instance->apps[0];
    search at = {.instance = instance,
                 .app = app,
                 .layers = calloc((size_t)app->n_blocks, sizeof(labels)),
                 .exit = -1};
    if (at.layers == NULL) abort();
    for (int l = 0; l < app->n_blocks; l++) reach_block(&at, l);
    brute_answer answer = {.feasible = at.exit >= 0};
    if (answer.feasible) answer.verdict = judge_best(&at);
    for (int l = 0; l < app->n_blocks; l++) free(at.layers[l].list);
    free(at.layers);
    return answer;
}
