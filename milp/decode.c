/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/decode.h"

#include "core/tolerance.h"
#include "milp/emit.h"
#include "milp/solution.h"
#include <stdlib.h>
#include <string.h>

/* Which column a name means */

typedef struct named {
    const char *name;
    int column;
} named;

static int compare_named(const void *a, const void *b) {
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

static fl_status sort_names(named **out, const fl_model *model, fl_arena *arena, fl_error *err) {
    named *names = *out = FL_NEW(arena, model->n_columns, named);
    if (names == NULL) return fl_arena_error(arena, err);
    for (int j = 0; j < model->n_columns; j++) names[j] = (named){model->column[j].name, j};
    qsort(names, (size_t)model->n_columns, sizeof *names, compare_named);
    return FL_OK;
}

/** The column that a value belongs to; -1: none. */
static int find_column(const fl_solution_value *value, const named *names, int n_columns) {
    if (value->name == NULL) return value->number <= n_columns ? value->number - 1 : -1;
    named key = {value->name, 0};
    const named *found = bsearch(&key, names, (size_t)n_columns, sizeof key, compare_named);
    return found != NULL ? found->column : -1;
}

/* Which columns are 1 */

/** A solution of another model shows in its numbers of rows and columns. A model without columns is emitted
 *  with one that stands for none. */
static fl_status check_counts(const fl_solution *solution, const fl_model *model, fl_error *err) {
    int n_columns = model->n_columns > 0 ? model->n_columns : 1;
    if (solution->n_columns >= 0 && solution->n_columns != model->n_columns &&
        solution->n_columns != n_columns) {
        return fl_solution_error(err, solution->counts_line,
                                 "the solution has %d columns, the model %d: it is "
                                 "of another instance",
                                 solution->n_columns, model->n_columns);
    }
    if (solution->n_rows >= 0 && solution->n_rows != model->n_rows) {
        return fl_solution_error(err, solution->counts_line,
                                 "the solution has %d rows, the model %d: it is of "
                                 "another instance",
                                 solution->n_rows, model->n_rows);
    }
    return FL_OK;
}

static fl_status take_value(bool *chosen, bool *given, const fl_model *model, int column,
                            const fl_solution_value *value, fl_error *err) {
    if (column < 0 && value->name == NULL)
        return fl_solution_error(err, value->line, "the model has no column %d", value->number);
    if (column < 0)
        return fl_solution_error(err, value->line, "the model has no column \"%.60s\"", value->name);
    const char *name = model->column[column].name;
    if (given[column]) return fl_solution_error(err, value->line, "column \"%s\" is given twice", name);
    given[column] = true;
    chosen[column] = value->value > 0.5;
    if (fabs(value->value - chosen[column]) <= FL_TOLERANCE_WHOLE) return FL_OK;
    return fl_solution_error(err, value->line, "column \"%s\" is %.9g, neither 0 nor 1", name, value->value);
}

/** Fill `chosen` [n_columns]. */
static fl_status choose(bool *chosen, const fl_solution *solution, const fl_model *model, fl_arena *arena,
                        fl_error *err) {
    named *names;
    bool *given = FL_ZERO(arena, model->n_columns, bool);
    if (given == NULL) return fl_arena_error(arena, err);
    FL_TRY(sort_names(&names, model, arena, err));
    for (int i = 0; i < solution->n_values; i++) {
        const fl_solution_value *value = &solution->value[i];
        int column = find_column(value, names, model->n_columns);
        FL_TRY(take_value(chosen, given, model, column, value, err));
    }
    for (int j = 0; j < model->n_columns && solution->whole; j++) {
        if (given[j]) continue;
        return fl_error_set(err, FL_EINVAL, NULL, "column \"%s\" is missing", model->column[j].name);
    }
    return FL_OK;
}

/* What the judge says */

/** The solvers as methods, for their names. */
static const fl_method *method_of(const char *solver) {
    static const fl_method methods[] = {{.name = "glpsol"}, {.name = "cbc"}, {.name = "highs"}};
    int i = 0;
    while (strcmp(methods[i].name, solver) != 0) i++;
    return &methods[i];
}

static fl_status judge(fl_result *out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    out->costs = FL_NEW(arena, fl_plan_size(&out->plan), fl_app_cost);
    if (out->costs == NULL) return fl_arena_error(arena, err);
    FL_TRY(fl_evaluate_plan(&out->verdict, out->costs, instance, &out->plan, arena, err));
    out->has_plan = out->verdict.feasible;
    out->status = out->has_plan ? FL_RESULT_FEASIBLE : FL_RESULT_UNKNOWN;
    return FL_OK;
}

/** The solver's objective as J per inference of the users served. */
static double claim_of(const fl_solution *solution, const fl_arcflow *flow, const fl_verdict *verdict) {
    const fl_instance *instance = flow->instance;
    double energy = flow->model.constant + flow->model.scale * solution->objective, rates = 0, users = 0;
    if (!instance->admission) return energy;
    for (int h = 0; h < instance->n_apps; h++) {
        users += instance->apps[h].count;
        rates += instance->apps[h].count * instance->apps[h].rate;
    }
    energy -= flow->refusal * (users - (double)verdict->served);
    return verdict->rates > 0 ? energy * rates / verdict->rates : energy;
}

fl_status fl_decode_solution(fl_result *out, const fl_instance *instance, const char *text, size_t length,
                             fl_arena *arena, fl_error *err) {
    fl_solution solution;
    fl_arcflow flow;
    *out = (fl_result){.status = FL_RESULT_UNKNOWN,
                       .admission = instance->admission,
                       .bound = NAN,
                       .gap = NAN,
                       .claimed = NAN,
                       .most_served = -1};
    FL_TRY(fl_solution_read(&solution, text, length, arena, err));
    out->method = method_of(solution.solver);
    FL_TRY(fl_emit_build(&flow, instance, arena, err));
    FL_TRY(check_counts(&solution, &flow.model, err));
    if (!solution.found) return FL_OK;
    bool *chosen = FL_ZERO(arena, flow.model.n_columns, bool);
    if (chosen == NULL) return fl_arena_error(arena, err);
    FL_TRY(choose(chosen, &solution, &flow.model, arena, err));
    fl_status status = fl_arcflow_plan(&out->plan, &flow, chosen, arena, err);
    if (status == FL_EINTERNAL)
        return fl_error_set(err, FL_EINVAL, NULL, "the columns that are 1 are no path for every user");
    FL_TRY(status);
    FL_TRY(judge(out, instance, arena, err));
    out->claimed = claim_of(&solution, &flow, &out->verdict);
    return FL_OK;
}
