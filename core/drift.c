/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/drift.h"
#include "core/instance_shared.h"

/** `number` times `factor`, checked; `place` is that of the factor. Only 0 becomes 0. */
static fl_status multiply(double *number, double factor, const fl_place *place, fl_error *err) {
    double product = *number * factor;
    if (!(isfinite(factor) && factor > 0)) {
        return fl_place_error(place, err, "must be a finite number greater than 0, not %.17g", factor);
    }
    if (!isfinite(product) || (*number != 0 && !isfinite(1 / product))) {
        return fl_place_error(place, err, "is too extreme a factor: %.17g", factor);
    }
    *number = product;
    return FL_OK;
}

static double factor_of(const double *factors, int node) {
    return factors != NULL ? factors[node] : 1;
}

static fl_status drift_node(fl_node *node, const char *what, double *number, double factor, fl_place *place,
                            fl_error *err) {
    fl_place_key(place, what);
    fl_place_key(place, node->name);
    FL_TRY(multiply(number, factor, place, err));
    fl_place_pop(place);
    fl_place_pop(place);
    return FL_OK;
}

static fl_status drift_nodes(fl_system *system, const fl_drift *drift, fl_place *place, fl_arena *arena,
                             fl_error *err) {
    fl_node *nodes = FL_NEW(arena, system->n_nodes, fl_node);
    if (nodes == NULL) return fl_arena_error(arena, err);
    for (int n = 0; n < system->n_nodes; n++) {
        fl_node *node = &nodes[n];
        *node = system->nodes[n];
        FL_TRY(drift_node(node, "nodes", &node->speed, factor_of(drift->nodes, n), place, err));
        FL_TRY(drift_node(node, "powers", &node->power, factor_of(drift->powers, n), place, err));
    }
    system->nodes = nodes;
    return FL_OK;
}

/** The rate of one link; `index` is its place as written. */
static fl_status drift_link(fl_link *link, int index, const double *factors, fl_place *place, fl_error *err) {
    fl_place_index(place, index);
    FL_TRY(multiply(&link->rate, factors[index], place, err));
    fl_place_pop(place);
    return FL_OK;
}

static fl_status drift_links(fl_system *system, const double *factors, fl_place *place, fl_arena *arena,
                             fl_error *err) {
    fl_node_link *links = FL_NEW(arena, system->n_links, fl_node_link);
    fl_tier_link *tiers = FL_NEW(arena, system->n_tier_links, fl_tier_link);
    if (links == NULL || tiers == NULL) return fl_arena_error(arena, err);
    fl_place_key(place, "links");
    for (int i = 0; i < system->n_links; i++) {
        links[i] = system->links[i];
        FL_TRY(drift_link(&links[i].link, links[i].index, factors, place, err));
    }
    for (int i = 0; i < system->n_tier_links; i++) {
        tiers[i] = system->tier_links[i];
        FL_TRY(drift_link(&tiers[i].link, tiers[i].index, factors, place, err));
    }
    fl_place_pop(place);
    system->links = links;
    system->tier_links = tiers;
    return FL_OK;
}

/** Measured times and energies as the nodes' new speeds make them. */
static fl_status drift_measured(fl_block *block, const fl_drift *drift, fl_arena *arena, fl_error *err) {
    fl_measured *measured = FL_NEW(arena, block->n_measured, fl_measured);
    if (measured == NULL) return fl_arena_error(arena, err);
    for (int i = 0; i < block->n_measured; i++) {
        double speed = factor_of(drift->nodes, block->measured[i].node);
        measured[i] = block->measured[i];
        measured[i].time /= speed;
        measured[i].energy *= factor_of(drift->powers, measured[i].node);
        measured[i].energy /= speed;
    }
    block->measured = measured;
    return FL_OK;
}

/** Times of packing and unpacking, likewise. */
static fl_status drift_serial(const fl_serial **serial, int n, const fl_drift *drift, fl_arena *arena,
                              fl_error *err) {
    fl_serial *new = FL_NEW(arena, n, fl_serial);
    if (new == NULL) return fl_arena_error(arena, err);
    for (int i = 0; i < n; i++) {
        double factor = factor_of(drift->nodes, (*serial)[i].node);
        new[i] = (fl_serial){(*serial)[i].node, (*serial)[i].pack / factor, (*serial)[i].unpack / factor};
    }
    *serial = new;
    return FL_OK;
}

/** Times of segments, likewise. */
static fl_status drift_segments(fl_app *app, const fl_drift *drift, fl_arena *arena, fl_error *err) {
    fl_segments *segments = FL_NEW(arena, app->n_segments, fl_segments);
    if (segments == NULL) return fl_arena_error(arena, err);
    for (int i = 0; i < app->n_segments; i++) {
        segments[i] = app->segments[i];
        fl_segment *list = FL_NEW(arena, segments[i].n_list, fl_segment);
        if (list == NULL) return fl_arena_error(arena, err);
        for (int k = 0; k < segments[i].n_list; k++) {
            list[k] = segments[i].list[k];
            list[k].time /= factor_of(drift->nodes, segments[i].node);
        }
        segments[i].list = list;
    }
    app->segments = segments;
    return FL_OK;
}

/** The application's blocks and runs, copied when something of them was measured. */
static fl_status drift_times(fl_app *app, const fl_drift *drift, fl_arena *arena, fl_error *err) {
    bool any = false;
    for (int l = 0; l < app->n_blocks; l++) any |= app->blocks[l].n_measured + app->blocks[l].n_serial > 0;
    if (app->n_segments > 0) FL_TRY(drift_segments(app, drift, arena, err));
    if (app->n_input_serial > 0) {
        FL_TRY(drift_serial(&app->input_serial, app->n_input_serial, drift, arena, err));
    }
    if (!any) return FL_OK;
    fl_block *blocks = FL_NEW(arena, app->n_blocks, fl_block);
    if (blocks == NULL) return fl_arena_error(arena, err);
    for (int l = 0; l < app->n_blocks; l++) {
        blocks[l] = app->blocks[l];
        if (blocks[l].n_measured > 0) FL_TRY(drift_measured(&blocks[l], drift, arena, err));
        if (blocks[l].n_serial > 0) {
            FL_TRY(drift_serial(&blocks[l].serial, blocks[l].n_serial, drift, arena, err));
        }
    }
    app->blocks = blocks;
    return FL_OK;
}

static fl_status drift_apps(fl_instance *instance, fl_app *apps, const fl_drift *drift, fl_place *place,
                            fl_arena *arena, fl_error *err) {
    fl_place_key(place, "rate");
    for (int h = 0; h < instance->n_apps; h++) {
        FL_TRY(multiply(&apps[h].rate, drift->rate, place, err));
    }
    fl_place_pop(place);
    bool computing = drift->nodes != NULL || drift->powers != NULL;
    for (int h = 0; h < instance->n_apps; h++) {
        if (computing) FL_TRY(drift_times(&apps[h], drift, arena, err));
        fl_place_key(place, "apps");
        fl_place_index(place, h);
        FL_TRY(fl_instance_check_magnitudes(instance, &apps[h], place, err));
        fl_place_pop(place);
        fl_place_pop(place);
    }
    return FL_OK;
}

static fl_status fill(fl_instance *instance, fl_app *apps, const fl_drift *drift, fl_place_style style,
                      fl_error *err) {
    fl_arena *arena = &instance->shared->arena;
    fl_place place;
    fl_place_init(&place, style);
    if (drift->nodes != NULL || drift->powers != NULL) {
        FL_TRY(drift_nodes(&instance->system, drift, &place, arena, err));
    }
    if (drift->links != NULL) {
        FL_TRY(drift_links(&instance->system, drift->links, &place, arena, err));
        FL_TRY(fl_groups_renew(&instance->groups, &instance->system, instance->shared->tiers, arena, err));
    }
    FL_TRY(drift_apps(instance, apps, drift, &place, arena, err));
    if (drift->rate != 1) instance->features = fl_instance_find_features(instance);
    return FL_OK;
}

/** What a drift shares: the indices of its base, kept alive by a reference; its own arena. */
static struct fl_instance_shared *create_shared(const fl_instance *base) {
    struct fl_instance_shared *shared = fl_instance_create_shared(), *under = base->shared;
    if (shared == NULL) return NULL;
    shared->names = under->names;
    shared->links = under->links;
    shared->tiers = under->tiers;
    shared->limited = under->limited;
    shared->under = under;
    atomic_fetch_add(&under->references, 1);
    atomic_fetch_add(&shared->references, 1); /* held until the instance holds one */
    return shared;
}

fl_status fl_drift_apply(fl_instance **out, const fl_instance *base, const fl_drift *drift,
                         fl_place_style style, fl_error *err) {
    *out = NULL;
    struct fl_instance_shared *shared = create_shared(base);
    if (shared == NULL) return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    fl_instance *instance;
    fl_app *apps;
    fl_status status = fl_instance_create_variant(&instance, &apps, base, shared, base->n_apps, err);
    fl_instance_release_shared(shared);
    FL_TRY(status);
    for (int h = 0; h < base->n_apps; h++) apps[h] = base->apps[h];
    status = fill(instance, apps, drift, style, err);
    if (status != FL_OK) {
        fl_instance_free(instance);
        return status;
    }
    *out = instance;
    return FL_OK;
}

size_t fl_drift_bytes(const fl_instance *instance) {
    return instance->shared->under != NULL ? instance->shared->arena.reserved : 0;
}
