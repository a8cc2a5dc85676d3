/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Documents in memory: what JSON text and Lua tables have in common.
 *
 *  Instances, plans and result records are read from and written to this one form, so each of their formats
 *  is written down once; core/json.h and the Lua binding convert the form itself. All values live in an
 * arena. A fl_place is the path from the root to the value being looked at, printed the way its writer would.
 */
#ifndef FINLAB_CORE_VALUE_H
#define FINLAB_CORE_VALUE_H

#include "core/arena.h"
#include "core/status.h"

typedef enum fl_kind { FL_NULL, FL_BOOL, FL_NUMBER, FL_STRING, FL_ARRAY, FL_OBJECT } fl_kind;

typedef struct fl_value fl_value;
struct fl_value {
    fl_kind kind;
    bool boolean;
    int n_items; /* members of an array or object */
    double number;
    const char *string; /* NUL-terminated UTF-8 */
    const char *key;    /* this value's name in its object, NULL in an array */
    fl_value *first, *last, *next;
};

/* Building. Each returns NULL when the arena has no memory; adding to or adding NULL does nothing, so a
 * builder needs to look at arena->failed only once, at its end. Strings are copied. */
fl_value *fl_value_null(fl_arena *arena);
fl_value *fl_value_bool(fl_arena *arena, bool boolean);
/** A number; null when it is not finite, since documents hold no infinities. */
fl_value *fl_value_number(fl_arena *arena, double number);
fl_value *fl_value_string(fl_arena *arena, const char *string);
fl_value *fl_value_array(fl_arena *arena);
fl_value *fl_value_object(fl_arena *arena);
/** Append `item` to an array (key NULL) or an object; returns `item`. */
fl_value *fl_value_add(fl_arena *arena, fl_value *parent, const char *key, fl_value *item);

/** The member called `key`, or NULL. O(members). */
const fl_value *fl_value_get(const fl_value *object, const char *key);

/** Whether `text` is UTF-8 of Unicode's scalar values, without overlong forms. O(length) */
bool fl_value_utf8(const char *text);

/** How places are written: /apps/0/exits/1/after, or apps[1].exits[2].after. */
typedef enum fl_place_style { FL_PLACE_JSON, FL_PLACE_LUA } fl_place_style;

enum { FL_PLACE_DEPTH = 12 };

/** A path of keys and 0-based indices; steps beyond FL_PLACE_DEPTH are counted but not kept. */
typedef struct fl_place {
    fl_place_style style;
    int depth;
    struct {
        const char *key; /* NULL: an array index */
        int index;
    } step[FL_PLACE_DEPTH];
} fl_place;

void fl_place_init(fl_place *place, fl_place_style style);
void fl_place_key(fl_place *place, const char *key);
void fl_place_index(fl_place *place, int index);
void fl_place_pop(fl_place *place);

/** Print the path into `out` (cut to fit). The root of JSON prints as "/", that of Lua as "(root)". */
void fl_place_print(const fl_place *place, char *out, size_t size);

/** fl_error_set() with FL_EINVAL at `place`. */
fl_status fl_place_error(const fl_place *place, fl_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
