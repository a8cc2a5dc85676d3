/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `portend`: partitions of the network, each on a different tier, from the source's side upwards, with an
 * early exit at the end of each and nowhere else (Ebrahimi, Veith, Gabel, de Lara, "PORTEND: a joint
 * performance model for partitioned early-exiting DNNs"; after its paper and the code its authors published).
 * A partition begins where the one before ended and ends at an exit; those confident enough leave there, the
 * others are packed, sent to a node of a higher tier and unpacked there. Blocks after the last partition are
 * left out. Over all cuts, nodes and thresholds, the plan of least mean time that is accurate enough, or by
 * `goal` the most accurate one whose mean time keeps the deadline.
 *
 * Exits inside a partition are off where they may be; the others stay what they are. What the original has
 * and this model has not is left out: sending the small result back. Energy plays no part, nor, without
 * `goal`, the deadline; under a latency rule other than "mean" a plan that it takes for good may be late.
 * What no plan keeps is missed by as little as can be, for the judge to refuse. It claims nothing.
 *
 * The original tries every plan. Here a layered search does: a state is an exit where a partition ended (the
 * last active one, which tells the block and how many samples go on) and the node that it ran on (which tells
 * the tier); of the ways to a state those stay that no other beats in mean time and in accuracy gained so
 * far, for all that lies ahead costs and gains the same. O(thresholds * exits * nodes * (blocks * (exits +
 * segments)
 * + (nodes + exits) * ways)), where ways to one state are few: up to the number of earlier states, 1 before
 * the second partition. */
#include "core/tolerance.h"
#include "heuristics/methods.h"
#include "heuristics/step.h"
#include <string.h>

enum { GOAL, N_OPTIONS };

enum { LATENCY, ACCURACY };

static const fl_option options[N_OPTIONS] = {
    [GOAL] = {"goal", FL_OPTION_CHOICE, LATENCY, 0, 0, "latency|accuracy",
              "least mean time at the accuracy wanted, or best accuracy in a mean time within the deadline"},
};

/** Some first partitions. */
typedef struct way {
    double time;              /* s, mean over all samples, of what those did that got so far */
    double accuracy;          /* gained by the samples that have left */
    int exit, node;           /* where the last partition ended and ran */
    const struct way *before; /* without the last partition; NULL: there is no other */
} way;

/** Ways by time, each one more accurate than those before it. */
typedef struct front {
    int n, room;
    way *ways;
} front;

typedef struct search {
    const fl_task *task;
    const fl_app *app;
    int threshold;
    front *ends;  /* [n_exits * n_nodes] the ways to every state */
    front begins; /* the ways to the beginning of the partition at hand, its first move included */
    bool *off;    /* [n_exits] what is off in the partition at hand */
    way best;     /* at this threshold; exit -1: none */
    fl_placement plan;
    double key[2]; /* of `best`, over all thresholds so far */
} search;

static front *ends_at(const search *s, int exit, int node) {
    return &s->ends[(size_t)exit * (size_t)s->task->instance->system.n_nodes + (size_t)node];
}

/* Fronts */

static fl_status reserve(front *to, fl_arena *arena, fl_error *err) {
    if (to->n < to->room) return FL_OK;
    int room = to->room > 0 ? 2 * to->room : 4;
    way *ways = FL_NEW(arena, room, way);
    if (ways == NULL) return fl_arena_error(arena, err);
    if (to->n > 0) memcpy(ways, to->ways, (size_t)to->n * sizeof *ways);
    to->ways = ways;
    to->room = room;
    return FL_OK;
}

/** Add a way unless another is as good in both, and drop those that it beats. */
static fl_status insert(front *to, const way *new, fl_arena *arena, fl_error *err) {
    int at = to->n, kept;
    while (at > 0 && to->ways[at - 1].time > new->time) at--;
    if (at > 0 && to->ways[at - 1].accuracy >= new->accuracy) return FL_OK;
    FL_TRY(reserve(to, arena, err));
    for (kept = at; kept < to->n && to->ways[kept].accuracy <= new->accuracy;) kept++;
    memmove(to->ways + at + 1, to->ways + kept, (size_t)(to->n - kept) * sizeof *to->ways);
    to->ways[at] = *new;
    to->n += at + 1 - kept;
    return FL_OK;
}

/* The beginning of a partition */

/** Go to `node` after the exit `last` (-1: from the source). */
static fl_status begin(search *s, int last, int node, fl_error *err) {
    const fl_instance *instance = s->task->instance;
    const fl_node *nodes = instance->system.nodes;
    fl_cost move;
    s->begins.n = 0;
    if (last < 0) {
        if (!fl_step_move(&move, instance, 0, s->app->source, node, -1)) return FL_OK;
        return insert(&s->begins, &(way){.time = move.latency}, s->task->arena, err);
    }
    double stay = fl_choices_stay(s->app, s->threshold, last);
    int block = s->app->exits[last].after;
    for (int from = 0; from < instance->system.n_nodes; from++) {
        const front *ways = ends_at(s, last, from);
        if (ways->n == 0 || nodes[from].tier >= nodes[node].tier) continue;
        if (!fl_step_move(&move, instance, block, from, node, -1)) continue;
        for (int i = 0; i < ways->n; i++) {
            const way *before = &ways->ways[i];
            way new = {before->time + stay * move.latency, before->accuracy, last, from, before};
            FL_TRY(insert(&s->begins, &new, s->task->arena, err));
        }
    }
    return FL_OK;
}

/* A partition, block by block */

/** What running it has taken and gained so far, for all ways that begin it. */
typedef struct partition {
    int node, start;       /* start: its first block */
    int last;              /* the last active exit so far */
    double time, accuracy; /* as of a way */
} partition;

/** Run block `l`; then those leave that exit `exit` after it (-1: there is none) lets go, all when it is
 *  `final`, none when it is off. False: the block cannot run here. */
static bool run_block(partition *part, const search *s, int l, int exit, bool final) {
    const fl_app *app = s->app;
    const fl_exits_used used = {s->threshold, s->off};
    double stay = fl_choices_stay(app, s->threshold, part->last);
    fl_cost run;
    if (!fl_step_run(&run, s->task->instance, l, part->start, part->node, &used, final ? exit : app->n_exits))
        return false;
    part->time += stay * run.latency;
    if (exit < 0 || s->off[exit]) return true;
    double leave = final ? stay : fl_choices_released(app, s->threshold, part->last, exit);
    part->accuracy += leave * fl_choices_accuracy_at(app, s->threshold, exit);
    part->last = exit;
    return true;
}

/** Keep a whole plan when it is the best: it misses its limit by less, or else is the better one. */
static void consider(search *s, const way *plan) {
    double least = s->app->accuracy - FL_TOLERANCE_ACCURACY;
    double latest = s->app->deadline * (1 + FL_TOLERANCE_DEADLINE);
    bool accurate = s->task->settings->value[GOAL] == ACCURACY;
    double missed = fmax(accurate ? plan->time - latest : least - plan->accuracy, 0);
    double value = accurate ? -plan->accuracy : plan->time;
    if (missed > s->key[0] || (missed == s->key[0] && value >= s->key[1])) return;
    s->best = *plan;
    s->key[0] = missed;
    s->key[1] = value;
}

/** End the partition at block `l`, after which `exit` stands: once as the final exit, once with more to come.
 */
static fl_status end(search *s, const partition *part, int l, int exit, fl_error *err) {
    for (int final = 0; final <= 1; final++) {
        partition done = *part;
        if (!run_block(&done, s, l, exit, final)) return FL_OK;
        for (int i = 0; i < s->begins.n; i++) {
            const way *begun = &s->begins.ways[i];
            way new = {begun->time + done.time, begun->accuracy + done.accuracy, exit, part->node,
                       begun->before};
            if (final) consider(s, &new);
            if (!final) FL_TRY(insert(ends_at(s, exit, part->node), &new, s->task->arena, err));
        }
    }
    return FL_OK;
}

/** All partitions on `node` that begin after the exit `last`. */
static fl_status run(search *s, int last, int node, fl_error *err) {
    const fl_app *app = s->app;
    partition part = {.node = node, .start = last < 0 ? 0 : app->exits[last].after, .last = last};
    for (int e = 0; e < app->n_exits; e++) s->off[e] = false;
    for (int l = part.start, next = last + 1; next < app->n_exits; l++) {
        int exit = app->exits[next].after == l + 1 ? next++ : -1;
        if (exit >= 0) {
            FL_TRY(end(s, &part, l, exit, err));
            s->off[exit] = app->exits[exit].optional;
        }
        if (!run_block(&part, s, l, exit, false)) return FL_OK;
    }
    return FL_OK;
}

/* Answering */

/** Spell out the best plan. */
static void keep_plan(search *s) {
    const fl_app *app = s->app;
    fl_placement *plan = &s->plan;
    plan->exit = s->best.exit;
    plan->threshold = s->threshold;
    for (int e = 0; e < app->n_exits; e++) plan->off[e] = e < plan->exit && app->exits[e].optional;
    for (const way *at = &s->best; at != NULL; at = at->before) {
        int first = at->before != NULL ? app->exits[at->before->exit].after : 0;
        for (int l = first; l < app->exits[at->exit].after; l++) plan->nodes[l] = at->node;
        plan->off[at->exit] = false;
    }
}

static fl_status prepare(search *s, const fl_task *task, fl_error *err) {
    const fl_app *app = &task->instance->apps[0];
    fl_arena *arena = task->arena;
    size_t n_states = (size_t)app->n_exits * (size_t)task->instance->system.n_nodes;
    *s = (search){.task = task, .app = app, .key = {INFINITY, INFINITY}};
    s->ends = FL_ZERO(arena, n_states, front);
    s->off = FL_NEW(arena, app->n_exits, bool);
    s->plan = (fl_placement){
        .exit = -1, .nodes = FL_NEW(arena, app->n_blocks, int), .off = FL_NEW(arena, app->n_exits, bool)};
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    int n_nodes = task->instance->system.n_nodes;
    search s;
    FL_TRY(prepare(&s, task, err));
    for (s.threshold = -1; s.threshold < s.app->n_thresholds; s.threshold++) {
        s.best.exit = -1;
        for (int i = 0; i < s.app->n_exits * n_nodes; i++) s.ends[i].n = 0;
        for (int last = -1; last < s.app->n_exits - 1 && !*task->interrupt; last++) {
            for (int node = 0; node < n_nodes; node++) {
                FL_TRY(begin(&s, last, node, err));
                if (s.begins.n > 0) FL_TRY(run(&s, last, node, err));
            }
        }
        if (s.best.exit >= 0) keep_plan(&s);
    }
    if (*task->interrupt) answer->stop = FL_STOP_INTERRUPTED;
    return s.plan.exit < 0 ? FL_OK : fl_step_offer(answer, task, &s.plan, err);
}

const fl_method fl_portend_method = {
    .name = "portend",
    .summary = "partitions on rising tiers, exits at their ends only, the least mean time; may stop early",
    .may_claim = FL_CLAIM_NOTHING,
    .honours = FL_FEATURE_CHOICES | FL_FEATURE_RUNS,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
