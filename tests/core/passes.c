/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/passes.h"
#include "core/generate.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_layers layers;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(passes, .init = start, .fini = stop);

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

/** Least weight of reaching (l, n) by the arcs one by one, as slowly as can be. */
static double slow_arrival(int l, int n, double energy_weight, double latency_weight) {
    double best = INFINITY;
    for (int a = 0; a < layers.n_nodes; a++) {
        fl_cost move, arc;
        if (l == 0 && a != layers.source) continue;
        if (!fl_layers_move(&layers, l, a, n, &move)) continue;
        double weight = energy_weight * move.energy + latency_weight * move.latency;
        if (l > 0) {
            if (isinf(layers.layer[l - 1].latency[a])) continue;
            arc = (fl_cost){layers.layer[l - 1].energy[a], layers.layer[l - 1].latency[a]};
            weight += energy_weight * arc.energy + latency_weight * arc.latency;
            weight += slow_arrival(l - 1, a, energy_weight, latency_weight);
        }
        best = fmin(best, weight);
    }
    return best;
}

Test(passes, every_vertex_is_reached_at_the_least_weight) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed, .blocks = 4, .nodes = 5, .tiers = seed % 3 == 0 ? 2 : 0};
        fl_pass pass;
        double scratch[15];
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        cr_assert(fl_pass_init(&pass, &layers, &arena, &err) == FL_OK);
        fl_pass_run(&pass, &layers, 1, seed % 2 == 0 ? 3 : 0, scratch);
        for (int l = 0; l < layers.n_layers; l++) {
            for (int n = 0; n < layers.n_nodes; n++) {
                double slow = slow_arrival(l, n, 1, seed % 2 == 0 ? 3 : 0);
                double fast = pass.arrive[l * layers.n_nodes + n];
                cr_assert((isinf(slow) && isinf(fast)) || fabs(slow - fast) <= 1e-12 * slow + 1e-300,
                          "seed %d, block %d, node %d: %.17g, not %.17g", (int)seed, l, n, fast, slow);
            }
        }
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(passes, shortest_finds_the_least_weight_of_all_plans) {
    for (uint64_t seed = 0; seed < 300; seed++) {
        static const double weights[][2] = {{1, 0}, {0, 1}, {1, 50}};
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        brute_answer all = brute_solve(instance);
        for (int w = 0; w < 3; w++) {
            int nodes[16], exit;
            fl_cost cost;
            long double least = HUGE_VALL;
            for (int i = 0; i < all.apps[0].n; i++) {
                const brute_plan *plan = &all.apps[0].plans[i];
                least = fminl(least, weights[w][0] * plan->energy + weights[w][1] * plan->latency);
            }
            fl_arena_mark before = fl_arena_keep(&arena);
            cr_assert(fl_pass_shortest(&layers, weights[w][0], weights[w][1], nodes, &exit, &cost, &arena,
                                       &err) == FL_OK);
            cr_assert(fl_arena_keep(&arena).used == before.used, "scratch is released");
            cr_assert((exit < 0) == isinf((double)least), "seed %d", (int)seed);
            if (exit < 0) continue;
            double found = weights[w][0] * cost.energy + weights[w][1] * cost.latency;
            cr_assert(near(found, (double)least), "seed %d: %.17g, not %.17Lg", (int)seed, found, least);
            naive_cost real = naive_place(instance, 0, exit, nodes, NULL);
            cr_assert(real.accurate && near(cost.energy, (double)real.energy));
        }
        brute_free(&all);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(passes, ties_go_to_the_lower_node_and_the_earlier_exit) {
    static const char equal[] =
        "{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'a', 'speed': 1, 'power': 0}, {'name': 'b', "
        "'speed': 1,"
        " 'power': 0}], 'links': [{'from': 'a', 'to': 'b', 'rate': 1}, {'from': 'b', 'to': 'a', 'rate': 1}]},"
        " 'apps': [{'source': 'b', 'deadline': 1, 'blocks': [{'ops': 0}, {'ops': 0}],"
        "  'exits': [{'after': 1, 'accuracy': 1}, {'after': 2, 'accuracy': 1}]}]}";
    fl_instance *instance = build_instance(equal);
    int nodes[2], exit;
    fl_cost cost;
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    cr_assert(fl_pass_shortest(&layers, 1, 1, nodes, &exit, &cost, &arena, &err) == FL_OK);
    cr_assert(exit == 0 && nodes[0] == 0 && cost.energy == 0 && cost.latency == 0);
    fl_instance_free(instance);
}

Test(passes, forward_and_backward_meet_at_every_vertex) {
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed, .blocks = 6, .nodes = 5, .tiers = seed % 3 == 0 ? 2 : 0};
        fl_pass pass;
        double scratch[15], to_go[30], weight = seed % 2 == 0 ? 3 : 0;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        cr_assert(fl_pass_init(&pass, &layers, &arena, &err) == FL_OK);
        fl_pass_run(&pass, &layers, 1, weight, scratch);
        fl_pass_run_back(to_go, &layers, 1, weight, scratch);
        for (int l = 0; l < layers.n_layers; l++) { /* in each layer the best path passes some vertex */
            double best = INFINITY;
            for (int n = 0; n < layers.n_nodes; n++) {
                const fl_layer *layer = &layers.layer[l];
                double arrive = pass.arrive[l * layers.n_nodes + n];
                double on = layer->energy[n] + weight * layer->latency[n] + to_go[l * layers.n_nodes + n];
                if (!isinf(layer->latency[n])) best = fmin(best, arrive + on);
                for (int k = 0; k <= l; k++) { /* or has stopped before */
                    const fl_layer *end = &layers.layer[k];
                    if (end->exit < 0 || isinf(end->latency[n])) continue;
                    double stop = end->final_energy[n] + weight * end->final_latency[n];
                    best = fmin(best, pass.arrive[k * layers.n_nodes + n] + stop);
                }
            }
            cr_assert((isinf(best) && isinf(pass.value)) || fabs(best - pass.value) <= 1e-12 * best + 1e-300,
                      "seed %d, block %d: %.17g, not %.17g", (int)seed, l, best, pass.value);
        }
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}
