/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/fin_graph.h"
#include "core/generate.h"
#include <criterion/criterion.h>

static fl_arena arena;
static fl_error err;
static const volatile sig_atomic_t never = 0;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(fin_graph, .init = start, .fini = stop);

/** FIN's graph of the instance drawn from `seed`. */
static fl_status build(fl_fin_graph *out, fl_layers *layers, fl_instance **instance, uint64_t seed,
                       int64_t edges_most) {
    fl_recipe recipe = {.seed = seed};
    fl_arena_reset(&arena);
    cr_assert(fl_generate(instance, &recipe, &err) == FL_OK);
    cr_assert(fl_layers_build(layers, *instance, 0, &arena, &err) == FL_OK);
    fl_fin_search search = {.layers = layers,
                            .deadline = (*instance)->apps[0].deadline,
                            .gamma = 12,
                            .rounding = seed % 2 ? FL_FIN_UP : FL_FIN_DOWN,
                            .interrupt = &never};
    return fl_fin_graph_build(out, &search, edges_most, &arena, &err);
}

Test(fin_graph, has_an_arc_of_the_layered_graph_for_every_edge) {
    int edges = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_fin_graph fin;
        fl_layers layers;
        fl_instance *instance;
        cr_assert(build(&fin, &layers, &instance, seed, FL_GRAPH_EDGES_MOST) == FL_OK);
        for (int64_t i = 0; i < fin.graph.n_edges; i++) {
            const int64_t *ends = &fin.graph.ends[2 * i];
            const fl_fin_replica *from = &fin.replicas[ends[0]], *to = &fin.replicas[ends[1]];
            fl_cost arc = {0, 0};
            if (ends[1] == FL_FIN_GRAPH_SINK) {
                cr_assert(from->final && fin.graph.weights[i] == 0, "seed %d", (int)seed);
                continue;
            }
            cr_assert(to->layer == from->layer + 1, "seed %d", (int)seed);
            cr_assert(fl_layers_arc(&layers, to->layer, from->node, to->node, to->final, &arc), "seed %d",
                      (int)seed);
            int levels = fl_fin_levels(arc.latency, instance->apps[0].deadline, 12,
                                       seed % 2 ? FL_FIN_UP : FL_FIN_DOWN);
            cr_assert(to->level == from->level + levels && to->level <= 12, "seed %d", (int)seed);
            cr_assert(fin.graph.weights[i] == arc.energy, "seed %d", (int)seed);
            edges++;
        }
        fl_instance_free(instance);
    }
    cr_assert(edges > 1000);
}

Test(fin_graph, is_refused_beyond_the_edges_allowed) {
    fl_fin_graph fin;
    fl_layers layers;
    fl_instance *instance;
    cr_assert(build(&fin, &layers, &instance, 3, FL_GRAPH_EDGES_MOST) == FL_OK);
    int64_t edges = fin.graph.n_edges;
    fl_instance_free(instance);
    cr_assert(edges > 4);
    cr_assert(build(&fin, &layers, &instance, 3, edges / 2) == FL_EUNSUPPORTED);
    fl_instance_free(instance);
}
