/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/simplex.h"

#include "core/tolerance.h"
#include <math.h>
#include <string.h>

fl_status fl_simplex_open(fl_simplex *simplex, const fl_items *items, int n_groups, int n_columns,
                          fl_arena *arena, fl_error *err) {
    int m = items->n_limits;
    *simplex = (fl_simplex){.items = items,
                            .count = FL_NEW(arena, n_groups, int),
                            .key = FL_NEW(arena, n_groups, int),
                            .group = FL_NEW(arena, n_columns, int),
                            .item = FL_NEW(arena, n_columns, int),
                            .barred = FL_NEW(arena, n_columns, bool),
                            .place = FL_NEW(arena, n_columns, int),
                            .cost = FL_NEW(arena, n_columns, double),
                            .basic = FL_NEW(arena, m, int),
                            .slack_place = FL_NEW(arena, m, int),
                            .inverse = FL_NEW(arena, (size_t)m * (size_t)m, double),
                            .price = FL_NEW(arena, m, double),
                            .value = FL_NEW(arena, m, double),
                            .step = FL_NEW(arena, n_columns, double),
                            .vector = FL_NEW(arena, 2 * (size_t)m, double)};
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

int fl_simplex_add_group(fl_simplex *simplex, int count) {
    simplex->count[simplex->n_groups] = count;
    simplex->key[simplex->n_groups] = -1;
    return simplex->n_groups++;
}

int fl_simplex_add_column(fl_simplex *simplex, int item) {
    int j = simplex->n_columns++;
    simplex->group[j] = simplex->n_groups - 1;
    simplex->item[j] = item;
    simplex->barred[j] = false;
    simplex->place[j] = FL_SIMPLEX_FREE;
    return j;
}

/* Vectors */

/** The sum of an item's parts, each times its limit's number. */
static double weigh(const fl_items *items, int item, const double *by) {
    double sum = 0;
    for (int k = items->first[item]; k < items->first[item + 1]; k++)
        sum += items->part[k] * by[items->at[k]];
    return sum;
}

/** vector += factor * the item's parts */
static void add_parts(double *vector, const fl_items *items, int item, double factor) {
    for (int k = items->first[item]; k < items->first[item + 1]; k++)
        vector[items->at[k]] += factor * items->part[k];
}

static double *row_of(const fl_simplex *simplex, int i) {
    return simplex->inverse + (size_t)i * (size_t)simplex->items->n_limits;
}

static double dot(const double *one, const double *two, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += one[i] * two[i];
    return sum;
}

/* Where to begin */

/** What every column costs at the prices. */
static void price_columns(fl_simplex *simplex) {
    const fl_items *items = simplex->items;
    for (int j = 0; j < simplex->n_columns; j++)
        simplex->cost[j] = items->cost[simplex->item[j]] + weigh(items, simplex->item[j], simplex->price);
}

/** Groups that have no key yet get the column that costs least. */
static void choose_keys(fl_simplex *simplex) {
    for (int j = 0; j < simplex->n_columns; j++) {
        int g = simplex->group[j], key = simplex->key[g];
        if (key >= 0 && simplex->place[key] == FL_SIMPLEX_KEY) continue;
        if (!simplex->barred[j] && (key < 0 || simplex->cost[j] < simplex->cost[key])) simplex->key[g] = j;
    }
    for (int g = 0; g < simplex->n_groups; g++) {
        if (simplex->key[g] >= 0) simplex->place[simplex->key[g]] = FL_SIMPLEX_KEY;
    }
}

void fl_simplex_start(fl_simplex *simplex) {
    size_t m = (size_t)simplex->items->n_limits;
    for (size_t i = 0; i < m; i++) {
        simplex->price[i] = 0;
        simplex->basic[i] = -1 - (int)i;
        simplex->slack_place[i] = (int)i;
        for (size_t k = 0; k < m; k++) simplex->inverse[i * m + k] = i == k ? 1 : 0;
    }
    price_columns(simplex);
    choose_keys(simplex);
}

void fl_simplex_resume(fl_simplex *simplex, const fl_simplex *from, const int *now) {
    size_t m = (size_t)simplex->items->n_limits;
    if (m > 0) {
        memcpy(simplex->price, from->price, m * sizeof(double));
        memcpy(simplex->inverse, from->inverse, m * m * sizeof(double));
        memcpy(simplex->slack_place, from->slack_place, m * sizeof(int));
    }
    for (int i = 0; i < (int)m; i++) {
        int j = from->basic[i];
        simplex->basic[i] = j < 0 ? j : now[j];
        if (j >= 0) simplex->place[now[j]] = i;
    }
    for (int g = 0; g < from->n_groups; g++) {
        simplex->key[g] = now[from->key[g]];
        simplex->place[simplex->key[g]] = FL_SIMPLEX_KEY;
    }
    price_columns(simplex);
    choose_keys(simplex);
}

/* One step */

/** How many users are on what is basic, when all others are on keys. */
static void find_values(fl_simplex *simplex) {
    const fl_items *items = simplex->items;
    int m = items->n_limits;
    double *left = simplex->vector;
    for (int i = 0; i < m; i++) left[i] = items->limit[i];
    for (int g = 0; g < simplex->n_groups; g++)
        add_parts(left, items, simplex->item[simplex->key[g]], -simplex->count[g]);
    for (int i = 0; i < m; i++) simplex->value[i] = dot(row_of(simplex, i), left, m);
}

double fl_simplex_users(const fl_simplex *simplex, int column) {
    int place = simplex->place[column], g = simplex->group[column];
    if (place == FL_SIMPLEX_FREE) return 0;
    if (place >= 0) return simplex->value[place];
    double users = simplex->count[g];
    for (int i = 0; i < simplex->items->n_limits; i++) {
        int j = simplex->basic[i];
        if (j >= 0 && simplex->group[j] == g) users -= simplex->value[i];
    }
    return users;
}

/** What leaves: of columns and slacks in the basis proper the one farthest from what it may have.
 *  @param place  out: its place
 *  @return by how much, < 0: too few users; 0: there is none */
static double find_leaving(const fl_simplex *simplex, int *place) {
    double worst = 0;
    for (int i = 0; i < simplex->items->n_limits; i++) {
        int j = simplex->basic[i];
        double value = simplex->value[i];
        if (value > 0 && (j < 0 || !simplex->barred[j])) continue;
        if (fabs(value) <= fabs(worst)) continue;
        worst = value;
        *place = i;
    }
    return worst;
}

/** The same of keys. */
static double find_leaving_key(fl_simplex *simplex, int *key) {
    double worst = 0, *users = simplex->step;
    for (int g = 0; g < simplex->n_groups; g++) users[g] = simplex->count[g];
    for (int i = 0; i < simplex->items->n_limits; i++) {
        if (simplex->basic[i] >= 0) users[simplex->group[simplex->basic[i]]] -= simplex->value[i];
    }
    for (int g = 0; g < simplex->n_groups; g++) {
        if (users[g] > 0 && !simplex->barred[simplex->key[g]]) continue;
        if (fabs(users[g]) <= fabs(worst)) continue;
        worst = users[g];
        *key = simplex->key[g];
    }
    return worst;
}

/** Make another basic column of its group the key in place of this one; false when there is none. The key
 *  then has its place in the basis proper. */
static bool swap_key(fl_simplex *simplex, int key) {
    int m = simplex->items->n_limits, g = simplex->group[key], most = -1;
    for (int i = 0; i < m; i++) {
        int j = simplex->basic[i];
        if (j < 0 || simplex->group[j] != g) continue;
        if (most < 0 || simplex->value[i] > simplex->value[most]) most = i;
    }
    if (most < 0) return false;
    double *row = row_of(simplex, most);
    for (int k = 0; k < m; k++) row[k] = -row[k];
    for (int i = 0; i < m; i++) {
        int j = simplex->basic[i];
        if (i == most || j < 0 || simplex->group[j] != g) continue;
        for (int k = 0; k < m; k++) row[k] -= row_of(simplex, i)[k];
    }
    simplex->key[g] = simplex->basic[most];
    simplex->place[simplex->key[g]] = FL_SIMPLEX_KEY;
    simplex->basic[most] = key;
    simplex->place[key] = most;
    return true;
}

double fl_simplex_reduced(const fl_simplex *simplex, int column) {
    return fmax(simplex->cost[column] - simplex->cost[simplex->key[simplex->group[column]]], 0);
}

/** A key that has no others of its group in the basis gives way to the next best column. */
static void replace_key(fl_simplex *simplex, int key) {
    int g = simplex->group[key], best = -1;
    for (int j = 0; j < simplex->n_columns; j++) {
        if (simplex->group[j] != g || simplex->barred[j] || j == key) continue;
        if (best < 0 || simplex->cost[j] < simplex->cost[best]) best = j;
    }
    if (best < 0) return;
    simplex->place[key] = FL_SIMPLEX_FREE;
    simplex->place[best] = FL_SIMPLEX_KEY;
    simplex->key[g] = best;
}

/** How the row of what leaves meets every column: step[j]. */
static void find_steps(fl_simplex *simplex, const double *row) {
    for (int j = 0; j < simplex->n_columns; j++)
        simplex->step[j] = weigh(simplex->items, simplex->item[j], row);
}

/** What enters: the first whose reduced cost would become negative on the way along the row, and of several
 *  the one with the largest pivot. */
typedef struct entering {
    int what;           /* a column, or -1 - a limit for its slack */
    double rate, pivot; /* rate: how far prices go along the row; INFINITY: nothing enters */
} entering;

static void consider(entering *best, int what, double reduced, double step) {
    if (step <= FL_TOLERANCE_PIVOT) return;
    double rate = reduced / step;
    if (rate > best->rate || (rate == best->rate && step <= best->pivot)) return;
    *best = (entering){what, rate, step};
}

/** The ratio test of the dual simplex.
 *  @param sign  1: what leaves is too small, -1: too large */
static entering find_entering(const fl_simplex *simplex, const double *row, double sign) {
    entering best = {0, INFINITY, 0};
    for (int k = 0; k < simplex->items->n_limits; k++) {
        if (simplex->slack_place[k] == FL_SIMPLEX_FREE)
            consider(&best, -1 - k, simplex->price[k], -sign * row[k]);
    }
    for (int j = 0; j < simplex->n_columns; j++) {
        if (simplex->place[j] != FL_SIMPLEX_FREE || simplex->barred[j]) continue;
        double step = simplex->step[j] - simplex->step[simplex->key[simplex->group[j]]];
        consider(&best, j, fl_simplex_reduced(simplex, j), -sign * step);
    }
    return best;
}

/** Move the prices along a row. */
static void move_prices(fl_simplex *simplex, const double *row, double by) {
    for (int k = 0; k < simplex->items->n_limits; k++)
        simplex->price[k] = fmax(simplex->price[k] + by * row[k], 0);
    for (int j = 0; j < simplex->n_columns; j++) simplex->cost[j] += by * simplex->step[j];
}

/** Put what enters at a place in the basis. */
static void enter(fl_simplex *simplex, int place, int what) {
    const fl_items *items = simplex->items;
    int m = items->n_limits, leaving = simplex->basic[place];
    double *column = simplex->vector, *steps = simplex->vector + m, *row = row_of(simplex, place);
    for (int k = 0; k < m; k++) column[k] = -1 - k == what ? 1 : 0;
    if (what >= 0) {
        add_parts(column, items, simplex->item[what], 1);
        add_parts(column, items, simplex->item[simplex->key[simplex->group[what]]], -1);
    }
    for (int i = 0; i < m; i++) steps[i] = dot(row_of(simplex, i), column, m);
    double pivot_at = steps[place];
    for (int k = 0; k < m; k++) row[k] /= pivot_at;
    for (int i = 0; i < m; i++) {
        if (i == place || steps[i] == 0) continue;
        double *other = row_of(simplex, i);
        for (int k = 0; k < m; k++) other[k] -= steps[i] * row[k];
    }
    *(leaving >= 0 ? &simplex->place[leaving] : &simplex->slack_place[-1 - leaving]) = FL_SIMPLEX_FREE;
    *(what >= 0 ? &simplex->place[what] : &simplex->slack_place[-1 - what]) = place;
    simplex->basic[place] = what;
}

/* Solving */

static double objective_of(const fl_simplex *simplex) {
    const fl_items *items = simplex->items;
    double sum = -dot(simplex->price, items->limit, items->n_limits) * (1 + items->loose);
    for (int g = 0; g < simplex->n_groups; g++) sum += simplex->count[g] * simplex->cost[simplex->key[g]];
    return sum;
}

/** One step, by which what is at a place in the basis proper leaves; false when nothing can enter: then the
 * prices went so far that the objective is beyond the cutoff. */
static bool pivot(fl_simplex *simplex, int place, double excess, double open) {
    double sign = excess < 0 ? 1 : -1;
    const double *row = row_of(simplex, place);
    find_steps(simplex, row);
    entering in = find_entering(simplex, row, sign);
    bool found = isfinite(in.rate);
    move_prices(simplex, row, sign * (found ? in.rate : 2 * open / fabs(excess)));
    if (found) enter(simplex, place, in.what);
    return found;
}

fl_simplex_end fl_simplex_solve(fl_simplex *simplex, double cutoff) {
    int steps_most = 50 + 10 * simplex->items->n_limits + 2 * simplex->n_groups;
    for (int s = 0; s < steps_most; s++) {
        int place = -1, key = -1;
        double open = cutoff - objective_of(simplex);
        if (open <= 0) return FL_SIMPLEX_HOPELESS;
        find_values(simplex);
        double excess = find_leaving(simplex, &place), of_key = find_leaving_key(simplex, &key);
        if (fmax(fabs(excess), fabs(of_key)) <= FL_TOLERANCE_PIVOT) return FL_SIMPLEX_OPTIMAL;
        if (fabs(of_key) > fabs(excess)) {
            if (!swap_key(simplex, key)) {
                replace_key(simplex, key);
                continue;
            }
            place = simplex->place[key];
            excess = of_key;
        }
        if (!pivot(simplex, place, excess, open)) return FL_SIMPLEX_HOPELESS;
    }
    return FL_SIMPLEX_LOST;
}

int fl_simplex_end_of(const fl_simplex *simplex, int first) {
    int end = first;
    while (end < simplex->n_columns && simplex->group[end] == simplex->group[first]) end++;
    return end;
}

bool fl_simplex_empty(const fl_simplex *simplex) {
    int g = 0; /* the groups before it have one */
    for (int j = 0; j < simplex->n_columns && simplex->group[j] <= g; j++) {
        if (simplex->group[j] == g && !simplex->barred[j]) g++;
    }
    return g < simplex->n_groups;
}

double fl_simplex_bound(fl_simplex *simplex, double *least) {
    const fl_items *items = simplex->items;
    double bound = -dot(simplex->price, items->limit, items->n_limits) * (1 + items->loose);
    price_columns(simplex);
    for (int g = 0; g < simplex->n_groups; g++) least[g] = INFINITY;
    for (int j = 0; j < simplex->n_columns; j++) {
        if (!simplex->barred[j]) least[simplex->group[j]] = fmin(least[simplex->group[j]], simplex->cost[j]);
    }
    for (int g = 0; g < simplex->n_groups; g++) bound += simplex->count[g] * least[g];
    return bound;
}

/* What a division costs */

/** The row of the number of users whose columns are in a set, in vector.
 *  @param key  whether the group's key is in it */
static const double *find_row(fl_simplex *simplex, int group, const bool *with, bool key) {
    int m = simplex->items->n_limits;
    double *row = simplex->vector;
    for (int k = 0; k < m; k++) row[k] = 0;
    for (int i = 0; i < m; i++) {
        int j = simplex->basic[i];
        if (j < 0 || simplex->group[j] != group) continue;
        double sign = (with[j] ? 1 : 0) - (key ? 1 : 0);
        for (int k = 0; k < m && sign != 0; k++) row[k] += sign * row_of(simplex, i)[k];
    }
    return row;
}

/** Note how far the number of users could fall or rise before a reduced cost becomes negative. */
static void consider_rate(double *fall, double *rise, double reduced, double step) {
    if (fabs(step) <= FL_TOLERANCE_PIVOT) return;
    double *rate = step > 0 ? fall : rise;
    *rate = fmin(*rate, reduced / fabs(step));
}

void fl_simplex_penalties(fl_simplex *simplex, int group, const bool *with, double users, double *fewer,
                          double *more) {
    bool key = with[simplex->key[group]];
    const double *row = find_row(simplex, group, with, key);
    double fall = INFINITY, rise = INFINITY;
    find_steps(simplex, row);
    for (int k = 0; k < simplex->items->n_limits; k++) {
        if (simplex->slack_place[k] == FL_SIMPLEX_FREE)
            consider_rate(&fall, &rise, simplex->price[k], row[k]);
    }
    for (int j = 0; j < simplex->n_columns; j++) {
        if (simplex->place[j] != FL_SIMPLEX_FREE || simplex->barred[j]) continue;
        int g = simplex->group[j];
        double step = simplex->step[j] - simplex->step[simplex->key[g]];
        if (g == group) step += (key ? 1 : 0) - (with[j] ? 1 : 0);
        consider_rate(&fall, &rise, fl_simplex_reduced(simplex, j), step);
    }
    *fewer = fall * (users - floor(users));
    *more = rise * (ceil(users) - users);
}
