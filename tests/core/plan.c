/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/plan.h"
#include "core/json.h"
#include "tests/support/build.h"
#include "tests/support/refuse.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_instance *one, *two; /* with one and with two applications */

static void start(void) {
    fl_arena_init(&arena, 0);
    one = build_instance(build_two_tiers);
    two = build_variant(build_two_tiers, "/apps/-",
                        "{'name': 'radar', 'source': 'edge', 'deadline': 1, 'blocks': [{'ops': 1}],"
                        " 'exits': [{'after': 1, 'accuracy': 1}]}");
}

static void stop(void) {
    fl_instance_free(one);
    fl_instance_free(two);
    fl_arena_free(&arena);
}

TestSuite(plan, .init = start, .fini = stop);

Test(plan, a_new_plan_refuses_every_application) {
    fl_plan plan;
    cr_assert(fl_plan_create(&plan, two, &arena, &err) == FL_OK);
    cr_assert(plan.n_apps == 2 && plan.apps[0].exit == -1 && plan.apps[1].exit == -1);
    cr_assert(fl_plan_depth(&plan.apps[0], two, 0) == 0);
}

Test(plan, placing_copies_the_nodes_up_to_the_exit) {
    fl_plan plan;
    int nodes[] = {0, 1};
    cr_assert(fl_plan_create(&plan, two, &arena, &err) == FL_OK);
    cr_assert(fl_plan_place(&plan, two, 0, 1, nodes, &arena, &err) == FL_OK);
    nodes[1] = 0;
    cr_assert(plan.apps[0].exit == 1 && plan.apps[0].nodes[1] == 1 && plan.apps[1].exit == -1);
    cr_assert(fl_plan_depth(&plan.apps[0], two, 0) == 2);
}

Test(plan, a_plan_is_read_by_names_and_counts_exits_from_one) {
    fl_plan plan = build_plan(two,
                              "[{'app': 'radar', 'exit': 1, 'nodes': ['edge']},"
                              " {'app': 'camera', 'exit': 2, 'nodes': ['mobile', 'edge']}]",
                              &arena);
    cr_assert(plan.n_apps == 2 && plan.apps[0].exit == 1 && plan.apps[1].exit == 0);
    cr_assert(plan.apps[0].nodes[0] == 0 && plan.apps[0].nodes[1] == 1 && plan.apps[1].nodes[0] == 1);
}

Test(plan, the_application_may_be_left_out_when_there_is_only_one) {
    fl_plan plan = build_plan(one, "[{'exit': 1, 'nodes': ['mobile']}]", &arena);
    cr_assert(plan.apps[0].exit == 0 && plan.apps[0].nodes[0] == 0);
}

Test(plan, an_application_that_is_not_named_is_refused) {
    fl_plan plan = build_plan(two, "[{'app': 'radar', 'exit': 1, 'nodes': ['edge']}]", &arena);
    cr_assert(plan.apps[0].exit == -1 && plan.apps[1].exit == 0);
    plan = build_plan(two, "[]", &arena);
    cr_assert(plan.n_apps == 2 && plan.apps[0].exit == -1 && plan.apps[1].exit == -1);
}

Test(plan, an_empty_table_of_lua_is_a_plan_that_serves_nobody) {
    fl_plan plan;
    const fl_value *empty = build_document(&arena, "{}");
    cr_assert(fl_plan_read(&plan, two, empty, FL_PLACE_LUA, &arena, &err) == FL_OK);
    cr_assert(plan.n_apps == 2 && plan.apps[0].exit == -1);
    cr_assert(fl_plan_read(&plan, two, empty, FL_PLACE_JSON, &arena, &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "/plan");
}

Test(plan, a_result_record_is_read_by_its_plan) {
    fl_plan plan = build_plan(one,
                              "{'status': 'optimal', 'energy': 1, 'plan':"
                              " [{'app': 'camera', 'exit': 1, 'nodes': ['mobile'], 'energy': 7}]}",
                              &arena);
    cr_assert(plan.apps[0].exit == 0);
}

Test(plan, a_bad_plan_is_refused_at_its_place) {
    static const refusal cases[] = {
        {NULL, "[{'exit': 1, 'nodes': ['edge']}]", "/0/app", "is missing"},
        {NULL, "[{'app': 'sonar', 'exit': 1, 'nodes': ['edge']}]", "/0/app",
         "no application is called \"sonar\""},
        {NULL, "[{'app': 1, 'exit': 1, 'nodes': ['edge']}]", "/0/app", "must be a string"},
        {NULL, "[{'app': 'radar', 'nodes': ['edge']}]", "/0/exit", "is missing"},
        {NULL, "[{'app': 'radar', 'exit': '1', 'nodes': ['edge']}]", "/0/exit", "must be a number"},
        {NULL, "[{'app': 'radar', 'exit': 0, 'nodes': ['edge']}]", "/0/exit", "from 1 to 1"},
        {NULL, "[{'app': 'radar', 'exit': 2, 'nodes': ['edge']}]", "/0/exit", "from 1 to 1"},
        {NULL, "[{'app': 'camera', 'exit': 1.5, 'nodes': ['edge']}]", "/0/exit", "whole number from 1 to 2"},
        {NULL, "[{'app': 'camera', 'exit': -1e300, 'nodes': ['edge']}]", "/0/exit",
         "whole number from 1 to 2"},
        {NULL, "[{'app': 'radar', 'exit': 1}]", "/0/nodes", "is missing"},
        {NULL, "[{'app': 'radar', 'exit': 1, 'nodes': 'edge'}]", "/0/nodes", "must be an array"},
        {NULL, "[{'app': 'radar', 'exit': 1, 'nodes': []}]", "/0/nodes", "has 0 nodes, but 1 blocks"},
        {NULL, "[{'app': 'radar', 'exit': 1, 'nodes': ['edge', 'edge']}]", "/0/nodes", "has 2 nodes"},
        {NULL, "[{'app': 'camera', 'exit': 2, 'nodes': ['edge', 'cloud']}]", "/0/nodes/1",
         "no node is called"},
        {NULL, "[{'app': 'camera', 'exit': 2, 'nodes': ['edge', 2]}]", "/0/nodes/1", "must be a node's name"},
        {NULL,
         "[{'app': 'radar', 'exit': 1, 'nodes': ['edge']}, {'app': 'radar', 'exit': 1, 'nodes': ['edge']}]",
         "/1", "\"radar\" is placed already"},
        {NULL, "[{'app': 'radar', 'exit': 1, 'nodes': ['edge'], 'cost': 1}]", "/0/cost", "is not a field"},
        {NULL, "[1]", "/0", "must be an object"},
        {NULL, "7", "/", "must be an array"},
        {NULL, "null", "/", "holds no plan"},
        {NULL, "{'status': 'unknown'}", "/plan", "is missing"},
        {NULL, "{'plan': null}", "/plan", "holds no plan"},
        {NULL, "{'plan': {'app': 'radar'}}", "/plan", "must be an array"},
        {NULL, "{'plan': [{'app': 'radar', 'exit': 9, 'nodes': []}]}", "/plan/0/exit", "from 1 to 1"},
        {NULL, NULL, NULL, NULL}};
    for (const refusal *bad = cases; bad->json != NULL; bad++) {
        const fl_value *document = build_document(&arena, bad->json);
        char lua[64];
        fl_plan plan;
        cr_assert(fl_plan_read(&plan, two, document, FL_PLACE_JSON, &arena, &err) == FL_EINVAL, "%s",
                  bad->json);
        cr_assert_str_eq(err.where, bad->where, "%s: at %s (%s)", bad->json, err.where, err.text);
        cr_assert_not_null(strstr(err.text, bad->words), "%s: %s", bad->json, err.text);
        cr_assert(plan.n_apps == 0);
        refuse_as_lua(lua, sizeof lua, bad->where);
        cr_assert(fl_plan_read(&plan, two, document, FL_PLACE_LUA, &arena, &err) == FL_EINVAL);
        cr_assert_str_eq(err.where, lua);
    }
}

/* Choices */

/** The camera with codings of its input and of b1, an optional first exit and a threshold. */
static fl_instance *build_choices(void) {
    fl_value *document = build_document(&arena, build_two_tiers);
    fl_instance *instance;
    build_put(&arena, document, "/apps/0/input_codings", "[{'name': 'jpeg', 'bits': 1}]");
    build_put(&arena, document, "/apps/0/blocks/0/codings",
              "[{'name': '8 bit', 'bits': 2}, {'name': '4 bit', 'bits': 1, 'loss': 0.5}]");
    build_put(&arena, document, "/apps/0/blocks/0/nodes", NULL);
    build_put(&arena, document, "/apps/0/exits/0/optional", "true");
    build_put(&arena, document, "/apps/0/thresholds",
              "[{'name': 'lax', 'shares': [0.5, 0], 'accuracies': [0.5, 0.5]}]");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s: %s", err.where,
              err.text);
    return instance;
}

Test(plan, codings_exits_that_are_off_and_a_threshold_are_read_and_written_where_they_are_used) {
    static const char chosen[] = "[{\"app\": \"camera\", \"exit\": 2, \"nodes\": [\"mobile\", \"edge\"], "
                                 "\"codings\": [\"\", \"4 bit\"], \"threshold\": \"lax\", \"off\": [1]}]";
    static const char plain[] = "[{'app': 'camera', 'exit': 2, 'nodes': ['mobile', 'edge'],"
                                " 'codings': ['', ''], 'off': []}]";
    fl_instance *instance = build_choices();
    const char *text;
    fl_plan plan = build_plan(instance, chosen, &arena);
    const fl_placement *at = &plan.apps[0];
    cr_assert(at->codings[0] == -1 && at->codings[1] == 1 && at->threshold == 0 && at->off[0] && !at->off[1]);
    cr_assert(fl_plan_coding(at, 1) == 1 && fl_plan_exits(at, &instance->apps[0]).threshold == 0);
    cr_assert(fl_json_print(&text, fl_plan_write(&plan, instance, &arena), 0, &arena, &err) == FL_OK);
    cr_assert_str_eq(text, chosen);
    plan = build_plan(instance, plain, &arena);
    at = &plan.apps[0];
    cr_assert(at->codings == NULL && at->off == NULL && at->threshold == -1);
    cr_assert(fl_json_print(&text, fl_plan_write(&plan, instance, &arena), 0, &arena, &err) == FL_OK);
    cr_assert_str_eq(text, "[{\"app\": \"camera\", \"exit\": 2, \"nodes\": [\"mobile\", \"edge\"]}]");
    fl_instance_free(instance);
}

Test(plan, bad_choices_are_refused_at_their_place) {
    static const char *const cases[][3] = {
        {"'codings': 3", "/0/codings", "must be an array"},
        {"'codings': ['']", "/0/codings", "has 1 codings, but 2 blocks"},
        {"'codings': ['', 3]", "/0/codings/1", "must be a coding's name"},
        {"'codings': ['', 'jpeg']", "/0/codings/1", "no coding called \"jpeg\""},
        {"'codings': ['jpeg', '']", "/0/codings/0", "nothing is sent here"},
        {"'off': 1", "/0/off", "must be an array"},
        {"'off': ['1']", "/0/off/0", "must be a number"},
        {"'off': [2]", "/0/off/0", "before the final one, 2, not 2"},
        {"'off': [0]", "/0/off/0", "before the final one"},
        {"'off': [1, 1]", "/0/off/1", "is there already"},
        {"'threshold': 1", "/0/threshold", "must be a string"},
        {"'threshold': 'strict'", "/0/threshold", "no threshold called \"strict\""}};
    fl_instance *instance = build_choices();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[128];
        fl_plan plan;
        snprintf(json, sizeof json, "[{'exit': 2, 'nodes': ['mobile', 'edge'], %s}]", cases[i][0]);
        const fl_value *document = build_document(&arena, json);
        cr_assert(fl_plan_read(&plan, instance, document, FL_PLACE_JSON, &arena, &err) == FL_EINVAL, "%s",
                  json);
        cr_assert_str_eq(err.where, cases[i][1], "%s: at %s (%s)", json, err.where, err.text);
        cr_assert_not_null(strstr(err.text, cases[i][2]), "%s: %s", json, err.text);
    }
    const fl_value *off = build_document(&arena, "[{'exit': 2, 'nodes': ['mobile', 'edge'], 'off': [1]}]");
    fl_plan plan;
    cr_assert(fl_plan_read(&plan, one, off, FL_PLACE_JSON, &arena, &err) == FL_EINVAL);
    cr_assert_str_eq(err.text, "exit 1 is not optional");
    fl_instance_free(instance);
}

Test(plan, a_builder_refuses_choices_that_are_none) {
    fl_instance *instance = build_choices();
    fl_plan plan;
    int nodes[] = {0, 1}, still[] = {0, 0};
    bool first[] = {true, false}, last[] = {false, true};
    const fl_placement bad[] = {{.exit = 1, .nodes = still, .codings = still, .threshold = -1},
                                {.exit = 1, .nodes = nodes, .codings = (int[]){-1, 2}, .threshold = -1},
                                {.exit = 1, .nodes = nodes, .off = last, .threshold = -1},
                                {.exit = 0, .nodes = nodes, .off = first, .threshold = -1}};
    cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
    for (int i = 0; i < 4; i++) {
        cr_assert(fl_plan_add_like(&plan, instance, 0, 1, &bad[i], &arena, &err) == FL_EINTERNAL, "%d", i);
        cr_assert(plan.apps[0].exit == -1);
    }
    fl_instance_free(instance);
}

Test(plan, a_coding_is_for_data_that_moves_between_the_very_blocks) {
    fl_value *document = build_document(&arena, build_two_tiers);
    fl_instance *instance;
    fl_plan plan;
    build_put(&arena, document, "/system/links/-", "{'from': 'edge', 'to': 'mobile', 'rate': 1e9}");
    build_put(&arena, document, "/apps/0/blocks",
              "[{'ops': 1}, {'ops': 1, 'codings': [{'name': 'half', 'bits': 1}]}, {'ops': 1}]");
    build_put(&arena, document, "/apps/0/exits", "[{'after': 3, 'accuracy': 1}]");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    for (int k = 0; k < 8; k++) {
        int nodes[] = {k & 1, k >> 1 & 1, k >> 2};
        const fl_placement like = {.exit = 0, .nodes = nodes, .codings = (int[]){-1, -1, 0}, .threshold = -1};
        cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
        fl_status status = fl_plan_add_like(&plan, instance, 0, 1, &like, &arena, &err);
        cr_assert((status == FL_OK) == (nodes[1] != nodes[2]), "nodes %d %d %d", nodes[0], nodes[1],
                  nodes[2]);
    }
    fl_instance_free(instance);
}

Test(plan, users_who_choose_otherwise_are_another_placement) {
    fl_instance *instance = build_choices();
    fl_plan plan;
    int nodes[] = {0, 1}, coded[] = {-1, 0}, uncoded[] = {-1, -1};
    bool off[] = {true, false}, none[] = {false, false};
    const fl_placement ways[] = {
        {.exit = 1, .nodes = nodes, .threshold = -1},
        {.exit = 1, .nodes = nodes, .threshold = 0},
        {.exit = 1, .nodes = nodes, .threshold = -1, .codings = coded},
        {.exit = 1, .nodes = nodes, .threshold = -1, .off = off},
        {.exit = 1, .nodes = nodes, .threshold = -1, .off = none, .codings = uncoded}};
    cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
    for (int i = 0; i < 5; i++) {
        cr_assert(fl_plan_add_like(&plan, instance, 0, 1, &ways[i], &arena, &err) == FL_OK, "%s", err.text);
    }
    cr_assert(fl_plan_size(&plan) == 4 && plan.apps[0].count == 2, "the last is as the first");
    fl_instance_free(instance);
}

/* Users */

/** A camera of three users, with slices of the edge. */
static fl_instance *build_users(void) {
    fl_value *document = build_document(&arena, build_two_tiers);
    fl_instance *instance;
    build_put(&arena, document, "/apps/0/count", "3");
    build_put(&arena, document, "/apps/0/slices", "{'edge': [0.25, 0.5]}");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    return instance;
}

Test(plan, users_placed_alike_are_one_placement) {
    fl_instance *users = build_users();
    fl_plan plan;
    const int split[] = {0, 1}, local[] = {0, 0}, low = 0, high = 1;
    cr_assert(fl_plan_create(&plan, users, &arena, &err) == FL_OK && fl_plan_size(&plan) == 1);
    cr_assert(fl_plan_add(&plan, users, 0, 1, 1, split, &low, &arena, &err) == FL_OK);
    cr_assert(fl_plan_add(&plan, users, 0, 1, 1, split, &high, &arena, &err) == FL_OK);
    cr_assert(fl_plan_add(&plan, users, 0, 1, 1, split, &low, &arena, &err) == FL_OK);
    cr_assert(fl_plan_size(&plan) == 2 && fl_plan_served(&plan, 0) == 3);
    cr_assert(plan.apps[0].count == 2 && plan.apps[0].levels[0] == 0);
    cr_assert(plan.apps[0].more->count == 1 && plan.apps[0].more->levels[0] == 1);
    cr_assert(fl_plan_create(&plan, users, &arena, &err) == FL_OK);
    cr_assert(fl_plan_add(&plan, users, 0, 1, 1, local, &high, &arena, &err) == FL_OK);
    cr_assert(plan.apps[0].levels[0] == -1, "no level of a node that is not used");
    cr_assert(fl_plan_add(&plan, users, 0, 1, 1, local, &low, &arena, &err) == FL_OK);
    cr_assert(fl_plan_size(&plan) == 1 && plan.apps[0].count == 2);
    cr_assert(fl_plan_place(&plan, users, 0, 1, split, &arena, &err) == FL_OK);
    cr_assert(plan.apps[0].count == 3 && plan.apps[0].levels[0] == 1, "the largest level");
    fl_instance_free(users);
}

Test(plan, counts_and_shares_are_read_and_written) {
    static const char text[] = "[{'app': 'camera', 'count': 2, 'exit': 2, 'nodes': ['mobile', 'edge'],"
                               " 'shares': {'edge': 0.25}}, {'app': 'camera', 'count': 1, 'exit': 1,"
                               " 'nodes': ['mobile'], 'shares': {}}]";
    const char *written, *wanted;
    fl_instance *users = build_users();
    fl_plan plan = build_plan(users, text, &arena);
    cr_assert(plan.apps[0].count == 2 && plan.apps[0].levels[0] == 0 && plan.apps[0].more->levels[0] == -1);
    cr_assert(fl_json_print(&written, fl_plan_write(&plan, users, &arena), 0, &arena, &err) == FL_OK);
    cr_assert(fl_json_print(&wanted, build_document(&arena, text), 0, &arena, &err) == FL_OK);
    cr_assert_str_eq(written, wanted);
    plan = build_plan(users, "[{'exit': 2, 'nodes': ['mobile', 'edge']}]", &arena);
    cr_assert(plan.apps[0].count == 3 && plan.apps[0].levels[0] == 1, "all users, the largest level");
    plan = build_plan(users, "[{'exit': 2, 'nodes': ['mobile', 'edge'], 'count': 2}]", &arena);
    cr_assert(fl_plan_served(&plan, 0) == 2, "the third is refused");
    fl_instance_free(users);
}

Test(plan, bad_counts_and_shares_are_refused_at_their_place) {
    static const refusal cases[] = {
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'count': 0}]", "/0/count", "at least 1"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'count': 1.5}]", "/0/count", "whole number"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'count': '1'}]", "/0/count", "must be a number"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'count': 4}]", "/0/count",
         "places 4 users where 3 of 3 are left"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'count': 1e300}]", "/0/count", "where 3 of 3 are left"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'count': 2}, {'exit': 1, 'nodes': ['edge'], 'count': 2}]",
         "/1/count", "places 2 users where 1 of 3 are left"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'count': 2}, {'exit': 1, 'nodes': ['edge']}]", "/1",
         "is placed already"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'shares': 0.5}]", "/0/shares", "object of levels"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'shares': [0.5]}]", "/0/shares", "object of levels"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'shares': {'cloud': 0.5}}]", "/0/shares/cloud",
         "no node is called"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'shares': {'mobile': 0.5}}]", "/0/shares/mobile",
         "\"camera\" has no slices"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'shares': {'edge': 'half'}}]", "/0/shares/edge",
         "must be a number"},
        {NULL, "[{'exit': 1, 'nodes': ['mobile'], 'shares': {'edge': 0.3}}]", "/0/shares/edge",
         "0.29999999999999999 is not one of the levels"},
        {NULL, NULL, NULL, NULL}};
    fl_instance *users = build_users();
    for (const refusal *bad = cases; bad->json != NULL; bad++) {
        fl_plan plan;
        const fl_value *document = build_document(&arena, bad->json);
        cr_assert(fl_plan_read(&plan, users, document, FL_PLACE_JSON, &arena, &err) == FL_EINVAL, "%s",
                  bad->json);
        cr_assert_str_eq(err.where, bad->where, "%s: at %s (%s)", bad->json, err.where, err.text);
        cr_assert_not_null(strstr(err.text, bad->words), "%s: %s", bad->json, err.text);
        cr_assert(plan.n_apps == 0);
    }
    fl_instance_free(users);
}

Test(plan, what_is_written_is_read_as_the_same_plan) {
    const char *text;
    fl_plan plan = build_plan(two, "[{'app': 'camera', 'exit': 2, 'nodes': ['mobile', 'edge']}]", &arena),
            again;
    fl_value *document = fl_plan_write(&plan, two, &arena);
    cr_assert(fl_json_print(&text, document, 0, &arena, &err) == FL_OK);
    cr_assert_str_eq(text, "[{\"app\": \"camera\", \"exit\": 2, \"nodes\": [\"mobile\", \"edge\"]}]");
    cr_assert(fl_plan_read(&again, two, document, FL_PLACE_JSON, &arena, &err) == FL_OK);
    cr_assert(again.apps[0].exit == 1 && again.apps[0].nodes[0] == 0 && again.apps[0].nodes[1] == 1);
    cr_assert(again.apps[1].exit == -1);
}

Test(plan, without_memory_there_is_no_plan) {
    fl_arena none;
    fl_plan plan;
    fl_arena_init(&none, 1);
    cr_assert(fl_plan_create(&plan, two, &none, &err) == FL_ENOMEM);
    cr_assert(plan.n_apps == 0);
    plan = build_plan(one, "[{'exit': 1, 'nodes': ['mobile']}]", &arena);
    cr_assert_null(fl_plan_write(&plan, one, &none));
}
