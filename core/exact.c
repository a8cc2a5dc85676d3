/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exact.h"
#include "core/layers.h"

enum { OPTION_TIME_LIMIT };

static const fl_option options[] = {
    [OPTION_TIME_LIMIT] = {"time_limit", FL_OPTION_NUMBER, 0, 0, 1e9, NULL,
                           "stop after this many seconds; 0: no limit"},
};

/** A non-dominated partial path that ends at (l, n) and goes on. */
typedef struct label {
    double latency, energy;
    int node, index; /* the label it extends: its node in layer l - 1 and its position in that front */
} label;

/** The labels at one vertex, by rising latency and falling energy. */
typedef struct front {
    label *labels;
    int n_labels;
} front;

typedef struct label_search {
    const fl_task *task;
    fl_layers layers;
    double time_limit;
    double *energy_to_go,
        *latency_to_go;        /* [n_layers * n_nodes] from (l, n) to the nearest end; INFINITY: none */
    fl_cost to_go;             /* the same from the source, each component by itself */
    front *fronts;             /* [n_layers * n_nodes] */
    label *spare[2];           /* two buffers that fronts are merged in */
    int room;                  /* labels that fit in each */
    double best;               /* energy of the best path known */
    int last_layer, last_node; /* where it ends; last_layer < 0: none known */
    label last;                /* what it extends */
} label_search;

static size_t at(const label_search *search, int l, int n) {
    return (size_t)l * (size_t)search->layers.n_nodes + (size_t)n;
}

/* Completion bounds: least energy and least latency from each vertex to the sink, each by itself */

/** Lower `to_go` by going from node a to layer `l`, stopping there or going on. */
static void bound_from(const label_search *search, int l, int a, fl_cost *to_go) {
    *to_go = (fl_cost){INFINITY, INFINITY};
    for (int b = 0; b < search->layers.n_nodes; b++) {
        fl_cost arc;
        if (!fl_layers_arc(&search->layers, l, a, b, false, &arc)) continue;
        if (l + 1 < search->layers.n_layers) {
            to_go->energy = fmin(to_go->energy, arc.energy + search->energy_to_go[at(search, l, b)]);
            to_go->latency = fmin(to_go->latency, arc.latency + search->latency_to_go[at(search, l, b)]);
        }
        if (!fl_layers_arc(&search->layers, l, a, b, true, &arc)) continue;
        to_go->energy = fmin(to_go->energy, arc.energy);
        to_go->latency = fmin(to_go->latency, arc.latency);
    }
}

static void find_bounds(label_search *search) {
    for (int l = search->layers.n_layers - 1; l > 0; l--) {
        for (int a = 0; a < search->layers.n_nodes; a++) {
            fl_cost to_go;
            bound_from(search, l, a, &to_go);
            search->energy_to_go[at(search, l - 1, a)] = to_go.energy;
            search->latency_to_go[at(search, l - 1, a)] = to_go.latency;
        }
    }
    bound_from(search, 0, search->layers.source, &search->to_go);
}

/* Labels */

/** Append to a front in a buffer unless the last label, which is no later, costs no more. */
static int append(label *buffer, int n, const label *new) {
    if (n > 0 && buffer[n - 1].energy <= new->energy) return n;
    buffer[n] = *new;
    return n + 1;
}

static bool earlier(const label *one, const label *two) {
    return one->latency < two->latency || (one->latency == two->latency && one->energy < two->energy);
}

/** Merge the front in spare[0] with the labels at (l-1, a) extended by `arc` into spare[1]. Both ascend in
 *  latency, so one pass over both drops what is dominated; what cannot be completed in time, or not below the
 *  best energy known, is dropped first. Returns the new front's length. */
static int merge(label_search *search, int n, const front *from, int a, int l, int b, const fl_cost *arc) {
    const label *old = search->spare[0];
    label *merged = search->spare[1];
    double latest = search->layers.deadline - search->latency_to_go[at(search, l, b)];
    double dearest = search->best - search->energy_to_go[at(search, l, b)];
    int i = 0, k = 0;
    for (int j = 0; j < from->n_labels; j++) {
        label new = {from->labels[j].latency + arc->latency, from->labels[j].energy + arc->energy, a, j};
        if (new.latency > latest) break;
        if (!(new.energy < dearest)) continue;
        while (i < n && !earlier(&new, &old[i])) k = append(merged, k, &old[i++]);
        k = append(merged, k, &new);
    }
    while (i < n) k = append(merged, k, &old[i++]);
    return k;
}

/** The best path that stops at (l, b): only the cheapest label in time matters. */
static void stop_at(label_search *search, const front *from, int a, int l, int b, const fl_cost *arc) {
    for (int j = from->n_labels - 1; j >= 0; j--) { /* cheapest first */
        if (from->labels[j].latency + arc->latency > search->layers.deadline) continue;
        double energy = from->labels[j].energy + arc->energy;
        if (!(energy < search->best)) return;
        search->best = energy;
        search->last_layer = l;
        search->last_node = b;
        search->last = (label){0, 0, a, j};
        return;
    }
}

/** Make room in both buffers for a front of n labels. */
static bool reserve(label_search *search, int n) {
    if (n <= search->room) return true;
    int room = 2 * n;
    for (int i = 0; i < 2; i++) {
        label *larger = FL_NEW(search->task->arena, room, label);
        for (int k = 0; larger != NULL && k < search->room; k++) larger[k] = search->spare[i][k];
        search->spare[i] = larger;
        if (larger == NULL) return false;
    }
    search->room = room;
    return true;
}

/** All labels at (l, b) from those of the layer before, [n_from] of them starting with node `first`. */
static fl_status extend(label_search *search, const front *before, int first, int n_from, int l, int b,
                        fl_error *err) {
    const fl_layers *layers = &search->layers;
    bool goes_on = l + 1 < layers->n_layers;
    int n = 0;
    for (int i = 0; i < n_from; i++) {
        fl_cost arc;
        if (before[i].n_labels == 0) continue;
        if (fl_layers_arc(layers, l, first + i, b, true, &arc)) {
            stop_at(search, &before[i], first + i, l, b, &arc);
        }
        if (!goes_on || !fl_layers_arc(layers, l, first + i, b, false, &arc)) continue;
        if (!reserve(search, n + before[i].n_labels)) return fl_arena_error(search->task->arena, err);
        n = merge(search, n, &before[i], first + i, l, b, &arc);
        label *swap = search->spare[0];
        search->spare[0] = search->spare[1];
        search->spare[1] = swap;
    }
    front *to = &search->fronts[at(search, l, b)];
    *to = (front){FL_NEW(search->task->arena, n, label), n};
    if (to->labels == NULL) return fl_arena_error(search->task->arena, err);
    for (int k = 0; k < n; k++) to->labels[k] = search->spare[0][k];
    return FL_OK;
}

static bool must_stop(const label_search *search, fl_stop *stop) {
    if (*search->task->interrupt) {
        *stop = FL_STOP_INTERRUPTED;
        return true;
    }
    if (search->time_limit > 0 && fl_clock() - search->task->start > search->time_limit) {
        *stop = FL_STOP_TIME;
        return true;
    }
    return false;
}

static fl_status search_layers(label_search *search, fl_stop *stop, fl_error *err) {
    const fl_layers *layers = &search->layers;
    label start = {0, 0, -1, -1};
    front source = {&start, 1};
    for (int l = 0; l < layers->n_layers; l++) {
        const front *before = l > 0 ? &search->fronts[at(search, l - 1, 0)] : &source;
        for (int b = 0; b < layers->n_nodes; b++) {
            if (must_stop(search, stop)) return FL_OK;
            FL_TRY(
                extend(search, before, l > 0 ? 0 : layers->source, l > 0 ? layers->n_nodes : 1, l, b, err));
        }
    }
    return FL_OK;
}

/** Read the best path back from its end. */
static fl_status trace(const label_search *search, fl_answer *answer, fl_error *err) {
    const fl_task *task = search->task;
    int *nodes = FL_NEW(task->arena, search->layers.n_layers, int);
    if (nodes == NULL) return fl_arena_error(task->arena, err);
    label on = search->last;
    nodes[search->last_layer] = search->last_node;
    for (int l = search->last_layer - 1; l >= 0; l--) {
        nodes[l] = on.node;
        on = search->fronts[at(search, l, on.node)].labels[on.index];
    }
    FL_TRY(fl_plan_create(&answer->plan, task->instance, task->arena, err));
    return fl_plan_place(&answer->plan, task->instance, search->layers.app,
                         search->layers.layer[search->last_layer].exit, nodes, task->arena, err);
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    label_search search = {.task = task,
                           .time_limit = task->settings->value[OPTION_TIME_LIMIT],
                           .best = INFINITY,
                           .last_layer = -1};
    FL_TRY(fl_layers_build(&search.layers, task->instance, 0, task->arena, err));
    size_t vertices = (size_t)search.layers.n_layers * (size_t)search.layers.n_nodes;
    search.energy_to_go = FL_NEW(task->arena, 2 * vertices, double);
    search.fronts = FL_ZERO(task->arena, vertices, front);
    if (search.energy_to_go == NULL || search.fronts == NULL) return fl_arena_error(task->arena, err);
    search.latency_to_go = search.energy_to_go + vertices;

    find_bounds(&search);
    if (search.to_go.latency > search.layers.deadline) {
        answer->claim = FL_CLAIM_INFEASIBLE;
        return FL_OK;
    }
    FL_TRY(search_layers(&search, &answer->stop, err));
    answer->bound = search.to_go.energy;
    if (search.last_layer >= 0) FL_TRY(trace(&search, answer, err));
    if (answer->stop == FL_STOP_DONE) {
        answer->claim = search.last_layer >= 0 ? FL_CLAIM_OPTIMAL : FL_CLAIM_INFEASIBLE;
    }
    return FL_OK;
}

const fl_method fl_exact_method = {
    .name = "exact",
    .summary = "proven optimum by search over non-dominated labels on the layered graph",
    .may_claim = FL_CLAIM_OPTIMAL,
    .honours = 0,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .solve = solve,
};
