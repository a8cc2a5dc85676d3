/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/trim.h"

#include <math.h>

/** Most times that misfits are looked for: what is left barred too little does no harm. */
enum { ROUNDS_MOST = 20 };

/** The columns of one group: `first` to `end` - 1. */
typedef struct range {
    int first, end;
} range;

/** The group that begins at this column. */
static range group_at(const fl_simplex *at, int first) {
    return (range){first, fl_simplex_end_of(at, first)};
}

/* Misfits */

/** The least part of each limit that a user of a group takes.
 *  @param least   [n_limits] out
 *  @param takers  [n_limits] scratch */
static void find_least(double *least, int *takers, const fl_simplex *at, range of) {
    const fl_items *items = at->items;
    int n = 0;
    for (int i = 0; i < items->n_limits; i++) {
        least[i] = INFINITY;
        takers[i] = 0;
    }
    for (int j = of.first; j < of.end; j++) {
        if (at->barred[j]) continue;
        n++;
        for (int k = items->first[at->item[j]]; k < items->first[at->item[j] + 1]; k++) {
            int i = items->at[k];
            takers[i]++;
            if (items->part[k] < least[i]) least[i] = items->part[k];
        }
    }
    for (int i = 0; i < items->n_limits; i++) {
        if (takers[i] < n || n == 0) least[i] = 0;
    }
}

/** Whether a user on column j and all others where they take least are too many.
 *  @param sum    [n_limits] what all users take at least
 *  @param least  [n_limits] and one of the column's group */
static bool is_misfit(const fl_simplex *at, int j, const double *sum, const double *least) {
    const fl_items *items = at->items;
    for (int k = items->first[at->item[j]]; k < items->first[at->item[j] + 1]; k++) {
        int i = items->at[k];
        if (sum[i] - least[i] + items->part[k] > items->limit[i] * (1 + items->loose)) return true;
    }
    return false;
}

/** One round; whether anything was barred.
 *  @param sum, least, takers  [n_limits] scratch */
static bool bar_misfits(fl_simplex *at, double *sum, double *least, int *takers) {
    int m = at->items->n_limits;
    bool any = false;
    for (int i = 0; i < m; i++) sum[i] = 0;
    for (range of = group_at(at, 0); of.first < at->n_columns; of = group_at(at, of.end)) {
        find_least(least, takers, at, of);
        for (int i = 0; i < m; i++) sum[i] += at->count[at->group[of.first]] * least[i];
    }
    for (range of = group_at(at, 0); of.first < at->n_columns; of = group_at(at, of.end)) {
        find_least(least, takers, at, of);
        for (int j = of.first; j < of.end; j++) {
            if (at->barred[j] || !is_misfit(at, j, sum, least)) continue;
            at->barred[j] = true;
            any = true;
        }
    }
    return any;
}

fl_status fl_trim_misfits(fl_simplex *at, fl_arena *arena, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(arena);
    int m = at->items->n_limits;
    double *sum = FL_NEW(arena, m, double), *least = FL_NEW(arena, m, double);
    int *takers = FL_NEW(arena, m, int);
    if (arena->failed) return fl_arena_error(arena, err);
    for (int round = 0; round < ROUNDS_MOST && bar_misfits(at, sum, least, takers); round++) continue;
    fl_arena_release(arena, mark);
    return FL_OK;
}

/* Limits */

/** What all users take at most of each limit.
 *  @param most  [n_limits] 0, and out
 *  @param one   [n_limits] 0, as it is again afterwards: the same of one user of a group */
static void find_most(double *most, double *one, const fl_simplex *at) {
    const fl_items *items = at->items;
    for (range of = group_at(at, 0); of.first < at->n_columns; of = group_at(at, of.end)) {
        int count = at->count[at->group[of.first]];
        for (int j = of.first; j < of.end; j++) {
            for (int k = items->first[at->item[j]]; k < items->first[at->item[j] + 1] && !at->barred[j]; k++)
                one[items->at[k]] = fmax(one[items->at[k]], items->part[k]);
        }
        for (int j = of.first; j < of.end; j++) {
            for (int k = items->first[at->item[j]]; k < items->first[at->item[j] + 1]; k++) {
                most[items->at[k]] += count * one[items->at[k]];
                one[items->at[k]] = 0;
            }
        }
    }
}

fl_status fl_trim_limits(const fl_items **out, const fl_simplex *at, fl_arena *arena, fl_error *err) {
    const fl_items *items = at->items;
    int m = items->n_limits, n_parts = items->first[items->n], end = 0;
    fl_items *kept = FL_NEW(arena, 1, fl_items);
    double *most = FL_ZERO(arena, m, double), *one = FL_ZERO(arena, m, double);
    double *limit = FL_NEW(arena, m, double), *part = FL_NEW(arena, n_parts, double);
    int *row = FL_NEW(arena, m, int), *first = FL_NEW(arena, items->n + 1, int);
    int *limit_of = FL_NEW(arena, n_parts, int);
    if (arena->failed) return fl_arena_error(arena, err);
    *kept = (fl_items){0, items->n, items->loose, limit, items->cost, first, limit_of, part};
    find_most(most, one, at);
    for (int i = 0; i < m; i++) {
        row[i] = most[i] > items->limit[i] ? kept->n_limits++ : -1;
        if (row[i] >= 0) limit[row[i]] = items->limit[i];
    }
    for (int j = 0; j < items->n; j++) {
        first[j] = end;
        for (int k = items->first[j]; k < items->first[j + 1]; k++) {
            if (row[items->at[k]] < 0) continue;
            limit_of[end] = row[items->at[k]];
            part[end++] = items->part[k];
        }
    }
    first[items->n] = end;
    *out = kept;
    return FL_OK;
}
