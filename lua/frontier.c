/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/frontier.h"
#include "core/frontier.h"
#include "heuristics/fin.h"
#include "lua/instance.h"
#include "lua/interrupt.h"
#include "lua/support.h"
#include "lua/value.h"
#include <lauxlib.h>

enum { CURVE, TIME_LIMIT, MEMORY, N_OPTIONS };

/* Described like a method's, so that they are read and checked like a method's. */
static const fl_option options[N_OPTIONS] = {
    [CURVE] = {"curve", FL_OPTION_BOOL, 0, 0, 0, NULL, "trade energy against latency only"},
    [TIME_LIMIT] = {"time_limit", FL_OPTION_NUMBER, 0, 0, 1e9, NULL, "s; 0: no limit"},
    [MEMORY] = {"memory", FL_OPTION_NUMBER, 0, 0, 1e15, NULL, "bytes; 0: no limit"},
};
static const fl_method described = {.name = "frontier", .options = options, .n_options = N_OPTIONS};

static fl_status read_query(fl_frontier_query *out, lua_State *L, const fl_instance *instance,
                            fl_arena *arena, fl_error *err) {
    fl_settings settings;
    fl_value *given = NULL;
    if (lua_istable(L, 2)) FL_TRY(fl_lua_value_read(&given, L, 2, arena, err));
    FL_TRY(fl_settings_read(&settings, &described, instance, given, err));
    *out = (fl_frontier_query){.curve = settings.value[CURVE] != 0,
                               .time_limit = settings.value[TIME_LIMIT],
                               .memory = settings.value[MEMORY]};
    return FL_OK;
}

int fl_lua_frontier(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TTABLE);
    fl_lua_form form = fl_lua_support_form(L, 3);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_frontier_query query;
    fl_frontier frontier;
    fl_error err;
    if (read_query(&query, L, instance, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    const volatile sig_atomic_t *interrupt = fl_lua_interrupt_begin();
    fl_status status = fl_frontier_find(&frontier, instance, &query, arena, interrupt, &err);
    fl_lua_interrupt_end();
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    int pushed = fl_lua_support_document(L, fl_frontier_write(&frontier, instance, arena), form, arena);
    if (pushed == 1 && form == FL_LUA_TABLE) fl_lua_support_flatten(L, "points");
    if (pushed == 1 && form == FL_LUA_JSON) {
        lua_pushinteger(L, frontier.n_points);
        lua_pushboolean(L, frontier.complete);
        pushed = 3;
    }
    fl_lua_support_trim(arena);
    return pushed;
}

int fl_lua_frontier_fin(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    lua_Integer gamma = luaL_checkinteger(L, 2);
    luaL_argcheck(L, gamma >= 1 && gamma <= FL_FIN_GAMMA_MOST, 2, "gamma must be between 1 and 1000000");
    fl_arena *arena = fl_lua_support_arena(L);
    double *energy = FL_NEW(arena, gamma + 1, double);
    fl_error err;
    fl_status status = energy != NULL ? fl_fin_curve(energy, instance, (int)gamma, arena, &err)
                                      : fl_arena_error(arena, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    fl_value *points = fl_value_array(arena);
    for (int g = 1; g <= gamma; g++) {
        if (isinf(energy[g])) continue;
        fl_value *point = fl_value_add(arena, points, NULL, fl_value_object(arena));
        double deadline = instance->apps[0].deadline * g / (double)gamma;
        fl_value_add(arena, point, "deadline", fl_value_number(arena, deadline));
        fl_value_add(arena, point, "energy", fl_value_number(arena, energy[g]));
    }
    return fl_lua_support_document(L, points, FL_LUA_TABLE, arena);
}
