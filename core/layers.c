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
                       .deadline = of->deadline * (1 + FL_TOLERANCE_DEADLINE - FL_TOLERANCE_SEARCH),
                       .latest = of->deadline * (1 + FL_TOLERANCE_DEADLINE),
                       .groups = &instance->groups,
                       .tx = ends,
                       .rx = ends + n_nodes};
    return FL_OK;
}
