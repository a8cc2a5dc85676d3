/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/exhaust.h"

#include "core/tolerance.h"
#include "milp/choose.h"
#include <math.h>

/** Most plans of all users that are worth a search. */
enum { ITEMS_MOST = 6000 };

typedef struct search {
    fl_exhaust *exhaust;
    double below;
    fl_choose choose;
} search;

static double cutoff_of(const search *now) {
    const fl_exhaust *exhaust = now->exhaust;
    long long users = exhaust->relaxation->master->users;
    return fmin(now->below, fl_incumbent_cutoff(exhaust->best, exhaust->terms, users, exhaust->gap));
}

/* Prices and what they prove */

/** Whether users of a crowd may be refused, and what that costs at the centre's prices. */
static double price_absence(const search *now, const fl_crowd *crowd) {
    const fl_exhaust *exhaust = now->exhaust;
    bool limited = fl_terms_limited(exhaust->terms);
    if (!exhaust->relaxation->pool->instance->admission || !fl_crowd_may_refuse(crowd)) return INFINITY;
    if (limited && exhaust->terms->refused == 0) return INFINITY;
    return limited ? exhaust->relaxation->centre[exhaust->terms->kind].refused : 1;
}

/** What a user of every crowd costs at the centre's prices, and the bound that this is.
 *  @param value  [n_crowds] out */
static fl_status price(double *value, double *bound, const search *now, fl_error *err) {
    const fl_exhaust *exhaust = now->exhaust;
    const fl_relaxation *relaxation = exhaust->relaxation;
    const fl_master *master = relaxation->master;
    const fl_duals *centre = &relaxation->centre[exhaust->terms->kind];
    bool limited = fl_terms_limited(exhaust->terms);
    int n_limits = relaxation->pool->n_limits;
    *bound = limited ? -centre->refused * (double)exhaust->terms->refused : 0;
    for (int i = 0; i < n_limits; i++) *bound -= centre->limit[i] * (1 + FL_TOLERANCE_LIMIT);
    FL_TRY(fl_pricing_set(relaxation->pricing, centre->limit, err));
    for (int i = 0; i < master->n_crowds; i++) {
        const fl_crowd *crowd = &master->crowds[i];
        fl_priced priced = {INFINITY, -1};
        if (!fl_crowd_must_refuse(crowd))
            FL_TRY(fl_pricing_solve(&priced, relaxation->pricing, crowd, fl_terms_goal(exhaust->terms), err));
        value[i] = fmin(priced.value, price_absence(now, crowd));
        *bound += crowd->count * value[i];
    }
    return FL_OK;
}

static fl_status list_plans(const search *now, fl_catalog *catalog, const double *value, double open,
                            fl_error *err) {
    fl_exhaust *exhaust = now->exhaust;
    const fl_master *master = exhaust->relaxation->master;
    exhaust->complete = true;
    for (int i = 0; i < master->n_crowds && exhaust->complete; i++) {
        if (fl_crowd_must_refuse(&master->crowds[i])) continue;
        FL_TRY(fl_catalog_list(catalog, &master->crowds[i], fl_terms_goal(exhaust->terms), value[i] + open,
                               &exhaust->complete, err));
    }
    return FL_OK;
}

/* Items */

static double cost_of(const search *now, const fl_offer *offer) {
    return fl_terms_goal(now->exhaust->terms) == FL_GOAL_SPEND ? offer->power : 0;
}

static double price_of(const search *now, const fl_offer *offer) {
    const fl_duals *centre = &now->exhaust->relaxation->centre[now->exhaust->terms->kind];
    double cost = cost_of(now, offer);
    for (int k = 0; k < offer->n_uses; k++) cost += centre->limit[offer->uses[k].limit] * offer->uses[k].part;
    return cost;
}

/** Whether `one` is no worse than `two` in anything. `use` holds what `two` takes. */
static bool dominates(const search *now, const fl_offer *one, const fl_offer *two, const double *use) {
    if (cost_of(now, one) > cost_of(now, two)) return false;
    for (int k = 0; k < one->n_uses; k++) {
        if (one->uses[k].part > use[one->uses[k].limit]) return false;
    }
    return true;
}

/** Whether an offer is of use to a crowd: not too dear, and no other one is better.
 *  @param use  [2 * n_limits] 0, as it is again afterwards */
static bool is_useful(const search *now, const fl_crowd *crowd, int j, double most, double *use) {
    const fl_pool *pool = now->exhaust->relaxation->pool;
    const fl_app *app = &pool->instance->apps[crowd->app];
    const fl_offer *offer = &pool->offers[j];
    bool useful = price_of(now, offer) <= most && fl_crowd_admits(crowd, &offer->at, app);
    for (int k = 0; k < offer->n_uses; k++) {
        if (offer->uses[k].part > 1 + FL_TOLERANCE_LIMIT) useful = false;
        use[offer->uses[k].limit] = offer->uses[k].part;
    }
    for (int i = pool->last[offer->app]; i >= 0 && useful; i = pool->offers[i].next) {
        const fl_offer *other = &pool->offers[i];
        if (i == j || !dominates(now, other, offer, use) || !fl_crowd_admits(crowd, &other->at, app))
            continue;
        double *back = use + pool->n_limits; /* the same in everything: the first one stays */
        for (int k = 0; k < other->n_uses; k++) back[other->uses[k].limit] = other->uses[k].part;
        useful = dominates(now, offer, other, back) && j < i;
        for (int k = 0; k < other->n_uses; k++) back[other->uses[k].limit] = 0;
    }
    for (int k = 0; k < offer->n_uses; k++) use[offer->uses[k].limit] = 0;
    return useful;
}

/** Choose the items, by crowd; returns how many there are, refusal included. */
static int choose_items(search *now, const double *value, double open, double *use) {
    const fl_master *master = now->exhaust->relaxation->master;
    const fl_pool *pool = master->pool;
    fl_choose *choose = &now->choose;
    int n = 0;
    choose->n_groups = master->n_crowds;
    for (int i = 0; i < master->n_crowds; i++) {
        const fl_crowd *crowd = &master->crowds[i];
        fl_choosers *group = &choose->groups[i];
        *group = (fl_choosers){crowd->count, n, n, isfinite(price_absence(now, crowd))};
        if (fl_crowd_must_refuse(crowd)) continue;
        for (int j = pool->last[crowd->app]; j >= 0 && n < ITEMS_MOST; j = pool->offers[j].next) {
            if (is_useful(now, crowd, j, value[i] + open, use)) choose->offer[n++] = j;
        }
        group->end = n;
    }
    return n + 1;
}

static fl_status set_items(search *now, const double *value, double open, fl_error *err) {
    const fl_master *master = now->exhaust->relaxation->master;
    const fl_terms *terms = now->exhaust->terms;
    fl_choose *choose = &now->choose;
    int n_limits = master->pool->n_limits, n;
    choose->offer = FL_NEW(choose->arena, ITEMS_MOST + 1, int);
    choose->groups = FL_NEW(choose->arena, master->n_crowds, fl_choosers);
    double *use = FL_ZERO(choose->arena, 2 * (size_t)n_limits, double);
    if (choose->arena->failed) return fl_arena_error(choose->arena, err);
    n = choose_items(now, value, open, use);
    if (n > ITEMS_MOST) now->exhaust->complete = false;
    if (!now->exhaust->complete) return FL_OK;
    double *limit = FL_NEW(choose->arena, n_limits + 1, double), *cost = FL_NEW(choose->arena, n, double);
    if (choose->arena->failed) return fl_arena_error(choose->arena, err);
    for (int i = 0; i < n_limits; i++) limit[i] = 1 + 0.5 * FL_TOLERANCE_LIMIT;
    limit[n_limits] = fl_terms_limited(terms) ? (double)terms->refused : (double)master->users;
    for (int j = 0; j < n - 1; j++) cost[j] = cost_of(now, &master->pool->offers[choose->offer[j]]);
    cost[n - 1] = fl_terms_limited(terms) ? 0 : 1;
    return fl_choose_items(choose, cost, limit, n, err);
}

static fl_status offer_users(fl_choose *choose, const int *users, fl_error *err) {
    const search *now = choose->context;
    bool allowed;
    fl_plan plan;
    FL_TRY(fl_pool_plan(&plan, choose->pool, users, err));
    FL_TRY(fl_incumbent_offer(now->exhaust->best, &plan, now->exhaust->relaxation->task, &allowed, err));
    choose->cutoff = cutoff_of(now);
    return FL_OK;
}

fl_status fl_exhaust_search(fl_exhaust *exhaust, fl_catalog *catalog, double below, double *proven,
                            fl_error *err) {
    fl_relaxation *relaxation = exhaust->relaxation;
    fl_arena *arena = &relaxation->master->scratch;
    search now = {.exhaust = exhaust, .below = below};
    double bound, *value = FL_NEW(arena, relaxation->master->n_crowds, double);
    if (value == NULL) return fl_arena_error(arena, err);
    exhaust->complete = exhaust->stopped = false;
    FL_TRY(fl_relaxation_grow(relaxation, err));
    FL_TRY(price(value, &bound, &now, err));
    now.choose = (fl_choose){.pool = relaxation->pool,
                             .arena = arena,
                             .cutoff = cutoff_of(&now),
                             .found = offer_users,
                             .context = &now,
                             .until = relaxation->until,
                             .interrupt = relaxation->task->interrupt,
                             .nodes_most = exhaust->nodes_most,
                             .nodes = exhaust->nodes};
    double open = now.choose.cutoff - bound;
    int known = relaxation->pool->n_offers;
    FL_TRY(list_plans(&now, catalog, value, open, err));
    if (exhaust->complete) {
        FL_TRY(fl_relaxation_grow(relaxation, err));
        FL_TRY(set_items(&now, value, open, err));
    }
    if (!exhaust->complete) {
        fl_pool_forget(relaxation->pool, known); /* they would burden every master to come */
        return FL_OK;
    }
    FL_TRY(fl_choose_search(&now.choose, err));
    exhaust->nodes = now.choose.nodes;
    exhaust->stopped = now.choose.stopped;
    if (!exhaust->stopped) *proven = fmax(*proven, now.choose.cutoff);
    return FL_OK;
}
