/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frontier and the k best plans are what a list of all plans says they are. */
#include "core/frontier.h"
#include "tests/support/draw.h"
#include "tests/support/pareto.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(frontier, .init = start, .fini = stop);

/** Whole frontiers and curves of the first instances of a family. */
static void check_family(const draw_family *family, int n) {
    long long points = 0;
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(family, (uint64_t)seed);
        const char *fault = pareto_fault(instance, seed % 4 == 3, &points);
        cr_assert(fault == NULL, "%s: %s", draw_say(instance), fault);
        fl_instance_free(instance);
    }
    cr_assert(points > n / 2, "%s: %lld points", family->name, points);
}

Test(frontier, every_point_is_pareto_optimal_and_none_is_missing) {
    for (int i = 0; i < DRAW_FAMILIES; i++) check_family(&draw_families[i], draw_count(2000));
}

Test(frontier, so_it_is_where_plans_choose_more_and_times_deviate) {
    for (int i = 0; i < DRAW_CHOICES; i++) check_family(&draw_choices[i], draw_count(300));
}

static int by_energy(const void *a, const void *b) {
    const brute_plan *one = a, *other = b;
    return (one->energy > other->energy) - (one->energy < other->energy);
}

static bool same_plan(const fl_plan *a, const fl_plan *b, const fl_instance *instance) {
    if (a->apps[0].exit != b->apps[0].exit) return false;
    size_t depth = (size_t)fl_plan_depth(&a->apps[0], instance, 0);
    return memcmp(a->apps[0].nodes, b->apps[0].nodes, depth * sizeof(int)) == 0;
}

/** The answer's alternatives are the first of all plans in time, each once. */
static void assert_k_best(const fl_result *result, const fl_instance *instance, brute_list *all, int k) {
    int in_time = 0;
    for (int i = 0; i < all->n; i++) {
        if (naive_in_time(&instance->apps[0], all->plans[i].latency)) all->plans[in_time++] = all->plans[i];
    }
    if (in_time > 0) qsort(all->plans, (size_t)in_time, sizeof *all->plans, by_energy);
    cr_assert(result->n_alternatives == (in_time < k ? in_time : k), "%s: %d of %d plans", draw_say(instance),
              result->n_alternatives, in_time);
    for (int i = 0; i < result->n_alternatives; i++) {
        const fl_plan *plan = &result->alternatives[i].plan;
        naive_verdict real = naive_judge(instance, plan);
        cr_assert(real.feasible && fabsl(real.energy - all->plans[i].energy) <= 1e-9L * real.energy,
                  "%s: number %d costs %.17Lg J, not %.17Lg J", draw_say(instance), i + 1, real.energy,
                  all->plans[i].energy);
        for (int j = 0; j < i; j++) {
            cr_assert(!same_plan(plan, &result->alternatives[j].plan, instance), "%s: %d and %d are one plan",
                      draw_say(instance), j + 1, i + 1);
        }
    }
}

Test(frontier, the_k_best_plans_are_the_first_of_all) {
    for (int i = 0; i < DRAW_FAMILIES; i++) {
        int n = draw_count(1000);
        for (int seed = 0; seed < n; seed++) {
            char options[32];
            fl_result result;
            int k = 2 + seed % 7;
            fl_instance *instance = draw_instance(&draw_families[i], (uint64_t)seed);
            brute_answer all = brute_solve(instance);
            snprintf(options, sizeof options, "{'k': %d}", k);
            fl_status status = solve_run(&result, instance, solve_method("exact"), options, &arena, &err);
            cr_assert(status == FL_OK, "%s: %s", draw_say(instance), err.text);
            if (all.feasible) assert_k_best(&result, instance, &all.apps[0], k);
            brute_free(&all);
            fl_instance_free(instance);
        }
    }
}

/** The least energy by the MILP for this deadline and target; INFINITY: proven that there is no plan. */
static double least_energy(const fl_instance *instance, double deadline, double accuracy) {
    fl_instance *variant;
    fl_result result;
    fl_arena other;
    fl_change change = FL_CHANGE_NONE;
    change.deadline = deadline;
    change.accuracy = accuracy;
    fl_arena_init(&other, 0);
    cr_assert(fl_instance_with(&variant, instance, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_status status = solve_run(&result, variant, solve_method("milp"), NULL, &other, &err);
    cr_assert(status == FL_OK, "%s: %s", draw_say(variant), err.text);
    double energy = result.has_plan ? result.verdict.energy : INFINITY;
    fl_instance_free(variant);
    fl_arena_free(&other);
    return energy;
}

/* The epsilon-constraint method: with latency and accuracy of a point as limits, its energy is the optimum;
 * with a latency a hair less, it is not reached. */
Test(frontier, each_point_is_the_optimum_of_a_milp_with_the_others_as_limits) {
    int n = draw_count(400), points = 0;
    for (int seed = 0; seed < n; seed++) {
        fl_frontier frontier;
        fl_frontier_query query = {0};
        fl_instance *drawn = draw_instance(&draw_families[0], (uint64_t)seed), *instance;
        fl_change loose = FL_CHANGE_NONE;
        loose.deadline = 3 * drawn->apps[0].deadline;
        loose.accuracy = 0;
        cr_assert(fl_instance_with(&instance, drawn, &loose, 1, FL_PLACE_JSON, &err) == FL_OK);
        cr_assert(fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) == FL_OK);
        for (int i = 0; i < frontier.n_points; i++, points++) {
            const fl_verdict *at = &frontier.points[i].verdict;
            if (at->latency <= 0) continue;
            double same = least_energy(instance, at->latency, at->accuracy);
            cr_assert(fabs(same - at->energy) <= 1e-6 * at->energy, "%s: point %d: %.17g, by the MILP %.17g",
                      draw_say(instance), i, at->energy, same);
            double less = least_energy(instance, at->latency * (1 - 1e-6), at->accuracy);
            cr_assert(less >= at->energy * (1 - 1e-6), "%s: point %d", draw_say(instance), i);
        }
        fl_instance_free(instance);
        fl_instance_free(drawn);
    }
    cr_assert(points > n, "only %d points", points);
}
