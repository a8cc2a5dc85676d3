/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The feasible inference graph spelled out: the replicas that can be reached, and the arcs between them.
 *
 *  Vertices are numbered as they are discovered: the source, the sink, then block by block. */
#ifndef FINLAB_HEURISTICS_FIN_GRAPH_H
#define FINLAB_HEURISTICS_FIN_GRAPH_H

#include "heuristics/fin.h"
#include "heuristics/graph.h"

enum { FL_FIN_GRAPH_SOURCE = 0, FL_FIN_GRAPH_SINK = 1 };

/** Block `layer` on `node`, having used `level` levels, going on or stopping there. The source is layer -1 on
 *  its node; the sink layer -1, node -1, final. */
typedef struct fl_fin_replica {
    int layer, node, level;
    bool final;
} fl_fin_replica;

typedef struct fl_fin_graph {
    fl_graph graph;           /* weights in J; a replica that stops leads into the sink at no cost */
    fl_fin_replica *replicas; /* [graph.n_vertices] */
    bool interrupted;         /* the graph is not whole */
} fl_fin_graph;

/** Build the graph in which a search goes for its path.
 *  @param out         in `arena`
 *  @param edges_most  more edges are refused
 *  @return FL_EUNSUPPORTED for a graph of more edges; FL_ENOMEM. O(blocks * nodes^2 * gamma) */
fl_status fl_fin_graph_build(fl_fin_graph *out, const fl_fin_search *search, int64_t edges_most,
                             fl_arena *arena, fl_error *err);

#endif
