/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The master problem of column generation: how many users of each crowd take which offer.
 *
 *      minimise  sum of cost(j) * x[crowd, j]    subject to
 *          for every crowd:  refused + sum of x[crowd, j] = its users
 *          for every limit:  sum of part(j, limit) * x[crowd, j] <= 1
 *          refused users in all <= what is allowed                     (when the power is minimised)
 *
 *  Rows are scaled by their limits and powers by a common unit, so that GLPK sees numbers of one size. Every
 *  crowd has two more columns, of users who are refused, which only admission allows, and of users who are
 *  missing: those stand for what is still infeasible, and cost as much as the terms say.
 *  The same model serves all terms, and so does its basis.
 *
 *  What its duals prove is not for GLPK to say: see milp/relaxation.h. */
#ifndef FINLAB_MILP_MASTER_H
#define FINLAB_MILP_MASTER_H

#include "milp/crowd.h"
#include "milp/glpk.h"
#include "milp/pool.h"
#include "milp/pricing.h"

/** What the model minimises, and on what terms. */
typedef enum fl_terms_kind {
    FL_TERMS_SERVE, /* users refused cost 1 each, users missing more than all */
    FL_TERMS_FIT,   /* users missing cost 1 each, so many may be refused: 0 when there is a solution */
    FL_TERMS_SPEND, /* the power, so many users may be refused, none missing */
    FL_TERMS_DIVE   /* the power, users refused and missing at a high price: to be solved at any rate */
} fl_terms_kind;

typedef struct fl_terms {
    fl_terms_kind kind;
    long long refused; /* users that may be refused, when fitting or spending */
} fl_terms;

/** What pricing minimises on these terms. */
static inline fl_goal fl_terms_goal(const fl_terms *terms) {
    return terms->kind >= FL_TERMS_SPEND ? FL_GOAL_SPEND : FL_GOAL_SERVE;
}

/** Whether the number of refused users is limited. */
static inline bool fl_terms_limited(const fl_terms *terms) {
    return terms->kind == FL_TERMS_FIT || terms->kind == FL_TERMS_SPEND;
}

/** A column by its meaning. */
typedef struct fl_member {
    int crowd, offer;
} fl_member;

/** Where a relaxation ended, for others that differ from it by one decision. */
typedef struct fl_stand {
    int n_limits, n_crowds, n_basic;
    double *limit_dual, *crowd_dual; /* [n_limits], [n_crowds] as in the master; goal's unit */
    bool *limit, *crowd;             /* the same: whether the row is basic */
    bool *refused, *missing;         /* [n_crowds] whether the column is basic */
    bool refused_row;
    fl_member *basic; /* [n_basic] the offers' columns that are basic */
} fl_stand;

typedef struct fl_master {
    const fl_pool *pool;
    fl_arena arena, scratch;
    double unit;     /* W per unit of cost */
    long long users; /* of all applications */
    const fl_crowd *crowds;
    int n_crowds;
    int *first, *next; /* [applications], [n_crowds] each application's crowds, -1 ends */
    fl_model model;
    fl_glpk_basis basis;
    int refused_row, n_present, n_rows_known, column_room;
    int *row;            /* [n_rows_known] each limit's row, -1: none yet */
    bool *present;       /* [n_present] whether the offer has columns */
    int *crowd, *offer;  /* [model.n_columns] of each column; offer -1: the crowd's refused users */
    int *fixed;          /* [model.n_columns] users who are placed for good */
    bool *barred;        /* [model.n_columns] the crowd does not admit the offer: for the basis only */
    fl_glpk_end end;     /* of the last solve, as the following */
    double objective;    /* goal's unit: W or users */
    int n_values;        /* columns that the model had then */
    double *value;       /* [n_values] users, without those fixed */
    int n_duals;         /* limits that the pool had then; later ones have a dual of 0 */
    double *limit_dual;  /* [n_duals] >= 0, goal's unit per whole limit */
    double *crowd_dual;  /* [n_crowds] goal's unit per user */
    double refused_dual; /* >= 0, goal's unit per user */
} fl_master;

/** Start; fl_master_close() it whatever happens.
 *  @param unit  W per unit of cost, about what the dearest user takes */
void fl_master_open(fl_master *master, const fl_pool *pool, double unit);
void fl_master_close(fl_master *master);

/** Begin a model of these crowds, borrowed, without offers. */
fl_status fl_master_start(fl_master *master, const fl_crowd *crowds, int n, fl_error *err);

/** Take the offers that are of use near where another relaxation ended, whose crowds these are but for one
 *  decision, and its basis. Those left out are not lost: see fl_master_recall().
 *  @param most  goal's unit; offers with a larger reduced cost there are left out */
fl_status fl_master_resume(fl_master *master, const fl_stand *stand, double most, fl_goal goal,
                           fl_error *err);

/** Remember where the last solve ended, in `arena`. */
fl_status fl_master_stand(fl_stand **out, const fl_master *master, fl_arena *arena, fl_error *err);

/** Give an offer to all crowds that admit it; nothing when it is there. */
fl_status fl_master_admit(fl_master *master, int offer, fl_error *err);

/** Take in the offers of the pool that gain something at the duals of the last solve.
 *  @param n  out: how many */
fl_status fl_master_recall(fl_master *master, fl_goal goal, int *n, fl_error *err);

/** Whether the offer is in the model. */
bool fl_master_has(const fl_master *master, int offer);

/** What GLPK is held to here: also to the memory that the master's arenas may still take. */
fl_glpk_limits fl_master_limits(const fl_master *master, double until,
                                const volatile sig_atomic_t *interrupt);

/** Solve the relaxation, from where the last solve ended. */
fl_status fl_master_solve(fl_master *master, const fl_terms *terms, double until,
                          const volatile sig_atomic_t *interrupt, fl_error *err);

/** Try ways to divide the relaxation that was just solved: fl_glpk_probe(), objectives in the goal's unit.
 *  @param most  goal's unit */
fl_status fl_master_probe(fl_master *master, fl_glpk_trial *trials, int n, const fl_terms *terms, double most,
                          const fl_glpk_limits *limits, fl_error *err);

/** The first column of an offer. */
static inline int fl_master_first(const fl_master *master) {
    return 2 * master->n_crowds;
}

/** What an offer promises a user of a crowd at the duals of the last solve: negative when he gains. */
double fl_master_reduced(const fl_master *master, int crowd, int offer, fl_goal goal);

#endif
