/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/catalog.h"
#include "core/generate.h"
#include "core/random.h"
#include "tests/milp/brute_pool.h"
#include <criterion/criterion.h>
#include <math.h>

static fl_arena arena;
static fl_error err;
static const volatile sig_atomic_t never = 0;

static double part_of(const fl_offer *offer, int limit) {
    for (int k = 0; k < offer->n_uses; k++) {
        if (offer->uses[k].limit == limit) return offer->uses[k].part;
    }
    return 0;
}

/** Whether one of the offers listed is as good in everything. */
static bool is_covered(const fl_pool *pool, int n_listed, const fl_offer *offer, fl_goal goal) {
    for (int j = 0; j < n_listed; j++) {
        const fl_offer *other = &pool->offers[j];
        if (other->app != offer->app) continue;
        bool better = goal == FL_GOAL_SERVE || other->power <= offer->power * (1 + 1e-12);
        for (int i = 0; i < pool->n_limits && better; i++)
            better = part_of(other, i) <= part_of(offer, i) * (1 + 1e-12);
        if (better) return true;
    }
    return false;
}

static double price_of(const fl_offer *offer, const double *duals, fl_goal goal) {
    double price = goal == FL_GOAL_SPEND ? offer->power : 0;
    for (int k = 0; k < offer->n_uses; k++) price += duals[offer->uses[k].limit] * offer->uses[k].part;
    return price;
}

static bool fits_alone(const fl_offer *offer) {
    for (int k = 0; k < offer->n_uses; k++) {
        if (offer->uses[k].part > 1 + 1e-9) return false;
    }
    return true;
}

/** List all plans up to a price of each application, into the pricing's pool. */
static void list(fl_pricing *pricing, fl_goal goal, double most) {
    fl_catalog catalog;
    cr_assert(fl_catalog_open(&catalog, pricing, &err) == FL_OK);
    for (int h = 0; h < pricing->task->instance->n_apps; h++) {
        fl_crowd one = {h, 1, NULL};
        bool complete;
        cr_assert(fl_catalog_list(&catalog, &one, goal, most, &complete, &err) == FL_OK && complete);
    }
}

/** The prices of `known`'s limits in the order of another pool's. */
static double *translate(const fl_pool *pool, const fl_pool *known, const double *duals) {
    double *out = FL_ZERO(&arena, pool->n_limits, double);
    for (int i = 0; i < pool->n_limits; i++) {
        for (int k = 0; k < known->n_limits; k++) {
            if (fl_loads_compare(&pool->limits[i], &known->limits[k]) == 0) out[i] = duals[k];
        }
    }
    return out;
}

/** Every plan within the price does not fit alone, or one that was listed is as good; returns how many were
 *  looked at. */
static int check(const fl_task *task, const brute_answer *all, fl_goal goal, uint64_t seed) {
    int n_checked = 0;
    double most = 0;
    fl_random random;
    fl_pool pool, known;
    fl_pricing pricing;
    cr_assert(fl_pool_open(&known, task->instance, &arena, &err) == FL_OK);
    cr_assert(fl_pool_open(&pool, task->instance, &arena, &err) == FL_OK);
    cr_assert(fl_pricing_open(&pricing, task, &known, INFINITY, &err) == FL_OK);
    brute_pool(&known, all);
    for (int j = 0; j < known.n_offers; j++) most = fmax(most, 0.7 * known.offers[j].power);
    double *duals = FL_ZERO(&arena, known.n_limits, double);
    fl_random_seed(&random, seed);
    for (int i = 0; i < known.n_limits; i++) duals[i] = fl_random_between(&random, 0, most);
    cr_assert(fl_pricing_set(&pricing, duals, &err) == FL_OK);
    pricing.pool = &pool;
    list(&pricing, goal, most);
    int n_listed = pool.n_offers;
    brute_pool(&pool, all);
    duals = translate(&pool, &known, duals);
    for (int j = n_listed; j < pool.n_offers; j++) {
        const fl_offer *offer = &pool.offers[j];
        if (!fits_alone(offer) || price_of(offer, duals, goal) > most * (1 - 1e-12)) continue;
        cr_assert(is_covered(&pool, n_listed, offer, goal), "seed %d, goal %d: offer %d", (int)seed, goal, j);
        n_checked++;
    }
    fl_pricing_close(&pricing);
    fl_pool_close(&pool);
    fl_pool_close(&known);
    return n_checked;
}

Test(catalog, every_plan_within_the_price_is_listed_or_another_one_is_as_good) {
    int n_checked = 0;
    fl_arena_init(&arena, 0);
    for (uint64_t seed = 1; seed <= 150; seed++) {
        fl_recipe recipe = {.seed = seed, .apps = 2, .blocks = 3, .nodes = 3, .binding = true};
        fl_instance *instance;
        fl_arena_reset(&arena);
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        brute_answer all = brute_solve(instance);
        fl_task task = {.instance = instance, .arena = &arena, .start = fl_clock(), .interrupt = &never};
        n_checked += check(&task, &all, FL_GOAL_SPEND, seed);
        n_checked += check(&task, &all, FL_GOAL_SERVE, seed);
        brute_free(&all);
        fl_instance_free(instance);
    }
    fl_arena_free(&arena);
    cr_assert(n_checked > 300, "%d", n_checked);
}
