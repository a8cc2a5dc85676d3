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

int fl_plan_depth(const fl_placement *placement, const fl_instance *instance, int app) {
    return placement->exit < 0 ? 0 : instance->apps[app].exits[placement->exit].after;
}

int fl_plan_served(const fl_plan *plan, int app) {
    int served = 0;
    for (const fl_placement *at = &plan->apps[app]; at != NULL; at = at->more) served += at->count;
    return served;
}

int fl_plan_size(const fl_plan *plan) {
    int size = 0;
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) size++;
    }
    return size;
}

/* Placing */

static bool uses(const int *nodes, int depth, int node) {
    for (int l = 0; l < depth; l++) {
        if (nodes[l] == node) return true;
    }
    return false;
}

/** The levels that a placement reserves: of the nodes it uses, and no others. */
static void set_levels(int *to, const int *levels, const fl_app *app, const int *nodes, int depth) {
    for (int i = 0; i < app->n_slices; i++) {
        int level = levels != NULL ? levels[i] : fl_slices_largest(&app->slices[i]);
        to[i] = uses(nodes, depth, app->slices[i].node) ? level : -1;
    }
}

/** Copy a placement of `count` users into `out`. */
static fl_status copy_placement(fl_placement *out, const fl_app *app, int count, int exit, const int *nodes,
                                const int *levels, fl_arena *arena, fl_error *err) {
    int depth = app->exits[exit].after;
    *out = (fl_placement){.exit = exit, .count = count, .nodes = FL_NEW(arena, depth, int)};
    if (out->nodes == NULL) return fl_arena_error(arena, err);
    memcpy(out->nodes, nodes, (size_t)depth * sizeof *nodes);
    if (app->n_slices == 0) return FL_OK;
    out->levels = FL_NEW(arena, app->n_slices, int);
    if (out->levels == NULL) return fl_arena_error(arena, err);
    set_levels(out->levels, levels, app, nodes, depth);
    return FL_OK;
}

fl_status fl_plan_place(fl_plan *plan, const fl_instance *instance, int app, int exit, const int *nodes,
                        fl_arena *arena, fl_error *err) {
    const fl_app *of = &instance->apps[app];
    return copy_placement(&plan->apps[app], of, of->count, exit, nodes, NULL, arena, err);
}

static bool same_placement(const fl_placement *one, const fl_placement *two, const fl_app *app) {
    if (one->exit != two->exit) return false;
    if (memcmp(one->nodes, two->nodes, (size_t)app->exits[one->exit].after * sizeof *one->nodes) != 0)
        return false;
    return app->n_slices == 0 ||
           memcmp(one->levels, two->levels, (size_t)app->n_slices * sizeof *one->levels) == 0;
}

fl_status fl_plan_add(fl_plan *plan, const fl_instance *instance, int app, int count, int exit,
                      const int *nodes, const int *levels, fl_arena *arena, fl_error *err) {
    const fl_app *of = &instance->apps[app];
    fl_placement new, *last = &plan->apps[app];
    FL_TRY(copy_placement(&new, of, count, exit, nodes, levels, arena, err));
    if (last->exit < 0) {
        *last = new;
        return FL_OK;
    }
    for (fl_placement *at = last; at != NULL; at = at->more) {
        if (same_placement(at, &new, of)) {
            at->count += count;
            return FL_OK;
        }
        last = at;
    }
    last->more = FL_NEW(arena, 1, fl_placement);
    if (last->more == NULL) return fl_arena_error(arena, err);
    *last->more = new;
    return FL_OK;
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
    static const char *const known[] = {"app",    "exit",   "nodes",   "count",
                                        "shares", "energy", "latency", "accuracy"};
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

static fl_status read_entry(fl_plan *plan, const fl_instance *instance, const fl_value *entry,
                            fl_place *place, fl_arena *arena, fl_error *err) {
    int h, exit, count;
    FL_TRY(check_members(entry, place, err));
    FL_TRY(read_app(instance, entry, place, &h, err));
    FL_TRY(read_count(plan, instance, h, entry, place, &count, err));
    FL_TRY(read_exit(&instance->apps[h], entry, place, &exit, err));
    int depth = instance->apps[h].exits[exit].after;
    int *nodes = FL_NEW(arena, depth, int), *levels = FL_NEW(arena, instance->apps[h].n_slices, int);
    if (nodes == NULL || levels == NULL) return fl_arena_error(arena, err);
    FL_TRY(read_nodes(instance, entry, depth, nodes, place, err));
    FL_TRY(read_shares(instance, &instance->apps[h], entry, levels, place, err));
    return fl_plan_add(plan, instance, h, count, exit, nodes, levels, arena, err);
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

/* Writing */

static void write_shares(fl_value *entry, const fl_placement *placement, const fl_instance *instance,
                         const fl_app *app, fl_arena *arena) {
    fl_value *shares = fl_value_add(arena, entry, "shares", fl_value_object(arena));
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        if (placement->levels[i] < 0) continue;
        fl_value_add(arena, shares, instance->system.nodes[slices->node].name,
                     fl_value_number(arena, slices->levels[placement->levels[i]]));
    }
}

static void write_placement(fl_value *array, const fl_placement *placement, const fl_instance *instance,
                            int h, fl_arena *arena) {
    const fl_app *app = &instance->apps[h];
    fl_value *entry = fl_value_add(arena, array, NULL, fl_value_object(arena));
    fl_value_add(arena, entry, "app", fl_value_string(arena, app->name));
    if (app->count > 1) fl_value_add(arena, entry, "count", fl_value_number(arena, placement->count));
    fl_value_add(arena, entry, "exit", fl_value_number(arena, placement->exit + 1));
    fl_value *nodes = fl_value_add(arena, entry, "nodes", fl_value_array(arena));
    for (int l = 0; l < fl_plan_depth(placement, instance, h); l++) {
        const char *name = instance->system.nodes[placement->nodes[l]].name;
        fl_value_add(arena, nodes, NULL, fl_value_string(arena, name));
    }
    if (app->n_slices > 0) write_shares(entry, placement, instance, app, arena);
}

fl_value *fl_plan_write(const fl_plan *plan, const fl_instance *instance, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) {
            if (at->exit >= 0) write_placement(array, at, instance, h, arena);
        }
    }
    return arena->failed ? NULL : array;
}
