/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sequential.h"
#include "core/json.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
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

TestSuite(sequential, .init = start, .fini = stop);

static void run(const fl_instance *instance, const char *method, const char *options) {
    fl_status status = solve_run(&result, instance, solve_method(method), options, &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", method, err.text);
}

/* An edge node with room for one block. The camera can do without it for 10 times the energy; the radar,
 * whose deadline is later, cannot do without it, for it alone is fast enough for its block. Served first, the
 * camera takes the edge, where it costs least, and nothing is left for the radar. */
static const char trap[] =
    "{'system': {'nodes': [{'name': 'm', 'speed': 10, 'power': 100},"
    "  {'name': 'e', 'speed': 100, 'power': 100, 'capacity': 12}],"
    "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}]},"
    " 'apps': [{'name': 'camera', 'source': 'm', 'deadline': 2, 'blocks': [{'ops': 10}],"
    "   'exits': [{'after': 1, 'accuracy': 1}]},"
    "  {'name': 'radar', 'source': 'm', 'deadline': 3, 'blocks': [{'ops': 11}], 'rate': 1.05,"
    "   'exits': [{'after': 1, 'accuracy': 1}]}]}";

/** The same with a radar that may only run on the edge. */
static fl_instance *build_trap(void) {
    return build_variant(trap, "/apps/1/blocks/0/nodes", "['e']");
}

Test(sequential, the_first_user_may_take_what_the_last_one_needs) {
    fl_instance *instance = build_trap();
    brute_answer truth = brute_solve(instance);
    cr_assert(truth.feasible && fabsl(truth.verdict.power - (100 + 1.05L * 11)) < 1e-9L,
              "the camera at home for 100 W, the radar on the edge for 11.55 W, together %Lg",
              truth.verdict.power);
    brute_free(&truth);
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan, "the camera first: no plan, no proof");
    fl_instance_free(instance);
}

Test(sequential, the_order_decides_who_is_first) {
    fl_instance *instance = build_trap();
    run(instance, "exact", "{'order': 'load'}");
    cr_assert(result.status == FL_RESULT_FEASIBLE, "the radar has the larger load");
    cr_assert(result.plan.apps[0].nodes[0] == 0 && result.plan.apps[1].nodes[0] == 1);
    cr_assert(fabs(result.verdict.power - 111.55) < 1e-9 && result.bound < result.verdict.energy);
    run(instance, "exact", "{'order': 'deadline'}");
    cr_assert(result.status == FL_RESULT_UNKNOWN, "the camera has the tighter deadline");
    fl_instance_free(instance);
    instance = build_variant(trap, "/apps/0/deadline", "4");
    run(instance, "exact", "{'order': 'deadline'}");
    cr_assert(result.has_plan && result.plan.apps[1].nodes[0] == 1 && result.plan.apps[0].nodes[0] == 0,
              "now the radar's is tighter");
    fl_instance_free(instance);
}

Test(sequential, random_orders_find_what_one_order_misses_and_are_the_seeds) {
    fl_instance *instance = build_trap();
    run(instance, "exact", "{'order': 'random', 'restarts': 20, 'seed': 1}");
    cr_assert(result.status == FL_RESULT_FEASIBLE, "20 orders of two");
    fl_instance_free(instance);
    static const draw_family family = {
        .name = "random", .recipe = {.binding = true, .users = 3, .apps = 3, .blocks = 3, .nodes = 3}};
    int differ = 0, gained = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        double energy[4];
        static const char *const options[] = {
            "{'order': 'random', 'seed': 5}", "{'order': 'random', 'seed': 5}",
            "{'order': 'random', 'seed': 6}", "{'order': 'random', 'seed': 5, 'restarts': 30}"};
        instance = draw_instance(&family, seed);
        for (int i = 0; i < 4; i++) {
            run(instance, "exact", options[i]);
            energy[i] = result.has_plan ? result.verdict.power : INFINITY;
        }
        cr_assert(energy[0] == energy[1], "%s: one seed, two answers", draw_say(instance));
        cr_assert(energy[3] <= energy[0], "%s: more restarts are worse", draw_say(instance));
        differ += energy[2] != energy[0];
        gained += energy[3] < energy[0];
        fl_instance_free(instance);
    }
    cr_assert(differ > 1 && gained > 3, "%d differ by seed, %d gain by restarts", differ, gained);
}

/* Five users of 4 op/s each; the edge, where a block costs least, has room for two. */
static const char users[] =
    "{'system': {'nodes': [{'name': 'm', 'speed': 10, 'power': 10, 'capacity': 8},"
    "  {'name': 'e', 'speed': 10, 'power': 1, 'capacity': 8.5}, {'name': 'c', 'speed': 10, 'power': 100}],"
    "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}, {'from': 'm', 'to': 'c', 'rate': 1e9}]},"
    " 'apps': [{'name': 'camera', 'count': 5, 'source': 'm', 'deadline': 1, 'blocks': [{'ops': 4}],"
    "   'exits': [{'after': 1, 'accuracy': 1}]}]}";

Test(sequential, users_of_one_application_are_split_over_the_nodes) {
    fl_instance *instance = build_instance(users);
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_FEASIBLE);
    const fl_placement *at = &result.plan.apps[0];
    cr_assert(at->count == 2 && at->nodes[0] == 1, "two on the edge");
    cr_assert(at->more->count == 2 && at->more->nodes[0] == 0, "two at home");
    cr_assert(at->more->more->count == 1 && at->more->more->nodes[0] == 2 && at->more->more->more == NULL);
    cr_assert(fabs(result.verdict.power - (2 * 0.4 + 2 * 4 + 40)) < 1e-12);
    cr_assert(fabs(result.bound - 0.4) < 1e-12, "at best every user pays what one alone does");
    fl_instance_free(instance);
}

Test(sequential, an_optimum_is_claimed_only_when_every_user_has_his_own) {
    fl_instance *instance = build_variant(users, "/apps/0/count", "2");
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL, "both have room where it costs least: nothing binds");
    fl_instance_free(instance);
    instance = build_variant(users, "/apps/0/count", "3");
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_FEASIBLE, "one has not");
    fl_instance_free(instance);
}

/** Users who may be refused: no cloud, and room for two on the edge and two at home. */
static fl_instance *build_admission(const char *pointer, const char *value) {
    fl_value *document = build_document(&arena, users);
    fl_instance *instance;
    build_put(&arena, document, "/admission", "true");
    build_put(&arena, document, "/apps/0/blocks/0/nodes", "['m', 'e']");
    if (pointer != NULL) build_put(&arena, document, pointer, value);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    fl_arena_reset(&arena);
    return instance;
}

Test(sequential, admission_refuses_who_does_not_fit_and_names_him) {
    const char *text;
    fl_instance *instance = build_admission(NULL, NULL);
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.verdict.served == 4 && result.most_served == 5);
    cr_assert(isnan(result.bound), "whether a fifth could be served is not known");
    fl_value *document = fl_result_write(&result, instance, &arena);
    cr_assert(fl_value_get(document, "served")->number == 4);
    cr_assert(fl_json_print(&text, fl_value_get(document, "refused"), 0, &arena, &err) == FL_OK);
    cr_assert_str_eq(text, "[{\"app\": \"camera\", \"count\": 1}]");
    fl_instance_free(instance);
}

Test(sequential, nobody_can_be_served_is_an_optimum_too) {
    fl_instance *instance = build_admission("/apps/0/deadline", "0.1");
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.verdict.served == 0 && result.most_served == 0);
    cr_assert(result.verdict.power == 0);
    fl_instance_free(instance);
}

Test(sequential, without_admission_one_hopeless_application_is_a_proof) {
    fl_instance *instance = build_variant(trap, "/apps/1/deadline", "0.1");
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_INFEASIBLE);
    run(instance, "single", NULL);
    cr_assert(result.status == FL_RESULT_UNKNOWN, "a method that proves nothing alone proves nothing");
    fl_instance_free(instance);
}

/* At the full speed of the edge a block takes 0.1 s. */
static const char sliced[] =
    "{'system': {'nodes': [{'name': 'm', 'speed': 1, 'power': 100}, {'name': 'e', 'speed': 40, 'power': 1}],"
    "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}]},"
    " 'apps': [{'name': 'camera', 'count': 3, 'source': 'm', 'deadline': 0.35, 'blocks': [{'ops': 4}],"
    "   'slices': {'e': [1, 0.2, 0.3, 0.5]}, 'exits': [{'after': 1, 'accuracy': 1}]}]}";

Test(sequential, the_least_level_that_is_in_time_is_reserved) {
    fl_instance *instance = build_instance(sliced);
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.plan.apps[0].count == 3,
              "three users with 0.3 each, at the energy of one alone");
    cr_assert(result.plan.apps[0].levels[0] == 2, "0.2 would be late");
    fl_instance_free(instance);
    instance = build_variant(sliced, "/apps/0/count", "4");
    run(instance, "exact", NULL);
    cr_assert(result.status == FL_RESULT_UNKNOWN, "four do not fit");
    fl_instance_free(instance);
}

Test(sequential, what_runs_in_a_share_takes_no_capacity) {
    fl_instance *instance = build_variant(sliced, "/system/nodes/1/capacity", "1");
    static const char *const methods[] = {"exact", "milp", "fin"};
    for (int i = 0; i < 3; i++) {
        run(instance, methods[i], NULL);
        cr_assert(result.has_plan && result.plan.apps[0].nodes[0] == 1, "%s", methods[i]);
    }
    fl_instance_free(instance);
}

/* The straight link carries one user; the way round costs more. */
static const char ways[] =
    "{'system': {'nodes': [{'name': 'm', 'speed': 1e3, 'power': 1}, {'name': 'r', 'speed': 1e3, 'power': 2},"
    "  {'name': 'e', 'speed': 1e3, 'power': 1}],"
    "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e3, 'capacity': 15}, {'from': 'm', 'to': 'r', 'rate': "
    "1e3},"
    "   {'from': 'r', 'to': 'e', 'rate': 1e3}]},"
    " 'apps': [{'name': 'camera', 'count': 3, 'source': 'm', 'deadline': 1,"
    "   'blocks': [{'ops': 1, 'out_bits': 10, 'nodes': ['m', 'r']}, {'ops': 1, 'nodes': ['e']}],"
    "   'exits': [{'after': 2, 'accuracy': 1}]}]}";

Test(sequential, a_full_link_is_barred_and_the_way_round_taken) {
    fl_instance *instance = build_instance(ways);
    static const char *const methods[] = {"exact", "fastest", "milp", "cheapest", "fin", "mcp"};
    for (int i = 0; i < 6; i++) {
        run(instance, methods[i], NULL);
        cr_assert(result.has_plan, "%s", methods[i]);
        const fl_placement *at = &result.plan.apps[0];
        for (; at != NULL; at = at->more) {
            cr_assert(at->nodes[0] == 1 || at->count == 1, "%s: one user on the straight link", methods[i]);
        }
    }
    fl_instance_free(instance);
}

Test(sequential, a_method_that_does_not_look_at_links_ends) {
    fl_value *document = build_document(&arena, ways);
    fl_instance *instance;
    build_put(&arena, document, "/apps/0/input_bits", "10");
    build_put(&arena, document, "/apps/0/blocks/0", "{'ops': 1}");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK);
    run(instance, "single", "{'node': 'e'}");
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan, "room for one of three");
    fl_instance_free(instance);
}

Test(sequential, a_node_left_to_its_default_is_each_applications_own_source) {
    fl_instance *instance = build_variant(trap, "/apps/1/source", "'e'");
    run(instance, "single", NULL);
    cr_assert(result.has_plan && result.plan.apps[0].nodes[0] == 0 && result.plan.apps[1].nodes[0] == 1);
    run(instance, "single", "{'node': 'm'}");
    cr_assert(!result.has_plan, "no link leads from e to m");
    fl_instance_free(instance);
}

Test(sequential, the_candidate_of_the_only_application_stands_for_all_users) {
    fl_value *document = build_document(&arena, users);
    fl_instance *instance;
    build_put(&arena, document, "/apps/0/deadline", "0.1");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK);
    run(instance, "cheapest", NULL);
    cr_assert(!result.has_plan && result.plan.n_apps == 1 && result.plan.apps[0].count == 5);
    cr_assert(result.verdict.violation.kind == FL_VIOLATION_DEADLINE);
    fl_instance_free(instance);
}

Test(sequential, an_interrupt_ends_it_with_who_is_placed_so_far) {
    static const volatile sig_atomic_t now = 1;
    fl_instance *instance = build_admission(NULL, NULL);
    fl_settings settings;
    fl_settings_default(&settings, solve_method("exact"), instance);
    cr_assert(fl_run(&result, instance, solve_method("exact"), &settings, &arena, &now, &err) == FL_OK);
    cr_assert(result.has_plan && result.stop == FL_STOP_INTERRUPTED && result.verdict.served < 5);
    fl_instance_free(instance);
}

Test(sequential, without_memory_it_fails_and_leaves_nothing_behind) {
    fl_instance *instance = build_instance(users);
    int failed = 0;
    for (size_t limit = 1; limit < 1 << 16; limit += 997) {
        fl_arena small;
        fl_arena_init(&small, limit);
        fl_status status = solve_run(&result, instance, solve_method("exact"), NULL, &small, &err);
        cr_assert(status == FL_OK || status == FL_ENOMEM, "limit %zu: %s", limit, err.text);
        failed += status == FL_ENOMEM;
        fl_arena_free(&small);
    }
    cr_assert(failed > 0);
    fl_instance_free(instance);
}
