/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/relax.h"
#include "core/evaluate.h"
#include "core/instance_index.h"
#include "core/loads.h"
#include <string.h>

/* The list */

static const fl_link *link_of(const fl_system *system, int index) {
    return index < system->n_links ? &system->links[index].link
                                   : &system->tier_links[index - system->n_links].link;
}

/** The limit as the instance has it; INFINITY (an accuracy: 0) when there is none. */
static double limit_of(const fl_instance *instance, fl_relax_kind kind, int index) {
    switch (kind) {
    case FL_RELAX_DEADLINE:
        return instance->apps[index].deadline;
    case FL_RELAX_ACCURACY:
        return instance->apps[index].accuracy;
    case FL_RELAX_CAPACITY:
        return instance->system.nodes[index].capacity;
    case FL_RELAX_MEMORY:
        return instance->system.nodes[index].memory;
    case FL_RELAX_LINK:
        break;
    }
    return link_of(&instance->system, index)->capacity;
}

/** How many there can be of a kind. */
static int count_of(const fl_instance *instance, fl_relax_kind kind) {
    if (kind == FL_RELAX_DEADLINE || kind == FL_RELAX_ACCURACY) return instance->n_apps;
    return kind == FL_RELAX_LINK ? instance->system.n_links + instance->system.n_tier_links
                                 : instance->system.n_nodes;
}

/** Append the limits of a kind that exist, and all together before them when there are several. */
static int list_kind(fl_relax *out, const fl_instance *instance, fl_relax_kind kind) {
    int n = 0, first = kind == FL_RELAX_ACCURACY ? 0 : 1;
    for (int i = 0; i < count_of(instance, kind); i++) {
        double limit = limit_of(instance, kind, i);
        if (kind == FL_RELAX_ACCURACY ? limit > 0 : isfinite(limit)) out[first + n++] = (fl_relax){kind, i};
    }
    if (first == 1 && n > 1) {
        out[0] = (fl_relax){kind, -1};
        return n + 1;
    }
    memmove(out, out + first, (size_t)n * sizeof *out);
    return n;
}

fl_status fl_relax_list(fl_relax **out, int *n, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    size_t most = 0;
    *n = 0;
    for (int kind = 0; kind <= FL_RELAX_LINK; kind++) {
        most += (size_t)count_of(instance, (fl_relax_kind)kind) + 1;
    }
    *out = FL_NEW(arena, most, fl_relax);
    if (*out == NULL) return fl_arena_error(arena, err);
    for (int kind = 0; kind <= FL_RELAX_LINK; kind++) {
        *n += list_kind(*out + *n, instance, (fl_relax_kind)kind);
    }
    return FL_OK;
}

double fl_relax_now(const fl_instance *instance, const fl_relax *limit) {
    return limit->index < 0 ? 1 : limit_of(instance, limit->kind, limit->index);
}

/* Setting a limit */

/** What no plan exceeds for running block `l` with its head on the slowest node, s. */
static double longest_run(const fl_instance *instance, const fl_app *app, int l, double level) {
    int exit = fl_cost_exit_after(app, l);
    double most = 0, head = exit >= 0 ? app->exits[exit].ops : 0;
    for (int n = 0; n < instance->system.n_nodes; n++) {
        for (int start = app->n_segments > 0 ? 0 : l; start <= l; start++) {
            most = fmax(most, fl_cost_run(instance, app, l, start, n, head, level).latency);
        }
    }
    return most;
}

/** And for packing and unpacking what moves into it. */
static double longest_packing(const fl_instance *instance, const fl_app *app, int l) {
    double pack = 0, unpack = 0;
    for (int n = 0; n < instance->system.n_nodes; n++) {
        pack = fmax(pack, fl_cost_pack_on(instance, app, l, n, false).latency);
        unpack = fmax(unpack, fl_cost_pack_on(instance, app, l, n, true).latency);
    }
    return pack + unpack;
}

/** A latency that no plan of the application exceeds, deviations included. */
static double longest(const fl_instance *instance, const fl_app *app) {
    fl_link worst = fl_instance_worst_link(&instance->system);
    double level = 1, latency = app->deadline;
    for (int i = 0; i < app->n_slices; i++) {
        for (int k = 0; k < app->slices[i].n_levels; k++) level = fmin(level, app->slices[i].levels[k]);
    }
    for (int l = 0; l < app->n_blocks; l++) {
        latency += longest_run(instance, app, l, level) + longest_packing(instance, app, l) +
                   fl_choices_most_bits(app, l) / worst.rate + worst.delay;
    }
    return latency * (1 + app->deviations * fl_instance_most_deviation(&instance->system));
}

static fl_status set_app(fl_instance **out, const fl_instance *instance, const fl_relax *limit, double value,
                         fl_error *err) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_change *changes = FL_NEW(&arena, instance->n_apps, fl_change);
    int n = 0;
    for (int h = 0; h < instance->n_apps && changes != NULL; h++) {
        const fl_app *app = &instance->apps[h];
        if (limit->index >= 0 && limit->index != h) continue;
        fl_change *change = &changes[n++];
        *change = FL_CHANGE_NONE;
        change->app = h;
        if (limit->kind == FL_RELAX_ACCURACY)
            change->accuracy = value;
        else if (isinf(value))
            change->deadline = longest(instance, app);
        else
            change->deadline = limit->index < 0 ? value * app->deadline : value;
    }
    fl_status status = changes != NULL ? fl_instance_with(out, instance, changes, n, FL_PLACE_JSON, err)
                                       : fl_arena_error(&arena, err);
    fl_arena_free(&arena);
    return status;
}

/** A limit of the system as `limit` with `value` makes it, where it is number `index` of its kind. */
static double changed(double old, fl_relax_kind kind, int index, const fl_relax *limit, double value) {
    if (kind != limit->kind) return old;
    if (limit->index < 0) return old * value;
    return limit->index == index ? value : old;
}

static fl_status set_system(fl_instance **out, const fl_instance *instance, const fl_relax *limit,
                            double value, fl_error *err) {
    const fl_system *system = &instance->system;
    fl_instance parts = *instance;
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_node *nodes = FL_NEW(&arena, system->n_nodes, fl_node);
    fl_node_link *links = FL_NEW(&arena, system->n_links, fl_node_link);
    fl_tier_link *tiers = FL_NEW(&arena, system->n_tier_links, fl_tier_link);
    fl_status status = arena.failed ? fl_arena_error(&arena, err) : FL_OK;
    for (int n = 0; n < system->n_nodes && status == FL_OK; n++) {
        nodes[n] = system->nodes[n];
        nodes[n].capacity = changed(nodes[n].capacity, FL_RELAX_CAPACITY, n, limit, value);
        nodes[n].memory = changed(nodes[n].memory, FL_RELAX_MEMORY, n, limit, value);
    }
    for (int i = 0; i < system->n_links && status == FL_OK; i++) {
        links[i] = system->links[i];
        links[i].link.capacity = changed(links[i].link.capacity, FL_RELAX_LINK, i, limit, value);
    }
    for (int i = 0; i < system->n_tier_links && status == FL_OK; i++) {
        tiers[i] = system->tier_links[i];
        tiers[i].link.capacity =
            changed(tiers[i].link.capacity, FL_RELAX_LINK, system->n_links + i, limit, value);
    }
    parts.system.nodes = nodes;
    parts.system.links = links;
    parts.system.tier_links = tiers;
    if (status == FL_OK) status = fl_instance_create(out, &parts, FL_PLACE_JSON, err);
    fl_arena_free(&arena);
    return status;
}

fl_status fl_relax_set(fl_instance **out, const fl_instance *instance, const fl_relax *limit, double value,
                       fl_error *err) {
    *out = NULL;
    if (limit->kind == FL_RELAX_DEADLINE || limit->kind == FL_RELAX_ACCURACY) {
        return set_app(out, instance, limit, value, err);
    }
    return set_system(out, instance, limit, value, err);
}

/* What a plan needs */

static fl_status app_needs(double *out, const fl_instance *instance, const fl_relax *limit,
                           const fl_plan *plan, fl_arena *arena, fl_error *err) {
    fl_verdict verdict;
    fl_app_cost *cost = FL_NEW(arena, fl_plan_size(plan), fl_app_cost);
    if (cost == NULL) return fl_arena_error(arena, err);
    FL_TRY(fl_evaluate_plan(&verdict, cost, instance, plan, arena, err));
    double latency = 0, accuracy = 1, factor = 0;
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more, cost++) {
            if (at->exit < 0) continue;
            factor = fmax(factor, cost->latency / instance->apps[h].deadline);
            if (limit->index != h) continue;
            latency = fmax(latency, cost->latency);
            accuracy = fmin(accuracy, cost->accuracy);
        }
    }
    *out = limit->kind == FL_RELAX_ACCURACY ? accuracy : limit->index < 0 ? factor : latency;
    return FL_OK;
}

/** Whether a load counts against the limit, or against one of its kind. */
static bool counts(const fl_load *load, const fl_instance *instance, const fl_relax *limit) {
    static const fl_relax_kind kinds[] = {[FL_LIMIT_CAPACITY] = FL_RELAX_CAPACITY,
                                          [FL_LIMIT_MEMORY] = FL_RELAX_MEMORY,
                                          [FL_LIMIT_LINK] = FL_RELAX_LINK};
    if (load->kind == FL_LIMIT_SHARE || kinds[load->kind] != limit->kind) return false;
    if (limit->index < 0) return true;
    if (load->kind != FL_LIMIT_LINK) return load->to == limit->index;
    return fl_instance_link(instance, load->from, load->to) == link_of(&instance->system, limit->index);
}

static fl_status system_needs(double *out, const fl_instance *instance, const fl_relax *limit,
                              const fl_plan *plan, fl_arena *arena, fl_error *err) {
    fl_load *loads;
    int n;
    *out = 0;
    FL_TRY(fl_loads_of_plan(&loads, &n, instance, plan, arena, err));
    for (int i = 0; i < n; i++) {
        if (!counts(&loads[i], instance, limit)) continue;
        double scale = limit->index < 0 ? fl_loads_limit(instance, &loads[i]) : 1;
        *out = fmax(*out, loads[i].amount / scale);
    }
    return FL_OK;
}

fl_status fl_relax_needed(double *out, const fl_instance *instance, const fl_relax *limit,
                          const fl_plan *plan, fl_arena *arena, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(arena);
    bool own = limit->kind == FL_RELAX_DEADLINE || limit->kind == FL_RELAX_ACCURACY;
    fl_status status = own ? app_needs(out, instance, limit, plan, arena, err)
                           : system_needs(out, instance, limit, plan, arena, err);
    fl_arena_release(arena, mark);
    return status;
}
