/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Lua tables as JSON text and back, by core/json.h. The text is canonical: names sorted, numbers with all
 *  their digits, so equal tables give equal text on every machine. */
#ifndef FINLAB_LUA_JSON_H
#define FINLAB_LUA_JSON_H

#include <lua.h>

/** finlab.core.json(value, indent): text; indent 0 (default) is one line. */
int fl_lua_json_print(lua_State *L);

/** finlab.core.parse(text): the value; null members are absent. */
int fl_lua_json_parse(lua_State *L);

#endif
