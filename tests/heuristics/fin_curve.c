/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate.h"
#include "core/result.h"
#include "heuristics/fin.h"
#include "heuristics/methods.h"
#include <criterion/criterion.h>

enum { GAMMA = 24 };

static fl_arena arena;
static fl_error err;

/** What `fin` with gamma `g` answers for the deadline of g levels; INFINITY: no plan. */
static double answer(const fl_instance *instance, int g) {
    fl_instance *variant;
    fl_settings settings;
    fl_result result;
    fl_change change = FL_CHANGE_NONE;
    change.deadline = instance->apps[0].deadline * g / GAMMA;
    cr_assert(fl_instance_with(&variant, instance, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_settings_default(&settings, &fl_fin_method, variant);
    settings.value[fl_method_option(&fl_fin_method, "gamma")] = g;
    cr_assert(fl_run(&result, variant, &fl_fin_method, &settings, &arena, NULL, &err) == FL_OK);
    double energy = result.has_plan ? result.verdict.energy : INFINITY;
    fl_instance_free(variant);
    return energy;
}

Test(fin_curve, answers_every_deadline_as_fin_does) {
    int plans = 0;
    fl_arena_init(&arena, 0);
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_instance *instance;
        double energy[GAMMA + 1];
        fl_recipe recipe = {.seed = seed, .tiers = seed % 4 == 0 ? 2 : 0};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        fl_arena_reset(&arena);
        cr_assert(fl_fin_curve(energy, instance, GAMMA, &arena, &err) == FL_OK);
        for (int g = 1; g <= GAMMA; g++) {
            double one = answer(instance, g);
            bool same = (isinf(one) && isinf(energy[g])) || fabs(one - energy[g]) <= 1e-12 * one;
            cr_assert(same, "seed %d, level %d: %.17g, not %.17g", (int)seed, g, energy[g], one);
            cr_assert(energy[g] <= energy[g - 1]);
            plans += !isinf(one);
        }
        fl_instance_free(instance);
    }
    fl_arena_free(&arena);
    cr_assert(plans > 2000, "only %d plans", plans);
}

Test(fin_curve, several_applications_are_refused) {
    fl_instance *instance;
    double energy[2];
    fl_recipe recipe = {.seed = 1, .apps = 2};
    fl_arena_init(&arena, 0);
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    cr_assert(fl_fin_curve(energy, instance, 1, &arena, &err) == FL_EUNSUPPORTED);
    fl_instance_free(instance);
    fl_arena_free(&arena);
}
