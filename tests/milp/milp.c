/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/milp.h"
#include "core/exact.h"
#include "core/generate.h"
#include "core/random.h"
#include "core/result.h"
#include "core/tolerance.h"
#include "milp/arcflow.h"
#include "milp/glpk.h"
#include "tests/support/build.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena, other;
static fl_error err;
static fl_result result;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(milp, .init = start, .fini = stop);

static void run(const fl_instance *instance, const char *options) {
    fl_status status = solve_run(&result, instance, &fl_milp_method, options, &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", err.where, err.text);
}

/** Solve the model page's example with `value` at `pointer`. */
static void solve(const char *pointer, const char *value, const char *options) {
    fl_instance *instance = build_variant(build_two_tiers, pointer, value);
    run(instance, options);
    fl_instance_free(instance);
}

static bool about(double a, double b) {
    return fabs(a - b) <= 1e-12 * fabs(b);
}

/* Chains of measured blocks: every number of the model as the test wants it */

enum { CHAIN_NODES = 4, CHAIN_BLOCKS = 60 };

typedef struct chain {
    int nodes, blocks;
    double deadline;
    double time[CHAIN_BLOCKS][CHAIN_NODES], energy[CHAIN_BLOCKS][CHAIN_NODES]; /* s, J */
} chain;

static fl_instance *build_chain(const chain *from) {
    fl_node nodes[CHAIN_NODES];
    fl_node_link links[CHAIN_NODES * CHAIN_NODES];
    fl_block blocks[CHAIN_BLOCKS];
    fl_measured measured[CHAIN_BLOCKS][CHAIN_NODES];
    char names[CHAIN_NODES][16];
    int n_links = 0;
    for (int a = 0; a < from->nodes; a++) {
        snprintf(names[a], sizeof names[a], "n%d", a + 1);
        nodes[a] = (fl_node){.name = names[a], .speed = 1, .capacity = INFINITY, .memory = INFINITY};
        for (int b = 0; b < from->nodes; b++) {
            if (a != b)
                links[n_links++] =
                    (fl_node_link){.from = a, .to = b, .link = {.rate = 1, .capacity = INFINITY}};
        }
    }
    for (int l = 0; l < from->blocks; l++) {
        for (int n = 0; n < from->nodes; n++) {
            measured[l][n] = (fl_measured){n, from->time[l][n], from->energy[l][n]};
        }
        blocks[l] = (fl_block){.n_measured = from->nodes, .measured = measured[l], .n_allowed = -1};
    }
    fl_exit exit = {.after = from->blocks, .accuracy = 1};
    fl_app app = {.rate = 1,
                  .deadline = from->deadline,
                  .count = 1,
                  .n_blocks = from->blocks,
                  .blocks = blocks,
                  .n_exits = 1,
                  .exits = &exit};
    fl_instance parts = {
        .system = {.n_nodes = from->nodes, .nodes = nodes, .n_links = n_links, .links = links},
        .n_apps = 1,
        .apps = &app};
    fl_instance *instance;
    fl_status status = fl_instance_create(&instance, &parts, FL_PLACE_JSON, &err);
    cr_assert(status == FL_OK, "%s: %s", err.where, err.text);
    return instance;
}

/** The optimum by the exact search. */
static double optimum(const fl_instance *instance) {
    fl_result exact;
    cr_assert(solve_run(&exact, instance, &fl_exact_method, NULL, &other, &err) == FL_OK, "%s", err.text);
    cr_assert(exact.status == FL_RESULT_OPTIMAL);
    return exact.verdict.energy;
}

/* Answers */

Test(milp, the_example_has_the_optimum_of_the_model_page) {
    solve("/name", "'x'", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.stop == FL_STOP_DONE);
    cr_assert(result.plan.apps[0].exit == 1 && result.plan.apps[0].nodes[0] == 0 &&
              result.plan.apps[0].nodes[1] == 1);
    cr_assert(about(result.verdict.energy, 0.107) && about(result.verdict.latency, 0.0033));
    cr_assert(result.bound == result.verdict.energy && result.gap == 0);
}

Test(milp, a_deadline_that_no_plan_meets_is_proven_infeasible) {
    solve("/apps/0/deadline", "0.0032", NULL);
    cr_assert(result.status == FL_RESULT_INFEASIBLE && !result.has_plan);
}

Test(milp, a_missing_link_can_make_it_infeasible) {
    fl_instance *instance = build_variant(build_two_tiers, "/system/links", "[]");
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
    fl_instance_free(instance);
}

Test(milp, a_deadline_may_be_met_exactly) {
    fl_instance *instance = build_instance(build_two_tiers);
    run(instance, NULL);
    double latency = result.verdict.latency;
    fl_change change = FL_CHANGE_NONE;
    fl_instance *exactly;
    change.deadline = latency;
    cr_assert(fl_instance_with(&exactly, instance, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    run(exactly, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.latency == latency);
    fl_instance_free(exactly);
    fl_instance_free(instance);
}

Test(milp, energy_that_is_nothing_is_an_optimum) {
    chain none = {.nodes = 2, .blocks = 3, .deadline = 3};
    for (int l = 0; l < 3; l++) none.time[l][0] = none.time[l][1] = 1;
    fl_instance *instance = build_chain(&none);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.energy == 0 && result.gap == 0);
    fl_instance_free(instance);
    none.time[1][1] = 0.5; /* the fastest way costs, the others still nothing */
    none.energy[1][1] = 7;
    instance = build_chain(&none);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.energy == 0);
    fl_instance_free(instance);
}

/* GLPK's tolerances against the exact deadline */

/** Two blocks on two nodes: node 1 is cheap, and late by `late` (relative) when it does both. */
static chain two_blocks(double late) {
    return (chain){.nodes = 2,
                   .blocks = 2,
                   .deadline = 2 / (1 + late),
                   .time = {{1, 0.5}, {1, 0.5}},
                   .energy = {{1, 10}, {1, 12}}};
}

Test(milp, a_plan_that_glpk_lets_pass_although_late_is_cut_off) {
    chain late = two_blocks(1e-8);
    fl_instance *instance = build_chain(&late);
    fl_graphs graphs;
    fl_arcflow flow;
    fl_glpk_outcome outcome;
    fl_glpk_limits limits = {.until = INFINITY, .nodes = LONG_MAX, .most = INFINITY};
    fl_plan plan;
    fl_verdict verdict;
    cr_assert(fl_graphs_build(&graphs, instance, FL_ARCFLOW_MOST, &arena, &err) == FL_OK);
    cr_assert(fl_arcflow_build(&flow, &graphs, &(fl_aim){.most = INFINITY}, &arena, &err) == FL_OK);
    for (int round = 0; round < 2; round++) {
        cr_assert(fl_glpk_solve(&outcome, &flow.model, &limits, &arena, &err) == FL_OK);
        cr_assert(outcome.end == FL_GLPK_OPTIMAL);
        cr_assert(fl_arcflow_plan(&plan, &flow, outcome.chosen, &arena, &err) == FL_OK);
        cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
        cr_assert(verdict.feasible == (round == 1), "round %d", round);
        if (round == 1) break;
        int row = fl_arcflow_row(&flow, &verdict.violation, outcome.chosen);
        cr_assert(row >= 0 && fl_arcflow_cut(&flow, outcome.chosen, row, &arena, &err) == FL_OK);
    }
    cr_assert(verdict.energy == 11);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.energy == 11);
    fl_instance_free(instance);
}

Test(milp, the_deadline_is_the_judges_to_the_last_digits) {
    static const double late[] = {-1e-6, -1e-9, 0, 0.9e-9, 1.1e-9, 1e-8, 9e-8, 2e-7, 1e-6};
    for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
        chain blocks = two_blocks(late[i]);
        fl_instance *instance = build_chain(&blocks);
        run(instance, NULL);
        cr_assert(result.status == FL_RESULT_OPTIMAL);
        cr_assert(result.verdict.energy == (late[i] < FL_TOLERANCE_DEADLINE ? 2 : 11), "late by %g: %g J",
                  late[i], result.verdict.energy);
        fl_instance_free(instance);
    }
}

Test(milp, one_block_at_the_last_bit_of_the_deadline_is_the_judges_to_decide) {
    fl_random draw;
    fl_random_seed(&draw, 1);
    int in_time = 0;
    for (int i = 0; i < 3000; i++) {
        double time = fl_random_between(&draw, 1, 2);
        chain one = {.nodes = 1, .blocks = 1, .deadline = time / (1 + FL_TOLERANCE_DEADLINE)};
        for (int ulps = fl_random_int(&draw, -3, 3); ulps != 0; ulps += ulps < 0 ? 1 : -1) {
            one.deadline = nextafter(one.deadline, ulps < 0 ? 0 : 3);
        }
        one.time[0][0] = time;
        one.energy[0][0] = 1;
        fl_instance *instance = build_chain(&one);
        run(instance, NULL);
        bool expected = time <= one.deadline * (1 + FL_TOLERANCE_DEADLINE);
        cr_assert(result.status == (expected ? FL_RESULT_OPTIMAL : FL_RESULT_INFEASIBLE),
                  "%.17g s in %.17g s", time, one.deadline);
        in_time += expected;
        fl_instance_free(instance);
    }
    cr_assert(in_time > 500 && in_time < 2500, "%d", in_time);
}

Test(milp, plans_late_by_a_hair_are_cut_off_together_however_many) {
    chain many = {.nodes = 4, .blocks = 20, .deadline = 20 / (1 + 5e-8)};
    for (int l = 0; l < many.blocks; l++) {
        for (int n = 0; n < many.nodes; n++) {
            many.time[l][n] = n == 3 ? 0.5 : 1; /* 3^20 plans are late by the same 5e-8 */
            many.energy[l][n] = n == 3 ? 5 + l : 1 + 0.01 * n;
        }
    }
    fl_instance *instance = build_chain(&many);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && about(result.verdict.energy, 5 + 19), "%g",
              result.verdict.energy);
    cr_assert(result.seconds < 5, "%g s", result.seconds);
    fl_instance_free(instance);
}

/* Scales */

Test(milp, energies_of_any_size_give_the_optimum) {
    for (int seed = 0; seed < 40; seed++) {
        for (int power = -15; power <= 6; power++) {
            fl_instance *instance;
            fl_recipe recipe = {.seed = (uint64_t)seed,
                                .blocks = 6,
                                .nodes = 4,
                                .exits = 2,
                                .tightness = FL_TIGHTNESS_MEDIUM,
                                .energy_scale = pow(10, power)};
            cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
            run(instance, NULL);
            if (result.status == FL_RESULT_OPTIMAL) {
                double best = optimum(instance);
                cr_assert(fabs(result.verdict.energy - best) <= FL_TOLERANCE_EQUAL * best, "seed %d, 1e%d",
                          seed, power);
            } else {
                cr_assert(result.status == FL_RESULT_INFEASIBLE, "seed %d, 1e%d", seed, power);
            }
            fl_instance_free(instance);
        }
    }
}

Test(milp, tiny_and_huge_energies_may_stand_side_by_side) {
    fl_random draw;
    for (int seed = 0; seed < 200; seed++) {
        chain mixed = {.nodes = 4, .blocks = 6, .deadline = 5.5};
        fl_random_seed(&draw, (uint64_t)seed);
        for (int l = 0; l < mixed.blocks; l++) {
            for (int n = 0; n < mixed.nodes; n++) {
                mixed.time[l][n] = fl_random_between(&draw, 0.5, 1.5);
                mixed.energy[l][n] = pow(10, fl_random_between(&draw, -15, 6));
            }
        }
        fl_instance *instance = build_chain(&mixed);
        run(instance, NULL);
        double best = optimum(instance);
        cr_assert(result.status == FL_RESULT_OPTIMAL, "seed %d", seed);
        cr_assert(fabs(result.verdict.energy - best) <= FL_TOLERANCE_EQUAL * best, "seed %d: %g for %g", seed,
                  result.verdict.energy, best);
        fl_instance_free(instance);
    }
}

Test(milp, differences_that_glpk_cannot_see_are_never_called_optimal_nor_bounded_away) {
    fl_random draw;
    for (int seed = 0; seed < 60; seed++) {
        chain dear = {.nodes = 4, .blocks = 40}; /* one dear block hides the differences of all others */
        fl_random_seed(&draw, (uint64_t)seed);
        for (int l = 0; l < dear.blocks; l++) {
            for (int n = 0; n < dear.nodes; n++) {
                dear.time[l][n] = fl_random_between(&draw, 0.5, 1.5);
                dear.energy[l][n] = (l == 0) + 1e-10 * fl_random_unit(&draw);
            }
        }
        dear.deadline = 0.9 * dear.blocks;
        fl_instance *instance = build_chain(&dear);
        run(instance, NULL);
        double best = optimum(instance);
        cr_assert(result.bound <= best * (1 + FL_TOLERANCE_EQUAL), "seed %d: bound %.17g over %.17g", seed,
                  result.bound, best);
        cr_assert(result.status != FL_RESULT_OPTIMAL ||
                      result.verdict.energy <= best * (1 + FL_TOLERANCE_EQUAL),
                  "seed %d: %.17g for %.17g", seed, result.verdict.energy, best);
        fl_instance_free(instance);
    }
}

Test(milp, costs_as_small_as_doubles_go_are_answered_honestly) {
    chain least = two_blocks(-0.5);
    least.deadline = 1.5;
    for (int l = 0; l < 2; l++) {
        for (int n = 0; n < 2; n++) least.energy[l][n] *= 1e-322;
    }
    fl_instance *instance = build_chain(&least);
    run(instance, NULL);
    cr_assert(result.has_plan && result.bound <= 11 * 1e-322);
    fl_instance_free(instance);
}

/* Limits of the system */

Test(milp, a_node_capacity_binds) {
    solve("/apps/0/deadline", "1", NULL);
    cr_assert(result.plan.apps[0].nodes[1] == 0);
    fl_instance *instance = build_variant(build_two_tiers, "/system/nodes/0/capacity", "4e7");
    fl_change change = FL_CHANGE_NONE;
    fl_instance *slow;
    change.deadline = 1;
    cr_assert(fl_instance_with(&slow, instance, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    run(slow, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.plan.apps[0].nodes[1] == 1);
    fl_instance_free(slow);
    fl_instance_free(instance);
}

Test(milp, limits_that_nothing_fits_in_are_proven_infeasible) {
    solve("/system/nodes/0/capacity", "1e7", NULL); /* block 1 is pinned there */
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
    solve("/system/links/0/capacity", "9e5", NULL);
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
}

Test(milp, limits_agree_with_trying_every_plan) {
    for (int seed = 0; seed < 1000; seed++) {
        fl_instance *instance;
        fl_recipe recipe = {.seed = (uint64_t)seed, .apps = 1, .limits = true};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        brute_answer truth = brute_solve(instance);
        run(instance, NULL);
        const char *fault = solve_fault_exact(&result, instance, &truth, FL_TOLERANCE_EQUAL);
        cr_assert_null(fault, "seed %d: %s", seed, fault);
        brute_free(&truth);
        fl_instance_free(instance);
    }
}

/* Limits of the run */

/** Fast is dear at one rate everywhere, so that nearly all plans are nearly equal: out of reach of the
 * search. */
static fl_instance *build_hard(void) {
    static chain hard = {.nodes = 4, .blocks = 60};
    fl_random draw;
    fl_random_seed(&draw, 1);
    for (int l = 0; l < hard.blocks; l++) {
        for (int n = 0; n < hard.nodes; n++) {
            hard.time[l][n] = fl_random_between(&draw, 0.5, 1.5);
            hard.energy[l][n] = 2 - hard.time[l][n] + 1e-3 * fl_random_unit(&draw);
        }
    }
    hard.deadline = 0.97 * hard.blocks;
    return build_chain(&hard);
}

static void check_limited(fl_stop stop) {
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.stop == stop, "%s, %s",
              fl_result_status_name(result.status), fl_stop_name(result.stop));
    cr_assert(result.has_plan && !(result.bound > result.verdict.energy));
}

Test(milp, a_time_limit_leaves_a_plan_and_a_bound) {
    fl_instance *instance = build_hard();
    run(instance, "{'time_limit': 0.5}");
    check_limited(FL_STOP_TIME);
    cr_assert(result.seconds < 5);
    fl_instance_free(instance);
}

Test(milp, a_node_limit_leaves_the_same_plan_and_bound_again) {
    fl_instance *instance = build_hard();
    run(instance, "{'nodes': 100}");
    check_limited(FL_STOP_NODES);
    double energy = result.verdict.energy, bound = result.bound;
    cr_assert(bound > 0.9 * energy);
    run(instance, "{'nodes': 100}");
    cr_assert(result.verdict.energy == energy && result.bound == bound);
    fl_instance_free(instance);
}

Test(milp, a_gap_ends_it_with_that_gap_or_less) {
    fl_instance *instance = build_hard();
    run(instance, "{'gap': 0.01}");
    check_limited(FL_STOP_GAP);
    cr_assert(result.gap <= 0.01 && result.gap > FL_TOLERANCE_EQUAL, "%g", result.gap);
    fl_instance_free(instance);
}

Test(milp, an_interrupt_leaves_a_plan) {
    static const volatile sig_atomic_t already = 1;
    fl_instance *instance = build_hard();
    fl_settings settings;
    fl_settings_default(&settings, &fl_milp_method, instance);
    cr_assert(fl_run(&result, instance, &fl_milp_method, &settings, &arena, &already, &err) == FL_OK);
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.stop == FL_STOP_INTERRUPTED &&
              result.bound <= result.verdict.energy);
    fl_instance_free(instance);
}

Test(milp, too_little_memory_leaves_a_plan_or_says_so) {
    fl_instance *instance = build_hard();
    int enough = 0, plans = 0;
    for (size_t most = 20000; most < 20000000; most = most * 3 / 2) {
        fl_arena little;
        fl_arena_init(&little, most);
        fl_status status = solve_run(&result, instance, &fl_milp_method, "{'nodes': 10}", &little, &err);
        cr_assert(status == FL_OK || status == FL_ENOMEM, "%zu bytes: %s", most, err.text);
        if (status == FL_OK) {
            enough += result.stop == FL_STOP_NODES;
            plans += result.stop == FL_STOP_MEMORY;
            check_limited(result.stop == FL_STOP_NODES ? FL_STOP_NODES : FL_STOP_MEMORY);
        }
        fl_arena_free(&little);
    }
    cr_assert(enough > 0 && plans > 0, "%d, %d", enough, plans);
    fl_instance_free(instance);
}

Test(milp, its_option_limits_memory_and_leaves_what_is_known) {
    fl_instance *instance = build_hard();
    int stopped = 0;
    for (size_t most = 1000; most < 40000000; most *= 4) {
        char options[60];
        snprintf(options, sizeof options, "{'nodes': 10, 'memory': %zu}", most);
        run(instance, options);
        cr_assert(arena.limit == 0 && !arena.failed);
        cr_assert(result.stop == FL_STOP_MEMORY || most > 1000000);
        stopped += result.stop == FL_STOP_MEMORY;
        if (result.has_plan) check_limited(result.stop);
    }
    cr_assert(stopped >= 5 && result.stop == FL_STOP_NODES && result.has_plan, "%d", stopped);
    fl_instance_free(instance);
}

/* Several users */

/** Two users on a fast node that is cheap and has room for one, and a dear one. */
static const char two_users[] =
    "{'schema': 'finlab/1', 'admission': %s, 'system': {'nodes': ["
    "  {'name': 'cheap', 'speed': 1e9, 'power': 1, 'capacity': %s}, {'name': 'dear', 'speed': 1e9, 'power': "
    "9}],"
    " 'links': %s}, 'apps': [{'source': 'cheap', 'deadline': 1, 'count': 2, 'blocks': [{'ops': 1e6}],"
    " 'exits': [{'after': 1, 'accuracy': 1}]}, {'source': 'dear', 'rate': 3, 'deadline': %s,"
    " 'blocks': [{'ops': 1e6}], 'exits': [{'after': 1, 'accuracy': 1}]}]}";

static void solve_users(const char *admission, const char *capacity, const char *links, const char *deadline,
                        const char *options) {
    char json[1000];
    snprintf(json, sizeof json, two_users, admission, capacity, links, deadline);
    fl_instance *instance = build_instance(json);
    run(instance, options);
    fl_instance_free(instance);
}

#define LINKED "[{'from': 'cheap', 'to': 'dear', 'rate': 1e9}]"

Test(milp, users_of_one_application_are_placed_apart_when_it_pays) {
    solve_users("false", "1.5e6", LINKED, "1", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && fl_plan_size(&result.plan) == 3);
    cr_assert(about(result.verdict.power, 1e-3 + 9e-3 + 27e-3) && about(result.bound, 37e-3 / 5));
}

Test(milp, that_not_all_can_be_served_is_proven) {
    solve_users("false", "1.5e6", "[]", "1", NULL);
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
    solve_users("false", "1.5e6", LINKED, "1e-9", NULL);
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
}

Test(milp, as_few_users_are_refused_as_can_be) {
    solve_users("true", "1.5e6", "[]", "1", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.served == 2 && result.most_served == 2);
    cr_assert(about(result.verdict.power, 1e-3 + 27e-3) && about(result.bound, 28e-3 / 4));
    solve_users("true", "1.5e6", LINKED, "1e-9", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.served == 2 && result.most_served == 2);
    cr_assert(about(result.verdict.power, 1e-3 + 9e-3));
}

Test(milp, nobody_at_all_may_be_served) {
    solve_users("true", "1e3", "[]", "1e-9", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.has_plan && result.verdict.served == 0 &&
              result.most_served == 0);
}

Test(milp, applications_that_no_limit_joins_are_solved_one_by_one) {
    solve_users("false", "1e9", LINKED, "1", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && about(result.verdict.power, 2e-3 + 27e-3));
    solve_users("true", "1e9", LINKED, "1e-9", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.served == 2 && result.most_served == 2);
}

/** Many users under limits that bind: more than GLPK does in a moment. */
static fl_instance *build_crowd(void) {
    fl_instance *instance;
    fl_recipe recipe = {.seed = 1,
                        .apps = 6,
                        .blocks = 5,
                        .nodes = 5,
                        .binding = true,
                        .users = 5,
                        .plain = true,
                        .tightness = FL_TIGHTNESS_MEDIUM,
                        .admission = true};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    return instance;
}

Test(milp, a_limit_leaves_several_users_a_plan_and_what_is_proven) {
    fl_instance *instance = build_crowd();
    run(instance, "{'time_limit': 30}");
    cr_assert(result.has_plan && result.most_served >= result.verdict.served);
    long long served = result.verdict.served, most = result.most_served;
    static const char *const limits[] = {"{'nodes': 1}", "{'nodes': 5}", "{'nodes': 50}",
                                         "{'time_limit': 0.02}"};
    int stopped = 0;
    for (int i = 0; i < 4; i++) {
        run(instance, limits[i]);
        cr_assert(result.has_plan && result.most_served >= served && result.verdict.served <= most, "%d", i);
        cr_assert(isnan(result.bound) || result.bound <= result.verdict.energy * (1 + FL_TOLERANCE_EQUAL),
                  "%d", i);
        cr_assert(result.status == FL_RESULT_OPTIMAL || result.stop != FL_STOP_DONE, "%d", i);
        stopped += result.stop != FL_STOP_DONE;
    }
    cr_assert(stopped > 0);
    fl_instance_free(instance);
}

Test(milp, a_model_of_too_many_users_is_not_built) {
    char json[1000];
    snprintf(json, sizeof json, two_users, "false", "1e11", LINKED, "1");
    fl_instance *instance = build_variant(json, "/apps/0/count", "900000");
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.stop == FL_STOP_MEMORY);
    cr_assert(result.verdict.served == 900001 && result.bound > 0 && result.bound < result.verdict.energy);
    fl_instance_free(instance);
}

Test(milp, an_assertion_that_fails_in_glpk_does_not_end_it) {
    fl_instance *instance; /* GLPK 5.0 asserts "dx != 0.0" in its pseudo-costs here */
    fl_recipe recipe = {
        .seed = 22, .apps = 5, .blocks = 4, .nodes = 4, .users = 3, .binding = true, .admission = true};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    run(instance, NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.most_served == result.verdict.served);
    fl_instance_free(instance);
}
