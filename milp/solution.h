/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The files in which other solvers write their solutions, read without knowing what was solved:
 *
 *  - glpsol -o: printable, GLPK 5.0; names that are longer than 12 characters have a line of their own
 *  - glpsol -w: raw; columns have numbers, in the order of the model's file
 *  - cbc ... solve solution FILE: columns that are 0 may be left out
 *  - highs --solution_file (write_solution_style 0): columns by name
 *
 *  The first line tells which it is. What such a file says is a claim. */
#ifndef FINLAB_MILP_SOLUTION_H
#define FINLAB_MILP_SOLUTION_H

#include "core/arena.h"

/** What a file says of one column. */
typedef struct fl_solution_value {
    int line;         /* from 1 */
    const char *name; /* NULL: the file has numbers instead */
    int number;       /* from 1; 0: the file has names instead */
    double value;
} fl_solution_value;

typedef struct fl_solution {
    const char *solver;    /* "glpsol", "cbc" or "highs" */
    bool found;            /* it has a solution, says the solver */
    bool whole;            /* it names every column, also those that are 0 */
    double objective;      /* NAN: none given */
    int n_rows, n_columns; /* of the model that was solved; -1: not said */
    int counts_line;       /* where that is said */
    int n_values;          /* 0 unless found */
    fl_solution_value *value;
} fl_solution;

/** Read a file's text.
 *  @param text  [length]
 *  @param out   in `arena`
 *  @return FL_EINVAL, with "line N" as the place, for what is none of these files, breaks off or has no
 * number where one should be; FL_ENOMEM. O(length) */
fl_status fl_solution_read(fl_solution *out, const char *text, size_t length, fl_arena *arena, fl_error *err);

/** FL_EINVAL about a line of the file. */
fl_status fl_solution_error(fl_error *err, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
