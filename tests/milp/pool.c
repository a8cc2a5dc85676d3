/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/pool.h"
#include "tests/milp/camera.h"

TestSuite(pool, .init = start, .fini = stop);

Test(pool, an_offer_says_what_a_user_takes_of_each_limit) {
    int on_near = offer_node(0), on_far = offer_node(1);
    const fl_offer *near = &pool.offers[on_near], *far = &pool.offers[on_far];
    cr_assert(about(near->power, 1) && near->n_uses == 1 && about(near->uses[0].part, 1 / 2.5));
    cr_assert(about(far->power, 3) && far->n_uses == 1 && about(far->uses[0].part, 1));
    cr_assert(pool.n_limits == 2 && pool.limits[0].to == 0 && pool.limits[1].to == 1);
}

Test(pool, it_grows_and_knows_each_placement_again) {
    int near = offer_node(0), far = offer_node(1);
    for (int i = 0; i < 200; i++) cr_assert(offer_node(i % 2) == (i % 2 == 0 ? near : far));
    cr_assert(pool.n_offers == 2 && pool.last[0] == far && pool.offers[far].next == near);
}

Test(pool, forgets_the_latest_offers_and_takes_them_up_again) {
    int near = offer_node(0);
    for (int i = 0; i < 3; i++) {
        int far = offer_node(1);
        cr_assert(far == near + 1 && pool.n_offers == 2);
        fl_pool_forget(&pool, far);
        cr_assert(pool.n_offers == 1 && pool.last[0] == near && offer_node(0) == near);
    }
    fl_pool_forget(&pool, 0);
    cr_assert(pool.n_offers == 0 && pool.last[0] < 0 && offer_node(1) == 0);
}

Test(pool, what_the_judge_refuses_even_alone_is_no_offer) {
    int none, node = 0;
    fl_violation violation;
    fl_instance *late = build_variant("{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'a', 'speed': 1,"
                                      " 'power': 1}]}, 'apps': [{'name': 'x', 'source': 'a', 'deadline': 1,"
                                      " 'blocks': [{'ops': 1}], 'exits': [{'after': 1, 'accuracy': 1}]}]}",
                                      "/apps/0/deadline", "0.5");
    fl_pool other;
    cr_assert(fl_pool_open(&other, late, &arena, &err) == FL_OK);
    cr_assert(fl_pool_add(&none, &other, 0, 0, &node, NULL, &violation, &err) == FL_OK);
    cr_assert(none < 0 && violation.kind == FL_VIOLATION_DEADLINE && other.n_offers == 0);
    fl_pool_close(&other);
    fl_instance_free(late);
}

Test(pool, users_on_offers_are_a_plan_and_its_placements_are_offers_again) {
    fl_plan plan;
    int near = offer_node(0), far = offer_node(1), users[2];
    users[near] = 2;
    users[far] = 1;
    cr_assert(fl_pool_plan(&plan, &pool, users, &err) == FL_OK);
    fl_verdict verdict;
    cr_assert(fl_evaluate_plan(&verdict, NULL, instance, &plan, &arena, &err) == FL_OK);
    cr_assert(verdict.feasible && verdict.served == 3 && about(verdict.power, 2 * 1 + 3));
    cr_assert(fl_pool_add_plan(&pool, &plan, &err) == FL_OK && pool.n_offers == 2);
}
