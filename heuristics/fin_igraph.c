/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/fin_graph.h"

/* Add up the path's energy and take its nodes down; the last edge only leads into the sink. */
static void take_path(fl_fin_found *out, const fl_fin_graph *fin, const fl_layers *layers,
                      const int64_t *edges, int64_t n_edges) {
    out->energy = 0;
    for (int64_t i = 0; i + 1 < n_edges; i++) {
        const fl_fin_replica *to = &fin->replicas[fin->graph.ends[2 * edges[i] + 1]];
        out->energy += fin->graph.weights[edges[i]];
        out->path.nodes[to->layer] = to->node;
        if (to->final) out->path.exit = layers->layer[to->layer].exit;
    }
}

fl_status fl_fin_igraph(fl_fin_found *out, const fl_fin_search *search, fl_arena *arena, fl_error *err) {
    fl_fin_graph fin;
    int64_t *edges, n_edges;
    *out = (fl_fin_found){.energy = INFINITY};
    FL_TRY(fl_path_create(&out->path, search->layers, arena, err));
    fl_arena_mark mark = fl_arena_keep(arena);
    FL_TRY(fl_fin_graph_build(&fin, search, FL_GRAPH_EDGES_MOST, arena, err));
    out->interrupted = fin.interrupted;
    if (out->interrupted) return FL_OK;
    FL_TRY(fl_graph_path(&edges, &n_edges, &fin.graph, FL_FIN_GRAPH_SOURCE, FL_FIN_GRAPH_SINK, err));
    if (n_edges > 0) take_path(out, &fin, search->layers, edges, n_edges);
    fl_arena_release(arena, mark);
    return FL_OK;
}
