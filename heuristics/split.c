/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/split.h"

static bool is_better(const fl_split *a, const fl_split *b, fl_split_goal goal) {
    double one[] = {a->cost.latency, a->mobile, a->cost.energy};
    double other[] = {b->cost.latency, b->mobile, b->cost.energy};
    static const int then[] = {
        [FL_SPLIT_LATENCY] = FL_SPLIT_MOBILE,
        [FL_SPLIT_MOBILE] = FL_SPLIT_LATENCY,
        [FL_SPLIT_ENERGY] = FL_SPLIT_LATENCY,
    };
    if (b->local < 0 || one[goal] != other[goal]) return b->local < 0 || one[goal] < other[goal];
    return one[then[goal]] < other[then[goal]];
}

/** The cost so far and an arc more. */
static fl_cost follow(fl_cost before, const fl_layers *layers, int l, int a, int b, bool final) {
    fl_cost arc;
    if (!fl_layers_arc(layers, l, a, b, final, &arc)) return (fl_cost){INFINITY, INFINITY};
    return (fl_cost){before.energy + arc.energy, before.latency + arc.latency};
}

static void keep_better(fl_split *best, const fl_split *split, fl_split_goal goal) {
    if (!isinf(split->cost.latency) && is_better(split, best, goal)) *best = *split;
}

/** Every split with blocks left for `site`.
 *  @param local  [depth] the cost of the first blocks on the source */
static void try_site(fl_split *best, const fl_layers *layers, int depth, int site, fl_split_goal goal,
                     const fl_cost *local) {
    fl_cost rest = {0, 0}; /* of the blocks after the cut's first, all on the site */
    for (int l = depth - 1; l >= 0; l--) {
        bool final = l == depth - 1;
        fl_cost cost = follow(local[l], layers, l, layers->source, site, final);
        fl_split split = {
            .depth = depth,
            .local = l,
            .site = site,
            .cost = {cost.energy + rest.energy, cost.latency + rest.latency},
            .mobile = local[l].energy + layers->layer[l].bits_energy * layers->tx[layers->source],
        };
        keep_better(best, &split, goal);
        rest = follow(rest, layers, l, site, site, final);
    }
}

fl_status fl_split_best(fl_split *out, const fl_layers *layers, int depth, int site, fl_split_goal goal,
                        fl_arena *arena, fl_error *err) {
    int source = layers->source;
    fl_arena_mark mark = fl_arena_keep(arena);
    fl_cost *local = FL_NEW(arena, depth, fl_cost);
    if (local == NULL) return fl_arena_error(arena, err);
    local[0] = (fl_cost){0, 0};
    for (int l = 1; l < depth; l++) local[l] = follow(local[l - 1], layers, l - 1, source, source, false);
    fl_cost whole = follow(local[depth - 1], layers, depth - 1, source, source, true);
    fl_split split = {depth, depth, source, whole, whole.energy};
    *out = (fl_split){.depth = depth, .local = -1};
    keep_better(out, &split, goal);
    for (int n = 0; n < layers->n_nodes; n++) {
        if (n != source && (site == source || n == site)) try_site(out, layers, depth, n, goal, local);
    }
    fl_arena_release(arena, mark);
    return FL_OK;
}

void fl_split_path(fl_path *path, const fl_layers *layers, const fl_split *split) {
    path->exit = split->local < 0 ? -1 : layers->layer[split->depth - 1].exit;
    for (int l = 0; l < split->depth; l++) path->nodes[l] = l < split->local ? layers->source : split->site;
}
