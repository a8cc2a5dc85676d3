/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ways to good plans for column generation: placing one user after another, rounding a relaxation
 *  and diving; milp/tabu.h and milp/neighbours.h are others. Nothing here proves anything; the judge decides
 * what is kept. */
#ifndef FINLAB_MILP_PRIMAL_H
#define FINLAB_MILP_PRIMAL_H

#include "milp/relaxation.h"

/** The best plan that the judge allows: most users served, then least power. */
typedef struct fl_incumbent {
    fl_plan plan;     /* n_apps == 0: none yet */
    long long served; /* users; -1: no plan */
    double power;     /* W; INFINITY: no plan */
    double rates;     /* inferences/s of the users served */
} fl_incumbent;

/** From where on costs are of no interest, goal's unit: what is sought is a user more, any plan for all of
 *  `users`, or a plan cheaper by more than the part `gap` and than powers that count as equal. */
double fl_incumbent_cutoff(const fl_incumbent *best, const fl_terms *terms, long long users, double gap);

/** Keep a plan when it is allowed and better. */
fl_status fl_incumbent_offer(fl_incumbent *best, const fl_plan *plan, const fl_task *task, bool *allowed,
                             fl_error *err);

/** Place one user after another with the method `exact`, in several orders, and add what is found to the
 * pool.
 */
fl_status fl_primal_sequential(fl_incumbent *best, fl_pool *pool, const fl_task *task, double until,
                               fl_error *err);

/** Offer the master's solution when its users are whole.
 *  @param whole    whether they are
 *  @param allowed  and the judge allows the plan */
fl_status fl_primal_whole(fl_incumbent *best, const fl_relaxation *relaxation, bool *whole, bool *allowed,
                          fl_error *err);

/** Place the users on whom the relaxation is clearest for good and solve it again for the others, new columns
 *  included, until all are placed. Leaves the master as it was, but for new columns. */
fl_status fl_primal_dive(fl_incumbent *best, fl_relaxation *relaxation, fl_terms terms, fl_error *err);

#endif
