/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/module.h"
#include "core/file.h"
#include "core/method.h"
#include "lua/embedded.h"
#include "lua/frontier.h"
#include "lua/generate.h"
#include "lua/instance.h"
#include "lua/methods.h"
#include "lua/solve.h"
#include "lua/support.h"
#include <unistd.h>

/** clock(): seconds on a clock that only goes forward. */
static int clock_seconds(lua_State *L) {
    lua_pushnumber(L, fl_clock());
    return 1;
}

/** terminal(): whether somebody watches standard error. */
static int terminal(lua_State *L) {
    lua_pushboolean(L, isatty(STDERR_FILENO));
    return 1;
}

/** write(path, text): the whole text or nothing. */
static int write_file(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    fl_error err;
    if (fl_file_write(path, text, length, &err) != FL_OK) return fl_lua_support_fail_file(L, path, &err);
    lua_pushboolean(L, true);
    return 1;
}

/** finlab.core, the table of C functions. */
static int open_core(lua_State *L) {
    static const luaL_Reg functions[] = {{"clock", clock_seconds},
                                         {"generate", fl_lua_generate},
                                         {"instance", fl_lua_instance_new},
                                         {"load", fl_lua_instance_load},
                                         {"methods", fl_lua_methods_list},
                                         {"terminal", terminal},
                                         {"write", write_file},
                                         {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"solve", fl_lua_solve},       {"evaluate", fl_lua_solve_evaluate}, {"check", fl_lua_solve_check},
        {"frontier", fl_lua_frontier}, {"fin_curve", fl_lua_frontier_fin},  {NULL, NULL}};
    luaL_newlibtable(L, functions);
    fl_lua_support_create(L);
    fl_lua_instance_register(L, methods);
    luaL_setfuncs(L, functions, 1);
    lua_pushliteral(L, FINLAB_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}

/** Run the embedded module in upvalue 1. */
static int open_embedded(lua_State *L) {
    const fl_embedded *module = lua_touserdata(L, lua_upvalueindex(1));
    const char *chunk = lua_pushfstring(L, "=%s", module->name);
    if (luaL_loadbufferx(L, (const char *)module->text, module->size, chunk, "t") != LUA_OK) lua_error(L);
    lua_call(L, 0, 1);
    return 1;
}

/** Let `require` find what is compiled in. */
static void preload(lua_State *L) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open_core);
    lua_setfield(L, -2, "finlab.core");
    for (const fl_embedded *module = fl_embedded_modules; module->name != NULL; module++) {
        lua_pushlightuserdata(L, (void *)(size_t)module);
        lua_pushcclosure(L, open_embedded, 1);
        lua_setfield(L, -2, module->name);
    }
    lua_pop(L, 1);
}

int luaopen_finlab(lua_State *L) {
    luaL_checkversion(L);
    preload(L);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "finlab.api");
    lua_call(L, 1, 1);
    return 1;
}
