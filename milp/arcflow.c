/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/arcflow.h"

#include "core/tolerance.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Building: user by user and layer by layer, so that only vertices that a path reaches get a row and arcs out
 * of them */

/** What is known while the columns of one layer of one unit are added. */
typedef struct building {
    fl_arcflow *flow;
    const fl_aim *aim;
    bool limited, sliced, admission; /* which of the rules there are */
    const fl_layers *at;             /* [levels] the application's layers, at each level of its slices */
    int *slice;                      /* [n_nodes] the application's slices of each node, -1: none */
    fl_unit *unit;
    const char *name;      /* of the unit: "a1" or "a1_u2" */
    double weight;         /* of the unit's energy in the objective */
    int *tail, *head;      /* [n_nodes] rows of the vertices before and in this layer, -1: not reached */
    int *reserve;          /* [n_slices * levels] columns */
    int *use;              /* [n_slices * levels] rows of this layer, -1: none yet */
    double visits;         /* runs of the block per second, users and reach included */
    double ops, final_ops; /* of the block and its exit's head, going on and stopping */
    double bits, memory;
    char text[32];
} building;

/** A cost of one arc and what it takes of every limit, as shares of them. */
typedef struct arc_use {
    fl_cost cost; /* J weighted, s */
    double deadline, capacity, memory, link;
} arc_use;

bool fl_arcflow_limited(const fl_instance *instance) {
    unsigned limits =
        (unsigned)FL_FEATURE_CAPACITY | (unsigned)FL_FEATURE_MEMORY | (unsigned)FL_FEATURE_SLICES;
    return (instance->features & limits) != 0;
}

/** The most levels that an application has of any node; 1 when slices do not count. */
static int count_levels(const fl_instance *instance, const fl_app *app) {
    int most = 1;
    if (!(instance->features & FL_FEATURE_SLICES)) return most;
    for (int i = 0; i < app->n_slices; i++)
        most = app->slices[i].n_levels > most ? app->slices[i].n_levels : most;
    return most;
}

/** How many units an application has. */
static int count_units(const fl_instance *instance, const fl_app *app) {
    return fl_arcflow_limited(instance) ? app->count : 1;
}

double fl_arcflow_size(const fl_instance *instance, const fl_layers *layers) {
    double size = 0, n_nodes = instance->system.n_nodes;
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        double arcs = n_nodes * n_nodes * layers[h].n_layers * count_levels(instance, app);
        size += count_units(instance, app) * arcs;
    }
    return size;
}

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

/** Room for all units; they are filled in as they are built. */
static void new_units(fl_arcflow *flow, fl_arena *arena) {
    long long n = 0;
    for (int h = 0; h < flow->instance->n_apps; h++)
        n += count_units(flow->instance, &flow->instance->apps[h]);
    flow->unit = FL_NEW(arena, n, fl_unit);
}

static fl_status start(fl_arcflow *flow, building *now, const fl_aim *aim, fl_arena *arena, fl_error *err) {
    const fl_instance *instance = flow->instance;
    size_t n_nodes = (size_t)instance->system.n_nodes;
    fl_model_init(&flow->model, arena);
    flow->model.implied = true; /* no more than one unit flows anywhere */
    flow->refused = -1;
    new_units(flow, arena);
    flow->capacity = new_rows(arena, n_nodes);
    flow->memory = new_rows(arena, n_nodes);
    flow->share = new_rows(arena, n_nodes);
    *now = (building){.flow = flow,
                      .aim = aim,
                      .limited = fl_arcflow_limited(instance),
                      .sliced = (instance->features & FL_FEATURE_SLICES) != 0,
                      .admission = instance->admission,
                      .slice = new_rows(arena, n_nodes),
                      .tail = new_rows(arena, n_nodes),
                      .head = new_rows(arena, n_nodes)};
    if (now->limited && links_have_capacity(&instance->system))
        flow->link = new_rows(arena, n_nodes * n_nodes);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

/** Its share of all inferences: the objective is the mean energy per inference. 1 for the only
 *  application. */
static double app_weight(const fl_instance *instance, int app, int count) {
    double all = 0;
    for (int h = 0; h < instance->n_apps; h++) all += instance->apps[h].count * instance->apps[h].rate;
    return count * instance->apps[app].rate / all;
}

/* Columns and their entries in the rows of limits */

static int add_column(building *now, double cost, const fl_arc *arc, const char *name) {
    fl_arcflow *flow = now->flow;
    fl_model *model = &flow->model;
    int column = fl_model_add_column(model, cost, "%s", name);
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

/* Arcs */

static void enter_layer(building *now, int l) {
    const fl_app *app = &now->flow->instance->apps[now->unit->app];
    int exit = now->at->layer[l].exit, *reached = now->head;
    now->head = now->tail;
    now->tail = reached;
    for (int n = 0; n < now->at->n_nodes; n++) now->head[n] = -1;
    for (int i = 0; i < app->n_slices * count_levels(now->flow->instance, app) && now->sliced; i++)
        now->use[i] = -1;
    now->visits = now->unit->count * app->rate * fl_cost_reach(app, l);
    now->ops = fl_cost_ops(app, l, app->n_exits);
    now->final_ops = exit >= 0 ? fl_cost_ops(app, l, exit) : 0;
    now->bits = fl_cost_bits(app, l);
    now->memory = now->unit->count * app->blocks[l].memory;
}

/** How much of its limit a load takes: 0 when there is no limit. */
static double share(double load, double limit) {
    return isfinite(limit) ? load / limit : 0;
}

/** What an arc costs and takes; false when there is none, or when it can be in no wanted plan for itself. */
static bool weigh_arc(arc_use *out, const building *now, const fl_arc *arc) {
    const fl_instance *instance = now->flow->instance;
    const fl_node *node = &instance->system.nodes[arc->to];
    bool final = arc->exit >= 0, shared = now->limited && now->slice[arc->to] < 0;
    const fl_layers *layers = &now->at[arc->level > 0 ? arc->level : 0];
    *out = (arc_use){0};
    if (!fl_layers_arc(layers, arc->block, arc->from, arc->to, final, &out->cost)) return false;
    out->cost.energy *= now->weight;
    out->deadline = out->cost.latency / instance->apps[now->unit->app].deadline;
    if (shared) out->capacity = share(now->visits * (final ? now->final_ops : now->ops), node->capacity);
    if (now->limited) out->memory = share(now->memory, node->memory);
    if (now->flow->link != NULL && arc->from != arc->to)
        out->link = share(now->visits * now->bits, fl_instance_link(instance, arc->from, arc->to)->capacity);
    double largest = fmax(fmax(out->deadline, out->capacity), fmax(out->memory, out->link));
    bool useless = largest > 1 + 2 * FL_TOLERANCE_LIMIT; /* in between rounding matters: the row decides */
    return !useless && out->cost.energy <= now->aim->most * (1 + FL_TOLERANCE_EQUAL);
}

static const char *name_arc(char *out, size_t size, const building *now, const fl_arc *arc) {
    int used = snprintf(out, size, "x_%s_b%d_n%d_n%d", now->name, arc->block + 1, arc->from + 1, arc->to + 1);
    if (arc->level >= 0) used += snprintf(out + used, size - (size_t)used, "_s%d", arc->level + 1);
    if (arc->exit >= 0) snprintf(out + used, size - (size_t)used, "_e%d", arc->exit + 1);
    return out;
}

/** No arc of a level is used without its being reserved. */
static void add_use(building *now, const fl_arc *arc, int column) {
    fl_model *model = &now->flow->model;
    const fl_instance *instance = now->flow->instance;
    int levels = count_levels(instance, &instance->apps[now->unit->app]);
    int at = now->slice[arc->to] * levels + arc->level;
    if (now->use[at] < 0) {
        now->use[at] = fl_model_add_row(model, FL_SENSE_AT_MOST, 0, "use_%s_b%d_n%d_s%d", now->name,
                                        arc->block + 1, arc->to + 1, arc->level + 1);
        fl_model_add_entry(model, now->use[at], now->reserve[at], -1);
    }
    fl_model_add_entry(model, now->use[at], column, 1);
}

/** Add the arc unless it is useless: out of its tail, into its head, and its shares of the limits. */
static void add_arc(building *now, const fl_arc *arc) {
    fl_arcflow *flow = now->flow;
    fl_model *model = &flow->model;
    arc_use use;
    char name[FL_MODEL_NAME_MOST];
    if (!weigh_arc(&use, now, arc)) return;
    double cost = now->aim->first == FL_AIM_REFUSED ? 0 : use.cost.energy;
    int column = add_column(now, cost, arc, name_arc(name, sizeof name, now, arc));
    fl_model_add_entry(model, now->tail[arc->from], column, arc->block == 0 ? 1 : -1);
    if (arc->exit < 0) {
        int *head = &now->head[arc->to];
        if (*head < 0) {
            *head = fl_model_add_row(model, FL_SENSE_EQUAL, 0, "flow_%s_b%d_n%d", now->name, arc->block + 1,
                                     arc->to + 1);
        }
        fl_model_add_entry(model, *head, column, 1);
    }
    if (arc->level >= 0) add_use(now, arc, column);
    fl_model_add_entry(model, now->unit->deadline, column, use.deadline);
    add_share(flow, &flow->capacity[arc->to], column, use.capacity, "capacity", arc->to);
    add_share(flow, &flow->memory[arc->to], column, use.memory, "memory", arc->to);
    add_link_share(flow, arc, column, use.link);
}

/** The arcs from a to b in layer l: going on and stopping, at each level of b. */
static void add_arcs(building *now, int l, int a, int b) {
    const fl_unit *unit = now->unit;
    const fl_app *app = &now->flow->instance->apps[unit->app];
    int exit = now->at->layer[l].exit, slice = now->slice[b];
    fl_arc arc = {
        .unit = (int)(unit - now->flow->unit), .slot = unit->slot + l, .block = l, .from = a, .to = b};
    for (int level = slice < 0 ? -1 : 0; level < (slice < 0 ? 0 : app->slices[slice].n_levels); level++) {
        arc.level = level;
        arc.exit = -1;
        if (l + 1 < now->at->n_layers) add_arc(now, &arc);
        arc.exit = exit;
        if (exit >= 0) add_arc(now, &arc);
    }
}

/* Units */

/** Columns for each level of each sliced node, at most one of which is reserved. */
static void add_reserves(building *now) {
    fl_arcflow *flow = now->flow;
    fl_unit *unit = now->unit;
    const fl_app *app = &flow->instance->apps[unit->app];
    int levels = count_levels(flow->instance, app);
    char name[64];
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        int n = slices->node,
            row = fl_model_add_row(&flow->model, FL_SENSE_AT_MOST, 1, "level_%s_n%d", now->name, n + 1);
        for (int k = 0; k < slices->n_levels; k++) {
            fl_arc arc = {(int)(unit - flow->unit), unit->slot + now->at->n_layers + i, -1, -1, n, k, -1};
            snprintf(name, sizeof name, "reserve_%s_n%d_s%d", now->name, n + 1, k + 1);
            int column = now->reserve[i * levels + k] = add_column(now, 0, &arc, name);
            fl_model_add_entry(&flow->model, row, column, 1);
            add_share(flow, &flow->share[n], column, unit->count * slices->levels[k], "share", n);
        }
    }
}

/** A column that takes the place of the path. */
static void add_refusal(building *now, int source) {
    fl_unit *unit = now->unit;
    fl_arc arc = {(int)(unit - now->flow->unit), now->flow->n_slots++, -1, -1, -1, -1, -1};
    double cost = now->aim->first == FL_AIM_REFUSED ? unit->count : 0;
    char name[64];
    snprintf(name, sizeof name, "refuse_%s", now->name);
    unit->refuse = add_column(now, cost, &arc, name);
    fl_model_add_entry(&now->flow->model, source, unit->refuse, 1);
}

static void add_unit(building *now) {
    fl_model *model = &now->flow->model;
    const fl_layers *layers = now->at;
    fl_unit *unit = now->unit;
    now->weight = app_weight(now->flow->instance, unit->app, unit->count);
    for (int n = 0; n < layers->n_nodes; n++) now->head[n] = -1;
    int source = fl_model_add_row(model, FL_SENSE_EQUAL, 1, "flow_%s_source", now->name);
    now->head[layers->source] = source;
    unit->deadline =
        fl_model_add_row(model, FL_SENSE_AT_MOST, 1 + FL_TOLERANCE_DEADLINE, "deadline_%s", now->name);
    if (now->sliced) add_reserves(now);
    for (int l = 0; l < layers->n_layers; l++) {
        enter_layer(now, l);
        for (int a = 0; a < layers->n_nodes; a++) {
            if (now->tail[a] < 0) continue;
            for (int b = 0; b < layers->n_nodes; b++) add_arcs(now, l, a, b);
        }
    }
    if (now->admission) add_refusal(now, source);
    unit->n_columns = model->n_columns - unit->first;
}

/** The application's layers at each level of its slices; a node with fewer levels gets its last. */
static fl_status build_levels(building *now, int app, fl_arena *arena, fl_error *err) {
    const fl_instance *instance = now->flow->instance;
    const fl_app *of = &instance->apps[app];
    int n = count_levels(instance, of);
    now->at = &now->flow->layers[app];
    for (int i = 0; i < instance->system.n_nodes; i++) now->slice[i] = -1;
    if (!now->sliced || of->n_slices == 0) return FL_OK;
    fl_layers *at = FL_NEW(arena, n, fl_layers);
    int *level = FL_NEW(arena, of->n_slices, int);
    now->reserve = FL_NEW(arena, n * of->n_slices, int);
    now->use = FL_NEW(arena, n * of->n_slices, int);
    if (arena->failed) return fl_arena_error(arena, err);
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < of->n_slices; i++) {
            int last = of->slices[i].n_levels - 1;
            level[i] = k < last ? k : last;
            now->slice[of->slices[i].node] = i;
        }
        FL_TRY(fl_layers_build_at(&at[k], instance, app, level, arena, err));
    }
    now->at = at;
    return FL_OK;
}

static fl_status add_app(building *now, int app, fl_arena *arena, fl_error *err) {
    fl_arcflow *flow = now->flow;
    const fl_app *of = &flow->instance->apps[app];
    int n = count_units(flow->instance, of);
    FL_TRY(build_levels(now, app, arena, err));
    for (int i = 0; i < n && !arena->failed; i++) {
        int together = snprintf(now->text, sizeof now->text, "a%d", app + 1);
        if (n > 1) snprintf(now->text + together, sizeof now->text - (size_t)together, "_u%d", i + 1);
        now->name = now->text;
        now->unit = &flow->unit[flow->n_units++];
        *now->unit = (fl_unit){.app = app,
                               .user = n > 1 ? i : -1,
                               .count = n > 1 ? 1 : of->count,
                               .first = flow->model.n_columns,
                               .slot = flow->n_slots,
                               .refuse = -1};
        flow->n_slots += now->at->n_layers + (now->sliced ? of->n_slices : 0);
        add_unit(now);
    }
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

/* The whole */

/** Refusing one user costs more than all energy could save: more than each layer's dearest arc together. */
static void weigh_refusals(fl_arcflow *flow, fl_arena *arena) {
    double *dearest = FL_ZERO(arena, flow->n_slots, double), all = 0;
    if (dearest == NULL) return;
    for (int j = 0; j < flow->n_arcs; j++)
        dearest[flow->arc[j].slot] = fmax(dearest[flow->arc[j].slot], flow->model.column[j].cost);
    for (int i = 0; i < flow->n_slots; i++) all += dearest[i];
    flow->refusal = all > 0 ? ldexp(1, ilogb(all) + 1) : 1;
    for (int u = 0; u < flow->n_units; u++)
        flow->model.column[flow->unit[u].refuse].cost = flow->refusal * flow->unit[u].count;
}

/** No more users than `most` are refused. */
static void limit_refusals(fl_arcflow *flow, long long most) {
    fl_model *model = &flow->model;
    if (most > 0) flow->refused = fl_model_add_row(model, FL_SENSE_AT_MOST, 1, "refused");
    for (int u = 0; u < flow->n_units; u++) {
        const fl_unit *unit = &flow->unit[u];
        if (unit->count > most) {
            model->column[unit->refuse].most = 0;
        } else {
            fl_model_add_entry(model, flow->refused, unit->refuse, unit->count / (double)most);
        }
    }
}

/** Unit u costs no more than the next, which is alike. */
static void add_order(fl_arcflow *flow, int u, double dearest) {
    fl_model *model = &flow->model;
    const fl_unit *unit = &flow->unit[u];
    int row = fl_model_add_row(model, FL_SENSE_AT_MOST, 0, "order_a%d_u%d", unit->app + 1, unit->user + 1);
    for (int j = 0; j < unit->n_columns; j++) {
        double share = model->column[unit->first + j].cost / dearest;
        fl_model_add_entry(model, row, unit->first + j, share);
        fl_model_add_entry(model, row, unit[1].first + j, -share);
    }
}

/** Users who are alike stand in order of what they cost: else each plan would be there in many guises. */
static void order_units(fl_arcflow *flow) {
    for (int u = 0; u + 1 < flow->n_units; u++) {
        const fl_unit *unit = &flow->unit[u];
        double dearest = 0;
        if (unit[1].app != unit->app || flow->model.arena->failed) continue;
        for (int j = 0; j < unit->n_columns; j++)
            dearest = fmax(dearest, flow->model.column[unit->first + j].cost);
        if (dearest > 0) add_order(flow, u, dearest);
    }
}

fl_status fl_arcflow_build(fl_arcflow *out, const fl_instance *instance, const fl_layers *layers,
                           const fl_aim *aim, fl_arena *arena, fl_error *err) {
    building now;
    *out = (fl_arcflow){.instance = instance, .layers = layers};
    FL_TRY(start(out, &now, aim, arena, err));
    for (int h = 0; h < instance->n_apps; h++) FL_TRY(add_app(&now, h, arena, err));
    if (instance->admission && aim->first == FL_AIM_BOTH) weigh_refusals(out, arena);
    if (instance->admission && aim->first == FL_AIM_ENERGY) limit_refusals(out, aim->refused);
    order_units(out);
    if (arena->failed) return fl_arena_error(arena, err);
    fl_model_rescale(&out->model);
    return FL_OK;
}
