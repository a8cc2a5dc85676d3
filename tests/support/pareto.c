/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/pareto.h"
#include "core/frontier.h"
#include "tests/support/brute.h"
#include <stdio.h>
#include <stdlib.h>

/** What a plan or point is as a trade; its accuracy is 1 where only energy and latency count. */
typedef struct trade {
    long double energy, latency, accuracy;
} trade;

/** Not worse than `limit` but for rounding. */
static bool within(long double number, long double limit) {
    return number <= limit + 1e-9L * fabsl(limit);
}

/** As good in everything. */
static bool covers(const trade *one, const trade *other) {
    return within(one->energy, other->energy) && within(one->latency, other->latency) &&
           other->accuracy <= one->accuracy + 1e-9L;
}

/** Better in something, and as good in the rest. */
static bool beats(const trade *one, const trade *other) {
    bool as_good = one->energy <= other->energy * (1 + 1e-12L) &&
                   one->latency <= other->latency * (1 + 1e-12L) && one->accuracy >= other->accuracy - 1e-12L;
    return as_good && !covers(other, one);
}

static trade *allocate(int n) {
    trade *trades = malloc((size_t)(n + 1) * sizeof *trades);
    if (trades == NULL) abort();
    return trades;
}

/** All plans in time; returns how many. */
static int list_plans(trade *out, const fl_instance *instance, const brute_list *all, bool curve) {
    int n = 0;
    for (int i = 0; i < all->n; i++) {
        const brute_plan *plan = &all->plans[i];
        fl_placement at = brute_placement(plan);
        if (!naive_in_time(&instance->apps[0], plan->latency)) continue;
        long double accuracy = curve ? 1 : naive_place_as(instance, 0, &at).accuracy;
        out[n++] = (trade){plan->energy, plan->latency, accuracy};
    }
    return n;
}

/** What is wrong with one point, which becomes a trade by the second judge's numbers. */
static const char *judge_point(trade *out, const fl_instance *instance, const fl_frontier_point *point,
                               bool curve) {
    naive_verdict real = naive_judge(instance, &point->plan);
    const fl_verdict *said = &point->verdict;
    *out = (trade){real.energy, real.latency, curve ? 1 : real.accuracy};
    if (!real.feasible) return "a point is not feasible";
    bool same = fabsl(real.energy - said->energy) <= 1e-12L * real.energy &&
                fabsl(real.latency - said->latency) <= 1e-12L * real.latency &&
                fabsl(real.accuracy - said->accuracy) <= 1e-12L;
    return same ? NULL : "the second judge prices a point otherwise";
}

static const char *judge_points(trade *out, const fl_instance *instance, const fl_frontier *frontier,
                                bool curve) {
    long double least = INFINITY;
    for (int i = 0; i < frontier->n_points; i++) {
        const char *fault = judge_point(&out[i], instance, &frontier->points[i], curve);
        if (fault != NULL) return fault;
        if (i > 0 && !within(out[i - 1].latency, out[i].latency)) return "points are not by rising latency";
        for (int k = 0; k < i; k++) {
            if (covers(&out[k], &out[i]) || covers(&out[i], &out[k])) return "a point covers another";
        }
        least = fminl(least, out[i].energy);
    }
    bool same =
        isinf((double)least) ? isinf(frontier->bound) : fabsl(frontier->bound - least) <= 1e-12L * least;
    return same ? NULL : "the bound is not the least energy";
}

static const char *compare(const trade *points, int n_points, const trade *plans, int n_plans) {
    static char text[200];
    for (int k = 0; k < n_plans; k++) {
        bool covered = false;
        for (int i = 0; i < n_points; i++) {
            covered = covered || covers(&points[i], &plans[k]);
            if (!beats(&plans[k], &points[i])) continue;
            snprintf(text, sizeof text, "point %d, %.17Lg J in %.17Lg s, is beaten by %.17Lg J in %.17Lg s",
                     i, points[i].energy, points[i].latency, plans[k].energy, plans[k].latency);
            return text;
        }
        if (covered) continue;
        snprintf(text, sizeof text, "%.17Lg J in %.17Lg s, accuracy %.17Lg, is missing", plans[k].energy,
                 plans[k].latency, plans[k].accuracy);
        return text;
    }
    return NULL;
}

static const char *hold(const fl_instance *instance, const fl_frontier *frontier, bool curve) {
    brute_answer all = brute_solve(instance);
    trade *points = allocate(frontier->n_points), *plans = allocate(all.apps[0].n);
    int n_plans = list_plans(plans, instance, &all.apps[0], curve);
    const char *fault = judge_points(points, instance, frontier, curve);
    if (fault == NULL) fault = compare(points, frontier->n_points, plans, n_plans);
    free(points);
    free(plans);
    brute_free(&all);
    return fault;
}

const char *pareto_fault(const fl_instance *instance, bool curve, long long *points) {
    static char failure[600];
    fl_arena arena;
    fl_error err;
    fl_frontier frontier;
    fl_frontier_query query = {.curve = curve};
    const char *fault = failure;
    fl_arena_init(&arena, 0);
    if (fl_frontier_find(&frontier, instance, &query, &arena, NULL, &err) != FL_OK) {
        snprintf(failure, sizeof failure, "the frontier fails: %s", err.text);
    } else if (!frontier.complete || frontier.stop != FL_STOP_DONE) {
        fault = "the frontier is not whole";
    } else {
        fault = hold(instance, &frontier, curve);
        if (points != NULL) *points += frontier.n_points;
    }
    fl_arena_free(&arena);
    return fault;
}
