/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `local`: steepest descent from several plans. A neighbour has one run of blocks on one other node (a single
 * block is the shortest run), or stops at another exit, the blocks from some block on being on one node. Of
 * all neighbours in time the cheapest is next, until none is cheaper. The first start is the greedy plan, the
 * others are random plans in time; the best end is the answer. It claims nothing.
 *
 * A descent takes few steps, each O(exits * blocks^2 * nodes): what stays before and after a run is summed up
 * once. */
#include "heuristics/draft.h"
#include "heuristics/methods.h"
#include "heuristics/seek.h"

enum { STARTS, SEED, TIME_LIMIT, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [STARTS] = {"starts", FL_OPTION_INT, 10, 1, 1e9, NULL,
                "plans to descend from: the greedy one, then random ones"},
    [SEED] = FL_SEEK_SEED,
    [TIME_LIMIT] = FL_SEEK_TIME_LIMIT,
};

typedef struct descent {
    const fl_drafts *drafts;
    fl_draft now;
    fl_cost *before; /* [n_layers + 1] cost of the blocks before block l */
    fl_cost *after;  /* [n_layers + 1] of those from block l on, where block l's node has not changed */
    /* The best neighbour so far: blocks first..last on `node`, stopping at `exit`. */
    fl_cost best;
    int first, last, node, exit;
} descent;

static fl_cost add(fl_cost one, fl_cost other) {
    return (fl_cost){one.energy + other.energy, one.latency + other.latency};
}

/* The cost of block l on b after a; INFINITY: no such arc. */
static fl_cost arc(const descent *d, int l, int a, int b, bool final) {
    fl_cost cost;
    return fl_layers_arc(d->drafts->layers, l, a, b, final, &cost) ? cost : (fl_cost){INFINITY, INFINITY};
}

static int node_before(const descent *d, int l) {
    return l > 0 ? d->now.path.nodes[l - 1] : d->drafts->layers->source;
}

static void sum_up(descent *d, int depth) {
    const int *nodes = d->now.path.nodes;
    d->before[0] = d->after[depth] = (fl_cost){0, 0};
    for (int l = 0; l < depth; l++) {
        d->before[l + 1] = add(d->before[l], arc(d, l, node_before(d, l), nodes[l], false));
    }
    for (int l = depth - 1; l >= 0; l--) {
        fl_cost here = arc(d, l, node_before(d, l), nodes[l], l == depth - 1);
        d->after[l] = add(d->after[l + 1], here);
    }
}

static void offer(descent *d, fl_cost cost, int first, int last, int node, int exit) {
    if (!(cost.latency <= d->drafts->layers->deadline) || !(cost.energy < d->best.energy)) return;
    d->best = cost;
    d->first = first;
    d->last = last;
    d->node = node;
    d->exit = exit;
}

/* All runs on `node` that begin at `first`: those that end before the path does, and those that go on to some
 * exit and stop there. */
static void try_runs(descent *d, int depth, int first, int node) {
    const fl_layers *layers = d->drafts->layers;
    const int *nodes = d->now.path.nodes;
    fl_cost so_far = d->before[first];
    for (int l = first; l < layers->n_layers; l++) {
        int from = l > first ? node : node_before(d, l), exit = layers->layer[l].exit;
        if (exit >= 0) offer(d, add(so_far, arc(d, l, from, node, true)), first, l, node, exit);
        so_far = add(so_far, arc(d, l, from, node, false));
        if (isinf(so_far.latency)) return;
        if (l + 1 >= depth) continue;
        fl_cost next = arc(d, l + 1, node, nodes[l + 1], l + 2 == depth);
        offer(d, add(so_far, add(next, d->after[l + 2])), first, l, node, d->now.path.exit);
    }
}

/* One step down; false: no neighbour in time is cheaper. */
static bool step(descent *d) {
    int depth = fl_draft_depth(&d->now, d->drafts);
    fl_cost old = d->now.cost;
    d->best = old;
    sum_up(d, depth);
    for (int first = 0; first < depth; first++) {
        for (int node = 0; node < d->drafts->layers->n_nodes; node++) try_runs(d, depth, first, node);
    }
    if (!(d->best.energy < old.energy)) return false;
    fl_draft_put(&d->now, d->drafts, d->first, d->last, d->node, d->exit);
    fl_draft_measure(&d->now, d->drafts);
    return d->now.cost.energy < old.energy; /* not by rounding alone */
}

static fl_status reserve(descent *d, const fl_drafts *drafts, fl_arena *arena, fl_error *err) {
    size_t n = (size_t)drafts->layers->n_layers + 1;
    *d = (descent){.drafts = drafts, .before = FL_NEW(arena, n, fl_cost), .after = FL_NEW(arena, n, fl_cost)};
    if (d->before == NULL || d->after == NULL) return fl_arena_error(arena, err);
    return fl_draft_create(&d->now, drafts, arena, err);
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_seek seek;
    descent d;
    FL_TRY(fl_seek_begin(&seek, task, task->settings->value[SEED], task->settings->value[TIME_LIMIT], err));
    FL_TRY(reserve(&d, &seek.drafts, task->arena, err));
    for (int start = 0; start < task->settings->value[STARTS] && !fl_seek_stopped(&seek); start++) {
        if (!fl_draft_build(&d.now, &seek.drafts, start > 0 ? &seek.random : NULL)) break;
        while (!fl_seek_stopped(&seek) && step(&d)) {
        }
        fl_seek_offer(&seek, &d.now);
    }
    return fl_seek_end(answer, &seek, err);
}

const fl_method fl_local_method = {
    .name = "local",
    .summary = "local search: moves runs of blocks and exits while that saves energy, from several starts",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
