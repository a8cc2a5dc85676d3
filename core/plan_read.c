/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Reading plans: fl_plan_read() of core/plan.h. */
#include "core/plan.h"
#include <string.h>

/** An array; in Lua an empty table is one as well. */
static bool is_array(const fl_value *value, fl_place_style style) {
    return value->kind == FL_ARRAY ||
           (value->kind == FL_OBJECT && value->n_items == 0 && style == FL_PLACE_LUA);
}

static fl_status read_app(const fl_instance *instance, const fl_value *entry, fl_place *place, int *app,
                          fl_error *err) {
    const fl_value *name = fl_value_get(entry, "app");
    *app = 0;
    fl_place_key(place, "app");
    if (name == NULL && instance->n_apps > 1) return fl_place_error(place, err, "is missing");
    if (name != NULL && name->kind != FL_STRING) return fl_place_error(place, err, "must be a string");
    if (name != NULL) *app = fl_instance_app(instance, name->string);
    if (*app < 0) return fl_place_error(place, err, "no application is called \"%s\"", name->string);
    fl_place_pop(place);
    return FL_OK;
}

static fl_status read_exit(const fl_app *app, const fl_value *entry, fl_place *place, int *exit,
                           fl_error *err) {
    const fl_value *value = fl_value_get(entry, "exit");
    *exit = 0;
    fl_place_key(place, "exit");
    if (value == NULL) return fl_place_error(place, err, "is missing");
    if (value->kind != FL_NUMBER) return fl_place_error(place, err, "must be a number");
    if (!(value->number >= 1 && value->number <= app->n_exits) || value->number != floor(value->number)) {
        return fl_place_error(place, err, "must be a whole number from 1 to %d, not %.17g", app->n_exits,
                              value->number);
    }
    *exit = (int)value->number - 1;
    fl_place_pop(place);
    return FL_OK;
}

static fl_status read_nodes(const fl_instance *instance, const fl_value *entry, int depth, int *nodes,
                            fl_place *place, fl_error *err) {
    const fl_value *array = fl_value_get(entry, "nodes");
    fl_place_key(place, "nodes");
    if (array == NULL) return fl_place_error(place, err, "is missing");
    if (array->kind != FL_ARRAY) return fl_place_error(place, err, "must be an array of node names");
    if (array->n_items != depth) {
        return fl_place_error(place, err, "has %d nodes, but %d blocks run up to this exit", array->n_items,
                              depth);
    }
    int l = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, l++) {
        fl_place_index(place, l);
        if (item->kind != FL_STRING) return fl_place_error(place, err, "must be a node's name");
        nodes[l] = fl_instance_node(instance, item->string);
        if (nodes[l] < 0) return fl_place_error(place, err, "no node is called \"%s\"", item->string);
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

/** Entries of result records carry costs as well; these are recomputed, never believed. */
static fl_status check_members(const fl_value *entry, fl_place *place, fl_error *err) {
    static const char *const known[] = {"app", "exit",      "nodes",  "count",   "shares",  "codings",
                                        "off", "threshold", "energy", "latency", "accuracy"};
    if (entry->kind != FL_OBJECT) return fl_place_error(place, err, "must be an object");
    for (const fl_value *item = entry->first; item != NULL; item = item->next) {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) found |= strcmp(known[i], item->key) == 0;
        if (found) continue;
        fl_place_key(place, item->key);
        return fl_place_error(place, err, "is not a field of a plan");
    }
    return FL_OK;
}

/** How many users the entry places: all, unless it says so. */
static fl_status read_count(const fl_plan *plan, const fl_instance *instance, int h, const fl_value *entry,
                            fl_place *place, int *count, fl_error *err) {
    const fl_value *value = fl_value_get(entry, "count");
    int users = instance->apps[h].count, placed = fl_plan_served(plan, h);
    *count = users;
    if (value == NULL && placed > 0) {
        return fl_place_error(place, err, "\"%s\" is placed already", instance->apps[h].name);
    }
    if (value == NULL) return FL_OK;
    fl_place_key(place, "count");
    if (value->kind != FL_NUMBER) return fl_place_error(place, err, "must be a number");
    if (!(value->number >= 1) || value->number != floor(value->number)) {
        return fl_place_error(place, err, "must be a whole number of at least 1, not %.17g", value->number);
    }
    if (value->number > users - placed) {
        return fl_place_error(place, err, "places %.17g users where %d of %d are left", value->number,
                              users - placed, users);
    }
    *count = (int)value->number;
    fl_place_pop(place);
    return FL_OK;
}

static int find_level(const fl_slices *slices, double level) {
    for (int i = 0; i < slices->n_levels; i++) {
        if (slices->levels[i] == level) return i;
    }
    return -1;
}

/** Read the shares into `levels` [n_slices], the largest where none is named. */
static fl_status read_shares(const fl_instance *instance, const fl_app *app, const fl_value *entry,
                             int *levels, fl_place *place, fl_error *err) {
    const fl_value *shares = fl_value_get(entry, "shares");
    for (int i = 0; i < app->n_slices; i++) levels[i] = fl_slices_largest(&app->slices[i]);
    if (shares == NULL) return FL_OK;
    fl_place_key(place, "shares");
    bool empty = shares->kind == FL_ARRAY && shares->n_items == 0; /* Lua's {} may be either */
    if (shares->kind != FL_OBJECT && !empty) return fl_place_error(place, err, "must be an object of levels");
    for (const fl_value *item = shares->first; item != NULL; item = item->next) {
        int node = fl_instance_node(instance, item->key), i = 0;
        fl_place_key(place, item->key);
        if (node < 0) return fl_place_error(place, err, "no node is called \"%s\"", item->key);
        while (i < app->n_slices && app->slices[i].node != node) i++;
        if (i == app->n_slices) {
            return fl_place_error(place, err, "\"%s\" has no slices of this node", app->name);
        }
        if (item->kind != FL_NUMBER) return fl_place_error(place, err, "must be a number");
        levels[i] = find_level(&app->slices[i], item->number);
        if (levels[i] < 0) return fl_place_error(place, err, "%.17g is not one of the levels", item->number);
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

/* Choices */

static int find_coding(const fl_coding *codings, int n, const char *name) {
    for (int i = 0; i < n; i++) {
        if (strcmp(codings[i].name, name) == 0) return i;
    }
    return -1;
}

/** One name of a coding, "" for none; block `l` comes from node `from`. */
static fl_status read_coding(const fl_app *app, const fl_value *item, const fl_placement *at, int l,
                             fl_place *place, fl_error *err) {
    const fl_coding *codings;
    int from = l > 0 ? at->nodes[l - 1] : app->source, n = fl_choices_codings(app, l, &codings);
    if (item->kind != FL_STRING) return fl_place_error(place, err, "must be a coding's name, or \"\"");
    at->codings[l] = -1;
    if (item->string[0] == '\0') return FL_OK;
    if (from == at->nodes[l]) return fl_place_error(place, err, "nothing is sent here: it must be \"\"");
    at->codings[l] = find_coding(codings, n, item->string);
    if (at->codings[l] >= 0) return FL_OK;
    return fl_place_error(place, err, "what is sent here has no coding called \"%s\"", item->string);
}

static fl_status read_codings(const fl_app *app, const fl_value *entry, fl_placement *at, fl_place *place,
                              fl_arena *arena, fl_error *err) {
    const fl_value *array = fl_value_get(entry, "codings");
    int depth = app->exits[at->exit].after, l = 0;
    if (array == NULL) return FL_OK;
    fl_place_key(place, "codings");
    if (array->kind != FL_ARRAY) return fl_place_error(place, err, "must be an array of names of codings");
    if (array->n_items != depth) {
        return fl_place_error(place, err, "has %d codings, but %d blocks run up to this exit", array->n_items,
                              depth);
    }
    at->codings = FL_NEW(arena, depth, int);
    if (at->codings == NULL) return fl_arena_error(arena, err);
    for (const fl_value *item = array->first; item != NULL; item = item->next, l++) {
        fl_place_index(place, l);
        FL_TRY(read_coding(app, item, at, l, place, err));
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

/** One exit that is off. */
static fl_status read_off_exit(const fl_app *app, const fl_value *item, const fl_placement *at,
                               fl_place *place, fl_error *err) {
    if (item->kind != FL_NUMBER) return fl_place_error(place, err, "must be a number");
    if (!(item->number >= 1 && item->number <= at->exit) || item->number != floor(item->number)) {
        return fl_place_error(place, err, "must be an exit before the final one, %d, not %.17g", at->exit + 1,
                              item->number);
    }
    int e = (int)item->number - 1;
    if (!app->exits[e].optional) return fl_place_error(place, err, "exit %d is not optional", e + 1);
    if (at->off[e]) return fl_place_error(place, err, "exit %d is there already", e + 1);
    at->off[e] = true;
    return FL_OK;
}

static fl_status read_off(const fl_app *app, const fl_value *entry, fl_placement *at, fl_place *place,
                          fl_arena *arena, fl_error *err) {
    const fl_value *array = fl_value_get(entry, "off");
    if (array == NULL) return FL_OK;
    fl_place_key(place, "off");
    if (!is_array(array, place->style)) return fl_place_error(place, err, "must be an array of exits");
    at->off = FL_ZERO(arena, app->n_exits, bool);
    if (at->off == NULL) return fl_arena_error(arena, err);
    int i = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, i++) {
        fl_place_index(place, i);
        FL_TRY(read_off_exit(app, item, at, place, err));
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

static fl_status read_threshold(const fl_app *app, const fl_value *entry, fl_placement *at, fl_place *place,
                                fl_error *err) {
    const fl_value *name = fl_value_get(entry, "threshold");
    if (name == NULL) return FL_OK;
    fl_place_key(place, "threshold");
    if (name->kind != FL_STRING) return fl_place_error(place, err, "must be a string");
    for (int t = 0; t < app->n_thresholds; t++) {
        if (strcmp(app->thresholds[t].name, name->string) == 0) at->threshold = t;
    }
    if (at->threshold < 0) {
        return fl_place_error(place, err, "\"%s\" has no threshold called \"%s\"", app->name, name->string);
    }
    fl_place_pop(place);
    return FL_OK;
}

/* Entries */

static fl_status read_entry(fl_plan *plan, const fl_instance *instance, const fl_value *entry,
                            fl_place *place, fl_arena *arena, fl_error *err) {
    int h, count;
    fl_placement at = {.threshold = -1};
    FL_TRY(check_members(entry, place, err));
    FL_TRY(read_app(instance, entry, place, &h, err));
    const fl_app *app = &instance->apps[h];
    FL_TRY(read_count(plan, instance, h, entry, place, &count, err));
    FL_TRY(read_exit(app, entry, place, &at.exit, err));
    int depth = app->exits[at.exit].after;
    at.nodes = FL_NEW(arena, depth, int);
    at.levels = FL_NEW(arena, app->n_slices, int);
    if (at.nodes == NULL || at.levels == NULL) return fl_arena_error(arena, err);
    FL_TRY(read_nodes(instance, entry, depth, at.nodes, place, err));
    FL_TRY(read_shares(instance, app, entry, at.levels, place, err));
    FL_TRY(read_codings(app, entry, &at, place, arena, err));
    FL_TRY(read_off(app, entry, &at, place, arena, err));
    FL_TRY(read_threshold(app, entry, &at, place, err));
    return fl_plan_add_like(plan, instance, h, count, &at, arena, err);
}

/** The array of entries: the document itself, or a record's `plan`. */
static fl_status find_entries(const fl_value *document, fl_place *place, const fl_value **out,
                              fl_error *err) {
    *out = document;
    if (document->kind == FL_OBJECT && !is_array(document, place->style)) {
        *out = fl_value_get(document, "plan");
        fl_place_key(place, "plan");
        if (*out == NULL) return fl_place_error(place, err, "is missing");
    }
    if ((*out)->kind == FL_NULL) return fl_place_error(place, err, "this record holds no plan");
    if (!is_array(*out, place->style)) {
        return fl_place_error(place, err, "must be an array of {app, exit, nodes}");
    }
    return FL_OK;
}

fl_status fl_plan_read(fl_plan *out, const fl_instance *instance, const fl_value *document,
                       fl_place_style style, fl_arena *arena, fl_error *err) {
    fl_place place;
    const fl_value *entries;
    fl_plan plan;
    *out = (fl_plan){0};
    fl_place_init(&place, style);
    FL_TRY(find_entries(document, &place, &entries, err));
    FL_TRY(fl_plan_create(&plan, instance, arena, err));
    int i = 0;
    for (const fl_value *entry = entries->first; entry != NULL; entry = entry->next, i++) {
        fl_place_index(&place, i);
        FL_TRY(read_entry(&plan, instance, entry, &place, arena, err));
        fl_place_pop(&place);
    }
    *out = plan;
    return FL_OK;
}
