/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/graph.h"
#include "core/json.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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

/** What is in GraphML text, in lines: the nodes' attributes, then the edges with theirs. */
static const char *parsed(const char *text) {
    static char lines[2000];
    size_t n = 0;
    fl_topology topology;
    const char *line;
    cr_assert(fl_graph_parse(&topology, text, strlen(text), &arena, &err) == FL_OK, "%s", err.text);
    lines[0] = '\0';
    for (int i = 0; i < topology.n_nodes; i++) {
        cr_assert(fl_json_print(&line, topology.nodes[i], 0, &arena, &err) == FL_OK);
        n += (size_t)snprintf(lines + n, sizeof lines - n, "%s\n", line);
    }
    for (int i = 0; i < topology.n_edges; i++) {
        cr_assert(fl_json_print(&line, topology.edges[i], 0, &arena, &err) == FL_OK);
        n += (size_t)snprintf(lines + n, sizeof lines - n, "%d %s %d %s\n", topology.ends[i][0],
                              topology.directed ? "->" : "--", topology.ends[i][1], line);
    }
    return lines;
}

#define KEYS                                                                                                 \
    "<graphml><key id='n' for='node' attr.name='speed' attr.type='double'/>"                                 \
    "<key id='s' for='node' attr.name='city' attr.type='string'/>"                                           \
    "<key id='b' for='node' attr.name='core' attr.type='boolean'/>"                                          \
    "<key id='e' for='edge' attr.name='rate' attr.type='int'><default>7</default></key>"                     \
    "<key id='g' for='graph' attr.name='city' attr.type='string'/>"

Test(graph, reads_what_stands_at_nodes_and_edges) {
    cr_assert_str_eq(
        parsed(KEYS "<graph edgedefault='directed'><data key='g'>x</data>"
                    "<node id='a'><data key='n'>1.5e9</data><data key='b'>true</data></node>"
                    "<node id='b'><data key='s'>Z\u00fcrich &amp; Bern</data></node>"
                    "<edge source='b' target='a'><data key='e'>3</data></edge><edge source='a' target='b'/>"
                    "</graph></graphml>"),
        "{\"speed\": 1500000000, \"core\": true, \"id\": \"a\"}\n"
        "{\"city\": \"Z\u00fcrich & Bern\", \"core\": false, \"id\": \"b\"}\n"
        "1 -> 0 {\"rate\": 3}\n"
        "0 -> 1 {\"rate\": 7}\n");
    cr_assert_str_eq(parsed("<graphml><graph edgedefault='undirected'/></graphml>"), "");
}

Test(graph, leaves_ids_to_a_file_that_has_its_own) {
    cr_assert_str_eq(parsed("<graphml><key id='i' for='node' attr.name='id' attr.type='int'/>"
                            "<graph edgedefault='undirected'><node id='a'><data key='i'>5</data></node>"
                            "<node id='b'/><edge source='a' target='b'/></graph></graphml>"),
                     "{\"id\": 5}\n{}\n1 -- 0 {}\n");
}

Test(graph, follows_no_entity_that_the_text_declares) {
    const char *line = parsed("<!DOCTYPE graphml [<!ENTITY f SYSTEM 'file:///etc/passwd'>"
                              "<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>" KEYS
                              "<graph><node id='a'><data key='s'>-&f;&b;-</data></node></graph></graphml>");
    cr_assert(strstr(line, "\"city\": \"--\"") != NULL, "%s", line);
}

Test(graph, refuses_what_is_no_graphml) {
    fl_topology topology;
    const char *const texts[] = {"", "hello", "<graphml/>", "<graphml><graph><node id='a'>", "<a/>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fl_status status = fl_graph_parse(&topology, texts[i], strlen(texts[i]), &arena, &err);
        cr_assert(status == FL_EINVAL && strncmp(err.text, "no GraphML: ", 12) == 0, "%s: %s", texts[i],
                  err.text);
    }
    cr_assert(fl_graph_parse(&topology, "<a/>\0", 5, &arena, &err) == FL_EINVAL);
    cr_assert(fl_graph_load(&topology, "/nowhere/a.graphml", &arena, &err) == FL_EIO);
    cr_assert_str_eq(err.where, "/nowhere/a.graphml");
    cr_assert(fl_graph_load(&topology, "/dev/null", &arena, &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "/dev/null");
    add(0, 1, 1);
    cr_assert(fl_graph_path(&edges, &n_edges, &graph, 0, 1, &err) == FL_OK && n_edges == 1, "and goes on");
}

Test(graph, reads_encodings_that_write_ascii_as_itself_and_no_other) {
    const char *const encodings[] = {"UTF-8", "utf-8",  "ISO-8859-1", "US-ASCII",
                                     "UTF-7", "UTF-16", "EBCDIC-US"};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        char text[200];
        fl_topology topology;
        int n =
            snprintf(text, sizeof text, "%s<?xml version='1.0' encoding='%s'?><graphml><graph/></graphml>",
                     i == 0 ? "\xef\xbb\xbf" : "", encodings[i]);
        fl_status status = fl_graph_parse(&topology, text, (size_t)n, &arena, &err);
        cr_assert(status == (i < 4 ? FL_OK : FL_EINVAL), "%s: %s", encodings[i], err.text);
    }
}

Test(graph, refuses_attributes_that_would_fill_the_memory) {
    enum { KEYS_MANY = 10000, NODES = 5000, ROOM = 700000 };
    char *text = fl_arena_alloc(&arena, ROOM, 1);
    fl_topology topology;
    int n = snprintf(text, ROOM, "<graphml xmlns:g='x'>");
    for (int i = 0; i < KEYS_MANY; i++) {
        n += snprintf(text + n, (size_t)(ROOM - n), "<%skey id='k%d' for='node'/>", i % 2 ? "g:" : "", i);
    }
    n += snprintf(text + n, (size_t)(ROOM - n), "<graph>");
    for (int i = 0; i < NODES; i++) n += snprintf(text + n, (size_t)(ROOM - n), "<node id='%d'/>", i);
    n += snprintf(text + n, (size_t)(ROOM - n), "</graph></graphml>");
    cr_assert(n < ROOM);
    cr_assert(fl_graph_parse(&topology, text, (size_t)n, &arena, &err) == FL_EINVAL);
    cr_assert_str_eq(err.text, "too many attributes for so many elements");
}

Test(graph, without_memory_reads_nothing) {
    const char *text =
        KEYS "<graph><node id='a'/><node id='b'/><edge source='a' target='b'/></graph></graphml>";
    bool refused = false;
    for (size_t limit = 1; limit <= (size_t)1 << 20; limit *= 2) {
        fl_arena small;
        fl_topology topology;
        fl_arena_init(&small, limit);
        fl_status status = fl_graph_parse(&topology, text, strlen(text), &small, &err);
        cr_assert(status == FL_OK || status == FL_ENOMEM, "%zu bytes: %s", limit, err.text);
        refused = refused || status == FL_ENOMEM;
        fl_arena_free(&small);
    }
    cr_assert(refused);
}
