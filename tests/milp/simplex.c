/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/simplex.h"
#include "core/random.h"
#include "milp/glpk.h"
#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>

enum { GROUPS = 4, EACH = 4, LIMITS = 3, ITEMS = GROUPS * EACH };

static fl_arena arena;
static fl_error err;
static double limit[LIMITS], cost[ITEMS], part[ITEMS * LIMITS];
static int first[ITEMS + 1], at[ITEMS * LIMITS], count[GROUPS];
static const fl_items items = {LIMITS, ITEMS, 0, limit, cost, first, at, part};
static fl_simplex simplex;

/** Groups of one to three users, each with items of its own; limits that mostly bind. */
static void draw(uint64_t seed) {
    fl_random random;
    fl_random_seed(&random, seed);
    fl_arena_reset(&arena);
    for (int i = 0; i < LIMITS; i++) limit[i] = 1 + 2 * fl_random_between(&random, 0, 1);
    for (int j = 0, end = 0; j < ITEMS; j++) {
        cost[j] = 1 + (double)fl_random_int(&random, 0, 20);
        first[j] = end;
        for (int i = 0; i < LIMITS; i++) {
            if (fl_random_int(&random, 0, 2) == 0) continue;
            at[end] = i;
            part[end++] = fl_random_between(&random, 0, 1);
        }
        first[j + 1] = end;
    }
    cr_assert(fl_simplex_open(&simplex, &items, GROUPS, ITEMS, &arena, &err) == FL_OK);
    for (int g = 0; g < GROUPS; g++) {
        count[g] = (int)fl_random_int(&random, 1, 3);
        fl_simplex_add_group(&simplex, count[g]);
        for (int k = 0; k < EACH; k++) fl_simplex_add_column(&simplex, g * EACH + k);
    }
    fl_simplex_start(&simplex);
}

/** What GLPK says of the same; INFINITY: no solution. `with` [ITEMS]: so many users must take one of these,
 * or at most so many when `least` is false; NULL: nothing more. */
static double ask_glpk(const bool *barred, const bool *with, double users, bool least) {
    fl_model model;
    fl_glpk_basis basis = {0};
    fl_glpk_relaxed relaxed;
    const fl_glpk_limits limits = {.until = INFINITY, .nodes = LONG_MAX};
    fl_model_init(&model, &arena);
    model.implied = true;
    for (int g = 0; g < GROUPS; g++) fl_model_add_row(&model, FL_SENSE_EQUAL, count[g], "group_%d", g);
    for (int i = 0; i < LIMITS; i++) fl_model_add_row(&model, FL_SENSE_AT_MOST, limit[i], "limit_%d", i);
    int row = with != NULL ? fl_model_add_row(&model, FL_SENSE_AT_MOST, least ? -users : users, "more") : -1;
    for (int j = 0; j < ITEMS; j++) {
        int column = fl_model_add_column(&model, cost[j], "x_%d", j);
        if (barred != NULL && barred[j]) model.column[column].most = 0;
        fl_model_add_entry(&model, j / EACH, column, 1);
        for (int k = first[j]; k < first[j + 1]; k++)
            fl_model_add_entry(&model, GROUPS + at[k], column, part[k]);
        if (with != NULL && with[j]) fl_model_add_entry(&model, row, column, least ? -1 : 1);
    }
    cr_assert(fl_glpk_relax(&relaxed, &model, &basis, &limits, &arena, &arena, &err) == FL_OK, "%s",
              err.text);
    return relaxed.end == FL_GLPK_OPTIMAL ? relaxed.objective : INFINITY;
}

/** Solve, and compare with GLPK; false when there is no solution. */
static bool agrees(fl_simplex *now, const bool *barred, uint64_t seed) {
    const double cutoff = 1e6;
    double least[GROUPS], expected = ask_glpk(barred, NULL, 0, false);
    fl_simplex_end end = fl_simplex_solve(now, cutoff);
    double bound = fl_simplex_bound(now, least);
    if (isinf(expected)) {
        cr_assert(end == FL_SIMPLEX_HOPELESS && bound >= cutoff, "seed %d: %d, %g", (int)seed, end, bound);
        return false;
    }
    cr_assert(end == FL_SIMPLEX_OPTIMAL, "seed %d: %d", (int)seed, end);
    cr_assert(fabs(bound - expected) <= 1e-7 * expected, "seed %d: %g, not %g", (int)seed, bound, expected);
    return true;
}

static void open(void) {
    fl_arena_init(&arena, 0);
}

static void close(void) {
    fl_arena_free(&arena);
}

TestSuite(simplex, .init = open, .fini = close);

Test(simplex, its_bound_is_the_relaxation_as_glpk_has_it) {
    int solved = 0, hopeless = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        draw(seed);
        if (agrees(&simplex, NULL, seed))
            solved++;
        else
            hopeless++;
    }
    cr_assert(solved > 100 && hopeless > 20, "%d and %d", solved, hopeless);
}

Test(simplex, its_users_keep_to_the_limits_and_cost_the_bound) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        double least[GROUPS], sum = 0, use[LIMITS] = {0}, users[GROUPS] = {0};
        draw(seed);
        if (fl_simplex_solve(&simplex, 1e6) != FL_SIMPLEX_OPTIMAL) continue;
        for (int j = 0; j < ITEMS; j++) {
            double x = fl_simplex_users(&simplex, j);
            cr_assert(x >= -1e-8, "seed %d: %g", (int)seed, x);
            sum += x * cost[j];
            users[j / EACH] += x;
            for (int k = first[j]; k < first[j + 1]; k++) use[at[k]] += x * part[k];
        }
        for (int i = 0; i < LIMITS; i++) cr_assert(use[i] <= limit[i] + 1e-7, "seed %d", (int)seed);
        for (int g = 0; g < GROUPS; g++) cr_assert(fabs(users[g] - count[g]) < 1e-7, "seed %d", (int)seed);
        cr_assert(fabs(sum - fl_simplex_bound(&simplex, least)) <= 1e-7 * sum, "seed %d", (int)seed);
    }
}

Test(simplex, it_goes_on_where_another_ended_with_some_columns_barred) {
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_simplex child;
        fl_random random;
        int new[ITEMS];
        bool barred[ITEMS] = {false};
        draw(seed);
        fl_simplex_end end = fl_simplex_solve(&simplex, 1e6);
        if (end != FL_SIMPLEX_OPTIMAL) continue;
        fl_random_seed(&random, seed);
        for (int b = 0; b < 3; b++) barred[fl_random_int(&random, 0, GROUPS - 1) * EACH + b] = true;
        cr_assert(fl_simplex_open(&child, &items, GROUPS, ITEMS, &arena, &err) == FL_OK);
        for (int j = 0; j < ITEMS; j++) {
            if (j % EACH == 0) fl_simplex_add_group(&child, count[j / EACH]);
            new[j] = -1;
            if (barred[j] && simplex.place[j] == FL_SIMPLEX_FREE) continue;
            new[j] = fl_simplex_add_column(&child, j);
            child.barred[new[j]] = barred[j];
        }
        fl_simplex_resume(&child, &simplex, new);
        agrees(&child, barred, seed);
    }
}

Test(simplex, no_division_costs_less_than_its_penalty) {
    int divided = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        double least[GROUPS], fewer, more;
        bool with[ITEMS] = {false};
        draw(seed);
        if (fl_simplex_solve(&simplex, 1e6) != FL_SIMPLEX_OPTIMAL) continue;
        double before = fl_simplex_bound(&simplex, least);
        int g = (int)(seed % GROUPS);
        with[g * EACH] = with[g * EACH + 1] = true;
        double users = fl_simplex_users(&simplex, g * EACH) + fl_simplex_users(&simplex, g * EACH + 1);
        if (fabs(users - round(users)) < 1e-6) continue;
        divided++;
        fl_simplex_penalties(&simplex, g, with, users, &fewer, &more);
        double below = ask_glpk(NULL, with, floor(users), false),
               above = ask_glpk(NULL, with, ceil(users), true);
        cr_assert(fewer >= 0 && before + fewer <= below + 1e-6, "seed %d: %g, %g", (int)seed, fewer, below);
        cr_assert(more >= 0 && before + more <= above + 1e-6, "seed %d: %g, %g", (int)seed, more, above);
    }
    cr_assert(divided > 10, "%d", divided);
}

Test(simplex, a_group_without_columns_cannot_be_solved) {
    draw(1);
    cr_assert(!fl_simplex_empty(&simplex));
    cr_assert(fl_simplex_open(&simplex, &items, GROUPS, ITEMS, &arena, &err) == FL_OK);
    fl_simplex_add_group(&simplex, 1);
    fl_simplex_start(&simplex);
    cr_assert(fl_simplex_empty(&simplex));
}

Test(simplex, a_group_whose_columns_are_all_barred_cannot_be_solved_either) {
    for (int g = 0; g < GROUPS; g++) {
        draw(1);
        for (int k = 0; k < EACH; k++) {
            cr_assert(!fl_simplex_empty(&simplex), "%d of group %d", k, g);
            simplex.barred[g * EACH + k] = true;
        }
        cr_assert(fl_simplex_empty(&simplex), "group %d", g);
    }
}
