/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/module.h"
#include "core/file.h"
#include "core/method.h"
#include "core/nearest.h"
#include "lua/breakpoints.h"
#include "lua/database.h"
#include "lua/decode.h"
#include "lua/digest.h"
#include "lua/embedded.h"
#include "lua/frontier.h"
#include "lua/generate.h"
#include "lua/graph.h"
#include "lua/graphml.h"
#include "lua/instance.h"
#include "lua/interrupt.h"
#include "lua/json.h"
#include "lua/method.h"
#include "lua/methods.h"
#include "lua/online.h"
#include "lua/robust.h"
#include "lua/solve.h"
#include "lua/support.h"
#include "lua/workers.h"
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** clock(): seconds on a clock that only goes forward. */
static int clock_seconds(lua_State *L) {
    lua_pushnumber(L, fl_clock());
    return 1;
}

/** terminal(): whether somebody watches standard error, and whether somebody types standard input. */
static int terminal(lua_State *L) {
    lua_pushboolean(L, isatty(STDERR_FILENO));
    lua_pushboolean(L, isatty(STDIN_FILENO));
    return 2;
}

/** nearest(word, known): the one of the words in the array `known` that is nearest; nil when none is near. */
static int nearest_word(lua_State *L) {
    fl_nearest nearest = fl_nearest_to(luaL_checkstring(L, 1));
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) != LUA_TNIL; i++) {
        fl_nearest_offer(&nearest, luaL_checkstring(L, -1)); /* the array keeps it */
        lua_pop(L, 1);
    }
    lua_pushstring(L, nearest.best);
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

/** folder(path): make the folder and those above it, unless they are there. */
static int make_folder(lua_State *L) {
    size_t length;
    const char *path = luaL_checklstring(L, 1, &length);
    for (size_t end = 1; end <= length; end++) {
        if (path[end] != '/' && path[end] != '\0') continue;
        lua_pushlstring(L, path, end);
        if (mkdir(lua_tostring(L, -1), 0777) != 0 && errno != EEXIST && path[end] == '\0') {
            fl_error err;
            fl_error_set(&err, FL_EIO, path, "%s", strerror(errno));
            return fl_lua_support_fail(L, &err);
        }
        lua_pop(L, 1);
    }
    lua_pushboolean(L, true);
    return 1;
}

/** The names in a folder that do not begin with a dot, as an array in the arena; -1: see errno. */
static int list_names(const char *const **out, const char *path, fl_arena *arena) {
    int n = 0, room = 64;
    const char **names = FL_NEW(arena, room, const char *);
    DIR *folder = opendir(path);
    if (folder == NULL) return -1;
    for (struct dirent *entry = readdir(folder); entry != NULL && names != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') continue;
        if (n == room) {
            const char **more = FL_NEW(arena, 2 * room, const char *);
            if (more != NULL) memcpy(more, names, (size_t)n * sizeof *names);
            names = more;
            room *= 2;
        }
        if (names != NULL) names[n++] = fl_arena_text(arena, entry->d_name);
    }
    closedir(folder);
    *out = names;
    return n;
}

/** entries(path): the names in the folder that do not begin with a dot, in no order. */
static int list_folder(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    const char *const *names = NULL;
    fl_arena *arena = fl_lua_support_arena(L);
    fl_error err;
    int n = list_names(&names, path, arena);
    if (n < 0) {
        fl_error_set(&err, FL_EIO, path, "%s", strerror(errno));
        return fl_lua_support_fail(L, &err);
    }
    if (arena->failed) {
        fl_arena_error(arena, &err);
        return fl_lua_support_fail(L, &err);
    }
    lua_createtable(L, n, 0);
    for (int i = 0; i < n; i++) {
        lua_pushstring(L, names[i]);
        lua_rawseti(L, -2, fl_lua_support_position(i));
    }
    return 1;
}

/** finlab.core, the table of C functions. */
static int open_core(lua_State *L) {
    static const luaL_Reg functions[] = {{"catch", fl_lua_interrupt_catch},
                                         {"clock", clock_seconds},
                                         {"database", fl_lua_database_open},
                                         {"digest", fl_lua_digest},
                                         {"entries", list_folder},
                                         {"fin_graph", fl_lua_graph_fin},
                                         {"folder", make_folder},
                                         {"generate", fl_lua_generate},
                                         {"graphml", fl_lua_graphml_load},
                                         {"guard", fl_lua_workers_guard},
                                         {"instance", fl_lua_instance_new},
                                         {"json", fl_lua_json_print},
                                         {"load", fl_lua_instance_load},
                                         {"method", fl_lua_method_define},
                                         {"methods", fl_lua_methods_list},
                                         {"nearest", nearest_word},
                                         {"online", fl_lua_online_open},
                                         {"parse", fl_lua_json_parse},
                                         {"poll", fl_lua_workers_poll},
                                         {"spawn", fl_lua_workers_spawn},
                                         {"terminal", terminal},
                                         {"tickets", fl_lua_workers_tickets},
                                         {"write", write_file},
                                         {NULL, NULL}};
    static const luaL_Reg methods[] = {{"solve", fl_lua_solve},
                                       {"evaluate", fl_lua_solve_evaluate},
                                       {"check", fl_lua_solve_check},
                                       {"explain", fl_lua_solve_explain},
                                       {"frontier", fl_lua_frontier},
                                       {"fin_curve", fl_lua_frontier_fin},
                                       {"decode", fl_lua_decode},
                                       {"breakpoints", fl_lua_breakpoints},
                                       {"robust", fl_lua_robust},
                                       {"slowest", fl_lua_robust_slowest},
                                       {NULL, NULL}};
    luaL_newlibtable(L, functions);
    fl_lua_support_create(L);
    fl_lua_instance_register(L, methods);
    fl_lua_database_register(L);
    fl_lua_online_register(L);
    fl_lua_workers_register(L);
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
