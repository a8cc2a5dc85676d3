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

/** What computing block `l` costs on every node when `final` is the final exit, weights included. */
static void fill_vectors(double *latency, double *energy, const fl_instance *instance, const fl_app *app,
                         int l, int final, double weight, double reach) {
    const fl_block *block = &app->blocks[l];
    bool anywhere = block->n_allowed < 0;
    int n_nodes = instance->system.n_nodes;
    if (!anywhere) {
        for (int n = 0; n < n_nodes; n++) latency[n] = energy[n] = INFINITY;
    }
    for (int i = 0; i < (anywhere ? n_nodes : block->n_allowed); i++) {
        int n = anywhere ? i : block->allowed[i];
        fl_cost compute = fl_cost_compute(instance, app, l, n, final);
        latency[n] = weight * compute.latency;
        energy[n] = reach * compute.energy;
    }
}

/** Fill layer `l`, its vectors in `vectors` [4 * n_nodes]. When the head of the exit after it runs anyhow, or
 *  has no operations, going on and stopping cost the same and share their vectors. */
static void fill_layer(fl_layer *layer, const fl_instance *instance, const fl_app *app, int l,
                       double *vectors) {
    int n_nodes = instance->system.n_nodes, exit = fl_cost_exit_after(app, l), last = app->n_exits;
    double reach = fl_cost_reach(app, l);
    double weight = app->latency == FL_LATENCY_MEAN ? reach : 1;
    *layer = (fl_layer){.bits_latency = weight * fl_cost_bits(app, l),
                        .delays = weight,
                        .bits_energy = reach * fl_cost_bits(app, l),
                        .latency = vectors,
                        .energy = vectors + n_nodes,
                        .exit = exit >= 0 && fl_cost_accurate(app, exit) ? exit : -1};
    fill_vectors(vectors, vectors + n_nodes, instance, app, l, last, weight, reach);
    if (layer->exit < 0) return;
    layer->final_latency = layer->latency;
    layer->final_energy = layer->energy;
    if (fl_cost_ops(app, l, exit) == fl_cost_ops(app, l, last)) return;
    vectors += 2 * (size_t)n_nodes;
    fill_vectors(vectors, vectors + n_nodes, instance, app, l, exit, weight, reach);
    layer->final_latency = vectors;
    layer->final_energy = vectors + n_nodes;
}

fl_status fl_layers_build(fl_layers *out, const fl_instance *instance, int app, fl_arena *arena,
                          fl_error *err) {
    const fl_app *of = &instance->apps[app];
    int n_nodes = instance->system.n_nodes, n_layers = find_depth(of);
    if (instance->groups.slowness == NULL) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "more than %d nodes with links of their own; use links between tiers",
                            FL_GROUPS_MOST);
    }
    fl_layer *layer = FL_NEW(arena, n_layers, fl_layer);
    double *ends = FL_NEW(arena, 2 * (size_t)n_nodes, double);
    double *vectors = FL_NEW(arena, 4 * (size_t)n_nodes * (size_t)n_layers, double);
    if (layer == NULL || ends == NULL || vectors == NULL) return fl_arena_error(arena, err);
    for (int n = 0; n < n_nodes; n++) {
        ends[n] = instance->system.nodes[n].tx_energy;
        ends[n_nodes + n] = instance->system.nodes[n].rx_energy;
    }
    for (int l = 0; l < n_layers; l++) {
        fill_layer(&layer[l], instance, of, l, vectors + 4 * (size_t)n_nodes * (size_t)l);
    }
    *out = (fl_layers){.instance = instance,
                       .app = app,
                       .n_nodes = n_nodes,
                       .n_layers = n_layers,
                       .layer = layer,
                       .source = of->source,
                       .deadline = of->deadline * (1 + FL_TOLERANCE_DEADLINE),
                       .groups = &instance->groups,
                       .tx = ends,
                       .rx = ends + n_nodes};
    return FL_OK;
}

/* Shortest path by one scalar weight: a dynamic programme over the layers */

typedef struct path_search {
    const fl_layers *layers;
    double energy_weight, latency_weight;
    double *reach; /* [n_layers * n_nodes] least weight of a way to (l, n) that goes on; INFINITY: none */
    int *before;   /* same shape: the node it comes from */
    double best;   /* least weight of a whole path, its end and where it comes from */
    int last_layer, last_node, last_before;
} path_search;

static double weigh(const path_search *search, const fl_cost *cost) {
    return search->energy_weight * cost->energy + search->latency_weight * cost->latency;
}

/** Try both arcs, going on and stopping, from node `a`, reached at weight `so_far`, to (l, b). */
static void relax(path_search *search, int l, int a, int b, double so_far) {
    const fl_layers *layers = search->layers;
    size_t at = (size_t)l * (size_t)layers->n_nodes + (size_t)b;
    fl_cost arc;
    if (!fl_layers_arc(layers, l, a, b, false, &arc)) return;
    double weight = so_far + weigh(search, &arc);
    if (weight < search->reach[at]) {
        search->reach[at] = weight;
        search->before[at] = a;
    }
    if (!fl_layers_arc(layers, l, a, b, true, &arc)) return;
    weight = so_far + weigh(search, &arc);
    if (weight < search->best) {
        search->best = weight;
        search->last_layer = l;
        search->last_node = b;
        search->last_before = a;
    }
}

static void run_layer(path_search *search, int l) {
    int n_nodes = search->layers->n_nodes;
    double *reach = search->reach + (size_t)l * (size_t)n_nodes;
    for (int b = 0; b < n_nodes; b++) reach[b] = INFINITY;
    if (l == 0) {
        for (int b = 0; b < n_nodes; b++) relax(search, 0, search->layers->source, b, 0);
        return;
    }
    for (int a = 0; a < n_nodes; a++) {
        double so_far = reach[a - n_nodes];
        if (isinf(so_far)) continue;
        for (int b = 0; b < n_nodes; b++) relax(search, l, a, b, so_far);
    }
}

/** Follow the path back into `nodes` and add its arcs up. */
static void trace(const path_search *search, int *nodes, fl_cost *cost) {
    const fl_layers *layers = search->layers;
    int from = search->last_before;
    nodes[search->last_layer] = search->last_node;
    for (int l = search->last_layer - 1; l >= 0; l--) {
        nodes[l] = from;
        from = search->before[(size_t)l * (size_t)layers->n_nodes + (size_t)from];
    }
    *cost = (fl_cost){0, 0};
    for (int l = 0; l <= search->last_layer; l++) {
        fl_cost arc;
        int a = l > 0 ? nodes[l - 1] : layers->source;
        if (!fl_layers_arc(layers, l, a, nodes[l], l == search->last_layer, &arc)) continue;
        cost->energy += arc.energy;
        cost->latency += arc.latency;
    }
}

fl_status fl_layers_shortest(const fl_layers *layers, double energy_weight, double latency_weight, int *nodes,
                             int *exit, fl_cost *cost, fl_arena *arena, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(arena);
    size_t cells = (size_t)layers->n_layers * (size_t)layers->n_nodes;
    path_search search = {.layers = layers,
                          .energy_weight = energy_weight,
                          .latency_weight = latency_weight,
                          .reach = FL_NEW(arena, cells, double),
                          .before = FL_NEW(arena, cells, int),
                          .best = INFINITY,
                          .last_layer = -1};
    *exit = -1;
    if (search.reach == NULL || search.before == NULL) return fl_arena_error(arena, err);
    for (int l = 0; l < layers->n_layers; l++) run_layer(&search, l);
    if (search.last_layer >= 0) {
        *exit = layers->layer[search.last_layer].exit;
        trace(&search, nodes, cost);
    }
    fl_arena_release(arena, mark);
    return FL_OK;
}
