/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/workers.h"
#include "lua/interrupt.h"
#include "lua/support.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TYPE_NAME "finlab.channel"

/** One end of a worker's socket. */
typedef struct channel {
    int socket;  /* -1: closed */
    pid_t pid;   /* of the worker at the other end; 0: none, or it was waited for */
    pid_t owner; /* the only process that may end it */
} channel;

static channel *push_channel(lua_State *L) {
    channel *self = lua_newuserdatauv(L, sizeof *self, 0);
    *self = (channel){.socket = -1, .owner = getpid()};
    luaL_setmetatable(L, TYPE_NAME);
    return self;
}

static channel *check_channel(lua_State *L) {
    channel *self = luaL_checkudata(L, 1, TYPE_NAME);
    luaL_argcheck(L, self->socket >= 0, 1, "the channel is closed");
    return self;
}

/** Push nil and the system's reason. */
static int fail(lua_State *L, const char *what) {
    fl_error err;
    fl_error_set(&err, FL_EIO, what, "%s", strerror(errno));
    return fl_lua_support_fail(L, &err);
}

static void close_socket(channel *self) {
    if (self->socket >= 0) close(self->socket);
    self->socket = -1;
}

/** In the copy: what belongs to the parent is closed. `others` is at stack index 2. */
static void leave_parent(lua_State *L, channel *parents, pid_t parent) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGTERM, &ignore, NULL); /* so that no half answer of a solve is stored */
    sigaction(SIGXFSZ, &ignore, NULL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) _exit(EXIT_FAILURE);
    close_socket(parents);
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) != LUA_TNIL; i++) {
        close_socket(luaL_checkudata(L, -1, TYPE_NAME));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/** In the copy: call the function at stack index 1 with the channel and end. */
static void work(lua_State *L, int socket) {
    lua_pushvalue(L, 1);
    push_channel(L)->socket = socket;
    int status = lua_pcall(L, 1, 0, 0);
    if (status != LUA_OK) fprintf(stderr, "finlab: worker: %s\n", luaL_tolstring(L, -1, NULL));
    fflush(NULL);
    _exit(status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE);
}

int fl_lua_workers_spawn(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checkstack(L, LUA_MINSTACK, "worker");
    lua_settop(L, 2);
    channel *self = push_channel(L);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return fail(L, "worker");
    pid_t parent = getpid();
    fflush(NULL); /* else the copy prints it again */
    pid_t pid = fork();
    self->socket = ends[0];
    if (pid == 0) {
        leave_parent(L, self, parent);
        work(L, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) return fail(L, "worker");
    self->pid = pid;
    return 1;
}

/** channel:send(text): true, or nil and why: the other end may be gone. */
static int send_message(lua_State *L) {
    channel *self = check_channel(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    ssize_t sent;
    do {
        sent = send(self->socket, text, length, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) return fail(L, "worker");
    lua_pushboolean(L, true);
    return 1;
}

/** channel:receive(): the next message, once there is one; nil when the other end is gone. */
static int receive(lua_State *L) {
    channel *self = check_channel(L);
    ssize_t length;
    do {
        length = recv(self->socket, NULL, 0, MSG_PEEK | MSG_TRUNC);
    } while (length < 0 && errno == EINTR);
    if (length > 0) {
        luaL_Buffer buffer;
        char *text = luaL_buffinitsize(L, &buffer, (size_t)length);
        length = recv(self->socket, text, (size_t)length, 0);
        luaL_pushresultsize(&buffer, length > 0 ? (size_t)length : 0);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/** How a process ended: "exit 3", "signal 9". */
static void push_end(lua_State *L, int status) {
    if (WIFSIGNALED(status)) {
        lua_pushfstring(L, "signal %d", WTERMSIG(status));
    } else {
        lua_pushfstring(L, "exit %d", WEXITSTATUS(status));
    }
}

/** channel:finish(kill): close, wait for the worker, killing it before when `kill` is true; how it ended, nil
 *  when there is none. */
static int finish(lua_State *L) {
    channel *self = luaL_checkudata(L, 1, TYPE_NAME);
    int status;
    close_socket(self);
    if (self->pid == 0 || self->owner != getpid()) return 0;
    if (lua_toboolean(L, 2)) kill(self->pid, SIGKILL);
    pid_t ended;
    do {
        ended = waitpid(self->pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    self->pid = 0;
    if (ended < 0) return 0; /* a host that ignores SIGCHLD leaves nothing to wait for */
    push_end(L, status);
    return 1;
}

/** The collector's turn, or an error's: nobody waits for the worker any more. */
static int discard(lua_State *L) {
    lua_settop(L, 1);
    lua_pushboolean(L, true);
    finish(L);
    return 0;
}

int fl_lua_workers_poll(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Number seconds = luaL_checknumber(L, 2);
    size_t n = lua_rawlen(L, 1);
    struct pollfd *waiting = lua_newuserdatauv(L, (n + 1) * sizeof *waiting, 0);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i + 1);
        waiting[i] =
            (struct pollfd){.fd = ((channel *)luaL_checkudata(L, -1, TYPE_NAME))->socket, .events = POLLIN};
        lua_pop(L, 1);
    }
    int ready = poll(waiting, (nfds_t)n, seconds > 0 ? (int)(seconds * 1000) + 1 : 0);
    lua_newtable(L);
    for (size_t i = 0, found = 0; ready > 0 && i < n; i++) {
        if (waiting[i].revents == 0) continue;
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_rawseti(L, -2, (lua_Integer)++found);
    }
    lua_pushboolean(L, fl_lua_interrupt_came());
    return 2;
}

int fl_lua_workers_guard(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    fl_lua_interrupt_begin();
    int status = lua_pcall(L, 0, LUA_MULTRET, 0);
    fl_lua_interrupt_end();
    return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

void fl_lua_workers_register(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"send", send_message}, {"receive", receive}, {"finish", finish}, {NULL, NULL}};
    fl_lua_support_type(L, TYPE_NAME, discard, methods);
}
