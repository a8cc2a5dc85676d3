/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/colgen.h"
#include "core/generate.h"
#include "core/result.h"
#include "tests/support/build.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_result result;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(colgen, .init = start, .fini = stop);

static void run(const fl_instance *instance, const char *options) {
    fl_status status = solve_run(&result, instance, &fl_colgen_method, options, &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", err.where, err.text);
}

/* A user computes one block: for 1 J on `near`, which two of them fill, or for 3 J on `far`. */
static const char *const crowded =
    "{'schema': 'finlab/1', 'system': {"
    " 'nodes': [{'name': 'near', 'speed': 1e9, 'power': 1, 'capacity': 2e9},"
    "           {'name': 'far', 'speed': 1e9, 'power': 3, 'capacity': 3e9}],"
    " 'links': [{'from': 'near', 'to': 'far', 'rate': 1e9}]},"
    " 'apps': [{'name': 'camera', 'source': 'near', 'deadline': 10, 'count': 5,"
    "  'blocks': [{'ops': 1e9}], 'exits': [{'after': 1, 'accuracy': 1}]}]}";

Test(colgen, identical_users_are_divided_among_the_nodes) {
    fl_instance *instance = build_instance(crowded);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.stop == FL_STOP_DONE);
    cr_assert(fabs(result.verdict.power - (2 * 1 + 3 * 3)) < 1e-9, "%.17g W", result.verdict.power);
    cr_assert(result.verdict.served == 5 && fl_plan_size(&result.plan) == 2);
    fl_instance_free(instance);
}

/* `heavy` fills the edge to the last operation, so that the relaxation is better only by the limit's
 * tolerance. */
Test(colgen, a_limit_that_is_filled_exactly_proves_no_more_than_the_plan_costs) {
    fl_instance *instance =
        build_instance("{'schema': 'finlab/1', 'system': {"
                       " 'nodes': [{'name': 'phone', 'speed': 1e9, 'power': 5, 'tx_energy': 1e-7},"
                       "           {'name': 'edge', 'speed': 1e10, 'power': 10, 'capacity': 1.5e8}],"
                       " 'links': [{'from': 'phone', 'to': 'edge', 'rate': 1e8}]},"
                       " 'apps': [{'name': 'light', 'source': 'phone', 'input_bits': 1e6, 'deadline': 0.2,"
                       "  'blocks': [{'ops': 1e8}], 'exits': [{'after': 1, 'accuracy': 1}]},"
                       "  {'name': 'heavy', 'source': 'phone', 'input_bits': 1e6, 'deadline': 0.2,"
                       "  'blocks': [{'ops': 1.5e8}], 'exits': [{'after': 1, 'accuracy': 1}]}]}");
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && fabs(result.verdict.power - 0.75) < 1e-12);
    fl_instance_free(instance);
}

/* Nodes `a` and `b` take no power. `left` and `right` have too much to send to leave them, so that nine
 * tenths of neither are left for `whole`, but halves of both: the relaxation's bound is 0. */
Test(colgen, a_bound_of_nothing_is_no_reason_to_search_for_ever, .timeout = 30) {
    fl_instance *instance = build_instance(
        "{'schema': 'finlab/1', 'system': {"
        " 'nodes': [{'name': 'a', 'speed': 1e9, 'power': 0, 'capacity': 1e9},"
        "           {'name': 'b', 'speed': 1e9, 'power': 0, 'capacity': 1e9},"
        "           {'name': 'c', 'speed': 1e9, 'power': 1}],"
        " 'links': [{'from': 'c', 'to': 'a', 'rate': 1e9}, {'from': 'a', 'to': 'c', 'rate': 1},"
        "           {'from': 'c', 'to': 'b', 'rate': 1e9}, {'from': 'b', 'to': 'c', 'rate': 1}]},"
        " 'apps': [{'name': 'whole', 'source': 'c', 'input_bits': 1, 'deadline': 10,"
        "  'blocks': [{'ops': 0.9e9}], 'exits': [{'after': 1, 'accuracy': 1}]},"
        "  {'name': 'left', 'source': 'a', 'input_bits': 1e6, 'deadline': 10,"
        "  'blocks': [{'ops': 0.2e9}], 'exits': [{'after': 1, 'accuracy': 1}]},"
        "  {'name': 'right', 'source': 'b', 'input_bits': 1e6, 'deadline': 10,"
        "  'blocks': [{'ops': 0.2e9}], 'exits': [{'after': 1, 'accuracy': 1}]}]}");
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && fabs(result.verdict.power - 0.9) < 1e-9, "%d, %g W",
              (int)result.status, result.verdict.power);
    fl_instance_free(instance);
}

Test(colgen, one_user_too_many_is_proven_infeasible) {
    fl_instance *instance = build_variant(crowded, "/apps/0/count", "6");
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
    fl_instance_free(instance);
}

Test(colgen, with_admission_one_user_too_many_is_refused_and_no_more) {
    fl_arena text;
    fl_arena_init(&text, 0);
    fl_value *document = build_document(&text, crowded);
    build_put(&text, document, "/apps/0/count", "6");
    build_put(&text, document, "/admission", "true");
    fl_instance *instance;
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL);
    cr_assert(result.verdict.served == 5 && result.most_served == 5);
    cr_assert(fabs(result.verdict.power - 11) < 1e-9);
    fl_instance_free(instance);
    fl_arena_free(&text);
}

Test(colgen, when_nobody_can_be_served_the_empty_plan_is_optimal) {
    fl_arena text;
    fl_arena_init(&text, 0);
    fl_value *document = build_document(&text, crowded);
    build_put(&text, document, "/apps/0/deadline", "0.5");
    build_put(&text, document, "/admission", "true");
    fl_instance *instance;
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.served == 0 && result.most_served == 0);
    fl_instance_free(instance);
    fl_arena_free(&text);
}

/* Three of four users of unequal size fit: the relaxation would take parts of one. */
static fl_instance *draw(uint64_t seed, bool admission) {
    fl_recipe recipe = {.seed = seed,
                        .apps = 30,
                        .blocks = 8,
                        .nodes = 6,
                        .binding = true,
                        .admission = admission,
                        .tightness = FL_TIGHTNESS_LOOSE};
    fl_instance *instance;
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "%s", err.text);
    return instance;
}

Test(colgen, every_limit_ends_it_with_a_plan_and_true_bounds) {
    static const char *const limits[] = {"{'nodes': 1}", "{'time_limit': 1e-9}", "{'time_limit': 0.02}",
                                         "{'gap': 0.5}"};
    for (uint64_t seed = 0; seed < 5; seed++) {
        fl_instance *instance = draw(seed, true);
        run(instance, "{'time_limit': 20}");
        fl_result best = result;
        for (int i = 0; i < 4; i++) {
            run(instance, limits[i]);
            cr_assert(result.has_plan, "seed %d, %s", (int)seed, limits[i]);
            cr_assert(result.most_served >= best.verdict.served, "seed %d, %s", (int)seed, limits[i]);
            cr_assert(best.status != FL_RESULT_OPTIMAL || result.verdict.served < best.verdict.served ||
                          result.verdict.power >= best.verdict.power * (1 - 1e-9),
                      "seed %d, %s", (int)seed, limits[i]);
            bool same = result.verdict.served == best.verdict.served && !isnan(result.bound);
            double bound = same ? result.bound * result.verdict.rates : 0;
            cr_assert(bound <= best.verdict.power * (1 + 1e-9), "seed %d, %s", (int)seed, limits[i]);
        }
        fl_instance_free(instance);
    }
}

Test(colgen, an_interrupt_ends_it_at_once_with_a_plan) {
    fl_instance *instance = draw(1, true);
    volatile sig_atomic_t interrupt = 1;
    fl_settings settings;
    fl_settings_default(&settings, &fl_colgen_method, instance);
    cr_assert(fl_run(&result, instance, &fl_colgen_method, &settings, &arena, &interrupt, &err) == FL_OK);
    cr_assert(result.stop == FL_STOP_INTERRUPTED && result.has_plan && result.seconds < 1);
    fl_instance_free(instance);
}

Test(colgen, too_little_memory_is_said) {
    fl_instance *instance = draw(1, true);
    fl_arena little;
    fl_settings settings;
    fl_settings_default(&settings, &fl_colgen_method, instance);
    for (size_t limit = 20000; limit < 1000000; limit *= 2) {
        fl_arena_init(&little, limit);
        fl_status status = fl_run(&result, instance, &fl_colgen_method, &settings, &little, NULL, &err);
        cr_assert(status == FL_OK || status == FL_ENOMEM, "%zu bytes: %s", limit, err.text);
        fl_arena_free(&little);
    }
    fl_instance_free(instance);
}

Test(colgen, whatever_memory_it_is_held_to_it_answers) {
    fl_instance *instance = draw(1, true);
    int option = fl_method_option(&fl_colgen_method, "memory"), n_starved = 0, n_plans = 0;
    fl_settings settings;
    run(instance, NULL);
    double power = result.verdict.power;
    long long served = result.verdict.served;
    cr_assert(result.status == FL_RESULT_OPTIMAL);
    fl_settings_default(&settings, &fl_colgen_method, instance);
    for (int i = 0; i < 634; i++) { /* 1000, 1320, ..., 199080, 200000, 400000, ... */
        double bytes = i < 620 ? 1000 + 320 * i : ldexp(200000, i - 620);
        fl_arena own;
        fl_arena_init(&own, 0);
        settings.value[option] = bytes;
        fl_status status = fl_run(&result, instance, &fl_colgen_method, &settings, &own, NULL, &err);
        cr_assert(status == FL_OK, "%g bytes: %s", bytes, err.text);
        cr_assert(result.verdict.served <= served && own.limit == 0);
        if (result.verdict.served == served) cr_assert(result.verdict.power >= power * (1 - 1e-9));
        if (result.status == FL_RESULT_OPTIMAL) cr_assert(result.verdict.served == served);
        n_starved += result.stop == FL_STOP_MEMORY;
        n_plans += result.stop == FL_STOP_MEMORY && result.has_plan;
        fl_arena_free(&own);
    }
    cr_assert(result.status == FL_RESULT_OPTIMAL, "there is enough in the end: %s",
              fl_stop_name(result.stop));
    cr_assert(n_starved > 50 && n_plans > 0, "%d, %d", n_starved, n_plans);
    fl_instance_free(instance);
}

Test(colgen, ten_thousand_users_in_six_applications_are_no_more_work_than_six) {
    fl_recipe recipe = {.seed = 7, .apps = 6, .blocks = 10, .nodes = 8, .binding = true, .admission = true};
    fl_instance *few, *many;
    cr_assert(fl_generate(&few, &recipe, &err) == FL_OK, "%s", err.text);
    recipe.users = 3000;
    cr_assert(fl_generate(&many, &recipe, &err) == FL_OK, "%s", err.text);
    run(few, "{'time_limit': 10}");
    cr_assert(result.status == FL_RESULT_OPTIMAL);
    run(many, "{'time_limit': 20, 'gap': 0.001}");
    cr_assert(result.has_plan && result.verdict.served == result.most_served && result.gap <= 0.001,
              "%lld of %lld, gap %g", result.verdict.served, result.most_served, result.gap);
    fl_instance_free(few);
    fl_instance_free(many);
}

Test(colgen, too_many_combinations_of_levels_are_not_supported) {
    char json[4000];
    for (int slices = 2; slices <= 13; slices += 11) { /* 3 to the power of that many */
        int n = snprintf(json, sizeof json,
                         "{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'm', 'speed': 1, 'power': 1}");
        for (int i = 1; i <= slices; i++)
            n += snprintf(json + n, sizeof json - (size_t)n, ", {'name': 'e%d', 'speed': 1, 'power': 1}", i);
        n += snprintf(json + n, sizeof json - (size_t)n,
                      "], 'links': []}, 'apps': [{'name': 'camera', 'source': 'm', 'deadline': 10, 'blocks': "
                      "[{'ops': 1}],"
                      " 'exits': [{'after': 1, 'accuracy': 1}], 'slices': {");
        for (int i = 1; i <= slices; i++)
            n += snprintf(json + n, sizeof json - (size_t)n, "%s'e%d': [0.5, 1]", i > 1 ? ", " : "", i);
        snprintf(json + n, sizeof json - (size_t)n, "}}]}");
        fl_instance *instance = build_instance(json);
        fl_status status = solve_run(&result, instance, &fl_colgen_method, NULL, &arena, &err);
        cr_assert(status == (slices < 8 ? FL_OK : FL_EUNSUPPORTED), "%d slices: %s", slices, err.text);
        cr_assert(status == FL_OK || strstr(err.text, "\"camera\"") != NULL, "%s", err.text);
        fl_instance_free(instance);
    }
}

Test(colgen, a_limit_of_nodes_is_named_only_when_it_was_in_the_way) {
    int stopped = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        fl_recipe recipe = {.seed = seed, .apps = 3, .users = 2, .blocks = 3, .nodes = 3, .binding = true};
        fl_instance *instance;
        bool done = false;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "%s", err.text);
        for (int nodes = 1; nodes <= 1000 && !done; nodes += 1 + nodes / 4) {
            char options[40];
            snprintf(options, sizeof options, "{'nodes': %d}", nodes);
            run(instance, options);
            done = result.status == FL_RESULT_OPTIMAL || result.status == FL_RESULT_INFEASIBLE;
            stopped += !done;
            cr_assert(result.stop == (done ? FL_STOP_DONE : FL_STOP_NODES), "seed %d, %d nodes: %d",
                      (int)seed, nodes, (int)result.stop);
        }
        cr_assert(done, "seed %d", (int)seed);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(stopped > 0, "no limit was in the way");
}

/** The least limit of nodes with which it is done. */
static int nodes_needed(const fl_instance *instance) {
    for (int nodes = 1;; nodes++) {
        char options[40];
        snprintf(options, sizeof options, "{'nodes': %d}", nodes);
        run(instance, options);
        if (result.stop == FL_STOP_DONE) return nodes;
        cr_assert(nodes < 100);
    }
}

/* Who gives a limit of nodes, or waits, counts on that; 222 when this was written. */
Test(colgen, few_nodes_are_needed) {
    int needed = 0;
    for (uint64_t seed = 0; seed < 24; seed++) {
        fl_recipe recipe = {.seed = seed / 2,
                            .apps = seed % 2 == 0 ? 3 : 6,
                            .users = 3,
                            .blocks = 4,
                            .nodes = 4,
                            .binding = true,
                            .admission = seed / 2 % 2 == 1};
        fl_instance *instance;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "%s", err.text);
        needed += nodes_needed(instance);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(needed <= 300, "%d nodes", needed);
}
