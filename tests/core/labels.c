/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/labels.h"
#include "core/exact.h"
#include "core/generate.h"
#include "core/result.h"
#include "tests/support/brute.h"
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

TestSuite(labels, .init = start, .fini = stop);

static void set(const fl_instance *instance, const char *option, double value) {
    fl_settings_default(&settings, &fl_exact_method, instance);
    settings.value[fl_method_option(&fl_exact_method, option)] = value;
}

static void run(const fl_instance *instance) {
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) == FL_OK, "%s",
              err.text);
}

Test(labels, the_k_best_plans_are_those_of_all_plans) {
    int n = draw_count(1500);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = (uint64_t)seed, .blocks = 1 + seed % 5};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        for (int k = 2; k <= 40; k += 19) {
            const char *fault = kbest_fault(instance, k);
            cr_assert(fault == NULL, "seed %d: %s", seed, fault);
        }
        fl_instance_free(instance);
    }
}

/** A chain with two nodes for every block, alike but for speed and power: no plan dominates another, and the
 *  frontier doubles with every block. */
static fl_instance *exponential(int n_blocks, double deadline) {
    static const fl_node nodes[] = {{"slow", 0, 1, 1, 0, 0, INFINITY, INFINITY, 0},
                                    {"fast", 0, 2, 8, 0, 0, INFINITY, INFINITY, 0}};
    static const fl_node_link links[] = {{0, 1, {1e9, 0, 0, INFINITY, 0}, 0},
                                         {1, 0, {1e9, 0, 0, INFINITY, 0}, 1}};
    fl_block blocks[40];
    double ops = 1;
    for (int l = 0; l < n_blocks; l++, ops *= 1.9) blocks[l] = (fl_block){.ops = ops, .n_allowed = -1};
    fl_exit exit = {.after = n_blocks, .accuracy = 1};
    fl_app app = {.source = 0,
                  .rate = 1,
                  .deadline = deadline * ops,
                  .count = 1,
                  .n_blocks = n_blocks,
                  .blocks = blocks,
                  .n_exits = 1,
                  .exits = &exit};
    fl_instance parts = {.system = {2, nodes, 2, links, 0, NULL}, .n_apps = 1, .apps = &app}, *instance;
    cr_assert(fl_instance_create(&instance, &parts, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    return instance;
}

Test(labels, an_exponential_family_is_answered_or_stopped_with_a_valid_bound) {
    fl_instance *instance = exponential(36, 0.8);
    set(instance, "memory", 2e6);
    run(instance);
    cr_assert(result.has_plan && result.bound <= result.verdict.energy);
    cr_assert(result.status == FL_RESULT_OPTIMAL || result.stop == FL_STOP_MEMORY);
    fl_instance_free(instance);
    instance = exponential(14, 0.8);
    brute_answer all = brute_solve(instance);
    set(instance, "memory", 0);
    run(instance);
    cr_assert(result.status == FL_RESULT_OPTIMAL);
    cr_assert(fabs(result.verdict.energy - (double)all.verdict.energy) <= 1e-12 * result.verdict.energy);
    brute_free(&all);
    fl_instance_free(instance);
}

Test(labels, the_k_best_stop_at_the_memory_limit) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = 1, .blocks = 30, .nodes = 20, .plain = true, .tightness = FL_TIGHTNESS_LOOSE};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    set(instance, "k", 10000);
    settings.value[fl_method_option(&fl_exact_method, "memory")] = 1e5;
    run(instance);
    cr_assert(result.status != FL_RESULT_OPTIMAL && result.stop == FL_STOP_MEMORY);
    fl_instance_free(instance);
}

Test(labels, an_interrupt_stops_with_the_best_plan_known) {
    static volatile sig_atomic_t interrupt = 1;
    fl_instance *instance = exponential(30, 0.8);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &arena, &interrupt, &err) == FL_OK);
    cr_assert(result.stop == FL_STOP_INTERRUPTED && result.status == FL_RESULT_FEASIBLE && result.gap > 0);
    fl_instance_free(instance);
}

/** How many labels a search takes, over many instances. */
static long long labels_made(fl_recipe recipe, fl_labels_goal goal, int k) {
    static const volatile sig_atomic_t never = 0;
    long long made = 0;
    for (recipe.seed = 0; recipe.seed < 60; recipe.seed++) {
        fl_instance *instance;
        fl_layers layers;
        fl_labels_found found;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "%s", err.text);
        const fl_task task = {
            .instance = instance, .arena = &arena, .start = fl_clock(), .interrupt = &never};
        const fl_labels_query query = {.goal = goal, .k = k};
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        cr_assert(fl_labels_search(&found, &layers, &task, &query, &err) == FL_OK, "%s", err.text);
        made += found.n_labels;
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    return made;
}

/* Time and memory go with them. An improvement may lower the numbers. */
Test(labels, no_more_are_made_than_were_once) {
    static const struct {
        fl_recipe recipe;
        fl_labels_goal goal;
        int k;
        long long most;
    } known[] = {
        {{.blocks = 12, .nodes = 6}, FL_LABELS_CHEAPEST, 1, 2436},
        {{.blocks = 12, .nodes = 6, .tightness = FL_TIGHTNESS_TIGHT}, FL_LABELS_CHEAPEST, 1, 1697},
        {{.blocks = 8, .nodes = 5}, FL_LABELS_CHEAPEST, 5, 5421},
        {{.blocks = 8, .nodes = 5}, FL_LABELS_CURVE, 1, 1386},
        {{.blocks = 8, .nodes = 5}, FL_LABELS_FRONTIER, 1, 2220},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        long long made = labels_made(known[i].recipe, known[i].goal, known[i].k);
        cr_expect(made > 0 && made <= known[i].most, "%d: %lld labels", (int)i, made);
    }
}
