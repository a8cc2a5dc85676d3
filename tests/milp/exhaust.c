/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/exhaust.h"
#include "tests/milp/camera.h"

TestSuite(exhaust, .init = start, .fini = stop);

static fl_incumbent best;

/** Search below `below`; returns what is proven. */
static double search(fl_terms_kind kind, long long refused, double below, long long nodes_most,
                     bool *complete) {
    const fl_terms terms = {kind, refused};
    fl_exhaust all = {.best = &best, .relaxation = &relaxation, .terms = &terms, .nodes_most = nodes_most};
    fl_catalog catalog;
    double proven = -INFINITY;
    cr_assert(fl_catalog_open(&catalog, &pricing, &err) == FL_OK);
    cr_assert(fl_relaxation_solve(&relaxation, &terms, -INFINITY, INFINITY, &err) == FL_OK);
    cr_assert(fl_exhaust_search(&all, &catalog, below, &proven, &err) == FL_OK, "%s", err.text);
    *complete = all.complete && !all.stopped;
    return proven;
}

Test(exhaust, it_finds_the_most_users_and_then_the_least_power) {
    bool complete;
    best = (fl_incumbent){.served = 0, .power = INFINITY};
    search(FL_TERMS_SERVE, 0, INFINITY, 1000, &complete);
    cr_assert(complete && best.served == 3, "%lld", best.served);
    best.power = 100;
    double proven = search(FL_TERMS_SPEND, 1, INFINITY, 1000, &complete);
    cr_assert(complete && about(best.power, 2 * 1 + 3) && about(proven, best.power), "%g", best.power);
}

Test(exhaust, what_costs_less_than_asked_for_is_proven_not_to_be_there) {
    bool complete;
    best = (fl_incumbent){.served = 3, .power = 100};
    double proven = search(FL_TERMS_SPEND, 1, 4.5, 1000, &complete);
    cr_assert(complete && best.power == 100 && about(proven, 4.5), "%g W, %g", best.power, proven);
}

Test(exhaust, a_limit_on_nodes_leaves_what_was_proven) {
    bool complete;
    best = (fl_incumbent){.served = 3, .power = 100};
    double proven = search(FL_TERMS_SPEND, 1, INFINITY, 1, &complete);
    cr_assert(!complete && isinf(proven) && proven < 0);
}

Test(exhaust, it_keeps_to_what_is_decided_of_the_crowds) {
    const fl_decision not_far = {{FL_PROPERTY_NODE, 0, 1}, false, NULL};
    bool complete;
    crowds[0].decisions = &not_far;
    cr_assert(fl_master_start(&master, crowds, 1, &err) == FL_OK);
    best = (fl_incumbent){.served = 0, .power = INFINITY};
    search(FL_TERMS_SERVE, 0, INFINITY, 1000, &complete);
    cr_assert(complete && best.served == 2 && about(best.power, 2), "%lld users", best.served);
}
