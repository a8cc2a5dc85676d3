/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sequential.h"
#include "core/evaluate.h"
#include "core/plain.h"
#include "core/random.h"
#include "core/remains.h"
#include <stdlib.h>
#include <string.h>

enum { ORDER_GIVEN, ORDER_DEADLINE, ORDER_LOAD, ORDER_RANDOM };

const fl_option fl_sequential_options[FL_SEQUENTIAL_OPTIONS] = {
    [FL_SEQUENTIAL_ORDER] =
        {"order", FL_OPTION_CHOICE, ORDER_GIVEN, 0, 0, "given|deadline|load|random",
         "whose users are placed first: as given, the tightest deadline, the largest load"},
    [FL_SEQUENTIAL_RESTARTS] = {"restarts", FL_OPTION_INT, 1, 1, 1e6, NULL,
                                "random orders to try, the best plan wins"},
    [FL_SEQUENTIAL_SEED] = {"seed", FL_OPTION_INT, 1, 0, 9007199254740992, NULL, "of the random orders"},
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

typedef struct placing {
    const fl_task *task;
    const fl_method *method;
    app_state *classes; /* [n_apps] */
    fl_remains remains;
    fl_stop stop;
} placing;

/* One user on what is left */

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

/** Copy what a placement chooses beside exit, nodes and levels, into room that is there when the application
 *  offers choices. */
static void copy_choices(fl_placement *to, const fl_placement *from, const fl_app *app) {
    to->threshold = from->threshold;
    for (int l = 0; to->codings != NULL && l < app->exits[from->exit].after; l++) {
        to->codings[l] = fl_plan_coding(from, l);
    }
    for (int e = 0; to->off != NULL && e < app->n_exits; e++) {
        to->off[e] = from->off != NULL && from->off[e];
    }
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
    copy_choices(&out->one, from, of);
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

/** Take away the capacity of the nodes where the user reserves a share: what runs there takes none, which a
 *  method that honours capacities and not slices cannot know. */
static fl_status free_sliced(fl_instance *alone, fl_arena *arena, fl_error *err) {
    const fl_app *app = &alone->apps[0];
    int n_nodes = alone->system.n_nodes;
    fl_node *nodes = FL_NEW(arena, n_nodes, fl_node);
    if (nodes == NULL) return fl_arena_error(arena, err);
    memcpy(nodes, alone->system.nodes, (size_t)n_nodes * sizeof *nodes);
    for (int i = 0; i < app->n_slices; i++) nodes[app->slices[i].node].capacity = INFINITY;
    alone->system.nodes = nodes;
    return FL_OK;
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
    FL_TRY(fl_remains_restrict(&now->remains, &one, err));
    FL_TRY(fl_instance_alone(&alone, instance, &one, fl_remains_links(&now->remains), limits, err));
    fl_task task = *now->task;
    fl_settings own = fl_settings_for(task.settings, now->method, &one);
    task.instance = alone;
    task.settings = &own;
    *said = (fl_answer){.bound = -INFINITY, .claimed = NAN, .most_served = -1};
    fl_status status = one.n_slices > 0 ? free_sliced(alone, task.arena, err) : FL_OK;
    if (status == FL_OK) status = fl_plain_solve(said, &task, now->method, err);
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
    fl_arena *arena = now->task->arena;
    fl_arena_mark mark = fl_arena_keep(arena);
    fl_answer said;
    const fl_load *excess = NULL;
    fl_status status = fl_remains_bar_full(&now->remains, &now->task->instance->apps[app], err);
    for (bool again = true; again && status == FL_OK;) {
        status = ask(out, &said, now, app, err);
        if (status != FL_OK) break;
        if (said.stop != FL_STOP_DONE) now->stop = said.stop;
        excess = out->has_plan ? fl_remains_excess(&now->remains, out->loads, out->n_loads) : NULL;
        if (excess == NULL) break;
        status = fl_remains_bar(&now->remains, &again, app, &out->one, excess, err);
        again = again && said.stop != FL_STOP_TIME && !*now->task->interrupt;
    }
    if (excess != NULL) out->has_plan = false; /* out of time, or the method does not look at bars */
    fl_arena_release(arena, mark);
    return status;
}

/* Each application alone on the system */

static fl_status reserve_offer(proposal *out, const fl_app *app, bool choices, fl_arena *arena,
                               fl_error *err) {
    *out = (proposal){.one = {.exit = -1, .nodes = FL_NEW(arena, app->n_blocks, int), .threshold = -1},
                      .loads = FL_NEW(arena, fl_loads_most(app->n_blocks), fl_load)};
    if (choices) out->one.codings = FL_NEW(arena, app->n_blocks, int);
    if (choices) out->one.off = FL_ZERO(arena, app->n_exits, bool);
    if (app->n_slices > 0) out->one.levels = FL_NEW(arena, app->n_slices, int);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

static void copy_offer(proposal *to, const proposal *from, const fl_app *app) {
    to->has_plan = from->has_plan;
    to->one.exit = from->one.exit;
    to->one.count = 1;
    memcpy(to->one.nodes, from->one.nodes, (size_t)app->n_blocks * sizeof *to->one.nodes);
    if (from->has_plan) copy_choices(&to->one, &from->one, app);
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
    bool choices = (now->task->instance->features & FL_FEATURE_CHOICES) != 0;
    FL_TRY(reserve_offer(&class->alone, of, choices, arena, err));
    FL_TRY(reserve_offer(&class->now, of, choices, arena, err));
    memset(class->alone.one.nodes, 0, (size_t)of->n_blocks * sizeof *class->alone.one.nodes);
    if (of->n_slices > 0) memset(class->alone.one.levels, 0, (size_t)of->n_slices * sizeof(int));
    FL_TRY(fl_remains_bar_full(&now->remains, of, err));
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
    else if (said.plan.n_apps > 0) {
        class->refused = said.plan;
        class->refused.apps[0].count = of->count;
    }
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
        const proposal *offer = &class->now;
        int n = offer->has_plan ? fl_remains_fit(&now->remains, offer->loads, offer->n_loads, turn.count) : 0;
        if (n == 0) {
            FL_TRY(find_plan(&class->now, now, turn.app, err));
            class->exhausted = !class->now.has_plan;
            continue;
        }
        const fl_placement *one = &offer->one;
        FL_TRY(fl_plan_add_like(plan, instance, turn.app, n, one, now->task->arena, err));
        FL_TRY(fl_remains_take(&now->remains, offer->loads, offer->n_loads, n, err));
        turn.count -= n;
    }
    *all = turn.count == 0;
    return FL_OK;
}

/** Place the users of all turns. Without admission one user who cannot be placed ends it.
 *  @param plan  n_apps == 0: no plan */
static fl_status place_all(fl_plan *plan, placing *now, const user_turn *turns, int n, fl_error *err) {
    const fl_instance *instance = now->task->instance;
    fl_remains_clear(&now->remains);
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
        if (all || (instance->admission && now->stop != FL_STOP_INTERRUPTED)) continue;
        if (instance->admission) break;
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
        fl_arena_mark mark = fl_arena_keep(task->arena);
        shuffle(turns, n, &random);
        FL_TRY(place_all(&plan, now, turns, n, err));
        if (plan.n_apps > 0)
            FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, &plan, task->arena, err));
        if (plan.n_apps == 0 || !verdict.feasible || !better(&verdict, &least)) {
            fl_arena_release(task->arena, mark);
            continue;
        }
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
        if (!fl_plan_alike(only, &class->alone.one, app)) return false;
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
    int order = (int)task->settings->sequential[FL_SEQUENTIAL_ORDER];
    placing now = {
        .task = task, .method = method, .classes = FL_ZERO(task->arena, instance->n_apps, app_state)};
    user_turn *turns = FL_NEW(task->arena, instance->n_apps, user_turn);
    if (now.classes == NULL || turns == NULL) return fl_arena_error(task->arena, err);
    FL_TRY(fl_remains_create(&now.remains, instance, task->arena, err));
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
