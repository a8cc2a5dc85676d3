/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Large neighbourhood search (Shaw, CP 1998): some users of the best plan are taken out, those who share
 * full limits before others, and placed anew on what the others leave, at best among all offers known
 *  (milp/choose.h). How many is learnt: more after searches that came to their end, fewer after others; and
 *  searches may take longer when they find nothing.
 *
 *  Where the power counts, only a cheaper plan is kept. Where users do, also one that serves as many and
 * takes less of what is scarce, at prices drawn anew each time: so the search drifts among plans that serve
 * as many, until somewhere there is room for one more. */
#ifndef FINLAB_MILP_NEIGHBOURS_H
#define FINLAB_MILP_NEIGHBOURS_H

#include "core/random.h"
#include "milp/primal.h"

typedef struct fl_neighbours {
    fl_relaxation *relaxation;
    fl_incumbent *best;
    int *users; /* [n_users] of each offer, in the plan walked to; the pool may have more offers by now */
    int n_users, room;
    long long served; /* of the best plan when `users` was last made from it, or it from them; -1: never */
    double power;     /* the same, W */
    double size;      /* users to take out */
    fl_random random;
    int vain;        /* neighbourhoods in a row in which there was nothing better */
    long long nodes; /* of all searches */
} fl_neighbours;

/** Start; lives in the arena of the task. */
void fl_neighbours_open(fl_neighbours *neighbours, fl_incumbent *best, fl_relaxation *relaxation);

/** Try neighbourhoods of the best plan until there were so many nodes in all, or one user more is served. The
 *  same every time, unless a limit of the relaxation strikes.
 *  @param terms  FL_TERMS_SERVE, or FL_TERMS_SPEND when the best plan serves as many as it must */
fl_status fl_neighbours_search(fl_neighbours *neighbours, const fl_terms *terms, long long nodes_most,
                               fl_error *err);

#endif
