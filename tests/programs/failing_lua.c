/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation fails in turn while a script calls the module: Lua's own and those of the binding, of
 * SQLite and of what lies beneath; the n-th alone, it and the next one (Lua collects and asks again), and all
 * from it on. Each time the call raises "not enough memory" or answers nil, a message and "memory", or gives
 * the right answer; then it gives the right answer; and in the end nothing is left.
 *
 *  failing_lua [deep]    all allocations; else at most MOST of each script, evenly spread */
#include "tests/support/heap.h"
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HEAP_IS_ANOTHERS
int main(void) {
    puts("skipped: the sanitizer has a malloc of its own");
    return HEAP_SKIPPED;
}
#else

int luaopen_finlab(lua_State *L);

enum { MOST = 120, MODES = 3 };

/* What is tried: chunks that see what the first one made, as globals, and answer a text. */
static const char prepare[] =
    "fl = require 'finlab'\n"
    "core = require 'finlab.core'\n"
    "folder = os.tmpname() os.remove(folder) assert(core.folder(folder))\n"
    "inst = assert(fl.generate { seed = 8, blocks = 4, nodes = 3, plain = true, tight = 'loose' })\n"
    "joint = assert(fl.generate { seed = 3, apps = 2, blocks = 2, nodes = 3, users = 2, binding = true })\n"
    "late = assert(inst:with { deadline = 1e-9 })\n"
    "description = inst:table()\n"
    "best = assert(inst:solve 'exact')\n"
    "assert(inst:write(folder .. '/in.json'))\n"
    "assert(fl.sweep { name = 's', store = folder .. '/in.db', axes = { n = { 1, 2, 3 } },\n"
    "  run = function(p) return { m = p.n, text = 'x' } end }:run { progress = false })\n"
    "rows = assert(fl.store(folder .. '/in.db'):rows())\n"
    "function timeless(result) result.seconds = nil return core.json(result) end\n";

static const struct {
    const char *name, *chunk;
} scripts[] = {
    {"load", "local it, m, c = fl.load(folder .. '/in.json') if not it then return nil, m, c end\n"
             "return it:json()"},
    {"instance", "local it, m, c = fl.instance(description) if not it then return nil, m, c end\n"
                 "return it:json()"},
    {"generate", "local it, m, c = fl.generate { seed = 5, apps = 2, limits = true }\n"
                 "if not it then return nil, m, c end return it:json()"},
    {"with", "local it, m, c = inst:with { deadline = 7 } if not it then return nil, m, c end\n"
             "return it:json()"},
    {"table", "local t, m, c = inst:table() if not t then return nil, m, c end return core.json(t)"},
    {"exact", "local r, m, c = inst:solve('exact', { k = 3 }) if not r then return nil, m, c end\n"
              "return timeless(r)"},
    {"milp", "local r, m, c = joint:solve 'milp' if not r then return nil, m, c end return timeless(r)"},
    {"colgen", "local r, m, c = joint:solve 'colgen' if not r then return nil, m, c end\n"
               "return tostring(r.energy)"},
    {"fin", "local r, m, c = inst:solve('fin:gamma=9', nil, 'json') if not r then return nil, m, c end\n"
            "return (r:gsub('\"seconds\": [^,]+', ''))"},
    {"evaluate",
     "local v, m, c = inst:evaluate(best) if not v then return nil, m, c end return core.json(v)"},
    {"frontier", "local f, m, c = inst:frontier() if not f then return nil, m, c end\n"
                 "return tostring(#f)"},
    {"fin curve", "local f, m, c = inst:fin_curve(9) if not f then return nil, m, c end return tostring(#f)"},
    {"explain", "local e, m, c = late:explain() if not e then return nil, m, c end return e.status"},
    {"lp", "return inst:lp()"},
    {"write", "local ok, m, c = inst:write(folder .. '/out.mps') if not ok then return nil, m, c end\n"
              "return 'written'"},
    {"graph", "local g, m, c = fl.graph(inst, { gamma = 3 }) if not g then return nil, m, c end\n"
              "return g:dot()"},
    {"picture", "return fl.picture(inst, best):svg()"},
    {"table formats", "local t = rows:derive { seconds = function() return 0 end }\n"
                      "return t:csv() .. t:markdown() .. t:latex()"},
    {"store", "local r, m, c = fl.store(folder .. '/in.db'):rows() if not r then return nil, m, c end\n"
              "return tostring(#r.rows)"},
    {"merge", "os.remove(folder .. '/out.db')\n"
              "local n, m, c = fl.store(folder .. '/out.db'):merge(folder .. '/in.db')\n"
              "if not n then return nil, m, c end return tostring(n)"},
    {"json", "local v, m, c = core.parse('{\"a\": [1, 2, {\"b\": null}], \"c\": \"text\"}')\n"
             "if not v then return nil, m, c end return core.json(v)"},
    {"methods", "return tostring(#fl.methods())"},
    {"statistics", "return tostring(fl.stats.bootstrap({ 1, 2, 3, 4 }, { seed = 1, resamples = 20 }))"},
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts };

/* The loop */

/** What the script answers, as a text in `out`; "" for a failure that says that memory ended; or what is
 * wrong. */
static const char *call(lua_State *L, int script, char *out, size_t size) {
    const char *fault = NULL;
    int top = lua_gettop(L);
    out[0] = '\0';
    lua_rawgeti(L, LUA_REGISTRYINDEX, script);
    heap.calls = 0;
    heap.armed = true;
    int status = lua_pcall(L, 0, 3, 0);
    heap.armed = false;
    if (status == LUA_OK && lua_type(L, -3) == LUA_TSTRING) {
        snprintf(out, size, "%s", lua_tostring(L, -3));
    } else if (status == LUA_OK) {
        const char *code = lua_tostring(L, -1);
        if (code == NULL || strcmp(code, "memory") != 0) fault = "it fails, but not for memory";
    } else if (status != LUA_ERRMEM) {
        const char *text = lua_tostring(L, -1);
        if (text == NULL || strstr(text, "memory") == NULL) fault = "it raises something else";
    }
    if (fault != NULL) printf("  %s: %s\n", fault, luaL_tolstring(L, status == LUA_OK ? -2 : -1, NULL));
    lua_settop(L, top);
    return fault;
}

/** One trial: the answer is right or says that memory ended, and without a failure it is right again. */
static const char *trial(lua_State *L, int script, const char *right) {
    static char text[1 << 20];
    const char *fault = call(L, script, text, sizeof text);
    heap.fail = 0;
    if (fault == NULL && text[0] != '\0' && strcmp(text, right) != 0) fault = "the answer is wrong";
    if (fault == NULL) fault = call(L, script, text, sizeof text);
    if (fault == NULL && strcmp(text, right) != 0) fault = "afterwards the answer is wrong";
    return fault;
}

/** Fail the allocations of one script; counts the trials. */
static bool fail_all(lua_State *L, int i, bool deep, long *trials) {
    static char right[1 << 20];
    if (luaL_loadstring(L, scripts[i].chunk) != LUA_OK) abort();
    int script = luaL_ref(L, LUA_REGISTRYINDEX);
    heap.fail = 0;
    const char *fault = call(L, script, right, sizeof right); /* once to warm up */
    if (fault == NULL) fault = call(L, script, right, sizeof right);
    long n = heap.calls, step = deep || n <= MOST ? 1 : n / MOST;
    for (int mode = 0; mode < MODES && fault == NULL; mode++) {
        for (long at = 1; at <= n && fault == NULL; at += step) {
            heap.fail = at;
            heap.from_then_on = mode == 2;
            heap.twice = mode == 1;
            fault = trial(L, script, right);
            ++*trials;
            if (fault != NULL) printf("  allocation %ld, mode %d\n", at, mode);
        }
    }
    luaL_unref(L, LUA_REGISTRYINDEX, script);
    printf("%-14s %ld allocations: %s\n", scripts[i].name, n, fault != NULL ? fault : "ok");
    return fault == NULL && n > 0 && right[0] != '\0';
}

static lua_State *open_module(void) {
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    luaL_requiref(L, "finlab", luaopen_finlab, 0);
    lua_settop(L, 0);
    if (luaL_dostring(L, prepare) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        abort();
    }
    return L;
}

static void close_module(lua_State *L) {
    if (luaL_dostring(L, "os.execute('rm -r ' .. folder)") != LUA_OK) abort();
    lua_close(L);
}

int main(int argc, char **argv) {
    bool good = true, deep = argc > 1 && strcmp(argv[1], "deep") == 0;
    long trials = 0;
    static char line[BUFSIZ];
    setvbuf(stdout, line, _IOLBF, sizeof line); /* which allocates none */
    close_module(open_module());                /* what libraries keep for good */
    long before = heap.live;
    lua_State *L = open_module();
    for (int i = 0; i < SCRIPTS; i++) good &= fail_all(L, i, deep, &trials);
    close_module(L);
    if (heap.live != before) printf("%ld blocks are left\n", heap.live - before);
    printf("%ld failing allocations\n", trials);
    return good && heap.live == before ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif
