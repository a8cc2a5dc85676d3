/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/meet.h"
#include "core/exact.h"
#include "core/generate.h"
#include "core/labels.h"
#include "core/result.h"
#include "core/tolerance.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_settings settings;
static fl_result result;
static const volatile sig_atomic_t never = 0;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(meet, .init = start, .fini = stop);

/* The search alone, on instances small enough to try every plan */

/** Search between the dual's bounds; false when the dual leaves nothing to search. */
static bool search(fl_meet_found *out, fl_cost *known, const fl_instance *instance, double part) {
    static fl_layers layers;
    static fl_dual dual;
    static fl_sweep_bench bench;
    static fl_sweep_watch watch;
    static fl_sweep back;
    static const int ranks[64] = {0};
    fl_task task = {instance, &settings, &arena, fl_clock(), &never};
    fl_arena_reset(&arena);
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    cr_assert(fl_dual_solve(&dual, &layers, 20, false, &arena, &err) == FL_OK);
    if (dual.end != FL_DUAL_BRACKET || dual.cost.energy <= dual.bound) return false;
    cr_assert(fl_sweep_open(&bench, false, 1, &arena, &err) == FL_OK);
    cr_assert(fl_sweep_init(&back, &layers, &arena, &err) == FL_OK);
    bench.lambda = dual.lambda;
    watch = (fl_sweep_watch){.task = &task};
    back.bench = &bench;
    back.watch = &watch;
    back.rank = ranks;
    back.latency = dual.latency.arrive;
    back.energy = dual.energy.arrive;
    back.reduced = dual.reduced.arrive;
    double lower = dual.bound - dual.slack;
    cr_assert(fl_meet_search(out, &back, &dual, lower, part * (dual.cost.energy - lower), &err) == FL_OK);
    *known = out->better ? out->cost : dual.cost;
    return true;
}

static void check(uint64_t seed, double part, int *searched) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = seed, .blocks = 2 + (int)(seed % 5), .nodes = 2 + (int)(seed % 3)};
    fl_meet_found found;
    fl_cost cost;
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    if (search(&found, &cost, instance, part)) {
        brute_answer all = brute_solve(instance);
        double optimum = (double)all.verdict.energy;
        cr_assert(found.complete && fabs(cost.energy - optimum) <= FL_TOLERANCE_EQUAL * optimum,
                  "seed %d: %.17g, not %.17g", (int)seed, cost.energy, optimum);
        cr_assert(found.bound <= optimum * (1 + 1e-12), "seed %d", (int)seed);
        if (found.better) {
            naive_cost real = naive_place(instance, 0, found.exit, found.nodes, NULL);
            cr_assert(real.linked && real.allowed && real.accurate && real.in_time, "seed %d", (int)seed);
            cr_assert(fabs((double)real.energy - cost.energy) <= 1e-12 * cost.energy, "seed %d", (int)seed);
        }
        brute_free(&all);
        ++*searched;
    }
    fl_instance_free(instance);
}

Test(meet, finds_the_optimum_of_all_plans_from_any_first_cut) {
    static const double parts[] = {1, 0.1, 1e-6};
    int searched = 0;
    for (uint64_t seed = 0; seed < 3000; seed++) check(seed, parts[seed % 3], &searched);
    cr_assert(searched > 300, "only %d", searched);
}

/* Within `exact`, on instances that need it */

static void run(const fl_instance *instance, const char *option, double value) {
    fl_settings_default(&settings, &fl_exact_method, instance);
    if (option != NULL) settings.value[fl_method_option(&fl_exact_method, option)] = value;
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK, "%s",
              err.text);
}

/** The least energy on the curve, which is searched for from one end. */
static double find_on_curve(const fl_instance *instance) {
    fl_layers layers;
    fl_labels_found found;
    fl_labels_query query = {.goal = FL_LABELS_CURVE, .k = 1};
    fl_task task = {instance, &settings, &arena, fl_clock(), &never};
    fl_arena_reset(&arena);
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    cr_assert(fl_labels_search(&found, &layers, &task, &query, &err) == FL_OK && found.complete);
    return found.paths[found.n_paths - 1].cost.energy;
}

Test(meet, agrees_with_the_search_from_one_end_on_knapsacks) {
    for (uint64_t seed = 0; seed < 6; seed++) {
        fl_instance *instance = build_knapsack(17, seed);
        double least = find_on_curve(instance);
        run(instance, NULL, 0);
        cr_assert(result.status == FL_RESULT_OPTIMAL, "seed %d", (int)seed);
        cr_assert(fabs(result.verdict.energy - least) <= FL_TOLERANCE_EQUAL * least,
                  "seed %d: %.17g, not %.17g", (int)seed, result.verdict.energy, least);
        fl_instance_free(instance);
    }
}

Test(meet, proves_an_optimum_among_2_to_the_100_plans_that_share_a_bound) {
    for (uint64_t seed = 0; seed < 3; seed++) {
        fl_instance *instance = build_knapsack(100, seed);
        run(instance, NULL, 0);
        cr_assert(result.status == FL_RESULT_OPTIMAL, "seed %d: gap %g", (int)seed, result.gap);
        fl_instance_free(instance);
    }
}

Test(meet, stops_at_a_limit_with_a_plan_and_a_bound) {
    static const struct {
        const char *option;
        double value;
        fl_stop stop;
    } limits[] = {{"memory", 2e6, FL_STOP_MEMORY}, {"time_limit", 1e-9, FL_STOP_TIME}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        fl_instance *instance = build_knapsack(32, 1);
        run(instance, limits[i].option, limits[i].value);
        cr_assert(result.stop == limits[i].stop && result.status == FL_RESULT_FEASIBLE, "%s",
                  limits[i].option);
        cr_assert(result.gap > 0 && result.bound > 0 && result.bound <= result.verdict.energy);
        fl_instance_free(instance);
    }
}

Test(meet, an_arena_that_is_full_is_a_memory_limit) {
    fl_instance *instance = build_knapsack(32, 1);
    fl_arena_free(&arena);
    fl_arena_init(&arena, 3000000);
    run(instance, NULL, 0);
    cr_assert(result.stop == FL_STOP_MEMORY && result.status == FL_RESULT_FEASIBLE);
    cr_assert(result.gap > 0 && result.gap < 0.1, "%g", result.gap);
    fl_instance_free(instance);
}
