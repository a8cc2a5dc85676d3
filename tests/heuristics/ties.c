/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of several plans that are equally good by its own measure a method takes. */
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

TestSuite(ties, .init = start, .fini = stop);

/* One block on one of four nodes that are reached at no cost: `dear` and `frugal` take the same 1 s, `frugal`
 * and `slow` the same 1 J. `nearly` is dearer still, and faster by less than counts. */
static const char *const four_nodes =
    "{'schema': 'finlab/1', 'system': {'nodes': ["
    " {'name': 'source', 'speed': 1, 'power': 1}, {'name': 'dear', 'speed': 10, 'power': 2},"
    " {'name': 'frugal', 'speed': 10, 'power': 1}, {'name': 'slow', 'speed': 5, 'power': 0.5},"
    " {'name': 'nearly', 'speed': 10.000000001, 'power': 3}],"
    " 'links': [{'from': 'source', 'to': 'dear', 'rate': 1}, {'from': 'source', 'to': 'frugal', 'rate': 1},"
    "  {'from': 'source', 'to': 'slow', 'rate': 1}, {'from': 'source', 'to': 'nearly', 'rate': 1}]},"
    " 'apps': [{'name': 'a', 'source': 'source', 'deadline': 3, 'blocks': [{'ops': 10}],"
    "  'exits': [{'after': 1, 'accuracy': 1}]}]}";

static void assert_takes(const fl_method *method, const char *node) {
    fl_instance *instance = build_instance(four_nodes);
    fl_settings settings;
    fl_result result;
    fl_error err;
    fl_settings_default(&settings, method, instance);
    cr_assert(fl_run(&result, instance, method, &settings, &arena, NULL, &err) == FL_OK, "%s", err.text);
    cr_assert(result.has_plan);
    cr_assert_str_eq(instance->system.nodes[result.plan.apps[0].nodes[0]].name, node);
    fl_instance_free(instance);
}

Test(ties, fastest_takes_the_cheaper_one) {
    assert_takes(&fl_fastest_method, "frugal");
}

Test(ties, mcp_takes_the_cheaper_one) {
    assert_takes(&fl_mcp_method, "frugal");
}

Test(ties, cheapest_takes_the_faster_one) {
    assert_takes(&fl_cheapest_method, "frugal");
}

/* A chain of blocks at each of which `slower` is slower by 0.9e-9 and costs half: each arc alone counts as a
 * tie, and all of them together miss a deadline that the fastest path meets. */
static fl_instance *chain(const char *deadline) {
    fl_value *document =
        build_document(&arena, "{'schema': 'finlab/1', 'system': {'nodes': ["
                               " {'name': 'faster', 'tier': 0, 'speed': 1, 'power': 2},"
                               " {'name': 'slower', 'tier': 0, 'speed': 0.9999999991, 'power': 1}],"
                               " 'links': [{'from_tier': 0, 'to_tier': 0, 'rate': 1}]},"
                               " 'apps': [{'name': 'a', 'source': 'faster', 'deadline': 1, 'blocks': [],"
                               "  'exits': [{'after': 4, 'accuracy': 1}]}]}");
    fl_instance *instance;
    fl_error err;
    for (int l = 0; l < 4; l++) build_put(&arena, document, "/apps/0/blocks/-", "{'ops': 1}");
    build_put(&arena, document, "/apps/0/deadline", deadline);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    return instance;
}

static void assert_in_time(const fl_method *method) {
    /* All slower: 4 (1 + 0.9e-9). The judge lets 4 (1 - 0.6e-9) (1 + 1e-9) pass, which is less. */
    fl_instance *instance = chain("3.9999999976");
    fl_settings settings;
    fl_result result;
    fl_error err;
    fl_arena scratch;
    fl_arena_init(&scratch, 0);
    fl_settings_default(&settings, method, instance);
    cr_assert(fl_run(&result, instance, method, &settings, &scratch, NULL, &err) == FL_OK, "%s", err.text);
    cr_assert(result.has_plan, "%s falls back to the path of least latency", method->name);
    cr_assert(result.verdict.latency < 4 * (1 + 1e-12), "%.17g", result.verdict.latency);
    fl_arena_free(&scratch);
    fl_instance_free(instance);
}

Test(ties, that_add_up_to_a_late_plan_are_given_up) {
    assert_in_time(&fl_fastest_method);
    assert_in_time(&fl_mcp_method);
}
