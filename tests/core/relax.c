/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/relax.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static fl_instance *instance;

/* Two nodes with capacities, one with a memory; a link between nodes and one between tiers. */
static const char limited[] =
    "{'system': {'nodes': [{'name': 'm', 'speed': 10, 'power': 1, 'capacity': 100},"
    "  {'name': 'e', 'speed': 10, 'power': 1, 'capacity': 200, 'memory': 50, 'tier': 1},"
    "  {'name': 'c', 'speed': 20, 'power': 1, 'tier': 2}],"
    "  'links': [{'from_tier': 1, 'to_tier': 2, 'rate': 100, 'capacity': 8},"
    "   {'from': 'm', 'to': 'e', 'rate': 100, 'capacity': 4}, {'from': 'e', 'to': 'm', 'rate': 100}]},"
    " 'apps': [{'name': 'camera', 'count': 2, 'source': 'm', 'deadline': 6, 'accuracy': 0.5,"
    "   'blocks': [{'ops': 10, 'out_bits': 3, 'memory': 5}, {'ops': 20, 'out_bits': 1, 'memory': 7}],"
    "   'exits': [{'after': 1, 'accuracy': 0.6}, {'after': 2, 'accuracy': 0.9}]},"
    "  {'name': 'radar', 'source': 'e', 'deadline': 3, 'blocks': [{'ops': 10, 'memory': 4}],"
    "   'exits': [{'after': 1, 'accuracy': 1}]}]}";

static void start(void) {
    fl_arena_init(&arena, 0);
    instance = build_instance(limited);
}

static void stop(void) {
    fl_instance_free(instance);
    fl_arena_free(&arena);
}

TestSuite(relax, .init = start, .fini = stop);

/** Index 0 of links is the one between nodes, which is written second. */
static const fl_relax all[] = {{FL_RELAX_DEADLINE, -1}, {FL_RELAX_DEADLINE, 0},  {FL_RELAX_DEADLINE, 1},
                               {FL_RELAX_ACCURACY, 0},  {FL_RELAX_CAPACITY, -1}, {FL_RELAX_CAPACITY, 0},
                               {FL_RELAX_CAPACITY, 1},  {FL_RELAX_MEMORY, 1},    {FL_RELAX_LINK, -1},
                               {FL_RELAX_LINK, 0},      {FL_RELAX_LINK, 2}};
enum { N_ALL = sizeof all / sizeof *all };

Test(relax, every_limit_there_is_is_listed_with_what_it_is) {
    static const double now[N_ALL] = {1, 6, 3, 0.5, 1, 100, 200, 50, 1, 4, 8};
    fl_relax *list;
    int n;
    cr_assert(fl_relax_list(&list, &n, instance, &arena, &err) == FL_OK);
    cr_assert(n == N_ALL, "%d limits", n);
    for (int i = 0; i < n; i++) {
        cr_assert(list[i].kind == all[i].kind && list[i].index == all[i].index, "limit %d", i);
        cr_assert(fl_relax_now(instance, &list[i]) == now[i], "limit %d", i);
    }
}

Test(relax, setting_a_limit_leaves_the_others) {
    for (int i = 0; i < N_ALL; i++) {
        fl_instance *relaxed;
        bool factor = all[i].index < 0, accuracy = all[i].kind == FL_RELAX_ACCURACY;
        double value = accuracy ? 0.25 : factor ? 3 : 1000;
        cr_assert(fl_relax_set(&relaxed, instance, &all[i], value, &err) == FL_OK, "%s", err.text);
        for (int k = 0; k < N_ALL; k++) {
            if (all[k].index < 0) continue;
            double was = fl_relax_now(instance, &all[k]), is = fl_relax_now(relaxed, &all[k]);
            bool meant = all[k].kind == all[i].kind && (factor || all[k].index == all[i].index);
            cr_assert(is == (meant ? factor ? 3 * was : value : was), "limit %d, setting %d: %g", k, i, is);
        }
        fl_instance_free(relaxed);
    }
}

Test(relax, taking_a_limit_away_lets_any_plan_keep_it) {
    for (int i = 0; i < N_ALL; i++) {
        fl_instance *relaxed;
        bool accuracy = all[i].kind == FL_RELAX_ACCURACY;
        cr_assert(fl_relax_set(&relaxed, instance, &all[i], accuracy ? 0 : INFINITY, &err) == FL_OK);
        for (int h = 0; h < 2 && all[i].kind == FL_RELAX_DEADLINE; h++) {
            if (all[i].index >= 0 && all[i].index != h) continue;
            double more = relaxed->apps[h].deadline - instance->apps[h].deadline;
            cr_assert(more >= (h == 0 ? 3.029 : 1), "the slowest plan of application %d: %g", h, more);
        }
        if (all[i].kind > FL_RELAX_ACCURACY && all[i].index >= 0) {
            cr_assert(isinf(fl_relax_now(relaxed, &all[i])), "limit %d", i);
        }
        fl_instance_free(relaxed);
    }
}

Test(relax, what_a_plan_needs_is_the_most_that_it_takes) {
    /* One camera all on m (3 s), the other from m by e to c (1 + 0.03 + 1 s); the radar on e (1 s). */
    fl_plan plan = build_plan(instance,
                              "[{'app': 'camera', 'exit': 2, 'nodes': ['m', 'm'], 'count': 1},"
                              " {'app': 'camera', 'exit': 2, 'nodes': ['e', 'c'], 'count': 1},"
                              " {'app': 'radar', 'exit': 1, 'nodes': ['e']}]",
                              &arena);
    static const double needed[N_ALL] = {0.5, 3, 1, 0.9, 0.3, 30, 20, 9, 0.375, 0, 3};
    for (int i = 0; i < N_ALL; i++) {
        double need;
        cr_assert(fl_relax_needed(&need, instance, &all[i], &plan, &arena, &err) == FL_OK);
        cr_assert(fabs(need - needed[i]) <= 1e-12, "limit %d: %.17g", i, need);
    }
}
