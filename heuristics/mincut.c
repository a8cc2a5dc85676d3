/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `mincut`: the least energy on two sites, as a minimum cut (Stone, "Multiprocessor scheduling with the aid
 * of network flow algorithms", IEEE TSE 3(1), 1977; for networks, with times instead of energies, Hu, Bao,
 * Wang, Liu, "Dynamic adaptive DNN surgery for inference acceleration on the edge", INFOCOM 2019). One
 * terminal stands for the source, the other for the server; a block that ends up on the server's side cuts
 * the edge from the source, which weighs what the block costs on the server, else the edge to the server; two
 * blocks on different sides cut the edge between them, which weighs the move. So a cut weighs what its plan
 * costs, and the least one is the best plan. One cut for every exit that is accurate enough.
 *
 * The deadline plays no part: its plan may be late. It claims nothing, since other nodes may be cheaper.
 * Moves back to the source are as good as any here, where the surgery forbids them. At most O(exits *
 * blocks^3), times nodes without a site. */
#include "heuristics/graph.h"
#include "heuristics/methods.h"
#include "heuristics/split.h"
#include <string.h>

enum { SITE, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [SITE] = {"site", FL_OPTION_NODE, 0, 0, 0, NULL,
              "the server; default, or the application's source: whichever suits best"},
};

/* The terminals; block l is vertex BLOCKS + l. */
enum { DEVICE, SERVER, BLOCKS };

/* Weights are whole numbers: this many make the energy of the best single split, which no least cut exceeds.
 * What weighs more, and what is not possible, weighs twice as much. */
static const double WHOLE = 0x1p40;

typedef struct surgery {
    const fl_layers *layers;
    int depth, site;
    double limit; /* J, the energy of a plan */
    fl_graph graph;
} surgery;

static fl_status add_edge(surgery *cut, int64_t from, int64_t to, double energy, fl_error *err) {
    double weight = energy <= cut->limit ? round(energy / cut->limit * WHOLE) : 2 * WHOLE;
    return fl_graph_add(&cut->graph, from, to, energy == 0 ? 0 : weight, err);
}

/* J of computing block l on a node, its head included; INFINITY: not allowed. */
static double compute(const surgery *cut, int l, int node) {
    const fl_layer *layer = &cut->layers->layer[l];
    return l == cut->depth - 1 ? layer->final_energy[node] : layer->energy[node];
}

/* J of moving into block l; INFINITY: no link. */
static double move(const surgery *cut, int l, int from, int to) {
    fl_cost cost;
    return fl_layers_move(cut->layers, l, from, to, &cost) ? cost.energy : INFINITY;
}

static fl_status build(surgery *cut, fl_arena *arena, fl_error *err) {
    int source = cut->layers->source;
    fl_graph_init(&cut->graph, BLOCKS + cut->depth, arena);
    for (int l = 0; l < cut->depth; l++) {
        int64_t block = BLOCKS + l, before = l > 0 ? block - 1 : DEVICE;
        FL_TRY(add_edge(cut, DEVICE, block, compute(cut, l, cut->site), err));
        FL_TRY(add_edge(cut, block, SERVER, compute(cut, l, source), err));
        FL_TRY(add_edge(cut, before, block, move(cut, l, source, cut->site), err));
        if (l > 0) FL_TRY(add_edge(cut, block, before, move(cut, l, cut->site, source), err));
    }
    return FL_OK;
}

/* The best plan that stops after `depth` blocks, on the source and one other node. */
static fl_status cut_once(fl_path *path, surgery *cut, fl_arena *arena, fl_error *err) {
    int depth = cut->depth;
    bool *beyond = FL_NEW(arena, BLOCKS + depth, bool);
    if (beyond == NULL) return fl_arena_error(arena, err);
    FL_TRY(build(cut, arena, err));
    FL_TRY(fl_graph_cut(beyond, &cut->graph, DEVICE, SERVER, err));
    path->exit = cut->layers->layer[depth - 1].exit;
    for (int l = 0; l < depth; l++) path->nodes[l] = beyond[BLOCKS + l] ? cut->site : cut->layers->source;
    return FL_OK;
}

typedef struct best_plan {
    fl_path path;
    fl_cost cost;
} best_plan;

static void keep_better(best_plan *best, const fl_layers *layers, const fl_path *path, int depth) {
    fl_cost cost = fl_path_cost(layers, path);
    if (!(cost.energy < best->cost.energy)) return;
    best->cost = cost;
    best->path.exit = path->exit;
    memcpy(best->path.nodes, path->nodes, (size_t)depth * sizeof *path->nodes);
}

/* One exit and one server. The best single split comes first: it sets the scale. Where there is none, any
 * plan costs at most what all edges weigh together. */
static fl_status try_site(best_plan *best, fl_path *path, const fl_layers *layers, int depth, int site,
                          fl_arena *arena, fl_error *err) {
    surgery cut = {.layers = layers, .depth = depth, .site = site};
    fl_split split;
    FL_TRY(fl_split_best(&split, layers, depth, site, FL_SPLIT_ENERGY, arena, err));
    fl_split_path(path, layers, &split);
    keep_better(best, layers, path, depth);
    cut.limit = split.cost.energy;
    for (int l = 0; split.local < 0 && l < depth; l++) {
        double all[] = {compute(&cut, l, layers->source), compute(&cut, l, site),
                        move(&cut, l, layers->source, site), move(&cut, l, site, layers->source)};
        for (int i = 0; i < 4; i++) cut.limit += isinf(all[i]) ? 0 : all[i];
    }
    fl_arena_mark mark = fl_arena_keep(arena);
    FL_TRY(cut_once(path, &cut, arena, err));
    fl_arena_release(arena, mark);
    keep_better(best, layers, path, depth);
    return FL_OK;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_layers layers;
    fl_path path;
    best_plan best = {.cost = {INFINITY, INFINITY}};
    int wanted = (int)task->settings->value[SITE];
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_path_create(&path, &layers, task->arena, err));
    FL_TRY(fl_path_create(&best.path, &layers, task->arena, err));
    for (int depth = 1; depth <= layers.n_layers && !*task->interrupt; depth++) {
        if (layers.layer[depth - 1].exit < 0) continue;
        for (int site = 0; site < layers.n_nodes && !*task->interrupt; site++) {
            if (wanted != layers.source && site != wanted) continue;
            FL_TRY(try_site(&best, &path, &layers, depth, site, task->arena, err));
        }
    }
    if (*task->interrupt) answer->stop = FL_STOP_INTERRUPTED;
    return best.path.exit < 0 ? FL_OK : fl_path_offer(answer, task, &best.path, err);
}

const fl_method fl_mincut_method = {
    .name = "mincut",
    .summary = "least energy on the source and one server whatever the deadline, by minimum cuts",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
