/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/catalog.h"

#include "core/tolerance.h"
#include <string.h>

/** Most labels of one search, most parts of limits in all of them, and most plans of one user. */
enum { LABELS_MOST = 4096, PARTS_MOST = 1 << 20, PLANS_MOST = 2000 };

/** A path from the source so far, or to its end. */
typedef struct label {
    double energy, price, latency; /* J, J with prices, s */
    int node, exit;                /* exit: where the path ends, or -1 */
    int before;                    /* the label before this one, -1: the source */
    int next;                      /* of those at the same vertex, -1 ends */
} label;

typedef struct listing {
    fl_catalog *catalog;
    const fl_app *app;
    const fl_layers *plain, *priced;
    double most;            /* J, prices included */
    double *energy, *delay; /* [n_layers * n_nodes] least price and latency from behind a vertex to the end */
    label *labels;          /* [n_labels] */
    double *use;            /* [n_labels * limits] parts of limits */
    int n_labels, room;
    int *first; /* [n_nodes] of a layer's labels by vertex, -1: none */
    int end;    /* of the paths that have ended */
    bool full;
} listing;

/* Limits */

/** The number of a limit that exists, a new one. */
static int number(fl_catalog *catalog, const fl_load *load) {
    double amount = fl_loads_limit(catalog->pricing->task->instance, load);
    if (isinf(amount)) return -1;
    catalog->amount[catalog->n_limits] = amount;
    return catalog->n_limits++;
}

fl_status fl_catalog_open(fl_catalog *catalog, fl_pricing *pricing, fl_error *err) {
    fl_arena *arena = pricing->task->arena;
    int n = pricing->task->instance->system.n_nodes;
    *catalog = (fl_catalog){.pricing = pricing};
    if (n > FL_CATALOG_NODES_MOST) return FL_OK;
    catalog->capacity = FL_NEW(arena, n, int);
    catalog->memory = FL_NEW(arena, n, int);
    catalog->link = FL_NEW(arena, n * n, int);
    catalog->amount = FL_NEW(arena, 2 * n + n * n, double);
    if (arena->failed) return fl_arena_error(arena, err);
    for (int a = 0; a < n; a++) {
        catalog->capacity[a] = number(catalog, &(fl_load){FL_LIMIT_CAPACITY, -1, a, 0});
        catalog->memory[a] = number(catalog, &(fl_load){FL_LIMIT_MEMORY, -1, a, 0});
        for (int b = 0; b < n; b++)
            catalog->link[a * n + b] = a == b ? -1 : number(catalog, &(fl_load){FL_LIMIT_LINK, a, b, 0});
    }
    return FL_OK;
}

/* What follows a vertex costs at least */

static void find_rest(const listing *now) {
    const fl_layers *layers = now->priced;
    int n = layers->n_nodes;
    for (int l = layers->n_layers - 1; l >= 0; l--) {
        for (int a = 0; a < n; a++) {
            double *energy = &now->energy[l * n + a], *delay = &now->delay[l * n + a];
            *energy = *delay = INFINITY;
            for (int b = 0; b < n && l + 1 < layers->n_layers; b++) {
                fl_cost arc;
                if (fl_layers_arc(layers, l + 1, a, b, true, &arc)) {
                    *energy = fmin(*energy, arc.energy);
                    *delay = fmin(*delay, arc.latency);
                }
                if (fl_layers_arc(layers, l + 1, a, b, false, &arc)) {
                    *energy = fmin(*energy, arc.energy + now->energy[(l + 1) * n + b]);
                    *delay = fmin(*delay, arc.latency + now->delay[(l + 1) * n + b]);
                }
            }
        }
    }
}

/* Labels */

static double *use_of(const listing *now, int i) {
    return now->use + (size_t)i * (size_t)now->catalog->n_limits;
}

static void take(const listing *now, double *use, int limit, double amount) {
    if (limit >= 0) use[limit] += amount / now->catalog->amount[limit];
}

/** What a step takes of the limits; false when a user alone takes too much of one. */
static bool add_uses(const listing *now, double *use, int l, int from, const label *to) {
    const fl_catalog *catalog = now->catalog;
    const fl_app *app = now->app;
    double visits = app->rate * fl_cost_reach(app, l);
    int final = to->exit >= 0 ? to->exit : app->n_exits, n = now->plain->n_nodes;
    if (!fl_app_sliced(app, to->node))
        take(now, use, catalog->capacity[to->node], visits * fl_cost_ops(app, l, final));
    take(now, use, catalog->memory[to->node], app->blocks[l].memory);
    take(now, use, catalog->link[from * n + to->node], visits * fl_cost_bits(app, l));
    for (int k = 0; k < catalog->n_limits; k++) {
        if (use[k] > 1 + 2 * FL_TOLERANCE_LIMIT) return false;
    }
    return true;
}

/** Whether label i makes label j useless, at the same vertex or, where latency counts no more, at the end. */
static bool dominates(const listing *now, int i, int j, bool ended) {
    const label *one = &now->labels[i], *two = &now->labels[j];
    if (one->energy > two->energy || (!ended && one->latency > two->latency)) return false;
    const double *use = use_of(now, i), *other = use_of(now, j);
    for (int k = 0; k < now->catalog->n_limits; k++) {
        if (use[k] > other[k]) return false;
    }
    return true;
}

/** Put the label that was made last into a list, unless it is useless there; drop those that it makes so. */
static void insert(listing *now, int *list, bool ended) {
    int new = now->n_labels;
    for (int i = *list; i >= 0; i = now->labels[i].next) {
        if (dominates(now, i, new, ended)) return;
    }
    for (int *i = list; *i >= 0;) {
        if (dominates(now, new, *i, ended))
            *i = now->labels[*i].next;
        else
            i = &now->labels[*i].next;
    }
    now->labels[new].next = *list;
    *list = new;
    now->n_labels++;
}

/** Lengthen a path by one step, and keep that where it may be of use. */
static void lengthen(listing *now, int l, int before, int to, bool final, int *list) {
    const label start = {.node = now->plain->source}, *from = before >= 0 ? &now->labels[before] : &start;
    fl_cost arc, priced;
    if (now->n_labels >= now->room) now->full = true;
    if (now->full || !fl_layers_arc(now->plain, l, from->node, to, final, &arc)) return;
    if (!fl_layers_arc(now->priced, l, from->node, to, final, &priced)) return;
    label new = {from->energy + arc.energy,
                 from->price + priced.energy,
                 from->latency + arc.latency,
                 to,
                 final ? now->plain->layer[l].exit : -1,
                 before,
                 -1};
    size_t n = (size_t)now->catalog->n_limits;
    int at = l * now->plain->n_nodes + to;
    double price = new.price + (final ? 0 : now->energy[at]);
    double latency = new.latency + (final ? 0 : now->delay[at]);
    if (price > now->most || latency > now->plain->latest * (1 + FL_TOLERANCE_SEARCH)) return;
    double *use = use_of(now, now->n_labels);
    for (size_t k = 0; k < n; k++) use[k] = before >= 0 ? use_of(now, before)[k] : 0;
    if (!add_uses(now, use, l, from->node, &new)) return;
    now->labels[now->n_labels] = new;
    insert(now, list, final);
}

/** All steps into a layer from a label. */
static void leave(listing *now, int l, int before, int *lists) {
    for (int to = 0; to < now->plain->n_nodes; to++) {
        lengthen(now, l, before, to, true, &now->end);
        lengthen(now, l, before, to, false, &lists[to]);
    }
}

static void list_paths(listing *now, int *lists) {
    int n = now->plain->n_nodes;
    int *here = lists, *there = lists + n;
    now->end = -1;
    for (int l = 0; l < now->plain->n_layers && !now->full; l++) {
        for (int a = 0; a < n; a++) there[a] = -1;
        if (l == 0) leave(now, 0, -1, there);
        for (int a = 0; l > 0 && a < n; a++) {
            for (int i = here[a]; i >= 0; i = now->labels[i].next) leave(now, l, i, there);
        }
        int *kept = here;
        here = there;
        there = kept;
    }
}

/* Plans */

/** Add the paths to the pool.
 *  @param doubtful  one that counts as in time here is late to the judge, and others gave way to it */
static fl_status add_plans(const listing *now, int app, const int *levels, bool *doubtful, fl_error *err) {
    fl_pricing *pricing = now->catalog->pricing;
    int *nodes = FL_NEW(&pricing->scratch, now->plain->n_layers, int), added;
    if (nodes == NULL) return fl_arena_error(&pricing->scratch, err);
    for (int i = now->end; i >= 0; i = now->labels[i].next) {
        fl_violation violation = {.kind = FL_VIOLATION_NONE};
        int exit = now->labels[i].exit, l = now->app->exits[exit].after - 1;
        for (int j = i; j >= 0; j = now->labels[j].before) nodes[l--] = now->labels[j].node;
        FL_TRY(fl_pool_add(&added, pricing->pool, app, exit, nodes, levels, &violation, err));
        if (violation.kind != FL_VIOLATION_NONE) *doubtful = true;
    }
    return FL_OK;
}

/** With these levels; scratch is the pricing's. */
static fl_status list_at(fl_catalog *catalog, const fl_crowd *crowd, fl_goal goal, const int *levels,
                         double most, bool *complete, fl_error *err) {
    fl_pricing *pricing = catalog->pricing;
    fl_arena *scratch = &pricing->scratch;
    fl_layers plain, priced;
    FL_TRY(fl_pricing_build(&plain, &priced, pricing, crowd, goal, levels, err));
    size_t vertices = (size_t)plain.n_layers * (size_t)plain.n_nodes, n = (size_t)catalog->n_limits;
    size_t room = n > PARTS_MOST / LABELS_MOST ? PARTS_MOST / n : LABELS_MOST;
    listing now = {.catalog = catalog,
                   .app = &pricing->task->instance->apps[crowd->app],
                   .plain = &plain,
                   .priced = &priced,
                   .most = most,
                   .energy = FL_NEW(scratch, vertices, double),
                   .delay = FL_NEW(scratch, vertices, double),
                   .labels = FL_NEW(scratch, room, label),
                   .use = FL_NEW(scratch, room * n, double),
                   .room = (int)room};
    int *lists = FL_NEW(scratch, 2 * (size_t)plain.n_nodes, int), n_ended = 0;
    if (scratch->failed) return fl_arena_error(scratch, err);
    find_rest(&now);
    list_paths(&now, lists);
    for (int i = now.end; i >= 0; i = now.labels[i].next) n_ended++;
    bool doubtful = false;
    *complete = !now.full && n_ended <= PLANS_MOST;
    if (*complete) FL_TRY(add_plans(&now, crowd->app, levels, &doubtful, err));
    if (doubtful) *complete = false;
    return FL_OK;
}

fl_status fl_catalog_list(fl_catalog *catalog, const fl_crowd *crowd, fl_goal goal, double most,
                          bool *complete, fl_error *err) {
    fl_pricing *pricing = catalog->pricing;
    const fl_app *app = &pricing->task->instance->apps[crowd->app];
    double unit = goal == FL_GOAL_SPEND ? app->rate : 1;
    fl_arena *scratch = &pricing->scratch;
    fl_arena_reset(scratch);
    int *levels = FL_NEW(scratch, app->n_slices, int);
    *complete = catalog->amount != NULL;
    if (levels == NULL) return fl_arena_error(scratch, err);
    fl_pricing_first_levels(levels, app);
    do {
        double fixed = fl_pricing_levels(pricing, crowd, app, levels);
        if (!*complete || !(fixed <= most)) continue;
        fl_arena_mark mark = fl_arena_keep(scratch);
        FL_TRY(list_at(catalog, crowd, goal, levels, (most - fixed) / unit, complete, err));
        fl_arena_release(scratch, mark);
    } while (fl_pricing_next_levels(levels, app));
    return FL_OK;
}
