/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Reading the finlab/1 format: fills plain parts from a document, checking types and names;
 *  fl_instance_create() then checks the numbers and copies. */
#include "core/instance_fields.h"
#include "core/instance_index.h"
#include "core/json.h"
#include "core/nearest.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** What reading carries along: where it is, and where the parts are built. */
typedef struct reader {
    fl_arena *arena;
    fl_place place;
    const fl_node *nodes; /* those read so far, for names */
    int n_nodes;
    fl_named *names; /* [n_nodes], sorted */
    int *slot;       /* [n_nodes] the place of a node in a list of measured values; -1: none */
    fl_error *err;
} reader;

/* Values */

static const char *kind_name(const fl_value *value) {
    static const char *const names[] = {
        [FL_NULL] = "null",       [FL_BOOL] = "a boolean", [FL_NUMBER] = "a number",
        [FL_STRING] = "a string", [FL_ARRAY] = "an array", [FL_OBJECT] = "an object"};
    return names[value->kind];
}

/** In Lua an empty table may be either. */
static bool is_kind(const reader *in, const fl_value *value, fl_kind kind) {
    if (value->kind == kind) return true;
    bool table = kind == FL_ARRAY || kind == FL_OBJECT;
    bool is_table = value->kind == FL_ARRAY || value->kind == FL_OBJECT;
    return in->place.style == FL_PLACE_LUA && table && is_table && value->n_items == 0;
}

static fl_status need_kind(reader *in, const fl_value *value, fl_kind kind) {
    static const char *const wanted[] = {
        [FL_NULL] = "null",       [FL_BOOL] = "true or false", [FL_NUMBER] = "a number",
        [FL_STRING] = "a string", [FL_ARRAY] = "an array",     [FL_OBJECT] = "an object"};
    if (is_kind(in, value, kind)) return FL_OK;
    return fl_place_error(&in->place, in->err, "must be %s, not %s", wanted[kind], kind_name(value));
}

static fl_status missing(reader *in, const char *key) {
    fl_place_key(&in->place, key);
    return fl_place_error(&in->place, in->err, "is missing");
}

static fl_status unknown(reader *in, const char *key, const fl_field *fields, const char *const *others) {
    fl_nearest nearest = fl_nearest_to(key);
    for (; fields != NULL && fields->name != NULL; fields++) fl_nearest_offer(&nearest, fields->name);
    for (; *others != NULL; others++) fl_nearest_offer(&nearest, *others);
    fl_place_key(&in->place, key);
    return fl_place_error(&in->place, in->err, "is not a field of this format%s", fl_nearest_hint(&nearest));
}

/** Refuse members that neither `fields` nor `others` (NULL-terminated) knows. */
static fl_status known(reader *in, const fl_value *object, const fl_field *fields,
                       const char *const *others) {
    for (const fl_value *item = object->first; item != NULL; item = item->next) {
        bool found = false;
        for (const fl_field *field = fields; field != NULL && field->name != NULL && !found; field++) {
            found = strcmp(field->name, item->key) == 0;
        }
        for (const char *const *other = others; *other != NULL && !found; other++) {
            found = strcmp(*other, item->key) == 0;
        }
        if (!found) return unknown(in, item->key, fields, others);
    }
    return FL_OK;
}

static fl_status read_number(reader *in, const fl_value *value, bool integer, double *out) {
    FL_TRY(need_kind(in, value, FL_NUMBER));
    *out = value->number;
    if (!integer) return FL_OK;
    if (fabs(value->number) > INT_MAX) {
        return fl_place_error(&in->place, in->err, "must be at most %d, not %.17g", INT_MAX, value->number);
    }
    if (value->number != floor(value->number)) {
        return fl_place_error(&in->place, in->err, "must be a whole number, not %.17g", value->number);
    }
    return FL_OK;
}

/** Read the plain fields of `object` into `out`; ranges are checked later, all but one: only a number that is
 *  written may be unlimited, so that an infinite one is still an error. */
static fl_status read_fields(reader *in, const fl_value *object, const fl_field *fields, void *out) {
    for (const fl_field *field = fields; field->name != NULL; field++) {
        const fl_value *value = fl_value_get(object, field->name);
        double number = field->fallback;
        if (value == NULL && field->required) return missing(in, field->name);
        if (value != NULL) {
            fl_place_key(&in->place, field->name);
            FL_TRY(read_number(in, value, field->integer, &number));
            if (!isfinite(number)) return fl_place_error(&in->place, in->err, "must be a finite number");
            fl_place_pop(&in->place);
        }
        fl_field_set(field, out, number);
    }
    return FL_OK;
}

/** A string member, or `fallback` when it is absent; a NULL fallback makes it required. */
static fl_status read_string(reader *in, const fl_value *object, const char *key, const char *fallback,
                             const char **out) {
    const fl_value *value = fl_value_get(object, key);
    *out = fallback;
    if (value == NULL) return fallback != NULL ? FL_OK : missing(in, key);
    fl_place_key(&in->place, key);
    FL_TRY(need_kind(in, value, FL_STRING));
    *out = value->string;
    fl_place_pop(&in->place);
    return FL_OK;
}

/** A name that must be one of `choices` (NULL-terminated); its index. */
static fl_status read_choice(reader *in, const fl_value *object, const char *key, const char *const *choices,
                             int *out) {
    const char *text;
    FL_TRY(read_string(in, object, key, choices[0], &text));
    for (*out = 0; choices[*out] != NULL; ++*out) {
        if (strcmp(choices[*out], text) == 0) return FL_OK;
    }
    char list[64] = "";
    for (int i = 0; i < *out; i++) {
        size_t used = strlen(list);
        const char *before = i == 0 ? "" : i + 1 < *out ? ", " : " or ";
        snprintf(list + used, sizeof list - used, "%s\"%s\"", before, choices[i]);
    }
    fl_place_key(&in->place, key);
    return fl_place_error(&in->place, in->err, "must be %s, not \"%s\"", list, text);
}

static fl_status read_bool(reader *in, const fl_value *object, const char *key, bool *out) {
    const fl_value *value = fl_value_get(object, key);
    *out = false;
    if (value == NULL) return FL_OK;
    fl_place_key(&in->place, key);
    FL_TRY(need_kind(in, value, FL_BOOL));
    *out = value->boolean;
    fl_place_pop(&in->place);
    return FL_OK;
}

/** A required member of the given kind; the place then names it. */
static fl_status enter(reader *in, const fl_value *object, const char *key, fl_kind kind,
                       const fl_value **out) {
    *out = fl_value_get(object, key);
    if (*out == NULL) return missing(in, key);
    fl_place_key(&in->place, key);
    return need_kind(in, *out, kind);
}

static fl_status no_memory(reader *in) {
    return fl_arena_error(in->arena, in->err);
}

/* Names of nodes */

/** Sort the nodes by name; the place is that of their array. Names must be there, and only once, before
 *  anything can be looked up by them. */
static fl_status index_names(reader *in) {
    if (in->n_nodes < 1) return fl_place_error(&in->place, in->err, "needs at least one node");
    in->names = fl_named_sort(&in->nodes[0].name, sizeof *in->nodes, in->n_nodes, in->arena);
    if (in->names == NULL) return no_memory(in);
    int doubled = fl_named_doubled(in->names, in->n_nodes);
    if (doubled < 0) return FL_OK;
    fl_place_index(&in->place, doubled);
    fl_place_key(&in->place, "name");
    return fl_place_error(&in->place, in->err, "a node called \"%s\" is there already",
                          in->nodes[doubled].name);
}

/** The node called `name`; the place is that of the name. */
static fl_status find_node(reader *in, const char *name, int *out) {
    *out = fl_named_find(in->names, in->n_nodes, name);
    if (*out >= 0) return FL_OK;
    fl_nearest nearest = fl_nearest_to(name);
    for (int n = 0; n < in->n_nodes; n++) fl_nearest_offer(&nearest, in->nodes[n].name);
    return fl_place_error(&in->place, in->err, "no node is called \"%s\"%s", name, fl_nearest_hint(&nearest));
}

static fl_status read_node_name(reader *in, const fl_value *object, const char *key, int *out) {
    const char *name;
    FL_TRY(read_string(in, object, key, NULL, &name));
    fl_place_key(&in->place, key);
    FL_TRY(find_node(in, name, out));
    fl_place_pop(&in->place);
    return FL_OK;
}

/* System */

static fl_status read_node(reader *in, const fl_value *value, fl_node *out) {
    static const char *const others[] = {"name", NULL};
    FL_TRY(need_kind(in, value, FL_OBJECT));
    FL_TRY(known(in, value, fl_node_fields, others));
    FL_TRY(read_string(in, value, "name", NULL, &out->name));
    if (out->name[0] == '\0') {
        fl_place_key(&in->place, "name");
        return fl_place_error(&in->place, in->err, "must not be empty");
    }
    return read_fields(in, value, fl_node_fields, out);
}

static fl_status read_nodes(reader *in, const fl_value *system, fl_system *out) {
    const fl_value *array;
    FL_TRY(enter(in, system, "nodes", FL_ARRAY, &array));
    fl_node *nodes = FL_ZERO(in->arena, array->n_items, fl_node);
    if (nodes == NULL) return no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(read_node(in, item, &nodes[n]));
        fl_place_pop(&in->place);
    }
    out->nodes = in->nodes = nodes;
    out->n_nodes = in->n_nodes = n;
    FL_TRY(index_names(in));
    in->slot = FL_NEW(in->arena, n, int);
    if (in->slot == NULL) return no_memory(in);
    for (int i = 0; i < n; i++) in->slot[i] = -1;
    fl_place_pop(&in->place);
    return FL_OK;
}

/** A tier; no node need be in it, and then its links join nothing. */
static fl_status read_tier(reader *in, const fl_value *object, const char *key, int *out) {
    const fl_value *value = fl_value_get(object, key);
    double number;
    if (value == NULL) return missing(in, key);
    fl_place_key(&in->place, key);
    FL_TRY(read_number(in, value, true, &number));
    FL_TRY(fl_range_check(FL_RANGE_NONNEGATIVE, number, &in->place, in->err));
    fl_place_pop(&in->place);
    *out = (int)number;
    return FL_OK;
}

static fl_status read_link(reader *in, const fl_value *value, fl_system *out, fl_node_link *own,
                           fl_tier_link *tiers, int index) {
    static const char *const node_ends[] = {"from", "to", NULL};
    static const char *const tier_ends[] = {"from_tier", "to_tier", NULL};
    FL_TRY(need_kind(in, value, FL_OBJECT));
    bool by_tier = fl_value_get(value, "from_tier") != NULL || fl_value_get(value, "to_tier") != NULL;
    bool by_node = fl_value_get(value, "from") != NULL || fl_value_get(value, "to") != NULL;
    if (by_tier && by_node) {
        return fl_place_error(&in->place, in->err,
                              "must join two nodes (from, to) or two tiers "
                              "(from_tier, to_tier), not a node and a tier");
    }
    FL_TRY(known(in, value, fl_link_fields, by_tier ? tier_ends : node_ends));
    fl_link link;
    if (by_tier) {
        fl_tier_link *at = &tiers[out->n_tier_links++];
        FL_TRY(read_tier(in, value, "from_tier", &at->from_tier));
        FL_TRY(read_tier(in, value, "to_tier", &at->to_tier));
        FL_TRY(read_fields(in, value, fl_link_fields, &link));
        at->index = index;
        at->link = link;
    } else {
        fl_node_link *at = &own[out->n_links++];
        FL_TRY(read_node_name(in, value, "from", &at->from));
        FL_TRY(read_node_name(in, value, "to", &at->to));
        FL_TRY(read_fields(in, value, fl_link_fields, &link));
        at->index = index;
        at->link = link;
    }
    return FL_OK;
}

static fl_status read_links(reader *in, const fl_value *system, fl_system *out) {
    const fl_value *array = fl_value_get(system, "links");
    if (array == NULL) return FL_OK;
    FL_TRY(enter(in, system, "links", FL_ARRAY, &array));
    fl_node_link *own = FL_ZERO(in->arena, array->n_items, fl_node_link);
    fl_tier_link *tiers = FL_ZERO(in->arena, array->n_items, fl_tier_link);
    if (own == NULL || tiers == NULL) return no_memory(in);
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

static fl_status read_system(reader *in, const fl_value *document, fl_system *out) {
    static const char *const others[] = {"nodes", "links", NULL};
    const fl_value *system;
    FL_TRY(enter(in, document, "system", FL_OBJECT, &system));
    FL_TRY(known(in, system, NULL, others));
    FL_TRY(read_nodes(in, system, out));
    FL_TRY(read_links(in, system, out));
    fl_place_pop(&in->place);
    return FL_OK;
}

/* Applications */

static int compare_measured(const void *a, const void *b) {
    const fl_measured *one = a, *two = b;
    return (one->node > two->node) - (one->node < two->node);
}

/** Add one measured quantity (`time` or `energy`, node name to number) to the list. */
static fl_status read_quantity(reader *in, const fl_value *block, const char *key, fl_measured *list,
                               int *n) {
    const fl_value *object = fl_value_get(block, key);
    bool time = key[0] == 't';
    if (object == NULL) return FL_OK;
    FL_TRY(enter(in, block, key, FL_OBJECT, &object));
    for (const fl_value *item = object->first; item != NULL; item = item->next) {
        int node;
        double number;
        fl_place_key(&in->place, item->key);
        FL_TRY(find_node(in, item->key, &node));
        FL_TRY(read_number(in, item, false, &number));
        FL_TRY(fl_range_check(FL_RANGE_NONNEGATIVE, number, &in->place, in->err));
        if (in->slot[node] < 0) {
            list[*n] = (fl_measured){node, -1, -1};
            in->slot[node] = (*n)++;
        }
        fl_measured *measured = &list[in->slot[node]];
        *(time ? &measured->time : &measured->energy) = number;
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    return FL_OK;
}

static fl_status read_measured(reader *in, const fl_value *block, fl_block *out) {
    const fl_value *time = fl_value_get(block, "time"), *energy = fl_value_get(block, "energy");
    int most = (time != NULL ? time->n_items : 0) + (energy != NULL ? energy->n_items : 0);
    fl_measured *list = FL_NEW(in->arena, most, fl_measured);
    if (list == NULL) return no_memory(in);
    FL_TRY(read_quantity(in, block, "time", list, &out->n_measured));
    FL_TRY(read_quantity(in, block, "energy", list, &out->n_measured));
    for (int i = 0; i < out->n_measured; i++) in->slot[list[i].node] = -1;
    qsort(list, (size_t)out->n_measured, sizeof *list, compare_measured);
    out->measured = list;
    return FL_OK;
}

static fl_status read_allowed(reader *in, const fl_value *block, fl_block *out) {
    const fl_value *array = fl_value_get(block, "nodes");
    out->n_allowed = -1;
    if (array == NULL) return FL_OK;
    FL_TRY(enter(in, block, "nodes", FL_ARRAY, &array));
    int *allowed = FL_NEW(in->arena, array->n_items, int);
    if (allowed == NULL) return no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(need_kind(in, item, FL_STRING));
        FL_TRY(find_node(in, item->string, &allowed[n]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->allowed = allowed;
    out->n_allowed = n;
    return FL_OK;
}

static fl_status read_block(reader *in, const fl_value *value, fl_block *out) {
    static const char *const others[] = {"name", "time", "energy", "nodes", NULL};
    FL_TRY(need_kind(in, value, FL_OBJECT));
    FL_TRY(known(in, value, fl_block_fields, others));
    FL_TRY(read_string(in, value, "name", "", &out->name));
    FL_TRY(read_fields(in, value, fl_block_fields, out));
    FL_TRY(read_measured(in, value, out));
    return read_allowed(in, value, out);
}

static fl_status read_blocks(reader *in, const fl_value *app, fl_app *out) {
    const fl_value *array;
    FL_TRY(enter(in, app, "blocks", FL_ARRAY, &array));
    fl_block *blocks = FL_ZERO(in->arena, array->n_items, fl_block);
    if (blocks == NULL) return no_memory(in);
    int l = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, l++) {
        fl_place_index(&in->place, l);
        FL_TRY(read_block(in, item, &blocks[l]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->blocks = blocks;
    out->n_blocks = l;
    return FL_OK;
}

static fl_status read_exits(reader *in, const fl_value *app, fl_app *out) {
    static const char *const none[] = {NULL};
    const fl_value *array;
    FL_TRY(enter(in, app, "exits", FL_ARRAY, &array));
    fl_exit *exits = FL_ZERO(in->arena, array->n_items, fl_exit);
    if (exits == NULL) return no_memory(in);
    int e = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, e++) {
        fl_place_index(&in->place, e);
        FL_TRY(need_kind(in, item, FL_OBJECT));
        FL_TRY(known(in, item, fl_exit_fields, none));
        FL_TRY(read_fields(in, item, fl_exit_fields, &exits[e]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->exits = exits;
    out->n_exits = e;
    return FL_OK;
}

static fl_status read_levels(reader *in, const fl_value *array, fl_slices *out) {
    FL_TRY(need_kind(in, array, FL_ARRAY));
    double *levels = FL_NEW(in->arena, array->n_items, double);
    if (levels == NULL) return no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(read_number(in, item, false, &levels[n]));
        fl_place_pop(&in->place);
    }
    out->levels = levels;
    out->n_levels = n;
    return FL_OK;
}

static fl_status read_slices(reader *in, const fl_value *app, fl_app *out) {
    const fl_value *object = fl_value_get(app, "slices");
    if (object == NULL) return FL_OK;
    FL_TRY(enter(in, app, "slices", FL_OBJECT, &object));
    fl_slices *slices = FL_ZERO(in->arena, object->n_items, fl_slices);
    if (slices == NULL) return no_memory(in);
    int n = 0;
    for (const fl_value *item = object->first; item != NULL; item = item->next, n++) {
        fl_place_key(&in->place, item->key);
        FL_TRY(find_node(in, item->key, &slices[n].node));
        FL_TRY(read_levels(in, item, &slices[n]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->slices = slices;
    out->n_slices = n;
    return FL_OK;
}

static fl_status read_app(reader *in, const fl_value *value, fl_app *out) {
    static const char *const others[] = {"name", "source", "latency", "blocks", "exits", "slices", NULL};
    int latency;
    FL_TRY(need_kind(in, value, FL_OBJECT));
    FL_TRY(known(in, value, fl_app_fields, others));
    FL_TRY(read_string(in, value, "name", "", &out->name));
    FL_TRY(read_node_name(in, value, "source", &out->source));
    FL_TRY(read_choice(in, value, "latency", fl_latency_names, &latency));
    out->latency = (fl_latency)latency;
    FL_TRY(read_fields(in, value, fl_app_fields, out));
    FL_TRY(read_blocks(in, value, out));
    FL_TRY(read_exits(in, value, out));
    return read_slices(in, value, out);
}

static fl_status read_apps(reader *in, const fl_value *document, fl_instance *out) {
    const fl_value *array;
    FL_TRY(enter(in, document, "apps", FL_ARRAY, &array));
    fl_app *apps = FL_ZERO(in->arena, array->n_items, fl_app);
    if (apps == NULL) return no_memory(in);
    int h = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, h++) {
        fl_place_index(&in->place, h);
        FL_TRY(read_app(in, item, &apps[h]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->apps = apps;
    out->n_apps = h;
    return FL_OK;
}

/** A document may say which format it is in, and must then mean this one. */
static fl_status read_schema(reader *in, const fl_value *document) {
    const char *schema;
    FL_TRY(read_string(in, document, "schema", FL_SCHEMA, &schema));
    if (strcmp(schema, FL_SCHEMA) == 0) return FL_OK;
    fl_place_key(&in->place, "schema");
    return fl_place_error(&in->place, in->err, "must be \"%s\", not \"%s\"", FL_SCHEMA, schema);
}

static fl_status read_document(reader *in, const fl_value *document, fl_instance *out) {
    static const char *const others[] = {"schema", "name", "system", "apps", "admission", NULL};
    FL_TRY(need_kind(in, document, FL_OBJECT));
    FL_TRY(read_schema(in, document));
    FL_TRY(known(in, document, NULL, others));
    FL_TRY(read_string(in, document, "name", "", &out->name));
    FL_TRY(read_bool(in, document, "admission", &out->admission));
    FL_TRY(read_system(in, document, &out->system));
    return read_apps(in, document, out);
}

fl_status fl_instance_read(fl_instance **out, const fl_value *document, fl_place_style style, fl_error *err) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    reader in = {.arena = &arena, .err = err};
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

static fl_status read_change(reader *in, const fl_value *object, const char *const *others, fl_change *out) {
    FL_TRY(need_kind(in, object, FL_OBJECT));
    FL_TRY(known(in, object, NULL, others));
    double count = 0;
    const struct {
        const char *name;
        double *number;
        int least; /* fl_range, where a change marks what is left out by a 0; -1: checked with the rest */
    } fields[] = {{"deadline", &out->deadline, -1},
                  {"accuracy", &out->accuracy, -1},
                  {"rate", &out->rate, -1},
                  {"quantile", &out->quantile, FL_RANGE_POSITIVE},
                  {"count", &count, FL_RANGE_COUNT}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const fl_value *value = fl_value_get(object, fields[i].name);
        double *number = fields[i].number;
        if (value == NULL) continue;
        fl_place_key(&in->place, fields[i].name);
        FL_TRY(read_number(in, value, number == &count, number));
        if (!isfinite(*number)) return fl_place_error(&in->place, in->err, "must be a finite number");
        if (fields[i].least >= 0)
            FL_TRY(fl_range_check((fl_range)fields[i].least, *number, &in->place, in->err));
        fl_place_pop(&in->place);
    }
    out->count = (int)count;
    if (fl_value_get(object, "latency") == NULL) return FL_OK;
    return read_choice(in, object, "latency", fl_latency_names, &out->latency);
}

fl_status fl_instance_read_changes(fl_change **out, int *n_changes, const fl_instance *base,
                                   const fl_value *document, fl_place_style style, fl_arena *arena,
                                   fl_error *err) {
    static const char *const all[] = {"deadline", "accuracy", "rate", "count",
                                      "latency",  "quantile", "apps", NULL};
    static const char *const one[] = {"deadline", "accuracy", "rate", "count", "latency", "quantile", NULL};
    reader in = {.arena = arena, .err = err};
    fl_place_init(&in.place, style);
    const fl_value *apps = document->kind == FL_OBJECT ? fl_value_get(document, "apps") : NULL;
    *out = FL_NEW(arena, 1 + (apps != NULL ? apps->n_items : 0), fl_change);
    *n_changes = 1;
    if (*out == NULL) return fl_arena_error(arena, err);
    (*out)[0] = FL_CHANGE_NONE;
    FL_TRY(read_change(&in, document, all, &(*out)[0]));
    if (apps == NULL) return FL_OK;
    FL_TRY(enter(&in, document, "apps", FL_OBJECT, &apps));
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
