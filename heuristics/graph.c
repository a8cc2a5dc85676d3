/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/graph.h"
#include "core/file.h"

#include <ctype.h>
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
    fl_arena trial;
    fl_arena_init_within(&trial, graph->arena);
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

static void open_handlers(session *s) {
    reason[0] = '\0';
    s->error = igraph_set_error_handler(keep_reason);
    s->warning = igraph_set_warning_handler(ignore_warning);
}

static igraph_error_t open_session(session *s, const fl_graph *graph) {
    open_handlers(s);
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

/* Reading. These functions are written as igraph's own are: on an error keep_reason() frees what is
 * listed, and they return. */

/* Add the attributes of element i to `out`. What a number or text lacks is NaN or "" to igraph. */
static void add_attributes(fl_value *out, const igraph_t *graph, const igraph_strvector_t *names,
                           const igraph_vector_int_t *types, bool is_node, int64_t i, fl_arena *arena) {
    for (int64_t a = 0; a < igraph_strvector_size(names); a++) {
        const char *name = STR(*names, a), *text;
        double number;
        switch (VECTOR(*types)[a]) {
        case IGRAPH_ATTRIBUTE_NUMERIC:
            number = is_node ? VAN(graph, name, i) : EAN(graph, name, i);
            if (isfinite(number)) fl_value_add(arena, out, name, fl_value_number(arena, number));
            break;
        case IGRAPH_ATTRIBUTE_BOOLEAN:
            fl_value_add(arena, out, name,
                         fl_value_bool(arena, is_node ? VAB(graph, name, i) : EAB(graph, name, i)));
            break;
        case IGRAPH_ATTRIBUTE_STRING:
            text = is_node ? VAS(graph, name, i) : EAS(graph, name, i);
            if (text[0] != '\0') fl_value_add(arena, out, name, fl_value_string(arena, text));
            break;
        default:
            break;
        }
    }
}

/* The attributes of all nodes, or of all edges, as objects; without memory arena->failed. */
static fl_value **objects_of(const igraph_t *graph, const igraph_strvector_t *names,
                             const igraph_vector_int_t *types, bool are_nodes, fl_arena *arena) {
    int64_t n = are_nodes ? igraph_vcount(graph) : igraph_ecount(graph);
    fl_value **objects = FL_NEW(arena, n, fl_value *);
    for (int64_t i = 0; i < n && !arena->failed; i++) {
        objects[i] = fl_value_object(arena);
        add_attributes(objects[i], graph, names, types, are_nodes, i, arena);
    }
    return objects;
}

static igraph_error_t describe(fl_topology *out, const igraph_t *graph, fl_arena *arena) {
    igraph_strvector_t names[3]; /* of the graph, its nodes, its edges */
    igraph_vector_int_t types[3];
    for (int i = 0; i < 3; i++) {
        IGRAPH_STRVECTOR_INIT_FINALLY(&names[i], 0);
        IGRAPH_VECTOR_INT_INIT_FINALLY(&types[i], 0);
    }
    IGRAPH_CHECK(
        igraph_cattribute_list(graph, &names[0], &types[0], &names[1], &types[1], &names[2], &types[2]));
    out->directed = igraph_is_directed(graph);
    out->n_nodes = (int)igraph_vcount(graph);
    out->n_edges = (int)igraph_ecount(graph);
    out->ends = fl_arena_alloc(arena, (size_t)out->n_edges, sizeof *out->ends);
    for (int i = 0; i < out->n_edges && !arena->failed; i++) {
        out->ends[i][0] = (int)IGRAPH_FROM(graph, i);
        out->ends[i][1] = (int)IGRAPH_TO(graph, i);
    }
    out->nodes = objects_of(graph, &names[1], &types[1], true, arena);
    out->edges = objects_of(graph, &names[2], &types[2], false, arena);
    for (int i = 0; i < 3; i++) {
        igraph_strvector_destroy(&names[i]);
        igraph_vector_int_destroy(&types[i]);
    }
    IGRAPH_FINALLY_CLEAN(6);
    return IGRAPH_SUCCESS;
}

static igraph_error_t read_graph(fl_topology *out, FILE *stream, fl_arena *arena) {
    igraph_t graph;
    IGRAPH_CHECK(igraph_read_graph_graphml(&graph, stream, 0));
    IGRAPH_FINALLY(igraph_destroy, &graph);
    IGRAPH_CHECK(describe(out, &graph, arena));
    igraph_destroy(&graph);
    IGRAPH_FINALLY_CLEAN(1);
    return IGRAPH_SUCCESS;
}

/* Whether an XML declaration names an encoding that does not write ASCII as itself, as what follows must be
 * able to count on. */
static bool names_other_encoding(const char *declaration, size_t length) {
    static const char *const known[] = {"utf-8", "us-ascii", "iso-8859-", "windows-125"};
    char head[200]; /* longer than any XML declaration */
    size_t n = 0;
    while (n < length && n < sizeof head - 1 && declaration[n] != '>') {
        head[n] = (char)tolower((unsigned char)declaration[n]);
        n++;
    }
    head[n] = '\0';
    const char *name = strstr(head, "encoding");
    if (name == NULL) return n == sizeof head - 1;
    name += strcspn(name, "'\"");
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        if (name[0] != '\0' && strncmp(name + 1, known[k], strlen(known[k])) == 0) return false;
    }
    return true;
}

static bool is_ascii_based(const char *text, size_t length) {
    size_t n = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (memchr(text, '\0', length) != NULL) return false;
    while (n < length && isspace((unsigned char)text[n])) n++;
    if (n == length || text[n] != '<') return false;
    return length - n < 5 || memcmp(text + n, "<?xml", 5) != 0 || !names_other_encoding(text + n, length - n);
}

/* How many values igraph will keep, at most: the declared attributes times nodes and edges, of which each may
 * make two nodes more. */
static double count_attributes(const char *text, size_t length) {
    static const char *const names[] = {"key", "node", "edge"};
    double counts[] = {0, 0, 0};
    const char *end = text + length;
    for (const char *at = text; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        const char *name = at + 1, *stop = name;
        while (stop < end && (isalnum((unsigned char)*stop) || strchr("_.:-", *stop) != NULL)) stop++;
        for (int i = 0; i < 3; i++) {
            ptrdiff_t n = (ptrdiff_t)strlen(names[i]);
            counts[i] += stop - name >= n && memcmp(stop - n, names[i], (size_t)n) == 0;
        }
    }
    return counts[0] * (counts[1] + 3 * counts[2]);
}

static fl_status check_text(const char *text, size_t length, fl_error *err) {
    if (length == 0) return fl_error_set(err, FL_EINVAL, NULL, "no GraphML: Document is empty");
    if (!is_ascii_based(text, length)) {
        return fl_error_set(err, FL_EINVAL, NULL,
                            "no GraphML: not in UTF-8 or another encoding based on ASCII");
    }
    if (count_attributes(text, length) <= FL_GRAPH_MOST_ATTRIBUTES) return FL_OK;
    return fl_error_set(err, FL_EINVAL, NULL, "too many attributes for so many elements");
}

fl_status fl_graph_parse(fl_topology *out, const char *text, size_t length, fl_arena *arena, fl_error *err) {
    FL_TRY(check_text(text, length, err));
    FILE *stream = fmemopen((void *)(size_t)text, length, "rb");
    if (stream == NULL) return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    session s;
    open_handlers(&s);
    igraph_attribute_table_t *before = igraph_set_attribute_table(&igraph_cattribute_table);
    igraph_error_t code = read_graph(out, stream, arena);
    igraph_set_attribute_table(before);
    fclose(stream);
    fl_status status = close_session(&s, code, err);
    if (status == FL_EINTERNAL) return fl_error_set(err, FL_EINVAL, NULL, "no GraphML: %s", reason);
    return status == FL_OK && arena->failed ? fl_arena_error(arena, err) : status;
}

fl_status fl_graph_load(fl_topology *out, const char *path, fl_arena *arena, fl_error *err) {
    const char *text;
    size_t length;
    FL_TRY(fl_file_read(&text, &length, path, FL_GRAPH_MOST_BYTES, arena, err));
    fl_status status = fl_graph_parse(out, text, length, arena, err);
    if (status != FL_OK && err != NULL) snprintf(err->where, sizeof err->where, "%s", path);
    return status;
}
