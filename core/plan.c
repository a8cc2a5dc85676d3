/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/plan.h"
#include <string.h>

fl_status fl_plan_create(fl_plan *out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    fl_placement *apps = FL_NEW(arena, instance->n_apps, fl_placement);
    *out = (fl_plan){0};
    if (apps == NULL) return fl_arena_error(arena, err);
    for (int h = 0; h < instance->n_apps; h++) apps[h] = (fl_placement){.exit = -1};
    *out = (fl_plan){.n_apps = instance->n_apps, .apps = apps};
    return FL_OK;
}

fl_status fl_plan_place(fl_plan *plan, const fl_instance *instance, int app, int exit, const int *nodes,
                        fl_arena *arena, fl_error *err) {
    int depth = instance->apps[app].exits[exit].after;
    int *copy = FL_NEW(arena, depth, int);
    if (copy == NULL) return fl_arena_error(arena, err);
    memcpy(copy, nodes, (size_t)depth * sizeof *copy);
    plan->apps[app] = (fl_placement){.exit = exit, .nodes = copy};
    return FL_OK;
}

int fl_plan_depth(const fl_plan *plan, const fl_instance *instance, int app) {
    int exit = plan->apps[app].exit;
    return exit < 0 ? 0 : instance->apps[app].exits[exit].after;
}

/* Reading */

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
    static const char *const known[] = {"app", "exit", "nodes", "energy", "latency", "accuracy"};
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

static fl_status read_entry(fl_plan *plan, const fl_instance *instance, const fl_value *entry,
                            fl_place *place, fl_arena *arena, fl_error *err) {
    int h, exit;
    FL_TRY(check_members(entry, place, err));
    FL_TRY(read_app(instance, entry, place, &h, err));
    if (plan->apps[h].exit >= 0) {
        return fl_place_error(place, err, "\"%s\" is placed already", instance->apps[h].name);
    }
    FL_TRY(read_exit(&instance->apps[h], entry, place, &exit, err));
    int depth = instance->apps[h].exits[exit].after;
    int *nodes = FL_NEW(arena, depth, int);
    if (nodes == NULL) return fl_arena_error(arena, err);
    FL_TRY(read_nodes(instance, entry, depth, nodes, place, err));
    plan->apps[h] = (fl_placement){.exit = exit, .nodes = nodes};
    return FL_OK;
}

/** An array; in Lua an empty table is one as well. */
static bool is_array(const fl_value *value, fl_place_style style) {
    return value->kind == FL_ARRAY ||
           (value->kind == FL_OBJECT && value->n_items == 0 && style == FL_PLACE_LUA);
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

fl_value *fl_plan_write(const fl_plan *plan, const fl_instance *instance, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (int h = 0; h < plan->n_apps; h++) {
        if (plan->apps[h].exit < 0) continue;
        fl_value *entry = fl_value_add(arena, array, NULL, fl_value_object(arena));
        fl_value_add(arena, entry, "app", fl_value_string(arena, instance->apps[h].name));
        fl_value_add(arena, entry, "exit", fl_value_number(arena, plan->apps[h].exit + 1));
        fl_value *nodes = fl_value_add(arena, entry, "nodes", fl_value_array(arena));
        for (int l = 0; l < fl_plan_depth(plan, instance, h); l++) {
            const char *name = instance->system.nodes[plan->apps[h].nodes[l]].name;
            fl_value_add(arena, nodes, NULL, fl_value_string(arena, name));
        }
    }
    return arena->failed ? NULL : array;
}
