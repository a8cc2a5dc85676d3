/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/draft.h"

#include "core/passes.h"
#include <string.h>

fl_status fl_drafts_create(fl_drafts *out, const fl_layers *layers, fl_arena *arena, fl_error *err) {
    double *to_go = FL_NEW(arena, (size_t)layers->n_layers * (size_t)layers->n_nodes, double);
    int *exits = FL_NEW(arena, layers->n_layers, int);
    double *scratch = FL_NEW(arena, 3 * (size_t)layers->n_nodes, double);
    if (to_go == NULL || exits == NULL || scratch == NULL) return fl_arena_error(arena, err);
    *out = (fl_drafts){.layers = layers, .to_go = to_go, .exits = exits};
    for (int l = 0; l < layers->n_layers; l++) {
        if (layers->layer[l].exit >= 0) exits[out->n_exits++] = layers->layer[l].exit;
    }
    fl_pass_run_back(to_go, layers, 0, 1, scratch);
    return FL_OK;
}

fl_status fl_draft_create(fl_draft *out, const fl_drafts *drafts, fl_arena *arena, fl_error *err) {
    out->cost = (fl_cost){INFINITY, INFINITY};
    return fl_path_create(&out->path, drafts->layers, arena, err);
}

void fl_draft_copy(fl_draft *to, const fl_draft *from, const fl_drafts *drafts) {
    to->path.exit = from->path.exit;
    to->cost = from->cost;
    if (from->path.exit < 0) return;
    memcpy(to->path.nodes, from->path.nodes, (size_t)fl_draft_depth(from, drafts) * sizeof(int));
}

static int depth_of(int exit, const fl_drafts *drafts) {
    return drafts->layers->instance->apps[drafts->layers->app].exits[exit].after;
}

int fl_draft_depth(const fl_draft *draft, const fl_drafts *drafts) {
    return depth_of(draft->path.exit, drafts);
}

/* Building block by block */

typedef struct next_arc {
    int node;
    bool final;
    fl_cost cost;
    int n_seen; /* arcs among which it was chosen */
} next_arc;

/** Look at one more arc that leads on in time. */
static void consider(next_arc *chosen, const next_arc *arc, fl_random *random) {
    int n_seen = chosen->n_seen + 1;
    bool take = n_seen == 1;
    if (random != NULL) {
        take = fl_random_int(random, 1, n_seen) == 1;
    } else if (!take) {
        take = arc->final != chosen->final ? arc->final : arc->cost.energy < chosen->cost.energy;
    }
    if (take) *chosen = *arc;
    chosen->n_seen = n_seen;
}

/** Choose an arc from node `a` into layer `l`, `used` seconds after the start. */
static next_arc choose(const fl_drafts *drafts, int l, int a, double used, fl_random *random) {
    const fl_layers *layers = drafts->layers;
    next_arc chosen = {.node = -1};
    for (int b = 0; b < layers->n_nodes; b++) {
        next_arc arc = {.node = b};
        double to_go = drafts->to_go[(size_t)l * (size_t)layers->n_nodes + (size_t)b];
        if (fl_layers_arc(layers, l, a, b, false, &arc.cost) &&
            used + arc.cost.latency + to_go <= layers->deadline) {
            consider(&chosen, &arc, random);
        }
        arc.final = true;
        if (fl_layers_arc(layers, l, a, b, true, &arc.cost) && used + arc.cost.latency <= layers->deadline) {
            consider(&chosen, &arc, random);
        }
    }
    return chosen;
}

bool fl_draft_build(fl_draft *draft, const fl_drafts *drafts, fl_random *random) {
    const fl_layers *layers = drafts->layers;
    draft->path.exit = -1;
    draft->cost = (fl_cost){0, 0};
    for (int l = 0; l < layers->n_layers && draft->path.exit < 0; l++) {
        int from = l > 0 ? draft->path.nodes[l - 1] : layers->source;
        next_arc next = choose(drafts, l, from, draft->cost.latency, random);
        if (next.node < 0) break; /* at the start; or by rounding, a hair under the deadline */
        draft->path.nodes[l] = next.node;
        draft->cost.energy += next.cost.energy;
        draft->cost.latency += next.cost.latency;
        if (next.final) draft->path.exit = layers->layer[l].exit;
    }
    if (draft->path.exit < 0) draft->cost = (fl_cost){INFINITY, INFINITY};
    return draft->path.exit >= 0;
}

/* Comparing and changing */

bool fl_draft_in_time(const fl_draft *draft, const fl_drafts *drafts) {
    return draft->cost.latency <= drafts->layers->deadline;
}

bool fl_draft_is_better(const fl_draft *one, const fl_draft *other, const fl_drafts *drafts) {
    bool in_time = fl_draft_in_time(one, drafts);
    if (in_time != fl_draft_in_time(other, drafts)) return in_time;
    return in_time ? one->cost.energy < other->cost.energy : one->cost.latency < other->cost.latency;
}

void fl_draft_measure(fl_draft *draft, const fl_drafts *drafts) {
    draft->cost = fl_path_cost(drafts->layers, &draft->path);
}

void fl_draft_put(fl_draft *draft, const fl_drafts *drafts, int first, int last, int node, int exit) {
    int *nodes = draft->path.nodes, old = fl_draft_depth(draft, drafts), depth = depth_of(exit, drafts);
    for (int l = old; l < depth; l++) nodes[l] = nodes[old - 1];
    for (int l = first; l <= last; l++) nodes[l] = node;
    draft->path.exit = exit;
}

void fl_draft_move(fl_draft *draft, const fl_drafts *drafts, fl_random *random) {
    int exit = draft->path.exit;
    if (drafts->n_exits > 1 && fl_random_chance(random, 0.2)) {
        exit = drafts->exits[fl_random_int(random, 0, drafts->n_exits - 1)];
    }
    int depth = depth_of(exit, drafts), first = fl_random_int(random, 0, depth - 1), last = first;
    if (fl_random_chance(random, 0.5)) last = fl_random_int(random, first, depth - 1);
    int node = fl_random_int(random, 0, drafts->layers->n_nodes - 1);
    if (exit != draft->path.exit && fl_random_chance(random, 0.5)) last = first - 1; /* the exit alone */
    fl_draft_put(draft, drafts, first, last, node, exit);
    fl_draft_measure(draft, drafts);
}
