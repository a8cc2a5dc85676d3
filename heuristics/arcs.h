/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The layered graph spelled out: numbered vertices, and its arcs one by one.
 *
 *  Vertices: the source, the sink, (l, n) for going on after block l on node n, and (l, n) for stopping
 * there, from where the sink is reached at no cost. Not every vertex has arcs. */
#ifndef FINLAB_HEURISTICS_ARCS_H
#define FINLAB_HEURISTICS_ARCS_H

#include "core/layers.h"

enum { FL_ARCS_SOURCE = 0, FL_ARCS_SINK = 1 };

/** How many vertices there are. */
static inline size_t fl_arcs_vertices(const fl_layers *layers) {
    return 2 + 2 * (size_t)layers->n_layers * (size_t)layers->n_nodes;
}

/** Block `l` on `node`, going on or stopping there; before block 0 there is only the source. */
static inline size_t fl_arcs_vertex(const fl_layers *layers, int l, int node, bool final) {
    if (l < 0) return FL_ARCS_SOURCE;
    size_t layer = (size_t)l + (final ? (size_t)layers->n_layers : 0);
    return 2 + layer * (size_t)layers->n_nodes + (size_t)node;
}

/** The arc into block `l` on node `b` from node `a` of the block before. */
typedef struct fl_arc {
    int l, a, b;
    bool final;      /* it stops at (l, b) */
    size_t from, to; /* its vertices */
    fl_cost cost;
} fl_arc;

typedef fl_status fl_arcs_visitor(void *context, const fl_arc *arc, fl_error *err);

/** Call `visit` for every arc into block `l`, by ascending a, then b, going on before stopping. Ends with the
 *  first error that it returns. O(nodes^2) */
fl_status fl_arcs_visit(const fl_layers *layers, int l, fl_arcs_visitor *visit, void *context, fl_error *err);

#endif
