/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/tabu.h"
#include "tests/milp/camera.h"

TestSuite(tabu, .init = start, .fini = stop);

static fl_incumbent best = {.served = -1, .power = INFINITY};

static long long search(fl_terms_kind kind, long long refused) {
    const fl_terms terms = {kind, refused};
    long long moves = 0;
    cr_assert(fl_relaxation_solve(&relaxation, &terms, -INFINITY, INFINITY, &err) == FL_OK);
    cr_assert(fl_tabu_search(&best, &relaxation, &terms, &moves, &err) == FL_OK);
    return moves;
}

Test(tabu, it_finds_room_for_more_users_and_then_the_least_power) {
    best.served = 0;
    for (int served = 1; served <= 3; served++) {
        search(FL_TERMS_SERVE, 0);
        cr_assert(best.served >= served, "%lld", best.served);
    }
    search(FL_TERMS_SPEND, 1);
    cr_assert(best.served == 3 && about(best.power, 2 * 1 + 3));
}

Test(tabu, where_no_more_fit_it_ends_with_what_there_was) {
    fl_incumbent known = {.served = 3, .power = 5};
    best = known;
    cr_assert(search(FL_TERMS_SERVE, 0) > 0);
    cr_assert(best.served == 3 && best.power == 5 && best.plan.n_apps == 0);
}

Test(tabu, the_same_moves_are_made_every_time) {
    best.served = 3;
    long long first = search(FL_TERMS_SERVE, 0);
    cr_assert(search(FL_TERMS_SERVE, 0) == first);
}

Test(tabu, it_keeps_to_what_is_decided_of_the_crowds) {
    const fl_decision not_far = {{FL_PROPERTY_NODE, 0, 1}, false, NULL};
    crowds[0].decisions = &not_far;
    cr_assert(fl_master_start(&master, crowds, 1, &err) == FL_OK);
    best.served = 1;
    search(FL_TERMS_SERVE, 0);
    cr_assert(best.served == 2 && about(best.power, 2), "%lld users, %g W", best.served, best.power);
    search(FL_TERMS_SERVE, 0);
    cr_assert(best.served == 2);
}
