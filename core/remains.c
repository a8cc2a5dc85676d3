/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/remains.h"
#include "core/tolerance.h"
#include <stdint.h>
#include <string.h>

fl_status fl_remains_create(fl_remains *out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    int most_blocks = 0;
    for (int h = 0; h < instance->n_apps; h++) {
        most_blocks = instance->apps[h].n_blocks > most_blocks ? instance->apps[h].n_blocks : most_blocks;
    }
    *out =
        (fl_remains){.instance = instance,
                     .arena = arena,
                     .slack = FL_TOLERANCE_LIMIT,
                     .barred = FL_ZERO(arena, (size_t)most_blocks * (size_t)instance->system.n_nodes, bool)};
    return out->barred != NULL ? FL_OK : fl_arena_error(arena, err);
}

void fl_remains_clear(fl_remains *remains) {
    remains->used = NULL;
    remains->n_used = remains->room = 0;
    remains->slack = 0.5 * FL_TOLERANCE_LIMIT;
}

/* The account */

/** Where `load`'s limit is, or would be. */
static int find_used(const fl_remains *remains, const fl_load *load) {
    int low = 0, high = remains->n_used;
    while (low < high) {
        int middle = (low + high) / 2;
        if (fl_loads_compare(&remains->used[middle], load) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_used(const fl_remains *remains, int at, const fl_load *load) {
    return at < remains->n_used && fl_loads_compare(&remains->used[at], load) == 0;
}

static double left_of(const fl_remains *remains, const fl_load *load) {
    int at = find_used(remains, load);
    double limit = fl_loads_limit(remains->instance, load) * (1 + remains->slack);
    return is_used(remains, at, load) ? limit - remains->used[at].amount : limit;
}

static fl_status grow(fl_remains *remains, fl_error *err) {
    int room = 2 * remains->room + 16;
    fl_load *used = FL_NEW(remains->arena, room, fl_load);
    if (used == NULL) return fl_arena_error(remains->arena, err);
    if (remains->n_used > 0) memcpy(used, remains->used, (size_t)remains->n_used * sizeof *used);
    remains->used = used;
    remains->room = room;
    return FL_OK;
}

fl_status fl_remains_take(fl_remains *remains, const fl_load *loads, int n, int count, fl_error *err) {
    for (int i = 0; i < n; i++) {
        int at = find_used(remains, &loads[i]);
        if (!is_used(remains, at, &loads[i])) {
            if (remains->n_used == remains->room) FL_TRY(grow(remains, err));
            fl_load *used = remains->used + at;
            memmove(used + 1, used, (size_t)(remains->n_used++ - at) * sizeof *used);
            *used = loads[i];
            used->amount = 0;
        }
        remains->used[at].amount += count * loads[i].amount;
    }
    return FL_OK;
}

int fl_remains_fit(const fl_remains *remains, const fl_load *loads, int n, int most) {
    for (int i = 0; i < n && most > 0; i++) {
        double fit = floor(left_of(remains, &loads[i]) / loads[i].amount);
        if (fit < most) most = fit > 0 ? (int)fit : 0;
    }
    return most;
}

const fl_load *fl_remains_excess(const fl_remains *remains, const fl_load *loads, int n) {
    for (int i = 0; i < n; i++) {
        if (loads[i].amount > left_of(remains, &loads[i])) return &loads[i];
    }
    return NULL;
}

/* Bars */

static bool too_much(const fl_remains *remains, fl_limit_kind kind, int node, double amount) {
    fl_load load = {kind, -1, node, amount};
    return amount > 0 && amount > left_of(remains, &load);
}

static void bar_full_nodes(fl_remains *remains, const fl_app *app) {
    const fl_instance *instance = remains->instance;
    int n_nodes = instance->system.n_nodes;
    memset(remains->barred, 0, (size_t)app->n_blocks * (size_t)n_nodes * sizeof *remains->barred);
    for (int n = 0; n < n_nodes; n++) {
        const fl_node *node = &instance->system.nodes[n];
        if (isinf(node->capacity) && isinf(node->memory)) continue;
        bool limited = isfinite(node->capacity) && !fl_app_sliced(app, n);
        for (int l = 0; l < app->n_blocks; l++) {
            double ops = app->rate * fl_choices_least_reach(app, l) * fl_choices_least_ops(app, l);
            remains->barred[(size_t)l * (size_t)n_nodes + (size_t)n] =
                (limited && too_much(remains, FL_LIMIT_CAPACITY, n, ops)) ||
                (isfinite(node->memory) && too_much(remains, FL_LIMIT_MEMORY, n, app->blocks[l].memory));
        }
    }
}

/** Make `groups` one group per node, so that single links can be barred. */
static fl_status split_groups(fl_remains *remains, fl_error *err) {
    const fl_groups *old = &remains->instance->groups;
    int n = remains->instance->system.n_nodes;
    fl_split_groups split;
    if (n > FL_GROUPS_MOST) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "link capacities between more than %d nodes",
                            FL_GROUPS_MOST);
    }
    if (!fl_groups_split(&split, old, n, remains->arena)) return fl_arena_error(remains->arena, err);
    remains->slowness = split.slowness;
    remains->groups = (fl_groups){n, old->uniform, split.group, split.slowness, split.delay, split.energy};
    remains->links_barred = true;
    return FL_OK;
}

static bool link_barred(const fl_remains *remains, int from, int to) {
    const fl_groups *groups = &remains->groups;
    return remains->links_barred &&
           isinf(groups->slowness[(size_t)from * (size_t)groups->n_groups + (size_t)to]);
}

static fl_status bar_link(fl_remains *remains, int from, int to, fl_error *err) {
    if (!remains->links_barred) FL_TRY(split_groups(remains, err));
    size_t at = (size_t)from * (size_t)remains->groups.n_groups + (size_t)to;
    remains->slowness[at] = INFINITY;
    return FL_OK;
}

fl_status fl_remains_bar_full(fl_remains *remains, const fl_app *app, fl_error *err) {
    double least = INFINITY;
    bar_full_nodes(remains, app);
    remains->links_barred = false;
    for (int l = 0; l < app->n_blocks; l++) {
        least = fmin(least, app->rate * fl_choices_least_reach(app, l) * fl_choices_least_bits(app, l));
    }
    for (int i = 0; i < remains->n_used; i++) {
        const fl_load *used = &remains->used[i];
        if (used->kind != FL_LIMIT_LINK || least <= left_of(remains, used)) continue;
        FL_TRY(bar_link(remains, used->from, used->to, err));
    }
    return FL_OK;
}

fl_status fl_remains_bar(fl_remains *remains, bool *more, int app, const fl_placement *placement,
                         const fl_load *excess, fl_error *err) {
    size_t n_nodes = (size_t)remains->instance->system.n_nodes;
    if (excess->kind == FL_LIMIT_LINK) {
        *more = !link_barred(remains, excess->from, excess->to);
        return *more ? bar_link(remains, excess->from, excess->to, err) : FL_OK;
    }
    int l = fl_plan_depth(placement, remains->instance, app) - 1;
    while (placement->nodes[l] != excess->to) l--;
    bool *barred = &remains->barred[(size_t)l * n_nodes + (size_t)excess->to];
    *more = !*barred;
    *barred = true;
    return FL_OK;
}

/* What is left for one user */

static void bar_node(fl_remains *remains, const fl_app *app, int n) {
    size_t n_nodes = (size_t)remains->instance->system.n_nodes;
    for (int l = 0; l < app->n_blocks; l++) remains->barred[(size_t)l * n_nodes + (size_t)n] = true;
}

/** The levels of every sliced node that are still to be had; nodes without any are barred. */
static fl_status list_levels(fl_remains *remains, fl_app *app, fl_error *err) {
    fl_arena *arena = remains->arena;
    fl_slices *slices = FL_NEW(arena, app->n_slices, fl_slices);
    if (slices == NULL) return fl_arena_error(arena, err);
    int kept = 0;
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *from = &app->slices[i];
        double *levels = FL_NEW(arena, from->n_levels, double);
        if (levels == NULL) return fl_arena_error(arena, err);
        slices[kept] = (fl_slices){from->node, 0, levels};
        for (int k = 0; k < from->n_levels; k++) {
            if (!too_much(remains, FL_LIMIT_SHARE, from->node, from->levels[k])) {
                levels[slices[kept].n_levels++] = from->levels[k];
            }
        }
        if (slices[kept].n_levels > 0)
            kept++;
        else
            bar_node(remains, app, from->node);
    }
    app->n_slices = kept;
    app->slices = slices;
    return FL_OK;
}

static bool any(const bool *flags, int n) {
    for (int i = 0; i < n; i++) {
        if (flags[i]) return true;
    }
    return false;
}

/** The blocks of `app`, each allowed only where it is not barred. */
static fl_status allow_unbarred(const fl_remains *remains, fl_app *app, fl_error *err) {
    fl_arena *arena = remains->arena;
    int n_nodes = remains->instance->system.n_nodes;
    fl_block *blocks = FL_NEW(arena, app->n_blocks, fl_block);
    if (blocks == NULL) return fl_arena_error(arena, err);
    memcpy(blocks, app->blocks, (size_t)app->n_blocks * sizeof *blocks);
    app->blocks = blocks;
    for (int l = 0; l < app->n_blocks; l++) {
        const bool *barred = remains->barred + (size_t)l * (size_t)n_nodes;
        if (!any(barred, n_nodes)) continue;
        int *allowed = FL_NEW(arena, n_nodes, int), n = 0;
        if (allowed == NULL) return fl_arena_error(arena, err);
        for (int i = 0; i < n_nodes; i++) {
            if (!barred[i] && fl_block_allows(&blocks[l], i)) allowed[n++] = i;
        }
        blocks[l].allowed = allowed;
        blocks[l].n_allowed = n;
    }
    return FL_OK;
}

fl_status fl_remains_restrict(fl_remains *remains, fl_app *app, fl_error *err) {
    if (app->n_slices > 0) FL_TRY(list_levels(remains, app, err));
    return allow_unbarred(remains, app, err);
}

const fl_groups *fl_remains_links(const fl_remains *remains) {
    return remains->links_barred ? &remains->groups : NULL;
}
