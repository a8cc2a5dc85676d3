/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate.h"
#include "core/random.h"
#include "tests/heuristics/published.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

/** mJ that the released rule answers for B-AlexNet on CIFAR-10, as its scripts print it. */
static double expected(int milliseconds, int percent) {
    if (milliseconds <= 12 || percent >= 75) return 199.204;
    return percent <= 45 ? 12.338 : percent <= 65 ? 118.493 : 157.251;
}

Test(released, answers_what_the_scripts_print) {
    fl_arena_init(&arena, 0);
    for (int milliseconds = 3; milliseconds <= 15; milliseconds++) {
        for (int percent = 10; percent <= 85; percent += 5) {
            fl_instance *instance =
                published_instance(B_ALEXNET, milliseconds * 1e-3, percent / 100.0, RECEIVER);
            fl_result result = run_with(instance, &fl_released_method, NULL, 0, &arena);
            cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan && result.plan.n_apps == 0);
            cr_assert(fabs(result.claimed * 1e3 - expected(milliseconds, percent)) < 5e-4, "%d ms, %d %%: %g",
                      milliseconds, percent, result.claimed * 1e3);
            fl_instance_free(instance);
        }
    }
    fl_arena_free(&arena);
}

/** The rule again, from the words of its source: tiers in order, each block going on up one tier while what
 * is used of the deadline, or the accuracy that is missing, weighs too much. */
static double naive(const fl_instance *instance) {
    const fl_app *app = &instance->apps[0];
    const fl_node *nodes = instance->system.nodes;
    const int ahead[] = {0, 0, 1, 2, 2};
    double into[3] = {0, 0, 0}, used = 0, reach = 1, energy = 0;
    int tier = 0;
    for (int i = 0; i < instance->system.n_links; i++) {
        const fl_node_link *link = &instance->system.links[i];
        if (link->to == link->from + 1) into[link->to] = link->link.rate;
    }
    for (int l = 0; l < 5; l++) {
        double time[3], least = INFINITY;
        for (int t = 0; t < 3; t++) {
            time[t] = 10 * app->blocks[l].ops / nodes[t].speed;
            if (t > 0 && l > 0) time[t] += app->blocks[l - 1].out_bits / into[t];
            least = fmin(least, time[t]);
        }
        bool late = 0.5 * (used + least) / app->deadline > 0.85;
        bool inaccurate = app->accuracy / app->exits[ahead[l]].accuracy > 0.85;
        if (l > 0 && !late && !inaccurate) break;
        int before = tier;
        if (l > 0 && tier < 2) tier++;
        used += time[tier];
        energy += reach * app->blocks[l].ops / nodes[tier].speed * nodes[tier].power;
        if (tier != before) {
            energy += reach * app->blocks[l - 1].out_bits * (nodes[before].tx_energy + nodes[tier].rx_energy);
        }
    }
    return energy;
}

/** A document of three tiers and an application that has no blocks yet. */
static fl_value *three_tiers(void) {
    return build_document(
        &arena,
        "{'schema': 'finlab/1', 'system': {'nodes': ["
        "{'name': 'm', 'tier': 0, 'speed': 1e10, 'power': 6, 'tx_energy': 3e-8, 'rx_energy': 3e-8},"
        "{'name': 'e', 'tier': 1, 'speed': 1e11, 'power': 140, 'tx_energy': 4e-8, 'rx_energy': 4e-8},"
        "{'name': 'c', 'tier': 2, 'speed': 3e11, 'power': 400, 'tx_energy': 1e-8, 'rx_energy': 2e-8}],"
        " 'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}, {'from': 'e', 'to': 'c', 'rate': 2e9},"
        "           {'from': 'm', 'to': 'c', 'rate': 5e8}]},"
        " 'apps': [{'source': 'm', 'deadline': 1, 'blocks': [], 'exits': ["
        "  {'after': 1, 'accuracy': 0.5}, {'after': 3, 'accuracy': 0.7}, {'after': 5, 'accuracy': "
        "0.9}]}]}");
}

Test(released, follows_the_rule_of_the_scripts_on_other_numbers) {
    double least = INFINITY, most = 0;
    for (int seed = 0; seed < 500; seed++) {
        fl_random random;
        fl_random_seed(&random, (uint64_t)seed);
        fl_arena_init(&arena, 0);
        fl_value *document = three_tiers();
        char number[100];
        for (int l = 0; l < 5; l++) {
            snprintf(number, sizeof number, "{'ops': %.17g, 'out_bits': %.17g}",
                     1e7 * fl_random_between(&random, 1, 9), 1e6 * fl_random_between(&random, 0, 9));
            build_put(&arena, document, "/apps/0/blocks/-", number);
        }
        snprintf(number, sizeof number, "%.17g", fl_random_between(&random, 0.005, 0.08));
        build_put(&arena, document, "/apps/0/deadline", number);
        snprintf(number, sizeof number, "%.17g", fl_random_between(&random, 0.3, 0.9));
        build_put(&arena, document, "/apps/0/accuracy", number);
        fl_instance *instance;
        cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
        fl_result result = run_with(instance, &fl_released_method, NULL, 0, &arena);
        double expected_energy = naive(instance);
        cr_assert(fabs(result.claimed - expected_energy) <= 1e-12 * expected_energy, "seed %d: %g, not %g",
                  seed, result.claimed, expected_energy);
        least = fmin(least, result.claimed);
        most = fmax(most, result.claimed);
        fl_instance_free(instance);
        fl_arena_free(&arena);
    }
    cr_assert(most > 2 * least);
}

Test(released, systems_of_another_shape_are_not_supported) {
    static const char *const changes[][2] = {
        {"/system/nodes/1/tier", "0"},                                /* two in one tier */
        {"/system/links/0", "{'from': 'e', 'to': 'm', 'rate': 1e9}"}, /* none from mobile to edge */
        {"/system/links/1", "{'from': 'c', 'to': 'e', 'rate': 1e9}"}, /* none from edge to cloud */
        {"/apps/0/source", "'e'"},
        {"/system/nodes/-", "{'name': 'more', 'tier': 3, 'speed': 1, 'power': 1}"},
        {"/apps/0/exits", "[{'after': 5, 'accuracy': 0.9}]"},
    };
    fl_arena_init(&arena, 0);
    for (int i = -1; i < 6; i++) {
        fl_settings settings;
        fl_result result;
        fl_value *document = three_tiers();
        for (int l = 0; l < 5; l++) build_put(&arena, document, "/apps/0/blocks/-", "{'ops': 1e6}");
        if (i >= 0) build_put(&arena, document, changes[i][0], changes[i][1]);
        fl_instance *instance;
        cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%d: %s", i, err.text);
        fl_settings_default(&settings, &fl_released_method, instance);
        fl_status status = fl_run(&result, instance, &fl_released_method, &settings, &arena, NULL, &err);
        cr_assert(status == (i < 0 ? FL_OK : FL_EUNSUPPORTED), "change %d", i);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    fl_arena_free(&arena);
}

Test(released, other_shapes_are_not_supported) {
    fl_settings settings;
    fl_result result;
    fl_arena_init(&arena, 0);
    fl_instance *instance = published_instance(B_LENET, 1e-3, 0.9, RECEIVER); /* three blocks */
    fl_settings_default(&settings, &fl_released_method, instance);
    cr_assert(fl_run(&result, instance, &fl_released_method, &settings, &arena, NULL, &err) ==
              FL_EUNSUPPORTED);
    fl_instance_free(instance);
    fl_arena_free(&arena);
}
