/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frontier and the k best plans are what a list of all plans says they are. */
#include "core/frontier.h"
#include "tests/support/draw.h"
#include "tests/support/kbest.h"
#include "tests/support/pareto.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>

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

Test(frontier, the_k_best_plans_are_the_first_of_all) {
    for (int i = 0; i < DRAW_FAMILIES; i++) {
        int n = draw_count(1000);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_families[i], (uint64_t)seed);
            const char *fault = kbest_fault(instance, 2 + seed % 7);
            cr_assert(fault == NULL, "%s: %s", draw_say(instance), fault);
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
