/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as GraphML: refused with a reason, or a graph whose edges join its nodes and whose attributes can
 * be printed. */
#include "core/json.h"
#include "heuristics/graph.h"
#include "tests/fuzz/fuzz.h"

static void check(const fl_topology *topology, fl_arena *arena) {
    const char *text;
    for (int i = 0; i < topology->n_nodes; i++) {
        FUZZ_CHECK(fl_json_print(&text, topology->nodes[i], 0, arena, NULL) == FL_OK);
    }
    for (int i = 0; i < topology->n_edges; i++) {
        const int *ends = topology->ends[i];
        FUZZ_CHECK(ends[0] >= 0 && ends[0] < topology->n_nodes);
        FUZZ_CHECK(ends[1] >= 0 && ends[1] < topology->n_nodes);
        FUZZ_CHECK(fl_json_print(&text, topology->edges[i], 0, arena, NULL) == FL_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena arena;
    fl_topology topology;
    fl_error err = {.text = ""};
    fl_arena_init(&arena, (size_t)1 << 28);
    fl_status status = fl_graph_parse(&topology, (const char *)data, size, &arena, &err);
    if (status == FL_OK) check(&topology, &arena);
    FUZZ_CHECK(status == FL_OK || (status == FL_EINVAL && err.text[0] != '\0'));
    fl_arena_free(&arena);
    return 0;
}
