/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an instance's optimum must keep when the instance is changed in a way whose effect is known; a
 * campaign with --try relations or --try scales goes on for as long as one likes. */
#include "tests/support/draw.h"
#include "tests/support/relations.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>

static void try_family(const char *method, fl_recipe recipe, int usual) {
    draw_family family = {.name = "metamorphic", .recipe = recipe};
    long long pairs = 0;
    int n = draw_count(usual);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(&family, (uint64_t)seed);
        const char *fault = relations_fault(instance, solve_method(method), (uint64_t)seed, &pairs);
        cr_assert_null(fault, "%s: %s", draw_say(instance), fault);
        fl_instance_free(instance);
    }
    cr_assert(pairs > 5LL * n, "%s: %lld pairs only", method, pairs);
}

Test(metamorphic, exact_keeps_what_is_known_of_changed_instances) {
    try_family("exact", (fl_recipe){.plain = true}, 1000);
    try_family("exact", (fl_recipe){.blocks = 12, .nodes = 8, .plain = true}, 300);
    try_family("exact", (fl_recipe){.blocks = 30, .nodes = 15, .plain = true}, 100);
}

Test(metamorphic, without_the_best_plan_the_second_best_is_left) {
    try_family("exact", (fl_recipe){.blocks = 6, .nodes = 5, .exits = 1}, 300);
    try_family("exact", (fl_recipe){.blocks = 20, .nodes = 12, .exits = 1, .plain = true}, 100);
}

Test(metamorphic, certify_does_too) {
    try_family("certify", (fl_recipe){.blocks = 12, .nodes = 8, .plain = true}, 100);
}

Test(metamorphic, colgen_does_too) {
    try_family("colgen",
               (fl_recipe){.blocks = 3, .nodes = 3, .apps = 3, .binding = true, .users = 2, .plain = true},
               200);
}

Test(metamorphic, placements_do_not_depend_on_the_scale) {
    long long pairs = 0;
    int n = draw_count(300);
    for (int i = 0; i < DRAW_FAMILIES; i++) {
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_families[i], (uint64_t)seed);
            const char *fault = relations_scale_fault(instance, (uint64_t)seed, &pairs);
            cr_assert_null(fault, "%s: %s", draw_say(instance), fault);
            fl_instance_free(instance);
        }
    }
    cr_assert(pairs > 0);
}
