/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate.h"
#include "tests/heuristics/published.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

/** mJ that the released rule answers for B-AlexNet on CIFAR-10, as its scripts print it. */
static double expected(int milliseconds, int percent) {
    if (milliseconds <= 12 || percent >= 75) return 199.204;
    return percent <= 45 ? 12.338 : percent <= 65 ? 118.493 : 157.251;
}

Test(released, answers_what_the_scripts_print) {
    fl_arena_init(&arena, 0);
    for (int milliseconds = 3; milliseconds <= 15; milliseconds++) {
        for (int percent = 10; percent <= 85; percent += 5) {
            fl_instance *instance =
                published_instance(B_ALEXNET, milliseconds * 1e-3, percent / 100.0, RECEIVER);
            fl_result result = run_with(instance, &fl_released_method, NULL, 0, &arena);
            cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan && result.plan.n_apps == 0);
            cr_assert(fabs(result.claimed * 1e3 - expected(milliseconds, percent)) < 5e-4, "%d ms, %d %%: %g",
                      milliseconds, percent, result.claimed * 1e3);
            fl_instance_free(instance);
        }
    }
    fl_arena_free(&arena);
}

Test(released, other_shapes_are_not_supported) {
    fl_settings settings;
    fl_result result;
    fl_arena_init(&arena, 0);
    fl_instance *instance = published_instance(B_LENET, 1e-3, 0.9, RECEIVER); /* three blocks */
    fl_settings_default(&settings, &fl_released_method, instance);
    cr_assert(fl_run(&result, instance, &fl_released_method, &settings, &arena, NULL, &err) ==
              FL_EUNSUPPORTED);
    fl_instance_free(instance);
    fl_arena_free(&arena);
}
