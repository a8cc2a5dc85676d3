/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/value.h"
#include "lua/support.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** A conversion on its way: where it is, and the tables it is inside of. */
typedef struct reader {
    lua_State *L;
    fl_arena *arena;
    fl_error *err;
    fl_place place;
    const void *inside[FL_PLACE_DEPTH]; /* [place.depth] */
} reader;

static fl_status read_value(fl_value **out, reader *r);

fl_status fl_lua_value_read(fl_value **out, lua_State *L, int index, fl_arena *arena, fl_error *err) {
    reader r = {.L = L, .arena = arena, .err = err};
    fl_place_init(&r.place, FL_PLACE_LUA);
    *out = NULL;
    luaL_checkstack(L, 4 * (FL_PLACE_DEPTH + 1), "document");
    lua_pushvalue(L, index);
    fl_status status = read_value(out, &r);
    lua_pop(L, 1);
    return status;
}

static fl_status read_string(fl_value **out, reader *r) {
    size_t length;
    const char *text = lua_tolstring(r->L, -1, &length);
    if (strlen(text) != length) return fl_place_error(&r->place, r->err, "holds a zero byte");
    if (!fl_value_utf8(text)) return fl_place_error(&r->place, r->err, "is not UTF-8");
    *out = fl_value_string(r->arena, text);
    return FL_OK;
}

static fl_status read_number(fl_value **out, reader *r) {
    double number = lua_tonumber(r->L, -1);
    if (isnan(number)) return fl_place_error(&r->place, r->err, "is not a number (NaN)");
    if (isinf(number)) return fl_place_error(&r->place, r->err, "must be finite");
    *out = fl_value_number(r->arena, number);
    return FL_OK;
}

/** What the keys of the table on top say it is. */
typedef struct shape {
    int names;     /* keys that are strings */
    int positions; /* keys 1..n */
} shape;

static fl_status look(shape *out, reader *r) {
    lua_State *L = r->L;
    *out = (shape){0, 0};
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        bool name = lua_type(L, -2) == LUA_TSTRING;
        if (out->names + out->positions == INT_MAX) return fl_place_error(&r->place, r->err, "is too long");
        if (!name && (!lua_isinteger(L, -2) || lua_tointeger(L, -2) < 1)) {
            return fl_place_error(&r->place, r->err,
                                  "has a key that is neither a name nor a position from 1");
        }
        if (name) {
            out->names++;
        } else {
            out->positions++;
        }
    }
    if (out->names > 0 && out->positions > 0) {
        return fl_place_error(&r->place, r->err, "mixes names and positions");
    }
    return FL_OK;
}

static fl_status read_array(fl_value **out, reader *r, int n) {
    *out = fl_value_array(r->arena);
    for (int i = 0; i < n && !r->arena->failed; i++) {
        fl_value *item;
        fl_place_index(&r->place, i);
        if (lua_rawgeti(r->L, -1, fl_lua_support_position(i)) == LUA_TNIL) {
            return fl_place_error(&r->place, r->err, "is missing, but later positions are not");
        }
        FL_TRY(read_value(&item, r));
        lua_pop(r->L, 1);
        fl_place_pop(&r->place);
        fl_value_add(r->arena, *out, NULL, item);
    }
    return FL_OK;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/** The names of the table on top, sorted: [n], borrowed from the table. */
static fl_status sorted_names(const char ***out, reader *r, int n) {
    const char **names = FL_NEW(r->arena, n, const char *);
    if (names == NULL) return fl_arena_error(r->arena, r->err);
    int i = 0;
    for (lua_pushnil(r->L); lua_next(r->L, -2) != 0; lua_pop(r->L, 1)) {
        size_t length;
        const char *name = lua_tolstring(r->L, -2, &length);
        if (strlen(name) != length || !fl_value_utf8(name)) {
            return fl_place_error(&r->place, r->err, "has a name that is not UTF-8 or holds a zero byte");
        }
        names[i++] = name;
    }
    qsort(names, (size_t)n, sizeof *names, compare_names);
    *out = names;
    return FL_OK;
}

static fl_status read_object(fl_value **out, reader *r, int n) {
    const char **names = NULL;
    *out = fl_value_object(r->arena);
    FL_TRY(sorted_names(&names, r, n));
    for (int i = 0; i < n && !r->arena->failed; i++) {
        fl_value *item;
        fl_place_key(&r->place, names[i]);
        lua_pushstring(r->L, names[i]);
        lua_rawget(r->L, -2);
        FL_TRY(read_value(&item, r));
        lua_pop(r->L, 1);
        fl_place_pop(&r->place);
        fl_value_add(r->arena, *out, names[i], item);
    }
    return FL_OK;
}

static fl_status read_table(fl_value **out, reader *r) {
    const void *self = lua_topointer(r->L, -1);
    shape keys;
    for (int i = 0; i < r->place.depth; i++) {
        if (r->inside[i] == self) return fl_place_error(&r->place, r->err, "contains itself");
    }
    if (r->place.depth == FL_PLACE_DEPTH) return fl_place_error(&r->place, r->err, "is nested too deeply");
    r->inside[r->place.depth] = self;
    FL_TRY(look(&keys, r));
    return keys.positions > 0 ? read_array(out, r, keys.positions) : read_object(out, r, keys.names);
}

/** Convert the value on top of the stack. On failure the stack is left as it happens to be: the caller of
 *  fl_lua_value_read() returns to Lua next. */
static fl_status read_value(fl_value **out, reader *r) {
    switch (lua_type(r->L, -1)) {
    case LUA_TNIL:
        *out = fl_value_null(r->arena);
        break;
    case LUA_TBOOLEAN:
        *out = fl_value_bool(r->arena, lua_toboolean(r->L, -1));
        break;
    case LUA_TNUMBER:
        FL_TRY(read_number(out, r));
        break;
    case LUA_TSTRING:
        FL_TRY(read_string(out, r));
        break;
    case LUA_TTABLE:
        FL_TRY(read_table(out, r));
        break;
    default:
        return fl_place_error(&r->place, r->err, "cannot be a %s", luaL_typename(r->L, -1));
    }
    return r->arena->failed ? fl_arena_error(r->arena, r->err) : FL_OK;
}

/** Whether numbers of this name count or number something. */
static bool is_count(const char *key) {
    static const char *const names[] = {"after",       "count",  "exit", "from_tier",
                                        "most_served", "served", "tier", "to_tier"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (key[0] == names[i][0] && strcmp(key, names[i]) == 0) return true;
    }
    return false;
}

static void push_array(lua_State *L, const fl_value *array) {
    int i = 0;
    lua_createtable(L, array->n_items, 0);
    for (const fl_value *item = array->first; item != NULL; item = item->next) {
        fl_lua_value_push(L, item);
        lua_rawseti(L, -2, fl_lua_support_position(i++));
    }
}

static void push_object(lua_State *L, const fl_value *object) {
    lua_createtable(L, 0, object->n_items);
    for (const fl_value *item = object->first; item != NULL; item = item->next) {
        lua_pushstring(L, item->key);
        fl_lua_value_push(L, item);
        lua_rawset(L, -3);
    }
}

static void push_number(lua_State *L, const fl_value *value) {
    lua_Integer whole;
    bool counts = value->key != NULL && is_count(value->key) && lua_numbertointeger(value->number, &whole);
    if (counts && (double)whole == value->number) {
        lua_pushinteger(L, whole);
    } else {
        lua_pushnumber(L, value->number);
    }
}

void fl_lua_value_push(lua_State *L, const fl_value *value) {
    luaL_checkstack(L, 4, "document");
    switch (value->kind) {
    case FL_BOOL:
        lua_pushboolean(L, value->boolean);
        break;
    case FL_NUMBER:
        push_number(L, value);
        break;
    case FL_STRING:
        lua_pushstring(L, value->string);
        break;
    case FL_ARRAY:
        push_array(L, value);
        break;
    case FL_OBJECT:
        push_object(L, value);
        break;
    default:
        lua_pushnil(L);
        break;
    }
}
