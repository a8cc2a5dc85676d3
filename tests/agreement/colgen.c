/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `colgen` finds what trying every plan of all users finds, says so, and never calls anything else optimal.
 */
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

static void compare(const fl_instance *instance, uint64_t seed) {
    fl_result result;
    brute_answer truth = brute_solve(instance);
    fl_status status = solve_run(&result, instance, solve_method("colgen"), NULL, &arena, &err);
    cr_assert(status == FL_OK, "seed %llu, %s: %s", (unsigned long long)seed, draw_say(instance), err.text);
    const char *fault = solve_fault_exact(&result, instance, &truth, 1e-9);
    cr_assert_null(fault, "seed %llu, %s: %s", (unsigned long long)seed, draw_say(instance), fault);
    brute_free(&truth);
}

/** Few enough users and plans that all their combinations can be tried. */
static fl_recipe recipe_of(uint64_t seed) {
    int apps = 2 + (int)(seed / 6 % 3);
    return (fl_recipe){.seed = seed,
                       .blocks = 1 + (int)(seed % 3),
                       .nodes = 2 + (int)(seed / 3 % 2),
                       .apps = apps,
                       .users = apps == 2   ? 3
                                : apps == 3 ? 2
                                            : 1,
                       .binding = true};
}

static void compare_family(draw_family family) {
    int n = draw_count(1000);
    fl_arena_init(&arena, 0);
    for (int seed = 0; seed < n; seed++) {
        fl_recipe recipe = recipe_of((uint64_t)seed);
        recipe.admission = family.recipe.admission;
        recipe.binding = !family.recipe.limits;
        recipe.limits = family.recipe.limits;
        recipe.tightness = family.recipe.tightness;
        recipe.slices = family.recipe.slices;
        family.recipe = recipe;
        fl_instance *instance = draw_instance(&family, (uint64_t)seed);
        compare(instance, (uint64_t)seed);
        fl_instance_free(instance);
    }
    fl_arena_free(&arena);
}

Test(colgen, agrees_when_limits_bind) {
    compare_family((draw_family){.name = "binding"});
}

Test(colgen, agrees_when_limits_bind_and_deadlines_are_loose) {
    compare_family((draw_family){.name = "binding", .recipe = {.tightness = FL_TIGHTNESS_LOOSE}});
}

Test(colgen, agrees_when_users_may_be_refused) {
    compare_family((draw_family){.name = "admission", .recipe = {.admission = true}});
}

Test(colgen, agrees_when_limits_may_bind) {
    compare_family((draw_family){.name = "limits", .recipe = {.limits = true}});
}

Test(colgen, agrees_on_energies_from_1e_minus_15_to_1e6_and_times_from_1e_minus_9_to_1e9) {
    compare_family((draw_family){.name = "scaled", .scaled = true});
}

Test(colgen, agrees_when_shares_of_nodes_are_reserved) {
    compare_family((draw_family){.name = "slices", .recipe = {.slices = true}});
}

Test(colgen, agrees_when_shares_are_reserved_and_users_may_be_refused) {
    compare_family((draw_family){.name = "slices", .recipe = {.slices = true, .admission = true}});
}
