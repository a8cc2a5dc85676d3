/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `jalad` and `spinn`: one cut with all that goes with it, as all such cuts written out say. */
#include "core/random.h"
#include "tests/heuristics/choosing.h"
#include "tests/support/build.h"
#include <stdio.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(cut, .init = start, .fini = stop);

/** Which cuts: those of one final exit, before one site or any. */
typedef struct cuts {
    int final, site; /* site -1: any */
    bool early;      /* exits on the source are active */
    int n_thresholds;
} cuts;

/** How many ways there are to send what moves into block `l`, beside plainly. */
static int n_codings(const fl_app *app, int l) {
    return l == 0 ? app->n_input_codings : app->blocks[l - 1].n_codings;
}

/** The plans with the first `local` blocks on the source and the others on `site`. */
static void list_cut(choosing_list *list, const cuts *of, int local, int site) {
    const fl_app *app = list->app;
    int depth = app->exits[of->final].after, nodes[64], codings[64];
    bool off[64];
    cr_assert(depth <= 64 && app->n_exits <= 64);
    for (int l = 0; l < depth; l++) {
        nodes[l] = l < local ? app->source : site;
        codings[l] = -1;
    }
    for (int e = 0; e < app->n_exits; e++) {
        bool active = !app->exits[e].optional || (of->early && app->exits[e].after <= local);
        off[e] = e < of->final && !active;
    }
    for (int t = -1; t < of->n_thresholds; t++) {
        for (int c = -1; c < (local < depth ? n_codings(app, local) : 0); c++) {
            if (local < depth) codings[local] = c;
            choosing_add(list, &(fl_placement){of->final, 1, nodes, NULL, NULL, codings, off, t});
        }
    }
}

static void list_cuts(choosing_list *list, const cuts *of) {
    int depth = list->app->exits[of->final].after, source = list->app->source;
    list_cut(list, of, depth, source);
    for (int site = 0; site < list->instance->system.n_nodes; site++) {
        if (site == source || (of->site >= 0 && site != of->site)) continue;
        for (int local = 0; local < depth; local++) list_cut(list, of, local, site);
    }
}

/** A node other than the source to ask for by its name, or -1. */
static int draw_site(const choosing_list *list, fl_random *random) {
    int site = fl_random_int(random, 0, list->instance->system.n_nodes - 1);
    return fl_random_chance(random, 0.7) || site == list->app->source ? -1 : site;
}

/** ", 'site': NAME" when there is one. */
static const char *say_site(const choosing_list *list, int site) {
    static char text[80];
    const fl_node *nodes = list->instance->system.nodes;
    text[0] = '\0';
    if (site >= 0) snprintf(text, sizeof text, ", 'site': '%s'", nodes[site].name);
    return text;
}

/* jalad */

/** The accuracy over all samples when `final` is the final exit and all that may be are off. */
static long double plain_accuracy(const choosing_list *list, int final) {
    int nodes[64];
    bool off[64];
    for (int l = 0; l < list->app->n_blocks; l++) nodes[l] = list->app->source;
    for (int e = 0; e < list->app->n_exits; e++) off[e] = e < final && list->app->exits[e].optional;
    return naive_place_as(list->instance, 0, &(fl_placement){final, 1, nodes, NULL, NULL, NULL, off, -1})
        .accuracy;
}

static int coded, lossy;

static void check_jalad(choosing_list *list, int seed) {
    fl_random random;
    fl_random_seed(&random, (uint64_t)seed + 9000);
    const fl_app *app = list->app;
    bool energy = fl_random_chance(&random, 0.3), asks = fl_random_chance(&random, 0.3);
    double budget = fl_random_between(&random, 1e-3, 0.2);
    cuts of = {.final = -1, .site = draw_site(list, &random)};
    char options[200];
    for (int e = 0; e < app->n_exits; e++) {
        if (plain_accuracy(list, e) >= app->accuracy - 1e-9L) of.final = e;
    }
    snprintf(options, sizeof options, "{'goal': '%s', 'loss': %.17g%s}", energy ? "energy" : "latency",
             asks ? budget : 0, say_site(list, of.site));
    fl_result result = choosing_run(list, &fl_jalad_method, options, &arena);
    if (of.final < 0) {
        cr_assert(result.plan.n_apps == 0, "%s", draw_say(list->instance));
        return;
    }
    list_cuts(list, &of);
    const choosing_plan *found = choosing_find(list, &result);
    if (found == NULL) return;
    long double whole = plain_accuracy(list, of.final), best = HUGE_VALL;
    long double least = asks ? whole - budget : app->accuracy > 0 ? app->accuracy : 0;
    if (least < 0) return; /* the accuracy that is left stops at 0 and does not tell the loss */
    for (int i = 0; i < list->n; i++) {
        const choosing_plan *plan = &list->plans[i];
        if (plan->accuracy >= least - 1e-9L) best = fminl(best, energy ? plan->energy : plan->mean);
    }
    cr_assert(found->accuracy >= least - 1.000001e-9L, "%s %s: loses too much", draw_say(list->instance),
              options);
    cr_assert(choosing_near(energy ? found->energy : found->mean, best), "%s %s: %.17Lg, not %.17Lg",
              draw_say(list->instance), options, energy ? found->energy : found->mean, best);
    coded += found->as.codings != NULL && found->accuracy == whole && best > 0;
    lossy += found->accuracy < whole;
}

Test(cut, jalad_is_the_best_cut_and_coding_within_the_loss) {
    choosing_all(1000, check_jalad);
    cr_assert(draw_count(1000) < 1000 || (coded > 100 && lossy > 100), "%d, %d", coded, lossy);
}

/* spinn */

enum { KEYS = 4 };

/** What counts of a plan, in order. */
static void measure(long double *key, const choosing_list *list, const choosing_plan *plan, const int *goal) {
    const fl_app *app = list->app;
    const long double goals[] = {plan->latency, plan->energy, -plan->accuracy};
    key[0] = plan->accuracy >= app->accuracy - 1e-9L ? 0 : app->accuracy - 1e-9L - plan->accuracy;
    key[1] = naive_in_time(app, plan->latency) ? 0 : plan->latency - app->deadline * (1 + 1e-9L);
    for (int i = 0; i < 2; i++) key[2 + i] = goals[goal[i]];
}

/** Whether a plan's first `n` keys are, to the last digits, those of `least`. */
static bool same_so_far(const long double *key, const long double *least, int n) {
    for (int i = 0; i < n; i++) {
        if (fabsl(key[i] - least[i]) > 1e-14L * fmaxl(fabsl(key[i]), fabsl(least[i]))) return false;
    }
    return true;
}

/** Filter by one key after the other: `found` is never worse than what is left. */
static void assert_filtered(const choosing_list *list, const choosing_plan *found, const int *goal,
                            const char *options) {
    long double least[KEYS], own[KEYS], key[KEYS];
    measure(own, list, found, goal);
    for (int k = 0; k < KEYS; k++) {
        least[k] = HUGE_VALL;
        for (int i = 0; i < list->n; i++) {
            measure(key, list, &list->plans[i], goal);
            if (same_so_far(key, least, k)) least[k] = fminl(least[k], key[k]);
        }
        bool fine =
            own[k] <= least[k] + 1.1e-9L * fmaxl(fabsl(own[k]), fabsl(least[k])) + (k < 2 ? 1e-15L : 0);
        cr_assert(fine, "%s %s: key %d is %.17Lg, not %.17Lg", draw_say(list->instance), options, k, own[k],
                  least[k]);
    }
}

/** Whether a plan sends what it must in the way asked for: 0 any, 1 plain, 2 coded. */
static bool sends_so(const choosing_list *list, const choosing_plan *plan, int send) {
    for (int l = 0; l < list->app->exits[plan->as.exit].after; l++) {
        int from = l > 0 ? plan->as.nodes[l - 1] : list->app->source;
        bool plain = plan->as.codings[l] < 0;
        if (from == plan->as.nodes[l]) continue;
        if ((send == 1 && !plain) || (send == 2 && plain && n_codings(list->app, l) > 0)) return false;
    }
    return true;
}

static int by_threshold, in_time;

static void check_spinn(choosing_list *list, int seed) {
    static const char *const goals[] = {"latency", "energy", "accuracy"};
    static const char *const sends[] = {"any", "plain", "coded"};
    fl_random random;
    fl_random_seed(&random, (uint64_t)seed + 11000);
    const fl_app *app = list->app;
    int goal[2] = {fl_random_int(&random, 0, 2), fl_random_int(&random, 0, 2)}, n = 0;
    int send = fl_random_chance(&random, 0.6) ? 0 : fl_random_int(&random, 1, 2);
    cuts of = {app->n_exits - 1, draw_site(list, &random), true, app->n_thresholds};
    char options[200];
    snprintf(options, sizeof options, "{'goal': '%s', 'then': '%s', 'send': '%s'%s}", goals[goal[0]],
             goals[goal[1]], sends[send], say_site(list, of.site));
    fl_result result = choosing_run(list, &fl_spinn_method, options, &arena);
    if (result.status == FL_RESULT_INFEASIBLE) return; /* no exit is accurate enough, for any method */
    list_cuts(list, &of);
    for (int i = 0; i < list->n; i++) {
        if (sends_so(list, &list->plans[i], send)) list->plans[n++] = list->plans[i];
    }
    list->n = n;
    const choosing_plan *found = choosing_find(list, &result);
    if (found == NULL) return;
    assert_filtered(list, found, goal, options);
    by_threshold += found->as.threshold >= 0;
    in_time += result.has_plan;
}

Test(cut, spinn_filters_the_grid_by_limits_and_goals) {
    choosing_all(1000, check_spinn);
    cr_assert(draw_count(1000) < 1000 || (by_threshold > 100 && in_time > 100), "%d, %d", by_threshold,
              in_time);
}

/* By hand */

/** b1 takes 2 ms here, b2 3 ms here and 0.2 ms there; the way takes 1 ms plainly and 0.1 ms coded, and 0.1 ms
 * of delay. Half of the samples leave after b1; a coding costs the others 4 % of accuracy. */
static const char *const example =
    "{'schema': 'finlab/1', 'system': {'nodes': ["
    "{'name': 'mobile', 'tier': 0, 'speed': 1e10, 'power': 6, 'tx_energy': 3e-8, 'rx_energy': 3e-8},"
    "{'name': 'edge', 'tier': 1, 'speed': 1.5e11, 'power': 140, 'tx_energy': 3.7e-8, 'rx_energy': 3.7e-8}],"
    "'links': [{'from': 'mobile', 'to': 'edge', 'rate': 1e9, 'delay': 1e-4}]},"
    "'apps': [{'name': 'camera', 'source': 'mobile', 'deadline': 0.009, 'accuracy': 0.75,"
    "'blocks': [{'name': 'b1', 'ops': 2e7, 'out_bits': 1e6, 'nodes': ['mobile'],"
    "'codings': [{'name': '8 bit', 'bits': 1e5, 'loss': 0.04}]}, {'name': 'b2', 'ops': 3e7}],"
    "'exits': [{'after': 1, 'accuracy': 0.6, 'share': 0.5, 'optional': true}, {'after': 2, 'accuracy': 0.8}],"
    "'thresholds': [{'name': 'sure', 'shares': [0.1, 0], 'accuracies': [0.9, 0.8]}]}]}";

/** Latency and accuracy of the plan that a method finds. */
static void assert_found(const char *method, const char *options, double latency, double accuracy) {
    fl_instance *instance = build_instance(example);
    fl_result result;
    fl_error err;
    cr_assert(solve_run(&result, instance, solve_method(method), options, &arena, &err) == FL_OK, "%s",
              err.text);
    cr_assert(result.has_plan, "%s %s", method, options);
    cr_assert(fabs(result.verdict.latency - latency) < 1e-12, "%s %s: %g s", method, options,
              result.verdict.latency);
    cr_assert(fabs(result.verdict.accuracy - accuracy) < 1e-12, "%s %s: %g", method, options,
              result.verdict.accuracy);
    fl_instance_free(instance);
}

Test(cut, jalad_sends_in_fewer_bits_where_that_may_be_lost) {
    assert_found("jalad", NULL, 2e-3 + 0.1e-3 + 0.1e-3 + 0.2e-3, 0.76);
    assert_found("jalad", "{'loss': 0.03}", 2e-3 + 1e-3 + 0.1e-3 + 0.2e-3, 0.8);
    assert_found("jalad", "{'goal': 'energy'}", 5e-3, 0.8);
}

Test(cut, spinn_takes_the_threshold_that_is_accurate_enough) {
    assert_found("spinn", NULL, 2e-3 + 0.1e-3 + 0.1e-3 + 0.2e-3, 0.1 * 0.9 + 0.9 * 0.76);
    assert_found("spinn", "{'goal': 'accuracy', 'then': 'latency'}", 3.3e-3, 0.1 * 0.9 + 0.9 * 0.8);
    assert_found("spinn", "{'goal': 'accuracy'}", 5e-3, 0.1 * 0.9 + 0.9 * 0.8);
    assert_found("spinn", "{'send': 'plain'}", 3.3e-3, 0.1 * 0.9 + 0.9 * 0.8);
    assert_found("spinn", "{'goal': 'server', 'then': 'accuracy'}", 5e-3, 0.1 * 0.9 + 0.9 * 0.8);
}

Test(cut, the_server_is_busy_only_for_samples_that_get_there) {
    fl_instance *instance = build_variant(example, "/apps/0/blocks/1/nodes", "['edge']"), *other;
    fl_result result;
    fl_error err;
    const char *options = "{'goal': 'server', 'then': 'accuracy'}";
    cr_assert(solve_run(&result, instance, &fl_spinn_method, options, &arena, &err) == FL_OK);
    cr_assert(result.plan.apps[0].threshold == 0,
              "half of the samples would be busy less, but not right enough");
    fl_change change = FL_CHANGE_NONE;
    change.accuracy = 0.6;
    cr_assert(fl_instance_with(&other, instance, &change, 1, FL_PLACE_LUA, &err) == FL_OK);
    cr_assert(solve_run(&result, other, &fl_spinn_method, options, &arena, &err) == FL_OK);
    cr_assert(result.plan.apps[0].threshold == -1 && result.verdict.accuracy == 0.7, "%g",
              result.verdict.accuracy);
    fl_instance_free(other);
    fl_instance_free(instance);
}

Test(cut, what_the_source_runs_keeps_no_server_busy) {
    fl_instance *instance = build_variant(example, "/apps/0/blocks",
                                          "[{'ops': 2e7, 'out_bits': 1e6}, {'ops': 3e7, 'nodes': ['edge']}]");
    fl_result result;
    fl_error err;
    cr_assert(solve_run(&result, instance, &fl_spinn_method, "{'goal': 'server'}", &arena, &err) == FL_OK);
    cr_assert(result.plan.n_apps == 1 && result.plan.apps[0].nodes[0] == 0 &&
              result.plan.apps[0].nodes[1] == 1);
    fl_instance_free(instance);
}

Test(cut, jalad_may_lose_all_where_nothing_is_asked) {
    fl_instance *instance = build_variant(example, "/apps/0/blocks/0/codings/0/loss", "0.9"), *careless;
    fl_result result;
    fl_error err;
    fl_change change = FL_CHANGE_NONE;
    change.accuracy = 0;
    cr_assert(fl_instance_with(&careless, instance, &change, 1, FL_PLACE_LUA, &err) == FL_OK);
    cr_assert(solve_run(&result, careless, &fl_jalad_method, NULL, &arena, &err) == FL_OK);
    cr_assert(result.has_plan && result.plan.apps[0].codings != NULL && result.verdict.accuracy == 0);
    fl_instance_free(careless);
    fl_instance_free(instance);
}
