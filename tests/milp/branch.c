/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/branch.h"
#include "tests/milp/camera.h"

TestSuite(branch, .init = start, .fini = stop);

static const fl_division near_or_not = {0, {FL_PROPERTY_NODE, 0, 0}, 3};

static fl_tree tree;

static const fl_branch *divide_root(double bound) {
    cr_assert(fl_tree_start(&tree, 0, &arena, &err) == FL_OK);
    const fl_branch *root = fl_tree_take(&tree);
    cr_assert(fl_tree_divide(&tree, root, &near_or_not, &crowds[0], NULL, bound, &err) == FL_OK);
    return root;
}

Test(branch, the_root_is_one_crowd_per_application) {
    fl_crowd *all;
    int n;
    cr_assert(fl_tree_start(&tree, 0, &arena, &err) == FL_OK);
    cr_assert(fl_branch_crowds(&all, &n, fl_tree_take(&tree), instance, &arena, &err) == FL_OK);
    cr_assert(n == 1 && all[0].count == 4 && all[0].decisions == NULL && isinf(fl_tree_bound(&tree)));
}

Test(branch, at_least_three_have_the_property_or_at_least_two_have_not) {
    int with[2] = {0, 0}, without[2] = {0, 0};
    divide_root(1);
    for (int child = 0; child < 2; child++) {
        fl_crowd *parts;
        int n;
        cr_assert(fl_branch_crowds(&parts, &n, fl_tree_take(&tree), instance, &arena, &err) == FL_OK);
        for (int i = 0; i < n; i++) {
            if (parts[i].decisions != NULL && parts[i].decisions->must) with[child] += parts[i].count;
            if (parts[i].decisions != NULL && !parts[i].decisions->must) without[child] += parts[i].count;
        }
    }
    cr_assert(with[0] + with[1] == 3 && without[0] + without[1] == 2);
}

Test(branch, open_nodes_come_by_bound_and_the_deeper_first_among_equals) {
    const fl_branch *root = divide_root(5);
    for (int bound = 9; bound >= 2; bound--) {
        cr_assert(fl_tree_divide(&tree, root, &near_or_not, &crowds[0], NULL, bound, &err) == FL_OK);
    }
    double last = 0;
    for (fl_branch *next; (next = fl_tree_take(&tree)) != NULL; last = next->bound) {
        cr_assert(next->bound >= last && fl_tree_bound(&tree) >= next->bound);
    }
    cr_assert(last == 9);
    fl_branch *deeper;
    divide_root(5);
    deeper = fl_tree_take(&tree);
    cr_assert(fl_tree_divide(&tree, deeper, &near_or_not, &crowds[0], NULL, 5, &err) == FL_OK);
    cr_assert(fl_tree_take(&tree)->depth == 2);
}

Test(branch, what_is_chosen_is_not_whole) {
    const fl_terms terms = {FL_TERMS_SPEND, 1};
    const fl_glpk_limits limits = {.until = INFINITY, .interrupt = &never};
    fl_division chosen;
    offer_node(0);
    offer_node(1);
    for (int j = 0; j < 2; j++) cr_assert(fl_master_admit(&master, j, &err) == FL_OK);
    cr_assert(fl_master_solve(&master, &terms, INFINITY, &never, &err) == FL_OK);
    cr_assert(fl_branch_choose(&chosen, &master, &terms, INFINITY, &limits, &err) == FL_OK);
    cr_assert(chosen.crowd == 0 && chosen.property.kind == FL_PROPERTY_NODE);
    cr_assert(chosen.users == (chosen.property.value == 0 ? 3 : 1)); /* 2.5 on `near`, 0.5 on `far` */
}

/** What is chosen when so many users take each of the first two offers. */
static fl_division choose(double first, double second) {
    const fl_terms terms = {FL_TERMS_SPEND, 4};
    const fl_glpk_limits limits = {.until = INFINITY, .interrupt = &never};
    fl_division chosen;
    for (int j = 0; j < 2; j++) cr_assert(fl_master_admit(&master, j, &err) == FL_OK);
    cr_assert(fl_master_solve(&master, &terms, INFINITY, &never, &err) == FL_OK);
    for (int j = fl_master_first(&master); j < master.n_values; j++)
        master.value[j] = master.offer[j] == 0 ? first : second; /* a crowd may admit but one of them */
    cr_assert(fl_branch_choose(&chosen, &master, &terms, INFINITY, &limits, &err) == FL_OK);
    return chosen;
}

static bool is(fl_division division, fl_property_kind kind, int value, int users) {
    return division.crowd == 0 && division.property.kind == kind && division.property.value == value &&
           division.users == users;
}

Test(branch, who_is_whole_but_apart_is_divided_by_being_served_then_by_node) {
    offer_node(0);
    offer_node(1);
    cr_assert(is(choose(2, 1), FL_PROPERTY_SERVED, 0, 3));
    const fl_decision served = {{FL_PROPERTY_SERVED, 0, 0}, true, NULL};
    crowds[0].decisions = &served;
    cr_assert(is(choose(2, 1), FL_PROPERTY_NODE, 1, 1));
    crowds[0].decisions = NULL;
    instance->admission = false;
    cr_assert(is(choose(3, 1), FL_PROPERTY_NODE, 1, 1));
}

Test(branch, who_is_together_is_divided_by_what_is_not_decided_until_all_is) {
    const fl_decision near = {{FL_PROPERTY_NODE, 0, 0}, true, NULL};
    const fl_decision only = {{FL_PROPERTY_EXIT, 0, 0}, true, &near};
    offer_node(0);
    offer_node(1);
    cr_assert(is(choose(4, 0), FL_PROPERTY_NODE, 0, 4));
    crowds[0].decisions = &near;
    cr_assert(is(choose(4, 0), FL_PROPERTY_EXIT, 0, 4));
    crowds[0].decisions = &only;
    cr_assert(choose(4, 0).crowd == -1);
    cr_assert(choose(0, 0).crowd == -1);
}

/** Start again with cameras that reserve a part of `near`. */
static void restart_sliced(void) {
    stop();
    start_with(build_variant(cameras, "/apps/0/slices", "{'near': [0.5, 0.75]}"));
}

Test(branch, levels_divide_those_who_are_on_the_same_node) {
    restart_sliced();
    for (int level = 0; level < 2; level++) {
        int offer, near = 0;
        cr_assert(fl_pool_add(&offer, &pool, 0, 0, &near, &level, NULL, &err) == FL_OK && offer == level);
    }
    const fl_decision near = {{FL_PROPERTY_NODE, 0, 0}, true, NULL};
    const fl_decision only = {{FL_PROPERTY_EXIT, 0, 0}, true, &near};
    const fl_decision lower = {{FL_PROPERTY_LEVEL, 0, 0}, true, &only};
    fl_division halves = choose(0.5, 0.5);
    cr_assert(halves.property.kind == FL_PROPERTY_LEVEL && halves.users == 1);
    crowds[0] = (fl_crowd){0, 2, NULL};
    cr_assert(is(choose(1, 1), FL_PROPERTY_LEVEL, 1, 1));
    crowds[0].decisions = &only;
    cr_assert(is(choose(2, 0), FL_PROPERTY_LEVEL, 0, 2));
    crowds[0].decisions = &lower;
    cr_assert(choose(2, 0).crowd == -1);
}

Test(branch, who_is_elsewhere_has_no_level_to_divide_by) {
    restart_sliced();
    const fl_decision far = {{FL_PROPERTY_NODE, 0, 1}, true, NULL};
    const fl_decision only = {{FL_PROPERTY_EXIT, 0, 0}, true, &far};
    offer_node(0);
    offer_node(1);
    crowds[0] = (fl_crowd){0, 1, &far};
    cr_assert(is(choose(0, 1), FL_PROPERTY_EXIT, 0, 1));
    crowds[0].decisions = &only;
    cr_assert(choose(0, 1).crowd == -1);
}

Test(branch, trials_tell_what_the_halves_cost) {
    const fl_terms terms = {FL_TERMS_SPEND, 1};
    const fl_glpk_limits limits = {.until = INFINITY, .interrupt = &never};
    offer_node(0);
    offer_node(1);
    for (int j = 0; j < 2; j++) cr_assert(fl_master_admit(&master, j, &err) == FL_OK);
    cr_assert(fl_master_solve(&master, &terms, INFINITY, &never, &err) == FL_OK);
    int near = fl_master_first(&master);
    fl_glpk_trial trial = {.column = &near, .n_columns = 1, .least = 3};
    cr_assert(fl_master_probe(&master, &trial, 1, &terms, INFINITY, &limits, &err) == FL_OK, "%s", err.text);
    cr_assert(isinf(trial.more)); /* three have no room on `near` */
    cr_assert(about(trial.fewer, 2 * 1 + 3), "%g", trial.fewer);
}
