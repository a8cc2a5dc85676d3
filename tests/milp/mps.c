/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/mps.h"
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

TestSuite(mps, .init = start, .fini = stop);

static void print(void) {
    cr_assert(fl_mps_print(&text, &length, &model, "one\ntwo\n", &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(strlen(text) == length);
}

static void has(const char *part) {
    cr_assert(strstr(text, part) != NULL, "no \"%s\" in\n%s", part, text);
}

Test(mps, a_small_model_has_every_section) {
    int one = fl_model_add_column(&model, 2, "x_1"), two = fl_model_add_column(&model, -3.5, "x_2");
    int row = fl_model_add_row(&model, FL_SENSE_AT_MOST, 4, "most"),
        even = fl_model_add_row(&model, FL_SENSE_EQUAL, 0, "even");
    fl_model_add_entry(&model, even, one, 1);
    fl_model_add_entry(&model, row, two, -1);
    fl_model_add_entry(&model, row, one, 5);
    print();
    has("* one\n* two\nNAME finlab FREE\nROWS\n N energy\n L most\n E even\nCOLUMNS\n");
    has(" MARKER 'MARKER' 'INTORG'\n x_1 energy 2\n x_1 even 1\n x_1 most 5\n x_2 energy -3.5\n"
        " x_2 most -1\n MARKER 'MARKER' 'INTEND'\n");
    has("RHS\n RHS most 4\nBOUNDS\n BV BND x_1\n BV BND x_2\nENDATA\n");
}

Test(mps, columns_that_are_not_binary_have_their_own_bounds_and_no_markers) {
    fl_model_add_column(&model, 1, "out");
    fl_model_add_column(&model, 0, "slack");
    model.column[0].most = 0;
    model.column[1].whole = false;
    print();
    has("'INTORG'\n out energy 1\n MARKER 'MARKER' 'INTEND'\n slack energy 0\nRHS\n");
    has(" FX BND out 0\n UP BND slack 1\n");
}

Test(mps, numbers_have_all_their_digits) {
    fl_model_add_column(&model, 0.1 + 0.2, "x");
    print();
    has(" x energy 0.30000000000000004\n");
}

Test(mps, a_model_that_solvers_may_not_have_is_not_printed) {
    fl_model_add_column(&model, NAN, "x");
    cr_assert(fl_mps_print(&text, &length, &model, "", &arena, &err) == FL_EINVAL);
}
