/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `neurosurgeon`, `edgent` and `mincut`: on the source and one other node they find what all plans there say.
 */
#include "tests/heuristics/brute_pick.h"
#include "tests/support/build.h"

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(split, .init = start, .fini = stop);

/** The only other node of a plan that stays on the source and one more; the source: there is none; -1: the
 *  plan uses several. */
static int other_site(const pick_case *c, const brute_plan *plan) {
    int site = c->app->source;
    for (int l = 0; l < c->app->exits[plan->exit].after; l++) {
        int node = plan->nodes[l];
        if (node == c->app->source || node == site) continue;
        if (site != c->app->source) return -1;
        site = node;
    }
    return site;
}

/** On the source first and on one other node then; `context`: that node's index, NULL: any. */
static bool is_cut_once(const pick_case *c, const brute_plan *plan, const void *context) {
    int site = other_site(c, plan), local = 0;
    if (site < 0 || (context != NULL && site != c->app->source && site != *(const int *)context))
        return false;
    while (local < c->app->exits[plan->exit].after && plan->nodes[local] == c->app->source) local++;
    for (int l = local; l < c->app->exits[plan->exit].after; l++) {
        if (plan->nodes[l] == c->app->source) return false;
    }
    return true;
}

static bool is_deepest_cut_once(const pick_case *c, const brute_plan *plan, const void *context) {
    return plan->exit == c->deepest && is_cut_once(c, plan, context);
}

static void check_neurosurgeon(const pick_case *c, int seed) {
    (void)seed;
    fl_result result = pick_run(c, &fl_neurosurgeon_method, NULL, &arena);
    pick_assert(c, &result, true, pick_best(c, true, is_deepest_cut_once, NULL));
}

Test(split, neurosurgeon_is_the_fastest_cut_of_the_whole_network) {
    pick_all(300, check_neurosurgeon);
}

static void check_site(const pick_case *c, int seed) {
    int n_nodes = c->instance->system.n_nodes, site = seed % n_nodes;
    char options[100];
    if (site == c->app->source) return;
    snprintf(options, sizeof options, "{'site': '%s'}", c->instance->system.nodes[site].name);
    fl_result result = pick_run(c, &fl_neurosurgeon_method, options, &arena);
    pick_assert(c, &result, true, pick_best(c, true, is_deepest_cut_once, &site));
}

Test(split, neurosurgeon_keeps_to_the_site_it_is_given) {
    pick_all(300, check_site);
}

/** J that the source spends on a plan that is cut once, by the instance's fields; no exits, no measurements.
 */
static double mobile_energy(const pick_case *c, const brute_plan *plan) {
    const fl_node *source = &c->instance->system.nodes[c->app->source];
    double joules = 0;
    for (int l = 0; l < c->app->exits[plan->exit].after; l++) {
        bool here = plan->nodes[l] == c->app->source;
        bool came = l > 0 && plan->nodes[l - 1] != c->app->source;
        double bits = l > 0 ? c->app->blocks[l - 1].out_bits : c->app->input_bits;
        joules += here ? c->app->blocks[l].ops / source->speed * source->power : 0;
        joules += !here && !came ? bits * source->tx_energy : 0;
    }
    return joules;
}

static void check_mobile_energy(const pick_case *c, int seed) {
    (void)seed;
    bool simple = true; /* the model's other features would make the sum above a second judge */
    for (int e = 0; e < c->app->n_exits; e++)
        simple &= c->app->exits[e].share == 0 && c->app->exits[e].ops == 0;
    for (int l = 0; l < c->app->n_blocks; l++) simple &= c->app->blocks[l].n_measured == 0;
    if (!simple) return;
    const brute_plan *best = NULL;
    for (int i = 0; i < c->list->n; i++) {
        const brute_plan *plan = &c->list->plans[i];
        if (!is_deepest_cut_once(c, plan, NULL)) continue;
        if (best == NULL || mobile_energy(c, plan) < mobile_energy(c, best)) best = plan;
    }
    fl_result result = pick_run(c, &fl_neurosurgeon_method, "{'goal': 'energy'}", &arena);
    cr_assert((result.plan.n_apps > 0) == (best != NULL), "%s", draw_say(c->instance));
    if (best == NULL) return;
    const fl_placement *placed = &result.plan.apps[0];
    brute_plan found = {.exit = placed->exit, .nodes = placed->nodes};
    cr_assert(pick_near(mobile_energy(c, &found), mobile_energy(c, best)), "%s: %.17g J, not %.17g J",
              draw_say(c->instance), mobile_energy(c, &found), mobile_energy(c, best));
}

Test(split, neurosurgeon_can_spare_the_source) {
    pick_all(300, check_mobile_energy);
}

/** `context`: the exit. */
static bool is_cut_before_exit(const pick_case *c, const brute_plan *plan, const void *context) {
    return plan->exit == *(const int *)context && is_cut_once(c, plan, NULL);
}

static void check_edgent(const pick_case *c, int seed) {
    (void)seed;
    fl_result result = pick_run(c, &fl_edgent_method, NULL, &arena);
    const brute_plan *wanted = NULL;
    for (int exit = c->deepest; exit >= 0 && wanted == NULL; exit--) {
        wanted = pick_best(c, true, is_cut_before_exit, &exit);
        if (wanted != NULL && !naive_in_time(c->app, wanted->latency)) wanted = NULL;
    }
    cr_assert(result.has_plan == (wanted != NULL), "%s", draw_say(c->instance));
    if (wanted == NULL) return;
    pick_assert(c, &result, true, wanted);
    cr_assert(result.plan.apps[0].exit == wanted->exit, "%s: exit %d, not %d", draw_say(c->instance),
              result.plan.apps[0].exit, wanted->exit);
}

Test(split, edgent_takes_the_last_exit_that_a_cut_brings_in_time) {
    pick_all(300, check_edgent);
}

Test(split, edgent_offers_the_least_late_plan_when_none_is_in_time) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/deadline", "1e-3");
    fl_result result;
    fl_error err;
    cr_assert(solve_run(&result, instance, &fl_edgent_method, NULL, &arena, &err) == FL_OK);
    cr_assert(result.status == FL_RESULT_UNKNOWN && result.plan.n_apps == 1);
    cr_assert(fabs(result.verdict.latency - 3.3e-3) < 1e-12, "b1 here takes 2 ms, the way 1.1 ms, b2 0.2 ms");
    fl_instance_free(instance);
}

static bool is_on_two_sites(const pick_case *c, const brute_plan *plan, const void *context) {
    int site = other_site(c, plan);
    return site >= 0 && (context == NULL || site == c->app->source || site == *(const int *)context);
}

static void check_mincut(const pick_case *c, int seed) {
    int site = seed % c->instance->system.n_nodes;
    char options[100];
    fl_result result = pick_run(c, &fl_mincut_method, NULL, &arena);
    pick_assert(c, &result, false, pick_best(c, false, is_on_two_sites, NULL));
    if (site == c->app->source) return;
    snprintf(options, sizeof options, "{'site': '%s'}", c->instance->system.nodes[site].name);
    result = pick_run(c, &fl_mincut_method, options, &arena);
    pick_assert(c, &result, false, pick_best(c, false, is_on_two_sites, &site));
}

Test(split, a_minimum_cut_is_the_cheapest_plan_on_two_sites) {
    pick_all(300, check_mincut);
}
