/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/remains.h"
#include "core/tolerance.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_instance *instance;
static fl_remains remains;

static const char shared[] =
    "{'system': {'nodes': [{'name': 'm', 'speed': 1e9, 'power': 1, 'capacity': 150},"
    "  {'name': 'e', 'speed': 1e9, 'power': 1, 'memory': 50}, {'name': 'c', 'speed': 1e9, 'power': 1}],"
    "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e9, 'capacity': 100}, {'from': 'm', 'to': 'c', 'rate': "
    "1e9}]},"
    " 'apps': [{'source': 'm', 'deadline': 1, 'slices': {'c': [0.3, 0.8]}, 'input_bits': 60,"
    "  'blocks': [{'ops': 100, 'out_bits': 40, 'memory': 10}, {'ops': 200, 'memory': 60}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5}, {'after': 2, 'accuracy': 1}]}]}";

static void start(void) {
    fl_arena_init(&arena, 0);
    instance = build_instance(shared);
    cr_assert(fl_remains_create(&remains, instance, &arena, &err) == FL_OK);
}

static void stop(void) {
    fl_instance_free(instance);
    fl_arena_free(&arena);
}

TestSuite(remains, .init = start, .fini = stop);

static fl_app restricted(void) {
    fl_app app = instance->apps[0];
    cr_assert(fl_remains_bar_full(&remains, &app, &err) == FL_OK);
    cr_assert(fl_remains_restrict(&remains, &app, &err) == FL_OK);
    return app;
}

Test(remains, users_fit_until_a_limit_is_reached) {
    fl_load loads[] = {{FL_LIMIT_MEMORY, -1, 1, 10}, {FL_LIMIT_LINK, 0, 1, 40}};
    cr_assert(fl_remains_fit(&remains, loads, 2, 9) == 2, "the link carries two");
    cr_assert(fl_remains_fit(&remains, loads, 1, 9) == 5 && fl_remains_fit(&remains, loads, 1, 3) == 3);
    cr_assert(fl_remains_take(&remains, loads, 2, 2, &err) == FL_OK);
    cr_assert(fl_remains_fit(&remains, loads, 2, 9) == 0 && fl_remains_fit(&remains, loads, 1, 9) == 3);
    cr_assert(fl_remains_excess(&remains, loads, 2) == &loads[1]);
    cr_assert_null(fl_remains_excess(&remains, loads, 1));
    fl_remains_clear(&remains);
    cr_assert(fl_remains_fit(&remains, loads, 2, 9) == 2);
}

Test(remains, a_limit_reached_exactly_or_within_the_tolerance_still_fits) {
    fl_load exact = {FL_LIMIT_MEMORY, -1, 1, 50};
    fl_load within = {FL_LIMIT_MEMORY, -1, 1, 50 * (1 + 0.9 * FL_TOLERANCE_LIMIT)};
    cr_assert(fl_remains_fit(&remains, &exact, 1, 1) == 1);
    cr_assert(fl_remains_fit(&remains, &within, 1, 1) == 1, "before anybody is placed, as the judge");
    fl_remains_clear(&remains);
    cr_assert(fl_remains_fit(&remains, &exact, 1, 1) == 1 && fl_remains_fit(&remains, &within, 1, 1) == 0);
}

Test(remains, nodes_that_one_block_overloads_are_barred_from_it) {
    fl_app app = restricted();
    cr_assert(app.blocks[0].n_allowed == -1, "b1 fits everywhere");
    cr_assert(app.blocks[1].n_allowed == 1 && app.blocks[1].allowed[0] == 2, "b2 fits on c only");
    fl_load most = {FL_LIMIT_CAPACITY, -1, 0, 100};
    cr_assert(fl_remains_take(&remains, &most, 1, 1, &err) == FL_OK);
    app = restricted();
    cr_assert(app.blocks[0].n_allowed == 2 && app.blocks[0].allowed[0] == 1, "m is full");
}

Test(remains, levels_that_are_gone_are_not_offered_and_a_node_without_any_is_barred) {
    fl_load share = {FL_LIMIT_SHARE, -1, 2, 0.3};
    cr_assert(restricted().slices[0].n_levels == 2);
    cr_assert(fl_remains_take(&remains, &share, 1, 1, &err) == FL_OK);
    fl_app app = restricted();
    cr_assert(app.n_slices == 1 && app.slices[0].n_levels == 1 && app.slices[0].levels[0] == 0.3);
    cr_assert(fl_remains_take(&remains, &share, 1, 2, &err) == FL_OK);
    app = restricted();
    cr_assert(app.n_slices == 0 && app.blocks[1].n_allowed == 0);
}

Test(remains, links_are_barred_when_not_even_the_smallest_transfer_fits) {
    fl_load bits = {FL_LIMIT_LINK, 0, 1, 60};
    restricted();
    cr_assert_null(fl_remains_links(&remains));
    cr_assert(fl_remains_take(&remains, &bits, 1, 1, &err) == FL_OK);
    restricted();
    cr_assert_null(fl_remains_links(&remains), "40 bits still fit");
    bits.amount = 1;
    cr_assert(fl_remains_take(&remains, &bits, 1, 1, &err) == FL_OK);
    restricted();
    const fl_groups *links = fl_remains_links(&remains);
    cr_assert(links != NULL && links->n_groups == 3 && isinf(links->slowness[1]) &&
              isfinite(links->slowness[2]));
}

Test(remains, what_a_plan_takes_too_much_of_is_barred_once) {
    fl_plan plan = build_plan(instance, "[{'exit': 2, 'nodes': ['e', 'e']}]", &arena);
    fl_load memory = {FL_LIMIT_MEMORY, -1, 1, 70}, link = {FL_LIMIT_LINK, 0, 1, 200};
    bool more;
    fl_app app = instance->apps[0];
    fl_remains_clear(&remains);
    cr_assert(fl_remains_bar(&remains, &more, 0, &plan.apps[0], &memory, &err) == FL_OK && more);
    cr_assert(fl_remains_restrict(&remains, &app, &err) == FL_OK);
    cr_assert(app.blocks[0].n_allowed == -1 && app.blocks[1].n_allowed == 2,
              "only from the last block there");
    cr_assert(fl_remains_bar(&remains, &more, 0, &plan.apps[0], &memory, &err) == FL_OK && !more);
    cr_assert(fl_remains_bar(&remains, &more, 0, &plan.apps[0], &link, &err) == FL_OK && more);
    cr_assert(isinf(fl_remains_links(&remains)->slowness[1]));
    cr_assert(fl_remains_bar(&remains, &more, 0, &plan.apps[0], &link, &err) == FL_OK && !more);
}
