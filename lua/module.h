/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The Lua module `finlab`: C functions as `finlab.core`, and on top of them the embedded Lua modules. */
#ifndef FINLAB_LUA_MODULE_H
#define FINLAB_LUA_MODULE_H

#include <lua.h>

/** What `require "finlab"` calls; returns the module's table. */
__attribute__((visibility("default"))) int luaopen_finlab(lua_State *L);

#endif
