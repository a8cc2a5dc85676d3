/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/instance.h"
#include "core/instance_fields.h"
#include "core/instance_index.h"
#include "core/instance_shared.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Lookup */

const fl_link *fl_instance_link(const fl_instance *instance, int from, int to) {
    const fl_system *system = &instance->system;
    if (from == to) return NULL;
    int own = fl_pair_find(instance->shared->links, system->n_links, from, to);
    if (own >= 0) return &system->links[own].link;
    int tier = fl_pair_find(instance->shared->tiers, system->n_tier_links, system->nodes[from].tier,
                            system->nodes[to].tier);
    return tier >= 0 ? &system->tier_links[tier].link : NULL;
}

int fl_instance_link_index(const fl_instance *instance, int from, int to) {
    const fl_system *system = &instance->system;
    if (from == to) return -1;
    int own = fl_pair_find(instance->shared->links, system->n_links, from, to);
    if (own >= 0) return system->links[own].index;
    int tier = fl_pair_find(instance->shared->tiers, system->n_tier_links, system->nodes[from].tier,
                            system->nodes[to].tier);
    return tier >= 0 ? system->tier_links[tier].index : -1;
}

int fl_instance_node(const fl_instance *instance, const char *name) {
    return fl_named_find(instance->shared->names, instance->system.n_nodes, name);
}

int fl_instance_app(const fl_instance *instance, const char *name) {
    for (int h = 0; h < instance->n_apps; h++) {
        if (strcmp(instance->apps[h].name, name) == 0) return h;
    }
    return -1;
}

bool fl_block_allows(const fl_block *block, int node) {
    if (block->n_allowed < 0) return true;
    for (int i = 0; i < block->n_allowed; i++) {
        if (block->allowed[i] == node) return true;
    }
    return false;
}

bool fl_app_sliced(const fl_app *app, int node) {
    for (int i = 0; i < app->n_slices; i++) {
        if (app->slices[i].node == node) return true;
    }
    return false;
}

int fl_slices_largest(const fl_slices *slices) {
    int best = 0;
    for (int i = 1; i < slices->n_levels; i++) {
        if (slices->levels[i] > slices->levels[best]) best = i;
    }
    return best;
}

const fl_measured *fl_block_measured(const fl_block *block, int node) {
    int low = 0, high = block->n_measured;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (block->measured[middle].node < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < block->n_measured && block->measured[low].node == node ? &block->measured[low] : NULL;
}

const fl_segments *fl_app_segments(const fl_app *app, int node) {
    for (int i = 0; i < app->n_segments; i++) {
        if (app->segments[i].node == node) return &app->segments[i];
    }
    return NULL;
}

double fl_segments_time(const fl_segments *segments, int from, int to) {
    int low = 0, high = segments->n_list;
    if (to < from) return 0;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const fl_segment *at = &segments->list[middle];
        if (at->first < from + 1 || (at->first == from + 1 && at->last < to + 1)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == segments->n_list) return -1;
    const fl_segment *at = &segments->list[low];
    return at->first == from + 1 && at->last == to + 1 ? at->time : -1;
}

/* Making and releasing */

fl_instance *fl_instance_create_empty(struct fl_instance_shared *shared) {
    fl_instance *instance = calloc(1, sizeof *instance);
    if (instance == NULL) return NULL;
    instance->shared = shared;
    atomic_fetch_add(&shared->references, 1);
    return instance;
}

struct fl_instance_shared *fl_instance_create_shared(void) {
    struct fl_instance_shared *shared = calloc(1, sizeof *shared);
    if (shared == NULL) return NULL;
    atomic_init(&shared->references, 0);
    fl_arena_init(&shared->arena, 0);
    return shared;
}

fl_status fl_instance_create(fl_instance **out, const fl_instance *parts, fl_place_style style,
                             fl_error *err) {
    *out = NULL;
    struct fl_instance_shared *shared = fl_instance_create_shared();
    if (shared == NULL) return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    fl_instance *instance = fl_instance_create_empty(shared);
    if (instance == NULL) {
        free(shared);
        return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    }
    fl_status status = fl_instance_copy_parts(instance, parts, err);
    if (status == FL_OK) status = fl_instance_check(instance, style, err);
    if (status == FL_OK) {
        status = fl_groups_build(&instance->groups, &instance->system, shared->tiers, &shared->arena, err);
    }
    if (status != FL_OK) {
        fl_instance_free(instance);
        return status;
    }
    instance->features = fl_instance_find_features(instance);
    *out = instance;
    return FL_OK;
}

void fl_instance_release_shared(struct fl_instance_shared *shared) {
    while (shared != NULL && atomic_fetch_sub(&shared->references, 1) == 1) {
        struct fl_instance_shared *under = shared->under;
        fl_arena_free(&shared->arena);
        free(shared);
        shared = under;
    }
}

void fl_instance_free(fl_instance *instance) {
    if (instance == NULL) return;
    struct fl_instance_shared *shared = instance->shared;
    if (instance->variant) free((void *)(uintptr_t)instance->apps); /* a variant owns its copy of the array */
    free(instance);
    fl_instance_release_shared(shared);
}

/* Variants */

static fl_status apply(fl_app *app, const fl_change *change, const fl_instance *instance,
                       fl_place_style style, fl_error *err) {
    if (!isnan(change->deadline)) app->deadline = change->deadline;
    if (!isnan(change->accuracy)) app->accuracy = change->accuracy;
    if (!isnan(change->rate)) app->rate = change->rate;
    if (change->latency >= 0) app->latency = (fl_latency)change->latency;
    if (app->latency != FL_LATENCY_QUANTILE) app->quantile = 0;
    if (change->quantile != 0) app->quantile = change->quantile;
    if (!isnan(change->deviations)) app->deviations = change->deviations;
    if (change->count != 0) app->count = change->count;
    fl_place place;
    fl_place_init(&place, style);
    FL_TRY(fl_instance_check_numbers(app, &place, err));
    bool heavier = !isnan(change->rate) || !isnan(change->deviations) || change->count != 0;
    return heavier ? fl_instance_check_magnitudes(instance, app, &place, err) : FL_OK;
}

fl_status fl_instance_create_variant(fl_instance **out, fl_app **apps, const fl_instance *base,
                                     struct fl_instance_shared *shared, int n_apps, fl_error *err) {
    *out = NULL;
    *apps = malloc((size_t)n_apps * sizeof **apps);
    fl_instance *instance = *apps != NULL ? fl_instance_create_empty(shared) : NULL;
    if (instance == NULL) {
        free(*apps);
        fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
        return FL_ENOMEM;
    }
    *instance = *base;
    instance->shared = shared;
    instance->variant = true;
    instance->n_apps = n_apps;
    instance->apps = *apps;
    *out = instance;
    return FL_OK;
}

fl_status fl_instance_alone(fl_instance **out, const fl_instance *base, const fl_app *app,
                            const fl_groups *groups, unsigned features, fl_error *err) {
    fl_app *apps;
    FL_TRY(fl_instance_create_variant(out, &apps, base, base->shared, 1, err));
    apps[0] = *app;
    apps[0].count = 1;
    (*out)->admission = false;
    (*out)->features = features | (base->features & FL_FEATURES_OWN);
    if (groups != NULL) (*out)->groups = *groups;
    return FL_OK;
}

fl_status fl_instance_with(fl_instance **out, const fl_instance *base, const fl_change *changes,
                           int n_changes, fl_place_style style, fl_error *err) {
    fl_instance *instance;
    fl_app *apps;
    fl_status status = FL_OK;
    *out = NULL;
    FL_TRY(fl_instance_create_variant(&instance, &apps, base, base->shared, base->n_apps, err));
    memcpy(apps, base->apps, (size_t)base->n_apps * sizeof *apps);
    bool heavier = false;
    for (int i = 0; i < n_changes && status == FL_OK; i++) {
        heavier |= !isnan(changes[i].rate) || !isnan(changes[i].deviations) || changes[i].count != 0;
        for (int h = 0; h < base->n_apps && status == FL_OK; h++) {
            if (changes[i].app >= 0 && changes[i].app != h) continue;
            status = apply(&apps[h], &changes[i], base, style, err);
        }
    }
    if (status != FL_OK) {
        fl_instance_free(instance);
        return status;
    }
    if (heavier)
        instance->features = fl_instance_find_features(instance); /* else what limits bind is as it was */
    *out = instance;
    return FL_OK;
}
