/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Solutions of the arc-flow model: as plans, from plans, and cut off. */
#include "milp/arcflow.h"

#include <math.h>
#include <string.h>

/** The chosen column of each slot, -1: none; false when one has two. */
static bool find_chosen(int *at, const fl_arcflow *flow, const bool *chosen) {
    bool sound = true;
    for (int i = 0; i < flow->n_slots; i++) at[i] = -1;
    for (int j = 0; j < flow->n_arcs; j++) {
        if (!chosen[j]) continue;
        sound = sound && at[flow->arc[j].slot] < 0;
        at[flow->arc[j].slot] = j;
    }
    return sound;
}

/* As a plan */

/** The larger of what an arc into node `to` says is reserved there and of what was said before. */
static void take_level(int *levels, const fl_app *app, const fl_arc *arc) {
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        if (slices->node != arc->to) continue;
        if (levels[i] < 0 || slices->levels[arc->level] > slices->levels[levels[i]]) levels[i] = arc->level;
    }
}

/** Follow one unit's columns from its source to its exit; false when they break off.
 *  @param arcs  [depth] scratch */
static bool follow(fl_placement *out, const fl_arcflow *flow, const fl_unit *unit, const int *at, int *arcs) {
    const fl_app *app = &flow->instance->apps[unit->app];
    const fl_extended *graph = NULL;
    int state = 0;
    for (int i = 0; i < app->n_slices && out->levels != NULL; i++) out->levels[i] = -1;
    for (int l = 0; l < flow->graphs->apps[unit->app].depth; l++) {
        const fl_arc *arc = at[unit->slot + l] < 0 ? NULL : &flow->arc[at[unit->slot + l]];
        if (arc == NULL || arc->state != state || (graph != NULL && arc->threshold != graph->threshold))
            return false;
        graph = fl_graphs_at(flow->graphs, unit->app, arc->threshold, 0);
        arcs[l] = arc->arc;
        state = graph->arcs[arc->arc].to;
        if (arc->level >= 0) take_level(out->levels, app, arc);
        if (arc->exit >= 0) {
            fl_extended_place(out, graph, arcs);
            return true;
        }
    }
    return false;
}

/** Room for a placement; without levels, the largest are meant. */
static fl_status new_placement(fl_placement *out, const fl_arcflow *flow, int app, fl_arena *arena,
                               fl_error *err) {
    const fl_app *of = &flow->instance->apps[app];
    *out = (fl_placement){.nodes = FL_NEW(arena, of->n_blocks, int),
                          .codings = FL_NEW(arena, of->n_blocks, int),
                          .off = FL_NEW(arena, of->n_exits, bool),
                          .threshold = -1};
    if (flow->instance->features & FL_FEATURE_SLICES) out->levels = FL_NEW(arena, of->n_slices, int);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

static bool refused(const fl_unit *unit, const bool *chosen) {
    return unit->refuse >= 0 && chosen[unit->refuse];
}

fl_status fl_arcflow_plan(fl_plan *out, const fl_arcflow *flow, const bool *chosen, fl_arena *arena,
                          fl_error *err) {
    const fl_instance *instance = flow->instance;
    int *at = FL_NEW(arena, flow->n_slots, int), *arcs = FL_NEW(arena, flow->n_slots, int);
    FL_TRY(fl_plan_create(out, instance, arena, err));
    if (at == NULL || arcs == NULL) return fl_arena_error(arena, err);
    bool sound = find_chosen(at, flow, chosen);
    for (int u = 0; u < flow->n_units && sound; u++) {
        const fl_unit *unit = &flow->unit[u];
        fl_placement path;
        if (refused(unit, chosen)) continue;
        FL_TRY(new_placement(&path, flow, unit->app, arena, err));
        sound = follow(&path, flow, unit, at, arcs);
        if (sound) FL_TRY(fl_plan_add_like(out, instance, unit->app, unit->count, &path, arena, err));
    }
    return sound ? FL_OK : fl_error_set(err, FL_EINTERNAL, NULL, "the MILP solver's answer is no path");
}

/* From a plan */

static int level_at(const fl_app *app, const fl_placement *placement, int node) {
    for (int i = 0; i < app->n_slices; i++) {
        if (app->slices[i].node == node) return placement->levels[i];
    }
    return -1;
}

/** Whether a placement comes through the state. */
static bool passes(const fl_extended_state *state, const fl_placement *placement, const fl_app *app) {
    int start = state->block;
    fl_exits_used used = fl_plan_exits(placement, app);
    if (state->block < 0) return true;
    while (start > 0 && placement->nodes[start - 1] == state->node) start--;
    bool same_run = state->start < 0 || state->start == start;
    return placement->nodes[state->block] == state->node && same_run &&
           state->last == fl_choices_last(app, &used, state->block + 1);
}

/** Whether the exit behind a block that is not the last is used in this way. */
static bool uses_exit(const fl_placement *placement, const fl_app *app, int block, fl_exit_use use) {
    int exit = fl_cost_exit_after(app, block);
    if (exit < 0) return use == FL_EXIT_NONE;
    fl_exits_used used = fl_plan_exits(placement, app);
    return use == (fl_choices_off(&used, exit) ? FL_EXIT_OFF : FL_EXIT_ACTIVE);
}

/** Whether a placement uses the column. */
static bool uses(const fl_arcflow *flow, const fl_placement *placement, const fl_arc *arc) {
    const fl_unit *unit = &flow->unit[arc->unit];
    const fl_app *app = &flow->instance->apps[unit->app];
    int depth = fl_plan_depth(placement, flow->instance, unit->app), l = arc->block;
    if (placement->exit < 0) return arc->to < 0;
    if (l < 0) return arc->to >= 0 && level_at(app, placement, arc->to) == arc->level;
    if (l >= depth || arc->to != placement->nodes[l]) return false;
    if (arc->threshold != (app->n_thresholds > 0 ? placement->threshold : -1)) return false;
    if (arc->level >= 0 && arc->level != level_at(app, placement, arc->to)) return false;
    const fl_extended *graph = fl_graphs_at(flow->graphs, unit->app, arc->threshold, 0);
    const fl_extended_arc *of = &graph->arcs[arc->arc];
    if (of->coding != fl_plan_coding(placement, l)) return false;
    if (!passes(&graph->states[arc->state], placement, app)) return false;
    if (l == depth - 1) return arc->exit == placement->exit;
    return arc->exit < 0 && uses_exit(placement, app, l, of->exit);
}

/** Choose a unit's columns; false when one is not there. */
static bool choose_unit(bool *chosen, const fl_arcflow *flow, const fl_unit *unit,
                        const fl_placement *placement) {
    int found = 0, depth = fl_plan_depth(placement, flow->instance, unit->app);
    for (int j = unit->first; j < unit->first + unit->n_columns; j++) {
        chosen[j] = flow->model.column[j].most > 0 && uses(flow, placement, &flow->arc[j]);
        if (chosen[j] && (flow->arc[j].block >= 0 || j == unit->refuse)) found++;
    }
    return found == (placement->exit < 0 ? 1 : depth);
}

static double cost_of(const fl_arcflow *flow, const fl_unit *unit, const bool *chosen) {
    double cost = 0;
    for (int j = unit->first; j < unit->first + unit->n_columns; j++)
        if (chosen[j]) cost += flow->model.column[j].cost;
    return cost;
}

static void swap_units(bool *chosen, const fl_unit *one, const fl_unit *other) {
    for (int j = 0; j < one->n_columns; j++) {
        bool kept = chosen[one->first + j];
        chosen[one->first + j] = chosen[other->first + j];
        chosen[other->first + j] = kept;
    }
}

/** Bring users who are alike into the order that the rows ask for. */
static void sort_units(bool *chosen, const fl_arcflow *flow) {
    for (int u = 1; u < flow->n_units; u++) {
        const fl_unit *unit = &flow->unit[u];
        double cost = cost_of(flow, unit, chosen);
        for (; unit > flow->unit && unit[-1].app == unit->app; unit--) {
            if (cost_of(flow, unit - 1, chosen) <= cost) break;
            swap_units(chosen, unit - 1, unit);
        }
    }
}

fl_status fl_arcflow_choose(bool **chosen, const fl_arcflow *flow, const fl_plan *plan, fl_arena *arena,
                            fl_error *err) {
    static const fl_placement nowhere = {.exit = -1};
    const fl_placement *at = NULL;
    bool *out = FL_ZERO(arena, flow->model.n_columns, bool), whole = true;
    *chosen = NULL;
    if (out == NULL) return fl_arena_error(arena, err);
    for (int u = 0, left = 0; u < flow->n_units && whole; u++) {
        const fl_unit *unit = &flow->unit[u];
        if (u == 0 || unit[-1].app != unit->app) {
            at = &plan->apps[unit->app];
            left = at->count;
        }
        while (at->more != NULL && left == 0) {
            at = at->more;
            left = at->count;
        }
        whole = (left == 0 || left >= unit->count) && choose_unit(out, flow, unit, left > 0 ? at : &nowhere);
        left -= left > 0 ? unit->count : 0;
    }
    if (whole) sort_units(out, flow);
    if (whole) *chosen = out;
    return FL_OK;
}

/* Cutting a solution off */

int fl_arcflow_ones(const fl_arcflow *flow) {
    int ones = 0;
    for (int u = 0; u < flow->n_units; u++) {
        const fl_unit *unit = &flow->unit[u];
        int reserved = -1, deepest = -1; /* each graph's slots ascend from the first, those of levels too */
        for (int j = unit->first; j < unit->first + unit->n_columns; j++) {
            const fl_arc *arc = &flow->arc[j];
            int *counted = arc->block < 0 ? &reserved : &deepest;
            if (flow->model.column[j].most == 0 || arc->slot <= *counted || j == unit->refuse) continue;
            *counted = arc->slot;
            ones++;
        }
        ones += reserved < 0 && deepest < 0; /* nothing but refusal */
    }
    return ones;
}

/** The row of its own, deadline or accuracy, by which a unit is bound. */
static int own_row(const fl_unit *unit, fl_violation_kind kind) {
    return kind == FL_VIOLATION_DEADLINE ? unit->deadline : unit->accuracy;
}

/** The row of this kind that is most overrun by the application's users; -1: there is none. */
static int worst_row(const fl_arcflow *flow, int app, fl_violation_kind kind, const bool *chosen) {
    const fl_model *model = &flow->model;
    int best = -1;
    double most = -INFINITY;
    for (int u = 0; u < flow->n_units; u++) {
        int row = own_row(&flow->unit[u], kind);
        if (flow->unit[u].app != app || row < 0) continue;
        double used = 0;
        for (int k = 0; k < model->n_entries; k++) {
            const fl_entry *entry = &model->entry[k];
            if (entry->row == row && entry->column < flow->n_arcs && chosen[entry->column])
                used += entry->value;
        }
        if (used <= most) continue;
        most = used;
        best = row;
    }
    return best;
}

int fl_arcflow_row(const fl_arcflow *flow, const fl_violation *violation, const bool *chosen) {
    int from = violation->from, to = violation->to, n_nodes = flow->instance->system.n_nodes;
    switch (violation->kind) {
    case FL_VIOLATION_DEADLINE:
    case FL_VIOLATION_ACCURACY:
        return worst_row(flow, violation->app, violation->kind, chosen);
    case FL_VIOLATION_CAPACITY:
        return flow->capacity[to];
    case FL_VIOLATION_MEMORY:
        return flow->memory[to];
    case FL_VIOLATION_SHARE:
        return flow->share[to];
    case FL_VIOLATION_LINK_CAPACITY:
        return flow->link == NULL ? -1 : flow->link[(size_t)from * (size_t)n_nodes + (size_t)to];
    default:
        return -1;
    }
}

/** Whether a column tells this solution from others: reserving does not. */
static bool tells(const fl_arcflow *flow, int column) {
    const fl_arc *arc = &flow->arc[column];
    return arc->block >= 0 || arc->to < 0;
}

/** The same arc, at whatever level. */
static bool same(const fl_arc *one, const fl_arc *two) {
    return one->threshold == two->threshold && one->arc == two->arc;
}

/** Forbid the solution with each column moved `shift` columns on, to another user of the application. */
static void add_cut(fl_arcflow *flow, const int *at, const double *use, int shift, int row) {
    fl_model *model = &flow->model;
    int slots = 0, cut = fl_model_add_row(model, FL_SENSE_AT_MOST, 0, "cut_%d", ++flow->n_cuts);
    for (int j = 0; j < flow->n_arcs; j++) {
        int own = at[flow->arc[j].slot];
        bool counts = own >= 0 && (row < 0 ? tells(flow, own) : use[own] > 0);
        if (counts && (row < 0 ? same(&flow->arc[j], &flow->arc[own]) : use[j] >= use[own]))
            fl_model_add_entry(model, cut, j + shift, 1);
        if (counts && j == own) slots++;
    }
    if (cut >= 0) model->row[cut].rhs = slots - 1;
}

fl_status fl_arcflow_cut(fl_arcflow *flow, const bool *chosen, int row, fl_arena *arena, fl_error *err) {
    fl_model *model = &flow->model;
    const fl_unit *late = NULL;
    int *at = FL_NEW(arena, flow->n_slots, int);
    double *use = FL_ZERO(arena, model->n_columns, double);
    if (at == NULL || use == NULL) return fl_arena_error(arena, err);
    find_chosen(at, flow, chosen);
    for (int k = 0; k < model->n_entries; k++)
        if (model->entry[k].row == row) use[model->entry[k].column] = model->entry[k].value;
    for (int u = 0; u < flow->n_units && row >= 0; u++)
        if (flow->unit[u].deadline == row || flow->unit[u].accuracy == row) late = &flow->unit[u];
    for (int u = 0; u < flow->n_units && late != NULL; u++)
        if (flow->unit[u].app == late->app) add_cut(flow, at, use, flow->unit[u].first - late->first, row);
    if (late == NULL) add_cut(flow, at, use, 0, row);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}
