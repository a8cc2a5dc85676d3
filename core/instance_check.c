/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What an instance must be: every rule of the format but those of types and names, which
 *  core/instance_read*.c keep. */
#include "core/choices.h"
#include "core/instance_fields.h"
#include "core/instance_shared.h"
#include "core/tolerance.h"
#include <string.h>

/* Checks: each is given the place of what it looks at and leaves it as it found it on success. */

static fl_status check_nodes(const fl_instance *instance, fl_place *place, fl_error *err) {
    const fl_system *system = &instance->system;
    fl_place_key(place, "nodes");
    if (system->n_nodes < 1) return fl_place_error(place, err, "needs at least one node");
    for (int n = 0; n < system->n_nodes; n++) {
        fl_place_index(place, n);
        FL_TRY(fl_fields_check(fl_node_fields, &system->nodes[n], place, err));
        fl_place_key(place, "name");
        if (system->nodes[n].name[0] == '\0') return fl_place_error(place, err, "must not be empty");
        fl_place_pop(place);
        fl_place_pop(place);
    }
    int doubled = fl_named_doubled(instance->shared->names, system->n_nodes);
    if (doubled >= 0) {
        fl_place_index(place, doubled);
        fl_place_key(place, "name");
        return fl_place_error(place, err, "a node called \"%s\" is there already",
                              system->nodes[doubled].name);
    }
    fl_place_pop(place);
    return FL_OK;
}

/** Solvers multiply by the seconds a bit takes, so that number must be finite too. */
static fl_status check_rate(const fl_link *link, fl_place *place, fl_error *err) {
    if (isfinite(1 / link->rate)) return FL_OK;
    fl_place_key(place, "rate");
    return fl_place_error(place, err, "is too small: %.17g", link->rate);
}

static fl_status check_links(const fl_instance *instance, fl_place *place, fl_error *err) {
    const fl_system *system = &instance->system;
    fl_place_key(place, "links");
    for (int i = 0; i < system->n_links; i++) {
        const fl_node_link *link = &system->links[i];
        fl_place_index(place, link->index);
        FL_TRY(fl_fields_check(fl_link_fields, &link->link, place, err));
        if (link->from < 0 || link->from >= system->n_nodes || link->to < 0 || link->to >= system->n_nodes) {
            return fl_place_error(place, err, "joins a node that does not exist");
        }
        if (link->from == link->to) return fl_place_error(place, err, "joins a node to itself");
        FL_TRY(check_rate(&link->link, place, err));
        fl_place_pop(place);
    }
    for (int i = 0; i < system->n_tier_links; i++) {
        fl_place_index(place, system->tier_links[i].index);
        FL_TRY(fl_fields_check(fl_link_fields, &system->tier_links[i].link, place, err));
        FL_TRY(check_rate(&system->tier_links[i].link, place, err));
        fl_place_pop(place);
    }
    int own = fl_pair_doubled(instance->shared->links, system->n_links);
    int tier = fl_pair_doubled(instance->shared->tiers, system->n_tier_links);
    if (own >= 0) {
        fl_place_index(place, system->links[own].index);
        return fl_place_error(place, err, "a link from \"%s\" to \"%s\" is there already",
                              system->nodes[system->links[own].from].name,
                              system->nodes[system->links[own].to].name);
    }
    if (tier >= 0) {
        const fl_tier_link *link = &system->tier_links[tier];
        fl_place_index(place, link->index);
        return fl_place_error(place, err, "a link from tier %d to tier %d is there already", link->from_tier,
                              link->to_tier);
    }
    fl_place_pop(place);
    return FL_OK;
}

/** Refuse a name that is there twice; the place is that of the array.
 *  @param first  as fl_named_sort() */
static fl_status check_names(const fl_instance *instance, const char *const *first, size_t stride, int n,
                             const char *what, fl_place *place, fl_error *err) {
    fl_arena *arena = &instance->shared->arena;
    fl_arena_mark mark = fl_arena_keep(arena);
    const fl_named *sorted = fl_named_sort(first, stride, n, arena);
    if (sorted == NULL) return fl_arena_error(arena, err);
    int doubled = fl_named_doubled(sorted, n);
    fl_arena_release(arena, mark);
    if (doubled < 0) return FL_OK;
    fl_place_index(place, doubled);
    fl_place_key(place, "name");
    return fl_place_error(place, err, "%s called \"%s\" is there already", what,
                          *(const char *const *)((const char *)first + (size_t)doubled * stride));
}

static fl_status check_measured(const fl_instance *instance, const fl_block *block, fl_place *place,
                                fl_error *err) {
    for (int i = 0; i < block->n_measured; i++) {
        const fl_measured *measured = &block->measured[i];
        if (measured->node < 0 || measured->node >= instance->system.n_nodes ||
            (i > 0 && measured->node <= block->measured[i - 1].node)) {
            return fl_place_error(place, err, "measured nodes must exist and ascend");
        }
        if (!(measured->time < INFINITY) || !(measured->energy < INFINITY)) {
            fl_place_key(place, measured->time < INFINITY ? "energy" : "time");
            fl_place_key(place, instance->system.nodes[measured->node].name);
            return fl_place_error(place, err, "must be a finite number");
        }
    }
    return FL_OK;
}

static fl_status check_allowed(const fl_instance *instance, const fl_block *block, fl_place *place,
                               fl_error *err) {
    if (block->n_allowed <= 0) return FL_OK;
    fl_arena *arena = &instance->shared->arena;
    fl_arena_mark mark = fl_arena_keep(arena);
    bool *seen = FL_ZERO(arena, instance->system.n_nodes, bool);
    if (seen == NULL) return fl_arena_error(arena, err);
    fl_place_key(place, "nodes");
    for (int i = 0; i < block->n_allowed; i++) {
        fl_place_index(place, i);
        int node = block->allowed[i];
        if (node < 0 || node >= instance->system.n_nodes) return fl_place_error(place, err, "no such node");
        if (seen[node]) {
            return fl_place_error(place, err, "\"%s\" is there already", instance->system.nodes[node].name);
        }
        seen[node] = true;
        fl_place_pop(place);
    }
    fl_place_pop(place);
    fl_arena_release(arena, mark);
    return FL_OK;
}

static fl_status check_codings(const fl_coding *codings, int n, const char *key, fl_place *place,
                               fl_error *err) {
    fl_place_key(place, key);
    for (int i = 0; i < n; i++) {
        fl_place_index(place, i);
        FL_TRY(fl_fields_check(fl_coding_fields, &codings[i], place, err));
        fl_place_key(place, "name");
        if (codings[i].name[0] == '\0') return fl_place_error(place, err, "must not be empty");
        for (int j = 0; j < i; j++) {
            if (strcmp(codings[j].name, codings[i].name) != 0) continue;
            return fl_place_error(place, err, "a coding called \"%s\" is there already", codings[i].name);
        }
        fl_place_pop(place);
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

/** The times of packing and unpacking, whose members are called `pack` and `unpack`. */
static fl_status check_serial(const fl_instance *instance, const fl_serial *serial, int n, const char *pack,
                              const char *unpack, fl_place *place, fl_error *err) {
    for (int i = 0; i < n; i++) {
        if (serial[i].node < 0 || serial[i].node >= instance->system.n_nodes ||
            (i > 0 && serial[i].node <= serial[i - 1].node)) {
            return fl_place_error(place, err, "nodes of %s and %s must exist and ascend", pack, unpack);
        }
        for (int side = 0; side < 2; side++) {
            fl_place_key(place, side == 0 ? pack : unpack);
            fl_place_key(place, instance->system.nodes[serial[i].node].name);
            FL_TRY(fl_range_check(FL_RANGE_NONNEGATIVE, side == 0 ? serial[i].pack : serial[i].unpack, place,
                                  err));
            fl_place_pop(place);
            fl_place_pop(place);
        }
    }
    return FL_OK;
}

static fl_status check_blocks(const fl_instance *instance, const fl_app *app, fl_place *place,
                              fl_error *err) {
    fl_place_key(place, "blocks");
    if (app->n_blocks < 1) return fl_place_error(place, err, "needs at least one block");
    for (int l = 0; l < app->n_blocks; l++) {
        const fl_block *block = &app->blocks[l];
        fl_place_index(place, l);
        FL_TRY(fl_fields_check(fl_block_fields, block, place, err));
        FL_TRY(check_measured(instance, block, place, err));
        FL_TRY(check_allowed(instance, block, place, err));
        FL_TRY(check_codings(block->codings, block->n_codings, "codings", place, err));
        FL_TRY(check_serial(instance, block->serial, block->n_serial, "pack", "unpack", place, err));
        fl_place_pop(place);
    }
    const char *const *first = &app->blocks[0].name;
    FL_TRY(check_names(instance, first, sizeof *app->blocks, app->n_blocks, "a block", place, err));
    fl_place_pop(place);
    return FL_OK;
}

/** Add one exit's share to the sum of those before; the place is that of the share. */
static fl_status add_share(double *shares, double share, fl_place *place, fl_error *err) {
    *shares += share;
    if (!(*shares > 1 + FL_TOLERANCE_SHARES)) return FL_OK;
    return fl_place_error(place, err, "the shares sum to %.17g up to here, over 1", *shares);
}

static fl_status check_exits(const fl_app *app, fl_place *place, fl_error *err) {
    fl_place_key(place, "exits");
    if (app->n_exits < 1) return fl_place_error(place, err, "needs at least one exit");
    double shares = 0;
    for (int e = 0; e < app->n_exits; e++) {
        const fl_exit *exit = &app->exits[e];
        fl_place_index(place, e);
        FL_TRY(fl_fields_check(fl_exit_fields, exit, place, err));
        fl_place_key(place, "after");
        if (exit->after > app->n_blocks) {
            return fl_place_error(place, err, "is %d, but there are only %d blocks", exit->after,
                                  app->n_blocks);
        }
        if (e > 0 && exit->after <= app->exits[e - 1].after) {
            return fl_place_error(place, err, "is %d, but exits must be in order and the one before is at %d",
                                  exit->after, app->exits[e - 1].after);
        }
        fl_place_pop(place);
        fl_place_key(place, "share");
        FL_TRY(add_share(&shares, exit->share, place, err));
        fl_place_pop(place);
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

/** The numbers of one threshold, one for each exit. */
static fl_status check_threshold(const fl_app *app, const fl_threshold *threshold, fl_place *place,
                                 fl_error *err) {
    double shares = 0;
    for (int e = 0; e < app->n_exits; e++) {
        fl_place_key(place, "shares");
        fl_place_index(place, e);
        FL_TRY(fl_range_check(FL_RANGE_SHARE, threshold->shares[e], place, err));
        FL_TRY(add_share(&shares, threshold->shares[e], place, err));
        fl_place_pop(place);
        fl_place_pop(place);
        fl_place_key(place, "accuracies");
        fl_place_index(place, e);
        FL_TRY(fl_range_check(FL_RANGE_SHARE, threshold->accuracies[e], place, err));
        fl_place_pop(place);
        fl_place_pop(place);
    }
    return FL_OK;
}

static fl_status check_thresholds(const fl_instance *instance, const fl_app *app, fl_place *place,
                                  fl_error *err) {
    if (app->n_thresholds == 0) return FL_OK;
    fl_place_key(place, "thresholds");
    for (int t = 0; t < app->n_thresholds; t++) {
        fl_place_index(place, t);
        fl_place_key(place, "name");
        if (app->thresholds[t].name[0] == '\0') return fl_place_error(place, err, "must not be empty");
        fl_place_pop(place);
        FL_TRY(check_threshold(app, &app->thresholds[t], place, err));
        fl_place_pop(place);
    }
    const char *const *first = &app->thresholds[0].name;
    FL_TRY(
        check_names(instance, first, sizeof *app->thresholds, app->n_thresholds, "a threshold", place, err));
    fl_place_pop(place);
    return FL_OK;
}

static fl_status check_levels(const fl_slices *slices, fl_place *place, fl_error *err) {
    if (slices->n_levels < 1) return fl_place_error(place, err, "needs at least one level");
    for (int i = 0; i < slices->n_levels; i++) {
        fl_place_index(place, i);
        double level = slices->levels[i];
        if (!(level > 0 && level <= 1)) {
            return fl_place_error(place, err, "must be greater than 0 and at most 1, not %.17g", level);
        }
        for (int j = 0; j < i; j++) {
            if (slices->levels[j] == level) return fl_place_error(place, err, "is there already");
        }
        fl_place_pop(place);
    }
    return FL_OK;
}

static fl_status check_slices(const fl_instance *instance, const fl_app *app, fl_place *place,
                              fl_error *err) {
    fl_place_key(place, "slices");
    for (int i = 0; i < app->n_slices; i++) {
        int node = app->slices[i].node;
        if (node < 0 || node >= instance->system.n_nodes) return fl_place_error(place, err, "no such node");
        fl_place_key(place, instance->system.nodes[node].name);
        for (int j = 0; j < i; j++) {
            if (app->slices[j].node == node) return fl_place_error(place, err, "is there already");
        }
        FL_TRY(check_levels(&app->slices[i], place, err));
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

/* Segments */

/** One segment: its blocks, and that no block of a run takes less than nothing. `list` is sorted. */
static fl_status check_segment(const fl_app *app, const fl_segments *segments, int k, fl_place *place,
                               fl_error *err) {
    const fl_segment *at = &segments->list[k];
    FL_TRY(fl_fields_check(fl_segment_fields, at, place, err));
    if (at->last > app->n_blocks || at->last < at->first) {
        fl_place_key(place, "last");
        return fl_place_error(place, err, "must be from %d to %d, not %d", at->first, app->n_blocks,
                              at->last);
    }
    if (k == 0 || segments->list[k - 1].first != at->first) return FL_OK;
    const fl_segment *before = &segments->list[k - 1];
    if (before->last == at->last) {
        return fl_place_error(place, err, "blocks %d to %d are there already", at->first, at->last);
    }
    if (before->last < at->last - 1 || before->time <= at->time) return FL_OK;
    fl_place_key(place, "time");
    return fl_place_error(place, err, "is %.17g, less than the %.17g of blocks %d to %d", at->time,
                          before->time, before->first, before->last);
}

static fl_status check_segments(const fl_instance *instance, const fl_app *app, fl_place *place,
                                fl_error *err) {
    fl_place_key(place, "segments");
    for (int i = 0; i < app->n_segments; i++) {
        const fl_segments *segments = &app->segments[i];
        if (segments->node < 0 || segments->node >= instance->system.n_nodes ||
            (i > 0 && segments->node <= app->segments[i - 1].node)) {
            return fl_place_error(place, err, "nodes must exist and ascend");
        }
        fl_place_key(place, instance->system.nodes[segments->node].name);
        for (int k = 0; k < segments->n_list; k++) {
            fl_place_index(place, segments->list[k].index);
            FL_TRY(check_segment(app, segments, k, place, err));
            fl_place_pop(place);
        }
        fl_place_pop(place);
    }
    fl_place_pop(place);
    return FL_OK;
}

/* Magnitudes */

/** The longest and the dearest that anything takes that was measured of runs and of packing; 0: nothing. */
static fl_cost worst_run(const fl_instance *instance, const fl_app *app, double share) {
    const fl_node *nodes = instance->system.nodes;
    fl_cost worst = {0, 0};
    for (int i = 0; i < app->n_segments; i++) {
        for (int k = 0; k < app->segments[i].n_list; k++) {
            double time = app->segments[i].list[k].time;
            worst.latency = fmax(worst.latency, time / share);
            worst.energy = fmax(worst.energy, time * nodes[app->segments[i].node].power);
        }
    }
    return worst;
}

/** The longest and the dearest packing and unpacking of the data that moves into block `l`. */
static fl_cost worst_packing(const fl_instance *instance, const fl_app *app, int l) {
    fl_cost worst = {0, 0};
    int n = l == 0 ? app->n_input_serial : app->blocks[l - 1].n_serial;
    const fl_serial *serial = l == 0 ? app->input_serial : app->blocks[l - 1].serial;
    for (int i = 0; i < n; i++) {
        double time = serial[i].pack + serial[i].unpack;
        worst.latency += time;
        worst.energy += time * instance->system.nodes[serial[i].node].power;
    }
    return worst;
}

/** The least share of a node's speed that the application may reserve, 1 without slices. */
static double least_level(const fl_app *app) {
    double least = 1;
    for (int i = 0; i < app->n_slices; i++) {
        for (int k = 0; k < app->slices[i].n_levels; k++) least = fmin(least, app->slices[i].levels[k]);
    }
    return least;
}

fl_status fl_instance_check_magnitudes(const fl_instance *instance, const fl_app *app, fl_place *place,
                                       fl_error *err) {
    fl_link worst = fl_instance_worst_link(&instance->system);
    double times =
        1 + app->deviations * fl_instance_most_deviation(&instance->system); /* its mean, at most */
    double energy = 0, latency = 0, bits = 0, ops = 0, share = least_level(app);
    fl_cost run = worst_run(instance, app, share);
    for (int l = 0; l < app->n_blocks; l++) {
        double block_energy = 0, block_latency = 0;
        for (int n = 0; n < instance->system.n_nodes; n++) {
            int exit = fl_cost_exit_after(app, l);
            fl_cost compute =
                fl_cost_compute(instance, app, l, n, exit >= 0 ? exit : app->n_exits - 1, share);
            block_energy = fmax(block_energy, compute.energy);
            block_latency = fmax(block_latency, compute.latency);
            if (isnan(compute.energy) || isnan(compute.latency)) block_energy = INFINITY;
        }
        fl_cost packing = worst_packing(instance, app, l);
        double sent = fl_choices_most_bits(app, l);
        bits += sent;
        ops += app->blocks[l].ops;
        energy += block_energy + run.energy + packing.energy + sent * worst.energy;
        latency += block_latency + run.latency + packing.latency + sent / worst.rate + worst.delay;
        double sum = energy + times * latency + (energy + bits + ops) * app->rate * app->count;
        if (!(sum < FL_COST_MOST)) {
            fl_place_key(place, "blocks");
            fl_place_index(place, l);
            return fl_place_error(
                place, err, "its costs come to 1e100 and more: too extreme a number here or in the system");
        }
    }
    return FL_OK;
}

/** A quantile, when there is one, is of the latency rule. */
static fl_status check_quantile(const fl_app *app, fl_place *place, fl_error *err) {
    bool wanted = app->latency == FL_LATENCY_QUANTILE;
    if (wanted == (app->quantile > 0)) return FL_OK;
    fl_place_key(place, "quantile");
    if (wanted) return fl_place_error(place, err, "must be above 0: the share of samples to be in time");
    return fl_place_error(place, err, "is for the latency rule \"quantile\" only");
}

fl_status fl_instance_check_numbers(const fl_app *app, fl_place *place, fl_error *err) {
    FL_TRY(fl_fields_check(fl_app_fields, app, place, err));
    return check_quantile(app, place, err);
}

static fl_status check_app(const fl_instance *instance, const fl_app *app, fl_place *place, fl_error *err) {
    FL_TRY(fl_instance_check_numbers(app, place, err));
    if (app->source < 0 || app->source >= instance->system.n_nodes) {
        fl_place_key(place, "source");
        return fl_place_error(place, err, "no such node");
    }
    FL_TRY(check_blocks(instance, app, place, err));
    FL_TRY(check_exits(app, place, err));
    FL_TRY(check_slices(instance, app, place, err));
    FL_TRY(check_codings(app->input_codings, app->n_input_codings, "input_codings", place, err));
    FL_TRY(check_serial(instance, app->input_serial, app->n_input_serial, "input_pack", "input_unpack", place,
                        err));
    FL_TRY(check_thresholds(instance, app, place, err));
    FL_TRY(check_segments(instance, app, place, err));
    return fl_instance_check_magnitudes(instance, app, place, err);
}

static fl_status check_apps(const fl_instance *instance, fl_place *place, fl_error *err) {
    fl_place_key(place, "apps");
    if (instance->n_apps < 1) return fl_place_error(place, err, "needs at least one application");
    for (int h = 0; h < instance->n_apps; h++) {
        fl_place_index(place, h);
        FL_TRY(check_app(instance, &instance->apps[h], place, err));
        fl_place_pop(place);
    }
    const char *const *first = &instance->apps[0].name;
    return check_names(instance, first, sizeof *instance->apps, instance->n_apps, "an application", place,
                       err);
}

fl_status fl_instance_check(const fl_instance *instance, fl_place_style style, fl_error *err) {
    fl_place place;
    fl_place_init(&place, style);
    fl_place_key(&place, "system");
    FL_TRY(check_nodes(instance, &place, err));
    FL_TRY(check_links(instance, &place, err));
    fl_place_pop(&place);
    return check_apps(instance, &place, err);
}
