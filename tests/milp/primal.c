/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/primal.h"
#include "tests/milp/camera.h"

TestSuite(primal, .init = start, .fini = stop);

static fl_incumbent best = {.served = -1, .power = INFINITY};

static void place(const int *users, bool *allowed) {
    fl_plan plan;
    offer_node(0);
    offer_node(1);
    cr_assert(fl_pool_plan(&plan, &pool, users, &err) == FL_OK);
    cr_assert(fl_incumbent_offer(&best, &plan, &task, allowed, &err) == FL_OK);
}

Test(primal, more_users_come_before_less_power_and_the_judge_before_both) {
    bool allowed;
    place((int[]){0, 1}, &allowed);
    cr_assert(allowed && best.served == 1 && about(best.power, 3));
    place((int[]){1, 0}, &allowed);
    cr_assert(allowed && best.served == 1 && about(best.power, 1));
    place((int[]){2, 1}, &allowed);
    cr_assert(allowed && best.served == 3 && about(best.power, 5));
    place((int[]){2, 0}, &allowed);
    cr_assert(allowed && best.served == 3);
    place((int[]){3, 1}, &allowed);
    cr_assert(!allowed && best.served == 3 && about(best.power, 5));
}

Test(primal, one_after_another_the_cheapest_nodes_fill_up) {
    cr_assert(fl_primal_sequential(&best, &pool, &task, INFINITY, &err) == FL_OK);
    cr_assert(best.served == 3 && about(best.power, 2 * 1 + 3) && pool.n_offers == 2);
}

Test(primal, a_dive_ends_with_whole_users_and_leaves_nobody_placed) {
    const fl_terms serve = {.kind = FL_TERMS_SERVE};
    cr_assert(fl_relaxation_solve(&relaxation, &serve, -INFINITY, INFINITY, &err) == FL_OK);
    cr_assert(fl_primal_dive(&best, &relaxation, serve, &err) == FL_OK);
    cr_assert(best.served == 3 && about(best.power, 5));
    for (int j = 0; j < master.model.n_columns; j++) cr_assert(master.fixed[j] == 0);
}

Test(primal, a_solution_in_parts_is_not_whole_and_a_whole_one_is_offered) {
    bool whole, allowed;
    const fl_terms parts = {.kind = FL_TERMS_SERVE}, fit = {FL_TERMS_SPEND, 2};
    cr_assert(fl_relaxation_solve(&relaxation, &parts, -INFINITY, INFINITY, &err) == FL_OK);
    cr_assert(fl_primal_whole(&best, &relaxation, &whole, &allowed, &err) == FL_OK);
    cr_assert(!whole && !allowed && best.served < 0);
    cr_assert(fl_relaxation_solve(&relaxation, &fit, -INFINITY, INFINITY, &err) == FL_OK);
    cr_assert(fl_primal_whole(&best, &relaxation, &whole, &allowed, &err) == FL_OK);
    cr_assert(allowed == (best.served == 2) && (!whole || allowed));
}
