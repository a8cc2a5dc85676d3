/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/lp.h"
#include "tests/support/printed.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(lp, .init = printed_start, .fini = printed_stop);

Test(lp, a_small_model_reads_as_it_is_written_in_a_book) {
    int one = fl_model_add_column(&printed_model, 2, "x_1"),
        two = fl_model_add_column(&printed_model, -3.5, "x_2");
    int row = fl_model_add_row(&printed_model, FL_SENSE_AT_MOST, 4, "most"),
        even = fl_model_add_row(&printed_model, FL_SENSE_EQUAL, 1, "even");
    fl_model_add_entry(&printed_model, even, one, 1);
    fl_model_add_entry(&printed_model, row, one, 5);
    fl_model_add_entry(&printed_model, row, two, -1);
    const char *text = printed_by(fl_lp_print, "");
    printed_has(text, "Minimize\n energy: + 2 x_1 - 3.5 x_2\n");
    printed_has(text, "Subject To\n most: + 5 x_1 - 1 x_2 <= 4\n even: + 1 x_1 = 1\n");
    printed_has(text, "Binary\n x_1\n x_2\n");
    printed_has(text, "\nEnd\n");
}

Test(lp, numbers_come_back_bit_for_bit) {
    static const double numbers[] = {0.1 + 0.2, 1.0 / 3, 4.9e-324, 1.7976931348623157e308,
                                     123456789.123456789};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        printed_clear();
        fl_model_add_column(&printed_model, numbers[i], "x");
        const char *text = printed_by(fl_lp_print, "");
        const char *at = strstr(text, "energy: + ");
        cr_assert(at != NULL && strtod(at + strlen("energy: + "), NULL) == numbers[i], "%g", numbers[i]);
    }
}

Test(lp, the_scale_and_the_constant_stand_at_the_top) {
    fl_model_add_column(&printed_model, 1, "x");
    printed_model.scale = 0.125;
    printed_model.constant = 0.5;
    const char *text = printed_by(fl_lp_print, "");
    printed_has(text, "\\ scale: 0.125 J per objective unit\n");
    printed_has(text, "\\ constant: 0.5 J\n");
}

Test(lp, long_sums_are_wrapped) {
    int row = fl_model_add_row(&printed_model, FL_SENSE_EQUAL, 1, "r");
    for (int j = 0; j < 100; j++) {
        char name[FL_MODEL_NAME_MOST + 1];
        memset(name, 'x', sizeof name);
        snprintf(name + 20, sizeof name - 20, "_%d", j);
        fl_model_add_entry(&printed_model, row, fl_model_add_column(&printed_model, 1.0 / 3, "%s", name),
                           -1.0 / 3);
    }
    const char *text = printed_by(fl_lp_print, "");
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        cr_assert(strcspn(line, "\n") < 500, "%.*s", (int)strcspn(line, "\n"), line);
    }
}

Test(lp, columns_that_are_not_binary_have_bounds) {
    fl_model_add_column(&printed_model, 1, "out");
    fl_model_add_column(&printed_model, 1, "slack");
    printed_model.column[0].most = 0;
    printed_model.column[1].whole = false;
    const char *text = printed_by(fl_lp_print, "");
    printed_has(text, "Bounds\n out = 0\n 0 <= slack <= 1\n");
    cr_assert(strstr(strstr(text, "Binary"), "out") == NULL &&
              strstr(strstr(text, "Binary"), "slack") == NULL);
}

Test(lp, a_model_that_solvers_may_not_have_is_not_printed) {
    printed_refuses(fl_lp_print, NAN);
}
