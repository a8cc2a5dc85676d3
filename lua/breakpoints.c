/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/breakpoints.h"
#include "core/breakpoints.h"
#include "core/nearest.h"
#include "lua/instance.h"
#include "lua/interrupt.h"
#include "lua/method.h"
#include "lua/methods.h"
#include "lua/support.h"
#include "lua/value.h"
#include <lauxlib.h>
#include <string.h>

/** What is asked, read from the table of options. */
typedef struct request {
    const fl_instance *instance;
    const fl_value *options;
    fl_place place;
    fl_arena *arena;
    bool *nodes, *links;
    fl_variation variation;
    double low, high,
        unit; /* the range as given, and what in it stands for 1: a link's rate, a node's speed */
    bool latency;
    fl_settings settings;
    fl_breakpoints_query query;
} request;

static fl_status wrong(request *asked, const char *key, fl_error *err, const char *text) {
    fl_place_key(&asked->place, key);
    return fl_place_error(&asked->place, err, "%s", text);
}

static fl_status check_names(request *asked, fl_error *err) {
    static const char *const known[] = {"link",   "links",     "node",   "nodes",      "rate", "speed",
                                        "factor", "objective", "method", "time_limit", NULL};
    for (const fl_value *item = asked->options->first; item != NULL; item = item->next) {
        fl_nearest nearest = fl_nearest_to(item->key != NULL ? item->key : "");
        int i = 0;
        for (; known[i] != NULL && (item->key == NULL || strcmp(known[i], item->key) != 0); i++) {
            fl_nearest_offer(&nearest, known[i]);
        }
        if (known[i] != NULL) continue;
        fl_place_key(&asked->place, item->key != NULL ? item->key : "1");
        return fl_place_error(&asked->place, err, "is no option of breakpoints%s", fl_nearest_hint(&nearest));
    }
    return FL_OK;
}

/* What varies */

/** The node named by `value`; the place is that of the name. */
static fl_status find_node(int *out, request *asked, const fl_value *value, fl_error *err) {
    *out = value != NULL && value->kind == FL_STRING ? fl_instance_node(asked->instance, value->string) : -1;
    if (*out >= 0) return FL_OK;
    return fl_place_error(&asked->place, err, "must be the name of a node");
}

static fl_status add_node(request *asked, const fl_value *value, int *node, fl_error *err) {
    FL_TRY(find_node(node, asked, value, err));
    asked->nodes[*node] = true;
    return FL_OK;
}

/** The link of a pair of names; it may be one between tiers, which then varies for all of its pairs. */
static fl_status add_link(request *asked, const fl_value *value, const fl_link **link, fl_error *err) {
    int ends[2];
    if (value->kind != FL_ARRAY || value->n_items != 2) {
        return fl_place_error(&asked->place, err, "must be a pair {from, to} of names");
    }
    const fl_value *item = value->first;
    for (int i = 0; i < 2; i++, item = item->next) {
        fl_place_index(&asked->place, i);
        FL_TRY(find_node(&ends[i], asked, item, err));
        fl_place_pop(&asked->place);
    }
    int index = fl_instance_link_index(asked->instance, ends[0], ends[1]);
    if (index < 0) return fl_place_error(&asked->place, err, "no link goes there");
    asked->links[index] = true;
    *link = fl_instance_link(asked->instance, ends[0], ends[1]);
    return FL_OK;
}

/** `links` or `nodes`: "all" or an array. */
static fl_status add_all(request *asked, const char *key, bool *varies, int n, bool links, fl_error *err) {
    const fl_value *value = fl_value_get(asked->options, key);
    if (value == NULL) return FL_OK;
    fl_place_key(&asked->place, key);
    if (value->kind == FL_STRING && strcmp(value->string, "all") == 0) {
        memset(varies, true, (size_t)n * sizeof *varies);
    } else if (value->kind != FL_ARRAY) {
        return fl_place_error(&asked->place, err, "must be \"all\" or an array");
    }
    int i = 0;
    for (const fl_value *item = value->first; item != NULL; item = item->next, i++) {
        const fl_link *link;
        int node;
        fl_place_index(&asked->place, i);
        FL_TRY(links ? add_link(asked, item, &link, err) : add_node(asked, item, &node, err));
        fl_place_pop(&asked->place);
    }
    fl_place_pop(&asked->place);
    return FL_OK;
}

/** {low, high} at `key`, in units of `unit`. */
static fl_status read_range(request *asked, const char *key, double unit, fl_error *err) {
    const fl_value *value = fl_value_get(asked->options, key);
    if (value == NULL) return wrong(asked, key, err, "is missing: a range {low, high}");
    if (value->kind != FL_ARRAY || value->n_items != 2 || value->first->kind != FL_NUMBER ||
        value->last->kind != FL_NUMBER || !(value->first->number > 0) ||
        !(value->first->number <= value->last->number)) {
        return wrong(asked, key, err, "must be a range {low, high} above 0");
    }
    asked->low = value->first->number;
    asked->high = value->last->number;
    asked->unit = unit;
    asked->variation.low = asked->low / unit;
    asked->variation.high = asked->high / unit;
    return FL_OK;
}

/** The range is that of a rate or speed where one link or one node was named, else of a factor. */
static fl_status read_variation(request *asked, fl_error *err) {
    const fl_system *system = &asked->instance->system;
    const fl_value *link = fl_value_get(asked->options, "link"), *node = fl_value_get(asked->options, "node");
    bool rate = fl_value_get(asked->options, "rate") != NULL;
    bool speed = fl_value_get(asked->options, "speed") != NULL;
    int n_links = system->n_links + system->n_tier_links, place = -1;
    const fl_link *of = NULL;
    asked->nodes = FL_ZERO(asked->arena, system->n_nodes, bool);
    asked->links = FL_ZERO(asked->arena, n_links, bool);
    if (asked->nodes == NULL || asked->links == NULL) return fl_arena_error(asked->arena, err);
    FL_TRY(add_all(asked, "links", asked->links, n_links, true, err));
    FL_TRY(add_all(asked, "nodes", asked->nodes, system->n_nodes, false, err));
    if (link != NULL) {
        fl_place_key(&asked->place, "link");
        FL_TRY(add_link(asked, link, &of, err));
        fl_place_pop(&asked->place);
    }
    if (node != NULL) {
        fl_place_key(&asked->place, "node");
        FL_TRY(add_node(asked, node, &place, err));
        fl_place_pop(&asked->place);
    }
    asked->variation = (fl_variation){.nodes = asked->nodes, .links = asked->links};
    bool several = fl_value_get(asked->options, "links") != NULL ||
                   fl_value_get(asked->options, "nodes") != NULL || (link != NULL && node != NULL);
    if (link == NULL && node == NULL && !several) {
        return wrong(asked, "link", err, "is missing: what varies is a link, a node, links or nodes");
    }
    if (rate && (several || link == NULL)) return wrong(asked, "rate", err, "is the range of one link");
    if (speed && (several || node == NULL)) return wrong(asked, "speed", err, "is the range of one node");
    if (rate) return read_range(asked, "rate", of->rate, err);
    if (speed) return read_range(asked, "speed", system->nodes[place].speed, err);
    return read_range(asked, "factor", 1, err);
}

/* The rest */

static fl_status read_objective(request *asked, fl_error *err) {
    const fl_value *value = fl_value_get(asked->options, "objective");
    if (value == NULL) return FL_OK;
    bool text = value->kind == FL_STRING;
    asked->latency = text && strcmp(value->string, "latency") == 0;
    if (asked->latency || (text && strcmp(value->string, "energy") == 0)) return FL_OK;
    return wrong(asked, "objective", err, "must be \"energy\" or \"latency\"");
}

static fl_status read_query(request *asked, lua_State *L, fl_error *err) {
    const fl_value *name = fl_value_get(asked->options, "method");
    const fl_value *limit = fl_value_get(asked->options, "time_limit");
    fl_breakpoints_query *query = &asked->query;
    if (limit != NULL && (limit->kind != FL_NUMBER || limit->number < 0)) {
        return wrong(asked, "time_limit", err, "must be a number of seconds, 0 for none");
    }
    query->time_limit = limit != NULL ? limit->number : 0;
    query->method = fl_lua_methods_prover(asked->instance->features);
    if (name != NULL && name->kind != FL_STRING) return wrong(asked, "method", err, "must be a name");
    if (name != NULL) {
        FL_TRY(fl_lua_methods_find(&query->method, L, name->string, strlen(name->string), err));
    }
    if (query->method->may_claim != FL_CLAIM_OPTIMAL || fl_lua_method_is(query->method)) {
        return wrong(asked, "method", err, "must be one of finlab's own that proves optima");
    }
    fl_settings_default(&asked->settings, query->method, asked->instance);
    query->settings = &asked->settings;
    return FL_OK;
}

static fl_status read_request(request *asked, lua_State *L, fl_error *err) {
    fl_value *options;
    FL_TRY(fl_lua_value_read(&options, L, 2, asked->arena, err));
    asked->options = options;
    fl_place_init(&asked->place, FL_PLACE_LUA);
    FL_TRY(check_names(asked, err));
    FL_TRY(read_variation(asked, err));
    FL_TRY(read_objective(asked, err));
    return read_query(asked, L, err);
}

/** Push `document` as its pieces, the other fields in them, from end to end of the range as it was given. */
static int push_pieces(lua_State *L, const fl_value *document, const request *asked) {
    int pushed = fl_lua_support_document(L, document, FL_LUA_TABLE, asked->arena);
    if (pushed != 1) return pushed;
    fl_lua_support_flatten(L, "pieces");
    lua_geti(L, -1, 1);
    lua_pushnumber(L, asked->low);
    lua_setfield(L, -2, "low");
    lua_geti(L, -2, luaL_len(L, -2));
    lua_pushnumber(L, asked->high);
    lua_setfield(L, -2, "high");
    lua_pop(L, 2);
    return 1;
}

int fl_lua_breakpoints(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    fl_arena *arena = fl_lua_support_arena(L), scratch;
    request asked = {.instance = instance, .arena = arena};
    fl_breakpoints found;
    fl_error err;
    if (read_request(&asked, L, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    fl_arena_init(&scratch, 0);
    const fl_desk desk = {arena, &scratch, fl_lua_interrupt_begin()};
    fl_status status =
        asked.latency ? fl_breakpoints_latency(&found, instance, &asked.variation, &desk, &err)
                      : fl_breakpoints_energy(&found, instance, &asked.variation, &asked.query, &desk, &err);
    fl_lua_interrupt_end();
    fl_arena_free(&scratch);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    int pushed = push_pieces(L, fl_breakpoints_write(&found, instance, asked.unit, arena), &asked);
    fl_lua_support_trim(arena);
    return pushed;
}
