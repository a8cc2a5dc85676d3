/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Picking plans out of the list of all plans: what a strategy should find among those it looks at. */
#ifndef FINLAB_TESTS_BRUTE_PICK_H
#define FINLAB_TESTS_BRUTE_PICK_H

#include "heuristics/methods.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <stdio.h>

/** One instance with all of its plans. */
typedef struct pick_case {
    const fl_instance *instance;
    const fl_app *app;
    brute_answer truth;
    const brute_list *list;
    int deepest; /* the last exit that is accurate enough; -1: none */
} pick_case;

typedef bool pick_filter(const pick_case *c, const brute_plan *plan, const void *context);

/** The plan of least latency (energy) among those that pass, or NULL. */
static inline const brute_plan *pick_best(const pick_case *c, bool by_latency, pick_filter *passes,
                                          const void *context) {
    const brute_plan *best = NULL;
    for (int i = 0; i < c->list->n; i++) {
        const brute_plan *plan = &c->list->plans[i];
        if (!passes(c, plan, context)) continue;
        long double value = by_latency ? plan->latency : plan->energy;
        if (best == NULL || value < (by_latency ? best->latency : best->energy)) best = plan;
    }
    return best;
}

static inline bool pick_near(long double a, long double b) {
    return fabsl(a - b) <= 1e-9L * fmaxl(fabsl(a), fabsl(b));
}

/** Call `check` for `usual` instances, or as many as the environment asks for, of every family. */
static inline void pick_all(int usual, void (*check)(const pick_case *c, int seed)) {
    for (int i = 0; i < DRAW_FAMILIES; i++) {
        int n = draw_count(usual);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_families[i], (uint64_t)seed);
            pick_case c = {.instance = instance, .app = &instance->apps[0], .deepest = -1};
            c.truth = brute_solve(instance);
            c.list = &c.truth.apps[0];
            for (int e = 0; e < c.app->n_exits; e++) {
                if (naive_accurate(c.app, e)) c.deepest = e;
            }
            if (c.deepest >= 0) check(&c, seed);
            brute_free(&c.truth);
            fl_instance_free(instance);
        }
    }
}

/** Run a method, which must not fail. */
static inline fl_result pick_run(const pick_case *c, const fl_method *method, const char *options,
                                 fl_arena *arena) {
    fl_result result;
    fl_error err;
    fl_status status = solve_run(&result, c->instance, method, options, arena, &err);
    cr_assert(status == FL_OK, "%s: %s %s: %s", draw_say(c->instance), method->name,
              options != NULL ? options : "", err.text);
    return result;
}

/** The method's plan, allowed or not, is as fast (cheap) as `wanted`; none when that is NULL. */
static inline void pick_assert(const pick_case *c, const fl_result *result, bool by_latency,
                               const brute_plan *wanted) {
    const char *name = result->method->name;
    cr_assert((result->plan.n_apps > 0) == (wanted != NULL), "%s: %s: %s plan", draw_say(c->instance), name,
              wanted != NULL ? "no" : "a");
    if (wanted == NULL) return;
    long double got = by_latency ? result->verdict.latency : result->verdict.energy;
    long double value = by_latency ? wanted->latency : wanted->energy;
    cr_assert(pick_near(got, value), "%s: %s: %.17Lg, not %.17Lg", draw_say(c->instance), name, got, value);
}

#endif
