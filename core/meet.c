/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/meet.h"
#include "core/tolerance.h"
#include <limits.h>

/* Measured on nodes with nearly equal plans, free moves, twins and arbitrary links, 20 x 10 to 200 x 30:
 * thinner first trials (64) miss good plans, wider ones (1024) take longer than what follows them; to narrow
 * the cut by 8 after too many labels beats not to (by 2 where moves are free) and by 16 (a little). */
enum { FIRST_THIN = 256, FIRST_LABELS = 1 << 14, GROWTH = 4 };
static const double CUT_GROWTH = 4, CUT_NARROWING = 8;

/** Two labels that make a path: which front and which label in it, on either side of a vertex. */
typedef struct meeting {
    int layer, before, before_index;
    int after, after_index; /* after < 0: the path ends here */
} meeting;

typedef struct meet_search {
    const fl_layers *layers;
    const fl_dual *dual;
    fl_sweep forth, *back;
    double lower, best; /* J, what the optimum lies between */
    double width;       /* of the next cut above `lower`, J */
    int thin;           /* labels of a front in a thinned trial */
    long long most;     /* labels of a whole trial */
    bool whole;         /* what the next trial is */
    meeting at;         /* the path that costs `best`, while its fronts are there */
    fl_meet_found *out;
} meet_search;

/* Joining two sides */

/** The cheapest path in time over a label of each front: as one latency rises, the other must fall. */
static void join(meet_search *search, int l, int f, int b, const fl_front *after) {
    const fl_front *before = &search->forth.fronts[l][f];
    int j = after->n_labels - 1;
    for (int i = 0; i < before->n_labels; i++) {
        const fl_label *first = &before->labels[i];
        while (j >= 0 && first->latency + after->labels[j].latency > search->layers->deadline) j--;
        if (j < 0) return;
        double energy = first->energy + after->labels[j].energy;
        if (!(energy < search->best)) continue;
        search->best = energy;
        search->at = (meeting){l, f, i, b, j};
    }
}

/** Paths that end in layer l, before the sides meet. */
static void join_ends(meet_search *search, int l) {
    for (int f = 0; f < search->forth.n_fronts[l]; f++) {
        fl_label end;
        const fl_front stop = {.labels = &end, .n_labels = 1};
        if (fl_sweep_end(&search->forth, l, search->forth.fronts[l][f].node, &end)) {
            join(search, l, f, -1, &stop);
        }
    }
}

/** All paths through layer l; the fronts of either side are in the order of their nodes. */
static void join_layer(meet_search *search, int l) {
    const fl_front *after = search->back->fronts[l];
    int n = search->back->n_fronts[l], b = 0;
    for (int f = 0; f < search->forth.n_fronts[l]; f++) {
        int node = search->forth.fronts[l][f].node;
        while (b < n && after[b].node < node) b++;
        if (b < n && after[b].node == node) join(search, l, f, b, &after[b]);
    }
}

/* Reading the path back */

static fl_cost add_up(const fl_layers *layers, const int *nodes, int last) {
    fl_cost cost = {0, 0};
    for (int l = 0; l <= last; l++) {
        fl_cost arc;
        if (!fl_layers_arc(layers, l, l > 0 ? nodes[l - 1] : layers->source, nodes[l], l == last, &arc))
            continue;
        cost.energy += arc.energy;
        cost.latency += arc.latency;
    }
    return cost;
}

static void read_path(meet_search *search) {
    fl_meet_found *out = search->out;
    const meeting *at = &search->at;
    int last = at->layer, i = at->before, j = at->before_index;
    for (int l = at->layer; l >= 0; l--) {
        const fl_front *on = &search->forth.fronts[l][i];
        out->nodes[l] = on->node;
        i = on->labels[j].next;
        j = on->labels[j].index;
    }
    i = at->after;
    j = at->after_index;
    for (int l = at->layer; i >= 0; l++) {
        const fl_front *on = &search->back->fronts[l][i];
        out->nodes[l] = on->node;
        last = l;
        i = on->labels[j].next;
        j = on->labels[j].index;
    }
    out->better = true;
    out->exit = search->layers->layer[last].exit;
    out->cost = add_up(search->layers, out->nodes, last);
}

/* Trials */

static double target(const meet_search *search) {
    return search->best * (1 - FL_TOLERANCE_PROOF);
}

/** Grow both sides until they meet, then join them; in a thinned trial in all layers before as well. */
static fl_status sweep(meet_search *search, fl_error *err) {
    fl_sweep *forth = &search->forth, *back = search->back;
    fl_sweep_watch *watch = back->watch;
    int f = 0, b = search->layers->n_layers - 1;
    FL_TRY(fl_sweep_forth(forth, f, err));
    FL_TRY(fl_sweep_back(back, b, err));
    while (f < b) {
        if (fl_sweep_must_stop(watch, back->bench)) return FL_OK;
        if (forth->n_labels[f] <= back->n_labels[b]) {
            join_ends(search, f);
            FL_TRY(fl_sweep_forth(forth, ++f, err));
        } else {
            FL_TRY(fl_sweep_back(back, --b, err));
        }
    }
    if (fl_sweep_must_stop(watch, back->bench)) return FL_OK;
    join_layer(search, b);
    while ((forth->thinned || back->thinned) && --b >= 0) {
        FL_TRY(fl_sweep_back(back, b, err));
        if (fl_sweep_must_stop(watch, back->bench)) return FL_OK;
        join_layer(search, b);
    }
    return FL_OK;
}

/** Look for paths under the cut that are cheaper than the best one. */
static fl_status run_trial(meet_search *search, double cut, fl_error *err) {
    const fl_dual *dual = search->dual;
    fl_sweep *forth = &search->forth, *back = search->back;
    double deadline = search->layers->deadline, before = search->best;
    forth->most = back->most = (fl_allowance){.latency = deadline,
                                              .energy = target(search) + dual->slack,
                                              .reduced = cut + dual->lambda * deadline + dual->slack};
    forth->thin = back->thin = search->whole ? 0 : search->thin;
    forth->thinned = back->thinned = false;
    back->watch->most_labels = search->whole ? search->most : 0;
    back->watch->many = false;
    back->bench->dropped = false;
    back->bench->work = INT_MAX; /* look at the clock at once */
    FL_TRY(fl_sweep_renew(back->bench, err));
    FL_TRY(sweep(search, err));
    if (search->best < before) read_path(search);
    return FL_OK;
}

/** What the trial proves, and what to try next. */
static void learn(meet_search *search, double cut, bool all) {
    const fl_sweep *back = search->back;
    if (back->watch->many) {
        search->whole = false;
        search->most *= GROWTH;
        search->width = fmax(search->width / CUT_NARROWING, FL_TOLERANCE_PROOF * search->best);
    } else if (search->forth.thinned || back->thinned) {
        search->whole = true;
        search->thin *= GROWTH;
    } else {
        search->whole = true;
        search->width *= CUT_GROWTH;
        search->lower = fmax(search->lower, fmin(cut - search->dual->slack, search->best));
        if (all || !back->bench->dropped) search->lower = search->best;
    }
    search->width = fmin(search->width, search->best - search->lower);
}

static fl_status run_trials(meet_search *search, fl_error *err) {
    fl_sweep_bench *bench = search->back->bench;
    fl_arena_mark mark = fl_arena_keep(bench->arena);
    while (target(search) > search->lower) {
        double cut = fmin(search->lower + search->width, target(search));
        bool all = cut == target(search);
        fl_status status = run_trial(search, cut, err);
        fl_arena_release(bench->arena, mark);
        if (status != FL_OK || search->back->watch->stop != FL_STOP_DONE) return status;
        learn(search, cut, all);
        search->out->bound = search->lower;
    }
    search->out->complete = true;
    return FL_OK;
}

/* The forward side */

/** The least weight of computing at each vertex and of all that follows. */
static fl_status complete(const double **out, const fl_layers *layers, double energy, double latency,
                          double *scratch, fl_arena *arena, fl_error *err) {
    size_t n_nodes = (size_t)layers->n_nodes;
    double *rest = FL_NEW(arena, (size_t)layers->n_layers * n_nodes, double);
    if (rest == NULL) return fl_arena_error(arena, err);
    *out = rest;
    fl_pass_run_back(rest, layers, energy, latency, scratch);
    for (int l = 0; l < layers->n_layers; l++, rest += n_nodes) {
        const fl_layer *layer = &layers->layer[l];
        for (size_t a = 0; a < n_nodes; a++) {
            if (isinf(layer->latency[a])) continue; /* no label is there */
            rest[a] += energy * layer->energy[a] + latency * layer->latency[a];
            if (layer->exit < 0) continue;
            rest[a] = fmin(rest[a], energy * layer->final_energy[a] + latency * layer->final_latency[a]);
        }
    }
    return FL_OK;
}

static fl_status prepare(meet_search *search, fl_error *err) {
    const fl_layers *layers = search->layers;
    fl_sweep *forth = &search->forth;
    fl_arena *arena = search->back->bench->arena;
    double *scratch = FL_NEW(arena, 3 * (size_t)layers->n_nodes, double);
    search->out->nodes = FL_NEW(arena, layers->n_layers, int);
    if (scratch == NULL || search->out->nodes == NULL) return fl_arena_error(arena, err);
    FL_TRY(fl_sweep_init(forth, layers, arena, err));
    forth->bench = search->back->bench;
    forth->watch = search->back->watch;
    forth->rank = search->back->rank;
    FL_TRY(complete(&forth->energy, layers, 1, 0, scratch, arena, err));
    FL_TRY(complete(&forth->latency, layers, 0, 1, scratch, arena, err));
    return complete(&forth->reduced, layers, 1, search->dual->lambda, scratch, arena, err);
}

fl_status fl_meet_search(fl_meet_found *out, fl_sweep *back, const fl_dual *dual, double lower, double width,
                         fl_error *err) {
    meet_search search = {.layers = back->layers,
                          .dual = dual,
                          .back = back,
                          .lower = lower,
                          .best = dual->cost.energy,
                          .width = width,
                          .thin = FIRST_THIN,
                          .most = FIRST_LABELS,
                          .whole = true,
                          .out = out};
    *out = (fl_meet_found){.bound = lower};
    FL_TRY(prepare(&search, err));
    return run_trials(&search, err);
}
