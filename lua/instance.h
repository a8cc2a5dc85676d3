/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Instances as Lua userdata.
 *
 *  Invariant: the userdata holds an instance it owns, or one that is lent to it, or nothing once closed. It
 * is created closed, so an error while it is being filled leaves nothing behind. */
#ifndef FINLAB_LUA_INSTANCE_H
#define FINLAB_LUA_INSTANCE_H

#include "core/instance.h"
#include <lauxlib.h>

/** Make the metatable, with `methods` added to those of this file. The scratch arena's userdata is on top
 *  of the stack and stays there. */
void fl_lua_instance_register(lua_State *L, const luaL_Reg *methods);

/** Push a closed instance and return where its pointer goes. */
fl_instance **fl_lua_instance_push(lua_State *L);

/** The instance at argument `arg`; raises for anything else and for a closed one. */
const fl_instance *fl_lua_instance_check(lua_State *L, int arg);

/** Tell the collector about memory that it does not see; call once the instance on top of the stack is open.
 */
void fl_lua_instance_weigh(lua_State *L);

/** Push an instance that is somebody else's, and note it in the table at `loan`. It, and the variants made of
 *  it, are closed by fl_lua_instance_recall(). */
void fl_lua_instance_lend(lua_State *L, const fl_instance *instance, int loan);

/** Close what was lent by the table at `loan`. Raises nothing. */
void fl_lua_instance_recall(lua_State *L, int loan);

/** Field `key` of the table at argument `arg`: one factor for all, or a table of them, by node or, of
 * "links", one for each link as written.
 *  @param out  [n] in `arena`; NULL when there is nothing */
fl_status fl_lua_instance_factors(const double **out, lua_State *L, int arg, const char *key,
                                  const fl_instance *base, fl_arena *arena, fl_error *err);

/* finlab.core: instance(table), load(path) */
int fl_lua_instance_new(lua_State *L);
int fl_lua_instance_load(lua_State *L);

#endif
