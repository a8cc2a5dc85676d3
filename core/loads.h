/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a placement takes of what all applications share: the capacity and memory of nodes, shares of their
 *  speed, the capacity of links.
 *
 *  The judge adds these up; methods that place several applications price them or keep account of what is
 *  left. Only limits that exist are listed: what is unlimited takes no load. */
#ifndef FINLAB_CORE_LOADS_H
#define FINLAB_CORE_LOADS_H

#include "core/cost.h"
#include "core/plan.h"

typedef enum fl_limit_kind {
    FL_LIMIT_CAPACITY, /* of node `to`, op/s */
    FL_LIMIT_MEMORY,   /* of node `to`, bytes */
    FL_LIMIT_SHARE,    /* of the speed of node `to`: slices, at most 1 in all */
    FL_LIMIT_LINK      /* of the link from `from` to `to`, bit/s */
} fl_limit_kind;

/** An amount of one limit. */
typedef struct fl_load {
    fl_limit_kind kind;
    int from, to; /* from is -1 for limits of nodes */
    double amount;
} fl_load;

/** No placement of this many blocks has more loads. */
static inline int fl_loads_most(int blocks) {
    return 4 * blocks;
}

/** What one user of application `app`, placed so, takes.
 *  @param out  [fl_loads_most(blocks)] filled in order of kind, from, to; each limit once, amounts > 0
 *  @return how many. O(blocks * log(blocks) * (exits + log links)) */
int fl_loads_of(fl_load *out, const fl_instance *instance, int app, const fl_placement *placement);

/** What all users of a plan take together.
 *  @param out  [*n] in `arena`, in order, each limit once
 *  O(blocks * log(blocks) * exits) over all placements */
fl_status fl_loads_of_plan(fl_load **out, int *n, const fl_instance *instance, const fl_plan *plan,
                           fl_arena *arena, fl_error *err);

/** What there is of it for all applications together. */
double fl_loads_limit(const fl_instance *instance, const fl_load *load);

/** Order by kind, from, to; 0: the same limit. */
int fl_loads_compare(const fl_load *one, const fl_load *two);

/** Sort loads and add up those of the same limit; returns how many remain. O(n log n) */
int fl_loads_sum(fl_load *loads, int n);

#endif
