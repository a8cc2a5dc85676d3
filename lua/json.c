/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/json.h"
#include "core/json.h"
#include "lua/support.h"
#include "lua/value.h"

int fl_lua_json_print(lua_State *L) {
    luaL_checkany(L, 1);
    int indent = (int)luaL_optinteger(L, 2, 0);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *value;
    const char *text;
    fl_error err;
    fl_status status = fl_lua_value_read(&value, L, 1, arena, &err);
    if (status == FL_OK) status = fl_json_print(&text, value, indent, arena, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    lua_pushstring(L, text);
    return 1;
}

/** The members of the object on top of the stack that are whole numbers become integers. */
static void make_integers(lua_State *L, const fl_value *object) {
    for (const fl_value *item = object->first; item != NULL; item = item->next) {
        int whole;
        if (item->kind != FL_NUMBER || object->kind != FL_OBJECT) continue;
        lua_pushnumber(L, item->number);
        lua_Integer integer = lua_tointegerx(L, -1, &whole);
        lua_pop(L, 1);
        if (!whole) continue;
        lua_pushinteger(L, integer);
        lua_setfield(L, -2, item->key);
    }
}

int fl_lua_json_parse(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    bool integers = lua_toboolean(L, 2);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *value;
    fl_error err;
    if (fl_json_parse(&value, text, length, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    fl_lua_value_push(L, value);
    if (integers) make_integers(L, value);
    return 1;
}
