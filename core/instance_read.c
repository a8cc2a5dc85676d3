/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Reading the finlab/1 format: fills plain parts from a document, checking types and names;
 *  fl_instance_create() then checks the numbers and copies. */
#include "core/instance_read.h"
#include "core/json.h"
#include <string.h>

/* System */

static fl_status read_node(fl_reader *in, const fl_value *value, fl_node *out) {
    static const char *const others[] = {"name", NULL};
    FL_TRY(fl_reader_need(in, value, FL_OBJECT));
    FL_TRY(fl_reader_known(in, value, fl_node_fields, others));
    FL_TRY(fl_reader_string(in, value, "name", NULL, &out->name));
    if (out->name[0] == '\0') {
        fl_place_key(&in->place, "name");
        return fl_place_error(&in->place, in->err, "must not be empty");
    }
    return fl_reader_fields(in, value, fl_node_fields, out);
}

static fl_status read_nodes(fl_reader *in, const fl_value *system, fl_system *out) {
    const fl_value *array;
    FL_TRY(fl_reader_enter(in, system, "nodes", FL_ARRAY, &array));
    fl_node *nodes = FL_ZERO(in->arena, array->n_items, fl_node);
    if (nodes == NULL) return fl_reader_no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(read_node(in, item, &nodes[n]));
        fl_place_pop(&in->place);
    }
    out->nodes = in->nodes = nodes;
    out->n_nodes = in->n_nodes = n;
    FL_TRY(fl_reader_index(in));
    in->slot = FL_NEW(in->arena, n, int);
    if (in->slot == NULL) return fl_reader_no_memory(in);
    for (int i = 0; i < n; i++) in->slot[i] = -1;
    fl_place_pop(&in->place);
    return FL_OK;
}

/** A tier; no node need be in it, and then its links join nothing. */
static fl_status read_tier(fl_reader *in, const fl_value *object, const char *key, int *out) {
    const fl_value *value = fl_value_get(object, key);
    double number;
    if (value == NULL) return fl_reader_missing(in, key);
    fl_place_key(&in->place, key);
    FL_TRY(fl_reader_number(in, value, true, &number));
    FL_TRY(fl_range_check(FL_RANGE_NONNEGATIVE, number, &in->place, in->err));
    fl_place_pop(&in->place);
    *out = (int)number;
    return FL_OK;
}

static fl_status read_link(fl_reader *in, const fl_value *value, fl_system *out, fl_node_link *own,
                           fl_tier_link *tiers, int index) {
    static const char *const node_ends[] = {"from", "to", NULL};
    static const char *const tier_ends[] = {"from_tier", "to_tier", NULL};
    FL_TRY(fl_reader_need(in, value, FL_OBJECT));
    bool by_tier = fl_value_get(value, "from_tier") != NULL || fl_value_get(value, "to_tier") != NULL;
    bool by_node = fl_value_get(value, "from") != NULL || fl_value_get(value, "to") != NULL;
    if (by_tier && by_node) {
        return fl_place_error(&in->place, in->err,
                              "must join two nodes (from, to) or two tiers "
                              "(from_tier, to_tier), not a node and a tier");
    }
    FL_TRY(fl_reader_known(in, value, fl_link_fields, by_tier ? tier_ends : node_ends));
    fl_link link;
    if (by_tier) {
        fl_tier_link *at = &tiers[out->n_tier_links++];
        FL_TRY(read_tier(in, value, "from_tier", &at->from_tier));
        FL_TRY(read_tier(in, value, "to_tier", &at->to_tier));
        FL_TRY(fl_reader_fields(in, value, fl_link_fields, &link));
        at->index = index;
        at->link = link;
    } else {
        fl_node_link *at = &own[out->n_links++];
        FL_TRY(fl_reader_node(in, value, "from", &at->from));
        FL_TRY(fl_reader_node(in, value, "to", &at->to));
        FL_TRY(fl_reader_fields(in, value, fl_link_fields, &link));
        at->index = index;
        at->link = link;
    }
    return FL_OK;
}

static fl_status read_links(fl_reader *in, const fl_value *system, fl_system *out) {
    const fl_value *array = fl_value_get(system, "links");
    if (array == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(in, system, "links", FL_ARRAY, &array));
    fl_node_link *own = FL_ZERO(in->arena, array->n_items, fl_node_link);
    fl_tier_link *tiers = FL_ZERO(in->arena, array->n_items, fl_tier_link);
    if (own == NULL || tiers == NULL) return fl_reader_no_memory(in);
    int index = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, index++) {
        fl_place_index(&in->place, index);
        FL_TRY(read_link(in, item, out, own, tiers, index));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->links = own;
    out->tier_links = tiers;
    return FL_OK;
}

static fl_status read_system(fl_reader *in, const fl_value *document, fl_system *out) {
    static const char *const others[] = {"nodes", "links", NULL};
    const fl_value *system;
    FL_TRY(fl_reader_enter(in, document, "system", FL_OBJECT, &system));
    FL_TRY(fl_reader_known(in, system, NULL, others));
    FL_TRY(read_nodes(in, system, out));
    FL_TRY(read_links(in, system, out));
    fl_place_pop(&in->place);
    return FL_OK;
}

/* Documents */

/** A document may say which format it is in, and must then mean this one. */
static fl_status read_schema(fl_reader *in, const fl_value *document) {
    const char *schema;
    FL_TRY(fl_reader_string(in, document, "schema", FL_SCHEMA, &schema));
    if (strcmp(schema, FL_SCHEMA) == 0) return FL_OK;
    fl_place_key(&in->place, "schema");
    return fl_place_error(&in->place, in->err, "must be \"%s\", not \"%s\"", FL_SCHEMA, schema);
}

static fl_status read_document(fl_reader *in, const fl_value *document, fl_instance *out) {
    static const char *const others[] = {"schema", "name", "system", "apps", "admission", NULL};
    FL_TRY(fl_reader_need(in, document, FL_OBJECT));
    FL_TRY(read_schema(in, document));
    FL_TRY(fl_reader_known(in, document, NULL, others));
    FL_TRY(fl_reader_string(in, document, "name", "", &out->name));
    FL_TRY(fl_reader_bool(in, document, "admission", &out->admission));
    FL_TRY(read_system(in, document, &out->system));
    return fl_instance_read_apps(in, document, out);
}

fl_status fl_instance_read(fl_instance **out, const fl_value *document, fl_place_style style, fl_error *err) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_reader in = {.arena = &arena, .err = err};
    fl_place_init(&in.place, style);
    fl_instance parts = {0};
    *out = NULL;
    fl_status status = read_document(&in, document, &parts);
    if (status == FL_OK) status = fl_instance_create(out, &parts, style, err);
    fl_arena_free(&arena);
    return status;
}

fl_status fl_instance_load(fl_instance **out, const char *path, fl_error *err) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_value *document;
    *out = NULL;
    fl_status status = fl_json_load(&document, path, &arena, err);
    if (status == FL_OK) status = fl_instance_read(out, document, FL_PLACE_JSON, err);
    fl_arena_free(&arena);
    return status;
}

/* Changes */

static fl_status read_change(fl_reader *in, const fl_value *object, const char *const *others,
                             fl_change *out) {
    FL_TRY(fl_reader_need(in, object, FL_OBJECT));
    FL_TRY(fl_reader_known(in, object, NULL, others));
    double count = 0;
    const struct {
        const char *name;
        double *number;
        int least; /* fl_range, where a change marks what is left out by a 0; -1: checked with the rest */
    } fields[] = {{"deadline", &out->deadline, -1},
                  {"accuracy", &out->accuracy, -1},
                  {"rate", &out->rate, -1},
                  {"quantile", &out->quantile, FL_RANGE_POSITIVE},
                  {"deviations", &out->deviations, -1},
                  {"count", &count, FL_RANGE_COUNT}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const fl_value *value = fl_value_get(object, fields[i].name);
        double *number = fields[i].number;
        if (value == NULL) continue;
        fl_place_key(&in->place, fields[i].name);
        FL_TRY(fl_reader_number(in, value, number == &count, number));
        if (!isfinite(*number)) return fl_place_error(&in->place, in->err, "must be a finite number");
        if (fields[i].least >= 0)
            FL_TRY(fl_range_check((fl_range)fields[i].least, *number, &in->place, in->err));
        fl_place_pop(&in->place);
    }
    out->count = (int)count;
    if (fl_value_get(object, "latency") == NULL) return FL_OK;
    return fl_reader_choice(in, object, "latency", fl_latency_names, &out->latency);
}

fl_status fl_instance_read_changes(fl_change **out, int *n_changes, const fl_instance *base,
                                   const fl_value *document, fl_place_style style, fl_arena *arena,
                                   fl_error *err) {
    static const char *const all[] = {"deadline", "accuracy",   "rate", "count", "latency",
                                      "quantile", "deviations", "apps", NULL};
    static const char *const one[] = {"deadline", "accuracy", "rate",       "count",
                                      "latency",  "quantile", "deviations", NULL};
    fl_reader in = {.arena = arena, .err = err};
    fl_place_init(&in.place, style);
    const fl_value *apps = document->kind == FL_OBJECT ? fl_value_get(document, "apps") : NULL;
    *out = FL_NEW(arena, 1 + (apps != NULL ? apps->n_items : 0), fl_change);
    *n_changes = 1;
    if (*out == NULL) return fl_arena_error(arena, err);
    (*out)[0] = FL_CHANGE_NONE;
    FL_TRY(read_change(&in, document, all, &(*out)[0]));
    if (apps == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(&in, document, "apps", FL_OBJECT, &apps));
    for (const fl_value *item = apps->first; item != NULL; item = item->next) {
        fl_change *change = &(*out)[(*n_changes)++];
        *change = FL_CHANGE_NONE;
        fl_place_key(&in.place, item->key);
        change->app = fl_instance_app(base, item->key);
        if (change->app < 0) {
            return fl_place_error(&in.place, err, "no application is called \"%s\"", item->key);
        }
        FL_TRY(read_change(&in, item, one, change));
        fl_place_pop(&in.place);
    }
    return FL_OK;
}
