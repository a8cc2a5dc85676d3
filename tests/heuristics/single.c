/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/result.h"
#include "heuristics/methods.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(single, .init = start, .fini = stop);

/** Everything on the node of this index; -1: the default. */
static fl_result run_on(const fl_instance *instance, int node) {
    fl_settings settings;
    fl_result result;
    fl_error err;
    fl_settings_default(&settings, &fl_single_method, instance);
    if (node >= 0) settings.value[fl_method_option(&fl_single_method, "node")] = node;
    cr_assert(fl_run(&result, instance, &fl_single_method, &settings, &arena, NULL, &err) == FL_OK, "%s",
              err.text);
    return result;
}

/* On mobile, exit 1 takes 2 ms and 12 mJ, exit 2 takes 5 ms and 30 mJ. */

Test(single, takes_the_cheapest_exit_that_is_in_time) {
    const double deadlines[] = {4e-3, 10e-3}; /* with and without exit 2 being late */
    fl_instance *base = build_variant(build_two_tiers, "/apps/0/accuracy", "0.5"), *instance;
    for (int i = 0; i < 2; i++) {
        fl_change change = FL_CHANGE_NONE;
        fl_error err;
        change.deadline = deadlines[i];
        cr_assert(fl_instance_with(&instance, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
        fl_result result = run_on(instance, -1);
        cr_assert(result.status == FL_RESULT_FEASIBLE && result.plan.apps[0].exit == 0);
        cr_assert(fabs(result.verdict.energy - 0.012) < 1e-12);
        fl_instance_free(instance);
    }
    fl_instance_free(base);
}

Test(single, offers_the_least_late_plan_when_none_is_in_time) {
    fl_instance *tight = build_variant(build_two_tiers, "/apps/0/deadline", "1e-3"), *loose;
    fl_change change = FL_CHANGE_NONE;
    fl_error err;
    change.accuracy = 0.5;
    cr_assert(fl_instance_with(&loose, tight, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_result result = run_on(loose, -1);
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan && result.plan.apps[0].exit == 0);
    result = run_on(tight, -1);
    cr_assert(!result.has_plan && result.plan.apps[0].exit == 1, "the only exit that is accurate enough");
    fl_instance_free(loose);
    fl_instance_free(tight);
}

Test(single, offers_a_plan_that_cannot_run_when_there_is_no_other) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_result result = run_on(instance, fl_instance_node(instance, "edge"));
    cr_assert(!result.has_plan && result.verdict.violation.kind == FL_VIOLATION_NODE,
              "b1 is pinned to mobile");
    fl_instance_free(instance);
}

Test(single, moves_the_input_to_its_node) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/blocks/0/nodes", "['edge']");
    fl_result result = run_on(instance, fl_instance_node(instance, "edge"));
    double latency = 1e-4 + 5e7 / 1.5e11; /* the link's delay; the input has no bits */
    cr_assert(result.status == FL_RESULT_FEASIBLE && fabs(result.verdict.latency - latency) < 1e-12);
    fl_instance_free(instance);
}
