/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/json.h"
#include "core/file.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static fl_value *from_jansson(fl_arena *arena, json_t *json);

static fl_value *array_from_jansson(fl_arena *arena, json_t *json) {
    fl_value *array = fl_value_array(arena);
    for (size_t i = 0; i < json_array_size(json) && !arena->failed; i++) {
        fl_value_add(arena, array, NULL, from_jansson(arena, json_array_get(json, i)));
    }
    return array;
}

static fl_value *object_from_jansson(fl_arena *arena, json_t *json) {
    fl_value *object = fl_value_object(arena);
    for (void *at = json_object_iter(json); at != NULL && !arena->failed;
         at = json_object_iter_next(json, at)) {
        fl_value *item = from_jansson(arena, json_object_iter_value(at));
        fl_value_add(arena, object, json_object_iter_key(at), item);
    }
    return object;
}

/** Copy a jansson tree; recursion is bounded by jansson's own nesting limit (2048). */
static fl_value *from_jansson(fl_arena *arena, json_t *json) {
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return object_from_jansson(arena, json);
    case JSON_ARRAY:
        return array_from_jansson(arena, json);
    case JSON_STRING:
        return fl_value_string(arena, json_string_value(json));
    case JSON_REAL:
        return fl_value_number(arena, json_real_value(json));
    case JSON_TRUE:
        return fl_value_bool(arena, true);
    case JSON_FALSE:
        return fl_value_bool(arena, false);
    default:
        return fl_value_null(arena);
    }
}

static json_t *load(const char *text, size_t length, json_error_t *why) {
    return json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, why);
}

/** Whether jansson ran out of memory; mostly it says nothing at all then. */
static bool is_starved(const json_error_t *why) {
    return json_error_code(why) == json_error_out_of_memory || why->text[0] == '\0';
}

fl_status fl_json_parse(fl_value **out, const char *text, size_t length, fl_arena *arena, fl_error *err) {
    json_error_t why;
    *out = NULL;
    json_t *json = load(text, length, &why);
    if (json == NULL) json = load(text, length, &why); /* some failed allocations read as broken text */
    if (json == NULL && is_starved(&why)) return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    if (json == NULL) {
        fl_status status =
            fl_error_set(err, FL_EINVAL, NULL, "line %d, column %d: %s", why.line, why.column, why.text);
        if (err != NULL) {
            err->line = why.line;
            err->column = why.column;
        }
        return status;
    }
    fl_value *value = from_jansson(arena, json);
    json_decref(json);
    if (arena->failed) return fl_arena_error(arena, err);
    *out = value;
    return FL_OK;
}

fl_status fl_json_load(fl_value **out, const char *path, fl_arena *arena, fl_error *err) {
    const char *text;
    size_t length;
    *out = NULL;
    FL_TRY(fl_file_read(&text, &length, path, FL_JSON_MOST_BYTES, arena, err));
    return fl_json_parse(out, text, length, arena, err);
}

static json_t *to_jansson(const fl_value *value);

/** Numbers with an integral value print as integers: 3, not 3.0. */
static json_t *number_to_jansson(double number) {
    bool integral = number == floor(number) && fabs(number) < 1e15 && !(number == 0 && signbit(number));
    return integral ? json_integer((json_int_t)number) : json_real(number);
}

static json_t *members_to_jansson(const fl_value *value) {
    json_t *json = value->kind == FL_ARRAY ? json_array() : json_object();
    for (const fl_value *item = value->first; item != NULL && json != NULL; item = item->next) {
        json_t *copy = to_jansson(item); /* both setters take it over, and refuse NULL */
        int failed = value->kind == FL_ARRAY ? json_array_append_new(json, copy)
                                             : json_object_set_new(json, item->key, copy);
        if (failed) {
            json_decref(json);
            json = NULL;
        }
    }
    return json;
}

static json_t *to_jansson(const fl_value *value) {
    switch (value->kind) {
    case FL_BOOL:
        return json_boolean(value->boolean);
    case FL_NUMBER:
        return number_to_jansson(value->number);
    case FL_STRING:
        return json_string(value->string);
    case FL_ARRAY:
    case FL_OBJECT:
        return members_to_jansson(value);
    default:
        return json_null();
    }
}

/** The bytes of a text, only counted as long as there is no room for them. */
typedef struct printed {
    char *text;
    size_t used;
} printed;

static int add_piece(const char *piece, size_t length, void *to) {
    printed *out = to;
    if (out->text != NULL) memcpy(out->text + out->used, piece, length);
    out->used += length;
    return 0;
}

/** Print twice, to count and to keep: jansson's own buffer may run out of memory in the middle of a text
 * without its saying so. */
static bool print(printed *out, const json_t *json, size_t flags, fl_arena *arena) {
    if (json == NULL || json_dump_callback(json, add_piece, out, flags) != 0) return false;
    out->text = FL_NEW(arena, out->used + 1, char);
    out->used = 0;
    if (out->text == NULL || json_dump_callback(json, add_piece, out, flags) != 0) return false;
    out->text[out->used] = '\0';
    return true;
}

fl_status fl_json_print(const char **out, const fl_value *value, int indent, fl_arena *arena, fl_error *err) {
    json_t *json = to_jansson(value);
    size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(17) | JSON_INDENT((size_t)indent);
    printed text = {NULL, 0};
    bool whole = print(&text, json, flags, arena);
    json_decref(json);
    *out = whole ? text.text : NULL;
    return whole ? FL_OK : fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
}
