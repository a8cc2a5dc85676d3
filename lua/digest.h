/* SPDX-License-Identifier: GPL-3.0-or-later */
/** SHA-256 (FIPS 180-4) of texts, by which a store knows an instance again. Each Lua state remembers the
 * first 16 KiB of the last text, since what a sweep's instances have in common need not be looked at again.
 */
#ifndef FINLAB_LUA_DIGEST_H
#define FINLAB_LUA_DIGEST_H

#include <lua.h>

/** finlab.core.digest(text): 64 hexadecimal digits, as `sha256sum` prints them. O(length) */
int fl_lua_digest(lua_State *L);

/** Push the SHA-256 of a text, as that. O(length) */
void fl_lua_digest_push(lua_State *L, const char *text, size_t length);

#endif
