/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sweep.h"
#include <limits.h>
#include <string.h>

enum { FIRST_ROOM = 64, WORK_PER_LOOK = 1 << 16 }; /* labels between two looks at the clock */

/* Merging */

/** Make room for a front of n labels in both buffers. */
static fl_status reserve(fl_sweep_bench *bench, int n, fl_error *err) {
    if (n <= bench->room) return FL_OK;
    int room = 2 * n;
    fl_label *merged = FL_NEW(bench->arena, room, fl_label), *spare = FL_NEW(bench->arena, room, fl_label);
    if (merged == NULL || spare == NULL) return fl_arena_error(bench->arena, err);
    if (bench->n_merged > 0) memcpy(merged, bench->merged, (size_t)bench->n_merged * sizeof *merged);
    bench->merged = merged;
    bench->spare = spare;
    bench->room = room;
    return FL_OK;
}

fl_status fl_sweep_open(fl_sweep_bench *out, bool ranked, int most_low, fl_arena *arena, fl_error *err) {
    *out = (fl_sweep_bench){
        .arena = arena, .ranked = ranked, .most_low = most_low, .low = FL_NEW(arena, most_low, double)};
    if (out->low == NULL) return fl_arena_error(arena, err);
    return reserve(out, FIRST_ROOM, err);
}

fl_status fl_sweep_renew(fl_sweep_bench *bench, fl_error *err) {
    bench->room = bench->n_merged = 0;
    bench->bytes = 0;
    bench->n_held = 0;
    return reserve(bench, FIRST_ROOM, err);
}

static void clear_low(fl_sweep_bench *bench) {
    bench->n_low = 0;
    for (int r = 0; r < bench->most_low; r++) bench->low[r] = INFINITY;
}

/* Labels come by rising latency, so only energies (and ranks) are compared: `low` holds the k least energies
 * so far, ascending, or when ranked the least energy for each rank. */
static bool is_dominated(fl_sweep_bench *bench, const fl_label *new) {
    double *low = bench->low;
    if (bench->ranked) {
        for (int r = 0; r <= new->rank; r++) {
            if (low[r] <= new->energy) return true;
        }
        low[new->rank] = new->energy;
        return false;
    }
    int n = bench->n_low;
    if (n == bench->most_low && low[n - 1] <= new->energy) return true;
    if (n < bench->most_low) bench->n_low = ++n;
    int i = n - 1;
    for (; i > 0 && low[i - 1] > new->energy; i--) low[i] = low[i - 1];
    low[i] = new->energy;
    return false;
}

static bool earlier(const fl_label *one, const fl_label *two) {
    return one->latency < two->latency || (one->latency == two->latency && one->energy < two->energy);
}

static void append(fl_sweep_bench *bench, int *n, const fl_label *new) {
    if (!is_dominated(bench, new)) bench->spare[(*n)++] = *new;
}

/** Merge the labels of a front, each with `arc` added and `next` as its next front, into the front at hand.
 * What the allowance excludes is dropped first, then what is dominated. O(labels of both) */
static fl_status merge(fl_sweep_bench *bench, const fl_front *from, int next, const fl_cost *arc,
                       const fl_allowance *most, fl_error *err) {
    int i = 0, k = 0, n = bench->n_merged;
    FL_TRY(reserve(bench, n + from->n_labels, err));
    const fl_label *old = bench->merged;
    clear_low(bench);
    for (int j = 0; j < from->n_labels; j++) {
        const fl_label *label = &from->labels[j];
        fl_label new = {label->latency + arc->latency, label->energy + arc->energy, next, j, label->rank};
        if (new.latency > most->latency) break;
        if (new.energy > most->energy) continue;
        if (fl_sweep_weigh(bench, new.energy, new.latency) > most->reduced) {
            bench->dropped = true;
            continue;
        }
        while (i < n && !earlier(&new, &old[i])) append(bench, &k, &old[i++]);
        append(bench, &k, &new);
    }
    while (i < n) append(bench, &k, &old[i++]);
    fl_label *swap = bench->merged;
    bench->merged = bench->spare;
    bench->spare = swap;
    bench->n_merged = k;
    bench->work += n + from->n_labels;
    return FL_OK;
}

/** Leave at most `most` labels in the front at hand: of as many equal stretches of its latencies, the label
 * of least reduced weight. Stretches of equal numbers of labels instead crowd where labels do, and miss the
 * deadline: with free moves, 100 x 100, they took up to 60 times as many labels. */
static void thin_out(fl_sweep_bench *bench, int most) {
    fl_label *labels = bench->merged;
    int n = bench->n_merged, kept = 0;
    double first = labels[0].latency, step = (labels[n - 1].latency - first) / most;
    int last_slot = -1;
    for (int j = 0; j < n; j++) {
        int slot = (int)fmin((labels[j].latency - first) / step, most - 1);
        if (slot > last_slot) {
            labels[kept++] = labels[j];
            last_slot = slot;
        } else if (fl_sweep_weigh(bench, labels[j].energy, labels[j].latency) <
                   fl_sweep_weigh(bench, labels[kept - 1].energy, labels[kept - 1].latency)) {
            labels[kept - 1] = labels[j];
        }
    }
    bench->n_merged = kept;
}

/** Keep the front at hand, which is not empty, as that of `node`. */
static fl_status keep_labels(fl_sweep_bench *bench, fl_front *out, int node, fl_error *err) {
    int n = bench->n_merged;
    double least = INFINITY, lambda = bench->lambda;
    fl_label *labels = FL_NEW(bench->arena, n, fl_label);
    if (labels == NULL) return fl_arena_error(bench->arena, err);
    for (int j = 0; j < n; j++) {
        labels[j] = bench->merged[j];
        double weight = labels[j].energy + lambda * labels[j].latency;
        least = weight < least ? weight : least;
    }
    *out = (fl_front){labels, n, node, least};
    bench->bytes += (double)n * sizeof *labels;
    bench->n_labels += n;
    bench->n_held += n;
    return FL_OK;
}

/* Sweeping */

fl_status fl_sweep_init(fl_sweep *sweep, const fl_layers *layers, fl_arena *arena, fl_error *err) {
    size_t n_layers = (size_t)layers->n_layers, n_nodes = (size_t)layers->n_nodes;
    fl_front *all = FL_NEW(arena, n_layers * n_nodes, fl_front);
    *sweep = (fl_sweep){.layers = layers,
                        .fronts = FL_NEW(arena, n_layers, fl_front *),
                        .n_fronts = FL_ZERO(arena, n_layers, int),
                        .n_labels = FL_ZERO(arena, n_layers, long long)};
    if (all == NULL || sweep->fronts == NULL || sweep->n_fronts == NULL || sweep->n_labels == NULL)
        return fl_arena_error(arena, err);
    for (size_t l = 0; l < n_layers; l++) sweep->fronts[l] = all + l * n_nodes;
    return FL_OK;
}

bool fl_sweep_must_stop(fl_sweep_watch *watch, fl_sweep_bench *bench) {
    if (*watch->task->interrupt) watch->stop = FL_STOP_INTERRUPTED;
    if (watch->memory > 0 && bench->bytes > watch->memory) watch->stop = FL_STOP_MEMORY;
    if (bench->work > WORK_PER_LOOK) {
        bench->work = 0;
        if (watch->time_limit > 0 && fl_clock() - watch->task->start > watch->time_limit)
            watch->stop = FL_STOP_TIME;
    }
    if (watch->most_labels > 0 && bench->n_held > watch->most_labels) {
        watch->many = true;
        return true;
    }
    return watch->stop != FL_STOP_DONE;
}

static fl_allowance allow(const fl_sweep *sweep, int l, int a) {
    size_t at = (size_t)l * (size_t)sweep->layers->n_nodes + (size_t)a;
    return (fl_allowance){.latency = sweep->most.latency - sweep->latency[at],
                          .energy = sweep->most.energy - sweep->energy[at],
                          .reduced = sweep->most.reduced - sweep->reduced[at]};
}

/** Keep the gathered labels as a front of layer l. */
static fl_status keep(fl_sweep *sweep, int l, int a, fl_error *err) {
    fl_sweep_bench *bench = sweep->bench;
    if (sweep->thin > 0 && bench->n_merged > sweep->thin) {
        thin_out(bench, sweep->thin);
        sweep->thinned = true;
    }
    sweep->n_labels[l] += bench->n_merged;
    return keep_labels(bench, &sweep->fronts[l][sweep->n_fronts[l]++], a, err);
}

/* Backwards */

bool fl_sweep_end(const fl_sweep *sweep, int l, int a, fl_label *end) {
    const fl_layer *layer = &sweep->layers->layer[l];
    if (layer->exit < 0) return false;
    *end = (fl_label){layer->final_latency[a], layer->final_energy[a], -1, -1, sweep->rank[layer->exit]};
    return true;
}

/** Collect the labels at (l, a). */
static fl_status gather_back(fl_sweep *sweep, int l, int a, const fl_allowance *most, double least_after,
                             fl_error *err) {
    const fl_layers *layers = sweep->layers;
    const fl_layer *layer = &layers->layer[l];
    fl_sweep_bench *bench = sweep->bench;
    static const fl_cost nothing = {0, 0};
    fl_label end;
    bench->n_merged = 0;
    if (fl_sweep_end(sweep, l, a, &end)) {
        fl_front stop = {.labels = &end, .n_labels = 1};
        FL_TRY(merge(bench, &stop, -1, &nothing, most, err));
    }
    if (l + 1 == layers->n_layers) return FL_OK;
    double here = fl_sweep_weigh(bench, layer->energy[a], layer->latency[a]);
    if (here + least_after > most->reduced) {
        bench->dropped = true;
        return FL_OK;
    }
    const fl_front *fronts = sweep->fronts[l + 1];
    double lambda = bench->lambda, spare = most->reduced - here;
    int n = sweep->n_fronts[l + 1];
    bool dropped = false;
    for (int i = 0; i < n; i++) {
        fl_cost arc;
        if (!fl_layers_move(layers, l + 1, a, fronts[i].node, &arc)) continue;
        if (arc.energy + lambda * arc.latency + fronts[i].least > spare) {
            dropped = true;
            continue;
        }
        arc.energy += layer->energy[a];
        arc.latency += layer->latency[a];
        FL_TRY(merge(bench, &fronts[i], i, &arc, most, err));
    }
    bench->dropped |= dropped;
    return FL_OK;
}

fl_status fl_sweep_back(fl_sweep *sweep, int l, fl_error *err) {
    const fl_layers *layers = sweep->layers;
    const double *latency = layers->layer[l].latency;
    double least_after = INFINITY;
    sweep->n_fronts[l] = 0;
    sweep->n_labels[l] = 0;
    for (int i = 0; l + 1 < layers->n_layers && i < sweep->n_fronts[l + 1]; i++) {
        least_after = fmin(least_after, sweep->fronts[l + 1][i].least);
    }
    sweep->bench->work += layers->n_nodes;
    for (int a = 0; a < layers->n_nodes; a++) {
        if (isinf(latency[a])) continue;
        fl_allowance most = allow(sweep, l, a);
        if (most.latency < 0 || most.energy < 0) continue;
        FL_TRY(gather_back(sweep, l, a, &most, least_after, err));
        if (sweep->bench->n_merged == 0) continue;
        FL_TRY(keep(sweep, l, a, err));
        if (fl_sweep_must_stop(sweep->watch, sweep->bench)) return FL_OK;
    }
    return FL_OK;
}

/* Forwards */

/** The label of going from the source to the first block's node. */
static fl_status gather_first(fl_sweep *sweep, int b, const fl_allowance *most, fl_error *err) {
    fl_cost move;
    const fl_label nothing = {0, 0, -1, -1, 0};
    const fl_front source = {.labels = &nothing, .n_labels = 1};
    if (!fl_layers_move(sweep->layers, 0, sweep->layers->source, b, &move)) return FL_OK;
    return merge(sweep->bench, &source, -1, &move, most, err);
}

static fl_status gather_forth(fl_sweep *sweep, int l, int b, const fl_allowance *most, fl_error *err) {
    const fl_layers *layers = sweep->layers;
    const fl_layer *before = &layers->layer[l - 1];
    fl_sweep_bench *bench = sweep->bench;
    for (int i = 0; i < sweep->n_fronts[l - 1]; i++) {
        const fl_front *from = &sweep->fronts[l - 1][i];
        fl_cost arc;
        if (!fl_layers_move(layers, l, from->node, b, &arc)) continue;
        arc.energy += before->energy[from->node];
        arc.latency += before->latency[from->node];
        if (fl_sweep_weigh(bench, arc.energy, arc.latency) + from->least > most->reduced) {
            bench->dropped = true;
            continue;
        }
        FL_TRY(merge(bench, from, i, &arc, most, err));
    }
    return FL_OK;
}

fl_status fl_sweep_forth(fl_sweep *sweep, int l, fl_error *err) {
    const fl_layers *layers = sweep->layers;
    sweep->n_fronts[l] = 0;
    sweep->n_labels[l] = 0;
    sweep->bench->work += layers->n_nodes;
    for (int b = 0; b < layers->n_nodes; b++) {
        if (isinf(layers->layer[l].latency[b])) continue;
        fl_allowance most = allow(sweep, l, b);
        if (most.latency < 0 || most.energy < 0) continue;
        sweep->bench->n_merged = 0;
        FL_TRY(l == 0 ? gather_first(sweep, b, &most, err) : gather_forth(sweep, l, b, &most, err));
        if (sweep->bench->n_merged == 0) continue;
        FL_TRY(keep(sweep, l, b, err));
        if (fl_sweep_must_stop(sweep->watch, sweep->bench)) return FL_OK;
    }
    return FL_OK;
}
