/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/interrupt.h"
#include "core/method.h"
#include <lauxlib.h>

/** How long after a first SIGINT a second one is the host's, s. */
#define SECOND_CHANCE 2.0

static volatile sig_atomic_t came;
static struct sigaction host;
static bool watching;
static lua_State *volatile caught; /* whose code a prompt's Ctrl-C stops; NULL: nobody's */
static double last;                /* fl_clock() after a solve that was interrupted; 0: none was */

static void on_interrupt(int number) {
    came = 1;
    sigaction(number, &host, NULL);
}

const volatile sig_atomic_t *fl_lua_interrupt_begin(void) {
    struct sigaction ours = {.sa_handler = on_interrupt}, old;
    came = 0;
    if (last > 0 && fl_clock() - last < SECOND_CHANCE) return &came;
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGINT, &ours, &old) != 0 || old.sa_handler == on_interrupt) return &came;
    host = old;
    watching = true;
    if (host.sa_handler == SIG_IGN) fl_lua_interrupt_end();
    return &came;
}

void fl_lua_interrupt_end(void) {
    if (watching && !came) sigaction(SIGINT, &host, NULL);
    if (watching && came) last = fl_clock();
    watching = false;
}

bool fl_lua_interrupt_came(void) {
    return came != 0;
}

/* At a prompt */

static void raise_interrupted(lua_State *L, lua_Debug *at) {
    (void)at;
    lua_sethook(L, NULL, 0, 0);
    lua_pushliteral(L, "interrupted");
    lua_error(L);
}

/** A solve is told too: this one may have begun too soon after another to have a handler of its own. */
static void on_prompt_interrupt(int number) {
    (void)number;
    came = 1;
    if (caught != NULL) {
        lua_sethook(caught, raise_interrupted, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
    }
}

int fl_lua_interrupt_catch(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    struct sigaction ours = {.sa_handler = on_prompt_interrupt}, old; /* no SA_RESTART: reading ends too */
    sigemptyset(&ours.sa_mask);
    sigaction(SIGINT, &ours, &old);
    if (old.sa_handler == SIG_IGN) sigaction(SIGINT, &old, NULL);
    last = 0; /* who types a line again wants to be able to stop it */
    caught = L;
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    caught = NULL;
    lua_sethook(L, NULL, 0, 0);
    sigaction(SIGINT, &old, NULL);
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, 1);
    return lua_gettop(L);
}
