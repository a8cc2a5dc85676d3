/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/lp.h"
#include "milp/text.h"
#include <string.h>

enum { TERMS_PER_LINE = 6 };

static void print_term(FILE *out, int i, double value, const char *name) {
    if (i > 0 && i % TERMS_PER_LINE == 0) fputs("\n   ", out);
    fputs(value < 0 ? " - " : " + ", out);
    fl_text_number(out, value < 0 ? -value : value);
    fprintf(out, " %s", name);
}

/** Readers refuse a sum without a term: an empty one is written as nothing times some column. */
static void print_nothing(FILE *out, const fl_model *model) {
    print_term(out, 0, 0, model->n_columns > 0 ? model->column[0].name : "none");
}

/** Every column has its term, also one that costs nothing: readers number columns as they meet them. */
static void print_objective(FILE *out, const fl_model *model) {
    fputs("Minimize\n energy:", out);
    for (int j = 0; j < model->n_columns; j++) {
        print_term(out, j, model->column[j].cost, model->column[j].name);
    }
    if (model->n_columns == 0) print_nothing(out, model);
    fputs("\n", out);
}

static void print_row(FILE *out, const fl_model *model, const fl_listing *rows, int r) {
    fprintf(out, " %s:", model->row[r].name);
    for (int k = rows->first[r]; k < rows->first[r + 1]; k++) {
        const fl_entry *entry = &model->entry[rows->entry[k]];
        print_term(out, k - rows->first[r], entry->value, model->column[entry->column].name);
    }
    if (rows->first[r] == rows->first[r + 1]) print_nothing(out, model);
    fputs(model->row[r].sense == FL_SENSE_EQUAL ? " = " : " <= ", out);
    fl_text_number(out, model->row[r].rhs);
    fputs("\n", out);
}

/** Whole columns are binary; bounds that this does not say come first. */
static void print_columns(FILE *out, const fl_model *model) {
    fputs("\nBounds\n", out);
    for (int j = 0; j < model->n_columns; j++) {
        const fl_column *column = &model->column[j];
        if (column->most == 0) fprintf(out, " %s = 0\n", column->name);
        if (column->most > 0 && !column->whole) fprintf(out, " 0 <= %s <= 1\n", column->name);
    }
    fputs("\nBinary\n", out);
    for (int j = 0; j < model->n_columns; j++) {
        if (model->column[j].most > 0 && model->column[j].whole) fprintf(out, " %s\n", model->column[j].name);
    }
    if (model->n_columns == 0) fputs(" none\n", out);
}

/** What there is to print. */
typedef struct document {
    const fl_model *model;
    const char *legend;
    fl_listing rows;
} document;

static void print_model(FILE *out, const void *what) {
    const document *of = what;
    const fl_model *model = of->model;
    fl_text_header(out, model, "\\ ", of->legend);
    fputs("\n", out);
    print_objective(out, model);
    fputs("\nSubject To\n", out);
    for (int r = 0; r < model->n_rows; r++) print_row(out, model, &of->rows, r);
    print_columns(out, model);
    fputs("\nEnd\n", out);
}

fl_status fl_lp_print(const char **text, size_t *length, const fl_model *model, const char *legend,
                      fl_arena *arena, fl_error *err) {
    document of = {.model = model, .legend = legend};
    FL_TRY(fl_model_check(model, err));
    FL_TRY(fl_model_by_row(&of.rows, model, arena, err));
    return fl_text_print(text, length, print_model, &of, arena, err);
}
