/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Curves of an instance: inst:frontier(), inst:fin_curve(). */
#ifndef FINLAB_LUA_FRONTIER_H
#define FINLAB_LUA_FRONTIER_H

#include <lua.h>

/** inst:frontier(options, form): the points as an array by rising latency, with fields complete, stop and
 *  seconds; or the document of core/frontier.h as JSON, how many points it has and whether
 *  these are all. */
int fl_lua_frontier(lua_State *L);

/** inst:fin_curve(gamma): what FIN with levels of deadline / gamma answers for every deadline that is a
 * multiple of a level: an array of {deadline, energy}, without those that have no plan. */
int fl_lua_frontier_fin(lua_State *L);

#endif
