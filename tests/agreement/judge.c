/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge of core/ and the naive judge say the same of every plan, good or bad. */
#include "core/evaluate.h"
#include "core/random.h"
#include "tests/support/draw.h"
#include "tests/support/naive.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_random random_plan;
static int feasible, infeasible, unlinked, split, sliced, coded, turned_off;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_random_seed(&random_plan, 17);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(judge, .init = start, .fini = stop);

static fl_plan draw_plan(const fl_instance *instance) {
    fl_plan plan;
    int nodes[16];
    cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        if (fl_random_chance(&random_plan, 0.1)) continue; /* refused */
        int exit = fl_random_int(&random_plan, 0, app->n_exits - 1);
        bool still = fl_random_chance(&random_plan, 0.4); /* stay where the block before was */
        for (int l = 0; l < app->exits[exit].after; l++) {
            int before = l > 0 ? nodes[l - 1] : app->source;
            bool stay = still && fl_random_chance(&random_plan, 0.8);
            nodes[l] = stay ? before : fl_random_int(&random_plan, 0, instance->system.n_nodes - 1);
        }
        cr_assert(fl_plan_place(&plan, instance, h, exit, nodes, &arena, &err) == FL_OK);
    }
    return plan;
}

/** Users of one application placed in up to three ways, at any levels; some may be left out. */
static void draw_users(fl_plan *plan, const fl_instance *instance, int h) {
    const fl_app *app = &instance->apps[h];
    int left = app->count, nodes[16], levels[16];
    for (int way = 0; way < 3 && left > 0; way++) {
        int exit = fl_random_int(&random_plan, 0, app->n_exits - 1);
        int users = fl_random_chance(&random_plan, 0.5) ? left : fl_random_int(&random_plan, 1, left);
        bool still = fl_random_chance(&random_plan, 0.5);
        for (int l = 0; l < app->exits[exit].after; l++) {
            int before = l > 0 ? nodes[l - 1] : app->source;
            nodes[l] = still ? before : fl_random_int(&random_plan, 0, instance->system.n_nodes - 1);
        }
        for (int i = 0; i < app->n_slices; i++) {
            levels[i] = fl_random_int(&random_plan, 0, app->slices[i].n_levels - 1);
        }
        cr_assert(fl_plan_add(plan, instance, h, users, exit, nodes, levels, &arena, &err) == FL_OK);
        left -= users;
        split += way > 0;
    }
}

/** Choose codings, exits that are off and a threshold for a placement; room is the caller's. */
static void choose_more(fl_placement *at, const fl_app *app) {
    for (int l = 0; l < app->exits[at->exit].after; l++) {
        int from = l > 0 ? at->nodes[l - 1] : app->source;
        int n = l > 0 ? app->blocks[l - 1].n_codings : app->n_input_codings;
        at->codings[l] = from != at->nodes[l] ? fl_random_int(&random_plan, -1, n - 1) : -1;
        coded += at->codings[l] >= 0;
    }
    for (int e = 0; e < app->n_exits; e++) {
        at->off[e] = e < at->exit && app->exits[e].optional && fl_random_chance(&random_plan, 0.6);
        turned_off += at->off[e];
    }
    at->threshold = fl_random_int(&random_plan, -1, app->n_thresholds - 1);
}

/** Users of one application placed in up to two ways, with all that there is to choose. */
static void draw_chosen(fl_plan *plan, const fl_instance *instance, int h) {
    const fl_app *app = &instance->apps[h];
    int left = app->count, nodes[16], levels[16], codings[16];
    bool off[16];
    for (int way = 0; way < 2 && left > 0; way++) {
        fl_placement at = {.exit = fl_random_int(&random_plan, 0, app->n_exits - 1),
                           .nodes = nodes,
                           .levels = levels,
                           .codings = codings,
                           .off = off};
        int users = fl_random_chance(&random_plan, 0.5) ? left : fl_random_int(&random_plan, 1, left);
        bool still = fl_random_chance(&random_plan, 0.5);
        for (int l = 0; l < app->exits[at.exit].after; l++) {
            int before = l > 0 ? nodes[l - 1] : app->source;
            bool stay = still && fl_random_chance(&random_plan, 0.7);
            nodes[l] = stay ? before : fl_random_int(&random_plan, 0, instance->system.n_nodes - 1);
        }
        for (int i = 0; i < app->n_slices; i++) {
            levels[i] = fl_random_int(&random_plan, 0, app->slices[i].n_levels - 1);
        }
        choose_more(&at, app);
        cr_assert(fl_plan_add_like(plan, instance, h, users, &at, &arena, &err) == FL_OK, "%s", err.text);
        left -= users;
    }
}

static bool near(long double a, long double b) {
    return a == b || fabsl(a - b) <= 1e-12L * fmaxl(fabsl(a), fabsl(b));
}

static void compare(const fl_instance *instance, const fl_plan *plan) {
    fl_verdict verdict;
    fl_app_cost costs[16], *cost = costs;
    cr_assert(fl_evaluate_plan(&verdict, costs, instance, plan, &arena, &err) == FL_OK);
    naive_verdict real = naive_judge(instance, plan);
    cr_assert(verdict.feasible == real.feasible, "%s: feasible %d, really %d", draw_say(instance),
              verdict.feasible, real.feasible);
    cr_assert(verdict.served == real.served, "%s", draw_say(instance));
    cr_assert(near(verdict.energy, real.energy) && near(verdict.power, real.power),
              "%s: %.17g J, really %.17Lg J", draw_say(instance), verdict.energy, real.energy);
    cr_assert(near(verdict.latency, real.latency), "%s: %.17g s, really %.17Lg s", draw_say(instance),
              verdict.latency, real.latency);
    cr_assert(real.served == 0 || near(verdict.accuracy, real.accuracy), "%s: %.17g, really %.17Lg",
              draw_say(instance), verdict.accuracy, real.accuracy);
    for (int h = 0; h < instance->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more, cost++) {
            if (at->exit < 0) continue;
            naive_cost own = naive_place_as(instance, h, at);
            cr_assert(near(cost->energy, own.energy) && near(cost->latency, own.latency), "%s",
                      draw_say(instance));
        }
    }
    feasible += real.feasible;
    infeasible += !real.feasible && real.linked;
    unlinked += !real.linked;
}

static void judge_family(const draw_family *family) {
    int n = draw_count(2000);
    feasible = infeasible = unlinked = 0;
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(family, (uint64_t)seed);
        for (int i = 0; i < 20; i++) {
            fl_plan plan = draw_plan(instance);
            compare(instance, &plan);
        }
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(n < 2000 || (feasible > 1000 && infeasible > 1000), "%s: %d feasible, %d not, %d unlinked",
              family->name, feasible, infeasible, unlinked);
}

Test(judge, agrees_with_the_naive_judge_on_users_placed_apart_and_slices) {
    static const draw_family shared = {
        .name = "shared",
        .recipe = {.binding = true, .users = 4, .apps = 2, .blocks = 3, .nodes = 3, .slices = true}};
    int n = draw_count(4000);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(&shared, (uint64_t)seed);
        sliced += (instance->features & FL_FEATURE_SLICES) != 0;
        for (int i = 0; i < 20; i++) {
            fl_plan plan;
            cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
            for (int h = 0; h < instance->n_apps; h++) draw_users(&plan, instance, h);
            compare(instance, &plan);
        }
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(n < 4000 || (feasible > 300 && split > 10000 && sliced > 2000),
              "%d feasible, %d more ways, %d with slices", feasible, split, sliced);
}

Test(judge, agrees_with_the_naive_judge_on_all_that_a_plan_may_choose) {
    static const draw_family families[] = {
        {.name = "codings", .recipe = {.codings = true}},
        {.name = "optional", .recipe = {.optional = true}},
        {.name = "thresholds", .recipe = {.thresholds = true}},
        {.name = "segments", .recipe = {.segments = true}},
        {.name = "serial", .recipe = {.serial = true}},
        {.name = "mixed",
         .recipe = {.codings = true, .optional = true, .thresholds = true, .segments = true, .serial = true}},
        {.name = "quantile",
         .recipe = {.codings = true, .optional = true, .thresholds = true, .serial = true, .quantile = true}},
        {.name = "deviations", .recipe = {.deviations = true, .quantile = true}},
        {.name = "all that deviates",
         .recipe = {.codings = true,
                    .optional = true,
                    .thresholds = true,
                    .segments = true,
                    .serial = true,
                    .deviations = true,
                    .slices = true}},
        {.name = "shared",
         .recipe = {.codings = true,
                    .optional = true,
                    .thresholds = true,
                    .segments = true,
                    .serial = true,
                    .binding = true,
                    .users = 3,
                    .apps = 2,
                    .blocks = 4,
                    .nodes = 3,
                    .slices = true}}};
    int n = draw_count(1000), n_families = sizeof families / sizeof *families;
    feasible = infeasible = 0;
    for (int i = 0; i < n_families; i++) {
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&families[i], (uint64_t)seed);
            for (int k = 0; k < 10; k++) {
                fl_plan plan;
                cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
                for (int h = 0; h < instance->n_apps; h++) draw_chosen(&plan, instance, h);
                compare(instance, &plan);
            }
            fl_instance_free(instance);
            fl_arena_reset(&arena);
        }
    }
    cr_assert(n < 1000 || (feasible > 3000 && infeasible > 3000 && coded > 3000 && turned_off > 3000),
              "%d feasible, %d not, %d codings, %d exits off", feasible, infeasible, coded, turned_off);
}

Test(judge, agrees_with_the_naive_judge_on_one_application) {
    for (int i = 0; i < DRAW_FAMILIES; i++) judge_family(&draw_families[i]);
}

Test(judge, agrees_with_the_naive_judge_on_several_applications_and_limits) {
    static const draw_family limits[] = {{.name = "limits", .recipe = {.limits = true}},
                                         {.name = "two", .recipe = {.limits = true, .apps = 2}},
                                         {.name = "five", .recipe = {.limits = true, .apps = 5, .nodes = 3}}};
    for (int i = 0; i < 2; i++) judge_family(&limits[i]);
    int n = draw_count(2000), served_by_some = 0;
    for (int seed = 0; seed < n; seed++) { /* with admission, and several users of the first application */
        fl_instance *drawn = draw_instance(&limits[2], (uint64_t)seed), *base, *instance;
        fl_instance parts = *drawn;
        fl_change change = FL_CHANGE_NONE;
        parts.admission = true;
        change.app = 0;
        change.count = 1 + seed % 3;
        cr_assert(fl_instance_create(&base, &parts, FL_PLACE_JSON, &err) == FL_OK);
        cr_assert(fl_instance_with(&instance, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
        for (int i = 0; i < 10; i++) {
            fl_plan plan = draw_plan(instance);
            compare(instance, &plan);
            for (int h = 1; h < 5; h++) served_by_some += (plan.apps[h].exit < 0) != (plan.apps[0].exit < 0);
        }
        fl_instance_free(instance);
        fl_instance_free(base);
        fl_instance_free(drawn);
        fl_arena_reset(&arena);
    }
    cr_assert(served_by_some > 0);
}
