/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bracket.h"
#include "core/tolerance.h"
#include <float.h>
#include <string.h>

enum {
    SECANTS = 12, /* most steps for one multiplier at a time */
    ROUNDS = 2    /* over all of them */
};

/* The latency with its deviations, the one limit of two uses together */

bool fl_bracket_joint(const fl_bracket *now, int kind) {
    return now->graph->deviations > 0 && (kind == FL_USE_LATENCY || kind == FL_USE_VARIANCE);
}

/** Whether a mean latency and its variance are too much together. */
static bool is_late(const fl_bracket *now, double latency, double variance) {
    if (isinf(now->most[FL_USE_LATENCY]) || !(now->graph->deviations > 0)) return false;
    return latency + now->graph->deviations * sqrt(variance) > now->most[FL_USE_LATENCY];
}

/* Passes from the end */

static double weigh(const fl_weights *by, double energy, const double *use) {
    double sum = by->energy * energy;
    for (int i = 0; i < FL_USE_KINDS; i++) sum += by->use[i] * use[i];
    return sum;
}

/** The least (or with `longest` the largest) weighted sum from each state to the end. */
static void pass(fl_bracket *now, double *value, const fl_weights *by, bool longest) {
    const fl_extended *graph = now->graph;
    for (int s = graph->n_states - 1; s >= 0; s--) {
        double best = longest ? -INFINITY : INFINITY;
        for (int a = graph->first[s]; a < graph->first[s + 1]; a++) {
            const fl_extended_arc *arc = &graph->arcs[a];
            double sum = weigh(by, arc->energy, arc->use) + (arc->to >= 0 ? value[arc->to] : 0);
            if (longest ? sum <= best : sum >= best) continue;
            best = sum;
            now->choice[s] = a;
        }
        value[s] = best;
    }
}

void fl_bracket_least(fl_bracket *now, int kind, int *way) {
    fl_weights one = {.energy = kind < 0};
    if (kind >= 0) one.use[kind] = 1;
    pass(now, kind >= 0 ? now->least[kind] : now->energy, &one, false);
    if (way != NULL) memcpy(way, now->choice, (size_t)now->graph->n_states * sizeof *way);
}

/** The path of the last pass, and what it costs; the best one within the limits is kept. */
static fl_total trace(fl_bracket *now) {
    const fl_extended *graph = now->graph;
    fl_total sum = {0};
    bool within = true;
    for (int s = 0; s >= 0; s = graph->arcs[now->choice[s]].to) {
        const fl_extended_arc *arc = &graph->arcs[now->choice[s]];
        sum = fl_total_add(sum, arc);
    }
    for (int i = 0; i < FL_USE_KINDS; i++) within = within && sum.use[i] <= now->most[i];
    within = within && !is_late(now, sum.use[FL_USE_LATENCY], sum.use[FL_USE_VARIANCE]);
    if (!within || !(sum.energy < now->incumbent_cost.energy)) return sum;
    now->incumbent_cost = sum;
    for (int s = 0, l = 0; s >= 0; s = graph->arcs[now->choice[s]].to) now->incumbent[l++] = now->choice[s];
    return sum;
}

bool fl_bracket_keeps(const fl_bracket *now, const fl_total *sum, int to) {
    bool within = true;
    for (int i = 0; i < now->n_limited; i++) {
        int kind = now->limited[i];
        within = within && sum->use[kind] + (to >= 0 ? now->least[kind][to] : 0) <= now->most[kind];
    }
    if (!(now->graph->deviations > 0) || isinf(now->most[FL_USE_LATENCY])) return within;
    double latency = sum->use[FL_USE_LATENCY] + (to >= 0 ? now->least[FL_USE_LATENCY][to] : 0);
    double variance = sum->use[FL_USE_VARIANCE] + (to >= 0 ? now->least[FL_USE_VARIANCE][to] : 0);
    return within && !is_late(now, latency, variance);
}

/** A path that takes, state by state, the arc of the least weighted sum to the end among those with which
 * each limit alone can still be kept; kept when it is the best within the limits. It may end in a state
 * without such an arc.
 *  @param rest  [n_states] of the sum */
static void dive(fl_bracket *now, const fl_weights *by, const double *rest) {
    const fl_extended *graph = now->graph;
    fl_total sum = {0};
    for (int s = 0; s >= 0;) {
        double least = INFINITY;
        for (int a = graph->first[s]; a < graph->first[s + 1]; a++) {
            const fl_extended_arc *arc = &graph->arcs[a];
            double weight = weigh(by, arc->energy, arc->use) + (arc->to >= 0 ? rest[arc->to] : 0);
            fl_total next = fl_total_add(sum, arc);
            if (!(weight < least) || !fl_bracket_keeps(now, &next, arc->to)) continue;
            least = weight;
            now->choice[s] = a;
        }
        if (isinf(least)) return;
        sum = fl_total_add(sum, &graph->arcs[now->choice[s]]);
        s = graph->arcs[now->choice[s]].to;
    }
    trace(now);
}

/* The dual */

/** A pass by `by`: its path, and the bound it proves, which is kept with the multipliers when it is the best.
 */
static fl_total try_multipliers(fl_bracket *now, const fl_weights *by) {
    pass(now, now->spare, by, false);
    double bound = now->spare[0];
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (by->use[i] > 0) bound -= by->use[i] * now->most[i];
    }
    if (bound > now->bound) {
        double *swap = now->reduced;
        now->reduced = now->spare;
        now->spare = swap;
        now->bound = bound;
        now->multipliers = *by;
    }
    return trace(now);
}

bool fl_bracket_closed(const fl_bracket *now) {
    return now->bound >= fmin(now->incumbent_cost.energy, now->enough);
}

/** The best multiplier of one use, the others as they are; `timely` is a path within its limit. */
static void improve(fl_bracket *now, int kind, fl_total timely) {
    fl_weights by = now->multipliers;
    by.use[kind] = 0;
    fl_total late = try_multipliers(now, &by);
    if (late.use[kind] <= now->most[kind]) return;
    for (int i = 0; i < SECANTS && !fl_bracket_closed(now); i++) {
        by.use[kind] = 0;
        double high = weigh(&by, timely.energy, timely.use), low = weigh(&by, late.energy, late.use);
        double lambda = (high - low) / (late.use[kind] - timely.use[kind]);
        if (!(lambda > 0) || isinf(lambda)) return;
        by.use[kind] = lambda;
        double secant = weigh(&by, timely.energy, timely.use);
        fl_total path = try_multipliers(now, &by);
        if (!(weigh(&by, path.energy, path.use) < secant * (1 - FL_TOLERANCE_SECANT))) return;
        if (path.use[kind] > now->most[kind]) {
            late = path;
        } else {
            timely = path;
        }
    }
}

/** Note the limits that a path can break and drop the others: the two of a latency with its deviations both
 * or neither. */
static void list_limited(fl_bracket *now) {
    bool joint = now->graph->deviations > 0;
    bool late = joint && is_late(now, now->longest[FL_USE_LATENCY][0], now->longest[FL_USE_VARIANCE][0]);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (isinf(now->most[i])) continue; /* there is no such limit */
        if (fl_bracket_joint(now, i) ? late : now->longest[i][0] > now->most[i]) {
            now->limited[now->n_limited++] = i;
        } else {
            now->most[i] = INFINITY;
        }
    }
}

/** Bounds by energy and by each use alone; false: no path is within the limits. A limit that no path reaches
 * is dropped. */
static bool bound_each(fl_bracket *now, fl_total *fastest) {
    fl_bracket_least(now, -1, NULL);
    if (isinf(now->energy[0])) return false;
    trace(now);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        fl_weights one = {.energy = 0};
        one.use[i] = 1;
        if (isfinite(now->most[i])) pass(now, now->longest[i], &one, true);
    }
    list_limited(now);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (isinf(now->most[i])) continue;
        fl_bracket_least(now, i, NULL);
        if (now->least[i][0] > now->most[i]) return false;
        fastest[i] = trace(now);
    }
    return fl_bracket_keeps(now, &(fl_total){0}, 0);
}

/** Bracket the answer: bounds of each state, multipliers, a path if one turns up. False: no path is within
 * the limits. */
static bool solve_dual(fl_bracket *now) {
    fl_total fastest[FL_USE_KINDS];
    if (!bound_each(now, fastest)) return false;
    now->bound = now->energy[0];
    now->multipliers = (fl_weights){.energy = 1};
    memcpy(now->reduced, now->energy, (size_t)now->graph->n_states * sizeof *now->reduced);
    for (int round = 0; round < ROUNDS && !fl_bracket_closed(now); round++) {
        for (int i = 0; i < FL_USE_KINDS && !fl_bracket_closed(now); i++) {
            if (isfinite(now->most[i])) improve(now, i, fastest[i]);
        }
    }
    if (!fl_bracket_closed(now)) dive(now, &now->multipliers, now->reduced);
    for (int i = 0; i < now->n_limited && !fl_bracket_closed(now); i++) {
        fl_weights one = {.energy = 0};
        one.use[now->limited[i]] = 1;
        dive(now, &one, now->least[now->limited[i]]);
    }
    double scale = fabs(now->bound);
    if (isfinite(now->incumbent_cost.energy)) scale = fmax(scale, now->incumbent_cost.energy);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (now->multipliers.use[i] > 0) scale += now->multipliers.use[i] * now->most[i];
    }
    now->slack = 16 * DBL_EPSILON * now->depth * scale;
    return true;
}

static fl_status prepare(fl_bracket *now, fl_arena *arena, fl_error *err) {
    size_t n = (size_t)now->graph->n_states;
    now->energy = FL_NEW(arena, n, double);
    now->reduced = FL_NEW(arena, n, double);
    now->spare = FL_NEW(arena, n, double);
    now->choice = FL_NEW(arena, n, int);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        now->least[i] = FL_NEW(arena, n, double);
        now->longest[i] = FL_NEW(arena, n, double);
    }
    now->incumbent = FL_NEW(arena, now->depth, int);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

fl_status fl_bracket_solve(fl_bracket *out, const fl_extended *graph, const double *most, double enough,
                           fl_arena *arena, fl_error *err) {
    *out = (fl_bracket){.graph = graph,
                        .enough = enough,
                        .depth = graph->states[graph->n_states - 1].block + 2,
                        .bound = -INFINITY,
                        .incumbent_cost = {.energy = INFINITY}};
    memcpy(out->most, most, sizeof out->most);
    FL_TRY(prepare(out, arena, err));
    out->possible = solve_dual(out);
    return FL_OK;
}
