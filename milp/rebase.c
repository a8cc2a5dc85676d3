/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/rebase.h"

#include "core/tolerance.h"
#include <math.h>

/** A row's dual, when it has the sign that a minimum's duals have. */
static double sound_dual(const fl_model *model, const double *dual, int i) {
    return model->row[i].sense == FL_SENSE_EQUAL ? dual[i] : fmin(dual[i], 0);
}

/** Fill `reduced` [n_columns] and return what the rows' right-hand sides are worth. */
static double reduce_costs(double *reduced, const fl_model *model, const double *dual) {
    double worth = 0;
    for (int j = 0; j < model->n_columns; j++) reduced[j] = model->column[j].cost;
    for (int k = 0; k < model->n_entries; k++) {
        const fl_entry *entry = &model->entry[k];
        reduced[entry->column] -= sound_dual(model, dual, entry->row) * entry->value;
    }
    for (int i = 0; i < model->n_rows; i++) worth += sound_dual(model, dual, i) * model->row[i].rhs;
    return worth;
}

/** What the columns add at least. */
static double least_sum(const fl_model *model, const double *reduced) {
    double sum = 0;
    for (int j = 0; j < model->n_columns; j++) sum += fmin(reduced[j], 0) * model->column[j].most;
    return sum;
}

static void take_costs(fl_model *model, const double *reduced, double gap) {
    for (int j = 0; j < model->n_columns; j++) {
        fl_column *column = &model->column[j];
        bool useless = reduced[j] > gap && column->whole;
        if (useless) column->most = 0;
        column->cost = column->most == 0 ? 0 : reduced[j];
    }
}

/** Fill `most` [n_rows]: how much slack a row can have. */
static void find_slacks(double *most, const fl_model *model) {
    for (int i = 0; i < model->n_rows; i++) most[i] = model->row[i].rhs;
    for (int k = 0; k < model->n_entries; k++) {
        const fl_entry *entry = &model->entry[k];
        if (entry->value < 0) most[entry->row] -= entry->value * model->column[entry->column].most;
    }
}

/** Give the row its slack as a column, in a unit of which no wanted solution has more than 1; but one that
 *  leaves the coefficient at a size that a simplex can work with. */
static void add_slack(fl_model *model, int i, double dual, double gap, double most) {
    fl_row *row = &model->row[i];
    double unit = fmax(fmin(gap / -dual, most), most / 1e6);
    int column = fl_model_add_column(model, -dual * unit, "slack_%s", row->name);
    if (column < 0) return;
    model->column[column].whole = false;
    fl_model_add_entry(model, i, column, unit);
    row->sense = FL_SENSE_EQUAL;
}

fl_status fl_rebase_model(fl_model *model, const double *dual, double most, double *bound, fl_error *err) {
    double *reduced = FL_NEW(model->arena, model->n_columns, double);
    double *most_slack = FL_NEW(model->arena, model->n_rows, double);
    if (reduced == NULL || most_slack == NULL) return fl_arena_error(model->arena, err);
    double worth = reduce_costs(reduced, model, dual);
    double least = worth + least_sum(model, reduced);
    *bound = model->constant + model->scale * least;
    if (most - *bound <= FL_TOLERANCE_EQUAL * most) return FL_OK;
    double gap = (most * (1 + FL_TOLERANCE_EQUAL) - *bound) / model->scale;
    take_costs(model, reduced, gap);
    model->constant += model->scale * worth;
    find_slacks(most_slack, model);
    for (int i = 0; i < model->n_rows; i++) {
        if (model->row[i].sense == FL_SENSE_AT_MOST && dual[i] < 0)
            add_slack(model, i, dual[i], gap, most_slack[i]);
    }
    if (model->arena->failed) return fl_arena_error(model->arena, err);
    fl_model_rescale(model);
    return FL_OK;
}
