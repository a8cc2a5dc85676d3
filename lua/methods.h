/* SPDX-License-Identifier: GPL-3.0-or-later */
/** All methods of all rooms, and those written in Lua, as one list. */
#ifndef FINLAB_LUA_METHODS_H
#define FINLAB_LUA_METHODS_H

#include "core/method.h"
#include <lua.h>

/** The method called by the `length` characters at `name`; FL_EINVAL lists the names there are. */
fl_status fl_lua_methods_find(const fl_method **out, lua_State *L, const char *name, size_t length,
                              fl_error *err);

/** The fl_feature bit that is called `name`, 0: none. */
unsigned fl_lua_methods_feature(const char *name);

/** The first method that may claim the optimum and honours all of `features` itself; where none does, the
 * first one, which then places one user after another. */
const fl_method *fl_lua_methods_prover(unsigned features);

/** finlab.core: methods(form, name), the descriptors of all methods or of one. */
int fl_lua_methods_list(lua_State *L);

#endif
