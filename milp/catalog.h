/* SPDX-License-Identifier: GPL-3.0-or-later */
/** All plans of one user that may matter.
 *
 *  Where a bound and a plan are close, no plan of a user is of use whose price exceeds the least one's by
 *  more than what is open between the two (reduced cost fixing), nor one that takes more power and more of
 *  every limit than another one. What is left is often a handful for each application, and can be listed, by
 *  labels from the source on: energy, latency, price, and what is taken of each limit. Then no pricing is
 *  needed any more (Baldacci, Christofides, Mingozzi, Math. Program. 115(2), 2008). */
#ifndef FINLAB_MILP_CATALOG_H
#define FINLAB_MILP_CATALOG_H

#include "milp/pricing.h"

/** Where the limits of an instance are counted. */
typedef struct fl_catalog {
    fl_pricing *pricing;
    int n_limits;
    int *capacity, *memory; /* [n_nodes] numbers of limits, -1: none */
    int *link;              /* [n_nodes^2] the same */
    double *amount;         /* [n_limits] what there is */
} fl_catalog;

/** Most nodes of a system whose plans are listed. */
enum { FL_CATALOG_NODES_MOST = 64 };

/** Count the limits; lives in the arena of the task. O(nodes^2 log links) */
fl_status fl_catalog_open(fl_catalog *catalog, fl_pricing *pricing, fl_error *err);

/** Add to the pool every plan of one user of `crowd` that costs at most so much at the prices that are set,
 *  but for those that another plan makes useless.
 *  @param most      goal's unit
 *  @param complete  out: false when there are too many, or when rounding leaves doubts */
fl_status fl_catalog_list(fl_catalog *catalog, const fl_crowd *crowd, fl_goal goal, double most,
                          bool *complete, fl_error *err);

#endif
