/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `exact` finds what trying every plan finds. */
#include "core/random.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

static void compare(const fl_instance *instance) {
    fl_result result;
    brute_answer truth = brute_solve(instance);
    fl_status status = solve_run(&result, instance, solve_method("exact"), NULL, &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", draw_say(instance), err.text);
    const char *fault = solve_fault_exact(&result, instance, &truth, 1e-9);
    cr_assert_null(fault, "%s: %s", draw_say(instance), fault);
    brute_free(&truth);
}

Test(exact, agrees_with_trying_every_plan) {
    fl_arena_init(&arena, 0);
    for (int i = 0; i < DRAW_FAMILIES; i++) {
        int n = draw_count(3000);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_families[i], (uint64_t)seed);
            compare(instance);
            fl_instance_free(instance);
        }
    }
    fl_arena_free(&arena);
}

Test(exact, agrees_with_trying_every_plan_where_plans_choose_more) {
    fl_arena_init(&arena, 0);
    for (int i = 0; i < DRAW_CHOICES; i++) {
        int n = draw_count(1000);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_choices[i], (uint64_t)seed);
            compare(instance);
            fl_instance_free(instance);
        }
    }
    fl_arena_free(&arena);
}

/** The instance with another deadline. */
static fl_instance *with_deadline(const fl_instance *base, double deadline) {
    fl_instance *variant;
    fl_change change = FL_CHANGE_NONE;
    change.deadline = deadline;
    cr_assert(fl_instance_with(&variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    return variant;
}

Test(exact, agrees_when_a_plan_meets_the_deadline_exactly_or_misses_it_barely) {
    fl_random random;
    fl_random_seed(&random, 3);
    fl_arena_init(&arena, 0);
    int n = draw_count(2000);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *base = draw_instance(&draw_families[seed % DRAW_FAMILIES], (uint64_t)seed);
        brute_answer all = brute_solve(base);
        for (int i = 0; i < 5 && all.apps[0].n > 0; i++) {
            static const double stretch[] = {1, 1 + 1e-8, 1 - 1e-8};
            const brute_plan *plan = &all.apps[0].plans[fl_random_int(&random, 0, all.apps[0].n - 1)];
            if (plan->latency <= 0) continue;
            fl_instance *variant = with_deadline(base, (double)plan->latency * stretch[i % 3]);
            compare(variant);
            fl_instance_free(variant);
        }
        brute_free(&all);
        fl_instance_free(base);
    }
    fl_arena_free(&arena);
}
