/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/mps.h"
#include "tests/support/printed.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(mps, .init = printed_start, .fini = printed_stop);

Test(mps, a_small_model_has_every_section) {
    int one = fl_model_add_column(&printed_model, 2, "x_1"),
        two = fl_model_add_column(&printed_model, -3.5, "x_2");
    int row = fl_model_add_row(&printed_model, FL_SENSE_AT_MOST, 4, "most"),
        even = fl_model_add_row(&printed_model, FL_SENSE_EQUAL, 0, "even");
    fl_model_add_entry(&printed_model, even, one, 1);
    fl_model_add_entry(&printed_model, row, two, -1);
    fl_model_add_entry(&printed_model, row, one, 5);
    const char *text = printed_by(fl_mps_print, "one\ntwo\n");
    printed_has(text, "* one\n* two\nNAME finlab FREE\nROWS\n N energy\n L most\n E even\nCOLUMNS\n");
    printed_has(text, " MARKER 'MARKER' 'INTORG'\n x_1 energy 2\n x_1 even 1\n x_1 most 5\n x_2 energy -3.5\n"
                      " x_2 most -1\n MARKER 'MARKER' 'INTEND'\n");
    printed_has(text, "RHS\n RHS most 4\nBOUNDS\n BV BND x_1\n BV BND x_2\nENDATA\n");
}

Test(mps, columns_that_are_not_binary_have_their_own_bounds_and_no_markers) {
    fl_model_add_column(&printed_model, 1, "out");
    fl_model_add_column(&printed_model, 0, "slack");
    printed_model.column[0].most = 0;
    printed_model.column[1].whole = false;
    const char *text = printed_by(fl_mps_print, "one\ntwo\n");
    printed_has(text, "'INTORG'\n out energy 1\n MARKER 'MARKER' 'INTEND'\n slack energy 0\nRHS\n");
    printed_has(text, " FX BND out 0\n UP BND slack 1\n");
}

Test(mps, numbers_have_all_their_digits) {
    fl_model_add_column(&printed_model, 0.1 + 0.2, "x");
    const char *text = printed_by(fl_mps_print, "one\ntwo\n");
    printed_has(text, " x energy 0.30000000000000004\n");
}

Test(mps, a_model_that_solvers_may_not_have_is_not_printed) {
    printed_refuses(fl_mps_print, NAN);
}
