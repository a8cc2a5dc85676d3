/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/labels.h"
#include "core/meet.h"
#include "core/tolerance.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    FEW_ARCS = 1500,      /* below this many the multiplier costs more than it saves */
    SECANTS = 20,         /* most steps of the dual */
    FEW_LABELS = 1 << 15, /* with more in one trial, the search for one path goes on from both ends ... */
    ARCS_PER_LABEL = 64,  /* ... when passes over so many arcs take less time, too: they need three more */
    MOST_PART = 1000,     /* paths of a frontier that a limit stopped */
};

/** The first cut, as a part of the duality gap, and how it grows. Cuts that start narrower the more blocks
 * there are (1 / 200 L, 1 / 10 L^2) save up to a third on 200 x 30, but take 1.3 to 3 times as long where all
 * latencies are equal; half the labels for the first trial, and a narrower one after it, save nothing. */
static const double FIRST_CUT = 1.0 / 4096, CUT_GROWTH = 4;

typedef struct label_search {
    const fl_task *task;
    const fl_labels_query *query;
    const fl_layers *layers;
    fl_arena *arena;
    bool single; /* one cheapest path is asked for */
    fl_dual dual;
    bool plain;   /* one trial without a cut */
    double best;  /* energy above which paths are not looked for */
    double width; /* of the cut above the dual's bound */
    int *rank;    /* [n_exits] */
    fl_sweep sweep;
    fl_sweep_watch watch;
    fl_sweep_bench bench;
    int reached; /* the layer whose fronts are whole, the first one after a whole trial */
} label_search;

/** A path's first label and its whole cost. */
typedef struct start {
    int front, index, rank; /* front < 0: the dual's path */
    bool cheaply;           /* it is reached by the cheapest way, not the fastest */
    fl_cost cost;
} start;

typedef struct starts {
    start *list; /* [n] */
    int n;
} starts;

/* From labels to paths */

/** The fastest or the cheapest way to being at (l, a), before computing there; on the first layer they are
 * one.
 *  @param nodes  [n_layers] its nodes, filled up to l */
static bool lead_to(const label_search *search, int l, int a, bool cheaply, int *nodes, fl_cost *cost) {
    const fl_layers *layers = search->layers;
    fl_cost arc;
    *cost = (fl_cost){0, 0};
    if (l > 0) {
        fl_pass to = cheaply ? search->dual.energy : search->dual.latency;
        to.layer = l;
        to.node = a;
        fl_pass_trace(&to, layers, nodes);
    }
    for (int i = 0; i < l; i++) {
        int from = i > 0 ? nodes[i - 1] : layers->source;
        if (!fl_layers_arc(layers, i, from, nodes[i], false, &arc)) return false;
        cost->energy += arc.energy;
        cost->latency += arc.latency;
    }
    if (!fl_layers_move(layers, l, l > 0 ? nodes[l - 1] : layers->source, a, &arc)) return false;
    cost->energy += arc.energy;
    cost->latency += arc.latency;
    return true;
}

/** Add that way to the labels of a front of the layer reached; only paths in time remain. */
static void add_starts(const label_search *search, starts *out, int i, bool cheaply, int *nodes) {
    const fl_front *front = &search->sweep.fronts[search->reached][i];
    fl_cost lead;
    if (!lead_to(search, search->reached, front->node, cheaply, nodes, &lead)) return;
    for (int j = 0; j < front->n_labels; j++) {
        const fl_label *label = &front->labels[j];
        fl_cost cost = {lead.energy + label->energy, lead.latency + label->latency};
        if (cost.latency <= search->layers->deadline)
            out->list[out->n++] = (start){i, j, label->rank, cheaply, cost};
    }
}

/** Paths over every label of the layer reached. When that is not the first, they take the fastest and the
 * cheapest way there, and the dual's path is one more. */
static fl_status collect(const label_search *search, starts *out, fl_error *err) {
    int l = search->reached, n = 0;
    bool part = l > 0;
    for (int i = 0; i < search->sweep.n_fronts[l]; i++) n += search->sweep.fronts[l][i].n_labels;
    int *nodes = FL_NEW(search->arena, search->layers->n_layers, int);
    *out = (starts){FL_NEW(search->arena, part ? 2 * (size_t)n + 1 : (size_t)n, start), 0};
    if (out->list == NULL || nodes == NULL) return fl_arena_error(search->arena, err);
    for (int i = 0; i < search->sweep.n_fronts[l]; i++) {
        add_starts(search, out, i, false, nodes);
        if (part) add_starts(search, out, i, true, nodes);
    }
    const fl_dual *dual = &search->dual;
    if (part) out->list[out->n++] = (start){-1, -1, search->rank[dual->exit], false, dual->cost};
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
        if (search->bench.low[r] <= same) return true;
    }
    return false;
}

/** Only non-dominated paths stay, by rising latency; points that differ by rounding only are one. */
static void filter_frontier(label_search *search, starts *found) {
    int n = 0;
    for (int r = 0; r < search->bench.most_low; r++) search->bench.low[r] = INFINITY;
    qsort(found->list, (size_t)found->n, sizeof *found->list, compare_latency);
    for (int i = 0; i < found->n; i++) {
        const start *path = &found->list[i];
        if (is_shadowed(found, i) || is_covered(search, path)) continue;
        search->bench.low[path->rank] = path->cost.energy;
        found->list[n++] = *path;
    }
    found->n = n;
}

/* Reading paths back */

/** Copy a path's nodes: those of the fastest way to its first label, then those of the label. */
static fl_status read_path(const label_search *search, const start *from, fl_labels_path *out,
                           fl_error *err) {
    const fl_layers *layers = search->layers;
    int *nodes = FL_NEW(search->arena, layers->n_layers, int);
    if (nodes == NULL) return fl_arena_error(search->arena, err);
    *out = (fl_labels_path){.cost = from->cost, .exit = search->dual.exit, .nodes = nodes};
    if (from->front < 0) {
        memcpy(nodes, search->dual.nodes, (size_t)layers->n_layers * sizeof *nodes);
        return FL_OK;
    }
    fl_cost lead;
    int i = from->front, j = from->index, l = search->reached;
    lead_to(search, l, search->sweep.fronts[l][i].node, from->cheaply, nodes, &lead);
    for (;; l++) {
        const fl_front *on = &search->sweep.fronts[l][i];
        nodes[l] = on->node;
        i = on->labels[j].next;
        if (i < 0) break;
        j = on->labels[j].index;
    }
    out->exit = layers->layer[l].exit;
    return FL_OK;
}

/** The first `most` paths found. */
static fl_status read_paths(const label_search *search, const starts *found, int most, fl_labels_found *out,
                            fl_error *err) {
    int n = found->n < most ? found->n : most;
    fl_labels_path *paths = FL_NEW(search->arena, n, fl_labels_path);
    if (paths == NULL) return fl_arena_error(search->arena, err);
    for (int i = 0; i < n; i++) FL_TRY(read_path(search, &found->list[i], &paths[i], err));
    out->paths = paths;
    out->n_paths = n;
    return FL_OK;
}

/** The dual's own path. */
static fl_status read_dual_path(const label_search *search, fl_labels_found *out, fl_error *err) {
    start path = {-1, -1, 0, false, search->dual.cost};
    return read_paths(search, &(starts){&path, 1}, 1, out, err);
}

/* Preparing */

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
    fl_arena *arena = search->arena;
    const fl_labels_query *query = search->query;
    int n_exits = search->layers->instance->apps[search->layers->app].n_exits;
    bool ranked = query->goal != FL_LABELS_CHEAPEST, frontier = query->goal == FL_LABELS_FRONTIER;
    FL_TRY(fl_sweep_open(&search->bench, ranked, frontier ? n_exits : query->k, arena, err));
    FL_TRY(fl_sweep_init(&search->sweep, search->layers, arena, err));
    search->rank = FL_NEW(arena, n_exits, int);
    if (search->rank == NULL) return fl_arena_error(arena, err);
    rank_exits(search);
    search->watch =
        (fl_sweep_watch){.task = search->task, .time_limit = query->time_limit, .memory = query->memory};
    double arcs = (double)search->layers->n_layers * search->layers->n_nodes * search->layers->n_nodes;
    if (search->single) search->watch.most_labels = (long long)fmax(FEW_LABELS, arcs / ARCS_PER_LABEL);
    search->bench.lambda = search->dual.lambda;
    search->sweep.latency = search->dual.latency.arrive;
    search->sweep.energy = search->dual.energy.arrive;
    search->sweep.reduced =
        search->dual.lambda > 0 ? search->dual.reduced.arrive : search->dual.energy.arrive;
    search->sweep.rank = search->rank;
    search->sweep.bench = &search->bench;
    search->sweep.watch = &search->watch;
    return FL_OK;
}

/* Trials */

/** All layers, from the last to the first. */
static fl_status run_trial(label_search *search, double cut, starts *found, fl_error *err) {
    fl_sweep_bench *bench = &search->bench;
    double slack = search->dual.slack, deadline = search->layers->deadline;
    search->sweep.most = (fl_allowance){.latency = deadline,
                                        .energy = search->best + slack,
                                        .reduced = cut + bench->lambda * deadline + slack};
    bench->dropped = false;
    bench->work = INT_MAX; /* look at the clock at once */
    *found = (starts){NULL, 0};
    search->reached = search->layers->n_layers;
    for (int l = search->layers->n_layers - 1; l >= 0; l--) {
        FL_TRY(fl_sweep_back(&search->sweep, l, err));
        if (fl_sweep_must_stop(&search->watch, bench)) return FL_OK;
        search->reached = l;
    }
    FL_TRY(collect(search, found, err));
    if (search->query->goal != FL_LABELS_CHEAPEST) {
        filter_frontier(search, found);
    } else {
        qsort(found->list, (size_t)found->n, sizeof *found->list, compare_energy);
    }
    return FL_OK;
}

/** Whether the k paths asked for are all below the cut, so that nothing cheaper can be missing. */
static bool is_settled(const label_search *search, const starts *found, double cut) {
    int k = search->query->k;
    if (!search->bench.dropped) return true;
    if (k == 1 && search->dual.cost.energy <= cut) return true;
    return found->n >= k && found->list[k - 1].cost.energy <= cut;
}

/** Trials with a growing cut until the answer is settled, a limit strikes, or labels get too many. */
static fl_status run_trials(label_search *search, fl_labels_found *out, fl_arena_mark mark, fl_error *err) {
    bool all = search->query->goal != FL_LABELS_CHEAPEST;
    int k = search->query->k;
    const fl_dual *dual = &search->dual;
    double gap = dual->cost.energy - dual->bound;
    search->width = FIRST_CUT * (k > 1 ? fmax(gap, dual->bound) : gap);
    bool cutting = !search->plain && search->width > 0;
    for (;; search->width *= CUT_GROWTH) {
        starts found;
        double cut = cutting ? dual->bound + search->width : INFINITY;
        FL_TRY(run_trial(search, cut, &found, err));
        if (search->watch.stop != FL_STOP_DONE || search->watch.many) return FL_OK;
        if (is_settled(search, &found, cut)) {
            out->complete = true;
            return read_paths(search, &found, all ? found.n : k, out, err);
        }
        double least = found.n > 0 ? fmin(cut, found.list[0].cost.energy) : cut; /* all under it are found */
        out->bound = fmax(out->bound, least - dual->slack);
        if (found.n >= k && found.list[k - 1].cost.energy < search->best) {
            search->best = found.list[k - 1].cost.energy;
        }
        fl_arena_release(search->arena, mark);
        FL_TRY(fl_sweep_renew(&search->bench, err));
    }
}

/** Go on from both ends; what comes of it takes the place of the dual's path, and `mark` is set after it. */
static fl_status go_on(label_search *search, fl_labels_found *out, fl_arena_mark *mark, fl_error *err) {
    fl_meet_found met;
    search->watch.many = false;
    fl_status status = fl_meet_search(&met, &search->sweep, &search->dual, out->bound, search->width, err);
    if (met.better) {
        search->dual.cost = met.cost;
        search->dual.exit = met.exit;
        search->dual.nodes = met.nodes;
        *mark = fl_arena_keep(search->arena);
    }
    out->complete = met.complete;
    out->bound = met.bound;
    return status;
}

/* The whole search */

/** No memory is left: that is an answer, with what is known, once the labels have been given up. */
static fl_status run_out(label_search *search, fl_arena_mark mark) {
    fl_arena_recover(search->arena, mark);
    search->watch.stop = FL_STOP_MEMORY;
    search->reached = search->layers->n_layers;
    return FL_OK;
}

/** What is known of a frontier when a limit strikes: the paths over the labels of the layer reached, and the
 * bound and the path of a dual that is solved, which the search itself has no use for. */
static fl_status read_part(label_search *search, fl_labels_found *out, fl_error *err) {
    starts found;
    fl_dual dual;
    FL_TRY(fl_dual_solve(&dual, search->layers, SECANTS, false, search->arena, err));
    out->bound = fmax(out->bound, dual.bound - dual.slack);
    search->dual.nodes = dual.nodes;
    search->dual.exit = dual.exit;
    search->dual.cost = dual.cost;
    if (search->reached == search->layers->n_layers) return FL_OK;
    FL_TRY(collect(search, &found, err));
    filter_frontier(search, &found);
    int n = found.n < MOST_PART ? found.n : MOST_PART;
    for (int i = 0; i < n; i++) { /* evenly over the latencies */
        found.list[i] = found.list[found.n - 1 - (int)((long long)(n - 1 - i) * found.n / n)];
    }
    return read_paths(search, &found, n, out, err);
}

/** Search after the dual; `out` holds its bound. The search for one path goes on when labels from one end
 * take too much. */
static fl_status run(label_search *search, fl_labels_found *out, fl_error *err) {
    FL_TRY(prepare(search, err));
    fl_arena_mark mark = fl_arena_keep(search->arena);
    search->best = search->single ? search->dual.cost.energy : INFINITY;
    fl_status status = run_trials(search, out, mark, err);
    if (search->single && (status == FL_ENOMEM || search->watch.stop == FL_STOP_MEMORY)) {
        status = run_out(search, mark);
        search->watch.stop = FL_STOP_DONE;
        search->watch.many = true;
    }
    if (search->watch.many && search->plain) return status;
    if (search->watch.many) {
        fl_arena_release(search->arena, mark);
        status = go_on(search, out, &mark, err);
    } else if (status == FL_OK && search->watch.stop != FL_STOP_DONE &&
               search->query->goal != FL_LABELS_CHEAPEST) {
        status = read_part(search, out, err);
    }
    if (status == FL_ENOMEM) status = run_out(search, mark);
    FL_TRY(status);
    out->stop = search->watch.stop;
    out->n_labels = search->bench.n_labels;
    bool worse = out->n_paths == 0 || out->paths[0].cost.energy > search->dual.cost.energy;
    if (search->single ? worse : out->n_paths == 0 && !out->complete) return read_dual_path(search, out, err);
    return FL_OK;
}

/** Bracket the answer. Returns whether that is all there is to find. */
static fl_status bracket(bool *settled, label_search *search, fl_labels_found *out, fl_error *err) {
    fl_dual *dual = &search->dual;
    FL_TRY(fl_dual_solve(dual, search->layers, search->plain ? 0 : SECANTS, !search->single, search->arena,
                         err));
    *out = (fl_labels_found){.bound = dual->bound - dual->slack, .complete = true};
    *settled = true;
    if (dual->end == FL_DUAL_NO_PATH || dual->end == FL_DUAL_LATE) {
        out->bound = INFINITY;
        return FL_OK;
    }
    if (search->single && (dual->end == FL_DUAL_CHEAPEST || dual->cost.energy <= dual->bound)) {
        return read_dual_path(search, out, err);
    }
    *settled = out->complete = false;
    return FL_OK;
}

fl_status fl_labels_search(fl_labels_found *out, const fl_layers *layers, const fl_task *task,
                           const fl_labels_query *query, fl_error *err) {
    double arcs = (double)layers->n_layers * layers->n_nodes * layers->n_nodes;
    label_search search = {.task = task,
                           .query = query,
                           .layers = layers,
                           .arena = task->arena,
                           .single = query->goal == FL_LABELS_CHEAPEST && query->k == 1,
                           .plain = query->goal != FL_LABELS_CHEAPEST || arcs < FEW_ARCS};
    bool settled;
    fl_arena_mark mark = fl_arena_keep(task->arena);
    FL_TRY(bracket(&settled, &search, out, err));
    if (settled) return FL_OK;
    FL_TRY(run(&search, out, err));
    if (!search.watch.many) return FL_OK;
    search.plain = false; /* small, but with many labels: now with the multiplier */
    fl_arena_release(task->arena, mark);
    FL_TRY(bracket(&settled, &search, out, err));
    return settled ? FL_OK : run(&search, out, err);
}
