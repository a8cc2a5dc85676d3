/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/graph.h"

#include <igraph.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(igraph_integer_t) == sizeof(int64_t), "the arrays are handed to igraph as they are");

enum { FIRST_ROOM = 64, BYTES_PER_EDGE = 65, BYTES_PER_VERTEX = 100 };

void fl_graph_init(fl_graph *graph, int64_t n_vertices, fl_arena *arena) {
    *graph = (fl_graph){.n_vertices = n_vertices, .arena = arena};
}

size_t fl_graph_bytes(int64_t n_vertices, int64_t n_edges) {
    return (size_t)n_edges * BYTES_PER_EDGE + (size_t)n_vertices * BYTES_PER_VERTEX;
}

/* Ask for what igraph will need, under the limit of the graph's arena, and give it back. */
static fl_status try_memory(const fl_graph *graph, fl_error *err) {
    const fl_arena *arena = graph->arena;
    fl_arena trial;
    fl_arena_init(&trial, 0);
    if (arena->limit > 0) trial.limit = arena->limit > arena->reserved ? arena->limit - arena->reserved : 1;
    fl_status status = FL_OK;
    if (!fl_arena_alloc(&trial, 1, fl_graph_bytes(graph->n_vertices, graph->n_edges)))
        status = fl_arena_error(&trial, err);
    fl_arena_free(&trial);
    return status;
}

static fl_status grow(fl_graph *graph, fl_error *err) {
    FL_TRY(try_memory(graph, err));
    int64_t room = graph->room ? 2 * graph->room : FIRST_ROOM;
    int64_t *ends = FL_NEW(graph->arena, 2 * room, int64_t);
    double *weights = FL_NEW(graph->arena, room, double);
    if (!ends || !weights) return fl_arena_error(graph->arena, err);
    if (graph->n_edges > 0) {
        memcpy(ends, graph->ends, 2 * (size_t)graph->n_edges * sizeof *ends);
        memcpy(weights, graph->weights, (size_t)graph->n_edges * sizeof *weights);
    }
    graph->ends = ends;
    graph->weights = weights;
    graph->room = room;
    return FL_OK;
}

static fl_status check_vertex(const fl_graph *graph, int64_t vertex, fl_error *err) {
    if (vertex >= 0 && vertex < graph->n_vertices) return FL_OK;
    return fl_error_set(err, FL_EINVAL, NULL, "vertex %lld is not one of the graph's %lld", (long long)vertex,
                        (long long)graph->n_vertices);
}

fl_status fl_graph_add(fl_graph *graph, int64_t from, int64_t to, double weight, fl_error *err) {
    FL_TRY(check_vertex(graph, from, err));
    FL_TRY(check_vertex(graph, to, err));
    if (!(weight >= 0) || isinf(weight))
        return fl_error_set(err, FL_EINVAL, NULL, "an edge cannot weigh %g", weight);
    if (graph->n_edges == FL_GRAPH_EDGES_MOST) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "more than %lld arcs are too many for igraph",
                            (long long)FL_GRAPH_EDGES_MOST);
    }
    if (graph->n_edges == graph->room) FL_TRY(grow(graph, err));
    graph->ends[2 * graph->n_edges] = from;
    graph->ends[2 * graph->n_edges + 1] = to;
    graph->weights[graph->n_edges++] = weight;
    return FL_OK;
}

/* igraph hands its handlers no user data, so they find the call in progress here. */
static _Thread_local char reason[200];

/* Called once per level of igraph's unwinding; the first text is the cause, later ones are often empty. */
static void keep_reason(const char *text, const char *file, int line, igraph_error_t code) {
    (void)file, (void)line, (void)code;
    if (reason[0] == '\0') snprintf(reason, sizeof reason, "%s", text);
    IGRAPH_FINALLY_FREE();
}

/* "No path" is a warning to igraph and an answer to us. */
static void ignore_warning(const char *text, const char *file, int line) {
    (void)text, (void)file, (void)line;
}

/* What the two searches share: igraph's form of the graph, and its handlers while it is at work. */
typedef struct session {
    igraph_t graph;
    igraph_vector_t weights;
    igraph_error_handler_t *error;
    igraph_warning_handler_t *warning;
} session;

static igraph_error_t open_session(session *s, const fl_graph *graph) {
    reason[0] = '\0';
    s->error = igraph_set_error_handler(keep_reason);
    s->warning = igraph_set_warning_handler(ignore_warning);
    igraph_vector_int_t ends;
    igraph_vector_int_view(&ends, graph->ends, 2 * graph->n_edges);
    igraph_vector_view(&s->weights, graph->weights, graph->n_edges);
    return igraph_create(&s->graph, &ends, graph->n_vertices, IGRAPH_DIRECTED);
}

static fl_status close_session(session *s, igraph_error_t code, fl_error *err) {
    igraph_set_error_handler(s->error);
    igraph_set_warning_handler(s->warning);
    if (code == IGRAPH_SUCCESS) return FL_OK;
    if (code == IGRAPH_ENOMEM) return fl_error_set(err, FL_ENOMEM, NULL, "igraph is out of memory");
    return fl_error_set(err, FL_EINTERNAL, NULL, "igraph: %s", reason);
}

/* A vector in the arena, so that the caller never meets igraph's. */
static igraph_error_t copy_edges(int64_t **edges, int64_t *n_edges, const igraph_vector_int_t *from,
                                 fl_arena *arena) {
    int64_t n = igraph_vector_int_size(from);
    *n_edges = n > 0 ? n : -1;
    if (n == 0) return IGRAPH_SUCCESS;
    *edges = FL_NEW(arena, n, int64_t);
    if (!*edges) return IGRAPH_ENOMEM;
    memcpy(*edges, VECTOR(*from), (size_t)n * sizeof **edges);
    return IGRAPH_SUCCESS;
}

fl_status fl_graph_path(int64_t **edges, int64_t *n_edges, const fl_graph *graph, int64_t from, int64_t to,
                        fl_error *err) {
    FL_TRY(check_vertex(graph, from, err));
    FL_TRY(check_vertex(graph, to, err));
    *edges = NULL;
    *n_edges = from == to ? 0 : -1;
    if (from == to || graph->n_edges == 0) return FL_OK;
    FL_TRY(try_memory(graph, err));
    session s;
    igraph_vector_int_t found;
    igraph_error_t code = open_session(&s, graph);
    if (code != IGRAPH_SUCCESS) return close_session(&s, code, err);
    code = igraph_vector_int_init(&found, 0);
    if (code == IGRAPH_SUCCESS) {
        code = igraph_get_shortest_path_dijkstra(&s.graph, NULL, &found, from, to, &s.weights, IGRAPH_OUT);
        if (code == IGRAPH_SUCCESS) code = copy_edges(edges, n_edges, &found, graph->arena);
        igraph_vector_int_destroy(&found);
    }
    igraph_destroy(&s.graph);
    return close_session(&s, code, err);
}

static igraph_error_t distances(double *out, const session *s, int64_t vertex, igraph_neimode_t mode) {
    igraph_matrix_t found;
    igraph_error_t code = igraph_matrix_init(&found, 0, 0);
    if (code != IGRAPH_SUCCESS) return code;
    code = igraph_distances_dijkstra(&s->graph, &found, igraph_vss_1(vertex), igraph_vss_all(), &s->weights,
                                     mode);
    if (code == IGRAPH_SUCCESS) igraph_matrix_copy_to(&found, out);
    igraph_matrix_destroy(&found);
    return code;
}

static void distances_without_edges(double *out, const fl_graph *graph, int64_t vertex) {
    for (int64_t v = 0; v < graph->n_vertices; v++) out[v] = v == vertex ? 0 : INFINITY;
}

fl_status fl_graph_distances(double *ahead, double *behind, const fl_graph *graph, int64_t from, int64_t to,
                             fl_error *err) {
    FL_TRY(check_vertex(graph, from, err));
    FL_TRY(check_vertex(graph, to, err));
    if (graph->n_edges == 0) {
        distances_without_edges(ahead, graph, from);
        distances_without_edges(behind, graph, to);
        return FL_OK;
    }
    FL_TRY(try_memory(graph, err));
    session s;
    igraph_error_t code = open_session(&s, graph);
    if (code != IGRAPH_SUCCESS) return close_session(&s, code, err);
    code = distances(ahead, &s, from, IGRAPH_OUT);
    if (code == IGRAPH_SUCCESS) code = distances(behind, &s, to, IGRAPH_IN);
    igraph_destroy(&s.graph);
    return close_session(&s, code, err);
}

static fl_status check_cut(const fl_graph *graph, int64_t from, int64_t to, fl_error *err) {
    FL_TRY(check_vertex(graph, from, err));
    FL_TRY(check_vertex(graph, to, err));
    if (from == to) return fl_error_set(err, FL_EINVAL, NULL, "nothing cuts a vertex from itself");
    for (int64_t e = 0; e < graph->n_edges; e++) {
        if (graph->weights[e] == floor(graph->weights[e])) continue;
        return fl_error_set(err, FL_EINVAL, NULL, "a weight of %.17g is not whole", graph->weights[e]);
    }
    return FL_OK;
}

fl_status fl_graph_cut(bool *beyond, const fl_graph *graph, int64_t from, int64_t to, fl_error *err) {
    FL_TRY(check_cut(graph, from, to, err));
    for (int64_t v = 0; v < graph->n_vertices; v++) beyond[v] = v != from;
    if (graph->n_edges == 0) return FL_OK;
    FL_TRY(try_memory(graph, err));
    session s;
    igraph_vector_int_t side;
    igraph_real_t value;
    igraph_error_t code = open_session(&s, graph);
    if (code != IGRAPH_SUCCESS) return close_session(&s, code, err);
    code = igraph_vector_int_init(&side, 0);
    if (code == IGRAPH_SUCCESS) {
        code = igraph_maxflow(&s.graph, &value, NULL, NULL, &side, NULL, from, to, &s.weights, NULL);
        for (int64_t i = 0; code == IGRAPH_SUCCESS && i < igraph_vector_int_size(&side); i++) {
            beyond[VECTOR(side)[i]] = false;
        }
        igraph_vector_int_destroy(&side);
    }
    igraph_destroy(&s.graph);
    return close_session(&s, code, err);
}
