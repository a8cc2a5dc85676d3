/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: a Lua interpreter with the module inside, which runs the embedded finlab.cli with the
 * arguments. */
#include "lua/module.h"
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_BAD_INPUT = 2, EXIT_BROKEN = 4 };

static int run(lua_State *L);
static int add_traceback(lua_State *L);

/** A standard stream that was closed is opened such that using it still fails: no other file can take its
 *  place. */
static bool reserve_streams(void) {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        bool closed = fcntl(stream, F_GETFD) == -1 && errno == EBADF;
        if (closed && open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) return false;
    }
    return true;
}

/** Whether everything printed has arrived. */
static bool flush_output(void) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return true;
    fprintf(stderr, "finlab: standard output: %s\n", errno != 0 ? strerror(errno) : "cannot write");
    return false;
}

int main(int argc, char **argv) {
    if (!reserve_streams()) return EXIT_BROKEN;
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow any more is an error, not the end */
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fputs("finlab: out of memory\n", stderr);
        return EXIT_BROKEN;
    }
    lua_pushcfunction(L, add_traceback);
    lua_pushcfunction(L, run);
    lua_pushinteger(L, argc);
    lua_pushlightuserdata(L, argv);
    int status = lua_pcall(L, 2, 1, -4);
    int code = status == LUA_OK       ? (int)lua_tointeger(L, -1)
               : status == LUA_ERRMEM ? EXIT_BROKEN
                                      : EXIT_BAD_INPUT;
    if (status != LUA_OK) fprintf(stderr, "finlab: %s\n", lua_tostring(L, -1));
    lua_close(L);
    return flush_output() ? code : EXIT_BROKEN;
}

/** The global table `arg`, and its members from 1 as arguments on the stack; returns their number. */
static int push_arguments(lua_State *L, int argc, char **argv) {
    luaL_checkstack(L, argc + 1, "too many arguments");
    lua_createtable(L, argc, 1);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i);
    }
    lua_setglobal(L, "arg");
    for (int i = 1; i < argc; i++) lua_pushstring(L, argv[i]);
    return argc > 0 ? argc - 1 : 0;
}

/** Arguments: argc, argv. Returns the exit code. */
static int run(lua_State *L) {
    int argc = (int)lua_tointeger(L, 1);
    char **argv = lua_touserdata(L, 2);
    luaL_checkversion(L);
    luaL_openlibs(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, luaopen_finlab);
    lua_setfield(L, -2, "finlab");
    luaL_loadstring(L, "require 'finlab' return require 'finlab.cli'");
    lua_call(L, 0, 1);
    lua_call(L, push_arguments(L, argc, argv), 1);
    return 1;
}

static int add_traceback(lua_State *L) {
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}
