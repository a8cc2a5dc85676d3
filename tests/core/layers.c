/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/layers.h"
#include "core/evaluate.h"
#include "core/generate.h"
#include "core/random.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdio.h>

static fl_arena arena;
static fl_error err;
static fl_layers layers;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(layers, .init = start, .fini = stop);

static fl_instance *build(const char *pointer, const char *value) {
    fl_instance *instance = build_variant(build_two_tiers, pointer, value);
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    return instance;
}

Test(layers, there_are_as_many_as_blocks_up_to_the_deepest_accurate_exit) {
    const char *const targets[] = {"0.1", "0.8", "0.99"};
    const int n_layers[] = {2, 2, 0};
    for (int i = 0; i < 3; i++) {
        fl_instance *instance = build("/apps/0/accuracy", targets[i]);
        cr_assert(layers.n_layers == n_layers[i]);
        fl_instance_free(instance);
    }
    fl_instance *instance =
        build("/apps/0/exits", "[{'after': 1, 'accuracy': 0.9}, {'after': 2, 'accuracy': 0.2}]");
    cr_assert(layers.n_layers == 1, "exit 2 is not accurate enough");
    fl_instance_free(instance);
}

Test(layers, only_accurate_exits_may_be_final) {
    fl_instance *instance = build("/name", "'x'");
    cr_assert(layers.layer[0].exit == -1 && layers.layer[1].exit == 1);
    fl_cost arc;
    cr_assert(fl_layers_arc(&layers, 0, 0, 0, false, &arc) && !fl_layers_arc(&layers, 0, 0, 0, true, &arc));
    fl_instance_free(instance);
}

Test(layers, there_is_no_arc_over_a_missing_link_or_to_a_node_that_is_not_allowed) {
    fl_instance *instance = build("/name", "'x'");
    fl_cost arc;
    cr_assert(fl_layers_arc(&layers, 1, 0, 1, false, &arc));
    cr_assert(!fl_layers_arc(&layers, 1, 1, 0, false, &arc), "no link back");
    cr_assert(!fl_layers_arc(&layers, 0, 0, 1, false, &arc), "b1 may not run on edge");
    cr_assert(!fl_layers_move(&layers, 1, 1, 0, &arc) && fl_layers_move(&layers, 1, 1, 1, &arc));
    fl_instance_free(instance);
}

Test(layers, the_head_of_the_final_exit_makes_its_last_arc_dearer) {
    fl_instance *instance =
        build("/apps/0/exits", "[{'after': 1, 'accuracy': 0.9, 'ops': 1e7}, {'after': 2, 'accuracy': 0.95}]");
    fl_cost on, end;
    cr_assert(fl_layers_arc(&layers, 0, 0, 0, false, &on) && fl_layers_arc(&layers, 0, 0, 0, true, &end));
    cr_assert(on.latency == 2e-3 && end.latency == 3e-3);
    fl_instance_free(instance);
}

Test(layers, the_deadline_carries_its_tolerance) {
    fl_instance *instance = build("/name", "'x'");
    cr_assert(layers.deadline > 0.004 && layers.deadline <= 0.004 * (1 + 1.1e-9));
    fl_instance_free(instance);
}

/** A random plan of the instance whose exit is accurate enough; false when there is none. */
static bool draw_plan(fl_random *random, const fl_app *app, int n_nodes, int *nodes, int *exit) {
    *exit = fl_random_int(random, 0, app->n_exits - 1);
    for (int l = 0; l < app->exits[*exit].after; l++) nodes[l] = fl_random_int(random, 0, n_nodes - 1);
    return fl_cost_accurate(app, *exit);
}

/** The arcs of a plan, added up; false when one is missing. */
static bool add_arcs(const int *nodes, int depth, fl_cost *sum) {
    *sum = (fl_cost){0, 0};
    for (int l = 0; l < depth; l++) {
        fl_cost arc;
        int from = l > 0 ? nodes[l - 1] : layers.source;
        if (!fl_layers_arc(&layers, l, from, nodes[l], l == depth - 1, &arc)) return false;
        sum->energy += arc.energy;
        sum->latency += arc.latency;
    }
    return true;
}

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

Test(layers, the_arcs_of_a_plan_add_up_to_what_the_judge_says) {
    fl_random random;
    fl_random_seed(&random, 5);
    int compared = 0, missing = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed, .tiers = (int)(seed % 3)};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        for (int i = 0; i < 20; i++) {
            int nodes[16], exit;
            fl_plan plan;
            fl_verdict verdict;
            fl_cost sum;
            if (!draw_plan(&random, &instance->apps[0], layers.n_nodes, nodes, &exit)) continue;
            cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
            cr_assert(fl_plan_place(&plan, instance, 0, exit, nodes, &arena, &err) == FL_OK);
            cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
            bool whole = add_arcs(nodes, fl_plan_depth(&plan.apps[0], instance, 0), &sum);
            bool judged = verdict.violation.kind == FL_VIOLATION_NONE ||
                          verdict.violation.kind == FL_VIOLATION_DEADLINE;
            cr_assert(whole == judged, "seed %d: %d arcs, violation %d", (int)seed, whole,
                      verdict.violation.kind);
            missing += !whole;
            compared += whole;
            if (!whole) continue;
            cr_assert(near(sum.energy, verdict.energy) && near(sum.latency, verdict.latency), "seed %d",
                      (int)seed);
        }
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(compared > 1000 && missing > 100, "%d compared, %d without an arc", compared, missing);
}

Test(layers, what_is_reserved_takes_no_capacity_and_so_pays_no_price_of_it) {
    static const char *const nodes[] = {"mobile", "edge"};
    const double per_op[] = {3, 5}, per_byte[] = {0.25, 0.5};
    const fl_prices prices = {.capacity = per_op, .memory = per_byte};
    for (int sliced = -1; sliced < 2; sliced++) {
        fl_value *document = build_document(&arena, build_two_tiers);
        char slices[40];
        snprintf(slices, sizeof slices, "{'%s': [0.5]}", sliced < 0 ? "" : nodes[sliced]);
        build_put(&arena, document, "/apps/0/blocks/1/memory", "8");
        if (sliced >= 0) build_put(&arena, document, "/apps/0/slices", slices);
        fl_instance *instance;
        cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        const double free[] = {layers.layer[1].energy[0], layers.layer[1].energy[1]};
        cr_assert(fl_layers_price(&layers, &prices, &arena, &err) == FL_OK);
        for (int n = 0; n < 2; n++) {
            double ops = n == sliced ? 0 : 3e7; /* of block 2 */
            double price = layers.layer[1].energy[n] - free[n];
            double expected = ops * per_op[n] + 8 * per_byte[n];
            cr_assert(fabs(price - expected) <= 1e-12 * expected + 1e-12, "node %d, slices of %d: %g", n,
                      sliced, price);
        }
        fl_instance_free(instance);
    }
}

Test(layers, without_memory_there_are_none) {
    fl_arena none;
    fl_arena_init(&none, 1);
    fl_instance *instance = build_instance(build_two_tiers);
    cr_assert(fl_layers_build(&layers, instance, 0, &none, &err) == FL_ENOMEM);
    fl_instance_free(instance);
}
