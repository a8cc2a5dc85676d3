/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/choices.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include <criterion/criterion.h>

/* Three exits after blocks 1, 2, 3; powers of two, so that all sums are exact. */
static const char three[] =
    "{'system': {'nodes': [{'name': 'a', 'speed': 1, 'power': 2}, {'name': 'b', 'speed': 2, 'power': 3}],"
    "            'links': [{'from': 'a', 'to': 'b', 'rate': 8}]},"
    " 'apps': [{'source': 'a', 'deadline': 1000, 'input_bits': 32,"
    "  'input_codings': [{'name': 'half', 'bits': 16, 'loss': 0.25}, {'name': 'big', 'bits': 64}],"
    "  'blocks': [{'ops': 4, 'out_bits': 16, 'pack': {'a': 1}, 'unpack': {'b': 2}},"
    "             {'ops': 8, 'out_bits': 16, 'time': {'b': 5}, 'energy': {'b': 7}}, {'ops': 16}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.25, 'ops': 2, 'optional': true},"
    "            {'after': 2, 'accuracy': 0.25, 'share': 0.25, 'ops': 4, 'optional': true},"
    "            {'after': 3, 'accuracy': 1, 'ops': 8}],"
    "  'thresholds': [{'name': 't', 'shares': [0, 0.5, 0], 'accuracies': [1, 0.75, 0.75]}],"
    "  'segments': {'b': [{'first': 1, 'last': 1, 'time': 1}, {'first': 1, 'last': 2, 'time': 1.5},"
    "                     {'first': 2, 'last': 3, 'time': 6}]}}]}";

static fl_instance *instance;
static const fl_app *app;

static void start(void) {
    instance = build_instance(three);
    app = &instance->apps[0];
}

static void stop(void) {
    fl_instance_free(instance);
}

TestSuite(choices, .init = start, .fini = stop);

static const bool first_off[] = {true, false, false}, both_off[] = {true, true, false};

Test(choices, an_exit_that_is_off_lets_its_samples_go_on_to_the_next_active_one) {
    fl_exits_used own = FL_EXITS_OWN, first = {-1, first_off}, both = {-1, both_off};
    cr_assert(fl_choices_reach(app, &own, 1) == 0.75 && fl_choices_reach(app, &own, 2) == 0.5);
    cr_assert(fl_choices_reach(app, &first, 1) == 1 && fl_choices_reach(app, &first, 2) == 0.5);
    cr_assert(fl_choices_reach(app, &both, 2) == 1);
    cr_assert(fl_choices_accuracy(app, &own, 2) == 0.25 * 0.5 + 0.25 * 0.25 + 0.5);
    cr_assert(fl_choices_accuracy(app, &first, 2) == 0.5 * 0.25 + 0.5);
    cr_assert(fl_choices_accuracy(app, &both, 2) == 1);
}

Test(choices, the_head_of_an_exit_that_is_off_or_lets_nobody_go_does_not_run) {
    fl_exits_used own = FL_EXITS_OWN, first = {-1, first_off}, at = {0, NULL}, both = {-1, both_off};
    cr_assert(fl_choices_head(app, &own, 0, 2) == 2 && fl_choices_head(app, &first, 0, 2) == 0);
    cr_assert(fl_choices_head(app, &first, 1, 2) == 4 && fl_choices_head(app, &both, 1, 2) == 0);
    cr_assert(fl_choices_head(app, &at, 0, 2) == 0, "nobody leaves there at this threshold");
    cr_assert(fl_choices_head(app, &both, 2, 2) == 8 && fl_choices_head(app, &at, 0, 0) == 2, "final");
}

Test(choices, a_threshold_has_shares_and_accuracies_of_its_own) {
    fl_exits_used at = {0, NULL};
    cr_assert(fl_choices_reach(app, &at, 1) == 1 && fl_choices_reach(app, &at, 2) == 0.5);
    cr_assert(fl_choices_accuracy(app, &at, 2) == 0.5 * 0.75 + 0.5 * 0.75);
}

Test(choices, a_coding_has_bits_and_a_loss_of_its_own) {
    cr_assert(fl_choices_bits(app, 0, -1) == 32 && fl_choices_loss(app, 0, -1) == 0);
    cr_assert(fl_choices_bits(app, 0, 0) == 16 && fl_choices_loss(app, 0, 0) == 0.25);
    cr_assert(fl_choices_bits(app, 1, -1) == 16);
    cr_assert(fl_choices_most_bits(app, 0) == 64 && fl_choices_least_bits(app, 0) == 16);
}

Test(choices, extremes_hold_for_every_choice) {
    cr_assert(fl_choices_most_reach(app, 2) == 1 && fl_choices_least_reach(app, 1) == 0.75);
    cr_assert(fl_choices_least_ops(app, 0) == 4, "its exit may be off");
    cr_assert(fl_choices_least_ops(app, 2) == 16, "its exit has no share");
    double scratch[3];
    cr_assert(fl_choices_best_accuracy(app, scratch) == 1, "both off, all at the last exit");
}

Test(choices, the_best_accuracy_is_that_of_the_best_way_to_use_the_exits) {
    for (int drawn = 0; drawn < 200; drawn++) {
        const draw_family family = {.name = "choices", .recipe = {.optional = true, .thresholds = true}};
        fl_instance *other = draw_instance(&family, (uint64_t)drawn);
        const fl_app *of = &other->apps[0];
        double scratch[16], best = 0;
        for (int set = 0; set < 1 << of->n_exits; set++) {
            bool off[16], allowed = true;
            for (int e = 0; e < of->n_exits; e++) off[e] = (set >> e) & 1;
            for (int e = 0; e < of->n_exits; e++) allowed = allowed && (!off[e] || of->exits[e].optional);
            for (int t = -1; allowed && t < of->n_thresholds; t++) {
                for (int e = 0; e < of->n_exits; e++) {
                    best = fmax(best, fl_choices_accuracy(of, &(fl_exits_used){t, off}, e));
                }
            }
        }
        cr_assert(fabs(fl_choices_best_accuracy(of, scratch) - best) < 1e-12, "%s", draw_say(other));
        fl_instance_free(other);
    }
}

/* Costs of runs */

Test(choices, a_run_takes_what_was_measured_of_it_longer_by_each_block) {
    fl_cost one = fl_cost_run(instance, app, 0, 0, 1, 0, 1), two = fl_cost_run(instance, app, 1, 0, 1, 0, 1);
    cr_assert(one.latency == 1 && one.energy == 3, "time and power");
    cr_assert(two.latency == 0.5 && two.energy == 1.5, "not the measured energy of the block");
    fl_cost alone = fl_cost_run(instance, app, 1, 1, 1, 0, 1);
    cr_assert(alone.latency == 5 && alone.energy == 7, "nothing is known of a run of this block alone");
    fl_cost third = fl_cost_run(instance, app, 2, 1, 1, 0, 1);
    cr_assert(third.latency == 8 && third.energy == 24, "nor of one without it");
    fl_cost headed = fl_cost_run(instance, app, 1, 0, 1, 4, 0.5);
    cr_assert(headed.latency == 5 && headed.energy == 1.5 + 6, "a head adds, a share divides the time");
}

Test(choices, packing_takes_time_and_the_power_of_either_node) {
    fl_cost pack = fl_cost_pack(instance, app, 1, 0, 1), none = fl_cost_pack(instance, app, 0, 0, 1);
    cr_assert(pack.latency == 3 && pack.energy == 1 * 2 + 2 * 3);
    cr_assert(none.latency == 0 && none.energy == 0);
}
