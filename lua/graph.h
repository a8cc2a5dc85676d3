/* SPDX-License-Identifier: GPL-3.0-or-later */
/** FIN's graph for Lua, which writes it as files. */
#ifndef FINLAB_LUA_GRAPH_H
#define FINLAB_LUA_GRAPH_H

#include <lua.h>

/** finlab.core: fin_graph(instance, gamma, app, rounding): vertices {block, node, level, final} and edges
 * {from, to, J}. */
int fl_lua_graph_fin(lua_State *L);

#endif
