/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The relaxation of a set of crowds, by column generation, and the bound that it proves.
 *
 *  Master (milp/master.h) and pricing (milp/pricing.h) take turns: the master's duals are the prices, and the
 * plans that pricing finds are the master's new columns (Ford and Fulkerson 1958; Gilmore and Gomory 1961).
 *  What any prices u >= 0 prove is arithmetic, whatever GLPK's tolerances are:
 *
 *      sum over crowds of (users * value of pricing at u) - sum over limits of u * (what there is)
 *
 *  is at most the cost of every solution, for it is its Lagrangian relaxation. So no bound here rests on
 * GLPK's word. Prices are smoothed: pricing sees a mix of the master's duals and those of the best bound so
 * far, which would otherwise jump about (Wentges, Int. Trans. Opl Res. 4(2), 1997). */
#ifndef FINLAB_MILP_RELAXATION_H
#define FINLAB_MILP_RELAXATION_H

#include "milp/master.h"

typedef enum fl_relaxation_end {
    FL_RELAXATION_SOLVED,   /* the bound is as good as it gets */
    FL_RELAXATION_HOPELESS, /* the bound reaches the cutoff */
    FL_RELAXATION_EMPTY,    /* the plans known so far allow no solution */
    FL_RELAXATION_STOPPED   /* a limit struck, or GLPK lost its way */
} fl_relaxation_end;

/** Prices: on limits, and on refusing users. */
typedef struct fl_duals {
    double *limit; /* [room] */
    double refused;
} fl_duals;

typedef struct fl_relaxation {
    fl_master *master;
    fl_pricing *pricing;
    fl_pool *pool;
    const fl_task *task;
    double until;
    int room;
    fl_duals centre[4], trial; /* the prices of the best bound, on each kind of terms; those being tried */
    int n_tried;               /* limits that have a price in it */
    fl_relaxation_end end;
    double bound;       /* goal's unit; no solution of the crowds costs less */
    long long rounds;   /* of master and pricing, in all */
    long long pricings; /* of one crowd each, in all */
} fl_relaxation;

/** Start; lives in the arena of the task. */
void fl_relaxation_open(fl_relaxation *relaxation, fl_master *master, fl_pricing *pricing, double until);

/** Room for a price of every limit of the pool; those not seen before cost nothing. */
fl_status fl_relaxation_grow(fl_relaxation *relaxation, fl_error *err);

/** Solve for the crowds that the master was started with.
 *  @param enough  stop as solved as soon as the master's objective is at most this; -INFINITY: never
 *  @param cutoff  stop as hopeless as soon as the bound is at least this */
fl_status fl_relaxation_solve(fl_relaxation *relaxation, const fl_terms *terms, double enough, double cutoff,
                              fl_error *err);

/** A few rounds without a bound, for the columns of a dive. */
fl_status fl_relaxation_polish(fl_relaxation *relaxation, const fl_terms *terms, int rounds, fl_error *err);

#endif
