/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/colgen.h"

#include "core/tolerance.h"
#include "milp/branch.h"
#include "milp/exhaust.h"
#include "milp/neighbours.h"
#include "milp/primal.h"
#include "milp/tabu.h"
#include <limits.h>
#include <math.h>

/** Moves of the tabu search per crowd priced. */
enum { MOVES_PER_PRICING = 2 };
/** Nodes of searches in neighbourhoods per crowd priced. */
enum { NEIGHBOURS_PER_PRICING = 1 };
/** How far beyond the bound solutions are searched for first, relative. */
static const double NEAR = 0.005;
/** Most nodes of such a search. */
enum { LEAVES_MOST = 10000 };
/** Most nodes between two of them that fail. */
enum { PAUSE_MOST = 1 << 20 };

/** Everything one run knows. */
typedef struct search {
    const fl_task *task;
    const fl_instance *instance;
    fl_pool pool;
    fl_pricing pricing;
    fl_master master;
    fl_relaxation relaxation;
    fl_incumbent best;
    fl_neighbours neighbours;
    long long users;
    double until, gap;
    long long nodes, nodes_most;
    long long leaves; /* nodes of the searches inside nodes */
    fl_catalog catalog;
    double open_most;     /* goal's unit; where more is open there may be too many plans to list */
    long long exhaust_at; /* the number of nodes at which to try even so */
    long long pause;      /* nodes to let pass after the next failure */
    long long dive_at;    /* the number of nodes at which to dive again */
    long long moves;      /* of tabu search */
    long long refused;    /* no plan refuses fewer, proven */
    double power;         /* no plan that refuses as few takes less, W, proven */
    bool priced;          /* what each application takes alone is known */
    bool infeasible;      /* proven */
    bool held;            /* to option `memory` */
    bool stopped;         /* by a limit */
    bool starved;         /* by that of memory */
    fl_tree tree;
    fl_arena node; /* what one node needs */
} search;

static bool due(const search *now) {
    return *now->task->interrupt != 0 || fl_clock() >= now->until;
}

/* Each application alone on the system */

/** What its users take at least; those of an application that has no plan are refused.
 *  @param dearest  W, most that one user takes so */
static fl_status price_alone(search *now, double *dearest, fl_error *err) {
    *dearest = 0;
    for (int h = 0; h < now->instance->n_apps; h++) {
        fl_crowd one = {h, 1, NULL};
        fl_priced priced;
        int count = now->instance->apps[h].count;
        FL_TRY(fl_pricing_solve(&priced, &now->pricing, &one, FL_GOAL_SPEND, err));
        if (isinf(priced.value)) {
            now->refused += count;
        } else {
            now->power += count * priced.value;
            *dearest = fmax(*dearest, priced.value);
        }
    }
    now->infeasible = now->refused > 0 && !now->instance->admission;
    now->priced = true;
    return FL_OK;
}

/* One node */

/** From where on a bound says that a node cannot hold a better plan. */
static double cutoff_of(const search *now, const fl_terms *terms) {
    return fl_incumbent_cutoff(&now->best, terms, now->users, now->gap);
}

/** The master of a node: at the root with all plans known, elsewhere near where the parent's ended. */
static fl_status start_master(search *now, const fl_branch *branch, const fl_terms *terms, fl_error *err) {
    fl_crowd *crowds;
    int n;
    fl_arena_reset(&now->node);
    FL_TRY(fl_branch_crowds(&crowds, &n, branch, now->instance, &now->node, err));
    FL_TRY(fl_master_start(&now->master, crowds, n, err));
    if (branch->stand != NULL) {
        double open = cutoff_of(now, terms) - branch->bound;
        return fl_master_resume(&now->master, branch->stand, open, fl_terms_goal(terms), err);
    }
    for (int j = 0; j < now->pool.n_offers; j++) FL_TRY(fl_master_admit(&now->master, j, err));
    return FL_OK;
}

/** Find out whether there is a solution at all; with it come the plans that it needs. */
static fl_status relax_fit(search *now, const fl_terms *terms, bool *fits, fl_error *err) {
    fl_relaxation *relaxation = &now->relaxation;
    const fl_terms fit = {FL_TERMS_FIT, terms->refused};
    FL_TRY(fl_relaxation_solve(relaxation, &fit, FL_TOLERANCE_SERVED, 0.5 * FL_TOLERANCE_SERVED, err));
    *fits = relaxation->end == FL_RELAXATION_SOLVED && now->master.objective <= FL_TOLERANCE_SERVED;
    relaxation->bound = relaxation->end == FL_RELAXATION_HOPELESS ? INFINITY : -INFINITY;
    return FL_OK;
}

/** Solve the node's relaxation.
 *  @param fits  whether it has a solution, as far as can be told; else the master's is of what is missing */
static fl_status relax(search *now, const fl_terms *terms, bool *fits, fl_error *err) {
    fl_relaxation *relaxation = &now->relaxation;
    double cutoff = cutoff_of(now, terms);
    *fits = true;
    FL_TRY(fl_relaxation_solve(relaxation, terms, -INFINITY, cutoff, err));
    if (relaxation->end != FL_RELAXATION_EMPTY) return FL_OK;
    FL_TRY(relax_fit(now, terms, fits, err));
    if (!*fits) return FL_OK;
    FL_TRY(fl_relaxation_solve(relaxation, terms, -INFINITY, cutoff, err));
    if (relaxation->end == FL_RELAXATION_EMPTY) relaxation->end = FL_RELAXATION_STOPPED;
    return FL_OK;
}

/** Look for plans near the relaxation's solution: by tabu search in its part of the time, and by diving at
 * the root and whenever there are four times as many nodes. */
static fl_status look_around(search *now, const fl_terms *terms, double bound, fl_error *err) {
    if (now->nodes == 1 || now->moves <= MOVES_PER_PRICING * now->relaxation.pricings)
        FL_TRY(fl_tabu_search(&now->best, &now->relaxation, terms, &now->moves, err));
    long long neighbours = NEIGHBOURS_PER_PRICING * now->relaxation.pricings;
    if (terms->kind != FL_TERMS_FIT) FL_TRY(fl_neighbours_search(&now->neighbours, terms, neighbours, err));
    if (now->nodes < now->dive_at || due(now) || bound >= cutoff_of(now, terms)) return FL_OK;
    now->dive_at = 4 * now->nodes;
    return fl_primal_dive(&now->best, &now->relaxation, *terms, err);
}

/** Note how an attempt to list and search all plans ended. Where they were too many, the next one is made
 * when half as much is open, or after a pause that failures double and successes halve. */
static void note_attempt(search *now, bool done, double open) {
    if (done) {
        now->pause = (now->pause + 1) / 2;
        return;
    }
    now->open_most = fmin(now->open_most, 0.5 * open);
    now->exhaust_at = now->nodes + now->pause;
    if (now->pause < PAUSE_MOST) now->pause *= 2;
}

/** Try to close a node by searching all plans that may matter, first for solutions near its bound. */
static fl_status exhaust(search *now, const fl_terms *terms, double *bound, fl_error *err) {
    double open = cutoff_of(now, terms) - *bound, step = NEAR * fabs(*bound);
    long long left = now->nodes_most - now->nodes - now->leaves;
    fl_exhaust all = {.best = &now->best,
                      .relaxation = &now->relaxation,
                      .terms = terms,
                      .gap = now->gap,
                      .nodes_most = left < LEAVES_MOST ? left : LEAVES_MOST};
    bool done = true, due_again = open <= now->open_most || now->nodes >= now->exhaust_at;
    if (terms->kind == FL_TERMS_FIT || now->catalog.amount == NULL || !due_again) return FL_OK;
    if (terms->kind == FL_TERMS_SERVE || step == 0) step = INFINITY; /* users are whole; nothing is near 0 */
    for (; done && *bound < cutoff_of(now, terms); step *= 4) {
        FL_TRY(fl_exhaust_search(&all, &now->catalog, *bound + step, bound, err));
        done = all.complete && !all.stopped;
    }
    note_attempt(now, done, open);
    now->leaves += all.nodes;
    if (terms->kind == FL_TERMS_SERVE && *bound >= cutoff_of(now, terms)) *bound = INFINITY;
    return FL_OK;
}

/** Solve a node, and divide it when it may hold a better plan.
 *  @param bound  what is proven of it; when it was not divided */
static fl_status visit(search *now, const fl_branch *branch, const fl_terms *terms, double *bound,
                       bool *closed, fl_error *err) {
    fl_division division;
    fl_stand *stand;
    bool fits, whole, allowed;
    now->nodes++;
    *closed = true;
    FL_TRY(start_master(now, branch, terms, err));
    FL_TRY(relax(now, terms, &fits, err));
    *bound = fmax(branch->bound, now->relaxation.bound);
    if (terms->kind != FL_TERMS_SPEND) *bound = ceil(*bound - FL_TOLERANCE_SERVED); /* users are whole */
    now->stopped = now->relaxation.end == FL_RELAXATION_STOPPED;
    if (now->relaxation.end != FL_RELAXATION_SOLVED) return FL_OK;
    FL_TRY(fl_primal_whole(&now->best, &now->relaxation, &whole, &allowed, err));
    if (*bound >= cutoff_of(now, terms)) return FL_OK;
    if (fits) FL_TRY(exhaust(now, terms, bound, err));
    if (*bound >= cutoff_of(now, terms)) return FL_OK;
    const fl_glpk_limits limits = fl_master_limits(&now->master, now->until, now->task->interrupt);
    FL_TRY(fl_branch_choose(&division, &now->master, terms, cutoff_of(now, terms), &limits, err));
    if (division.crowd < 0) { /* the only solution has been judged */
        *bound = INFINITY;
        return FL_OK;
    }
    FL_TRY(fl_master_stand(&stand, &now->master, now->task->arena, err));
    if (fits) FL_TRY(look_around(now, terms, *bound, err));
    *closed = *bound >= cutoff_of(now, terms);
    if (*closed) return FL_OK;
    const fl_crowd *crowd = &now->master.crowds[division.crowd];
    return fl_tree_divide(&now->tree, branch, &division, crowd, stand, *bound, err);
}

/** The same, within the memory that there may be: where it does not suffice, the node stays undecided. */
static fl_status visit_within(search *now, const fl_branch *branch, const fl_terms *terms, double *bound,
                              bool *closed, fl_error *err) {
    fl_status status = visit(now, branch, terms, bound, closed, err);
    if (status != FL_ENOMEM || !now->held) return status;
    now->stopped = now->starved = *closed = true;
    *bound = branch->bound;
    return FL_OK;
}

/** Branch and price, the node with the least bound first.
 *  @param proven  in: a bound on all; out: what is proven in the end */
static fl_status search_tree(search *now, const fl_terms *terms, double *proven, fl_error *err) {
    double closed_bound = INFINITY; /* of the nodes that were closed */
    now->nodes = now->leaves = 0;
    now->dive_at = 1;
    now->open_most = INFINITY;
    now->exhaust_at = 0;
    now->pause = 1;
    FL_TRY(fl_tree_start(&now->tree, *proven, now->task->arena, err));
    for (fl_branch *branch; (branch = fl_tree_take(&now->tree)) != NULL;) {
        double bound = branch->bound;
        bool closed = true;
        now->stopped = now->nodes + now->leaves >= now->nodes_most || due(now);
        if (!now->stopped && bound < cutoff_of(now, terms))
            FL_TRY(visit_within(now, branch, terms, &bound, &closed, err));
        if (closed) closed_bound = fmin(closed_bound, bound);
        if (now->stopped) break;
    }
    *proven = fmax(*proven, fmin(closed_bound, fl_tree_bound(&now->tree)));
    return FL_OK;
}

/* Both goals */

/** Find the least number of users to refuse. */
static fl_status admit(search *now, fl_error *err) {
    const fl_terms terms = {.kind = FL_TERMS_SERVE};
    long long most = now->users - now->best.served, refused;
    double proven = (double)now->refused;
    if (most == now->refused) return FL_OK;
    FL_TRY(search_tree(now, &terms, &proven, err));
    most = now->users - now->best.served;
    refused = isinf(proven) ? most : (long long)ceil(proven - FL_TOLERANCE_SERVED);
    if (refused > most) refused = most;
    if (refused > now->refused) now->power = 0; /* no longer are all of them served */
    now->refused = refused;
    return FL_OK;
}

/** Find a plan for all users, or prove that there is none. */
static fl_status fit(search *now, fl_error *err) {
    const fl_terms terms = {.kind = FL_TERMS_FIT};
    double proven = 0;
    if (now->best.served == now->users) return FL_OK;
    FL_TRY(search_tree(now, &terms, &proven, err));
    now->infeasible = now->best.served < now->users && proven >= 0.5 * FL_TOLERANCE_SERVED;
    return FL_OK;
}

/** Find the least power of plans that refuse as few as can be, when there is one. */
static fl_status spend(search *now, fl_error *err) {
    const fl_terms terms = {FL_TERMS_SPEND, now->refused};
    if (now->users - now->best.served != now->refused) return FL_OK;
    FL_TRY(search_tree(now, &terms, &now->power, err));
    now->power = fmin(now->power, now->best.power); /* what was closed without a bound holds nothing better */
    return FL_OK;
}

static fl_stop stop_of(const search *now) {
    if (*now->task->interrupt != 0) return FL_STOP_INTERRUPTED;
    if (now->starved) return FL_STOP_MEMORY;
    bool late = fl_clock() >= now->until || now->master.end == FL_GLPK_TIME;
    if (now->stopped && late) return FL_STOP_TIME;
    if (now->stopped && now->nodes + now->leaves >= now->nodes_most) return FL_STOP_NODES;
    return !now->stopped && now->best.power - now->power > FL_TOLERANCE_EQUAL * now->best.power
               ? FL_STOP_GAP
               : FL_STOP_DONE;
}

static void fill_answer(fl_answer *answer, const search *now) {
    double rates = 0;
    if (now->infeasible) {
        answer->claim = FL_CLAIM_INFEASIBLE;
        return;
    }
    for (int h = 0; h < now->instance->n_apps; h++) {
        rates += now->instance->apps[h].count * now->instance->apps[h].rate;
    }
    bool any = now->best.plan.n_apps > 0, most = any && now->users - now->best.served == now->refused;
    answer->plan = now->best.plan;
    answer->stop = stop_of(now);
    if (now->instance->admission) answer->most_served = now->users - now->refused;
    if (any) rates = now->best.rates;
    if (rates > 0 && (most || !now->instance->admission)) answer->bound = now->power / rates;
    bool least = now->best.power - now->power <= FL_TOLERANCE_EQUAL * now->best.power;
    if (most && least) answer->claim = FL_CLAIM_OPTIMAL;
}

static fl_status start(search *now, const fl_task *task, fl_error *err) {
    double seconds = fl_method_setting(&fl_colgen_method, task->settings, "time_limit"), dearest;
    double nodes = fl_method_setting(&fl_colgen_method, task->settings, "nodes");
    now->until = seconds > 0 ? task->start + seconds : INFINITY;
    now->gap = fl_method_setting(&fl_colgen_method, task->settings, "gap");
    now->nodes_most = nodes > 0 ? (long long)nodes : LLONG_MAX;
    for (int h = 0; h < now->instance->n_apps; h++) now->users += now->instance->apps[h].count;
    FL_TRY(fl_pool_open(&now->pool, task->instance, task->arena, err));
    FL_TRY(fl_pricing_open(&now->pricing, task, &now->pool, now->until, err));
    FL_TRY(price_alone(now, &dearest, err));
    FL_TRY(fl_catalog_open(&now->catalog, &now->pricing, err));
    fl_master_open(&now->master, &now->pool, dearest > 0 ? dearest : 1);
    fl_relaxation_open(&now->relaxation, &now->master, &now->pricing, now->until);
    fl_neighbours_open(&now->neighbours, &now->best, &now->relaxation);
    return FL_OK;
}

/** With admission there is always a plan. */
static fl_status refuse_all(search *now, fl_error *err) {
    fl_plan plan;
    bool allowed;
    FL_TRY(fl_plan_create(&plan, now->instance, now->task->arena, err));
    return fl_incumbent_offer(&now->best, &plan, now->task, &allowed, err);
}

static fl_status run(fl_answer *answer, search *now, fl_error *err) {
    FL_TRY(start(now, now->task, err));
    if (now->instance->admission) FL_TRY(refuse_all(now, err));
    if (!now->infeasible) {
        FL_TRY(fl_primal_sequential(&now->best, &now->pool, now->task, now->until, err));
        FL_TRY(now->instance->admission ? admit(now, err) : fit(now, err));
        if (!now->starved) FL_TRY(spend(now, err));
    }
    fill_answer(answer, now);
    return FL_OK;
}

/** Hold everything to option `memory`; when that is too little, what is known by then is the answer. */
static fl_status run_within(fl_answer *answer, search *now, fl_error *err) {
    fl_arena *arena = now->task->arena;
    size_t kept = fl_arena_hold(arena, fl_method_setting(&fl_colgen_method, now->task->settings, "memory"));
    now->held = arena->limit != kept;
    fl_status status = run(answer, now, err);
    if (status == FL_ENOMEM && now->held) {
        now->starved = true;
        if (now->priced) fill_answer(answer, now);
        answer->stop = FL_STOP_MEMORY;
        status = FL_OK;
    }
    if (now->starved) arena->failed = arena->limited = false;
    arena->limit = kept;
    return status;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    search now = {.task = task, .instance = task->instance, .best = {.served = -1, .power = INFINITY}};
    fl_arena_init_within(&now.node, task->arena);
    fl_status status = run_within(answer, &now, err);
    fl_pool_close(&now.pool);
    fl_pricing_close(&now.pricing);
    fl_master_close(&now.master);
    fl_arena_free(&now.node);
    return status;
}

static const fl_option options[] = {
    {"time_limit", FL_OPTION_NUMBER, 60, 0, 1e6, NULL, "stop after this many seconds; 0: no limit"},
    {"gap", FL_OPTION_NUMBER, 0, 0, 1, NULL, "stop when (energy - bound) / energy is at most this"},
    {"nodes", FL_OPTION_INT, 0, 0, 1e9, NULL, "stop after this many nodes of the search tree; 0: no limit"},
    {"memory", FL_OPTION_NUMBER, 0, 0, 1e15, NULL,
     "stop when the search takes this many bytes (GLPK counts in MiB); 0: no limit"},
};

const fl_method fl_colgen_method = {
    .name = "colgen",
    .summary = "proven optimum of several applications by column generation and branch and price",
    .may_claim = FL_CLAIM_OPTIMAL,
    .honours = FL_FEATURE_SEVERAL | FL_FEATURE_CAPACITY | FL_FEATURE_MEMORY | FL_FEATURE_ADMISSION |
               FL_FEATURE_SLICES,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .solve = solve,
};
