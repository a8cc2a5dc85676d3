/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sequential.h"
#include "core/evaluate.h"
#include "core/loads.h"
#include "core/random.h"
#include "core/tolerance.h"
#include <stdlib.h>
#include <string.h>

enum { ORDER_GIVEN, ORDER_DEADLINE, ORDER_LOAD, ORDER_RANDOM };

const fl_option fl_sequential_options[FL_SEQUENTIAL_OPTIONS] = {
    [FL_SEQUENTIAL_ORDER] = {"order", FL_OPTION_CHOICE, ORDER_GIVEN, 0, 0, "given|deadline|load|random",
                             "whose users are placed first: as given, the tightest deadline, the largest load"},
    [FL_SEQUENTIAL_RESTARTS] = {"restarts", FL_OPTION_INT, 1, 1, 1e6, NULL,
                                "random orders to try, the best plan wins"},
    [FL_SEQUENTIAL_SEED] = {"seed", FL_OPTION_INT, 1, 0, 9007199254740992, NULL,
                            "of the random orders"},
};

/** In a random order users are drawn one by one, or, when there are more than this, in bundles. */
enum { DRAWS_MOST = 100000 };

/** What the method found for one application; a placement counts one user. */
typedef struct proposal {
    bool has_plan;
    fl_placement one;
    fl_load *loads; /* [n_loads] */
    int n_loads;
} proposal;

/** What is known of one application. */
typedef struct app_state {
    proposal alone;  /* on the empty system */
    proposal now;    /* the plan in use */
    bool hopeless;   /* proven: not even alone on the system */
    bool exhausted;  /* nothing was found for its next user */
    double bound;    /* J per inference, alone; -INFINITY: none */
    bool proven;     /* the plan alone is proven optimal */
    fl_plan refused; /* the candidate that the judge refused, alone */
} app_state;

/** What has been taken of every limit: sorted as fl_loads_compare(). */
typedef struct ledger {
    fl_load *used;
    int n, room;
} ledger;

typedef struct placing {
    const fl_task *task;
    const fl_method *method;
    app_state *classes; /* [n_apps] */
    ledger account;
    bool *barred; /* [blocks * n_nodes] for the user at hand */
    fl_groups groups;
    bool links_barred; /* `groups` is in use */
    fl_stop stop;
} placing;

/* The account */

/** Where `load`'s limit is, or would be. */
static int find_used(const ledger *account, const fl_load *load) {
    int low = 0, high = account->n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (fl_loads_compare(&account->used[middle], load) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/** What is left of a limit. Half of the judge's tolerance is kept for his rounding. */
static double left_of(const placing *now, const fl_load *load) {
    int at = find_used(&now->account, load);
    bool known = at < now->account.n && fl_loads_compare(&now->account.used[at], load) == 0;
    double limit = fl_loads_limit(now->task->instance, load) * (1 + 0.5 * FL_TOLERANCE_LIMIT);
    return known ? limit - now->account.used[at].amount : limit;
}

static fl_status take(placing *now, const fl_load *load, int count, fl_error *err) {
    ledger *account = &now->account;
    int at = find_used(account, load);
    if (at < account->n && fl_loads_compare(&account->used[at], load) == 0) {
        account->used[at].amount += count * load->amount;
        return FL_OK;
    }
    if (account->n == account->room) {
        int room = 2 * account->room + 16;
        fl_load *used = FL_NEW(now->task->arena, room, fl_load);
        if (used == NULL) return fl_arena_error(now->task->arena, err);
        if (account->n > 0) memcpy(used, account->used, (size_t)account->n * sizeof *used);
        account->used = used;
        account->room = room;
    }
    memmove(account->used + at + 1, account->used + at, (size_t)(account->n - at) * sizeof *load);
    account->used[at] = *load;
    account->used[at].amount *= count;
    account->n++;
    return FL_OK;
}

/** How many users, up to `most`, can be placed so. */
static int count_fitting(const placing *now, const proposal *offer, int most) {
    for (int i = 0; i < offer->n_loads && most > 0; i++) {
        double fit = floor(left_of(now, &offer->loads[i]) / offer->loads[i].amount);
        if (fit < most) most = fit > 0 ? (int)fit : 0;
    }
    return most;
}

/** The first load of which too little is left for one user; NULL: none. */
static const fl_load *find_excess(const placing *now, const proposal *offer) {
    for (int i = 0; i < offer->n_loads; i++) {
        if (offer->loads[i].amount > left_of(now, &offer->loads[i])) return &offer->loads[i];
    }
    return NULL;
}

/* Barring: what the next user of an application cannot have */

static bool too_much(const placing *now, fl_limit_kind kind, int node, double amount) {
    fl_load load = {kind, -1, node, amount};
    return amount > 0 && amount > left_of(now, &load);
}

static bool is_sliced(const fl_app *app, int node) {
    for (int i = 0; i < app->n_slices; i++) {
        if (app->slices[i].node == node) return true;
    }
    return false;
}

/** Bar the nodes that one block alone would overload. */
static void bar_full_nodes(placing *now, const fl_app *app) {
    const fl_instance *instance = now->task->instance;
    int n_nodes = instance->system.n_nodes;
    memset(now->barred, 0, (size_t)app->n_blocks * (size_t)n_nodes * sizeof *now->barred);
    for (int n = 0; n < n_nodes; n++) {
        const fl_node *node = &instance->system.nodes[n];
        if (isinf(node->capacity) && isinf(node->memory)) continue;
        bool sliced = is_sliced(app, n);
        for (int l = 0; l < app->n_blocks; l++) {
            double ops = app->rate * fl_cost_reach(app, l) * fl_cost_ops(app, l, app->n_exits);
            now->barred[(size_t)l * (size_t)n_nodes + (size_t)n] =
                (!sliced && isfinite(node->capacity) && too_much(now, FL_LIMIT_CAPACITY, n, ops)) ||
                (isfinite(node->memory) && too_much(now, FL_LIMIT_MEMORY, n, app->blocks[l].memory));
        }
    }
}

static void bar_node(placing *now, const fl_app *app, int n) {
    size_t n_nodes = (size_t)now->task->instance->system.n_nodes;
    for (int l = 0; l < app->n_blocks; l++) now->barred[(size_t)l * n_nodes + (size_t)n] = true;
}

/** The levels of every sliced node that are still to be had; nodes without any are barred. */
static fl_status list_levels(placing *now, fl_app *app, fl_error *err) {
    fl_arena *arena = now->task->arena;
    fl_slices *slices = FL_NEW(arena, app->n_slices, fl_slices);
    if (slices == NULL) return fl_arena_error(arena, err);
    int kept = 0;
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *from = &app->slices[i];
        double *levels = FL_NEW(arena, from->n_levels, double);
        if (levels == NULL) return fl_arena_error(arena, err);
        slices[kept] = (fl_slices){from->node, 0, levels};
        for (int k = 0; k < from->n_levels; k++) {
            if (!too_much(now, FL_LIMIT_SHARE, from->node, from->levels[k])) {
                levels[slices[kept].n_levels++] = from->levels[k];
            }
        }
        if (slices[kept].n_levels > 0)
            kept++;
        else
            bar_node(now, app, from->node);
    }
    app->n_slices = kept;
    app->slices = slices;
    return FL_OK;
}

/** Make `groups` one group per node, so that single links can be barred. */
static fl_status split_groups(placing *now, fl_error *err) {
    const fl_groups *old = &now->task->instance->groups;
    fl_arena *arena = now->task->arena;
    size_t n = (size_t)now->task->instance->system.n_nodes, n_old = (size_t)old->n_groups;
    if (n > FL_GROUPS_MOST) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "link capacities between more than %d nodes",
                            FL_GROUPS_MOST);
    }
    int *group = FL_NEW(arena, n, int);
    double *matrix = FL_NEW(arena, 3 * n * n, double);
    if (group == NULL || matrix == NULL) return fl_arena_error(arena, err);
    double *slowness = matrix, *delay = matrix + n * n, *energy = matrix + 2 * n * n;
    for (size_t a = 0; a < n; a++) {
        group[a] = (int)a;
        for (size_t b = 0; b < n; b++) {
            size_t from = (size_t)old->group[a] * n_old + (size_t)old->group[b];
            slowness[a * n + b] = old->slowness[from];
            delay[a * n + b] = old->delay[from];
            energy[a * n + b] = old->energy[from];
        }
    }
    now->groups = (fl_groups){(int)n, old->uniform, group, slowness, delay, energy};
    now->links_barred = true;
    return FL_OK;
}

static bool link_barred(const placing *now, int from, int to) {
    return now->links_barred &&
           isinf(now->groups.slowness[(size_t)from * (size_t)now->groups.n_groups + (size_t)to]);
}

static fl_status bar_link(placing *now, int from, int to, fl_error *err) {
    if (!now->links_barred) FL_TRY(split_groups(now, err));
    size_t at = (size_t)from * (size_t)now->groups.n_groups + (size_t)to;
    ((double *)(uintptr_t)now->groups.slowness)[at] = INFINITY; /* a private copy: split_groups() */
    return FL_OK;
}

/** Bar the links over which not even the smallest transfer of the application fits any more. */
static fl_status bar_full_links(placing *now, const fl_app *app, fl_error *err) {
    double least = INFINITY;
    now->links_barred = false;
    for (int l = 0; l < app->n_blocks; l++) {
        least = fmin(least, app->rate * fl_cost_reach(app, l) * fl_cost_bits(app, l));
    }
    for (int i = 0; i < now->account.n; i++) {
        const fl_load *used = &now->account.used[i];
        if (used->kind != FL_LIMIT_LINK || least <= left_of(now, used)) continue;
        FL_TRY(bar_link(now, used->from, used->to, err));
    }
    return FL_OK;
}

/** As FIN drops the arc that overloads a node: bar it from the last of the plan's blocks there. */
static void bar_last_block(placing *now, int app, const fl_placement *placement, int node) {
    int n_nodes = now->task->instance->system.n_nodes;
    int l = fl_plan_depth(placement, now->task->instance, app) - 1;
    while (placement->nodes[l] != node) l--;
    now->barred[(size_t)l * (size_t)n_nodes + (size_t)node] = true;
}

/* One user on what is left */

/** The blocks of `app`, each allowed only where it is not barred. */
static fl_status allow_unbarred(const placing *now, fl_app *app, fl_error *err) {
    fl_arena *arena = now->task->arena;
    int n_nodes = now->task->instance->system.n_nodes;
    fl_block *blocks = FL_NEW(arena, app->n_blocks, fl_block);
    if (blocks == NULL) return fl_arena_error(arena, err);
    memcpy(blocks, app->blocks, (size_t)app->n_blocks * sizeof *blocks);
    app->blocks = blocks;
    for (int l = 0; l < app->n_blocks; l++) {
        const bool *barred = now->barred + (size_t)l * (size_t)n_nodes;
        if (memchr(barred, true, (size_t)n_nodes * sizeof *barred) == NULL) continue;
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

/** Reserve as little of each sliced node as keeps the plan in time. */
static fl_status lower_levels(fl_placement *one, const fl_instance *alone, fl_arena *arena, fl_error *err) {
    const fl_app *app = &alone->apps[0];
    for (int i = 0; i < app->n_slices; i++) {
        const double *levels = app->slices[i].levels;
        if (one->levels[i] < 0) continue;
        for (int k = 0; k < app->slices[i].n_levels; k++) {
            int kept = one->levels[i];
            fl_verdict verdict;
            if (levels[k] >= levels[kept]) continue;
            one->levels[i] = k;
            FL_TRY(fl_evaluate_plan(&verdict, NULL, alone, &(fl_plan){1, one}, arena, err));
            if (!verdict.feasible) one->levels[i] = kept;
        }
    }
    return FL_OK;
}

/** Copy a plan for one user who is alone into `out`, whose room is reserved, as a placement on the instance:
 *  levels are numbered as there. */
static void keep_placement(proposal *out, const fl_instance *instance, int app, const fl_placement *from,
                           const fl_app *alone) {
    const fl_app *of = &instance->apps[app];
    out->has_plan = true;
    out->one.exit = from->exit;
    out->one.count = 1;
    memcpy(out->one.nodes, from->nodes, (size_t)of->exits[from->exit].after * sizeof *from->nodes);
    for (int i = 0, k = 0; i < of->n_slices; i++) {
        out->one.levels[i] = -1;
        if (k == alone->n_slices || alone->slices[k].node != of->slices[i].node) continue;
        for (int j = 0; from->levels[k] >= 0 && j < of->slices[i].n_levels; j++) {
            if (of->slices[i].levels[j] == alone->slices[k].levels[from->levels[k]]) out->one.levels[i] = j;
        }
        k++;
    }
    out->n_loads = fl_loads_of(out->loads, instance, app, &out->one);
}

/** Ask the method for a plan of one user of `app` under the present bars. Scratch is the caller's to release.
 *  @param said  what the method answered */
static fl_status ask(proposal *out, fl_answer *said, placing *now, int app, fl_error *err) {
    const fl_instance *instance = now->task->instance;
    fl_app one = instance->apps[app];
    unsigned limits = instance->features & now->method->honours & (FL_FEATURE_CAPACITY | FL_FEATURE_MEMORY);
    fl_instance *alone;
    fl_verdict verdict;
    out->has_plan = false;
    if (one.n_slices > 0) FL_TRY(list_levels(now, &one, err));
    FL_TRY(allow_unbarred(now, &one, err));
    FL_TRY(fl_instance_alone(&alone, instance, &one, now->links_barred ? &now->groups : NULL, limits, err));
    fl_task task = *now->task;
    task.instance = alone;
    *said = (fl_answer){.bound = -INFINITY, .claimed = NAN, .most_served = -1};
    fl_status status = now->method->solve(said, &task, err);
    if (status == FL_OK && said->plan.n_apps > 0) {
        status = fl_evaluate_plan(&verdict, NULL, alone, &said->plan, task.arena, err);
        if (status == FL_OK && verdict.feasible) {
            status = lower_levels(&said->plan.apps[0], alone, task.arena, err);
            if (status == FL_OK) keep_placement(out, instance, app, &said->plan.apps[0], &one);
        }
    }
    fl_instance_free(alone);
    return status;
}

/** Find a plan for the next user of `app`, or none. Bars more until what the method finds fits. */
static fl_status find_plan(proposal *out, placing *now, int app, fl_error *err) {
    const fl_app *of = &now->task->instance->apps[app];
    fl_arena *arena = now->task->arena;
    fl_arena_mark mark = fl_arena_keep(arena);
    fl_answer said;
    fl_status status = FL_OK;
    const fl_load *excess = NULL;
    bar_full_nodes(now, of);
    status = bar_full_links(now, of, err);
    for (bool again = true; again && status == FL_OK;) {
        status = ask(out, &said, now, app, err);
        if (status != FL_OK) break;
        if (said.stop != FL_STOP_DONE) now->stop = said.stop;
        excess = out->has_plan ? find_excess(now, out) : NULL;
        if (excess == NULL) break;
        again = !*now->task->interrupt && !(excess->from >= 0 && link_barred(now, excess->from, excess->to));
        if (excess->kind == FL_LIMIT_LINK) {
            status = bar_link(now, excess->from, excess->to, err);
        } else {
            bar_last_block(now, app, &out->one, excess->to);
        }
    }
    if (excess != NULL) out->has_plan = false; /* interrupted, or the method does not look at links */
    now->links_barred = false;
    fl_arena_release(arena, mark);
    return status;
}

/* Each application alone on the system */

static fl_status reserve_offer(proposal *out, const fl_app *app, fl_arena *arena, fl_error *err) {
    *out = (proposal){.one = {.exit = -1, .nodes = FL_NEW(arena, app->n_blocks, int)},
                      .loads = FL_NEW(arena, fl_loads_most(app->n_blocks), fl_load)};
    if (app->n_slices > 0) out->one.levels = FL_NEW(arena, app->n_slices, int);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

static void copy_offer(proposal *to, const proposal *from, const fl_app *app) {
    to->has_plan = from->has_plan;
    to->one.exit = from->one.exit;
    to->one.count = 1;
    memcpy(to->one.nodes, from->one.nodes, (size_t)app->n_blocks * sizeof *to->one.nodes);
    if (app->n_slices > 0) {
        memcpy(to->one.levels, from->one.levels, (size_t)app->n_slices * sizeof *to->one.levels);
    }
    to->n_loads = from->n_loads;
    memcpy(to->loads, from->loads, (size_t)from->n_loads * sizeof *to->loads);
}

/** What the method says of one user who is alone: a plan, and what it proves. */
static fl_status solve_alone(placing *now, int app, fl_error *err) {
    const fl_app *of = &now->task->instance->apps[app];
    app_state *class = &now->classes[app];
    fl_arena *arena = now->task->arena;
    fl_answer said;
    fl_verdict verdict;
    FL_TRY(reserve_offer(&class->alone, of, arena, err));
    FL_TRY(reserve_offer(&class->now, of, arena, err));
    memset(class->alone.one.nodes, 0, (size_t)of->n_blocks * sizeof *class->alone.one.nodes);
    if (of->n_slices > 0) memset(class->alone.one.levels, 0, (size_t)of->n_slices * sizeof(int));
    bar_full_nodes(now, of);
    fl_arena_mark mark = fl_arena_keep(arena);
    FL_TRY(ask(&class->alone, &said, now, app, err));
    class->hopeless = said.claim == FL_CLAIM_INFEASIBLE;
    class->proven = said.claim == FL_CLAIM_OPTIMAL;
    class->bound = said.bound;
    if (said.stop != FL_STOP_DONE) now->stop = said.stop;
    if (class->alone.has_plan && class->proven) {
        fl_plan only = {1, &class->alone.one};
        fl_app one = *of;
        fl_instance *alone;
        FL_TRY(fl_instance_alone(&alone, now->task->instance, &one, NULL, 0, err));
        fl_status status = fl_evaluate_plan(&verdict, NULL, alone, &only, arena, err);
        fl_instance_free(alone);
        FL_TRY(status);
        class->bound = verdict.energy;
    }
    if (class->alone.has_plan || now->task->instance->n_apps > 1)
        fl_arena_release(arena, mark);
    else
        class->refused = said.plan;
    return FL_OK;
}

/* All users */

/** Some users of one application, to be placed next. */
typedef struct user_turn {
    int app, count;
} user_turn;

typedef struct ranked {
    int app;
    double key;
} ranked;

static int compare_ranked(const void *a, const void *b) {
    const ranked *one = a, *two = b;
    if (one->key != two->key) return one->key < two->key ? -1 : 1;
    return (one->app > two->app) - (one->app < two->app);
}

/** op/s of one user who goes all the way. */
static double load_of(const fl_app *app) {
    double ops = 0;
    for (int l = 0; l < app->n_blocks; l++) ops += fl_cost_reach(app, l) * fl_cost_ops(app, l, app->n_exits);
    return app->rate * ops;
}

/** One turn per application, in the order asked for. */
static fl_status order_apps(user_turn *turns, const fl_task *task, int order, fl_error *err) {
    const fl_instance *instance = task->instance;
    ranked *list = FL_NEW(task->arena, instance->n_apps, ranked);
    if (list == NULL) return fl_arena_error(task->arena, err);
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        list[h] = (ranked){h, order == ORDER_DEADLINE ? app->deadline
                              : order == ORDER_LOAD   ? -load_of(app)
                                                      : 0};
    }
    qsort(list, (size_t)instance->n_apps, sizeof *list, compare_ranked);
    for (int i = 0; i < instance->n_apps; i++) {
        turns[i] = (user_turn){list[i].app, instance->apps[list[i].app].count};
    }
    return FL_OK;
}

/** One turn per user, or per bundle of users, in the order of the applications; returns how many. */
static int list_users(user_turn *turns, const fl_instance *instance, long long bundle) {
    int n = 0;
    for (int h = 0; h < instance->n_apps; h++) {
        for (long long left = instance->apps[h].count; left > 0; left -= bundle) {
            turns[n++] = (user_turn){h, (int)(left < bundle ? left : bundle)};
        }
    }
    return n;
}

static void shuffle(user_turn *turns, int n, fl_random *random) {
    for (int i = n - 1; i > 0; i--) {
        int j = fl_random_int(random, 0, i);
        user_turn swap = turns[i];
        turns[i] = turns[j];
        turns[j] = swap;
    }
}

/** Place the users of one turn; false in *all when some are left over. */
static fl_status place_turn(fl_plan *plan, bool *all, placing *now, user_turn turn, fl_error *err) {
    const fl_instance *instance = now->task->instance;
    app_state *class = &now->classes[turn.app];
    while (turn.count > 0 && !class->exhausted) {
        int n = class->now.has_plan ? count_fitting(now, &class->now, turn.count) : 0;
        if (n == 0) {
            FL_TRY(find_plan(&class->now, now, turn.app, err));
            class->exhausted = !class->now.has_plan;
            continue;
        }
        const fl_placement *one = &class->now.one;
        FL_TRY(fl_plan_add(plan, instance, turn.app, n, one->exit, one->nodes, one->levels, now->task->arena,
                           err));
        for (int i = 0; i < class->now.n_loads; i++) FL_TRY(take(now, &class->now.loads[i], n, err));
        turn.count -= n;
    }
    *all = turn.count == 0;
    return FL_OK;
}

/** Place the users of all turns. Without admission one user who cannot be placed ends it.
 *  @param plan  n_apps == 0: no plan */
static fl_status place_all(fl_plan *plan, placing *now, const user_turn *turns, int n, fl_error *err) {
    const fl_instance *instance = now->task->instance;
    now->account.n = 0;
    for (int h = 0; h < instance->n_apps; h++) {
        app_state *class = &now->classes[h];
        class->exhausted = !class->alone.has_plan;
        copy_offer(&class->now, &class->alone, &instance->apps[h]);
    }
    FL_TRY(fl_plan_create(plan, instance, now->task->arena, err));
    for (int i = 0; i < n; i++) {
        bool all;
        FL_TRY(place_turn(plan, &all, now, turns[i], err));
        if (*now->task->interrupt) now->stop = FL_STOP_INTERRUPTED;
        if (all || instance->admission) continue;
        *plan = (fl_plan){0};
        break;
    }
    return FL_OK;
}

static bool better(const fl_verdict *one, const fl_verdict *two) {
    if (one->served != two->served) return one->served > two->served;
    return one->power < two->power;
}

/** Place all users in random orders and keep the best plan. */
static fl_status place_randomly(fl_plan *best, placing *now, fl_error *err) {
    const fl_task *task = now->task;
    const double *settings = task->settings->sequential;
    long long users = 0;
    fl_random random;
    fl_verdict verdict, least = {.served = -1};
    for (int h = 0; h < task->instance->n_apps; h++) users += task->instance->apps[h].count;
    long long bundle = 1 + users / DRAWS_MOST;
    user_turn *turns = FL_NEW(task->arena, users / bundle + task->instance->n_apps, user_turn);
    if (turns == NULL) return fl_arena_error(task->arena, err);
    int n = list_users(turns, task->instance, bundle);
    fl_random_seed(&random, (uint64_t)settings[FL_SEQUENTIAL_SEED]);
    for (int i = 0; i < settings[FL_SEQUENTIAL_RESTARTS] && now->stop == FL_STOP_DONE; i++) {
        fl_plan plan;
        shuffle(turns, n, &random);
        FL_TRY(place_all(&plan, now, turns, n, err));
        if (plan.n_apps == 0) continue;
        FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, &plan, task->arena, err));
        if (!verdict.feasible || !better(&verdict, &least)) continue;
        *best = plan;
        least = verdict;
    }
    return FL_OK;
}

/* What the answers for each application alone say of the whole */

/** Mean of the applications' bounds by rate, over those that can be served; -INFINITY: one has none. */
static double join_bounds(const placing *now, long long *users) {
    double power = 0, rates = 0;
    *users = 0;
    for (int h = 0; h < now->task->instance->n_apps; h++) {
        const fl_app *app = &now->task->instance->apps[h];
        if (now->classes[h].hopeless) continue;
        power += app->count * app->rate * now->classes[h].bound;
        rates += app->count * app->rate;
        *users += app->count;
    }
    return rates > 0 ? power / rates : -INFINITY;
}

/** Whether every user has the plan that is optimal for him alone. */
static bool all_alone(const placing *now, const fl_plan *plan) {
    for (int h = 0; h < plan->n_apps; h++) {
        const app_state *class = &now->classes[h];
        const fl_app *app = &now->task->instance->apps[h];
        if (class->hopeless) continue;
        const fl_placement *only = &plan->apps[h];
        if (!class->proven || only->more != NULL || only->count != app->count) return false;
        if (only->exit != class->alone.one.exit ||
            memcmp(only->nodes, class->alone.one.nodes,
                   (size_t)app->exits[only->exit].after * sizeof *only->nodes) != 0) {
            return false;
        }
    }
    return true;
}

static void conclude(fl_answer *answer, const placing *now) {
    const fl_instance *instance = now->task->instance;
    long long users;
    double bound = join_bounds(now, &users);
    answer->stop = now->stop;
    if (now->method->may_claim == FL_CLAIM_NOTHING) return;
    for (int h = 0; h < instance->n_apps && !instance->admission; h++) {
        if (!now->classes[h].hopeless) continue;
        answer->claim = FL_CLAIM_INFEASIBLE;
        answer->plan = (fl_plan){0};
        return;
    }
    answer->bound = bound;
    if (instance->admission) answer->most_served = users;
    if (now->method->may_claim == FL_CLAIM_OPTIMAL && answer->plan.n_apps > 0 &&
        all_alone(now, &answer->plan)) {
        answer->claim = FL_CLAIM_OPTIMAL;
    }
}

fl_status fl_sequential_solve(fl_answer *answer, const fl_task *task, const fl_method *method,
                              fl_error *err) {
    const fl_instance *instance = task->instance;
    int most_blocks = 0, order = (int)task->settings->sequential[FL_SEQUENTIAL_ORDER];
    placing now = {.task = task, .method = method};
    for (int h = 0; h < instance->n_apps; h++) {
        most_blocks = instance->apps[h].n_blocks > most_blocks ? instance->apps[h].n_blocks : most_blocks;
    }
    now.classes = FL_ZERO(task->arena, instance->n_apps, app_state);
    now.barred = FL_NEW(task->arena, (size_t)most_blocks * (size_t)instance->system.n_nodes, bool);
    user_turn *turns = FL_NEW(task->arena, instance->n_apps, user_turn);
    if (now.classes == NULL || now.barred == NULL || turns == NULL) return fl_arena_error(task->arena, err);
    for (int h = 0; h < instance->n_apps; h++) FL_TRY(solve_alone(&now, h, err));
    if (order == ORDER_RANDOM) {
        FL_TRY(place_randomly(&answer->plan, &now, err));
    } else {
        FL_TRY(order_apps(turns, task, order, err));
        FL_TRY(place_all(&answer->plan, &now, turns, instance->n_apps, err));
    }
    if (answer->plan.n_apps == 0) answer->plan = now.classes[0].refused; /* of the only application */
    conclude(answer, &now);
    return FL_OK;
}
