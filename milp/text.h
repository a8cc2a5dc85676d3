/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Text printed into memory instead of a file, and what the files of all formats have in common. */
#ifndef FINLAB_MILP_TEXT_H
#define FINLAB_MILP_TEXT_H

#include "milp/model.h"
#include <stdio.h>

/** Have `print` write about `what` and keep the result.
 *  @param text  NUL-terminated, in `arena`
 *  @param length  bytes before the NUL
 *  @return FL_ENOMEM */
fl_status fl_text_print(const char **text, size_t *length, void (*print)(FILE *out, const void *what),
                        const void *what, fl_arena *arena, fl_error *err);

/** A number with 17 digits and a decimal point, whatever the locale says: a reader gets the very double. */
void fl_text_number(FILE *out, double number);

/** The comment at the top, each line after `mark`: the scale and the constant of the objective, then
 *  `legend`, lines each ended by a newline. */
void fl_text_header(FILE *out, const fl_model *model, const char *mark, const char *legend);

#endif
