/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FIN rounded down and rounded up brackets the optimum at every gamma, and both engines are one method. */
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <stdio.h>

static fl_arena arena, other;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(fin, .init = start, .fini = stop);

static const int gammas[] = {1, 3, 10, 30, 100};
enum { GAMMAS = sizeof gammas / sizeof *gammas };

static void run(fl_result *result, const fl_instance *instance, int gamma, const char *engine, fl_arena *in) {
    char options[64];
    snprintf(options, sizeof options, "{'gamma': %d, 'engine': '%s'}", gamma, engine);
    fl_status status = solve_run(result, instance, solve_method("fin"), options, in, &err);
    cr_assert(status == FL_OK, "%s: gamma %d: %s", draw_say(instance), gamma, err.text);
}

/** Down <= optimum <= up, and what is said of feasibility is true. */
static void assert_bracket(const fl_result *result, const fl_instance *instance, const brute_answer *truth,
                           int gamma) {
    const char *fault = solve_fault(result, instance, truth, 0);
    cr_assert_null(fault, "%s: gamma %d: %s", draw_say(instance), gamma, fault);
    cr_assert(result->status != FL_RESULT_OPTIMAL, "%s: gamma %d", draw_say(instance), gamma);
    cr_assert(result->status == FL_RESULT_INFEASIBLE || !isnan(result->bound), "%s: gamma %d gives no bound",
              draw_say(instance), gamma);
}

static void bracket_family(const draw_family *family, int *tight, int *none) {
    int n = draw_count(2000);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(family, (uint64_t)seed);
        brute_answer truth = brute_solve(instance);
        for (int i = 0; i < GAMMAS; i++) {
            fl_result result;
            run(&result, instance, gammas[i], "native", &arena);
            assert_bracket(&result, instance, &truth, gammas[i]);
            tight[i] += result.has_plan && result.verdict.energy <= truth.verdict.energy * (1 + 1e-9L);
            none[i] += truth.feasible && !result.has_plan;
        }
        brute_free(&truth);
        fl_instance_free(instance);
    }
}

Test(fin, down_and_up_bracket_the_optimum) {
    int tight[GAMMAS] = {0}, none[GAMMAS] = {0};
    for (int i = 0; i < DRAW_FAMILIES; i++) bracket_family(&draw_families[i], tight, none);
    for (int i = 1; i < GAMMAS; i++) {
        cr_assert(tight[i] > tight[i - 1], "a finer gamma finds the optimum more often: %d, then %d",
                  tight[i - 1], tight[i]);
        cr_assert(none[i] < none[i - 1], "and finds no plan less often: %d, then %d", none[i - 1], none[i]);
    }
}

static bool equal(double a, double b) {
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static void assert_same_answer(const fl_instance *instance, int gamma) {
    fl_result native, igraph;
    run(&native, instance, gamma, "native", &arena);
    run(&igraph, instance, gamma, "igraph", &other);
    cr_assert(native.status == igraph.status, "%s: gamma %d: native %s, igraph %s", draw_say(instance), gamma,
              fl_result_status_name(native.status), fl_result_status_name(igraph.status));
    cr_assert(!native.has_plan || equal(native.verdict.energy, igraph.verdict.energy),
              "%s: gamma %d: native %.17g J, igraph %.17g J", draw_say(instance), gamma,
              native.verdict.energy, igraph.verdict.energy);
    cr_assert(equal(native.bound, igraph.bound), "%s: gamma %d: native bound %.17g J, igraph %.17g J",
              draw_say(instance), gamma, native.bound, igraph.bound);
}

Test(fin, the_native_engine_and_igraph_give_the_same_answer) {
    for (int i = 0; i < DRAW_FAMILIES; i++) {
        int n = draw_count(2000);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_families[i], (uint64_t)seed);
            assert_same_answer(instance, gammas[seed % GAMMAS]);
            fl_instance_free(instance);
        }
    }
}
