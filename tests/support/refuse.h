/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Documents that must be refused, and where: each is read as JSON and as a Lua table. */
#ifndef FINLAB_TESTS_REFUSE_H
#define FINLAB_TESTS_REFUSE_H

#include "core/value.h"

/** One way to spoil a document. */
typedef struct refusal {
    const char *pointer; /* where to put */
    const char *json;    /* what; NULL: take away what is there */
    const char *where;   /* the place the error names, as JSON; NULL: `pointer` */
    const char *words;   /* part of its sentence */
} refusal;

/** The Lua spelling of a JSON place: apps[1].exits[2].after for /apps/0/exits/1/after. */
void refuse_as_lua(char *out, size_t size, const char *pointer);

/** `document` is refused as an instance with FL_EINVAL at `where` in both spellings, in a sentence that holds
 *  `words`. Fails the running test otherwise. */
void refuse_document(const fl_value *document, const char *where, const char *words);

/** Each of `refusals` (ended by a NULL pointer) spoils the instance `json` by itself. */
void refuse_all(const char *json, const refusal *refusals);

#endif
