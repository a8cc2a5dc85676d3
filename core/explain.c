/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/explain.h"
#include "core/extreme.h"
#include "core/tolerance.h"
#include <stdlib.h>

/** What explaining carries along. */
typedef struct explaining {
    fl_explanation *out;
    const fl_instance *instance; /* without admission */
    const fl_settings *settings;
    const fl_desk *desk;
} explaining;

/* Solves */

/** Solve the instance with `limit` (NULL: none) at `value`. What is found stays in the scratch arena. */
static fl_status solve_at(fl_result *out, explaining *now, const fl_relax *limit, double value,
                          fl_error *err) {
    fl_instance *relaxed = NULL;
    if (limit != NULL) FL_TRY(fl_relax_set(&relaxed, now->instance, limit, value, err));
    fl_status status = fl_run(out, relaxed != NULL ? relaxed : now->instance, now->out->method, now->settings,
                              now->desk->scratch, now->desk->interrupt, err);
    fl_instance_free(relaxed);
    now->out->solves++;
    now->out->interrupted = now->out->interrupted || (status == FL_OK && out->stop == FL_STOP_INTERRUPTED);
    return status;
}

/** The plan just found is enough of a remedy: keep it, with what it needs of the limit. */
static fl_status keep(fl_remedy *remedy, explaining *now, const fl_result *found, fl_error *err) {
    FL_TRY(fl_plan_copy(&remedy->plan, now->instance, &found->plan, now->desk->arena, err));
    return fl_relax_needed(&remedy->enough, now->instance, &remedy->limit, &remedy->plan, now->desk->scratch,
                           err);
}

/** Whether the plan found with a limit relaxed keeps it as it is after all: then there was no need to. */
static bool was_needless(const fl_remedy *remedy) {
    if (remedy->plan.n_apps == 0) return false;
    return remedy->limit.kind == FL_RELAX_ACCURACY ? remedy->enough >= remedy->now - FL_TOLERANCE_ACCURACY
                                                   : remedy->enough <= remedy->now;
}

/* The least relaxation, by narrowing down */

/** How far the least value that is enough may stay unknown: the next one to try under it (of an accuracy over
 *  it). */
static double next_to(const fl_remedy *remedy) {
    return remedy->limit.kind == FL_RELAX_ACCURACY ? remedy->enough + FL_TOLERANCE_RELAX
                                                   : remedy->enough * (1 - FL_TOLERANCE_RELAX);
}

/** Whether there is anything to try between a value that is not enough and the one that is. */
static bool is_open(const fl_remedy *remedy, double low) {
    return remedy->limit.kind == FL_RELAX_ACCURACY ? low > next_to(remedy) : low < next_to(remedy);
}

/** Where to look next between what is not enough and what is: just under what is, first of all, for the plan
 *  found may well be the least; then half way, in orders of magnitude while there are some. */
static double probe(const fl_remedy *remedy, double low, bool just_under) {
    double enough = remedy->enough, under = next_to(remedy);
    if (just_under) return under;
    double middle = low + (enough - low) / 2;
    if (remedy->limit.kind == FL_RELAX_ACCURACY) return fmax(middle, under);
    if (enough > 2 * low && low > 0) middle = sqrt(low) * sqrt(enough);
    return fmin(middle, under);
}

/** What is proven not to be enough; as it is, when nothing else is. Of accuracies what nobody has who is
 * alone comes first. */
static double start_low(fl_remedy *remedy, const explaining *now) {
    double low = isnan(remedy->short_of) ? remedy->now : remedy->short_of;
    if (remedy->limit.kind != FL_RELAX_ACCURACY) return low;
    double alone = now->out->apps[remedy->limit.index].in_time + FL_TOLERANCE_RELAX;
    if (alone < low) remedy->short_of = low = alone;
    return low;
}

/** Narrow what is enough down by solves. */
static fl_status narrow(fl_remedy *remedy, explaining *now, fl_error *err) {
    bool accuracy = remedy->limit.kind == FL_RELAX_ACCURACY, just_under = true;
    double low = start_low(remedy, now);
    while (is_open(remedy, low) && !*now->desk->interrupt) {
        fl_result found;
        double value = probe(remedy, low, just_under);
        FL_TRY(solve_at(&found, now, &remedy->limit, value, err));
        if (!found.has_plan && found.status != FL_RESULT_INFEASIBLE) return FL_OK;
        just_under = found.has_plan && !just_under;
        if (found.has_plan) {
            FL_TRY(keep(remedy, now, &found, err));
            double most = fmin(remedy->enough, value), least = fmax(remedy->enough, value);
            remedy->enough = accuracy ? least : most; /* the judge lets a plan need a little more */
        } else {
            low = remedy->short_of = value;
        }
    }
    remedy->least = !isnan(remedy->short_of) && !is_open(remedy, remedy->short_of);
    return FL_OK;
}

/* The best accuracy, where the final exit says it */

static int descending(const void *a, const void *b) {
    const double *one = a, *two = b;
    return (*one < *two) - (*one > *two);
}

/** The accuracies that final exits of the application give, the best first, those within the tolerance of a
 *  better one left out; returns how many. */
static int list_accuracies(double *out, const fl_app *app) {
    int kept = 0;
    for (int e = 0; e < app->n_exits; e++) out[e] = fl_cost_accuracy(app, e);
    qsort(out, (size_t)app->n_exits, sizeof *out, descending);
    for (int e = 0; e < app->n_exits; e++) {
        if (kept == 0 || out[e] < out[kept - 1] - FL_TOLERANCE_ACCURACY) out[kept++] = out[e];
    }
    return kept;
}

/** Targets from the returned one on may be enough: the better ones are not, or are no relaxation. */
static int skip_targets(fl_remedy *remedy, const explaining *now, const double *target, int n) {
    double known = isnan(remedy->short_of) ? remedy->now : remedy->short_of;
    double alone = now->out->apps[remedy->limit.index].in_time;
    int first = 0;
    while (first < n && target[first] >= known - FL_TOLERANCE_ACCURACY) first++;
    for (; first < n && target[first] > alone + FL_TOLERANCE_ACCURACY; first++) {
        remedy->short_of = target[first];
    }
    return first;
}

/** Find the best target with which there is a plan, the one at hand being enough of a relaxation. */
static fl_status raise_accuracy(fl_remedy *remedy, explaining *now, fl_error *err) {
    const fl_app *app = &now->instance->apps[remedy->limit.index];
    double *target = FL_NEW(now->desk->arena, app->n_exits, double);
    if (target == NULL) return fl_arena_error(now->desk->arena, err);
    int n = list_accuracies(target, app), low = skip_targets(remedy, now, target, n), high = low;
    while (high < n - 1 && target[high] > remedy->enough + FL_TOLERANCE_ACCURACY) high++;
    while (low < high && !*now->desk->interrupt) { /* `high` is enough, what is before `low` is not */
        fl_result found;
        int middle = low + (high - low) / 2;
        FL_TRY(solve_at(&found, now, &remedy->limit, target[middle], err));
        if (!found.has_plan && found.status != FL_RESULT_INFEASIBLE) break;
        if (found.has_plan) {
            high = middle;
            FL_TRY(keep(remedy, now, &found, err));
            if (was_needless(remedy)) return FL_OK;
            while (high > low && target[high - 1] <= remedy->enough + FL_TOLERANCE_ACCURACY) high--;
        } else {
            low = middle + 1;
            remedy->short_of = target[middle];
        }
    }
    remedy->enough = target[high];
    remedy->least = low == high && !isnan(remedy->short_of);
    return FL_OK;
}

/* One limit alone */

/** Whether taking the limit away was found useless already, with all of its kind. */
static bool known_helpless(const explaining *now, const fl_remedy *remedy) {
    for (const fl_remedy *before = now->out->limits; before < remedy; before++) {
        if (before->limit.kind == remedy->limit.kind && before->limit.index < 0) return before->helpless;
    }
    return false;
}

/** What the limit must be at least (of an accuracy: at most), even for an application that is alone on the
 *  system: found by shortest paths. INFINITY or NAN: no value will do. */
static double needed_alone(const explaining *now, const fl_relax *limit) {
    const fl_reach *apps = now->out->apps;
    double factor = 0;
    if (limit->kind == FL_RELAX_ACCURACY) return apps[limit->index].in_time;
    if (limit->kind != FL_RELAX_DEADLINE) return 0;
    if (limit->index >= 0) return apps[limit->index].least;
    for (int h = 0; h < now->instance->n_apps; h++) {
        factor = fmax(factor, apps[h].least / now->instance->apps[h].deadline);
    }
    return factor;
}

/** Look for any value that is enough: what an application alone would need, then no limit at all. */
static fl_status find_enough(fl_remedy *remedy, explaining *now, double alone, fl_error *err) {
    bool accuracy = remedy->limit.kind == FL_RELAX_ACCURACY;
    bool looser = accuracy ? alone < remedy->now - FL_TOLERANCE_ACCURACY : alone > remedy->now;
    fl_result found = {.has_plan = false};
    if (looser) {
        double under = alone * (1 - FL_TOLERANCE_RELAX);
        if (!accuracy && under > remedy->now) remedy->short_of = under;
        FL_TRY(solve_at(&found, now, &remedy->limit, alone, err));
        if (found.status == FL_RESULT_INFEASIBLE) remedy->short_of = alone;
    }
    if (!found.has_plan) {
        FL_TRY(solve_at(&found, now, &remedy->limit, accuracy ? 0 : INFINITY, err));
        remedy->helpless = found.status == FL_RESULT_INFEASIBLE;
    }
    return found.has_plan ? keep(remedy, now, &found, err) : FL_OK;
}

static fl_status find_remedy(fl_remedy *remedy, explaining *now, fl_error *err) {
    double alone = needed_alone(now, &remedy->limit);
    if (*now->desk->interrupt) return FL_OK;
    remedy->helpless = known_helpless(now, remedy) || !isfinite(alone);
    if (remedy->helpless) return FL_OK;
    if (now->out->status == FL_RESULT_INFEASIBLE) remedy->short_of = remedy->now;
    FL_TRY(find_enough(remedy, now, alone, err));
    if (remedy->plan.n_apps == 0 || was_needless(remedy)) return FL_OK;
    bool listed =
        remedy->limit.kind == FL_RELAX_ACCURACY && !fl_app_chooses(&now->instance->apps[remedy->limit.index]);
    return listed ? raise_accuracy(remedy, now, err) : narrow(remedy, now, err);
}

/** What the plan of a feasible instance needs of each limit. */
static fl_status measure_needs(explaining *now, fl_error *err) {
    for (int i = 0; i < now->out->n_limits; i++) {
        fl_remedy *limit = &now->out->limits[i];
        FL_TRY(fl_relax_needed(&limit->enough, now->instance, &limit->limit, &now->out->plan,
                               now->desk->scratch, err));
    }
    return FL_OK;
}

static fl_status find_remedies(explaining *now, fl_error *err) {
    fl_explanation *out = now->out;
    for (int i = 0; i < out->n_limits; i++) {
        FL_TRY(find_remedy(&out->limits[i], now, err));
        if (!was_needless(&out->limits[i])) continue;
        if (out->status == FL_RESULT_INFEASIBLE) {
            return fl_error_set(err, FL_EINTERNAL, NULL, "method \"%s\" proved that a feasible plan is not",
                                out->method->name);
        }
        out->status = FL_RESULT_FEASIBLE;
        out->plan = out->limits[i].plan;
        return FL_OK;
    }
    return FL_OK;
}

/* Each application alone */

/** The plan at one end of an application's trade when its target is `target`. */
static fl_status find_alone(fl_extreme *out, explaining *now, int h, fl_extreme_kind kind, double target,
                            fl_error *err) {
    fl_app app = now->instance->apps[h];
    fl_instance *alone;
    app.accuracy = target;
    FL_TRY(fl_instance_alone(&alone, now->instance, &app, NULL, 0, err));
    fl_status status = fl_extreme_find(out, alone, kind, now->desk->scratch, now->desk->interrupt, err);
    fl_instance_free(alone);
    if (status == FL_OK && out->stop == FL_STOP_INTERRUPTED) now->out->interrupted = true;
    return status;
}

/** The best accuracy that is reached at all, or in time: NAN when none is. Where plans choose, by a search
 * for it, else the best of the targets with which the fastest plan is. */
static fl_status find_accuracy(double *out, explaining *now, int h, bool deadline, const double *target,
                               int n, fl_error *err) {
    int low = 0, high = n; /* targets from `high` on have a plan; n: not even the last is known to */
    fl_extreme found;
    *out = NAN;
    if (fl_app_chooses(&now->instance->apps[h])) {
        FL_TRY(find_alone(&found, now, h, deadline ? FL_EXTREME_ACCURATE : FL_EXTREME_ACCURATE_EVER, 0, err));
        if (found.plan.n_apps > 0) *out = found.verdict.accuracy;
        return FL_OK;
    }
    while (low < high) {
        int middle = (low + high) / 2;
        FL_TRY(find_alone(&found, now, h, FL_EXTREME_FASTEST, target[middle], err));
        if (found.plan.n_apps > 0 && (found.verdict.feasible || !deadline))
            high = middle;
        else
            low = middle + 1;
    }
    if (high < n) *out = target[high];
    return FL_OK;
}

/** How many blocks can be run one after another. O(blocks * nodes^2) */
static fl_status count_blocks(int *out, const explaining *now, int h, fl_error *err) {
    const fl_app *app = &now->instance->apps[h];
    int n_nodes = now->instance->system.n_nodes;
    bool *here = FL_ZERO(now->desk->scratch, n_nodes, bool),
         *next = FL_NEW(now->desk->scratch, n_nodes, bool);
    if (here == NULL || next == NULL) return fl_arena_error(now->desk->scratch, err);
    here[app->source] = true;
    for (*out = 0; *out < app->n_blocks; ++*out) {
        bool any = false;
        for (int to = 0; to < n_nodes; to++) {
            next[to] = false;
            if (!fl_block_allows(&app->blocks[*out], to)) continue;
            for (int from = 0; from < n_nodes && !next[to]; from++) {
                next[to] = here[from] && (from == to || fl_instance_link(now->instance, from, to) != NULL);
            }
            any = any || next[to];
        }
        if (!any) break;
        bool *swap = here;
        here = next;
        next = swap;
    }
    return FL_OK;
}

static fl_status look_at_app(fl_reach *out, explaining *now, int h, fl_error *err) {
    const fl_app *app = &now->instance->apps[h];
    double *target = FL_NEW(now->desk->arena, app->n_exits, double);
    fl_extreme fastest;
    if (target == NULL) return fl_arena_error(now->desk->arena, err);
    int n = list_accuracies(target, app);
    fl_arena_reset(now->desk->scratch);
    FL_TRY(find_alone(&fastest, now, h, FL_EXTREME_FASTEST, app->accuracy, err));
    out->least = fastest.plan.n_apps > 0 ? fastest.verdict.latency : INFINITY;
    FL_TRY(find_accuracy(&out->in_time, now, h, true, target, n, err));
    FL_TRY(find_accuracy(&out->at_all, now, h, false, target, n, err));
    return count_blocks(&out->blocks, now, h, err);
}

/* The whole */

static fl_status list_limits(explaining *now, fl_error *err) {
    fl_relax *list;
    fl_explanation *out = now->out;
    FL_TRY(fl_relax_list(&list, &out->n_limits, now->instance, now->desk->arena, err));
    out->limits = FL_NEW(now->desk->arena, out->n_limits, fl_remedy);
    if (out->limits == NULL) return fl_arena_error(now->desk->arena, err);
    for (int i = 0; i < out->n_limits; i++) {
        out->limits[i] = (fl_remedy){
            .limit = list[i], .now = fl_relax_now(now->instance, &list[i]), .enough = NAN, .short_of = NAN};
    }
    return FL_OK;
}

static fl_status explain(explaining *now, fl_error *err) {
    fl_explanation *out = now->out;
    fl_result result;
    out->apps = FL_NEW(now->desk->arena, now->instance->n_apps, fl_reach);
    if (out->apps == NULL) return fl_arena_error(now->desk->arena, err);
    for (int h = 0; h < now->instance->n_apps; h++) FL_TRY(look_at_app(&out->apps[h], now, h, err));
    FL_TRY(list_limits(now, err));
    FL_TRY(solve_at(&result, now, NULL, 0, err));
    out->status = result.has_plan ? FL_RESULT_FEASIBLE : result.status;
    if (result.has_plan)
        FL_TRY(fl_plan_copy(&out->plan, now->instance, &result.plan, now->desk->arena, err));
    else
        FL_TRY(find_remedies(now, err));
    if (out->status != FL_RESULT_FEASIBLE) return FL_OK;
    FL_TRY(list_limits(now, err)); /* what some remedies were is of no interest any more */
    return measure_needs(now, err);
}

fl_status fl_explain(fl_explanation *out, const fl_instance *instance, const fl_method *method,
                     const fl_settings *settings, const fl_desk *desk, fl_error *err) {
    double start = fl_clock();
    fl_explanation explanation = {.method = method};
    fl_instance *all = NULL;
    if (instance->admission) {
        fl_instance parts = *instance;
        parts.admission = false;
        FL_TRY(fl_instance_create(&all, &parts, FL_PLACE_JSON, err));
    }
    explaining now = {
        .out = &explanation, .instance = all != NULL ? all : instance, .settings = settings, .desk = desk};
    fl_status status = explain(&now, err);
    fl_instance_free(all);
    explanation.seconds = fl_clock() - start;
    *out = explanation;
    return status;
}
