/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/interrupt.h"
#include "core/method.h"
#include <errno.h>
#include <lauxlib.h>
#include <math.h>
#include <time.h>

/** How long after a first SIGINT a second one is the host's, s. */
#define SECOND_CHANCE 2.0

/** How long after a signal the same one is its echo, s: `timeout` sends one to the process and then to its
 *  group, a terminal one to the group and a wrapper then passes it on. Nobody types that fast. */
#define ECHO 0.05

enum { N_SIGNALS = 2 };
static const int signals[N_SIGNALS] = {SIGINT, SIGTERM};

static volatile sig_atomic_t came;
static volatile sig_atomic_t ended;      /* by SIGTERM, which is for all later solves too */
static volatile double heard[N_SIGNALS]; /* fl_clock() when it came since the last begin; 0: it did not */
static struct sigaction host[N_SIGNALS];
static bool watching[N_SIGNALS];
static lua_State *volatile caught; /* whose code a prompt's Ctrl-C stops; NULL: nobody's */
static double last;                /* fl_clock() after a solve that was interrupted; 0: none was */

static void on_interrupt(int number) {
    int i = number == SIGTERM, error = errno;
    double now = fl_clock();
    came = 1;
    if (i == 1) ended = 1;
    if (heard[i] == 0) heard[i] = now;
    if (now - heard[i] >= ECHO) {
        sigaction(number, &host[i], NULL);
        raise(number); /* a second one is the host's, who gets it when this handler has returned */
    }
    errno = error;
}

/** Wait until what comes now is no echo any more. */
static void wait_for_echoes(double since) {
    double left = fmax(0, since + ECHO - fl_clock());
    struct timespec wait = {.tv_nsec = (long)(left * 1e9)};
    while (nanosleep(&wait, &wait) != 0 && errno == EINTR) {
    }
}

/** Take a signal over unless the host ignores it, or it is ours already. */
static void watch(int i) {
    struct sigaction ours = {.sa_handler = on_interrupt}, old;
    sigemptyset(&ours.sa_mask);
    if (sigaction(signals[i], NULL, &old) != 0) return;
    if (old.sa_handler == on_interrupt || old.sa_handler == SIG_IGN) return;
    host[i] = old;
    heard[i] = 0;
    watching[i] = sigaction(signals[i], &ours, NULL) == 0;
}

const volatile sig_atomic_t *fl_lua_interrupt_begin(void) {
    came = ended;
    if (ended) return &came;
    if (!(last > 0 && fl_clock() - last < SECOND_CHANCE)) watch(0);
    watch(1);
    return &came;
}

void fl_lua_interrupt_end(void) {
    for (int i = 0; i < N_SIGNALS; i++) {
        struct sigaction now;
        if (!watching[i]) continue;
        watching[i] = false;
        if (heard[i] > 0) wait_for_echoes(heard[i]);
        sigaction(signals[i], &host[i], &now);
        if (heard[i] > 0) last = fl_clock();
        if (now.sa_handler != on_interrupt) sigaction(signals[i], &now, NULL); /* somebody else's since */
    }
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
