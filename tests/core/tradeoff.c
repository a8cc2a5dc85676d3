/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/tradeoff.h"
#include "core/generate.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(tradeoff, .init = start, .fini = stop);

/** What a plan weighs, its cost summed from the arcs of the layers. */
static double weigh(const fl_layers *layers, const int *nodes, int exit, const fl_tradeoff *weights) {
    const fl_app *app = &layers->instance->apps[0];
    double sum = -weights->accuracy * fl_cost_accuracy(app, exit);
    int last = app->exits[exit].after - 1;
    for (int l = 0; l <= last; l++) {
        fl_cost arc;
        int from = l > 0 ? nodes[l - 1] : layers->source;
        cr_assert(fl_layers_arc(layers, l, from, nodes[l], l == last, &arc));
        sum += weights->energy * arc.energy + weights->latency * arc.latency;
    }
    return sum;
}

Test(tradeoff, finds_the_least_weight_of_all_plans) {
    static const fl_tradeoff weights[] = {{1, 0, 0},    {0, 1, 0},  {1, 50, 0},
                                          {1, 0, 1e-3}, {1, 5, 10}, {0, 0, 1}};
    int n_rewarded = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        fl_instance *instance;
        fl_layers layers;
        fl_recipe recipe = {.seed = seed};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        brute_answer all = brute_solve(instance);
        for (size_t w = 0; w < sizeof weights / sizeof *weights; w++) {
            int nodes[16], exit, plain_nodes[16], plain_exit;
            long double least = HUGE_VALL;
            for (int i = 0; i < all.apps[0].n; i++) {
                const brute_plan *plan = &all.apps[0].plans[i];
                double accuracy = fl_cost_accuracy(&instance->apps[0], plan->exit);
                least = fminl(least, weights[w].energy * plan->energy + weights[w].latency * plan->latency -
                                         weights[w].accuracy * accuracy);
            }
            fl_tradeoff plain = weights[w];
            plain.accuracy = 0;
            cr_assert(fl_tradeoff_find(nodes, &exit, &layers, &weights[w], &arena, &err) == FL_OK);
            cr_assert(fl_tradeoff_find(plain_nodes, &plain_exit, &layers, &plain, &arena, &err) == FL_OK);
            cr_assert((exit < 0) == isinf((double)least), "seed %d, weights %zu", (int)seed, w);
            if (exit < 0) continue;
            double found = weigh(&layers, nodes, exit, &weights[w]);
            double scale = fmax(1e-300, fabs(found) + weights[w].accuracy);
            cr_assert(fabs(found - (double)least) <= 1e-12 * scale, "seed %d, weights %zu: %.17g, not %.17Lg",
                      (int)seed, w, found, least);
            n_rewarded += plain_exit != exit;
        }
        brute_free(&all);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(n_rewarded > 0, "accuracy never decided anything");
}
