/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/glpk.h"
#include "core/method.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/time.h>

static fl_arena arena;
static fl_error err;
static fl_model model;
static fl_glpk_outcome outcome;
static volatile sig_atomic_t interrupt;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_model_init(&model, &arena);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(glpk, .init = start, .fini = stop);

static fl_glpk_limits no_limits(void) {
    return (fl_glpk_limits){.until = INFINITY, .nodes = LONG_MAX, .most = INFINITY, .interrupt = &interrupt};
}

static fl_status solve(fl_glpk_limits limits) {
    return fl_glpk_solve(&outcome, &model, &limits, &arena, &err);
}

/** The cheapest two of five columns. */
static void build_small(void) {
    static const double cost[] = {5, 3, 8, 1, 9};
    fl_model_init(&model, &arena);
    int row = fl_model_add_row(&model, FL_SENSE_EQUAL, 2, "choose");
    for (int j = 0; j < 5; j++) {
        fl_model_add_entry(&model, row, fl_model_add_column(&model, cost[j], "x_%d", j), 1);
    }
}

static void solve_small(void) {
    build_small();
    cr_assert(solve(no_limits()) == FL_OK, "%s", err.text);
    cr_assert(outcome.end == FL_GLPK_OPTIMAL && fabs(outcome.objective - 4) < 1e-9);
    cr_assert(outcome.chosen[1] && outcome.chosen[3] && !outcome.chosen[0] && !outcome.chosen[2]);
}

/** Market split (Cornuejols and Dawande 1999): rows that 0/1 columns cannot or can hardly meet, out of reach
 * of branch and bound already at this size. */
static void build_hard(void) {
    fl_random draw;
    fl_random_seed(&draw, 7);
    for (int j = 0; j < 50; j++) fl_model_add_column(&model, fl_random_between(&draw, 1, 2), "x_%d", j);
    for (int i = 0; i < 6; i++) {
        double sum = 0;
        int row = fl_model_add_row(&model, FL_SENSE_EQUAL, 0, "r_%d", i);
        for (int j = 0; j < 50; j++) {
            double value = fl_random_int(&draw, 0, 99);
            fl_model_add_entry(&model, row, j, value / 1000);
            sum += value;
        }
        model.row[row].rhs = floor(sum / 2) / 1000;
    }
}

/** A dense model whose first relaxation alone takes seconds. */
static void build_dense(void) {
    fl_random draw;
    fl_random_seed(&draw, 7);
    for (int j = 0; j < 3000; j++) fl_model_add_column(&model, -fl_random_between(&draw, 1, 2), "x_%d", j);
    for (int i = 0; i < 400; i++) {
        int row = fl_model_add_row(&model, FL_SENSE_AT_MOST, 1, "r_%d", i);
        for (int j = 0; j < 3000; j++) fl_model_add_entry(&model, row, j, fl_random_between(&draw, 0.001, 1));
    }
}

Test(glpk, finds_the_optimum) {
    solve_small();
    cr_assert(outcome.bound <= 4 && outcome.bound > 4 - 1e-9);
}

Test(glpk, gives_the_duals_of_the_relaxation) {
    solve_small();
    cr_assert(outcome.dual[0] >= 3 - 1e-9 && outcome.dual[0] <= 5 + 1e-9, "%g", outcome.dual[0]);
}

Test(glpk, says_when_there_is_no_solution) {
    build_small();
    model.row[0].rhs = 6;
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_INFEASIBLE && outcome.chosen == NULL);
}

Test(glpk, says_when_no_whole_solution_exists) {
    build_small();
    model.row[0].rhs = 1.5;
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_INFEASIBLE && outcome.chosen == NULL);
}

Test(glpk, models_without_columns_or_rows_are_models) {
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_OPTIMAL && outcome.objective == 0);
    fl_model_add_row(&model, FL_SENSE_EQUAL, 1, "r");
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_INFEASIBLE);
    fl_model_init(&model, &arena);
    fl_model_add_column(&model, 1, "x");
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_OPTIMAL && !outcome.chosen[0]);
}

Test(glpk, a_column_that_is_kept_out_stays_out) {
    build_small();
    model.column[3].most = 0;
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_OPTIMAL);
    cr_assert(!outcome.chosen[3] && outcome.chosen[1] && outcome.chosen[0]);
}

Test(glpk, a_number_that_is_none_is_refused) {
    build_small();
    model.column[2].cost = NAN;
    cr_assert(solve(no_limits()) == FL_EINVAL);
    cr_assert(strcmp(err.where, "x_2") == 0);
}

Test(glpk, misuse_that_makes_the_library_abort_is_an_error_with_its_text) {
    build_small();
    fl_model_add_entry(&model, 0, 0, 1); /* a second entry at the same place */
    cr_assert(solve(no_limits()) == FL_EINTERNAL);
    cr_assert(strstr(err.text, "duplicate") != NULL, "%s", err.text);
    solve_small();
}

Test(glpk, out_of_memory_is_an_error_that_the_next_solve_does_not_feel) {
    fl_glpk_limits limits = no_limits();
    limits.memory = 1 << 20;
    build_dense();
    cr_assert(solve(limits) == FL_ENOMEM, "%s", err.text);
    solve_small();
}

Test(glpk, survives_a_hundred_failures_in_turn) {
    for (int i = 0; i < 100; i++) {
        build_small();
        fl_model_add_entry(&model, 0, i % 5, 1);
        cr_assert(solve(no_limits()) == FL_EINTERNAL);
        solve_small();
    }
}

Test(glpk, prints_nothing_whatever_happens) {
    cr_redirect_stdout();
    cr_redirect_stderr();
    solve_small();
    fl_model_add_entry(&model, 0, 0, 1);
    fl_status status = solve(no_limits());
    fl_glpk_limits limits = no_limits();
    limits.nodes = 20;
    fl_model_init(&model, &arena);
    build_hard();
    fl_status other = solve(limits);
    fflush(stdout);
    cr_assert_stdout_eq_str("");
    cr_assert_stderr_eq_str("");
    cr_assert(status == FL_EINTERNAL && other == FL_OK);
}

Test(glpk, the_time_limit_holds) {
    fl_glpk_limits limits = no_limits();
    build_hard();
    double from = fl_clock();
    limits.until = from + 0.3;
    cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_TIME);
    double seconds = fl_clock() - from;
    cr_assert(seconds > 0.25 && seconds < 5, "%g s", seconds);
    cr_assert(isfinite(outcome.bound) && outcome.nodes > 0);
}

Test(glpk, the_time_limit_holds_inside_one_long_relaxation) {
    fl_glpk_limits limits = no_limits();
    build_dense();
    double from = fl_clock();
    limits.until = from + 0.5;
    cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_TIME && outcome.chosen == NULL);
    cr_assert(fl_clock() - from < 5, "%g s", fl_clock() - from);
}

Test(glpk, time_that_is_over_already_starts_nothing) {
    fl_glpk_limits limits = no_limits();
    build_small();
    limits.until = fl_clock() - 1;
    cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_TIME && outcome.nodes == 0);
}

Test(glpk, a_node_limit_is_exact_and_gives_the_same_again) {
    static const long counts[] = {0, 1, 2, 17, 200};
    build_hard();
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        fl_glpk_limits limits = no_limits();
        limits.nodes = counts[i];
        cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_NODES && outcome.nodes == counts[i]);
        double bound = outcome.bound;
        cr_assert(solve(limits) == FL_OK && outcome.bound == bound, "%ld nodes", counts[i]);
    }
}

Test(glpk, bounds_only_rise_with_more_nodes) {
    double before = -INFINITY;
    build_hard();
    for (long nodes = 1; nodes < 2000; nodes *= 2) {
        fl_glpk_limits limits = no_limits();
        limits.nodes = nodes;
        cr_assert(solve(limits) == FL_OK && outcome.bound >= before, "%ld nodes", nodes);
        before = outcome.bound;
    }
    cr_assert(before > 0);
}

static void set_interrupt(int signal) {
    (void)signal;
    interrupt = 1;
}

static void interrupt_after(int milliseconds) {
    struct itimerval timer = {.it_value = {.tv_usec = 1000 * milliseconds}};
    signal(SIGALRM, set_interrupt);
    setitimer(ITIMER_REAL, &timer, NULL);
}

Test(glpk, an_interrupt_ends_the_search) {
    build_hard();
    double from = fl_clock();
    interrupt_after(200);
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_INTERRUPTED);
    cr_assert(fl_clock() - from < 5, "%g s", fl_clock() - from);
    interrupt = 0;
    fl_model_init(&model, &arena);
    solve_small();
}

Test(glpk, an_interrupt_ends_one_long_relaxation) {
    build_dense();
    double from = fl_clock();
    interrupt_after(500);
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_INTERRUPTED);
    cr_assert(fl_clock() - from < 5, "%g s", fl_clock() - from);
}

/** Sixty choices between cheap and dear, not all of which may be cheap. */
static void build_choices(void) {
    fl_random draw;
    fl_random_seed(&draw, 3);
    int row = fl_model_add_row(&model, FL_SENSE_AT_MOST, 1, "r");
    for (int j = 0; j < 60; j++) {
        int either = fl_model_add_row(&model, FL_SENSE_EQUAL, 1, "either_%d", j);
        int cheap = fl_model_add_column(&model, fl_random_between(&draw, 100, 200), "cheap_%d", j);
        int dear = fl_model_add_column(&model, fl_random_between(&draw, 200, 300), "dear_%d", j);
        fl_model_add_entry(&model, either, cheap, 1);
        fl_model_add_entry(&model, either, dear, 1);
        fl_model_add_entry(&model, row, cheap, fl_random_between(&draw, 0.02, 0.03));
    }
}

Test(glpk, a_known_solution_is_where_the_search_starts) {
    bool known[120] = {false};
    double energy = 0;
    build_choices();
    for (int j = 1; j < 120; j += 2) {
        known[j] = true; /* all dear */
        energy += model.column[j].cost;
    }
    fl_glpk_limits limits = no_limits();
    limits.nodes = 1;
    limits.known = known;
    cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_NODES && outcome.chosen != NULL);
    cr_assert(outcome.objective <= energy);
    limits.nodes = LONG_MAX;
    limits.gap = 0.001;
    cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_GAP && outcome.objective < energy);
}

Test(glpk, a_known_solution_may_leave_slack_in_a_column_of_its_own) {
    bool known[121] = {false};
    build_choices();
    int slack = fl_model_add_column(&model, 1000, "slack"); /* of row 0, which the dear ones do not use */
    model.column[slack].whole = false;
    fl_model_add_entry(&model, 0, slack, 2);
    model.row[0].sense = FL_SENSE_EQUAL;
    double energy = 1000 * model.row[0].rhs / 2;
    for (int j = 1; j < 120; j += 2) {
        known[j] = true;
        energy += model.column[j].cost;
    }
    fl_glpk_limits limits = no_limits();
    limits.gap = 0.9;
    limits.known = known;
    cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_GAP);
    cr_assert(fabs(outcome.objective - energy) < 1e-9 * energy, "%.17g, not %.17g", outcome.objective,
              energy);
}

Test(glpk, a_gap_ends_the_search_with_a_bound_that_near) {
    build_choices();
    fl_glpk_limits limits = no_limits();
    limits.gap = 0.01;
    cr_assert(solve(limits) == FL_OK && outcome.end == FL_GLPK_GAP && outcome.chosen != NULL);
    cr_assert(outcome.bound < outcome.objective);
    cr_assert(outcome.objective - outcome.bound <= 0.01 * outcome.objective * (1 + 1e-6));
    model.constant = -0.99 * outcome.objective; /* the same gap is a hundred times as wide now */
    cr_assert(solve(limits) == FL_OK && outcome.objective - outcome.bound <= 1e-4 * outcome.objective);
}

/* Relaxations that are solved again */

static fl_arena kept;
static fl_glpk_basis basis;
static fl_glpk_relaxed relaxed;

static fl_status relax(void) {
    fl_glpk_limits limits = no_limits();
    return fl_glpk_relax(&relaxed, &model, &basis, &limits, &kept, &arena, &err);
}

/** A relaxation of random rows that grows by columns, rows and other right-hand sides. */
static void grow_model(fl_random *draw) {
    int row =
        fl_model_add_row(&model, FL_SENSE_AT_MOST, fl_random_between(draw, 0.5, 2), "r_%d", model.n_rows);
    for (int j = 0; j < model.n_columns; j++)
        fl_model_add_entry(&model, row, j, fl_random_between(draw, 0, 1));
    for (int k = 0; k < 4; k++) {
        int column = fl_model_add_column(&model, -fl_random_between(draw, 1, 2), "x_%d", model.n_columns);
        for (int i = 0; i < model.n_rows; i++) {
            fl_model_add_entry(&model, i, column, fl_random_between(draw, 0.01, 1));
        }
    }
    model.row[0].rhs = fl_random_between(draw, 0.5, 2);
    model.implied = true;
}

Test(glpk, a_relaxation_solved_again_from_its_basis_is_the_same_as_one_solved_anew) {
    fl_random draw;
    fl_random_seed(&draw, 5);
    fl_arena_init(&kept, 0);
    basis = (fl_glpk_basis){0};
    for (int round = 0; round < 30; round++) {
        grow_model(&draw);
        cr_assert(relax() == FL_OK && relaxed.end == FL_GLPK_OPTIMAL, "round %d: %s", round, err.text);
        double again = relaxed.objective, dual = 0, primal = 0;
        for (int i = 0; i < model.n_rows; i++) dual += relaxed.dual[i] * model.row[i].rhs;
        for (int j = 0; j < model.n_columns; j++) primal += relaxed.value[j] * model.column[j].cost;
        cr_assert(fabs(dual - again) < 1e-9 * fabs(again) && fabs(primal - again) < 1e-9 * fabs(again));
        fl_glpk_basis old = basis;
        basis = (fl_glpk_basis){0};
        cr_assert(relax() == FL_OK && fabs(relaxed.objective - again) < 1e-9 * fabs(again), "round %d",
                  round);
        basis = old;
    }
    fl_arena_free(&kept);
}

Test(glpk, a_relaxation_without_a_solution_is_infeasible) {
    fl_arena_init(&kept, 0);
    basis = (fl_glpk_basis){0};
    build_small();
    cr_assert(relax() == FL_OK && relaxed.end == FL_GLPK_OPTIMAL);
    fl_model_add_entry(&model, fl_model_add_row(&model, FL_SENSE_EQUAL, 3, "never"), 0, 1);
    cr_assert(relax() == FL_OK && relaxed.end == FL_GLPK_INFEASIBLE);
    model.row[1].rhs = NAN;
    cr_assert(relax() == FL_EINVAL);
    fl_arena_free(&kept);
}

Test(glpk, whole_columns_may_be_more_than_one) {
    int row = fl_model_add_row(&model, FL_SENSE_EQUAL, 7, "seven"), most = 0;
    for (int j = 0; j < 3; j++) {
        int column = fl_model_add_column(&model, j + 1, "x_%d", j);
        model.column[column].most = 3;
        fl_model_add_entry(&model, row, column, 1);
    }
    cr_assert(solve(no_limits()) == FL_OK && outcome.end == FL_GLPK_OPTIMAL);
    for (int j = 0; j < 3; j++) most += (int)outcome.value[j];
    cr_assert(most == 7 && outcome.value[0] == 3 && outcome.value[1] == 3 && outcome.value[2] == 1);
    cr_assert(outcome.chosen[2]);
}
