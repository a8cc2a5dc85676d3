/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The relaxation of a choice: users in groups, each on one of the items that his group may take, under
 * limits that all share; by a dual simplex of its own.
 *
 *      minimise  sum of cost(j) * x[g, j]    subject to
 *          for every group:  sum of x[g, j] = its users
 *          for every limit:  sum of part(j, limit) * x[g, j] <= what there is
 *
 *  Every group has a key, a basic column that its row is solved for; so the basis proper has one row per
 *  limit only, and there are few (generalised upper bounding: Dantzig and Van Slyke, J. Comput. Syst. Sci.
 *  1(3), 1967). Its inverse is kept whole. A search tree's relaxations differ by the columns that are there,
 *  so each starts where the one before it ended.
 *
 *  Whatever rounding does to the basis, the prices are at least 0, and fl_simplex_bound() is the Lagrangian
 *  bound that they prove. */
#ifndef FINLAB_MILP_SIMPLEX_H
#define FINLAB_MILP_SIMPLEX_H

#include "core/arena.h"

/** What there is to choose from. */
typedef struct fl_items {
    int n_limits, n;
    double loose;        /* by how much limits may be exceeded, relative, by what a bound is to count */
    const double *limit; /* [n_limits] what there is */
    const double *cost;  /* [n] */
    const int *first;    /* [n + 1] where each item's parts begin in the following two */
    const int *at;       /* limits, each at most once in an item */
    const double *part;  /* > 0 */
} fl_items;

typedef enum fl_simplex_end {
    FL_SIMPLEX_OPTIMAL,
    FL_SIMPLEX_HOPELESS, /* the bound reaches the cutoff */
    FL_SIMPLEX_LOST      /* too many steps, or no way on */
} fl_simplex_end;

/** Where a column stands, when not in the basis proper at its place there. */
enum { FL_SIMPLEX_FREE = -1, FL_SIMPLEX_KEY = -2 };

typedef struct fl_simplex {
    const fl_items *items;
    int n_groups, n_columns;
    int *count;       /* [n_groups] users */
    int *key;         /* [n_groups] columns */
    int *group;       /* [n_columns] */
    int *item;        /* [n_columns] */
    bool *barred;     /* [n_columns] not to be taken */
    int *place;       /* [n_columns] */
    double *cost;     /* [n_columns] at the prices */
    int *basic;       /* [n_limits] columns, or -1 - a limit whose slack it is */
    int *slack_place; /* [n_limits] of its slack, or FL_SIMPLEX_FREE */
    double *inverse;  /* [n_limits^2] of the basis proper */
    double *price;    /* [n_limits] >= 0 */
    double *value;    /* [n_limits] of what is basic */
    double *step;     /* [n_columns] scratch */
    double *vector;   /* [2 * n_limits] scratch */
    long long steps;  /* in all */
} fl_simplex;

/** Room for so many groups and columns, nothing in it; in `arena`. */
fl_status fl_simplex_open(fl_simplex *simplex, const fl_items *items, int n_groups, int n_columns,
                          fl_arena *arena, fl_error *err);

/** A group more; its index. */
int fl_simplex_add_group(fl_simplex *simplex, int count);

/** A column more, an item for the last group; its index. */
int fl_simplex_add_column(fl_simplex *simplex, int item);

/** Begin at prices of 0. */
void fl_simplex_start(fl_simplex *simplex);

/** Begin at the prices and the basis of `from`, whose columns have new indices.
 *  @param now  [from->n_columns] those; -1: gone */
void fl_simplex_resume(fl_simplex *simplex, const fl_simplex *from, const int *now);

/** Where the columns of the group end that column `first` is one of. O(columns of the group) */
int fl_simplex_end_of(const fl_simplex *simplex, int first);

/** Whether a group has no column that it may take: then it cannot be solved. O(n_columns) */
bool fl_simplex_empty(const fl_simplex *simplex);

/** Solve.
 *  @param cutoff  finite; stop when the objective reaches it */
fl_simplex_end fl_simplex_solve(fl_simplex *simplex, double cutoff);

/** How many users take a column. O(1), of a key O(n_limits) */
double fl_simplex_users(const fl_simplex *simplex, int column);

/** What a user who takes a column loses at the prices; 0 of keys. */
double fl_simplex_reduced(const fl_simplex *simplex, int column);

/** The Lagrangian bound at the prices: no solution without barred columns costs less.
 *  @param least  [n_groups] out: what a user of a group costs at least */
double fl_simplex_bound(fl_simplex *simplex, double *least);

/** What the objective rises by in the next step, at least, when fewer users of a group may take columns of a
 * set, or more must: the next whole number.
 *  @param with   [n_columns] the set, all of that group
 *  @param users  who take them */
void fl_simplex_penalties(fl_simplex *simplex, int group, const bool *with, double users, double *fewer,
                          double *more);

#endif
