/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/relaxation.h"
#include "tests/milp/camera.h"

TestSuite(relaxation, .init = start, .fini = stop);

static double solve(fl_terms_kind kind, long long refused, double cutoff) {
    const fl_terms terms = {kind, refused};
    cr_assert(fl_relaxation_solve(&relaxation, &terms, -INFINITY, cutoff, &err) == FL_OK, "%s", err.text);
    return relaxation.bound;
}

Test(relaxation, pricing_finds_the_columns_and_the_bound_meets_the_master) {
    double bound = solve(FL_TERMS_SERVE, 0, INFINITY); /* 3.5 of 4 users fit */
    cr_assert(relaxation.end == FL_RELAXATION_SOLVED && pool.n_offers == 2);
    cr_assert(bound > 0 && bound < 0.5 + 1e-5 && about(master.objective, 0.5)); /* one is refused, proven */
    bound = solve(FL_TERMS_SPEND, 1, INFINITY);
    cr_assert(relaxation.end == FL_RELAXATION_SOLVED);
    cr_assert(about(bound, 2.5 * 1 + 0.5 * 3) && about(master.objective, bound));
}

Test(relaxation, a_bound_beyond_the_cutoff_is_hopeless) {
    for (int node = 0; node < 2; node++) cr_assert(fl_master_admit(&master, offer_node(node), &err) == FL_OK);
    solve(FL_TERMS_SPEND, 1, 3.5);
    cr_assert(relaxation.end == FL_RELAXATION_HOPELESS && relaxation.bound >= 3.5 &&
              relaxation.bound < 4 + 1e-5);
}

Test(relaxation, without_columns_that_do_it_is_empty_until_others_are_found) {
    solve(FL_TERMS_SPEND, 1, INFINITY);
    cr_assert(relaxation.end == FL_RELAXATION_EMPTY && isinf(relaxation.bound) && relaxation.bound < 0);
    solve(FL_TERMS_FIT, 1, INFINITY);
    cr_assert(about(master.objective, 0));
    cr_assert(about(solve(FL_TERMS_SPEND, 1, INFINITY), 4));
}

Test(relaxation, an_offer_that_only_the_pool_has_is_taken_in) {
    int near = offer_node(0), far = offer_node(1);
    cr_assert(!fl_master_has(&master, near) && !fl_master_has(&master, far));
    solve(FL_TERMS_SERVE, 0, INFINITY);
    cr_assert(about(master.objective, 0.5));
    cr_assert(fl_master_has(&master, near) && fl_master_has(&master, far) && pool.n_offers == 2);
}

Test(relaxation, a_limit_that_strikes_ends_it_without_a_bound) {
    relaxation.until = 0;
    solve(FL_TERMS_SERVE, 0, INFINITY);
    cr_assert(relaxation.end == FL_RELAXATION_STOPPED && relaxation.bound < 0);
}

Test(relaxation, one_that_goes_on_where_another_ended_has_the_same_bound) {
    const fl_decision decisions[] = {{{FL_PROPERTY_NODE, 0, 1}, true, NULL},
                                     {{FL_PROPERTY_NODE, 0, 1}, false, NULL}};
    for (int i = 0; i < 2; i++) { /* one must be on `far`, or all four must not */
        const fl_crowd parts[] = {{0, i == 0 ? 3 : 4, i == 0 ? NULL : &decisions[1]}, {0, 1, &decisions[0]}};
        int n = 2 - i;
        fl_stand *stand;
        double bound[2];
        cr_assert(fl_master_start(&master, crowds, 1, &err) == FL_OK);
        solve(FL_TERMS_SERVE, 0, INFINITY);
        cr_assert(fl_master_stand(&stand, &master, &arena, &err) == FL_OK);
        for (int resumed = 0; resumed < 2; resumed++) {
            cr_assert(fl_master_start(&master, parts, n, &err) == FL_OK);
            if (resumed) cr_assert(fl_master_resume(&master, stand, 0.5, FL_GOAL_SERVE, &err) == FL_OK);
            bound[resumed] = solve(FL_TERMS_SERVE, 0, INFINITY);
        }
        cr_assert(about(bound[0], i == 0 ? 0.5 : 1.5), "part %d: %g", i, bound[0]);
        cr_assert(about(bound[0], bound[1]), "part %d: %g and %g", i, bound[0], bound[1]);
    }
}
