/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/mps.h"
#include "milp/text.h"

/** What there is to print. */
typedef struct document {
    const fl_model *model;
    const char *legend;
    fl_listing columns;
} document;

static void print_rows(FILE *out, const fl_model *model) {
    fputs("ROWS\n N energy\n", out);
    for (int r = 0; r < model->n_rows; r++) {
        fprintf(out, " %c %s\n", model->row[r].sense == FL_SENSE_EQUAL ? 'E' : 'L', model->row[r].name);
    }
}

static void print_value(FILE *out, const char *column, const char *row, double value) {
    fprintf(out, " %s %s ", column, row);
    fl_text_number(out, value);
    fputc('\n', out);
}

/** A column's cost comes first, also 0: each column is named at least once. */
static void print_column(FILE *out, const document *of, int j) {
    const fl_model *model = of->model;
    const char *name = model->column[j].name;
    print_value(out, name, "energy", model->column[j].cost);
    for (int k = of->columns.first[j]; k < of->columns.first[j + 1]; k++) {
        const fl_entry *entry = &model->entry[of->columns.entry[k]];
        print_value(out, name, model->row[entry->row].name, entry->value);
    }
}

/** Columns that must be whole stand between markers. */
static void print_columns(FILE *out, const document *of) {
    bool whole = false;
    fputs("COLUMNS\n", out);
    for (int j = 0; j < of->model->n_columns; j++) {
        if (of->model->column[j].whole != whole) {
            whole = !whole;
            fprintf(out, " MARKER 'MARKER' '%s'\n", whole ? "INTORG" : "INTEND");
        }
        print_column(out, of, j);
    }
    if (whole) fputs(" MARKER 'MARKER' 'INTEND'\n", out);
}

static void print_sides(FILE *out, const fl_model *model) {
    fputs("RHS\n", out);
    for (int r = 0; r < model->n_rows; r++) {
        if (model->row[r].rhs != 0) print_value(out, "RHS", model->row[r].name, model->row[r].rhs);
    }
}

static void print_bounds(FILE *out, const fl_model *model) {
    fputs("BOUNDS\n", out);
    for (int j = 0; j < model->n_columns; j++) {
        const fl_column *column = &model->column[j];
        const char *kind = column->most == 0 ? "FX" : column->whole ? "BV" : "UP";
        fprintf(out, " %s BND %s", kind, column->name);
        fputs(kind[0] == 'F' ? " 0\n" : kind[0] == 'U' ? " 1\n" : "\n", out);
    }
}

static void print_model(FILE *out, const void *what) {
    const document *of = what;
    fl_text_header(out, of->model, "* ", of->legend);
    fputs("NAME finlab FREE\n", out);
    print_rows(out, of->model);
    print_columns(out, of);
    print_sides(out, of->model);
    print_bounds(out, of->model);
    fputs("ENDATA\n", out);
}

fl_status fl_mps_print(const char **text, size_t *length, const fl_model *model, const char *legend,
                       fl_arena *arena, fl_error *err) {
    document of = {.model = model, .legend = legend};
    FL_TRY(fl_model_check(model, err));
    FL_TRY(fl_model_by_column(&of.columns, model, arena, err));
    return fl_text_print(text, length, print_model, &of, arena, err);
}
