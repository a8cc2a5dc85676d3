/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/solution.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_solution solution;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(solution, .init = start, .fini = stop);

static const char printed[] =
    "Problem:    finlab\nRows:       1\nColumns:    3 (3 integer, 3 binary)\nNon-zeros:  3\n"
    "Status:     INTEGER OPTIMAL\nObjective:  energy = 12.5 (MINimum)\n\n"
    "   No.   Row name        Activity     Lower bound   Upper bound\n"
    "------ ------------    ------------- ------------- -------------\n"
    "     1 a_name_longer_than_12\n                                   1             1             = \n\n"
    "   No. Column name       Activity     Lower bound   Upper bound\n"
    "------ ------------    ------------- ------------- -------------\n"
    "     1 x_1          *              1             0             1 \n"
    "     2 x_with_a_long_name\n                    *              0             0             1 \n"
    "     3 x_3                         0.5             0             1 \n\n"
    "Integer feasibility conditions:\n\nEnd of output\n";

static const char raw[] = "c Problem:    finlab\nc\ns mip 1 2 o 12.5\ni 1 1\nj 1 1\nj 2 0\ne o f\n";

static const char cbc[] = "Optimal - objective value 12.50000000\n"
                          "      0 x_1                    1                    12.5\n"
                          "**      4 x_2                  2e-07                   0\n";

static const char highs[] = "Model status\nOptimal\n\n# Primal solution values\nFeasible\nObjective 12.5\n"
                            "# Columns 2\nx_1 1\nx_2 -0\n# Rows 1\nr_1 1\n\n# Dual solution values\nNone\n\n"
                            "# Basis\nHiGHS v1\nNone\n";

static void read_text(const char *text) {
    fl_status status = fl_solution_read(&solution, text, strlen(text), &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", err.where, err.text);
}

static void is_value(int i, int line, const char *name, int number, double value) {
    const fl_solution_value *at = &solution.value[i];
    cr_assert(at->line == line && at->number == number && at->value == value, "%d: line %d, %d, %g", i,
              at->line, at->number, at->value);
    cr_assert(name == NULL ? at->name == NULL : strcmp(at->name, name) == 0, "%d", i);
}

static void is_solution(const char *solver, int rows, int columns, int values) {
    cr_assert_str_eq(solution.solver, solver);
    cr_assert(solution.found && solution.objective == 12.5);
    cr_assert(solution.n_rows == rows && solution.n_columns == columns && solution.n_values == values);
}

Test(solution, of_glpsol_as_printed) {
    read_text(printed);
    is_solution("glpsol", 1, 3, 3);
    cr_assert(solution.whole);
    is_value(0, 15, "x_1", 0, 1);
    is_value(1, 17, "x_with_a_long_name", 0, 0);
    is_value(2, 18, "x_3", 0, 0.5);
}

Test(solution, of_glpsol_as_raw_numbers) {
    read_text(raw);
    is_solution("glpsol", 1, 2, 2);
    is_value(0, 5, NULL, 1, 1);
    is_value(1, 6, NULL, 2, 0);
    read_text("s bas 1 1 f f 3\ni 1 b 1 0\nj 1 u 1 -2\ne o f\n");
    is_value(0, 3, NULL, 1, 1);
}

Test(solution, of_cbc_which_leaves_out_what_is_0) {
    read_text(cbc);
    is_solution("cbc", -1, -1, 2);
    cr_assert(!solution.whole);
    is_value(0, 2, "x_1", 0, 1);
    is_value(1, 3, "x_2", 0, 2e-7);
}

Test(solution, of_highs) {
    read_text(highs);
    is_solution("highs", 1, 2, 2);
    is_value(0, 8, "x_1", 0, 1);
    is_value(1, 9, "x_2", 0, 0);
}

Test(solution, lines_may_end_as_on_another_system_and_begin_after_empty_ones) {
    read_text("\r\n\r\nOptimal - objective value 1\r\n  0 x 1 2\r\n");
    is_value(0, 4, "x", 0, 1);
}

static const char empty[] =
    "Problem:\nRows:       1\nColumns:    1\nStatus:     INTEGER EMPTY\nObjective:  energy = 0 (MINimum)\n\n"
    "   No. Column name       Activity     Lower bound   Upper bound\n------\n"
    "     1 x            *              0             0             1 \n\nEnd of output\n";

Test(solution, that_was_not_found_has_no_values) {
    static const char *const texts[] = {
        "Infeasible - objective value 0.00000000\n 0 x 0.5 1\n",
        "Integer infeasible - objective value 0\n",
        "Stopped on time (no integer solution - continuous used) - objective value 3\n 0 x 0.5 1\n",
        "s mip 1 1 n 0\ni 1 0\nj 1 0\ne o f\n",
        "s mip 1 1 u 0\ni 1 0\nj 1 0\ne o f\n",
        "Model status\nInfeasible\n\n# Primal solution values\nNone\n\n# Dual solution values\nNone\n",
        empty};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        read_text(texts[i]);
        cr_assert(!solution.found && solution.n_values == 0, "%s", texts[i]);
    }
}

/** What is wrong, and where. */
static void is_refused(const char *text, const char *where, const char *words) {
    fl_status status = fl_solution_read(&solution, text, strlen(text), &arena, &err);
    cr_assert(status == FL_EINVAL, "taken: %s", text);
    cr_assert_str_eq(err.where, where, "%s: %s in %s", err.where, err.text, text);
    cr_assert(strstr(err.text, words) != NULL, "%s: %s", err.where, err.text);
}

Test(solution, that_is_none_or_broken_is_refused_at_its_line) {
    is_refused("", "line 1", "no solution file");
    is_refused("{\"plan\": []}\n", "line 1", "no solution file");
    is_refused("Optimal - objective value much\n", "line 1", "\"much\" should be a number");
    is_refused("Optimal - objective value 1\n 0 x 1\n", "line 2", "number, name, value and cost");
    is_refused("Optimal - objective value 1\n 0 x nan 1\n", "line 2", "\"nan\" should be a number");
    is_refused("s mip 1 1 o 0\nj 1 1\n", "line 2", "breaks off");
    is_refused("j 1 1\ns mip 1 1 o 0\ne o f\n", "line 1", "no solution file");
    is_refused("c\ns mip 1\ne o f\n", "line 1", "no solution file");
    is_refused("c x\ns mip 1\ne o f\n", "line 2", "rows, columns");
    is_refused("s mip 1 -1 o 0\n", "line 1", "\"-1\" should be a number of rows");
    is_refused("s mip 1 1 o 0\nk 1 1\n", "line 2", "should begin with");
    is_refused("Model status\nOptimal\n", "line 2", "breaks off");
    is_refused("Model status\n# Primal solution values\nFeasible\nObjective 1\n# Columns 2\nx 1\n# Rows 1\n",
               "line 7", "column's name and value");
    is_refused("Model status\n# Primal solution values\nFeasible\nObjective 1\n# Columns\n", "line 5",
               "\"# Columns\"");
    is_refused("Problem:\nStatus: OPTIMAL\n   No. Column name\n----\n 1 x\n", "line 5", "breaks off");
    is_refused("Problem:\nStatus: OPTIMAL\n   No. Column name\n----\n 1 x *\n", "line 5", "value is missing");
    is_refused("Problem:\nRows: 1\n", "line 2", "End of output");
}

Test(solution, with_a_byte_of_nothing_in_it_is_no_text) {
    cr_assert(fl_solution_read(&solution, "s\0mip", 5, &arena, &err) == FL_EINVAL);
}

Test(solution, never_trips_over_what_is_left_of_it_or_has_been_garbled) {
    static const char *const texts[] = {printed, raw, cbc, highs};
    fl_random draw;
    fl_random_seed(&draw, 7);
    for (int i = 0; i < 40000; i++) {
        char text[2000];
        const char *from = texts[i % 4];
        size_t length = strlen(from);
        for (size_t k = 0; k < length; k++) text[k] = from[k];
        for (int k = fl_random_int(&draw, 0, 6); k > 0; k--) {
            text[fl_random_int(&draw, 0, (int)length - 1)] = (char)fl_random_int(&draw, 0, 255);
        }
        if (fl_random_chance(&draw, 0.3)) length = (size_t)fl_random_int(&draw, 0, (int)length);
        char *exact = FL_NEW(&arena, length > 0 ? length : 1, char); /* sanitizers see a byte too far */
        memcpy(exact, text, length);
        fl_status status = fl_solution_read(&solution, exact, length, &arena, &err);
        cr_assert(status == FL_OK || status == FL_EINVAL, "%d", i);
        for (int j = 0; status == FL_OK && j < solution.n_values; j++)
            cr_assert(isfinite(solution.value[j].value), "%d", i);
        if (i % 100 == 0) fl_arena_reset(&arena);
    }
}
