/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A weighted directed graph, and igraph's Dijkstra and maximum flow on it; and graphs from GraphML files,
 * with all that is written at their nodes and edges. igraph stays behind this file.
 *
 *  Vertices are numbered from 0, edges in the order of fl_graph_add(). Parallel edges are fine. Everything
 * that makes igraph crash or answer oddly is refused before igraph sees it, and its errors come back as
 * values.
 *
 *  One thread only: igraph keeps its error handlers and its clean-up stack in globals (Debian's build is not
 *  thread-safe), so two threads may not be in this file at once. A call into igraph cannot be interrupted.
 * When an allocation fails inside Dijkstra, igraph 0.10.2 may crash; hence the memory it will need is asked
 * for beforehand and a graph that does not fit is refused. */
#ifndef FINLAB_HEURISTICS_GRAPH_H
#define FINLAB_HEURISTICS_GRAPH_H

#include "core/value.h"
#include <stdint.h>

/** A graph of more edges is refused: it would take over a gigabyte, and igraph minutes. */
#define FL_GRAPH_EDGES_MOST INT64_C(20000000)

/** The largest GraphML file that is read: 16 MiB. */
#define FL_GRAPH_MOST_BYTES ((size_t)16 << 20)

/** igraph keeps every attribute for every element, in up to 80 bytes; files that may need more are refused.
 */
#define FL_GRAPH_MOST_ATTRIBUTES 1e7

typedef struct fl_graph {
    int64_t n_vertices, n_edges;
    int64_t room;    /* edges that the arrays can hold */
    int64_t *ends;   /* [2 * n_edges] from and to of each edge */
    double *weights; /* [n_edges] */
    fl_arena *arena; /* borrowed; the arrays live there */
} fl_graph;

/** A graph without edges; allocates nothing. */
void fl_graph_init(fl_graph *graph, int64_t n_vertices, fl_arena *arena);

/** Append an edge.
 *  @param weight  finite and not negative
 *  @return FL_EINVAL for an unknown vertex or another weight; FL_EUNSUPPORTED beyond FL_GRAPH_EDGES_MOST;
 * FL_ENOMEM, also when igraph would not fit into memory with the edges so far. O(1), amortised */
fl_status fl_graph_add(fl_graph *graph, int64_t from, int64_t to, double weight, fl_error *err);

/** Bytes that a call below takes beside the graph's own arrays: about 65 per edge and 100 per vertex. */
size_t fl_graph_bytes(int64_t n_vertices, int64_t n_edges);

/** A path of least weight.
 *  @param edges    [*n_edges] its edges in order, in the graph's arena
 *  @param n_edges  0 when from == to, -1 when there is no path
 *  @return FL_EINVAL for an unknown vertex; FL_ENOMEM; FL_EINTERNAL with igraph's reason.
 *  O(edges + vertices log vertices) */
fl_status fl_graph_path(int64_t **edges, int64_t *n_edges, const fl_graph *graph, int64_t from, int64_t to,
                        fl_error *err);

/** The least weights from vertex `from` to every vertex, and from every vertex to vertex `to`.
 *  @param ahead   [n_vertices] from `from`, INFINITY where there is no path
 *  @param behind  [n_vertices] to `to`, likewise
 *  Errors and complexity as fl_graph_path(). */
fl_status fl_graph_distances(double *ahead, double *behind, const fl_graph *graph, int64_t from, int64_t to,
                             fl_error *err);

/** The cut of least weight between two vertices, by a maximum flow: edges from the one side to the other
 * count, edges back do not. igraph adds and subtracts weights and compares with zero, so the sides are only
 * what they should be when that is exact: whole numbers of which the sums stay below 2^53.
 *  @param beyond  [n_vertices] whether a vertex is on the side of `to`
 *  @return FL_EINVAL for an unknown vertex, from == to, or a weight that is not whole; else as
 * fl_graph_path(). At most O(vertices^3) */
fl_status fl_graph_cut(bool *beyond, const fl_graph *graph, int64_t from, int64_t to, fl_error *err);

/** A graph as a file has it, in an arena. */
typedef struct fl_topology {
    bool directed;
    int n_nodes, n_edges;
    int (*ends)[2]; /* [n_edges] from and to of each edge */
    fl_value *
        *nodes; /* [n_nodes] the attributes of each, by name; "id" is its id unless the file has its own */
    fl_value **edges; /* [n_edges] */
} fl_topology;

/** Read the first graph in GraphML text. A number or text that is not there is absent; igraph takes a missing
 * truth value for false. igraph also makes a node of an id that only an edge names, and one of two nodes with
 * the same id. Entities that the text declares are not followed; an & in an id stays &#38;.
 *  @return FL_EINVAL with igraph's reason when it is no GraphML, for an encoding that does not write ASCII as
 * itself, and beyond FL_GRAPH_MOST_ATTRIBUTES; FL_ENOMEM.
 *  O(bytes + elements * attributes) */
fl_status fl_graph_parse(fl_topology *out, const char *text, size_t length, fl_arena *arena, fl_error *err);

/** The same for a file of at most FL_GRAPH_MOST_BYTES, which is err->where.
 *  @return FL_EIO when it cannot be read, FL_EINVAL also when it is too large */
fl_status fl_graph_load(fl_topology *out, const char *path, fl_arena *arena, fl_error *err);

#endif
