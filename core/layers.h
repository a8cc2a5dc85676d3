/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The layered graph of one application, kept factored.
 *
 *  A vertex (l, n) is block l on node n. The arc from (l-1, a) to (l, b) moves the data, computes the block
 * and runs its exit head, as one cost: latency = bits_latency * slowness[a][b] + delays * delay[a][b] +
 * latency[b] energy  = bits_energy * (tx[a] + rx[b] + link_energy[a][b]) + energy[b] where the first terms
 * vanish when a = b. So one scalar pair and one vector pair per layer and one matrix over groups of nodes
 * describe blocks * nodes^2 arcs in O(groups^2 + blocks * nodes) memory, and any arc's cost is there on
 * demand. The final exit's head makes the last arc dearer: a layer has a second vector pair for the arcs that
 * end there. Weights (latency rule, reach) are already in.
 *
 *  Borrowed from the instance and the arena it was built in. */
#ifndef FINLAB_CORE_LAYERS_H
#define FINLAB_CORE_LAYERS_H

#include "core/cost.h"
#include "core/plan.h"
#include <math.h>

/** One block: what it takes to get to it and to run it. */
typedef struct fl_layer {
    double bits_latency;            /* weight * bits that move into this block */
    double delays;                  /* weight of a move's delay: fl_cost_weight() */
    double bits_energy;             /* reach * bits */
    const double *latency, *energy; /* [n_nodes] of computing here and going on; INFINITY: not allowed */
    int exit;                       /* the exit that may be final after this block, or -1 */
    const double *final_latency,
        *final_energy; /* [n_nodes] of computing here and stopping; NULL if exit < 0 */
} fl_layer;

typedef struct fl_layers {
    const fl_instance *instance;
    int app;
    int n_nodes;
    int n_layers;    /* blocks up to the deepest exit that is accurate enough; 0: no exit is */
    fl_layer *layer; /* [n_layers] */
    int source;
    double deadline; /* s, with the tolerance, less FL_TOLERANCE_SEARCH: a path within it is in time */
    double latest;   /* s, with the tolerance: what the judge lets pass, but for rounding */
    const fl_groups *groups;
    const double *tx, *rx; /* [n_nodes] J/bit */
} fl_layers;

/** Tabulate application `app`, for one of its users and with the largest level of every sliced node.
 *  O(groups^2 + blocks * nodes) */
fl_status fl_layers_build(fl_layers *out, const fl_instance *instance, int app, fl_arena *arena,
                          fl_error *err);

/** The same with these levels.
 *  @param levels  [n_slices] index of a level; -1: the node may not be used; NULL: the largest of each */
fl_status fl_layers_build_at(fl_layers *out, const fl_instance *instance, int app, const int *levels,
                             fl_arena *arena, fl_error *err);

/** What it costs to use what is shared, J per inference: prices on the loads of one user (core/loads.h). */
typedef struct fl_prices {
    const double *capacity; /* [n_nodes] per op/s */
    const double *memory;   /* [n_nodes] per byte */
    const double *link;     /* [n_nodes * n_nodes] per bit/s, row = sender; NULL: none */
} fl_prices;

/** Add prices to the energies of freshly built layers: a path then costs its energy and its loads' prices.
 *  Prices of shares of nodes are the caller's to add. Numbers live in `arena`.
 *  O(blocks * nodes), with link prices + O(nodes^2) */
fl_status fl_layers_price(fl_layers *layers, const fl_prices *prices, fl_arena *arena, fl_error *err);

/** The cost of moving from node a into layer l on node b; false when there is no link. */
static inline bool fl_layers_move(const fl_layers *layers, int l, int a, int b, fl_cost *out) {
    *out = (fl_cost){0, 0};
    if (a == b) return true;
    const fl_groups *groups = layers->groups;
    const fl_layer *layer = &layers->layer[l];
    size_t at = (size_t)groups->group[a] * (size_t)groups->n_groups + (size_t)groups->group[b];
    if (isinf(groups->slowness[at])) return false;
    out->latency = layer->bits_latency * groups->slowness[at] + layer->delays * groups->delay[at];
    out->energy = layer->bits_energy * (layers->tx[a] + layers->rx[b] + groups->energy[at]);
    return true;
}

/** The whole arc from node a (the source when l = 0) to (l, b); `final`: the one that stops there.
 *  @return false when there is no such arc (no link, node not allowed, no final exit) */
static inline bool fl_layers_arc(const fl_layers *layers, int l, int a, int b, bool final, fl_cost *out) {
    const fl_layer *layer = &layers->layer[l];
    if (final && layer->exit < 0) return false;
    if (isinf(layer->latency[b]) || !fl_layers_move(layers, l, a, b, out)) return false;
    out->latency += final ? layer->final_latency[b] : layer->latency[b];
    out->energy += final ? layer->final_energy[b] : layer->energy[b];
    return true;
}

#endif
