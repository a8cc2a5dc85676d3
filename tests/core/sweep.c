/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sweep.h"
#include "core/generate.h"
#include "core/passes.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <limits.h>

static fl_arena arena;
static fl_error err;
static const volatile sig_atomic_t never = 0;
static fl_layers layers;
static fl_sweep back, forth;
static fl_sweep_bench bench;
static fl_sweep_watch watch;
static fl_task task;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(sweep, .init = start, .fini = stop);

/** A sweep that looks for every path in time: the least that a label's other side costs is taken to be 0. */
static void open(fl_sweep *sweep, int thin) {
    static const int ranks[64] = {0};
    cr_assert(fl_sweep_init(sweep, &layers, &arena, &err) == FL_OK);
    sweep->latency = sweep->energy = sweep->reduced =
        FL_ZERO(&arena, (size_t)layers.n_layers * (size_t)layers.n_nodes, double);
    sweep->most = (fl_allowance){layers.deadline, INFINITY, INFINITY};
    sweep->rank = ranks;
    sweep->bench = &bench;
    sweep->watch = &watch;
    sweep->thin = thin;
}

static void prepare(const fl_instance *instance, int thin) {
    fl_arena_reset(&arena);
    task = (fl_task){.instance = instance, .arena = &arena, .start = fl_clock(), .interrupt = &never};
    watch = (fl_sweep_watch){.task = &task};
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    cr_assert(fl_sweep_open(&bench, false, 1, &arena, &err) == FL_OK);
    open(&back, thin);
    open(&forth, thin);
}

static void run(void) {
    for (int l = layers.n_layers - 1; l >= 0; l--) cr_assert(fl_sweep_back(&back, l, &err) == FL_OK);
    for (int l = 0; l < layers.n_layers; l++) cr_assert(fl_sweep_forth(&forth, l, &err) == FL_OK);
}

/** The cheapest path in time through layer l or, forwards, to an end before it. */
static double cheapest(int l) {
    double best = INFINITY;
    for (int f = 0; f < forth.n_fronts[l]; f++) {
        for (int b = 0; b < back.n_fronts[l]; b++) {
            const fl_front *first = &forth.fronts[l][f], *rest = &back.fronts[l][b];
            for (int i = 0; i < first->n_labels && first->node == rest->node; i++) {
                for (int j = 0; j < rest->n_labels; j++) {
                    if (first->labels[i].latency + rest->labels[j].latency <= layers.deadline)
                        best = fmin(best, first->labels[i].energy + rest->labels[j].energy);
                }
            }
        }
    }
    for (int before = 0; before < l; before++) {
        for (int f = 0; f < forth.n_fronts[before]; f++) {
            const fl_front *front = &forth.fronts[before][f];
            fl_label end;
            if (!fl_sweep_end(&forth, before, front->node, &end)) continue;
            for (int i = 0; i < front->n_labels; i++) {
                if (front->labels[i].latency + end.latency <= layers.deadline)
                    best = fmin(best, front->labels[i].energy + end.energy);
            }
        }
    }
    return best;
}

/** Latencies rise, energies fall, and no front is longer than it may be. */
static void check_fronts(const fl_sweep *sweep, int most) {
    for (int l = 0; l < layers.n_layers; l++) {
        for (int f = 0; f < sweep->n_fronts[l]; f++) {
            const fl_front *front = &sweep->fronts[l][f];
            cr_assert(front->n_labels > 0 && front->n_labels <= most);
            cr_assert(f == 0 || front->node > sweep->fronts[l][f - 1].node);
            for (int i = 1; i < front->n_labels; i++) {
                cr_assert(front->labels[i].latency > front->labels[i - 1].latency);
                cr_assert(front->labels[i].energy < front->labels[i - 1].energy);
            }
        }
    }
}

Test(sweep, either_sides_labels_make_the_optimum_wherever_they_meet) {
    int feasible = 0;
    for (uint64_t seed = 0; seed < 600; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed, .blocks = 1 + (int)(seed % 5)};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        brute_answer all = brute_solve(instance);
        prepare(instance, 0);
        run();
        check_fronts(&back, INT_MAX);
        check_fronts(&forth, INT_MAX);
        for (int l = 0; l < layers.n_layers && all.feasible; l++) {
            double best = cheapest(l), optimum = (double)all.verdict.energy;
            cr_assert(fabs(best - optimum) <= 1e-12 * optimum, "seed %d, layer %d: %.17g, not %.17g",
                      (int)seed, l, best, optimum);
        }
        cr_assert(all.feasible || layers.n_layers == 0 || isinf(cheapest(0)), "seed %d", (int)seed);
        feasible += all.feasible;
        brute_free(&all);
        fl_instance_free(instance);
    }
    cr_assert(feasible > 200, "only %d", feasible);
}

Test(sweep, thinned_fronts_are_short_and_still_make_paths) {
    fl_instance *instance = build_knapsack(14, 1);
    prepare(instance, 0);
    run();
    double best = cheapest(7);
    cr_assert(!back.thinned && !forth.thinned);
    prepare(instance, 8);
    run();
    check_fronts(&back, 8);
    check_fronts(&forth, 8);
    cr_assert(back.thinned && forth.thinned && cheapest(7) >= best && cheapest(7) < 1.2 * best);
    fl_instance_free(instance);
}

Test(sweep, too_many_labels_stop_it) {
    fl_instance *instance = build_knapsack(14, 1);
    prepare(instance, 0);
    watch.most_labels = 20;
    for (int l = layers.n_layers - 1; l >= 0 && !watch.many; l--) {
        cr_assert(fl_sweep_back(&back, l, &err) == FL_OK);
    }
    cr_assert(watch.many && fl_sweep_must_stop(&watch, &bench) && watch.stop == FL_STOP_DONE);
    cr_assert(bench.n_held > 20 && bench.n_held < 60, "%lld", bench.n_held);
    fl_instance_free(instance);
}
