/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instances with far too many plans to try them all, where bounds, reductions and cuts have work to do: the
 * truth is a plain dynamic programme over non-dominated partial plans. */
#include "heuristics/methods.h"
#include "tests/support/draw.h"
#include "tests/support/front.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <string.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(larger, .init = start, .fini = stop);

static const draw_family families[] = {
    {.name = "rich", .recipe = {.blocks = 12, .nodes = 6}},
    {.name = "medium", .recipe = {.blocks = 15, .nodes = 5, .tightness = FL_TIGHTNESS_MEDIUM}},
    {.name = "plain", .recipe = {.blocks = 12, .nodes = 5, .plain = true, .tightness = FL_TIGHTNESS_MEDIUM}},
    {.name = "tight", .recipe = {.blocks = 20, .nodes = 8, .tightness = FL_TIGHTNESS_TIGHT}},
    {.name = "tiers", .recipe = {.blocks = 10, .nodes = 12, .tiers = 3}},
    {.name = "scaled", .recipe = {.blocks = 10, .nodes = 6}, .scaled = true},
};
enum { FAMILIES = sizeof families / sizeof *families };

/** Each method must find, and prove, what it may claim; but GLPK's tolerances do not always let milp prove
 * it. */
static const char *find_fault(const fl_method *method, const fl_result *result, const fl_instance *instance,
                              const brute_answer *truth) {
    if (method->may_claim != FL_CLAIM_OPTIMAL) return solve_fault(result, instance, truth, 0);
    if (strcmp(method->name, "milp") == 0) return solve_fault_found(result, instance, truth, 1e-6);
    return solve_fault_exact(result, instance, truth, 1e-9);
}

/** Compare a method with the truth on `usual` instances of every family. */
static void compare(const char *name, const char *options, int usual) {
    const fl_method *method = solve_method(name);
    for (int i = 0; i < FAMILIES; i++) {
        int n = draw_count(usual);
        for (int seed = 0; seed < n; seed++) {
            fl_result result;
            fl_instance *instance = draw_instance(&families[i], (uint64_t)seed);
            brute_answer truth = front_solve(instance);
            fl_status status = solve_run(&result, instance, method, options, &arena, &err);
            cr_assert(status == FL_OK, "%s: %s", draw_say(instance), err.text);
            const char *fault = find_fault(method, &result, instance, &truth);
            cr_assert_null(fault, "%s: %s: %s", draw_say(instance), name, fault);
            brute_free(&truth);
            fl_instance_free(instance);
        }
    }
}

Test(larger, exact_finds_the_optimum) {
    compare("exact", NULL, 300);
}

Test(larger, milp_finds_the_optimum) {
    compare("milp", NULL, 50);
}

Test(larger, fin_brackets_it) {
    compare("fin", "{'gamma': 3}", 200);
    compare("fin", "{'gamma': 30}", 200);
    compare("fin", "{'gamma': 1000}", 50);
}

Test(larger, no_heuristic_beats_it_or_says_what_is_not_true) {
    for (const fl_method *const *method = fl_heuristics_methods; *method != NULL; method++) {
        bool without_plan = strcmp((*method)->name, "released") == 0;
        if (!without_plan) compare((*method)->name, NULL, 100);
    }
}
