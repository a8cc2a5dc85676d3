/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/layers.h"
#include "core/tolerance.h"
#include <string.h>

/* Building */

/** Blocks up to the deepest exit that is accurate enough; 0 when none is. */
static int find_depth(const fl_app *app) {
    for (int e = app->n_exits - 1; e >= 0; e--) {
        if (fl_cost_accurate(app, e)) return app->exits[e].after;
    }
    return 0;
}

/** The share of its speed that node n gives, 0: it may not be used. Without `levels` the largest. */
static double share_of(const fl_app *app, const int *levels, int n) {
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        if (slices->node != n) continue;
        if (levels != NULL) return levels[i] >= 0 ? slices->levels[levels[i]] : 0;
        return slices->levels[fl_slices_largest(slices)];
    }
    return 1;
}

/** What building carries along. */
typedef struct building {
    const fl_instance *instance;
    const fl_app *app;
    const int *levels;
    const double *speed, *power; /* [n_nodes] */
} building;

/** What computing block `l` costs on every node when `final` is the final exit, weights included. */
static void fill_vectors(double *latency, double *energy, const building *now, int l, int final,
                         double weight, double reach) {
    const fl_app *app = now->app;
    const fl_block *block = &app->blocks[l];
    bool anywhere = block->n_allowed < 0;
    int n_nodes = now->instance->system.n_nodes;
    if (anywhere && block->n_measured == 0 && app->n_slices == 0) {
        fl_cost_compute_all(latency, energy, app, l, final, n_nodes, now->speed, now->power, weight, reach);
        return;
    }
    if (!anywhere) {
        for (int n = 0; n < n_nodes; n++) latency[n] = energy[n] = INFINITY;
    }
    for (int i = 0; i < (anywhere ? n_nodes : block->n_allowed); i++) {
        int n = anywhere ? i : block->allowed[i];
        double share = app->n_slices > 0 ? share_of(app, now->levels, n) : 1;
        if (share == 0) {
            latency[n] = energy[n] = INFINITY;
            continue;
        }
        fl_cost compute = fl_cost_compute(now->instance, app, l, n, final, share);
        latency[n] = weight * compute.latency;
        energy[n] = reach * compute.energy;
    }
}

/** The exit that may be final after block `l`, or -1. */
static int final_exit(const fl_app *app, int l) {
    int exit = fl_cost_exit_after(app, l);
    return exit >= 0 && fl_cost_accurate(app, exit) ? exit : -1;
}

/** Whether stopping after block `l` costs more than going on. When the head of the exit there runs anyhow, or
 *  has no operations, the two cost the same and share their vectors. */
static bool stopping_differs(const fl_app *app, int l) {
    int exit = final_exit(app, l);
    return exit >= 0 && fl_cost_ops(app, l, exit) != fl_cost_ops(app, l, app->n_exits);
}

/** Fill layer `l`, its vectors in `vectors` [2 * n_nodes, or 4 where stopping differs]; returns what is
 * behind them. */
static double *fill_layer(fl_layer *layer, const building *now, int l, double *vectors) {
    const fl_app *app = now->app;
    int n_nodes = now->instance->system.n_nodes;
    double reach = fl_cost_reach(app, l), weight = fl_cost_weight(app, reach);
    *layer = (fl_layer){.bits_latency = weight * fl_cost_bits(app, l),
                        .delays = weight,
                        .bits_energy = reach * fl_cost_bits(app, l),
                        .latency = vectors,
                        .energy = vectors + n_nodes,
                        .exit = final_exit(app, l)};
    fill_vectors(vectors, vectors + n_nodes, now, l, app->n_exits, weight, reach);
    vectors += 2 * (size_t)n_nodes;
    if (layer->exit < 0) return vectors;
    layer->final_latency = layer->latency;
    layer->final_energy = layer->energy;
    if (!stopping_differs(app, l)) return vectors;
    fill_vectors(vectors, vectors + n_nodes, now, l, layer->exit, weight, reach);
    layer->final_latency = vectors;
    layer->final_energy = vectors + n_nodes;
    return vectors + 2 * (size_t)n_nodes;
}

fl_status fl_layers_build(fl_layers *out, const fl_instance *instance, int app, fl_arena *arena,
                          fl_error *err) {
    return fl_layers_build_at(out, instance, app, NULL, arena, err);
}

fl_status fl_layers_build_at(fl_layers *out, const fl_instance *instance, int app, const int *levels,
                             fl_arena *arena, fl_error *err) {
    const fl_app *of = &instance->apps[app];
    int n_nodes = instance->system.n_nodes, n_layers = find_depth(of);
    if (instance->groups.slowness == NULL) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "more than %d nodes with links of their own; use links between tiers",
                            FL_GROUPS_MOST);
    }
    fl_layer *layer = FL_NEW(arena, n_layers, fl_layer);
    double *ends = FL_NEW(arena, 4 * (size_t)n_nodes, double);
    size_t n_vectors = 0;
    for (int l = 0; l < n_layers; l++) n_vectors += stopping_differs(of, l) ? 4 : 2;
    double *vectors = FL_NEW(arena, n_vectors * (size_t)n_nodes, double);
    if (layer == NULL || ends == NULL || vectors == NULL) return fl_arena_error(arena, err);
    double *speed = ends + 2 * (size_t)n_nodes, *power = speed + n_nodes;
    for (int n = 0; n < n_nodes; n++) {
        const fl_node *node = &instance->system.nodes[n];
        ends[n] = node->tx_energy;
        ends[n_nodes + n] = node->rx_energy;
        speed[n] = node->speed;
        power[n] = node->power;
    }
    building now = {instance, of, levels, speed, power};
    for (int l = 0; l < n_layers; l++) {
        vectors = fill_layer(&layer[l], &now, l, vectors);
    }
    *out = (fl_layers){.instance = instance,
                       .app = app,
                       .n_nodes = n_nodes,
                       .n_layers = n_layers,
                       .layer = layer,
                       .source = of->source,
                       .deadline = of->deadline * (1 + FL_TOLERANCE_DEADLINE - FL_TOLERANCE_SEARCH),
                       .latest = of->deadline * (1 + FL_TOLERANCE_DEADLINE),
                       .groups = &instance->groups,
                       .tx = ends,
                       .rx = ends + n_nodes};
    return FL_OK;
}

/* Pricing */

/** A copy of `energy` with what running `ops` operations a second and holding `bytes` costs on top. */
static const double *price_vector(const double *energy, const fl_layers *layers, const fl_prices *prices,
                                  double ops, double bytes, fl_arena *arena) {
    const fl_app *app = &layers->instance->apps[layers->app];
    double *to = FL_NEW(arena, layers->n_nodes, double);
    for (int n = 0; to != NULL && n < layers->n_nodes; n++) {
        to[n] = energy[n] + prices->capacity[n] * ops + prices->memory[n] * bytes;
    }
    for (int i = 0; to != NULL && i < app->n_slices; i++) { /* what is reserved takes no capacity */
        int n = app->slices[i].node;
        to[n] = energy[n] + prices->memory[n] * bytes;
    }
    return to;
}

static void price_layer(fl_layer *layer, const fl_layers *layers, int l, const fl_prices *prices,
                        fl_arena *arena) {
    const fl_app *app = &layers->instance->apps[layers->app];
    double visits = app->rate * fl_cost_reach(app, l), bytes = app->blocks[l].memory;
    bool own = layer->exit >= 0 && layer->final_energy != layer->energy;
    layer->energy =
        price_vector(layer->energy, layers, prices, visits * fl_cost_ops(app, l, app->n_exits), bytes, arena);
    if (layer->exit < 0) return;
    double final_ops = visits * fl_cost_ops(app, l, layer->exit);
    layer->final_energy =
        own ? price_vector(layer->final_energy, layers, prices, final_ops, bytes, arena) : layer->energy;
}

/** Groups of one node each, with prices added to the energy per bit; a failed allocation is noticed by the
 *  arena. */
static const fl_groups *price_links(const fl_layers *layers, const double *link, fl_arena *arena) {
    size_t n = (size_t)layers->n_nodes;
    double rate = layers->instance->apps[layers->app].rate;
    fl_split_groups split;
    fl_groups *new = FL_NEW(arena, 1, fl_groups);
    if (new == NULL || !fl_groups_split(&split, layers->groups, layers->n_nodes, arena))
        return layers->groups;
    for (size_t at = 0; at < n * n; at++) split.energy[at] += rate * link[at];
    *new = (fl_groups){.n_groups = layers->n_nodes,
                       .group = split.group,
                       .slowness = split.slowness,
                       .delay = split.delay,
                       .energy = split.energy};
    return new;
}

fl_status fl_layers_price(fl_layers *layers, const fl_prices *prices, fl_arena *arena, fl_error *err) {
    for (int l = 0; l < layers->n_layers; l++) price_layer(&layers->layer[l], layers, l, prices, arena);
    if (prices->link != NULL) layers->groups = price_links(layers, prices->link, arena);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}
