/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exact.h"
#include "core/generate.h"
#include "core/result.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena, other;
static fl_error err;
static fl_settings settings;
static fl_result result;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(exact, .init = start, .fini = stop);

/** Solve the model page's example with `value` at `pointer`. */
static void solve(const char *pointer, const char *value) {
    fl_instance *instance = build_variant(build_two_tiers, pointer, value);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK, "%s",
              err.text);
    fl_instance_free(instance);
}

Test(exact, the_example_has_the_optimum_of_the_model_page) {
    solve("/name", "'x'");
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.stop == FL_STOP_DONE);
    cr_assert(result.plan.apps[0].exit == 1 && result.plan.apps[0].nodes[0] == 0 &&
              result.plan.apps[0].nodes[1] == 1);
    cr_assert(fabs(result.verdict.energy - 0.107) < 1e-12 && fabs(result.verdict.latency - 0.0033) < 1e-12);
    cr_assert(result.bound == result.verdict.energy && result.gap == 0);
}

Test(exact, with_more_time_all_stays_on_the_mobile_node) {
    solve("/apps/0/deadline", "0.005");
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.plan.apps[0].nodes[1] == 0);
    cr_assert(fabs(result.verdict.energy - 0.03) < 1e-12);
}

Test(exact, a_deadline_that_no_plan_meets_is_proven_infeasible) {
    solve("/apps/0/deadline", "0.0032");
    cr_assert(result.status == FL_RESULT_INFEASIBLE && result.plan.n_apps == 0 && !result.has_plan);
}

Test(exact, a_block_that_may_run_nowhere_is_proven_infeasible) {
    solve("/apps/0/blocks/1/nodes", "[]");
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
}

Test(exact, a_missing_link_can_make_it_infeasible) {
    fl_instance *instance = build_variant(build_two_tiers, "/system/links", "[]");
    solve("/apps/0/deadline", "0.004");
    cr_assert(result.status == FL_RESULT_OPTIMAL);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK);
    cr_assert(result.status == FL_RESULT_INFEASIBLE, "all on mobile takes 5 ms");
    fl_instance_free(instance);
}

Test(exact, a_looser_target_stops_at_the_earlier_exit) {
    solve("/apps/0/accuracy", "0.56");
    cr_assert(result.plan.apps[0].exit == 0 && fabs(result.verdict.energy - 0.012) < 1e-12);
}

Test(exact, an_interrupt_ends_it_without_a_proof) {
    const volatile sig_atomic_t now = 1;
    fl_instance *instance = build_instance(build_two_tiers);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, &now, &err) == FL_OK);
    cr_assert(result.stop == FL_STOP_INTERRUPTED && result.status == FL_RESULT_FEASIBLE);
    cr_assert(result.bound <= 0.107, "the bound it had holds");
    fl_instance_free(instance);
}

Test(exact, a_time_limit_ends_it_without_a_proof) {
    fl_instance *instance;
    fl_recipe recipe = {
        .seed = 1, .blocks = 60, .nodes = 60, .plain = true, .tightness = FL_TIGHTNESS_MEDIUM};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    const fl_value *options = build_document(&other, "{'time_limit': 1e-9}");
    cr_assert(fl_settings_read(&settings, &fl_exact_method, instance, options, &err) == FL_OK);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK);
    cr_assert(result.stop == FL_STOP_TIME && result.status != FL_RESULT_OPTIMAL);
    cr_assert(result.status != FL_RESULT_INFEASIBLE && result.seconds < 10);
    fl_instance_free(instance);
}

Test(exact, a_memory_limit_is_a_memory_error) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_arena_init(&arena, 1000);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_ENOMEM);
    fl_instance_free(instance);
}

Test(exact, costs_of_nothing_are_an_optimum_too) {
    solve("/apps/0/blocks", "[{'ops': 0}, {'ops': 0}]");
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.energy == 0 && result.gap == 0);
}

Test(exact, solving_twice_gives_the_same_plan) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = 11, .blocks = 12, .nodes = 6};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK);
    fl_result again;
    cr_assert(fl_run(&again, instance, &fl_exact_method, &settings, &other, NULL, &err) == FL_OK);
    cr_assert(again.status == result.status && again.verdict.energy == result.verdict.energy);
    for (int l = 0; l < fl_plan_depth(&again.plan.apps[0], instance, 0); l++) {
        cr_assert(again.plan.apps[0].nodes[l] == result.plan.apps[0].nodes[l]);
    }
    fl_instance_free(instance);
}

Test(exact, the_k_best_of_a_larger_instance_begin_with_the_optimum) {
    for (int seed = 0; seed < 20; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = (uint64_t)seed, .blocks = 30, .nodes = 15, .plain = true};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        fl_settings_default(&settings, &fl_exact_method, instance);
        cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK);
        double optimum = result.has_plan ? result.verdict.energy : -1;
        const fl_value *options = build_document(&other, "{'k': 5}");
        cr_assert(fl_settings_read(&settings, &fl_exact_method, instance, options, &err) == FL_OK);
        fl_status status = fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err);
        cr_assert(status == FL_OK, "seed %d: %s", seed, err.text);
        cr_assert((result.has_plan ? result.verdict.energy : -1) == optimum, "seed %d", seed);
        for (int i = 1; i < result.n_alternatives; i++) {
            cr_assert(result.alternatives[i].verdict.energy >= result.alternatives[i - 1].verdict.energy);
        }
        fl_instance_free(instance);
    }
}
