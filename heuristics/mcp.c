/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `mcp`: the multi-constrained path, the baseline that looks at constraints only. An arc weighs the largest
 * of its normalised constraint uses, here latency / deadline; accuracy is no additive use and acts through
 * the exits allowed. The path of least weight wins, and ties go to less energy. (Xue, Zhang, Tang,
 * Thulasiraman, "Polynomial time approximation algorithms for multi-constrained QoS routing", IEEE/ACM ToN
 * 16(3), 2008: the K-approximation for K additive constraints.) */
#include "heuristics/graph.h"
#include "heuristics/methods.h"
#include "heuristics/ties.h"

typedef struct mcp_run {
    fl_layers layers;
    fl_ties ties;   /* weights in units of the deadline */
    fl_graph graph; /* the same arcs, for igraph */
} mcp_run;

static fl_status add_arc(void *context, const fl_arc *arc, fl_error *err) {
    mcp_run *mcp = context;
    double weight = fl_ties_weight(&mcp->ties, arc);
    if (isinf(weight)) return FL_OK; /* so late by itself that the quotient overflows */
    return fl_graph_add(&mcp->graph, (int64_t)arc->from, (int64_t)arc->to, weight, err);
}

/* Stopping vertices reach the sink at no cost. */
static fl_status add_exits(mcp_run *mcp, int l, fl_error *err) {
    if (mcp->layers.layer[l].exit < 0) return FL_OK;
    for (int b = 0; b < mcp->layers.n_nodes; b++) {
        int64_t end = (int64_t)fl_arcs_vertex(&mcp->layers, l, b, true);
        FL_TRY(fl_graph_add(&mcp->graph, end, FL_ARCS_SINK, 0, err));
    }
    return FL_OK;
}

static fl_status build_graph(mcp_run *mcp, const fl_task *task, fl_error *err) {
    fl_graph_init(&mcp->graph, (int64_t)fl_arcs_vertices(&mcp->layers), task->arena);
    for (int l = 0; l < mcp->layers.n_layers && !*task->interrupt; l++) {
        FL_TRY(fl_arcs_visit(&mcp->layers, l, add_arc, mcp, err));
        FL_TRY(add_exits(mcp, l, err));
    }
    return FL_OK;
}

/* Dijkstra's own path, without looking at energy. */
static fl_status find_pure_path(fl_path *path, const mcp_run *mcp, fl_error *err) {
    int64_t *edges, n_edges;
    const fl_layers *layers = &mcp->layers;
    FL_TRY(fl_graph_path(&edges, &n_edges, &mcp->graph, FL_ARCS_SOURCE, FL_ARCS_SINK, err));
    int last = (int)n_edges - 2; /* the last edge is the one into the sink */
    for (int l = 0; l <= last; l++) {
        size_t vertex = (size_t)mcp->graph.ends[2 * edges[l] + 1];
        path->nodes[l] = (int)(vertex - fl_arcs_vertex(layers, l, 0, l == last));
    }
    path->exit = layers->layer[last].exit;
    return FL_OK;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    mcp_run mcp;
    fl_path path;
    double deadline = task->instance->apps[0].deadline;
    bool in_time;
    FL_TRY(fl_layers_build(&mcp.layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_path_create(&path, &mcp.layers, task->arena, err));
    FL_TRY(fl_ties_create(&mcp.ties, &mcp.layers, FL_TIES_LATENCY, deadline, task->arena, err));
    FL_TRY(build_graph(&mcp, task, err));
    if (*task->interrupt) {
        answer->stop = FL_STOP_INTERRUPTED;
        return FL_OK;
    }
    FL_TRY(
        fl_graph_distances(mcp.ties.ahead, mcp.ties.behind, &mcp.graph, FL_ARCS_SOURCE, FL_ARCS_SINK, err));
    if (!isinf(mcp.ties.ahead[FL_ARCS_SINK])) {
        FL_TRY(fl_ties_path(&path, &mcp.ties, task->arena, err));
        FL_TRY(fl_path_offer_judged(answer, &in_time, task, &path, err));
        if (in_time) return FL_OK;
        FL_TRY(find_pure_path(&path, &mcp, err));
        FL_TRY(fl_path_offer_judged(answer, &in_time, task, &path, err));
        if (in_time) return FL_OK;
    }
    answer->claim = FL_CLAIM_INFEASIBLE; /* the least latency is too much, or there is no path at all */
    return FL_OK;
}

const fl_method fl_mcp_method = {
    .name = "mcp",
    .summary = "multi-constrained path: least use of the constraints, energy only breaks ties",
    .may_claim = FL_CLAIM_BOUND,
    .solve = solve,
};
