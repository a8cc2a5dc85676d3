/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `milp` places all users of several applications together as well as trying every plan does. */
#include "milp/decode.h"
#include "tests/support/ask.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static int feasible, refused, apart;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(joint, .init = start, .fini = stop);

static void count(const fl_result *result, const fl_instance *instance) {
    long long users = 0;
    for (int h = 0; h < instance->n_apps; h++) users += instance->apps[h].count;
    feasible += result->has_plan;
    refused += result->has_plan && result->verdict.served < users;
    apart += result->has_plan && fl_plan_size(&result->plan) > instance->n_apps;
}

static void compare(const fl_instance *instance) {
    fl_result result;
    brute_answer truth = brute_solve(instance);
    fl_status status = solve_run(&result, instance, solve_method("milp"), NULL, &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", draw_say(instance), err.text);
    const char *fault = solve_fault_exact(&result, instance, &truth, 1e-6);
    cr_assert_null(fault, "%s: %s", draw_say(instance), fault);
    if (instance->admission) {
        cr_assert(result.most_served == truth.verdict.served, "%s: %lld", draw_say(instance),
                  result.most_served);
    }
    count(&result, instance);
    brute_free(&truth);
}

static void compare_family(fl_recipe recipe, int usual) {
    draw_family family = {.name = "joint"};
    int n = draw_count(usual);
    for (int seed = 0; seed < n; seed++) {
        family.recipe = recipe;
        family.recipe.apps = 2 + seed % 3;
        fl_instance *instance = draw_instance(&family, (uint64_t)seed);
        compare(instance);
        fl_instance_free(instance);
    }
}

Test(joint, agrees_on_applications_that_share_what_binds) {
    compare_family((fl_recipe){.binding = true, .blocks = 3, .nodes = 3}, 400);
    cr_assert(feasible > 40, "%d", feasible);
}

Test(joint, agrees_on_several_users_of_each) {
    compare_family((fl_recipe){.binding = true, .blocks = 2, .nodes = 3, .users = 2}, 300);
    cr_assert(feasible > 30 && apart > 10, "%d, %d apart", feasible, apart);
}

Test(joint, agrees_on_who_is_refused) {
    compare_family((fl_recipe){.binding = true, .blocks = 3, .nodes = 3, .admission = true}, 400);
    cr_assert(refused > 100, "%d", refused);
}

Test(joint, agrees_on_which_users_are_refused) {
    compare_family((fl_recipe){.binding = true, .blocks = 2, .nodes = 3, .users = 2, .admission = true}, 300);
    cr_assert(refused > 60 && apart > 20, "%d, %d apart", refused, apart);
}

Test(joint, agrees_on_applications_that_nothing_joins) {
    compare_family((fl_recipe){.blocks = 3, .nodes = 3, .users = 3}, 200);
}

Test(joint, agrees_on_shares_of_nodes) {
    compare_family((fl_recipe){.binding = true, .blocks = 2, .nodes = 3, .slices = true}, 300);
}

Test(joint, agrees_on_shares_for_several_users_and_who_is_refused) {
    compare_family(
        (fl_recipe){.binding = true, .blocks = 2, .nodes = 2, .users = 2, .slices = true, .admission = true},
        300);
}

/** What CBC finds on the emitted MPS is as good a plan. */
static void compare_cbc(const fl_instance *instance) {
    brute_answer truth = brute_solve(instance);
    fl_result result;
    const char *text = ask_solver(ASK_CBC_MPS, instance, &arena);
    fl_status status = fl_decode_solution(&result, instance, text, strlen(text), &arena, &err);
    cr_assert(status == FL_OK, "%s: %s: %s", draw_say(instance), err.where, err.text);
    cr_assert(result.has_plan == truth.feasible, "%s", draw_say(instance));
    const char *fault = truth.feasible ? solve_fault_found(&result, instance, &truth, 1e-6) : NULL;
    cr_assert_null(fault, "%s: %s", draw_say(instance), fault);
    brute_free(&truth);
    fl_arena_reset(&arena);
}

Test(joint, agrees_with_cbc_on_the_emitted_mps) {
    if (!ask_can(ASK_CBC_MPS)) cr_skip_test("cbc is not installed");
    for (int seed = 0; seed < draw_count(60); seed++) {
        draw_family family = {.name = "cbc",
                              .recipe = {.binding = true,
                                         .apps = 2 + seed % 3,
                                         .blocks = 2,
                                         .nodes = 3,
                                         .users = 1 + seed % 2,
                                         .admission = seed % 3 != 0,
                                         .slices = seed % 5 > 2}};
        fl_instance *instance = draw_instance(&family, (uint64_t)seed);
        compare_cbc(instance);
        fl_instance_free(instance);
    }
}
