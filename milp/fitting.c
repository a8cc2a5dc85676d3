/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/fitting.h"

#include "core/loads.h"
#include "core/tolerance.h"
#include <stdint.h>
#include <stdlib.h>

/** Most searches for one path; then its value is what is proven by then. */
enum { SEARCHES_MOST = 512 };

/** What is taken out of a layer. */
typedef enum barred_kind {
    BARRED_VERTEX,
    BARRED_END,   /* paths that end at the vertex, whose last head runs too */
    BARRED_OTHERS /* all but the vertex */
} barred_kind;

typedef struct barred {
    int layer, node;
    barred_kind kind;
    const struct barred *before; /* what was taken out before */
} barred;

/** The layers without some vertices, and the cheapest path there. */
typedef struct part {
    const barred *without;
    double value;
    int exit, *nodes;
} part;

typedef struct branching {
    const fl_task *task;
    const fl_labels_query *query;
    fl_layers *layers;
    int app;
    const int *levels;
    part parts[SEARCHES_MOST]; /* [n_parts] not yet divided */
    int n_parts, n_searches;
    fl_load *loads; /* scratch of find_excess() */
} branching;

/* Taking vertices out and putting them back */

/** Swap what the vertices cost with `kept` [4 * n_nodes]. */
static void swap_vertices(const fl_layers *layers, const barred *without, double *kept) {
    const fl_layer *at = &layers->layer[without->layer];
    const double *vectors[] = {at->latency, at->energy, at->final_latency, at->final_energy};
    for (int i = without->kind == BARRED_END ? 2 : 0; i < 4; i++) {
        if (vectors[i] == NULL || (i >= 2 && vectors[i] == vectors[i - 2])) continue;
        for (int n = 0; n < layers->n_nodes; n++) {
            if ((n == without->node) == (without->kind == BARRED_OTHERS)) continue;
            double *entry = (double *)(uintptr_t)vectors[i] + n, *other = &kept[4 * n + i], cost = *entry;
            *entry = *other;
            *other = cost;
        }
    }
}

/** Search without these vertices. */
static fl_status search_without(fl_labels_found *found, branching *now, const barred *without,
                                fl_error *err) {
    if (without == NULL) return fl_labels_search(found, now->layers, now->task, now->query, err);
    int n = 4 * now->layers->n_nodes;
    double *kept = FL_NEW(now->task->arena, n, double);
    if (kept == NULL) return fl_arena_error(now->task->arena, err);
    for (int i = 0; i < n; i++) kept[i] = INFINITY;
    swap_vertices(now->layers, without, kept);
    fl_status status = search_without(found, now, without->before, err);
    swap_vertices(now->layers, without, kept);
    return status;
}

/** What no path costs less than. A complete search found the least, or says by its bound how close it came.
 */
static double value_of(const fl_labels_found *found) {
    if (!found->complete) return fmax(found->bound, 0);
    if (found->n_paths == 0) return INFINITY;
    double energy = found->paths[0].cost.energy;
    return energy - found->bound <= FL_TOLERANCE_PROOF * energy ? found->bound : energy;
}

static fl_status add_part(branching *now, const barred *without, double least, fl_error *err) {
    fl_labels_found found;
    part *new = &now->parts[now->n_parts];
    FL_TRY(search_without(&found, now, without, err));
    now->n_searches++;
    if (found.complete && found.n_paths == 0) return FL_OK;
    *new = (part){.without = without, .value = fmax(value_of(&found), least), .exit = -1};
    if (found.n_paths > 0) {
        new->exit = found.paths[0].exit;
        new->nodes = found.paths[0].nodes;
    }
    now->n_parts++;
    return FL_OK;
}

/* What is too much */

/** Find a limit of which the path asks too much; false: it fits. */
static bool find_excess(const branching *now, const part *of, fl_load *excess) {
    fl_placement at = {
        .exit = of->exit, .count = 1, .nodes = of->nodes, .levels = (int *)(uintptr_t)now->levels};
    int n = fl_loads_of(now->loads, now->task->instance, now->app, &at);
    for (int i = 0; i < n; i++) {
        double limit = fl_loads_limit(now->task->instance, &now->loads[i]);
        if (now->loads[i].amount <= limit * (1 + FL_TOLERANCE_LIMIT)) continue;
        *excess = now->loads[i];
        return true;
    }
    return false;
}

/** A step of the path and what it takes of the limit. */
typedef struct taken {
    int layer;
    double amount;
} taken;

static int by_amount(const void *a, const void *b) {
    const taken *one = a, *two = b;
    return (one->amount < two->amount) - (one->amount > two->amount);
}

static double amount_of(const branching *now, const part *of, int l, const fl_load *limit) {
    const fl_app *app = &now->task->instance->apps[now->app];
    int from = l > 0 ? of->nodes[l - 1] : app->source, to = of->nodes[l];
    double visits = app->rate * fl_cost_reach(app, l);
    if (to != limit->to) return 0;
    if (limit->kind == FL_LIMIT_CAPACITY) return visits * fl_cost_ops(app, l, of->exit);
    if (limit->kind == FL_LIMIT_MEMORY) return app->blocks[l].memory;
    return from == limit->from ? visits * fl_cost_bits(app, l) : 0;
}

/** The fewest steps, largest first, that together are too much; returns how many. */
static int list_steps(const branching *now, const part *of, const fl_load *excess, taken *steps) {
    const fl_app *app = &now->task->instance->apps[now->app];
    double limit = fl_loads_limit(now->task->instance, excess) * (1 + FL_TOLERANCE_LIMIT), sum = 0;
    int n = 0, kept = 0;
    for (int l = 0; l < app->exits[of->exit].after; l++) {
        double amount = amount_of(now, of, l, excess);
        if (amount > 0) steps[n++] = (taken){l, amount};
    }
    qsort(steps, (size_t)n, sizeof *steps, by_amount);
    while (kept < n && sum <= limit) sum += steps[kept++].amount;
    return kept;
}

/* Branch and bound */

/** Take something more out, at the path's vertex in a layer.
 *  @param without  what was taken out before, and then this too */
static fl_status bar(const barred **without, branching *now, const part *of, int layer, barred_kind kind,
                     fl_error *err) {
    barred *new = FL_NEW(now->task->arena, 1, barred);
    if (new == NULL) return fl_arena_error(now->task->arena, err);
    *new = (barred){layer, of->nodes[layer], kind, *without};
    *without = new;
    return FL_OK;
}

/** Whether the path ends in this layer and takes more there than one that goes on. */
static bool ends_apart(const branching *now, const part *of, int layer) {
    const fl_layer *at = &now->layers->layer[layer];
    return at->exit == of->exit && at->final_energy != at->energy;
}

/** The paths that keep to `*kept`, but not to this step, as a part; those that keep to it too are what is
 * kept then. */
static fl_status split(const barred **kept, branching *now, const part *of, int layer, fl_error *err) {
    const barred *without = *kept;
    bool end = ends_apart(now, of, layer);
    FL_TRY(bar(&without, now, of, layer, end ? BARRED_END : BARRED_VERTEX, err));
    FL_TRY(add_part(now, without, of->value, err));
    return end ? FL_OK : bar(kept, now, of, layer, BARRED_OTHERS, err);
}

/** Replace a part by those that each miss one of the steps - for a move, one of its ends - and have all
 * before.
 */
static fl_status divide(branching *now, const part *of, const fl_load *excess, const taken *steps, int n,
                        fl_error *err) {
    const barred *kept = of->without;
    for (int i = 0; i < n; i++) {
        if (excess->kind == FL_LIMIT_LINK && steps[i].layer > 0)
            FL_TRY(split(&kept, now, of, steps[i].layer - 1, err));
        FL_TRY(split(&kept, now, of, steps[i].layer, err));
    }
    return FL_OK;
}

static int find_least(const branching *now) {
    int least = 0;
    for (int i = 1; i < now->n_parts; i++) {
        if (now->parts[i].value < now->parts[least].value) least = i;
    }
    return least;
}

static fl_status run(fl_fitting *out, branching *now, taken *steps, fl_error *err) {
    fl_load excess;
    FL_TRY(add_part(now, NULL, 0, err));
    while (now->n_parts > 0) {
        int least = find_least(now);
        part of = now->parts[least];
        *out = (fl_fitting){of.value, -1, NULL};
        if (of.exit < 0) return FL_OK;
        if (!find_excess(now, &of, &excess)) {
            *out = (fl_fitting){of.value, of.exit, of.nodes};
            return FL_OK;
        }
        int n = list_steps(now, &of, &excess, steps);
        if (now->n_searches + 2 * n >= SEARCHES_MOST) return FL_OK;
        now->parts[least] = now->parts[--now->n_parts];
        FL_TRY(divide(now, &of, &excess, steps, n, err));
    }
    *out = (fl_fitting){INFINITY, -1, NULL};
    return FL_OK;
}

fl_status fl_fitting_search(fl_fitting *out, fl_layers *layers, const fl_task *task, int app,
                            const int *levels, const fl_labels_query *query, fl_error *err) {
    branching *now = FL_NEW(task->arena, 1, branching);
    taken *steps = FL_NEW(task->arena, layers->n_layers, taken);
    if (now == NULL || steps == NULL) return fl_arena_error(task->arena, err);
    *now = (branching){.task = task, .query = query, .layers = layers, .app = app, .levels = levels};
    now->loads = FL_NEW(task->arena, fl_loads_most(task->instance->apps[app].n_blocks), fl_load);
    if (now->loads == NULL) return fl_arena_error(task->arena, err);
    return run(out, now, steps, err);
}
