/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/neighbours.h"

#include "core/tolerance.h"
#include "milp/choose.h"
#include <math.h>
#include <string.h>

/** Users to take out: at first, at least and at most; and how that changes. */
static const double FIRST = 10, LEAST = 4, MOST = 60, MORE = 1.05, LESS = 0.97;
/** Most nodes of one search, doubled whenever so many searches were in vain, but not more often than that. */
enum { NODES_MOST = 60, VAIN = 20, DOUBLED_MOST = 4 };
/** From which part on a limit is full. */
static const double FULL = 0.9;
/** What users who are served may cost in all where it is users who count. */
static const double SLIGHT = 0.5;

/** One neighbourhood. */
typedef struct search {
    fl_neighbours *all;
    const fl_terms *terms;
    fl_arena *arena;
    double *use;       /* [pool->n_limits] by those who stay */
    int n_out;         /* users taken out who are served */
    long long refused; /* who stay refused */
    int *choosing;     /* [n_apps] users of each application who are placed anew */
    int *out;          /* [pool->n_offers] users taken out of each offer */
    int *better;       /* [pool->n_offers] room for the following */
    int *in;           /* [pool->n_offers] users put there; NULL: nothing better was found */
    double *cost;      /* [choose.items.n] */
    fl_choose choose;
} search;

void fl_neighbours_open(fl_neighbours *neighbours, fl_incumbent *best, fl_relaxation *relaxation) {
    *neighbours = (fl_neighbours){.relaxation = relaxation, .best = best, .served = -1, .size = FIRST};
    fl_random_seed(&neighbours->random, 1);
}

/* Where the search stands */

/** Know as many offers as the pool has by now. */
static fl_status catch_up(fl_neighbours *all, fl_error *err) {
    fl_arena *arena = all->relaxation->task->arena;
    int n = all->relaxation->pool->n_offers;
    if (n > all->room) {
        int room = 2 * n, *larger = FL_NEW(arena, room, int);
        if (larger == NULL) return fl_arena_error(arena, err);
        if (all->n_users > 0) memcpy(larger, all->users, (size_t)all->n_users * sizeof *larger);
        all->users = larger;
        all->room = room;
    }
    while (all->n_users < n) all->users[all->n_users++] = 0;
    return FL_OK;
}

/** Go to the best plan. */
static fl_status follow(fl_neighbours *all, fl_error *err) {
    const fl_incumbent *best = all->best;
    fl_pool *pool = all->relaxation->pool;
    all->n_users = 0;
    FL_TRY(catch_up(all, err));
    for (int h = 0; h < best->plan.n_apps; h++) {
        for (const fl_placement *at = &best->plan.apps[h]; at != NULL; at = at->more) {
            int j;
            if (at->exit < 0) continue;
            FL_TRY(fl_pool_add(&j, pool, h, at->exit, at->nodes, at->levels, NULL, err));
            FL_TRY(catch_up(all, err));
            if (j >= 0) all->users[j] += at->count;
        }
    }
    all->served = best->served;
    all->power = best->power;
    return FL_OK;
}

/** What the plan walked to takes, W. */
static double power_of(const fl_neighbours *all) {
    double power = 0;
    for (int j = 0; j < all->n_users; j++) power += all->users[j] * all->relaxation->pool->offers[j].power;
    return power;
}

static long long served_of(const fl_neighbours *all) {
    long long served = 0;
    for (int j = 0; j < all->n_users; j++) served += all->users[j];
    return served;
}

/** Whether the search has to go to the best plan: another one than when it last was there, or better than the
 *  plan that it has walked to, which need not be cheap while users count. */
static bool is_behind(const fl_neighbours *all, const fl_terms *terms) {
    const fl_incumbent *best = all->best;
    if (all->served != best->served || all->power != best->power) return true;
    return terms->kind == FL_TERMS_SPEND && power_of(all) > best->power * (1 + FL_TOLERANCE_EQUAL);
}

/* Whom to take out */

static bool takes_of(const fl_offer *offer, int limit) {
    for (int k = 0; k < offer->n_uses; k++) {
        if (offer->uses[k].limit == limit) return true;
    }
    return false;
}

/** Add what so many users of an offer take. */
static void add_use(search *now, const fl_offer *offer, int users) {
    for (int k = 0; k < offer->n_uses; k++) now->use[offer->uses[k].limit] += users * offer->uses[k].part;
}

/** Take one user out, of those that take of a limit; of all, where it is -1. Nothing when there is none. */
static void take_out_one(search *now, int limit) {
    fl_neighbours *all = now->all;
    const fl_pool *pool = all->relaxation->pool;
    int n = 0, picked = -1;
    for (int j = 0; j < all->n_users; j++) {
        if (all->users[j] <= now->out[j] || (limit >= 0 && !takes_of(&pool->offers[j], limit))) continue;
        if (fl_random_int(&all->random, 0, n++) == 0) picked = j;
    }
    if (picked < 0) return;
    add_use(now, &pool->offers[picked], -1);
    now->out[picked]++;
    now->choosing[pool->offers[picked].app]++;
    now->n_out++;
}

/** Some limit that is full; -1: none is. */
static int pick_limit(search *now) {
    int n = 0, picked = -1;
    for (int i = 0; i < now->all->relaxation->pool->n_limits; i++) {
        if (now->use[i] >= FULL && fl_random_int(&now->all->random, 0, n++) == 0) picked = i;
    }
    return picked;
}

/** Users of an application who are not served. */
static int count_refused(const fl_neighbours *all, int h) {
    const fl_pool *pool = all->relaxation->pool;
    int refused = pool->instance->apps[h].count;
    for (int j = pool->last[h]; j >= 0; j = pool->offers[j].next) refused -= all->users[j];
    return refused;
}

/** Take users out: those who share up to three full limits, where these are too few others, and of those who
 *  are refused each second one. */
static void take_out(search *now) {
    fl_neighbours *all = now->all;
    int size = (int)all->size, limits[3];
    for (int i = 0; i < 3; i++) limits[i] = pick_limit(now);
    for (int i = 0; i < 2 * size && now->n_out < size; i++) take_out_one(now, limits[i % 3]);
    for (int i = 0; i < size && now->n_out < size; i++) take_out_one(now, -1);
    for (int h = 0; h < all->relaxation->pool->instance->n_apps; h++) {
        for (int left = count_refused(all, h); left > 0; left--) {
            if (fl_random_chance(&all->random, 0.5))
                now->choosing[h]++;
            else
                now->refused++;
        }
    }
}

/* What they may choose from */

/** What an offer costs.
 *  @param price  [pool->n_limits] of what is scarce; NULL: it is the power that counts */
static double price_of(const fl_offer *offer, const double *price) {
    double cost = 0;
    if (price == NULL) return offer->power;
    for (int k = 0; k < offer->n_uses; k++) cost += price[offer->uses[k].limit] * offer->uses[k].part;
    return cost;
}

/** All offers of those who choose, as items without costs; returns how many, refusal included. */
static int list_items(search *now) {
    const fl_pool *pool = now->all->relaxation->pool;
    fl_choose *choose = &now->choose;
    int n = 0;
    for (int h = 0; h < pool->instance->n_apps; h++) {
        if (now->choosing[h] == 0) continue;
        fl_choosers *group = &choose->groups[choose->n_groups++];
        *group = (fl_choosers){now->choosing[h], n, n, pool->instance->admission};
        for (int j = pool->last[h]; j >= 0; j = pool->offers[j].next) choose->offer[n++] = j;
        group->end = n;
    }
    return n + 1;
}

/** Where users count, refusing one costs 1, and what is scarce much less. */
static fl_status set_costs(search *now, int n, fl_error *err) {
    const fl_pool *pool = now->all->relaxation->pool;
    const fl_choose *choose = &now->choose;
    bool spend = now->terms->kind == FL_TERMS_SPEND;
    double *price = NULL, most = 0;
    if (!spend) {
        price = FL_NEW(now->arena, pool->n_limits, double);
        if (price == NULL) return fl_arena_error(now->arena, err);
        for (int i = 0; i < pool->n_limits; i++) price[i] = fl_random_unit(&now->all->random);
    }
    for (int i = 0; i < choose->n_groups; i++) {
        const fl_choosers *group = &choose->groups[i];
        double dearest = 0;
        for (int j = group->first; j < group->end; j++) {
            now->cost[j] = price_of(&pool->offers[choose->offer[j]], price);
            dearest = fmax(dearest, now->cost[j]);
        }
        most += group->count * dearest;
    }
    for (int j = 0; j < n - 1 && !spend && most > 0; j++) now->cost[j] *= SLIGHT / most;
    now->cost[n - 1] = spend ? 0 : 1;
    return FL_OK;
}

static fl_status set_items(search *now, fl_error *err) {
    const fl_pool *pool = now->all->relaxation->pool;
    const fl_terms *terms = now->terms;
    int m = pool->n_limits, most = pool->n_offers + 1;
    fl_choose *choose = &now->choose;
    double *limit = FL_NEW(now->arena, m + 1, double);
    choose->groups = FL_NEW(now->arena, pool->instance->n_apps, fl_choosers);
    choose->offer = FL_NEW(now->arena, most, int);
    now->cost = FL_NEW(now->arena, most, double);
    if (now->arena->failed) return fl_arena_error(now->arena, err);
    int n = list_items(now);
    FL_TRY(set_costs(now, n, err));
    for (int i = 0; i < m; i++) limit[i] = fmax(0, 1 + 0.5 * FL_TOLERANCE_LIMIT - now->use[i]);
    long long users = now->all->relaxation->master->users;
    limit[m] = (double)(fl_terms_limited(terms) ? terms->refused - now->refused : users);
    return fl_choose_items(choose, now->cost, limit, n, err);
}

/* Placing them */

/** What those who choose cost when placed so. */
static double cost_of(const search *now, const int *users) {
    const fl_choose *choose = &now->choose;
    int last = choose->items.n - 1;
    double cost = 0;
    for (int i = 0; i < choose->n_groups; i++) {
        const fl_choosers *group = &choose->groups[i];
        int refused = group->count;
        for (int j = group->first; j < group->end; j++) {
            cost += users[choose->offer[j]] * now->cost[j];
            refused -= users[choose->offer[j]];
        }
        cost += refused * now->cost[last];
    }
    return cost;
}

static double less_than(double cost) {
    return cost - FL_TOLERANCE_EQUAL * fabs(cost);
}

static fl_status keep(fl_choose *choose, const int *users, fl_error *err) {
    search *now = choose->context;
    size_t n = (size_t)choose->pool->n_offers;
    double cost = cost_of(now, users);
    (void)err;
    if (cost >= choose->cutoff) return FL_OK;
    choose->cutoff = less_than(cost);
    now->in = now->better;
    if (n > 0) memcpy(now->in, users, n * sizeof *users);
    return FL_OK;
}

/** Show the judge the plan walked to; when he refuses it, the search goes back. */
static fl_status offer(fl_neighbours *all, fl_error *err) {
    fl_plan plan;
    bool allowed;
    FL_TRY(fl_pool_plan(&plan, all->relaxation->pool, all->users, err));
    FL_TRY(fl_incumbent_offer(all->best, &plan, all->relaxation->task, &allowed, err));
    if (!allowed) return follow(all, err);
    all->served = all->best->served;
    all->power = all->best->power;
    return FL_OK;
}

/** Walk to what was found, if anything. */
static void walk(const search *now) {
    fl_neighbours *all = now->all;
    for (int j = 0; j < all->n_users && now->in != NULL; j++) all->users[j] += now->in[j] - now->out[j];
}

/** Whether the plan walked to is better than the best. */
static bool is_better(const fl_neighbours *all, const fl_terms *terms) {
    if (terms->kind == FL_TERMS_SERVE) return served_of(all) > all->best->served;
    return power_of(all) < less_than(all->best->power);
}

static fl_status prepare(search *now, fl_error *err) {
    fl_neighbours *all = now->all;
    const fl_relaxation *relaxation = all->relaxation;
    const fl_pool *pool = relaxation->pool;
    int doubled = all->vain / VAIN;
    now->use = FL_ZERO(now->arena, pool->n_limits, double);
    now->choosing = FL_ZERO(now->arena, pool->instance->n_apps, int);
    now->out = FL_ZERO(now->arena, pool->n_offers, int);
    now->better = FL_NEW(now->arena, pool->n_offers, int);
    if (now->arena->failed) return fl_arena_error(now->arena, err);
    for (int j = 0; j < all->n_users; j++) {
        if (all->users[j] > 0) add_use(now, &pool->offers[j], all->users[j]);
    }
    now->choose =
        (fl_choose){.pool = pool,
                    .arena = now->arena,
                    .found = keep,
                    .context = now,
                    .until = relaxation->until,
                    .interrupt = relaxation->task->interrupt,
                    .nodes_most = (long long)NODES_MOST << (doubled < DOUBLED_MOST ? doubled : DOUBLED_MOST)};
    return FL_OK;
}

static fl_status try_one(search *now, fl_error *err) {
    fl_neighbours *all = now->all;
    FL_TRY(prepare(now, err));
    take_out(now);
    FL_TRY(set_items(now, err));
    now->choose.cutoff = less_than(cost_of(now, now->out));
    FL_TRY(fl_choose_search(&now->choose, err));
    all->nodes += now->choose.nodes + 1;
    all->size = fmin(fmax(all->size * (now->choose.stopped ? LESS : MORE), LEAST), MOST);
    all->vain = now->in != NULL ? 0 : all->vain + 1;
    walk(now);
    return FL_OK;
}

static bool due(const fl_neighbours *all) {
    const fl_relaxation *relaxation = all->relaxation;
    return *relaxation->task->interrupt != 0 || fl_clock() >= relaxation->until;
}

fl_status fl_neighbours_search(fl_neighbours *all, const fl_terms *terms, long long nodes_most,
                               fl_error *err) {
    fl_arena *arena = &all->relaxation->master->scratch;
    bool serve = terms->kind == FL_TERMS_SERVE;
    FL_TRY(is_behind(all, terms) ? follow(all, err) : catch_up(all, err));
    while (all->nodes < nodes_most && !due(all) && !(serve && is_better(all, terms))) {
        fl_arena_mark mark = fl_arena_keep(arena);
        search now = {.all = all, .terms = terms, .arena = arena};
        FL_TRY(try_one(&now, err));
        fl_arena_release(arena, mark);
    }
    return is_better(all, terms) ? offer(all, err) : FL_OK;
}
