/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Worker processes for lua/sweep.lua: forked copies of this process, each at the other end of a socket that
 *  carries whole messages.
 *
 *  A worker runs one Lua function of its channel and ends. It ignores SIGINT, which the parent answers, and
 *  dies with its parent. A worker that ends, however it does, closes its channel, so the parent learns of it
 *  by receiving nil. Only the process that made a worker ends it; POSIX and Unix sockets, no threads. */
#ifndef FINLAB_LUA_WORKERS_H
#define FINLAB_LUA_WORKERS_H

#include <lua.h>

/** Make the metatable of channels. */
void fl_lua_workers_register(lua_State *L);

/** finlab.core.spawn(work, others): fork; the copy calls work(channel) and ends, and the parent gets the
 *  other end. `others` is the array of channels to workers that exist, which the copy closes. */
int fl_lua_workers_spawn(lua_State *L);

/** finlab.core.poll(channels, seconds): the array of positions whose channels have a message or have ended,
 *  and whether the user pressed Ctrl-C since guard() began. */
int fl_lua_workers_poll(lua_State *L);

/** finlab.core.guard(f): call f() while Ctrl-C only makes poll() say so. A second one is the host's. */
int fl_lua_workers_guard(lua_State *L);

#endif
