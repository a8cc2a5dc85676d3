/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/robust.h"
#include "core/exact.h"
#include "core/json.h"
#include "tests/core/desk.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include <string.h>

static fl_robust found;

TestSuite(robust, .init = start, .fini = stop);

static void solve(const fl_instance *instance, const fl_slowdown *slowdown) {
    fl_robust_query query = {.slowdown = *slowdown};
    cr_assert(fl_robust_solve(&found, instance, &query, &desk, &err) == FL_OK, "%s: %s", err.where, err.text);
}

/* The truth: all plans in all scenarios */

enum { ELEMENTS_MOST = 5 };

/** What may be slow, by number. */
typedef struct elements {
    int n, node[ELEMENTS_MOST], link[ELEMENTS_MOST];
} elements;

/** Factors of some nodes and links, by the seed. */
static elements draw_slowdown(fl_slowdown *out, const fl_instance *instance, int seed) {
    int n = instance->system.n_nodes, n_links = instance->system.n_links + instance->system.n_tier_links;
    double *nodes = FL_NEW(&arena, n, double), *links = FL_NEW(&arena, n_links, double);
    elements all = {0};
    for (int i = 0; i < n; i++) nodes[i] = 1;
    for (int i = 0; i < n_links; i++) links[i] = 1;
    for (int i = 0; i < n + n_links && all.n < ELEMENTS_MOST; i++) {
        int at = (i * 7 + seed) % (n + n_links), k = 0;
        while (k < all.n && (at < n ? all.node[k] != at : all.link[k] != at - n)) k++;
        if (k < all.n || (seed + i) % 3 == 0) continue;
        double factor = 0.3 + 0.1 * (double)((seed * 5 + i * 3) % 7);
        all.node[all.n] = at < n ? at : -1;
        all.link[all.n++] = at < n ? -1 : at - n;
        *(at < n ? &nodes[at] : &links[at - n]) = factor;
    }
    *out = (fl_slowdown){nodes, links, seed / DRAW_FAMILIES % 5 - 1};
    return all;
}

/** The worst latency of every plan in `list`, over all sets of at most `budget` elements. */
static long double *worst_of_all(const fl_instance *instance, const brute_list *list,
                                 const fl_slowdown *slowdown, const elements *all) {
    long double *worst = FL_ZERO(&arena, list->n, long double);
    fl_scenario which = {FL_ZERO(&arena, instance->system.n_nodes, bool),
                         FL_ZERO(&arena, instance->system.n_links + instance->system.n_tier_links, bool)};
    for (int set = 0; set < 1 << all->n; set++) {
        int size = 0;
        for (int k = 0; k < all->n; k++) {
            bool in = set >> k & 1;
            size += in;
            *(all->node[k] >= 0 ? &which.nodes[all->node[k]] : &which.links[all->link[k]]) = in;
        }
        if (slowdown->budget >= 0 && size > slowdown->budget) continue;
        fl_instance *there;
        cr_assert(fl_robust_scenario(&there, instance, slowdown, &which, &arena, &err) == FL_OK);
        brute_answer answer = brute_solve(there);
        cr_assert(answer.apps[0].n == list->n);
        for (int i = 0; i < list->n; i++) {
            cr_assert(within(answer.apps[0].plans[i].energy, list->plans[i].energy, 1e-12L));
            worst[i] = fmaxl(worst[i], answer.apps[0].plans[i].latency);
        }
        brute_free(&answer);
        fl_instance_free(there);
    }
    return worst;
}

static void assert_worst(const fl_instance *instance, const brute_plan *of, const fl_slowdown *slowdown,
                         long double worst) {
    fl_plan plan;
    fl_scenario which;
    double latency;
    cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
    cr_assert(fl_plan_place(&plan, instance, 0, of->exit, of->nodes, &arena, &err) == FL_OK);
    cr_assert(fl_robust_latency(&latency, &which, instance, 0, &plan.apps[0], slowdown, &arena, &err) ==
              FL_OK);
    cr_assert(within(latency, worst, 1e-12L), "%s: %.17g s, not %.17Lg s", draw_say(instance), latency,
              worst);
}

Test(robust, finds_the_least_energy_among_all_plans_in_all_scenarios) {
    int dearer = 0, between = 0, infeasible = 0;
    for (int seed = 0; seed < draw_count(1600); seed++) {
        fl_slowdown slowdown;
        fl_recipe recipe = draw_families[seed % DRAW_FAMILIES].recipe;
        recipe.blocks = 4;
        draw_family family = {.name = "robust", .recipe = recipe};
        fl_instance *instance = draw_instance(&family, (uint64_t)seed);
        elements all = draw_slowdown(&slowdown, instance, seed);
        brute_answer nominal = brute_solve(instance);
        const brute_list *list = &nominal.apps[0];
        long double *worst = worst_of_all(instance, list, &slowdown, &all), least = HUGE_VALL;
        for (int i = 0; i < list->n; i++) {
            if (naive_in_time(&instance->apps[0], worst[i])) least = fminl(least, list->plans[i].energy);
        }
        for (int i = 0; i < list->n; i += 1 + list->n / 20) {
            assert_worst(instance, &list->plans[i], &slowdown, worst[i]);
        }
        solve(instance, &slowdown);
        cr_assert((found.status == FL_RESULT_OPTIMAL) == (least < HUGE_VALL), "%s", draw_say(instance));
        cr_assert(found.status == FL_RESULT_OPTIMAL || found.status == FL_RESULT_INFEASIBLE);
        infeasible += least == HUGE_VALL && nominal.feasible;
        if (least < HUGE_VALL) {
            cr_assert(within(found.verdict.energy, least, 2e-9L), "%s: %.17g J, not %.17Lg J",
                      draw_say(instance), found.verdict.energy, least);
            cr_assert(found.worst.verdict.feasible && found.worst.verdict.latency >= found.verdict.latency);
            cr_assert(within(found.worst.verdict.energy, found.verdict.energy, 1e-12L));
            bool more = !within(found.verdict.energy, nominal.verdict.energy, 1e-9L);
            dearer += more;
            between += more && slowdown.budget > 0 && slowdown.budget < all.n;
        }
        brute_free(&nominal);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    cr_assert(dearer > 50 && between > 20 && infeasible > 20, "%d dearer, %d between, %d infeasible", dearer,
              between, infeasible);
}

/** The published network's size: brute force would take 4^12 plans; two budgets bracket each other. */
Test(robust, costs_more_the_larger_the_budget_is_and_ends_at_everything_slow) {
    for (int seed = 0; seed < draw_count(20); seed++) {
        draw_family family = {.name = "medium",
                              .recipe = {.blocks = 12, .nodes = 4, .tightness = FL_TIGHTNESS_MEDIUM}};
        fl_instance *instance = draw_instance(&family, (uint64_t)seed), *slow;
        int n = instance->system.n_nodes, n_links = instance->system.n_links + instance->system.n_tier_links;
        double *factors = FL_NEW(&arena, n + n_links, double), before = 0;
        for (int i = 0; i < n + n_links; i++) factors[i] = 0.9 - 0.03 * (i % 5);
        for (int budget = 0; budget <= n + n_links; budget++) {
            fl_slowdown slowdown = {factors, factors + n, budget};
            solve(instance, &slowdown);
            double energy = found.status == FL_RESULT_OPTIMAL ? found.verdict.energy : INFINITY;
            cr_assert(found.status == FL_RESULT_OPTIMAL || found.status == FL_RESULT_INFEASIBLE);
            cr_assert(energy >= before * (1 - 1e-9), "%s: budget %d", draw_say(instance), budget);
            before = energy;
        }
        fl_slowdown slowdown = {factors, factors + n, -1};
        fl_settings settings;
        fl_result result;
        cr_assert(fl_robust_scenario(&slow, instance, &slowdown, NULL, &arena, &err) == FL_OK);
        fl_settings_default(&settings, &fl_exact_method, slow);
        cr_assert(fl_run(&result, slow, &fl_exact_method, &settings, &scratch, NULL, &err) == FL_OK);
        cr_assert(isinf(before) ? !result.has_plan : within(result.verdict.energy, before, 1e-9L), "%s",
                  draw_say(instance));
        fl_instance_free(slow);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

/** Everything slow at once, where plans choose more, runs cost or times deviate. */
static bool check_all_slow(const fl_instance *instance, int seed) {
    fl_slowdown slowdown;
    fl_instance *slow;
    fl_plan plan;
    fl_robust_worst worst;
    draw_slowdown(&slowdown, instance, seed);
    slowdown.budget = -1;
    cr_assert(fl_robust_scenario(&slow, instance, &slowdown, NULL, &arena, &err) == FL_OK);
    brute_answer truth = brute_solve(slow);
    solve(instance, &slowdown);
    cr_assert(found.status == (truth.feasible ? FL_RESULT_OPTIMAL : FL_RESULT_INFEASIBLE), "%s",
              draw_say(instance));
    if (truth.feasible) {
        cr_assert(within(found.verdict.energy, truth.verdict.energy, 2e-9L), "%s: %.17g J, not %.17Lg J",
                  draw_say(instance), found.verdict.energy, truth.verdict.energy);
        cr_assert(found.worst.verdict.feasible && found.verdict.feasible);
    }
    for (int i = 0; i < truth.apps[0].n; i += 1 + truth.apps[0].n / 20) { /* any plan at its worst */
        const fl_placement at = brute_placement(&truth.apps[0].plans[i]);
        cr_assert(fl_plan_create(&plan, instance, &arena, &err) == FL_OK);
        cr_assert(fl_plan_add_like(&plan, instance, 0, instance->apps[0].count, &at, &arena, &err) == FL_OK);
        cr_assert(fl_robust_judge(&worst, instance, &plan, &slowdown, &arena, &err) == FL_OK, "%s", err.text);
        cr_assert(within(worst.verdict.latency, truth.apps[0].plans[i].latency, 1e-12L), "%s",
                  draw_say(instance));
    }
    bool feasible = truth.feasible;
    brute_free(&truth);
    fl_instance_free(slow);
    return feasible;
}

Test(robust, where_plans_choose_more_or_times_deviate_everything_is_slow_at_once) {
    int n = draw_count(40), feasible = 0;
    for (int i = 0; i < DRAW_CHOICES; i++) {
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&draw_choices[i], (uint64_t)seed);
            feasible += check_all_slow(instance, seed);
            fl_instance_free(instance);
            fl_arena_reset(&arena);
        }
    }
    cr_assert(feasible > n, "%d feasible", feasible);
}

Test(robust, with_deviations_no_budget_is_smaller_than_all) {
    fl_recipe recipe = {.seed = 1, .nodes = 3, .deviations = true};
    fl_instance *instance;
    const double factors[] = {0.5, 0.5, 0.5};
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    cr_assert(instance->features == FL_FEATURE_DEVIATIONS);
    fl_robust_query query = {.slowdown = {.nodes = factors, .budget = 1}};
    cr_assert(fl_robust_solve(&found, instance, &query, &desk, &err) == FL_EUNSUPPORTED);
    query.slowdown.budget = 3;
    cr_assert(fl_robust_solve(&found, instance, &query, &desk, &err) == FL_OK);
    fl_instance_free(instance);
}

Test(robust, says_what_is_slow_when_its_plan_is_latest) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/deadline", "0.0055");
    double nodes[] = {0.5, 0.5}, links[] = {0.5};
    solve(instance, &(fl_slowdown){nodes, links, 1});
    cr_assert(found.status == FL_RESULT_OPTIMAL && within(found.verdict.energy, 0.107, 1e-12L));
    cr_assert(found.worst.which.nodes[0] && !found.worst.which.nodes[1] && !found.worst.which.links[0]);
    cr_assert(within(found.worst.verdict.latency, 5.3e-3, 1e-12L) &&
              within(found.verdict.latency, 3.3e-3, 1e-12L));
    solve(instance, &(fl_slowdown){nodes, links, 2});
    cr_assert(found.status == FL_RESULT_INFEASIBLE);
    solve(instance, &(fl_slowdown){nodes, links, 0});
    cr_assert(within(found.verdict.energy, 0.03, 1e-12L), "both blocks on the mobile node");
    fl_instance_free(instance);
}

Test(robust, names_what_is_slow_by_its_nodes_or_tiers) {
    static const char *const links[][2] = {
        {"[{'from': 'mobile', 'to': 'edge', 'rate': 1e9, 'delay': 1e-4}]",
         "[{\"node\": \"edge\"}, {\"from\": \"mobile\", \"to\": \"edge\"}]"},
        {"[{'from_tier': 0, 'to_tier': 1, 'rate': 1e9, 'delay': 1e-4}]",
         "[{\"node\": \"edge\"}, {\"from_tier\": 0, \"to_tier\": 1}]"},
    };
    for (int i = 0; i < 2; i++) {
        fl_value *document = build_document(&arena, build_two_tiers);
        build_put(&arena, document, "/system/nodes/0/tier", "0");
        build_put(&arena, document, "/system/nodes/1/tier", "1");
        build_put(&arena, document, "/system/links", links[i][0]);
        build_put(&arena, document, "/apps/0/deadline", "0.0049");
        fl_instance *instance;
        cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
        double nodes[] = {1, 0.5}, rates[] = {0.5};
        solve(instance, &(fl_slowdown){nodes, rates, 2});
        cr_assert(found.status == FL_RESULT_OPTIMAL && found.worst.which.links[0]);
        const char *text;
        fl_value *said = fl_robust_write_worst(&found.worst, instance, &arena);
        cr_assert(said != NULL && fl_json_print(&text, said, 0, &arena, &err) == FL_OK);
        cr_assert(strstr(text, links[i][1]) != NULL, "no %s in %s", links[i][1], text);
        fl_instance_free(instance);
    }
}

Test(robust, judges_no_plan_that_cannot_run) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/blocks/0/nodes", NULL);
    fl_robust_worst worst;
    double nodes[] = {0.5, 1};
    const fl_slowdown slowdown = {.nodes = nodes, .budget = 1};
    fl_plan plan = build_plan(instance, "[{'exit': 2, 'nodes': ['edge', 'mobile']}]", &arena), none;
    cr_assert(fl_robust_judge(&worst, instance, &plan, &slowdown, &arena, &err) == FL_EINVAL);
    cr_assert(fl_plan_create(&none, instance, &arena, &err) == FL_OK);
    cr_assert(fl_robust_judge(&worst, instance, &none, &slowdown, &arena, &err) == FL_EUNSUPPORTED);
    fl_instance_free(instance);
}

Test(robust, refuses_what_it_cannot_do) {
    fl_instance *instance = build_instance(build_two_tiers), *shared;
    fl_recipe recipe = {.seed = 1, .apps = 2};
    fl_robust_query query = {.slowdown = {.budget = -1}};
    const double bad[] = {0, -1, 1.01, NAN, INFINITY};
    cr_assert(fl_generate(&shared, &recipe, &err) == FL_OK);
    cr_assert(fl_robust_solve(&found, shared, &query, &desk, &err) == FL_EUNSUPPORTED);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        query.slowdown.links = &bad[i];
        cr_assert(fl_robust_solve(&found, instance, &query, &desk, &err) == FL_EINVAL);
        cr_assert_str_eq(err.where, "links");
    }
    fl_instance_free(shared);
    fl_instance_free(instance);
}

Test(robust, a_limit_ends_it_and_it_says_so) {
    fl_instance *instance = build_instance(build_two_tiers);
    double nodes[] = {0.9, 0.5};
    const volatile sig_atomic_t interrupt = 1;
    fl_robust_query query = {.slowdown = {.nodes = nodes, .budget = 1}, .time_limit = 1e-12};
    cr_assert(fl_robust_solve(&found, instance, &query, &desk, &err) == FL_OK);
    cr_assert(found.status == FL_RESULT_UNKNOWN && found.stop == FL_STOP_TIME);
    query.time_limit = 1e6;
    cr_assert(fl_robust_solve(&found, instance, &query, &desk, &err) == FL_OK);
    cr_assert(found.status == FL_RESULT_INFEASIBLE || found.status == FL_RESULT_OPTIMAL);
    cr_assert(found.stop == FL_STOP_DONE, "a limit that was not in the way");
    query.time_limit = 0;
    cr_assert(fl_robust_solve(&found, instance, &query, &(fl_desk){&arena, &scratch, &interrupt}, &err) ==
              FL_OK);
    cr_assert(found.status == FL_RESULT_UNKNOWN && found.stop == FL_STOP_INTERRUPTED);
    fl_instance_free(instance);
    instance = build_knapsack(24, 1);
    query = (fl_robust_query){.slowdown = {.nodes = nodes, .budget = 1}, .memory = 1000};
    cr_assert(fl_robust_solve(&found, instance, &query, &desk, &err) == FL_OK);
    cr_assert(found.stop == FL_STOP_MEMORY && found.status != FL_RESULT_OPTIMAL);
    fl_instance_free(instance);
}
