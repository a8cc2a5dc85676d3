/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/pricing.h"
#include "core/generate.h"
#include "core/random.h"
#include "tests/milp/brute_pool.h"
#include <criterion/criterion.h>
#include <math.h>

static fl_arena arena;
static fl_error err;

static const volatile sig_atomic_t never = 0;

static double load_price(const fl_pool *pool, const double *duals, const fl_load *load) {
    for (int i = 0; i < pool->n_limits; i++) {
        if (fl_loads_compare(&pool->limits[i], load) == 0)
            return duals[i] * load->amount / pool->limits[i].amount;
    }
    return 0;
}

/** The least cost of one user by trying all plans that fit alone, prices included. */
static double try_all(const brute_list *list, const fl_instance *instance, const fl_pool *pool, int app,
                      const double *duals, fl_goal goal) {
    double least = INFINITY;
    for (int i = 0; i < list->n; i++) {
        const brute_plan *plan = &list->plans[i];
        fl_load loads[256];
        fl_placement at = {.exit = plan->exit, .count = 1, .nodes = plan->nodes};
        if (!naive_in_time(&instance->apps[app], plan->latency)) continue;
        int n = fl_loads_of(loads, instance, app, &at);
        bool fits = true;
        double cost = goal == FL_GOAL_SPEND ? instance->apps[app].rate * (double)plan->energy : 0;
        for (int k = 0; k < n; k++) {
            fits = fits && loads[k].amount <= fl_loads_limit(instance, &loads[k]) * (1 + 1e-9);
            cost += load_price(pool, duals, &loads[k]);
        }
        if (fits) least = fmin(least, cost);
    }
    return least;
}

static void compare_at(fl_pricing *pricing, const brute_answer *all, const double *duals, fl_goal goal,
                       uint64_t seed) {
    const fl_instance *instance = pricing->task->instance;
    cr_assert(fl_pricing_set(pricing, duals, &err) == FL_OK);
    for (int h = 0; h < instance->n_apps; h++) {
        fl_priced priced;
        double least = try_all(&all->apps[h], instance, pricing->pool, h, duals, goal);
        fl_status status = fl_pricing_solve(&priced, pricing, &(fl_crowd){h, 1, NULL}, goal, &err);
        cr_assert(status == FL_OK, "%s", err.text);
        cr_assert(isinf(least) ? isinf(priced.value) : fabs(priced.value - least) <= 1e-9 * least,
                  "seed %d, application %d: %.17g, not %.17g", (int)seed, h, priced.value, least);
        cr_assert(isinf(least) == (priced.offer < 0), "seed %d, application %d", (int)seed, h);
    }
}

static void compare(const fl_instance *instance, uint64_t seed) {
    fl_task task = {.instance = instance, .arena = &arena, .start = fl_clock(), .interrupt = &never};
    fl_pool pool;
    fl_pricing pricing;
    fl_random draw;
    fl_arena_reset(&arena);
    brute_answer all = brute_solve(instance);
    cr_assert(fl_pool_open(&pool, instance, &arena, &err) == FL_OK);
    cr_assert(fl_pricing_open(&pricing, &task, &pool, INFINITY, &err) == FL_OK);
    brute_pool(&pool, &all);
    double *duals = FL_ZERO(&arena, pool.n_limits, double);
    fl_random_seed(&draw, seed);
    for (int round = 0; round < 4; round++) {
        compare_at(&pricing, &all, duals, round % 2 == 0 ? FL_GOAL_SPEND : FL_GOAL_SERVE, seed);
        for (int i = 0; i < pool.n_limits; i++) duals[i] = fl_random_between(&draw, 0, 1);
    }
    fl_pricing_close(&pricing);
    fl_pool_close(&pool);
    brute_free(&all);
}

Test(pricing, finds_what_trying_every_plan_finds) {
    fl_arena_init(&arena, 0);
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_recipe recipe = {
            .seed = seed, .apps = 2, .blocks = 1 + (int)(seed % 4), .nodes = 3, .binding = true};
        fl_instance *instance;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "%s", err.text);
        compare(instance, seed);
        fl_instance_free(instance);
    }
    fl_arena_free(&arena);
}
