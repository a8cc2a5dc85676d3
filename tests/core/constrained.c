/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `exact` does with it where plans choose more than exits and nodes. */
#include "core/constrained.h"
#include "core/exact.h"
#include "core/result.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include "tests/support/kbest.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_settings settings;
static fl_result result;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(constrained, .init = start, .fini = stop);

static void run(const fl_instance *instance, const char *option, double value) {
    fl_settings_default(&settings, &fl_exact_method, instance);
    settings.value[fl_method_option(&fl_exact_method, option)] = value;
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK, "%s",
              err.text);
}

Test(constrained, the_k_best_plans_are_those_of_all_plans) {
    int n = draw_count(150);
    for (int i = 0; i < DRAW_CHOICES; i++) {
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_choices[i], (uint64_t)seed);
            for (int k = 2; k <= 40 && (instance->features & FL_FEATURES_OWN); k += 19) {
                const char *fault = kbest_fault(instance, k);
                cr_assert(fault == NULL, "%s: %s", draw_say(instance), fault);
            }
            fl_instance_free(instance);
        }
    }
}

/** A knapsack with an exit that may be off: no plan dominates another. */
static fl_instance *build_hard(int n_blocks) {
    fl_instance *knapsack = build_knapsack(n_blocks, 3), *instance;
    fl_value *document;
    cr_assert(fl_instance_write(&document, knapsack, &arena, &err) == FL_OK);
    build_put(&arena, document, "/apps/0/exits", "[{'after': 1, 'accuracy': 0, 'optional': true}]");
    build_put(&arena, document, "/apps/0/accuracy", "1");
    fl_value *exit = build_document(&arena, "{'after': 1, 'accuracy': 1}");
    exit->first->number = n_blocks;
    fl_value *exits = (fl_value *)(uintptr_t)fl_value_get(fl_value_get(document, "apps")->first, "exits");
    fl_value_add(&arena, exits, NULL, exit);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s: %s", err.where,
              err.text);
    cr_assert(instance->features == FL_FEATURE_CHOICES);
    fl_instance_free(knapsack);
    return instance;
}

Test(constrained, a_memory_limit_stops_it_with_a_plan_and_a_bound) {
    fl_instance *instance = build_hard(60);
    run(instance, "memory", 1e5);
    cr_assert(result.stop == FL_STOP_MEMORY && result.status == FL_RESULT_FEASIBLE && result.gap > 0);
    cr_assert(result.bound > 0 && result.bound < result.verdict.energy);
    fl_instance_free(instance);
}

Test(constrained, a_time_limit_stops_it_with_a_plan_and_a_bound) {
    fl_instance *instance = build_hard(100);
    run(instance, "time_limit", 0.01);
    cr_assert(result.stop == FL_STOP_TIME && result.status == FL_RESULT_FEASIBLE && result.gap > 0);
    fl_instance_free(instance);
}

Test(constrained, an_interrupt_stops_it_without_a_proof) {
    static volatile sig_atomic_t interrupt = 1;
    fl_instance *instance = build_hard(20);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, &interrupt, &err) == FL_OK);
    cr_assert(result.stop == FL_STOP_INTERRUPTED && result.status != FL_RESULT_OPTIMAL &&
              result.status != FL_RESULT_INFEASIBLE);
    fl_instance_free(instance);
}

Test(constrained, a_memory_limit_of_the_arena_is_a_memory_error) {
    fl_instance *instance = build_hard(20);
    fl_arena small;
    fl_arena_init(&small, 2000);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &small, NULL, &err) == FL_ENOMEM);
    fl_arena_free(&small);
    fl_instance_free(instance);
}

Test(constrained, what_is_not_cheaper_than_what_is_known_is_not_looked_for) {
    const volatile sig_atomic_t never = 0;
    int found_some = 0;
    for (int seed = 0; seed < 300; seed++) {
        fl_instance *instance = draw_instance(&draw_choices[seed % DRAW_CHOICES], (uint64_t)seed);
        fl_task task = {.instance = instance, .arena = &arena, .start = fl_clock(), .interrupt = &never};
        fl_constrained_query query = {.k = 1, .best = INFINITY};
        fl_constrained_found first, second;
        fl_extended graph;
        cr_assert(fl_extended_build(&graph, instance, 0, -1, NULL, FL_EXTENDED_USEFUL, &arena, &err) ==
                  FL_OK);
        cr_assert(fl_constrained_search(&first, &graph, graph.most, &task, &query, &err) == FL_OK);
        cr_assert(first.complete && (first.n_paths == 1 || isinf(first.bound)));
        if (first.n_paths == 1) {
            query.best = first.paths[0].energy;
            cr_assert(fl_constrained_search(&second, &graph, graph.most, &task, &query, &err) == FL_OK);
            cr_assert(second.complete && second.n_paths == 0, "%s", draw_say(instance));
            query.best *= 1.001;
            cr_assert(fl_constrained_search(&second, &graph, graph.most, &task, &query, &err) == FL_OK);
            cr_assert(second.n_paths == (query.best > 0) && second.complete, "%s", draw_say(instance));
            found_some++;
        }
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(found_some > 150, "%d", found_some);
}

/** How many labels a search takes, over many instances. */
static long long labels_made(const draw_family *family, int k) {
    static const volatile sig_atomic_t never = 0;
    long long made = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        fl_instance *instance = draw_instance(family, seed);
        fl_extended graph;
        fl_constrained_found found;
        const fl_task task = {
            .instance = instance, .arena = &arena, .start = fl_clock(), .interrupt = &never};
        const fl_constrained_query query = {.k = k, .best = INFINITY};
        cr_assert(fl_extended_build(&graph, instance, 0, -1, NULL, FL_EXTENDED_USEFUL, &arena, &err) ==
                  FL_OK);
        cr_assert(fl_constrained_search(&found, &graph, graph.most, &task, &query, &err) == FL_OK, "%s",
                  err.text);
        made += found.n_labels;
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    return made;
}

/* Time and memory go with them. An improvement may lower the numbers. */
Test(constrained, no_more_labels_are_made_than_were_once) {
    static const struct {
        draw_family family;
        int k;
        long long most;
    } known[] = {
        {{.recipe = {.blocks = 8, .nodes = 4, .segments = true, .serial = true}}, 1, 404},
        {{.recipe = {.blocks = 6, .nodes = 4, .codings = true, .optional = true}}, 1, 408},
        {{.recipe = {.blocks = 6, .nodes = 4, .codings = true, .optional = true}}, 6, 1732},
        {{.recipe = {.blocks = 8, .nodes = 4, .deviations = true, .tightness = FL_TIGHTNESS_TIGHT}}, 1, 690},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        long long made = labels_made(&known[i].family, known[i].k);
        cr_expect(made > 0 && made <= known[i].most, "%d: %lld labels", (int)i, made);
    }
}
