/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/model.h"

#include "core/tolerance.h"
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void fl_model_init(fl_model *model, fl_arena *arena) {
    *model = (fl_model){.arena = arena, .scale = 1};
}

/* Make room for one more item; the old array stays behind in the arena. */
static bool grow(fl_arena *arena, void **items, int n, int *room, size_t size) {
    if (n < *room) return true;
    if (n > INT_MAX / 2) {
        arena->failed = true;
        return false;
    }
    int larger = n < 32 ? 64 : 2 * n;
    void *copy = fl_arena_alloc(arena, (size_t)larger, size);
    if (copy == NULL) return false;
    if (n > 0) memcpy(copy, *items, (size_t)n * size);
    *items = copy;
    *room = larger;
    return true;
}

/* Names are printed into this; what does not fit is one byte too long, so that fl_model_check() refuses it.
 */
enum { NAME_ROOM = FL_MODEL_NAME_MOST + 2 };

int fl_model_add_column(fl_model *model, double cost, const char *format, ...) {
    char name[NAME_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    void *items = model->column;
    if (!grow(model->arena, &items, model->n_columns, &model->column_room, sizeof *model->column)) return -1;
    model->column = items;
    const char *kept = fl_arena_text(model->arena, name);
    if (kept == NULL) return -1;
    model->column[model->n_columns] = (fl_column){kept, cost, 1, true};
    return model->n_columns++;
}

int fl_model_add_row(fl_model *model, fl_sense sense, double rhs, const char *format, ...) {
    char name[NAME_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    void *items = model->row;
    if (!grow(model->arena, &items, model->n_rows, &model->row_room, sizeof *model->row)) return -1;
    model->row = items;
    const char *kept = fl_arena_text(model->arena, name);
    if (kept == NULL) return -1;
    model->row[model->n_rows] = (fl_row){kept, sense, rhs};
    return model->n_rows++;
}

void fl_model_add_entry(fl_model *model, int row, int column, double value) {
    if (row < 0 || column < 0 || fabs(value) < FL_TOLERANCE_COEFFICIENT) return;
    void *items = model->entry;
    if (!grow(model->arena, &items, model->n_entries, &model->entry_room, sizeof *model->entry)) return;
    model->entry = items;
    model->entry[model->n_entries++] = (fl_entry){row, column, value};
}

static double largest_cost(const fl_model *model) {
    double largest = 0;
    for (int j = 0; j < model->n_columns; j++) largest = fmax(largest, fabs(model->column[j].cost));
    return largest;
}

double fl_model_dearest(const fl_model *model) {
    return model->scale * largest_cost(model);
}

void fl_model_rescale(fl_model *model) {
    double largest = largest_cost(model);
    if (largest == 0 || !isfinite(largest)) return;
    double factor = ldexp(1, 19 - ilogb(largest));
    if (model->scale / factor < DBL_MIN) factor = model->scale / DBL_MIN;
    model->scale /= factor;
    for (int j = 0; j < model->n_columns; j++) model->column[j].cost *= factor;
}

/* Listing */

static int row_of(const fl_entry *entry) {
    return entry->row;
}

static int column_of(const fl_entry *entry) {
    return entry->column;
}

static fl_status list(fl_listing *out, const fl_model *model, int n, int (*group)(const fl_entry *),
                      fl_arena *arena, fl_error *err) {
    out->first = FL_ZERO(arena, n + 2, int);
    out->entry = FL_NEW(arena, model->n_entries, int);
    if (out->first == NULL || out->entry == NULL) return fl_arena_error(arena, err);
    int *next = out->first + 1; /* next[r] is first[r + 1] while filling, so that it ends as first[] */
    for (int i = 0; i < model->n_entries; i++) next[group(&model->entry[i]) + 1]++;
    for (int r = 0; r < n; r++) next[r + 1] += next[r];
    for (int i = 0; i < model->n_entries; i++) out->entry[next[group(&model->entry[i])]++] = i;
    return FL_OK;
}

fl_status fl_model_by_row(fl_listing *out, const fl_model *model, fl_arena *arena, fl_error *err) {
    return list(out, model, model->n_rows, row_of, arena, err);
}

fl_status fl_model_by_column(fl_listing *out, const fl_model *model, fl_arena *arena, fl_error *err) {
    return list(out, model, model->n_columns, column_of, arena, err);
}

/* Checking */

static fl_status not_finite(const char *name, fl_error *err) {
    return fl_error_set(err, FL_EINVAL, name, "a number that is not finite");
}

static fl_status check_named(const char *name, double number, fl_error *err) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(name);
    if (length == 0 || length > FL_MODEL_NAME_MOST || strspn(name, allowed) != length)
        return fl_error_set(err, FL_EINVAL, name, "not a name for a row or column");
    return isfinite(number) ? FL_OK : not_finite(name, err);
}

fl_status fl_model_check(const fl_model *model, fl_error *err) {
    if (model->arena->failed) return fl_arena_error(model->arena, err);
    if (!isfinite(model->scale) || model->scale <= 0 || !isfinite(model->constant))
        return fl_error_set(err, FL_EINVAL, NULL, "the objective's scale or constant is not sound");
    for (int j = 0; j < model->n_columns; j++)
        FL_TRY(check_named(model->column[j].name, model->column[j].cost, err));
    for (int i = 0; i < model->n_rows; i++) FL_TRY(check_named(model->row[i].name, model->row[i].rhs, err));
    for (int k = 0; k < model->n_entries; k++) {
        const fl_entry *entry = &model->entry[k];
        if (entry->row >= model->n_rows || entry->column >= model->n_columns)
            return fl_error_set(err, FL_EINVAL, NULL, "an entry lies outside the model");
        if (!isfinite(entry->value)) return not_finite(model->row[entry->row].name, err);
    }
    return FL_OK;
}
