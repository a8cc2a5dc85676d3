/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/random.h"
#include "tests/heuristics/brute_pick.h"
#include <stdlib.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(scission, .init = start, .fini = stop);

/** A query: 0 may, 1 must, 2 not for each tier; block numbers from 1, nodes, bits; 0 and -1: not asked. */
typedef struct query {
    int tier[3], on[3];
    int use, avoid;
    double upload;
} query;

static int tier_of(const pick_case *c, int node) {
    int tier = c->instance->system.nodes[node].tier;
    return tier < 2 ? tier : 2;
}

static double sent(const pick_case *c, const brute_plan *plan) {
    double bits = 0;
    for (int l = 0, from = c->app->source; l < c->app->exits[plan->exit].after; from = plan->nodes[l++]) {
        if (plan->nodes[l] != from) bits += l > 0 ? c->app->blocks[l - 1].out_bits : c->app->input_bits;
    }
    return bits;
}

static bool answers(const pick_case *c, const brute_plan *plan, const void *context) {
    const query *asked = context;
    int depth = c->app->exits[plan->exit].after;
    bool used[3] = {false}, must = asked->use < 0;
    if (plan->exit != c->deepest) return false;
    for (int l = 0; l < depth; l++) {
        int node = plan->nodes[l], tier = tier_of(c, node);
        bool moves = l > 0 && node != plan->nodes[l - 1];
        if (moves && tier <= tier_of(c, plan->nodes[l - 1])) return false; /* one node per tier, upwards */
        if (node == asked->avoid || asked->tier[tier] == 2) return false;
        used[tier] = true;
        must |= node == asked->use;
    }
    for (int t = 0; t < 3; t++) {
        if (asked->tier[t] == 1 && !used[t]) return false;
        if (asked->on[t] > depth) return false;
        if (asked->on[t] > 0 && tier_of(c, plan->nodes[asked->on[t] - 1]) != t) return false;
    }
    return must && (asked->upload == 0 || sent(c, plan) <= asked->upload);
}

static void check_plain(const pick_case *c, int seed) {
    (void)seed;
    const query nothing = {.use = -1, .avoid = -1};
    fl_result result = pick_run(c, &fl_scission_method, NULL, &arena);
    pick_assert(c, &result, true, pick_best(c, true, answers, &nothing));
}

Test(scission, finds_the_fastest_ranges) {
    pick_all(300, check_plain);
}

static query draw_query(const pick_case *c, fl_random *random) {
    query asked = {.use = -1, .avoid = -1};
    int n_nodes = c->instance->system.n_nodes;
    for (int t = 0; t < 3; t++) {
        if (fl_random_chance(random, 0.3)) asked.tier[t] = fl_random_int(random, 0, 2);
        if (fl_random_chance(random, 0.15)) asked.on[t] = fl_random_int(random, 1, c->app->n_blocks + 1);
    }
    if (fl_random_chance(random, 0.2)) asked.use = fl_random_int(random, 0, n_nodes - 1);
    if (fl_random_chance(random, 0.2)) asked.avoid = fl_random_int(random, 0, n_nodes - 1);
    if (asked.use == c->app->source) asked.use = -1; /* stands for "not asked" */
    if (asked.avoid == c->app->source) asked.avoid = -1;
    const brute_plan *some = &c->list->plans[fl_random_int(random, 0, c->list->n - 1)];
    if (fl_random_chance(random, 0.4)) asked.upload = sent(c, some); /* exactly what a plan sends */
    return asked;
}

static const char *say_query(const pick_case *c, const query *asked, int k) {
    static char text[600];
    static const char *const words[] = {"may", "must", "not"}, *const tiers[] = {"device", "edge", "cloud"};
    int n = snprintf(text, sizeof text, "{'k': %d", k);
    for (int t = 0; t < 3; t++) {
        n += snprintf(text + n, sizeof text - (size_t)n, ", '%s': '%s'", tiers[t], words[asked->tier[t]]);
        if (asked->on[t] > 0) {
            n += snprintf(text + n, sizeof text - (size_t)n, ", 'on_%s': %d", tiers[t], asked->on[t]);
        }
    }
    const int nodes[] = {asked->use, asked->avoid};
    for (int i = 0; i < 2; i++) {
        if (nodes[i] < 0) continue;
        n += snprintf(text + n, sizeof text - (size_t)n, ", '%s': '%s'", i == 0 ? "use" : "avoid",
                      c->instance->system.nodes[nodes[i]].name);
    }
    snprintf(text + n, sizeof text - (size_t)n, ", 'upload': %.17g}", asked->upload);
    return text;
}

static int compare(const void *a, const void *b) {
    long double one = *(const long double *)a, two = *(const long double *)b;
    return (one > two) - (one < two);
}

/** The latencies of all plans that answer, ascending; how many. */
static int list_latencies(long double *out, const pick_case *c, const query *asked) {
    int n = 0;
    for (int i = 0; i < c->list->n; i++) {
        if (answers(c, &c->list->plans[i], asked)) out[n++] = c->list->plans[i].latency;
    }
    qsort(out, (size_t)n, sizeof *out, compare);
    return n;
}

static int answered, refused;

static void check_query(const pick_case *c, int seed) {
    fl_random random;
    fl_random_seed(&random, (uint64_t)seed + 7000);
    if (c->list->n == 0) return;
    query asked = draw_query(c, &random);
    int k = fl_random_int(&random, 2, 6);
    const char *options = say_query(c, &asked, k);
    fl_result result = pick_run(c, &fl_scission_method, options, &arena);
    pick_assert(c, &result, true, pick_best(c, true, answers, &asked));
    long double *wanted = malloc((size_t)c->list->n * sizeof *wanted);
    int n = list_latencies(wanted, c, &asked), in_time = 0;
    if (n > k) n = k;
    while (in_time < n && naive_in_time(c->app, wanted[in_time])) in_time++;
    cr_assert(result.n_alternatives == in_time, "%s %s: %d plans, not %d", draw_say(c->instance), options,
              result.n_alternatives, in_time);
    for (int i = 0; i < in_time; i++) {
        cr_assert(pick_near(result.alternatives[i].verdict.latency, wanted[i]),
                  "%s %s: plan %d takes %.17g s", draw_say(c->instance), options, i + 1,
                  result.alternatives[i].verdict.latency);
    }
    answered += in_time > 1;
    refused += n == 0;
    free(wanted);
}

Test(scission, answers_queries_with_the_k_fastest_plans) {
    pick_all(600, check_query);
    cr_assert(draw_count(600) < 600 || (answered > 100 && refused > 100), "%d answered, %d refused", answered,
              refused);
}
