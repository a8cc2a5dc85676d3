/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/fin.h"
#include "core/generate.h"
#include "tests/heuristics/published.h"
#include <criterion/criterion.h>

static fl_arena arena, other;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(fin, .init = start, .fini = stop);

Test(fin, a_whole_number_of_levels_takes_so_many) {
    for (int gamma = 1; gamma <= 1000; gamma = gamma * 3 + 1) {
        for (int k = 0; k <= gamma; k++) {
            double deadline = 0.007, latency = deadline * k / gamma;
            cr_assert(fl_fin_levels(latency, deadline, gamma, FL_FIN_UP) == k, "gamma %d, %d levels", gamma,
                      k);
        }
    }
}

Test(fin, what_is_between_is_rounded_up_or_down) {
    cr_assert(fl_fin_levels(0.34, 1, 10, FL_FIN_UP) == 4 && fl_fin_levels(0.34, 1, 10, FL_FIN_DOWN) == 3);
    cr_assert(fl_fin_levels(1e-30, 1, 10, FL_FIN_UP) == 1 && fl_fin_levels(1e-30, 1, 10, FL_FIN_DOWN) == 0);
    cr_assert(fl_fin_levels(0, 1, 10, FL_FIN_UP) == 0 && fl_fin_levels(0, 1, 10, FL_FIN_DOWN) == 0);
}

Test(fin, what_is_beyond_the_deadline_has_no_level) {
    const double late[] = {1.11, 1e30, 1e300};
    for (int i = 0; i < 3; i++) {
        cr_assert(fl_fin_levels(late[i], 1, 10, FL_FIN_UP) == 11);
        cr_assert(fl_fin_levels(late[i], 1, 10, FL_FIN_DOWN) == 11);
    }
    cr_assert(fl_fin_levels(1e300, 1e-300, FL_FIN_GAMMA_MOST, FL_FIN_UP) == FL_FIN_GAMMA_MOST + 1);
    cr_assert(fl_fin_levels(1 + 1e-9, 1, 1, FL_FIN_DOWN) == 1, "the deadline's tolerance stays in");
}

/** FIN's plan costs at most the optimum for the deadline that is shorter by a level per block. */
Test(fin, keeps_its_guarantee) {
    int compared = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        static const int gammas[] = {5, 12, 40};
        fl_instance *instance, *shorter;
        fl_recipe recipe = {.seed = seed};
        int gamma = gammas[seed % 3];
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        fl_change change = FL_CHANGE_NONE;
        double part = 1 - (double)instance->apps[0].n_blocks / gamma;
        if (part > 0) {
            change.deadline = instance->apps[0].deadline * part;
            cr_assert(fl_instance_with(&shorter, instance, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
            fl_result optimum = run_with(shorter, &fl_exact_method, NULL, 0, &other);
            fl_result fin = run_with(instance, &fl_fin_method, "gamma", gamma, &arena);
            cr_assert(!optimum.has_plan || fin.has_plan, "seed %d", (int)seed);
            if (optimum.has_plan) {
                double least = optimum.verdict.energy;
                cr_assert(fin.verdict.energy <= least * (1 + 1e-9), "seed %d: %.17g over %.17g", (int)seed,
                          fin.verdict.energy, least);
                compared++;
            }
            fl_instance_free(shorter);
        }
        fl_instance_free(instance);
    }
    cr_assert(compared > 800, "only %d", compared);
}

/** One search of both engines; returns whether there is a path. */
static bool assert_same_search(const fl_fin_search *search, int seed) {
    fl_fin_found native, igraph;
    const char *name = search->rounding == FL_FIN_UP ? "up" : "down";
    cr_assert(fl_fin_native(&native, search, &arena, &err) == FL_OK);
    cr_assert(fl_fin_igraph(&igraph, search, &arena, &err) == FL_OK);
    double a = native.energy, b = igraph.energy;
    cr_assert((isinf(a) && isinf(b)) || fabs(a - b) <= 1e-12 * b, "seed %d, gamma %d, %s: %.17g, not %.17g",
              seed, search->gamma, name, a, b);
    return !isinf(a);
}

/** Also at the edge: deadlines that are the latency of a plan. */
Test(fin, both_engines_find_the_same_on_any_scale) {
    static const int gammas[] = {1, 4, 10, 17, 33, 60};
    static const double scales[] = {1e-9, 1e-3, 1, 1e5, 1e9};
    const volatile sig_atomic_t never = 0;
    int paths[2] = {0, 0};
    for (uint64_t seed = 0; seed < 1500; seed++) {
        fl_instance *instance;
        fl_layers layers;
        fl_recipe recipe = {.seed = seed,
                            .tiers = seed % 3 == 0 ? 2 : 0,
                            .energy_scale = scales[seed / 5 % 5],
                            .time_scale = scales[seed % 5]};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        fl_arena_reset(&arena);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        fl_fin_search search = {.layers = &layers,
                                .deadline = instance->apps[0].deadline,
                                .gamma = gammas[seed % 6],
                                .interrupt = &never};
        fl_result optimum = run_with(instance, &fl_exact_method, NULL, 0, &other);
        if (seed % 2 == 0 && optimum.has_plan && optimum.verdict.latency > 0)
            search.deadline = optimum.verdict.latency;
        for (int down = 0; down < 2; down++) {
            search.rounding = down ? FL_FIN_DOWN : FL_FIN_UP;
            paths[down] += assert_same_search(&search, (int)seed);
        }
        fl_instance_free(instance);
    }
    cr_assert(paths[0] > 400 && paths[1] > 800, "only %d and %d paths", paths[0], paths[1]);
}

Test(fin, with_lambda_both_engines_find_the_same) {
    int plans = 0;
    for (uint64_t seed = 0; seed < 600; seed++) {
        fl_instance *instance;
        fl_settings settings;
        fl_result native, igraph;
        fl_recipe recipe = {.seed = seed};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        fl_settings_default(&settings, &fl_fin_method, instance);
        settings.value[fl_method_option(&fl_fin_method, "gamma")] = 12;
        settings.value[fl_method_option(&fl_fin_method, "lambda")] = 1 + (double)(seed % 12);
        cr_assert(fl_run(&native, instance, &fl_fin_method, &settings, &arena, NULL, &err) == FL_OK);
        settings.value[fl_method_option(&fl_fin_method, "engine")] = 1;
        cr_assert(fl_run(&igraph, instance, &fl_fin_method, &settings, &other, NULL, &err) == FL_OK);
        cr_assert(native.has_plan == igraph.has_plan && native.status == igraph.status, "seed %d", (int)seed);
        if (native.has_plan) {
            double a = native.verdict.energy, b = igraph.verdict.energy;
            cr_assert(fabs(a - b) <= 1e-12 * b, "seed %d: %.17g, not %.17g", (int)seed, a, b);
        }
        plans += native.has_plan;
        fl_instance_free(instance);
    }
    cr_assert(plans > 150, "only %d plans", plans);
}

Test(fin, lambda_beyond_gamma_is_refused) {
    fl_settings settings;
    fl_result result;
    fl_instance *instance = published_instance(B_ALEXNET, 0.007, 0.8, RECEIVER);
    fl_settings_default(&settings, &fl_fin_method, instance);
    settings.value[fl_method_option(&fl_fin_method, "lambda")] = 11;
    cr_assert(fl_run(&result, instance, &fl_fin_method, &settings, &arena, NULL, &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "lambda");
    fl_instance_free(instance);
}
