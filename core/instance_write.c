/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Writing the finlab/1 format: the reverse of core/instance_read.c. Fields at their defaults are left out.
 */
#include "core/file.h"
#include "core/instance_fields.h"
#include "core/json.h"
#include <string.h>

static void write_fields(fl_value *to, const fl_field *fields, const void *object, fl_arena *arena) {
    for (const fl_field *field = fields; field->name != NULL; field++) {
        double number = fl_field_get(field, object);
        if (!field->required && number == field->fallback) continue;
        fl_value_add(arena, to, field->name, fl_value_number(arena, number));
    }
}

static void write_string(fl_value *to, const char *key, const char *string, fl_arena *arena) {
    fl_value_add(arena, to, key, fl_value_string(arena, string));
}

static fl_value *write_node_link(const fl_system *system, const fl_node_link *own, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    write_string(to, "from", system->nodes[own->from].name, arena);
    write_string(to, "to", system->nodes[own->to].name, arena);
    write_fields(to, fl_link_fields, &own->link, arena);
    return to;
}

static fl_value *write_tier_link(const fl_tier_link *tiers, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    fl_value_add(arena, to, "from_tier", fl_value_number(arena, tiers->from_tier));
    fl_value_add(arena, to, "to_tier", fl_value_number(arena, tiers->to_tier));
    write_fields(to, fl_link_fields, &tiers->link, arena);
    return to;
}

/** The links in the order in which they were written: both lists ascend by index. */
static fl_value *write_links(const fl_system *system, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    int i = 0, j = 0;
    while (i < system->n_links || j < system->n_tier_links) {
        bool own = j == system->n_tier_links ||
                   (i < system->n_links && system->links[i].index <= system->tier_links[j].index);
        fl_value *link = own ? write_node_link(system, &system->links[i++], arena)
                             : write_tier_link(&system->tier_links[j++], arena);
        fl_value_add(arena, array, NULL, link);
    }
    return array;
}

static fl_value *write_system(const fl_system *system, fl_arena *arena) {
    fl_value *to = fl_value_object(arena), *nodes = fl_value_array(arena);
    for (int n = 0; n < system->n_nodes; n++) {
        fl_value *node = fl_value_add(arena, nodes, NULL, fl_value_object(arena));
        write_string(node, "name", system->nodes[n].name, arena);
        write_fields(node, fl_node_fields, &system->nodes[n], arena);
    }
    fl_value_add(arena, to, "nodes", nodes);
    if (system->n_links + system->n_tier_links > 0) {
        fl_value_add(arena, to, "links", write_links(system, arena));
    }
    return to;
}

static void write_measured(fl_value *to, const char *key, const fl_block *block, const fl_system *system,
                           fl_arena *arena) {
    fl_value *object = fl_value_object(arena);
    for (int i = 0; object != NULL && i < block->n_measured; i++) {
        const fl_measured *measured = &block->measured[i];
        double number = key[0] == 't' ? measured->time : measured->energy;
        if (number < 0) continue;
        fl_value_add(arena, object, system->nodes[measured->node].name, fl_value_number(arena, number));
    }
    if (object != NULL && object->n_items > 0) fl_value_add(arena, to, key, object);
}

static void write_codings(fl_value *to, const char *key, const fl_coding *codings, int n, fl_arena *arena) {
    if (n == 0) return;
    fl_value *array = fl_value_add(arena, to, key, fl_value_array(arena));
    for (int i = 0; i < n; i++) {
        fl_value *coding = fl_value_add(arena, array, NULL, fl_value_object(arena));
        write_string(coding, "name", codings[i].name, arena);
        write_fields(coding, fl_coding_fields, &codings[i], arena);
    }
}

/** The times of packing, or of unpacking, that are not 0. */
static void write_serial(fl_value *to, const char *key, bool pack, const fl_serial *serial, int n,
                         const fl_system *system, fl_arena *arena) {
    fl_value *object = fl_value_object(arena);
    for (int i = 0; object != NULL && i < n; i++) {
        double time = pack ? serial[i].pack : serial[i].unpack;
        if (time == 0) continue;
        fl_value_add(arena, object, system->nodes[serial[i].node].name, fl_value_number(arena, time));
    }
    if (object != NULL && object->n_items > 0) fl_value_add(arena, to, key, object);
}

static fl_value *write_block(const fl_block *block, const fl_system *system, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    write_string(to, "name", block->name, arena);
    write_fields(to, fl_block_fields, block, arena);
    write_measured(to, "time", block, system, arena);
    write_measured(to, "energy", block, system, arena);
    write_codings(to, "codings", block->codings, block->n_codings, arena);
    write_serial(to, "pack", true, block->serial, block->n_serial, system, arena);
    write_serial(to, "unpack", false, block->serial, block->n_serial, system, arena);
    if (block->n_allowed < 0) return to;
    fl_value *nodes = fl_value_add(arena, to, "nodes", fl_value_array(arena));
    for (int i = 0; i < block->n_allowed; i++) {
        write_string(nodes, NULL, system->nodes[block->allowed[i]].name, arena);
    }
    return to;
}

static fl_value *write_numbers(const double *numbers, int n, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (int i = 0; i < n; i++) fl_value_add(arena, array, NULL, fl_value_number(arena, numbers[i]));
    return array;
}

static void write_exits(fl_value *to, const fl_app *app, fl_arena *arena) {
    fl_value *exits = fl_value_add(arena, to, "exits", fl_value_array(arena));
    for (int e = 0; e < app->n_exits; e++) {
        fl_value *exit = fl_value_add(arena, exits, NULL, fl_value_object(arena));
        write_fields(exit, fl_exit_fields, &app->exits[e], arena);
        if (app->exits[e].optional) fl_value_add(arena, exit, "optional", fl_value_bool(arena, true));
    }
    if (app->n_thresholds == 0) return;
    fl_value *thresholds = fl_value_add(arena, to, "thresholds", fl_value_array(arena));
    for (int t = 0; t < app->n_thresholds; t++) {
        const fl_threshold *threshold = &app->thresholds[t];
        fl_value *item = fl_value_add(arena, thresholds, NULL, fl_value_object(arena));
        write_string(item, "name", threshold->name, arena);
        fl_value_add(arena, item, "shares", write_numbers(threshold->shares, app->n_exits, arena));
        fl_value_add(arena, item, "accuracies", write_numbers(threshold->accuracies, app->n_exits, arena));
    }
}

static void write_segments(fl_value *to, const fl_app *app, const fl_system *system, fl_arena *arena) {
    if (app->n_segments == 0) return;
    fl_value *object = fl_value_add(arena, to, "segments", fl_value_object(arena));
    for (int i = 0; i < app->n_segments; i++) {
        fl_value *array = fl_value_array(arena);
        for (int k = 0; k < app->segments[i].n_list; k++) {
            fl_value *item = fl_value_add(arena, array, NULL, fl_value_object(arena));
            write_fields(item, fl_segment_fields, &app->segments[i].list[k], arena);
        }
        fl_value_add(arena, object, system->nodes[app->segments[i].node].name, array);
    }
}

static void write_slices(fl_value *to, const fl_app *app, const fl_system *system, fl_arena *arena) {
    if (app->n_slices == 0) return;
    fl_value *object = fl_value_add(arena, to, "slices", fl_value_object(arena));
    for (int i = 0; i < app->n_slices; i++) {
        fl_value_add(arena, object, system->nodes[app->slices[i].node].name,
                     write_numbers(app->slices[i].levels, app->slices[i].n_levels, arena));
    }
}

static fl_value *write_app(const fl_app *app, const fl_system *system, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    write_string(to, "name", app->name, arena);
    write_string(to, "source", system->nodes[app->source].name, arena);
    write_fields(to, fl_app_fields, app, arena);
    if (app->latency != FL_LATENCY_WORST) write_string(to, "latency", fl_latency_names[app->latency], arena);
    fl_value *blocks = fl_value_add(arena, to, "blocks", fl_value_array(arena));
    for (int l = 0; l < app->n_blocks; l++) {
        fl_value_add(arena, blocks, NULL, write_block(&app->blocks[l], system, arena));
    }
    write_exits(to, app, arena);
    write_slices(to, app, system, arena);
    write_codings(to, "input_codings", app->input_codings, app->n_input_codings, arena);
    write_serial(to, "input_pack", true, app->input_serial, app->n_input_serial, system, arena);
    write_serial(to, "input_unpack", false, app->input_serial, app->n_input_serial, system, arena);
    write_segments(to, app, system, arena);
    return to;
}

fl_status fl_instance_write(fl_value **out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    fl_value *to = fl_value_object(arena);
    write_string(to, "schema", FL_SCHEMA, arena);
    if (instance->name[0] != '\0') write_string(to, "name", instance->name, arena);
    if (instance->admission) fl_value_add(arena, to, "admission", fl_value_bool(arena, true));
    fl_value_add(arena, to, "system", write_system(&instance->system, arena));
    fl_value *apps = fl_value_add(arena, to, "apps", fl_value_array(arena));
    for (int h = 0; h < instance->n_apps; h++) {
        fl_value_add(arena, apps, NULL, write_app(&instance->apps[h], &instance->system, arena));
    }
    *out = arena->failed ? NULL : to;
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

fl_status fl_instance_save(const fl_instance *instance, const char *path, fl_error *err) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_value *document;
    const char *text = NULL;
    fl_status status = fl_instance_write(&document, instance, &arena, err);
    if (status == FL_OK) status = fl_json_print(&text, document, 2, &arena, err);
    if (status == FL_OK) status = fl_file_write(path, text, strlen(text), err);
    fl_arena_free(&arena);
    return status;
}
