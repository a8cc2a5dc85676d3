/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/pool.h"

#include <string.h>

fl_status fl_pool_open(fl_pool *pool, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    int n = instance->n_apps;
    *pool = (fl_pool){.instance = instance,
                      .arena = arena,
                      .alone = FL_ZERO(arena, n, fl_instance *),
                      .last = FL_NEW(arena, n, int)};
    if (pool->alone == NULL || pool->last == NULL) return fl_arena_error(arena, err);
    for (int h = 0; h < n; h++) {
        fl_app one = instance->apps[h];
        one.count = 1;
        pool->last[h] = -1;
        FL_TRY(fl_instance_alone(&pool->alone[h], instance, &one, NULL, 0, err));
    }
    return FL_OK;
}

void fl_pool_close(fl_pool *pool) {
    for (int h = 0; pool->alone != NULL && h < pool->instance->n_apps; h++) fl_instance_free(pool->alone[h]);
}

/* Limits */

/** Where `load`'s limit stands, or would stand, in the sorted list. */
static int find_limit(const fl_pool *pool, const fl_load *load) {
    int low = 0, high = pool->n_limits;
    while (low < high) {
        int middle = (low + high) / 2;
        if (fl_loads_compare(&pool->limits[pool->sorted[middle]], load) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static fl_status grow_limits(fl_pool *pool, fl_error *err) {
    if (pool->n_limits < pool->limit_room) return FL_OK;
    int room = 2 * pool->limit_room + 64;
    fl_load *limits = FL_NEW(pool->arena, room, fl_load);
    int *sorted = FL_NEW(pool->arena, room, int);
    if (limits == NULL || sorted == NULL) return fl_arena_error(pool->arena, err);
    if (pool->n_limits > 0) {
        memcpy(limits, pool->limits, (size_t)pool->n_limits * sizeof *limits);
        memcpy(sorted, pool->sorted, (size_t)pool->n_limits * sizeof *sorted);
    }
    pool->limits = limits;
    pool->sorted = sorted;
    pool->limit_room = room;
    return FL_OK;
}

/** The number of `load`'s limit, a new one where it has none yet. */
static fl_status number_limit(int *out, fl_pool *pool, const fl_load *load, fl_error *err) {
    int at = find_limit(pool, load);
    if (at == pool->n_limits || fl_loads_compare(&pool->limits[pool->sorted[at]], load) != 0) {
        FL_TRY(grow_limits(pool, err));
        int *place = pool->sorted + at;
        memmove(place + 1, place, (size_t)(pool->n_limits - at) * sizeof *place);
        *place = pool->n_limits;
        pool->limits[pool->n_limits] = *load;
        pool->limits[pool->n_limits++].amount = fl_loads_limit(pool->instance, load);
    }
    *out = pool->sorted[at];
    return FL_OK;
}

/* Offers */

static fl_status list_uses(fl_offer *offer, fl_pool *pool, fl_error *err) {
    const fl_instance *instance = pool->instance;
    int room = fl_loads_most(fl_plan_depth(&offer->at, instance, offer->app));
    fl_load *loads = FL_NEW(pool->arena, room, fl_load);
    if (loads == NULL) return fl_arena_error(pool->arena, err);
    fl_arena_mark mark = fl_arena_keep(pool->arena);
    offer->n_uses = fl_loads_of(loads, instance, offer->app, &offer->at);
    fl_arena_release(pool->arena, mark);
    offer->uses = FL_NEW(pool->arena, offer->n_uses, fl_use);
    if (offer->uses == NULL) return fl_arena_error(pool->arena, err);
    for (int i = 0; i < offer->n_uses; i++) {
        fl_use *use = &offer->uses[i];
        FL_TRY(number_limit(&use->limit, pool, &loads[i], err));
        use->part = loads[i].amount / pool->limits[use->limit].amount;
    }
    return FL_OK;
}

static bool same(const fl_offer *one, const fl_placement *two, const fl_app *app) {
    if (one->at.exit != two->exit) return false;
    size_t depth = (size_t)app->exits[two->exit].after;
    if (memcmp(one->at.nodes, two->nodes, depth * sizeof *two->nodes) != 0) return false;
    return app->n_slices == 0 ||
           memcmp(one->at.levels, two->levels, (size_t)app->n_slices * sizeof *two->levels) == 0;
}

static int find_offer(const fl_pool *pool, int app, const fl_placement *at) {
    int j = pool->last[app];
    while (j >= 0 && !same(&pool->offers[j], at, &pool->instance->apps[app])) j = pool->offers[j].next;
    return j;
}

static fl_status append(fl_pool *pool, const fl_offer *offer, fl_error *err) {
    if (pool->n_offers == pool->offer_room) {
        int room = 2 * pool->offer_room + 64;
        fl_offer *offers = FL_NEW(pool->arena, room, fl_offer);
        if (offers == NULL) return fl_arena_error(pool->arena, err);
        if (pool->n_offers > 0) memcpy(offers, pool->offers, (size_t)pool->n_offers * sizeof *offers);
        pool->offers = offers;
        pool->offer_room = room;
    }
    pool->last[offer->app] = pool->n_offers;
    pool->offers[pool->n_offers++] = *offer;
    return FL_OK;
}

fl_status fl_pool_add(int *out, fl_pool *pool, int app, int exit, const int *nodes, const int *levels,
                      fl_violation *violation, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(pool->arena);
    fl_plan plan;
    fl_verdict verdict;
    FL_TRY(fl_plan_create(&plan, pool->alone[app], pool->arena, err));
    FL_TRY(fl_plan_add(&plan, pool->alone[app], 0, 1, exit, nodes, levels, pool->arena, err));
    *out = find_offer(pool, app, &plan.apps[0]);
    if (*out < 0) {
        FL_TRY(fl_evaluate_plan(&verdict, NULL, pool->alone[app], &plan, pool->arena, err));
        if (violation != NULL) *violation = verdict.violation;
        if (verdict.feasible) {
            fl_offer offer = {.app = app, .at = plan.apps[0], .next = pool->last[app]};
            offer.power = pool->instance->apps[app].rate * verdict.energy;
            FL_TRY(list_uses(&offer, pool, err));
            *out = pool->n_offers;
            return append(pool, &offer, err);
        }
    }
    fl_arena_release(pool->arena, mark);
    return FL_OK;
}

void fl_pool_forget(fl_pool *pool, int n) {
    while (pool->n_offers > n) {
        const fl_offer *latest = &pool->offers[--pool->n_offers];
        pool->last[latest->app] = latest->next;
    }
}

fl_status fl_pool_add_plan(fl_pool *pool, const fl_plan *plan, fl_error *err) {
    int added;
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) {
            if (at->exit < 0) continue;
            FL_TRY(fl_pool_add(&added, pool, h, at->exit, at->nodes, at->levels, NULL, err));
        }
    }
    return FL_OK;
}

fl_status fl_pool_plan(fl_plan *out, const fl_pool *pool, const int *users, fl_error *err) {
    FL_TRY(fl_plan_create(out, pool->instance, pool->arena, err));
    for (int j = 0; j < pool->n_offers; j++) {
        const fl_offer *offer = &pool->offers[j];
        if (users[j] == 0) continue;
        FL_TRY(fl_plan_add(out, pool->instance, offer->app, users[j], offer->at.exit, offer->at.nodes,
                           offer->at.levels, pool->arena, err));
    }
    return FL_OK;
}
