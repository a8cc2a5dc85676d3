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

int fl_lua_json_parse(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *value;
    fl_error err;
    if (fl_json_parse(&value, text, length, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    fl_lua_value_push(L, value);
    return 1;
}
