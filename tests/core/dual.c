/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/dual.h"
#include "core/generate.h"
#include "tests/support/brute.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_layers layers;
static fl_dual dual;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(dual, .init = start, .fini = stop);

static void check(uint64_t seed, int steps, int *brackets) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = seed};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    cr_assert(fl_dual_solve(&dual, &layers, steps, false, &arena, &err) == FL_OK);
    brute_answer all = brute_solve(instance);
    double optimum = (double)all.verdict.energy;
    bool none = dual.end == FL_DUAL_NO_PATH || dual.end == FL_DUAL_LATE;
    cr_assert(all.feasible == !none, "seed %d", (int)seed);
    if (!none) {
        cr_assert(dual.bound <= optimum * (1 + 1e-12) && optimum <= dual.cost.energy * (1 + 1e-12),
                  "seed %d: %.17g is not in [%.17g, %.17g]", (int)seed, optimum, dual.bound,
                  dual.cost.energy);
        naive_cost real = naive_place(instance, 0, dual.exit, dual.nodes, NULL);
        cr_assert(real.linked && real.allowed && real.accurate && real.in_time, "seed %d", (int)seed);
        cr_assert(fabs((double)real.energy - dual.cost.energy) <= 1e-12 * dual.cost.energy);
    }
    if (dual.end == FL_DUAL_CHEAPEST) cr_assert(fabs(optimum - dual.cost.energy) <= 1e-12 * optimum);
    *brackets += dual.end == FL_DUAL_BRACKET;
    brute_free(&all);
    fl_instance_free(instance);
    fl_arena_reset(&arena);
}

Test(dual, brackets_the_optimum_of_all_plans) {
    int brackets = 0;
    for (uint64_t seed = 0; seed < 1000; seed++) check(seed, 20, &brackets);
    cr_assert(brackets > 100, "only %d", brackets);
}

Test(dual, two_passes_alone_bracket_it_too) {
    int brackets = 0;
    for (uint64_t seed = 0; seed < 300; seed++) check(seed, 0, &brackets);
}

Test(dual, more_steps_never_loosen_the_bound) {
    for (uint64_t seed = 0; seed < 100; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {
            .seed = seed, .blocks = 12, .nodes = 8, .plain = true, .tightness = FL_TIGHTNESS_MEDIUM};
        double before = -INFINITY;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        for (int steps = 0; steps < 8; steps++) {
            cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
            cr_assert(fl_dual_solve(&dual, &layers, steps, false, &arena, &err) == FL_OK);
            cr_assert(dual.bound >= before, "seed %d, %d steps", (int)seed, steps);
            before = dual.bound;
            fl_arena_reset(&arena);
        }
        fl_instance_free(instance);
    }
}
