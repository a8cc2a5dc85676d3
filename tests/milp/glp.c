/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/glp.h"
#include "tests/support/printed.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(glp, .init = printed_start, .fini = printed_stop);

Test(glp, counts_come_first_then_rows_columns_and_entries_by_number) {
    int one = fl_model_add_column(&printed_model, 2, "x_1"),
        two = fl_model_add_column(&printed_model, 0, "x_2");
    int out = fl_model_add_column(&printed_model, 0, "out"),
        slack = fl_model_add_column(&printed_model, 0.1 + 0.2, "slack");
    int most = fl_model_add_row(&printed_model, FL_SENSE_AT_MOST, 4, "most");
    int even = fl_model_add_row(&printed_model, FL_SENSE_EQUAL, 0, "even");
    fl_model_add_entry(&printed_model, even, one, 1);
    fl_model_add_entry(&printed_model, most, two, -1);
    printed_model.column[out].most = 0;
    printed_model.column[slack].whole = false;
    const char *text = printed_by(fl_glp_print, "one\n");
    const char *body = strstr(text, "c one\n");
    cr_assert_str_eq(body, "c one\np mip min 2 4 2\nn p finlab\nn z energy\n"
                           "i 1 u 4\nn i 1 most\ni 2 s 0\nn i 2 even\n"
                           "j 1 b\nn j 1 x_1\nj 2 b\nn j 2 x_2\nj 3 i s 0\nn j 3 out\n"
                           "j 4 c d 0 1\nn j 4 slack\n"
                           "a 0 1 2\na 0 4 0.30000000000000004\na 2 1 1\na 1 2 -1\ne o f\n");
}

Test(glp, a_model_that_solvers_may_not_have_is_not_printed) {
    printed_refuses(fl_glp_print, INFINITY);
}
