/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The plans that column generation has found so far, each for one user of one application: its columns.
 *
 *  An offer is a placement that the judge allows for a user who is alone on the system, with the power it
 *  takes and the part of each shared limit that it uses. Limits are numbered as offers first use them, so
 *  that only those that matter become rows of the master problem. */
#ifndef FINLAB_MILP_POOL_H
#define FINLAB_MILP_POOL_H

#include "core/evaluate.h"
#include "core/loads.h"
#include "core/method.h"

/** What one user takes of a limit. */
typedef struct fl_use {
    int limit;   /* index in the pool */
    double part; /* of that limit, > 0 */
} fl_use;

typedef struct fl_offer {
    int app;
    fl_placement at; /* for one user; `more` is NULL */
    double power;    /* W */
    int n_uses;
    fl_use *uses; /* [n_uses] */
    int next;     /* the application's offer before this one, -1: none */
} fl_offer;

typedef struct fl_pool {
    const fl_instance *instance;
    fl_arena *arena;     /* everything lives here */
    fl_instance **alone; /* [n_apps] one user of each application, alone on the system without limits */
    int n_offers, offer_room;
    fl_offer *offers; /* [n_offers] */
    int *last;        /* [n_apps] the application's latest offer, -1: none */
    int n_limits, limit_room;
    fl_load *limits; /* [n_limits] in the order of their numbers, `amount` is the limit */
    int *sorted;     /* [n_limits] their numbers in the order of fl_loads_compare() */
} fl_pool;

/** Start an empty pool; fl_pool_close() it whatever happens. O(applications) */
fl_status fl_pool_open(fl_pool *pool, const fl_instance *instance, fl_arena *arena, fl_error *err);

/** Release what does not live in the arena. */
void fl_pool_close(fl_pool *pool);

/** Add a placement unless it is there already.
 *  @param nodes, levels  copied; levels as fl_plan_add() takes them
 *  @param out    the offer's index; -1: the judge refuses it, for `violation` (may be NULL)
 *  O(offers of the application + blocks log blocks) */
fl_status fl_pool_add(int *out, fl_pool *pool, int app, int exit, const int *nodes, const int *levels,
                      fl_violation *violation, fl_error *err);

/** Forget all offers from the nth on; nobody may hold one of them. O(offers forgotten) */
void fl_pool_forget(fl_pool *pool, int n);

/** Add all placements of a plan. */
fl_status fl_pool_add_plan(fl_pool *pool, const fl_plan *plan, fl_error *err);

/** The plan in which `users` [n_offers] users take each offer; in the pool's arena. */
fl_status fl_pool_plan(fl_plan *out, const fl_pool *pool, const int *users, fl_error *err);

#endif
