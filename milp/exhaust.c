/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/exhaust.h"

#include "core/tolerance.h"
#include "milp/simplex.h"
#include <math.h>
#include <string.h>

/** Most plans of all users that are worth a search; most ways to divide a node that are weighed. */
enum { ITEMS_MOST = 6000, TRIALS = 16 };

typedef struct search {
    fl_exhaust *exhaust;
    fl_arena *arena;
    double below;
    fl_items items; /* the last one is to be refused */
    int *offer;     /* [items.n] in the pool, -1: refused */
    int *first;     /* [n_crowds + 1] each crowd's items */
} search;

static double cutoff_of(const search *now) {
    return fmin(now->below, fl_exhaust_cutoff(now->exhaust));
}

double fl_exhaust_cutoff(const fl_exhaust *exhaust) {
    const fl_incumbent *best = exhaust->best;
    double refused = (double)(exhaust->relaxation->master->users - best->served);
    switch (exhaust->terms->kind) {
    case FL_TERMS_SERVE:
        return refused - 1 + FL_TOLERANCE_SERVED;
    case FL_TERMS_FIT:
        return refused > 0 ? 0.5 * FL_TOLERANCE_SERVED : -INFINITY;
    default:
        return best->power * (1 - fmax(exhaust->gap, 0.5 * FL_TOLERANCE_EQUAL));
    }
}

/* Prices and what they prove */

/** Whether users of a crowd may be refused, and what that costs at the centre's prices. */
static double price_absence(const search *now, const fl_crowd *crowd) {
    const fl_exhaust *exhaust = now->exhaust;
    bool limited = fl_terms_limited(exhaust->terms);
    if (!exhaust->relaxation->pool->instance->admission || !fl_crowd_may_refuse(crowd)) return INFINITY;
    if (limited && exhaust->terms->refused == 0) return INFINITY;
    return limited ? exhaust->relaxation->centre[exhaust->terms->kind].refused : 1;
}

/** What a user of every crowd costs at the centre's prices, and the bound that this is.
 *  @param value  [n_crowds] out */
static fl_status price(double *value, double *bound, const search *now, fl_error *err) {
    const fl_exhaust *exhaust = now->exhaust;
    const fl_relaxation *relaxation = exhaust->relaxation;
    const fl_master *master = relaxation->master;
    const fl_duals *centre = &relaxation->centre[exhaust->terms->kind];
    bool limited = fl_terms_limited(exhaust->terms);
    int n_limits = relaxation->pool->n_limits;
    *bound = limited ? -centre->refused * (double)exhaust->terms->refused : 0;
    for (int i = 0; i < n_limits; i++) *bound -= centre->limit[i] * (1 + FL_TOLERANCE_LIMIT);
    FL_TRY(fl_pricing_set(relaxation->pricing, centre->limit, err));
    for (int i = 0; i < master->n_crowds; i++) {
        const fl_crowd *crowd = &master->crowds[i];
        fl_priced priced = {INFINITY, -1};
        if (!fl_crowd_must_refuse(crowd))
            FL_TRY(fl_pricing_solve(&priced, relaxation->pricing, crowd, fl_terms_goal(exhaust->terms), err));
        value[i] = fmin(priced.value, price_absence(now, crowd));
        *bound += crowd->count * value[i];
    }
    return FL_OK;
}

static fl_status list_plans(const search *now, fl_catalog *catalog, const double *value, double open,
                            fl_error *err) {
    fl_exhaust *exhaust = now->exhaust;
    const fl_master *master = exhaust->relaxation->master;
    fl_pool *pool = catalog->pricing->pool;
    int known = pool->n_offers;
    exhaust->complete = true;
    for (int i = 0; i < master->n_crowds && exhaust->complete; i++) {
        if (fl_crowd_must_refuse(&master->crowds[i])) continue;
        FL_TRY(fl_catalog_list(catalog, &master->crowds[i], fl_terms_goal(exhaust->terms), value[i] + open,
                               &exhaust->complete, err));
    }
    if (!exhaust->complete) fl_pool_forget(pool, known); /* they would burden every master to come */
    return FL_OK;
}

/* Items */

static double cost_of(const search *now, const fl_offer *offer) {
    return fl_terms_goal(now->exhaust->terms) == FL_GOAL_SPEND ? offer->power : 0;
}

static double price_of(const search *now, const fl_offer *offer) {
    const fl_duals *centre = &now->exhaust->relaxation->centre[now->exhaust->terms->kind];
    double cost = cost_of(now, offer);
    for (int k = 0; k < offer->n_uses; k++) cost += centre->limit[offer->uses[k].limit] * offer->uses[k].part;
    return cost;
}

/** Whether `one` is no worse than `two` in anything. `use` holds what `two` takes. */
static bool dominates(const search *now, const fl_offer *one, const fl_offer *two, const double *use) {
    if (cost_of(now, one) > cost_of(now, two)) return false;
    for (int k = 0; k < one->n_uses; k++) {
        if (one->uses[k].part > use[one->uses[k].limit]) return false;
    }
    return true;
}

/** Whether an offer is of use to a crowd: not too dear, and no other one is better.
 *  @param use  [2 * n_limits] 0, as it is again afterwards */
static bool is_useful(const search *now, const fl_crowd *crowd, int j, double most, double *use) {
    const fl_pool *pool = now->exhaust->relaxation->pool;
    const fl_app *app = &pool->instance->apps[crowd->app];
    const fl_offer *offer = &pool->offers[j];
    bool useful = price_of(now, offer) <= most && fl_crowd_admits(crowd, &offer->at, app);
    for (int k = 0; k < offer->n_uses; k++) {
        if (offer->uses[k].part > 1 + FL_TOLERANCE_LIMIT) useful = false;
        use[offer->uses[k].limit] = offer->uses[k].part;
    }
    for (int i = pool->last[offer->app]; i >= 0 && useful; i = pool->offers[i].next) {
        const fl_offer *other = &pool->offers[i];
        if (i == j || !dominates(now, other, offer, use) || !fl_crowd_admits(crowd, &other->at, app))
            continue;
        double *back = use + pool->n_limits; /* the same in everything: the first one stays */
        for (int k = 0; k < other->n_uses; k++) back[other->uses[k].limit] = other->uses[k].part;
        useful = dominates(now, offer, other, back) && j < i;
        for (int k = 0; k < other->n_uses; k++) back[other->uses[k].limit] = 0;
    }
    for (int k = 0; k < offer->n_uses; k++) use[offer->uses[k].limit] = 0;
    return useful;
}

/** Choose the items, by crowd; returns how many parts they have. */
static int choose_items(search *now, const double *value, double open, double *use) {
    const fl_master *master = now->exhaust->relaxation->master;
    const fl_pool *pool = master->pool;
    int n_parts = 0, n = 0;
    for (int i = 0; i < master->n_crowds; i++) {
        const fl_crowd *crowd = &master->crowds[i];
        now->first[i] = n;
        if (fl_crowd_must_refuse(crowd)) continue;
        for (int j = pool->last[crowd->app]; j >= 0 && n < ITEMS_MOST; j = pool->offers[j].next) {
            if (!is_useful(now, crowd, j, value[i] + open, use)) continue;
            now->offer[n++] = j;
            n_parts += pool->offers[j].n_uses;
        }
    }
    now->first[master->n_crowds] = n;
    now->offer[n] = -1;
    now->items.n = n + 1;
    return n_parts + 1;
}

static fl_status fill_items(search *now, int n_parts, fl_error *err) {
    const fl_pool *pool = now->exhaust->relaxation->pool;
    const fl_terms *terms = now->exhaust->terms;
    int n = now->items.n, m = pool->n_limits + 1, end = 0;
    double *limit = FL_NEW(now->arena, m, double), *cost = FL_NEW(now->arena, n, double);
    int *first = FL_NEW(now->arena, n + 1, int), *at = FL_NEW(now->arena, n_parts, int);
    double *part = FL_NEW(now->arena, n_parts, double);
    if (now->arena->failed) return fl_arena_error(now->arena, err);
    for (int i = 0; i < m - 1; i++) limit[i] = 1 + 0.5 * FL_TOLERANCE_LIMIT;
    limit[m - 1] =
        fl_terms_limited(terms) ? (double)terms->refused : (double)now->exhaust->relaxation->master->users;
    for (int j = 0; j < n; j++) {
        const fl_offer *offer = now->offer[j] >= 0 ? &pool->offers[now->offer[j]] : NULL;
        first[j] = end;
        cost[j] = offer != NULL ? cost_of(now, offer) : fl_terms_limited(terms) ? 0 : 1;
        for (int k = 0; offer != NULL && k < offer->n_uses; k++) {
            at[end] = offer->uses[k].limit;
            part[end++] = offer->uses[k].part;
        }
        if (offer == NULL) {
            at[end] = m - 1;
            part[end++] = 1;
        }
    }
    first[n] = end;
    now->items = (fl_items){m, n, 0.6 * FL_TOLERANCE_LIMIT, limit, cost, first, at, part};
    return FL_OK;
}

static fl_status set_items(search *now, const double *value, double open, fl_error *err) {
    const fl_pool *pool = now->exhaust->relaxation->pool;
    now->offer = FL_NEW(now->arena, ITEMS_MOST + 1, int);
    now->first = FL_NEW(now->arena, now->exhaust->relaxation->master->n_crowds + 1, int);
    double *use = FL_ZERO(now->arena, 2 * (size_t)pool->n_limits, double);
    if (now->arena->failed) return fl_arena_error(now->arena, err);
    int n_parts = choose_items(now, value, open, use);
    if (now->items.n > ITEMS_MOST) now->exhaust->complete = false;
    return now->exhaust->complete ? fill_items(now, n_parts, err) : FL_OK;
}

/* Nodes */

/** All users, none of whom has decided. */
static fl_status open_root(fl_simplex *root, const search *now, fl_error *err) {
    const fl_master *master = now->exhaust->relaxation->master;
    int n = master->n_crowds;
    FL_TRY(fl_simplex_open(root, &now->items, n, now->items.n + n, now->arena, err));
    for (int i = 0; i < n; i++) {
        fl_simplex_add_group(root, master->crowds[i].count);
        for (int j = now->first[i]; j < now->first[i + 1]; j++) fl_simplex_add_column(root, j);
        if (isfinite(price_absence(now, &master->crowds[i]))) fl_simplex_add_column(root, now->items.n - 1);
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
static fl_status open_child(fl_simplex *child, const search *now, const fl_simplex *from, const division *of,
                            bool more, fl_error *err) {
    int g = of->group, n = from->n_columns;
    int part = more ? of->users : from->count[g] - of->users + 1;
    bool apart = part < from->count[g];
    int *new = FL_NEW(now->arena, n, int);
    FL_TRY(fl_simplex_open(child, &now->items, from->n_groups + 1, 2 * n, now->arena, err));
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
    fl_simplex_resume(child, from, new);
    return FL_OK;
}

static bool due(const fl_exhaust *exhaust) {
    const fl_relaxation *relaxation = exhaust->relaxation;
    return *relaxation->task->interrupt != 0 || fl_clock() >= relaxation->until ||
           exhaust->nodes >= exhaust->nodes_most;
}

/** Bar the columns that are too dear for a better solution. */
static void fix_columns(fl_simplex *at, double open, const double *least) {
    for (int j = 0; j < at->n_columns; j++) {
        if (at->place[j] == FL_SIMPLEX_FREE && at->cost[j] - least[at->group[j]] >= open)
            at->barred[j] = true;
    }
}

static fl_status offer_users(const search *now, const int *users, fl_error *err) {
    const fl_relaxation *relaxation = now->exhaust->relaxation;
    bool allowed;
    fl_plan plan;
    FL_TRY(fl_pool_plan(&plan, relaxation->pool, users, err));
    return fl_incumbent_offer(now->exhaust->best, &plan, relaxation->task, &allowed, err);
}

/** Offer the solution when all its users are whole. */
static fl_status offer_whole(const search *now, const fl_simplex *at, bool *whole, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(now->arena);
    int *users = FL_ZERO(now->arena, now->exhaust->relaxation->pool->n_offers, int);
    if (users == NULL) return fl_arena_error(now->arena, err);
    *whole = true;
    for (int j = 0; j < at->n_columns && *whole; j++) {
        double value = fl_simplex_users(at, j), nearest = round(value);
        int offer = now->offer[at->item[j]];
        *whole = nearest >= 0 && fabs(value - nearest) <= FL_TOLERANCE_SERVED;
        if (offer >= 0) users[offer] += (int)nearest;
    }
    if (*whole) FL_TRY(offer_users(now, users, err));
    fl_arena_release(now->arena, mark);
    return FL_OK;
}

/** Offer the only solution of a node in which everything is decided. */
static fl_status offer_last(const search *now, const fl_simplex *at, fl_error *err) {
    int *users = FL_ZERO(now->arena, now->exhaust->relaxation->pool->n_offers, int);
    if (users == NULL) return fl_arena_error(now->arena, err);
    for (int j = 0; j < at->n_columns; j++) {
        int offer = now->offer[at->item[j]];
        if (offer >= 0 && !at->barred[j]) users[offer] += at->count[at->group[j]];
    }
    return offer_users(now, users, err);
}

/* How to divide */

/** What may be divided by: a property of plans, or one column. */
typedef struct candidate {
    int group, column; /* column -1: the property */
    fl_property property;
    double users, apart; /* who have it; how far that is from whole */
} candidate;

typedef struct choice {
    const search *now;
    fl_simplex *at;
    candidate best[TRIALS + 1]; /* [n] by falling `apart` */
    int n;
} choice;

static const fl_offer *offer_of(const choice *of, int column) {
    int offer = of->now->offer[of->at->item[column]];
    return offer >= 0 ? &of->now->exhaust->relaxation->pool->offers[offer] : NULL;
}

static bool has(const choice *of, const candidate *by, int column) {
    if (of->at->group[column] != by->group) return false;
    if (by->column >= 0) return column == by->column;
    const fl_offer *offer = offer_of(of, column);
    if (offer == NULL) return false;
    return fl_property_of(&by->property, &offer->at,
                          &of->now->exhaust->relaxation->pool->instance->apps[offer->app]);
}

/** The columns of the group from `first` on. */
static int end_of(const fl_simplex *at, int first) {
    int end = first;
    while (end < at->n_columns && at->group[end] == at->group[first]) end++;
    return end;
}

static void consider(choice *of, int first, candidate by, const double *users) {
    int end = end_of(of->at, first), i;
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
    const fl_app *app = &of->now->exhaust->relaxation->pool->instance->apps[offer->app];
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
static fl_status divide(division *out, const search *now, fl_simplex *at, double open, bool whole,
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

static fl_status visit(search *now, fl_simplex *at, fl_error *err);

static fl_status descend(search *now, const fl_simplex *at, const division *of, bool more, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(now->arena);
    fl_simplex child;
    FL_TRY(open_child(&child, now, at, of, more, err));
    FL_TRY(visit(now, &child, err));
    fl_arena_release(now->arena, mark);
    return FL_OK;
}

/** Solve a node, and what is below it, the half that promises least loss first. */
static fl_status visit(search *now, fl_simplex *at, fl_error *err) {
    fl_exhaust *exhaust = now->exhaust;
    bool whole = false;
    double *least = FL_NEW(now->arena, at->n_groups, double);
    if (least == NULL) return fl_arena_error(now->arena, err);
    exhaust->stopped = exhaust->stopped || due(exhaust);
    if (exhaust->stopped || fl_simplex_empty(at)) return FL_OK;
    exhaust->nodes++;
    fl_simplex_end end = fl_simplex_solve(at, cutoff_of(now));
    double bound = fl_simplex_bound(at, least);
    if (bound >= cutoff_of(now)) return FL_OK;
    if (end == FL_SIMPLEX_OPTIMAL) FL_TRY(offer_whole(now, at, &whole, err));
    if (bound >= cutoff_of(now)) return FL_OK;
    fix_columns(at, cutoff_of(now) - bound, least);
    division of;
    FL_TRY(divide(&of, now, at, cutoff_of(now) - bound, whole, err));
    if (of.group < 0) return offer_last(now, at, err);
    bool more = of.more <= of.fewer;
    FL_TRY(descend(now, at, &of, more, err));
    return descend(now, at, &of, !more, err);
}

fl_status fl_exhaust_search(fl_exhaust *exhaust, fl_catalog *catalog, double below, double *proven,
                            fl_error *err) {
    fl_relaxation *relaxation = exhaust->relaxation;
    search now = {.exhaust = exhaust, .arena = &relaxation->master->scratch, .below = below};
    double bound, *value = FL_NEW(now.arena, relaxation->master->n_crowds, double);
    fl_simplex root;
    if (value == NULL) return fl_arena_error(now.arena, err);
    exhaust->complete = exhaust->stopped = false;
    FL_TRY(fl_relaxation_grow(relaxation, err));
    FL_TRY(price(value, &bound, &now, err));
    double open = cutoff_of(&now) - bound;
    FL_TRY(list_plans(&now, catalog, value, open, err));
    if (!exhaust->complete) return FL_OK;
    FL_TRY(fl_relaxation_grow(relaxation, err));
    FL_TRY(set_items(&now, value, open, err));
    if (!exhaust->complete) return FL_OK;
    FL_TRY(open_root(&root, &now, err));
    FL_TRY(visit(&now, &root, err));
    if (!exhaust->stopped) *proven = fmax(*proven, cutoff_of(&now));
    return FL_OK;
}
