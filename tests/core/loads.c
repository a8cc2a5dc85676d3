/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/loads.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include "tests/support/naive.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(loads, .init = start, .fini = stop);

/* Two inferences a second; a quarter of the samples leave after b1, whose head they run. */
static const char limited[] =
    "{'system': {'nodes': [{'name': 'm', 'speed': 1e9, 'power': 1, 'capacity': 1e9, 'memory': 1e6},"
    "  {'name': 'e', 'speed': 1e9, 'power': 1, 'capacity': 1e9, 'memory': 1e6}],"
    "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e9, 'capacity': 1e6}, {'from': 'e', 'to': 'm', 'rate': "
    "1e9}]},"
    " 'apps': [{'source': 'm', 'rate': 2, 'deadline': 1, 'input_bits': 7,"
    "  'blocks': [{'ops': 100, 'out_bits': 40, 'memory': 10}, {'ops': 1000, 'memory': 20},"
    "   {'ops': 10000, 'memory': 30}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.25, 'ops': 5}, {'after': 3, 'accuracy': 1, 'ops': "
    "8}]}]}";

static fl_load loads[64];

static int load(const fl_instance *instance, const char *plan) {
    fl_plan read = build_plan(instance, plan, &arena);
    return fl_loads_of(loads, instance, 0, &read.apps[0]);
}

static bool is(const fl_load *load, fl_limit_kind kind, int from, int to, double amount) {
    return load->kind == kind && load->from == from && load->to == to && load->amount == amount;
}

Test(loads, of_a_user_are_weighted_by_rate_and_by_the_samples_that_get_there) {
    fl_instance *instance = build_instance(limited);
    int n = load(instance, "[{'exit': 2, 'nodes': ['m', 'e', 'e']}]");
    cr_assert(n == 5, "%d loads", n);
    cr_assert(is(&loads[0], FL_LIMIT_CAPACITY, -1, 0, 2 * 105.0), "%g", loads[0].amount);
    cr_assert(is(&loads[1], FL_LIMIT_CAPACITY, -1, 1, 2 * 0.75 * 11008), "%g", loads[1].amount);
    cr_assert(is(&loads[2], FL_LIMIT_MEMORY, -1, 0, 10) && is(&loads[3], FL_LIMIT_MEMORY, -1, 1, 50));
    cr_assert(is(&loads[4], FL_LIMIT_LINK, 0, 1, 2 * 0.75 * 40), "%g", loads[4].amount);
    fl_instance_free(instance);
}

Test(loads, of_what_is_unlimited_are_not_listed) {
    fl_instance *instance = build_instance(limited);
    int n = load(instance, "[{'exit': 2, 'nodes': ['m', 'e', 'm']}]"); /* the way back has no capacity */
    cr_assert(n == 5, "%d loads", n);
    cr_assert(is(&loads[4], FL_LIMIT_LINK, 0, 1, 60));
    fl_instance_free(instance);
    instance = build_instance(build_two_tiers);
    cr_assert(load(instance, "[{'exit': 2, 'nodes': ['mobile', 'edge']}]") == 0);
    fl_instance_free(instance);
}

Test(loads, in_a_reserved_share_are_the_share_and_the_memory) {
    fl_instance *instance = build_variant(limited, "/apps/0/slices", "{'e': [0.25, 0.5]}");
    int n = load(instance, "[{'exit': 2, 'nodes': ['m', 'e', 'e'], 'shares': {'e': 0.25}}]");
    cr_assert(n == 5, "%d loads", n);
    cr_assert(is(&loads[0], FL_LIMIT_CAPACITY, -1, 0, 210) && is(&loads[2], FL_LIMIT_MEMORY, -1, 1, 50));
    cr_assert(is(&loads[3], FL_LIMIT_SHARE, -1, 1, 0.25) && fl_loads_limit(instance, &loads[3]) == 1);
    cr_assert(load(instance, "[{'exit': 1, 'nodes': ['m']}]") == 2, "a level not used is not reserved");
    fl_instance_free(instance);
}

Test(loads, of_the_same_limit_add_up_in_order) {
    fl_load list[] = {{FL_LIMIT_LINK, 0, 1, 4},    {FL_LIMIT_MEMORY, -1, 1, 1}, {FL_LIMIT_CAPACITY, -1, 2, 8},
                      {FL_LIMIT_MEMORY, -1, 1, 2}, {FL_LIMIT_LINK, 0, 1, 0.5},  {FL_LIMIT_LINK, 0, 2, 1}};
    cr_assert(fl_loads_sum(list, 6) == 4);
    cr_assert(is(&list[0], FL_LIMIT_CAPACITY, -1, 2, 8) && is(&list[1], FL_LIMIT_MEMORY, -1, 1, 3));
    cr_assert(is(&list[2], FL_LIMIT_LINK, 0, 1, 4.5) && is(&list[3], FL_LIMIT_LINK, 0, 2, 1));
}

/** What the naive judge counts of a limit. */
static long double counted(const naive_load *real, const fl_load *load) {
    switch (load->kind) {
    case FL_LIMIT_CAPACITY:
        return real->ops[load->to];
    case FL_LIMIT_MEMORY:
        return real->memory[load->to];
    case FL_LIMIT_SHARE:
        return real->shares[load->to];
    case FL_LIMIT_LINK:
        break;
    }
    return real->bits[load->from * real->n_nodes + load->to];
}

Test(loads, are_what_the_naive_judge_counts) {
    static const draw_family family = {
        .name = "loads", .recipe = {.binding = true, .users = 2, .blocks = 4, .nodes = 3, .slices = true}};
    int compared = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        fl_instance *instance = draw_instance(&family, seed);
        const fl_app *app = &instance->apps[0];
        int nodes[4];
        for (int l = 0; l < 4; l++) nodes[l] = (int)(seed / (l == 0 ? 1 : l == 1 ? 3 : l == 2 ? 9 : 27)) % 3;
        fl_plan plan;
        cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
        cr_assert(fl_plan_place(&plan, instance, 0, app->n_exits - 1, nodes, &arena, &err) == FL_OK);
        int n = fl_loads_of(loads, instance, 0, &plan.apps[0]);
        cr_assert(n <= fl_loads_most(app->n_blocks));
        naive_load real = naive_load_create(instance);
        naive_load_add(&real, instance, 0, app->n_exits - 1, nodes, plan.apps[0].levels, 1);
        for (int i = 0; i < n; i++, compared++) {
            long double amount = counted(&real, &loads[i]);
            cr_assert(i == 0 || fl_loads_compare(&loads[i - 1], &loads[i]) < 0, "seed %d", (int)seed);
            cr_assert(fabsl(loads[i].amount - amount) <= 1e-12L * amount, "seed %d", (int)seed);
        }
        naive_load_free(&real);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(compared > 500, "%d loads compared", compared);
}
