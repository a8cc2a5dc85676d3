/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/reduce.h"
#include "core/passes.h"
#include "core/tolerance.h"
#include <stdlib.h>

/** A node and what it sums up to: a dominating node never comes after one that it dominates, but for
 * rounding, which at worst keeps a node too many. */
typedef struct rank_key {
    int node, group;
    int barred;             /* blocks that may not run here */
    double latency, energy; /* sums over the others */
} rank_key;

static rank_key sum_up(const fl_layers *layers, int n) {
    rank_key key = {.node = n, .group = layers->groups->group[n]};
    for (int l = 0; l < layers->n_layers; l++) {
        const fl_layer *layer = &layers->layer[l];
        bool barred = isinf(layer->latency[n]);
        key.barred += barred;
        key.latency += barred ? 0 : layer->latency[n];
        key.energy += barred ? 0 : layer->energy[n];
    }
    return key;
}

static int compare_keys(const void *a, const void *b) {
    const rank_key *one = a, *two = b;
    if (one->group != two->group) return one->group < two->group ? -1 : 1;
    if (one->barred != two->barred) return one->barred < two->barred ? -1 : 1;
    if (one->latency != two->latency) return one->latency < two->latency ? -1 : 1;
    if (one->energy != two->energy) return one->energy < two->energy ? -1 : 1;
    return (one->node > two->node) - (one->node < two->node);
}

/** Whether node a can stand in for node b everywhere. */
static bool dominates(const fl_layers *layers, int a, int b) {
    if (layers->tx[a] > layers->tx[b] || layers->rx[a] > layers->rx[b]) return false;
    for (int l = 0; l < layers->n_layers; l++) {
        const fl_layer *layer = &layers->layer[l];
        if (layer->energy[a] > layer->energy[b] || layer->latency[a] > layer->latency[b]) return false;
        if (layer->exit >= 0 && (layer->final_energy[a] > layer->final_energy[b] ||
                                 layer->final_latency[a] > layer->final_latency[b])) {
            return false;
        }
    }
    return true;
}

/** Mark the nodes to keep; returns how many. */
static int find_kept(bool *keep, rank_key *keys, int *kept, const fl_layers *layers) {
    int n_kept = 0, first = 0; /* kept[first..] are those of the group at hand */
    for (int i = 0; i < layers->n_nodes; i++) keys[i] = sum_up(layers, i);
    qsort(keys, (size_t)layers->n_nodes, sizeof *keys, compare_keys);
    for (int i = 0; i < layers->n_nodes; i++) {
        int n = keys[i].node;
        if (i > 0 && keys[i].group != keys[i - 1].group) first = n_kept;
        bool needless = false;
        for (int k = first; k < n_kept && !needless; k++) needless = dominates(layers, kept[k], n);
        keep[n] = !needless || n == layers->source;
        if (keep[n]) kept[n_kept++] = n;
    }
    return n_kept;
}

static const double *compact(const double *from, const int *original, int n, fl_arena *arena) {
    double *to = FL_NEW(arena, n, double);
    for (int i = 0; to != NULL && i < n; i++) to[i] = from[original[i]];
    return to;
}

/** Rewrite all vectors over the kept nodes; a failed allocation is noticed by the arena. */
static void rebuild(fl_layers *layers, const int *original, int n, fl_arena *arena) {
    fl_groups *groups = FL_NEW(arena, 1, fl_groups);
    int *group = FL_NEW(arena, n, int);
    if (groups == NULL || group == NULL) return;
    int source = -1;
    for (int i = 0; i < n; i++) {
        group[i] = layers->groups->group[original[i]];
        if (original[i] == layers->source) source = i;
    }
    *groups = *layers->groups;
    groups->group = group;
    for (int l = 0; l < layers->n_layers; l++) {
        fl_layer *layer = &layers->layer[l];
        bool own = layer->final_latency != layer->latency;
        layer->latency = compact(layer->latency, original, n, arena);
        layer->energy = compact(layer->energy, original, n, arena);
        if (layer->exit < 0) continue;
        layer->final_latency = own ? compact(layer->final_latency, original, n, arena) : layer->latency;
        layer->final_energy = own ? compact(layer->final_energy, original, n, arena) : layer->energy;
    }
    layers->groups = groups;
    layers->tx = compact(layers->tx, original, n, arena);
    layers->rx = compact(layers->rx, original, n, arena);
    layers->source = source;
    layers->n_nodes = n;
}

fl_status fl_reduce_nodes(fl_layers *layers, int **original, fl_arena *arena, fl_error *err) {
    int n_nodes = layers->n_nodes;
    *original = NULL;
    if (layers->groups->n_groups == n_nodes) return FL_OK;
    bool *keep = FL_NEW(arena, n_nodes, bool);
    int *kept = FL_NEW(arena, n_nodes, int);
    rank_key *keys = FL_NEW(arena, n_nodes, rank_key);
    if (keep == NULL || kept == NULL || keys == NULL) return fl_arena_error(arena, err);
    int n_kept = find_kept(keep, keys, kept, layers);
    if (n_kept == n_nodes) return FL_OK;
    for (int n = 0, i = 0; n < n_nodes; n++) { /* in their old order */
        if (keep[n]) kept[i++] = n;
    }
    rebuild(layers, kept, n_kept, arena);
    *original = kept;
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

void fl_reduce_restore(const int *original, int *nodes, int n) {
    for (int i = 0; original != NULL && i < n; i++) nodes[i] = original[nodes[i]];
}

/* The window */

/** Least cost of a path through each vertex, by one weight: reach it, compute there, complete it. */
typedef struct through {
    fl_pass arrive;
    double *to_go; /* [n_layers * n_nodes] */
} through;

static fl_status find_through(through *out, const fl_layers *layers, double energy_weight,
                              double latency_weight, double *scratch, fl_arena *arena, fl_error *err) {
    FL_TRY(fl_pass_init(&out->arrive, layers, arena, err));
    out->to_go = FL_NEW(arena, (size_t)layers->n_layers * (size_t)layers->n_nodes, double);
    if (out->to_go == NULL) return fl_arena_error(arena, err);
    fl_pass_run(&out->arrive, layers, energy_weight, latency_weight, scratch);
    fl_pass_run_back(out->to_go, layers, energy_weight, latency_weight, scratch);
    return FL_OK;
}

/** Least of going on and of stopping at (l, n), from `on` and `end`, what computing costs either way. */
static double complete(const fl_layer *layer, const through *by, size_t at, const double *on,
                       const double *end, int n) {
    double cost = on[n] + by->to_go[at];
    return by->arrive.arrive[at] + (layer->exit >= 0 ? fmin(cost, end[n]) : cost);
}

fl_status fl_reduce_window(fl_layers *layers, double upper, long long *n_left, fl_arena *arena,
                           fl_error *err) {
    through energy, latency;
    int n_nodes = layers->n_nodes;
    double *scratch = FL_NEW(arena, 3 * (size_t)n_nodes, double);
    double *vectors = FL_NEW(arena, 2 * (size_t)layers->n_layers * (size_t)n_nodes, double);
    *n_left = 0;
    if (scratch == NULL || vectors == NULL) return fl_arena_error(arena, err);
    FL_TRY(find_through(&energy, layers, 1, 0, scratch, arena, err));
    FL_TRY(find_through(&latency, layers, 0, 1, scratch, arena, err));
    double dearest = upper * (1 + FL_TOLERANCE_EQUAL) + FL_PASS_NOTHING;
    double latest = layers->deadline * (1 + FL_TOLERANCE_EQUAL);
    for (int l = 0; l < layers->n_layers; l++, vectors += 2 * (size_t)n_nodes) {
        fl_layer *layer = &layers->layer[l];
        double *stop = vectors + n_nodes;
        for (int n = 0; n < n_nodes; n++) {
            size_t at = (size_t)l * (size_t)n_nodes + (size_t)n;
            double cost = complete(layer, &energy, at, layer->energy, layer->final_energy, n);
            double time = complete(layer, &latency, at, layer->latency, layer->final_latency, n);
            bool in = cost <= dearest && time <= latest;
            vectors[n] = in ? layer->latency[n] : INFINITY;
            if (layer->exit >= 0) stop[n] = in ? layer->final_latency[n] : INFINITY;
            *n_left += in;
        }
        layer->latency = vectors;
        if (layer->exit >= 0) layer->final_latency = stop;
    }
    return FL_OK;
}
