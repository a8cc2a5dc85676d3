/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the strategies that choose codings, thresholds and exits look at, written out plan by plan and priced
 *  by the naive judge. */
#ifndef FINLAB_TESTS_CHOOSING_H
#define FINLAB_TESTS_CHOOSING_H

#include "heuristics/methods.h"
#include "tests/support/draw.h"
#include "tests/support/naive.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <string.h>

#define CHOOSING_CHOICES .codings = true, .optional = true, .thresholds = true
#define CHOOSING_RUNS    .segments = true, .serial = true

/** Instances without what there is to choose, with a part of it, with all. */
static const draw_family choosing_families[] = {
    {.name = "default"},
    {.name = "codings", .recipe = {.codings = true}},
    {.name = "optional", .recipe = {.optional = true}},
    {.name = "thresholds", .recipe = {.thresholds = true}},
    {.name = "choices", .recipe = {CHOOSING_CHOICES}},
    {.name = "runs", .recipe = {CHOOSING_RUNS}},
    {.name = "all", .recipe = {CHOOSING_CHOICES, CHOOSING_RUNS}},
    {.name = "all, tight", .recipe = {CHOOSING_CHOICES, CHOOSING_RUNS, .tightness = FL_TIGHTNESS_TIGHT}},
    {.name = "all, tiers", .recipe = {CHOOSING_CHOICES, CHOOSING_RUNS, .tiers = 3}},
    {.name = "all, long", .recipe = {CHOOSING_CHOICES, CHOOSING_RUNS, .blocks = 8, .nodes = 3}},
    {.name = "all, quantile", .recipe = {CHOOSING_CHOICES, CHOOSING_RUNS, .quantile = true}},
};
enum { CHOOSING_FAMILIES = sizeof choosing_families / sizeof *choosing_families };

/** One plan, and what the naive judge says of it. */
typedef struct choosing_plan {
    fl_placement as;
    long double energy, latency, mean, accuracy;
} choosing_plan;

/** All plans that a strategy looks at: those that are linked and allowed. */
typedef struct choosing_list {
    const fl_instance *instance, *mean; /* mean: the same with the mean latency as the rule */
    const fl_app *app;
    fl_arena arena;
    int n, room;
    choosing_plan *plans;
} choosing_list;

static inline void *choosing_copy(choosing_list *list, const void *from, size_t n, size_t size) {
    void *to = fl_arena_alloc(&list->arena, n, size);
    cr_assert(to != NULL);
    memcpy(to, from, n * size);
    return to;
}

/** Price a plan and add a copy of it. */
static inline void choosing_add(choosing_list *list, const fl_placement *as) {
    naive_cost cost = naive_place_as(list->instance, 0, as), mean = naive_place_as(list->mean, 0, as);
    size_t depth = (size_t)list->app->exits[as->exit].after;
    if (!cost.linked || !cost.allowed) return;
    if (list->n == list->room) {
        int room = list->room > 0 ? 2 * list->room : 64;
        choosing_plan *plans = FL_NEW(&list->arena, room, choosing_plan);
        cr_assert(plans != NULL);
        if (list->n > 0) memcpy(plans, list->plans, (size_t)list->n * sizeof *plans);
        list->plans = plans;
        list->room = room;
    }
    fl_placement copy = *as;
    copy.nodes = choosing_copy(list, as->nodes, depth, sizeof *as->nodes);
    if (as->codings != NULL) copy.codings = choosing_copy(list, as->codings, depth, sizeof *as->codings);
    copy.off = choosing_copy(list, as->off, (size_t)list->app->n_exits, sizeof *as->off);
    list->plans[list->n++] = (choosing_plan){copy, cost.energy, cost.latency, mean.latency, cost.accuracy};
}

/** The plan of the list that a method found; fails when it found none or another one. NULL: neither has any.
 */
static inline const choosing_plan *choosing_find(const choosing_list *list, const fl_result *result) {
    const char *name = result->method->name;
    cr_assert((result->plan.n_apps > 0) == (list->n > 0), "%s: %s: %s plan", draw_say(list->instance), name,
              list->n > 0 ? "no" : "a");
    if (list->n == 0) return NULL;
    const fl_placement *found = &result->plan.apps[0];
    for (int i = 0; i < list->n; i++) {
        if (fl_plan_same(found, &list->plans[i].as, list->app)) return &list->plans[i];
    }
    cr_assert_fail("%s: %s looks at no such plan as it offers", draw_say(list->instance), name);
    return NULL;
}

/** Run a method, which must not fail and whose own word on its plan must be the naive judge's. */
static inline fl_result choosing_run(const choosing_list *list, const fl_method *method, const char *options,
                                     fl_arena *arena) {
    fl_result result;
    fl_error err;
    fl_status status = solve_run(&result, list->instance, method, options, arena, &err);
    cr_assert(status == FL_OK, "%s: %s %s: %s", draw_say(list->instance), method->name,
              options != NULL ? options : "", err.text);
    cr_assert(result.status == FL_RESULT_FEASIBLE || result.status == FL_RESULT_UNKNOWN ||
                  (result.status == FL_RESULT_INFEASIBLE && result.plan.n_apps == 0),
              "%s: %s claims something", draw_say(list->instance), method->name);
    return result;
}

/** Call `check` with an empty list for `usual` instances, or as many as the environment asks for, of every
 * family. */
static inline void choosing_all(int usual, void (*check)(choosing_list *list, int seed)) {
    for (int i = 0; i < CHOOSING_FAMILIES; i++) {
        int n = draw_count(usual);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&choosing_families[i], (uint64_t)seed), *mean;
            fl_change change = FL_CHANGE_NONE;
            change.latency = FL_LATENCY_MEAN;
            cr_assert(fl_instance_with(&mean, instance, &change, 1, FL_PLACE_LUA, NULL) == FL_OK);
            choosing_list list = {.instance = instance, .mean = mean, .app = &instance->apps[0]};
            fl_arena_init(&list.arena, 0);
            check(&list, seed);
            fl_arena_free(&list.arena);
            fl_instance_free(mean);
            fl_instance_free(instance);
        }
    }
}

static inline bool choosing_near(long double a, long double b) {
    return fabsl(a - b) <= 1e-9L * fmaxl(fabsl(a), fabsl(b));
}

#endif
