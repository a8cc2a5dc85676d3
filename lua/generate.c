/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/generate.h"
#include "core/generate.h"
#include "lua/instance.h"
#include "lua/support.h"
#include <limits.h>
#include <string.h>

/** A field of a recipe: reads the Lua value on top of the stack. */
typedef struct field {
    const char *name;
    bool (*read)(lua_State *L, void *to);
    size_t offset;
    const char *wanted;
} field;

static bool read_seed(lua_State *L, void *to) {
    int integral;
    lua_Integer number = lua_tointegerx(L, -1, &integral);
    *(uint64_t *)to = (uint64_t)number;
    return lua_type(L, -1) == LUA_TNUMBER && integral && number >= 0;
}

static bool read_int(lua_State *L, void *to) {
    int integral;
    lua_Integer number = lua_tointegerx(L, -1, &integral);
    *(int *)to = (int)number;
    return lua_type(L, -1) == LUA_TNUMBER && integral && number >= 1 && number <= INT_MAX;
}

static bool read_scale(lua_State *L, void *to) {
    double number = lua_tonumber(L, -1);
    *(double *)to = number;
    return lua_type(L, -1) == LUA_TNUMBER && isfinite(number) && number > 0;
}

static bool read_bool(lua_State *L, void *to) {
    *(bool *)to = lua_toboolean(L, -1);
    return lua_isboolean(L, -1);
}

static bool read_tightness(lua_State *L, void *to) {
    static const char *const names[] = {"any", "loose", "medium", "tight"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), names[i]) == 0) {
            *(fl_tightness *)to = (fl_tightness)i;
            return true;
        }
    }
    return false;
}

#define FIELD(name, read, wanted)                                                                            \
    { #name, read, offsetof(fl_recipe, name), wanted }
static const field fields[] = {
    FIELD(seed, read_seed, "an integer from 0"),
    FIELD(blocks, read_int, "an integer from 1"),
    FIELD(nodes, read_int, "an integer from 1"),
    FIELD(exits, read_int, "an integer from 1"),
    FIELD(apps, read_int, "an integer from 1"),
    FIELD(tiers, read_int, "an integer from 1"),
    FIELD(plain, read_bool, "true or false"),
    FIELD(limits, read_bool, "true or false"),
    FIELD(binding, read_bool, "true or false"),
    FIELD(users, read_int, "an integer from 1"),
    FIELD(admission, read_bool, "true or false"),
    FIELD(slices, read_bool, "true or false"),
    FIELD(quantile, read_bool, "true or false"),
    FIELD(deviations, read_bool, "true or false"),
    FIELD(codings, read_bool, "true or false"),
    FIELD(optional, read_bool, "true or false"),
    FIELD(thresholds, read_bool, "true or false"),
    FIELD(segments, read_bool, "true or false"),
    FIELD(serial, read_bool, "true or false"),
    FIELD(energy_scale, read_scale, "a finite number above 0"),
    FIELD(time_scale, read_scale, "a finite number above 0"),
    {"tight", read_tightness, offsetof(fl_recipe, tightness), "\"any\", \"loose\", \"medium\" or \"tight\""},
};
#undef FIELD

/** Read the member whose key is below its value on top of the stack. */
static fl_status read_member(fl_recipe *recipe, lua_State *L, fl_error *err) {
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "(a position)";
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(key, fields[i].name) != 0) continue;
        if (fields[i].read(L, (char *)recipe + fields[i].offset)) return FL_OK;
        return fl_error_set(err, FL_EINVAL, key, "must be %s", fields[i].wanted);
    }
    return fl_error_set(err, FL_EINVAL, key, "is no field of a recipe");
}

static fl_status read_recipe(fl_recipe *out, lua_State *L, int index, fl_error *err) {
    *out = (fl_recipe){0};
    if (lua_getfield(L, index, "seed") == LUA_TNIL) return fl_error_set(err, FL_EINVAL, "seed", "is missing");
    lua_pop(L, 1);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) FL_TRY(read_member(out, L, err));
    return FL_OK;
}

int fl_lua_generate(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    fl_instance **self = fl_lua_instance_push(L);
    fl_recipe recipe;
    fl_error err;
    fl_status status = read_recipe(&recipe, L, 1, &err);
    if (status == FL_OK) status = fl_generate(self, &recipe, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    fl_lua_instance_weigh(L);
    return 1;
}
