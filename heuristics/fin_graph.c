/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/fin_graph.h"

#include <string.h>

/* The explicit graph, built block by block. Vertices are numbered as they are discovered. */
typedef struct builder {
    const fl_fin_search *search;
    fl_graph graph;
    fl_fin_replica *replicas; /* [graph.n_vertices] */
    int64_t edges_most;
    int64_t room;   /* replicas that the array can hold */
    int64_t *known; /* [2 * nodes * (gamma + 1)] vertices of the block being entered; -1: not yet reached */
    fl_arena *arena;
} builder;

static fl_status add_vertex(builder *b, fl_fin_replica which, fl_error *err) {
    if (b->graph.n_vertices == b->room) {
        int64_t room = b->room > 0 ? 2 * b->room : 64;
        fl_fin_replica *larger = FL_NEW(b->arena, room, fl_fin_replica);
        if (larger == NULL) return fl_arena_error(b->arena, err);
        if (b->room > 0) memcpy(larger, b->replicas, (size_t)b->room * sizeof *larger);
        b->replicas = larger;
        b->room = room;
    }
    b->replicas[b->graph.n_vertices++] = which;
    return FL_OK;
}

/* The vertex of a replica; a new one when it was not reached before, with its way into the sink. */
static fl_status reach(int64_t *vertex, builder *b, fl_fin_replica which, fl_error *err) {
    size_t place =
        ((size_t)which.node * 2 + which.final) * ((size_t)b->search->gamma + 1) + (size_t)which.level;
    *vertex = b->known[place];
    if (*vertex >= 0) return FL_OK;
    *vertex = b->known[place] = b->graph.n_vertices;
    FL_TRY(add_vertex(b, which, err));
    return which.final ? fl_graph_add(&b->graph, *vertex, FL_FIN_GRAPH_SINK, 0, err) : FL_OK;
}

/* One arc of the layered graph, from one replica. */
static fl_status add_arc(builder *b, int64_t from, int l, int node, bool final, fl_error *err) {
    const fl_fin_search *s = b->search;
    const fl_fin_replica *start = &b->replicas[from];
    fl_cost arc;
    if (!fl_layers_arc(s->layers, l, start->node, node, final, &arc)) return FL_OK;
    int level = start->level + fl_fin_levels(arc.latency, s->deadline, s->gamma, s->rounding);
    if (level > s->gamma || (final && level < s->lambda)) return FL_OK;
    int64_t to;
    FL_TRY(reach(&to, b, (fl_fin_replica){l, node, level, final}, err));
    if (b->graph.n_edges >= b->edges_most) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "the graph has more than %lld edges",
                            (long long)b->edges_most);
    }
    return fl_graph_add(&b->graph, from, to, arc.energy, err);
}

/* All arcs into block `l`, from the vertices first..last-1 of the block before. */
static fl_status add_layer(builder *b, int l, int64_t first, int64_t last, fl_error *err) {
    size_t places = 2 * (size_t)b->search->layers->n_nodes * ((size_t)b->search->gamma + 1);
    for (size_t i = 0; i < places; i++) b->known[i] = -1;
    for (int64_t from = first; from < last; from++) {
        if (b->replicas[from].final) continue;
        if (*b->search->interrupt) return FL_OK;
        for (int node = 0; node < b->search->layers->n_nodes; node++) {
            if (l + 1 < b->search->layers->n_layers) FL_TRY(add_arc(b, from, l, node, false, err));
            FL_TRY(add_arc(b, from, l, node, true, err));
        }
    }
    return FL_OK;
}

/* Vertices and edges of all blocks. */
static fl_status add_layers(builder *b, fl_error *err) {
    const fl_layers *layers = b->search->layers;
    FL_TRY(add_vertex(b, (fl_fin_replica){-1, layers->source, 0, false}, err));
    FL_TRY(add_vertex(b, (fl_fin_replica){-1, -1, 0, true}, err));
    int64_t first = FL_FIN_GRAPH_SOURCE, last = FL_FIN_GRAPH_SOURCE + 1;
    for (int l = 0; l < layers->n_layers; l++) {
        int64_t next = b->graph.n_vertices;
        FL_TRY(add_layer(b, l, first, last, err));
        first = next;
        last = b->graph.n_vertices;
    }
    return FL_OK;
}

fl_status fl_fin_graph_build(fl_fin_graph *out, const fl_fin_search *search, int64_t edges_most,
                             fl_arena *arena, fl_error *err) {
    size_t places = 2 * (size_t)search->layers->n_nodes * ((size_t)search->gamma + 1);
    builder b = {
        .search = search, .edges_most = edges_most, .arena = arena, .known = FL_NEW(arena, places, int64_t)};
    if (b.known == NULL) return fl_arena_error(arena, err);
    fl_graph_init(&b.graph, 0, arena);
    FL_TRY(add_layers(&b, err));
    *out = (fl_fin_graph){.graph = b.graph, .replicas = b.replicas, .interrupted = *search->interrupt};
    return FL_OK;
}
