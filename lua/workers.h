/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Worker processes for lua/crew.lua: forked copies of this process, each with a pipe to its parent that
 *  carries messages, and tickets that they share.
 *
 *  A worker runs one Lua function of its end of the pipe, its channel, and ends. It ignores SIGINT, which the
 *  parent answers, and dies with its parent. What it has sent arrives even when it is killed then: a pipe
 *  belongs to the system; half a message at its end is dropped. Only the process that made a worker ends it;
 *  POSIX, no threads.
 *
 *  A message is a list of plain values: nil, booleans, integers, numbers and strings. */
#ifndef FINLAB_LUA_WORKERS_H
#define FINLAB_LUA_WORKERS_H

#include <lua.h>

/** Make the metatables of channels and tickets. */
void fl_lua_workers_register(lua_State *L);

/** finlab.core.spawn(work, others): fork; the copy calls work(channel), which can send, and ends; the parent
 *  gets the other end, which receives and finishes. `others` is the array of channels to workers that exist,
 *  which the copy closes. */
int fl_lua_workers_spawn(lua_State *L);

/** finlab.core.tickets(n): the numbers 1 to n, each for one of the processes that are forked afterwards. */
int fl_lua_workers_tickets(lua_State *L);

/** finlab.core.poll(channels, seconds): the array of positions whose channels have something or have ended,
 *  and whether the user pressed Ctrl-C since guard() began. */
int fl_lua_workers_poll(lua_State *L);

/** finlab.core.guard(f): call f() while Ctrl-C only makes poll() say so. A second one is the host's. */
int fl_lua_workers_guard(lua_State *L);

#endif
