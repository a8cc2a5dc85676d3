/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Plans that are in time although nodes and links may be slower: inst:robust(), inst:slowest(). */
#ifndef FINLAB_LUA_ROBUST_H
#define FINLAB_LUA_ROBUST_H

#include <lua.h>

/** inst:robust(options): the record of core/robust.h. Options: `nodes`, `links`, least factors as inst:drift
 *  takes them; `budget`, how many may be slow at once; `time_limit`, s; `memory`, bytes. */
int fl_lua_robust(lua_State *L);

/** inst:slowest(plan, options): the worst latency of a plan or result and what is slow then, with the same
 *  options. */
int fl_lua_robust_slowest(lua_State *L);

#endif
