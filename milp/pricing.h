/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The pricing problem of column generation: the best plan for one user when what is shared has a price.
 *
 *  With prices on the shared limits an application's users no longer disturb each other, and each is the
 *  single-application problem again, with prices added to energies (fl_layers_price). It is solved exactly,
 * by the search over labels (core/labels.h), up to the judge's very limit of the deadline; so its value
 * bounds what any user can cost at these prices. Where shares of nodes can be reserved, every choice of
 * levels is a search of its own. */
#ifndef FINLAB_MILP_PRICING_H
#define FINLAB_MILP_PRICING_H

#include "milp/crowd.h"
#include "milp/pool.h"

/** What is minimised. */
typedef enum fl_goal {
    FL_GOAL_SERVE, /* the number of users refused; a plan itself costs nothing */
    FL_GOAL_SPEND  /* the power, W */
} fl_goal;

/** Most combinations of levels of one application. */
enum { FL_PRICING_LEVELS_MOST = 4096 };

typedef struct fl_pricing {
    const fl_task *task;
    fl_pool *pool;
    double until;                      /* fl_clock() at which to stop */
    fl_arena scratch;                  /* of one pricing problem */
    double *capacity, *memory, *share; /* [n_nodes] prices: goal's unit per op/s, byte, whole node */
    double *link;                      /* [n_nodes^2] per bit/s; NULL while no link has a limit */
    bool links_priced;                 /* some of them are not 0 */
    double *scaled;                    /* [2 * n_nodes] the prices of one application */
    double *scaled_link;
    double *zero;     /* [n_nodes] */
    fl_groups groups; /* links without energies, for FL_GOAL_SERVE */
} fl_pricing;

/** What pricing says of one user of a crowd. */
typedef struct fl_priced {
    double value; /* no plan costs less, prices included: W, or users; INFINITY: there is none */
    int offer;    /* the plan found, in the pool; -1: none */
} fl_priced;

/** Start; fl_pricing_close() it whatever happens.
 *  @return FL_EUNSUPPORTED for an application with too many combinations of levels; FL_ENOMEM */
fl_status fl_pricing_open(fl_pricing *pricing, const fl_task *task, fl_pool *pool, double until,
                          fl_error *err);
void fl_pricing_close(fl_pricing *pricing);

/** Set the prices.
 *  @param duals  [pool->n_limits] >= 0, in the goal's unit per whole limit */
fl_status fl_pricing_set(fl_pricing *pricing, const double *duals, fl_error *err);

/** Solve the pricing problem of one user of `crowd` who is served. */
fl_status fl_pricing_solve(fl_priced *out, fl_pricing *pricing, const fl_crowd *crowd, fl_goal goal,
                           fl_error *err);

/** The layered graph of one user of `crowd`, J, as the goal and then as the prices have it; in the scratch
 * arena. */
fl_status fl_pricing_build(fl_layers *plain, fl_layers *priced, fl_pricing *pricing, const fl_crowd *crowd,
                           fl_goal goal, const int *levels, fl_error *err);

/** All combinations of levels, from none (-1) up.
 *  @return false after the last */
void fl_pricing_first_levels(int *levels, const fl_app *app);
bool fl_pricing_next_levels(int *levels, const fl_app *app);

/** What reserving these levels costs at the prices, goal's unit; INFINITY: the crowd may not. */
double fl_pricing_levels(const fl_pricing *pricing, const fl_crowd *crowd, const fl_app *app,
                         const int *levels);

#endif
