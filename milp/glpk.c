/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/glpk.h"

#include "core/method.h"
#include "core/tolerance.h"
#include <float.h>
#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/** One solve: what the hooks and the search's callback see. */
typedef struct session {
    const fl_model *model;
    const fl_glpk_limits *limits;
    fl_glpk_outcome *out;
    bool *chosen;      /* [n_columns] */
    double *solution;  /* [n_columns] */
    double *dual;      /* [n_rows] */
    int *row, *column; /* [n_entries + 1], counted from 1 as GLPK does */
    double *value;     /* as long; later [n_columns + 1] */
    glp_prob *problem;
    int code, status;     /* what glp_intopt() returned and the status it left: to be read together */
    double tolerance;     /* of the search, relative to 1 + objective */
    fl_glpk_basis *basis; /* of relaxations that are solved again */
    fl_glpk_trial *trial; /* [n_trials] ways to divide one */
    int n_trials;
    double most;
    bool stopped;  /* this side stopped it; `out->end` says why */
    bool offered;  /* the known solution was handed over */
    bool scaled;   /* GLPK may scale rows and columns */
    bool unstable; /* ... because without that it lost its way */
    bool guessing; /* it branches by pseudo-costs */
    jmp_buf landing;
    char text[400]; /* what GLPK printed when it gave up */
} session;

/* The guard. After a fatal error nothing of GLPK may be touched but glp_free_env(). */

static bool due(session *now) {
    const fl_glpk_limits *limits = now->limits;
    if (limits->interrupt != NULL && *limits->interrupt != 0) {
        now->out->end = FL_GLPK_INTERRUPTED;
    } else if (fl_clock() >= limits->until) {
        now->out->end = FL_GLPK_TIME;
    } else {
        return false;
    }
    return now->stopped = true;
}

/** Terminal hook: prints nothing. GLPK reports progress through it several times a second, also inside one
 *  long LP, so this is where a solve can be left that neither ends nor calls back. */
static int hear(void *info, const char *text) {
    session *now = info;
    if (glp_at_error()) {
        size_t used = strlen(now->text);
        snprintf(now->text + used, sizeof now->text - used, "%s", text);
    } else if (due(now)) {
        glp_error("stopped\n");
    } else if (!now->scaled && strstr(text, "excessive numerical instability") != NULL) {
        now->unstable = true;
        glp_error("unstable\n");
    }
    return 1;
}

static void escape(void *info) {
    longjmp(((session *)info)->landing, 1);
}

/** Run `body`; false when GLPK gave up in it. No local variable lives across the jump. */
static bool guarded(session *now, void (*body)(session *)) {
    if (setjmp(now->landing) != 0) return false;
    glp_term_hook(hear, now);
    glp_error_hook(escape, now);
    body(now);
    return true;
}

/* The search's callback */

/** Keep the best solution so far: a fatal error later would take it away. */
static void keep_solution(session *now) {
    int status = glp_mip_status(now->problem);
    double objective = glp_mip_obj_val(now->problem);
    if (status != GLP_FEAS && status != GLP_OPT) return;
    if (now->out->chosen != NULL && objective == now->out->objective) return;
    for (int j = 0; j < now->model->n_columns; j++) {
        double value = glp_mip_col_val(now->problem, j + 1);
        now->solution[j] = now->model->column[j].whole ? round(value) : value;
        now->chosen[j] = value > 0.5;
    }
    now->out->chosen = now->chosen;
    now->out->value = now->solution;
    now->out->objective = objective;
}

/** The least bound of the open nodes only rises in truth, so its running maximum is a bound. */
static void keep_bound(session *now, glp_tree *tree) {
    int node = glp_ios_best_node(tree);
    if (node == 0) return;
    double bound = glp_ios_node_bound(tree, node);
    if (bound > -DBL_MAX) now->out->bound = fmax(now->out->bound, bound);
}

/** GLPK's own test of the gap does not know the constant. */
static bool close_enough(const session *now) {
    const fl_model *model = now->model;
    const fl_glpk_outcome *out = now->out;
    if (now->limits->gap <= 0 || out->chosen == NULL) return false;
    double energy = model->constant + model->scale * out->objective;
    return model->scale * (out->objective - out->bound) <= now->limits->gap * energy;
}

/** Fill in the columns that are not whole: each is the slack of one row. O(slacks * entries) */
static void add_slacks(double *value, const fl_model *model) {
    for (int k = 0; k < model->n_entries; k++) {
        const fl_entry *slack = &model->entry[k];
        if (model->column[slack->column].whole) continue;
        double left = model->row[slack->row].rhs;
        for (int i = 0; i < model->n_entries; i++) {
            const fl_entry *entry = &model->entry[i];
            if (entry->row == slack->row && i != k) left -= entry->value * value[entry->column + 1];
        }
        value[slack->column + 1] = left / slack->value;
    }
}

/** Hand the known solution over, which GLPK takes unchecked. */
static void offer_known(session *now, glp_tree *tree) {
    const fl_model *model = now->model;
    if (now->limits->known == NULL || now->offered) return;
    for (int j = 0; j < model->n_columns; j++) {
        now->value[j + 1] = model->column[j].whole && now->limits->known[j] ? 1 : 0;
    }
    add_slacks(now->value, model);
    glp_ios_heur_sol(tree, now->value);
    now->offered = true;
}

static void callback(glp_tree *tree, void *info) {
    session *now = info;
    if (glp_ios_reason(tree) == GLP_IHEUR) offer_known(now, tree);
    keep_solution(now);
    keep_bound(now, tree);
    if (close_enough(now)) {
        now->out->end = FL_GLPK_GAP;
        now->stopped = true;
    }
    if (glp_ios_reason(tree) == GLP_IPREPRO) {
        if (now->out->nodes == now->limits->nodes) {
            now->out->end = FL_GLPK_NODES;
            now->stopped = true;
        } else {
            now->out->nodes++;
        }
    }
    if (now->stopped || due(now)) glp_ios_terminate(tree);
}

/* Solving */

/** Bounds that the rows imply are left out: their duals would hide in the rows' (milp/rebase.h wants
 *  those). */
static int bound_type(const fl_model *model, const fl_column *column) {
    if (column->most == 0) return GLP_FX;
    return column->whole && model->implied ? GLP_LO : GLP_DB;
}

static void load(session *now) {
    size_t memory = now->limits->memory >> 20; /* MiB */
    if (now->limits->memory > 0) glp_mem_limit(memory < 1 ? 1 : memory < INT_MAX ? (int)memory : INT_MAX);
    const fl_model *model = now->model;
    glp_prob *problem = now->problem = glp_create_prob();
    glp_set_obj_dir(problem, GLP_MIN);
    if (model->n_rows > 0) glp_add_rows(problem, model->n_rows);
    if (model->n_columns > 0) glp_add_cols(problem, model->n_columns);
    for (int i = 0; i < model->n_rows; i++) {
        int type = model->row[i].sense == FL_SENSE_EQUAL ? GLP_FX : GLP_UP;
        glp_set_row_bnds(problem, i + 1, type, model->row[i].rhs, model->row[i].rhs);
    }
    for (int j = 0; j < model->n_columns; j++) {
        const fl_column *column = &model->column[j];
        glp_set_col_kind(problem, j + 1, column->whole ? GLP_IV : GLP_CV);
        glp_set_col_bnds(problem, j + 1, bound_type(model, column), 0, column->most);
        glp_set_obj_coef(problem, j + 1, column->cost);
    }
    for (int k = 0; k < model->n_entries; k++) {
        now->row[k + 1] = model->entry[k].row + 1;
        now->column[k + 1] = model->entry[k].column + 1;
        now->value[k + 1] = model->entry[k].value;
    }
    glp_load_matrix(problem, model->n_entries, now->row, now->column, now->value);
}

/** What the simplex takes for 0 in one column's reduced cost, in the model's units; it sees scaled
 *  columns. */
static double find_blur(glp_prob *problem) {
    double largest = 0, least_factor = INFINITY;
    for (int j = 1; j <= glp_get_num_cols(problem); j++) {
        double factor = glp_get_sjj(problem, j);
        largest = fmax(largest, fabs(glp_get_obj_coef(problem, j)) * factor);
        least_factor = fmin(least_factor, factor);
    }
    return largest == 0 ? 0 : FL_TOLERANCE_GLPK_COST * fmax(largest, 1000) / least_factor;
}

static int milliseconds_left(const session *now) {
    double left = 1000 * (now->limits->until - fl_clock());
    return left <= 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX;
}

/** Without its presolver GLPK wants the first relaxation solved by the caller. No cost is negative, so the
 *  basis of slacks is one for the dual simplex. */
static bool solve_relaxation(session *now) {
    glp_smcp simplex;
    glp_init_smcp(&simplex);
    simplex.meth = GLP_DUALP;
    simplex.out_frq = 100; /* ms between two calls of the terminal hook */
    simplex.tm_lim = milliseconds_left(now);
    glp_std_basis(now->problem);
    now->code = glp_simplex(now->problem, &simplex);
    int status = glp_get_status(now->problem);
    now->status = now->code == 0 && status == GLP_NOFEAS ? GLP_NOFEAS : GLP_UNDEF;
    if (now->code != 0 || status != GLP_OPT) return false;
    now->out->bound = glp_get_obj_val(now->problem);
    for (int i = 0; i < now->model->n_rows; i++) now->dual[i] = glp_get_row_dual(now->problem, i + 1);
    now->out->dual = now->dual;
    return true;
}

/** GLPK drops nodes that promise less than tol_obj * (1 + best objective). */
static double objective_tolerance(const session *now) {
    double highest = fmax(0, now->limits->most - now->model->constant) / now->model->scale;
    double tolerance = now->limits->slack / now->model->scale / (1 + highest);
    return fmin(fmax(tolerance, FL_TOLERANCE_GLPK_OBJECTIVE), 0.1);
}

static void search_tree(session *now) {
    glp_iocp search;
    glp_init_iocp(&search);
    now->tolerance = search.tol_obj = objective_tolerance(now);
    search.tol_int = FL_TOLERANCE_GLPK_WHOLE;
    search.flip = GLP_OFF;
    if (now->guessing) search.br_tech = GLP_BR_PCH;
    search.out_frq = 100;
    search.tm_lim = milliseconds_left(now);
    search.cb_func = callback;
    search.cb_info = now;
    now->code = glp_intopt(now->problem, &search);
    now->status = glp_mip_status(now->problem);
    keep_solution(now);
}

static void solve(session *now) {
    load(now);
    if (now->scaled) glp_scale_prob(now->problem, GLP_SF_AUTO);
    now->out->blur = find_blur(now->problem);
    if (solve_relaxation(now)) search_tree(now);
    now->unstable = now->code == GLP_EFAIL;
}

/* What it means */

/** Return code and status, read together: neither says enough alone. */
static fl_status read_end(session *now, fl_error *err) {
    if (now->stopped) return FL_OK;
    int code = now->code, status = now->status;
    if (code == 0 && status == GLP_OPT) {
        now->out->end = FL_GLPK_OPTIMAL;
        now->out->bound = now->out->objective;
    } else if (code == 0 && status == GLP_NOFEAS) {
        now->out->end = FL_GLPK_INFEASIBLE;
    } else if (code == GLP_ETMLIM) {
        now->out->end = FL_GLPK_TIME;
    } else {
        return fl_error_set(err, FL_EINTERNAL, NULL, "GLPK ended with code %d and status %d", code, status);
    }
    return FL_OK;
}

static fl_status read_failure(session *now, fl_error *err) {
    if (now->stopped) return FL_OK;
    now->text[strcspn(now->text, "\n")] = '\0';
    if (strstr(now->text, "no memory available") != NULL || strstr(now->text, "limit exceeded") != NULL ||
        strstr(now->text, "too large") != NULL)
        return fl_error_set(err, FL_ENOMEM, NULL, "GLPK is out of memory: %s", now->text);
    return fl_error_set(err, FL_EINTERNAL, NULL, "GLPK gave up: %s", now->text);
}

/** One attempt in an environment of its own. */
static fl_status attempt(session *now, void (*body)(session *), fl_error *err) {
    now->offered = false;
    *now->out = (fl_glpk_outcome){.bound = -INFINITY, .nodes = now->out->nodes};
    if (due(now)) return FL_OK;
    if (glp_init_env() == 2) return fl_error_set(err, FL_ENOMEM, NULL, "no memory for GLPK");
    bool whole = guarded(now, body);
    glp_free_env();
    return whole ? read_end(now, err) : read_failure(now, err);
}

/** Without scaling; and with it when GLPK loses its way without. */
static fl_status attempt_twice(session *now, void (*body)(session *), fl_error *err) {
    fl_status status = attempt(now, body, err);
    if (now->unstable && !now->scaled) {
        now->scaled = true;
        now->text[0] = '\0';
        status = attempt(now, body, err);
    }
    return status;
}

static fl_status run(session *now, fl_error *err) {
    fl_status status = attempt_twice(now, solve, err);
    fl_glpk_outcome *out = now->out;
    if (now->guessing && status == FL_EINTERNAL) {
        now->guessing = false;
        now->text[0] = '\0';
        status = attempt_twice(now, solve, err);
    }
    double dropped = out->objective - now->tolerance * (1 + fabs(out->objective));
    if (out->chosen != NULL) out->bound = fmin(out->bound, dropped);
    return status;
}

static fl_status prepare(session *now, fl_arena *arena, fl_error *err) {
    size_t n = (size_t)now->model->n_entries + 1, columns = (size_t)now->model->n_columns + 1;
    now->chosen = FL_NEW(arena, now->model->n_columns, bool);
    now->solution = FL_NEW(arena, now->model->n_columns, double);
    now->dual = FL_NEW(arena, now->model->n_rows, double);
    now->row = FL_NEW(arena, n, int);
    now->column = FL_NEW(arena, n, int);
    now->value = FL_NEW(arena, n > columns ? n : columns, double);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

size_t fl_glpk_memory(const fl_arena *arena) {
    size_t left = fl_arena_left(arena);
    return left < SIZE_MAX ? left + 1 : 0; /* nothing left is not the same as no limit */
}

fl_status fl_glpk_solve(fl_glpk_outcome *out, const fl_model *model, const fl_glpk_limits *limits,
                        fl_arena *arena, fl_error *err) {
    *out = (fl_glpk_outcome){.bound = -INFINITY};
    FL_TRY(fl_model_check(model, err));
    session *now = FL_ZERO(arena, 1, session);
    if (now == NULL) return fl_arena_error(arena, err);
    now->model = model;
    now->limits = limits;
    now->scaled = limits->scaled;
    now->guessing = limits->guessing;
    now->out = out;
    FL_TRY(prepare(now, arena, err));
    return run(now, err);
}

/* Relaxations that are solved again and again */

static fl_status grow(bool **basic, int *room, int n_known, int n, bool fresh, fl_arena *arena,
                      fl_error *err) {
    if (n > *room) {
        bool *larger = FL_NEW(arena, 2 * (size_t)n, bool);
        if (larger == NULL) return fl_arena_error(arena, err);
        if (n_known > 0) memcpy(larger, *basic, (size_t)n_known * sizeof *larger);
        *basic = larger;
        *room = 2 * n;
    }
    for (int i = n_known; i < n; i++) (*basic)[i] = fresh;
    return FL_OK;
}

fl_status fl_glpk_grow(fl_glpk_basis *basis, const fl_model *model, fl_arena *arena, fl_error *err) {
    FL_TRY(grow(&basis->row, &basis->row_room, basis->n_rows, model->n_rows, true, arena, err));
    FL_TRY(grow(&basis->column, &basis->column_room, basis->n_columns, model->n_columns, false, arena, err));
    basis->n_rows = model->n_rows;
    basis->n_columns = model->n_columns;
    return FL_OK;
}

static void read_relaxation(session *now) {
    glp_prob *problem = now->problem;
    now->out->objective = glp_get_obj_val(problem);
    for (int i = 0; i < now->model->n_rows; i++) {
        now->dual[i] = glp_get_row_dual(problem, i + 1);
        now->basis->row[i] = glp_get_row_stat(problem, i + 1) == GLP_BS;
    }
    for (int j = 0; j < now->model->n_columns; j++) {
        now->solution[j] = glp_get_col_prim(problem, j + 1);
        now->basis->column[j] = glp_get_col_stat(problem, j + 1) == GLP_BS;
    }
}

/** What is not basic is at the only bound it has. */
static void set_basis(session *now) {
    for (int i = 0; i < now->model->n_rows; i++)
        glp_set_row_stat(now->problem, i + 1, now->basis->row[i] ? GLP_BS : GLP_NU);
    for (int j = 0; j < now->model->n_columns; j++)
        glp_set_col_stat(now->problem, j + 1, now->basis->column[j] ? GLP_BS : GLP_NL);
}

static void relax(session *now) {
    glp_smcp simplex;
    load(now);
    if (now->scaled) {
        glp_scale_prob(now->problem, GLP_SF_AUTO);
        glp_std_basis(now->problem);
    } else {
        set_basis(now);
    }
    glp_init_smcp(&simplex);
    simplex.meth = now->basis->dual ? GLP_DUALP : GLP_PRIMAL;
    simplex.tol_dj = FL_TOLERANCE_GLPK_COST;
    simplex.tol_bnd = FL_TOLERANCE_GLPK_WHOLE;
    simplex.out_frq = 100;
    simplex.tm_lim = milliseconds_left(now);
    now->code = glp_simplex(now->problem, &simplex);
    if (now->code == GLP_EBADB || now->code == GLP_ESING || now->code == GLP_ECOND) {
        glp_adv_basis(now->problem, 0);
        now->code = glp_simplex(now->problem, &simplex);
    }
    int status = glp_get_status(now->problem);
    now->status = status == GLP_OPT || status == GLP_NOFEAS ? status : GLP_UNDEF;
    now->unstable = now->code != 0 && now->code != GLP_ETMLIM;
    read_relaxation(now);
}

fl_status fl_glpk_relax(fl_glpk_relaxed *out, const fl_model *model, fl_glpk_basis *basis,
                        const fl_glpk_limits *limits, fl_arena *kept, fl_arena *arena, fl_error *err) {
    fl_glpk_outcome outcome = {.bound = -INFINITY};
    FL_TRY(fl_model_check(model, err));
    session *now = FL_ZERO(arena, 1, session);
    if (now == NULL) return fl_arena_error(arena, err);
    now->model = model;
    now->limits = limits;
    now->basis = basis;
    now->out = &outcome;
    FL_TRY(prepare(now, arena, err));
    FL_TRY(fl_glpk_grow(basis, model, kept, err));
    FL_TRY(attempt_twice(now, relax, err));
    *out = (fl_glpk_relaxed){
        .end = outcome.end, .objective = outcome.objective, .value = now->solution, .dual = now->dual};
    return FL_OK;
}

/* Ways to divide one */

/** The objective with the trial's row in these bounds, as far as a few steps tell. */
static double try_bounds(session *now, const glp_smcp *simplex, int row, int type, double bound,
                         double before) {
    glp_prob *problem = now->problem;
    set_basis(now);
    glp_set_row_bnds(problem, row, type, bound, bound);
    int code = glp_simplex(problem, simplex), status = glp_get_status(problem);
    double objective = glp_get_obj_val(problem);
    bool feasible = glp_get_dual_stat(problem) == GLP_FEAS;
    glp_set_row_bnds(problem, row, GLP_FR, 0, 0);
    glp_set_row_stat(problem, row, GLP_BS);
    if (code == GLP_EOBJUL || (code == 0 && status == GLP_NOFEAS)) return INFINITY;
    return feasible ? fmax(objective, before) : before;
}

static void probe(session *now) {
    enum { STEPS = 60 };
    glp_smcp simplex;
    int n_rows = now->model->n_rows;
    load(now);
    glp_add_rows(now->problem, now->n_trials);
    set_basis(now);
    glp_init_smcp(&simplex);
    simplex.msg_lev = GLP_MSG_OFF;
    simplex.tol_dj = FL_TOLERANCE_GLPK_COST;
    simplex.tol_bnd = FL_TOLERANCE_GLPK_WHOLE;
    if (glp_simplex(now->problem, &simplex) != 0) return;
    double before = glp_get_obj_val(now->problem);
    simplex.meth = GLP_DUALP;
    simplex.it_lim = STEPS;
    simplex.obj_ul = now->most;
    for (int i = 0; i < now->n_trials && !due(now); i++) {
        fl_glpk_trial *trial = &now->trial[i];
        int row = n_rows + i + 1;
        for (int k = 0; k < trial->n_columns; k++) {
            now->column[k + 1] = trial->column[k] + 1;
            now->value[k + 1] = 1;
        }
        glp_set_mat_row(now->problem, row, trial->n_columns, now->column, now->value);
        trial->more = try_bounds(now, &simplex, row, GLP_LO, trial->least, before);
        trial->fewer = try_bounds(now, &simplex, row, GLP_UP, trial->least - 1, before);
    }
}

fl_status fl_glpk_probe(fl_glpk_trial *trials, int n, const fl_model *model, fl_glpk_basis *basis,
                        double most, const fl_glpk_limits *limits, fl_arena *kept, fl_arena *arena,
                        fl_error *err) {
    fl_glpk_outcome outcome = {.bound = -INFINITY};
    FL_TRY(fl_model_check(model, err));
    session *now = FL_ZERO(arena, 1, session);
    if (now == NULL) return fl_arena_error(arena, err);
    *now = (session){.model = model,
                     .limits = limits,
                     .basis = basis,
                     .out = &outcome,
                     .trial = trials,
                     .n_trials = n,
                     .most = most};
    for (int i = 0; i < n; i++) trials[i].more = trials[i].fewer = 0;
    FL_TRY(prepare(now, arena, err));
    FL_TRY(fl_glpk_grow(basis, model, kept, err));
    fl_status status = attempt(now, probe, err);
    return status == FL_EINTERNAL ? FL_OK : status; /* GLPK lost its way: the trials tell what they tell */
}
