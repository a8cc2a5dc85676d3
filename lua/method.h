/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Methods written in Lua: a descriptor like any other, whose solve function calls a Lua function.
 *
 *  The methods of a Lua state are kept in its registry, in the order in which they were first described.
 * While one runs, its function may solve other instances: a run has an arena of its own, and works on a
 * variant of the instance that only it knows, so nothing that the function closes is missed. What the
 * function is given is lent: it and the variants made of it are closed when the function returns. */
#ifndef FINLAB_LUA_METHOD_H
#define FINLAB_LUA_METHOD_H

#include "core/result.h"
#include <lua.h>

/** The `i`-th method written in Lua, counted from 0; NULL: there are no more. Lives as long as it is not
 *  described anew. */
const fl_method *fl_lua_method_at(lua_State *L, int i);

/** Whether the method is written in Lua. */
bool fl_lua_method_is(const fl_method *method);

/** fl_run() for a method written in Lua. What its function raises is raised on.
 *  @param instance  in: to be solved; out: an equal one, which the result is about
 *  @param arena     out: where the result lives. Both are kept by values left on the Lua stack */
fl_status fl_lua_method_run(fl_result *out, lua_State *L, const fl_instance **instance,
                            const fl_method *method, const fl_settings *settings, fl_arena **arena,
                            fl_error *err);

/** finlab.core: method(description, solve). lua/method.lua has checked both. */
int fl_lua_method_define(lua_State *L);

#endif
