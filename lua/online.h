/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a slot simulator asks of C, for lua/online.lua: exact plans for drifted instances, and the judge.
 *
 *  A userdata numbers plans from 1, so that a decision is an integer. Every question names the slot's state:
 * an array of factors, one per node, one per link as written, and one of the applications' rate. */
#ifndef FINLAB_LUA_ONLINE_H
#define FINLAB_LUA_ONLINE_H

#include <lua.h>

/** Make the metatable. The scratch arena's userdata is on top of the stack and stays there. */
void fl_lua_online_register(lua_State *L);

/** finlab.core: online(instance). "unsupported" for several applications or users and for limits that bind,
 *  "invalid" where there is no plan at all, whatever the deadline. */
int fl_lua_online_open(lua_State *L);

#endif
