/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/fitting.h"
#include "core/generate.h"
#include "core/loads.h"
#include "tests/support/brute.h"
#include <criterion/criterion.h>
#include <math.h>

static const volatile sig_atomic_t never = 0;
static fl_error err;

/** The least energy among all plans of an application that fit when its user is alone. */
static double try_all(const brute_list *list, const fl_instance *instance, int app) {
    double least = INFINITY;
    for (int i = 0; i < list->n; i++) {
        const brute_plan *plan = &list->plans[i];
        fl_load loads[64];
        fl_placement at = {.exit = plan->exit, .count = 1, .nodes = plan->nodes};
        bool fits = naive_in_time(&instance->apps[app], plan->latency);
        int n = fl_loads_of(loads, instance, app, &at);
        for (int k = 0; k < n; k++)
            fits = fits && loads[k].amount <= fl_loads_limit(instance, &loads[k]) * (1 + 1e-9);
        if (fits) least = fmin(least, (double)plan->energy);
    }
    return least;
}

static void search(fl_fitting *out, const fl_instance *instance, int app, fl_arena *arena) {
    fl_layers layers;
    fl_task task = {.instance = instance, .arena = arena, .start = fl_clock(), .interrupt = &never};
    fl_labels_query query = {.goal = FL_LABELS_CHEAPEST, .k = 1};
    cr_assert(fl_layers_build(&layers, instance, app, arena, &err) == FL_OK);
    layers.deadline = layers.latest;
    cr_assert(fl_fitting_search(out, &layers, &task, app, NULL, &query, &err) == FL_OK, "%s", err.text);
}

/** A tight limit makes the cheapest path one that does not fit: the answer differs from the plain search's.
 */
Test(fitting, the_cheapest_path_that_fits_is_the_cheapest_of_all_that_fit) {
    int differ = 0, none = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_recipe recipe = {.seed = seed, .blocks = 4, .nodes = 3, .binding = true};
        fl_instance *instance;
        fl_arena arena;
        fl_fitting found;
        fl_arena_init(&arena, 0);
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        brute_answer all = brute_solve(instance);
        double least = try_all(&all.apps[0], instance, 0);
        search(&found, instance, 0, &arena);
        bool same = isinf(least) ? isinf(found.value) : fabs(found.value - least) <= 1e-8 * least;
        cr_assert(same, "seed %d: %g instead of %g", (int)seed, found.value, least);
        cr_assert((found.exit >= 0) == isfinite(least), "seed %d", (int)seed);
        double cheapest = INFINITY;
        for (int i = 0; i < all.apps[0].n; i++) {
            if (naive_in_time(&instance->apps[0], all.apps[0].plans[i].latency))
                cheapest = fmin(cheapest, (double)all.apps[0].plans[i].energy);
        }
        differ += isfinite(least) && least > cheapest * (1 + 1e-6);
        none += isinf(least) && isfinite(cheapest);
        brute_free(&all);
        fl_instance_free(instance);
        fl_arena_free(&arena);
    }
    cr_assert(differ > 10 && none > 2, "%d and %d of 300 instances try what this is for", differ, none);
}
