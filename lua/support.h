/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What every file of the Lua binding shares: scratch memory, failures, positions, texts of documents.
 *
 *  Functions of the binding are called fl_lua_<file>_<verb>. Lua raises errors by longjmp, so between two
 *  Lua calls nothing is held that only C could free: scratch lives in one arena per Lua state, instances
 *  in userdata whose metatable is set before they are filled. Wrong argument types raise; what fails for
 *  another reason answers nil, message, code. */
#ifndef FINLAB_LUA_SUPPORT_H
#define FINLAB_LUA_SUPPORT_H

#include "core/value.h"
#include <lauxlib.h>
#include <lua.h>

/** Push the userdata that owns the scratch arena of this Lua state; it becomes the first upvalue of every
 *  function of the binding. */
void fl_lua_support_create(lua_State *L);

/** The scratch arena, emptied. Only for functions registered with the userdata above. */
fl_arena *fl_lua_support_arena(lua_State *L);

/** Give back the memory of an unusually large run. */
void fl_lua_support_trim(fl_arena *arena);

/** Push nil, "where: text", code; returns 3 for `return fl_lua_support_fail(...)`. */
int fl_lua_support_fail(lua_State *L, const fl_error *err);

/** The same for a failure about the file `path`: "path: where: text". */
int fl_lua_support_fail_file(lua_State *L, const char *path, const fl_error *err);

/** The position in a Lua table, counted from 1, of what C counts from 0. The only place where the two meet.
 */
static inline lua_Integer fl_lua_support_position(int index) {
    return (lua_Integer)index + 1;
}

/** How a document is handed to Lua. */
typedef enum fl_lua_form { FL_LUA_TABLE, FL_LUA_JSON } fl_lua_form;

/** The optional argument `arg`: "table" (default) or "json". */
fl_lua_form fl_lua_support_form(lua_State *L, int arg);

/** Push `value` (NULL: no memory) as a Lua table or as one line of JSON; returns the number of results, which
 *  is 1, or 3 for a failure. */
int fl_lua_support_document(lua_State *L, const fl_value *value, fl_lua_form form, fl_arena *arena);

/** The table on top of the stack becomes the array that it has as `key`, its other fields in that. */
void fl_lua_support_flatten(lua_State *L, const char *key);

/** Make a type of userdata: its metatable, with `close` for both __gc and __close, and its methods. */
void fl_lua_support_type(lua_State *L, const char *name, lua_CFunction close, const luaL_Reg *methods);

#endif
