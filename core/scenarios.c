/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/scenarios.h"
#include "core/passes.h"
#include <stdlib.h>
#include <string.h>

/** A way to a vertex: its latencies, one per scenario, stand beside it in its list. */
typedef struct label {
    double energy;
    int node, before; /* before: its label in the layer before; -1: the source */
} label;

/** The labels of a layer, or candidates to be. */
typedef struct list {
    label *labels;
    double *latencies; /* [n * n_scenarios] */
    int n, room;
} list;

typedef struct search {
    const fl_scenarios_query *query;
    const fl_layers *first;
    fl_scenarios *out;
    fl_arena *arena;
    int n_scenarios;
    double **latency;   /* [n_scenarios][n_layers * n_nodes] least latency from a vertex to an end */
    double *energy;     /* [n_layers * n_nodes] and least energy */
    list *layers;       /* [n_layers] */
    double *step;       /* [n_scenarios] of the path at hand */
    int end, end_layer; /* the label before the best path's last block, and that block; -1: no path yet */
} search;

/* Lists */

static fl_status append(list *to, const label *new, const double *latencies, int n_scenarios, fl_arena *arena,
                        fl_error *err) {
    if (to->n == to->room) {
        int room = to->room > 0 ? 2 * to->room : 16;
        label *labels = FL_NEW(arena, room, label);
        double *copies = FL_NEW(arena, (size_t)room * (size_t)n_scenarios, double);
        if (labels == NULL || copies == NULL) return fl_arena_error(arena, err);
        if (to->n > 0) {
            memcpy(labels, to->labels, (size_t)to->n * sizeof *labels);
            memcpy(copies, to->latencies, (size_t)to->n * (size_t)n_scenarios * sizeof *copies);
        }
        *to = (list){labels, copies, to->n, room};
    }
    to->labels[to->n] = *new;
    memcpy(to->latencies + (size_t)to->n * (size_t)n_scenarios, latencies,
           (size_t)n_scenarios * sizeof *latencies);
    to->n++;
    return FL_OK;
}

static bool no_later(const double *one, const double *other, int n) {
    for (int k = 0; k < n; k++) {
        if (one[k] > other[k]) return false;
    }
    return true;
}

/** A candidate by its energy, and then by the latency in the first scenario. */
typedef struct order {
    double energy, latency;
    int index;
} order;

static int compare(const void *a, const void *b) {
    const order *one = a, *two = b;
    if (one->energy != two->energy) return one->energy < two->energy ? -1 : 1;
    if (one->latency != two->latency) return one->latency < two->latency ? -1 : 1;
    return (one->index > two->index) - (one->index < two->index);
}

/** Add to a layer those candidates that no other, with no more energy, is as early as in every scenario. */
static fl_status keep_best(list *to, const list *candidates, search *now, fl_error *err) {
    size_t n = (size_t)now->n_scenarios;
    int from = to->n;
    order *orders = FL_NEW(now->arena, candidates->n, order);
    if (orders == NULL) return fl_arena_error(now->arena, err);
    for (int i = 0; i < candidates->n; i++) {
        orders[i] = (order){candidates->labels[i].energy, candidates->latencies[(size_t)i * n], i};
    }
    if (candidates->n > 0) qsort(orders, (size_t)candidates->n, sizeof *orders, compare);
    for (int i = 0; i < candidates->n; i++) {
        int at = orders[i].index, k = from;
        const double *latencies = candidates->latencies + (size_t)at * n;
        while (k < to->n && !no_later(to->latencies + (size_t)k * n, latencies, (int)n)) k++;
        if (k < to->n) continue;
        FL_TRY(append(to, &candidates->labels[at], latencies, (int)n, now->arena, err));
        now->out->n_labels++;
    }
    return FL_OK;
}

/* Paths */

/** Whether a path may be one that is looked for: with `energy`, and now->step, so far. */
static bool may_do(const search *now, double energy, int l, int node, bool ends) {
    size_t at = (size_t)l * (size_t)now->first->n_nodes + (size_t)node;
    double rest = ends ? 0 : now->energy[at];
    if (!(energy + rest < now->out->energy)) return false;
    for (int k = 0; k < now->n_scenarios; k++) {
        double left = ends ? 0 : now->latency[k][at];
        if (!(now->step[k] + left <= now->query->layers[k].deadline)) return false;
    }
    return true;
}

/** The way `before` (NULL: from the source) with block `l` on `node` added, into now->step; false: no arc. */
static bool go(search *now, const label *before, const double *latencies, int l, int node, bool ends,
               double *energy) {
    int from = before != NULL ? before->node : now->first->source;
    for (int k = 0; k < now->n_scenarios; k++) {
        fl_cost arc;
        if (!fl_layers_arc(&now->query->layers[k], l, from, node, ends, &arc)) return false;
        now->step[k] = (before != NULL ? latencies[k] : 0) + arc.latency;
        if (k == 0) *energy = (before != NULL ? before->energy : 0) + arc.energy;
    }
    return may_do(now, *energy, l, node, ends);
}

/** Extend one way to block `l` on `node`: on to the next block, and to the end if an exit stands there. */
static fl_status extend(search *now, list *candidates, int before, int l, int node, fl_error *err) {
    const list *from = l > 0 ? &now->layers[l - 1] : NULL;
    const label *way = from != NULL ? &from->labels[before] : NULL;
    const double *latencies =
        from != NULL ? from->latencies + (size_t)before * (size_t)now->n_scenarios : NULL;
    label new = {.node = node, .before = before};
    if (go(now, way, latencies, l, node, true, &new.energy)) {
        now->out->energy = new.energy;
        now->out->exit = now->first->layer[l].exit;
        now->out->nodes[l] = node;
        now->end = before;
        now->end_layer = l;
    }
    if (l + 1 == now->first->n_layers || !go(now, way, latencies, l, node, false, &new.energy)) return FL_OK;
    return append(candidates, &new, now->step, now->n_scenarios, now->arena, err);
}

/** Whether a limit strikes. */
static bool must_stop(const search *now) {
    const fl_scenarios_query *query = now->query;
    double bytes = (double)sizeof(label) + (double)now->n_scenarios * (double)sizeof(double);
    if (query->interrupt != NULL && *query->interrupt)
        now->out->stop = FL_STOP_INTERRUPTED;
    else if (isfinite(query->until) && fl_clock() >= query->until)
        now->out->stop = FL_STOP_TIME;
    else if (query->memory > 0 && bytes * (double)now->out->n_labels > query->memory)
        now->out->stop = FL_STOP_MEMORY;
    return now->out->stop != FL_STOP_DONE;
}

static fl_status sweep(search *now, fl_error *err) {
    list candidates = {0};
    for (int l = 0; l < now->first->n_layers; l++) {
        int n_before = l > 0 ? now->layers[l - 1].n : 1;
        for (int node = 0; node < now->first->n_nodes && n_before > 0; node++) {
            if (must_stop(now)) return FL_OK;
            candidates.n = 0;
            for (int i = 0; i < n_before; i++) {
                FL_TRY(extend(now, &candidates, l > 0 ? i : -1, l, node, err));
            }
            FL_TRY(keep_best(&now->layers[l], &candidates, now, err));
        }
    }
    return FL_OK;
}

static void trace(search *now) {
    int at = now->end;
    for (int l = now->end_layer - 1; l >= 0; l--) {
        const label *of = &now->layers[l].labels[at];
        now->out->nodes[l] = of->node;
        at = of->before;
    }
}

/** The least that the rest of a path takes, from every vertex. */
static fl_status bound(search *now, fl_error *err) {
    size_t size = (size_t)now->first->n_layers * (size_t)now->first->n_nodes;
    double *scratch = FL_NEW(now->arena, 3 * (size_t)now->first->n_nodes, double);
    now->latency = FL_NEW(now->arena, now->n_scenarios, double *);
    now->energy = FL_NEW(now->arena, size, double);
    for (int k = 0; k < now->n_scenarios && now->latency != NULL; k++) {
        now->latency[k] = FL_NEW(now->arena, size, double);
    }
    if (now->arena->failed) return fl_arena_error(now->arena, err);
    fl_pass_run_back(now->energy, now->first, 1, 0, scratch);
    for (int k = 0; k < now->n_scenarios; k++) {
        fl_pass_run_back(now->latency[k], &now->query->layers[k], 0, 1, scratch);
    }
    return FL_OK;
}

fl_status fl_scenarios_solve(fl_scenarios *out, const fl_scenarios_query *query, fl_arena *arena,
                             fl_error *err) {
    search now = {.query = query,
                  .first = &query->layers[0],
                  .out = out,
                  .arena = arena,
                  .n_scenarios = query->n_scenarios,
                  .end_layer = -1};
    *out = (fl_scenarios){.exit = -1, .energy = query->enough, .stop = FL_STOP_DONE};
    out->nodes = FL_NEW(arena, now.first->n_layers, int);
    now.layers = FL_ZERO(arena, now.first->n_layers, list);
    now.step = FL_NEW(arena, now.n_scenarios, double);
    if (arena->failed) return fl_arena_error(arena, err);
    FL_TRY(bound(&now, err));
    FL_TRY(sweep(&now, err));
    if (out->exit >= 0) trace(&now);
    return FL_OK;
}
