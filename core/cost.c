/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cost.h"
#include "core/clones.h"
#include "core/tolerance.h"

double fl_cost_reach(const fl_app *app, int block) {
    double reach = 1;
    for (int e = 0; e < app->n_exits && app->exits[e].after <= block; e++) reach -= app->exits[e].share;
    return fmax(reach, 0);
}

double fl_cost_weight(const fl_app *app, double reach) {
    switch (app->latency) {
    case FL_LATENCY_WORST:
        break;
    case FL_LATENCY_MEAN:
        return reach;
    case FL_LATENCY_QUANTILE: /* while nobody has left, no share of the samples has, however small */
        return reach >= 1 || 1 - reach < app->quantile - FL_TOLERANCE_SHARES ? 1 : 0;
    }
    return 1;
}

double fl_cost_accuracy(const fl_app *app, int exit) {
    double stay = 1, accuracy = 0;
    for (int e = 0; e < exit; e++) {
        stay -= app->exits[e].share;
        accuracy += app->exits[e].share * app->exits[e].accuracy;
    }
    return accuracy + fmax(stay, 0) * app->exits[exit].accuracy;
}

bool fl_cost_accurate(const fl_app *app, int exit) {
    return fl_cost_accuracy(app, exit) >= app->accuracy - FL_TOLERANCE_ACCURACY;
}

int fl_cost_exit_after(const fl_app *app, int block) {
    for (int e = 0; e < app->n_exits; e++) {
        if (app->exits[e].after == block + 1) return e;
    }
    return -1;
}

double fl_cost_head(const fl_app *app, int block, int final) {
    int exit = fl_cost_exit_after(app, block);
    if (exit < 0 || exit > final) return 0;
    return exit == final || app->exits[exit].share > 0 ? app->exits[exit].ops : 0;
}

double fl_cost_ops(const fl_app *app, int block, int final) {
    return app->blocks[block].ops + fl_cost_head(app, block, final);
}

/** The block itself, by its own operations or what was measured of it. */
static fl_cost own_cost(const fl_app *app, int block, int node, const fl_node *on) {
    const fl_measured *measured = fl_block_measured(&app->blocks[block], node);
    double time = app->blocks[block].ops / on->speed;
    if (measured != NULL && measured->time >= 0) time = measured->time;
    double energy = time * on->power;
    if (measured != NULL && measured->energy >= 0) energy = measured->energy;
    return (fl_cost){.energy = energy, .latency = time};
}

/** The block and an exit head of `head` operations, together. */
static fl_cost with_head(fl_cost block, double head, const fl_node *on, double share) {
    double more = head / on->speed;
    return (fl_cost){.energy = block.energy + more * on->power, .latency = (block.latency + more) / share};
}

fl_cost fl_cost_compute(const fl_instance *instance, const fl_app *app, int block, int node, int final,
                        double share) {
    const fl_node *on = &instance->system.nodes[node];
    return with_head(own_cost(app, block, node, on), fl_cost_head(app, block, final), on, share);
}

fl_cost fl_cost_run(const fl_instance *instance, const fl_app *app, int block, int start, int node,
                    double head, double share) {
    const fl_node *on = &instance->system.nodes[node];
    if (app->n_segments == 0) return with_head(own_cost(app, block, node, on), head, on, share);
    const fl_segments *segments = fl_app_segments(app, node);
    double with = segments != NULL ? fl_segments_time(segments, start, block) : -1;
    double without = segments != NULL ? fl_segments_time(segments, start, block - 1) : -1;
    if (with < 0 || without < 0) return with_head(own_cost(app, block, node, on), head, on, share);
    double time = with - without;
    return with_head((fl_cost){.energy = time * on->power, .latency = time}, head, on, share);
}

/** Vector code: one division and a few products per node. */
FL_CLONES static void compute_blocks(double *restrict latency, double *restrict energy, double ops,
                                     int n_nodes, const double *restrict speed, const double *restrict power,
                                     double latency_weight, double energy_weight) {
    for (int n = 0; n < n_nodes; n++) {
        double time = ops / speed[n];
        latency[n] = latency_weight * time;
        energy[n] = energy_weight * (time * power[n]);
    }
}

/** The same with a head of `head` operations. */
FL_CLONES static void compute_with_head(double *restrict latency, double *restrict energy, double ops,
                                        double head, int n_nodes, const double *restrict speed,
                                        const double *restrict power, double latency_weight,
                                        double energy_weight) {
    for (int n = 0; n < n_nodes; n++) {
        double time = ops / speed[n], more = head / speed[n];
        latency[n] = latency_weight * (time + more);
        energy[n] = energy_weight * (time * power[n] + more * power[n]);
    }
}

void fl_cost_compute_all(double *restrict latency, double *restrict energy, const fl_app *app, int block,
                         int final, int n_nodes, const double *restrict speed, const double *restrict power,
                         double latency_weight, double energy_weight) {
    double ops = app->blocks[block].ops, head = fl_cost_head(app, block, final);
    if (head > 0) {
        compute_with_head(latency, energy, ops, head, n_nodes, speed, power, latency_weight, energy_weight);
    } else {
        compute_blocks(latency, energy, ops, n_nodes, speed, power, latency_weight, energy_weight);
    }
}

double fl_cost_share(const fl_app *app, const int *levels, int node) {
    for (int i = 0; i < app->n_slices; i++) {
        if (app->slices[i].node == node) return levels[i] >= 0 ? app->slices[i].levels[levels[i]] : 1;
    }
    return 1;
}

double fl_cost_bits(const fl_app *app, int block) {
    return block == 0 ? app->input_bits : app->blocks[block - 1].out_bits;
}

fl_cost fl_cost_move(const fl_instance *instance, const fl_link *link, double bits, int from, int to) {
    const fl_node *nodes = instance->system.nodes;
    return (fl_cost){.energy = bits * (nodes[from].tx_energy + nodes[to].rx_energy + link->energy),
                     .latency = bits / link->rate + link->delay};
}

/** What was measured of sending data from a node, and of receiving it there; 0 when nothing was. */
static fl_serial serial_of(const fl_serial *serial, int n, int node) {
    for (int i = 0; i < n; i++) {
        if (serial[i].node == node) return serial[i];
    }
    return (fl_serial){node, 0, 0};
}

fl_cost fl_cost_pack_on(const fl_instance *instance, const fl_app *app, int block, int node, bool receives) {
    const fl_serial *serial = block == 0 ? app->input_serial : app->blocks[block - 1].serial;
    int n = block == 0 ? app->n_input_serial : app->blocks[block - 1].n_serial;
    fl_serial on = serial_of(serial, n, node);
    double time = receives ? on.unpack : on.pack;
    return (fl_cost){.energy = time * instance->system.nodes[node].power, .latency = time};
}

fl_cost fl_cost_pack(const fl_instance *instance, const fl_app *app, int block, int from, int to) {
    fl_cost pack = fl_cost_pack_on(instance, app, block, from, false);
    fl_cost unpack = fl_cost_pack_on(instance, app, block, to, true);
    return (fl_cost){.energy = pack.energy + unpack.energy, .latency = pack.latency + unpack.latency};
}

static double square(double x) {
    return x * x;
}

double fl_cost_variance(const fl_instance *instance, const fl_app *app, int block, const fl_link *link,
                        double bits, int from, int to, double compute) {
    const fl_node *sender = &instance->system.nodes[from], *receiver = &instance->system.nodes[to];
    double variance = square(receiver->deviation * compute);
    if (link == NULL) return variance;
    double pack = fl_cost_pack_on(instance, app, block, from, false).latency;
    double unpack = fl_cost_pack_on(instance, app, block, to, true).latency;
    return variance + square(link->deviation * (bits / link->rate)) + square(sender->deviation * pack) +
           square(receiver->deviation * unpack);
}

double fl_cost_latency(const fl_app *app, double mean, double variance) {
    return variance > 0 ? mean + app->deviations * sqrt(variance) : mean;
}
