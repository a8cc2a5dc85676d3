/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The cheapest path that fits into the limits when its user is alone.
 *
 *  A path that asks more of a node or link than there is, is of no use to whole users, but a relaxation would
 * use parts of it. So where the search over labels (core/labels.h) finds one, it is asked again without: a
 *  path that fits misses at least one of the steps that together are too much, so each of them in turn is
 * taken out, and the least of what is found then is looked at next - a branch and bound of its own, mostly of
 *  one node or a few. */
#ifndef FINLAB_MILP_FITTING_H
#define FINLAB_MILP_FITTING_H

#include "core/labels.h"
#include "milp/crowd.h"

typedef struct fl_fitting {
    double value; /* no path that fits costs less, J; INFINITY: there is none */
    int exit;     /* of the path found, -1: none */
    int *nodes;   /* [after of that exit] its nodes */
} fl_fitting;

/** Search.
 *  @param layers   built for this search alone: written to, but left as they were
 *  @param task     its instance is the one with all limits; all is in its arena
 *  @param app      the application in that instance
 *  @param levels   [n_slices] what is reserved
 *  @param query    for one cheapest path; its limits hold for each search */
fl_status fl_fitting_search(fl_fitting *out, fl_layers *layers, const fl_task *task, int app,
                            const int *levels, const fl_labels_query *query, fl_error *err);

#endif
