/* SPDX-License-Identifier: GPL-3.0-or-later */
/** inst:breakpoints(): where the best plan changes while links or nodes get faster. */
#ifndef FINLAB_LUA_BREAKPOINTS_H
#define FINLAB_LUA_BREAKPOINTS_H

#include <lua.h>

/** inst:breakpoints(options): the pieces of core/breakpoints.h as an array by rising rate, with fields
 *  complete, stop, method, solves and seconds.
 *
 *  What varies: `link` = {from, to} with `rate` = {low, high}, `node` = name with `speed`, or `links` and
 *  `nodes`, "all" or arrays of such, with `factor`. `objective`: "energy" or "latency"; `method`: who proves
 *  the energies; `time_limit`: s. */
int fl_lua_breakpoints(lua_State *L);

#endif
