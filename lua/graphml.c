/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/graphml.h"
#include "heuristics/graph.h"
#include "lua/support.h"
#include "lua/value.h"

/** Push an array of documents. */
static void push_documents(lua_State *L, fl_value *const *documents, int n) {
    lua_createtable(L, n, 0);
    for (int i = 0; i < n; i++) {
        fl_lua_value_push(L, documents[i]);
        lua_rawseti(L, -2, fl_lua_support_position(i));
    }
}

int fl_lua_graphml_load(lua_State *L) {
    static const char *const names[] = {"from", "to"};
    const char *path = luaL_checkstring(L, 1);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_topology topology;
    fl_error err;
    if (fl_graph_load(&topology, path, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    lua_createtable(L, 0, 3);
    lua_pushboolean(L, topology.directed);
    lua_setfield(L, -2, "directed");
    push_documents(L, topology.nodes, topology.n_nodes);
    lua_setfield(L, -2, "nodes");
    lua_createtable(L, topology.n_edges, 0);
    for (int i = 0; i < topology.n_edges; i++) {
        lua_createtable(L, 0, 3);
        for (int end = 0; end < 2; end++) {
            lua_pushinteger(L, fl_lua_support_position(topology.ends[i][end]));
            lua_setfield(L, -2, names[end]);
        }
        fl_lua_value_push(L, topology.edges[i]);
        lua_setfield(L, -2, "attributes");
        lua_rawseti(L, -2, fl_lua_support_position(i));
    }
    lua_setfield(L, -2, "edges");
    fl_lua_support_trim(arena);
    return 1;
}
