/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/pricing.h"

#include "core/tolerance.h"
#include "milp/fitting.h"
#include <stdint.h>
#include <string.h>

static fl_status check_levels(const fl_instance *instance, fl_error *err) {
    for (int h = 0; h < instance->n_apps; h++) {
        double combinations = 1;
        for (int i = 0; i < instance->apps[h].n_slices; i++) {
            combinations *= instance->apps[h].slices[i].n_levels + 1;
        }
        if (combinations > FL_PRICING_LEVELS_MOST) {
            return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                                "\"%s\" has more than %d combinations of levels of its slices",
                                instance->apps[h].name, FL_PRICING_LEVELS_MOST);
        }
    }
    return FL_OK;
}

fl_status fl_pricing_open(fl_pricing *pricing, const fl_task *task, fl_pool *pool, double until,
                          fl_error *err) {
    const fl_groups *groups = &task->instance->groups;
    size_t n = (size_t)task->instance->system.n_nodes, pairs = (size_t)groups->n_groups;
    *pricing = (fl_pricing){.task = task, .pool = pool, .until = until, .groups = *groups};
    fl_arena_init_within(&pricing->scratch, task->arena);
    pricing->capacity = FL_ZERO(task->arena, n, double);
    pricing->memory = FL_ZERO(task->arena, n, double);
    pricing->share = FL_ZERO(task->arena, n, double);
    pricing->zero = FL_ZERO(task->arena, n, double);
    pricing->scaled = FL_NEW(task->arena, 2 * n, double);
    pricing->groups.energy = groups->slowness != NULL ? FL_ZERO(task->arena, pairs * pairs, double) : NULL;
    if (task->arena->failed) return fl_arena_error(task->arena, err);
    return check_levels(task->instance, err);
}

void fl_pricing_close(fl_pricing *pricing) {
    fl_arena_free(&pricing->scratch);
}

/* Prices */

static fl_status reserve_links(fl_pricing *pricing, fl_error *err) {
    size_t n = (size_t)pricing->task->instance->system.n_nodes;
    if (n > FL_GROUPS_MOST) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "link capacities between more than %d nodes",
                            FL_GROUPS_MOST);
    }
    pricing->link = FL_ZERO(pricing->task->arena, n * n, double);
    pricing->scaled_link = FL_NEW(pricing->task->arena, n * n, double);
    if (pricing->link == NULL || pricing->scaled_link == NULL)
        return fl_arena_error(pricing->task->arena, err);
    return FL_OK;
}

fl_status fl_pricing_set(fl_pricing *pricing, const double *duals, fl_error *err) {
    const fl_pool *pool = pricing->pool;
    int n_nodes = pricing->task->instance->system.n_nodes;
    pricing->links_priced = false;
    for (int i = 0; i < pool->n_limits; i++) {
        const fl_load *limit = &pool->limits[i];
        double price = duals[i] / limit->amount;
        switch (limit->kind) {
        case FL_LIMIT_CAPACITY:
            pricing->capacity[limit->to] = price;
            break;
        case FL_LIMIT_MEMORY:
            pricing->memory[limit->to] = price;
            break;
        case FL_LIMIT_SHARE:
            pricing->share[limit->to] = price;
            break;
        case FL_LIMIT_LINK:
            if (pricing->link == NULL) FL_TRY(reserve_links(pricing, err));
            pricing->link[(size_t)limit->from * (size_t)n_nodes + (size_t)limit->to] = price;
            if (price > 0) pricing->links_priced = true;
            break;
        }
    }
    return FL_OK;
}

/** The prices in units of one application's objective: 1 is `unit` of the goal's. */
static fl_prices scale_prices(const fl_pricing *pricing, double unit) {
    size_t n = (size_t)pricing->task->instance->system.n_nodes;
    for (size_t i = 0; i < n; i++) {
        pricing->scaled[i] = pricing->capacity[i] / unit;
        pricing->scaled[n + i] = pricing->memory[i] / unit;
    }
    for (size_t i = 0; pricing->links_priced && i < n * n; i++)
        pricing->scaled_link[i] = pricing->link[i] / unit;
    return (fl_prices){.capacity = pricing->scaled,
                       .memory = pricing->scaled + n,
                       .link = pricing->links_priced ? pricing->scaled_link : NULL};
}

/* The layers of one crowd */

static void forget(const double *vector, int n) {
    for (int i = 0; vector != NULL && i < n; i++) {
        if (isfinite(vector[i])) ((double *)(uintptr_t)vector)[i] = 0;
    }
}

/** Make all energies 0: only prices count. */
static void forget_energies(fl_layers *layers, const fl_pricing *pricing) {
    for (int l = 0; l < layers->n_layers; l++) {
        forget(layers->layer[l].energy, layers->n_nodes);
        forget(layers->layer[l].final_energy, layers->n_nodes);
    }
    layers->tx = layers->rx = pricing->zero;
    layers->groups = &pricing->groups;
}

/** Take out the nodes that one block alone would overload: no plan there is of use, whatever the prices. */
static void bar_overloads(fl_layers *layers, const fl_instance *instance, const fl_app *app) {
    for (int n = 0; n < layers->n_nodes; n++) {
        const fl_node *node = &instance->system.nodes[n];
        if (isinf(node->capacity) && isinf(node->memory)) continue;
        double capacity = fl_app_sliced(app, n) ? INFINITY : node->capacity * (1 + FL_TOLERANCE_LIMIT);
        double memory = node->memory * (1 + FL_TOLERANCE_LIMIT);
        for (int l = 0; l < layers->n_layers; l++) {
            double ops = app->rate * fl_cost_reach(app, l) * fl_cost_ops(app, l, app->n_exits);
            if (ops > capacity || app->blocks[l].memory > memory) fl_crowd_bar_vertex(layers, l, n);
        }
    }
}

static fl_status build(fl_layers *out, fl_pricing *pricing, const fl_crowd *crowd, fl_goal goal,
                       const int *levels, fl_error *err) {
    const fl_instance *alone = pricing->pool->alone[crowd->app];
    FL_TRY(fl_layers_build_at(out, alone, 0, levels, &pricing->scratch, err));
    fl_crowd_bar(crowd, out);
    bar_overloads(out, alone, &alone->apps[0]);
    if (goal == FL_GOAL_SERVE) forget_energies(out, pricing);
    return FL_OK;
}

static double unit_of(const fl_app *app, fl_goal goal) {
    return goal == FL_GOAL_SPEND ? app->rate : 1;
}

fl_status fl_pricing_build(fl_layers *plain, fl_layers *priced, fl_pricing *pricing, const fl_crowd *crowd,
                           fl_goal goal, const int *levels, fl_error *err) {
    fl_prices prices = scale_prices(pricing, unit_of(&pricing->task->instance->apps[crowd->app], goal));
    FL_TRY(build(plain, pricing, crowd, goal, levels, err));
    FL_TRY(build(priced, pricing, crowd, goal, levels, err));
    return fl_layers_price(priced, &prices, &pricing->scratch, err);
}

/* One search */

/** Search for the cheapest path within `latest`, s, that fits alone; it lives in the scratch arena. */
static fl_status search(fl_fitting *found, fl_pricing *pricing, fl_layers layers, double latest, int app,
                        const int *levels, fl_error *err) {
    fl_task task = *pricing->task;
    double left = pricing->until - task.start;
    fl_labels_query query = {.goal = FL_LABELS_CHEAPEST, .k = 1, .time_limit = isinf(left) ? 0 : left};
    layers.deadline = latest;
    task.arena = &pricing->scratch;
    return fl_fitting_search(found, &layers, &task, app, levels, &query, err);
}

/** With these levels: up to the judge's very limit for the value; where rounding makes him refuse the plan
 *  found there, a hair under it for the plan. Better than `out` so far, or nothing changes. */
static fl_status solve_at(fl_priced *out, fl_pricing *pricing, const fl_crowd *crowd, fl_goal goal,
                          const int *levels, const fl_prices *prices, double fixed, double unit,
                          fl_error *err) {
    fl_layers layers;
    fl_fitting found;
    fl_violation violation = {.kind = FL_VIOLATION_NONE};
    FL_TRY(build(&layers, pricing, crowd, goal, levels, err));
    FL_TRY(fl_layers_price(&layers, prices, &pricing->scratch, err));
    FL_TRY(search(&found, pricing, layers, layers.latest, crowd->app, levels, err));
    double value = fixed + unit * found.value;
    if (!(value < out->value)) return FL_OK;
    *out = (fl_priced){value, -1};
    if (found.exit < 0) return FL_OK;
    FL_TRY(fl_pool_add(&out->offer, pricing->pool, crowd->app, found.exit, found.nodes, levels, &violation,
                       err));
    if (violation.kind != FL_VIOLATION_DEADLINE) return FL_OK;
    FL_TRY(search(&found, pricing, layers, layers.deadline, crowd->app, levels, err));
    if (found.exit < 0) return FL_OK;
    return fl_pool_add(&out->offer, pricing->pool, crowd->app, found.exit, found.nodes, levels, NULL, err);
}

/* All levels */

void fl_pricing_first_levels(int *levels, const fl_app *app) {
    for (int i = 0; i < app->n_slices; i++) levels[i] = -1;
}

bool fl_pricing_next_levels(int *levels, const fl_app *app) {
    for (int i = 0; i < app->n_slices; i++) {
        if (++levels[i] < app->slices[i].n_levels) return true;
        levels[i] = -1;
    }
    return false;
}

double fl_pricing_levels(const fl_pricing *pricing, const fl_crowd *crowd, const fl_app *app,
                         const int *levels) {
    double price = 0;
    for (int i = 0; i < app->n_slices; i++) {
        if (!fl_crowd_may_reserve(crowd, i, levels[i])) return INFINITY;
        if (levels[i] >= 0) price += pricing->share[app->slices[i].node] * app->slices[i].levels[levels[i]];
    }
    return price;
}

fl_status fl_pricing_solve(fl_priced *out, fl_pricing *pricing, const fl_crowd *crowd, fl_goal goal,
                           fl_error *err) {
    const fl_app *app = &pricing->task->instance->apps[crowd->app];
    double unit = unit_of(app, goal);
    fl_arena *scratch = &pricing->scratch;
    *out = (fl_priced){INFINITY, -1};
    fl_arena_reset(scratch);
    fl_prices prices = scale_prices(pricing, unit);
    int *levels = FL_NEW(scratch, app->n_slices, int);
    if (levels == NULL) return fl_arena_error(scratch, err);
    fl_pricing_first_levels(levels, app);
    do {
        double fixed = fl_pricing_levels(pricing, crowd, app, levels);
        if (!(fixed < out->value)) continue;
        fl_arena_mark mark = fl_arena_keep(scratch);
        FL_TRY(solve_at(out, pricing, crowd, goal, levels, &prices, fixed, unit, err));
        fl_arena_release(scratch, mark);
    } while (fl_pricing_next_levels(levels, app));
    return FL_OK;
}
