/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/glp.h"
#include "milp/text.h"

/** What there is to print. */
typedef struct document {
    const fl_model *model;
    const char *legend;
} document;

static void print_row(FILE *out, const fl_row *row, int i) {
    fprintf(out, "i %d %c ", i, row->sense == FL_SENSE_EQUAL ? 's' : 'u');
    fl_text_number(out, row->rhs);
    fprintf(out, "\nn i %d %s\n", i, row->name);
}

static void print_column(FILE *out, const fl_column *column, int j) {
    if (column->most == 0)
        fprintf(out, "j %d %c s 0\n", j, column->whole ? 'i' : 'c');
    else
        fprintf(out, column->whole ? "j %d b\n" : "j %d c d 0 1\n", j);
    fprintf(out, "n j %d %s\n", j, column->name);
}

static void print_value(FILE *out, int i, int j, double value) {
    fprintf(out, "a %d %d ", i, j);
    fl_text_number(out, value);
    fputc('\n', out);
}

static void print_model(FILE *out, const void *what) {
    const document *of = what;
    const fl_model *model = of->model;
    int nonzero = model->n_entries;
    fl_text_header(out, model, "c ", of->legend);
    fprintf(out, "p mip min %d %d %d\nn p finlab\nn z energy\n", model->n_rows, model->n_columns, nonzero);
    for (int i = 0; i < model->n_rows; i++) print_row(out, &model->row[i], i + 1);
    for (int j = 0; j < model->n_columns; j++) print_column(out, &model->column[j], j + 1);
    for (int j = 0; j < model->n_columns; j++) {
        if (model->column[j].cost != 0) print_value(out, 0, j + 1, model->column[j].cost);
    }
    for (int k = 0; k < model->n_entries; k++) {
        print_value(out, model->entry[k].row + 1, model->entry[k].column + 1, model->entry[k].value);
    }
    fputs("e o f\n", out);
}

fl_status fl_glp_print(const char **text, size_t *length, const fl_model *model, const char *legend,
                       fl_arena *arena, fl_error *err) {
    document of = {.model = model, .legend = legend};
    FL_TRY(fl_model_check(model, err));
    return fl_text_print(text, length, print_model, &of, arena, err);
}
