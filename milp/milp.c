/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/milp.h"

#include "core/evaluate.h"
#include "core/exact.h"
#include "core/passes.h"
#include "core/sequential.h"
#include "core/tolerance.h"
#include "milp/arcflow.h"
#include "milp/glpk.h"
#include "milp/rebase.h"
#include <limits.h>
#include <math.h>

/** So many of the best plans are forbidden to see that the next one costs more. */
enum { SPARED = 20 };

/** Everything one run knows. What is minimised costs J, or, in the first of the two solves with admission,
 *  users refused: "cost" below is either. */
typedef struct search {
    const fl_instance *instance;
    const fl_task *task;
    fl_arena *arena;
    fl_layers *layers; /* [n_apps]; NULL when plans choose more, or cost more, than these know */
    fl_graphs graphs;
    double rates; /* inferences/s of all users */
    long long users;
    long long refused;  /* at least so many users are refused, proven */
    bool counting;      /* refused users, not J */
    fl_plan best;       /* the cheapest plan that the judge allows; n_apps == 0: none yet */
    fl_verdict verdict; /* on that plan */
    double cost;        /* of that plan; INFINITY: none yet */
    double said;        /* what every allowed plan costs at least: the cheapest path, or by GLPK's word, its
                           possible error off */
    double proven;      /* the same, when it is arithmetic or was said of two models with other numbers */
    bool hopeless;      /* proven before any model: nothing is in time */
    fl_arcflow flow;    /* the model now: its plans cost at most `cost` as it was when it was built */
    double dearest;     /* largest cost before the model was rebased last; INFINITY: it was not */
    bool excluded;      /* the best plan has been cut off from the model */
    fl_glpk_limits limits;  /* what is left of them */
    fl_glpk_outcome last;   /* of the last solve */
    double floor;           /* what it says that every plan costs at least */
    double error;           /* by how much that may be too high */
    bool allowed;           /* the judge allows the last solution */
    fl_violation violation; /* or else why not */
    bool starved;           /* GLPK ran out of memory */
    int spared;             /* how many more plans to forbid only because GLPK might underrate others */
} search;

static double setting(const fl_task *task, const char *name) {
    return fl_method_setting(&fl_milp_method, task->settings, name);
}

/* The first plans */

static double cost_of(const search *now, const fl_verdict *verdict) {
    if (now->counting) return (double)(now->users - verdict->served);
    return now->instance->admission ? verdict->power / now->rates : verdict->energy;
}

/** Costs that differ by no more than this are the same. */
static double margin(const search *now) {
    return now->counting ? 0.5 : FL_TOLERANCE_EQUAL * now->cost;
}

/** Serving more users comes before power. */
static bool better(const search *now, const fl_verdict *verdict) {
    if (!verdict->feasible) return false;
    if (now->best.n_apps == 0) return true;
    if (verdict->served != now->verdict.served) return verdict->served > now->verdict.served;
    return now->counting ? verdict->power < now->verdict.power : cost_of(now, verdict) < now->cost;
}

static void take_if_better(search *now, const fl_plan *plan, const fl_verdict *verdict) {
    if (!better(now, verdict)) return;
    now->best = *plan;
    now->verdict = *verdict;
    now->cost = cost_of(now, verdict);
    now->excluded = false;
}

/** Place every user on the fastest path; who is late there cannot be served. */
static fl_status try_fastest(search *now, fl_error *err) {
    const fl_instance *instance = now->instance;
    fl_app_cost *costs = FL_NEW(now->arena, instance->n_apps, fl_app_cost);
    fl_plan plan;
    fl_cost cost;
    fl_verdict verdict;
    if (costs == NULL) return fl_arena_error(now->arena, err);
    FL_TRY(fl_plan_create(&plan, instance, now->arena, err));
    for (int h = 0; h < instance->n_apps; h++) {
        int *nodes = FL_NEW(now->arena, now->layers[h].n_layers, int), exit;
        if (nodes == NULL) return fl_arena_error(now->arena, err);
        FL_TRY(fl_pass_shortest(&now->layers[h], 0, 1, nodes, &exit, &cost, now->arena, err));
        if (exit >= 0) FL_TRY(fl_plan_place(&plan, instance, h, exit, nodes, now->arena, err));
    }
    FL_TRY(fl_evaluate_plan(&verdict, costs, instance, &plan, now->arena, err));
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        bool late = !(costs[h].latency <= app->deadline * (1 + FL_TOLERANCE_DEADLINE));
        if (plan.apps[h].exit >= 0 && !late) continue;
        plan.apps[h] = (fl_placement){.exit = -1};
        now->refused += app->count;
    }
    now->hopeless = now->refused > 0 && !instance->admission;
    FL_TRY(fl_evaluate_plan(&verdict, NULL, instance, &plan, now->arena, err));
    take_if_better(now, &plan, &verdict);
    return FL_OK;
}

/** Place one user after another by the exact search, which may take a tenth of the time. */
static fl_status try_sequential(search *now, fl_error *err) {
    fl_settings settings;
    fl_answer answer = {.bound = -INFINITY, .most_served = -1, .claimed = NAN};
    fl_task task = *now->task;
    fl_verdict verdict;
    double seconds = setting(now->task, "time_limit") / 10;
    task.settings = &settings;
    fl_settings_default(&settings, &fl_exact_method, now->instance);
    settings.value[fl_method_option(&fl_exact_method, "time_limit")] = seconds;
    FL_TRY(fl_sequential_solve(&answer, &task, &fl_exact_method, err));
    if (answer.plan.n_apps == 0) return FL_OK;
    FL_TRY(fl_evaluate_plan(&verdict, NULL, now->instance, &answer.plan, now->arena, err));
    take_if_better(now, &answer.plan, &verdict);
    return FL_OK;
}

static fl_status try_nobody(search *now, fl_error *err) {
    fl_plan plan;
    fl_verdict verdict;
    FL_TRY(fl_plan_create(&plan, now->instance, now->arena, err));
    FL_TRY(fl_evaluate_plan(&verdict, NULL, now->instance, &plan, now->arena, err));
    take_if_better(now, &plan, &verdict);
    return FL_OK;
}

static fl_glpk_limits read_limits(const fl_task *task) {
    double seconds = setting(task, "time_limit"), nodes = setting(task, "nodes");
    return (fl_glpk_limits){.until = seconds > 0 ? task->start + seconds : INFINITY,
                            .nodes = nodes > 0 ? (long)nodes : LONG_MAX,
                            .guessing = (task->instance->features & FL_FEATURE_SEVERAL) != 0,
                            .interrupt = task->interrupt};
}

/** Nobody costs less than on his cheapest path, late or not: a bound to begin with. */
static fl_status find_cheapest(search *now, fl_error *err) {
    const fl_instance *instance = now->instance;
    double power = 0;
    fl_cost cost;
    for (int h = 0; h < instance->n_apps; h++) {
        int *nodes = FL_NEW(now->arena, now->layers[h].n_layers, int), exit;
        if (nodes == NULL) return fl_arena_error(now->arena, err);
        FL_TRY(fl_pass_shortest(&now->layers[h], 1, 0, nodes, &exit, &cost, now->arena, err));
        if (exit < 0) return FL_OK;
        double share =
            instance->n_apps > 1 ? instance->apps[h].count * instance->apps[h].rate / now->rates : 1;
        power += share * cost.energy;
    }
    if (power > FL_PASS_NOTHING && !instance->admission) now->said = power;
    return FL_OK;
}

/** What shortest paths say before there is any model. */
static fl_status try_paths(search *now, fl_error *err) {
    const fl_instance *instance = now->instance;
    now->layers = FL_NEW(now->arena, instance->n_apps, fl_layers);
    if (now->layers == NULL) return fl_arena_error(now->arena, err);
    for (int h = 0; h < instance->n_apps; h++)
        FL_TRY(fl_layers_build(&now->layers[h], instance, h, now->arena, err));
    FL_TRY(find_cheapest(now, err));
    return try_fastest(now, err);
}

static fl_status start(search *now, const fl_task *task, fl_error *err) {
    const fl_instance *instance = task->instance;
    *now = (search){.instance = instance,
                    .task = task,
                    .arena = task->arena,
                    .counting = instance->admission,
                    .cost = INFINITY,
                    .limits = read_limits(task)};
    for (int h = 0; h < instance->n_apps; h++) {
        now->users += instance->apps[h].count;
        now->rates += instance->apps[h].count * instance->apps[h].rate;
    }
    if (!(instance->features & FL_FEATURES_OWN)) FL_TRY(try_paths(now, err));
    if (now->hopeless) return FL_OK;
    if (instance->admission) FL_TRY(try_nobody(now, err));
    return instance->features & FL_FEATURE_SEVERAL ? try_sequential(now, err) : FL_OK;
}

/* Build, solve, judge */

static fl_status build(search *now, fl_error *err) {
    fl_aim aim = {.first = now->counting ? FL_AIM_REFUSED : FL_AIM_ENERGY,
                  .most = now->counting ? INFINITY : now->cost,
                  .refused = now->refused};
    now->excluded = false;
    now->dearest = INFINITY;
    now->limits.known = NULL;
    FL_TRY(fl_arcflow_build(&now->flow, &now->graphs, &aim, now->arena, err));
    if (!(now->instance->features & FL_FEATURE_SEVERAL) || now->best.n_apps == 0) return FL_OK;
    bool *known;
    FL_TRY(fl_arcflow_choose(&known, &now->flow, &now->best, now->arena, err));
    now->limits.known = known;
    return FL_OK;
}

static fl_status solve(search *now, fl_error *err) {
    const fl_model *model = &now->flow.model;
    now->limits.most = now->cost;
    now->limits.slack = now->counting ? margin(now) : 0.01 * FL_TOLERANCE_EQUAL * now->said;
    now->limits.gap = now->counting ? 0 : setting(now->task, "gap");
    now->limits.memory = fl_glpk_memory(now->arena);
    fl_status status = fl_glpk_solve(&now->last, model, &now->limits, now->arena, err);
    now->starved = status == FL_ENOMEM && isfinite(now->cost);
    if (now->limits.nodes != LONG_MAX) now->limits.nodes -= now->last.nodes;
    return now->starved ? FL_OK : status;
}

static double floor_of(const search *now) {
    return now->flow.model.constant + now->flow.model.scale * now->last.bound;
}

/** GLPK's optimum may be too high by what it takes for 0 in every column (and slack) of the true optimum. */
static double error_of(const search *now) {
    const fl_model *model = &now->flow.model;
    int most_ones = fl_arcflow_ones(&now->flow) + model->n_columns - now->flow.n_arcs;
    double own = FL_TOLERANCE_GLPK_COST * fmax(now->last.bound, 0);
    return model->scale * (most_ones * now->last.blur + own);
}

/** What is proven of users rises to a whole number. */
static void raise_bound(const search *now, double *bound, double to) {
    if (now->counting) to = ceil(to - FL_TOLERANCE_EQUAL * (double)now->users);
    *bound = fmax(*bound, to);
}

/** Have the solution judged, and see what the solve proves. */
static fl_status judge(search *now, fl_error *err) {
    fl_plan plan;
    fl_verdict verdict;
    now->allowed = false;
    if (now->last.chosen != NULL) {
        FL_TRY(fl_arcflow_plan(&plan, &now->flow, now->last.chosen, now->arena, err));
        FL_TRY(fl_evaluate_plan(&verdict, NULL, now->instance, &plan, now->arena, err));
        now->allowed = verdict.feasible;
        now->violation = verdict.violation;
        if (verdict.feasible && cost_of(now, &verdict) <= now->cost) now->limits.known = now->last.chosen;
        take_if_better(now, &plan, &verdict);
    }
    now->floor = floor_of(now);
    now->error = error_of(now);
    raise_bound(now, &now->said, now->floor - now->error);
    if (isfinite(now->dearest)) raise_bound(now, &now->proven, now->said);
    return FL_OK;
}

/* What the last solve means */

/** GLPK found nothing as cheap as a plan that is in the model: then nothing that it says holds. */
static bool contradicted(const search *now) {
    if (!isfinite(now->cost) || now->excluded) return false;
    return now->last.end == FL_GLPK_INFEASIBLE || now->said > now->cost + margin(now);
}

/** Whether to ask again: what a judged plan contradicts, and that there is no plan. */
static bool doubtful(const search *now) {
    bool nothing = now->last.end == FL_GLPK_INFEASIBLE && !isfinite(now->cost);
    return contradicted(now) || (nothing && !now->limits.scaled);
}

/** Start over, with other numbers and another path of GLPK's through them. */
static fl_status restart(search *now, fl_error *err) {
    if (now->limits.scaled) return fl_error_set(err, FL_EINTERNAL, NULL, "GLPK missed a plan that is known");
    now->limits.scaled = true;
    now->said = now->proven = now->counting ? (double)now->refused : 0;
    return build(now, err);
}

/** Nothing is left to solve, or a limit was reached. */
static bool ended(const search *now) {
    return now->starved || now->last.end == FL_GLPK_INFEASIBLE || now->last.end >= FL_GLPK_TIME;
}

/** Whether the best plan costs what every plan costs at least. */
static bool optimal(const search *now) {
    return isfinite(now->cost) && now->cost - now->proven <= margin(now);
}

/** Whether the gap asked for is reached. */
static bool close_enough(const search *now) {
    return now->limits.gap > 0 && now->cost - now->said <= now->limits.gap * now->cost;
}

static fl_status cut(search *now, int row, fl_error *err) {
    if (now->allowed) {
        now->excluded = true;
        now->limits.known = NULL;
    }
    return fl_arcflow_cut(&now->flow, now->last.chosen, row, now->arena, err);
}

static fl_status rebase(search *now, fl_error *err) {
    double bound;
    now->dearest = fl_model_dearest(&now->flow.model);
    FL_TRY(fl_rebase_model(&now->flow.model, now->last.dual, now->cost, &bound, err));
    raise_bound(now, &now->proven, bound);
    raise_bound(now, &now->said, bound);
    return FL_OK;
}

/** Make a model that GLPK errs less about, if there is one. In this order: forbid a plan that the judge
 *  refuses; leave out what is far dearer than the best plan, which sets the scale; count from the
 *  relaxation; forbid a plan that GLPK underrated. */
static fl_status refine(search *now, bool *refined, fl_error *err) {
    double small = 0.5 * margin(now), dearest = fl_model_dearest(&now->flow.model);
    *refined = true;
    if (!now->allowed) return cut(now, fl_arcflow_row(&now->flow, &now->violation, now->last.chosen), err);
    if (now->cost < 1e-3 * dearest) return build(now, err);
    if (!isfinite(now->dearest)) return rebase(now, err);
    if (now->error > small && dearest < 0.9 * now->dearest) return rebase(now, err);
    bool unclear = now->cost - now->floor > small || (now->error > small && now->spared-- > 0);
    if (unclear && now->last.end == FL_GLPK_OPTIMAL) return cut(now, -1, err);
    *refined = false;
    return FL_OK;
}

static fl_stop stop_of(const search *now) {
    if (now->starved) return FL_STOP_MEMORY;
    switch (now->last.end) {
    case FL_GLPK_TIME:
        return FL_STOP_TIME;
    case FL_GLPK_NODES:
        return FL_STOP_NODES;
    case FL_GLPK_INTERRUPTED:
        return FL_STOP_INTERRUPTED;
    case FL_GLPK_GAP:
        return FL_STOP_GAP;
    default:
        return close_enough(now) ? FL_STOP_GAP : FL_STOP_DONE;
    }
}

/** Whether the solves have proven that the best plan is one, or that there is none. */
static bool settled(const search *now) {
    bool nothing_left = !now->starved && now->last.end == FL_GLPK_INFEASIBLE;
    return nothing_left || optimal(now);
}

/** The best plan, why it ended, and what was proven: of the cost of all users, whoever is refused. */
static void fill_answer(fl_answer *answer, const search *now) {
    answer->plan = now->best;
    if (now->instance->admission) answer->most_served = now->users - now->refused;
    if (settled(now) && !now->counting) {
        answer->claim = isfinite(now->cost) ? FL_CLAIM_OPTIMAL : FL_CLAIM_INFEASIBLE;
        return;
    }
    answer->stop = stop_of(now);
    if (now->counting || !(now->said > 0)) return;
    double served = now->instance->admission ? now->rates / now->verdict.rates : 1;
    answer->bound = fmin(now->said, now->cost) * served;
}

/** Solve, refine and solve again until the best plan is proven or a limit strikes. */
static fl_status minimise(search *now, fl_error *err) {
    now->last = (fl_glpk_outcome){.bound = -INFINITY};
    now->spared = SPARED;
    if (optimal(now)) return FL_OK;
    FL_TRY(build(now, err));
    for (bool refined = true; refined && !optimal(now);) {
        FL_TRY(solve(now, err));
        FL_TRY(judge(now, err));
        if (doubtful(now)) {
            FL_TRY(restart(now, err));
        } else if (ended(now) || optimal(now) || close_enough(now)) {
            break;
        } else {
            FL_TRY(refine(now, &refined, err));
        }
    }
    return FL_OK;
}

/** With admission: how few users are refused at least, and a plan that refuses no more. */
static fl_status minimise_refused(search *now, fl_error *err) {
    now->said = now->proven = (double)now->refused;
    FL_TRY(minimise(now, err));
    now->refused = settled(now) ? now->users - now->verdict.served : (long long)now->said;
    if (!settled(now)) return FL_OK;
    now->counting = false;
    now->cost = cost_of(now, &now->verdict);
    now->said = now->proven = 0;
    now->limits.scaled = false;
    return FL_OK;
}

/** What is joined by no limit is solved one by one. */
static bool separable(const fl_instance *instance) {
    return (instance->features & FL_FEATURE_SEVERAL) && !fl_graphs_apart(instance);
}

static fl_status run(fl_answer *answer, search *now, fl_error *err) {
    const fl_task *task = now->task;
    FL_TRY(start(now, task, err));
    if (now->hopeless) {
        answer->claim = FL_CLAIM_INFEASIBLE;
        return FL_OK;
    }
    FL_TRY(fl_graphs_build(&now->graphs, task->instance, FL_ARCFLOW_MOST, task->arena, err));
    now->starved = now->graphs.too_large;
    if (now->counting && !now->starved) FL_TRY(minimise_refused(now, err));
    if (!now->counting && !now->starved) FL_TRY(minimise(now, err));
    fill_answer(answer, now);
    return FL_OK;
}

/** Hold the arena, and with it GLPK, to option `memory`; when that is too little, what is known by then is
 * the answer. */
static fl_status run_within(fl_answer *answer, search *now, fl_error *err) {
    fl_arena *arena = now->task->arena;
    size_t kept = fl_arena_hold(arena, setting(now->task, "memory"));
    fl_status status = run(answer, now, err);
    if (status == FL_ENOMEM && arena->limit != kept) {
        arena->failed = arena->limited = false;
        now->starved = true;
        fill_answer(answer, now);
        status = FL_OK;
    }
    arena->limit = kept;
    return status;
}

static fl_status solve_milp(fl_answer *answer, const fl_task *task, fl_error *err) {
    search now = {.instance = task->instance, .task = task, .arena = task->arena, .cost = INFINITY};
    if (separable(task->instance)) return fl_sequential_solve(answer, task, &fl_milp_method, err);
    return run_within(answer, &now, err);
}

static const fl_option options[] = {
    {"time_limit", FL_OPTION_NUMBER, 60, 0, 1e6, NULL, "stop after this many seconds; 0: no limit"},
    {"gap", FL_OPTION_NUMBER, 0, 0, 1, NULL, "stop when (energy - bound) / energy is at most this"},
    {"nodes", FL_OPTION_INT, 0, 0, 1e9, NULL, "stop after this many nodes of the search tree; 0: no limit"},
    {"memory", FL_OPTION_NUMBER, 0, 0, 1e15, NULL,
     "stop when model and search take this many bytes (GLPK counts in MiB); 0: no limit"},
};

const fl_method fl_milp_method = {
    .name = "milp",
    .summary = "proven optimum by branch and cut (GLPK) on the arc-flow model",
    .may_claim = FL_CLAIM_OPTIMAL,
    .honours = FL_ARCFLOW_HONOURS,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .solve = solve_milp,
};
