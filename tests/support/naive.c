/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/naive.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The model's tolerances, stated again on purpose: a slip in core/tolerance.h must not pass unseen. */
static const long double SLACK = 1e-9L;

/* One sample's way */

/** Whether there is a link. */
static bool move(naive_walk *walk, const fl_instance *instance, long double bits, int from, int to) {
    const fl_link *link = fl_instance_link(instance, from, to);
    if (link == NULL) {
        walk->energy = walk->latency = HUGE_VALL;
        return false;
    }
    const fl_node *nodes = instance->system.nodes;
    walk->latency += link->delay;
    walk->latency += bits / link->rate;
    walk->energy += bits * nodes[from].tx_energy;
    walk->energy += bits * nodes[to].rx_energy;
    walk->energy += bits * link->energy;
    return true;
}

static void compute(naive_walk *walk, const fl_instance *instance, const fl_block *block, int on,
                    long double share) {
    const fl_node *node = &instance->system.nodes[on];
    const fl_measured *measured = fl_block_measured(block, on);
    long double time = (long double)block->ops / node->speed;
    if (measured != NULL && measured->time >= 0) time = measured->time;
    long double energy = time * node->power;
    if (measured != NULL && measured->energy >= 0) energy = measured->energy;
    walk->latency += time / share;
    walk->energy += energy;
}

bool naive_walk_block(naive_walk *walk, const fl_instance *instance, const fl_app *app, int l, int from,
                      int to, long double share) {
    double bits = l == 0 ? app->input_bits : app->blocks[l - 1].out_bits;
    bool linked = from == to || move(walk, instance, bits, from, to);
    compute(walk, instance, &app->blocks[l], to, share);
    return linked;
}

void naive_walk_head(naive_walk *walk, const fl_instance *instance, const fl_app *app, int e, int on,
                     long double share) {
    const fl_node *node = &instance->system.nodes[on];
    long double time = (long double)app->exits[e].ops / node->speed;
    walk->latency += time / share;
    walk->energy += time * node->power;
}

int naive_slices(const fl_app *app, int on) {
    for (int i = 0; i < app->n_slices; i++) {
        if (app->slices[i].node == on) return i;
    }
    return -1;
}

long double naive_share(const fl_app *app, const int *levels, int on) {
    int i = naive_slices(app, on);
    if (i < 0) return 1;
    return levels[i] >= 0 ? app->slices[i].levels[levels[i]] : 0;
}

/** Whether the head of exit `e` runs when `final` is the last exit. */
static bool head_runs(const fl_app *app, int e, int final) {
    return e == final || (e < final && app->exits[e].share > 0);
}

/** Follow a sample through `depth` blocks. */
static naive_walk follow(const fl_instance *instance, const fl_app *app, int depth, int final,
                         const int *nodes, const int *levels) {
    naive_walk walk = {0, 0};
    for (int l = 0; l < depth; l++) {
        long double share = naive_share(app, levels, nodes[l]);
        naive_walk_block(&walk, instance, app, l, l == 0 ? app->source : nodes[l - 1], nodes[l], share);
        for (int e = 0; e <= final; e++) {
            if (app->exits[e].after != l + 1 || !head_runs(app, e, final)) continue;
            naive_walk_head(&walk, instance, app, e, nodes[l], share);
        }
    }
    return walk;
}

/* All samples */

long double naive_leaving(const fl_app *app, int e, int final) {
    long double left = 1;
    for (int before = 0; before < e; before++) left -= app->exits[before].share;
    if (left < 0) left = 0;
    if (e == final) return left;
    return app->exits[e].share < left ? app->exits[e].share : left;
}

long double naive_accuracy(const fl_app *app, int final) {
    long double accuracy = 0;
    for (int e = 0; e <= final; e++) accuracy += naive_leaving(app, e, final) * app->exits[e].accuracy;
    return accuracy;
}

bool naive_accurate(const fl_app *app, int final) {
    return naive_accuracy(app, final) >= app->accuracy - SLACK;
}

bool naive_in_time(const fl_app *app, long double latency) {
    return latency <= app->deadline * (1 + SLACK);
}

bool naive_enough(const fl_app *app, long double gone) {
    return gone > 0 && gone >= app->quantile - SLACK;
}

naive_cost naive_place(const fl_instance *instance, int app_index, int exit, const int *nodes,
                       const int *levels) {
    const fl_app *app = &instance->apps[app_index];
    naive_cost cost = {.linked = true, .allowed = true, .accuracy = naive_accuracy(app, exit)};
    for (int l = 0; l < app->exits[exit].after; l++) {
        int from = l == 0 ? app->source : nodes[l - 1];
        if (from != nodes[l] && fl_instance_link(instance, from, nodes[l]) == NULL) cost.linked = false;
        if (!fl_block_allows(&app->blocks[l], nodes[l])) cost.allowed = false;
        if (!(naive_share(app, levels, nodes[l]) > 0)) cost.allowed = false;
    }
    long double gone = 0;
    for (int e = 0; e <= exit && cost.linked; e++) {
        long double share = naive_leaving(app, e, exit);
        naive_walk walk = follow(instance, app, app->exits[e].after, exit, nodes, levels);
        cost.energy += share * walk.energy;
        if (app->latency == FL_LATENCY_MEAN) cost.latency += share * walk.latency;
        if (app->latency == FL_LATENCY_WORST) cost.latency = walk.latency; /* the last exit's stays */
        if (app->latency == FL_LATENCY_QUANTILE && !naive_enough(app, gone)) cost.latency = walk.latency;
        gone += share;
    }
    if (!cost.linked) cost.energy = cost.latency = HUGE_VALL;
    cost.in_time = naive_in_time(app, cost.latency);
    cost.accurate = naive_accurate(app, exit);
    return cost;
}

/* With all that a plan may choose: parts of the samples, each on its way */

/** The part of the samples who are confident enough for exit `e` and no earlier one; e = n_exits: for none.
 */
static long double part_of(const fl_app *app, const fl_placement *as, int e) {
    long double before = 0, with = 0;
    for (int i = 0; i <= e && i < app->n_exits; i++) {
        before = with;
        with += app->n_thresholds > 0 && as->threshold >= 0 ? app->thresholds[as->threshold].shares[i]
                                                            : app->exits[i].share;
    }
    if (e == app->n_exits) return with < 1 ? 1 - with : 0;
    return fminl(with, 1) - fminl(before, 1);
}

static bool is_off(const fl_placement *as, int e) {
    return as->off != NULL && as->off[e];
}

/** Where the part of exit `e` leaves: at the first exit from there on that is not off, at the final one at
 * the latest. */
static int leaves_at(const fl_placement *as, int e) {
    while (e < as->exit && is_off(as, e)) e++;
    return e < as->exit ? e : as->exit;
}

/** Whether the head of exit `e` runs: somebody leaves there, or it is the final one. */
static bool head_works(const fl_app *app, const fl_placement *as, int e) {
    if (e >= as->exit) return e == as->exit;
    bool somebody = false;
    for (int part = 0; part <= e; part++) {
        somebody = somebody || (part_of(app, as, part) > 0 && leaves_at(as, part) == e);
    }
    return somebody;
}

/** The coding of what moves into block `l`, or NULL. */
static const fl_coding *coding_of(const fl_app *app, const fl_placement *as, int l) {
    if (as->codings == NULL || as->codings[l] < 0) return NULL;
    return l == 0 ? &app->input_codings[as->codings[0]] : &app->blocks[l - 1].codings[as->codings[l]];
}

static long double bits_of(const fl_app *app, const fl_placement *as, int l) {
    const fl_coding *coding = coding_of(app, as, l);
    if (coding != NULL) return coding->bits;
    return l == 0 ? app->input_bits : app->blocks[l - 1].out_bits;
}

/** Seconds that node `on` takes to pack, or to unpack, what moves into block `l`. */
static long double packing(const fl_app *app, int l, int on, bool pack) {
    const fl_serial *serial = l == 0 ? app->input_serial : app->blocks[l - 1].serial;
    int n = l == 0 ? app->n_input_serial : app->blocks[l - 1].n_serial;
    for (int i = 0; i < n; i++) {
        if (serial[i].node == on) return pack ? serial[i].pack : serial[i].unpack;
    }
    return 0;
}

/** The time measured of blocks first..last (0-based) in one go on node `on`; none at all take 0; -1: not
 * known. */
static long double segment_time(const fl_app *app, int on, int first, int last) {
    if (last < first) return 0;
    for (int i = 0; i < app->n_segments; i++) {
        for (int k = 0; app->segments[i].node == on && k < app->segments[i].n_list; k++) {
            const fl_segment *at = &app->segments[i].list[k];
            if (at->first == first + 1 && at->last == last + 1) return at->time;
        }
    }
    return -1;
}

/** Compute block `l` on node `on`, in a run that began with block `start`. */
static void compute_in_run(naive_walk *walk, const fl_instance *instance, const fl_app *app, int l, int start,
                           int on, long double share) {
    long double with = segment_time(app, on, start, l), without = segment_time(app, on, start, l - 1);
    if (with < 0 || without < 0) {
        compute(walk, instance, &app->blocks[l], on, share);
        return;
    }
    walk->latency += (with - without) / share;
    walk->energy += (with - without) * instance->system.nodes[on].power;
}

/** Follow a sample to exit `to`; `*lost`: the accuracy that codings take from it. */
static naive_walk follow_to(const fl_instance *instance, const fl_app *app, const fl_placement *as, int to,
                            long double *lost) {
    const fl_node *nodes = instance->system.nodes;
    naive_walk walk = {0, 0};
    *lost = 0;
    for (int l = 0, start = 0; l < app->exits[to].after; l++) {
        int from = l == 0 ? app->source : as->nodes[l - 1], on = as->nodes[l];
        long double share = naive_share(app, as->levels, on);
        if (from != on) {
            start = l;
            long double pack = packing(app, l, from, true), unpack = packing(app, l, on, false);
            walk.latency += pack + unpack;
            walk.energy += pack * nodes[from].power + unpack * nodes[on].power;
            move(&walk, instance, bits_of(app, as, l), from, on);
            const fl_coding *coding = coding_of(app, as, l);
            if (coding != NULL) *lost += coding->loss;
        }
        compute_in_run(&walk, instance, app, l, start, on, share);
        for (int e = 0; e < app->n_exits; e++) {
            if (app->exits[e].after == l + 1 && head_works(app, as, e)) {
                naive_walk_head(&walk, instance, app, e, on, share);
            }
        }
    }
    return walk;
}

/** The share of all samples that leave at exit `e`. */
static long double leaving_as(const fl_app *app, const fl_placement *as, int e) {
    long double samples = 0;
    for (int part = 0; part <= app->n_exits; part++) {
        if (leaves_at(as, part) == e) samples += part_of(app, as, part);
    }
    return samples;
}

/** Variance of what a sample that leaves at exit `to` meets: the squares of what each thing that takes time
 * by itself may be off by. */
static long double variance_to(const fl_instance *instance, const fl_app *app, const fl_placement *as,
                               int to) {
    const fl_node *nodes = instance->system.nodes;
    long double sum = 0;
    for (int l = 0, start = 0; l < app->exits[to].after; l++) {
        int from = l == 0 ? app->source : as->nodes[l - 1], on = as->nodes[l];
        long double share = naive_share(app, as->levels, on);
        naive_walk walk = {0, 0};
        if (from != on) {
            const fl_link *link = fl_instance_link(instance, from, on);
            long double pack = packing(app, l, from, true) * nodes[from].deviation;
            long double unpack = packing(app, l, on, false) * nodes[on].deviation;
            long double sending = bits_of(app, as, l) / link->rate * link->deviation;
            sum += pack * pack + unpack * unpack + sending * sending;
            start = l;
        }
        compute_in_run(&walk, instance, app, l, start, on, share);
        for (int e = 0; e < app->n_exits; e++) {
            if (app->exits[e].after == l + 1 && head_works(app, as, e)) {
                naive_walk_head(&walk, instance, app, e, on, share);
            }
        }
        sum += walk.latency * nodes[on].deviation * (walk.latency * nodes[on].deviation);
    }
    return sum;
}

/** Variance of the latency by the application's rule. Two samples' ways are one as far as the first of them
 *  goes, and that is what their times have in common. */
static long double variance_as(const fl_instance *instance, const fl_app *app, const fl_placement *as) {
    long double sum = 0, gone = 0;
    int decides = as->exit;
    for (int e = as->exit; e >= 0; e--) {
        long double before = 0;
        for (int i = 0; i < e; i++) before += is_off(as, i) ? 0 : leaving_as(app, as, i);
        if (app->latency == FL_LATENCY_QUANTILE && !is_off(as, e) && !naive_enough(app, before)) {
            decides = e;
            break;
        }
    }
    if (app->latency != FL_LATENCY_MEAN) return variance_to(instance, app, as, decides);
    for (int e = 0; e <= as->exit; e++) {
        if (e < as->exit && is_off(as, e)) continue;
        long double samples = leaving_as(app, as, e);
        gone += samples;
        sum += variance_to(instance, app, as, e) * samples * (samples + 2 * (1 - gone));
    }
    return sum;
}

naive_cost naive_place_as(const fl_instance *instance, int app_index, const fl_placement *as) {
    const fl_app *app = &instance->apps[app_index];
    naive_cost cost = naive_place(instance, app_index, as->exit, as->nodes, as->levels);
    long double gone = 0, lost;
    cost.energy = cost.latency = cost.accuracy = 0;
    for (int e = 0; e <= as->exit; e++) {
        if (e < as->exit && is_off(as, e)) continue;
        long double samples = leaving_as(app, as, e);
        naive_walk walk = follow_to(instance, app, as, e, &lost);
        bool chosen = app->n_thresholds > 0 && as->threshold >= 0;
        double right = chosen ? app->thresholds[as->threshold].accuracies[e] : app->exits[e].accuracy;
        cost.accuracy += samples * (right - lost);
        if (!cost.linked) continue;
        cost.energy += samples * walk.energy;
        if (app->latency == FL_LATENCY_MEAN) cost.latency += samples * walk.latency;
        if (app->latency == FL_LATENCY_WORST) cost.latency = walk.latency; /* the last exit's stays */
        if (app->latency == FL_LATENCY_QUANTILE && !naive_enough(app, gone)) cost.latency = walk.latency;
        gone += samples;
    }
    if (cost.accuracy < 0) cost.accuracy = 0;
    if (cost.linked && app->deviations > 0) {
        cost.latency += app->deviations * sqrtl(variance_as(instance, app, as));
    }
    if (!cost.linked) cost.energy = cost.latency = HUGE_VALL;
    cost.in_time = naive_in_time(app, cost.latency);
    cost.accurate = cost.accuracy >= app->accuracy - SLACK;
    return cost;
}

/* Limits */

naive_load naive_load_create(const fl_instance *instance) {
    size_t n = (size_t)instance->system.n_nodes;
    naive_load load = {.n_nodes = (int)n,
                       .ops = calloc(n, sizeof(long double)),
                       .memory = calloc(n, sizeof(long double)),
                       .shares = calloc(n, sizeof(long double)),
                       .bits = calloc(n * n, sizeof(long double))};
    if (load.ops == NULL || load.memory == NULL || load.shares == NULL || load.bits == NULL) {
        fprintf(stderr, "naive: out of memory\n");
        exit(EXIT_FAILURE);
    }
    return load;
}

void naive_load_copy(naive_load *to, const naive_load *from) {
    size_t n = (size_t)from->n_nodes;
    memcpy(to->ops, from->ops, n * sizeof *to->ops);
    memcpy(to->memory, from->memory, n * sizeof *to->memory);
    memcpy(to->shares, from->shares, n * sizeof *to->shares);
    memcpy(to->bits, from->bits, n * n * sizeof *to->bits);
}

void naive_load_free(naive_load *load) {
    free(load->ops);
    free(load->memory);
    free(load->shares);
    free(load->bits);
}

void naive_load_add(naive_load *load, const fl_instance *instance, int app, int exit, const int *nodes,
                    const int *levels, int users) {
    fl_placement as = {.exit = exit, .threshold = -1};
    as.nodes = (int *)(uintptr_t)nodes;
    as.levels = (int *)(uintptr_t)levels;
    naive_load_add_as(load, instance, app, &as, users);
}

void naive_load_add_as(naive_load *load, const fl_instance *instance, int app_index, const fl_placement *as,
                       int users) {
    const fl_app *app = &instance->apps[app_index];
    const int *nodes = as->nodes;
    for (int part = 0; part <= app->n_exits; part++) {
        long double samples = part_of(app, as, part) * app->rate * users; /* per second */
        int to = leaves_at(as, part);
        for (int passed = 0; passed <= to; passed++) {
            int on = nodes[app->exits[passed].after - 1];
            if (naive_slices(app, on) >= 0) continue; /* it runs in what is reserved */
            if (head_works(app, as, passed)) load->ops[on] += samples * app->exits[passed].ops;
        }
        for (int l = 0; l < app->exits[to].after; l++) {
            int from = l == 0 ? app->source : nodes[l - 1];
            if (naive_slices(app, nodes[l]) < 0) load->ops[nodes[l]] += samples * app->blocks[l].ops;
            if (from == nodes[l]) continue;
            size_t pair = (size_t)from * (size_t)load->n_nodes + (size_t)nodes[l];
            load->bits[pair] += samples * bits_of(app, as, l);
        }
    }
    int depth = app->exits[as->exit].after;
    for (int l = 0; l < depth; l++) load->memory[nodes[l]] += (long double)app->blocks[l].memory * users;
    for (int i = 0; i < app->n_slices; i++) {
        bool used = false;
        for (int l = 0; l < depth; l++) used = used || nodes[l] == app->slices[i].node;
        if (used)
            load->shares[app->slices[i].node] += naive_share(app, as->levels, app->slices[i].node) * users;
    }
}

bool naive_load_fits(const naive_load *load, const fl_instance *instance) {
    for (int n = 0; n < load->n_nodes; n++) {
        if (load->ops[n] > instance->system.nodes[n].capacity * (1 + SLACK)) return false;
        if (load->memory[n] > instance->system.nodes[n].memory * (1 + SLACK)) return false;
        if (load->shares[n] > 1 + SLACK) return false;
        for (int to = 0; to < load->n_nodes; to++) {
            const fl_link *link = fl_instance_link(instance, n, to);
            if (link != NULL && load->bits[n * load->n_nodes + to] > link->capacity * (1 + SLACK))
                return false;
        }
    }
    return true;
}

/* Plans */

naive_verdict naive_judge(const fl_instance *instance, const fl_plan *plan) {
    naive_verdict verdict = {.feasible = true, .linked = true, .accuracy = HUGE_VALL};
    long double rates = 0;
    naive_load load = naive_load_create(instance);
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        long long missing = app->count;
        for (const fl_placement *at = &plan->apps[h]; at != NULL && at->exit >= 0; at = at->more) {
            naive_cost cost = naive_place_as(instance, h, at);
            if (!cost.linked || !cost.allowed || !cost.in_time || !cost.accurate) verdict.feasible = false;
            verdict.linked = verdict.linked && cost.linked;
            verdict.power += cost.energy * app->rate * at->count;
            rates += (long double)app->rate * at->count;
            verdict.latency = fmaxl(verdict.latency, cost.latency);
            verdict.accuracy = fminl(verdict.accuracy, cost.accuracy);
            verdict.served += at->count;
            missing -= at->count;
            naive_load_add_as(&load, instance, h, at, at->count);
        }
        if (missing < 0 || (missing > 0 && !instance->admission)) verdict.feasible = false;
    }
    verdict.energy = rates > 0 ? verdict.power / rates : 0;
    verdict.feasible = verdict.feasible && naive_load_fits(&load, instance);
    naive_load_free(&load);
    return verdict;
}
