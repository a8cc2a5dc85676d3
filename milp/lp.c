/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/lp.h"
#include "milp/text.h"
#include <string.h>

enum { TERMS_PER_LINE = 6 };

/** The entries of a model row by row. */
typedef struct row_entries {
    int *first; /* [n_rows + 1] */
    int *entry; /* [n_entries] indices into model->entry */
} row_entries;

static bool sort_by_row(row_entries *out, const fl_model *model, fl_arena *arena) {
    out->first = FL_ZERO(arena, model->n_rows + 2, int);
    out->entry = FL_NEW(arena, model->n_entries, int);
    if (out->first == NULL || out->entry == NULL) return false;
    int *next = out->first + 1; /* next[r] is first[r + 1] while filling, so that it ends as first[] */
    for (int i = 0; i < model->n_entries; i++) next[model->entry[i].row + 1]++;
    for (int r = 0; r < model->n_rows; r++) next[r + 1] += next[r];
    for (int i = 0; i < model->n_entries; i++) out->entry[next[model->entry[i].row]++] = i;
    return true;
}

/** A number with 17 digits and a decimal point, whatever the locale says. */
static void print_number(FILE *out, double number) {
    char text[40];
    snprintf(text, sizeof text, "%.17g", number);
    for (char *c = text; *c != '\0'; c++) {
        if (strchr("0123456789+-eE", *c) == NULL) *c = '.';
    }
    fputs(text, out);
}

static void print_term(FILE *out, int i, double value, const char *name) {
    if (i > 0 && i % TERMS_PER_LINE == 0) fputs("\n   ", out);
    fputs(value < 0 ? " - " : " + ", out);
    print_number(out, value < 0 ? -value : value);
    fprintf(out, " %s", name);
}

/** Readers refuse a sum without a term: an empty one is written as nothing times some column. */
static void print_nothing(FILE *out, const fl_model *model) {
    print_term(out, 0, 0, model->n_columns > 0 ? model->column[0].name : "none");
}

static void print_objective(FILE *out, const fl_model *model) {
    int n = 0;
    fputs("Minimize\n energy:", out);
    for (int j = 0; j < model->n_columns; j++) {
        if (model->column[j].cost != 0) print_term(out, n++, model->column[j].cost, model->column[j].name);
    }
    if (n == 0) print_nothing(out, model);
    fputs("\n", out);
}

static void print_row(FILE *out, const fl_model *model, const row_entries *rows, int r) {
    fprintf(out, " %s:", model->row[r].name);
    for (int k = rows->first[r]; k < rows->first[r + 1]; k++) {
        const fl_entry *entry = &model->entry[rows->entry[k]];
        print_term(out, k - rows->first[r], entry->value, model->column[entry->column].name);
    }
    if (rows->first[r] == rows->first[r + 1]) print_nothing(out, model);
    fputs(model->row[r].sense == FL_SENSE_EQUAL ? " = " : " <= ", out);
    print_number(out, model->row[r].rhs);
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
    row_entries rows;
} document;

static void print_model(FILE *out, const void *what) {
    const document *of = what;
    const fl_model *model = of->model;
    fputs("\\ Written by finlab. Energy in J = constant + scale * objective.\n\\ scale: ", out);
    print_number(out, model->scale);
    fputs(" J per objective unit\n\\ constant: ", out);
    print_number(out, model->constant);
    fprintf(out, " J\n%s\n", of->legend);
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
    if (!sort_by_row(&of.rows, model, arena)) return fl_arena_error(arena, err);
    return fl_text_print(text, length, print_model, &of, arena, err);
}
