/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Among the paths that are shortest by one measure, the best by the other.
 *
 *  Measures are rounded sums, so "shortest" means within FL_TOLERANCE_EQUAL: an arc is tight when some path
 *  through it is no longer than the shortest by that much, and the path chosen consists of tight arcs. Over
 * many arcs the differences can add up; a caller to whom that matters falls back to a shortest path itself.
 */
#ifndef FINLAB_HEURISTICS_TIES_H
#define FINLAB_HEURISTICS_TIES_H

#include "heuristics/arcs.h"
#include "heuristics/path.h"

typedef enum fl_ties_measure { FL_TIES_ENERGY, FL_TIES_LATENCY } fl_ties_measure;

typedef struct fl_ties {
    const fl_layers *layers;
    fl_ties_measure first; /* decides; ties go by the other */
    double unit;           /* J or s that weigh 1 in the distances below */
    double *ahead;         /* [fl_arcs_vertices()] least weight from the source; INFINITY: unreachable */
    double *behind;        /* [fl_arcs_vertices()] least weight to the sink, likewise */
} fl_ties;

/** What an arc weighs in the distances. */
static inline double fl_ties_weight(const fl_ties *ties, const fl_arc *arc) {
    return (ties->first == FL_TIES_ENERGY ? arc->cost.energy : arc->cost.latency) / ties->unit;
}

/** Room for the distances, which fl_ties_measure_all() or the caller fills. */
fl_status fl_ties_create(fl_ties *out, const fl_layers *layers, fl_ties_measure first, double unit,
                         fl_arena *arena, fl_error *err);

/** Fill the distances by dynamic programming over the layers. O(blocks * nodes^2) */
fl_status fl_ties_measure_all(fl_ties *ties, fl_error *err);

/** The best path of tight arcs.
 *  @param path  as fl_path_create(); "no path" when the sink cannot be reached
 *  O(blocks * nodes^2), O(blocks * nodes) scratch in `arena`, released again */
fl_status fl_ties_path(fl_path *path, const fl_ties *ties, fl_arena *arena, fl_error *err);

#endif
