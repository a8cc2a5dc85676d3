/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/frontier.h"
#include "core/exact.h"
#include "core/generate.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include "tests/support/pareto.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_frontier frontier;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(frontier, .init = start, .fini = stop);

enum { WIDE = 4 }; /* deadlines are this much looser than drawn, so that frontiers have several points */

static fl_instance *draw(uint64_t seed) {
    fl_instance *tight, *instance;
    fl_recipe recipe = {.seed = seed, .blocks = 1 + (int)(seed % 5)};
    cr_assert(fl_generate(&tight, &recipe, &err) == FL_OK);
    fl_change change = FL_CHANGE_NONE;
    change.deadline = tight->apps[0].deadline * WIDE;
    change.accuracy = seed % 2 == 0 ? 0 : tight->apps[0].accuracy;
    cr_assert(fl_instance_with(&instance, tight, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_instance_free(tight);
    return instance;
}

/** Whether point `a` is no worse than (energy, latency, accuracy), within a relative 1e-9. */
static bool covers(const fl_frontier_point *a, double energy, double latency, double accuracy, bool curve) {
    return a->verdict.energy <= energy * (1 + 1e-9) && a->verdict.latency <= latency * (1 + 1e-9) &&
           (curve || a->verdict.accuracy >= accuracy - 1e-9);
}

static void check(uint64_t seed, bool curve, long long *points) {
    fl_instance *instance = draw(seed);
    const char *fault = pareto_fault(instance, curve, points);
    cr_assert(fault == NULL, "seed %d: %s", (int)seed, fault);
    fl_instance_free(instance);
}

Test(frontier, covers_every_plan_and_no_point_covers_another) {
    long long points = 0;
    int n = draw_count(1500);
    for (int seed = 0; seed < n; seed++) check((uint64_t)seed, false, &points);
    cr_assert(points > n, "only %lld points", points);
}

Test(frontier, the_curve_trades_energy_against_latency_only) {
    long long points = 0;
    for (int seed = 0; seed < 500; seed++) check((uint64_t)seed, true, &points);
}

Test(frontier, of_an_infeasible_instance_has_no_point) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/deadline", "0.001");
    fl_frontier_query query = {0};
    cr_assert(fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) == FL_OK);
    cr_assert(frontier.complete && frontier.n_points == 0);
    fl_instance_free(instance);
}

Test(frontier, several_applications_are_refused) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = 1, .apps = 2};
    fl_frontier_query query = {0};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    cr_assert(fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) == FL_EUNSUPPORTED);
    fl_instance_free(instance);
}

/** Every point is a feasible plan, none covers another, and the bound is below all. */
static void check_part(const fl_instance *instance, fl_stop stop) {
    cr_assert(!frontier.complete && frontier.stop == stop && frontier.n_points > 0, "%d points, stop %d",
              frontier.n_points, (int)frontier.stop);
    for (int j = 0; j < frontier.n_points; j++) {
        const fl_verdict *at = &frontier.points[j].verdict;
        naive_verdict real = naive_judge(instance, &frontier.points[j].plan);
        cr_assert(real.feasible && fabs((double)real.energy - at->energy) <= 1e-12 * at->energy);
        cr_assert(frontier.bound > 0 && frontier.bound <= at->energy);
        for (int i = 0; i < frontier.n_points; i++) {
            cr_assert(i == j || !covers(&frontier.points[i], at->energy, at->latency, at->accuracy, false),
                      "point %d covers point %d", i, j);
        }
    }
}

static fl_instance *draw_long(uint64_t seed) {
    fl_instance *instance;
    fl_recipe recipe = {
        .seed = seed, .blocks = 30, .nodes = 20, .plain = true, .tightness = FL_TIGHTNESS_LOOSE};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    return instance;
}

Test(frontier, a_limit_leaves_feasible_points_and_a_bound) {
    for (uint64_t seed = 1; seed < 6; seed++) {
        fl_instance *instance = draw_long(seed);
        fl_settings settings;
        fl_result best;
        const fl_frontier_query queries[] = {
            {.memory = 500}, {.memory = 1000}, {.curve = true, .memory = 100}, {.time_limit = 1e-9}};
        double bounds[4];
        for (int i = 0; i < 4; i++) {
            cr_assert(fl_frontier_find(&frontier, instance, &queries[i], &arena, NULL, &err) == FL_OK);
            check_part(instance, i < 3 ? FL_STOP_MEMORY : FL_STOP_TIME);
            bounds[i] = frontier.bound;
        }
        fl_settings_default(&settings, &fl_exact_method, instance);
        cr_assert(fl_run(&best, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK);
        for (int i = 0; i < 4; i++) {
            cr_assert(bounds[i] <= best.verdict.energy, "seed %d: %g is no bound on %g", (int)seed, bounds[i],
                      best.verdict.energy);
        }
        fl_instance_free(instance);
    }
}

Test(frontier, more_memory_leaves_more_points_until_it_is_whole) {
    fl_instance *instance = draw_long(1);
    int few;
    fl_frontier_query query = {.curve = true, .memory = 1000};
    cr_assert(fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) == FL_OK);
    few = frontier.n_points;
    query.memory = 1e6;
    cr_assert(fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) == FL_OK);
    cr_assert(frontier.n_points > few && frontier.n_points <= 1000, "%d and %d points", few,
              frontier.n_points);
    fl_instance_free(instance);
}

Test(frontier, an_arena_that_is_full_is_a_memory_limit) {
    fl_instance *instance = draw_long(1);
    fl_frontier_query query = {0};
    fl_arena_free(&arena);
    fl_arena_init(&arena, 500000);
    cr_assert(fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) == FL_OK);
    check_part(instance, FL_STOP_MEMORY);
    fl_instance_free(instance);
}

Test(frontier, is_written_with_plans) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_frontier_query query = {0};
    cr_assert(fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) == FL_OK);
    fl_value *document = fl_frontier_write(&frontier, instance, &arena);
    const fl_value *points = fl_value_get(document, "points");
    cr_assert(points->n_items == frontier.n_points && points->n_items == 1);
    cr_assert(fabs(fl_value_get(points->first, "energy")->number - 0.107) < 1e-12);
    cr_assert(fl_value_get(points->first, "plan")->first->kind == FL_OBJECT);
    fl_instance_free(instance);
}

static fl_instance *draw_choosing(uint64_t seed) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = seed,
                        .blocks = 30,
                        .nodes = 20,
                        .tightness = FL_TIGHTNESS_LOOSE,
                        .codings = true,
                        .serial = true,
                        .thresholds = true};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    return instance;
}

Test(frontier, where_plans_choose_a_limit_leaves_feasible_points_and_a_bound) {
    static volatile sig_atomic_t interrupt = 1;
    fl_instance *instance = draw_choosing(4);
    const fl_frontier_query memory = {.memory = 1e5}, time = {.time_limit = 1e-9}, none = {0};
    cr_assert(fl_frontier_find(&frontier, instance, &memory, &arena, NULL, &err) == FL_OK);
    check_part(instance, FL_STOP_MEMORY);
    cr_assert(fl_frontier_find(&frontier, instance, &time, &arena, NULL, &err) == FL_OK);
    check_part(instance, FL_STOP_TIME);
    cr_assert(fl_frontier_find(&frontier, instance, &none, &arena, &interrupt, &err) == FL_OK);
    cr_assert(!frontier.complete && frontier.stop == FL_STOP_INTERRUPTED);
    fl_instance_free(instance);
}

Test(frontier, where_plans_choose_an_arena_that_is_full_is_a_memory_limit_or_an_error) {
    fl_instance *instance = draw_choosing(4);
    fl_frontier_query query = {0};
    int parts = 0, errors = 0;
    for (size_t limit = 1 << 18; limit < 1 << 24; limit *= 2) {
        fl_arena_free(&arena);
        fl_arena_init(&arena, limit);
        fl_status status = fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err);
        cr_assert(status == FL_OK || status == FL_ENOMEM);
        errors += status == FL_ENOMEM;
        if (status != FL_OK || frontier.complete) continue;
        check_part(instance, FL_STOP_MEMORY);
        parts++;
    }
    cr_assert(parts > 0 && errors > 0, "%d parts, %d errors", parts, errors);
    fl_instance_free(instance);
}

Test(frontier, limits_that_are_shared_are_refused_with_choices_too) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/exits/0/optional", "true"), *full;
    fl_frontier_query query = {0};
    fl_value *document;
    cr_assert(fl_instance_write(&document, instance, &arena, &err) == FL_OK);
    build_put(&arena, document, "/system/nodes/0/capacity", "1e7");
    cr_assert(fl_instance_read(&full, document, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(fl_frontier_find(&frontier, full, &query, &arena, NULL, &err) == FL_EUNSUPPORTED);
    fl_instance_free(full);
    fl_instance_free(instance);
}
