/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate.h"
#include "core/instance.h"
#include "core/json.h"
#include "tests/support/build.h"
#include "tests/support/refuse.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An instance that uses every field of the format. */
static const char full[] =
    "{'schema': 'finlab/1', 'name': 'full', 'admission': true, 'system': {"
    " 'nodes': [{'name': 'mobile', 'tier': 0, 'speed': 1e10, 'power': 6, 'tx_energy': 3e-8, 'rx_energy': "
    "2e-8,"
    "            'capacity': 1e12, 'memory': 1e9, 'deviation': 0.25},"
    "           {'name': 'edge', 'tier': 1, 'speed': 1.5e11, 'power': 140},"
    "           {'name': 'edge2', 'tier': 1, 'speed': 1.5e11, 'power': 140},"
    "           {'name': 'cloud', 'tier': 2, 'speed': 3e11, 'power': 400}],"
    " 'links': [{'from': 'mobile', 'to': 'edge', 'rate': 1e9, 'delay': 1e-4, 'energy': 1e-9, 'capacity': "
    "5e8, 'deviation': 0.5},"
    "           {'from_tier': 1, 'to_tier': 2, 'rate': 1e10, 'delay': 1e-5, 'energy': 1e-10, 'capacity': "
    "6e8},"
    "           {'from_tier': 0, 'to_tier': 1, 'rate': 2e9}]},"
    " 'apps': [{'name': 'camera', 'source': 'mobile', 'input_bits': 1e5, 'rate': 10, 'deadline': 0.004,"
    "  'accuracy': 0.5, 'latency': 'mean', 'count': 2,"
    "  'blocks': [{'name': 'b1', 'ops': 2e7, 'out_bits': 1e6, 'memory': 1e6, 'nodes': ['mobile', 'edge']},"
    "             {'name': 'b2', 'ops': 3e7, 'time': {'edge': 1e-4, 'cloud': 2e-4}, 'energy': {'cloud': "
    "0.01}}],"
    "  'exits': [{'after': 1, 'accuracy': 0.56, 'share': 0.4, 'ops': 1e5},"
    "            {'after': 2, 'accuracy': 0.86, 'share': 0.6, 'ops': 2e5}],"
    "  'slices': {'edge': [0.25, 0.5]}},"
    " {'name': 'radar', 'source': 'edge', 'deadline': 1, 'latency': 'quantile', 'quantile': 0.75, "
    "'deviations': 1.5, 'blocks': "
    "[{'name': 'only', 'ops': 1}],"
    "  'exits': [{'after': 1, 'accuracy': 0.9}]}]}";

/* One that offers everything a plan may choose, and costs of runs. */
static const char grown[] =
    "{'system': {'nodes': [{'name': 'mobile', 'speed': 1e10, 'power': 6},"
    "                      {'name': 'edge', 'speed': 1e11, 'power': 100}],"
    "            'links': [{'from': 'mobile', 'to': 'edge', 'rate': 1e9}]},"
    " 'apps': [{'name': 'camera', 'source': 'mobile', 'deadline': 1, 'input_bits': 1e6,"
    "  'input_codings': [{'name': 'jpeg', 'bits': 1e5, 'loss': 0.01}],"
    "  'input_pack': {'mobile': 1e-3}, 'input_unpack': {'mobile': 2e-3, 'edge': 3e-3},"
    "  'blocks': [{'ops': 1e7, 'out_bits': 1e6, 'codings': [{'name': '8 bit', 'bits': 2.5e5, 'loss': 0.02},"
    "                                                      {'name': 'zip', 'bits': 7e5}],"
    "              'pack': {'mobile': 4e-3}, 'unpack': {'edge': 5e-3}},"
    "             {'ops': 2e7}, {'ops': 3e7}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.25, 'optional': true}, {'after': 3, 'accuracy': "
    "0.8}],"
    "  'thresholds': [{'name': 'strict', 'shares': [0.125, 0], 'accuracies': [0.625, 0.75]},"
    "                 {'name': 'lax', 'shares': [0.5, 0], 'accuracies': [0.375, 0.75]}],"
    "  'segments': {'edge': [{'first': 2, 'last': 3, 'time': 4e-4}, {'first': 1, 'last': 1, 'time': 1e-4},"
    "                        {'first': 2, 'last': 2, 'time': 2e-4}, {'first': 1, 'last': 3, 'time': 6e-4}],"
    "               'mobile': []}}]}";

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(instance_format, .init = start, .fini = stop);

/* Reading */

Test(instance_format, every_field_is_read) {
    fl_instance *instance = build_instance(full);
    const fl_node *node = &instance->system.nodes[0];
    cr_assert_str_eq(instance->name, "full");
    cr_assert(instance->admission && instance->system.n_nodes == 4 && instance->n_apps == 2);
    cr_assert_str_eq(node->name, "mobile");
    cr_assert(node->tier == 0 && node->speed == 1e10 && node->power == 6 && node->tx_energy == 3e-8);
    cr_assert(node->rx_energy == 2e-8 && node->capacity == 1e12 && node->memory == 1e9);
    cr_assert(instance->system.nodes[3].tier == 2);
    const fl_link *link = fl_instance_link(instance, 0, 1);
    cr_assert(link->rate == 1e9 && link->delay == 1e-4 && link->energy == 1e-9 && link->capacity == 5e8);
    link = fl_instance_link(instance, 1, 3);
    cr_assert(link->rate == 1e10 && link->delay == 1e-5 && link->energy == 1e-10 && link->capacity == 6e8);
    const fl_app *app = &instance->apps[0];
    cr_assert_str_eq(app->name, "camera");
    cr_assert(app->source == 0 && app->input_bits == 1e5 && app->rate == 10 && app->deadline == 0.004);
    cr_assert(app->accuracy == 0.5 && app->latency == FL_LATENCY_MEAN && app->count == 2);
    const fl_block *block = &app->blocks[0];
    cr_assert_str_eq(block->name, "b1");
    cr_assert(block->ops == 2e7 && block->out_bits == 1e6 && block->memory == 1e6 && block->n_allowed == 2);
    cr_assert(fl_block_allows(block, 0) && fl_block_allows(block, 1) && !fl_block_allows(block, 3));
    block = &app->blocks[1];
    cr_assert(fl_block_measured(block, 1)->time == 1e-4 && fl_block_measured(block, 1)->energy < 0);
    cr_assert(fl_block_measured(block, 3)->time == 2e-4 && fl_block_measured(block, 3)->energy == 0.01);
    const fl_exit *exit = &app->exits[1];
    cr_assert(exit->after == 2 && exit->accuracy == 0.86 && exit->share == 0.6 && exit->ops == 2e5);
    cr_assert(instance->apps[1].latency == FL_LATENCY_QUANTILE && instance->apps[1].quantile == 0.75);
    cr_assert(instance->apps[1].deviations == 1.5 && node->deviation == 0.25);
    cr_assert(fl_instance_link(instance, 0, 1)->deviation == 0.5);
    cr_assert(app->n_slices == 1 && app->slices[0].node == 1 && app->slices[0].n_levels == 2);
    cr_assert(app->slices[0].levels[0] == 0.25 && app->slices[0].levels[1] == 0.5);
    fl_instance_free(instance);
}

Test(instance_format, fields_left_out_have_their_defaults) {
    fl_instance *instance = build_instance(
        "{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'n', 'speed': 1, 'power': 0},"
        " {'name': 'm', 'speed': 1, 'power': 0}], 'links': [{'from': 'n', 'to': 'm', 'rate': 1}]},"
        " 'apps': [{'source': 'n', 'deadline': 1, 'blocks': [{'ops': 0}, {'ops': 0}],"
        "           'exits': [{'after': 2, 'accuracy': 0}]}]}");
    const fl_node *node = &instance->system.nodes[0];
    cr_assert_str_eq(instance->name, "");
    cr_assert(!instance->admission);
    cr_assert(node->tier == 0 && node->tx_energy == 0 && node->rx_energy == 0);
    cr_assert(isinf(node->capacity) && isinf(node->memory));
    const fl_link *link = fl_instance_link(instance, 0, 1);
    cr_assert(link->delay == 0 && link->energy == 0 && isinf(link->capacity));
    const fl_app *app = &instance->apps[0];
    cr_assert_str_eq(app->name, "app1");
    cr_assert(app->input_bits == 0 && app->accuracy == 0 && app->rate == 1 && app->count == 1);
    cr_assert(app->latency == FL_LATENCY_WORST && app->quantile == 0 && app->n_slices == 0);
    cr_assert_str_eq(app->blocks[1].name, "b2");
    cr_assert(app->blocks[0].out_bits == 0 && app->blocks[0].memory == 0 && app->blocks[0].n_allowed == -1);
    cr_assert(app->blocks[0].n_measured == 0 && app->exits[0].share == 0 && app->exits[0].ops == 0);
    cr_assert(instance->features == 0);
    fl_instance_free(instance);
}

/* Refusals that hold for every value of the document alike */

/** Call `spoil` with every value of the document: its place, and the pointer that holds it. */
static void walk(fl_value *document, fl_value **at, const char *place,
                 void (*spoil)(fl_value *document, fl_value **at, const char *place)) {
    spoil(document, at, place);
    int i = 0;
    for (fl_value **item = &(*at)->first; *item != NULL; item = &(*item)->next, i++) {
        char deeper[256];
        const char *root = strcmp(place, "/") == 0 ? "" : place;
        if ((*item)->key != NULL) {
            snprintf(deeper, sizeof deeper, "%s/%s", root, (*item)->key);
        } else {
            snprintf(deeper, sizeof deeper, "%s/%d", root, i);
        }
        walk(document, item, deeper, spoil);
    }
}

static int n_spoilt;

/** In place of the value: one of every other kind. */
static void spoil_type(fl_value *document, fl_value **at, const char *place) {
    static const char *const others[] = {"null", "true", "1.25", "'text'", "['text', 1]", "{'member': 1}"};
    fl_value *old = *at;
    for (int kind = FL_NULL; kind <= FL_OBJECT; kind++) {
        if (kind == (int)old->kind) continue;
        fl_value *other = build_document(&arena, others[kind]);
        other->key = old->key;
        other->next = old->next;
        *at = other;
        refuse_document(old == document ? other : document, place, "must be");
        *at = old;
        n_spoilt++;
    }
}

Test(instance_format, a_wrong_type_is_refused_at_every_field) {
    fl_value *document = build_document(&arena, full);
    walk(document, &document, "/", spoil_type);
    cr_assert(n_spoilt > 400, "%d values of wrong types tried", n_spoilt);
}

/** Whether the keys of this object are fields, and not names of nodes. */
static bool has_fields(const char *place) {
    const char *last = strrchr(place, '/') + 1;
    return strcmp(last, "time") != 0 && strcmp(last, "energy") != 0 && strcmp(last, "slices") != 0;
}

/** A member too many in every object. */
static void spoil_member(fl_value *document, fl_value **at, const char *place) {
    if ((*at)->kind != FL_OBJECT) return;
    char where[256];
    snprintf(where, sizeof where, "%s/unheard", strcmp(place, "/") == 0 ? "" : place);
    fl_value *old = (*at)->last;
    fl_value_add(&arena, *at, "unheard", build_document(&arena, "1"));
    refuse_document(document, where, has_fields(place) ? "is not a field" : "no node is called \"unheard\"");
    old->next = NULL;
    (*at)->last = old;
    (*at)->n_items--;
    n_spoilt++;
}

Test(instance_format, an_unknown_field_is_refused_at_every_level) {
    fl_value *document = build_document(&arena, full);
    walk(document, &document, "/", spoil_member);
    cr_assert(n_spoilt == 20, "%d objects", n_spoilt);
}

Test(instance_format, a_missing_field_is_refused_where_it_should_be) {
    static const refusal refusals[] = {{"/system", NULL, NULL, "is missing"},
                                       {"/apps", NULL, NULL, "is missing"},
                                       {"/system/nodes", NULL, NULL, "is missing"},
                                       {"/system/nodes/1/name", NULL, NULL, "is missing"},
                                       {"/system/nodes/1/speed", NULL, NULL, "is missing"},
                                       {"/system/nodes/1/power", NULL, NULL, "is missing"},
                                       {"/system/links/0/from", NULL, NULL, "is missing"},
                                       {"/system/links/0/to", NULL, NULL, "is missing"},
                                       {"/system/links/0/rate", NULL, NULL, "is missing"},
                                       {"/system/links/1/from_tier", NULL, NULL, "is missing"},
                                       {"/system/links/1/to_tier", NULL, NULL, "is missing"},
                                       {"/system/links/1/rate", NULL, NULL, "is missing"},
                                       {"/apps/0/source", NULL, NULL, "is missing"},
                                       {"/apps/0/deadline", NULL, NULL, "is missing"},
                                       {"/apps/0/blocks", NULL, NULL, "is missing"},
                                       {"/apps/0/blocks/1/ops", NULL, NULL, "is missing"},
                                       {"/apps/0/exits", NULL, NULL, "is missing"},
                                       {"/apps/0/exits/0/after", NULL, NULL, "is missing"},
                                       {"/apps/1/exits/0/accuracy", NULL, NULL, "is missing"},
                                       {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, a_schema_that_is_named_must_be_known) {
    static const refusal refusals[] = {
        {"/schema", "'finlab/2'", NULL, "must be \"finlab/1\", not \"finlab/2\""}, {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
    fl_instance_free(build_variant(full, "/schema", NULL));
}

Test(instance_format, an_empty_table_of_lua_may_be_an_array_or_an_object) {
    fl_error err;
    fl_instance *instance;
    fl_value *document = build_document(&arena, full);
    build_put(&arena, document, "/apps/0/slices", "[]");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_LUA, &err) == FL_OK, "%s: %s", err.where,
              err.text);
    fl_instance_free(instance);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "/apps/0/slices");
}

/* Refusals of single values */

/** Every number of the format and the least it may be. */
static const struct number {
    const char *pointer;
    bool zero;  /* 0 is allowed */
    bool share; /* nothing above 1 is */
    bool integer;
} numbers[] = {{"/system/nodes/2/tier", true, false, true},
               {"/system/nodes/0/speed", false, false, false},
               {"/system/nodes/0/power", true, false, false},
               {"/system/nodes/0/tx_energy", true, false, false},
               {"/system/nodes/0/rx_energy", true, false, false},
               {"/system/nodes/0/capacity", false, false, false},
               {"/system/nodes/0/memory", false, false, false},
               {"/system/nodes/0/deviation", true, false, false},
               {"/system/links/0/rate", false, false, false},
               {"/system/links/0/delay", true, false, false},
               {"/system/links/0/energy", true, false, false},
               {"/system/links/0/capacity", false, false, false},
               {"/system/links/0/deviation", true, false, false},
               {"/system/links/1/deviation", true, false, false},
               {"/system/links/1/rate", false, false, false},
               {"/system/links/1/delay", true, false, false},
               {"/system/links/1/energy", true, false, false},
               {"/system/links/1/capacity", false, false, false},
               {"/apps/0/input_bits", true, false, false},
               {"/apps/0/rate", false, false, false},
               {"/apps/0/deadline", false, false, false},
               {"/apps/0/accuracy", true, true, false},
               {"/apps/1/quantile", false, true, false},
               {"/apps/1/deviations", true, false, false},
               {"/apps/0/count", false, false, true},
               {"/apps/0/blocks/0/ops", true, false, false},
               {"/apps/0/blocks/0/out_bits", true, false, false},
               {"/apps/0/blocks/0/memory", true, false, false},
               {"/apps/0/blocks/1/time/edge", true, false, false},
               {"/apps/0/blocks/1/energy/cloud", true, false, false},
               {"/apps/0/exits/0/after", false, false, true},
               {"/apps/0/exits/0/accuracy", true, true, false},
               {"/apps/0/exits/0/share", true, true, false},
               {"/apps/0/exits/0/ops", true, false, false},
               {"/apps/0/slices/edge/0", false, true, false}};

/** `value` at the place of each number for which `wanted` holds is refused there. */
static void refuse_numbers(const char *value, bool (*wanted)(const struct number *), const char *words) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!wanted(&numbers[i])) continue;
        refuse_all(full, (refusal[]){{numbers[i].pointer, value, NULL, words}, {NULL, NULL, NULL, NULL}});
    }
}

/** `value` at the place of each number for which `wanted` holds is accepted. */
static void accept_numbers(const char *value, bool (*wanted)(const struct number *)) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (wanted(&numbers[i])) fl_instance_free(build_variant(full, numbers[i].pointer, value));
    }
}

static bool any(const struct number *number) {
    return number->pointer != NULL;
}

static bool must_be_positive(const struct number *number) {
    return !number->zero;
}

static bool may_be_zero(const struct number *number) {
    return number->zero;
}

static bool is_share(const struct number *number) {
    return number->share;
}

static bool is_integer(const struct number *number) {
    return number->integer;
}

Test(instance_format, a_negative_number_is_refused_everywhere) {
    refuse_numbers("-1", any, "must");
}

Test(instance_format, the_smallest_negative_number_is_refused_too) {
    refuse_numbers("-1e-300", any, "must");
}

Test(instance_format, zero_is_refused_where_a_number_must_be_positive) {
    refuse_numbers("0", must_be_positive, "must be");
}

Test(instance_format, zero_is_accepted_where_it_makes_sense) {
    accept_numbers("0", may_be_zero);
}

Test(instance_format, a_share_over_one_is_refused) {
    refuse_numbers("1.0001", is_share, "1");
}

Test(instance_format, a_number_that_is_not_whole_is_refused_as_an_integer) {
    refuse_numbers("1.5", is_integer, "must be a whole number");
    refuse_numbers("1e10", is_integer, "must be at most 2147483647");
}

Test(instance_format, an_integer_may_be_written_as_a_real) {
    fl_instance *instance = build_variant(full, "/apps/0/count", "3.0");
    cr_assert(instance->apps[0].count == 3);
    fl_instance_free(instance);
    instance = build_variant(full, "/apps/0/count", "2147483647");
    cr_assert(instance->apps[0].count == 2147483647, "the largest there is");
    fl_instance_free(instance);
}

Test(instance_format, names_must_be_known) {
    static const refusal refusals[] = {
        {"/apps/0/source", "'nobody'", NULL, "no node is called \"nobody\""},
        {"/system/links/0/from", "'nobody'", NULL, "no node is called \"nobody\""},
        {"/system/links/0/to", "'nobody'", NULL, "no node is called \"nobody\""},
        {"/system/links/1/from_tier", "-1", NULL, "must not be negative"},
        {"/system/links/1/to_tier", "3000000000", NULL, "must be at most"},
        {"/apps/0/blocks/0/nodes/1", "'nobody'", NULL, "no node is called \"nobody\""},
        {"/apps/0/blocks/0/time", "{'nobody': 1}", "/apps/0/blocks/0/time/nobody", "no node is called"},
        {"/apps/0/blocks/0/energy", "{'nobody': 1}", "/apps/0/blocks/0/energy/nobody", "no node is called"},
        {"/apps/0/slices", "{'nobody': [1]}", "/apps/0/slices/nobody", "no node is called"},
        {"/apps/0/latency", "'median'", NULL, "must be \"worst\", \"mean\" or \"quantile\", not \"median\""},
        {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, a_quantile_goes_with_its_latency_rule) {
    static const refusal refusals[] = {
        {"/apps/1/quantile", "0", NULL, "must be above 0"},
        {"/apps/1/quantile", "1.5", NULL, "must be between 0 and 1"},
        {"/apps/1/quantile", NULL, NULL, "must be above 0"},
        {"/apps/1/latency", "'worst'", "/apps/1/quantile", "is for the latency rule \"quantile\" only"},
        {"/apps/0/quantile", "0.5", NULL, "is for the latency rule \"quantile\" only"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, names_must_be_unique) {
    static const refusal refusals[] = {
        {"/system/nodes/2/name", "'edge'", NULL, "a node called \"edge\" is there already"},
        {"/apps/1/name", "'camera'", NULL, "\"camera\" is there already"},
        {"/apps/0/blocks/1/name", "'b1'", NULL, "\"b1\" is there already"},
        {"/apps/0/blocks/0/nodes/1", "'mobile'", NULL, "\"mobile\" is there already"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, a_node_must_have_a_name) {
    static const refusal refusals[] = {{"/system/nodes/2/name", "''", NULL, "must not be empty"},
                                       {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, links_join_two_different_ends_once) {
    static const refusal refusals[] = {
        {"/system/links/0/to", "'mobile'", "/system/links/0", "joins a node to itself"},
        {"/system/links/-", "{'from': 'mobile', 'to': 'edge', 'rate': 1}", "/system/links/3",
         "a link from \"mobile\" to \"edge\" is there already"},
        {"/system/links/-", "{'from_tier': 1, 'to_tier': 2, 'rate': 1}", "/system/links/3",
         "a link from tier 1 to tier 2 is there already"},
        {"/system/links/0/to_tier", "1", "/system/links/0", "not a node and a tier"},
        {"/system/links/1/from", "'edge'", "/system/links/1", "not a node and a tier"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, a_link_back_is_another_link) {
    fl_instance *instance =
        build_variant(full, "/system/links/-", "{'from': 'edge', 'to': 'mobile', 'rate': 7}");
    cr_assert(fl_instance_link(instance, 1, 0)->rate == 7 && fl_instance_link(instance, 0, 1)->rate == 1e9);
    fl_instance_free(instance);
}

Test(instance_format, empty_lists_are_refused_where_something_is_needed) {
    static const refusal refusals[] = {{"/apps", "[]", NULL, "needs at least one application"},
                                       {"/apps/0/blocks", "[]", NULL, "needs at least one block"},
                                       {"/apps/0/exits", "[]", NULL, "needs at least one exit"},
                                       {"/apps/0/slices/edge", "[]", NULL, "needs at least one level"},
                                       {NULL, NULL, NULL, NULL}};
    fl_value *document = build_document(&arena, full);
    build_put(&arena, document, "/system/links", "[]");
    build_put(&arena, document, "/system/nodes", "[]");
    refuse_all(full, refusals);
    refuse_document(document, "/system/nodes", "needs at least one node");
}

Test(instance_format, exits_are_in_order_and_within_the_blocks) {
    static const refusal refusals[] = {
        {"/apps/0/exits/1/after", "3", NULL, "there are only 2 blocks"},
        {"/apps/0/exits/0/after", "2", "/apps/0/exits/1/after", "must be in order"},
        {"/apps/0/exits/1/after", "1", NULL, "must be in order"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, shares_sum_to_one_at_most) {
    static const refusal refusals[] = {{"/apps/0/exits/0/share", "0.5", "/apps/0/exits/1/share", "over 1"},
                                       {"/apps/0/exits/1/share", "0.60000001", NULL, "over 1"},
                                       {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
    fl_instance_free(build_variant(full, "/apps/0/exits/1/share", "0.6000000009"));
}

Test(instance_format, a_level_of_a_slice_is_given_once) {
    static const refusal refusals[] = {{"/apps/0/slices/edge/1", "0.25", NULL, "is there already"},
                                       {"/apps/0/slices/edge/-", "2", "/apps/0/slices/edge/2", "at most 1"},
                                       {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

Test(instance_format, numbers_so_large_that_costs_could_overflow_are_refused) {
    static const refusal refusals[] = {
        {"/apps/0/blocks/0/ops", "1e308", "/apps/0/blocks/0", "too extreme"},
        {"/apps/1/blocks/0", "{'ops': 1e308, 'time': {'edge': 1e308}}", NULL, "too extreme"},
        {"/system/nodes/0/speed", "1e-308", "/apps/0/blocks/0", "too extreme"},
        {"/apps/0/rate", "1e308", "/apps/0/blocks/0", "too extreme"},
        {"/system/links/0/rate", "1e-308", "/apps/0/blocks/0", "too extreme"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(full, refusals);
}

/* Files */

static fl_status load_text(const char *text, fl_error *err) {
    char path[] = "/tmp/finlab-instance-XXXXXX";
    fl_instance *instance;
    int file = mkstemp(path);
    cr_assert(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    fl_status status = fl_instance_load(&instance, path, err);
    unlink(path);
    fl_instance_free(instance);
    return status;
}

Test(instance_format, a_broken_file_is_refused_with_line_and_column) {
    fl_error err;
    cr_assert(load_text("{\"schema\": \"finlab/1\",\n  \"system\": oops}", &err) == FL_EINVAL);
    cr_assert(err.line == 2 && err.column > 0, "line %d, column %d", err.line, err.column);
    cr_assert_not_null(strstr(err.text, "line 2, column"));
}

Test(instance_format, a_sound_file_of_another_kind_is_refused_at_its_place) {
    fl_error err;
    cr_assert(load_text("[1, 2]", &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "/");
    cr_assert(load_text("{}", &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "/system");
    cr_assert(load_text("17", &err) == FL_EINVAL);
    cr_assert(load_text("", &err) == FL_EINVAL && err.line == 1);
}

Test(instance_format, a_file_with_duplicate_keys_or_huge_numbers_is_refused) {
    fl_error err;
    cr_assert(load_text("{\"name\": \"a\", \"name\": \"a\"}", &err) == FL_EINVAL);
    cr_assert_not_null(strstr(err.text, "duplicate"));
    cr_assert(load_text("{\"schema\": 1e999}", &err) == FL_EINVAL && err.line == 1);
}

Test(instance_format, a_missing_file_or_a_directory_is_an_io_error) {
    fl_error err;
    fl_instance *instance;
    cr_assert(fl_instance_load(&instance, "/no/such/file", &err) == FL_EIO);
    cr_assert_str_eq(err.where, "/no/such/file");
    cr_assert_null(instance);
    cr_assert(fl_instance_load(&instance, "/tmp", &err) == FL_EIO);
    cr_assert_not_null(strstr(err.text, "directory"));
}

Test(instance_format, saving_where_it_cannot_be_is_an_io_error) {
    fl_error err;
    fl_instance *instance = build_instance(full);
    cr_assert(fl_instance_save(instance, "/no/such/folder/file", &err) == FL_EIO);
    cr_assert(fl_instance_save(instance, "/dev/full", &err) == FL_EIO);
    fl_instance_free(instance);
}

/* Writing */

static void assert_same_link(const fl_link *a, const fl_link *b) {
    cr_assert((a == NULL) == (b == NULL));
    if (a == NULL) return;
    cr_assert(a->rate == b->rate && a->delay == b->delay && a->energy == b->energy &&
              a->capacity == b->capacity && a->deviation == b->deviation);
}

static void assert_same_system(const fl_instance *a, const fl_instance *b) {
    cr_assert(a->system.n_nodes == b->system.n_nodes);
    for (int n = 0; n < a->system.n_nodes; n++) {
        const fl_node *one = &a->system.nodes[n], *two = &b->system.nodes[n];
        cr_assert_str_eq(one->name, two->name);
        cr_assert(one->tier == two->tier && one->speed == two->speed && one->power == two->power);
        cr_assert(one->tx_energy == two->tx_energy && one->rx_energy == two->rx_energy);
        cr_assert(one->capacity == two->capacity && one->memory == two->memory &&
                  one->deviation == two->deviation);
        for (int m = 0; m < a->system.n_nodes; m++) {
            assert_same_link(fl_instance_link(a, n, m), fl_instance_link(b, n, m));
        }
    }
}

static void assert_same_codings(const fl_coding *one, const fl_coding *two, int n) {
    for (int i = 0; i < n; i++) {
        cr_assert_str_eq(one[i].name, two[i].name);
        cr_assert(one[i].bits == two[i].bits && one[i].loss == two[i].loss);
    }
}

static void assert_same_serial(const fl_serial *one, const fl_serial *two, int n) {
    for (int i = 0; i < n; i++) {
        cr_assert(one[i].node == two[i].node && one[i].pack == two[i].pack && one[i].unpack == two[i].unpack);
    }
}

static void assert_same_choices(const fl_app *one, const fl_app *two) {
    cr_assert(one->n_input_codings == two->n_input_codings && one->n_input_serial == two->n_input_serial);
    assert_same_codings(one->input_codings, two->input_codings, one->n_input_codings);
    assert_same_serial(one->input_serial, two->input_serial, one->n_input_serial);
    cr_assert(one->n_thresholds == two->n_thresholds && one->n_segments == two->n_segments);
    for (int t = 0; t < one->n_thresholds; t++) {
        const fl_threshold *t1 = &one->thresholds[t], *t2 = &two->thresholds[t];
        size_t size = (size_t)one->n_exits * sizeof(double);
        cr_assert_str_eq(t1->name, t2->name);
        cr_assert(memcmp(t1->shares, t2->shares, size) == 0);
        cr_assert(memcmp(t1->accuracies, t2->accuracies, size) == 0);
    }
    for (int i = 0; i < one->n_segments; i++) {
        const fl_segments *s1 = &one->segments[i], *s2 = &two->segments[i];
        cr_assert(s1->node == s2->node && s1->n_list == s2->n_list);
        for (int k = 0; k < s1->n_list; k++) {
            cr_assert(s1->list[k].first == s2->list[k].first && s1->list[k].last == s2->list[k].last &&
                      s1->list[k].time == s2->list[k].time);
        }
    }
}

static void assert_same_block(const fl_block *one, const fl_block *two, int n_nodes) {
    cr_assert_str_eq(one->name, two->name);
    cr_assert(one->ops == two->ops && one->out_bits == two->out_bits && one->memory == two->memory);
    cr_assert((one->n_allowed < 0) == (two->n_allowed < 0) && one->n_measured == two->n_measured);
    cr_assert(one->n_codings == two->n_codings && one->n_serial == two->n_serial);
    assert_same_codings(one->codings, two->codings, one->n_codings);
    assert_same_serial(one->serial, two->serial, one->n_serial);
    for (int n = 0; n < n_nodes; n++) {
        const fl_measured *m1 = fl_block_measured(one, n), *m2 = fl_block_measured(two, n);
        cr_assert(fl_block_allows(one, n) == fl_block_allows(two, n) && (m1 == NULL) == (m2 == NULL));
        cr_assert(m1 == NULL || (m1->time == m2->time && m1->energy == m2->energy));
    }
}

static void assert_same_app(const fl_app *one, const fl_app *two, int n_nodes) {
    cr_assert_str_eq(one->name, two->name);
    cr_assert(one->source == two->source && one->input_bits == two->input_bits && one->rate == two->rate);
    cr_assert(one->deadline == two->deadline && one->accuracy == two->accuracy &&
              one->latency == two->latency && one->quantile == two->quantile &&
              one->deviations == two->deviations);
    cr_assert(one->count == two->count && one->n_blocks == two->n_blocks && one->n_exits == two->n_exits);
    for (int l = 0; l < one->n_blocks; l++) assert_same_block(&one->blocks[l], &two->blocks[l], n_nodes);
    for (int e = 0; e < one->n_exits; e++) {
        const fl_exit *e1 = &one->exits[e], *e2 = &two->exits[e];
        cr_assert(e1->after == e2->after && e1->accuracy == e2->accuracy);
        cr_assert(e1->share == e2->share && e1->ops == e2->ops && e1->optional == e2->optional);
    }
    assert_same_choices(one, two);
    cr_assert(one->n_slices == two->n_slices);
    for (int i = 0; i < one->n_slices; i++) {
        const fl_slices *s1 = &one->slices[i], *s2 = &two->slices[i];
        cr_assert(s1->node == s2->node && s1->n_levels == s2->n_levels);
        cr_assert(memcmp(s1->levels, s2->levels, (size_t)s1->n_levels * sizeof(double)) == 0);
    }
}

/** Save, load, compare field by field, and save again to the same text. */
static void assert_round_trip(const fl_instance *instance, const char *what) {
    fl_error err;
    fl_instance *again;
    const char *first, *second;
    fl_value *document;
    cr_assert(fl_instance_write(&document, instance, &arena, &err) == FL_OK);
    cr_assert(fl_json_print(&first, document, 1, &arena, &err) == FL_OK);
    cr_assert(fl_json_parse(&document, first, strlen(first), &arena, &err) == FL_OK);
    cr_assert(fl_instance_read(&again, document, FL_PLACE_JSON, &err) == FL_OK, "%s: %s: %s", what, err.where,
              err.text);
    cr_assert_str_eq(again->name, instance->name);
    cr_assert(again->admission == instance->admission && again->features == instance->features);
    assert_same_system(instance, again);
    cr_assert(again->n_apps == instance->n_apps);
    for (int h = 0; h < instance->n_apps; h++) {
        assert_same_app(&instance->apps[h], &again->apps[h], instance->system.n_nodes);
    }
    cr_assert(fl_instance_write(&document, again, &arena, &err) == FL_OK);
    cr_assert(fl_json_print(&second, document, 1, &arena, &err) == FL_OK);
    cr_assert(strcmp(first, second) == 0, "%s prints differently the second time", what);
    fl_instance_free(again);
}

Test(instance_format, every_field_survives_the_round_trip) {
    fl_instance *instance = build_instance(full);
    assert_round_trip(instance, "full");
    fl_instance_free(instance);
    instance = build_instance(grown);
    assert_round_trip(instance, "grown");
    fl_instance_free(instance);
}

Test(instance_format, generated_instances_survive_the_round_trip_bit_for_bit) {
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_error err;
        fl_instance *instance;
        char what[32];
        fl_recipe recipe = {.seed = seed,
                            .apps = (int)(seed % 3),
                            .tiers = (int)(seed % 4),
                            .limits = seed % 2,
                            .quantile = seed % 5 == 0,
                            .deviations = seed % 7 == 0};
        snprintf(what, sizeof what, "seed %d", (int)seed);
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "%s: %s: %s", what, err.where, err.text);
        assert_round_trip(instance, what);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(instance_format, generated_choices_and_runs_survive_the_round_trip_bit_for_bit) {
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_error err;
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed,
                            .apps = (int)(seed % 3),
                            .codings = seed & 1,
                            .optional = seed & 2,
                            .thresholds = seed & 4,
                            .segments = seed & 8,
                            .serial = seed & 16};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "seed %d: %s: %s", (int)seed, err.where,
                  err.text);
        assert_round_trip(instance, "choices");
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(instance_format, a_saved_file_loads_again) {
    char path[] = "/tmp/finlab-instance-XXXXXX";
    fl_error err;
    fl_instance *instance = build_instance(full), *again;
    close(mkstemp(path));
    cr_assert(fl_instance_save(instance, path, &err) == FL_OK, "%s", err.text);
    cr_assert(fl_instance_load(&again, path, &err) == FL_OK, "%s: %s", err.where, err.text);
    assert_same_system(instance, again);
    unlink(path);
    fl_instance_free(again);
    fl_instance_free(instance);
}

Test(instance_format, links_are_written_in_the_order_they_were_read) {
    fl_error err;
    fl_value *document;
    fl_instance *instance = build_instance(full);
    cr_assert(fl_instance_write(&document, instance, &arena, &err) == FL_OK);
    const fl_value *link = fl_value_get(fl_value_get(document, "system"), "links")->first;
    cr_assert_not_null(fl_value_get(link, "from"));
    cr_assert(fl_value_get(link->next, "from_tier")->number == 1);
    cr_assert(fl_value_get(link->next->next, "from_tier")->number == 0);
    fl_instance_free(instance);
}

Test(instance_format, an_instance_outlives_the_document_it_was_read_from) {
    fl_arena short_lived;
    fl_error err;
    fl_instance *instance;
    fl_arena_init(&short_lived, 0);
    fl_value *document = build_document(&short_lived, full);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK);
    fl_arena_free(&short_lived);
    cr_assert_str_eq(instance->apps[1].blocks[0].name, "only");
    fl_instance_free(instance);
}

/* Choices and runs */

Test(instance_format, choices_and_runs_are_read) {
    fl_instance *instance = build_instance(grown);
    const fl_app *app = &instance->apps[0];
    cr_assert(instance->features == (FL_FEATURE_CHOICES | FL_FEATURE_RUNS));
    cr_assert(app->n_input_codings == 1 && app->input_codings[0].bits == 1e5 &&
              app->input_codings[0].loss == 0.01);
    cr_assert(app->n_input_serial == 2 && app->input_serial[0].pack == 1e-3 &&
              app->input_serial[0].unpack == 2e-3 && app->input_serial[1].pack == 0);
    cr_assert(app->blocks[0].n_codings == 2 && app->blocks[0].codings[1].loss == 0);
    cr_assert_str_eq(app->blocks[0].codings[0].name, "8 bit");
    cr_assert(app->blocks[0].n_serial == 2 && app->blocks[0].serial[1].unpack == 5e-3);
    cr_assert(app->exits[0].optional && !app->exits[1].optional);
    cr_assert(app->n_thresholds == 2 && app->thresholds[1].shares[0] == 0.5 &&
              app->thresholds[1].accuracies[1] == 0.75);
    const fl_segments *on_edge = fl_app_segments(app, 1), *on_mobile = fl_app_segments(app, 0);
    cr_assert(on_mobile != NULL && on_mobile->n_list == 0 && on_edge != NULL);
    cr_assert(fl_segments_time(on_edge, 0, 0) == 1e-4 && fl_segments_time(on_edge, 0, 2) == 6e-4);
    cr_assert(fl_segments_time(on_edge, 1, 1) == 2e-4 && fl_segments_time(on_edge, 1, 2) == 4e-4);
    cr_assert(fl_segments_time(on_edge, 0, 1) < 0 && fl_segments_time(on_edge, 2, 2) < 0);
    cr_assert(fl_segments_time(on_edge, 2, 1) == 0, "no blocks take no time");
    fl_instance_free(instance);
}

Test(instance_format, choices_and_runs_out_of_range_are_refused_at_their_place) {
    static const refusal cases[] = {
        {"/apps/0/blocks/0/codings", "{'a': 1}", NULL, "must be an array"},
        {"/apps/0/blocks/0/codings/1", "3", NULL, "must be an object"},
        {"/apps/0/blocks/0/codings/1/name", NULL, NULL, "is missing"},
        {"/apps/0/blocks/0/codings/1/name", "''", NULL, "must not be empty"},
        {"/apps/0/blocks/0/codings/1/name", "'8 bit'", NULL, "is there already"},
        {"/apps/0/blocks/0/codings/1/bits", NULL, NULL, "is missing"},
        {"/apps/0/blocks/0/codings/1/bits", "-1", NULL, "must not be negative"},
        {"/apps/0/blocks/0/codings/1/loss", "-0.1", NULL, "must not be negative"},
        {"/apps/0/blocks/0/codings/1/lost", "0.1", NULL, "is not a field"},
        {"/apps/0/blocks/0/codings/1/bits", "1e200", "/apps/0/blocks/1", "too extreme"},
        {"/apps/0/input_codings/0/loss", "'x'", NULL, "must be a number"},
        {"/apps/0/blocks/0/pack/mobile", "-1", NULL, "must not be negative"},
        {"/apps/0/blocks/0/pack/moble", "1", NULL, "no node is called"},
        {"/apps/0/blocks/0/unpack", "3", NULL, "must be an object"},
        {"/apps/0/input_pack/mobile", "-1", NULL, "must not be negative"},
        {"/apps/0/input_unpack/edge", "1e200", "/apps/0/blocks/0", "too extreme"},
        {"/apps/0/exits/0/optional", "1", NULL, "must be true or false"},
        {"/apps/0/thresholds", "3", NULL, "must be an array"},
        {"/apps/0/thresholds/0/name", "''", NULL, "must not be empty"},
        {"/apps/0/thresholds/1/name", "'strict'", NULL, "is there already"},
        {"/apps/0/thresholds/0/shares", "[0.5]", NULL, "has 1 numbers, but there are 2 exits"},
        {"/apps/0/thresholds/0/shares", NULL, NULL, "is missing"},
        {"/apps/0/thresholds/0/accuracies", "[0.5, 0.5, 0.5]", NULL, "has 3 numbers"},
        {"/apps/0/thresholds/0/accuracies/1", "1.5", NULL, "must be between 0 and 1"},
        {"/apps/0/thresholds/0/shares/0", "-0.5", NULL, "must be between 0 and 1"},
        {"/apps/0/thresholds/1/shares/1", "0.75", NULL, "the shares sum to 1.25"},
        {"/apps/0/thresholds/1/sharse", "[]", NULL, "is not a field"},
        {"/apps/0/segments/edgee", "[]", NULL, "no node is called"},
        {"/apps/0/segments/edge", "3", NULL, "must be an array"},
        {"/apps/0/segments/edge/0/time", NULL, NULL, "is missing"},
        {"/apps/0/segments/edge/0/time", "-1", NULL, "must not be negative"},
        {"/apps/0/segments/edge/0/time", "1e-4", NULL, "less than the 0.0002"},
        {"/apps/0/segments/edge/0/first", "0", NULL, "must be at least 1"},
        {"/apps/0/segments/edge/0/first", "1.5", NULL, "must be a whole number"},
        {"/apps/0/segments/edge/0/last", "4", NULL, "must be from 2 to 3"},
        {"/apps/0/segments/edge/0/last", "1", NULL, "must be from 2 to 3"},
        {"/apps/0/segments/edge/-", "{'first': 2, 'last': 3, 'time': 1}", "/apps/0/segments/edge/4",
         "are there already"},
        {"/apps/0/segments/edge/0/tim", "1", NULL, "is not a field"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(grown, cases);
}

/* Changes */

static fl_status read_changes(const fl_instance *base, const char *json, fl_place_style style,
                              fl_change **out, int *n, fl_error *err) {
    return fl_instance_read_changes(out, n, base, build_document(&arena, json), style, &arena, err);
}

Test(instance_format, changes_name_what_to_change_for_all_and_for_one_application) {
    fl_error err;
    fl_change *changes;
    int n;
    fl_instance *base = build_instance(full), *variant;
    cr_assert(read_changes(base,
                           "{'deadline': 2, 'rate': 3, 'apps': {'radar': {'deadline': 5, 'latency': 'mean',"
                           " 'accuracy': 0.25, 'count': 9}}}",
                           FL_PLACE_JSON, &changes, &n, &err) == FL_OK);
    cr_assert(fl_instance_with(&variant, base, changes, n, FL_PLACE_JSON, &err) == FL_OK);
    const fl_app *camera = &variant->apps[0], *radar = &variant->apps[1];
    cr_assert(camera->deadline == 2 && camera->rate == 3 && camera->count == 2 && camera->accuracy == 0.5);
    cr_assert(camera->latency == FL_LATENCY_MEAN);
    cr_assert(radar->deadline == 5 && radar->rate == 3 && radar->count == 9 && radar->accuracy == 0.25);
    cr_assert(radar->latency == FL_LATENCY_MEAN);
    fl_instance_free(variant);
    fl_instance_free(base);
}

Test(instance_format, bad_changes_are_refused_at_their_place) {
    static const char *const cases[][4] = {
        {"{'deadlin': 2}", "/deadlin", "deadlin", "is not a field"},
        {"{'deadline': 'x'}", "/deadline", "deadline", "must be a number"},
        {"{'latency': 'x'}", "/latency", "latency", "must be \"worst\", \"mean\" or \"quantile\""},
        {"{'latency': 1}", "/latency", "latency", "must be a string"},
        {"{'quantile': 0}", "/quantile", "quantile", "must be greater than 0"},
        {"{'quantile': 'x'}", "/quantile", "quantile", "must be a number"},
        {"{'count': 1.5}", "/count", "count", "must be a whole number"},
        {"{'count': 0}", "/count", "count", "must be at least 1"},
        {"{'apps': {'x': {}}}", "/apps/x", "apps.x", "no application is called \"x\""},
        {"{'apps': {'radar': 1}}", "/apps/radar", "apps.radar", "must be an object"},
        {"{'apps': {'radar': {'speed': 1}}}", "/apps/radar/speed", "apps.radar.speed", "is not a field"},
        {"{'apps': {'radar': {'apps': {}}}}", "/apps/radar/apps", "apps.radar.apps", "is not a field"},
        {"{'apps': [1]}", "/apps", "apps", "must be an object"},
        {"[1]", "/", "(root)", "must be an object"}};
    fl_instance *base = build_instance(full);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_error err;
        fl_change *changes;
        int n;
        cr_assert(read_changes(base, cases[i][0], FL_PLACE_JSON, &changes, &n, &err) == FL_EINVAL, "%s",
                  cases[i][0]);
        cr_assert_str_eq(err.where, cases[i][1]);
        cr_assert_not_null(strstr(err.text, cases[i][3]), "%s: %s", cases[i][0], err.text);
        cr_assert(read_changes(base, cases[i][0], FL_PLACE_LUA, &changes, &n, &err) == FL_EINVAL);
        cr_assert_str_eq(err.where, cases[i][2]);
    }
    fl_instance_free(base);
}
