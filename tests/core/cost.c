/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cost.h"
#include "core/generate.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

/* Powers of two, so that every product is exact and can be compared with ==. */
static const char three_exits[] =
    "{'schema': 'finlab/1', 'system': {"
    " 'nodes': [{'name': 'a', 'speed': 4, 'power': 2, 'tx_energy': 0.5, 'rx_energy': 8},"
    "           {'name': 'b', 'speed': 8, 'power': 16, 'tx_energy': 32, 'rx_energy': 0.25}],"
    " 'links': [{'from': 'a', 'to': 'b', 'rate': 2, 'delay': 3, 'energy': 0.125}]},"
    " 'apps': [{'source': 'a', 'input_bits': 6, 'deadline': 100, 'accuracy': 0.5625,"
    "  'blocks': [{'ops': 16, 'out_bits': 10}, {'ops': 32, 'out_bits': 20, 'time': {'a': 7, 'b': 9}, "
    "'energy': {'b': 5}},"
    "             {'ops': 64, 'energy': {'a': 11}}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.25, 'ops': 8}, {'after': 2, 'accuracy': 0.75, "
    "'ops': 4},"
    "            {'after': 3, 'accuracy': 1, 'share': 0.5, 'ops': 2}]}]}";

static fl_instance *instance;
static const fl_app *app;

static void start(void) {
    instance = build_instance(three_exits);
    app = &instance->apps[0];
}

static void stop(void) {
    fl_instance_free(instance);
}

TestSuite(cost, .init = start, .fini = stop);

Test(cost, shares_before_a_block_lower_its_reach) {
    cr_assert(fl_cost_reach(app, 0) == 1);
    cr_assert(fl_cost_reach(app, 1) == 0.75, "exit 1 stands before block 2");
    cr_assert(fl_cost_reach(app, 2) == 0.75, "exit 2 has no share");
}

Test(cost, reach_is_never_negative) {
    fl_instance *over =
        build_variant(three_exits, "/apps/0/exits",
                      "[{'after': 1, 'accuracy': 1, 'share': 0.5},"
                      " {'after': 2, 'accuracy': 1, 'share': 0.5000000005}, {'after': 3, 'accuracy': 1}]");
    cr_assert(fl_cost_reach(&over->apps[0], 2) == 0);
    cr_assert(fl_cost_accuracy(&over->apps[0], 2) <= 1 + 1e-9);
    fl_instance_free(over);
}

Test(cost, a_quantile_counts_the_blocks_up_to_the_exit_by_which_it_has_left) {
    static const char shares[] = "[{'after': 1, 'accuracy': 1, 'share': 0.1}, {'after': 2, 'accuracy': 1,"
                                 " 'share': 0.2}, {'after': 3, 'accuracy': 1}]";
    const struct {
        double quantile;
        int blocks; /* that count */
    } cases[] = {{1e-12, 1}, {0.05, 1},         {0.1, 1},          {0.1 + 0.9e-9, 1}, {0.1 + 1.1e-9, 2},
                 {0.3, 2},   {0.3 + 0.9e-9, 2}, {0.3 + 1.1e-9, 3}, {0.9, 3},          {1, 3}};
    fl_instance *made = build_variant(three_exits, "/apps/0/exits", shares);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_app of = made->apps[0];
        of.latency = FL_LATENCY_QUANTILE;
        of.quantile = cases[i].quantile;
        for (int l = 0; l < 3; l++) {
            cr_assert(fl_cost_weight(&of, fl_cost_reach(&of, l)) == (l < cases[i].blocks), "%.17g, block %d",
                      of.quantile, l + 1);
        }
    }
    fl_instance_free(made);
}

Test(cost, accuracy_weighs_every_exit_by_the_samples_that_leave_there) {
    cr_assert(fl_cost_accuracy(app, 0) == 0.5);
    cr_assert(fl_cost_accuracy(app, 1) == 0.25 * 0.5 + 0.75 * 0.75);
    cr_assert(fl_cost_accuracy(app, 2) == 0.25 * 0.5 + 0.75 * 1,
              "the share of the final exit does not matter");
}

Test(cost, an_exit_is_accurate_enough_within_the_tolerance) {
    cr_assert(!fl_cost_accurate(app, 0) && fl_cost_accurate(app, 1) && fl_cost_accurate(app, 2));
    const char *const targets[] = {"0.5000000009", "0.5000000011"};
    for (int i = 0; i < 2; i++) {
        fl_instance *near = build_variant(three_exits, "/apps/0/accuracy", targets[i]);
        cr_assert(fl_cost_accurate(&near->apps[0], 0) == (i == 0), "target %s", targets[i]);
        fl_instance_free(near);
    }
}

Test(cost, an_exit_is_found_by_the_block_before_it) {
    cr_assert(fl_cost_exit_after(app, 0) == 0 && fl_cost_exit_after(app, 1) == 1 &&
              fl_cost_exit_after(app, 2) == 2);
    fl_instance *last = build_variant(three_exits, "/apps/0/exits", "[{'after': 3, 'accuracy': 1}]");
    cr_assert(fl_cost_exit_after(&last->apps[0], 0) == -1 && fl_cost_exit_after(&last->apps[0], 2) == 0);
    fl_instance_free(last);
}

Test(cost, a_head_runs_where_samples_leave_and_at_the_final_exit) {
    cr_assert(fl_cost_ops(app, 0, 0) == 24, "final");
    cr_assert(fl_cost_ops(app, 0, 1) == 24, "samples leave");
    cr_assert(fl_cost_ops(app, 1, 1) == 36, "final");
    cr_assert(fl_cost_ops(app, 1, 2) == 32, "nobody leaves at exit 2 when exit 3 is final");
    cr_assert(fl_cost_ops(app, 2, 2) == 66);
}

Test(cost, computing_takes_operations_over_speed_and_time_times_power) {
    fl_cost on_a = fl_cost_compute(instance, app, 0, 0, 2, 1),
            on_b = fl_cost_compute(instance, app, 0, 1, 2, 1);
    cr_assert(on_a.latency == 6 && on_a.energy == 12, "16 + 8 operations at 4 op/s and 2 W");
    cr_assert(on_b.latency == 3 && on_b.energy == 48);
}

Test(cost, measured_time_and_energy_replace_those_of_the_block_but_not_of_the_head) {
    fl_cost on_a = fl_cost_compute(instance, app, 1, 0, 2, 1),
            on_b = fl_cost_compute(instance, app, 1, 1, 2, 1);
    cr_assert(on_a.latency == 7 && on_a.energy == 14,
              "measured time without measured energy costs time * power");
    cr_assert(on_b.latency == 9 && on_b.energy == 5);
    on_b = fl_cost_compute(instance, app, 1, 1, 1, 1);
    cr_assert(on_b.latency == 9.5 && on_b.energy == 5 + 0.5 * 16, "with the head of exit 2");
    on_a = fl_cost_compute(instance, app, 2, 0, 2, 1);
    cr_assert(on_a.latency == 16 + 0.5 && on_a.energy == 11 + 0.5 * 2, "energy measured alone");
}

Test(cost, all_nodes_at_once_cost_the_same_to_the_last_bit) {
    fl_recipe recipe = {.nodes = 37, .blocks = 12, .exits = 5};
    for (recipe.seed = 0; recipe.seed < 200; recipe.seed++) {
        fl_instance *drawn;
        fl_error err;
        double latency[37], energy[37], speed[37], power[37];
        cr_assert(fl_generate(&drawn, &recipe, &err) == FL_OK);
        for (int n = 0; n < 37; n++) {
            speed[n] = drawn->system.nodes[n].speed;
            power[n] = drawn->system.nodes[n].power;
        }
        for (int l = 0; l < 12; l++) {
            if (drawn->apps[0].blocks[l].n_measured > 0) continue;
            for (int final = 0; final <= 5; final++) {
                fl_cost_compute_all(latency, energy, &drawn->apps[0], l, final, 37, speed, power, 0.7, 0.3);
                for (int n = 0; n < 37; n++) {
                    fl_cost one = fl_cost_compute(drawn, &drawn->apps[0], l, n, final, 1);
                    cr_assert(latency[n] == 0.7 * one.latency && energy[n] == 0.3 * one.energy, "seed %d",
                              (int)recipe.seed);
                }
            }
        }
        fl_instance_free(drawn);
    }
}

Test(cost, the_bits_that_move_are_those_of_the_block_before) {
    cr_assert(fl_cost_bits(app, 0) == 6 && fl_cost_bits(app, 1) == 10 && fl_cost_bits(app, 2) == 20);
}

Test(cost, moving_costs_sender_receiver_and_link) {
    const fl_link *link = fl_instance_link(instance, 0, 1);
    fl_cost move = fl_cost_move(instance, link, 10, 0, 1);
    cr_assert(move.latency == 5 + 3);
    cr_assert(move.energy == 10 * (0.5 + 0.25 + 0.125));
    move = fl_cost_move(instance, link, 0, 0, 1);
    cr_assert(move.latency == 3 && move.energy == 0, "no bits still pay the delay");
}
