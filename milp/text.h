/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Text printed into memory instead of a file. */
#ifndef FINLAB_MILP_TEXT_H
#define FINLAB_MILP_TEXT_H

#include "core/arena.h"
#include <stdio.h>

/** Have `print` write about `what` and keep the result.
 *  @param text  NUL-terminated, in `arena`
 *  @param length  bytes before the NUL
 *  @return FL_ENOMEM */
fl_status fl_text_print(const char **text, size_t *length, void (*print)(FILE *out, const void *what),
                        const void *what, fl_arena *arena, fl_error *err);

#endif
