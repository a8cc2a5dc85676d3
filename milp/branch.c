/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/branch.h"

#include "core/tolerance.h"
#include <math.h>
#include <string.h>

/* The heap */

static bool earlier(const fl_branch *one, const fl_branch *two) {
    if (one->bound != two->bound) return one->bound < two->bound;
    return one->depth > two->depth;
}

static void swap(fl_branch **one, fl_branch **two) {
    fl_branch *kept = *one;
    *one = *two;
    *two = kept;
}

static fl_status push(fl_tree *tree, const fl_branch *branch, fl_error *err) {
    fl_branch *new = FL_NEW(tree->arena, 1, fl_branch);
    if (new == NULL) return fl_arena_error(tree->arena, err);
    *new = *branch;
    if (tree->n_open == tree->room) {
        int room = 2 * tree->room + 64;
        fl_branch **open = fl_arena_alloc(tree->arena, (size_t)room, sizeof(void *));
        if (open == NULL) return fl_arena_error(tree->arena, err);
        for (int k = 0; k < tree->n_open; k++) open[k] = tree->open[k];
        tree->open = open;
        tree->room = room;
    }
    int i = tree->n_open++;
    tree->open[i] = new;
    for (; i > 0 && earlier(tree->open[i], tree->open[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&tree->open[i], &tree->open[(i - 1) / 2]);
    return FL_OK;
}

fl_status fl_tree_start(fl_tree *tree, double bound, fl_arena *arena, fl_error *err) {
    *tree = (fl_tree){.arena = arena};
    return push(tree, &(fl_branch){.bound = bound}, err);
}

fl_branch *fl_tree_take(fl_tree *tree) {
    if (tree->n_open == 0) return NULL;
    fl_branch *first = tree->open[0];
    tree->open[0] = tree->open[--tree->n_open];
    for (int i = 0;;) {
        int least = i;
        for (int child = 2 * i + 1; child <= 2 * i + 2 && child < tree->n_open; child++) {
            if (earlier(tree->open[child], tree->open[least])) least = child;
        }
        if (least == i) return first;
        swap(&tree->open[i], &tree->open[least]);
        i = least;
    }
}

double fl_tree_bound(const fl_tree *tree) {
    return tree->n_open > 0 ? tree->open[0]->bound : INFINITY;
}

/* Crowds */

/** Divide the crowds of the parent as the branch says; returns how many there are then. */
static int replay(fl_crowd *crowds, const fl_branch *branch, const fl_instance *instance) {
    if (branch->parent == NULL) {
        for (int h = 0; h < instance->n_apps; h++) crowds[h] = (fl_crowd){h, instance->apps[h].count, NULL};
        return instance->n_apps;
    }
    int n = replay(crowds, branch->parent, instance);
    fl_crowd *divided = &crowds[branch->crowd];
    if (branch->part == divided->count) {
        divided->decisions = &branch->decision;
        return n;
    }
    divided->count -= branch->part;
    crowds[n] = (fl_crowd){divided->app, branch->part, &branch->decision};
    return n + 1;
}

fl_status fl_branch_crowds(fl_crowd **out, int *n, const fl_branch *branch, const fl_instance *instance,
                           fl_arena *arena, fl_error *err) {
    *out = FL_NEW(arena, instance->n_apps + branch->depth, fl_crowd);
    if (*out == NULL) return fl_arena_error(arena, err);
    *n = replay(*out, branch, instance);
    return FL_OK;
}

fl_status fl_tree_divide(fl_tree *tree, const fl_branch *branch, const fl_division *division,
                         const fl_crowd *crowd, const fl_stand *stand, double bound, fl_error *err) {
    fl_branch child = {.parent = branch,
                       .crowd = division->crowd,
                       .part = division->users,
                       .decision = {division->property, true, crowd->decisions},
                       .depth = branch->depth + 1,
                       .bound = bound,
                       .stand = stand};
    FL_TRY(push(tree, &child, err));
    child.part = crowd->count - division->users + 1;
    child.decision.must = false;
    return push(tree, &child, err);
}

/* Choosing */

/** The most divisions that are tried. */
enum { TRIALS = 12 };

/** A division that may be chosen. */
typedef struct candidate {
    fl_division division;
    double users; /* who have the property in the master's solution */
    double score; /* how far that is from whole, times what hangs on the crowd */
} candidate;

/** The best choice so far. */
typedef struct choice {
    fl_master *master;
    int *first, *next; /* [n_crowds], [n_columns] each crowd's columns in use, -1 ends */
    double *users;     /* [most blocks * nodes] of one crowd, by vertex */
    double *stake;     /* [n_crowds] what hangs on the crowd: how far its users' powers are apart, W */
    candidate candidates[TRIALS + 1]; /* [n_candidates] by falling score */
    int n_candidates;
    double least; /* how far from whole they must be */
    fl_division best;
} choice;

/** Whether much the same is a candidate already: blocks in a row are often divided in the same way. */
static bool is_known(const choice *now, int crowd, double users) {
    for (int i = 0; i < now->n_candidates; i++) {
        const candidate *known = &now->candidates[i];
        if (known->division.crowd == crowd && fabs(known->users - users) < FL_TOLERANCE_SERVED) return true;
    }
    return false;
}

/** Note a property that the users are not whole of. Not one that is decided: then some are refused who must
 *  not be. */
static void consider(choice *now, int crowd, fl_property property, double users) {
    double apart = fmin(users - floor(users), ceil(users) - users), score = apart * now->stake[crowd];
    if (apart <= now->least || is_known(now, crowd, users)) return;
    if (fl_crowd_decided(&now->master->crowds[crowd], &property)) return;
    int i = now->n_candidates;
    for (; i > 0 && now->candidates[i - 1].score < score; i--) now->candidates[i] = now->candidates[i - 1];
    now->candidates[i] = (candidate){{crowd, property, (int)ceil(users)}, users, score};
    if (now->n_candidates < TRIALS) now->n_candidates++;
}

/** One that some but not all have. */
static void consider_apart(choice *now, int crowd, fl_property property, double users) {
    int most = now->master->crowds[crowd].count, whole = (int)lround(users);
    if (now->best.crowd >= 0 || whole <= 0 || whole >= most) return;
    if (fl_crowd_decided(&now->master->crowds[crowd], &property)) return;
    now->best = (fl_division){crowd, property, whole};
}

static const fl_offer *offer_of(const fl_master *master, int column) {
    return &master->pool->offers[master->offer[column]];
}

/** How many users of the crowd have a property. */
static double count_users(const choice *now, int crowd, const fl_property *property) {
    const fl_app *app = &now->master->pool->instance->apps[now->master->crowds[crowd].app];
    double users = 0;
    for (int j = now->first[crowd]; j >= 0; j = now->next[j]) {
        if (fl_property_of(property, &offer_of(now->master, j)->at, app)) users += now->master->value[j];
    }
    return users;
}

typedef void consider_one(choice *now, int crowd, fl_property property, double users);

static void consider_nodes(choice *now, int crowd, consider_one *one) {
    const fl_master *master = now->master;
    const fl_instance *instance = master->pool->instance;
    const fl_app *app = &instance->apps[master->crowds[crowd].app];
    int n_nodes = instance->system.n_nodes;
    for (int pass = 0; pass < 3; pass++) { /* clear, add up, look; each vertex in use once or more */
        for (int j = now->first[crowd]; j >= 0; j = now->next[j]) {
            const fl_placement *at = &offer_of(master, j)->at;
            for (int l = 0; l < app->exits[at->exit].after; l++) {
                double *users = &now->users[(size_t)l * (size_t)n_nodes + (size_t)at->nodes[l]];
                if (pass == 0) *users = 0;
                if (pass == 1) *users += master->value[j];
                if (pass == 2) one(now, crowd, (fl_property){FL_PROPERTY_NODE, l, at->nodes[l]}, *users);
            }
        }
    }
}

static void consider_rest(choice *now, int crowd, consider_one *one) {
    const fl_app *app = &now->master->pool->instance->apps[now->master->crowds[crowd].app];
    for (int j = now->first[crowd]; j >= 0; j = now->next[j]) {
        const fl_placement *at = &offer_of(now->master, j)->at;
        fl_property exit = {FL_PROPERTY_EXIT, 0, at->exit};
        one(now, crowd, exit, count_users(now, crowd, &exit));
        for (int i = 0; i < app->n_slices; i++) {
            fl_property level = {FL_PROPERTY_LEVEL, i, at->levels[i]};
            if (at->levels[i] >= 0) one(now, crowd, level, count_users(now, crowd, &level));
        }
    }
}

/** One that is not decided yet, for all users. */
static void consider_undecided(choice *now, int crowd) {
    const fl_crowd *of = &now->master->crowds[crowd];
    const fl_app *app = &now->master->pool->instance->apps[of->app];
    for (int j = now->first[crowd]; j >= 0; j = now->next[j]) {
        const fl_placement *at = &offer_of(now->master, j)->at;
        for (int i = 0; i <= app->exits[at->exit].after + app->n_slices && now->best.crowd < 0; i++) {
            int depth = app->exits[at->exit].after, slice = i - depth - 1;
            fl_property property = i < depth    ? (fl_property){FL_PROPERTY_NODE, i, at->nodes[i]}
                                   : i == depth ? (fl_property){FL_PROPERTY_EXIT, 0, at->exit}
                                                : (fl_property){FL_PROPERTY_LEVEL, slice, at->levels[slice]};
            if (property.value < 0 || fl_crowd_decided(of, &property)) continue;
            now->best = (fl_division){crowd, property, of->count};
        }
    }
}

/** How far the powers of a crowd's users are apart, in all; never 0, so that all crowds count. */
static double stake_of(const choice *now, int crowd) {
    double users = 0, power = 0, apart = 0;
    for (int j = now->first[crowd]; j >= 0; j = now->next[j]) {
        users += now->master->value[j];
        power += now->master->value[j] * offer_of(now->master, j)->power;
    }
    for (int j = now->first[crowd]; j >= 0; j = now->next[j]) {
        apart += now->master->value[j] * fabs(offer_of(now->master, j)->power - power / users);
    }
    return apart + FL_TOLERANCE_SERVED * now->master->unit;
}

/** List the columns in use by crowd. */
static fl_status prepare(choice *now, fl_master *master, fl_error *err) {
    const fl_instance *instance = master->pool->instance;
    size_t most_blocks = 0;
    for (int h = 0; h < instance->n_apps; h++) {
        size_t blocks = (size_t)instance->apps[h].n_blocks;
        most_blocks = blocks > most_blocks ? blocks : most_blocks;
    }
    *now = (choice){.master = master, .best = {.crowd = -1}};
    now->first = FL_NEW(&master->scratch, master->n_crowds, int);
    now->next = FL_NEW(&master->scratch, master->n_values, int);
    now->users = FL_NEW(&master->scratch, most_blocks * (size_t)instance->system.n_nodes, double);
    now->stake = FL_NEW(&master->scratch, master->n_crowds, double);
    if (master->scratch.failed) return fl_arena_error(&master->scratch, err);
    for (int i = 0; i < master->n_crowds; i++) now->first[i] = -1;
    for (int j = fl_master_first(master); j < master->n_values; j++) {
        if (master->value[j] <= FL_TOLERANCE_SERVED) continue;
        now->next[j] = now->first[master->crowd[j]];
        now->first[master->crowd[j]] = j;
    }
    for (int i = 0; i < master->n_crowds; i++) now->stake[i] = stake_of(now, i);
    return FL_OK;
}

/* Trying */

/** The columns of a candidate's users who have the property. */
static fl_status list_columns(fl_glpk_trial *trial, const choice *now, const fl_division *of, fl_error *err) {
    fl_master *master = now->master;
    const fl_app *app = &master->pool->instance->apps[master->crowds[of->crowd].app];
    int *column = FL_NEW(&master->scratch, master->n_values, int);
    if (column == NULL) return fl_arena_error(&master->scratch, err);
    *trial = (fl_glpk_trial){.column = column, .least = of->users};
    for (int j = fl_master_first(master); j < master->n_values; j++) {
        if (master->crowd[j] != of->crowd) continue;
        if (fl_property_of(&of->property, &offer_of(master, j)->at, app)) column[trial->n_columns++] = j;
    }
    return FL_OK;
}

/** How much a trial promises, as the product of what its halves gain. */
static double promise_of(const fl_glpk_trial *trial, double objective, double cutoff) {
    double room = fmax(cutoff - objective, 0), least = FL_TOLERANCE_SERVED * room;
    double more = fmin(fmax(trial->more - objective, least), room);
    double fewer = fmin(fmax(trial->fewer - objective, least), room);
    return more * fewer;
}

static fl_status try_candidates(choice *now, const fl_terms *terms, double cutoff,
                                const fl_glpk_limits *limits, fl_error *err) {
    fl_glpk_trial trials[TRIALS];
    double most = -1;
    if (now->n_candidates > 0) now->best = now->candidates[0].division;
    if (now->n_candidates < 2) return FL_OK;
    for (int i = 0; i < now->n_candidates; i++)
        FL_TRY(list_columns(&trials[i], now, &now->candidates[i].division, err));
    FL_TRY(fl_master_probe(now->master, trials, now->n_candidates, terms, cutoff, limits, err));
    for (int i = 0; i < now->n_candidates; i++) {
        double promise = promise_of(&trials[i], now->master->objective, cutoff);
        if (promise <= most) continue;
        most = promise;
        now->best = now->candidates[i].division;
    }
    return FL_OK;
}

/** Find candidates: users who are refused in parts; where there are none, those whose nodes are not one. */
static void list_candidates(choice *now, double least) {
    const fl_property served = {FL_PROPERTY_SERVED, 0, 0};
    int n = now->master->n_crowds;
    bool admission = now->master->pool->instance->admission;
    now->least = least;
    for (int i = 0; i < n && admission; i++) consider(now, i, served, count_users(now, i, &served));
    bool refusals = now->n_candidates > 0;
    for (int i = 0; i < n && !refusals; i++) consider_nodes(now, i, consider);
    bool nodes = now->n_candidates > 0;
    for (int i = 0; i < n && !nodes; i++) consider_rest(now, i, consider);
}

fl_status fl_branch_choose(fl_division *out, fl_master *master, const fl_terms *terms, double cutoff,
                           const fl_glpk_limits *limits, fl_error *err) {
    choice now;
    const fl_property served = {FL_PROPERTY_SERVED, 0, 0};
    bool admission = master->pool->instance->admission;
    int n = master->n_crowds;
    FL_TRY(prepare(&now, master, err));
    list_candidates(&now, FL_TOLERANCE_APART);
    if (now.n_candidates == 0) list_candidates(&now, FL_TOLERANCE_SERVED);
    FL_TRY(try_candidates(&now, terms, cutoff, limits, err));
    for (int i = 0; i < n && now.best.crowd < 0; i++) {
        if (admission) consider_apart(&now, i, served, count_users(&now, i, &served));
        consider_nodes(&now, i, consider_apart);
        consider_rest(&now, i, consider_apart);
    }
    for (int i = 0; i < n && now.best.crowd < 0; i++) consider_undecided(&now, i);
    *out = now.best;
    return FL_OK;
}
