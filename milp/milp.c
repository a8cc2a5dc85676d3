/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/milp.h"

#include "core/evaluate.h"
#include "core/passes.h"
#include "core/tolerance.h"
#include "milp/arcflow.h"
#include "milp/glpk.h"
#include "milp/rebase.h"
#include <limits.h>
#include <math.h>

/** More columns than this, at about 350 bytes each, are not built. */
static const double COLUMNS_MOST = 2e6;

/** Everything one run knows. */
typedef struct search {
    const fl_instance *instance;
    fl_arena *arena;
    fl_layers layers;
    fl_plan best;    /* the cheapest plan that the judge allows; n_apps == 0: none yet */
    double energy;   /* J, of that plan; INFINITY: none yet */
    double said;     /* J, what every allowed plan costs at least: the cheapest path, or by GLPK's word, its
                        possible error off */
    double proven;   /* J, the same, when it is arithmetic or was said of two models with other numbers */
    bool hopeless;   /* proven before any model: nothing is in time */
    fl_arcflow flow; /* the model now: its plans cost at most `energy` as it was when it was built */
    double dearest;  /* J, largest cost before the model was rebased last; INFINITY: it was not */
    bool excluded;   /* the best plan has been cut off from the model */
    fl_glpk_limits limits;  /* what is left of them */
    fl_glpk_outcome last;   /* of the last solve */
    double floor;           /* J, what it says that every plan costs at least */
    double error;           /* J, by how much that may be too high */
    bool allowed;           /* the judge allows the last solution */
    fl_violation violation; /* or else why not */
    bool starved;           /* GLPK ran out of memory */
} search;

/* The first plan */

static void take_if_better(search *now, const fl_plan *plan, const fl_verdict *verdict) {
    if (!verdict->feasible || verdict->energy >= now->energy) return;
    now->best = *plan;
    now->energy = verdict->energy;
    now->excluded = false;
}

static fl_status try_fastest(search *now, fl_error *err) {
    int *nodes = FL_NEW(now->arena, now->layers.n_layers, int), exit;
    if (nodes == NULL) return fl_arena_error(now->arena, err);
    fl_cost cost;
    fl_plan plan;
    fl_verdict verdict;
    FL_TRY(fl_pass_shortest(&now->layers, 0, 1, nodes, &exit, &cost, now->arena, err));
    now->hopeless = exit < 0;
    if (now->hopeless) return FL_OK;
    FL_TRY(fl_plan_create(&plan, now->instance, now->arena, err));
    FL_TRY(fl_plan_place(&plan, now->instance, 0, exit, nodes, now->arena, err));
    FL_TRY(fl_evaluate_plan(&verdict, NULL, now->instance, &plan, now->arena, err));
    now->hopeless = verdict.violation.kind == FL_VIOLATION_DEADLINE;
    take_if_better(now, &plan, &verdict);
    return FL_OK;
}

static double setting(const fl_task *task, const char *name) {
    return fl_method_setting(&fl_milp_method, task->settings, name);
}

static fl_glpk_limits read_limits(const fl_task *task) {
    double seconds = setting(task, "time_limit"), nodes = setting(task, "nodes");
    return (fl_glpk_limits){.until = seconds > 0 ? task->start + seconds : INFINITY,
                            .gap = setting(task, "gap"),
                            .nodes = nodes > 0 ? (long)nodes : LONG_MAX,
                            .interrupt = task->interrupt};
}

/** Whether the model would have more columns than are built. */
static bool too_large(const search *now) {
    double nodes = now->layers.n_nodes;
    return nodes * nodes * now->layers.n_layers > COLUMNS_MOST;
}

/** Nothing costs less than the cheapest path, late or not: a bound to begin with. */
static fl_status find_cheapest(search *now, fl_error *err) {
    int *nodes = FL_NEW(now->arena, now->layers.n_layers, int), exit;
    fl_cost cost;
    if (nodes == NULL) return fl_arena_error(now->arena, err);
    FL_TRY(fl_pass_shortest(&now->layers, 1, 0, nodes, &exit, &cost, now->arena, err));
    if (exit >= 0 && cost.energy > FL_PASS_NOTHING) now->said = cost.energy;
    return FL_OK;
}

static fl_status start(search *now, const fl_task *task, fl_error *err) {
    *now = (search){
        .instance = task->instance, .arena = task->arena, .energy = INFINITY, .limits = read_limits(task)};
    FL_TRY(fl_layers_build(&now->layers, task->instance, 0, task->arena, err));
    FL_TRY(find_cheapest(now, err));
    return try_fastest(now, err);
}

/* Build, solve, judge */

static fl_status build(search *now, fl_error *err) {
    now->excluded = false;
    now->dearest = INFINITY;
    now->limits.known = NULL;
    return fl_arcflow_build(&now->flow, now->instance, &now->layers, now->energy, now->arena, err);
}

static fl_status solve(search *now, fl_error *err) {
    const fl_arena *arena = now->arena;
    const fl_model *model = &now->flow.model;
    now->limits.most = now->energy;
    now->limits.slack = 0.01 * FL_TOLERANCE_EQUAL * now->said;
    if (arena->limit > 0) now->limits.memory = arena->limit - arena->reserved + 1; /* 0 would mean no limit */
    fl_status status = fl_glpk_solve(&now->last, model, &now->limits, now->arena, err);
    now->starved = status == FL_ENOMEM && isfinite(now->energy);
    if (now->limits.nodes != LONG_MAX) now->limits.nodes -= now->last.nodes;
    return now->starved ? FL_OK : status;
}

static double floor_of(const search *now) {
    return now->flow.model.constant + now->flow.model.scale * now->last.bound;
}

/** GLPK's optimum may be too high by what it takes for 0 in every arc (and slack) of the true optimum. */
static double error_of(const search *now) {
    const fl_model *model = &now->flow.model;
    int most_ones = now->flow.depth + model->n_columns - now->flow.n_arcs;
    double own = FL_TOLERANCE_GLPK_COST * fmax(now->last.bound, 0);
    return model->scale * (most_ones * now->last.blur + own);
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
        if (verdict.feasible && verdict.energy <= now->energy) now->limits.known = now->last.chosen;
        take_if_better(now, &plan, &verdict);
    }
    now->floor = floor_of(now);
    now->error = error_of(now);
    now->said = fmax(now->said, now->floor - now->error);
    if (isfinite(now->dearest)) now->proven = fmax(now->proven, now->said);
    return FL_OK;
}

/* What the last solve means */

/** GLPK found nothing as cheap as a plan that is in the model: then nothing that it says holds. */
static bool contradicted(const search *now) {
    if (!isfinite(now->energy) || now->excluded) return false;
    return now->last.end == FL_GLPK_INFEASIBLE || now->said > now->energy * (1 + FL_TOLERANCE_EQUAL);
}

/** Whether to ask again: what a judged plan contradicts, and that there is no plan. */
static bool doubtful(const search *now) {
    bool nothing = now->last.end == FL_GLPK_INFEASIBLE && !isfinite(now->energy);
    return contradicted(now) || (nothing && !now->limits.scaled);
}

/** Start over, with other numbers and another path of GLPK's through them. */
static fl_status restart(search *now, fl_error *err) {
    if (now->limits.scaled) return fl_error_set(err, FL_EINTERNAL, NULL, "GLPK missed a plan that is known");
    now->limits.scaled = true;
    now->said = now->proven = 0;
    return build(now, err);
}

/** Nothing is left to solve, or a limit was reached. */
static bool ended(const search *now) {
    return now->starved || now->last.end == FL_GLPK_INFEASIBLE || now->last.end >= FL_GLPK_TIME;
}

/** Whether the best plan costs what every plan costs at least. */
static bool optimal(const search *now) {
    return isfinite(now->energy) && now->energy - now->proven <= FL_TOLERANCE_EQUAL * now->energy;
}

/** Whether the gap asked for is reached. */
static bool close_enough(const search *now) {
    return now->limits.gap > 0 && now->energy - now->said <= now->limits.gap * now->energy;
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
    FL_TRY(fl_rebase_model(&now->flow.model, now->last.dual, now->energy, &bound, err));
    now->proven = fmax(now->proven, bound);
    now->said = fmax(now->said, bound);
    return FL_OK;
}

/** Make a model that GLPK errs less about, if there is one. In this order: forbid a plan that the judge
 *  refuses; leave out what is far dearer than the best plan, which sets the scale; count from the
 *  relaxation; forbid a plan that GLPK underrated. */
static fl_status refine(search *now, bool *refined, fl_error *err) {
    double small = 0.5 * FL_TOLERANCE_EQUAL * now->energy, dearest = fl_model_dearest(&now->flow.model);
    *refined = true;
    if (!now->allowed) return cut(now, fl_arcflow_row(&now->flow, &now->violation), err);
    if (now->energy < 1e-3 * dearest) return build(now, err);
    if (!isfinite(now->dearest)) return rebase(now, err);
    if (now->error > small && dearest < 0.9 * now->dearest) return rebase(now, err);
    if (now->energy - now->floor > small && now->last.end == FL_GLPK_OPTIMAL) return cut(now, -1, err);
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

/** The best plan, why it ended, and what was proven. */
static void fill_answer(fl_answer *answer, const search *now) {
    bool nothing_left = !now->starved && now->last.end == FL_GLPK_INFEASIBLE;
    answer->plan = now->best;
    if (nothing_left && !isfinite(now->energy)) {
        answer->claim = FL_CLAIM_INFEASIBLE;
    } else if (nothing_left || optimal(now)) {
        answer->claim = FL_CLAIM_OPTIMAL;
        answer->bound = now->energy;
    } else {
        answer->stop = stop_of(now);
        if (now->said > 0) answer->bound = fmin(now->said, now->energy);
    }
}

static fl_status solve_milp(fl_answer *answer, const fl_task *task, fl_error *err) {
    search now;
    FL_TRY(start(&now, task, err));
    if (now.hopeless) {
        answer->claim = FL_CLAIM_INFEASIBLE;
        return FL_OK;
    }
    if (too_large(&now)) {
        answer->plan = now.best;
        answer->bound = now.said;
        answer->stop = FL_STOP_MEMORY;
        return FL_OK;
    }
    FL_TRY(build(&now, err));
    for (bool refined = true; refined && !optimal(&now);) {
        FL_TRY(solve(&now, err));
        FL_TRY(judge(&now, err));
        if (doubtful(&now)) {
            FL_TRY(restart(&now, err));
        } else if (ended(&now) || optimal(&now) || close_enough(&now)) {
            break;
        } else {
            FL_TRY(refine(&now, &refined, err));
        }
    }
    fill_answer(answer, &now);
    return FL_OK;
}

static const fl_option options[] = {
    {"time_limit", FL_OPTION_NUMBER, 60, 0, 1e6, NULL, "stop after this many seconds; 0: no limit"},
    {"gap", FL_OPTION_NUMBER, 0, 0, 1, NULL, "stop when (energy - bound) / energy is at most this"},
    {"nodes", FL_OPTION_INT, 0, 0, 1e9, NULL, "stop after this many nodes of the search tree; 0: no limit"},
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
