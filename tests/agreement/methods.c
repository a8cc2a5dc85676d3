/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No method says what is not true, none beats the optimum, and the extremes are what they are called. */
#include "heuristics/methods.h"
#include "tests/support/draw.h"
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

TestSuite(methods, .init = start, .fini = stop);

typedef void answer_check(const fl_method *, const fl_result *, const fl_instance *, const brute_answer *);

/** Call `check` with every heuristic's answer to one instance. `released` only knows instances of one shape
 * and gives no plan. */
static void check_instance(answer_check *check, const fl_instance *instance) {
    brute_answer truth = brute_solve(instance);
    for (const fl_method *const *method = fl_heuristics_methods; *method != NULL; method++) {
        fl_result result;
        if (strcmp((*method)->name, "released") == 0) continue;
        fl_status status = solve_run(&result, instance, *method, NULL, &arena, &err);
        cr_assert(status == FL_OK, "%s: %s: %s", draw_say(instance), (*method)->name, err.text);
        check(*method, &result, instance, &truth);
    }
    brute_free(&truth);
}

/** The same for `usual` instances of every family. */
static void check_families(answer_check *check, const draw_family *families, int n_families, int usual) {
    for (int i = 0; i < n_families; i++) {
        int n = draw_count(usual);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&families[i], (uint64_t)seed);
            check_instance(check, instance);
            fl_instance_free(instance);
        }
    }
}

static void check_all(answer_check *check) {
    check_families(check, draw_families, DRAW_FAMILIES, 2000);
}

static void check_truth(const fl_method *method, const fl_result *result, const fl_instance *instance,
                        const brute_answer *truth) {
    bool all = (instance->features & ~method->honours & FL_FEATURES_OWN) == 0;
    bool complete = all && method->may_claim == FL_CLAIM_OPTIMAL;
    const char *fault = complete ? solve_fault_exact(result, instance, truth, 1e-9)
                                 : solve_fault(result, instance, truth, 1e-9);
    cr_assert_null(fault, "%s: %s: %s", draw_say(instance), method->name, fault);
}

Test(methods, none_says_what_is_not_true_or_beats_the_optimum) {
    check_all(check_truth);
}

Test(methods, none_does_where_plans_choose_more_than_nodes_or_runs_cost_more_than_blocks) {
    check_families(check_truth, draw_choices, DRAW_CHOICES, 500);
}

static bool near(long double a, long double b) {
    return fabsl(a - b) <= 1e-9L * fmaxl(fabsl(a), fabsl(b));
}

/** The plan a method came up with, allowed or not, has this latency (energy). */
static void assert_extreme(const fl_method *method, const fl_result *result, const fl_instance *instance,
                           double got, long double wanted) {
    cr_assert(result->plan.n_apps == 1, "%s: %s has no candidate", draw_say(instance), method->name);
    cr_assert(near(got, wanted), "%s: %s: %.17g, not %.17Lg", draw_say(instance), method->name, got, wanted);
}

static void check_extremes(const fl_method *method, const fl_result *result, const fl_instance *instance,
                           const brute_answer *truth) {
    const brute_plan *fastest = brute_fastest(&truth->apps[0]), *cheapest = brute_cheapest(&truth->apps[0]);
    bool is_fastest = strcmp(method->name, "fastest") == 0,
         is_cheapest = strcmp(method->name, "cheapest") == 0;
    if (fastest == NULL) {
        cr_assert(!result->has_plan, "%s: %s", draw_say(instance), method->name);
        return;
    }
    bool in_time = naive_in_time(&instance->apps[0], fastest->latency);
    if (is_fastest && in_time)
        assert_extreme(method, result, instance, result->verdict.latency, fastest->latency);
    if (is_fastest && !in_time) {
        cr_assert(result->status == FL_RESULT_INFEASIBLE, "%s: the fastest plan is late", draw_say(instance));
    }
    if (is_cheapest) assert_extreme(method, result, instance, result->verdict.energy, cheapest->energy);
}

Test(methods, the_cheapest_and_the_fastest_plan_are_what_they_are_called) {
    check_all(check_extremes);
}

static void check_mcp(const fl_method *method, const fl_result *result, const fl_instance *instance,
                      const brute_answer *truth) {
    const brute_list *list = &truth->apps[0];
    if (strcmp(method->name, "mcp") != 0 || !truth->feasible) return;
    const brute_plan *fastest = brute_fastest(list);
    long double least = HUGE_VALL; /* energy of the plans that weigh the same as the lightest */
    for (int i = 0; i < list->n; i++) {
        if (list->plans[i].latency <= fastest->latency * (1 + 0.5e-9L))
            least = fminl(least, list->plans[i].energy);
    }
    cr_assert(result->has_plan, "%s: mcp has no plan", draw_say(instance));
    cr_assert(near(result->verdict.latency, fastest->latency), "%s: mcp takes %.17g s, not %.17Lg s",
              draw_say(instance), result->verdict.latency, fastest->latency);
    cr_assert(result->verdict.energy <= least * (1 + 1e-9L), "%s: mcp costs %.17g J, a tie %.17Lg J",
              draw_say(instance), result->verdict.energy, least);
}

Test(methods, mcp_takes_the_least_latency_and_among_ties_the_least_energy) {
    check_all(check_mcp);
}
