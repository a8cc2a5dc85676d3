/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/graph.h"
#include "core/plain.h"
#include "heuristics/fin_graph.h"
#include "lua/instance.h"
#include "lua/support.h"

/** A picture or file of more edges is of no use, and Lua would need a gigabyte. */
enum { EDGES_MOST = 1000000 };

static void push_vertex(lua_State *L, const fl_fin_replica *replica, const fl_instance *instance) {
    lua_createtable(L, 0, 4);
    if (replica->node >= 0) {
        lua_pushinteger(L, fl_lua_support_position(replica->layer));
        lua_setfield(L, -2, "block");
        lua_pushstring(L, instance->system.nodes[replica->node].name);
        lua_setfield(L, -2, "node");
        lua_pushinteger(L, replica->level);
        lua_setfield(L, -2, "level");
    }
    lua_pushboolean(L, replica->final);
    lua_setfield(L, -2, "final");
}

static void push_edge(lua_State *L, const fl_graph *graph, int64_t edge) {
    lua_createtable(L, 3, 0);
    lua_pushinteger(L, fl_lua_support_position((int)graph->ends[2 * edge]));
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, fl_lua_support_position((int)graph->ends[2 * edge + 1]));
    lua_rawseti(L, -2, 2);
    lua_pushnumber(L, graph->weights[edge]);
    lua_rawseti(L, -2, 3);
}

static void push_graph(lua_State *L, const fl_fin_graph *fin, const fl_instance *instance) {
    lua_createtable(L, 0, 2);
    lua_createtable(L, (int)fin->graph.n_vertices, 0);
    for (int64_t i = 0; i < fin->graph.n_vertices; i++) {
        push_vertex(L, &fin->replicas[i], instance);
        lua_rawseti(L, -2, fl_lua_support_position((int)i));
    }
    lua_setfield(L, -2, "vertices");
    lua_createtable(L, (int)fin->graph.n_edges, 0);
    for (int64_t i = 0; i < fin->graph.n_edges; i++) {
        push_edge(L, &fin->graph, i);
        lua_rawseti(L, -2, fl_lua_support_position((int)i));
    }
    lua_setfield(L, -2, "edges");
}

/** The application called `name` (NULL: the first), or -1. */
static int find_app(const fl_instance *instance, const char *name) {
    return name == NULL ? 0 : fl_instance_app(instance, name);
}

int fl_lua_graph_fin(lua_State *L) {
    static const char *const roundings[] = {"up", "down", NULL};
    const volatile sig_atomic_t never = 0;
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    lua_Integer gamma = luaL_checkinteger(L, 2);
    luaL_argcheck(L, gamma >= 1 && gamma <= FL_FIN_GAMMA_MOST, 2, "gamma must be between 1 and 1000000");
    int app = find_app(instance, luaL_optstring(L, 3, NULL)), down = luaL_checkoption(L, 4, "up", roundings);
    luaL_argcheck(L, app >= 0, 3, "no application is called so");
    fl_arena *arena = fl_lua_support_arena(L);
    fl_layers layers;
    fl_fin_graph fin;
    fl_error err;
    fl_instance *plain = NULL; /* as FIN is given it */
    fl_status status = fl_plain_read(&plain, instance, FL_FEATURES_OWN, arena, &err);
    if (status == FL_OK) status = fl_layers_build(&layers, plain, app, arena, &err);
    fl_fin_search search = {.layers = &layers,
                            .deadline = instance->apps[app].deadline,
                            .gamma = (int)gamma,
                            .rounding = down ? FL_FIN_DOWN : FL_FIN_UP,
                            .interrupt = &never};
    if (status == FL_OK && gamma > EDGES_MOST / instance->system.n_nodes) {
        status = fl_error_set(&err, FL_EUNSUPPORTED, "gamma", "the graph has too many replicas");
    }
    if (status == FL_OK) status = fl_fin_graph_build(&fin, &search, EDGES_MOST, arena, &err);
    fl_instance_free(plain);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    push_graph(L, &fin, instance);
    fl_lua_support_trim(arena);
    return 1;
}
