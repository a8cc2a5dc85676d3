/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every method at the edges of the model, where an off-by-one or a rounding would show. */
#include "core/random.h"
#include "heuristics/methods.h"
#include "milp/methods.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(edges, .init = start, .fini = stop);

static void solve(const fl_method *method, const fl_instance *instance, const brute_answer *truth,
                  const char *options) {
    fl_result result;
    fl_status status = solve_run(&result, instance, method, options, &arena, &err);
    bool complete = method->may_claim == FL_CLAIM_OPTIMAL;
    cr_assert(status == FL_OK, "%s: %s: %s", draw_say(instance), method->name, err.text);
    const char *fault = complete ? solve_fault_exact(&result, instance, truth, 1e-6)
                                 : solve_fault(&result, instance, truth, 0);
    cr_assert_null(fault, "%s: %s %s: %s", draw_say(instance), method->name, options != NULL ? options : "",
                   fault);
}

/** Every method, FIN at several gammas in both engines, against trying every plan. */
static void solve_all(const fl_instance *instance) {
    static const int gammas[] = {1, 2, 7, 1000};
    const fl_method *const *const tables[] = {fl_core_methods, fl_milp_methods, fl_heuristics_methods};
    brute_answer truth = brute_solve(instance);
    for (int i = 0; i < 3; i++) {
        for (const fl_method *const *method = tables[i]; *method != NULL; method++) {
            if (strcmp((*method)->name, "released") != 0) solve(*method, instance, &truth, NULL);
        }
    }
    for (int i = 0; i < 4; i++) {
        for (int engine = 0; engine < 2; engine++) {
            char options[64];
            snprintf(options, sizeof options, "{'gamma': %d, 'engine': '%s'}", gammas[i],
                     engine ? "igraph" : "native");
            solve(solve_method("fin"), instance, &truth, options);
        }
    }
    brute_free(&truth);
}

/** The first `n` seeds of a recipe. */
static void solve_family(fl_recipe recipe, int n) {
    const draw_family family = {.name = "edge", .recipe = recipe};
    n = draw_count(n);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(&family, (uint64_t)seed);
        solve_all(instance);
        fl_instance_free(instance);
    }
}

Test(edges, all_are_right_about_one_block) {
    solve_family((fl_recipe){.blocks = 1}, 300);
}

Test(edges, all_are_right_about_one_node) {
    solve_family((fl_recipe){.nodes = 1}, 300);
}

Test(edges, all_are_right_about_one_block_on_one_node) {
    solve_family((fl_recipe){.blocks = 1, .nodes = 1}, 300);
}

Test(edges, all_are_right_about_one_exit) {
    solve_family((fl_recipe){.exits = 1}, 300);
}

Test(edges, all_are_right_about_an_exit_after_every_block) {
    solve_family((fl_recipe){.blocks = 4, .exits = 4}, 300);
}

/** The two-tier example with `value` at `pointer`, by every method. */
static void solve_variant(const char *pointer, const char *value) {
    fl_instance *instance = build_variant(build_two_tiers, pointer, value);
    solve_all(instance);
    fl_instance_free(instance);
}

Test(edges, all_are_right_when_no_exit_reaches_the_accuracy) {
    solve_variant("/apps/0/accuracy", "0.87");
    solve_variant("/apps/0/accuracy", "1");
}

Test(edges, all_are_right_when_the_accuracy_is_reached_exactly) {
    solve_variant("/apps/0/accuracy", "0.86");
    solve_variant("/apps/0/accuracy", "0.56");
}

Test(edges, all_are_right_when_there_is_no_link) {
    solve_variant("/system/links", "[]");
    fl_instance *instance = build_variant(build_two_tiers, "/system/links", "[]"), *late;
    fl_change change = FL_CHANGE_NONE;
    change.deadline = 1;
    cr_assert(fl_instance_with(&late, instance, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    solve_all(late);
    fl_instance_free(late);
    fl_instance_free(instance);
}

Test(edges, all_are_right_when_a_block_may_run_nowhere) {
    solve_variant("/apps/0/blocks/1/nodes", "[]");
    solve_variant("/apps/0/blocks/0/nodes", "[]");
}

Test(edges, all_are_right_when_the_source_is_left_at_once_or_never) {
    solve_variant("/apps/0/blocks/0/nodes", "['edge']");
    solve_variant("/apps/0/blocks/1/nodes", "['mobile']");
    solve_variant("/apps/0/source", "'edge'");
}

Test(edges, all_are_right_when_nothing_costs_anything) {
    solve_variant("/apps/0/blocks", "[{'ops': 0}, {'ops': 0}]");
    solve_variant("/system/nodes", "[{'name': 'mobile', 'tier': 0, 'speed': 1e10, 'power': 0},"
                                   " {'name': 'edge', 'tier': 1, 'speed': 1.5e11, 'power': 0}]");
}

Test(edges, all_are_right_when_a_deadline_is_tiny_or_huge) {
    solve_variant("/apps/0/deadline", "1e-300");
    solve_variant("/apps/0/deadline", "1e300");
}

Test(edges, all_are_right_when_everybody_leaves_before_the_last_exit) {
    solve_variant("/apps/0/exits",
                  "[{'after': 1, 'accuracy': 0.9, 'share': 1}, {'after': 2, 'accuracy': 0.9}]");
    solve_variant("/apps/0/exits",
                  "[{'after': 1, 'accuracy': 0.2, 'share': 1}, {'after': 2, 'accuracy': 0.9}]");
    solve_variant("/apps/0",
                  "{'source': 'mobile', 'deadline': 0.0021, 'latency': 'mean', 'accuracy': 0.8, 'blocks':"
                  " [{'ops': 2e7, 'out_bits': 1e6}, {'ops': 3e7}], 'exits': [{'after': 1, 'accuracy': 0.9,"
                  " 'share': 1}, {'after': 2, 'accuracy': 0.9}]}");
}

/** Every plan's latency in turn is the deadline: exactly, within the tolerance, and to the last bit of it. */
static void solve_at_every_latency(const fl_instance *base, const double *stretch, int n_stretch) {
    brute_answer all = brute_solve(base);
    for (int i = 0; i < all.apps[0].n; i += 1 + all.apps[0].n / 8) {
        for (int k = 0; k < n_stretch; k++) {
            fl_instance *variant;
            fl_change change = FL_CHANGE_NONE;
            change.deadline = (double)all.apps[0].plans[i].latency * stretch[k];
            if (!(change.deadline > 0)) continue;
            cr_assert(fl_instance_with(&variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
            solve_all(variant);
            fl_instance_free(variant);
        }
    }
    brute_free(&all);
}

Test(edges, all_are_right_when_a_deadline_is_met_exactly) {
    static const double stretch[] = {1, 1 - 0.5e-9, 1 + 0.5e-9, 1 - 2e-9};
    const draw_family families[] = {{.name = "rich"},
                                    {.name = "plain", .recipe = {.plain = true, .blocks = 4}}};
    int n = draw_count(60);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *base = draw_instance(&families[seed % 2], (uint64_t)seed);
        solve_at_every_latency(base, stretch, 4);
        fl_instance_free(base);
    }
}

/** Where rounding alone decides whether a plan is in time, either answer is right, but nobody contradicts
 * himself. */
Test(edges, the_last_bit_of_the_tolerance_makes_nobody_contradict_himself) {
    int n = draw_count(300);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *base = draw_instance(&draw_families[seed % DRAW_FAMILIES], (uint64_t)seed);
        brute_answer all = brute_solve(base);
        for (int i = 0; i < all.apps[0].n; i += 1 + all.apps[0].n / 6) {
            const fl_method *const *const tables[] = {fl_core_methods, fl_milp_methods,
                                                      fl_heuristics_methods};
            fl_instance *variant;
            fl_change change = FL_CHANGE_NONE;
            change.deadline = (double)(all.apps[0].plans[i].latency / (1 + 1e-9L));
            if (!(change.deadline > 0)) continue;
            cr_assert(fl_instance_with(&variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
            for (int t = 0; t < 3; t++) {
                for (const fl_method *const *method = tables[t]; *method != NULL; method++) {
                    fl_result result;
                    if (strcmp((*method)->name, "released") == 0) continue;
                    fl_status status = solve_run(&result, variant, *method, NULL, &arena, &err);
                    cr_assert(status == FL_OK, "%s: %s: %s", draw_say(variant), (*method)->name, err.text);
                }
            }
            fl_instance_free(variant);
        }
        brute_free(&all);
        fl_instance_free(base);
    }
}

Test(edges, all_are_right_from_1e_minus_15_to_1e6_joules) {
    for (int exponent = -15; exponent <= 6; exponent++) {
        fl_recipe recipe = {.energy_scale = pow(10, exponent), .nodes = 3, .blocks = 4};
        solve_family(recipe, 40);
    }
}
