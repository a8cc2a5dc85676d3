/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/ties.h"

#include "core/tolerance.h"

fl_status fl_ties_create(fl_ties *out, const fl_layers *layers, fl_ties_measure first, double unit,
                         fl_arena *arena, fl_error *err) {
    size_t n = fl_arcs_vertices(layers);
    *out = (fl_ties){.layers = layers,
                     .first = first,
                     .unit = unit,
                     .ahead = FL_NEW(arena, n, double),
                     .behind = FL_NEW(arena, n, double)};
    return out->ahead != NULL && out->behind != NULL ? FL_OK : fl_arena_error(arena, err);
}

/* The distances */

static void lower(double *value, double to) {
    if (to < *value) *value = to;
}

static fl_status go_ahead(void *context, const fl_arc *arc, fl_error *err) {
    (void)err;
    fl_ties *ties = context;
    double there = ties->ahead[arc->from] + fl_ties_weight(ties, arc);
    lower(&ties->ahead[arc->to], there);
    if (arc->final) lower(&ties->ahead[FL_ARCS_SINK], there);
    return FL_OK;
}

static fl_status go_back(void *context, const fl_arc *arc, fl_error *err) {
    (void)err;
    fl_ties *ties = context;
    if (arc->final) ties->behind[arc->to] = 0;
    lower(&ties->behind[arc->from], fl_ties_weight(ties, arc) + ties->behind[arc->to]);
    return FL_OK;
}

fl_status fl_ties_measure_all(fl_ties *ties, fl_error *err) {
    const fl_layers *layers = ties->layers;
    for (size_t v = 0; v < fl_arcs_vertices(layers); v++) ties->ahead[v] = ties->behind[v] = INFINITY;
    ties->ahead[FL_ARCS_SOURCE] = 0;
    ties->behind[FL_ARCS_SINK] = 0;
    for (int l = 0; l < layers->n_layers; l++) FL_TRY(fl_arcs_visit(layers, l, go_ahead, ties, err));
    for (int l = layers->n_layers - 1; l >= 0; l--) FL_TRY(fl_arcs_visit(layers, l, go_back, ties, err));
    return FL_OK;
}

/* The path: a dynamic programme for the second measure over tight arcs only */

typedef struct tie_search {
    const fl_ties *ties;
    double most;    /* what the best path through an arc may weigh for the arc to be tight */
    double *least;  /* [vertices] least second measure from the source */
    int *before;    /* [vertices] the node of the block before */
    int last_layer; /* where the best path ends; -1: nowhere yet */
    int last_node;
} tie_search;

static fl_status relax(void *context, const fl_arc *arc, fl_error *err) {
    (void)err;
    tie_search *search = context;
    const fl_ties *ties = search->ties;
    double weight = ties->ahead[arc->from] + fl_ties_weight(ties, arc) + ties->behind[arc->to];
    if (!(weight <= search->most)) return FL_OK;
    double value = search->least[arc->from];
    value += ties->first == FL_TIES_ENERGY ? arc->cost.latency : arc->cost.energy;
    if (!(value < search->least[arc->to])) return FL_OK;
    search->least[arc->to] = value;
    search->before[arc->to] = arc->a;
    if (!arc->final || !(value < search->least[FL_ARCS_SINK])) return FL_OK;
    search->least[FL_ARCS_SINK] = value;
    search->last_layer = arc->l;
    search->last_node = arc->b;
    return FL_OK;
}

static void trace(fl_path *path, const tie_search *search) {
    const fl_layers *layers = search->ties->layers;
    int node = search->last_node;
    path->exit = layers->layer[search->last_layer].exit;
    for (int l = search->last_layer; l >= 0; l--) {
        path->nodes[l] = node;
        node = search->before[fl_arcs_vertex(layers, l, node, l == search->last_layer)];
    }
}

fl_status fl_ties_path(fl_path *path, const fl_ties *ties, fl_arena *arena, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(arena);
    size_t n = fl_arcs_vertices(ties->layers);
    tie_search search = {.ties = ties,
                         .most = ties->ahead[FL_ARCS_SINK] * (1 + FL_TOLERANCE_EQUAL),
                         .least = FL_NEW(arena, n, double),
                         .before = FL_NEW(arena, n, int),
                         .last_layer = -1};
    if (search.least == NULL || search.before == NULL) return fl_arena_error(arena, err);
    for (size_t v = 0; v < n; v++) search.least[v] = INFINITY;
    search.least[FL_ARCS_SOURCE] = 0;
    for (int l = 0; l < ties->layers->n_layers; l++) {
        FL_TRY(fl_arcs_visit(ties->layers, l, relax, &search, err));
    }
    path->exit = -1;
    if (search.last_layer >= 0) trace(path, &search);
    fl_arena_release(arena, mark);
    return FL_OK;
}
