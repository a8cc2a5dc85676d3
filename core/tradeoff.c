/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/tradeoff.h"

/** The node on which a path that stops in layer `l` ends best, into `pass` when it beats `*best`. */
static void stop_in_layer(fl_pass *pass, double *best, const fl_layers *layers, int l, double reward) {
    const fl_layer *layer = &layers->layer[l];
    const double *arrive = pass->arrive + (size_t)l * (size_t)layers->n_nodes;
    for (int b = 0; b < layers->n_nodes; b++) {
        if (isinf(arrive[b]) || isinf(layer->latency[b])) continue;
        double weight = arrive[b] + pass->energy_weight * layer->final_energy[b] +
                        pass->latency_weight * layer->final_latency[b] - reward;
        if (!(weight < *best)) continue;
        *best = weight;
        pass->layer = l;
        pass->node = b;
    }
}

fl_status fl_tradeoff_find(int *nodes, int *exit, const fl_layers *layers, const fl_tradeoff *weights,
                           fl_arena *arena, fl_error *err) {
    const fl_app *app = &layers->instance->apps[layers->app];
    fl_arena_mark mark = fl_arena_keep(arena);
    fl_pass pass;
    double best = INFINITY;
    *exit = -1;
    FL_TRY(fl_pass_init(&pass, layers, arena, err));
    double *scratch = FL_NEW(arena, 3 * (size_t)layers->n_nodes, double);
    if (scratch == NULL) return fl_arena_error(arena, err);
    fl_pass_run(&pass, layers, weights->energy, weights->latency, scratch);
    pass.layer = -1;
    for (int l = 0; l < layers->n_layers; l++) {
        int e = layers->layer[l].exit;
        if (e >= 0) stop_in_layer(&pass, &best, layers, l, weights->accuracy * fl_cost_accuracy(app, e));
    }
    if (pass.layer >= 0) {
        *exit = layers->layer[pass.layer].exit;
        fl_pass_trace(&pass, layers, nodes);
    }
    fl_arena_release(arena, mark);
    return FL_OK;
}
