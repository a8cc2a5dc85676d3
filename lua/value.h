/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Lua tables to and from documents (core/value.h). */
#ifndef FINLAB_LUA_VALUE_H
#define FINLAB_LUA_VALUE_H

#include "core/value.h"
#include <lua.h>

/** Copy the Lua value at `index` into a document.
 *
 *  A table with the keys 1..n is an array, one with names is an object with its members in alphabetical
 *  order; the empty table is an empty object, which readers of Lua documents take for an empty array too.
 *  Metatables are not consulted.
 *  @param out  in `arena`
 *  @return FL_EINVAL at the place of a mixed or gappy table, a cycle, tables nested deeper than
 *           FL_PLACE_DEPTH, a NaN or infinity, a string that is not UTF-8 or holds a zero byte, a
 *           function; FL_ENOMEM */
fl_status fl_lua_value_read(fl_value **out, lua_State *L, int index, fl_arena *arena, fl_error *err);

/** Push a document; null becomes nil, that is an absent field. Numbers are floats, but counts and positions
 *  (exit, after, tier, count, ...) are integers. */
void fl_lua_value_push(lua_State *L, const fl_value *value);

#endif
