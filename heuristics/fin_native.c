/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The replicated graph without a graph. A row of numbers per block and node holds the least energy by level,
 * and an arc is a shift of a row plus a constant:
 *
 *     row(l, b)[g] = least over a of row(l-1, a)[g - levels(a, b)] + energy(a, b)
 *
 * With lambda 0, row[g] is the least energy over all ways of at most g levels (the source's row is all
 * zeros): rows never rise, and the answer stands at level gamma. With lambda > 0 it is that of exactly g
 * levels (the source's row is zero at level 0 only).
 *
 * Computing alone takes every block some levels, even where it takes least. So the rows of a block need not
 * begin at level 0, nor reach up to gamma: they leave out what the blocks before take at least, and what
 * those that follow take at least. If nothing is left, there is no path.
 *
 * In the first form, the nodes of a group that the links cannot tell apart are merged. For a given b they
 * have the same latency, and energies that differ by bits * tx[a] only, so one row, the least of theirs with
 * that added, stands for them all. It includes a move from b to b, which does not exist, but staying takes no
 * more levels and no more energy: as rows never rise, that changes nothing.
 *
 * The plan is read back from the end by looking, block by block, for a node that attains the value. */
#include "heuristics/fin.h"
#include "heuristics/fin_kernel.h"

typedef struct fin_row {
    double *cells; /* by level, counted from the stage's base on; NULL: not needed so far */
    int first;     /* the least level that is reached, counted likewise; NOWHERE: none */
} fin_row;

enum {
    NOWHERE = 2 * FL_FIN_GAMMA_MOST, /* above all levels, and levels can still be added to it */
    VECTOR = 16                      /* of numbers; one that is not full costs as much */
};

/* The rows from which a block is entered: those of the block before or, at first, the source's. */
typedef struct fin_stage {
    int base;      /* no way here takes fewer levels */
    int n_levels;  /* from base on: those from which an end may still be reached; never more than before */
    fin_row *rows; /* [n_nodes] */
} fin_stage;

/* Where ways start: a node by itself, or the merged nodes of a group. */
typedef struct fin_origin {
    fin_row row; /* merged: the least of their rows plus bits * tx */
    double tx;   /* J/bit; merged: 0, each node's own is in the row */
    int node;    /* merged: -1 */
    int group;
} fin_origin;

typedef struct table {
    const fl_fin_search *search;
    const fl_layers *layers;
    fl_arena *arena;
    fin_stage *stages; /* [n_layers + 1] stages[l] is before block l */
    int tile;          /* of all rows */
    int n_origins;
    fin_origin *origins; /* [n_origins] nodes, then groups */
    bool *merged;        /* [n_groups] */
    int n_columns;       /* origins up to whole vectors: what is computed of all of them at once */
    double *slowness;    /* [n_groups * n_columns] of the links, row = receiver */
    double *delay;       /* likewise; not when groups->uniform */
    double *latency;     /* [n_columns] scratch: of moves, where there are delays */
    int *levels;         /* [n_columns] scratch: of the arcs into one vertex */
    int *own, *own_end;  /* [n_nodes] of computing a block and going on, or stopping */
    fl_fin_way *ways;    /* [n_nodes + 1] scratch: the ways into one vertex */
    int earliest;        /* the first level of all origins */
    double best;         /* least energy at the sink, and where it comes from */
    int last_layer, last_node;
    bool interrupted;
} table;

static bool reached(const fin_row *row) {
    return row->first < NOWHERE;
}

/* The levels that are left */

static int least_levels(const table *t, const double *latency) {
    int least = t->search->gamma + 1;
    fl_fin_kernel_levels(t->own, latency, 1, 0, t->search, t->layers->n_nodes);
    for (int n = 0; n < t->layers->n_nodes; n++) least = t->own[n] < least ? t->own[n] : least;
    return least;
}

/* What computing takes at least, summed up to each block and on from there to an end. */
static void lay_out(table *t) {
    fin_stage *stages = t->stages;
    int n = t->layers->n_layers, beyond = t->search->gamma + 1, to_go = beyond;
    stages[0].base = stages[n].n_levels = 0;
    for (int l = 0; l < n; l++) {
        const fl_layer *layer = &t->layers->layer[l];
        int after = stages[l].base + least_levels(t, layer->latency);
        stages[l + 1].base = after < beyond ? after : beyond;
        stages[l].n_levels =
            layer->exit >= 0 ? least_levels(t, layer->final_latency) : beyond; /* to the end */
    }
    for (int l = n - 1; l >= 0; l--) {
        to_go += stages[l + 1].base - stages[l].base;
        if (stages[l].n_levels < to_go) to_go = stages[l].n_levels;
        if (to_go > beyond) to_go = beyond;
        int left = beyond - to_go - stages[l].base;
        stages[l].n_levels = left > 0 ? left : 0;
    }
}

/* Setting up */

/* Room for the cells of a row of so many levels; FL_ENOMEM. */
static fl_status create_cells(fin_row *row, const table *t, int n_levels, fl_error *err) {
    if (row->cells != NULL) return FL_OK;
    size_t tiles = (size_t)(n_levels - 1) / (size_t)t->tile + 2;
    double *cells = FL_NEW(t->arena, tiles * (size_t)t->tile, double);
    if (cells == NULL) return fl_arena_error(t->arena, err);
    for (int pad = 0; pad < t->tile; pad++) cells[pad] = INFINITY;
    row->cells = cells + t->tile;
    return FL_OK;
}

/* The rows of a stage. Only the reading back needs those of all stages; else two take turns. */
static fl_status create_rows(table *t, int l, fl_error *err) {
    fin_stage *stage = &t->stages[l];
    bool new = t->search->rounding == FL_FIN_UP || l < 3;
    stage->rows = new ? FL_ZERO(t->arena, t->layers->n_nodes, fin_row) : t->stages[l - 2].rows;
    if (stage->rows == NULL) return fl_arena_error(t->arena, err);
    for (int n = 0; n < t->layers->n_nodes; n++) stage->rows[n].first = NOWHERE;
    return FL_OK;
}

static fl_status create_source(table *t, fl_error *err) {
    FL_TRY(create_rows(t, 0, err));
    int n_levels = t->stages[0].n_levels;
    fin_row *source = &t->stages[0].rows[t->layers->source];
    FL_TRY(create_cells(source, t, n_levels, err));
    source->first = 0;
    for (int g = 0; g < (n_levels - 1) / t->tile * t->tile + t->tile; g++)
        source->cells[g] = g == 0 || t->search->lambda == 0 ? 0 : INFINITY;
    return FL_OK;
}

/* Groups of more than two nodes are merged. */
static fl_status create_origins(table *t, fl_error *err) {
    const fl_groups *groups = t->layers->groups;
    int n_nodes = t->layers->n_nodes, *members = FL_ZERO(t->arena, groups->n_groups, int);
    t->merged = FL_NEW(t->arena, groups->n_groups, bool);
    t->origins = FL_NEW(t->arena, n_nodes, fin_origin);
    if (members == NULL || t->merged == NULL || t->origins == NULL) return fl_arena_error(t->arena, err);
    for (int n = 0; n < n_nodes; n++) members[groups->group[n]]++;
    for (int g = 0; g < groups->n_groups; g++) t->merged[g] = t->search->lambda == 0 && members[g] > 2;
    for (int n = 0; n < n_nodes; n++) {
        if (t->merged[groups->group[n]]) continue;
        t->origins[t->n_origins++] =
            (fin_origin){.tx = t->layers->tx[n], .node = n, .group = groups->group[n]};
    }
    for (int g = 0; g < groups->n_groups; g++) {
        if (!t->merged[g]) continue;
        fin_origin *origin = &t->origins[t->n_origins++];
        *origin = (fin_origin){.node = -1, .group = g};
        FL_TRY(create_cells(&origin->row, t, t->stages[0].n_levels, err));
    }
    t->n_columns = (t->n_origins + VECTOR - 1) / VECTOR * VECTOR;
    return FL_OK;
}

/* The links as seen by the receivers. */
static fl_status create_links(table *t, fl_error *err) {
    const fl_groups *groups = t->layers->groups;
    size_t n_groups = (size_t)groups->n_groups, n = (size_t)t->n_columns, n_delays = groups->uniform ? 0 : n;
    t->levels = FL_NEW(t->arena, n, int);
    t->latency = FL_ZERO(t->arena, n_delays, double);
    t->slowness = FL_NEW(t->arena, n_groups * n, double);
    t->delay = FL_ZERO(t->arena, n_groups * n_delays, double);
    if (t->levels == NULL || t->latency == NULL || t->slowness == NULL || t->delay == NULL)
        return fl_arena_error(t->arena, err);
    for (size_t to = 0; to < n_groups; to++) {
        for (size_t i = 0; i < n; i++) {
            bool any = i < (size_t)t->n_origins;
            size_t link = any ? (size_t)t->origins[i].group * n_groups + to : 0;
            t->slowness[to * n + i] = any ? groups->slowness[link] : INFINITY;
            if (any && n_delays > 0) t->delay[to * n + i] = groups->delay[link];
        }
    }
    return FL_OK;
}

/* Up to where it is known whether there is anything to do. */
static fl_status create(table *t, const fl_fin_search *search, fl_arena *arena, fl_error *err) {
    int n_nodes = search->layers->n_nodes;
    *t = (table){.search = search, .layers = search->layers, .arena = arena, .best = INFINITY};
    t->stages = FL_ZERO(arena, search->layers->n_layers + 1, fin_stage);
    t->own = FL_NEW(arena, 2 * (size_t)n_nodes, int);
    if (t->stages == NULL || t->own == NULL) return fl_arena_error(arena, err);
    t->own_end = t->own + n_nodes;
    lay_out(t);
    if (t->stages[0].n_levels == 0) return FL_OK;
    t->tile = fl_fin_kernel_tile(t->stages[0].n_levels);
    t->ways = FL_NEW(arena, n_nodes + 1, fl_fin_way);
    if (t->ways == NULL) return fl_arena_error(arena, err);
    FL_TRY(create_source(t, err));
    FL_TRY(create_origins(t, err));
    return create_links(t, err);
}

/* Forward */

/* The rows of merged nodes before block `l`, in one. */
static void merge(table *t, int l, fin_origin *origin) {
    const fin_stage *stage = &t->stages[l];
    int n_ways = 0;
    origin->row.first = NOWHERE;
    for (int n = 0; n < t->layers->n_nodes; n++) {
        const fin_row *row = &stage->rows[n];
        if (t->layers->groups->group[n] != origin->group || !reached(row)) continue;
        double sending = t->layers->layer[l].bits_energy * t->layers->tx[n];
        t->ways[n_ways++] = (fl_fin_way){row->cells, sending, 0, row->first};
        if (row->first < origin->row.first) origin->row.first = row->first;
    }
    if (n_ways > 0) fl_fin_kernel_relax(origin->row.cells, t->ways, n_ways, stage->n_levels, t->tile);
}

/* All rows from which ways lead into block `l`. */
static void find_origins(table *t, int l) {
    t->earliest = NOWHERE;
    for (fin_origin *origin = t->origins; origin < t->origins + t->n_origins; origin++) {
        if (origin->node >= 0) {
            origin->row = t->stages[l].rows[origin->node];
        } else {
            merge(t, l, origin);
        }
        if (origin->row.first < t->earliest) t->earliest = origin->row.first;
    }
}

/* Running a block on a node and going on, or stopping there. */
typedef struct fin_target {
    int node;
    double latency, energy; /* of computing */
    int levels;             /* likewise */
    int base, last;         /* its levels are counted from `base` on and matter up to `last` */
    int first;              /* the least level of the ways found so far */
} fin_target;

static fin_target aim(const table *t, int l, int b, bool final) {
    const fl_layer *layer = &t->layers->layer[l];
    int base = t->stages[l].base, next = t->stages[l + 1].base;
    if (final)
        return (fin_target){b,
                            layer->final_latency[b],
                            layer->final_energy[b],
                            t->own_end[b],
                            0,
                            t->search->gamma - base,
                            NOWHERE};
    return (fin_target){b,         layer->latency[b], layer->energy[b],
                        t->own[b], next - base,       t->stages[l + 1].n_levels - 1,
                        NOWHERE};
}

static size_t link_at(const fl_groups *groups, int group, int node) {
    return (size_t)group * (size_t)groups->n_groups + (size_t)groups->group[node];
}

/* The levels of all arcs. */
static void find_levels(table *t, int l, const fin_target *to) {
    const fl_layer *layer = &t->layers->layer[l];
    size_t at = (size_t)t->layers->groups->group[to->node] * (size_t)t->n_columns;
    const double *latency = t->slowness + at;
    double bits = layer->bits_latency;
    if (!t->layers->groups->uniform) {
        for (int i = 0; i < t->n_origins; i++)
            t->latency[i] = bits * latency[i] + layer->delays * t->delay[at + i];
        latency = t->latency;
        bits = 1;
    }
    fl_fin_kernel_levels(t->levels, latency, bits, to->latency, t->search, t->n_columns);
}

/* The way from a row. */
static fl_fin_way lead(fin_target *to, const fin_row *from, int levels, double energy) {
    int shift = levels - to->base, first = from->first + shift;
    if (first < to->first) to->first = first;
    return (fl_fin_way){from->cells, energy, shift, first};
}

/* All ways into a vertex that matter; returns how many. */
static int gather(table *t, int l, fin_target *to) {
    const fl_groups *groups = t->layers->groups;
    const fin_row *stay = &t->stages[l].rows[to->node];
    const int *levels = t->levels;
    double bits = t->layers->layer[l].bits_energy, rx = t->layers->rx[to->node];
    int n = 0, n_origins = t->n_origins, last = to->last + to->base;
    if (t->earliest + to->levels > last) return 0;
    if (stay->first + to->levels <= last) t->ways[n++] = lead(to, stay, to->levels, to->energy);
    find_levels(t, l, to);
    for (int i = 0; i < n_origins; i++) {
        const fin_origin *origin = &t->origins[i];
        if (origin->row.first + levels[i] > last || origin->node == to->node) continue;
        double sending = origin->tx + rx;
        if (!groups->uniform) sending += groups->energy[link_at(groups, origin->group, to->node)];
        t->ways[n++] = lead(to, &origin->row, levels[i], bits * sending + to->energy);
    }
    return n;
}

static fl_status fill_row(table *t, int l, int b, fl_error *err) {
    fin_stage *stage = &t->stages[l + 1];
    fin_row *row = &stage->rows[b];
    fin_target to = aim(t, l, b, false);
    int n_ways = gather(t, l, &to);
    if (n_ways == 0) return FL_OK;
    row->first = to.first;
    FL_TRY(create_cells(row, t, stage->n_levels, err));
    fl_fin_kernel_relax(row->cells, t->ways, n_ways, stage->n_levels, t->tile);
    return FL_OK;
}

/* The least energy in a row before block `l` from which `levels` more lead to a level where the sink may be
 * entered; *level is where it stands. */
static double find_end(const table *t, int l, const double *cells, int levels, int *level) {
    int lambda = t->search->lambda, used = t->stages[l].base + levels, high = t->search->gamma - used;
    int low = lambda == 0 ? high : lambda > used ? lambda - used : 0;
    *level = low;
    for (int g = low + 1; g <= high; g++) {
        if (cells[g] < cells[*level]) *level = g;
    }
    return cells[*level];
}

/* Whole paths by the levels that they take: with lambda 0 a row holds the least of at most so many. */
static void enter_by_level(const table *t, int l, const fl_fin_way *way) {
    double *least = t->search->by_level + t->stages[l].base;
    for (int g = way->first; g <= t->search->gamma - t->stages[l].base; g++) {
        double energy = way->cells[g - way->shift] + way->energy;
        least[g] = energy < least[g] ? energy : least[g];
    }
}

static void enter_sink(table *t, int l, int b) {
    fin_target to = aim(t, l, b, true);
    int level, n_ways = isinf(t->layers->layer[l].latency[b]) ? 0 : gather(t, l, &to);
    for (const fl_fin_way *way = t->ways; way < t->ways + n_ways; way++) {
        if (t->search->by_level != NULL) enter_by_level(t, l, way);
        double energy = find_end(t, l, way->cells, way->shift, &level) + way->energy;
        if (!(energy < t->best)) continue;
        t->best = energy;
        t->last_layer = l;
        t->last_node = b;
    }
}

static fl_status run_block(table *t, int l, fl_error *err) {
    const fl_layer *layer = &t->layers->layer[l];
    bool goes_on = t->stages[l + 1].n_levels > 0, stops = layer->exit >= 0;
    int n_nodes = t->layers->n_nodes;
    FL_TRY(create_rows(t, l + 1, err));
    if (goes_on) fl_fin_kernel_levels(t->own, layer->latency, 1, 0, t->search, n_nodes);
    if (stops) fl_fin_kernel_levels(t->own_end, layer->final_latency, 1, 0, t->search, n_nodes);
    for (int b = 0; b < n_nodes; b++) {
        t->interrupted = *t->search->interrupt;
        if (t->interrupted) return FL_OK;
        if (goes_on) FL_TRY(fill_row(t, l, b, err));
        if (stops) enter_sink(t, l, b);
    }
    return FL_OK;
}

static fl_status run(table *t, fl_error *err) {
    for (int l = 0; t->stages[l].n_levels > 0; l++) {
        find_origins(t, l);
        if (t->earliest == NOWHERE) return FL_OK;
        FL_TRY(run_block(t, l, err));
        if (t->interrupted) return FL_OK;
    }
    return FL_OK;
}

/* Back */

/* The node before (l, b) on a way that attains the least energy at `*level`, or at the end; moves *level
 * back. */
static int step_back(const table *t, int l, int b, bool final, int *level) {
    const fl_fin_search *s = t->search;
    const fin_stage *stage = &t->stages[l];
    double best = INFINITY;
    int node = -1, before = -1;
    for (int a = 0; a < t->layers->n_nodes; a++) {
        fl_cost arc;
        const fin_row *row = &stage->rows[a];
        if (!reached(row) || !fl_layers_arc(t->layers, l, a, b, final, &arc)) continue;
        int levels = fl_fin_levels(arc.latency, s->deadline, s->gamma, s->rounding);
        int at = *level - levels - stage->base;
        if (row->first > at) continue;
        double energy = (final ? find_end(t, l, row->cells, levels, &at) : row->cells[at]) + arc.energy;
        if (!(energy < best)) continue;
        best = energy;
        node = a;
        before = at + stage->base;
    }
    *level = before;
    return node;
}

static void read_back(fl_fin_found *out, const table *t) {
    int level = t->search->gamma, node = t->last_node;
    out->path.exit = t->layers->layer[t->last_layer].exit;
    for (int l = t->last_layer; l >= 0; l--) {
        out->path.nodes[l] = node;
        node = step_back(t, l, node, l == t->last_layer, &level);
    }
    out->energy = 0;
    for (int l = 0; l <= t->last_layer; l++) {
        int from = l > 0 ? out->path.nodes[l - 1] : t->layers->source;
        fl_cost arc;
        if (!fl_layers_arc(t->layers, l, from, out->path.nodes[l], l == t->last_layer, &arc)) continue;
        out->energy += arc.energy;
    }
}

fl_status fl_fin_native(fl_fin_found *out, const fl_fin_search *search, fl_arena *arena, fl_error *err) {
    table t;
    *out = (fl_fin_found){.energy = INFINITY};
    FL_TRY(fl_path_create(&out->path, search->layers, arena, err));
    fl_arena_mark mark = fl_arena_keep(arena);
    FL_TRY(create(&t, search, arena, err));
    FL_TRY(run(&t, err));
    out->interrupted = t.interrupted;
    if (!out->interrupted && !isinf(t.best)) {
        out->energy = t.best;
        if (search->rounding == FL_FIN_UP) read_back(out, &t);
    }
    fl_arena_release(arena, mark);
    return FL_OK;
}
