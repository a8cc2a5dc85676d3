/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/reduce.h"
#include "core/generate.h"
#include "tests/support/brute.h"
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

TestSuite(reduce, .init = start, .fini = stop);

static fl_instance *draw(uint64_t seed, int nodes, int tiers) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = seed, .blocks = 4, .nodes = nodes, .tiers = tiers};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    return instance;
}

Test(reduce, arcs_between_kept_nodes_cost_what_they_did) {
    int dropped = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        int *original;
        fl_instance *instance = draw(seed, 8, 2);
        fl_layers whole = layers;
        fl_layer copy[4];
        memcpy(copy, layers.layer, (size_t)layers.n_layers * sizeof *copy);
        cr_assert(fl_reduce_nodes(&layers, &original, &arena, &err) == FL_OK);
        fl_arena_mark mark = fl_arena_keep(&arena);
        whole.layer = copy;
        if (original != NULL) {
            dropped += whole.n_nodes - layers.n_nodes;
            cr_assert(original[layers.source] == whole.source, "seed %d: the source stays", (int)seed);
            for (int l = 0; l < layers.n_layers; l++) {
                for (int a = 0; a < layers.n_nodes; a++) {
                    for (int b = 0; b < layers.n_nodes; b++) {
                        fl_cost one = {0, 0}, two = {0, 0};
                        bool final = layers.layer[l].exit >= 0;
                        bool is = fl_layers_arc(&layers, l, a, b, final, &one);
                        cr_assert(is == fl_layers_arc(&whole, l, original[a], original[b], final, &two));
                        cr_assert(!is || (one.energy == two.energy && one.latency == two.latency));
                    }
                }
            }
        }
        fl_arena_release(&arena, mark);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(dropped > 100, "only %d nodes were left out", dropped);
}

Test(reduce, nodes_with_links_of_their_own_all_stay) {
    for (uint64_t seed = 0; seed < 50; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed, .nodes = 6, .plain = true};
        int *original;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        cr_assert(fl_reduce_nodes(&layers, &original, &arena, &err) == FL_OK);
        cr_assert(original == NULL && layers.n_nodes == 6);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(reduce, numbers_are_restored) {
    const int original[] = {1, 4, 7};
    int nodes[] = {2, 0, 1, 1};
    fl_reduce_restore(original, nodes, 4);
    cr_assert(nodes[0] == 7 && nodes[1] == 1 && nodes[2] == 4 && nodes[3] == 4);
    fl_reduce_restore(NULL, nodes, 4);
    cr_assert(nodes[0] == 7);
}

Test(reduce, without_memory_it_says_so) {
    int *original;
    fl_instance *instance = draw(3, 8, 2);
    fl_arena none;
    fl_arena_init(&none, 1);
    cr_assert(fl_reduce_nodes(&layers, &original, &none, &err) == FL_ENOMEM && original == NULL);
    fl_instance_free(instance);
}

Test(reduce, the_window_keeps_the_optimum_and_every_plan_as_cheap) {
    int gone = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        long long n_left;
        fl_instance *instance = draw(seed, 4, 0);
        brute_answer all = brute_solve(instance);
        double upper = all.feasible ? (double)all.verdict.energy * 1.2 : INFINITY;
        cr_assert(fl_reduce_window(&layers, upper, &n_left, &arena, &err) == FL_OK);
        for (int i = 0; i < all.apps[0].n; i++) {
            const brute_plan *plan = &all.apps[0].plans[i];
            if (!naive_in_time(&instance->apps[0], plan->latency) || plan->energy > upper) continue;
            for (int l = 0; l < instance->apps[0].exits[plan->exit].after; l++) {
                cr_assert(!isinf(layers.layer[l].latency[plan->nodes[l]]), "seed %d", (int)seed);
            }
        }
        gone += (int)(layers.n_layers * layers.n_nodes - n_left);
        brute_free(&all);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(gone > 1000, "only %d vertices left", gone);
}
