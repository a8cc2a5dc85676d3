/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Search over labels from both ends: for instances with very many nearly equal plans.
 *
 *  Labels grow from the source and from the exits, the side with fewer of them first, and meet in a layer.
 * Where the number of labels doubles with every block, two halves need about the square root of what one
 * whole needs. A cut on the reduced weight, as in core/labels.h, and two kinds of trial take turns:
 *
 *  - a whole one finds every path under the cut, or gives up when labels get too many;
 *  - a thinned one keeps only some labels of each front, evenly spread over its latencies, and joins the two
 * sides in every layer. It proves nothing, but finds good plans: with n labels on either side n^2 paths are
 * looked at.
 *
 *  Often the best plan is so close to the dual bound that it is proven as soon as it is found. It is taken
 * for the optimum when it costs at most FL_TOLERANCE_PROOF, relative, more than the least possible: where
 * 2^100 selections of blocks share a bound up to rounding, no more can be asked for.
 *
 *  The idea of meeting in the middle: Horowitz and Sahni, "Computing partitions with applications to the
 * knapsack problem", JACM 21(2), 1974; for constrained shortest paths: Righini and Salani, Discrete
 * Optimization 3(3), 2006. */
#ifndef FINLAB_CORE_MEET_H
#define FINLAB_CORE_MEET_H

#include "core/dual.h"
#include "core/sweep.h"

typedef struct fl_meet_found {
    bool better;   /* than the dual's path: what follows is filled */
    int *nodes;    /* [n_layers], up to its exit */
    int exit;      /* its exit */
    fl_cost cost;  /* its cost */
    bool complete; /* that path, or the dual's, is the optimum; else watch->stop says what struck */
    double bound;  /* no path in time costs less, J */
} fl_meet_found;

/** Go on from a search that found too many labels.
 *  @param back   the sweep of that search, its bounds and its bench in use; its fronts are lost
 *  @param dual   solved, lambda > 0
 *  @param lower  proven bound, J
 *  @param width  J above it; where labels got too many
 *  @return FL_ENOMEM, `out` being valid all the same: what was found until then */
fl_status fl_meet_search(fl_meet_found *out, fl_sweep *back, const fl_dual *dual, double lower, double width,
                         fl_error *err);

#endif
