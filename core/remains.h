/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the users placed so far left of what all share, and what is therefore barred to the next one.
 *
 *  Invariant: `used` is sorted as fl_loads_compare() and holds each limit once. Bars belong to one user of
 * one application; fl_remains_bar_full() starts them anew. */
#ifndef FINLAB_CORE_REMAINS_H
#define FINLAB_CORE_REMAINS_H

#include "core/loads.h"

typedef struct fl_remains {
    const fl_instance *instance;
    fl_arena *arena;
    fl_load *used; /* [n_used] */
    int n_used, room;
    double slack;      /* by how much, relative, a limit may be exceeded */
    bool *barred;      /* [most blocks * n_nodes] for the user at hand */
    fl_groups groups;  /* the links without those barred */
    double *slowness;  /* of `groups`, to be written */
    bool links_barred; /* `groups` is in use */
} fl_remains;

/** Nobody is placed, nothing is barred, and limits may be exceeded as the judge allows. Keeps `instance` and
 *  `arena`. */
fl_status fl_remains_create(fl_remains *out, const fl_instance *instance, fl_arena *arena, fl_error *err);

/** Forget all users. From now on half of the judge's tolerance is kept for his rounding. Uses no memory of
 * the arena that was taken before. */
void fl_remains_clear(fl_remains *remains);

/** Count what `count` users take, each `loads` [n]. O(n * limits used) */
fl_status fl_remains_take(fl_remains *remains, const fl_load *loads, int n, int count, fl_error *err);

/** How many users, up to `most`, who each take `loads` [n] can still be placed. O(n log limits) */
int fl_remains_fit(const fl_remains *remains, const fl_load *loads, int n, int most);

/** The first of `loads` [n] of which too little is left for one user; NULL: none. */
const fl_load *fl_remains_excess(const fl_remains *remains, const fl_load *loads, int n);

/** Bar the nodes that one block of `app` alone would overload, and the links over which not even its smallest
 *  transfer fits any more; nothing else. O(nodes * blocks * exits) */
fl_status fl_remains_bar_full(fl_remains *remains, const fl_app *app, fl_error *err);

/** Bar more, because `placement` takes too much of `excess`: the link, or the node from the last of the
 * plan's blocks there, as FIN drops the arc that overloads a node.
 *  @param more  false: it was barred already */
fl_status fl_remains_bar(fl_remains *remains, bool *more, int app, const fl_placement *placement,
                         const fl_load *excess, fl_error *err);

/** Leave in `app`, a copy of the application, only what is not barred: the nodes of its blocks, and the
 * levels of its slices that are still to be had. Memory is the arena's. */
fl_status fl_remains_restrict(fl_remains *remains, fl_app *app, fl_error *err);

/** The links that are not barred; NULL: all. */
const fl_groups *fl_remains_links(const fl_remains *remains);

#endif
