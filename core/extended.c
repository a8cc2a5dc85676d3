/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/extended.h"
#include "core/tolerance.h"
#include <string.h>

/** A move into the block at hand: from a node, to another, in a coding. */
typedef struct jump {
    int node, coding;
    fl_cost cost;
    double loss;     /* of the samples sent */
    double variance; /* of the time of moving, s^2 */
} jump;

/** One way to use the exit behind the block at hand. */
typedef struct exit_way {
    fl_exit_use use;
    int last;    /* active exit after it */
    bool headed; /* its head runs */
    double loss;
} exit_way;

/** The ways there are after one last active exit. */
typedef struct exit_ways {
    exit_way way[3];
    int n;
} exit_ways;

/** What building carries along. */
typedef struct building {
    fl_extended *graph;
    const fl_instance *instance;
    const fl_app *app;
    fl_arena *arena;
    const int *levels;
    bool all, chooses;
    int n_nodes, depth;
    const fl_link **links; /* [n_nodes * n_nodes] NULL: none, or barred */
    double *share;         /* [n_nodes] of the node's speed */
    int *runs;             /* [n_nodes + 1] where a node's runs begin, of which there is one, or one for each
                              first block */
    bool *on;              /* [depth * n_nodes] a path can run this block here and go on to an exit */
    double *stay;          /* [n_exits + 1] the samples left when the last active exit is the one before */
    /* of the block at hand: */
    int l;
    fl_cost *bare, *headed; /* [runs[n_nodes]] computing it without and with its exit's head */
    jump *jumps;            /* [jump_first[n_nodes]] by sender */
    int *jump_first;        /* [n_nodes + 1] */
    bool *skip;             /* [most codings + 1] which codings, plain first, are left out */
    exit_ways *ways;        /* [n_exits + 1] by last active exit, as `stay` */
    int *slot;              /* [runs[n_nodes] * (n_exits + 1)] its states by run and last active exit, -1: not
                               there */
    int n_arcs;             /* of the graph so far */
    int arc_room, state_room;
} building;

/* What does not depend on the block */

/** Links that are there and not barred, which the groups know. */
static void find_links(building *now) {
    const fl_groups *groups = &now->instance->groups;
    for (int a = 0; a < now->n_nodes; a++) {
        for (int b = 0; b < now->n_nodes; b++) {
            size_t at = (size_t)groups->group[a] * (size_t)groups->n_groups + (size_t)groups->group[b];
            const fl_link **link = &now->links[(size_t)a * (size_t)now->n_nodes + (size_t)b];
            *link = a != b && isfinite(groups->slowness[at]) ? fl_instance_link(now->instance, a, b) : NULL;
        }
    }
}

static void find_nodes(building *now) {
    const fl_app *app = now->app;
    now->runs[0] = 0;
    for (int n = 0; n < now->n_nodes; n++) {
        const fl_segments *segments = fl_app_segments(app, n);
        now->runs[n + 1] = now->runs[n] + (segments != NULL && segments->n_list > 0 ? now->depth : 1);
        now->share[n] = 1;
    }
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        now->share[slices->node] =
            slices->levels[now->levels != NULL ? now->levels[i] : fl_slices_largest(slices)];
    }
}

static bool linked(const building *now, int a, int b) {
    return a == b || now->links[(size_t)a * (size_t)now->n_nodes + (size_t)b] != NULL;
}

/** Whether a path may end after block `l`. Without choices the exit alone says how accurate it is. */
static bool ends(const building *now, int l) {
    int exit = fl_cost_exit_after(now->app, l);
    return exit >= 0 && (now->chooses || fl_cost_accurate(now->app, exit));
}

/** Whether block `l` may run on `n` and either end there or go on. */
static bool useful(const building *now, int l, int n) {
    if (!fl_block_allows(&now->app->blocks[l], n)) return false;
    return ends(now, l) || now->on[(size_t)l * (size_t)now->n_nodes + (size_t)n];
}

static void find_useful(building *now) {
    size_t n_nodes = (size_t)now->n_nodes;
    for (int l = now->depth - 2; l >= 0; l--) {
        for (int a = 0; a < now->n_nodes; a++) {
            bool *on = &now->on[(size_t)l * n_nodes + (size_t)a];
            if (!fl_block_allows(&now->app->blocks[l], a)) continue;
            for (int b = 0; b < now->n_nodes && !*on; b++) *on = linked(now, a, b) && useful(now, l + 1, b);
        }
    }
}

static int most_codings(const building *now) {
    const fl_coding *codings;
    int most = 0;
    for (int l = 0; l < now->depth; l++) {
        int n = fl_choices_codings(now->app, l, &codings);
        most = n > most ? n : most;
    }
    return most;
}

static fl_status prepare(building *now, fl_error *err) {
    fl_arena *arena = now->arena;
    size_t n = (size_t)now->n_nodes, depth = (size_t)now->depth, lasts = (size_t)now->app->n_exits + 1;
    now->links = FL_NEW(arena, n * n, const fl_link *);
    now->share = FL_NEW(arena, n, double);
    now->runs = FL_NEW(arena, n + 1, int);
    now->on = FL_ZERO(arena, depth * n, bool);
    now->stay = FL_NEW(arena, lasts, double);
    if (arena->failed) return fl_arena_error(arena, err);
    find_links(now);
    find_nodes(now);
    find_useful(now);
    size_t runs = (size_t)now->runs[n];
    int codings = most_codings(now);
    now->jumps = FL_NEW(arena, n * n * ((size_t)codings + 1), jump);
    now->skip = FL_NEW(arena, codings + 1, bool);
    now->bare = FL_NEW(arena, runs, fl_cost);
    now->headed = FL_NEW(arena, runs, fl_cost);
    now->jump_first = FL_NEW(arena, n + 1, int);
    now->ways = FL_NEW(arena, lasts, exit_ways);
    now->slot = FL_NEW(arena, runs * lasts, int);
    if (arena->failed) return fl_arena_error(arena, err);
    for (int e = -1; e < now->app->n_exits; e++) {
        now->stay[e + 1] = fl_choices_stay(now->app, now->graph->threshold, e);
    }
    memset(now->slot, -1, runs * lasts * sizeof *now->slot);
    return FL_OK;
}

/* The block at hand */

static bool by_runs(const building *now, int n) {
    return now->runs[n + 1] - now->runs[n] > 1;
}

/** Computing the block in every run that it may be in. */
static void cost_runs(building *now) {
    int exit = fl_cost_exit_after(now->app, now->l);
    double head = exit >= 0 ? now->app->exits[exit].ops : 0;
    for (int n = 0; n < now->n_nodes; n++) {
        for (int start = by_runs(now, n) ? 0 : now->l; start <= now->l; start++) {
            int at = now->runs[n] + (by_runs(now, n) ? start : 0);
            now->bare[at] = fl_cost_run(now->instance, now->app, now->l, start, n, 0, now->share[n]);
            now->headed[at] = fl_cost_run(now->instance, now->app, now->l, start, n, head, now->share[n]);
        }
    }
}

/** Whether another coding of the same data is no larger and loses no more, so that it is never dearer. */
static bool beaten(const building *now, int coding, int n_codings) {
    double bits = fl_choices_bits(now->app, now->l, coding), loss = fl_choices_loss(now->app, now->l, coding);
    for (int other = -1; other < n_codings; other++) {
        double its = fl_choices_bits(now->app, now->l, other),
               lost = fl_choices_loss(now->app, now->l, other);
        if (other == coding || its > bits || lost > loss) continue;
        if (its < bits || lost < loss || other < coding) return true;
    }
    return false;
}

/** All moves into the block. */
static void list_jumps(building *now) {
    const fl_coding *codings;
    int n_codings = fl_choices_codings(now->app, now->l, &codings), n = 0;
    for (int c = -1; c < n_codings; c++) now->skip[c + 1] = !now->all && beaten(now, c, n_codings);
    for (int a = 0; a < now->n_nodes; a++) {
        now->jump_first[a] = n;
        for (int b = 0; b < now->n_nodes; b++) {
            const fl_link *link = now->links[(size_t)a * (size_t)now->n_nodes + (size_t)b];
            if (link == NULL || !useful(now, now->l, b)) continue;
            fl_cost pack = fl_cost_pack(now->instance, now->app, now->l, a, b);
            for (int c = -1; c < n_codings; c++) {
                if (now->skip[c + 1]) continue;
                fl_cost move = fl_cost_move(now->instance, link, fl_choices_bits(now->app, now->l, c), a, b);
                move.energy += pack.energy;
                move.latency += pack.latency;
                double variance = 0, bits = fl_choices_bits(now->app, now->l, c);
                if (now->app->deviations > 0) {
                    variance = fl_cost_variance(now->instance, now->app, now->l, link, bits, a, b, 0);
                }
                now->jumps[n++] = (jump){b, c, move, fl_choices_loss(now->app, now->l, c), variance};
            }
        }
    }
    now->jump_first[now->n_nodes] = n;
}

static void add_way(exit_ways *to, fl_exit_use use, int last, bool headed, double loss) {
    to->way[to->n++] = (exit_way){use, last, headed, loss};
}

/** What may become of the exit behind the block when `last` is the last active one before it. An exit that
 * would release nobody is active: off it would be the same. */
static void list_ways(building *now, int last) {
    const fl_app *app = now->app;
    exit_ways *ways = &now->ways[last + 1];
    int exit = fl_cost_exit_after(app, now->l), threshold = now->graph->threshold;
    ways->n = 0;
    if (exit < 0) {
        add_way(ways, FL_EXIT_NONE, last, false, 0);
        return;
    }
    double wrong = 1 - fl_choices_accuracy_at(app, threshold, exit);
    double released = fl_choices_released(app, threshold, last, exit);
    if (ends(now, now->l)) add_way(ways, FL_EXIT_FINAL, exit, true, now->stay[last + 1] * wrong);
    if (exit == app->n_exits - 1) return;
    add_way(ways, FL_EXIT_ACTIVE, exit, released > 0, released * wrong);
    if (app->exits[exit].optional && released > 0) add_way(ways, FL_EXIT_OFF, last, false, 0);
}

static void enter_block(building *now, int l) {
    now->l = l;
    cost_runs(now);
    for (int e = -1; e < now->app->n_exits; e++) list_ways(now, e);
    list_jumps(now);
}

/* The graph */

/** The number of a state of the block at hand, a new one where there is none yet. */
static int state_of(building *now, int node, int start, int last) {
    size_t run = (size_t)now->runs[node] + (size_t)(by_runs(now, node) ? start : 0);
    int *slot = &now->slot[run * ((size_t)now->app->n_exits + 1) + (size_t)(last + 1)];
    if (*slot < 0) {
        *slot = now->graph->n_states++;
        now->graph->states[*slot] = (fl_extended_state){now->l, node, by_runs(now, node) ? start : -1, last};
    }
    return *slot;
}

/** The arcs that run the block on `node` in a run that begins at `start`, after `move`. */
static void add_arcs(building *now, const fl_extended_state *from, int start, const jump *move) {
    fl_extended *graph = now->graph;
    const exit_ways *ways = &now->ways[from->last + 1];
    double reach = now->stay[from->last + 1], weight = fl_cost_weight(now->app, reach);
    int node = move->node;
    size_t run = (size_t)now->runs[node] + (size_t)(by_runs(now, node) ? start : 0);
    bool on = now->on[(size_t)now->l * (size_t)now->n_nodes + (size_t)node];
    for (int i = 0; i < ways->n; i++) {
        const exit_way *way = &ways->way[i];
        const fl_cost *compute = way->headed ? &now->headed[run] : &now->bare[run];
        bool final = way->use == FL_EXIT_FINAL;
        if (!final && !on) continue;
        fl_extended_arc *arc = &graph->arcs[now->n_arcs++];
        *arc = (fl_extended_arc){.energy = reach * (move->cost.energy + compute->energy),
                                 .to = final ? -1 : state_of(now, node, start, way->last),
                                 .node = node,
                                 .coding = move->coding,
                                 .exit = way->use};
        arc->use[FL_USE_LATENCY] = weight * (move->cost.latency + compute->latency);
        arc->use[FL_USE_LOSS] = reach * move->loss + way->loss;
        if (now->app->deviations == 0) continue;
        double computing =
            fl_cost_variance(now->instance, now->app, now->l, NULL, 0, node, node, compute->latency);
        arc->use[FL_USE_VARIANCE] = weight * weight * (move->variance + computing);
    }
}

/** Arcs of one state, to the block at hand. */
static void leave_state(building *now, int from) {
    fl_extended *graph = now->graph;
    const fl_extended_state state = graph->states[from];
    graph->first[from] = now->n_arcs;
    if (useful(now, now->l, state.node)) {
        const jump stay = {state.node, -1, {0, 0}, 0, 0};
        add_arcs(now, &state, state.block < 0 ? 0 : state.start, &stay);
    }
    for (int i = now->jump_first[state.node]; i < now->jump_first[state.node + 1]; i++) {
        add_arcs(now, &state, now->l, &now->jumps[i]);
    }
}

/** The arcs that a state can have at most. */
static long long count_arcs(const building *now, const fl_extended_state *from) {
    return (1LL + now->jump_first[from->node + 1] - now->jump_first[from->node]) *
           now->ways[from->last + 1].n;
}

/** Room for `arcs` more arcs, and for as many states. */
static fl_status reserve(building *now, long long arcs, fl_error *err) {
    fl_extended *graph = now->graph;
    size_t runs = (size_t)now->runs[now->n_nodes] * ((size_t)now->app->n_exits + 1);
    long long states = graph->n_states + (arcs < (long long)runs ? arcs : (long long)runs);
    if (now->n_arcs + arcs > now->arc_room) {
        now->arc_room = 2 * (now->n_arcs + (int)arcs);
        fl_extended_arc *more = FL_NEW(now->arena, now->arc_room, fl_extended_arc);
        if (more == NULL) return fl_arena_error(now->arena, err);
        if (now->n_arcs > 0) memcpy(more, graph->arcs, (size_t)now->n_arcs * sizeof *more);
        graph->arcs = more;
    }
    if (states > now->state_room) {
        now->state_room = 2 * (int)states;
        fl_extended_state *more = FL_NEW(now->arena, now->state_room, fl_extended_state);
        int *first = FL_NEW(now->arena, (size_t)now->state_room + 1, int);
        if (more == NULL || first == NULL) return fl_arena_error(now->arena, err);
        memcpy(more, graph->states, (size_t)graph->n_states * sizeof *more);
        memcpy(first, graph->first, (size_t)graph->n_states * sizeof *first);
        graph->states = more;
        graph->first = first;
    }
    return FL_OK;
}

/** Forget the states of the block at hand: they stay in the graph, but the next block has its own. */
static void clear_slots(building *now, int from) {
    for (int i = from; i < now->graph->n_states; i++) {
        const fl_extended_state *state = &now->graph->states[i];
        size_t run = (size_t)now->runs[state->node] + (size_t)(state->start > 0 ? state->start : 0);
        now->slot[run * ((size_t)now->app->n_exits + 1) + (size_t)(state->last + 1)] = -1;
    }
}

/** Block by block, from the states of the block before to those of the block at hand. */
static fl_status fill(building *now, fl_error *err) {
    fl_extended *graph = now->graph;
    graph->states[0] = (fl_extended_state){-1, now->app->source, -1, -1};
    graph->n_states = 1;
    for (int l = 0, from = 0; l < now->depth && from < graph->n_states; l++) {
        int end = graph->n_states;
        long long most = 0;
        enter_block(now, l);
        for (int s = from; s < end; s++) most += count_arcs(now, &graph->states[s]);
        graph->too_large = now->n_arcs + most > FL_EXTENDED_MOST;
        if (graph->too_large) return FL_OK;
        FL_TRY(reserve(now, most, err));
        for (int s = from; s < end; s++) leave_state(now, s);
        clear_slots(now, end);
        from = end;
    }
    graph->first[graph->n_states] = now->n_arcs;
    return FL_OK;
}

fl_status fl_extended_build(fl_extended *out, const fl_instance *instance, int app, int threshold,
                            const int *levels, fl_extended_arcs which, fl_arena *arena, fl_error *err) {
    const fl_app *of = &instance->apps[app];
    if (instance->groups.slowness == NULL) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "more than %d nodes with links of their own; use links between tiers",
                            FL_GROUPS_MOST);
    }
    *out = (fl_extended){.instance = instance, .app = app, .threshold = threshold};
    out->most[FL_USE_LATENCY] = of->deadline * (1 + FL_TOLERANCE_DEADLINE);
    if (instance->features & FL_FEATURE_DEVIATIONS) out->deviations = of->deviations;
    double deviation = out->deviations > 0 ? out->most[FL_USE_LATENCY] / out->deviations : INFINITY;
    out->most[FL_USE_VARIANCE] = deviation * deviation;
    bool wanted = of->accuracy > FL_TOLERANCE_ACCURACY;
    out->most[FL_USE_LOSS] = wanted ? 1 - of->accuracy + FL_TOLERANCE_ACCURACY : INFINITY;
    building now = {.graph = out,
                    .instance = instance,
                    .app = of,
                    .arena = arena,
                    .levels = levels,
                    .all = which == FL_EXTENDED_ALL,
                    .chooses = fl_app_chooses(of),
                    .n_nodes = instance->system.n_nodes,
                    .depth = of->exits[of->n_exits - 1].after,
                    .state_room = 1};
    double nodes = now.n_nodes;
    if (nodes * nodes > FL_EXTENDED_MOST) {
        out->too_large = true;
        return FL_OK;
    }
    FL_TRY(prepare(&now, err));
    out->states = FL_NEW(arena, 1, fl_extended_state);
    out->first = FL_NEW(arena, 2, int);
    if (out->states == NULL || out->first == NULL) return fl_arena_error(arena, err);
    return fill(&now, err);
}

double fl_extended_latency(const fl_extended *graph, const double *use) {
    return fl_cost_latency(&graph->instance->apps[graph->app], use[FL_USE_LATENCY],
                           graph->deviations > 0 ? use[FL_USE_VARIANCE] : 0);
}

void fl_extended_tighten(fl_extended *graph, double hair) {
    graph->most[FL_USE_LATENCY] -= hair * graph->instance->apps[graph->app].deadline;
    graph->most[FL_USE_LOSS] -= hair;
}

void fl_extended_place(fl_placement *out, const fl_extended *graph, const int *arcs) {
    const fl_app *app = &graph->instance->apps[graph->app];
    out->threshold = graph->threshold;
    memset(out->off, 0, (size_t)app->n_exits * sizeof *out->off);
    for (int l = 0;; l++) {
        const fl_extended_arc *arc = &graph->arcs[arcs[l]];
        int exit = fl_cost_exit_after(app, l);
        out->nodes[l] = arc->node;
        out->codings[l] = arc->coding;
        if (arc->exit == FL_EXIT_OFF) out->off[exit] = true;
        out->exit = exit;
        if (arc->exit == FL_EXIT_FINAL) return;
    }
}
