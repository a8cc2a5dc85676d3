/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The best choice of one offer for each user, under the limits that all share: a multiple-choice knapsack
 *  with as many knapsacks as there are limits.
 *
 *  Searched depth first, with the relaxation of milp/simplex.h in every node, which starts where its parent's
 *  ended. A node is divided by a property of plans (milp/crowd.h) where users have it in parts, or by a
 *  column. Columns that do not fit beside what all others take at least are left out (milp/trim.h), and below
 *  a node those whose reduced cost exceeds what is open. */
#ifndef FINLAB_MILP_CHOOSE_H
#define FINLAB_MILP_CHOOSE_H

#include "milp/crowd.h"
#include "milp/pool.h"
#include "milp/simplex.h"

/** Users who choose from the same offers. */
typedef struct fl_choosers {
    int count, first, end; /* items `first` to `end` - 1 */
    bool may_refuse;
} fl_choosers;

typedef struct fl_choose {
    const fl_pool *pool;
    fl_arena *arena;
    fl_items items; /* costs are the offers' own; the last item is to be refused */
    int *offer;     /* [items.n] in the pool; of the last one -1 */
    int n_groups;
    fl_choosers *groups; /* [n_groups] */
    double cutoff;       /* finite; only what costs less is of interest; found() may lower it */

    /** Called with every solution found whose users are whole, which may yet be no better than the cutoff.
     *  @param users  [pool->n_offers] who take each offer */
    fl_status (*found)(struct fl_choose *choose, const int *users, fl_error *err);
    void *context; /* for found() */

    double until;
    const volatile sig_atomic_t *interrupt;
    long long nodes_most;
    long long nodes; /* in and out: of all searches together */
    bool stopped;    /* out: by a limit */
} fl_choose;

/** Take the offers of the items as they stand in `offer` for `items`.
 *  @param cost   [n] of each item, the last one's of being refused; borrowed
 *  @param limit  [pool->n_limits + 1] what there is, the last one of refusals; borrowed
 *  @param n      items, the last one included */
fl_status fl_choose_items(fl_choose *choose, const double *cost, const double *limit, int n, fl_error *err);

/** Search. When it was not stopped, no choice costs less than the cutoff is then. */
fl_status fl_choose_search(fl_choose *choose, fl_error *err);

#endif
