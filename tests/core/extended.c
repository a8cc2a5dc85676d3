/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/extended.h"
#include "core/evaluate.h"
#include "core/random.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_random random_walk;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_random_seed(&random_walk, 5);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(extended, .init = start, .fini = stop);

static fl_extended build(const fl_instance *instance, int threshold, fl_extended_arcs which) {
    fl_extended graph;
    cr_assert(fl_extended_build(&graph, instance, 0, threshold, NULL, which, &arena, &err) == FL_OK, "%s",
              err.text);
    cr_assert(!graph.too_large);
    return graph;
}

/** A path at random: its arcs, and their sums. */
static fl_extended_arc walk(const fl_extended *graph, int *arcs) {
    fl_extended_arc sum = {.energy = 0};
    for (int s = 0, l = 0; s >= 0; l++) {
        int a = fl_random_int(&random_walk, graph->first[s], graph->first[s + 1] - 1);
        arcs[l] = a;
        sum.energy += graph->arcs[a].energy;
        for (int i = 0; i < FL_USE_KINDS; i++) sum.use[i] += graph->arcs[a].use[i];
        s = graph->arcs[a].to;
    }
    return sum;
}

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

static void judge_path(const fl_instance *instance, const fl_extended *graph) {
    int arcs[16], nodes[16], codings[16];
    bool off[16];
    fl_placement at = {.nodes = nodes, .codings = codings, .off = off};
    fl_plan plan;
    fl_verdict verdict;
    fl_extended_arc sum = walk(graph, arcs);
    fl_extended_place(&at, graph, arcs);
    cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
    cr_assert(fl_plan_add_like(&plan, instance, 0, 1, &at, &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
    double latency = sum.use[FL_USE_LATENCY] + graph->deviations * sqrt(sum.use[FL_USE_VARIANCE]);
    cr_assert(near(verdict.energy, sum.energy) && near(verdict.latency, latency),
              "%s: %.17g J, %.17g s; really %.17g J, %.17g s", draw_say(instance), sum.energy, latency,
              verdict.energy, verdict.latency);
    double kept = fmax(1 - sum.use[FL_USE_LOSS], 0);
    cr_assert(fabs(verdict.accuracy - kept) < 1e-12, "%s: %.17g, really %.17g", draw_say(instance), kept,
              verdict.accuracy);
}

Test(extended, the_sums_along_a_path_are_what_the_judge_says_of_its_plan) {
    for (int i = 0; i < DRAW_CHOICES; i++) {
        int n = draw_count(200);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_choices[i], (uint64_t)seed);
            for (int t = -1; t < instance->apps[0].n_thresholds; t++) {
                fl_extended graph = build(instance, t, FL_EXTENDED_ALL);
                for (int k = 0; k < 10 && graph.first[1] > 0; k++) judge_path(instance, &graph);
            }
            fl_instance_free(instance);
            fl_arena_reset(&arena);
        }
    }
}

/** How many paths there are. */
static double count_paths(const fl_extended *graph) {
    double *paths = FL_ZERO(&arena, graph->n_states, double);
    for (int s = graph->n_states - 1; s >= 0; s--) {
        for (int a = graph->first[s]; a < graph->first[s + 1]; a++) {
            paths[s] += graph->arcs[a].to >= 0 ? paths[graph->arcs[a].to] : 1;
        }
    }
    return paths[0];
}

Test(extended, every_plan_is_one_path) {
    static const draw_family families[] = {
        {.name = "codings", .recipe = {.blocks = 4, .nodes = 3, .codings = true, .thresholds = true}},
        {.name = "runs", .recipe = {.blocks = 5, .segments = true, .serial = true, .thresholds = true}}};
    for (int i = 0; i < 2; i++) {
        for (int seed = 0; seed < 200; seed++) {
            fl_change any = FL_CHANGE_NONE;
            any.accuracy = 0;
            fl_instance *drawn = draw_instance(&families[i], (uint64_t)seed), *instance;
            cr_assert(fl_instance_with(&instance, drawn, &any, 1, FL_PLACE_JSON, &err) == FL_OK);
            double paths = 0;
            for (int t = -1; t < instance->apps[0].n_thresholds; t++) {
                fl_extended graph = build(instance, t, FL_EXTENDED_ALL);
                paths += count_paths(&graph);
            }
            brute_answer all = brute_solve(instance);
            cr_assert(paths == all.apps[0].n, "%s: %g paths, %d plans", draw_say(instance), paths,
                      all.apps[0].n);
            brute_free(&all);
            fl_instance_free(instance);
            fl_instance_free(drawn);
            fl_arena_reset(&arena);
        }
    }
}

Test(extended, arcs_lead_to_higher_states_from_each_of_which_an_exit_can_be_reached) {
    for (int seed = 0; seed < 300; seed++) {
        fl_instance *instance = draw_instance(&draw_choices[seed % DRAW_CHOICES], (uint64_t)seed);
        fl_extended graph = build(instance, -1, FL_EXTENDED_USEFUL);
        for (int s = 0; s < graph.n_states; s++) {
            cr_assert(s == 0 || graph.first[s] < graph.first[s + 1], "%s: state %d is a dead end",
                      draw_say(instance), s);
            for (int a = graph.first[s]; a < graph.first[s + 1]; a++) {
                const fl_extended_arc *arc = &graph.arcs[a];
                cr_assert((arc->to < 0) == (arc->exit == FL_EXIT_FINAL) && (arc->to < 0 || arc->to > s));
                cr_assert(arc->to < 0 || graph.states[arc->to].node == arc->node);
            }
        }
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(extended, codings_that_are_beaten_may_be_left_out) {
    static const char codings[] =
        "[{'name': 'worse', 'bits': 2e6}, {'name': 'small', 'bits': 1e5, 'loss': 0.1},"
        " {'name': 'as small', 'bits': 1e5, 'loss': 0.1}, {'name': 'lossier', 'bits': 2e5, 'loss': 0.2}]";
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/blocks/0/codings", codings);
    fl_extended all = build(instance, -1, FL_EXTENDED_ALL), useful = build(instance, -1, FL_EXTENDED_USEFUL);
    cr_assert(all.first[all.n_states] - useful.first[useful.n_states] == 3);
    fl_instance_free(instance);
}

Test(extended, too_many_arcs_are_not_built) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = 1, .blocks = 20, .nodes = 700, .plain = true, .tiers = 3, .optional = true};
    fl_extended graph;
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    cr_assert(fl_extended_build(&graph, instance, 0, -1, NULL, FL_EXTENDED_ALL, &arena, &err) == FL_OK);
    cr_assert(graph.too_large);
    fl_instance_free(instance);
}
