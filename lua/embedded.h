/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The Lua half of the binding, compiled in: the *.lua beside this file, as written by embed.cmake. */
#ifndef FINLAB_LUA_EMBEDDED_H
#define FINLAB_LUA_EMBEDDED_H

#include <stddef.h>

typedef struct fl_embedded {
    const char *name;          /* of the Lua module, as "finlab.models"; NULL ends the list */
    const unsigned char *text; /* [size], Lua source */
    size_t size;
} fl_embedded;

extern const fl_embedded fl_embedded_modules[];

#endif
