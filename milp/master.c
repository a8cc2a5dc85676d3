/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/master.h"

#include "core/tolerance.h"
#include <math.h>
#include <string.h>

void fl_master_open(fl_master *master, const fl_pool *pool, double unit) {
    *master = (fl_master){.pool = pool, .unit = unit};
    fl_arena_init_within(&master->arena, pool->arena);
    fl_arena_init_within(&master->scratch, pool->arena);
    for (int h = 0; h < pool->instance->n_apps; h++) master->users += pool->instance->apps[h].count;
}

void fl_master_close(fl_master *master) {
    fl_arena_free(&master->arena);
    fl_arena_free(&master->scratch);
}

/* Columns. Arrays that grow leave the old ones behind in the arena until the next start. */

/** A new column of a crowd for an offer, or for those refused (-1). */
static int add_column(fl_master *master, int crowd, int offer) {
    fl_model *model = &master->model;
    int j = fl_model_add_column(model, 0, "x_%d", model->n_columns);
    if (j < 0 || master->arena.failed) return -1; /* failed before, maybe with the arrays below */
    if (j == master->column_room) {
        int room = 2 * j + 64;
        int *all = FL_NEW(&master->arena, 3 * (size_t)room, int);
        bool *barred = FL_NEW(&master->arena, room, bool);
        if (all == NULL || barred == NULL) return -1;
        for (int i = 0; i < j; i++) {
            all[i] = master->crowd[i];
            all[room + i] = master->offer[i];
            all[2 * room + i] = master->fixed[i];
            barred[i] = master->barred[i];
        }
        master->crowd = all;
        master->offer = all + room;
        master->fixed = all + 2 * (size_t)room;
        master->barred = barred;
        master->column_room = room;
    }
    master->crowd[j] = crowd;
    master->offer[j] = offer;
    master->fixed[j] = 0;
    master->barred[j] = false;
    return j;
}

static fl_status list_crowds(fl_master *master, fl_error *err) {
    int n_apps = master->pool->instance->n_apps;
    master->first = FL_NEW(&master->arena, n_apps, int);
    master->next = FL_NEW(&master->arena, master->n_crowds, int);
    if (master->arena.failed) return fl_arena_error(&master->arena, err);
    for (int h = 0; h < n_apps; h++) master->first[h] = -1;
    for (int i = master->n_crowds - 1; i >= 0; i--) {
        master->next[i] = master->first[master->crowds[i].app];
        master->first[master->crowds[i].app] = i;
    }
    return FL_OK;
}

fl_status fl_master_start(fl_master *master, const fl_crowd *crowds, int n, fl_error *err) {
    fl_arena_reset(&master->arena);
    master->crowds = crowds;
    master->n_crowds = n;
    master->basis = (fl_glpk_basis){0};
    master->n_present = master->n_rows_known = master->column_room = 0;
    fl_model *model = &master->model;
    fl_model_init(model, &master->arena);
    model->implied = true; /* by the rows of the crowds */
    for (int i = 0; i < n; i++) fl_model_add_row(model, FL_SENSE_EQUAL, 0, "crowd_%d", i);
    master->refused_row = fl_model_add_row(model, FL_SENSE_AT_MOST, 0, "refused");
    for (int j = 0; j < 2 * n; j++) {
        fl_model_add_entry(model, j % n, add_column(master, j % n, -1), 1);
        if (j < n) fl_model_add_entry(model, master->refused_row, j, 1);
    }
    return list_crowds(master, err);
}

/* Offers */

/** Know as many limits and offers as the pool has by now. */
static fl_status catch_up(fl_master *master, fl_error *err) {
    const fl_pool *pool = master->pool;
    if (master->n_rows_known < pool->n_limits) {
        int *row = FL_NEW(&master->arena, 2 * (size_t)pool->n_limits, int);
        if (row == NULL) return fl_arena_error(&master->arena, err);
        for (int i = 0; i < 2 * pool->n_limits; i++) row[i] = i < master->n_rows_known ? master->row[i] : -1;
        master->row = row;
        master->n_rows_known = 2 * pool->n_limits;
    }
    if (master->n_present < pool->n_offers) {
        bool *present = FL_ZERO(&master->arena, 2 * (size_t)pool->n_offers, bool);
        if (present == NULL) return fl_arena_error(&master->arena, err);
        if (master->n_present > 0) memcpy(present, master->present, (size_t)master->n_present * sizeof(bool));
        master->present = present;
        master->n_present = 2 * pool->n_offers;
    }
    return FL_OK;
}

bool fl_master_has(const fl_master *master, int offer) {
    return offer < master->n_present && master->present[offer];
}

/** Add the column of one crowd for an offer; returns its index, or -1. */
static int join(fl_master *master, int crowd, int offer) {
    const fl_offer *new = &master->pool->offers[offer];
    fl_model *model = &master->model;
    int j = add_column(master, crowd, offer);
    fl_model_add_entry(model, crowd, j, 1);
    for (int k = 0; k < new->n_uses; k++) {
        int *row = &master->row[new->uses[k].limit];
        if (*row < 0) *row = fl_model_add_row(model, FL_SENSE_AT_MOST, 1, "limit_%d", new->uses[k].limit);
        fl_model_add_entry(model, *row, j, new->uses[k].part);
    }
    return j;
}

fl_status fl_master_admit(fl_master *master, int offer, fl_error *err) {
    const fl_offer *new = &master->pool->offers[offer];
    const fl_app *app = &master->pool->instance->apps[new->app];
    if (fl_master_has(master, offer)) return FL_OK;
    FL_TRY(catch_up(master, err));
    master->present[offer] = true;
    for (int i = master->first[new->app]; i >= 0; i = master->next[i]) {
        if (fl_crowd_admits(&master->crowds[i], &new->at, app)) join(master, i, offer);
    }
    return master->arena.failed ? fl_arena_error(&master->arena, err) : FL_OK;
}

fl_status fl_master_recall(fl_master *master, fl_goal goal, int *n, fl_error *err) {
    *n = 0;
    for (int j = 0; j < master->pool->n_offers; j++) {
        const fl_offer *offer = &master->pool->offers[j];
        const fl_app *app = &master->pool->instance->apps[offer->app];
        if (fl_master_has(master, j)) continue;
        for (int i = master->first[offer->app]; i >= 0; i = master->next[i]) {
            if (fl_master_reduced(master, i, j, goal) >= 0) continue;
            if (!fl_crowd_admits(&master->crowds[i], &offer->at, app)) continue;
            FL_TRY(fl_master_admit(master, j, err));
            ++*n;
            break;
        }
    }
    return FL_OK;
}

/* Where another relaxation ended */

fl_status fl_master_stand(fl_stand **out, const fl_master *master, fl_arena *arena, fl_error *err) {
    const fl_glpk_basis *basis = &master->basis;
    fl_stand *stand = *out = FL_NEW(arena, 1, fl_stand);
    if (stand == NULL) return fl_arena_error(arena, err);
    int n_limits = master->n_duals, n_crowds = master->n_crowds;
    *stand = (fl_stand){.n_limits = n_limits,
                        .n_crowds = n_crowds,
                        .limit_dual = FL_NEW(arena, n_limits, double),
                        .crowd_dual = FL_NEW(arena, n_crowds, double),
                        .limit = FL_NEW(arena, n_limits, bool),
                        .crowd = FL_NEW(arena, 3 * (size_t)n_crowds, bool),
                        .refused_row = basis->row[master->refused_row],
                        .basic = FL_NEW(arena, basis->n_rows, fl_member)};
    if (arena->failed) return fl_arena_error(arena, err);
    stand->refused = stand->crowd + n_crowds;
    stand->missing = stand->refused + n_crowds;
    for (int i = 0; i < n_limits; i++) {
        stand->limit_dual[i] = master->limit_dual[i];
        stand->limit[i] = master->row[i] < 0 || basis->row[master->row[i]];
    }
    for (int i = 0; i < n_crowds; i++) {
        stand->crowd_dual[i] = master->crowd_dual[i];
        stand->crowd[i] = basis->row[i];
        stand->refused[i] = basis->column[i];
        stand->missing[i] = basis->column[n_crowds + i];
    }
    for (int j = fl_master_first(master); j < basis->n_columns; j++) {
        if (basis->column[j] && stand->n_basic < basis->n_rows)
            stand->basic[stand->n_basic++] = (fl_member){master->crowd[j], master->offer[j]};
    }
    return FL_OK;
}

/** The least reduced cost of an offer where the other relaxation ended, among its application's crowds. */
static double reduced_there(const fl_master *master, const fl_stand *stand, int offer, fl_goal goal) {
    const fl_offer *of = &master->pool->offers[offer];
    double cost = goal == FL_GOAL_SPEND ? of->power : 0, highest = -INFINITY;
    for (int i = master->first[of->app]; i >= 0; i = master->next[i]) {
        if (i < stand->n_crowds) highest = fmax(highest, stand->crowd_dual[i]);
    }
    for (int k = 0; k < of->n_uses; k++) {
        int limit = of->uses[k].limit;
        if (limit < stand->n_limits) cost += stand->limit_dual[limit] * of->uses[k].part;
    }
    return cost - highest;
}

/** The column of a member; one that is barred when there is none. */
static int find_column(fl_master *master, const fl_member *member, const int *first) {
    int j = first[member->offer], n = master->model.n_columns;
    for (; j >= 0 && j < n && master->offer[j] == member->offer; j++) {
        if (master->crowd[j] == member->crowd) return j;
    }
    j = join(master, member->crowd, member->offer);
    if (j >= 0) master->barred[j] = true;
    return j;
}

static void set_basis(fl_master *master, const fl_stand *stand) {
    fl_glpk_basis *basis = &master->basis;
    int n = master->n_crowds;
    basis->dual = true;
    basis->row[master->refused_row] = stand->refused_row;
    for (int i = 0; i < stand->n_limits; i++) {
        if (master->row[i] >= 0) basis->row[master->row[i]] = stand->limit[i];
    }
    for (int i = 0; i < n; i++) {
        bool known = i < stand->n_crowds;
        basis->row[i] = known && stand->crowd[i];
        basis->column[i] = known && stand->refused[i];
        basis->column[n + i] = !known || stand->missing[i];
    }
}

fl_status fl_master_resume(fl_master *master, const fl_stand *stand, double most, fl_goal goal,
                           fl_error *err) {
    int n_offers = master->pool->n_offers;
    fl_arena_reset(&master->scratch);
    int *first = FL_NEW(&master->scratch, n_offers, int),
        *column = FL_NEW(&master->scratch, stand->n_basic, int);
    bool *basic = FL_ZERO(&master->scratch, n_offers, bool);
    if (master->scratch.failed) return fl_arena_error(&master->scratch, err);
    for (int i = 0; i < stand->n_basic; i++) basic[stand->basic[i].offer] = true;
    for (int j = 0; j < n_offers; j++) {
        first[j] = -1;
        if (!basic[j] && reduced_there(master, stand, j, goal) > most) continue;
        int before = master->model.n_columns;
        FL_TRY(fl_master_admit(master, j, err));
        if (master->model.n_columns > before) first[j] = before;
    }
    FL_TRY(catch_up(master, err));
    for (int i = 0; i < stand->n_basic; i++) column[i] = find_column(master, &stand->basic[i], first);
    if (master->arena.failed) return fl_arena_error(&master->arena, err);
    FL_TRY(fl_glpk_grow(&master->basis, &master->model, &master->arena, err));
    set_basis(master, stand);
    for (int i = 0; i < stand->n_basic; i++) master->basis.column[column[i]] = true;
    return FL_OK;
}

/* Terms */

/** What refusing a user costs, and what one who is missing. */
static void price_absence(double *refused, double *missing, const fl_master *master, const fl_terms *terms,
                          double dearest) {
    *refused = *missing = 0; /* as when spending */
    switch (terms->kind) {
    case FL_TERMS_SERVE:
        *refused = 1;
        *missing = (double)master->users + 1;
        break;
    case FL_TERMS_FIT:
        *missing = 1;
        break;
    case FL_TERMS_SPEND:
        break;
    case FL_TERMS_DIVE:
        *refused = 100 * dearest;
        *missing = 200 * dearest;
        break;
    }
}

static void set_terms(fl_master *master, const fl_terms *terms) {
    fl_model *model = &master->model;
    bool spend = fl_terms_goal(terms) == FL_GOAL_SPEND, admission = master->pool->instance->admission;
    double dearest = 1, refused, missing;
    for (int j = fl_master_first(master); j < model->n_columns; j++) {
        fl_column *column = &model->column[j];
        column->cost = spend ? master->pool->offers[master->offer[j]].power / master->unit : 0;
        column->most = master->barred[j] ? 0 : master->crowds[master->crowd[j]].count;
        dearest = fmax(dearest, column->cost);
    }
    price_absence(&refused, &missing, master, terms, dearest);
    for (int i = 0; i < master->n_crowds; i++) {
        const fl_crowd *crowd = &master->crowds[i];
        fl_column *column = &model->column[i];
        column->cost = refused;
        column->most = admission && fl_crowd_may_refuse(crowd) ? crowd->count : 0;
        column += master->n_crowds;
        column->cost = missing;
        column->most = terms->kind != FL_TERMS_SPEND ? crowd->count : 0;
    }
    double allowed = (double)terms->refused + FL_TOLERANCE_SERVED;
    model->row[master->refused_row].rhs = fl_terms_limited(terms) ? allowed : (double)master->users;
}

/** Right-hand sides: what those who are placed for good leave. */
static void set_rest(fl_master *master) {
    fl_model *model = &master->model;
    for (int i = 0; i < master->n_crowds; i++) model->row[i].rhs = master->crowds[i].count;
    for (int i = master->refused_row + 1; i < model->n_rows; i++)
        model->row[i].rhs = 1 + 0.5 * FL_TOLERANCE_LIMIT;
    for (int j = 0; j < model->n_columns; j++) {
        if (master->fixed[j] == 0) continue;
        model->row[master->crowd[j]].rhs -= master->fixed[j];
        if (master->offer[j] < 0) continue;
        const fl_offer *offer = &master->pool->offers[master->offer[j]];
        for (int k = 0; k < offer->n_uses; k++) {
            fl_row *row = &model->row[master->row[offer->uses[k].limit]];
            row->rhs = fmax(row->rhs - master->fixed[j] * offer->uses[k].part, 0);
        }
    }
}

/* Solving */

fl_glpk_limits fl_master_limits(const fl_master *master, double until,
                                const volatile sig_atomic_t *interrupt) {
    size_t memory = fl_glpk_memory(&master->arena);
    return (fl_glpk_limits){.until = until, .interrupt = interrupt, .memory = memory};
}

fl_status fl_master_solve(fl_master *master, const fl_terms *terms, double until,
                          const volatile sig_atomic_t *interrupt, fl_error *err) {
    fl_glpk_limits limits = fl_master_limits(master, until, interrupt);
    fl_glpk_relaxed relaxed;
    fl_arena_reset(&master->scratch);
    FL_TRY(catch_up(master, err));
    set_terms(master, terms);
    set_rest(master);
    FL_TRY(fl_glpk_relax(&relaxed, &master->model, &master->basis, &limits, &master->arena, &master->scratch,
                         err));
    master->basis.dual = false;
    double unit = fl_terms_goal(terms) == FL_GOAL_SPEND ? master->unit : 1;
    master->end = relaxed.end;
    master->objective = unit * relaxed.objective;
    master->n_values = master->model.n_columns;
    master->value = relaxed.value;
    master->n_duals = master->pool->n_limits;
    master->limit_dual = FL_ZERO(&master->scratch, master->pool->n_limits, double);
    master->crowd_dual = FL_NEW(&master->scratch, master->n_crowds, double);
    if (master->scratch.failed) return fl_arena_error(&master->scratch, err);
    for (int i = 0; i < master->n_crowds; i++) master->crowd_dual[i] = unit * relaxed.dual[i];
    master->refused_dual = fl_terms_limited(terms) ? fmax(0, -unit * relaxed.dual[master->refused_row]) : 0;
    for (int i = 0; i < master->pool->n_limits; i++) {
        if (master->row[i] >= 0) master->limit_dual[i] = fmax(0, -unit * relaxed.dual[master->row[i]]);
    }
    return FL_OK;
}

fl_status fl_master_probe(fl_master *master, fl_glpk_trial *trials, int n, const fl_terms *terms, double most,
                          const fl_glpk_limits *limits, fl_error *err) {
    double unit = fl_terms_goal(terms) == FL_GOAL_SPEND ? master->unit : 1;
    FL_TRY(fl_glpk_probe(trials, n, &master->model, &master->basis, most / unit, limits, &master->arena,
                         &master->scratch, err));
    for (int i = 0; i < n; i++) {
        trials[i].more *= unit;
        trials[i].fewer *= unit;
    }
    return FL_OK;
}

double fl_master_reduced(const fl_master *master, int crowd, int offer, fl_goal goal) {
    const fl_offer *of = &master->pool->offers[offer];
    double cost = goal == FL_GOAL_SPEND ? of->power : 0;
    for (int k = 0; k < of->n_uses; k++) {
        int limit = of->uses[k].limit;
        if (limit < master->n_duals) cost += master->limit_dual[limit] * of->uses[k].part;
    }
    return cost - master->crowd_dual[crowd];
}
