/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/brute.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grab(void *old, size_t n, size_t size) {
    void *room = realloc(old, n * size > 0 ? n * size : 1);
    if (room == NULL) {
        fprintf(stderr, "brute: out of memory\n");
        exit(EXIT_FAILURE);
    }
    return room;
}

/* All placements of one application: a tree with one level per block, each node a choice of machine */

typedef struct tree {
    const fl_instance *instance;
    const fl_app *app;
    int *nodes;   /* [stride] chosen so far: nodes, then levels, which are -1 where none is, then codings */
    bool *off;    /* [n_exits] */
    bool chooses; /* there is more to choose than nodes and levels, or times do not add up */
    naive_walk
        *left; /* [n_exits] what a sample that leaves at each exit has met, heads that always run included */
    brute_list list;
} tree;

static size_t stride_of(const fl_app *app) {
    return 2 * (size_t)app->n_blocks + (size_t)app->n_slices;
}

static void add_plan(tree *at, int exit, int threshold, naive_walk cost) {
    brute_list *list = &at->list;
    size_t n = (size_t)list->n++, stride = stride_of(at->app), n_exits = (size_t)at->app->n_exits;
    if ((n & (n - 1)) == 0) { /* double the room at every power of two */
        size_t room = n > 0 ? 2 * n : 1;
        list->plans = grab(list->plans, room, sizeof *list->plans);
        list->nodes = grab(list->nodes, room * stride, sizeof *list->nodes);
        list->off = grab(list->off, room * n_exits, sizeof *list->off);
    }
    list->plans[n] =
        (brute_plan){.exit = exit, .threshold = threshold, .energy = cost.energy, .latency = cost.latency};
    memcpy(list->nodes + n * stride, at->nodes, stride * sizeof *at->nodes);
    memcpy(list->off + n * n_exits, at->off, n_exits * sizeof *at->off);
}

/** Stop at exit `e`, where the sample that goes all the way has met `last`. */
static void stop_here(tree *at, int e, naive_walk last) {
    const fl_app *app = at->app;
    if (!naive_accurate(app, e)) return;
    long double rest = naive_leaving(app, e, e);
    naive_walk cost = {rest * last.energy, rest * last.latency};
    long double gone = 0, in_time = last.latency; /* of the share wanted */
    for (int before = 0; before < e; before++) {
        long double share = naive_leaving(app, before, e);
        cost.energy += share * at->left[before].energy;
        cost.latency += share * at->left[before].latency;
        bool enough = naive_enough(app, gone);
        gone += share;
        if (!enough && naive_enough(app, gone)) in_time = at->left[before].latency;
    }
    if (app->latency == FL_LATENCY_WORST) cost.latency = last.latency;
    if (app->latency == FL_LATENCY_QUANTILE) cost.latency = in_time;
    add_plan(at, e, -1, cost);
}

static void branch(tree *at, int l, int from, naive_walk walk);

fl_placement brute_placement(const brute_plan *plan) {
    return (fl_placement){.exit = plan->exit,
                          .count = 1,
                          .nodes = plan->nodes,
                          .levels = plan->levels,
                          .codings = plan->codings,
                          .off = plan->off,
                          .threshold = plan->threshold};
}

/** Stop at exit `e` after what has been chosen so far, at every threshold. */
static void stop_chosen(tree *at, int e) {
    const fl_app *app = at->app;
    fl_placement as = {.exit = e, .count = 1, .nodes = at->nodes, .off = at->off};
    as.levels = at->nodes + app->n_blocks;
    as.codings = as.levels + app->n_slices;
    for (as.threshold = -1; as.threshold < app->n_thresholds; as.threshold++) {
        naive_cost cost = naive_place_as(at->instance, (int)(app - at->instance->apps), &as);
        if (!cost.linked || !cost.accurate) continue;
        add_plan(at, e, as.threshold, (naive_walk){cost.energy, cost.latency});
    }
}

/** Put block `l` on machine n with all that there is to choose: every coding of the move there, and its exit
 *  final, active or off. */
static void choose(tree *at, int l, int from, int n) {
    const fl_app *app = at->app;
    int codings = l == 0 ? app->n_input_codings : app->blocks[l - 1].n_codings, e = 0;
    int *coding = at->nodes + app->n_blocks + app->n_slices + l;
    while (e < app->n_exits && app->exits[e].after != l + 1) e++;
    at->nodes[l] = n;
    for (*coding = -1; *coding < (from != n ? codings : 0); ++*coding) {
        if (e < app->n_exits) stop_chosen(at, e);
        branch(at, l + 1, n, (naive_walk){0, 0});
        if (e == app->n_exits || !app->exits[e].optional) continue;
        at->off[e] = true;
        branch(at, l + 1, n, (naive_walk){0, 0});
        at->off[e] = false;
    }
    *coding = -1;
}

/** Put block `l` on machine n, of which the levels chosen so far leave it a share, and go on. */
static void put_block(tree *at, int l, int from, int n, naive_walk walk) {
    const fl_app *app = at->app;
    if (at->chooses) {
        choose(at, l, from, n);
        return;
    }
    long double share = naive_share(app, at->nodes + app->n_blocks, n);
    int e = 0;
    while (e < app->n_exits && app->exits[e].after != l + 1) e++;
    if (!naive_walk_block(&walk, at->instance, app, l, from, n, share)) return;
    at->nodes[l] = n;
    if (e < app->n_exits) {
        naive_walk final = walk;
        naive_walk_head(&final, at->instance, app, e, n, share);
        stop_here(at, e, final);
        if (app->exits[e].share > 0) walk = final;
        at->left[e] = walk;
    }
    branch(at, l + 1, n, walk);
}

/** Try every machine for block `l`, reached by `walk` from node `from`, with every level of it where none is
 *  reserved yet. */
static void branch(tree *at, int l, int from, naive_walk walk) {
    const fl_app *app = at->app;
    for (int n = 0; n < at->instance->system.n_nodes && l < app->n_blocks; n++) {
        int i = naive_slices(app, n), *level = at->nodes + app->n_blocks + i;
        if (!fl_block_allows(&app->blocks[l], n)) continue;
        if (i < 0 || *level >= 0) {
            put_block(at, l, from, n, walk);
            continue;
        }
        for (int k = 0; k < app->slices[i].n_levels; k++) {
            *level = k;
            put_block(at, l, from, n, walk);
        }
        *level = -1;
    }
}

static brute_list list_all(const fl_instance *instance, int app_index) {
    const fl_app *app = &instance->apps[app_index];
    tree at = {.instance = instance,
               .app = app,
               .nodes = grab(NULL, stride_of(app), sizeof *at.nodes),
               .off = calloc((size_t)app->n_exits, sizeof *at.off),
               .chooses = (instance->features & FL_FEATURES_OWN) != 0,
               .left = grab(NULL, (size_t)app->n_exits, sizeof *at.left)};
    if (at.off == NULL) exit(EXIT_FAILURE);
    for (size_t i = (size_t)app->n_blocks; i < stride_of(app); i++) at.nodes[i] = -1;
    branch(&at, 0, app->source, (naive_walk){0, 0});
    for (int i = 0; i < at.list.n; i++) {
        brute_plan *plan = &at.list.plans[i];
        plan->nodes = at.list.nodes + (size_t)i * stride_of(app);
        plan->levels = plan->nodes + app->n_blocks;
        if (!at.chooses) continue;
        plan->codings = plan->levels + app->n_slices;
        plan->off = at.list.off + (size_t)i * (size_t)app->n_exits;
    }
    free(at.nodes);
    free(at.off);
    free(at.left);
    return at.list;
}

static int by_energy(const void *a, const void *b) {
    const brute_plan *one = a, *other = b;
    if (one->energy != other->energy) return one->energy < other->energy ? -1 : 1;
    return (one->latency > other->latency) - (one->latency < other->latency);
}

/* Combinations */

/** The search over combinations of placements. */
typedef struct search {
    const fl_instance *instance;
    brute_answer *answer;
    int *chosen;       /* [n_units] */
    naive_load *loads; /* [n_units + 1] what the units before each take: never taken away again, since sums of
                          numbers far apart do not come back */
    bool found;
    long long served;
    long double power;
} search;

/** How many users unit `u` stands for. */
static int users_of(const search *at, int u) {
    const fl_app *app = &at->instance->apps[at->answer->app[u]];
    bool apart = (at->instance->features & ~(FL_FEATURES_OWN | FL_FEATURE_SEVERAL)) != 0;
    return apart ? 1 : app->count;
}

/** Whether units u.. cannot make a better plan of what the earlier ones serve and take, even were there no
 * deadline and no limit for them. */
static bool hopeless(const search *at, int u, long long served, long double power) {
    for (; u < at->answer->n_units; u++) {
        const brute_list *list = &at->answer->apps[at->answer->app[u]];
        double rate = at->instance->apps[at->answer->app[u]].rate;
        served += users_of(at, u);
        if (!at->instance->admission && list->n > 0) power += list->plans[0].energy * rate * users_of(at, u);
    }
    return at->found && (served < at->served || (served == at->served && power >= at->power));
}

static void keep_best(search *at, long long served, long double power) {
    if (at->found && (served < at->served || (served == at->served && power >= at->power))) return;
    at->found = true;
    at->served = served;
    at->power = power;
    memcpy(at->answer->best, at->chosen, (size_t)at->answer->n_units * sizeof *at->chosen);
}

/** The first placement to try for unit u: users of one application are alike, so they take placements in
 *  rising order, those refused last. */
static int first_choice(const search *at, int u) {
    if (u == 0 || at->answer->app[u - 1] != at->answer->app[u]) return 0;
    return at->chosen[u - 1] >= 0 ? at->chosen[u - 1] : at->answer->apps[at->answer->app[u]].n;
}

static void combine(search *at, int u, long long served, long double power) {
    const brute_answer *answer = at->answer;
    if (u == answer->n_units) {
        if (u == 1) at->answer->n_feasible++;
        keep_best(at, served, power);
        return;
    }
    int h = answer->app[u], users = users_of(at, u);
    const fl_app *app = &at->instance->apps[h];
    const brute_list *list = &answer->apps[h];
    for (int i = first_choice(at, u); i < list->n; i++) {
        const brute_plan *plan = &list->plans[i];
        long double more = power + plan->energy * app->rate * users;
        if (answer->n_units > 1 && hopeless(at, u + 1, served + users, more)) break; /* so are all after */
        if (!naive_in_time(app, plan->latency)) continue;
        naive_load *load = &at->loads[u + 1];
        naive_load_copy(load, &at->loads[u]);
        fl_placement as = brute_placement(plan);
        naive_load_add_as(load, at->instance, h, &as, users);
        at->chosen[u] = i;
        if (naive_load_fits(load, at->instance)) combine(at, u + 1, served + users, more);
    }
    at->chosen[u] = -1;
    if (!at->instance->admission) return;
    naive_load_copy(&at->loads[u + 1], &at->loads[u]);
    combine(at, u + 1, served, power);
}

/** Append a placement of the users of unit u; `room` holds the ones after an application's first. */
static void place(fl_placement *apps, fl_placement **room, const search *at, int u) {
    const brute_answer *answer = at->answer;
    if (answer->best[u] < 0) return;
    const brute_plan *plan = &answer->apps[answer->app[u]].plans[answer->best[u]];
    fl_placement new = brute_placement(plan);
    new.count = users_of(at, u);
    fl_placement *last = &apps[answer->app[u]];
    if (last->exit < 0) {
        *last = new;
        return;
    }
    while (last->more != NULL) last = last->more;
    last->more = (*room)++;
    *last->more = new;
}

/** The naive judge must find the optimum feasible and price it as the search did. */
static void judge_best(brute_answer *answer, const fl_instance *instance, const search *at) {
    fl_placement *apps = grab(NULL, (size_t)answer->n_apps + (size_t)answer->n_units, sizeof *apps);
    fl_placement *room = apps + answer->n_apps;
    for (int h = 0; h < answer->n_apps; h++) apps[h] = (fl_placement){.exit = -1};
    for (int u = 0; u < answer->n_units; u++) place(apps, &room, at, u);
    answer->verdict = naive_judge(instance, &(fl_plan){answer->n_apps, apps});
    free(apps);
    if (!answer->verdict.feasible || answer->verdict.served != at->served) {
        fprintf(stderr, "brute: the naive judge refuses the optimum\n");
        exit(EXIT_FAILURE);
    }
}

/** List the units; as users_of() counts them. */
static void list_units(brute_answer *answer, const fl_instance *instance) {
    bool apart = (instance->features & ~(FL_FEATURES_OWN | FL_FEATURE_SEVERAL)) != 0;
    size_t n = 0;
    for (int h = 0; h < instance->n_apps; h++) n += apart ? (size_t)instance->apps[h].count : 1;
    answer->app = grab(NULL, n, sizeof *answer->app);
    answer->best = grab(NULL, n, sizeof *answer->best);
    for (int h = 0; h < instance->n_apps; h++) {
        for (int i = 0; i < (apart ? instance->apps[h].count : 1); i++) answer->app[answer->n_units++] = h;
    }
}

brute_answer brute_solve(const fl_instance *instance) {
    size_t n = (size_t)instance->n_apps;
    brute_answer answer = {.n_apps = instance->n_apps, .apps = grab(NULL, n, sizeof(brute_list))};
    list_units(&answer, instance);
    for (int h = 0; h < answer.n_apps; h++) {
        brute_list *list = &answer.apps[h];
        *list = list_all(instance, h);
        if (answer.n_units > 1 && list->n > 0) {
            qsort(list->plans, (size_t)list->n, sizeof *list->plans, by_energy);
        }
    }
    search at = {.instance = instance,
                 .answer = &answer,
                 .chosen = grab(NULL, (size_t)answer.n_units, sizeof(int)),
                 .loads = grab(NULL, (size_t)answer.n_units + 1, sizeof(naive_load))};
    for (int u = 0; u <= answer.n_units; u++) at.loads[u] = naive_load_create(instance);
    combine(&at, 0, 0, 0);
    answer.feasible = at.found;
    if (at.found) judge_best(&answer, instance, &at);
    for (int u = 0; u <= answer.n_units; u++) naive_load_free(&at.loads[u]);
    free(at.loads);
    free(at.chosen);
    return answer;
}

void brute_free(brute_answer *answer) {
    for (int h = 0; h < answer->n_apps; h++) {
        free(answer->apps[h].plans);
        free(answer->apps[h].nodes);
        free(answer->apps[h].off);
    }
    free(answer->apps);
    free(answer->app);
    free(answer->best);
}

const brute_plan *brute_fastest(const brute_list *list) {
    const brute_plan *fastest = list->n > 0 ? list->plans : NULL;
    for (int i = 1; i < list->n; i++) {
        if (list->plans[i].latency < fastest->latency) fastest = &list->plans[i];
    }
    return fastest;
}

const brute_plan *brute_cheapest(const brute_list *list) {
    const brute_plan *cheapest = list->n > 0 ? list->plans : NULL;
    for (int i = 1; i < list->n; i++) {
        if (list->plans[i].energy < cheapest->energy) cheapest = &list->plans[i];
    }
    return cheapest;
}
