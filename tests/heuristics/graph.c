/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/graph.h"
#include <criterion/criterion.h>
#include <math.h>

static fl_arena arena;
static fl_error err;
static fl_graph graph;
static int64_t *edges, n_edges;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_graph_init(&graph, 5, &arena);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(graph, .init = start, .fini = stop);

static void add(int64_t from, int64_t to, double weight) {
    cr_assert(fl_graph_add(&graph, from, to, weight, &err) == FL_OK);
}

Test(graph, finds_the_path_of_least_weight) {
    add(0, 1, 1);
    add(1, 3, 1);
    add(0, 2, 0.5);
    add(2, 3, 2);
    add(0, 3, 5);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 0, 3, &err) == FL_OK);
    cr_assert(n_edges == 2 && edges[0] == 0 && edges[1] == 1);
}

Test(graph, takes_the_lighter_of_two_parallel_edges) {
    add(0, 1, 3);
    add(0, 1, 2);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 0, 1, &err) == FL_OK);
    cr_assert(n_edges == 1 && edges[0] == 1);
}

Test(graph, tells_no_path_from_an_empty_one) {
    add(0, 1, 1);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 1, 0, &err) == FL_OK && n_edges == -1);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 1, 1, &err) == FL_OK && n_edges == 0);
}

Test(graph, refuses_vertices_and_weights_that_would_harm_igraph) {
    const double weights[] = {NAN, INFINITY, -INFINITY, -1};
    for (int i = 0; i < 4; i++) cr_assert(fl_graph_add(&graph, 0, 1, weights[i], &err) == FL_EINVAL);
    cr_assert(fl_graph_add(&graph, 0, 5, 1, &err) == FL_EINVAL);
    cr_assert(fl_graph_add(&graph, -1, 0, 1, &err) == FL_EINVAL);
    add(0, 1, 1);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 5, 0, &err) == FL_EINVAL);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 0, -1, &err) == FL_EINVAL);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 0, 1, &err) == FL_OK && n_edges == 1, "and goes on");
}

Test(graph, measures_distances_both_ways) {
    double ahead[5], behind[5];
    add(0, 1, 1);
    add(1, 2, 2);
    add(3, 2, 4);
    cr_assert(fl_graph_distances(ahead, behind, &graph, 0, 2, &err) == FL_OK);
    cr_assert(ahead[0] == 0 && ahead[1] == 1 && ahead[2] == 3 && isinf(ahead[3]) && isinf(ahead[4]));
    cr_assert(behind[2] == 0 && behind[1] == 2 && behind[0] == 3 && behind[3] == 4 && isinf(behind[4]));
}

Test(graph, cuts_where_it_weighs_least) {
    bool beyond[5];
    add(0, 1, 3);
    add(1, 2, 1);
    add(2, 1, 7); /* backwards: does not count */
    add(2, 4, 3);
    add(0, 3, 2);
    add(3, 4, 5);
    cr_assert(fl_graph_cut(beyond, &graph, 0, 4, &err) == FL_OK);
    cr_assert(!beyond[0] && !beyond[1] && beyond[2] && beyond[3] && beyond[4]);
}

Test(graph, cuts_no_edge_where_nothing_leads_across) {
    bool beyond[5];
    cr_assert(fl_graph_cut(beyond, &graph, 0, 4, &err) == FL_OK && !beyond[0] && beyond[4]);
    add(0, 1, 3);
    cr_assert(fl_graph_cut(beyond, &graph, 0, 4, &err) == FL_OK && !beyond[0] && beyond[4]);
}

Test(graph, cuts_only_whole_weights_and_distinct_vertices) {
    bool beyond[5];
    add(0, 1, 0.5);
    cr_assert(fl_graph_cut(beyond, &graph, 0, 1, &err) == FL_EINVAL);
    fl_graph_init(&graph, 5, &arena);
    cr_assert(fl_graph_cut(beyond, &graph, 1, 1, &err) == FL_EINVAL);
    cr_assert(fl_graph_cut(beyond, &graph, 5, 1, &err) == FL_EINVAL);
}

Test(graph, without_memory_says_so) {
    fl_arena none;
    fl_arena_init(&none, 1);
    fl_graph_init(&graph, 2, &none);
    cr_assert(fl_graph_add(&graph, 0, 1, 1, &err) == FL_ENOMEM);
}
