/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reader of instances refuses, and where it says so. */
#include "core/instance.h"
#include "tests/support/build.h"
#include "tests/support/refuse.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(instance_refusals, .init = start, .fini = stop);

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

Test(instance_refusals, a_wrong_type_is_refused_at_every_field) {
    fl_value *document = build_document(&arena, build_full);
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

Test(instance_refusals, an_unknown_field_is_refused_at_every_level) {
    fl_value *document = build_document(&arena, build_full);
    walk(document, &document, "/", spoil_member);
    cr_assert(n_spoilt == 20, "%d objects", n_spoilt);
}

Test(instance_refusals, a_missing_field_is_refused_where_it_should_be) {
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
    refuse_all(build_full, refusals);
}

Test(instance_refusals, a_schema_that_is_named_must_be_known) {
    static const refusal refusals[] = {
        {"/schema", "'finlab/2'", NULL, "must be \"finlab/1\", not \"finlab/2\""}, {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
    fl_instance_free(build_variant(build_full, "/schema", NULL));
}

Test(instance_refusals, an_empty_table_of_lua_may_be_an_array_or_an_object) {
    fl_error err;
    fl_instance *instance;
    fl_value *document = build_document(&arena, build_full);
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
        refuse_all(build_full,
                   (refusal[]){{numbers[i].pointer, value, NULL, words}, {NULL, NULL, NULL, NULL}});
    }
}

/** `value` at the place of each number for which `wanted` holds is accepted. */
static void accept_numbers(const char *value, bool (*wanted)(const struct number *)) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (wanted(&numbers[i])) fl_instance_free(build_variant(build_full, numbers[i].pointer, value));
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

Test(instance_refusals, a_negative_number_is_refused_everywhere) {
    refuse_numbers("-1", any, "must");
}

Test(instance_refusals, the_smallest_negative_number_is_refused_too) {
    refuse_numbers("-1e-300", any, "must");
}

Test(instance_refusals, zero_is_refused_where_a_number_must_be_positive) {
    refuse_numbers("0", must_be_positive, "must be");
}

Test(instance_refusals, zero_is_accepted_where_it_makes_sense) {
    accept_numbers("0", may_be_zero);
}

Test(instance_refusals, a_share_over_one_is_refused) {
    refuse_numbers("1.0001", is_share, "1");
}

Test(instance_refusals, a_number_that_is_not_whole_is_refused_as_an_integer) {
    refuse_numbers("1.5", is_integer, "must be a whole number");
    refuse_numbers("1e10", is_integer, "must be at most 2147483647");
}

Test(instance_refusals, an_integer_may_be_written_as_a_real) {
    fl_instance *instance = build_variant(build_full, "/apps/0/count", "3.0");
    cr_assert(instance->apps[0].count == 3);
    fl_instance_free(instance);
    instance = build_variant(build_full, "/apps/0/count", "2147483647");
    cr_assert(instance->apps[0].count == 2147483647, "the largest there is");
    fl_instance_free(instance);
}

Test(instance_refusals, names_must_be_known) {
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
    refuse_all(build_full, refusals);
}

Test(instance_refusals, a_quantile_goes_with_its_latency_rule) {
    static const refusal refusals[] = {
        {"/apps/1/quantile", "0", NULL, "must be above 0"},
        {"/apps/1/quantile", "1.5", NULL, "must be between 0 and 1"},
        {"/apps/1/quantile", NULL, NULL, "must be above 0"},
        {"/apps/1/latency", "'worst'", "/apps/1/quantile", "is for the latency rule \"quantile\" only"},
        {"/apps/0/quantile", "0.5", NULL, "is for the latency rule \"quantile\" only"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
}

Test(instance_refusals, names_must_be_unique) {
    static const refusal refusals[] = {
        {"/system/nodes/2/name", "'edge'", NULL, "a node called \"edge\" is there already"},
        {"/apps/1/name", "'camera'", NULL, "\"camera\" is there already"},
        {"/apps/0/blocks/1/name", "'b1'", NULL, "\"b1\" is there already"},
        {"/apps/0/blocks/0/nodes/1", "'mobile'", NULL, "\"mobile\" is there already"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
}

Test(instance_refusals, a_node_must_have_a_name) {
    static const refusal refusals[] = {{"/system/nodes/2/name", "''", NULL, "must not be empty"},
                                       {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
}

Test(instance_refusals, links_join_two_different_ends_once) {
    static const refusal refusals[] = {
        {"/system/links/0/to", "'mobile'", "/system/links/0", "joins a node to itself"},
        {"/system/links/-", "{'from': 'mobile', 'to': 'edge', 'rate': 1}", "/system/links/3",
         "a link from \"mobile\" to \"edge\" is there already"},
        {"/system/links/-", "{'from_tier': 1, 'to_tier': 2, 'rate': 1}", "/system/links/3",
         "a link from tier 1 to tier 2 is there already"},
        {"/system/links/0/to_tier", "1", "/system/links/0", "not a node and a tier"},
        {"/system/links/1/from", "'edge'", "/system/links/1", "not a node and a tier"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
}

Test(instance_refusals, a_link_back_is_another_link) {
    fl_instance *instance =
        build_variant(build_full, "/system/links/-", "{'from': 'edge', 'to': 'mobile', 'rate': 7}");
    cr_assert(fl_instance_link(instance, 1, 0)->rate == 7 && fl_instance_link(instance, 0, 1)->rate == 1e9);
    fl_instance_free(instance);
}

Test(instance_refusals, empty_lists_are_refused_where_something_is_needed) {
    static const refusal refusals[] = {{"/apps", "[]", NULL, "needs at least one application"},
                                       {"/apps/0/blocks", "[]", NULL, "needs at least one block"},
                                       {"/apps/0/exits", "[]", NULL, "needs at least one exit"},
                                       {"/apps/0/slices/edge", "[]", NULL, "needs at least one level"},
                                       {NULL, NULL, NULL, NULL}};
    fl_value *document = build_document(&arena, build_full);
    build_put(&arena, document, "/system/links", "[]");
    build_put(&arena, document, "/system/nodes", "[]");
    refuse_all(build_full, refusals);
    refuse_document(document, "/system/nodes", "needs at least one node");
}

Test(instance_refusals, exits_are_in_order_and_within_the_blocks) {
    static const refusal refusals[] = {
        {"/apps/0/exits/1/after", "3", NULL, "there are only 2 blocks"},
        {"/apps/0/exits/0/after", "2", "/apps/0/exits/1/after", "must be in order"},
        {"/apps/0/exits/1/after", "1", NULL, "must be in order"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
}

Test(instance_refusals, shares_sum_to_one_at_most) {
    static const refusal refusals[] = {{"/apps/0/exits/0/share", "0.5", "/apps/0/exits/1/share", "over 1"},
                                       {"/apps/0/exits/1/share", "0.60000001", NULL, "over 1"},
                                       {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
    fl_instance_free(build_variant(build_full, "/apps/0/exits/1/share", "0.6000000009"));
}

Test(instance_refusals, a_level_of_a_slice_is_given_once) {
    static const refusal refusals[] = {{"/apps/0/slices/edge/1", "0.25", NULL, "is there already"},
                                       {"/apps/0/slices/edge/-", "2", "/apps/0/slices/edge/2", "at most 1"},
                                       {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
}

Test(instance_refusals, numbers_so_large_that_costs_could_overflow_are_refused) {
    static const refusal refusals[] = {
        {"/apps/0/blocks/0/ops", "1e308", "/apps/0/blocks/0", "too extreme"},
        {"/apps/1/blocks/0", "{'ops': 1e308, 'time': {'edge': 1e308}}", NULL, "too extreme"},
        {"/system/nodes/0/speed", "1e-308", "/apps/0/blocks/0", "too extreme"},
        {"/apps/0/rate", "1e308", "/apps/0/blocks/0", "too extreme"},
        {"/system/links/0/rate", "1e-308", "/apps/0/blocks/0", "too extreme"},
        {NULL, NULL, NULL, NULL}};
    refuse_all(build_full, refusals);
}

Test(instance_refusals, choices_and_runs_out_of_range_are_refused_at_their_place) {
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
    refuse_all(build_grown, cases);
}
