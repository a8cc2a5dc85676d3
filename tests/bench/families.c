/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/families.h"
#include "core/exact.h"
#include "core/generate.h"
#include "core/passes.h"
#include "core/random.h"
#include "core/result.h"
#include "tests/bench/say.h"
#include "tests/heuristics/published.h"

enum { ALL = FAMILIES_DEADLINES };

const bench_family families[] = {
    {"5x3", "the published B-AlexNet", FAMILIES_PUBLISHED, 5, 3, 0, 1, ALL, true, true},
    {"20x10", "arbitrary links", FAMILIES_RANDOM, 20, 10, 0, 5, ALL, true, true},
    {"50x30", "arbitrary links", FAMILIES_RANDOM, 50, 30, 0, 5, ALL, true, true},
    {"100x100", "arbitrary links", FAMILIES_RANDOM, 100, 100, 0, 5, ALL, false, true},
    {"100x300", "arbitrary links", FAMILIES_RANDOM, 100, 300, 0, 3, ALL, false, false},
    {"50x1000", "arbitrary links", FAMILIES_RANDOM, 50, 1000, 0, 1, ALL, false, false},
    {"50x10000", "three tiers, links between tiers", FAMILIES_RANDOM, 50, 10000, 3, 1, ALL, false, false},
    {"nearly-equal-20x10", "energy per operation grows with speed squared, cheap moves",
     FAMILIES_NEARLY_EQUAL, 20, 10, 0, 3, 1, true, true},
    {"nearly-equal-100x100", "energy per operation grows with speed squared, cheap moves",
     FAMILIES_NEARLY_EQUAL, 100, 100, 0, 3, 1, false, false},
    {"equal-latencies-20x10", "all computing takes the same time, and so do all moves",
     FAMILIES_EQUAL_LATENCIES, 20, 10, 0, 3, 1, true, true},
    {"equal-latencies-100x100", "all computing takes the same time, and so do all moves",
     FAMILIES_EQUAL_LATENCIES, 100, 100, 0, 3, 1, false, false},
    {"free-moves-20x10", "moves cost nothing", FAMILIES_FREE_MOVES, 20, 10, 0, 3, 1, true, true},
    {"free-moves-100x100", "moves cost nothing", FAMILIES_FREE_MOVES, 100, 100, 0, 3, 1, false, false},
    {"attained-20x10", "the deadline is the latency of a plan", FAMILIES_ATTAINED, 20, 10, 0, 3, 1, true,
     true},
    {"attained-100x100", "the deadline is the latency of a plan", FAMILIES_ATTAINED, 100, 100, 0, 3, 1, false,
     false},
    {"twins-20x10", "nodes in pairs that differ by parts in 10^12", FAMILIES_TWINS, 20, 10, 0, 3, 1, true,
     true},
    {"twins-100x100", "nodes in pairs that differ by parts in 10^12", FAMILIES_TWINS, 100, 100, 0, 3, 1,
     false, false},
};
const int families_count = sizeof families / sizeof *families;

double families_position(const bench_family *family, int index) {
    static const double positions[FAMILIES_DEADLINES] = {0.1, 0.5, 0.9};
    return family->n_deadlines == 1 ? 0.5 : positions[index];
}

/* Variants */

static fl_instance *change(const fl_instance *base, fl_change change) {
    fl_error err;
    fl_instance *instance;
    if (fl_instance_with(&instance, base, &change, 1, FL_PLACE_JSON, &err) != FL_OK)
        say_stop("changing an instance", &err);
    return instance;
}

static fl_instance *with_deadline(const fl_instance *base, double deadline) {
    fl_change to = FL_CHANGE_NONE;
    to.deadline = deadline;
    return change(base, to);
}

/** The latency of the plan that is best by these weights. */
static double shortest_latency(const fl_layers *layers, double energy_weight, double latency_weight,
                               fl_arena *arena) {
    fl_error err;
    fl_cost cost;
    int exit, *nodes = FL_NEW(arena, layers->n_layers, int);
    if (nodes == NULL ||
        fl_pass_shortest(layers, energy_weight, latency_weight, nodes, &exit, &cost, arena, &err) != FL_OK)
        say_stop("looking for a shortest path", &err);
    return cost.latency;
}

fl_instance *families_at(const fl_instance *base, double position) {
    fl_arena arena;
    fl_error err;
    fl_layers layers;
    fl_arena_init(&arena, 0);
    if (fl_layers_build(&layers, base, 0, &arena, &err) != FL_OK) say_stop("building layers", &err);
    double fastest = shortest_latency(&layers, 0, 1, &arena);
    double cheapest = shortest_latency(&layers, 1, 0, &arena);
    fl_arena_free(&arena);
    return with_deadline(base, fastest + position * (cheapest - fastest));
}

/** The latency of the optimum. */
static double optimal_latency(const fl_instance *instance) {
    fl_arena arena;
    fl_error err;
    fl_settings settings;
    fl_result result;
    fl_arena_init(&arena, 0);
    fl_settings_default(&settings, &fl_exact_method, instance);
    if (fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) != FL_OK)
        say_stop("exact", &err);
    fl_arena_free(&arena);
    return result.verdict.latency;
}

fl_instance *families_with_deadline(const bench_family *family, const fl_instance *base, int index) {
    fl_instance *instance = families_at(base, families_position(family, index));
    if (family->kind != FAMILIES_ATTAINED) return instance;
    fl_instance *attained = with_deadline(instance, optimal_latency(instance));
    fl_instance_free(instance);
    return attained;
}

/* Hard instances: drawn ones, rebuilt */

/** Copies of what the hard kinds change. */
typedef struct hard_parts {
    int n_nodes, n_blocks;
    fl_node *nodes;
    fl_node_link *links; /* all n_nodes * (n_nodes - 1), by sender, then receiver */
    fl_block *blocks;
    fl_random random;
    fl_arena *arena;
} hard_parts;

static fl_node_link *find_link(const hard_parts *parts, int from, int to) {
    return &parts->links[from * (parts->n_nodes - 1) + to - (to > from)];
}

/** An operation takes 1 nJ at 1e9 op/s, and more with the square of the speed. */
static void make_nearly_equal(hard_parts *parts) {
    for (int n = 0; n < parts->n_nodes; n++) {
        fl_node *node = &parts->nodes[n];
        node->power = pow(node->speed / 1e9, 3);
        node->tx_energy /= 10;
        node->rx_energy /= 10;
    }
    for (int i = 0; i < parts->n_nodes * (parts->n_nodes - 1); i++) parts->links[i].link.rate *= 10;
}

/** Energies of their own for a block on every node, as if measured. */
static void draw_energies(hard_parts *parts, fl_block *block) {
    fl_measured *measured = FL_NEW(parts->arena, parts->n_nodes, fl_measured);
    if (measured == NULL) return;
    for (int n = 0; n < parts->n_nodes; n++)
        measured[n] = (fl_measured){n, -1, fl_random_between(&parts->random, 0.01, 1)};
    block->n_measured = parts->n_nodes;
    block->measured = measured;
}

static void make_equal_latencies(hard_parts *parts) {
    for (int n = 0; n < parts->n_nodes; n++) parts->nodes[n].speed = 1e10;
    for (int i = 0; i < parts->n_nodes * (parts->n_nodes - 1); i++) parts->links[i].link.rate = 1e9;
    for (int l = 0; l < parts->n_blocks; l++) {
        parts->blocks[l].ops = 1e7;
        parts->blocks[l].out_bits = 1e6;
        draw_energies(parts, &parts->blocks[l]);
    }
}

static void make_free_moves(hard_parts *parts) {
    for (int l = 0; l < parts->n_blocks; l++) parts->blocks[l].out_bits = 0;
}

/** Make nodes n_nodes / 2 and up twins of the first half, links included. */
static void make_twins(hard_parts *parts) {
    int half = parts->n_nodes / 2;
    for (int n = half; n < 2 * half; n++) {
        const char *name = parts->nodes[n].name;
        parts->nodes[n] = parts->nodes[n - half];
        parts->nodes[n].name = name;
        parts->nodes[n].speed *= 1 + 1e-12;
        parts->nodes[n].power *= 1 + 3e-12;
    }
    for (int a = 0; a < 2 * half; a++) {
        for (int b = 0; b < 2 * half; b++) {
            if (a == b) continue;
            fl_link *link = &find_link(parts, a, b)->link;
            if (a % half == b % half) {
                link->rate = 1e12; /* from a twin to its twin */
            } else {
                *link = find_link(parts, a % half, b % half)->link;
            }
        }
    }
}

static void make_hard(hard_parts *parts, families_kind kind) {
    switch (kind) {
    case FAMILIES_NEARLY_EQUAL:
        make_nearly_equal(parts);
        break;
    case FAMILIES_EQUAL_LATENCIES:
        make_equal_latencies(parts);
        break;
    case FAMILIES_FREE_MOVES:
        make_free_moves(parts);
        break;
    case FAMILIES_TWINS:
        make_twins(parts);
        break;
    default: /* the instance as it is */
        break;
    }
}

_Noreturn static void stop_for_memory(const fl_arena *arena) {
    fl_error err;
    fl_arena_error(arena, &err);
    say_stop("copying an instance", &err);
}

static fl_instance *rebuild(const fl_instance *base, families_kind kind, int seed) {
    fl_arena arena;
    fl_error err;
    fl_instance parts = *base, *instance;
    fl_app app = base->apps[0];
    hard_parts copies = {.n_nodes = base->system.n_nodes, .n_blocks = app.n_blocks, .arena = &arena};
    fl_arena_init(&arena, 0);
    fl_random_seed(&copies.random, (uint64_t)seed);
    copies.nodes = FL_NEW(&arena, base->system.n_nodes, fl_node);
    copies.links = FL_NEW(&arena, base->system.n_links, fl_node_link);
    copies.blocks = FL_NEW(&arena, app.n_blocks, fl_block);
    if (arena.failed) stop_for_memory(&arena);
    for (int n = 0; n < base->system.n_nodes; n++) copies.nodes[n] = base->system.nodes[n];
    for (int i = 0; i < base->system.n_links; i++) copies.links[i] = base->system.links[i];
    for (int l = 0; l < app.n_blocks; l++) copies.blocks[l] = app.blocks[l];
    make_hard(&copies, kind);
    if (arena.failed) stop_for_memory(&arena);
    parts.system.nodes = copies.nodes;
    parts.system.links = copies.links;
    app.blocks = copies.blocks;
    parts.apps = &app;
    if (fl_instance_create(&instance, &parts, FL_PLACE_JSON, &err) != FL_OK)
        say_stop("building an instance", &err);
    fl_arena_free(&arena);
    return instance;
}

/* Drawing */

fl_instance *families_draw(int blocks, int nodes, int tiers, int seed) {
    fl_error err;
    fl_instance *drawn;
    fl_recipe recipe = {.seed = (uint64_t)seed,
                        .blocks = blocks,
                        .nodes = nodes,
                        .tiers = tiers,
                        .exits = 3,
                        .plain = true,
                        .tightness = FL_TIGHTNESS_MEDIUM};
    if (fl_generate(&drawn, &recipe, &err) != FL_OK) say_stop("generating", &err);
    fl_change to = FL_CHANGE_NONE;
    to.accuracy = fmin(1, fl_cost_accuracy(&drawn->apps[0], drawn->apps[0].n_exits - 1));
    fl_instance *instance = change(drawn, to);
    fl_instance_free(drawn);
    return instance;
}

fl_instance *families_create(const bench_family *family, int seed) {
    if (family->kind == FAMILIES_PUBLISHED) return published_instance(B_ALEXNET, 1, 0.80, RECEIVER);
    fl_instance *drawn = families_draw(family->blocks, family->nodes, family->tiers, seed);
    if (family->kind == FAMILIES_RANDOM || family->kind == FAMILIES_ATTAINED) return drawn;
    fl_instance *hard = rebuild(drawn, family->kind, seed);
    fl_instance_free(drawn);
    return hard;
}
