/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/master.h"
#include "milp/branch.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>

/* One block, 1 J on `near`, which holds two users and a half, or 3 J on `far`. */
static const char *const text = "{'schema': 'finlab/1', 'admission': true, 'system': {"
                                " 'nodes': [{'name': 'near', 'speed': 1e9, 'power': 1, 'capacity': 2.5e9},"
                                "           {'name': 'far', 'speed': 1e9, 'power': 3, 'capacity': 1e9}],"
                                " 'links': [{'from': 'near', 'to': 'far', 'rate': 1e9}]},"
                                " 'apps': [{'name': 'camera', 'source': 'near', 'deadline': 10, 'count': 4,"
                                "  'blocks': [{'ops': 1e9}], 'exits': [{'after': 1, 'accuracy': 1}]}]}";

static const volatile sig_atomic_t never = 0;
static fl_arena arena;
static fl_error err;
static fl_instance *instance;
static fl_pool pool;
static fl_master master;
static fl_crowd crowds[2];
static int near, far;

static int add(int node) {
    int offer;
    cr_assert(fl_pool_add(&offer, &pool, 0, 0, &node, NULL, NULL, &err) == FL_OK && offer >= 0);
    return offer;
}

static void admit(int n_crowds) {
    cr_assert(fl_master_start(&master, crowds, n_crowds, &err) == FL_OK);
    cr_assert(fl_master_admit(&master, near, &err) == FL_OK && fl_master_admit(&master, far, &err) == FL_OK);
}

static double solve(fl_terms_kind kind, long long refused) {
    fl_terms terms = {kind, refused};
    cr_assert(fl_master_solve(&master, &terms, INFINITY, &never, &err) == FL_OK, "%s", err.text);
    cr_assert(master.end == FL_GLPK_OPTIMAL);
    return master.objective;
}

static void start(void) {
    fl_arena_init(&arena, 0);
    instance = build_instance(text);
    cr_assert(fl_pool_open(&pool, instance, &arena, &err) == FL_OK);
    fl_master_open(&master, &pool, 3);
    crowds[0] = (fl_crowd){0, 4, NULL};
    near = add(0);
    far = add(1);
}

static void stop(void) {
    fl_master_close(&master);
    fl_pool_close(&pool);
    fl_instance_free(instance);
    fl_arena_free(&arena);
}

TestSuite(master, .init = start, .fini = stop);

static bool about(double a, double b) {
    return fabs(a - b) < 1e-5;
}

Test(master, the_pool_knows_a_placement_again) {
    cr_assert(add(0) == near && add(1) == far && pool.n_offers == 2 && pool.n_limits == 2);
    cr_assert(about(pool.offers[near].power, 1) && about(pool.offers[far].power, 3));
}

Test(master, the_terms_say_what_is_minimised) {
    admit(1);
    cr_assert(about(solve(FL_TERMS_SERVE, 0), 0.5)); /* 3.5 users fit */
    cr_assert(about(solve(FL_TERMS_FIT, 0), 0.5));
    cr_assert(about(solve(FL_TERMS_FIT, 1), 0));
    cr_assert(about(solve(FL_TERMS_SPEND, 1), 2.5 * 1 + 0.5 * 3));
    cr_assert(about(master.refused_dual, 3)); /* one more refused saves one on `far` */
    cr_assert(about(master.limit_dual[pool.offers[near].uses[0].limit], 2 * 2.5));
}

Test(master, users_placed_for_good_leave_the_rest) {
    admit(1);
    master.fixed[fl_master_first(&master)] = 2; /* near */
    cr_assert(about(solve(FL_TERMS_SERVE, 0), 0.5));
    cr_assert(about(solve(FL_TERMS_SPEND, 1), 0.5 * 1 + 0.5 * 3));
}

Test(master, a_crowd_takes_only_what_was_not_decided_against) {
    fl_decision far_only = {{FL_PROPERTY_NODE, 0, 1}, true, NULL};
    crowds[0].count = 2;
    crowds[1] = (fl_crowd){0, 2, &far_only};
    admit(2);
    cr_assert(
        about(solve(FL_TERMS_FIT, 4), 1)); /* one of the two has no room on `far`, and may not be refused */
    cr_assert(!fl_crowd_may_refuse(&crowds[1]) && fl_crowd_may_refuse(&crowds[0]));
}

Test(master, a_fractional_solution_is_divided_until_it_is_whole) {
    fl_tree tree;
    fl_division division;
    const fl_terms terms = {FL_TERMS_SPEND, 1};
    const fl_glpk_limits limits = {.until = INFINITY, .interrupt = &never};
    admit(1);
    solve(FL_TERMS_SPEND, 1);
    cr_assert(fl_branch_choose(&division, &master, &terms, INFINITY, &limits, &err) == FL_OK);
    cr_assert(division.crowd == 0);
    cr_assert(fl_tree_start(&tree, 0, &arena, &err) == FL_OK);
    fl_branch *root = fl_tree_take(&tree);
    cr_assert(fl_tree_divide(&tree, root, &division, &crowds[0], NULL, 4, &err) == FL_OK && tree.n_open == 2);
    for (int child = 0; child < 2; child++) {
        fl_crowd *parts;
        int n, users = 0;
        fl_branch *branch = fl_tree_take(&tree);
        cr_assert(branch->bound == 4 && branch->depth == 1);
        cr_assert(fl_branch_crowds(&parts, &n, branch, instance, &arena, &err) == FL_OK);
        for (int i = 0; i < n; i++) users += parts[i].count;
        cr_assert(users == 4);
        cr_assert(fl_crowd_decided(&parts[n - 1], &division.property));
    }
    cr_assert(fl_tree_take(&tree) == NULL && isinf(fl_tree_bound(&tree)));
}

Test(master, a_start_that_runs_out_of_memory_at_any_place_says_so) {
    enum { CROWDS = 60 };
    static fl_crowd many[CROWDS];
    fl_status status = FL_ENOMEM;
    int n_failed = 0;
    for (int i = 0; i < CROWDS; i++) many[i] = (fl_crowd){0, 1, NULL};
    for (size_t limit = 64; status == FL_ENOMEM; limit += 64) {
        fl_arena whole;
        fl_arena_init(&whole, limit);
        fl_pool within = {.instance = instance, .arena = &whole};
        fl_master starved;
        fl_master_open(&starved, &within, 1);
        status = fl_master_start(&starved, many, CROWDS, &err);
        cr_assert(status == FL_OK || status == FL_ENOMEM);
        n_failed += status == FL_ENOMEM;
        fl_master_close(&starved);
        cr_assert(whole.reserved == 0);
    }
    cr_assert(n_failed > 50, "%d", n_failed);
}
