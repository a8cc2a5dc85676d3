/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/trim.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <math.h>

enum { GROUPS = 3, EACH = 4, LIMITS = 3, ITEMS = GROUPS * EACH };

static fl_arena arena;
static fl_error err;
static double limit[LIMITS], cost[ITEMS], part[ITEMS * LIMITS];
static int first[ITEMS + 1], at[ITEMS * LIMITS], count[GROUPS];
static const fl_items items = {LIMITS, ITEMS, 1e-9, limit, cost, first, at, part};
static fl_simplex simplex;

static void open(void) {
    fl_arena_init(&arena, 0);
}

static void close(void) {
    fl_arena_free(&arena);
}

TestSuite(trim, .init = open, .fini = close);

static void put(int item, int i, double amount) {
    at[first[item + 1]] = i;
    part[first[item + 1]++] = amount;
}

static void put_columns(void) {
    cr_assert(fl_simplex_open(&simplex, &items, GROUPS, ITEMS, &arena, &err) == FL_OK);
    for (int g = 0; g < GROUPS; g++) {
        fl_simplex_add_group(&simplex, count[g]);
        for (int k = 0; k < EACH; k++) fl_simplex_add_column(&simplex, g * EACH + k);
    }
}

/** One or two users in every group; limits that leave little, of which the last is mostly large; some columns
 *  that are barred already. */
static void draw(uint64_t seed) {
    fl_random random;
    fl_random_seed(&random, seed);
    fl_arena_reset(&arena);
    for (int i = 0; i < LIMITS; i++) limit[i] = fl_random_between(&random, 0.5, i + 1 < LIMITS ? 2 : 6);
    for (int j = 0; j < ITEMS; j++) {
        first[j + 1] = first[j];
        for (int i = 0; i < LIMITS; i++) {
            if (fl_random_int(&random, 0, 4) > 0) put(j, i, fl_random_between(&random, 0.1, 1));
        }
    }
    for (int g = 0; g < GROUPS; g++) count[g] = (int)fl_random_int(&random, 1, 2);
    put_columns();
    for (int j = 0; j < ITEMS; j++) simplex.barred[j] = fl_random_int(&random, 0, 9) == 0;
}

/* Every choice: of each user a column that is not barred. */

static bool barred[ITEMS], fitting[ITEMS]; /* at first; on a column of a choice that keeps to the limits */
static double most[LIMITS];                /* what a choice takes at most, whether it keeps to them or not */
static int taken[2 * GROUPS];

static void weigh_choice(int n) {
    double use[LIMITS] = {0};
    bool fits = true;
    for (int u = 0; u < n; u++) {
        for (int k = first[taken[u]]; k < first[taken[u] + 1]; k++) use[at[k]] += part[k];
    }
    for (int i = 0; i < LIMITS; i++) {
        if (use[i] > limit[i]) fits = false;
        most[i] = fmax(most[i], use[i]);
    }
    for (int u = 0; u < n && fits; u++) fitting[taken[u]] = true;
}

static void enumerate(int group, int left, int n) {
    if (group == GROUPS) {
        weigh_choice(n);
        return;
    }
    for (int j = group * EACH; j < (group + 1) * EACH; j++) {
        bool last = left == 1;
        if (barred[j]) continue;
        taken[n] = j;
        enumerate(last ? group + 1 : group, last && group + 1 < GROUPS ? count[group + 1] : left - 1, n + 1);
    }
}

static void see_all_choices(void) {
    for (int j = 0; j < ITEMS; j++) {
        barred[j] = simplex.barred[j];
        fitting[j] = false;
    }
    for (int i = 0; i < LIMITS; i++) most[i] = 0;
    enumerate(0, count[0], 0);
}

Test(trim, no_column_is_barred_that_some_choice_has) {
    int n = 0, kept = 0;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        draw(seed);
        see_all_choices();
        cr_assert(fl_trim_misfits(&simplex, &arena, &err) == FL_OK);
        for (int j = 0; j < ITEMS; j++) {
            cr_assert(!fitting[j] || !simplex.barred[j], "seed %d, column %d", (int)seed, j);
            cr_assert(!barred[j] || simplex.barred[j], "seed %d, column %d", (int)seed, j);
            n += simplex.barred[j] && !barred[j];
            kept += !simplex.barred[j];
        }
    }
    cr_assert(n > 500 && kept > 500, "%d barred, %d kept", n, kept);
}

Test(trim, what_is_barred_first_leaves_less_for_others) {
    /* All limits are 1. The second group takes 0.5 of limit 0 at least, so 0.6 in the first does not fit;
     * what is left there takes 0.7 of limit 1, where the third group's first two take 0.4 and then fit no
     * longer. */
    static const double takes[ITEMS][LIMITS] = {{0.6, 0, 0}, {0.1, 0.7, 0}, {0.2, 0.8, 0}, {0.6, 0, 0.5},
                                                {0.5, 0, 0}, {0.9, 0, 0},   {0.5, 0, 1},   {0.9, 0, 1},
                                                {0, 0.4, 0}, {0, 0.4, 0},   {0, 0.1, 0},   {0, 0.2, 0}};
    static const bool expected[ITEMS] = {1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0};
    fl_arena_reset(&arena);
    for (int i = 0; i < LIMITS; i++) limit[i] = 1;
    for (int g = 0; g < GROUPS; g++) count[g] = 1;
    for (int j = 0; j < ITEMS; j++) {
        first[j + 1] = first[j];
        for (int i = 0; i < LIMITS; i++) {
            if (takes[j][i] > 0) put(j, i, takes[j][i]);
        }
    }
    put_columns();
    cr_assert(fl_trim_misfits(&simplex, &arena, &err) == FL_OK);
    for (int j = 0; j < ITEMS; j++)
        cr_assert(simplex.barred[j] == expected[j], "column %d: %d", j, simplex.barred[j]);
}

/** One user in each group. Of limit 0 the first column takes so much, and so does every column of the second
 *  group; all others take nothing. */
static void put_two(double one, double two) {
    fl_arena_reset(&arena);
    for (int g = 0; g < GROUPS; g++) count[g] = 1;
    for (int j = 0; j < ITEMS; j++) {
        first[j + 1] = first[j];
        if (j == 0 && one > 0) put(j, 0, one);
        if (j / EACH == 1 && two > 0) put(j, 0, two);
    }
    put_columns();
    cr_assert(fl_trim_misfits(&simplex, &arena, &err) == FL_OK);
}

Test(trim, what_fits_but_for_the_tolerance_is_kept) {
    const double loose = items.loose;
    for (int i = 0; i < LIMITS; i++) limit[i] = 1;
    put_two(0.5, 0.5);
    cr_assert(!simplex.barred[0] && !simplex.barred[EACH]);
    put_two(0.5, 0.5 + 0.9 * loose);
    cr_assert(!simplex.barred[0] && !simplex.barred[EACH]);
    put_two(0.5, 0.5 + 1.1 * loose);
    cr_assert(simplex.barred[0] && !simplex.barred[EACH] && !fl_simplex_empty(&simplex));
    put_two(0, 1 + 1.1 * loose);
    for (int k = 0; k < EACH; k++) cr_assert(simplex.barred[EACH + k]);
    cr_assert(fl_simplex_empty(&simplex));
}

Test(trim, of_a_limit_of_nothing_nobody_takes_anything) {
    for (int i = 0; i < LIMITS; i++) limit[i] = i > 0;
    put_two(1e-300, 0);
    cr_assert(simplex.barred[0] && !simplex.barred[1] && !fl_simplex_empty(&simplex));
}

Test(trim, users_of_one_group_may_fill_a_limit_together) {
    for (int i = 0; i < LIMITS; i++) limit[i] = 1;
    put_two(0, 0.25);
    simplex.count[1] = 4;
    cr_assert(fl_trim_misfits(&simplex, &arena, &err) == FL_OK && !fl_simplex_empty(&simplex));
    simplex.count[1] = 5;
    cr_assert(fl_trim_misfits(&simplex, &arena, &err) == FL_OK && fl_simplex_empty(&simplex));
}

Test(trim, limits_are_left_out_where_no_choice_exceeds_them_and_nowhere_else) {
    int left_out = 0, kept_most = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        const fl_items *kept;
        draw(seed);
        see_all_choices();
        bool none = false;
        for (int g = 0; g < GROUPS; g++) {
            bool any = false;
            for (int j = g * EACH; j < (g + 1) * EACH; j++) any = any || !barred[j];
            none = none || !any;
        }
        if (none) continue;
        cr_assert(fl_trim_limits(&kept, &simplex, &arena, &err) == FL_OK);
        int row[LIMITS], n = 0;
        for (int i = 0; i < LIMITS; i++) row[i] = most[i] > limit[i] ? n++ : -1;
        cr_assert(kept->n_limits == n && kept->n == ITEMS && kept->cost == cost, "seed %d", (int)seed);
        cr_assert(kept->loose == items.loose);
        for (int i = 0; i < LIMITS; i++)
            cr_assert(row[i] < 0 || kept->limit[row[i]] == limit[i], "seed %d, limit %d", (int)seed, i);
        for (int j = 0; j < ITEMS; j++) {
            int to = kept->first[j];
            for (int k = first[j]; k < first[j + 1]; k++) {
                if (row[at[k]] < 0) continue;
                cr_assert(kept->at[to] == row[at[k]] && kept->part[to] == part[k], "seed %d", (int)seed);
                to++;
            }
            cr_assert(kept->first[j + 1] == to, "seed %d, item %d", (int)seed, j);
        }
        left_out += LIMITS - n;
        kept_most = n > kept_most ? n : kept_most;
    }
    cr_assert(left_out > 100 && kept_most == LIMITS, "%d left out", left_out);
}
