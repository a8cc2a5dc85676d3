/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A mixed-integer linear programme, knowing no solver and no file format.
 *
 *      minimise  sum of cost[j] * x[j]   subject to  rows,  0 <= x[j] <= most[j],  x[j] whole where asked for
 *
 *  and  energy in J = constant + scale * objective. Rows have one side: one sum is at most, or exactly, a
 *  right-hand side. Columns are 0/1 as they are added. Entries are a list in any order, at most one per
 *  row and column.
 *
 *  Everything lives in an arena, which remembers a failed allocation: build first, then ask
 *  fl_model_check() once. Solvers and writers call it too, so what it accepts is what they may assume. */
#ifndef FINLAB_MILP_MODEL_H
#define FINLAB_MILP_MODEL_H

#include "core/arena.h"

typedef enum fl_sense { FL_SENSE_AT_MOST, FL_SENSE_EQUAL } fl_sense;

typedef struct fl_column {
    const char *name;
    double cost; /* objective units */
    double most; /* 1, or 0 to keep it out */
    bool whole;
} fl_column;

typedef struct fl_row {
    const char *name;
    fl_sense sense;
    double rhs;
} fl_row;

typedef struct fl_entry {
    int row, column;
    double value;
} fl_entry;

typedef struct fl_model {
    fl_arena *arena;
    double scale;    /* J per objective unit, > 0 */
    double constant; /* J */
    bool implied;    /* the rows alone keep every whole column to at most 1 */
    int n_columns, n_rows, n_entries;
    fl_column *column; /* [n_columns] */
    fl_row *row;       /* [n_rows] */
    fl_entry *entry;   /* [n_entries] */
    int column_room, row_room, entry_room;
} fl_model;

/** The longest name of a row or column, in bytes: GLPK's limit. */
enum { FL_MODEL_NAME_MOST = 255 };

/** Start an empty model with scale 1 and constant 0; it grows in `arena`. */
void fl_model_init(fl_model *model, fl_arena *arena);

/** Add a 0/1 column.
 *  @param format  printf format of its name
 *  @return its index, or -1 when there is no memory. Amortised O(1), as the other additions. */
int fl_model_add_column(fl_model *model, double cost, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Choose the scale so that the largest cost is between 2^19 and 2^20 (0 stays 0): raw joules would vanish
 *  under a solver's absolute tolerances. Scales are powers of two, which lose no digit. O(columns) */
void fl_model_rescale(fl_model *model);

/** The largest cost, in J. O(columns) */
double fl_model_dearest(const fl_model *model);

/** Add a row; as fl_model_add_column(). */
int fl_model_add_row(fl_model *model, fl_sense sense, double rhs, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** Set the coefficient of a row and column that has none yet; a row or column of -1 is ignored, as is a value
 *  below FL_TOLERANCE_COEFFICIENT: rows are scaled by their right-hand sides. */
void fl_model_add_entry(fl_model *model, int row, int column, double value);

/** The entries of a model row by row or column by column, each in the order in which they were added. */
typedef struct fl_listing {
    int *first; /* [rows or columns + 1] where each one's entries begin */
    int *entry; /* [n_entries] indices into model->entry */
} fl_listing;

/** List the entries, which must be sound (fl_model_check()), in `arena`.
 *  @return FL_ENOMEM. O(rows or columns + entries) */
fl_status fl_model_by_row(fl_listing *out, const fl_model *model, fl_arena *arena, fl_error *err);
fl_status fl_model_by_column(fl_listing *out, const fl_model *model, fl_arena *arena, fl_error *err);

/** Whether solvers may have this model.
 *  @return FL_ENOMEM when the arena ran out while it was built; FL_EINVAL, with the row's or column's name
 *          as the place, for a number that is NaN or infinite, a name that is empty, too long or has
 *          characters other than letters, digits and '_', an entry outside the model. O(columns + rows +
 *          entries) */
fl_status fl_model_check(const fl_model *model, fl_error *err);

#endif
