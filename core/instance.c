/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/instance.h"
#include "core/cost.h"
#include "core/instance_fields.h"
#include "core/instance_index.h"
#include "core/instance_shared.h"
#include "core/tolerance.h"
#include <stdint.h>
#include <stdio.h>
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
        fl_place_pop(place);
    }
    const char *const *first = &app->blocks[0].name;
    FL_TRY(check_names(instance, first, sizeof *app->blocks, app->n_blocks, "a block", place, err));
    fl_place_pop(place);
    return FL_OK;
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
        shares += exit->share;
        if (shares > 1 + FL_TOLERANCE_SHARES) {
            fl_place_key(place, "share");
            return fl_place_error(place, err, "the shares sum to %.17g up to here, over 1", shares);
        }
        fl_place_pop(place);
    }
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
    double energy = 0, latency = 0, bits = 0, ops = 0, share = least_level(app);
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
        bits += fl_cost_bits(app, l);
        ops += app->blocks[l].ops;
        energy += block_energy + fl_cost_bits(app, l) * worst.energy;
        latency += block_latency + fl_cost_bits(app, l) / worst.rate + worst.delay;
        double sum = energy + latency + (energy + bits + ops) * app->rate * app->count;
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

static fl_status check_app(const fl_instance *instance, const fl_app *app, fl_place *place, fl_error *err) {
    FL_TRY(fl_fields_check(fl_app_fields, app, place, err));
    FL_TRY(check_quantile(app, place, err));
    if (app->source < 0 || app->source >= instance->system.n_nodes) {
        fl_place_key(place, "source");
        return fl_place_error(place, err, "no such node");
    }
    FL_TRY(check_blocks(instance, app, place, err));
    FL_TRY(check_exits(app, place, err));
    FL_TRY(check_slices(instance, app, place, err));
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

static fl_status check(const fl_instance *instance, fl_place_style style, fl_error *err) {
    fl_place place;
    fl_place_init(&place, style);
    fl_place_key(&place, "system");
    FL_TRY(check_nodes(instance, &place, err));
    FL_TRY(check_links(instance, &place, err));
    fl_place_pop(&place);
    return check_apps(instance, &place, err);
}

/* Features: what a solver must be able to honour */

/** The most that an application can ask of one node (op/s, bytes) and of one link (bit/s). */
static void most_use(const fl_app *app, int node, double *ops, double *memory, double *bits) {
    for (int l = 0; l < app->n_blocks; l++) {
        double flow = app->count * app->rate * fl_cost_reach(app, l);
        int exit = fl_cost_exit_after(app, l);
        *bits += flow * fl_cost_bits(app, l);
        if (!fl_block_allows(&app->blocks[l], node)) continue;
        *ops += flow * (app->blocks[l].ops + (exit >= 0 ? app->exits[exit].ops : 0));
        *memory += app->count * app->blocks[l].memory;
    }
}

static unsigned limits_that_bind(const fl_instance *instance) {
    double least_link = fl_instance_least_link_capacity(&instance->system);
    unsigned features = 0;
    for (int n = 0; n < instance->system.n_nodes; n++) {
        const fl_node *node = &instance->system.nodes[n];
        double ops = 0, memory = 0, bits = 0;
        for (int h = 0; h < instance->n_apps; h++) most_use(&instance->apps[h], n, &ops, &memory, &bits);
        if (ops > node->capacity || bits > least_link) features |= FL_FEATURE_CAPACITY;
        if (memory > node->memory) features |= FL_FEATURE_MEMORY;
    }
    return features;
}

unsigned fl_instance_find_features(const fl_instance *instance) {
    unsigned features = instance->admission ? FL_FEATURE_ADMISSION : 0;
    for (int h = 0; h < instance->n_apps; h++) {
        if (instance->apps[h].n_slices > 0) features |= FL_FEATURE_SLICES;
    }
    if (instance->shared->limited) features |= limits_that_bind(instance);
    bool apart = instance->apps[0].count > 1 && features != 0; /* users whom the limits can set apart */
    return instance->n_apps > 1 || apart ? features | FL_FEATURE_SEVERAL : features;
}

/* Deep copies into the arena; a failed allocation is noticed by the arena and reported once at the end. */

static void *copy(fl_arena *arena, const void *from, int n, size_t size) {
    void *to = fl_arena_alloc(arena, n > 0 ? (size_t)n : 0, size);
    if (to != NULL && n > 0) memcpy(to, from, (size_t)n * size);
    return to;
}

/** A copy of `name`, or "PREFIX<number>" when there is none. */
static const char *copy_name(fl_arena *arena, const char *name, const char *prefix, int number) {
    char made[32];
    if (name != NULL && name[0] != '\0') return fl_arena_text(arena, name);
    snprintf(made, sizeof made, "%s%d", prefix, number);
    return fl_arena_text(arena, prefix[0] != '\0' ? made : "");
}

static void copy_system(fl_system *to, const fl_system *from, fl_arena *arena) {
    *to = *from;
    fl_node *nodes = copy(arena, from->nodes, from->n_nodes, sizeof *nodes);
    for (int n = 0; nodes != NULL && n < from->n_nodes; n++) {
        nodes[n].name = copy_name(arena, from->nodes[n].name, "", 0);
    }
    to->nodes = nodes;
    to->links = copy(arena, from->links, from->n_links, sizeof *to->links);
    to->tier_links = copy(arena, from->tier_links, from->n_tier_links, sizeof *to->tier_links);
}

static void copy_app(fl_app *to, const fl_app *from, int h, fl_arena *arena) {
    *to = *from;
    to->name = copy_name(arena, from->name, "app", h + 1);
    to->exits = copy(arena, from->exits, from->n_exits, sizeof *to->exits);
    fl_block *blocks = copy(arena, from->blocks, from->n_blocks, sizeof *blocks);
    for (int l = 0; blocks != NULL && l < from->n_blocks; l++) {
        fl_block *block = &blocks[l];
        block->name = copy_name(arena, block->name, "b", l + 1);
        block->measured = copy(arena, block->measured, block->n_measured, sizeof *block->measured);
        block->allowed = copy(arena, block->allowed, block->n_allowed, sizeof *block->allowed);
    }
    to->blocks = blocks;
    fl_slices *slices = copy(arena, from->slices, from->n_slices, sizeof *slices);
    for (int i = 0; slices != NULL && i < from->n_slices; i++) {
        slices[i].levels = copy(arena, slices[i].levels, slices[i].n_levels, sizeof *slices[i].levels);
    }
    to->slices = slices;
}

static bool has_limits(const fl_system *system) {
    bool limited = isfinite(fl_instance_least_link_capacity(system));
    for (int n = 0; n < system->n_nodes; n++) {
        limited |= isfinite(system->nodes[n].capacity) || isfinite(system->nodes[n].memory);
    }
    return limited;
}

static fl_status copy_parts(fl_instance *instance, const fl_instance *parts, fl_error *err) {
    struct fl_instance_shared *shared = instance->shared;
    fl_arena *arena = &shared->arena;
    instance->name = copy_name(arena, parts->name, "", 0);
    instance->admission = parts->admission;
    copy_system(&instance->system, &parts->system, arena);
    fl_app *apps = FL_NEW(arena, parts->n_apps, fl_app);
    for (int h = 0; apps != NULL && h < parts->n_apps; h++) copy_app(&apps[h], &parts->apps[h], h, arena);
    instance->n_apps = parts->n_apps;
    instance->apps = apps;
    if (arena->failed) return fl_arena_error(arena, err);
    const fl_system *system = &instance->system;
    shared->names = fl_named_sort(&system->nodes[0].name, sizeof *system->nodes, system->n_nodes, arena);
    shared->links = fl_pair_sort_links(&instance->system, arena);
    shared->tiers = fl_pair_sort_tiers(&instance->system, arena);
    shared->limited = has_limits(&instance->system);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
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
    fl_status status = copy_parts(instance, parts, err);
    if (status == FL_OK) status = check(instance, style, err);
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
    if (change->count != 0) app->count = change->count;
    fl_place place;
    fl_place_init(&place, style);
    FL_TRY(fl_fields_check(fl_app_fields, app, &place, err));
    FL_TRY(check_quantile(app, &place, err));
    bool heavier = !isnan(change->rate) || change->count != 0;
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
    (*out)->features = features;
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
        heavier |= !isnan(changes[i].rate) || changes[i].count != 0;
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
