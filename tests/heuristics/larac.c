/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/heuristics/brute_pick.h"

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(larac, .init = start, .fini = stop);

/** min over all plans of energy + lambda * (latency - deadline) */
static long double dual_at(const pick_case *c, long double lambda) {
    long double least = HUGE_VALL;
    for (int i = 0; i < c->list->n; i++) {
        const brute_plan *plan = &c->list->plans[i];
        least = fminl(least, plan->energy + lambda * (plan->latency - c->app->deadline));
    }
    return least;
}

/** The dual's value: that function is concave, so thirds that cannot hold its top are cut off. */
static long double best_dual(const pick_case *c, long double most) {
    long double low = 0, high = most;
    for (int i = 0; i < 300; i++) {
        long double one = low + (high - low) / 3, two = high - (high - low) / 3;
        if (dual_at(c, one) < dual_at(c, two)) {
            low = one;
        } else {
            high = two;
        }
    }
    return dual_at(c, low);
}

static int gaps;

static void check_bound(const pick_case *c, int seed) {
    (void)seed;
    const brute_plan *fastest = brute_fastest(c->list), *cheapest = brute_cheapest(c->list);
    fl_result result = pick_run(c, &fl_larac_method, NULL, &arena);
    const char *fault = solve_fault(&result, c->instance, &c->truth, 1e-9);
    cr_assert_null(fault, "%s: %s", draw_say(c->instance), fault);
    cr_assert(result.has_plan == c->truth.feasible, "%s", draw_say(c->instance));
    if (!result.has_plan) return;
    gaps += result.gap > 1e-6;
    long double slack = c->app->deadline - fastest->latency; /* lambda * slack <= energy of the fastest */
    if (slack < 1e-6L * c->app->deadline || cheapest->energy == 0) return;
    long double wanted = best_dual(c, fastest->energy / slack);
    cr_assert(fabsl(result.bound - wanted) <= 1e-6L * fastest->energy, "%s: bound %.17g, not %.17Lg",
              draw_say(c->instance), result.bound, wanted);
}

Test(larac, has_a_plan_when_there_is_one_and_the_dual_s_value_as_its_bound) {
    pick_all(30, check_bound);
    cr_assert(draw_count(30) < 30 || gaps > 10, "%d instances with a gap", gaps);
}

static void check_steps(const pick_case *c, int seed) {
    (void)seed;
    double before = -INFINITY, energy = INFINITY;
    for (int steps = 0; steps < 4; steps++) {
        char options[40];
        snprintf(options, sizeof options, "{'steps': %d}", steps);
        fl_result result = pick_run(c, &fl_larac_method, options, &arena);
        if (!result.has_plan) return;
        double slack = 1e-9 * result.verdict.energy;
        cr_assert(result.bound >= before - slack && result.verdict.energy <= energy + slack, "%s: %d steps",
                  draw_say(c->instance), steps);
        before = result.bound;
        energy = result.verdict.energy;
    }
}

Test(larac, never_gets_worse_with_more_steps) {
    pick_all(100, check_steps);
}
