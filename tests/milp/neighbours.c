/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/neighbours.h"
#include "tests/milp/camera.h"

TestSuite(neighbours, .init = start, .fini = stop);

static fl_incumbent best;
static fl_neighbours neighbours;

/** Begin with so many users on each node. */
static void begin(int near, int far) {
    const int users[] = {near, far};
    fl_plan plan;
    bool allowed;
    best = (fl_incumbent){.served = -1, .power = INFINITY};
    cr_assert(offer_node(0) == 0 && offer_node(1) == 1);
    cr_assert(fl_pool_plan(&plan, &pool, users, &err) == FL_OK);
    cr_assert(fl_incumbent_offer(&best, &plan, &task, &allowed, &err) == FL_OK && allowed);
    fl_neighbours_open(&neighbours, &best, &relaxation);
}

static void search(fl_terms_kind kind, long long refused, long long nodes_most) {
    const fl_terms terms = {kind, refused};
    cr_assert(fl_neighbours_search(&neighbours, &terms, nodes_most, &err) == FL_OK, "%s", err.text);
}

Test(neighbours, users_who_were_refused_are_served_where_there_is_room) {
    begin(1, 0);
    for (int i = 0; i < 3; i++) search(FL_TERMS_SERVE, 0, 1000 * (i + 1));
    cr_assert(best.served == 3 && about(best.power, 2 * 1 + 3), "%lld", best.served);
}

Test(neighbours, users_change_places_for_less_power) {
    begin(1, 1);
    search(FL_TERMS_SPEND, 2, 1000);
    cr_assert(best.served == 2 && about(best.power, 2), "%lld users, %g W", best.served, best.power);
}

Test(neighbours, what_is_best_already_stays) {
    begin(2, 1);
    search(FL_TERMS_SERVE, 0, 1000);
    search(FL_TERMS_SPEND, 1, 2000);
    cr_assert(best.served == 3 && about(best.power, 5));
    cr_assert(neighbours.nodes >= 2000);
}

Test(neighbours, a_better_plan_from_elsewhere_is_where_the_search_goes_on) {
    begin(0, 1);
    search(FL_TERMS_SPEND, 3, 1);
    begin(1, 1); /* which opens another search on the same offers */
    fl_neighbours other = neighbours;
    search(FL_TERMS_SERVE, 0, 1000);
    cr_assert(best.served == 3);
    neighbours = other; /* has seen nothing of that */
    search(FL_TERMS_SPEND, 1, 1000);
    cr_assert(best.served == 3 && about(best.power, 5));
}

Test(neighbours, the_same_search_is_made_every_time) {
    begin(1, 0);
    search(FL_TERMS_SERVE, 0, 100);
    long long served = best.served, nodes = neighbours.nodes;
    begin(1, 0);
    search(FL_TERMS_SERVE, 0, 100);
    cr_assert(best.served == served && neighbours.nodes == nodes);
}

Test(neighbours, it_stops_at_its_nodes_and_when_it_is_late) {
    begin(2, 1);
    search(FL_TERMS_SPEND, 1, 0);
    cr_assert(neighbours.nodes == 0);
    relaxation.until = 0;
    search(FL_TERMS_SPEND, 1, 1000);
    cr_assert(neighbours.nodes == 0);
}
