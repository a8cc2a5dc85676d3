/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as a Lua table, as odd as tables can be, given to fl.instance, inst:evaluate, inst:with and the
 * options of a method: each answers, or says what is wrong. */
#include "tests/fuzz/fuzz.h"
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int luaopen_finlab(lua_State *L);

/** Calls everything with the table; an error that is raised is an answer, a crash is not. */
static const char script[] =
    "local fl, odd = ...\n"
    "local inst = fl.instance { system = { nodes = { { name = 'm', speed = 1, power = 1 } }, links = {} },\n"
    "  apps = { { source = 'm', deadline = 9, blocks = { { ops = 1 } }, exits = { { after = 1, accuracy = 1 "
    "} } } } }\n"
    "local function try(f, ...)\n"
    "  local results = table.pack(pcall(f, ...))\n"
    "  if results[1] and results[2] == nil and results.n > 1 then assert(type(results[3]) == 'string') end\n"
    "end\n"
    "try(fl.instance, odd)\n"
    "try(inst.evaluate, inst, odd)\n"
    "try(inst.with, inst, odd)\n"
    "try(inst.solve, inst, 'fin', odd)\n"
    "try(fl.generate, odd)\n"
    "if type(odd) == 'table' then\n"
    "  local whole = inst:table()\n"
    "  for key in pairs(odd) do if type(key) == 'string' then whole.apps[1][key] = odd[key] end end\n"
    "  try(fl.instance, whole)\n"
    "end\n";

static const char *const words[] = {
    "system", "nodes", "links", "apps",   "name",     "speed",    "power",    "from",   "to",    "rate",
    "source", "ops",   "after", "blocks", "exits",    "deadline", "accuracy", "share",  "count", "slices",
    "m",      "app",   "exit",  "energy", "out_bits", "seed",     "gamma",    "memory", "time",  "latency"};
enum { WORDS = sizeof words / sizeof *words };

static void push_number(lua_State *L, unsigned kind) {
    static const double numbers[] = {
        0, 1, -1, 2, 0.5, 1e308, 1e-308, 1e300 * 1e300, -1e300 * 1e300, 9007199254740993.0};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    if (kind % 16 < NUMBERS)
        lua_pushnumber(L, numbers[kind % 16]);
    else if (kind % 16 == 12)
        lua_pushnumber(L, 0.0 / 0.0 * (double)kind);
    else
        lua_pushinteger(L, kind % 2 ? LUA_MAXINTEGER : LUA_MININTEGER);
}

/** Push one value; tables nest, and may hold themselves. */
static void push_value(lua_State *L, fuzz_tape *tape, int depth) {
    unsigned kind = fuzz_next(tape), more = fuzz_next(tape);
    luaL_checkstack(L, 8, NULL);
    switch (kind % 8) {
    case 0:
        push_number(L, more);
        return;
    case 1:
    case 2:
        lua_pushstring(L, words[more % WORDS]);
        return;
    case 3:
        lua_pushboolean(L, more % 2);
        return;
    case 4:
        if (more % 4 == 0)
            lua_pushlstring(L, "a\0b\xff", 4);
        else
            lua_pushcfunction(L, luaopen_finlab);
        return;
    default:
        break;
    }
    lua_newtable(L);
    for (unsigned i = 0; i < more % 6 && tape->left > 0 && depth < 60; i++) {
        unsigned key = fuzz_next(tape);
        if (key % 16 == 0)
            lua_pushvalue(L, -1); /* the table itself as a value */
        else
            push_value(L, tape, depth + 1);
        if (key % 3 == 0)
            lua_rawseti(L, -2, (int)i + 1);
        else
            lua_setfield(L, -2, words[key % WORDS]);
    }
}

static int build(lua_State *L) {
    push_value(L, lua_touserdata(L, 1), 0);
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static lua_State *L;
    fuzz_tape tape = {data, size};
    if (L == NULL) {
        L = luaL_newstate();
        FUZZ_CHECK(L != NULL);
        luaL_openlibs(L);
        luaL_requiref(L, "finlab", luaopen_finlab, 0);
        FUZZ_CHECK(luaL_loadstring(L, script) == LUA_OK);
    }
    lua_settop(L, 2); /* the module and the script */
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 1);
    lua_pushcfunction(L, build);
    lua_pushlightuserdata(L, &tape);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
        int status = lua_pcall(L, 2, 0, 0);
        if (status != LUA_OK) fprintf(stderr, "%s\n", lua_tostring(L, -1));
        FUZZ_CHECK(status == LUA_OK);
    }
    lua_settop(L, 2);
    lua_gc(L, LUA_GCCOLLECT);
    return 0;
}
