/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `milp` finds what trying every plan finds, and never calls anything else optimal. */
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

static void compare(const fl_instance *instance) {
    fl_result result;
    brute_answer truth = brute_solve(instance);
    fl_status status = solve_run(&result, instance, solve_method("milp"), NULL, &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", draw_say(instance), err.text);
    const char *fault = solve_fault_exact(&result, instance, &truth, 1e-6);
    cr_assert_null(fault, "%s: %s", draw_say(instance), fault);
    brute_free(&truth);
}

static void compare_family(const draw_family *family) {
    int n = draw_count(2000);
    fl_arena_init(&arena, 0);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(family, (uint64_t)seed);
        compare(instance);
        fl_instance_free(instance);
    }
    fl_arena_free(&arena);
}

Test(milp, agrees_on_instances_of_every_kind) {
    compare_family(&draw_families[0]);
}

Test(milp, agrees_on_plain_chains) {
    compare_family(&draw_families[1]);
}

Test(milp, agrees_when_deadlines_are_tight) {
    compare_family(&draw_families[2]);
}

Test(milp, agrees_when_deadlines_are_loose) {
    compare_family(&draw_families[3]);
}

Test(milp, agrees_on_systems_of_tiers) {
    compare_family(&draw_families[4]);
}

Test(milp, agrees_on_long_chains) {
    compare_family(&draw_families[5]);
}

Test(milp, agrees_on_energies_from_1e_minus_15_to_1e6_and_times_from_1e_minus_9_to_1e9) {
    compare_family(&draw_families[6]);
}

Test(milp, agrees_where_plans_choose_more_and_runs_cost_more) {
    for (int i = 0; i < DRAW_CHOICES; i++) {
        int n = draw_count(300);
        fl_arena_init(&arena, 0);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_choices[i], (uint64_t)seed);
            if (!(instance->features & FL_FEATURE_DEVIATIONS)) compare(instance); /* else it reads means */
            fl_instance_free(instance);
        }
        fl_arena_free(&arena);
    }
}
