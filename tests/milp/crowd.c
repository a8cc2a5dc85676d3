/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/crowd.h"
#include "tests/milp/camera.h"

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
