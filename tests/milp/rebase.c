/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/rebase.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <math.h>

enum { COLUMNS = 8, ROWS = 4 };

static fl_arena arena;
static fl_error err;
static fl_random draw;

/** A model of random 0/1 columns under random rows; some rows are met with equality by the columns in
 * `inside`. */
static void build(fl_model *model, unsigned inside) {
    fl_model_init(model, &arena);
    model->scale = exp(fl_random_between(&draw, -30, 10));
    model->constant = model->scale * fl_random_between(&draw, 0, 5);
    for (int j = 0; j < COLUMNS; j++) fl_model_add_column(model, fl_random_between(&draw, 0, 10), "x_%d", j);
    for (int i = 0; i < ROWS; i++) {
        double value[COLUMNS], sum = 0;
        for (int j = 0; j < COLUMNS; j++) {
            value[j] = fl_random_chance(&draw, 0.6) ? fl_random_int(&draw, 1, 3) : 0;
            if (inside >> j & 1) sum += value[j];
        }
        bool equal = fl_random_chance(&draw, 0.5);
        fl_model_add_row(model, equal ? FL_SENSE_EQUAL : FL_SENSE_AT_MOST, sum + (equal ? 0 : 0.5), "r_%d",
                         i);
        for (int j = 0; j < COLUMNS; j++) fl_model_add_entry(model, i, j, value[j]);
    }
}

/** What the rows sum to over the columns in `inside`. */
static double activity(const fl_model *model, int row, unsigned inside) {
    double sum = 0;
    for (int k = 0; k < model->n_entries; k++) {
        const fl_entry *entry = &model->entry[k];
        if (entry->row == row && entry->column < COLUMNS && inside >> entry->column & 1) sum += entry->value;
    }
    return sum;
}

static bool feasible(const fl_model *model, unsigned inside) {
    for (int i = 0; i < model->n_rows; i++) {
        double gap = model->row[i].rhs - activity(model, i, inside);
        if (gap < 0 || (model->row[i].sense == FL_SENSE_EQUAL && gap > 0)) return false;
    }
    return true;
}

/** J of the columns in `inside`, with the slacks that they leave; INFINITY when a column is kept out or a
 * slack would need more than its bound. */
static double energy(const fl_model *model, unsigned inside) {
    double sum = 0;
    for (int j = 0; j < COLUMNS; j++) {
        if (!(inside >> j & 1)) continue;
        if (model->column[j].most == 0) return INFINITY;
        sum += model->column[j].cost;
    }
    for (int k = 0; k < model->n_entries; k++) {
        const fl_entry *entry = &model->entry[k];
        if (entry->column < COLUMNS) continue;
        double slack = (model->row[entry->row].rhs - activity(model, entry->row, inside)) / entry->value;
        if (slack > 1 + 1e-9) return INFINITY;
        sum += model->column[entry->column].cost * slack;
    }
    return model->constant + model->scale * sum;
}

/** The row's duals of before, drawn any which way: nothing may depend on their quality. */
static void rebase_and_compare(fl_model *model, int seed) {
    double before[1 << COLUMNS], most = 0, bound, dual[ROWS];
    int n_feasible = 0;
    for (unsigned inside = 0; inside < 1 << COLUMNS; inside++) {
        before[inside] = feasible(model, inside) ? energy(model, inside) : INFINITY;
        if (isfinite(before[inside])) most += before[inside], n_feasible++;
    }
    most *= fl_random_between(&draw, 0.5, 1.1) / n_feasible;
    for (int i = 0; i < ROWS; i++) dual[i] = fl_random_between(&draw, -3, 1);
    cr_assert(fl_rebase_model(model, dual, most, &bound, &err) == FL_OK);
    cr_assert(fl_model_check(model, &err) == FL_OK, "seed %d: %s: %s", seed, err.where, err.text);
    for (unsigned inside = 0; inside < 1 << COLUMNS; inside++) {
        double was = before[inside], is = energy(model, inside);
        if (!isfinite(was)) continue;
        cr_assert(bound <= was * (1 + 1e-12), "seed %d: bound %g over %g", seed, bound, was);
        if (was <= most) {
            cr_assert(fabs(is - was) <= 1e-9 * was, "seed %d, solution %u: %.17g became %.17g", seed, inside,
                      was, is);
        } else {
            cr_assert(is > most * (1 - 1e-9), "seed %d, solution %u: %g sank to %g", seed, inside, was, is);
        }
    }
}

Test(rebase, keeps_the_energy_of_every_wanted_solution_and_bounds_all) {
    fl_arena_init(&arena, 0);
    for (int seed = 0; seed < 3000; seed++) {
        fl_model model;
        fl_random_seed(&draw, (uint64_t)seed);
        build(&model, (unsigned)fl_random_int(&draw, 0, (1 << COLUMNS) - 1));
        rebase_and_compare(&model, seed);
        fl_arena_reset(&arena);
    }
    fl_arena_free(&arena);
}

/** Choose the cheaper of two columns: the dual that makes its reduced cost 0 proves it. */
static void build_choice(fl_model *model) {
    fl_model_init(model, &arena);
    int row = fl_model_add_row(model, FL_SENSE_EQUAL, 1, "choose");
    fl_model_add_entry(model, row, fl_model_add_column(model, 1, "cheap"), 1);
    fl_model_add_entry(model, row, fl_model_add_column(model, 3, "dear"), 1);
}

Test(rebase, the_best_duals_leave_only_what_is_open) {
    fl_model model;
    double bound;
    fl_arena_init(&arena, 0);
    build_choice(&model);
    cr_assert(fl_rebase_model(&model, (double[]){1}, 2, &bound, &err) == FL_OK);
    cr_assert(bound == 1 && model.constant == 1);
    cr_assert(model.column[0].cost == 0 && model.column[0].most == 1);
    cr_assert(model.column[1].most == 0); /* it would cost 3 */
    fl_arena_free(&arena);
}

Test(rebase, a_bound_that_meets_the_best_solution_leaves_the_model_alone) {
    fl_model model;
    double bound;
    fl_arena_init(&arena, 0);
    build_choice(&model);
    cr_assert(fl_rebase_model(&model, (double[]){1}, 1, &bound, &err) == FL_OK);
    cr_assert(bound == 1 && model.constant == 0 && model.column[1].cost == 3 && model.column[1].most == 1);
    fl_arena_free(&arena);
}
