/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/profile.h"

/** One block of the placement: where it is, and how much of its energies and times counts. */
typedef struct stop {
    int block, from, on;
    double reach, weight;
} stop;

static double square(double number) {
    return number * number;
}

static void add_on(fl_profile *to, const fl_instance *instance, int node, const stop *at, fl_cost cost) {
    to->nodes[node] += at->weight * cost.latency;
    to->node_variances[node] += square(instance->system.nodes[node].deviation * at->weight * cost.latency);
    to->energies[node] += at->reach * cost.energy;
}

static void add_move(fl_profile *to, const fl_instance *instance, const fl_app *app, const stop *at,
                     double bits) {
    const fl_link *link = fl_instance_link(instance, at->from, at->on);
    fl_link at_once = *link; /* what is left without its delay goes with the rate */
    at_once.delay = 0;
    fl_cost move = fl_cost_move(instance, &at_once, bits, at->from, at->on);
    int index = fl_instance_link_index(instance, at->from, at->on);
    to->links[index] += at->weight * move.latency;
    to->link_variances[index] += square(link->deviation * at->weight * move.latency);
    to->delays += at->weight * link->delay;
    to->moving += at->reach * move.energy;
    add_on(to, instance, at->from, at, fl_cost_pack_on(instance, app, at->block, at->from, false));
    add_on(to, instance, at->on, at, fl_cost_pack_on(instance, app, at->block, at->on, true));
}

fl_status fl_profile_placement(fl_profile *out, const fl_instance *instance, int app,
                               const fl_placement *placement, fl_arena *arena, fl_error *err) {
    const fl_app *of = &instance->apps[app];
    const fl_system *system = &instance->system;
    *out = (fl_profile){.nodes = FL_ZERO(arena, system->n_nodes, double),
                        .links = FL_ZERO(arena, system->n_links + system->n_tier_links, double),
                        .energies = FL_ZERO(arena, system->n_nodes, double),
                        .node_variances = FL_ZERO(arena, system->n_nodes, double),
                        .link_variances = FL_ZERO(arena, system->n_links + system->n_tier_links, double)};
    if (arena->failed) return fl_arena_error(arena, err);
    fl_exits_used used = fl_plan_exits(placement, of);
    int depth = fl_plan_depth(placement, instance, app), start = 0;
    for (int l = 0; l < depth; l++) {
        stop at = {l, l > 0 ? placement->nodes[l - 1] : of->source, placement->nodes[l], 0, 0};
        at.reach = fl_choices_reach(of, &used, l);
        at.weight = fl_cost_weight(of, at.reach);
        if (at.from != at.on) {
            add_move(out, instance, of, &at, fl_choices_bits(of, l, fl_plan_coding(placement, l)));
            start = l;
        }
        double head = fl_choices_head(of, &used, l, placement->exit);
        double share = fl_cost_share(of, placement->levels, at.on);
        add_on(out, instance, at.on, &at, fl_cost_run(instance, of, l, start, at.on, head, share));
    }
    return FL_OK;
}
