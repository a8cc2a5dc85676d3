/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exact.h"
#include "core/generate.h"
#include "core/result.h"
#include "heuristics/methods.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena, other;
static fl_error err;
static fl_settings settings;
static fl_result certified, exact;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(certify, .init = start, .fini = stop);

static void set(const fl_instance *instance, const char *option, double value) {
    fl_settings_default(&settings, &fl_certify_method, instance);
    if (option != NULL) settings.value[fl_method_option(&fl_certify_method, option)] = value;
}

static void run(const fl_instance *instance) {
    cr_assert(fl_run(&certified, instance, &fl_certify_method, &settings, &arena, NULL, &err) == FL_OK, "%s",
              err.text);
}

static void compare_with_exact(const fl_recipe *recipe) {
    fl_instance *instance;
    fl_settings defaults;
    cr_assert(fl_generate(&instance, recipe, &err) == FL_OK);
    fl_settings_default(&defaults, &fl_exact_method, instance);
    cr_assert(fl_run(&exact, instance, &fl_exact_method, &defaults, &other, NULL, &err) == FL_OK);
    set(instance, NULL, 0);
    run(instance);
    cr_assert(certified.status == exact.status, "seed %d", (int)recipe->seed);
    if (exact.has_plan) {
        double a = certified.verdict.energy, b = exact.verdict.energy;
        cr_assert(fabs(a - b) <= 1e-9 * b, "seed %d: %.17g, not %.17g", (int)recipe->seed, a, b);
        cr_assert(certified.gap == 0);
    }
    fl_instance_free(instance);
}

Test(certify, proves_the_optimum_that_exact_finds) {
    for (uint64_t seed = 0; seed < 2000; seed++) compare_with_exact(&(fl_recipe){.seed = seed});
    for (uint64_t seed = 0; seed < 60; seed++) {
        compare_with_exact(&(fl_recipe){.seed = seed, .blocks = 20, .nodes = 12});
        compare_with_exact(&(fl_recipe){.seed = seed, .blocks = 12, .nodes = 60, .tiers = 3});
        compare_with_exact(&(fl_recipe){
            .seed = seed, .blocks = 30, .nodes = 30, .plain = true, .tightness = FL_TIGHTNESS_MEDIUM});
    }
}

Test(certify, a_gap_that_is_allowed_is_kept) {
    int open = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed, .blocks = 10, .nodes = 6};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        set(instance, "gap", 0.2);
        run(instance);
        if (certified.has_plan) {
            cr_assert(certified.gap <= 0.2 &&
                          certified.stop == (certified.gap > 0 ? FL_STOP_GAP : FL_STOP_DONE),
                      "seed %d: gap %g", (int)seed, certified.gap);
            open += certified.gap > 0;
            fl_settings defaults;
            fl_settings_default(&defaults, &fl_exact_method, instance);
            cr_assert(fl_run(&exact, instance, &fl_exact_method, &defaults, &other, NULL, &err) == FL_OK);
            cr_assert(certified.bound <= exact.verdict.energy * (1 + 1e-12), "seed %d", (int)seed);
        }
        fl_instance_free(instance);
    }
    cr_assert(open > 3, "only %d gaps stayed open", open);
}

Test(certify, one_level_to_start_with_is_enough) {
    fl_instance *instance = build_instance(build_two_tiers);
    set(instance, "gamma", 1);
    run(instance);
    cr_assert(certified.status == FL_RESULT_OPTIMAL && fabs(certified.verdict.energy - 0.107) < 1e-12);
    fl_instance_free(instance);
}

Test(certify, an_interrupt_ends_it_without_a_proof) {
    static const volatile sig_atomic_t now = 1;
    fl_instance *instance = build_instance(build_two_tiers);
    set(instance, NULL, 0);
    cr_assert(fl_run(&certified, instance, &fl_certify_method, &settings, &arena, &now, &err) == FL_OK);
    cr_assert(certified.stop == FL_STOP_INTERRUPTED && certified.status == FL_RESULT_UNKNOWN);
    fl_instance_free(instance);
}

Test(certify, a_time_limit_ends_it_with_a_valid_bound) {
    fl_instance *instance;
    fl_settings defaults;
    fl_recipe recipe = {
        .seed = 1, .blocks = 60, .nodes = 60, .plain = true, .tightness = FL_TIGHTNESS_MEDIUM};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    set(instance, "time_limit", 1e-9);
    run(instance);
    cr_assert(certified.stop == FL_STOP_TIME && certified.status != FL_RESULT_INFEASIBLE);
    fl_settings_default(&defaults, &fl_exact_method, instance);
    cr_assert(fl_run(&exact, instance, &fl_exact_method, &defaults, &other, NULL, &err) == FL_OK);
    cr_assert(isnan(certified.bound) || certified.bound <= exact.verdict.energy);
    fl_instance_free(instance);
}

/** What a limit leaves: a plan, a bound, and the optimum between them. */
static void check_stopped(fl_stop stop, double optimum) {
    cr_assert(certified.stop == stop && certified.status == FL_RESULT_FEASIBLE, "stop %d, status %d",
              (int)certified.stop, (int)certified.status);
    cr_assert(certified.bound > 0 && certified.bound <= optimum * (1 + 1e-9));
    cr_assert(certified.verdict.energy >= optimum * (1 - 1e-9) && certified.gap > 0);
}

Test(certify, a_memory_limit_is_an_answer_with_a_plan_and_a_bound) {
    fl_instance *instance = build_knapsack(40, 2);
    set(instance, NULL, 0);
    run(instance);
    cr_assert(certified.status == FL_RESULT_OPTIMAL);
    double optimum = certified.verdict.energy;
    set(instance, "memory", 5e4);
    run(instance);
    check_stopped(FL_STOP_MEMORY, optimum);
    fl_instance_free(instance);
}

Test(certify, an_arena_that_is_full_is_an_answer_or_an_error_but_nothing_wrong) {
    fl_instance *instance = build_knapsack(40, 2);
    int answers = 0, errors = 0;
    set(instance, NULL, 0);
    run(instance);
    double optimum = certified.verdict.energy;
    for (size_t limit = 1000; limit < 6000000; limit += limit / 4) {
        fl_arena_free(&arena);
        fl_arena_init(&arena, limit);
        fl_status status = fl_run(&certified, instance, &fl_certify_method, &settings, &arena, NULL, &err);
        errors += status == FL_ENOMEM;
        cr_assert(status == FL_OK || status == FL_ENOMEM);
        if (status != FL_OK || certified.status == FL_RESULT_OPTIMAL) continue;
        if (certified.status == FL_RESULT_UNKNOWN) { /* not even the dual's passes fitted */
            cr_assert(certified.stop == FL_STOP_MEMORY);
            continue;
        }
        check_stopped(FL_STOP_MEMORY, optimum);
        answers++;
    }
    cr_assert(answers > 3 && errors > 0, "%d answers, %d errors", answers, errors);
    fl_instance_free(instance);
}

Test(certify, gamma_auto_is_a_word_for_fin_as_well) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_value *options = build_document(&other, "{'gamma': 'auto'}");
    cr_assert(fl_settings_read(&settings, &fl_fin_method, instance, options, &err) == FL_OK);
    cr_assert(fl_run(&certified, instance, &fl_fin_method, &settings, &arena, NULL, &err) == FL_OK);
    cr_assert(certified.has_plan && fabs(certified.verdict.energy - 0.107) < 1e-12);
    options = build_document(&other, "{'gamma': 0}");
    cr_assert(fl_settings_read(&settings, &fl_fin_method, instance, options, &err) == FL_EINVAL);
    fl_instance_free(instance);
}
