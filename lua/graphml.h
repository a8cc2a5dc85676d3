/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Network topologies for Lua; lua/import_graphml.lua makes systems of them. */
#ifndef FINLAB_LUA_GRAPHML_H
#define FINLAB_LUA_GRAPHML_H

#include <lua.h>

/** finlab.core.graphml(path): { directed, nodes, edges } as fl_graph_load() has them: `nodes` are tables of
 *  attributes, `edges` are { from, to, attributes }. */
int fl_lua_graphml_load(lua_State *L);

#endif
