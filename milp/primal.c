/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/primal.h"

#include "core/exact.h"
#include "core/sequential.h"
#include "core/tolerance.h"
#include <math.h>
#include <string.h>

double fl_incumbent_cutoff(const fl_incumbent *best, const fl_terms *terms, long long users, double gap) {
    double refused = (double)(users - best->served);
    switch (terms->kind) {
    case FL_TERMS_SERVE:
        return refused - 1 + FL_TOLERANCE_SERVED;
    case FL_TERMS_FIT:
        return refused > 0 ? 0.5 * FL_TOLERANCE_SERVED : -INFINITY;
    default:
        return best->power * (1 - fmax(gap, 0.5 * FL_TOLERANCE_EQUAL));
    }
}

fl_status fl_incumbent_offer(fl_incumbent *best, const fl_plan *plan, const fl_task *task, bool *allowed,
                             fl_error *err) {
    fl_verdict verdict;
    *allowed = false;
    if (plan->n_apps == 0) return FL_OK;
    FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, plan, task->arena, err));
    *allowed = verdict.feasible;
    if (!verdict.feasible || verdict.served < best->served) return FL_OK;
    if (verdict.served == best->served && verdict.power >= best->power) return FL_OK;
    *best = (fl_incumbent){*plan, verdict.served, verdict.power, verdict.rates};
    return FL_OK;
}

/* One user after another */

fl_status fl_primal_sequential(fl_incumbent *best, fl_pool *pool, const fl_task *task, double until,
                               fl_error *err) {
    fl_settings settings;
    fl_task one = *task;
    one.settings = &settings;
    for (int order = 0; order < 4 && fl_clock() < until && *task->interrupt == 0; order++) {
        fl_answer answer = {.bound = -INFINITY, .most_served = -1, .claimed = NAN};
        bool allowed;
        FL_TRY(fl_settings_read(&settings, &fl_exact_method, task->instance, NULL, err));
        settings.value[fl_method_option(&fl_exact_method, "time_limit")] =
            isinf(until) ? 0 : until - task->start;
        settings.sequential[FL_SEQUENTIAL_ORDER] = order;
        FL_TRY(fl_sequential_solve(&answer, &one, &fl_exact_method, err));
        if (answer.plan.n_apps == 0) continue;
        FL_TRY(fl_incumbent_offer(best, &answer.plan, task, &allowed, err));
        if (allowed) FL_TRY(fl_pool_add_plan(pool, &answer.plan, err));
    }
    return FL_OK;
}

/* Whole solutions */

static fl_status offer_users(fl_incumbent *best, const fl_relaxation *relaxation, const int *users,
                             bool *allowed, fl_error *err) {
    fl_plan plan;
    FL_TRY(fl_pool_plan(&plan, relaxation->pool, users, err));
    return fl_incumbent_offer(best, &plan, relaxation->task, allowed, err);
}

fl_status fl_primal_whole(fl_incumbent *best, const fl_relaxation *relaxation, bool *whole, bool *allowed,
                          fl_error *err) {
    fl_master *master = relaxation->master;
    int *users = FL_ZERO(&master->scratch, relaxation->pool->n_offers, int);
    if (users == NULL) return fl_arena_error(&master->scratch, err);
    *allowed = false;
    *whole = true;
    for (int j = 0; j < master->n_values; j++) {
        double nearest = round(master->value[j]);
        if (fabs(master->value[j] - nearest) > FL_TOLERANCE_SERVED) *whole = false;
        if (master->offer[j] >= 0) users[master->offer[j]] += (int)nearest;
    }
    return *whole ? offer_users(best, relaxation, users, allowed, err) : FL_OK;
}

/* Diving */

/** Whether one more user on column j fits into what is left. */
static bool fits(const fl_master *master, int j) {
    const fl_offer *offer = &master->pool->offers[master->offer[j]];
    for (int k = 0; k < offer->n_uses; k++) {
        if (offer->uses[k].part > master->model.row[master->row[offer->uses[k].limit]].rhs) return false;
    }
    return true;
}

/** Place all whole users of the solution for good; returns whether there were any. */
static bool fix_whole(fl_master *master) {
    bool any = false;
    for (int j = fl_master_first(master); j < master->n_values; j++) {
        int whole = (int)floor(master->value[j] + FL_TOLERANCE_SERVED);
        if (whole <= 0) continue;
        master->fixed[j] += whole;
        any = true;
    }
    return any;
}

/** Place one more user where the largest part of one is, if that fits. */
static bool fix_largest(fl_master *master) {
    int largest = -1;
    for (int j = fl_master_first(master); j < master->n_values; j++) {
        double left = master->model.row[master->crowd[j]].rhs;
        if (master->value[j] <= FL_TOLERANCE_SERVED || left < 0.5 || !fits(master, j)) continue;
        if (largest < 0 || master->value[j] > master->value[largest]) largest = j;
    }
    if (largest >= 0) master->fixed[largest]++;
    return largest >= 0;
}

static fl_status offer_fixed(fl_incumbent *best, const fl_relaxation *relaxation, fl_error *err) {
    fl_master *master = relaxation->master;
    int *users = FL_ZERO(&master->scratch, relaxation->pool->n_offers, int);
    bool allowed;
    if (users == NULL) return fl_arena_error(&master->scratch, err);
    for (int j = fl_master_first(master); j < master->model.n_columns; j++) {
        users[master->offer[j]] += master->fixed[j];
        master->fixed[j] = 0;
    }
    return offer_users(best, relaxation, users, &allowed, err);
}

fl_status fl_primal_dive(fl_incumbent *best, fl_relaxation *relaxation, fl_terms terms, fl_error *err) {
    enum { ROUNDS = 2 };
    terms.kind = FL_TERMS_DIVE;
    for (bool more = true; more;) {
        FL_TRY(fl_relaxation_polish(relaxation, &terms, ROUNDS, err));
        if (relaxation->end == FL_RELAXATION_STOPPED) break;
        more = fix_whole(relaxation->master) || fix_largest(relaxation->master);
    }
    return offer_fixed(best, relaxation, err);
}
