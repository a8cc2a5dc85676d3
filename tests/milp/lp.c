/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/lp.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

TestSuite(lp, .init = start, .fini = stop);

static void print(void) {
    cr_assert(fl_lp_print(&text, &length, &model, "", &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(strlen(text) == length);
}

static void has(const char *part) {
    cr_assert(strstr(text, part) != NULL, "no \"%s\" in\n%s", part, text);
}

Test(lp, a_small_model_reads_as_it_is_written_in_a_book) {
    int one = fl_model_add_column(&model, 2, "x_1"), two = fl_model_add_column(&model, -3.5, "x_2");
    int row = fl_model_add_row(&model, FL_SENSE_AT_MOST, 4, "most"),
        even = fl_model_add_row(&model, FL_SENSE_EQUAL, 1, "even");
    fl_model_add_entry(&model, even, one, 1);
    fl_model_add_entry(&model, row, one, 5);
    fl_model_add_entry(&model, row, two, -1);
    print();
    has("Minimize\n energy: + 2 x_1 - 3.5 x_2\n");
    has("Subject To\n most: + 5 x_1 - 1 x_2 <= 4\n even: + 1 x_1 = 1\n");
    has("Binary\n x_1\n x_2\n");
    has("\nEnd\n");
}

Test(lp, numbers_come_back_bit_for_bit) {
    static const double numbers[] = {0.1 + 0.2, 1.0 / 3, 4.9e-324, 1.7976931348623157e308,
                                     123456789.123456789};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        fl_model_init(&model, &arena);
        fl_model_add_column(&model, numbers[i], "x");
        print();
        const char *at = strstr(text, "energy: + ");
        cr_assert(at != NULL && strtod(at + strlen("energy: + "), NULL) == numbers[i], "%g", numbers[i]);
    }
}

Test(lp, the_scale_and_the_constant_stand_at_the_top) {
    fl_model_add_column(&model, 1, "x");
    model.scale = 0.125;
    model.constant = 0.5;
    print();
    has("\\ scale: 0.125 J per objective unit\n");
    has("\\ constant: 0.5 J\n");
}

Test(lp, long_sums_are_wrapped) {
    int row = fl_model_add_row(&model, FL_SENSE_EQUAL, 1, "r");
    for (int j = 0; j < 100; j++) {
        char name[FL_MODEL_NAME_MOST + 1];
        memset(name, 'x', sizeof name);
        snprintf(name + 20, sizeof name - 20, "_%d", j);
        fl_model_add_entry(&model, row, fl_model_add_column(&model, 1.0 / 3, "%s", name), -1.0 / 3);
    }
    print();
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        cr_assert(strcspn(line, "\n") < 500, "%.*s", (int)strcspn(line, "\n"), line);
    }
}

Test(lp, columns_that_are_not_binary_have_bounds) {
    fl_model_add_column(&model, 1, "out");
    fl_model_add_column(&model, 1, "slack");
    model.column[0].most = 0;
    model.column[1].whole = false;
    print();
    has("Bounds\n out = 0\n 0 <= slack <= 1\n");
    cr_assert(strstr(strstr(text, "Binary"), "out") == NULL &&
              strstr(strstr(text, "Binary"), "slack") == NULL);
}

Test(lp, a_model_that_solvers_may_not_have_is_not_printed) {
    fl_model_add_column(&model, NAN, "x");
    cr_assert(fl_lp_print(&text, &length, &model, "", &arena, &err) == FL_EINVAL);
}
