/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/evaluate.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_verdict verdict;
static fl_app_cost apps[4];
static char words[512];

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(evaluate, .init = start, .fini = stop);

/** Judge `plan` for the model page's example with `value` at `pointer` (NULL: as it is); fills `verdict`,
 * `apps` and `words`, and releases the instance. */
static void judge(const char *pointer, const char *value, const char *plan) {
    fl_instance *instance =
        pointer != NULL ? build_variant(build_two_tiers, pointer, value) : build_instance(build_two_tiers);
    fl_plan read = build_plan(instance, plan, &arena);
    cr_assert(fl_evaluate_plan(&verdict, apps, instance, &read, &arena, &err) == FL_OK);
    fl_evaluate_explain(&verdict.violation, instance, words, sizeof words);
    fl_instance_free(instance);
}

static const char split[] = "[{'exit': 2, 'nodes': ['mobile', 'edge']}]";
static const char local[] = "[{'exit': 2, 'nodes': ['mobile', 'mobile']}]";

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-12 * fabs(b);
}

Test(evaluate, the_example_costs_what_the_model_page_says) {
    judge(NULL, NULL, split);
    cr_assert(verdict.feasible && verdict.violation.kind == FL_VIOLATION_NONE && verdict.served == 1);
    cr_assert(near(verdict.energy, 2e-3 * 6 + 1e6 * 6.7e-8 + 2e-4 * 140), "107 mJ, not %.17g",
              verdict.energy);
    cr_assert(near(verdict.latency, 2e-3 + 1e-3 + 1e-4 + 2e-4), "3.3 ms, not %.17g", verdict.latency);
    cr_assert(verdict.accuracy == 0.86 && verdict.power == verdict.energy);
    cr_assert(apps[0].energy == verdict.energy && apps[0].latency == verdict.latency &&
              apps[0].accuracy == 0.86);
    cr_assert_str_eq(words, "");
}

Test(evaluate, a_late_plan_is_refused_with_both_times) {
    judge(NULL, NULL, local);
    cr_assert(!verdict.feasible && verdict.violation.kind == FL_VIOLATION_DEADLINE);
    cr_assert(near(verdict.energy, 0.03) && near(verdict.latency, 0.005), "the cost is there all the same");
    cr_assert(near(verdict.violation.used, 0.005) && verdict.violation.limit == 0.004);
    cr_assert_not_null(strstr(words, "over the deadline"));
}

Test(evaluate, a_deadline_is_kept_within_the_tolerance) {
    char deadline[32];
    judge(NULL, NULL, local);
    const double slack[] = {0, 0.9e-9, 1.1e-9};
    for (int i = 0; i < 3; i++) {
        double latency = verdict.latency;
        snprintf(deadline, sizeof deadline, "%.17g", latency / (1 + slack[i]));
        judge("/apps/0/deadline", deadline, local);
        cr_assert(verdict.feasible == (i < 2), "late by %g", slack[i]);
    }
}

Test(evaluate, a_plan_that_is_not_accurate_enough_is_refused) {
    judge(NULL, NULL, "[{'exit': 1, 'nodes': ['mobile']}]");
    cr_assert(!verdict.feasible && verdict.violation.kind == FL_VIOLATION_ACCURACY);
    cr_assert(verdict.violation.used == 0.56 && verdict.violation.limit == 0.8 && verdict.accuracy == 0.56);
    cr_assert_not_null(strstr(words, "under the target"));
}

Test(evaluate, a_block_where_it_may_not_run_is_refused) {
    judge(NULL, NULL, "[{'exit': 2, 'nodes': ['edge', 'edge']}]");
    cr_assert(!verdict.feasible && verdict.violation.kind == FL_VIOLATION_NODE);
    cr_assert(verdict.violation.app == 0 && verdict.violation.block == 0 && verdict.violation.to == 1);
    cr_assert_not_null(strstr(words, "block \"b1\" may not run on \"edge\""));
    cr_assert(isfinite(verdict.energy));
}

Test(evaluate, a_plan_over_a_missing_link_has_no_cost) {
    judge("/apps/0/blocks/0/nodes", NULL, "[{'exit': 2, 'nodes': ['edge', 'mobile']}]");
    cr_assert(!verdict.feasible && verdict.violation.kind == FL_VIOLATION_LINK);
    cr_assert(verdict.violation.from == 1 && verdict.violation.to == 0 && verdict.violation.block == 1);
    cr_assert(isinf(verdict.energy) && isinf(verdict.latency) && isinf(verdict.power));
    cr_assert_not_null(strstr(words, "no link from \"edge\" to \"mobile\""));
}

Test(evaluate, the_input_is_moved_from_the_source) {
    judge("/apps/0",
          "{'source': 'mobile', 'input_bits': 1e6, 'deadline': 1, 'blocks': [{'ops': 0}],"
          " 'exits': [{'after': 1, 'accuracy': 1}]}",
          "[{'exit': 1, 'nodes': ['edge']}]");
    cr_assert(verdict.feasible && near(verdict.energy, 1e6 * 6.7e-8) && near(verdict.latency, 1.1e-3));
}

Test(evaluate, no_bits_pay_the_delay_of_a_move_only) {
    judge("/apps/0/blocks/0/out_bits", "0", split);
    cr_assert(near(verdict.latency, 2e-3 + 1e-4 + 2e-4) && near(verdict.energy, 0.012 + 0.028));
}

Test(evaluate, the_mean_rule_weighs_latency_by_reach_and_the_worst_rule_does_not) {
    static const char app[] =
        "{'source': 'mobile', 'deadline': 1, 'latency': '%s', 'blocks': [{'ops': 2e7, 'out_bits':"
        " 1e6}, {'ops': 3e7}], 'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.75},"
        " {'after': 2, 'accuracy': 0.9}]}";
    char json[400];
    snprintf(json, sizeof json, app, "worst");
    judge("/apps/0", json, split);
    cr_assert(near(verdict.latency, 3.3e-3) && near(verdict.energy, 0.012 + 0.25 * (0.067 + 0.028)));
    cr_assert(near(verdict.accuracy, 0.75 * 0.5 + 0.25 * 0.9));
    snprintf(json, sizeof json, app, "mean");
    judge("/apps/0", json, split);
    cr_assert(near(verdict.latency, 2e-3 + 0.25 * 1.3e-3) &&
              near(verdict.energy, 0.012 + 0.25 * (0.067 + 0.028)));
}

Test(evaluate, the_quantile_rule_takes_the_time_of_the_first_exit_by_which_enough_have_left) {
    static const char app[] =
        "{'source': 'mobile', 'deadline': 2.5e-3, 'latency': 'quantile', 'quantile': %s, 'blocks':"
        " [{'ops': 2e7, 'out_bits': 1e6}, {'ops': 3e7}], 'exits': [{'after': 1, 'accuracy': 0.5, 'share':"
        " 0.75, 'ops': 1e6}, {'after': 2, 'accuracy': 0.9}]}";
    char json[400];
    snprintf(json, sizeof json, app, "0.75");
    judge("/apps/0", json, split);
    cr_assert(verdict.feasible && near(verdict.latency, 2.1e-3));
    cr_assert(near(verdict.energy, 0.0126 + 0.25 * (0.067 + 0.028)), "energy is of all samples");
    snprintf(json, sizeof json, app, "0.76");
    judge("/apps/0", json, split);
    cr_assert(verdict.violation.kind == FL_VIOLATION_DEADLINE && near(verdict.latency, 3.4e-3));
}

/** The example with deviations of its nodes and link: 20 %, 50 % and 10 %. */
static void judge_deviating(const char *app, const char *plan) {
    fl_value *document = build_document(&arena, build_two_tiers);
    fl_instance *instance;
    build_put(&arena, document, "/system/nodes/0/deviation", "0.2");
    build_put(&arena, document, "/system/nodes/1/deviation", "0.5");
    build_put(&arena, document, "/system/links/0/deviation", "0.1");
    build_put(&arena, document, "/apps/0", app);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    fl_plan read = build_plan(instance, plan, &arena);
    cr_assert(fl_evaluate_plan(&verdict, apps, instance, &read, &arena, &err) == FL_OK);
    fl_instance_free(instance);
}

Test(evaluate, deviations_of_independent_times_add_up_as_squares) {
    static const char app[] =
        "{'source': 'mobile', 'deadline': 1, 'latency': '%s', 'deviations': 2, 'blocks': [{'ops': 2e7,"
        " 'out_bits': 1e6}, {'ops': 3e7}], 'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.75, 'ops':"
        " 1e7}, {'after': 2, 'accuracy': 0.9}]}";
    double first = 0.2 * 3e-3, sending = 0.1 * 1e-3, second = 0.5 * 2e-4; /* block 1 with its head */
    char json[400];
    snprintf(json, sizeof json, app, "worst");
    judge_deviating(json, split);
    double sd = sqrt(first * first + sending * sending + second * second);
    cr_assert(near(verdict.latency, 4.3e-3 + 2 * sd), "%.17g", verdict.latency);
    cr_assert(near(verdict.energy, 0.018 + 0.25 * (0.067 + 0.028)), "energies do not deviate");
    snprintf(json, sizeof json, app, "mean");
    judge_deviating(json, split);
    sd = sqrt(first * first + 0.0625 * (sending * sending + second * second));
    cr_assert(near(verdict.latency, 3e-3 + 0.25 * 1.3e-3 + 2 * sd), "%.17g", verdict.latency);
}

Test(evaluate, power_counts_rate_and_users_and_energy_does_not) {
    judge("/apps/0",
          "{'source': 'mobile', 'deadline': 1, 'rate': 10, 'count': 3, 'blocks': [{'ops': 1e7}],"
          " 'exits': [{'after': 1, 'accuracy': 1}]}",
          "[{'exit': 1, 'nodes': ['mobile']}]");
    cr_assert(near(verdict.energy, 6e-3) && near(verdict.power, 0.18) && verdict.served == 3);
}

/* Several applications and limits: two nodes, two applications with powers of two. */
static const char shared[] = "{'schema': 'finlab/1', 'system': {"
                             " 'nodes': [{'name': 'a', 'speed': 4, 'power': 2, 'capacity': 128, 'memory': "
                             "64}, {'name': 'b', 'speed': 8, 'power': 4}],"
                             " 'links': [{'from': 'a', 'to': 'b', 'rate': 1024, 'capacity': 40}]},"
                             " 'apps': [{'name': 'p', 'source': 'a', 'rate': 2, 'deadline': 100, 'blocks': "
                             "[{'ops': 16, 'out_bits': 8, 'memory':"
                             "   16}, {'ops': 8, 'memory': 16}], 'exits': [{'after': 1, 'accuracy': 0.5, "
                             "'share': 0.5, 'ops': 4}, {'after': 2, 'accuracy': 1}]},"
                             "  {'name': 'q', 'source': 'a', 'rate': 4, 'count': 2, 'deadline': 50, "
                             "'blocks': [{'ops': 8, 'out_bits': 4, 'memory': 8},"
                             "   {'ops': 16, 'memory': 8}], 'exits': [{'after': 2, 'accuracy': 0.75}]}]}";

/** Judge `plan` for the shared system with `value` at `pointer`. */
static void judge_shared(const char *pointer, const char *value, const char *plan) {
    fl_instance *instance = build_variant(shared, pointer, value);
    fl_plan read = build_plan(instance, plan, &arena);
    cr_assert(fl_evaluate_plan(&verdict, apps, instance, &read, &arena, &err) == FL_OK);
    fl_evaluate_explain(&verdict.violation, instance, words, sizeof words);
    fl_instance_free(instance);
}

static const char both_split[] =
    "[{'app': 'p', 'exit': 2, 'nodes': ['a', 'b']}, {'app': 'q', 'exit': 1, 'nodes': ['a', 'b']}]";
static const char both_local[] =
    "[{'app': 'p', 'exit': 2, 'nodes': ['a', 'a']}, {'app': 'q', 'exit': 1, 'nodes': ['a', 'a']}]";

Test(evaluate, energy_of_several_applications_is_the_mean_weighted_by_rate_and_users) {
    judge_shared("/name", "'shared'", both_split);
    double p = 20.0 / 4 * 2 + 0.5 * 4, q = 8.0 / 4 * 2 + 16.0 / 8 * 4;
    cr_assert(apps[0].energy == p && apps[1].energy == q);
    cr_assert(near(verdict.power, 2 * p + 8 * q) && near(verdict.energy, (2 * p + 8 * q) / 10));
    cr_assert(verdict.latency == apps[0].latency && verdict.latency > apps[1].latency, "the largest");
    cr_assert(verdict.accuracy == 0.75 && apps[0].accuracy == 0.75 && verdict.served == 3);
    cr_assert(verdict.feasible);
}

/** The limit at `pointer` is just kept at `exact` and broken at a hundredth less. */
static void assert_limit(const char *pointer, double exact, const char *plan, fl_violation_kind kind) {
    char number[32];
    snprintf(number, sizeof number, "%.17g", exact);
    judge_shared(pointer, number, plan);
    cr_assert(verdict.feasible, "%s at %s: %s", pointer, number, words);
    snprintf(number, sizeof number, "%.17g", exact / (1 + 0.9e-9));
    judge_shared(pointer, number, plan);
    cr_assert(verdict.feasible, "%s at %s: %s", pointer, number, words);
    snprintf(number, sizeof number, "%.17g", exact / (1 + 1.1e-9));
    judge_shared(pointer, number, plan);
    cr_assert(!verdict.feasible && verdict.violation.kind == kind, "%s at %s: %s", pointer, number, words);
    cr_assert(near(verdict.violation.used, exact) && near(verdict.violation.limit, exact / (1 + 1.1e-9)));
}

Test(evaluate, capacity_counts_reach_rate_users_and_heads) {
    /* p: 2/s * (16 + head 4); q: 2 users * 4/s * 8 */
    assert_limit("/system/nodes/0/capacity", 2 * 20 + 8 * 8, both_split, FL_VIOLATION_CAPACITY);
    /* p: 2/s * half the samples * 8; q: 8/s * 16 */
    assert_limit("/system/nodes/1/capacity", 2 * 0.5 * 8 + 8 * 16, both_split, FL_VIOLATION_CAPACITY);
    cr_assert_not_null(strstr(words, "node \"b\" is asked for 136 op/s"));
}

Test(evaluate, link_capacity_counts_reach_rate_and_users) {
    assert_limit("/system/links/0/capacity", 2 * 0.5 * 8 + 8 * 4, both_split, FL_VIOLATION_LINK_CAPACITY);
    cr_assert_not_null(strstr(words, "the link from \"a\" to \"b\" is asked for 40 bit/s"));
}

Test(evaluate, memory_counts_users_and_neither_rate_nor_reach) {
    fl_instance *wide = build_variant(shared, "/system/nodes/0/capacity", "1e9");
    fl_plan plan = build_plan(wide, both_local, &arena);
    cr_assert(fl_evaluate_plan(&verdict, NULL, wide, &plan, &arena, &err) == FL_OK);
    cr_assert(verdict.feasible, "2 * 16 + 2 users * 2 * 8 bytes fit in 64");
    fl_instance_free(wide);
    assert_limit("/system/nodes/0/memory", 16 + 2 * 8, both_split, FL_VIOLATION_MEMORY);
    cr_assert_not_null(strstr(words, "bytes, over its memory"));
}

Test(evaluate, limits_bind_a_single_application_too) {
    judge("/system/nodes/1/capacity", "2.9e7", split);
    cr_assert(!verdict.feasible && verdict.violation.kind == FL_VIOLATION_CAPACITY &&
              verdict.violation.to == 1);
    judge("/system/nodes/1/capacity", "3e7", split);
    cr_assert(verdict.feasible);
    judge("/system/links/0/capacity", "0.9e6", split);
    cr_assert(!verdict.feasible && verdict.violation.kind == FL_VIOLATION_LINK_CAPACITY);
}

Test(evaluate, an_application_may_be_refused_only_with_admission) {
    static const char only_q[] = "[{'app': 'q', 'exit': 1, 'nodes': ['a', 'b']}]";
    judge_shared("/admission", "true", only_q);
    cr_assert(verdict.feasible && verdict.served == 2 && verdict.energy == apps[1].energy);
    cr_assert(apps[0].energy == 0 && apps[0].latency == 0, "nothing for a refused one");
    judge_shared("/admission", "false", only_q);
    cr_assert(!verdict.feasible && verdict.violation.kind == FL_VIOLATION_REFUSED &&
              verdict.violation.app == 0);
    cr_assert_not_null(strstr(words, "\"p\" is not served"));
}

Test(evaluate, serving_nobody_is_feasible_with_admission_and_costs_nothing) {
    judge_shared("/admission", "true", "[]");
    cr_assert(verdict.feasible && verdict.served == 0 && verdict.energy == 0 && verdict.power == 0);
}

Test(evaluate, a_reserved_level_slows_a_node_down_and_costs_the_same_energy) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/slices", "{'edge': [0.25, 0.5, 1]}");
    fl_instance *whole = build_instance(build_two_tiers);
    fl_plan plan = build_plan(instance, split, &arena);
    fl_verdict all;
    cr_assert(plan.apps[0].levels[0] == 2, "the largest, where none is named");
    cr_assert(fl_evaluate_plan(&all, NULL, whole, &plan, &arena, &err) == FL_OK);
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
    cr_assert(verdict.feasible && verdict.latency == all.latency && verdict.energy == all.energy);
    plan.apps[0].levels[0] = 1;
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
    cr_assert(verdict.energy == all.energy && fabs(verdict.latency - all.latency - 3e7 / 1.5e11) < 1e-15);
    fl_instance_free(instance);
    fl_instance_free(whole);
}

Test(evaluate, shares_of_a_node_add_up_to_one_at_most) {
    fl_instance *base = build_variant(build_two_tiers, "/apps/0/slices", "{'edge': [0.25, 0.5]}"), *instance;
    fl_change change = FL_CHANGE_NONE;
    change.count = 3;
    cr_assert(fl_instance_with(&instance, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_plan plan = build_plan(instance,
                              "[{'app': 'camera', 'exit': 2, 'nodes': ['mobile', 'edge'], 'count': 1},"
                              " {'app': 'camera', 'exit': 2, 'nodes': ['mobile', 'edge'], 'count': 2,"
                              "  'shares': {'edge': 0.25}}]",
                              &arena);
    cr_assert(plan.apps[0].count == 1 && plan.apps[0].more->count == 2 && fl_plan_size(&plan) == 2);
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
    cr_assert(verdict.feasible && verdict.served == 3);
    plan.apps[0].more->levels[0] = 1;
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
    cr_assert(verdict.violation.kind == FL_VIOLATION_SHARE && verdict.violation.used == 1.5);
    fl_instance_free(instance);
    fl_instance_free(base);
}

Test(evaluate, judging_leaves_the_arena_as_it_was) {
    fl_instance *instance = build_instance(shared);
    fl_plan plan = build_plan(instance, both_split, &arena);
    fl_arena_mark before = fl_arena_keep(&arena);
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
    fl_arena_mark after = fl_arena_keep(&arena);
    cr_assert(before.chunk == after.chunk && before.used == after.used);
    fl_instance_free(instance);
}

Test(evaluate, limits_without_memory_are_a_memory_error) {
    fl_arena none;
    fl_arena_init(&none, 1);
    fl_instance *instance = build_instance(shared);
    cr_assert((instance->features & FL_FEATURE_CAPACITY) != 0);
    fl_plan plan = build_plan(instance, both_split, &arena);
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &none, &err) == FL_ENOMEM);
    fl_instance_free(instance);
}

Test(evaluate, an_explanation_is_cut_to_fit) {
    char small[10];
    fl_instance *instance = build_instance(build_two_tiers);
    fl_violation late = {FL_VIOLATION_DEADLINE, 0, -1, -1, -1, 5, 4};
    fl_evaluate_explain(&late, instance, small, sizeof small);
    cr_assert(strlen(small) == 9);
    fl_instance_free(instance);
}
