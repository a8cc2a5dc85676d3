/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/choose.h"

#include "core/method.h"
#include "core/tolerance.h"
#include "milp/trim.h"
#include <math.h>

/** Most ways to divide a node that are weighed. */
enum { TRIALS = 16 };

/* Items */

fl_status fl_choose_items(fl_choose *choose, const double *cost, const double *limit, int n, fl_error *err) {
    const fl_pool *pool = choose->pool;
    int m = pool->n_limits + 1, n_parts = 1, end = 0;
    for (int j = 0; j < n - 1; j++) n_parts += pool->offers[choose->offer[j]].n_uses;
    int *first = FL_NEW(choose->arena, n + 1, int), *at = FL_NEW(choose->arena, n_parts, int);
    double *part = FL_NEW(choose->arena, n_parts, double);
    if (choose->arena->failed) return fl_arena_error(choose->arena, err);
    choose->offer[n - 1] = -1;
    for (int j = 0; j < n - 1; j++) {
        const fl_offer *offer = &pool->offers[choose->offer[j]];
        first[j] = end;
        for (int k = 0; k < offer->n_uses; k++) {
            at[end] = offer->uses[k].limit;
            part[end++] = offer->uses[k].part;
        }
    }
    first[n - 1] = end;
    at[end] = m - 1;
    part[end++] = 1;
    first[n] = end;
    choose->items = (fl_items){m, n, 0.6 * FL_TOLERANCE_LIMIT, limit, cost, first, at, part};
    return FL_OK;
}

/* Nodes */

/** All users and everything that they may choose: groups and columns without prices or a basis. */
static fl_status open_all(fl_simplex *all, const fl_choose *now, fl_error *err) {
    int n = now->n_groups;
    fl_items none = now->items;
    none.n_limits = 0;
    FL_TRY(fl_simplex_open(all, &none, n, now->items.n + n, now->arena, err));
    all->items = &now->items;
    for (int i = 0; i < n; i++) {
        const fl_choosers *group = &now->groups[i];
        fl_simplex_add_group(all, group->count);
        for (int j = group->first; j < group->end; j++) fl_simplex_add_column(all, j);
        if (group->may_refuse) fl_simplex_add_column(all, now->items.n - 1);
    }
    return FL_OK;
}

/** All users, none of whom has decided, and what is of use to them under the limits that may bind. */
static fl_status open_root(fl_simplex *root, const fl_choose *now, fl_error *err) {
    fl_simplex all;
    FL_TRY(open_all(&all, now, err));
    FL_TRY(fl_trim_misfits(&all, now->arena, err));
    FL_TRY(fl_trim_limits(&all.items, &all, now->arena, err));
    FL_TRY(fl_simplex_open(root, all.items, all.n_groups, all.n_columns, now->arena, err));
    for (int g = 0, j = 0; g < all.n_groups; g++) {
        fl_simplex_add_group(root, all.count[g]);
        for (; j < all.n_columns && all.group[j] == g; j++) {
            if (!all.barred[j]) fl_simplex_add_column(root, all.item[j]);
        }
    }
    fl_simplex_start(root);
    return FL_OK;
}

/** A way to divide a node: at least so many users of a group take a column of a set, or fewer. */
typedef struct division {
    int group, users;
    const bool *with;   /* [n_columns] the set */
    double fewer, more; /* what either costs more, at least */
} division;

/** Open the node in which at least the division's users take a column of its set, or in which so many do not.
 * Of a group that is larger these form a group of their own. */
static fl_status open_child(fl_simplex *child, const fl_choose *now, const fl_simplex *from,
                            const division *of, bool more, fl_error *err) {
    int g = of->group, n = from->n_columns;
    int part = more ? of->users : from->count[g] - of->users + 1;
    bool apart = part < from->count[g];
    int *new = FL_NEW(now->arena, n, int);
    FL_TRY(fl_simplex_open(child, from->items, from->n_groups + 1, 2 * n, now->arena, err));
    if (new == NULL) return fl_arena_error(now->arena, err);
    for (int j = 0, last = -1; j < n; j++) {
        if (from->group[j] != last) {
            last = from->group[j];
            fl_simplex_add_group(child, from->count[last] - (apart && last == g ? part : 0));
        }
        bool barred = from->barred[j] || (!apart && last == g && of->with[j] != more);
        new[j] = -1;
        if (barred && from->place[j] == FL_SIMPLEX_FREE) continue;
        new[j] = fl_simplex_add_column(child, from->item[j]);
        child->barred[new[j]] = barred;
    }
    if (apart) fl_simplex_add_group(child, part);
    for (int j = 0; j < n && apart; j++) {
        if (from->group[j] == g && !from->barred[j] && of->with[j] == more)
            fl_simplex_add_column(child, from->item[j]);
    }
    FL_TRY(fl_trim_misfits(child, now->arena, err));
    fl_simplex_resume(child, from, new);
    return FL_OK;
}

static bool due(const fl_choose *now) {
    return *now->interrupt != 0 || fl_clock() >= now->until || now->nodes >= now->nodes_most;
}

/** Bar the columns that are too dear for a better solution. */
static void fix_columns(fl_simplex *at, double open, const double *least) {
    for (int j = 0; j < at->n_columns; j++) {
        if (at->place[j] == FL_SIMPLEX_FREE && at->cost[j] - least[at->group[j]] >= open)
            at->barred[j] = true;
    }
}

/** Offer the solution when all its users are whole. */
static fl_status offer_whole(fl_choose *now, const fl_simplex *at, bool *whole, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(now->arena);
    int *users = FL_ZERO(now->arena, now->pool->n_offers, int);
    if (users == NULL) return fl_arena_error(now->arena, err);
    *whole = true;
    for (int j = 0; j < at->n_columns && *whole; j++) {
        double value = fl_simplex_users(at, j), nearest = round(value);
        int offer = now->offer[at->item[j]];
        *whole = nearest >= 0 && fabs(value - nearest) <= FL_TOLERANCE_SERVED;
        if (offer >= 0) users[offer] += (int)nearest;
    }
    if (*whole) FL_TRY(now->found(now, users, err));
    fl_arena_release(now->arena, mark);
    return FL_OK;
}

/** Offer the only solution of a node in which everything is decided. It need not keep to the limits: a node
 *  without a solution gets here when its bound is below the cutoff by rounding. */
static fl_status offer_last(fl_choose *now, const fl_simplex *at, fl_error *err) {
    const fl_items *items = &now->items;
    int *users = FL_ZERO(now->arena, now->pool->n_offers, int);
    double *use = FL_ZERO(now->arena, items->n_limits, double);
    if (users == NULL || use == NULL) return fl_arena_error(now->arena, err);
    for (int j = 0; j < at->n_columns; j++) {
        int item = at->item[j], count = at->count[at->group[j]];
        if (at->barred[j]) continue;
        if (now->offer[item] >= 0) users[now->offer[item]] += count;
        for (int k = items->first[item]; k < items->first[item + 1]; k++)
            use[items->at[k]] += count * items->part[k];
    }
    for (int i = 0; i < items->n_limits; i++) {
        if (use[i] > items->limit[i] * (1 + items->loose)) return FL_OK;
    }
    return now->found(now, users, err);
}

/* How to divide */

/** What may be divided by: a property of plans, or one column. */
typedef struct candidate {
    int group, column; /* column -1: the property */
    fl_property property;
    double users, apart; /* who have it; how far that is from whole */
} candidate;

typedef struct choice {
    const fl_choose *now;
    fl_simplex *at;
    candidate best[TRIALS + 1]; /* [n] by falling `apart` */
    int n;
} choice;

static const fl_offer *offer_of(const choice *of, int column) {
    int offer = of->now->offer[of->at->item[column]];
    return offer >= 0 ? &of->now->pool->offers[offer] : NULL;
}

static bool has(const choice *of, const candidate *by, int column) {
    if (of->at->group[column] != by->group) return false;
    if (by->column >= 0) return column == by->column;
    const fl_offer *offer = offer_of(of, column);
    if (offer == NULL) return false;
    return fl_property_of(&by->property, &offer->at, &of->now->pool->instance->apps[offer->app]);
}

static void consider(choice *of, int first, candidate by, const double *users) {
    int end = fl_simplex_end_of(of->at, first), i;
    for (int j = first; j < end; j++) by.users += has(of, &by, j) ? users[j] : 0;
    by.apart = fmin(by.users - floor(by.users), ceil(by.users) - by.users);
    if (by.apart <= FL_TOLERANCE_SERVED || by.users < 0 || by.users > of->at->count[by.group]) return;
    for (i = 0; i < of->n; i++) {
        if (of->best[i].group == by.group && fabs(of->best[i].users - by.users) < FL_TOLERANCE_SERVED) return;
    }
    for (; i > 0 && of->best[i - 1].apart < by.apart; i--) of->best[i] = of->best[i - 1];
    of->best[i] = by;
    if (of->n < TRIALS) of->n++;
}

/** The properties of a column's plan. */
static void consider_plan(choice *of, int first, int column, const double *users) {
    const fl_offer *offer = offer_of(of, column);
    if (offer == NULL) return;
    const fl_app *app = &of->now->pool->instance->apps[offer->app];
    candidate by = {.group = of->at->group[column], .column = -1};
    for (int l = 0; l < app->exits[offer->at.exit].after; l++) {
        by.property = (fl_property){FL_PROPERTY_NODE, l, offer->at.nodes[l]};
        consider(of, first, by, users);
    }
    by.property = (fl_property){FL_PROPERTY_EXIT, 0, offer->at.exit};
    consider(of, first, by, users);
    for (int i = 0; i < app->n_slices; i++) {
        by.property = (fl_property){FL_PROPERTY_LEVEL, i, offer->at.levels[i]};
        consider(of, first, by, users);
    }
}

/** Find candidates: whether users are served; else where; else a column. */
static void list_candidates(choice *of, const double *users) {
    const fl_simplex *at = of->at;
    for (int pass = 0; pass < 3 && of->n == 0; pass++) {
        for (int j = 0, first = 0; j < at->n_columns; j++) {
            if (at->group[j] != at->group[first]) first = j;
            candidate by = {.group = at->group[j], .column = pass == 2 ? j : -1};
            if (at->place[j] == FL_SIMPLEX_FREE || users[j] == round(users[j])) continue;
            if (pass == 1)
                consider_plan(of, first, j, users);
            else
                consider(of, first, by, users);
        }
    }
}

/** Any column that is not decided yet; group -1: all are. */
static division divide_rest(const fl_simplex *at, bool *with) {
    for (int j = 0; j + 1 < at->n_columns; j++) {
        for (int i = j + 1; i < at->n_columns && at->group[i] == at->group[j]; i++) {
            if (at->barred[i] || at->barred[j]) continue;
            with[j] = true;
            return (division){at->group[j], 1, with, 0, 0};
        }
    }
    return (division){.group = -1};
}

/** The division whose two halves promise most. */
static fl_status divide(division *out, const fl_choose *now, fl_simplex *at, double open, bool whole,
                        fl_error *err) {
    choice of = {.now = now, .at = at};
    double *users = FL_NEW(now->arena, at->n_columns, double), most = -1, least = FL_TOLERANCE_SERVED * open;
    bool *with = FL_ZERO(now->arena, at->n_columns, bool);
    if (users == NULL || with == NULL) return fl_arena_error(now->arena, err);
    for (int j = 0; j < at->n_columns; j++) users[j] = fl_simplex_users(at, j);
    if (!whole) list_candidates(&of, users);
    if (of.n == 0) *out = divide_rest(at, with);
    for (int i = 0; i < of.n; i++) {
        const candidate *by = &of.best[i];
        division one = {.group = by->group, .users = (int)ceil(by->users), .with = with};
        for (int j = 0; j < at->n_columns; j++) with[j] = has(&of, by, j);
        fl_simplex_penalties(at, one.group, with, by->users, &one.fewer, &one.more);
        double score = fmin(fmax(one.fewer, least), open) * fmin(fmax(one.more, least), open);
        if (score <= most) continue;
        most = score;
        *out = one;
        with = FL_ZERO(now->arena, at->n_columns, bool);
        if (with == NULL) return fl_arena_error(now->arena, err);
    }
    return FL_OK;
}

static fl_status visit(fl_choose *now, fl_simplex *at, fl_error *err);

static fl_status descend(fl_choose *now, const fl_simplex *at, const division *of, bool more, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(now->arena);
    fl_simplex child;
    FL_TRY(open_child(&child, now, at, of, more, err));
    FL_TRY(visit(now, &child, err));
    fl_arena_release(now->arena, mark);
    return FL_OK;
}

/** Solve a node, and what is below it, the half that promises least loss first. */
static fl_status visit(fl_choose *now, fl_simplex *at, fl_error *err) {
    bool whole = false;
    double *least = FL_NEW(now->arena, at->n_groups, double);
    if (least == NULL) return fl_arena_error(now->arena, err);
    now->stopped = now->stopped || due(now);
    if (now->stopped || fl_simplex_empty(at)) return FL_OK;
    now->nodes++;
    fl_simplex_end end = fl_simplex_solve(at, now->cutoff);
    double bound = fl_simplex_bound(at, least);
    if (bound >= now->cutoff) return FL_OK;
    if (end == FL_SIMPLEX_OPTIMAL) FL_TRY(offer_whole(now, at, &whole, err));
    if (bound >= now->cutoff) return FL_OK;
    fix_columns(at, now->cutoff - bound, least);
    division of;
    FL_TRY(divide(&of, now, at, now->cutoff - bound, whole, err));
    if (of.group < 0) return offer_last(now, at, err);
    bool more = of.more <= of.fewer;
    FL_TRY(descend(now, at, &of, more, err));
    return descend(now, at, &of, !more, err);
}

fl_status fl_choose_search(fl_choose *choose, fl_error *err) {
    fl_simplex root;
    choose->stopped = false;
    FL_TRY(open_root(&root, choose, err));
    return visit(choose, &root, err);
}
