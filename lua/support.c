/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/support.h"
#include "core/json.h"
#include "lua/value.h"
#include <string.h>

/** A run that needed more than this gives its memory back: 64 MiB. */
#define KEPT_BYTES ((size_t)64 << 20)

static int collect(lua_State *L) {
    fl_arena_free(lua_touserdata(L, 1));
    return 0;
}

void fl_lua_support_create(lua_State *L) {
    fl_arena *arena = lua_newuserdatauv(L, sizeof *arena, 0);
    fl_arena_init(arena, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
}

fl_arena *fl_lua_support_arena(lua_State *L) {
    fl_arena *arena = lua_touserdata(L, lua_upvalueindex(1));
    fl_lua_support_trim(arena);
    fl_arena_reset(arena);
    return arena;
}

void fl_lua_support_trim(fl_arena *arena) {
    if (arena->reserved > KEPT_BYTES) fl_arena_free(arena);
}

int fl_lua_support_fail(lua_State *L, const fl_error *err) {
    lua_pushnil(L);
    if (err->where[0] != '\0') {
        lua_pushfstring(L, "%s: %s", err->where, err->text);
    } else {
        lua_pushstring(L, err->text);
    }
    lua_pushstring(L, fl_status_name(err->code));
    return 3;
}

int fl_lua_support_fail_file(lua_State *L, const char *path, const fl_error *err) {
    fl_lua_support_fail(L, err);
    if (strcmp(err->where, path) != 0) {
        lua_pushfstring(L, "%s: %s", path, lua_tostring(L, -2));
        lua_replace(L, -3);
    }
    return 3;
}

fl_lua_form fl_lua_support_form(lua_State *L, int arg) {
    static const char *const names[] = {"table", "json", NULL};
    return (fl_lua_form)luaL_checkoption(L, arg, "table", names);
}

int fl_lua_support_document(lua_State *L, const fl_value *value, fl_lua_form form, fl_arena *arena) {
    fl_error err = {.code = FL_OK};
    const char *text = NULL;
    if (value == NULL || arena->failed) {
        fl_arena_error(arena, &err);
    } else if (form == FL_LUA_TABLE) {
        fl_lua_value_push(L, value);
    } else if (fl_json_print(&text, value, 0, arena, &err) == FL_OK) {
        lua_pushstring(L, text);
    }
    return err.code == FL_OK ? 1 : fl_lua_support_fail(L, &err);
}

void fl_lua_support_flatten(lua_State *L, const char *key) {
    lua_getfield(L, -1, key);
    lua_pushnil(L);
    lua_setfield(L, -3, key);
    lua_pushnil(L);
    while (lua_next(L, -3) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_settable(L, -4);
    }
    lua_remove(L, -2);
}

void fl_lua_support_type(lua_State *L, const char *name, lua_CFunction close, const luaL_Reg *methods) {
    luaL_newmetatable(L, name);
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__close");
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
