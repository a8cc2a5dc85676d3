/* SPDX-License-Identifier: GPL-3.0-or-later */
/** finlab.core: generate(recipe), a seeded random instance. */
#ifndef FINLAB_LUA_GENERATE_H
#define FINLAB_LUA_GENERATE_H

#include <lua.h>

/** The recipe is a table with the fields of fl_recipe; `seed` is required, `tight` is "any" (default),
 * "loose", "medium" or "tight". */
int fl_lua_generate(lua_State *L);

#endif
