/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/arcflow.h"

#include "core/tolerance.h"
#include <math.h>
#include <string.h>

/* Building: layer by layer, so that only vertices that a path reaches get a row and arcs out of them */

/** What is known while the arcs of one layer of one application are added. */
typedef struct building {
    fl_arcflow *flow;
    const fl_layers *layers; /* of the application */
    double most;             /* J */
    double weight;           /* of the application's energy in the objective */
    int *tail, *head;        /* [n_nodes] rows of the vertices before and in this layer, -1: not reached */
    double visits;           /* runs of the block per second, users and reach included */
    double ops, final_ops;   /* of the block and its exit's head, going on and stopping */
    double bits, memory;
} building;

/** A cost of one arc and what it takes of every limit, as shares of them. */
typedef struct arc_use {
    fl_cost cost; /* J weighted, s */
    double deadline, capacity, memory, link;
} arc_use;

static int *new_rows(fl_arena *arena, size_t n) {
    int *rows = FL_NEW(arena, n, int);
    for (size_t i = 0; rows != NULL && i < n; i++) rows[i] = -1;
    return rows;
}

static bool links_have_capacity(const fl_system *system) {
    for (int i = 0; i < system->n_links; i++)
        if (isfinite(system->links[i].link.capacity)) return true;
    for (int i = 0; i < system->n_tier_links; i++)
        if (isfinite(system->tier_links[i].link.capacity)) return true;
    return false;
}

static fl_status start(fl_arcflow *flow, building *now, double most, fl_arena *arena, fl_error *err) {
    const fl_system *system = &flow->instance->system;
    size_t n_nodes = (size_t)system->n_nodes;
    fl_model_init(&flow->model, arena);
    flow->model.implied = true; /* no more than one unit flows anywhere */
    flow->deadline = new_rows(arena, (size_t)flow->instance->n_apps);
    flow->capacity = new_rows(arena, n_nodes);
    flow->memory = new_rows(arena, n_nodes);
    bool limited = links_have_capacity(system);
    if (limited) flow->link = new_rows(arena, n_nodes * n_nodes);
    *now = (building){flow, .most = most, .tail = new_rows(arena, n_nodes), .head = new_rows(arena, n_nodes)};
    bool failed = flow->deadline == NULL || flow->capacity == NULL || flow->memory == NULL ||
                  (limited && flow->link == NULL) || now->tail == NULL || now->head == NULL;
    return failed ? fl_arena_error(arena, err) : FL_OK;
}

/** Its share of all inferences: the objective is the mean energy per inference. 1 for the only
 *  application. */
static double app_weight(const fl_instance *instance, int app) {
    double all = 0;
    for (int h = 0; h < instance->n_apps; h++) all += instance->apps[h].count * instance->apps[h].rate;
    return instance->apps[app].count * instance->apps[app].rate / all;
}

static void enter_layer(building *now, const fl_app *app, int l) {
    int exit = now->layers->layer[l].exit, *reached = now->head;
    now->head = now->tail;
    now->tail = reached;
    for (int n = 0; n < now->layers->n_nodes; n++) now->head[n] = -1;
    now->visits = app->count * app->rate * fl_cost_reach(app, l);
    now->ops = fl_cost_ops(app, l, app->n_exits);
    now->final_ops = exit >= 0 ? fl_cost_ops(app, l, exit) : 0;
    now->bits = fl_cost_bits(app, l);
    now->memory = app->count * app->blocks[l].memory;
}

/** How much of its limit a load takes: 0 when there is no limit. */
static double share(double load, double limit) {
    return isfinite(limit) ? load / limit : 0;
}

/** What an arc costs and takes; false when there is none, or when it can be in no wanted plan for itself. */
static bool weigh_arc(arc_use *out, const building *now, const fl_arc *arc) {
    const fl_instance *instance = now->flow->instance;
    const fl_node *node = &instance->system.nodes[arc->to];
    bool final = arc->exit >= 0;
    if (!fl_layers_arc(now->layers, arc->block, arc->from, arc->to, final, &out->cost)) return false;
    out->cost.energy *= now->weight;
    out->deadline = out->cost.latency / instance->apps[arc->app].deadline;
    out->capacity = share(now->visits * (final ? now->final_ops : now->ops), node->capacity);
    out->memory = share(now->memory, node->memory);
    out->link = 0;
    if (now->flow->link != NULL && arc->from != arc->to)
        out->link = share(now->visits * now->bits, fl_instance_link(instance, arc->from, arc->to)->capacity);
    double largest = fmax(fmax(out->deadline, out->capacity), fmax(out->memory, out->link));
    bool useless = largest > 1 + 2 * FL_TOLERANCE_LIMIT; /* in between rounding matters: the row decides */
    return !useless && out->cost.energy <= now->most * (1 + FL_TOLERANCE_EQUAL);
}

static int add_column(fl_arcflow *flow, const fl_arc *arc, double energy) {
    fl_model *model = &flow->model;
    int a = arc->app + 1, b = arc->block + 1, from = arc->from + 1, to = arc->to + 1;
    int column = arc->exit < 0 ? fl_model_add_column(model, energy, "x_a%d_b%d_n%d_n%d", a, b, from, to)
                               : fl_model_add_column(model, energy, "x_a%d_b%d_n%d_n%d_e%d", a, b, from, to,
                                                     arc->exit + 1);
    if (column < 0) return -1;
    if (flow->arc_room != model->column_room) {
        fl_arc *copy = FL_NEW(model->arena, model->column_room, fl_arc);
        if (copy == NULL) return -1;
        if (column > 0) memcpy(copy, flow->arc, (size_t)column * sizeof *copy);
        flow->arc = copy;
        flow->arc_room = model->column_room;
    }
    flow->arc[column] = *arc;
    flow->n_arcs++;
    return column;
}

/** Add a coefficient to the row of a limit, which is made when it is needed first. */
static void add_share(fl_arcflow *flow, int *row, int column, double value, const char *kind, int node) {
    if (value == 0) return;
    if (*row < 0) {
        *row = fl_model_add_row(&flow->model, FL_SENSE_AT_MOST, 1 + FL_TOLERANCE_LIMIT, "%s_n%d", kind,
                                node + 1);
    }
    fl_model_add_entry(&flow->model, *row, column, value);
}

static void add_link_share(fl_arcflow *flow, const fl_arc *arc, int column, double value) {
    if (value == 0) return;
    int *row = &flow->link[(size_t)arc->from * (size_t)flow->instance->system.n_nodes + (size_t)arc->to];
    if (*row < 0) {
        *row = fl_model_add_row(&flow->model, FL_SENSE_AT_MOST, 1 + FL_TOLERANCE_LIMIT, "link_n%d_n%d",
                                arc->from + 1, arc->to + 1);
    }
    fl_model_add_entry(&flow->model, *row, column, value);
}

/** Add the arc unless it is useless: out of its tail, into its head, and its shares of the limits. */
static void add_arc(building *now, const fl_arc *arc) {
    fl_arcflow *flow = now->flow;
    fl_model *model = &flow->model;
    arc_use use;
    if (!weigh_arc(&use, now, arc)) return;
    int column = add_column(flow, arc, use.cost.energy);
    fl_model_add_entry(model, now->tail[arc->from], column, arc->block == 0 ? 1 : -1);
    if (arc->exit < 0) {
        int *head = &now->head[arc->to];
        if (*head < 0) {
            *head = fl_model_add_row(model, FL_SENSE_EQUAL, 0, "flow_a%d_b%d_n%d", arc->app + 1,
                                     arc->block + 1, arc->to + 1);
        }
        fl_model_add_entry(model, *head, column, 1);
    }
    fl_model_add_entry(model, flow->deadline[arc->app], column, use.deadline);
    add_share(flow, &flow->capacity[arc->to], column, use.capacity, "capacity", arc->to);
    add_share(flow, &flow->memory[arc->to], column, use.memory, "memory", arc->to);
    add_link_share(flow, arc, column, use.link);
}

static void add_app(building *now, const fl_layers *layers) {
    fl_arcflow *flow = now->flow;
    fl_model *model = &flow->model;
    int h = layers->app;
    now->layers = layers;
    now->weight = app_weight(flow->instance, h);
    flow->depth += layers->n_layers;
    for (int n = 0; n < layers->n_nodes; n++) now->head[n] = -1;
    now->head[layers->source] = fl_model_add_row(model, FL_SENSE_EQUAL, 1, "flow_a%d_source", h + 1);
    flow->deadline[h] =
        fl_model_add_row(model, FL_SENSE_AT_MOST, 1 + FL_TOLERANCE_DEADLINE, "deadline_a%d", h + 1);
    for (int l = 0; l < layers->n_layers; l++) {
        enter_layer(now, &flow->instance->apps[h], l);
        int exit = layers->layer[l].exit;
        for (int a = 0; a < layers->n_nodes; a++) {
            if (now->tail[a] < 0) continue;
            for (int b = 0; b < layers->n_nodes; b++) {
                if (l + 1 < layers->n_layers) add_arc(now, &(fl_arc){h, l, a, b, -1});
                if (exit >= 0) add_arc(now, &(fl_arc){h, l, a, b, exit});
            }
        }
    }
}

fl_status fl_arcflow_build(fl_arcflow *out, const fl_instance *instance, const fl_layers *layers, double most,
                           fl_arena *arena, fl_error *err) {
    building now;
    *out = (fl_arcflow){.instance = instance, .layers = layers};
    FL_TRY(start(out, &now, most, arena, err));
    for (int h = 0; h < instance->n_apps; h++) add_app(&now, &layers[h]);
    if (arena->failed) return fl_arena_error(arena, err);
    fl_model_rescale(&out->model);
    return FL_OK;
}

/* Reading a solution */

/** The chosen column of each layer of each application. */
static bool find_paths(int **at, const fl_arcflow *flow, const bool *chosen) {
    for (int j = 0; j < flow->n_arcs; j++) {
        if (!chosen[j]) continue;
        int *column = &at[flow->arc[j].app][flow->arc[j].block];
        if (*column >= 0) return false;
        *column = j;
    }
    return true;
}

static int **new_paths(const fl_arcflow *flow, fl_arena *arena) {
    int **at = FL_NEW(arena, flow->instance->n_apps, int *);
    for (int h = 0; at != NULL && h < flow->instance->n_apps; h++) {
        at[h] = new_rows(arena, (size_t)flow->layers[h].n_layers);
        if (at[h] == NULL) return NULL;
    }
    return at;
}

/** Follow one application's columns from its source to its exit into `nodes`; -1: they break off. */
static int follow(const fl_arcflow *flow, int app, const int *at, int *nodes) {
    int node = flow->layers[app].source;
    for (int l = 0; l < flow->layers[app].n_layers && at[l] >= 0; l++) {
        const fl_arc *arc = &flow->arc[at[l]];
        if (arc->from != node) return -1;
        nodes[l] = node = arc->to;
        if (arc->exit >= 0) return arc->exit;
    }
    return -1;
}

fl_status fl_arcflow_plan(fl_plan *out, const fl_arcflow *flow, const bool *chosen, fl_arena *arena,
                          fl_error *err) {
    int **at = new_paths(flow, arena);
    if (at == NULL) return fl_arena_error(arena, err);
    bool sound = find_paths(at, flow, chosen);
    FL_TRY(fl_plan_create(out, flow->instance, arena, err));
    for (int h = 0; h < flow->instance->n_apps && sound; h++) {
        int *nodes = FL_NEW(arena, flow->layers[h].n_layers, int);
        if (nodes == NULL) return fl_arena_error(arena, err);
        int exit = follow(flow, h, at[h], nodes);
        sound = exit >= 0;
        if (sound) FL_TRY(fl_plan_place(out, flow->instance, h, exit, nodes, arena, err));
    }
    return sound ? FL_OK : fl_error_set(err, FL_EINTERNAL, NULL, "the MILP solver's answer is no path");
}

/* Cutting a solution off */

int fl_arcflow_row(const fl_arcflow *flow, const fl_violation *violation) {
    int from = violation->from, to = violation->to, n_nodes = flow->instance->system.n_nodes;
    switch (violation->kind) {
    case FL_VIOLATION_DEADLINE:
        return flow->deadline[violation->app];
    case FL_VIOLATION_CAPACITY:
        return flow->capacity[to];
    case FL_VIOLATION_MEMORY:
        return flow->memory[to];
    case FL_VIOLATION_LINK_CAPACITY:
        return flow->link == NULL ? -1 : flow->link[(size_t)from * (size_t)n_nodes + (size_t)to];
    default:
        return -1;
    }
}

fl_status fl_arcflow_cut(fl_arcflow *flow, const bool *chosen, int row, fl_arena *arena, fl_error *err) {
    fl_model *model = &flow->model;
    int layers = 0;
    int **at = new_paths(flow, arena);
    double *use = FL_ZERO(arena, model->n_columns, double);
    if (at == NULL || use == NULL) return fl_arena_error(arena, err);
    find_paths(at, flow, chosen);
    for (int k = 0; k < model->n_entries; k++)
        if (model->entry[k].row == row) use[model->entry[k].column] = model->entry[k].value;
    int cut = fl_model_add_row(model, FL_SENSE_AT_MOST, 0, "cut_%d", ++flow->n_cuts);
    for (int j = 0; j < flow->n_arcs; j++) {
        int own = at[flow->arc[j].app][flow->arc[j].block];
        bool counts = own >= 0 && (row < 0 || use[own] > 0);
        if (counts && (j == own || (row >= 0 && use[j] >= use[own]))) fl_model_add_entry(model, cut, j, 1);
        if (counts && j == own) layers++;
    }
    if (arena->failed) return fl_arena_error(arena, err);
    model->row[cut].rhs = layers - 1;
    return FL_OK;
}
