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
 * In the first form, the nodes of a group that the links cannot tell apart are merged. For a given b they
 * have the same latency, and energies that differ by bits * tx[a] only, so one row, the least of theirs with
 * that added, stands for them all. It includes a move from b to b, which does not exist, but staying takes no
 * more levels and no more energy: as rows never rise, that changes nothing.
 *
 * The plan is read back from the end by looking, block by block, for a node that attains the value. */
#include "core/clones.h"
#include "heuristics/fin.h"

/* So many levels are computed at a time, in registers, while all ways in pass by. */
enum { TILE = 32 };

typedef struct fin_row {
    double *cells; /* [a whole number of tiles], INFINITY below `first` and at the TILE places before */
    int first;     /* the least level that is reached; above gamma: none, and the cells mean nothing */
} fin_row;

/* One way into a vertex. */
typedef struct fin_way {
    const double *cells; /* of the row it comes from */
    double energy;
    int levels;
    int first; /* the least level at which it arrives */
} fin_way;

/* Nodes taken together. */
typedef struct fin_group {
    int some[2];   /* two of them */
    fin_row least; /* of their rows plus bits * tx */
} fin_group;

typedef struct table {
    const fl_fin_search *search;
    const fl_layers *layers;
    int n_levels;      /* gamma + 1 up to whole tiles */
    int kept;          /* the rows of how many blocks are held, in turn */
    fin_row *rows;     /* [kept * n_nodes] */
    int n_groups;      /* groups that are merged */
    fin_group *groups; /* [n_groups] */
    int *merged;       /* [n_nodes] its place among these; -1: a node by itself */
    int n_singles;
    int *singles;  /* [n_singles] the nodes by themselves */
    fin_way *ways; /* [n_nodes + 1] scratch: the ways into one vertex */
    double best;   /* least energy at the sink, and where it comes from */
    int last_layer, last_node;
} table;

/* The rows of the block before block `l`; before block 0 there is the source. */
static fin_row *rows_before(const table *t, int l) {
    return t->rows + (size_t)(l % t->kept) * (size_t)t->layers->n_nodes;
}

static bool reached(const table *t, const fin_row *row) {
    return row->first <= t->search->gamma;
}

/* Setting up */

static fin_row *create_rows(const table *t, size_t n, fl_arena *arena) {
    size_t stride = TILE + (size_t)t->n_levels;
    fin_row *rows = FL_NEW(arena, n, fin_row);
    double *cells = FL_NEW(arena, n * stride, double);
    if (rows == NULL || cells == NULL) return NULL;
    for (size_t i = 0; i < n; i++, cells += stride) {
        for (int pad = 0; pad < TILE; pad++) cells[pad] = INFINITY;
        rows[i] = (fin_row){cells + TILE, t->search->gamma + 1};
    }
    return rows;
}

/* Number the groups to be merged, those of more than two nodes: [n_groups], -1 for the others. */
static void choose_groups(table *t, int *place) {
    const fl_groups *groups = t->layers->groups;
    for (int g = 0; g < groups->n_groups; g++) place[g] = 0;
    for (int n = 0; n < t->layers->n_nodes; n++) place[groups->group[n]]++;
    for (int g = 0; g < groups->n_groups; g++) {
        place[g] = t->search->lambda == 0 && place[g] > 2 ? t->n_groups++ : -1;
    }
}

static fl_status create_groups(table *t, fl_arena *arena, fl_error *err) {
    const fl_groups *groups = t->layers->groups;
    int n_nodes = t->layers->n_nodes, *place = FL_NEW(arena, groups->n_groups, int);
    t->merged = FL_NEW(arena, n_nodes, int);
    t->singles = FL_NEW(arena, n_nodes, int);
    if (place == NULL || t->merged == NULL || t->singles == NULL) return fl_arena_error(arena, err);
    choose_groups(t, place);
    fin_row *rows = create_rows(t, (size_t)t->n_groups, arena);
    t->groups = FL_NEW(arena, t->n_groups, fin_group);
    if (rows == NULL || t->groups == NULL) return fl_arena_error(arena, err);
    for (int g = 0; g < t->n_groups; g++) t->groups[g] = (fin_group){{-1, -1}, rows[g]};
    for (int n = 0; n < n_nodes; n++) {
        t->merged[n] = place[groups->group[n]];
        if (t->merged[n] < 0) {
            t->singles[t->n_singles++] = n;
        } else {
            int *some = t->groups[t->merged[n]].some;
            some[some[0] >= 0] = n;
        }
    }
    return FL_OK;
}

static fl_status create(table *t, const fl_fin_search *search, fl_arena *arena, fl_error *err) {
    const fl_layers *layers = search->layers;
    *t = (table){.search = search,
                 .layers = layers,
                 .n_levels = (search->gamma / TILE + 1) * TILE,
                 .kept = search->rounding == FL_FIN_UP || layers->n_layers < 2 ? layers->n_layers : 2,
                 .best = INFINITY};
    FL_TRY(create_groups(t, arena, err));
    t->rows = create_rows(t, (size_t)t->kept * (size_t)layers->n_nodes, arena);
    t->ways = FL_NEW(arena, layers->n_nodes + 1, fin_way);
    if (t->rows == NULL || t->ways == NULL) return fl_arena_error(arena, err);
    fin_row *source = &rows_before(t, 0)[layers->source];
    source->first = 0;
    for (int g = 0; g < t->n_levels; g++) source->cells[g] = g == 0 || search->lambda == 0 ? 0 : INFINITY;
    return FL_OK;
}

/* Forward */

/* The rows of merged nodes before block `l`, in one per group. */
static void merge(table *t, int l) {
    const fin_row *rows = rows_before(t, l);
    for (int g = 0; g < t->n_groups; g++) {
        t->groups[g].least.first = t->search->gamma + 1;
        for (int i = 0; i < t->n_levels; i++) t->groups[g].least.cells[i] = INFINITY;
    }
    for (int n = 0; t->n_groups > 0 && n < t->layers->n_nodes; n++) {
        if (t->merged[n] < 0 || !reached(t, &rows[n])) continue;
        fin_row *least = &t->groups[t->merged[n]].least;
        double sending = t->layers->layer[l].bits_energy * t->layers->tx[n];
        if (rows[n].first < least->first) least->first = rows[n].first;
        for (int i = 0; i < t->n_levels; i++) {
            double energy = rows[n].cells[i] + sending;
            least->cells[i] = energy < least->cells[i] ? energy : least->cells[i];
        }
    }
}

/* Append the way from a row by an arc, if it leads to a level that exists. */
static int add_way(table *t, int n_ways, const fin_row *from, const fl_cost *arc) {
    const fl_fin_search *search = t->search;
    int levels = fl_fin_levels(arc->latency, search->deadline, search->gamma, search->rounding);
    if (from->first + levels > search->gamma) return n_ways;
    t->ways[n_ways] = (fin_way){from->cells, arc->energy, levels, from->first + levels};
    return n_ways + 1;
}

static int add_node(table *t, int n_ways, int l, int a, int b, bool final) {
    const fin_row *from = &rows_before(t, l)[a];
    fl_cost arc;
    if (!reached(t, from) || !fl_layers_arc(t->layers, l, a, b, final, &arc)) return n_ways;
    return add_way(t, n_ways, from, &arc);
}

static int add_group(table *t, int n_ways, int l, const fin_group *group, int b, bool final) {
    int any = group->some[group->some[0] == b];
    fl_cost arc;
    if (!reached(t, &group->least) || !fl_layers_arc(t->layers, l, any, b, final, &arc)) return n_ways;
    arc.energy -= t->layers->layer[l].bits_energy * t->layers->tx[any]; /* each node's own is in the row */
    return add_way(t, n_ways, &group->least, &arc);
}

/* All ways to run block `l` on node `b`; returns how many. */
static int gather(table *t, int l, int b, bool final) {
    int n = 0;
    for (int i = 0; i < t->n_singles; i++) n = add_node(t, n, l, t->singles[i], b, final);
    if (t->merged[b] >= 0) n = add_node(t, n, l, b, b, final);
    for (int g = 0; g < t->n_groups; g++) n = add_group(t, n, l, &t->groups[g], b, final);
    return n;
}

FL_CLONES static void fill_tile(double *restrict out, const fin_way *ways, int n_ways, int start) {
    double least[TILE];
    for (int i = 0; i < TILE; i++) least[i] = INFINITY;
    for (const fin_way *way = ways; way < ways + n_ways; way++) {
        if (way->first >= start + TILE) continue;
        const double *from = way->cells + (start - way->levels); /* at most TILE - 1 places before the row */
        for (int i = 0; i < TILE; i++) {
            double energy = from[i] + way->energy;
            least[i] = energy < least[i] ? energy : least[i];
        }
    }
    for (int i = 0; i < TILE; i++) out[i] = least[i];
}

static void fill_row(fin_row *out, const table *t, int n_ways) {
    out->first = t->search->gamma + 1;
    for (int i = 0; i < n_ways; i++) {
        if (t->ways[i].first < out->first) out->first = t->ways[i].first;
    }
    if (!reached(t, out)) return;
    for (int start = 0; start < t->n_levels; start += TILE)
        fill_tile(out->cells + start, t->ways, n_ways, start);
}

/* The least energy in a row from which `levels` more lead to a level where the sink may be entered; *level is
 * where it stands. */
static double find_end(const table *t, const double *cells, int levels, int *level) {
    int lambda = t->search->lambda, high = t->search->gamma - levels;
    int low = lambda == 0 ? high : lambda > levels ? lambda - levels : 0;
    *level = low;
    for (int g = low + 1; g <= high; g++) {
        if (cells[g] < cells[*level]) *level = g;
    }
    return cells[*level];
}

/* Whole paths by the levels that they take: with lambda 0 a row holds the least of at most so many. */
static void enter_by_level(const table *t, const fin_way *way) {
    double *least = t->search->by_level;
    for (int g = way->first; g <= t->search->gamma; g++) {
        double energy = way->cells[g - way->levels] + way->energy;
        least[g] = energy < least[g] ? energy : least[g];
    }
}

static void enter_sink(table *t, int l, int b, int n_ways) {
    for (const fin_way *way = t->ways; way < t->ways + n_ways; way++) {
        int level;
        if (t->search->by_level != NULL) enter_by_level(t, way);
        double energy = find_end(t, way->cells, way->levels, &level) + way->energy;
        if (!(energy < t->best)) continue;
        t->best = energy;
        t->last_layer = l;
        t->last_node = b;
    }
}

/* Returns false when interrupted. */
static bool run(table *t) {
    const fl_layers *layers = t->layers;
    for (int l = 0; l < layers->n_layers; l++) {
        merge(t, l);
        fin_row *rows = rows_before(t, l + 1);
        for (int b = 0; b < layers->n_nodes; b++) {
            if (*t->search->interrupt) return false;
            if (l + 1 < layers->n_layers) fill_row(&rows[b], t, gather(t, l, b, false));
            if (layers->layer[l].exit >= 0) enter_sink(t, l, b, gather(t, l, b, true));
        }
    }
    return true;
}

/* Back */

/* The node before (l, b) on a way that attains the least energy at `*level`, or at the end; moves *level
 * back. */
static int step_back(const table *t, int l, int b, bool final, int *level) {
    const fl_fin_search *s = t->search;
    const fin_row *rows = rows_before(t, l);
    double best = INFINITY;
    int node = -1, before = -1;
    for (int a = 0; a < t->layers->n_nodes; a++) {
        fl_cost arc;
        if (!reached(t, &rows[a]) || !fl_layers_arc(t->layers, l, a, b, final, &arc)) continue;
        int levels = fl_fin_levels(arc.latency, s->deadline, s->gamma, s->rounding), at = *level - levels;
        if (rows[a].first + levels > *level) continue;
        double energy = (final ? find_end(t, rows[a].cells, levels, &at) : rows[a].cells[at]) + arc.energy;
        if (!(energy < best)) continue;
        best = energy;
        node = a;
        before = at;
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
    out->interrupted = !run(&t);
    if (!out->interrupted && !isinf(t.best)) {
        out->energy = t.best;
        if (search->rounding == FL_FIN_UP) read_back(out, &t);
    }
    fl_arena_release(arena, mark);
    return FL_OK;
}
