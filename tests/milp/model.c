/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/model.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_model model;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_model_init(&model, &arena);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(model, .init = start, .fini = stop);

Test(model, keeps_what_is_added_however_much_it_grows) {
    for (int j = 0; j < 1000; j++) {
        cr_assert(fl_model_add_column(&model, j, "x_%d", j) == j);
        cr_assert(fl_model_add_row(&model, FL_SENSE_AT_MOST, 2 * j, "r_%d", j) == j);
        fl_model_add_entry(&model, j, j, j + 1);
    }
    cr_assert(fl_model_check(&model, &err) == FL_OK, "%s: %s", err.where, err.text);
    cr_assert(model.n_columns == 1000 && model.n_rows == 1000 && model.n_entries == 1000);
    cr_assert(strcmp(model.column[999].name, "x_999") == 0 && model.column[999].cost == 999);
    cr_assert(strcmp(model.row[500].name, "r_500") == 0 && model.row[500].rhs == 1000);
    cr_assert(model.entry[10].row == 10 && model.entry[10].column == 10 && model.entry[10].value == 11);
}

Test(model, zeros_and_rows_that_do_not_exist_make_no_entry) {
    int column = fl_model_add_column(&model, 1, "x"), row = fl_model_add_row(&model, FL_SENSE_EQUAL, 1, "r");
    fl_model_add_entry(&model, row, column, 0);
    fl_model_add_entry(&model, -1, column, 1);
    fl_model_add_entry(&model, row, -1, 1);
    cr_assert(model.n_entries == 0);
}

/* Each of these alone must be refused. */
static void refuse(const char *where) {
    cr_assert(fl_model_check(&model, &err) == FL_EINVAL, "%s", where);
    cr_assert(strcmp(err.where, where) == 0, "place \"%s\" for \"%s\"", err.where, where);
}

Test(model, a_cost_that_is_not_a_number_is_refused_by_name) {
    fl_model_add_column(&model, NAN, "x_1");
    refuse("x_1");
}

Test(model, an_infinite_right_hand_side_is_refused_by_name) {
    fl_model_add_row(&model, FL_SENSE_AT_MOST, INFINITY, "r_1");
    refuse("r_1");
}

Test(model, an_infinite_coefficient_is_refused_by_its_row) {
    int column = fl_model_add_column(&model, 1, "x"), row = fl_model_add_row(&model, FL_SENSE_EQUAL, 1, "r");
    fl_model_add_entry(&model, row, column, -INFINITY);
    refuse("r");
}

Test(model, an_entry_outside_is_refused) {
    int column = fl_model_add_column(&model, 1, "x");
    fl_model_add_entry(&model, 0, column, 1);
    refuse("");
}

Test(model, names_are_letters_digits_and_underscores) {
    static const char *const bad[] = {"", "a b", "a\nb", "a-b", "x[1]", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fl_model_init(&model, &arena);
        fl_model_add_column(&model, 1, "%s", bad[i]);
        refuse(bad[i]);
    }
}

Test(model, names_have_at_most_255_bytes) {
    char name[FL_MODEL_NAME_MOST + 2];
    memset(name, 'x', sizeof name);
    name[FL_MODEL_NAME_MOST] = '\0';
    fl_model_add_column(&model, 1, "%s", name);
    cr_assert(fl_model_check(&model, &err) == FL_OK);
    fl_model_add_column(&model, 1, "%sx", name);
    cr_assert(fl_model_check(&model, &err) == FL_EINVAL);
}

Test(model, memory_that_ran_out_while_building_is_said_once_at_the_end) {
    fl_arena little;
    fl_arena_init(&little, 20000);
    fl_model_init(&model, &little);
    for (int j = 0; j < 10000; j++) {
        int column = fl_model_add_column(&model, j, "x_%d", j);
        fl_model_add_entry(&model, fl_model_add_row(&model, FL_SENSE_EQUAL, 1, "r_%d", j), column, 1);
    }
    cr_assert(fl_model_check(&model, &err) == FL_ENOMEM);
    fl_arena_free(&little);
}

Test(model, rescaling_brings_the_largest_cost_near_a_million_and_changes_no_energy) {
    static const double scales[] = {1e-300, 1e-15, 1e-6, 1, 1e6, 1e300};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        fl_model_init(&model, &arena);
        fl_model_add_column(&model, 0.3 * scales[i], "x_1");
        fl_model_add_column(&model, 0.1 * scales[i], "x_2");
        fl_model_rescale(&model);
        cr_assert(model.column[0].cost >= 524288 && model.column[0].cost < 1048576, "scale %g", scales[i]);
        cr_assert(model.scale * model.column[0].cost == 0.3 * scales[i], "scale %g", scales[i]);
        cr_assert(model.scale * model.column[1].cost == 0.1 * scales[i], "scale %g", scales[i]);
        cr_assert(fl_model_dearest(&model) == 0.3 * scales[i], "scale %g", scales[i]);
    }
}

Test(model, costs_of_zero_stay_zero) {
    fl_model_add_column(&model, 0, "x");
    fl_model_rescale(&model);
    cr_assert(model.scale == 1 && model.column[0].cost == 0 && fl_model_dearest(&model) == 0);
}

Test(model, the_least_positive_double_can_be_rescaled) {
    fl_model_add_column(&model, 4.9e-324, "x");
    fl_model_rescale(&model);
    cr_assert(fl_model_check(&model, &err) == FL_OK, "%s", err.text);
    cr_assert(model.column[0].cost > 0);
}
