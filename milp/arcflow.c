/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/arcflow.h"

#include "core/tolerance.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Building: user by user and state by state, so that only states that a path reaches get a row and arcs out
 * of them */

/** What is known while the columns of one unit are added. */
typedef struct building {
    fl_arcflow *flow;
    const fl_aim *aim;
    bool limited, sliced; /* which of the rules there are */
    int *slice;           /* [n_nodes] the application's slices of each node, -1: none */
    fl_unit *unit;
    const fl_app *app;
    const fl_graphs_app *graphs;
    const char *name; /* of the unit: "a1" or "a1_u2" */
    double weight;    /* of the unit's energy in the objective */
    int *reserve;     /* [n_slices * levels] columns */
    int *use;         /* [blocks * n_slices * levels] rows, -1: none yet */
    /* of the graph and state at hand: */
    const fl_extended *graph;
    const fl_extended_state *state;
    int *rows;     /* [n_states] of the states, -1: not reached */
    double visits; /* runs of the next block per second, users and reach included */
    char text[32];
} building;

/** A cost of one arc and what it takes of every limit, as shares of them. */
typedef struct arc_use {
    double energy; /* J weighted */
    double deadline, accuracy, capacity, memory, link;
} arc_use;

/** How many units an application has. */
static int count_units(const fl_instance *instance, const fl_app *app) {
    return fl_graphs_apart(instance) ? app->count : 1;
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
                      .limited = fl_graphs_apart(instance),
                      .sliced = (instance->features & FL_FEATURE_SLICES) != 0,
                      .slice = new_rows(arena, n_nodes)};
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
    if (model->arena->failed) return -1; /* arcs and columns would no longer be in step */
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

/** How much of its limit a load takes: 0 when there is no limit. */
static double share(double load, double limit) {
    return isfinite(limit) ? load / limit : 0;
}

/** Operations of the block and of the head that runs with it. */
static double arc_ops(const building *now, int block, fl_exit_use use) {
    int exit = fl_cost_exit_after(now->app, block), threshold = now->graph->threshold;
    bool heads =
        use == FL_EXIT_FINAL ||
        (use == FL_EXIT_ACTIVE && fl_choices_released(now->app, threshold, now->state->last, exit) > 0);
    return now->app->blocks[block].ops + (heads ? now->app->exits[exit].ops : 0);
}

/** What an arc costs and takes; false when it can be in no wanted plan for itself. */
static bool weigh_arc(arc_use *out, const building *now, const fl_arc *arc) {
    const fl_instance *instance = now->flow->instance;
    const fl_node *node = &instance->system.nodes[arc->to];
    int level = arc->level > 0 ? arc->level : 0, app = now->unit->app;
    const fl_extended *graph = fl_graphs_at(now->flow->graphs, app, now->graph->threshold, level);
    const fl_extended_arc *of = &graph->arcs[arc->arc];
    *out = (arc_use){.energy = now->weight * of->energy,
                     .deadline = of->use[FL_USE_LATENCY] / now->app->deadline};
    if (now->unit->accuracy >= 0) out->accuracy = of->use[FL_USE_LOSS] / graph->most[FL_USE_LOSS];
    if (now->limited && now->slice[arc->to] < 0)
        out->capacity = share(now->visits * arc_ops(now, arc->block, of->exit), node->capacity);
    if (now->limited)
        out->memory = share(now->unit->count * now->app->blocks[arc->block].memory, node->memory);
    if (now->flow->link != NULL && arc->from != arc->to)
        out->link = share(now->visits * fl_choices_bits(now->app, arc->block, of->coding),
                          fl_instance_link(instance, arc->from, arc->to)->capacity);
    double largest =
        fmax(fmax(fmax(out->deadline, out->accuracy), out->capacity), fmax(out->memory, out->link));
    bool useless = largest > 1 + 2 * FL_TOLERANCE_LIMIT; /* in between rounding matters: the row decides */
    return !useless && out->energy <= now->aim->most * (1 + FL_TOLERANCE_EQUAL);
}

/** A letter and a number counted from 1, unless the index is -1. */
static int print_part(char *out, size_t size, int used, const char *letter, int index) {
    if (index < 0) return used;
    return used + snprintf(out + used, size - (size_t)used, "_%s%d", letter, index + 1);
}

/** What tells a state from others of its block and node. */
static int print_state(char *out, size_t size, int used, const building *now,
                       const fl_extended_state *state) {
    bool nested = (now->flow->instance->features & FL_FEATURE_CHOICES) != 0;
    used = print_part(out, size, used, "t", now->graph->threshold);
    used = print_part(out, size, used, "r", state->start);
    return print_part(out, size, used, "l", nested ? state->last : -1);
}

static const char *name_arc(char *out, size_t size, const building *now, const fl_arc *arc) {
    const fl_extended_arc *of = &now->graph->arcs[arc->arc];
    int used = snprintf(out, size, "x_%s_b%d_n%d_n%d", now->name, arc->block + 1, arc->from + 1, arc->to + 1);
    used = print_state(out, size, used, now, now->state);
    used = print_part(out, size, used, "c", of->coding);
    used = print_part(out, size, used, "s", arc->level);
    used = print_part(out, size, used, "e", arc->exit);
    if (of->exit == FL_EXIT_OFF) snprintf(out + used, size - (size_t)used, "_off");
    return out;
}

/** The row of the state that an arc leads to, made when it is reached first. */
static int head_row(building *now, int to) {
    const fl_extended_state *state = &now->graph->states[to];
    char name[FL_MODEL_NAME_MOST];
    if (now->rows[to] < 0) {
        int used =
            snprintf(name, sizeof name, "flow_%s_b%d_n%d", now->name, state->block + 1, state->node + 1);
        print_state(name, sizeof name, used, now, state);
        now->rows[to] = fl_model_add_row(&now->flow->model, FL_SENSE_EQUAL, 0, "%s", name);
    }
    return now->rows[to];
}

/** No arc of a level is used without its being reserved. */
static void add_use(building *now, const fl_arc *arc, int column) {
    fl_model *model = &now->flow->model;
    int levels = now->graphs->n_levels, at = now->slice[arc->to] * levels + arc->level;
    int *row = &now->use[arc->block * now->app->n_slices * levels + at];
    if (*row < 0) {
        *row = fl_model_add_row(model, FL_SENSE_AT_MOST, 0, "use_%s_b%d_n%d_s%d", now->name, arc->block + 1,
                                arc->to + 1, arc->level + 1);
        fl_model_add_entry(model, *row, now->reserve[at], -1);
    }
    fl_model_add_entry(model, *row, column, 1);
}

/** Add the arc unless it is useless: out of its tail, into its head, and its shares of the limits. */
static void add_arc(building *now, const fl_arc *arc) {
    fl_arcflow *flow = now->flow;
    fl_model *model = &flow->model;
    arc_use use;
    char name[FL_MODEL_NAME_MOST];
    if (!weigh_arc(&use, now, arc)) return;
    double cost = now->aim->first == FL_AIM_REFUSED ? 0 : use.energy;
    int column = add_column(now, cost, arc, name_arc(name, sizeof name, now, arc));
    fl_model_add_entry(model, now->rows[arc->state], column, arc->block == 0 ? 1 : -1);
    if (arc->exit < 0) fl_model_add_entry(model, head_row(now, now->graph->arcs[arc->arc].to), column, 1);
    if (arc->level >= 0) add_use(now, arc, column);
    fl_model_add_entry(model, now->unit->deadline, column, use.deadline);
    fl_model_add_entry(model, now->unit->accuracy, column, use.accuracy);
    add_share(flow, &flow->capacity[arc->to], column, use.capacity, "capacity", arc->to);
    add_share(flow, &flow->memory[arc->to], column, use.memory, "memory", arc->to);
    add_link_share(flow, arc, column, use.link);
}

/** An arc of the graph, at each level of the node it leads to. */
static void add_levels(building *now, int state, int arc) {
    const fl_unit *unit = now->unit;
    const fl_extended_arc *of = &now->graph->arcs[arc];
    int block = now->state->block + 1, slice = now->slice[of->node];
    fl_arc column = {.unit = (int)(unit - now->flow->unit),
                     .slot = unit->slot + block,
                     .block = block,
                     .from = now->state->node,
                     .to = of->node,
                     .level = -1,
                     .exit = of->exit == FL_EXIT_FINAL ? fl_cost_exit_after(now->app, block) : -1,
                     .threshold = now->graph->threshold,
                     .state = state,
                     .arc = arc};
    if (slice < 0) add_arc(now, &column);
    for (int level = 0; slice >= 0 && level < now->app->slices[slice].n_levels; level++) {
        column.level = level;
        add_arc(now, &column);
    }
}

/** All arcs of the graph at one threshold, states in order: a state's row is there once it is reached. */
static void add_graph(building *now, int threshold, int source) {
    const fl_extended *graph = now->graph = fl_graphs_at(now->flow->graphs, now->unit->app, threshold, 0);
    fl_arena *arena = now->flow->model.arena;
    now->rows = new_rows(arena, (size_t)graph->n_states);
    if (now->rows == NULL) return;
    now->rows[0] = source;
    for (int s = 0; s < graph->n_states && !arena->failed; s++) {
        now->state = &graph->states[s];
        double reach = fl_choices_stay(now->app, threshold, now->state->last);
        now->visits = now->unit->count * now->app->rate * reach;
        for (int i = graph->first[s]; i < graph->first[s + 1] && now->rows[s] >= 0; i++)
            add_levels(now, s, i);
    }
}

/* Units */

/** Columns for each level of each sliced node, at most one of which is reserved. */
static void add_reserves(building *now) {
    fl_arcflow *flow = now->flow;
    fl_unit *unit = now->unit;
    const fl_app *app = now->app;
    int levels = now->graphs->n_levels;
    char name[64];
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        int n = slices->node,
            row = fl_model_add_row(&flow->model, FL_SENSE_AT_MOST, 1, "level_%s_n%d", now->name, n + 1);
        for (int k = 0; k < slices->n_levels; k++) {
            fl_arc arc = {.unit = (int)(unit - flow->unit),
                          .slot = unit->slot + now->graphs->depth + i,
                          .block = -1,
                          .from = -1,
                          .to = n,
                          .level = k,
                          .exit = -1,
                          .arc = -1};
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
    fl_arc arc = {.unit = (int)(unit - now->flow->unit),
                  .slot = now->flow->n_slots++,
                  .block = -1,
                  .from = -1,
                  .to = -1,
                  .level = -1,
                  .exit = -1,
                  .arc = -1};
    double cost = now->aim->first == FL_AIM_REFUSED ? unit->count : 0;
    char name[64];
    snprintf(name, sizeof name, "refuse_%s", now->name);
    unit->refuse = add_column(now, cost, &arc, name);
    fl_model_add_entry(&now->flow->model, source, unit->refuse, 1);
}

/** Whether accuracy depends on more than the final exit. */
static bool needs_accuracy(const building *now) {
    return fl_app_chooses(now->app) && isfinite(now->graphs->graphs->most[FL_USE_LOSS]);
}

static void add_unit(building *now) {
    fl_model *model = &now->flow->model;
    fl_unit *unit = now->unit;
    now->weight = app_weight(now->flow->instance, unit->app, unit->count);
    int source = fl_model_add_row(model, FL_SENSE_EQUAL, 1, "flow_%s_source", now->name);
    unit->deadline =
        fl_model_add_row(model, FL_SENSE_AT_MOST, 1 + FL_TOLERANCE_DEADLINE, "deadline_%s", now->name);
    if (needs_accuracy(now))
        unit->accuracy = fl_model_add_row(model, FL_SENSE_AT_MOST, 1, "accuracy_%s", now->name);
    for (int i = 0; i < now->graphs->depth * now->app->n_slices * now->graphs->n_levels && now->sliced; i++)
        now->use[i] = -1;
    if (now->sliced) add_reserves(now);
    for (int t = 0; t < now->graphs->n_thresholds; t++) add_graph(now, t - 1, source);
    if (now->flow->instance->admission) add_refusal(now, source);
    unit->n_columns = model->n_columns - unit->first;
}

/** Room for what is reserved of the application's slices. */
static fl_status enter_app(building *now, int app, fl_arena *arena, fl_error *err) {
    const fl_instance *instance = now->flow->instance;
    now->app = &instance->apps[app];
    now->graphs = &now->flow->graphs->apps[app];
    for (int i = 0; i < instance->system.n_nodes; i++) now->slice[i] = -1;
    if (!now->sliced || now->app->n_slices == 0) return FL_OK;
    for (int i = 0; i < now->app->n_slices; i++) now->slice[now->app->slices[i].node] = i;
    int reserves = now->app->n_slices * now->graphs->n_levels;
    now->reserve = FL_NEW(arena, reserves, int);
    now->use = FL_NEW(arena, now->graphs->depth * reserves, int);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

static fl_status add_app(building *now, int app, fl_arena *arena, fl_error *err) {
    fl_arcflow *flow = now->flow;
    FL_TRY(enter_app(now, app, arena, err));
    int n = count_units(flow->instance, now->app);
    for (int i = 0; i < n && !arena->failed; i++) {
        int together = snprintf(now->text, sizeof now->text, "a%d", app + 1);
        if (n > 1) snprintf(now->text + together, sizeof now->text - (size_t)together, "_u%d", i + 1);
        now->name = now->text;
        now->unit = &flow->unit[flow->n_units++];
        *now->unit = (fl_unit){.app = app,
                               .user = n > 1 ? i : -1,
                               .count = n > 1 ? 1 : now->app->count,
                               .first = flow->model.n_columns,
                               .slot = flow->n_slots,
                               .accuracy = -1,
                               .refuse = -1};
        flow->n_slots += now->graphs->depth + (now->sliced ? now->app->n_slices : 0);
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

fl_status fl_arcflow_build(fl_arcflow *out, const fl_graphs *graphs, const fl_aim *aim, fl_arena *arena,
                           fl_error *err) {
    building now;
    const fl_instance *instance = graphs->instance;
    *out = (fl_arcflow){.instance = instance, .graphs = graphs};
    FL_TRY(start(out, &now, aim, arena, err));
    for (int h = 0; h < instance->n_apps; h++) FL_TRY(add_app(&now, h, arena, err));
    if (instance->admission && aim->first == FL_AIM_BOTH) weigh_refusals(out, arena);
    if (instance->admission && aim->first == FL_AIM_ENERGY) limit_refusals(out, aim->refused);
    order_units(out);
    if (arena->failed) return fl_arena_error(arena, err);
    fl_model_rescale(&out->model);
    return FL_OK;
}
