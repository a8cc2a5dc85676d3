/* SPDX-License-Identifier: GPL-3.0-or-later */
/** inst:decode(path [, "json"]): what another solver found on the emitted model. */
#ifndef FINLAB_LUA_DECODE_H
#define FINLAB_LUA_DECODE_H

#include <lua.h>

/** Push the result record of the solution file; as text its status follows, as fl_lua_solve(). */
int fl_lua_decode(lua_State *L);

#endif
