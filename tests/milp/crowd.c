/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/crowd.h"
#include "core/generate.h"
#include "core/passes.h"
#include "tests/milp/camera.h"
#include "tests/support/brute.h"

TestSuite(crowd, .init = start, .fini = stop);

static const fl_placement *at(int node) {
    int offer = offer_node(node);
    return &pool.offers[offer].at;
}

Test(crowd, a_decision_admits_what_keeps_to_it) {
    const fl_app *app = &instance->apps[0];
    fl_decision near = {{FL_PROPERTY_NODE, 0, 0}, true, NULL},
                not_near = {{FL_PROPERTY_NODE, 0, 0}, false, NULL};
    fl_crowd must = {0, 2, &near}, must_not = {0, 2, &not_near}, free = {0, 4, NULL};
    for (int node = 0; node < 2; node++) {
        cr_assert(fl_property_of(&near.property, at(node), app) == (node == 0));
        cr_assert(fl_crowd_admits(&must, at(node), app) == (node == 0));
        cr_assert(fl_crowd_admits(&must_not, at(node), app) == (node == 1));
        cr_assert(fl_crowd_admits(&free, at(node), app));
    }
}

Test(crowd, earlier_decisions_hold_too) {
    const fl_app *app = &instance->apps[0];
    fl_decision not_near = {{FL_PROPERTY_NODE, 0, 0}, false, NULL};
    fl_decision not_far = {{FL_PROPERTY_NODE, 0, 1}, false, &not_near};
    fl_crowd none = {0, 1, &not_far};
    cr_assert(!fl_crowd_admits(&none, at(0), app) && !fl_crowd_admits(&none, at(1), app));
    cr_assert(fl_crowd_decided(&none, &not_near.property) && fl_crowd_decided(&none, &not_far.property));
}

Test(crowd, who_has_a_property_is_served_and_who_is_not_served_has_none) {
    fl_decision near = {{FL_PROPERTY_NODE, 0, 0}, true, NULL},
                refused = {{FL_PROPERTY_SERVED, 0, 0}, false, NULL};
    fl_crowd must = {0, 1, &near}, out = {0, 1, &refused}, free = {0, 1, NULL};
    cr_assert(!fl_crowd_may_refuse(&must) && !fl_crowd_must_refuse(&must));
    cr_assert(fl_crowd_may_refuse(&out) && fl_crowd_must_refuse(&out));
    cr_assert(fl_crowd_may_refuse(&free) && !fl_crowd_must_refuse(&free));
    cr_assert(!fl_crowd_admits(&out, at(0), &instance->apps[0]));
}

Test(crowd, barred_layers_price_what_the_crowd_may_have) {
    fl_decision not_near = {{FL_PROPERTY_NODE, 0, 0}, false, NULL},
                near = {{FL_PROPERTY_NODE, 0, 0}, true, NULL};
    const fl_decision *decisions[] = {NULL, &near, &not_near};
    const double least[] = {1, 1, 3};
    for (int i = 0; i < 3; i++) {
        fl_crowd one = {0, 1, decisions[i]};
        fl_priced priced;
        cr_assert(fl_pricing_solve(&priced, &pricing, &one, FL_GOAL_SPEND, &err) == FL_OK);
        cr_assert(about(priced.value, least[i]), "decision %d: %g", i, priced.value);
        cr_assert(fl_crowd_admits(&one, &pool.offers[priced.offer].at, &instance->apps[0]));
    }
}

/** A property that some plan of the application may have, by the seed. */
static fl_property draw_property(const fl_app *app, int n_nodes, uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    unsigned a = (unsigned)(*seed >> 33), b = (unsigned)(*seed >> 45);
    int i = app->n_slices > 0 ? (int)(b % (unsigned)app->n_slices) : 0;
    if (a % 8 == 0) return (fl_property){FL_PROPERTY_SERVED, 0, 0};
    if (a % 8 == 1) return (fl_property){FL_PROPERTY_EXIT, 0, (int)(b % (unsigned)app->n_exits)};
    if (a % 8 < 5 && app->n_slices > 0)
        return (fl_property){FL_PROPERTY_LEVEL, i, (int)(a / 8 % (unsigned)app->slices[i].n_levels)};
    return (fl_property){FL_PROPERTY_NODE, (int)(b % (unsigned)app->n_blocks),
                         (int)(a / 8 % (unsigned)n_nodes)};
}

/** The least energy among the plans that a crowd admits. */
static double least_admitted(const fl_crowd *crowd, const brute_list *plans, const fl_app *app) {
    double least = INFINITY;
    for (int i = 0; i < plans->n; i++) {
        fl_placement at = brute_placement(&plans->plans[i]);
        if (fl_crowd_admits(crowd, &at, app)) least = fmin(least, (double)plans->plans[i].energy);
    }
    return least;
}

static bool may_reserve(const fl_crowd *crowd, const fl_app *app, const int *levels) {
    for (int i = 0; i < app->n_slices; i++) {
        if (!fl_crowd_may_reserve(crowd, i, levels[i])) return false;
    }
    return true;
}

/** The same on the barred layers of all levels that may be reserved. */
static double least_priced(const fl_crowd *crowd, const fl_instance *drawn) {
    const fl_app *app = &drawn->apps[0];
    int levels[8], i;
    double least = INFINITY;
    fl_arena_mark mark = fl_arena_keep(&arena);
    for (i = 0; i < app->n_slices; i++) levels[i] = -1;
    do {
        fl_layers layers;
        int nodes[8], exit;
        fl_cost cost;
        cr_assert(fl_layers_build_at(&layers, drawn, 0, levels, &arena, &err) == FL_OK);
        fl_crowd_bar(crowd, &layers);
        cr_assert(fl_pass_shortest(&layers, 1, 0, nodes, &exit, &cost, &arena, &err) == FL_OK);
        if (exit >= 0 && may_reserve(crowd, app, levels)) least = fmin(least, cost.energy);
        for (i = 0; i < app->n_slices && ++levels[i] == app->slices[i].n_levels; i++) levels[i] = -1;
    } while (i < app->n_slices);
    fl_arena_release(&arena, mark);
    return fl_crowd_must_refuse(crowd) ? INFINITY : least;
}

Test(crowd, barred_layers_and_levels_leave_the_plans_that_are_admitted) {
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_recipe recipe = {.seed = seed, .blocks = 3, .nodes = 3, .slices = true, .admission = true};
        fl_instance *drawn;
        cr_assert(fl_generate(&drawn, &recipe, &err) == FL_OK);
        brute_answer truth = brute_solve(drawn);
        fl_decision decisions[3];
        uint64_t draw = seed + 1;
        for (int i = 0; i < 3; i++) {
            fl_property property = draw_property(&drawn->apps[0], drawn->system.n_nodes, &draw);
            decisions[i] = (fl_decision){property, draw >> 62 == 0, i > 0 ? &decisions[i - 1] : NULL};
            fl_crowd crowd = {0, 1, &decisions[i]};
            double admitted = least_admitted(&crowd, &truth.apps[0], &drawn->apps[0]);
            double priced = least_priced(&crowd, drawn);
            cr_assert(priced == admitted || fabs(priced - admitted) <= 1e-9 * admitted,
                      "seed %d, %d decisions: %g instead of %g", (int)seed, i + 1, priced, admitted);
        }
        brute_free(&truth);
        fl_instance_free(drawn);
    }
}
