/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/robust.h"
#include "core/robust.h"
#include "lua/instance.h"
#include "lua/interrupt.h"
#include "lua/support.h"
#include "lua/value.h"
#include <lauxlib.h>
#include <limits.h>
#include <string.h>

/** A number at `key` of the table at argument `arg`, or `fallback`. */
static fl_status read_number(double *out, lua_State *L, int arg, const char *key, double fallback,
                             fl_error *err) {
    int type = lua_getfield(L, arg, key);
    *out = type == LUA_TNUMBER ? lua_tonumber(L, -1) : fallback;
    lua_pop(L, 1);
    bool right = type == LUA_TNIL || (type == LUA_TNUMBER && *out >= 0 && isfinite(*out));
    return right ? FL_OK : fl_error_set(err, FL_EINVAL, key, "must be a number, not below 0");
}

static fl_status check_names(lua_State *L, int arg, fl_error *err) {
    static const char *const known[] = {"nodes", "links", "budget", "time_limit", "memory", NULL};
    for (lua_pushnil(L); lua_next(L, arg) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "(a position)";
        int i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0) i++;
        if (known[i] == NULL) return fl_error_set(err, FL_EINVAL, key, "says nothing of what may be slow");
    }
    return FL_OK;
}

static fl_status read_query(fl_robust_query *out, lua_State *L, int arg, const fl_instance *instance,
                            fl_arena *arena, fl_error *err) {
    double budget;
    *out = (fl_robust_query){0};
    FL_TRY(check_names(L, arg, err));
    FL_TRY(fl_lua_instance_factors(&out->slowdown.nodes, L, arg, "nodes", instance, arena, err));
    FL_TRY(fl_lua_instance_factors(&out->slowdown.links, L, arg, "links", instance, arena, err));
    FL_TRY(read_number(&budget, L, arg, "budget", -1, err));
    FL_TRY(read_number(&out->time_limit, L, arg, "time_limit", 0, err));
    FL_TRY(read_number(&out->memory, L, arg, "memory", 0, err));
    if (budget != floor(budget) || budget > INT_MAX) {
        return fl_error_set(err, FL_EINVAL, "budget", "must be a whole number, not %.17g", budget);
    }
    out->slowdown.budget = (int)budget;
    return FL_OK;
}

int fl_lua_robust(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    fl_arena *arena = fl_lua_support_arena(L), scratch;
    fl_robust_query query;
    fl_robust found;
    fl_error err;
    if (read_query(&query, L, 2, instance, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    fl_arena_init(&scratch, 0);
    const fl_desk desk = {arena, &scratch, fl_lua_interrupt_begin()};
    fl_status status = fl_robust_solve(&found, instance, &query, &desk, &err);
    fl_lua_interrupt_end();
    fl_arena_free(&scratch);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    int pushed = fl_lua_support_document(L, fl_robust_write(&found, instance, arena), FL_LUA_TABLE, arena);
    fl_lua_support_trim(arena);
    return pushed;
}

int fl_lua_robust_slowest(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TTABLE);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_robust_query query;
    fl_robust_worst worst;
    fl_value *document;
    fl_plan plan;
    fl_error err;
    fl_status status = read_query(&query, L, 3, instance, arena, &err);
    if (status == FL_OK) status = fl_lua_value_read(&document, L, 2, arena, &err);
    if (status == FL_OK) status = fl_plan_read(&plan, instance, document, FL_PLACE_LUA, arena, &err);
    if (status == FL_OK) status = fl_robust_judge(&worst, instance, &plan, &query.slowdown, arena, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    return fl_lua_support_document(L, fl_robust_write_worst(&worst, instance, arena), FL_LUA_TABLE, arena);
}
