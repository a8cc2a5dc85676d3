/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/passes.h"
#include "core/clones.h"
#include <string.h>

enum {
    ROWS = 8,  /* matrix rows per sweep over the output, which then is loaded and stored once for all */
    LANES = 8, /* numbers of a row of which the least are found side by side */
    CHUNK = 64 /* nodes that are compared at once */
};

/** out[b] = min(out[b], start[i] + slow * rows[i][b]) for all of the rows. */
FL_CLONES static void relax_slowness(double *restrict out, const double *const rows[ROWS],
                                     const double start[ROWS], double slow, int n) {
    const double *from[ROWS];
    double first[ROWS];
    for (int i = 0; i < ROWS; i++) from[i] = rows[i];
    for (int i = 0; i < ROWS; i++) first[i] = start[i];
    for (int b = 0; b < n; b++) {
        double least = out[b];
        for (int i = 0; i < ROWS; i++) {
            double x = first[i] + slow * from[i][b];
            least = x < least ? x : least;
        }
        out[b] = least;
    }
}

/** The same for one row of links with delays and energies of their own. */
FL_CLONES static void relax_all(double *restrict out, const double *restrict slowness,
                                const double *restrict delay, const double *restrict energy, double start,
                                double slow, double delays, double bits, int n) {
    for (int b = 0; b < n; b++) {
        double x = start + slow * slowness[b] + delays * delay[b] + bits * energy[b];
        out[b] = x < out[b] ? x : out[b];
    }
}

/** A weight of zero must not turn a missing link (INFINITY) into NaN; the least normal number keeps it
 *  infinite and changes nothing else. */
static double positive(double weight) {
    return weight > DBL_MIN ? weight : DBL_MIN;
}

/** Weight of the parts of a move into one layer. */
typedef struct move_weights {
    double slow, delays, bits;
} move_weights;

static move_weights weigh_moves(const fl_pass *pass, const fl_layer *layer) {
    return (move_weights){.slow = positive(pass->latency_weight * layer->bits_latency),
                          .delays = pass->latency_weight * layer->delays,
                          .bits = pass->energy_weight * layer->bits_energy};
}

/** Min-plus product over the groups: to[B] = min over A of from[A] + move(A, B). */
static void relax_groups(double *to, const double *from, const fl_groups *groups,
                         const move_weights *weights) {
    int n = groups->n_groups, n_rows = 0;
    const double *rows[ROWS];
    double start[ROWS];
    for (int b = 0; b < n; b++) to[b] = INFINITY;
    for (int a = 0; a < n; a++) {
        size_t row = (size_t)a * (size_t)n;
        if (isinf(from[a])) continue;
        if (groups->uniform) {
            rows[n_rows] = groups->slowness + row;
            start[n_rows++] = from[a];
            if (n_rows < ROWS) continue;
            relax_slowness(to, rows, start, weights->slow, n);
            n_rows = 0;
        } else {
            relax_all(to, groups->slowness + row, groups->delay + row, groups->energy + row, from[a],
                      weights->slow, weights->delays, weights->bits, n);
        }
    }
    if (n_rows == 0) return;
    for (int i = n_rows; i < ROWS; i++) { /* fill up with a row that is there already */
        rows[i] = rows[0];
        start[i] = start[0];
    }
    relax_slowness(to, rows, start, weights->slow, n);
}

/** Weight of computing on each node and of what came before: leave[n] = arrive[n] + compute. */
FL_CLONES static void compute(double *restrict leave, const double *restrict arrive,
                              const double *restrict energy, const double *restrict latency,
                              double energy_weight, double latency_weight, int n) {
    for (int a = 0; a < n; a++)
        leave[a] = arrive[a] + energy_weight * energy[a] + latency_weight * latency[a];
}

/** Rows of numbers of which the least are wanted: from[i] + slow * slowness[i] and, unless they are NULL, +
 *  delays * delay[i] + bits * energy[i]. */
typedef struct sums {
    const double *from, *slowness, *delay, *energy;
    move_weights weights;
    size_t next; /* places from one row to the next; `from` is the same for all */
} sums;

/** Take in `n` numbers of a row, one per lane. Unrolled altogether before it is vectorised, a short loop
 * would not be vectorised at all. */
FL_CLONES_PART void take_in(double *lanes, const sums *of, size_t row, bool all, int start, int n) {
    size_t at = row * of->next + (size_t)start;
    const double *restrict from = of->from + start, *restrict slowness = of->slowness + at;
    const double *restrict delay = all ? of->delay + at : NULL;
    const double *restrict energy = all ? of->energy + at : NULL;
    double slow = of->weights.slow, delays = of->weights.delays, bits = of->weights.bits;
#pragma GCC unroll 4
    for (int i = 0; i < n; i++) {
        double x = from[i] + slow * slowness[i];
        if (all) x = x + delays * delay[i] + bits * energy[i];
        lanes[i] = x < lanes[i] ? x : lanes[i];
    }
}

FL_CLONES_PART double lesser(double one, double other) {
    return one < other ? one : other;
}

/** The least of each of so many rows of `n` numbers. */
FL_CLONES_PART void find_least(double *least, const sums *of, bool all, size_t n_rows, int n) {
    double lanes[ROWS][LANES];
    for (size_t row = 0; row < n_rows; row++) {
        for (int i = 0; i < LANES; i++) lanes[row][i] = INFINITY;
    }
    for (int start = 0; start < n && n >= LANES; start += LANES) {
        int at = start + LANES <= n ? start : n - LANES; /* some for the second time */
        for (size_t row = 0; row < n_rows; row++) take_in(lanes[row], of, row, all, at, LANES);
    }
    for (size_t row = 0; row < n_rows; row++) {
        double *x = lanes[row];
        for (int i = 0; i < n && n < LANES; i++) take_in(x, of, row, all, i, 1);
        least[row] = lesser(lesser(lesser(x[0], x[1]), lesser(x[2], x[3])),
                            lesser(lesser(x[4], x[5]), lesser(x[6], x[7])));
    }
}

FL_CLONES static void least_of_two(double *least, const sums *of, int n) {
    find_least(least, of, false, 1, n);
}

FL_CLONES static void least_of_two_in_rows(double *least, const sums *of, int n) {
    find_least(least, of, false, ROWS, n);
}

FL_CLONES static void least_of_all(double *least, const sums *of, int n) {
    find_least(least, of, true, 1, n);
}

FL_CLONES static void least_of_all_in_rows(double *least, const sums *of, int n) {
    find_least(least, of, true, ROWS, n);
}

/** out[i] = min(at[i], moved + bits * joule[i]). */
FL_CLONES static void least_each(double *restrict out, const double *restrict at, double moved,
                                 const double *restrict joule, double bits, int n) {
    for (int i = 0; i < n; i++) {
        double x = moved + bits * joule[i];
        out[i] = x < at[i] ? x : at[i];
    }
}

/** Where the run of nodes of one group ends that begins at `start`: nodes of a group mostly follow one
 *  another. Long runs are compared with themselves, shifted by one. */
static int find_end(const int *group, int start, int n) {
    int end = start + 1;
    while (end + CHUNK <= n && memcmp(group + end, group + end - 1, CHUNK * sizeof *group) == 0) end += CHUNK;
    while (end < n && group[end] == group[start]) end++;
    return end;
}

/** Whether each node is a group, of the same number: where nodes were left out, one may be left of each
 * group, in another order. */
static bool are_their_groups(const fl_groups *groups, int n) {
    int a = 0;
    if (groups->n_groups != n) return false;
    while (a < n && groups->group[a] == a) a++;
    return a == n;
}

/** The least of each group's nodes, with what it takes to send (or, going backwards, to receive). */
static void gather(double *by_group, const double *at, const double *joule, double bits,
                   const fl_groups *groups, int n) {
    if (are_their_groups(groups, n)) {
        for (int a = 0; a < n; a++) by_group[a] = at[a] + bits * joule[a];
        return;
    }
    for (int g = 0; g < groups->n_groups; g++) by_group[g] = INFINITY;
    for (int a = 0, end; a < n; a = end) {
        end = find_end(groups->group, a, n);
        sums run = {.from = at + a, .slowness = joule + a, .weights = {.slow = bits}};
        double least, *best = &by_group[groups->group[a]];
        least_of_two(&least, &run, end - a);
        *best = least < *best ? least : *best;
    }
}

/** The lesser of staying and of moving: what the node's group has, and what it takes to receive (or to send).
 *  A move from a node to itself, which the groups cannot exclude, is never better than staying. */
static void scatter(double *restrict out, const double *restrict at, const double *restrict by_group,
                    const double *restrict joule, double bits, const fl_groups *groups, int n) {
    if (are_their_groups(groups, n)) {
        for (int a = 0; a < n; a++) {
            double moved = by_group[a] + bits * joule[a];
            out[a] = moved < at[a] ? moved : at[a];
        }
        return;
    }
    for (int a = 0, end; a < n; a = end) {
        end = find_end(groups->group, a, n);
        least_each(out + a, at + a, by_group[groups->group[a]], joule + a, bits, end - a);
    }
}

/** Reach layer `l` > 0: by a move from a node of another group or the same one, or by staying. */
static void reach_layer(const fl_pass *pass, const fl_layers *layers, int l, double *arrive,
                        const double *leave, double *by_group, double *to_group) {
    const fl_groups *groups = layers->groups;
    move_weights weights = weigh_moves(pass, &layers->layer[l]);
    gather(by_group, leave, layers->tx, weights.bits, groups, layers->n_nodes);
    relax_groups(to_group, by_group, groups, &weights);
    scatter(arrive, leave, to_group, layers->rx, weights.bits, groups, layers->n_nodes);
}

static double weigh(const fl_pass *pass, const fl_cost *cost) {
    return pass->energy_weight * cost->energy + pass->latency_weight * cost->latency;
}

static void leave_source(const fl_pass *pass, const fl_layers *layers, double *arrive) {
    for (int b = 0; b < layers->n_nodes; b++) {
        fl_cost move;
        arrive[b] = fl_layers_move(layers, 0, layers->source, b, &move) ? weigh(pass, &move) : INFINITY;
    }
}

/** Paths that stop in layer `l`. */
static void stop_in_layer(fl_pass *pass, const fl_layers *layers, int l, const double *arrive) {
    const fl_layer *layer = &layers->layer[l];
    if (layer->exit < 0) return;
    double energy_weight = positive(pass->energy_weight), latency_weight = positive(pass->latency_weight);
    for (int b = 0; b < layers->n_nodes; b++) {
        double value =
            arrive[b] + energy_weight * layer->final_energy[b] + latency_weight * layer->final_latency[b];
        if (!(value < pass->value)) continue;
        pass->value = value;
        pass->layer = l;
        pass->node = b;
    }
}

fl_status fl_pass_init(fl_pass *pass, const fl_layers *layers, fl_arena *arena, fl_error *err) {
    *pass = (fl_pass){.arrive = FL_NEW(arena, (size_t)layers->n_layers * (size_t)layers->n_nodes, double)};
    return pass->arrive != NULL ? FL_OK : fl_arena_error(arena, err);
}

void fl_pass_run(fl_pass *pass, const fl_layers *layers, double energy_weight, double latency_weight,
                 double *scratch) {
    int n_nodes = layers->n_nodes;
    double *leave = scratch, *by_group = scratch + n_nodes, *to_group = by_group + n_nodes;
    pass->energy_weight = energy_weight;
    pass->latency_weight = latency_weight;
    pass->value = INFINITY;
    pass->layer = pass->node = -1;
    for (int l = 0; l < layers->n_layers; l++) {
        double *arrive = pass->arrive + (size_t)l * (size_t)n_nodes;
        if (l == 0) {
            leave_source(pass, layers, arrive);
        } else {
            const fl_layer *before = &layers->layer[l - 1];
            compute(leave, arrive - n_nodes, before->energy, before->latency, positive(energy_weight),
                    positive(latency_weight), n_nodes);
            reach_layer(pass, layers, l, arrive, leave, by_group, to_group);
        }
        stop_in_layer(pass, layers, l, arrive);
    }
}

/* Backwards */

/** Min-plus product with the transposed links: to[A] = min over B of move(A, B) + from[B]. */
static void relax_groups_back(double *to, const double *from, const fl_groups *groups,
                              const move_weights *weights) {
    int n = groups->n_groups, n_rows = n < ROWS ? 1 : ROWS;
    for (int start = 0; start < n; start += n_rows) {
        int a = start + n_rows <= n ? start : n - n_rows; /* some for the second time */
        size_t at = (size_t)a * (size_t)n;
        sums rows = {from,     groups->slowness + at, groups->delay + at, groups->energy + at, *weights,
                     (size_t)n};
        if (groups->uniform) {
            (n_rows == 1 ? least_of_two : least_of_two_in_rows)(to + a, &rows, n);
        } else {
            (n_rows == 1 ? least_of_all : least_of_all_in_rows)(to + a, &rows, n);
        }
    }
}

/** What follows once block `l` is to be run on each node: computing it and going on, or stopping there. */
static void enter_layer(double *enter, const fl_layers *layers, int l, const double *to_go,
                        double energy_weight, double latency_weight) {
    const fl_layer *layer = &layers->layer[l];
    bool goes_on = l + 1 < layers->n_layers, stops = layer->exit >= 0;
    for (int b = 0; b < layers->n_nodes; b++) {
        double on = energy_weight * layer->energy[b] + latency_weight * layer->latency[b];
        enter[b] = goes_on ? on + to_go[b] : INFINITY;
        if (!stops) continue;
        double end = energy_weight * layer->final_energy[b] + latency_weight * layer->final_latency[b];
        enter[b] = end < enter[b] ? end : enter[b];
    }
}

void fl_pass_run_back(double *to_go, const fl_layers *layers, double energy_weight, double latency_weight,
                      double *scratch) {
    const fl_groups *groups = layers->groups;
    int n_nodes = layers->n_nodes;
    double *enter = scratch, *by_group = scratch + n_nodes, *to_group = by_group + n_nodes;
    fl_pass weights_of = {.energy_weight = energy_weight, .latency_weight = latency_weight};
    for (int a = 0; a < n_nodes && layers->n_layers > 0; a++) {
        to_go[(size_t)(layers->n_layers - 1) * (size_t)n_nodes + (size_t)a] = INFINITY;
    }
    for (int l = layers->n_layers - 1; l > 0; l--) {
        double *here = to_go + (size_t)(l - 1) * (size_t)n_nodes;
        move_weights weights = weigh_moves(&weights_of, &layers->layer[l]);
        enter_layer(enter, layers, l, here + n_nodes, positive(energy_weight), positive(latency_weight));
        gather(by_group, enter, layers->rx, weights.bits, groups, n_nodes);
        relax_groups_back(to_group, by_group, groups, &weights);
        scatter(here, enter, to_group, layers->tx, weights.bits, groups, n_nodes);
    }
}

/* Reading back */

/** The node of layer `l` - 1 from which the best way leads to (l, b). */
static int find_before(const fl_pass *pass, const fl_layers *layers, int l, int b) {
    const fl_layer *before = &layers->layer[l - 1];
    const double *arrive = pass->arrive + (size_t)(l - 1) * (size_t)layers->n_nodes;
    double best = INFINITY;
    int found = -1;
    for (int a = 0; a < layers->n_nodes; a++) {
        fl_cost move;
        if (isinf(arrive[a]) || isinf(before->latency[a]) || !fl_layers_move(layers, l, a, b, &move))
            continue;
        double weight = arrive[a] + weigh(pass, &move) + pass->energy_weight * before->energy[a] +
                        pass->latency_weight * before->latency[a];
        if (!(weight < best)) continue;
        best = weight;
        found = a;
    }
    return found;
}

fl_cost fl_pass_trace(const fl_pass *pass, const fl_layers *layers, int *nodes) {
    fl_cost cost = {0, 0};
    nodes[pass->layer] = pass->node;
    for (int l = pass->layer; l > 0; l--) nodes[l - 1] = find_before(pass, layers, l, nodes[l]);
    for (int l = 0; l <= pass->layer; l++) {
        fl_cost arc;
        int a = l > 0 ? nodes[l - 1] : layers->source;
        if (!fl_layers_arc(layers, l, a, nodes[l], l == pass->layer, &arc)) continue;
        cost.energy += arc.energy;
        cost.latency += arc.latency;
    }
    return cost;
}

fl_status fl_pass_shortest(const fl_layers *layers, double energy_weight, double latency_weight, int *nodes,
                           int *exit, fl_cost *cost, fl_arena *arena, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(arena);
    fl_pass pass;
    *exit = -1;
    FL_TRY(fl_pass_init(&pass, layers, arena, err));
    double *scratch = FL_NEW(arena, 3 * (size_t)layers->n_nodes, double);
    if (scratch == NULL) return fl_arena_error(arena, err);
    fl_pass_run(&pass, layers, energy_weight, latency_weight, scratch);
    if (pass.layer >= 0) {
        *exit = layers->layer[pass.layer].exit;
        *cost = fl_pass_trace(&pass, layers, nodes);
    }
    fl_arena_release(arena, mark);
    return FL_OK;
}
