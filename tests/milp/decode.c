/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/decode.h"
#include "core/generate.h"
#include "core/random.h"
#include "milp/milp.h"
#include "tests/support/ask.h"
#include "tests/support/build.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena, other;
static fl_error err;
static fl_result result;
static fl_instance *instance;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
}

static void stop(void) {
    fl_instance_free(instance);
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(decode, .init = start, .fini = stop);

static fl_status decode(const char *text) {
    return fl_decode_solution(&result, instance, text, strlen(text), &arena, &err);
}

static void decode_well(const char *text) {
    fl_status status = decode(text);
    cr_assert(status == FL_OK, "%s: %s", err.where, err.text);
}

static bool about(double a, double b) {
    return fabs(a - b) <= 1e-9 * fabs(b);
}

/* The model page's example: columns x_a1_b1_n1_n1, x_a1_b2_n1_n1_e2, x_a1_b2_n1_n2_e2 */

static const char best[] = "Optimal - objective value 1\n"
                           " 0 x_a1_b1_n1_n1      1  0\n"
                           " 2 x_a1_b2_n1_n2_e2   1  0\n";

Test(decode, the_columns_that_are_1_are_the_plan_and_the_judge_says_what_it_costs) {
    instance = build_instance(build_two_tiers);
    decode_well(best);
    cr_assert_str_eq(result.method->name, "cbc");
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.has_plan && isnan(result.bound));
    cr_assert(about(result.verdict.energy, 0.107) && about(result.verdict.latency, 0.0033));
}

Test(decode, the_solvers_objective_is_a_claim_in_joules) {
    instance = build_instance(build_two_tiers);
    fl_arcflow flow;
    char text[300];
    cr_assert(fl_emit_build(&flow, instance, &other, &err) == FL_OK);
    snprintf(text, sizeof text, "Optimal - objective value %.17g%s", 0.1 / flow.model.scale,
             strchr(best, '\n'));
    decode_well(text);
    cr_assert(about(result.claimed, 0.1), "%.17g", result.claimed);
}

Test(decode, a_plan_that_the_judge_refuses_is_a_candidate) {
    instance = build_instance(build_two_tiers);
    decode_well("Optimal - objective value 1\n 0 x_a1_b1_n1_n1 1 0\n 1 x_a1_b2_n1_n1_e2 1 0\n");
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan && result.plan.n_apps == 1);
    cr_assert(result.verdict.violation.kind == FL_VIOLATION_DEADLINE);
}

Test(decode, what_has_no_solution_is_no_proof_that_there_is_none) {
    instance = build_instance(build_two_tiers);
    decode_well("Infeasible - objective value 0\n");
    cr_assert(result.status == FL_RESULT_UNKNOWN && result.plan.n_apps == 0);
}

static void is_refused(const char *text, const char *where, const char *words) {
    cr_assert(decode(text) == FL_EINVAL, "taken: %s", text);
    cr_assert_str_eq(err.where, where, "%s: %s in %s", err.where, err.text, text);
    cr_assert(strstr(err.text, words) != NULL, "%s: %s", err.where, err.text);
}

Test(decode, what_does_not_fit_the_model_is_refused_at_its_line) {
    instance = build_instance(build_two_tiers);
    is_refused("Optimal - objective value 1\n 0 y 1 0\n", "line 2", "no column \"y\"");
    is_refused("Optimal - objective value 1\n 0 x_a1_b1_n1_n1 0.5 0\n", "line 2", "0.5, neither 0 nor 1");
    is_refused("Optimal - objective value 1\n 0 x_a1_b1_n1_n1 2 0\n", "line 2", "2, neither 0 nor 1");
    is_refused("Optimal - objective value 1\n 0 x_a1_b1_n1_n1 1 0\n 0 x_a1_b1_n1_n1 1 0\n", "line 3",
               "twice");
    is_refused("Optimal - objective value 1\n 0 x_a1_b1_n1_n1 1 0\n", "", "no path for every user");
    is_refused("Optimal - objective value 1\n", "", "no path for every user");
    is_refused("s mip 4 3 o 1\nj 4 1\ne o f\n", "line 1", "the solution has 4 rows, the model 3");
    is_refused("s mip 3 4 o 1\nj 4 1\ne o f\n", "line 1", "the solution has 4 columns, the model 3");
    is_refused("s mip 3 3 o 1\nj 4 1\ne o f\n", "line 2", "no column 4");
    is_refused("s mip 3 3 o 1\nj 0 1\ne o f\n", "line 2", "no column 0");
    is_refused("s mip 3 3 o 1\nj 1 1\nj 3 1\ne o f\n", "", "\"x_a1_b2_n1_n1_e2\" is missing");
}

Test(decode, an_instance_too_large_to_emit_is_not_supported) {
    instance = build_variant(build_two_tiers, "/apps/0/count", "2000000");
    cr_assert(decode(best) == FL_OK); /* nothing sets them apart */
    fl_instance_free(instance);
    fl_value *document = build_document(&other, build_two_tiers);
    build_put(&other, document, "/apps/0/count", "2000000");
    build_put(&other, document, "/system/nodes/0/capacity", "4e7");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(decode(best) == FL_EUNSUPPORTED);
}

/* Whoever is asked, the plan comes back */

static void compare(ask_way way, const fl_recipe *recipe) {
    fl_result ours;
    fl_arena_reset(&arena);
    cr_assert(fl_generate(&instance, recipe, &err) == FL_OK);
    cr_assert(solve_run(&ours, instance, &fl_milp_method, NULL, &other, &err) == FL_OK, "%s", err.text);
    decode_well(ask_solver(way, instance, &arena));
    cr_assert(result.has_plan == ours.has_plan, "way %d, seed %d", way, (int)recipe->seed);
    if (ours.has_plan) {
        cr_assert(result.verdict.served == ours.verdict.served &&
                      fabs(result.verdict.power - ours.verdict.power) <= 1e-6 * ours.verdict.power,
                  "way %d, seed %d: %.17g W for %lld, not %.17g W for %lld", way, (int)recipe->seed,
                  result.verdict.power, result.verdict.served, ours.verdict.power, ours.verdict.served);
        cr_assert(fabs(result.claimed - result.verdict.energy) <= 1e-6 * result.verdict.energy,
                  "way %d, seed %d: %.17g claimed for %.17g", way, (int)recipe->seed, result.claimed,
                  result.verdict.energy);
    }
    fl_instance_free(instance);
    instance = NULL;
}

static void compare_some(ask_way way) {
    if (!ask_can(way)) cr_skip_test("the solver is not installed");
    for (int seed = 0; seed < 12; seed++) {
        fl_recipe recipe = {
            .seed = (uint64_t)seed, .apps = 1 + seed % 4, .blocks = 3, .nodes = 3, .binding = true};
        compare(way, &recipe);
        recipe.admission = true;
        compare(way, &recipe);
        recipe.users = 3;
        recipe.slices = true;
        compare(way, &recipe);
    }
}

Test(decode, glpsol_on_lp_as_printed) {
    compare_some(ASK_GLPSOL_LP);
}

Test(decode, glpsol_on_lp_raw) {
    compare_some(ASK_GLPSOL_LP_RAW);
}

Test(decode, glpsol_on_mps) {
    compare_some(ASK_GLPSOL_MPS);
}

Test(decode, glpsol_on_its_own_format) {
    compare_some(ASK_GLPSOL_GLP_RAW);
}

Test(decode, cbc_on_lp) {
    compare_some(ASK_CBC_LP);
}

Test(decode, cbc_on_mps) {
    compare_some(ASK_CBC_MPS);
}

/** As highs would write it what the milp method found. */
Test(decode, highs_by_its_documented_format) {
    for (int seed = 0; seed < 40; seed++) {
        fl_recipe recipe = {.seed = (uint64_t)seed,
                            .apps = 3,
                            .blocks = 3,
                            .nodes = 3,
                            .binding = true,
                            .users = 2,
                            .admission = true,
                            .slices = true};
        fl_result ours;
        fl_arcflow flow;
        bool *chosen;
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(solve_run(&ours, instance, &fl_milp_method, NULL, &other, &err) == FL_OK);
        cr_assert(fl_emit_build(&flow, instance, &arena, &err) == FL_OK);
        cr_assert(fl_arcflow_choose(&chosen, &flow, &ours.plan, &arena, &err) == FL_OK && chosen != NULL);
        char text[40000], *at = text + snprintf(text, sizeof text,
                                                "Model status\nOptimal\n\n"
                                                "# Primal solution values\nFeasible\nObjective 1\n"
                                                "# Columns %d\n",
                                                flow.model.n_columns);
        for (int j = 0; j < flow.model.n_columns; j++)
            at += snprintf(at, 80, "%s %d\n", flow.model.column[j].name, chosen[j]);
        snprintf(at, 80, "# Rows %d\n", flow.model.n_rows);
        decode_well(text);
        cr_assert(result.verdict.power == ours.verdict.power && result.verdict.served == ours.verdict.served,
                  "seed %d", seed);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
        instance = NULL;
    }
}

Test(decode, garbage_in_a_solution_is_refused_or_is_a_plan_that_was_judged) {
    static const char words[][24] = {"x_a1_b1_n1_n1",
                                     "x_a1_b2_n1_n1_e2",
                                     "x_a1_b2_n1_n2_e2",
                                     "refuse_a1",
                                     "1",
                                     "0",
                                     "-1",
                                     "1e308",
                                     "999999999999",
                                     "*",
                                     "\n",
                                     "\n",
                                     "s mip 3 3 o 1\n",
                                     "j 1 1\n",
                                     "j 3 1\n",
                                     "j 2 0\n",
                                     "e o f\n"};
    fl_random draw;
    fl_random_seed(&draw, 3);
    int taken = 0;
    instance = build_instance(build_two_tiers);
    for (int i = 0; i < 20000; i++) {
        char text[600];
        int at = snprintf(text, sizeof text, "%s",
                          i % 2 ? "Optimal - objective value 1\n" : "s mip 3 3 o 1\nj 1 1\n");
        for (int k = fl_random_int(&draw, 0, 12); k > 0; k--)
            at += snprintf(text + at, sizeof text - (size_t)at, " %s", words[fl_random_int(&draw, 0, 16)]);
        fl_status status = decode(text);
        cr_assert(status == FL_OK || status == FL_EINVAL, "%s", text);
        taken += status == FL_OK && result.has_plan;
        fl_arena_reset(&arena);
    }
    cr_assert(taken < 20000);
}
