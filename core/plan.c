/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/plan.h"
#include <stdint.h>
#include <string.h>

fl_status fl_plan_create(fl_plan *out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    fl_placement *apps = FL_NEW(arena, instance->n_apps, fl_placement);
    *out = (fl_plan){0};
    if (apps == NULL) return fl_arena_error(arena, err);
    for (int h = 0; h < instance->n_apps; h++) apps[h] = (fl_placement){.exit = -1};
    *out = (fl_plan){.n_apps = instance->n_apps, .apps = apps};
    return FL_OK;
}

int fl_plan_depth(const fl_placement *placement, const fl_instance *instance, int app) {
    return placement->exit < 0 ? 0 : instance->apps[app].exits[placement->exit].after;
}

int fl_plan_served(const fl_plan *plan, int app) {
    int served = 0;
    for (const fl_placement *at = &plan->apps[app]; at != NULL; at = at->more) served += at->count;
    return served;
}

int fl_plan_size(const fl_plan *plan) {
    int size = 0;
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) size++;
    }
    return size;
}

/* Placing */

static bool uses(const int *nodes, int depth, int node) {
    for (int l = 0; l < depth; l++) {
        if (nodes[l] == node) return true;
    }
    return false;
}

/** The levels that a placement reserves: of the nodes it uses, and no others. */
static void set_levels(int *to, const int *levels, const fl_app *app, const int *nodes, int depth) {
    for (int i = 0; i < app->n_slices; i++) {
        int level = levels != NULL ? levels[i] : fl_slices_largest(&app->slices[i]);
        to[i] = uses(nodes, depth, app->slices[i].node) ? level : -1;
    }
}

/** The codings that are not plain, into `out` [depth]; whether there is any.
 *  @return FL_EINTERNAL for the coding of a block that does not move */
static fl_status copy_codings(int *out, bool *any, const fl_app *app, const fl_placement *like, int depth,
                              fl_error *err) {
    *any = false;
    for (int l = 0; l < depth; l++) {
        const fl_coding *codings;
        int from = l > 0 ? like->nodes[l - 1] : app->source, n = fl_choices_codings(app, l, &codings);
        out[l] = like->codings[l];
        if (out[l] < 0) continue;
        if (out[l] >= n || from == like->nodes[l]) {
            return fl_error_set(err, FL_EINTERNAL, NULL,
                                "a plan sends block %d of \"%s\" in a coding it "
                                "cannot have",
                                l + 1, app->name);
        }
        *any = true;
    }
    return FL_OK;
}

/** The exits that are off, into `out` [n_exits]; whether there is any.
 *  @return FL_EINTERNAL for one that cannot be */
static fl_status copy_off(bool *out, bool *any, const fl_app *app, const fl_placement *like, fl_error *err) {
    *any = false;
    for (int e = 0; e < app->n_exits; e++) {
        out[e] = like->off[e];
        if (!out[e]) continue;
        if (e >= like->exit || !app->exits[e].optional) {
            return fl_error_set(err, FL_EINTERNAL, NULL,
                                "a plan switches exit %d of \"%s\" off, which it "
                                "cannot",
                                e + 1, app->name);
        }
        *any = true;
    }
    return FL_OK;
}

/** What `like` chooses beside exit, nodes and levels; nothing is kept of what is as if not chosen. */
static fl_status copy_choices(fl_placement *out, const fl_app *app, const fl_placement *like, fl_arena *arena,
                              fl_error *err) {
    int depth = app->exits[like->exit].after;
    bool any;
    out->threshold = app->n_thresholds > 0 ? like->threshold : -1;
    if (like->codings != NULL) {
        int *codings = FL_NEW(arena, depth, int);
        if (codings == NULL) return fl_arena_error(arena, err);
        FL_TRY(copy_codings(codings, &any, app, like, depth, err));
        if (any) out->codings = codings;
    }
    if (like->off != NULL) {
        bool *off = FL_NEW(arena, app->n_exits, bool);
        if (off == NULL) return fl_arena_error(arena, err);
        FL_TRY(copy_off(off, &any, app, like, err));
        if (any) out->off = off;
    }
    return FL_OK;
}

/** Copy a placement, as one of `count` users, into `out`.
 *  Levels that are NULL are the largest. */
static fl_status copy_placement(fl_placement *out, const fl_app *app, int count, const fl_placement *like,
                                fl_arena *arena, fl_error *err) {
    int depth = app->exits[like->exit].after;
    *out = (fl_placement){.exit = like->exit, .count = count, .nodes = FL_NEW(arena, depth, int)};
    if (out->nodes == NULL) return fl_arena_error(arena, err);
    memcpy(out->nodes, like->nodes, (size_t)depth * sizeof *out->nodes);
    FL_TRY(copy_choices(out, app, like, arena, err));
    if (app->n_slices == 0) return FL_OK;
    out->levels = FL_NEW(arena, app->n_slices, int);
    if (out->levels == NULL) return fl_arena_error(arena, err);
    set_levels(out->levels, like->levels, app, like->nodes, depth);
    return FL_OK;
}

/** A placement that chooses nothing but exit, nodes and levels; borrows from the caller. */
static fl_placement plain_placement(int exit, const int *nodes, const int *levels) {
    return (fl_placement){
        .exit = exit, .nodes = (int *)(uintptr_t)nodes, .levels = (int *)(uintptr_t)levels, .threshold = -1};
}

fl_status fl_plan_place(fl_plan *plan, const fl_instance *instance, int app, int exit, const int *nodes,
                        fl_arena *arena, fl_error *err) {
    const fl_app *of = &instance->apps[app];
    fl_placement like = plain_placement(exit, nodes, NULL);
    return copy_placement(&plan->apps[app], of, of->count, &like, arena, err);
}

static bool same_choices(const fl_placement *one, const fl_placement *two, const fl_app *app) {
    if (app->n_thresholds > 0 && one->threshold != two->threshold) return false;
    for (int l = 0; l < app->exits[one->exit].after; l++) {
        if (fl_plan_coding(one, l) != fl_plan_coding(two, l)) return false;
    }
    for (int e = 0; e < one->exit; e++) {
        if ((one->off != NULL && one->off[e]) != (two->off != NULL && two->off[e])) return false;
    }
    return true;
}

bool fl_plan_alike(const fl_placement *one, const fl_placement *two, const fl_app *app) {
    if (one->exit != two->exit || !same_choices(one, two, app)) return false;
    return memcmp(one->nodes, two->nodes, (size_t)app->exits[one->exit].after * sizeof *one->nodes) == 0;
}

bool fl_plan_same(const fl_placement *one, const fl_placement *two, const fl_app *app) {
    if (!fl_plan_alike(one, two, app)) return false;
    return app->n_slices == 0 ||
           memcmp(one->levels, two->levels, (size_t)app->n_slices * sizeof *one->levels) == 0;
}

fl_status fl_plan_add(fl_plan *plan, const fl_instance *instance, int app, int count, int exit,
                      const int *nodes, const int *levels, fl_arena *arena, fl_error *err) {
    fl_placement like = plain_placement(exit, nodes, levels);
    return fl_plan_add_like(plan, instance, app, count, &like, arena, err);
}

fl_status fl_plan_add_like(fl_plan *plan, const fl_instance *instance, int app, int count,
                           const fl_placement *like, fl_arena *arena, fl_error *err) {
    const fl_app *of = &instance->apps[app];
    fl_placement new, *last = &plan->apps[app];
    FL_TRY(copy_placement(&new, of, count, like, arena, err));
    if (last->exit < 0) {
        *last = new;
        return FL_OK;
    }
    for (fl_placement *at = last; at != NULL; at = at->more) {
        if (fl_plan_same(at, &new, of)) {
            at->count += count;
            return FL_OK;
        }
        last = at;
    }
    last->more = FL_NEW(arena, 1, fl_placement);
    if (last->more == NULL) return fl_arena_error(arena, err);
    *last->more = new;
    return FL_OK;
}

fl_status fl_plan_copy(fl_plan *out, const fl_instance *instance, const fl_plan *plan, fl_arena *arena,
                       fl_error *err) {
    FL_TRY(fl_plan_create(out, instance, arena, err));
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) {
            if (at->exit >= 0) FL_TRY(fl_plan_add_like(out, instance, h, at->count, at, arena, err));
        }
    }
    return FL_OK;
}
/* Writing */

static void write_shares(fl_value *entry, const fl_placement *placement, const fl_instance *instance,
                         const fl_app *app, fl_arena *arena) {
    fl_value *shares = fl_value_add(arena, entry, "shares", fl_value_object(arena));
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        if (placement->levels[i] < 0) continue;
        fl_value_add(arena, shares, instance->system.nodes[slices->node].name,
                     fl_value_number(arena, slices->levels[placement->levels[i]]));
    }
}

static void write_codings(fl_value *entry, const fl_placement *placement, const fl_app *app,
                          fl_arena *arena) {
    fl_value *names = fl_value_add(arena, entry, "codings", fl_value_array(arena));
    for (int l = 0; l < app->exits[placement->exit].after; l++) {
        const fl_coding *codings;
        int coding = fl_plan_coding(placement, l);
        fl_choices_codings(app, l, &codings);
        fl_value_add(arena, names, NULL, fl_value_string(arena, coding >= 0 ? codings[coding].name : ""));
    }
}

/** What the placement chooses beside exit, nodes and levels. */
static void write_choices(fl_value *entry, const fl_placement *placement, const fl_app *app,
                          fl_arena *arena) {
    fl_exits_used used = fl_plan_exits(placement, app);
    if (placement->codings != NULL) write_codings(entry, placement, app, arena);
    if (used.threshold >= 0) {
        const char *name = app->thresholds[used.threshold].name;
        fl_value_add(arena, entry, "threshold", fl_value_string(arena, name));
    }
    if (used.off == NULL) return;
    fl_value *off = fl_value_add(arena, entry, "off", fl_value_array(arena));
    for (int e = 0; e < placement->exit; e++) {
        if (used.off[e]) fl_value_add(arena, off, NULL, fl_value_number(arena, e + 1));
    }
}

static void write_placement(fl_value *array, const fl_placement *placement, const fl_instance *instance,
                            int h, fl_arena *arena) {
    const fl_app *app = &instance->apps[h];
    fl_value *entry = fl_value_add(arena, array, NULL, fl_value_object(arena));
    fl_value_add(arena, entry, "app", fl_value_string(arena, app->name));
    if (app->count > 1) fl_value_add(arena, entry, "count", fl_value_number(arena, placement->count));
    fl_value_add(arena, entry, "exit", fl_value_number(arena, placement->exit + 1));
    fl_value *nodes = fl_value_add(arena, entry, "nodes", fl_value_array(arena));
    for (int l = 0; l < fl_plan_depth(placement, instance, h); l++) {
        const char *name = instance->system.nodes[placement->nodes[l]].name;
        fl_value_add(arena, nodes, NULL, fl_value_string(arena, name));
    }
    if (app->n_slices > 0) write_shares(entry, placement, instance, app, arena);
    write_choices(entry, placement, app, arena);
}

fl_value *fl_plan_write(const fl_plan *plan, const fl_instance *instance, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) {
            if (at->exit >= 0) write_placement(array, at, instance, h, arena);
        }
    }
    return arena->failed ? NULL : array;
}
