/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/reader.h"
#include "core/nearest.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Values */

static const char *kind_name(const fl_value *value) {
    static const char *const names[] = {
        [FL_NULL] = "null",       [FL_BOOL] = "a boolean", [FL_NUMBER] = "a number",
        [FL_STRING] = "a string", [FL_ARRAY] = "an array", [FL_OBJECT] = "an object"};
    return names[value->kind];
}

/** In Lua an empty table may be either. */
static bool is_kind(const fl_reader *in, const fl_value *value, fl_kind kind) {
    if (value->kind == kind) return true;
    bool table = kind == FL_ARRAY || kind == FL_OBJECT;
    bool is_table = value->kind == FL_ARRAY || value->kind == FL_OBJECT;
    return in->place.style == FL_PLACE_LUA && table && is_table && value->n_items == 0;
}

fl_status fl_reader_need(fl_reader *in, const fl_value *value, fl_kind kind) {
    static const char *const wanted[] = {
        [FL_NULL] = "null",       [FL_BOOL] = "true or false", [FL_NUMBER] = "a number",
        [FL_STRING] = "a string", [FL_ARRAY] = "an array",     [FL_OBJECT] = "an object"};
    if (is_kind(in, value, kind)) return FL_OK;
    return fl_place_error(&in->place, in->err, "must be %s, not %s", wanted[kind], kind_name(value));
}

fl_status fl_reader_missing(fl_reader *in, const char *key) {
    fl_place_key(&in->place, key);
    return fl_place_error(&in->place, in->err, "is missing");
}

static fl_status unknown(fl_reader *in, const char *key, const fl_field *fields, const char *const *others) {
    fl_nearest nearest = fl_nearest_to(key);
    for (; fields != NULL && fields->name != NULL; fields++) fl_nearest_offer(&nearest, fields->name);
    for (; *others != NULL; others++) fl_nearest_offer(&nearest, *others);
    fl_place_key(&in->place, key);
    return fl_place_error(&in->place, in->err, "is not a field of this format%s", fl_nearest_hint(&nearest));
}

fl_status fl_reader_known(fl_reader *in, const fl_value *object, const fl_field *fields,
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

fl_status fl_reader_number(fl_reader *in, const fl_value *value, bool integer, double *out) {
    FL_TRY(fl_reader_need(in, value, FL_NUMBER));
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

fl_status fl_reader_fields(fl_reader *in, const fl_value *object, const fl_field *fields, void *out) {
    for (const fl_field *field = fields; field->name != NULL; field++) {
        const fl_value *value = fl_value_get(object, field->name);
        double number = field->fallback;
        if (value == NULL && field->required) return fl_reader_missing(in, field->name);
        if (value != NULL) {
            fl_place_key(&in->place, field->name);
            FL_TRY(fl_reader_number(in, value, field->integer, &number));
            if (!isfinite(number)) return fl_place_error(&in->place, in->err, "must be a finite number");
            fl_place_pop(&in->place);
        }
        fl_field_set(field, out, number);
    }
    return FL_OK;
}

fl_status fl_reader_string(fl_reader *in, const fl_value *object, const char *key, const char *fallback,
                           const char **out) {
    const fl_value *value = fl_value_get(object, key);
    *out = fallback;
    if (value == NULL) return fallback != NULL ? FL_OK : fl_reader_missing(in, key);
    fl_place_key(&in->place, key);
    FL_TRY(fl_reader_need(in, value, FL_STRING));
    *out = value->string;
    fl_place_pop(&in->place);
    return FL_OK;
}

fl_status fl_reader_choice(fl_reader *in, const fl_value *object, const char *key, const char *const *choices,
                           int *out) {
    const char *text;
    FL_TRY(fl_reader_string(in, object, key, choices[0], &text));
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

fl_status fl_reader_bool(fl_reader *in, const fl_value *object, const char *key, bool *out) {
    const fl_value *value = fl_value_get(object, key);
    *out = false;
    if (value == NULL) return FL_OK;
    fl_place_key(&in->place, key);
    FL_TRY(fl_reader_need(in, value, FL_BOOL));
    *out = value->boolean;
    fl_place_pop(&in->place);
    return FL_OK;
}

fl_status fl_reader_enter(fl_reader *in, const fl_value *object, const char *key, fl_kind kind,
                          const fl_value **out) {
    *out = fl_value_get(object, key);
    if (*out == NULL) return fl_reader_missing(in, key);
    fl_place_key(&in->place, key);
    return fl_reader_need(in, *out, kind);
}

fl_status fl_reader_no_memory(fl_reader *in) {
    return fl_arena_error(in->arena, in->err);
}

/* Names of nodes */

fl_status fl_reader_index(fl_reader *in) {
    if (in->n_nodes < 1) return fl_place_error(&in->place, in->err, "needs at least one node");
    in->names = fl_named_sort(&in->nodes[0].name, sizeof *in->nodes, in->n_nodes, in->arena);
    if (in->names == NULL) return fl_reader_no_memory(in);
    int doubled = fl_named_doubled(in->names, in->n_nodes);
    if (doubled < 0) return FL_OK;
    fl_place_index(&in->place, doubled);
    fl_place_key(&in->place, "name");
    return fl_place_error(&in->place, in->err, "a node called \"%s\" is there already",
                          in->nodes[doubled].name);
}

fl_status fl_reader_find_node(fl_reader *in, const char *name, int *out) {
    *out = fl_named_find(in->names, in->n_nodes, name);
    if (*out >= 0) return FL_OK;
    fl_nearest nearest = fl_nearest_to(name);
    for (int n = 0; n < in->n_nodes; n++) fl_nearest_offer(&nearest, in->nodes[n].name);
    return fl_place_error(&in->place, in->err, "no node is called \"%s\"%s", name, fl_nearest_hint(&nearest));
}

fl_status fl_reader_node(fl_reader *in, const fl_value *object, const char *key, int *out) {
    const char *name;
    FL_TRY(fl_reader_string(in, object, key, NULL, &name));
    fl_place_key(&in->place, key);
    FL_TRY(fl_reader_find_node(in, name, out));
    fl_place_pop(&in->place);
    return FL_OK;
}
