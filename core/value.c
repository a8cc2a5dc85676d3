/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/value.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static fl_value *create(fl_arena *arena, fl_kind kind) {
    fl_value *value = FL_ZERO(arena, 1, fl_value);
    if (value != NULL) value->kind = kind;
    return value;
}

fl_value *fl_value_null(fl_arena *arena) {
    return create(arena, FL_NULL);
}

fl_value *fl_value_bool(fl_arena *arena, bool boolean) {
    fl_value *value = create(arena, FL_BOOL);
    if (value != NULL) value->boolean = boolean;
    return value;
}

fl_value *fl_value_number(fl_arena *arena, double number) {
    if (!isfinite(number)) return fl_value_null(arena);
    fl_value *value = create(arena, FL_NUMBER);
    if (value != NULL) value->number = number;
    return value;
}

fl_value *fl_value_string(fl_arena *arena, const char *string) {
    const char *copy = fl_arena_text(arena, string);
    fl_value *value = copy != NULL ? create(arena, FL_STRING) : NULL;
    if (value != NULL) value->string = copy;
    return value;
}

fl_value *fl_value_array(fl_arena *arena) {
    return create(arena, FL_ARRAY);
}

fl_value *fl_value_object(fl_arena *arena) {
    return create(arena, FL_OBJECT);
}

fl_value *fl_value_add(fl_arena *arena, fl_value *parent, const char *key, fl_value *item) {
    if (parent == NULL || item == NULL) return item;
    if (key != NULL) {
        item->key = fl_arena_text(arena, key);
        if (item->key == NULL) return item;
    }
    if (parent->last != NULL) {
        parent->last->next = item;
    } else {
        parent->first = item;
    }
    parent->last = item;
    parent->n_items++;
    return item;
}

const fl_value *fl_value_get(const fl_value *object, const char *key) {
    const fl_value *item = object->kind == FL_OBJECT ? object->first : NULL;
    while (item != NULL && strcmp(item->key, key) != 0) item = item->next;
    return item;
}

bool fl_value_utf8(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    while (*at != 0) {
        int more = *at < 0x80 ? 0 : *at < 0xC2 ? -1 : *at < 0xE0 ? 1 : *at < 0xF0 ? 2 : *at < 0xF5 ? 3 : -1;
        if (more < 0) return false;
        bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
        bool outside = (at[0] == 0xED && at[1] > 0x9F) || (at[0] == 0xF4 && at[1] > 0x8F);
        if (overlong || outside) return false;
        for (at++; more > 0; more--, at++) {
            if ((*at & 0xC0) != 0x80) return false;
        }
    }
    return true;
}

void fl_place_init(fl_place *place, fl_place_style style) {
    *place = (fl_place){.style = style};
}

void fl_place_key(fl_place *place, const char *key) {
    if (place->depth < FL_PLACE_DEPTH) place->step[place->depth].key = key;
    place->depth++;
}

void fl_place_index(fl_place *place, int index) {
    if (place->depth < FL_PLACE_DEPTH) {
        place->step[place->depth].key = NULL;
        place->step[place->depth].index = index;
    }
    place->depth++;
}

void fl_place_pop(fl_place *place) {
    place->depth--;
}

/** Append to `out`, which holds `size` bytes, never beyond its end. */
static void append(char *out, size_t size, const char *format, ...) {
    size_t used = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out + used, size - used, format, arguments);
    va_end(arguments);
}

/** A key of a JSON Pointer: ~ and / escaped (RFC 6901). */
static void append_pointer_key(char *out, size_t size, const char *key) {
    append(out, size, "/");
    for (; *key != '\0'; key++) {
        if (*key == '~') {
            append(out, size, "~0");
        } else if (*key == '/') {
            append(out, size, "~1");
        } else {
            append(out, size, "%c", *key);
        }
    }
}

static bool is_identifier(const char *key) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    if (*key == '\0' || strchr(letters, *key) == NULL) return false;
    for (; *key != '\0'; key++) {
        if (strchr(letters, *key) == NULL && (*key < '0' || *key > '9')) return false;
    }
    return true;
}

static void append_lua_key(char *out, size_t size, const char *key) {
    if (is_identifier(key)) {
        append(out, size, "%s%s", out[0] != '\0' ? "." : "", key);
    } else {
        append(out, size, "[\"%s\"]", key);
    }
}

void fl_place_print(const fl_place *place, char *out, size_t size) {
    bool json = place->style == FL_PLACE_JSON;
    if (size == 0) return;
    out[0] = '\0';
    if (place->depth == 0) append(out, size, json ? "/" : "(root)");
    for (int i = 0; i < place->depth && i < FL_PLACE_DEPTH; i++) {
        const char *key = place->step[i].key;
        if (key == NULL) {
            append(out, size, json ? "/%d" : "[%d]", place->step[i].index + (json ? 0 : 1));
        } else if (json) {
            append_pointer_key(out, size, key);
        } else {
            append_lua_key(out, size, key);
        }
    }
}

fl_status fl_place_error(const fl_place *place, fl_error *err, const char *format, ...) {
    char where[sizeof((fl_error *)0)->where], text[sizeof((fl_error *)0)->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fl_place_print(place, where, sizeof where);
    return fl_error_set(err, FL_EINVAL, where, "%s", text);
}
