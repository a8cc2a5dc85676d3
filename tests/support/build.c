/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/build.h"
#include "core/json.h"
#include "core/random.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const build_two_tiers =
    "{'schema': 'finlab/1', 'name': 'two tiers', 'system': {"
    " 'nodes': [{'name': 'mobile', 'tier': 0, 'speed': 1e10, 'power': 6, 'tx_energy': 3e-8, 'rx_energy': "
    "3e-8},"
    "           {'name': 'edge', 'tier': 1, 'speed': 1.5e11, 'power': 140, 'tx_energy': 3.7e-8,"
    "            'rx_energy': 3.7e-8}],"
    " 'links': [{'from': 'mobile', 'to': 'edge', 'rate': 1e9, 'delay': 1e-4}]},"
    " 'apps': [{'name': 'camera', 'source': 'mobile', 'deadline': 0.004, 'accuracy': 0.8,"
    "  'blocks': [{'name': 'b1', 'ops': 2e7, 'out_bits': 1e6, 'nodes': ['mobile']}, {'name': 'b2', 'ops': "
    "3e7}],"
    "  'exits': [{'after': 1, 'accuracy': 0.56}, {'after': 2, 'accuracy': 0.86}]}]}";

const char *const build_full =
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

const char *const build_grown =
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

static void fail(const char *what, const char *json, const fl_error *err) {
    fprintf(stderr, "build: %s: %s%s%s\n  in %s\n", what, err->where, err->where[0] ? ": " : "", err->text,
            json);
    abort();
}

fl_value *build_document(fl_arena *arena, const char *json) {
    fl_error err;
    fl_value *document;
    size_t length = strlen(json);
    char *text = malloc(length + 1);
    if (text == NULL) abort();
    for (size_t i = 0; i <= length; i++) text[i] = json[i] == '\'' ? '"' : json[i];
    if (fl_json_parse(&document, text, length, arena, &err) != FL_OK) fail("broken text", json, &err);
    free(text);
    return document;
}

/** Where in `parent` the member of this name is held: the pointer to it, or to the NULL at the end. */
static fl_value **find_member(fl_value *parent, const char *step) {
    fl_value **at = &parent->first;
    if (parent->kind == FL_OBJECT) {
        while (*at != NULL && strcmp((*at)->key, step) != 0) at = &(*at)->next;
    } else {
        int index = strcmp(step, "-") == 0 ? parent->n_items : atoi(step);
        for (int i = 0; *at != NULL && i < index; i++) at = &(*at)->next;
    }
    return at;
}

/** Make the count and the last member of `parent` true again. */
static void recount(fl_value *parent) {
    parent->n_items = 0;
    parent->last = NULL;
    for (fl_value *item = parent->first; item != NULL; item = item->next) {
        parent->n_items++;
        parent->last = item;
    }
}

void build_put(fl_arena *arena, fl_value *document, const char *pointer, const char *json) {
    char path[256];
    snprintf(path, sizeof path, "%s", pointer);
    fl_value *parent = document;
    char *step = path + 1, *slash;
    while ((slash = strchr(step, '/')) != NULL) {
        *slash = '\0';
        fl_value **at = find_member(parent, step);
        if (*at == NULL) fail("no such place", pointer, &(fl_error){.where = ""});
        parent = *at;
        step = slash + 1;
    }
    fl_value **at = find_member(parent, step);
    fl_value *old = *at, *rest = old != NULL ? old->next : NULL, *item = NULL;
    if (json != NULL) {
        item = build_document(arena, json);
        item->key = parent->kind == FL_OBJECT ? fl_arena_text(arena, step) : NULL;
        item->next = rest;
    }
    *at = item != NULL ? item : rest;
    recount(parent);
}

static fl_instance *read_instance(const fl_value *document, const char *json) {
    fl_error err;
    fl_instance *instance;
    if (fl_instance_read(&instance, document, FL_PLACE_JSON, &err) != FL_OK)
        fail("not an instance", json, &err);
    return instance;
}

fl_instance *build_variant(const char *json, const char *pointer, const char *value) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_value *document = build_document(&arena, json);
    build_put(&arena, document, pointer, value);
    fl_instance *instance = read_instance(document, json);
    fl_arena_free(&arena);
    return instance;
}

fl_instance *build_instance(const char *json) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_instance *instance = read_instance(build_document(&arena, json), json);
    fl_arena_free(&arena);
    return instance;
}

fl_instance *build_knapsack(int n_blocks, uint64_t seed) {
    static const fl_node nodes[] = {{"slow", 0, 1, 1, 0, 0, INFINITY, INFINITY, 0},
                                    {"fast", 0, 2, 8, 0, 0, INFINITY, INFINITY, 0}};
    static const fl_node_link links[] = {{0, 1, {1e9, 0, 0, INFINITY, 0}, 0},
                                         {1, 0, {1e9, 0, 0, INFINITY, 0}, 1}};
    fl_block blocks[100];
    fl_random random;
    fl_error err;
    double ops = 0;
    fl_random_seed(&random, seed);
    for (int l = 0; l < n_blocks; l++) {
        blocks[l] = (fl_block){.ops = fl_random_between(&random, 1, 2), .n_allowed = -1};
        ops += blocks[l].ops;
    }
    fl_exit exit = {.after = n_blocks, .accuracy = 1};
    fl_app app = {.source = 0,
                  .rate = 1,
                  .deadline = 0.75 * ops,
                  .count = 1,
                  .n_blocks = n_blocks,
                  .blocks = blocks,
                  .n_exits = 1,
                  .exits = &exit};
    fl_instance parts = {.system = {2, nodes, 2, links, 0, NULL}, .n_apps = 1, .apps = &app}, *instance;
    if (fl_instance_create(&instance, &parts, FL_PLACE_JSON, &err) != FL_OK) fail("a knapsack", "C", &err);
    return instance;
}

const char *build_text(const fl_instance *instance, fl_arena *arena) {
    fl_error err;
    fl_value *document;
    const char *text;
    if (fl_instance_write(&document, instance, arena, &err) != FL_OK ||
        fl_json_print(&text, document, 0, arena, &err) != FL_OK) {
        fail("not written", instance->name, &err);
    }
    return text;
}

fl_plan build_plan(const fl_instance *instance, const char *json, fl_arena *arena) {
    fl_error err;
    fl_plan plan;
    const fl_value *document = build_document(arena, json);
    if (fl_plan_read(&plan, instance, document, FL_PLACE_JSON, arena, &err) != FL_OK)
        fail("not a plan", json, &err);
    return plan;
}
