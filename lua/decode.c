/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/decode.h"
#include "core/file.h"
#include "lua/instance.h"
#include "lua/support.h"
#include "milp/decode.h"

/** Larger solution files are not read. */
static const size_t MOST_BYTES = (size_t)1 << 29;

static fl_status decode(fl_result *out, const fl_instance *instance, const char *path, fl_arena *arena,
                        fl_error *err) {
    const char *text;
    size_t length;
    FL_TRY(fl_file_read(&text, &length, path, MOST_BYTES, arena, err));
    return fl_decode_solution(out, instance, text, length, arena, err);
}

int fl_lua_decode(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    const char *path = luaL_checkstring(L, 2);
    fl_lua_form form = fl_lua_support_form(L, 3);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_result result;
    fl_error err;
    if (decode(&result, instance, path, arena, &err) != FL_OK) return fl_lua_support_fail_file(L, path, &err);
    int pushed = fl_lua_support_document(L, fl_result_write(&result, instance, arena), form, arena);
    if (pushed == 1 && form == FL_LUA_JSON) {
        lua_pushstring(L, fl_result_status_name(result.status));
        pushed = 2;
    }
    fl_lua_support_trim(arena);
    return pushed;
}
