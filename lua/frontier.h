/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The frontier of an instance: inst:frontier(). */
#ifndef FINLAB_LUA_FRONTIER_H
#define FINLAB_LUA_FRONTIER_H

#include <lua.h>

/** inst:frontier(options, form): the points as an array by rising latency, with fields complete, stop and
 *  seconds; or the document of core/frontier.h as JSON, how many points it has and whether
 *  these are all. */
int fl_lua_frontier(lua_State *L);

#endif
