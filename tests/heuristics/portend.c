/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `portend`: partitions on rising tiers, as all of them written out say. */
#include "tests/heuristics/choosing.h"
#include "tests/support/build.h"

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(portend, .init = start, .fini = stop);

/** Partitions so far. */
typedef struct cutting {
    choosing_list *list;
    fl_placement as;
} cutting;

/** Add every plan that goes on with a partition from block `first` on, on a tier over `tier`. */
static void go_on(cutting *at, int first, int tier) {
    const fl_app *app = at->list->app;
    const fl_system *system = &at->list->instance->system;
    for (int node = 0; node < system->n_nodes; node++) {
        if (system->nodes[node].tier <= tier) continue;
        for (int e = 0; e < app->n_exits; e++) {
            if (app->exits[e].after <= first) continue;
            for (int l = first; l < app->exits[e].after; l++) at->as.nodes[l] = node;
            bool off[64];
            memcpy(off, at->as.off, sizeof off);
            for (int i = 0; i < e; i++) {
                if (app->exits[i].after > first) at->as.off[i] = app->exits[i].optional;
            }
            at->as.exit = e;
            choosing_add(at->list, &at->as);
            go_on(at, app->exits[e].after, system->nodes[node].tier);
            memcpy(at->as.off, off, sizeof off);
        }
    }
}

static void list_partitions(choosing_list *list) {
    int nodes[64];
    bool off[64] = {false};
    cr_assert(list->app->n_blocks <= 64);
    for (int t = -1; t < list->app->n_thresholds; t++) {
        cutting at = {list, {.count = 1, .nodes = nodes, .off = off, .threshold = t}};
        go_on(&at, 0, -1);
    }
}

static int early, cut_off;

static void count(const choosing_list *list, const choosing_plan *found) {
    const fl_app *app = list->app;
    int depth = app->exits[found->as.exit].after;
    early += found->as.nodes[0] != found->as.nodes[depth - 1];
    cut_off += depth < app->n_blocks;
}

static void check_fastest(choosing_list *list, int seed) {
    (void)seed;
    fl_result result = choosing_run(list, &fl_portend_method, NULL, &arena);
    if (result.status == FL_RESULT_INFEASIBLE) return; /* no exit is accurate enough, for any method */
    list_partitions(list);
    const choosing_plan *found = choosing_find(list, &result);
    if (found == NULL) return;
    long double best = HUGE_VALL, most = 0;
    for (int i = 0; i < list->n; i++) {
        const choosing_plan *plan = &list->plans[i];
        most = fmaxl(most, plan->accuracy);
        if (plan->accuracy >= list->app->accuracy - 1e-9L) best = fminl(best, plan->mean);
    }
    if (best < HUGE_VALL) {
        cr_assert(found->accuracy >= list->app->accuracy - 1.000001e-9L, "%s", draw_say(list->instance));
        cr_assert(choosing_near(found->mean, best), "%s: %.17Lg s, not %.17Lg s", draw_say(list->instance),
                  found->mean, best);
    } else {
        cr_assert(choosing_near(found->accuracy, most), "%s: misses the target by more than it must",
                  draw_say(list->instance));
    }
    count(list, found);
}

Test(portend, finds_the_partitions_of_least_mean_time) {
    choosing_all(1000, check_fastest);
    cr_assert(draw_count(1000) < 1000 || (early > 50 && cut_off > 500), "%d, %d", early, cut_off);
}

static void check_most_accurate(choosing_list *list, int seed) {
    (void)seed;
    fl_result result = choosing_run(list, &fl_portend_method, "{'goal': 'accuracy'}", &arena);
    if (result.status == FL_RESULT_INFEASIBLE) return;
    list_partitions(list);
    const choosing_plan *found = choosing_find(list, &result);
    if (found == NULL) return;
    long double least = HUGE_VALL, most = -1;
    for (int i = 0; i < list->n; i++) {
        const choosing_plan *plan = &list->plans[i];
        least = fminl(least, plan->mean);
        if (naive_in_time(list->app, plan->mean)) most = fmaxl(most, plan->accuracy);
    }
    if (most >= 0) {
        cr_assert(found->mean <= list->app->deadline * (1 + 1.000001e-9L), "%s", draw_say(list->instance));
        cr_assert(choosing_near(found->accuracy, most), "%s: %.17Lg, not %.17Lg", draw_say(list->instance),
                  found->accuracy, most);
    } else {
        cr_assert(choosing_near(found->mean, least), "%s: later than it must be", draw_say(list->instance));
    }
}

Test(portend, finds_the_most_accurate_partitions_in_time) {
    choosing_all(1000, check_most_accurate);
}

/** The least mean time of the plans that are as accurate as `accuracy`. */
static long double fastest_from(const choosing_list *list, long double accuracy) {
    long double best = HUGE_VALL;
    for (int i = 0; i < list->n; i++) {
        if (list->plans[i].accuracy >= accuracy - 1e-9L) best = fminl(best, list->plans[i].mean);
    }
    return best;
}

/** Where several ways to one state are kept, the target decides which of them is taken: all targets that some
 * plan just meets. */
static void check_targets(const draw_family *family, int seed) {
    fl_instance *instance = draw_instance(family, (uint64_t)seed), *mean, *wanted;
    fl_change change = FL_CHANGE_NONE;
    change.latency = FL_LATENCY_MEAN;
    cr_assert(fl_instance_with(&mean, instance, &change, 1, FL_PLACE_LUA, NULL) == FL_OK);
    choosing_list list = {.instance = mean, .mean = mean, .app = &mean->apps[0]};
    fl_arena_init(&list.arena, 0);
    list_partitions(&list);
    for (int i = 0; i < list.n; i += 1 + list.n / 25) {
        fl_result result;
        change.accuracy = (double)list.plans[i].accuracy;
        cr_assert(fl_instance_with(&wanted, mean, &change, 1, FL_PLACE_LUA, NULL) == FL_OK);
        cr_assert(solve_run(&result, wanted, &fl_portend_method, NULL, &arena, NULL) == FL_OK);
        long double best = fastest_from(&list, list.plans[i].accuracy);
        cr_assert(result.plan.n_apps == 1 && choosing_near(result.verdict.latency, best),
                  "%s: accuracy %.17g: %.17g s, not %.17Lg s", draw_say(wanted), change.accuracy,
                  result.verdict.latency, best);
        fl_instance_free(wanted);
    }
    fl_arena_free(&list.arena);
    fl_instance_free(mean);
    fl_instance_free(instance);
}

Test(portend, keeps_every_way_that_some_target_needs) {
    static const draw_family families[] = {
        {.name = "tiers", .recipe = {.tiers = 4, .blocks = 6, .nodes = 6, .exits = 6, .optional = true}},
        {.name = "thresholds",
         .recipe = {.tiers = 3, .blocks = 6, .nodes = 4, .exits = 5, CHOOSING_CHOICES, CHOOSING_RUNS}}};
    for (int i = 0; i < 2; i++) {
        for (int seed = 0; seed < draw_count(150); seed++) check_targets(&families[i], seed);
    }
}

/** Three tiers, times of runs in ms on the first two: 1 | 3 | 6 from the first block on, 2 | 4 from the
 * second, 3 of the third alone on the mobile node, a tenth of that on the edge node. Packing takes 0.1 ms on
 * the mobile node, unpacking 0.2 ms on the edge node, the way 1 ms. 40 % of the samples can leave after b1,
 * 30 % more after b2. */
static const char *const example =
    "{'schema': 'finlab/1', 'system': {'nodes': ["
    "{'name': 'mobile', 'tier': 0, 'speed': 1e9, 'power': 1}, {'name': 'edge', 'tier': 1, 'speed': 1e10, "
    "'power': 1},"
    "{'name': 'cloud', 'tier': 2, 'speed': 1e15, 'power': 1}],"
    "'links': [{'from': 'mobile', 'to': 'edge', 'rate': 1e9}, {'from': 'edge', 'to': 'cloud', 'rate': 1e6},"
    "{'from': 'mobile', 'to': 'cloud', 'rate': 1e6}]},"
    "'apps': [{'source': 'mobile', 'deadline': 1, 'accuracy': 0.75, 'latency': 'mean', 'input_bits': 1e7,"
    "'blocks': [{'ops': 1e7, 'out_bits': 1e6, 'pack': {'mobile': 1e-4}, 'unpack': {'edge': 2e-4}},"
    "{'ops': 1e7, 'out_bits': 1e6, 'pack': {'mobile': 1e-4}, 'unpack': {'edge': 2e-4}}, {'ops': 1e7}],"
    "'exits': [{'after': 1, 'accuracy': 0.6, 'share': 0.4, 'optional': true},"
    "{'after': 2, 'accuracy': 0.8, 'share': 0.3, 'optional': true}, {'after': 3, 'accuracy': 0.9}],"
    "'thresholds': [{'name': 'none', 'shares': [0, 0, 0], 'accuracies': [0.6, 0.8, 0.9]}],"
    "'segments': {'mobile': [{'first': 1, 'last': 1, 'time': 1e-3}, {'first': 1, 'last': 2, 'time': 3e-3},"
    "{'first': 1, 'last': 3, 'time': 6e-3}, {'first': 2, 'last': 2, 'time': 2e-3},"
    "{'first': 2, 'last': 3, 'time': 4e-3}, {'first': 3, 'last': 3, 'time': 3e-3}],"
    "'edge': [{'first': 1, 'last': 1, 'time': 1e-4}, {'first': 1, 'last': 2, 'time': 3e-4},"
    "{'first': 1, 'last': 3, 'time': 6e-4}, {'first': 2, 'last': 2, 'time': 2e-4},"
    "{'first': 2, 'last': 3, 'time': 4e-4}, {'first': 3, 'last': 3, 'time': 3e-4}]}}]}";

static void assert_found(const char *pointer, const char *value, const char *options, double mean,
                         double accuracy) {
    fl_instance *instance = build_variant(example, pointer, value);
    fl_result result;
    fl_error err;
    cr_assert(solve_run(&result, instance, &fl_portend_method, options, &arena, &err) == FL_OK, "%s",
              err.text);
    cr_assert(result.has_plan, "accuracy %g", accuracy);
    cr_assert(fabs(result.verdict.latency - mean) < 1e-12, "%g s, not %g s", result.verdict.latency, mean);
    cr_assert(fabs(result.verdict.accuracy - accuracy) < 1e-12, "%g, not %g", result.verdict.accuracy,
              accuracy);
    fl_instance_free(instance);
}

Test(portend, cuts_leaves_out_and_lets_go_as_reckoned_by_hand) {
    /* 40 % leave after b1, the others go on from there: 0.4 * 0.6 + 0.6 * 0.9 */
    assert_found("/apps/0/accuracy", "0.78", NULL, 1e-3 + 0.6 * (0.1e-3 + 1e-3 + 0.2e-3 + 0.4e-3), 0.78);
    /* b3 left out: 0.4 * 0.6 + 0.6 * 0.8 */
    assert_found("/apps/0/accuracy", "0.72", NULL, 1e-3 + 0.6 * (0.1e-3 + 1e-3 + 0.2e-3 + 0.2e-3), 0.72);
    /* 70 % leave after b2, with the accuracy there; but letting nobody go after b1 is faster and as accurate
     */
    assert_found("/apps/0/accuracy", "0.8", NULL, 1e-3 + 0.1e-3 + 1e-3 + 0.2e-3 + 0.2e-3, 0.8);
    assert_found("/apps/0/accuracy", "0.9", NULL, 1e-3 + 0.1e-3 + 1e-3 + 0.2e-3 + 0.4e-3, 0.9);
    assert_found("/apps/0/accuracy", "0.5", NULL, 1e-3, 0.6);
    /* the most accurate one in 2.1 ms; anything accurate takes longer */
    assert_found("/apps/0/deadline", "2.1e-3", "{'goal': 'accuracy'}",
                 1e-3 + 0.6 * (0.1e-3 + 1e-3 + 0.2e-3 + 0.4e-3), 0.78);
}
