/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/labels.h"
#include "core/tolerance.h"
#include <stdlib.h>
#include <string.h>

enum {
    FEW_ARCS = 1500,         /* below this many the multiplier costs more than it saves */
    SECANTS = 20,            /* most steps of the dual */
    WORK_PER_LOOK = 1 << 16, /* labels between two looks at the clock */
};

/** The first cut, as a part of the duality gap, and how it grows. */
static const double FIRST_CUT = 1.0 / 4096, CUT_GROWTH = 4;

/** What is left of a path that is on a node of layer l: its cost from computing there on. */
typedef struct label {
    double latency, energy;
    int next,
        index; /* what follows: a front of layer l + 1 and the label in it; next < 0: the path ends here */
    int rank;  /* of its exit's accuracy, 0 the best; 0 everywhere but on the frontier */
} label;

/** The labels of one vertex, by rising latency. */
typedef struct front {
    const label *labels;
    int n_labels, node;
    double least; /* the least reduced weight among them */
} front;

typedef struct label_search {
    const fl_task *task;
    const fl_labels_query *query;
    const fl_layers *layers;
    fl_dual dual;
    bool plain;            /* one trial without a cut */
    double lambda;         /* the dual's, or 0: energy alone weighs */
    const double *reduced; /* [n_layers * n_nodes] reduced weight of reaching (l, n) */
    double cut;            /* reduced weight above which paths are not looked for in this trial */
    double best;           /* energy above which paths are not looked for */
    bool dropped;          /* a label was dropped for the cut */
    int *rank;             /* [n_exits] */
    double *low;           /* energies that decide dominance, see is_dominated() */
    int n_low, most_low;
    front **fronts;        /* [n_layers] the vertices of each layer that have labels */
    int *n_fronts;         /* [n_layers] */
    label *merged, *spare; /* the front being merged and the one it is merged into */
    int n_merged, room;
    double bytes; /* of labels held */
    long long n_labels, work;
    fl_stop stop;
} label_search;

/* Dominance. Labels come by rising latency, so only energies (and accuracies) are compared: `low` holds the k
 * least energies so far, ascending, or on the frontier the least energy for each rank of accuracy. */

static bool is_dominated(label_search *search, const label *new) {
    double *low = search->low;
    if (search->query->goal != FL_LABELS_CHEAPEST) {
        for (int r = 0; r <= new->rank; r++) {
            if (low[r] <= new->energy) return true;
        }
        low[new->rank] = new->energy;
        return false;
    }
    int n = search->n_low;
    if (n == search->most_low && low[n - 1] <= new->energy) return true;
    if (n < search->most_low) search->n_low = ++n;
    int i = n - 1;
    for (; i > 0 && low[i - 1] > new->energy; i--) low[i] = low[i - 1];
    low[i] = new->energy;
    return false;
}

static void clear_low(label_search *search) {
    search->n_low = 0;
    for (int r = 0; r < search->most_low; r++) search->low[r] = INFINITY;
}

/* Merging labels into the front of one vertex */

/** What a label at (l, a) may still take: more cannot be completed to a path looked for. */
typedef struct allowance {
    double latency, energy, reduced;
} allowance;

static allowance allow(const label_search *search, int l, int a) {
    size_t at = (size_t)l * (size_t)search->layers->n_nodes + (size_t)a;
    return (allowance){.latency = search->layers->deadline - search->dual.latency.arrive[at],
                       .energy = search->best + search->dual.slack - search->dual.energy.arrive[at],
                       .reduced = search->cut - search->reduced[at]};
}

static double weigh(const label_search *search, double energy, double latency) {
    return energy + search->lambda * latency;
}

static bool earlier(const label *one, const label *two) {
    return one->latency < two->latency || (one->latency == two->latency && one->energy < two->energy);
}

static void append(label_search *search, int *n, const label *new) {
    if (!is_dominated(search, new)) search->spare[(*n)++] = *new;
}

/** Make room for a front of n labels in both buffers. */
static bool reserve(label_search *search, int n) {
    if (n <= search->room) return true;
    int room = 2 * n;
    label *merged = FL_NEW(search->task->arena, room, label),
          *spare = FL_NEW(search->task->arena, room, label);
    if (merged == NULL || spare == NULL) return false;
    if (search->n_merged > 0) memcpy(merged, search->merged, (size_t)search->n_merged * sizeof *merged);
    search->merged = merged;
    search->spare = spare;
    search->room = room;
    return true;
}

/** Merge the labels of a front that follows, each with `arc` before it, into the front at hand: both ascend
 * in latency, so one pass over both drops what is dominated. What the allowance excludes is dropped first. */
static bool merge(label_search *search, const front *from, int next, const fl_cost *arc,
                  const allowance *left) {
    int i = 0, k = 0, n = search->n_merged;
    if (!reserve(search, n + from->n_labels)) return false;
    const label *old = search->merged;
    clear_low(search);
    for (int j = 0; j < from->n_labels; j++) {
        const label *after = &from->labels[j];
        label new = {after->latency + arc->latency, after->energy + arc->energy, next, j, after->rank};
        if (new.latency > left->latency) break;
        if (new.energy > left->energy) continue;
        if (weigh(search, new.energy, new.latency) > left->reduced) {
            search->dropped = true;
            continue;
        }
        while (i < n && !earlier(&new, &old[i])) append(search, &k, &old[i++]);
        append(search, &k, &new);
    }
    while (i < n) append(search, &k, &old[i++]);
    label *swap = search->merged;
    search->merged = search->spare;
    search->spare = swap;
    search->n_merged = k;
    search->work += n + from->n_labels;
    return true;
}

/* One vertex */

/** The label of a path that ends at (l, a), as a front of its own. */
static front end_here(const label_search *search, int l, int a, label *end) {
    const fl_layer *layer = &search->layers->layer[l];
    if (layer->exit < 0) return (front){NULL, 0, a, INFINITY};
    *end = (label){layer->final_latency[a], layer->final_energy[a], -1, -1, search->rank[layer->exit]};
    return (front){end, 1, a, weigh(search, end->energy, end->latency)};
}

/** Collect the labels at (l, a) into search->merged. */
static bool gather(label_search *search, int l, int a, const allowance *left, double least_after) {
    const fl_layers *layers = search->layers;
    const fl_layer *layer = &layers->layer[l];
    static const fl_cost nothing = {0, 0};
    label end;
    front stop = end_here(search, l, a, &end);
    search->n_merged = 0;
    if (stop.n_labels > 0 && !merge(search, &stop, -1, &nothing, left)) return false;
    double here = weigh(search, layer->energy[a], layer->latency[a]);
    if (l + 1 == layers->n_layers) return true;
    if (here + least_after > left->reduced) {
        search->dropped = true;
        return true;
    }
    for (int i = 0; i < search->n_fronts[l + 1]; i++) {
        const front *after = &search->fronts[l + 1][i];
        fl_cost arc;
        if (!fl_layers_move(layers, l + 1, a, after->node, &arc)) continue;
        if (here + weigh(search, arc.energy, arc.latency) + after->least > left->reduced) {
            search->dropped = true;
            continue;
        }
        arc.energy += layer->energy[a];
        arc.latency += layer->latency[a];
        if (!merge(search, after, i, &arc, left)) return false;
    }
    return true;
}

/** Keep the gathered labels as a front of layer l. */
static bool keep(label_search *search, int l, int a) {
    int n = search->n_merged;
    if (n == 0) return true;
    label *labels = FL_NEW(search->task->arena, n, label);
    if (labels == NULL) return false;
    memcpy(labels, search->merged, (size_t)n * sizeof *labels);
    double least = INFINITY;
    for (int j = 0; j < n; j++) least = fmin(least, weigh(search, labels[j].energy, labels[j].latency));
    search->fronts[l][search->n_fronts[l]++] = (front){labels, n, a, least};
    search->bytes += (double)n * sizeof *labels;
    search->n_labels += n;
    return true;
}

/* One trial: all layers, from the last to the first */

/** Whether a limit strikes; looks at the clock only now and then. */
static bool must_stop(label_search *search) {
    const fl_labels_query *query = search->query;
    if (*search->task->interrupt) search->stop = FL_STOP_INTERRUPTED;
    if (query->memory > 0 && search->bytes > query->memory) search->stop = FL_STOP_MEMORY;
    if (search->work > WORK_PER_LOOK) {
        search->work = 0;
        if (query->time_limit > 0 && fl_clock() - search->task->start > query->time_limit) {
            search->stop = FL_STOP_TIME;
        }
    }
    return search->stop != FL_STOP_DONE;
}

static fl_status run_layer(label_search *search, int l, fl_error *err) {
    const fl_layers *layers = search->layers;
    const double *latency = layers->layer[l].latency;
    double least_after = INFINITY;
    search->n_fronts[l] = 0;
    for (int i = 0; l + 1 < layers->n_layers && i < search->n_fronts[l + 1]; i++) {
        least_after = fmin(least_after, search->fronts[l + 1][i].least);
    }
    search->work += layers->n_nodes;
    for (int a = 0; a < layers->n_nodes; a++) {
        if (isinf(latency[a])) continue;
        allowance left = allow(search, l, a);
        if (left.latency < 0 || left.energy < 0) continue;
        if (!gather(search, l, a, &left, least_after) || !keep(search, l, a)) {
            return fl_arena_error(search->task->arena, err);
        }
        if (must_stop(search)) return FL_OK;
    }
    return FL_OK;
}

/** A path's first label and its whole cost. */
typedef struct start {
    int front, index, rank;
    fl_cost cost;
} start;

typedef struct starts {
    start *list; /* [n] */
    int n;
} starts;

/** Add the way from the source to every label of the first layer; only paths in time remain. */
static fl_status collect(const label_search *search, starts *out, fl_error *err) {
    const fl_layers *layers = search->layers;
    int n = 0;
    for (int i = 0; i < search->n_fronts[0]; i++) n += search->fronts[0][i].n_labels;
    *out = (starts){FL_NEW(search->task->arena, n, start), 0};
    if (out->list == NULL) return fl_arena_error(search->task->arena, err);
    for (int i = 0; i < search->n_fronts[0]; i++) {
        const front *first = &search->fronts[0][i];
        fl_cost move;
        if (!fl_layers_move(layers, 0, layers->source, first->node, &move)) continue;
        for (int j = 0; j < first->n_labels; j++) {
            fl_cost cost = {move.energy + first->labels[j].energy, move.latency + first->labels[j].latency};
            if (cost.latency <= layers->deadline)
                out->list[out->n++] = (start){i, j, first->labels[j].rank, cost};
        }
    }
    return FL_OK;
}

static int compare_energy(const void *a, const void *b) {
    const start *one = a, *two = b;
    if (one->cost.energy != two->cost.energy) return one->cost.energy > two->cost.energy ? 1 : -1;
    return (one->cost.latency > two->cost.latency) - (one->cost.latency < two->cost.latency);
}

static int compare_latency(const void *a, const void *b) {
    const start *one = a, *two = b;
    if (one->cost.latency != two->cost.latency) return one->cost.latency > two->cost.latency ? 1 : -1;
    if (one->cost.energy != two->cost.energy) return one->cost.energy > two->cost.energy ? 1 : -1;
    return (one->rank > two->rank) - (one->rank < two->rank);
}

/** Whether a path that is slower by rounding only is no dearer and no less accurate than path `i`. */
static bool is_shadowed(const starts *found, int i) {
    const start *path = &found->list[i];
    double same = path->cost.latency * (1 + FL_TOLERANCE_EQUAL);
    for (int j = i + 1; j < found->n && found->list[j].cost.latency <= same; j++) {
        const start *other = &found->list[j];
        if (other->cost.energy <= path->cost.energy && other->rank <= path->rank) return true;
    }
    return false;
}

/** Whether a path that stays, which is no slower, is no less accurate and dearer by rounding only. */
static bool is_covered(const label_search *search, const start *path) {
    double same = path->cost.energy * (1 + FL_TOLERANCE_EQUAL);
    for (int r = 0; r <= path->rank; r++) {
        if (search->low[r] <= same) return true;
    }
    return false;
}

/** Only non-dominated paths stay, by rising latency; points that differ by rounding only are one. */
static void filter_frontier(label_search *search, starts *found) {
    int n = 0;
    clear_low(search);
    qsort(found->list, (size_t)found->n, sizeof *found->list, compare_latency);
    for (int i = 0; i < found->n; i++) {
        const start *path = &found->list[i];
        if (is_shadowed(found, i) || is_covered(search, path)) continue;
        search->low[path->rank] = path->cost.energy;
        found->list[n++] = *path;
    }
    found->n = n;
}

static fl_status run_trial(label_search *search, starts *found, fl_error *err) {
    search->dropped = false;
    search->bytes = 0;
    search->work = WORK_PER_LOOK + 1; /* look at once */
    *found = (starts){NULL, 0};
    for (int l = search->layers->n_layers - 1; l >= 0; l--) {
        FL_TRY(run_layer(search, l, err));
        if (must_stop(search)) return FL_OK;
    }
    FL_TRY(collect(search, found, err));
    if (search->query->goal != FL_LABELS_CHEAPEST) {
        filter_frontier(search, found);
    } else {
        qsort(found->list, (size_t)found->n, sizeof *found->list, compare_energy);
    }
    return FL_OK;
}

/* Reading paths back */

static fl_status read_path(const label_search *search, const start *from, fl_labels_path *out,
                           fl_error *err) {
    int *nodes = FL_NEW(search->task->arena, search->layers->n_layers, int);
    if (nodes == NULL) return fl_arena_error(search->task->arena, err);
    int i = from->front, j = from->index, l = 0;
    for (;; l++) {
        const front *on = &search->fronts[l][i];
        nodes[l] = on->node;
        i = on->labels[j].next;
        if (i < 0) break;
        j = on->labels[j].index;
    }
    *out = (fl_labels_path){.cost = from->cost, .exit = search->layers->layer[l].exit, .nodes = nodes};
    return FL_OK;
}

/** The first `most` paths found. */
static fl_status read_paths(const label_search *search, const starts *found, int most, fl_labels_found *out,
                            fl_error *err) {
    int n = found->n < most ? found->n : most;
    out->n_paths = 0;
    out->paths = FL_NEW(search->task->arena, n, fl_labels_path);
    if (out->paths == NULL) return fl_arena_error(search->task->arena, err);
    for (; out->n_paths < n; out->n_paths++) {
        FL_TRY(read_path(search, &found->list[out->n_paths], &out->paths[out->n_paths], err));
    }
    return FL_OK;
}

/** The dual's own path is the answer when nothing cheaper was found. */
static fl_status read_dual_path(const label_search *search, fl_labels_found *out, fl_error *err) {
    out->paths = FL_NEW(search->task->arena, 1, fl_labels_path);
    if (out->paths == NULL) return fl_arena_error(search->task->arena, err);
    out->paths[0] = (fl_labels_path){search->dual.cost, search->dual.exit, search->dual.nodes};
    out->n_paths = 1;
    return FL_OK;
}

/* The whole search */

/** Ranks of the allowed exits by accuracy, 0 the best, equal ones alike; all 0 when accuracy does not count.
 */
static void rank_exits(label_search *search) {
    const fl_app *app = &search->layers->instance->apps[search->layers->app];
    for (int e = 0; e < app->n_exits; e++) {
        search->rank[e] = 0;
        for (int o = 0; o < app->n_exits && search->query->goal == FL_LABELS_FRONTIER; o++) {
            bool better = fl_cost_accurate(app, o) && fl_cost_accuracy(app, o) > fl_cost_accuracy(app, e);
            search->rank[e] += better;
        }
    }
}

static fl_status prepare(label_search *search, fl_error *err) {
    fl_arena *arena = search->task->arena;
    int n_layers = search->layers->n_layers, n_nodes = search->layers->n_nodes;
    int n_exits = search->layers->instance->apps[search->layers->app].n_exits;
    search->most_low = search->query->goal == FL_LABELS_FRONTIER ? n_exits : search->query->k;
    search->rank = FL_NEW(arena, n_exits, int);
    search->low = FL_NEW(arena, search->most_low, double);
    search->fronts = FL_NEW(arena, n_layers, front *);
    search->n_fronts = FL_ZERO(arena, n_layers, int);
    front *all = FL_NEW(arena, (size_t)n_layers * (size_t)n_nodes, front);
    if (search->rank == NULL || search->low == NULL || search->fronts == NULL || search->n_fronts == NULL ||
        all == NULL || !reserve(search, 64)) {
        return fl_arena_error(arena, err);
    }
    for (int l = 0; l < n_layers; l++) search->fronts[l] = all + (size_t)l * (size_t)n_nodes;
    rank_exits(search);
    return FL_OK;
}

/** Whether the k paths asked for are all below the cut, so that nothing cheaper can be missing. */
static bool is_settled(const label_search *search, const starts *found, double cut) {
    int k = search->query->k;
    if (!search->dropped) return true;
    if (k == 1 && search->dual.cost.energy <= cut) return true;
    return found->n >= k && found->list[k - 1].cost.energy <= cut;
}

/** Trials with a growing cut until the answer is settled. */
static fl_status run_trials(label_search *search, fl_labels_found *out, fl_error *err) {
    fl_arena *arena = search->task->arena;
    bool all = search->query->goal != FL_LABELS_CHEAPEST;
    const fl_dual *dual = &search->dual;
    double gap = dual->cost.energy - dual->bound;
    double width = FIRST_CUT * (search->query->k > 1 ? fmax(gap, dual->bound) : gap);
    bool cutting = !search->plain && width > 0;
    fl_arena_mark mark = fl_arena_keep(arena);
    for (;; width *= CUT_GROWTH) {
        starts found;
        double cut = cutting ? dual->bound + width : INFINITY;
        search->cut = cut + search->lambda * search->layers->deadline + dual->slack;
        FL_TRY(run_trial(search, &found, err));
        if (search->stop != FL_STOP_DONE) return FL_OK;
        if (is_settled(search, &found, cut)) {
            out->complete = true;
            return read_paths(search, &found, all ? found.n : search->query->k, out, err);
        }
        out->bound = fmax(out->bound, cut - dual->slack);
        int k = search->query->k;
        if (found.n >= k && found.list[k - 1].cost.energy < search->best) {
            search->best = found.list[k - 1].cost.energy;
        }
        fl_arena_release(arena, mark);
        search->room = search->n_merged = 0;
        if (!reserve(search, 64)) return fl_arena_error(arena, err);
    }
}

fl_status fl_labels_search(fl_labels_found *out, const fl_layers *layers, const fl_task *task,
                           const fl_labels_query *query, fl_error *err) {
    label_search search = {.task = task, .query = query, .layers = layers, .best = INFINITY};
    double arcs = (double)layers->n_layers * layers->n_nodes * layers->n_nodes;
    bool single = query->goal == FL_LABELS_CHEAPEST && query->k == 1;
    search.plain = query->goal != FL_LABELS_CHEAPEST || arcs < FEW_ARCS;
    *out = (fl_labels_found){.bound = -INFINITY};
    FL_TRY(fl_dual_solve(&search.dual, layers, search.plain ? 0 : SECANTS, !single, task->arena, err));
    out->bound = search.dual.bound - search.dual.slack;
    if (search.dual.end == FL_DUAL_NO_PATH || search.dual.end == FL_DUAL_LATE) {
        *out = (fl_labels_found){.complete = true, .bound = INFINITY};
        return FL_OK;
    }
    if (single && (search.dual.end == FL_DUAL_CHEAPEST || search.dual.cost.energy <= search.dual.bound)) {
        out->complete = true;
        return read_dual_path(&search, out, err);
    }
    search.lambda = search.dual.lambda;
    search.reduced = search.lambda > 0 ? search.dual.reduced.arrive : search.dual.energy.arrive;
    if (single) search.best = search.dual.cost.energy;
    FL_TRY(prepare(&search, err));
    FL_TRY(run_trials(&search, out, err));
    out->stop = search.stop;
    out->n_labels = search.n_labels;
    bool worse = out->n_paths == 0 || out->paths[0].cost.energy > search.dual.cost.energy;
    bool empty_handed = query->goal == FL_LABELS_CHEAPEST && !out->complete;
    if (worse && (single || empty_handed)) FL_TRY(read_dual_path(&search, out, err));
    return FL_OK;
}
