/* SPDX-License-Identifier: GPL-3.0-or-later */
/** JSON text to and from documents (core/value.h), read by jansson. Doubles survive the round trip bit for
 *  bit.
 *
 *  Refused: broken UTF-8, duplicate keys, numbers outside double range, nesting beyond jansson's limit, text
 *  after the end. Numbers are doubles: integers beyond 2^53 are rounded to the nearest. */
#ifndef FINLAB_CORE_JSON_H
#define FINLAB_CORE_JSON_H

#include "core/value.h"

/** The largest JSON file that is read: half a GiB. */
#define FL_JSON_MOST_BYTES ((size_t)1 << 29)

/** Parse `length` bytes of text.
 *  @return FL_EINVAL with line and column for broken text; FL_ENOMEM. O(length) */
fl_status fl_json_parse(fl_value **out, const char *text, size_t length, fl_arena *arena, fl_error *err);

/** Parse a file. err->where is its path unless the text itself is broken.
 *  @return FL_EIO when it cannot be read, FL_EINVAL when it is too large or broken */
fl_status fl_json_load(fl_value **out, const char *path, fl_arena *arena, fl_error *err);

/** Print a document.
 *  @param indent  spaces per level; 0: one line
 *  @param out     NUL-terminated text in `arena`
 *  @return FL_EINVAL for text that is not UTF-8; FL_ENOMEM. O(length) */
fl_status fl_json_print(const char **out, const fl_value *value, int indent, fl_arena *arena, fl_error *err);

#endif
