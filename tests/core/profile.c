/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/profile.h"
#include "core/drift.h"
#include "core/evaluate.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(profile, .init = start, .fini = stop);

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-12 * fabs(b);
}

Test(profile, says_what_each_node_and_link_of_the_example_takes) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_plan plan = build_plan(instance, "[{'exit': 2, 'nodes': ['mobile', 'edge']}]", &arena);
    fl_profile profile;
    cr_assert(fl_profile_placement(&profile, instance, 0, &plan.apps[0], &arena, &err) == FL_OK);
    cr_assert(near(profile.nodes[0], 2e-3) && near(profile.nodes[1], 2e-4));
    cr_assert(near(profile.links[0], 1e-3) && near(profile.delays, 1e-4));
    cr_assert(near(profile.energies[0], 0.012) && near(profile.energies[1], 0.028));
    cr_assert(near(profile.moving, 0.067));
    fl_instance_free(instance);
}

/** What the parts come to when every node has its speed and every link its rate times a factor of its own. */
static fl_cost sum(const fl_profile *profile, const fl_instance *instance, const fl_drift *drift) {
    const fl_system *system = &instance->system;
    double variance = 0;
    fl_cost cost = {profile->moving, profile->delays};
    for (int n = 0; n < system->n_nodes; n++) {
        cost.energy += profile->energies[n] * (drift->powers[n] / drift->nodes[n]);
        cost.latency += profile->nodes[n] / drift->nodes[n];
        variance += profile->node_variances[n] / (drift->nodes[n] * drift->nodes[n]);
    }
    for (int i = 0; i < system->n_links + system->n_tier_links; i++) {
        cost.latency += profile->links[i] / drift->links[i];
        variance += profile->link_variances[i] / (drift->links[i] * drift->links[i]);
    }
    cost.latency = fl_cost_latency(&instance->apps[0], cost.latency, variance);
    return cost;
}

static double factor(uint64_t seed, int i) {
    return 0.25 + 0.125 * (double)((seed * 29 + (uint64_t)i * 23) % 17);
}

static fl_drift draw_drift(const fl_system *system, uint64_t seed) {
    int n = system->n_nodes, n_links = system->n_links + system->n_tier_links;
    double *factors = FL_NEW(&arena, 2 * n + n_links, double);
    for (int i = 0; i < 2 * n + n_links; i++) factors[i] = factor(seed, i);
    return (fl_drift){factors, factors + 2 * n, 1, factors + n};
}

/** What the parts of a placement come to is what the judge says of it. */
static void check_sum(const fl_instance *base, const fl_instance *drifted, const fl_drift *drift,
                      const brute_plan *of) {
    fl_plan plan;
    fl_profile profile;
    fl_verdict verdict;
    fl_placement like = brute_placement(of);
    cr_assert(fl_plan_create(&plan, base, &arena, &err) == FL_OK);
    cr_assert(fl_plan_add_like(&plan, base, 0, base->apps[0].count, &like, &arena, &err) == FL_OK);
    cr_assert(fl_profile_placement(&profile, base, 0, &plan.apps[0], &arena, &err) == FL_OK);
    cr_assert(fl_evaluate_plan(&verdict, NULL, drifted, &plan, &arena, &err) == FL_OK);
    fl_cost cost = sum(&profile, base, drift);
    cr_assert(near(cost.energy, verdict.energy) && near(cost.latency, verdict.latency),
              "%s: %.17g J in %.17g s, not %.17g J in %.17g s", draw_say(base), cost.energy, cost.latency,
              verdict.energy, verdict.latency);
}

static void check_family(const draw_family *family, int seed) {
    fl_instance *base = draw_instance(family, (uint64_t)seed), *drifted;
    fl_drift drift = draw_drift(&base->system, (uint64_t)seed);
    brute_answer answer = brute_solve(base);
    const brute_list *list = &answer.apps[0];
    cr_assert(fl_drift_apply(&drifted, base, &drift, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    for (int i = 0; i < list->n && i < 50; i++) {
        check_sum(base, drifted, &drift, &list->plans[i * (list->n / 50 + 1) % list->n]);
    }
    brute_free(&answer);
    fl_instance_free(drifted);
    fl_instance_free(base);
    fl_arena_reset(&arena);
}

Test(profile, adds_up_to_the_judges_costs_whatever_the_speeds_rates_and_powers) {
    for (int seed = 0; seed < draw_count(400); seed++) {
        check_family(&draw_families[seed % DRAW_FAMILIES], seed);
    }
}

Test(profile, knows_packing_runs_deviations_and_what_a_plan_chooses) {
    for (int seed = 0; seed < draw_count(400); seed++) {
        check_family(&draw_choices[seed % DRAW_CHOICES], seed);
    }
}
