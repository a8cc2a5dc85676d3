/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Shortest paths on the layered graph by one scalar weight, for every vertex at once.
 *
 *  A pass computes, layer by layer from the source, the least weight at which each vertex can be reached. One
 *  layer is a min-plus product of a vector with the matrix of links, fused with the arithmetic of the arcs,
 * so no arc is ever stored: O(layers * (groups^2 + nodes)) time, O(layers * nodes) memory. With energy or
 * latency alone these are completion bounds; with energy + lambda * latency they are those of the Lagrangian
 * relaxation (core/dual.h). */
#ifndef FINLAB_CORE_PASSES_H
#define FINLAB_CORE_PASSES_H

#include "core/layers.h"
#include <float.h>

/** A weight of zero is counted as the least normal number, so that what is missing stays infinitely far. What
 *  this adds to any path stays far below this; energies as small as that are not told apart. */
#define FL_PASS_NOTHING (DBL_MIN * 0x1p300)

typedef struct fl_pass {
    double energy_weight, latency_weight; /* >= 0 */
    double *arrive; /* [n_layers * n_nodes] least weight of reaching (l, n), before computing there; INFINITY:
                       it cannot be reached */
    double value;   /* least weight of a whole path; INFINITY: there is none */
    int layer, node; /* where that path ends */
} fl_pass;

/** Reserve `arrive` in `arena`. */
fl_status fl_pass_init(fl_pass *pass, const fl_layers *layers, fl_arena *arena, fl_error *err);

/** Run a pass with these weights.
 *  @param scratch  [3 * n_nodes] */
void fl_pass_run(fl_pass *pass, const fl_layers *layers, double energy_weight, double latency_weight,
                 double *scratch);

/** The reverse: the least weight from each vertex to the end of a path, what is computed at the vertex not
 *  counted.
 *  @param to_go    [n_layers * n_nodes]; INFINITY: no end can be reached
 *  @param scratch  [3 * n_nodes] */
void fl_pass_run_back(double *to_go, const fl_layers *layers, double energy_weight, double latency_weight,
                      double *scratch);

/** Read the best path of a pass back.
 *  @param nodes  [n_layers], filled up to pass->layer
 *  @return what it costs, as the arcs add up. O(layers * nodes) */
fl_cost fl_pass_trace(const fl_pass *pass, const fl_layers *layers, int *nodes);

/** The path of least weight over all allowed exits, whatever its latency; ties go to the lower node number
 *  and the earlier exit.
 *  @param nodes  [n_layers] its nodes, filled up to its exit
 *  @param exit   its final exit, or -1 when there is no path at all
 *  @param cost   its cost as the arcs add up
 *  Scratch comes from `arena` and is released again. */
fl_status fl_pass_shortest(const fl_layers *layers, double energy_weight, double latency_weight, int *nodes,
                           int *exit, fl_cost *cost, fl_arena *arena, fl_error *err);

#endif
