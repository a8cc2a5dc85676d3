/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/choose.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>

enum { GROUPS = 3, EACH = 4, LIMITS = 3, BLOCKS = 2, OFFERS = GROUPS * EACH, REFUSED = OFFERS };

static fl_arena arena;
static fl_error err;
static volatile sig_atomic_t interrupt = 0;

/* What there is to choose from: of each application so many plans on two blocks with two exits, of which all
 * may differ in one level. */
static const fl_exit exits[] = {{.after = 1}, {.after = BLOCKS}};
static fl_app apps[GROUPS];
static fl_instance instance;
static fl_offer offers[OFFERS];
static fl_use uses[OFFERS][LIMITS];
static int nodes[OFFERS][BLOCKS], levels[OFFERS][1];
static fl_pool pool;

static fl_choosers groups[GROUPS];
static int offer_of[OFFERS + 1];
static double cost[OFFERS + 1], limit[LIMITS + 1], power[OFFERS];
static fl_choose choose;

/* What the search found. */
static double found_cost;
static int found_users[OFFERS], n_found;

static double cost_of(const int *users) {
    double sum = 0;
    for (int g = 0; g < GROUPS; g++) {
        int refused = groups[g].count;
        for (int j = groups[g].first; j < groups[g].end; j++) {
            sum += users[j] * cost[j];
            refused -= users[j];
        }
        sum += refused * cost[REFUSED];
    }
    return sum;
}

static fl_status keep(fl_choose *now, const int *users, fl_error *e) {
    double sum = cost_of(users);
    (void)e;
    n_found++;
    if (sum >= now->cutoff) return FL_OK;
    found_cost = now->cutoff = sum;
    for (int j = 0; j < OFFERS; j++) found_users[j] = users[j];
    return FL_OK;
}

static fl_status fail(fl_choose *now, const int *users, fl_error *e) {
    (void)now;
    (void)users;
    return fl_error_set(e, FL_ENOMEM, "choose", "planted");
}

/** Draw what an offer takes; every third one is as dear and as large as the one before it. */
static void draw_offer(fl_random *random, int j, bool whole) {
    bool again = j % EACH > 0 && fl_random_int(random, 0, 2) == 0;
    fl_offer *offer = &offers[j];
    *offer = (fl_offer){.app = j / EACH, .next = -1, .uses = uses[j]};
    offer->at =
        (fl_placement){.exit = (int)fl_random_int(random, 0, 1), .nodes = nodes[j], .levels = levels[j]};
    for (int l = 0; l < BLOCKS; l++) nodes[j][l] = (int)fl_random_int(random, 0, 2);
    levels[j][0] = (int)fl_random_int(random, -1, 1);
    power[j] = again ? power[j - 1] : (double)fl_random_int(random, 1, 12);
    offer->n_uses = again ? offers[j - 1].n_uses : 0;
    for (int k = 0; k < offer->n_uses; k++) uses[j][k] = uses[j - 1][k];
    for (int i = 0; i < LIMITS && !again; i++) {
        if (fl_random_int(random, 0, 2) == 0) continue;
        double part =
            whole ? 0.25 * (double)fl_random_int(random, 1, 3) : fl_random_between(random, 0.1, 0.8);
        uses[j][offer->n_uses++] = (fl_use){i, part};
    }
}

/** Groups of one to three users who choose among four offers each; every second seed lets some be refused,
 *  every third has parts that fit limits without a rest. */
static void draw(uint64_t seed) {
    fl_random random;
    fl_random_seed(&random, seed);
    fl_arena_reset(&arena);
    instance = (fl_instance){.n_apps = GROUPS, .apps = apps};
    pool = (fl_pool){.instance = &instance, .n_offers = OFFERS, .offers = offers, .n_limits = LIMITS};
    for (int j = 0; j < OFFERS; j++) draw_offer(&random, j, seed % 3 == 0);
    for (int g = 0; g < GROUPS; g++) {
        apps[g] = (fl_app){.n_blocks = BLOCKS, .n_exits = 2, .exits = exits, .n_slices = 1};
        groups[g] = (fl_choosers){(int)fl_random_int(&random, 1, 3), g * EACH, (g + 1) * EACH,
                                  seed % 2 == 0 && fl_random_int(&random, 0, 3) > 0};
    }
    for (int j = 0; j < OFFERS; j++) {
        offer_of[j] = j;
        cost[j] = power[j];
    }
    cost[REFUSED] = (double)fl_random_int(&random, 0, 1) * 30;
    for (int i = 0; i < LIMITS; i++) limit[i] = 0.5 * (double)fl_random_int(&random, 2, 5);
    limit[LIMITS] = (double)fl_random_int(&random, 0, 4);
    choose = (fl_choose){.pool = &pool,
                         .arena = &arena,
                         .offer = offer_of,
                         .n_groups = GROUPS,
                         .groups = groups,
                         .cutoff = 1e6,
                         .found = keep,
                         .until = INFINITY,
                         .interrupt = &interrupt,
                         .nodes_most = LLONG_MAX};
    cr_assert(fl_choose_items(&choose, cost, limit, OFFERS + 1, &err) == FL_OK);
}

/** Search; returns the least cost found, INFINITY: nothing was. */
static double search(void) {
    found_cost = INFINITY;
    n_found = 0;
    cr_assert(fl_choose_search(&choose, &err) == FL_OK, "%s", err.text);
    return found_cost;
}

/* Every choice, one user group after another, and in it one offer after another. */

static double least;
static int taken[OFFERS];

static bool fits(const double *use) {
    for (int i = 0; i <= LIMITS; i++) {
        if (use[i] > limit[i] * (1 + 1e-9)) return false;
    }
    return true;
}

static void enumerate(int group, int j, int left, const double *use) {
    if (!fits(use)) return;
    if (group == GROUPS) {
        least = fmin(least, cost_of(taken));
        return;
    }
    double then[LIMITS + 1];
    if (j == groups[group].end) {
        if (left > 0 && !groups[group].may_refuse) return;
        for (int i = 0; i <= LIMITS; i++) then[i] = use[i] + (i == LIMITS ? left : 0);
        bool last = group + 1 == GROUPS;
        enumerate(group + 1, last ? 0 : groups[group + 1].first, last ? 0 : groups[group + 1].count, then);
        return;
    }
    for (taken[j] = 0; taken[j] <= left; taken[j]++) {
        for (int i = 0; i <= LIMITS; i++) then[i] = use[i];
        for (int k = 0; k < offers[j].n_uses; k++)
            then[offers[j].uses[k].limit] += taken[j] * offers[j].uses[k].part;
        enumerate(group, j + 1, left - taken[j], then);
    }
    taken[j] = 0;
}

/** The least cost of all choices; INFINITY: there is none. */
static double least_of_all(void) {
    const double none[LIMITS + 1] = {0};
    least = INFINITY;
    enumerate(0, groups[0].first, groups[0].count, none);
    return least;
}

/** Whether users of whom nobody is lost keep to the limits and to who may be refused. */
static bool keeps_to_limits(const int *users) {
    double use[LIMITS + 1] = {0};
    for (int g = 0; g < GROUPS; g++) {
        int refused = groups[g].count;
        for (int j = groups[g].first; j < groups[g].end; j++) {
            if (users[j] < 0) return false;
            refused -= users[j];
            for (int k = 0; k < offers[j].n_uses; k++)
                use[offers[j].uses[k].limit] += users[j] * offers[j].uses[k].part;
        }
        if (refused < 0 || (refused > 0 && !groups[g].may_refuse)) return false;
        use[LIMITS] += refused;
    }
    return fits(use);
}

static void open(void) {
    fl_arena_init(&arena, 0);
}

static void close(void) {
    interrupt = 0;
    fl_arena_free(&arena);
}

TestSuite(choose, .init = open, .fini = close);

Test(choose, the_best_choice_is_found_or_there_is_none) {
    int none = 0, divided = 0;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        draw(seed);
        double expected = least_of_all(), cheapest = search();
        cr_assert(!choose.stopped);
        cr_assert(isinf(expected) == isinf(cheapest), "seed %d: %g, not %g", (int)seed, cheapest, expected);
        none += isinf(expected) ? 1 : 0;
        divided += choose.nodes > 1 ? 1 : 0;
        if (isinf(expected)) continue;
        cr_assert(fabs(cheapest - expected) <= 1e-9, "seed %d: %g, not %g", (int)seed, cheapest, expected);
        cr_assert(keeps_to_limits(found_users), "seed %d", (int)seed);
    }
    cr_assert(none > 20 && none < 500 && divided > 200, "%d without a choice, %d divided", none, divided);
}

Test(choose, what_costs_less_than_the_cutoff_is_found_and_nothing_else) {
    for (uint64_t seed = 1; seed <= 300; seed++) {
        draw(seed);
        double expected = least_of_all();
        if (isinf(expected)) continue;
        choose.cutoff = expected;
        cr_assert(isinf(search()) && choose.cutoff == expected, "seed %d", (int)seed);
        choose.cutoff = expected + 1e-3;
        double cheapest = search();
        cr_assert(fabs(cheapest - expected) <= 1e-9, "seed %d: %g, not %g", (int)seed, cheapest, expected);
    }
}

Test(choose, an_application_whose_users_form_two_groups_is_placed_as_well) {
    for (uint64_t seed = 1; seed <= 200; seed++) {
        draw(seed);
        for (int j = EACH; j < 2 * EACH; j++) offers[j].app = 0;
        double expected = least_of_all(), cheapest = search();
        cr_assert(isinf(expected) ? isinf(cheapest) : fabs(cheapest - expected) <= 1e-9,
                  "seed %d: %g, not %g", (int)seed, cheapest, expected);
    }
}

Test(choose, a_limit_on_nodes_stops_a_search_that_a_later_one_ends) {
    int stopped = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        draw(seed);
        double expected = least_of_all();
        long long most = 3;
        for (choose.nodes_most = most; search(), choose.stopped; choose.nodes_most = most *= 2) {
            cr_assert(choose.nodes == most, "seed %d: %lld", (int)seed, choose.nodes);
            cr_assert(found_cost >= expected - 1e-9, "seed %d: %g", (int)seed, found_cost);
            choose.cutoff = 1e6;
            choose.nodes = 0;
            stopped++;
        }
        cr_assert(isinf(expected) ? isinf(found_cost) : fabs(found_cost - expected) <= 1e-9, "seed %d",
                  (int)seed);
    }
    cr_assert(stopped > 50, "%d", stopped);
}

Test(choose, an_interrupt_or_the_end_of_the_time_stops_it_before_anything_is_found) {
    draw(2);
    interrupt = 1;
    cr_assert(isinf(search()) && choose.stopped && choose.nodes == 0);
    interrupt = 0;
    choose.until = 0;
    cr_assert(isinf(search()) && choose.stopped && choose.nodes == 0);
    choose.until = INFINITY;
    search();
    cr_assert(!choose.stopped && choose.nodes > 0);
}

Test(choose, a_group_without_offers_is_refused_or_leaves_no_choice) {
    draw(2);
    groups[1].end = groups[1].first;
    groups[1].may_refuse = true;
    for (int i = 0; i <= LIMITS; i++) limit[i] = 20;
    double expected = least_of_all();
    cr_assert(isfinite(expected) && fabs(search() - expected) <= 1e-9);
    groups[1].may_refuse = false;
    choose.cutoff = 1e6;
    choose.nodes = 0;
    cr_assert(isinf(search()) && !choose.stopped && choose.nodes == 0);
}

Test(choose, users_who_cost_nothing_are_whole_at_once) {
    draw(2);
    for (int j = 0; j <= REFUSED; j++) cost[j] = 0;
    for (int i = 0; i <= LIMITS; i++) limit[i] = 20;
    cr_assert(search() == 0 && n_found == 1 && choose.nodes == 1, "%d, %lld", n_found, choose.nodes);
}

Test(choose, an_error_of_who_is_told_ends_the_search) {
    draw(2);
    for (int i = 0; i <= LIMITS; i++) limit[i] = 20;
    choose.found = fail;
    cr_assert(fl_choose_search(&choose, &err) == FL_ENOMEM);
}

/** Somebody who never lowers the cutoff is shown other choices, until everybody has decided. */
static fl_status count_only(fl_choose *now, const int *users, fl_error *e) {
    (void)now;
    (void)e;
    cr_assert(keeps_to_limits(users));
    found_cost = fmin(found_cost, cost_of(users));
    n_found++;
    return FL_OK;
}

Test(choose, whoever_does_not_lower_the_cutoff_is_shown_every_choice_that_matters) {
    int most = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        draw(seed);
        for (int g = 0; g < GROUPS; g++) groups[g].count = g == 0 ? 2 : 1;
        choose.found = count_only;
        double expected = least_of_all(), cheapest = search();
        cr_assert(isinf(expected) ? isinf(cheapest) : fabs(cheapest - expected) <= 1e-9,
                  "seed %d: %g, not %g", (int)seed, cheapest, expected);
        most = n_found > most ? n_found : most;
    }
    cr_assert(most > 10, "%d", most);
}
