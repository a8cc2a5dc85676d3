/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/relaxation.h"

#include "core/tolerance.h"
#include <math.h>
#include <string.h>

/** The part of the best bound's prices in those that are tried, and how it falls when they find nothing. */
static const double SMOOTH = 0.8, SMOOTH_LESS = 0.4;

void fl_relaxation_open(fl_relaxation *relaxation, fl_master *master, fl_pricing *pricing, double until) {
    *relaxation = (fl_relaxation){
        .master = master, .pricing = pricing, .pool = pricing->pool, .task = pricing->task, .until = until};
}

static bool due(const fl_relaxation *relaxation) {
    return *relaxation->task->interrupt != 0 || fl_clock() >= relaxation->until;
}

/* Prices */

static fl_status enlarge(double **prices, int known, int room, fl_arena *arena, fl_error *err) {
    double *larger = FL_ZERO(arena, room, double);
    if (larger == NULL) return fl_arena_error(arena, err);
    if (known > 0) memcpy(larger, *prices, (size_t)known * sizeof *larger);
    *prices = larger;
    return FL_OK;
}

fl_status fl_relaxation_grow(fl_relaxation *relaxation, fl_error *err) {
    int known = relaxation->room, room = 2 * relaxation->pool->n_limits + 16;
    fl_arena *arena = relaxation->task->arena;
    if (relaxation->pool->n_limits <= known) return FL_OK;
    for (int g = 0; g < 4; g++) FL_TRY(enlarge(&relaxation->centre[g].limit, known, room, arena, err));
    FL_TRY(enlarge(&relaxation->trial.limit, known, room, arena, err));
    relaxation->room = room;
    return FL_OK;
}

/** trial = smooth * centre + (1 - smooth) * the master's duals */
static void mix(fl_relaxation *relaxation, const fl_terms *terms, double smooth) {
    const fl_duals *centre = &relaxation->centre[terms->kind];
    const fl_master *master = relaxation->master;
    relaxation->n_tried = relaxation->pool->n_limits;
    for (int i = 0; i < relaxation->n_tried; i++) {
        double dual = i < master->n_duals ? master->limit_dual[i] : 0;
        relaxation->trial.limit[i] = smooth * centre->limit[i] + (1 - smooth) * dual;
    }
    relaxation->trial.refused = smooth * centre->refused + (1 - smooth) * master->refused_dual;
}

static void move_centre(fl_relaxation *relaxation, const fl_terms *terms) {
    fl_duals *centre = &relaxation->centre[terms->kind];
    size_t n = (size_t)relaxation->n_tried;
    if (n > 0) memcpy(centre->limit, relaxation->trial.limit, n * sizeof *centre->limit);
    centre->refused = relaxation->trial.refused;
}

/* One round of pricing */

/** What it costs at the prices tried not to place one user of the crowd; INFINITY: he must be. */
static double price_absence(const fl_relaxation *relaxation, int crowd, const fl_terms *terms) {
    const fl_master *master = relaxation->master;
    const fl_column *refused = &master->model.column[crowd], *missing = refused + master->n_crowds;
    double price = missing->most > 0 ? missing->cost : INFINITY;
    double more = fl_terms_limited(terms) ? relaxation->trial.refused : 0;
    return refused->most > 0 ? fmin(price, refused->cost + more) : price;
}

/** Price one crowd; adds the offer found to the master when it gains anything there. */
static fl_status price_crowd(fl_relaxation *relaxation, int i, const fl_terms *terms, double *value,
                             int *added, fl_error *err) {
    fl_master *master = relaxation->master;
    const fl_crowd *crowd = &master->crowds[i];
    double absence = price_absence(relaxation, i, terms);
    *value = 0;
    relaxation->pricings++;
    if (master->model.row[i].rhs <= 0) return FL_OK; /* all are placed for good */
    fl_priced priced = {INFINITY, -1};
    if (!fl_crowd_must_refuse(crowd))
        FL_TRY(fl_pricing_solve(&priced, relaxation->pricing, crowd, fl_terms_goal(terms), err));
    *value = fmin(priced.value, absence);
    if (priced.offer < 0 || fl_master_has(master, priced.offer)) return FL_OK;
    const fl_app *app = &relaxation->pool->instance->apps[crowd->app];
    if (!fl_crowd_admits(crowd, &relaxation->pool->offers[priced.offer].at, app)) return FL_OK;
    if (!(fl_master_reduced(master, i, priced.offer, fl_terms_goal(terms)) < 0)) return FL_OK;
    ++*added;
    return fl_master_admit(master, priced.offer, err);
}

/** Price all crowds at the prices tried.
 *  @param bound  what that proves; -INFINITY when a limit strikes on the way */
static fl_status price_all(fl_relaxation *relaxation, const fl_terms *terms, double *bound, int *added,
                           fl_error *err) {
    const fl_master *master = relaxation->master;
    double sum = 0;
    int n_limits = relaxation->pool->n_limits;
    FL_TRY(fl_pricing_set(relaxation->pricing, relaxation->trial.limit, err));
    *bound = -INFINITY;
    *added = 0;
    for (int i = 0; i < n_limits; i++) sum -= relaxation->trial.limit[i] * (1 + FL_TOLERANCE_LIMIT);
    if (fl_terms_limited(terms)) sum -= relaxation->trial.refused * (double)terms->refused;
    for (int i = 0; i < master->n_crowds; i++) {
        double value;
        if (due(relaxation)) return FL_OK;
        FL_TRY(price_crowd(relaxation, i, terms, &value, added, err));
        sum += master->crowds[i].count * value;
    }
    *bound = sum;
    return FL_OK;
}

/* All rounds */

/** Whether users come in whole numbers and the bound says already how many. */
static bool rounds_up(const fl_relaxation *relaxation, const fl_terms *terms) {
    if (terms->kind != FL_TERMS_SERVE) return false;
    double objective = ceil(relaxation->master->objective - FL_TOLERANCE_SERVED);
    return ceil(relaxation->bound - FL_TOLERANCE_SERVED) >= objective;
}

static bool closed(const fl_relaxation *relaxation, const fl_terms *terms) {
    double objective = relaxation->master->objective;
    return objective - relaxation->bound <= FL_TOLERANCE_TAIL * fabs(objective) ||
           rounds_up(relaxation, terms);
}

/** Price until the master has something new, less and less smoothly, or it is proven that it need not. */
static fl_status price_until_new(fl_relaxation *relaxation, const fl_terms *terms, double cutoff, bool *again,
                                 fl_error *err) {
    double smooth = isfinite(relaxation->bound) ? SMOOTH : 0, bound;
    *again = false;
    for (int added = 0; added == 0; smooth -= SMOOTH_LESS) {
        bool exact = smooth <= 0;
        FL_TRY(fl_relaxation_grow(relaxation, err));
        mix(relaxation, terms, exact ? 0 : smooth);
        FL_TRY(price_all(relaxation, terms, &bound, &added, err));
        if (due(relaxation)) {
            relaxation->end = FL_RELAXATION_STOPPED;
            return FL_OK;
        }
        if (bound > relaxation->bound) {
            relaxation->bound = bound;
            move_centre(relaxation, terms);
        }
        if (relaxation->bound >= cutoff) relaxation->end = FL_RELAXATION_HOPELESS;
        if (relaxation->bound >= cutoff || closed(relaxation, terms) || (exact && added == 0)) return FL_OK;
    }
    *again = true;
    return FL_OK;
}

/** Solve the master with all plans known so far, as soon as it has use for them. */
static fl_status solve_master(fl_relaxation *relaxation, const fl_terms *terms, fl_error *err) {
    fl_master *master = relaxation->master;
    for (int recalled = 1; recalled > 0;) {
        FL_TRY(fl_master_solve(master, terms, relaxation->until, relaxation->task->interrupt, err));
        relaxation->rounds++;
        if (master->end != FL_GLPK_OPTIMAL) return FL_OK;
        FL_TRY(fl_master_recall(master, fl_terms_goal(terms), &recalled, err));
    }
    return FL_OK;
}

fl_status fl_relaxation_solve(fl_relaxation *relaxation, const fl_terms *terms, double enough, double cutoff,
                              fl_error *err) {
    fl_master *master = relaxation->master;
    relaxation->bound = -INFINITY;
    relaxation->end = FL_RELAXATION_SOLVED;
    for (bool again = true; again;) {
        FL_TRY(solve_master(relaxation, terms, err));
        if (master->end == FL_GLPK_OPTIMAL && master->objective <= enough) return FL_OK;
        if (master->end != FL_GLPK_OPTIMAL) {
            bool empty = master->end == FL_GLPK_INFEASIBLE;
            relaxation->end = empty ? FL_RELAXATION_EMPTY : FL_RELAXATION_STOPPED;
            return FL_OK;
        }
        FL_TRY(price_until_new(relaxation, terms, cutoff, &again, err));
    }
    return FL_OK;
}

fl_status fl_relaxation_polish(fl_relaxation *relaxation, const fl_terms *terms, int rounds, fl_error *err) {
    fl_master *master = relaxation->master;
    relaxation->end = FL_RELAXATION_SOLVED;
    for (int added = 1; added > 0; rounds--) {
        double bound;
        FL_TRY(fl_relaxation_grow(relaxation, err));
        FL_TRY(fl_master_solve(master, terms, relaxation->until, relaxation->task->interrupt, err));
        if (master->end != FL_GLPK_OPTIMAL || due(relaxation)) {
            relaxation->end = FL_RELAXATION_STOPPED;
            return FL_OK;
        }
        if (rounds == 0) return FL_OK;
        mix(relaxation, terms, 0);
        FL_TRY(price_all(relaxation, terms, &bound, &added, err));
    }
    return FL_OK;
}
