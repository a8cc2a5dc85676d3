/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/workers.h"
#include "lua/interrupt.h"
#include "lua/support.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHANNEL "finlab.channel"
#define TICKETS "finlab.tickets"

/** Room for messages on their way, so that a worker goes on while its parent is busy. */
enum { PIPE_BYTES = 1 << 20, READ_BYTES = 1 << 16 };

/** One end of a worker's pipe. */
typedef struct channel {
    int file;    /* -1: closed */
    pid_t pid;   /* of the worker at the other end; 0: none, or it was waited for */
    pid_t owner; /* the only process that may end it */
    char *bytes; /* what came and was not taken, or what is to be sent: [room], `used` of them */
    size_t used, room;
    size_t whole; /* of what is to be sent, the messages that are complete */
} channel;

static channel *push_channel(lua_State *L) {
    channel *self = lua_newuserdatauv(L, sizeof *self, 0);
    *self = (channel){.file = -1, .owner = getpid()};
    luaL_setmetatable(L, CHANNEL);
    return self;
}

static channel *check_channel(lua_State *L) {
    channel *self = luaL_checkudata(L, 1, CHANNEL);
    luaL_argcheck(L, self->file >= 0, 1, "the channel is closed");
    return self;
}

/** Push nil and the system's reason. */
static int fail(lua_State *L, const char *what) {
    fl_error err;
    fl_error_set(&err, FL_EIO, what, "%s", strerror(errno));
    return fl_lua_support_fail(L, &err);
}

static void close_channel(channel *self) {
    if (self->file >= 0) close(self->file);
    free(self->bytes);
    *self = (channel){.file = -1, .pid = self->pid, .owner = self->owner};
}

/** Room for `size` more bytes, or a Lua error. */
static char *make_room(lua_State *L, channel *self, size_t size) {
    if (self->room - self->used < size) {
        size_t room = 2 * self->room + size;
        char *bytes = realloc(self->bytes, room);
        if (bytes == NULL) luaL_error(L, "not enough memory");
        self->bytes = bytes;
        self->room = room;
    }
    return self->bytes + self->used;
}

/* Making workers */

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
    close_channel(parents);
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) != LUA_TNIL; i++) {
        close_channel(luaL_checkudata(L, -1, CHANNEL));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/** In the copy: call the function at stack index 1 with the channel and end. */
static void work(lua_State *L, int file) {
    lua_pushvalue(L, 1);
    push_channel(L)->file = file;
    int status = lua_pcall(L, 1, 0, 0);
    if (status != LUA_OK) fprintf(stderr, "finlab: worker: %s\n", luaL_tolstring(L, -1, NULL));
    fflush(NULL);
    _exit(status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE);
}

/** A pipe of which no program that is started inherits anything. */
static bool open_pipe(int ends[2]) {
    if (pipe(ends) != 0) return false;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#ifdef F_SETPIPE_SZ
    fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* refused: then it is smaller */
#endif
    return true;
}

int fl_lua_workers_spawn(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checkstack(L, LUA_MINSTACK, "worker");
    lua_settop(L, 2);
    channel *self = push_channel(L);
    int ends[2];
    if (!open_pipe(ends)) return fail(L, "worker");
    pid_t parent = getpid();
    fflush(NULL); /* else the copy prints it again */
    pid_t pid = fork();
    self->file = ends[0];
    if (pid == 0) {
        leave_parent(L, self, parent);
        work(L, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) return fail(L, "worker");
    self->pid = pid;
    return 1;
}

/* Messages: the number of their bytes, that of their values, and the values, each after its Lua type */

typedef struct head {
    uint32_t bytes; /* of the values */
    uint32_t n;
} head;

static void add(lua_State *L, channel *self, const void *bytes, size_t size) {
    memcpy(make_room(L, self, size), bytes, size);
    self->used += size;
}

static void add_value(lua_State *L, channel *self, int arg) {
    size_t length;
    char type = (char)lua_type(L, arg);
    lua_Number number;
    if (type == LUA_TNUMBER && lua_isinteger(L, arg)) type = LUA_TLIGHTUSERDATA; /* stands for integers */
    add(L, self, &type, 1);
    switch (type) {
    case LUA_TNIL:
        break;
    case LUA_TBOOLEAN:
        type = (char)lua_toboolean(L, arg);
        add(L, self, &type, 1);
        break;
    case LUA_TLIGHTUSERDATA:
        add(L, self, &(lua_Integer){lua_tointeger(L, arg)}, sizeof(lua_Integer));
        break;
    case LUA_TNUMBER:
        number = lua_tonumber(L, arg);
        add(L, self, &number, sizeof number);
        break;
    default: {
        const char *text = luaL_checklstring(L, arg, &length);
        add(L, self, &length, sizeof length);
        add(L, self, text, length);
    }
    }
}

static bool write_all(int file, const char *bytes, size_t left) {
    while (left > 0) {
        ssize_t written = write(file, bytes, left);
        if (written < 0 && errno != EINTR) return false;
        if (written < 0) continue;
        bytes += written;
        left -= (size_t)written;
    }
    return true;
}

/** Add a message of the arguments from 2 on to what is to be sent. */
static void add_message(lua_State *L, channel *self) {
    int n = lua_gettop(L) - 1;
    size_t start = self->used = self->whole; /* an error may have left a part behind */
    add(L, self, &(head){0, (uint32_t)n}, sizeof(head));
    for (int i = 0; i < n; i++) add_value(L, self, i + 2);
    size_t bytes = self->used - start - sizeof(head);
    if (bytes > UINT32_MAX) luaL_error(L, "the message is too long");
    memcpy(self->bytes + start, &(uint32_t){(uint32_t)bytes}, sizeof(uint32_t));
    self->whole = self->used;
}

/** channel:send(...): a message of plain values; true, or nil and why: nobody listens any more. */
static int send_message(lua_State *L) {
    channel *self = check_channel(L);
    add_message(L, self);
    bool sent = write_all(self->file, self->bytes, self->whole);
    self->whole = 0;
    if (!sent) return fail(L, "worker");
    lua_pushboolean(L, true);
    return 1;
}

/** channel:hold(...): a message that goes with the next one. */
static int hold_message(lua_State *L) {
    add_message(L, check_channel(L));
    return 0;
}

static const char *take(void *out, const char *from, size_t size) {
    memcpy(out, from, size);
    return from + size;
}

/** Push the value at `at`; what follows it. */
static const char *push_value(lua_State *L, const char *at) {
    char type = *at++;
    size_t length;
    lua_Integer integer;
    lua_Number number;
    switch (type) {
    case LUA_TNIL:
        lua_pushnil(L);
        return at;
    case LUA_TBOOLEAN:
        lua_pushboolean(L, *at);
        return at + 1;
    case LUA_TLIGHTUSERDATA:
        at = take(&integer, at, sizeof integer);
        lua_pushinteger(L, integer);
        return at;
    case LUA_TNUMBER:
        at = take(&number, at, sizeof number);
        lua_pushnumber(L, number);
        return at;
    default:
        at = take(&length, at, sizeof length);
        lua_pushlstring(L, at, length);
        return at + length;
    }
}

/** Push the array of a message's values. */
static void push_message(lua_State *L, const char *at, const head *of) {
    lua_createtable(L, (int)of->n, 0);
    for (uint32_t i = 0; i < of->n; i++) {
        at = push_value(L, at);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/** Push the array of the messages that are here whole; the rest stays. */
static void push_messages(lua_State *L, channel *self) {
    size_t at = 0;
    lua_Integer n = 0;
    head next;
    lua_newtable(L);
    while (self->used - at >= sizeof next) {
        take(&next, self->bytes + at, sizeof next);
        if (self->used - at - sizeof next < next.bytes) break;
        push_message(L, self->bytes + at + sizeof next, &next);
        lua_rawseti(L, -2, ++n);
        at += sizeof next + next.bytes;
    }
    self->used -= at;
    if (at > 0) memmove(self->bytes, self->bytes + at, self->used);
}

/** channel:receive(): the messages that came, waiting when nothing did, and whether the worker ended. */
static int receive(lua_State *L) {
    channel *self = check_channel(L);
    char *room = make_room(L, self, READ_BYTES);
    ssize_t length;
    do {
        length = read(self->file, room, self->room - self->used);
    } while (length < 0 && errno == EINTR);
    if (length > 0) self->used += (size_t)length;
    push_messages(L, self);
    lua_pushboolean(L, length <= 0);
    return 2;
}

/* Ending workers */

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
    channel *self = luaL_checkudata(L, 1, CHANNEL);
    int status;
    close_channel(self);
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
            (struct pollfd){.fd = ((channel *)luaL_checkudata(L, -1, CHANNEL))->file, .events = POLLIN};
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

/* Tickets */

/** In memory that copies of the process share. */
typedef struct tickets {
    atomic_llong *taken; /* NULL: given back */
    long long n;
} tickets;

int fl_lua_workers_tickets(lua_State *L) {
    lua_Integer n = luaL_checkinteger(L, 1);
    tickets *self = lua_newuserdatauv(L, sizeof *self, 0);
    *self = (tickets){NULL, n};
    luaL_setmetatable(L, TICKETS);
    int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
    if (zero < 0) return fail(L, "/dev/zero");
    void *memory = mmap(NULL, sizeof *self->taken, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
    close(zero);
    if (memory == MAP_FAILED) return fail(L, "/dev/zero");
    self->taken = memory;
    return 1;
}

/** tickets:take(): the next number, 1 and so on; nil when all are taken. */
static int take_ticket(lua_State *L) {
    tickets *self = luaL_checkudata(L, 1, TICKETS);
    if (atomic_load(self->taken) >= self->n) return 0;
    long long number = atomic_fetch_add(self->taken, 1) + 1;
    if (number > self->n) return 0;
    lua_pushinteger(L, number);
    return 1;
}

/** tickets:left(): how many there are still. */
static int left_tickets(lua_State *L) {
    tickets *self = luaL_checkudata(L, 1, TICKETS);
    long long taken = atomic_load(self->taken);
    lua_pushinteger(L, taken < self->n ? self->n - taken : 0);
    return 1;
}

static int free_tickets(lua_State *L) {
    tickets *self = luaL_checkudata(L, 1, TICKETS);
    if (self->taken != NULL) munmap(self->taken, sizeof *self->taken);
    self->taken = NULL;
    return 0;
}

void fl_lua_workers_register(lua_State *L) {
    static const luaL_Reg channels[] = {{"send", send_message},
                                        {"hold", hold_message},
                                        {"receive", receive},
                                        {"finish", finish},
                                        {NULL, NULL}};
    static const luaL_Reg dispenser[] = {{"take", take_ticket}, {"left", left_tickets}, {NULL, NULL}};
    fl_lua_support_type(L, CHANNEL, discard, channels);
    fl_lua_support_type(L, TICKETS, free_tickets, dispenser);
}
