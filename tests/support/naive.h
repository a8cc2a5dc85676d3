/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A second judge, written from the model's words and sharing nothing with core/ but the instance's fields.
 *
 *  It does not weigh blocks by how many samples reach them, as core/cost.h does. It follows the samples:
 * those that leave at each exit walk from the source to that exit and are charged what they meet on the way.
 * All sums are long double. */
#ifndef FINLAB_TESTS_NAIVE_H
#define FINLAB_TESTS_NAIVE_H

#include "core/plan.h"

/** What one sample has met on its way. */
typedef struct naive_walk {
    long double energy, latency;
} naive_walk;

/** Walk on: from node `from` to block `l` of an application on node `to`, and compute it there with `share`
 * of its speed, heads apart. False: there is no link, and the walk has become infinitely long. (That it has
 * cannot be asked under valgrind, which computes long doubles as doubles.) */
bool naive_walk_block(naive_walk *walk, const fl_instance *instance, const fl_app *app, int l, int from,
                      int to, long double share);

/** Run the head of exit `e` on node `on` with `share` of its speed. */
void naive_walk_head(naive_walk *walk, const fl_instance *instance, const fl_app *app, int e, int on,
                     long double share);

/** The application's slices of node `on`, -1: it has none and may use all of the node. */
int naive_slices(const fl_app *app, int on);

/** The share of node `on` that a user has: the level he reserves there, 0 for none; all of it without slices.
 *  @param levels  [n_slices] which level of each sliced node, -1: none; NULL without slices */
long double naive_share(const fl_app *app, const int *levels, int on);

/** The share of all samples that leave at exit `e` when `final` is the last one and no other is off. */
long double naive_leaving(const fl_app *app, int e, int final);

/** The accuracy over all samples, and whether it is enough. */
long double naive_accuracy(const fl_app *app, int final);
bool naive_accurate(const fl_app *app, int final);

/** Whether a latency keeps the deadline. */
bool naive_in_time(const fl_app *app, long double latency);

/** Whether those that have left are the share of all samples that the application's quantile asks for. */
bool naive_enough(const fl_app *app, long double gone);

/** What one application's placement costs. */
typedef struct naive_cost {
    bool linked;  /* every move has a link; without one energy and latency are infinite */
    bool allowed; /* every block may run where it is, and has a level where it needs one */
    bool in_time;
    bool accurate;
    long double energy;  /* J per inference */
    long double latency; /* s, by the application's rule */
    long double accuracy;
} naive_cost;

/** What a whole plan costs. */
typedef struct naive_verdict {
    bool feasible;
    bool linked;
    long double energy; /* J per inference, the mean over the served applications by count * rate */
    long double power;  /* W */
    long double latency, accuracy; /* the worst of the applications' */
    long long served;              /* applications served, count included */
} naive_verdict;

/** Judge one application's placement by itself: [after of `exit`] nodes, [n_slices] levels. */
naive_cost naive_place(const fl_instance *instance, int app, int exit, const int *nodes, const int *levels);

/** The same with all that a placement may choose: codings, exits that are off, a threshold. The samples fall
 *  into one part for every exit, those confident enough for it and no earlier one, and one part of the
 * others; each part walks to where it leaves. */
naive_cost naive_place_as(const fl_instance *instance, int app, const fl_placement *as);

/** Judge a plan: every application's placement, then the limits of what they share. */
naive_verdict naive_judge(const fl_instance *instance, const fl_plan *plan);

/** What a plan takes of what is shared. */
typedef struct naive_load {
    int n_nodes;
    long double *ops;    /* [n_nodes] op/s */
    long double *memory; /* [n_nodes] bytes */
    long double *shares; /* [n_nodes] of the node's speed */
    long double *bits;   /* [n_nodes * n_nodes] bit/s, row = sender */
} naive_load;

naive_load naive_load_create(const fl_instance *instance);
void naive_load_copy(naive_load *to, const naive_load *from);
void naive_load_free(naive_load *load);

/** Add what the placement of `users` of an application takes. */
void naive_load_add(naive_load *load, const fl_instance *instance, int app, int exit, const int *nodes,
                    const int *levels, int users);

/** The same with all that a placement may choose. */
void naive_load_add_as(naive_load *load, const fl_instance *instance, int app, const fl_placement *as,
                       int users);

/** Whether every limit is kept. */
bool naive_load_fits(const naive_load *load, const fl_instance *instance);

#endif
