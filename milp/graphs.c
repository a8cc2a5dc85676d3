/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/graphs.h"

bool fl_graphs_apart(const fl_instance *instance) {
    unsigned limits =
        (unsigned)FL_FEATURE_CAPACITY | (unsigned)FL_FEATURE_MEMORY | (unsigned)FL_FEATURE_SLICES;
    return (instance->features & limits) != 0;
}

static bool sliced(const fl_instance *instance) {
    return (instance->features & FL_FEATURE_SLICES) != 0;
}

static int count_levels(const fl_instance *instance, const fl_app *app) {
    int most = 1;
    for (int i = 0; i < app->n_slices && sliced(instance); i++)
        most = app->slices[i].n_levels > most ? app->slices[i].n_levels : most;
    return most;
}

/** Arcs of one user count for each user with columns of his own and for each level. */
static double count_arcs(const fl_instance *instance, const fl_app *app, double arcs) {
    return arcs * count_levels(instance, app) * (fl_graphs_apart(instance) ? app->count : 1);
}

/** How many there would be without choices, if every node were linked with every other. */
static double guess_arcs(const fl_instance *instance) {
    double n_nodes = instance->system.n_nodes, arcs = 0;
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        arcs += count_arcs(instance, app, n_nodes * n_nodes * app->exits[app->n_exits - 1].after);
    }
    return arcs;
}

/** The blocks of the graph's longest path. */
static int depth_of(const fl_extended *graph) {
    int depth = 0;
    for (int s = 0; s < graph->n_states; s++) {
        bool leads_on = graph->first[s + 1] > graph->first[s];
        if (leads_on && graph->states[s].block + 2 > depth) depth = graph->states[s].block + 2;
    }
    return depth;
}

/** One graph at each level of its slices; a node with fewer levels gets its last.
 *  @param levels  [n_slices] scratch */
static fl_status build_threshold(fl_extended *out, const fl_graphs *graphs, int app, int threshold,
                                 int *levels, fl_arena *arena, fl_error *err) {
    const fl_app *of = &graphs->instance->apps[app];
    for (int k = 0; k < graphs->apps[app].n_levels; k++) {
        for (int i = 0; i < of->n_slices; i++) {
            int last = of->slices[i].n_levels - 1;
            levels[i] = k < last ? k : last;
        }
        FL_TRY(fl_extended_build(&out[k], graphs->instance, app, threshold,
                                 sliced(graphs->instance) ? levels : NULL, FL_EXTENDED_USEFUL, arena, err));
        if (out[k].too_large) return FL_OK;
    }
    return FL_OK;
}

static fl_status build_app(fl_graphs *graphs, int app, double most, fl_arena *arena, fl_error *err) {
    const fl_instance *instance = graphs->instance;
    const fl_app *of = &instance->apps[app];
    fl_graphs_app *out = &graphs->apps[app];
    *out = (fl_graphs_app){.n_thresholds = of->n_thresholds + 1, .n_levels = count_levels(instance, of)};
    out->graphs = FL_NEW(arena, (size_t)out->n_thresholds * (size_t)out->n_levels, fl_extended);
    int *levels = FL_NEW(arena, of->n_slices, int);
    if (out->graphs == NULL || levels == NULL) return fl_arena_error(arena, err);
    for (int t = 0; t < out->n_thresholds; t++) {
        fl_extended *graph = out->graphs + (ptrdiff_t)t * out->n_levels;
        FL_TRY(build_threshold(graph, graphs, app, t - 1, levels, arena, err));
        if (!graph->too_large) graphs->n_arcs += count_arcs(instance, of, graph->first[graph->n_states]);
        graphs->too_large = graph->too_large || graphs->n_arcs > most;
        if (graphs->too_large) return FL_OK;
        if (depth_of(graph) > out->depth) out->depth = depth_of(graph);
    }
    return FL_OK;
}

fl_status fl_graphs_build(fl_graphs *out, const fl_instance *instance, double most, fl_arena *arena,
                          fl_error *err) {
    *out = (fl_graphs){.instance = instance, .n_arcs = guess_arcs(instance)};
    out->too_large = out->n_arcs > most;
    if (out->too_large) return FL_OK;
    out->n_arcs = 0;
    out->apps = FL_NEW(arena, instance->n_apps, fl_graphs_app);
    if (out->apps == NULL) return fl_arena_error(arena, err);
    for (int h = 0; h < instance->n_apps && !out->too_large; h++) FL_TRY(build_app(out, h, most, arena, err));
    return FL_OK;
}

const fl_extended *fl_graphs_at(const fl_graphs *graphs, int app, int threshold, int level) {
    const fl_graphs_app *of = &graphs->apps[app];
    return &of->graphs[(threshold + 1) * of->n_levels + level];
}
