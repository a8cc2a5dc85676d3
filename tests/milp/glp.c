/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/glp.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_model model;
static const char *text;
static size_t length;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_model_init(&model, &arena);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(glp, .init = start, .fini = stop);

Test(glp, counts_come_first_then_rows_columns_and_entries_by_number) {
    int one = fl_model_add_column(&model, 2, "x_1"), two = fl_model_add_column(&model, 0, "x_2");
    int out = fl_model_add_column(&model, 0, "out"), slack = fl_model_add_column(&model, 0.1 + 0.2, "slack");
    int most = fl_model_add_row(&model, FL_SENSE_AT_MOST, 4, "most");
    int even = fl_model_add_row(&model, FL_SENSE_EQUAL, 0, "even");
    fl_model_add_entry(&model, even, one, 1);
    fl_model_add_entry(&model, most, two, -1);
    model.column[out].most = 0;
    model.column[slack].whole = false;
    cr_assert(fl_glp_print(&text, &length, &model, "one\n", &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(strlen(text) == length);
    const char *body = strstr(text, "c one\n");
    cr_assert_str_eq(body, "c one\np mip min 2 4 2\nn p finlab\nn z energy\n"
                           "i 1 u 4\nn i 1 most\ni 2 s 0\nn i 2 even\n"
                           "j 1 b\nn j 1 x_1\nj 2 b\nn j 2 x_2\nj 3 i s 0\nn j 3 out\n"
                           "j 4 c d 0 1\nn j 4 slack\n"
                           "a 0 1 2\na 0 4 0.30000000000000004\na 2 1 1\na 1 2 -1\ne o f\n");
}

Test(glp, a_model_that_solvers_may_not_have_is_not_printed) {
    fl_model_add_column(&model, INFINITY, "x");
    cr_assert(fl_glp_print(&text, &length, &model, "", &arena, &err) == FL_EINVAL);
}
