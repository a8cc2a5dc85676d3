/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/constrained.h"
#include "core/tolerance.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECANTS = 12,        /* most steps for one multiplier at a time */
    ROUNDS = 2,          /* over all of them */
    CHUNK = 1 << 12,     /* labels are had in pieces of so many */
    LOOK_EVERY = 1 << 10 /* labels between two looks at the clock */
};

/** The first cut, as a part of the duality gap, and how it grows. */
static const double FIRST_CUT = 1.0 / 256, CUT_GROWTH = 8;

/** What is summed along a path. */
typedef struct total {
    double energy, use[FL_USE_KINDS];
} total;

/** A path from the source to a state. */
typedef struct label {
    total cost;
    int parent, arc; /* label before, and the arc from its state; parent < 0: the source itself */
    int state;       /* < 0: the end */
    int next;        /* another label of the state; < 0: none */
    int index;       /* its own */
} label;

/** Weights of energy and uses. */
typedef struct weights {
    double energy, use[FL_USE_KINDS];
} weights;

typedef struct path_search {
    const fl_extended *graph;
    const fl_task *task;
    const fl_constrained_query *query;
    fl_arena *arena;
    int depth;                                           /* the most arcs of a path */
    double most[FL_USE_KINDS];                           /* INFINITY: no path can use too much */
    int limited[FL_USE_KINDS], n_limited;                /* the kinds of which a path can */
    double *energy;                                      /* [n_states] the least to the end */
    double *least[FL_USE_KINDS], *longest[FL_USE_KINDS]; /* [n_states] of each use, where it is limited */
    /* dual */
    weights multipliers;     /* energy's is 1 */
    double *reduced, *spare; /* [n_states] the least weighted sum to the end */
    int *choice;             /* [n_states] the arc by which a pass goes on */
    double bound, slack;     /* slack: rounding errors of weighted sums stay below this, J */
    int *incumbent;          /* [depth] arcs of the best path known */
    total incumbent_cost;    /* energy INFINITY: none */
    /* labels */
    label **chunks;
    int n_labels, n_chunks, chunk_room;
    int *head;     /* [n_states] a state's last label, < 0: none */
    label **front; /* [front_room] labels of the state at hand */
    int front_room;
    double (*steps)[2]; /* [n_steps] of the front at hand */
    int n_steps;
    label **ends; /* [n_ends] the k best whole paths, by rising energy; one best path is the
                     incumbent */
    int n_ends, end_room;
    double best;   /* paths that are not cheaper are not looked for */
    double proven; /* no path within the limits and cheaper than query->best costs less */
    bool dropped;  /* a label was dropped for the cut */
    long long made, look_at;
    fl_stop stop;
} path_search;

/* The latency with its deviations, the one limit of two uses together */

static bool is_joint(const path_search *now, int kind) {
    return now->graph->deviations > 0 && (kind == FL_USE_LATENCY || kind == FL_USE_VARIANCE);
}

/** Whether a mean latency and its variance are too much together. */
static bool is_late(const path_search *now, double latency, double variance) {
    if (isinf(now->most[FL_USE_LATENCY]) || !(now->graph->deviations > 0)) return false;
    return latency + now->graph->deviations * sqrt(variance) > now->most[FL_USE_LATENCY];
}

/* Passes from the end */

static double weigh(const weights *by, double energy, const double *use) {
    double sum = by->energy * energy;
    for (int i = 0; i < FL_USE_KINDS; i++) sum += by->use[i] * use[i];
    return sum;
}

/** The least (or with `longest` the largest) weighted sum from each state to the end. */
static void pass(path_search *now, double *value, const weights *by, bool longest) {
    const fl_extended *graph = now->graph;
    for (int s = graph->n_states - 1; s >= 0; s--) {
        double best = longest ? -INFINITY : INFINITY;
        for (int a = graph->first[s]; a < graph->first[s + 1]; a++) {
            const fl_extended_arc *arc = &graph->arcs[a];
            double sum = weigh(by, arc->energy, arc->use) + (arc->to >= 0 ? value[arc->to] : 0);
            if (longest ? sum <= best : sum >= best) continue;
            best = sum;
            now->choice[s] = a;
        }
        value[s] = best;
    }
}

static total add_arc(total sum, const fl_extended_arc *arc) {
    sum.energy += arc->energy;
    for (int i = 0; i < FL_USE_KINDS; i++) sum.use[i] += arc->use[i];
    return sum;
}

/** The path of the last pass, and what it costs; the best one within the limits is kept. */
static total trace(path_search *now) {
    const fl_extended *graph = now->graph;
    total sum = {0};
    bool within = true;
    for (int s = 0; s >= 0; s = graph->arcs[now->choice[s]].to) {
        const fl_extended_arc *arc = &graph->arcs[now->choice[s]];
        sum = add_arc(sum, arc);
    }
    for (int i = 0; i < FL_USE_KINDS; i++) within = within && sum.use[i] <= now->most[i];
    within = within && !is_late(now, sum.use[FL_USE_LATENCY], sum.use[FL_USE_VARIANCE]);
    if (!within || !(sum.energy < now->incumbent_cost.energy)) return sum;
    now->incumbent_cost = sum;
    for (int s = 0, l = 0; s >= 0; s = graph->arcs[now->choice[s]].to) now->incumbent[l++] = now->choice[s];
    return sum;
}

/** Whether a use of each kind so far, with the least that is left, keeps the limits. */
static bool keeps_limits(const path_search *now, const total *sum, int to) {
    bool within = true;
    for (int i = 0; i < now->n_limited; i++) {
        int kind = now->limited[i];
        within = within && sum->use[kind] + (to >= 0 ? now->least[kind][to] : 0) <= now->most[kind];
    }
    if (!(now->graph->deviations > 0) || isinf(now->most[FL_USE_LATENCY])) return within;
    double latency = sum->use[FL_USE_LATENCY] + (to >= 0 ? now->least[FL_USE_LATENCY][to] : 0);
    double variance = sum->use[FL_USE_VARIANCE] + (to >= 0 ? now->least[FL_USE_VARIANCE][to] : 0);
    return within && !is_late(now, latency, variance);
}

/** A path that takes, state by state, the arc of the least weighted sum to the end among those with which
 * each limit alone can still be kept; kept when it is the best within the limits. It may end in a state
 * without such an arc.
 *  @param rest  [n_states] of the sum */
static void dive(path_search *now, const weights *by, const double *rest) {
    const fl_extended *graph = now->graph;
    total sum = {0};
    for (int s = 0; s >= 0;) {
        double least = INFINITY;
        for (int a = graph->first[s]; a < graph->first[s + 1]; a++) {
            const fl_extended_arc *arc = &graph->arcs[a];
            double weight = weigh(by, arc->energy, arc->use) + (arc->to >= 0 ? rest[arc->to] : 0);
            total next = add_arc(sum, arc);
            if (!(weight < least) || !keeps_limits(now, &next, arc->to)) continue;
            least = weight;
            now->choice[s] = a;
        }
        if (isinf(least)) return;
        sum = add_arc(sum, &graph->arcs[now->choice[s]]);
        s = graph->arcs[now->choice[s]].to;
    }
    trace(now);
}

/* The dual */

/** A pass by `by`: its path, and the bound it proves, which is kept with the multipliers when it is the best.
 */
static total try_multipliers(path_search *now, const weights *by) {
    pass(now, now->spare, by, false);
    double bound = now->spare[0];
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (by->use[i] > 0) bound -= by->use[i] * now->most[i];
    }
    if (bound > now->bound) {
        double *swap = now->reduced;
        now->reduced = now->spare;
        now->spare = swap;
        now->bound = bound;
        now->multipliers = *by;
    }
    return trace(now);
}

/** Whether there is nothing left to look for. */
static bool closed(const path_search *now) {
    return now->bound >= fmin(now->incumbent_cost.energy, now->query->best);
}

/** The best multiplier of one use, the others as they are; `timely` is a path within its limit. */
static void improve(path_search *now, int kind, total timely) {
    weights by = now->multipliers;
    by.use[kind] = 0;
    total late = try_multipliers(now, &by);
    if (late.use[kind] <= now->most[kind]) return;
    for (int i = 0; i < SECANTS && !closed(now); i++) {
        by.use[kind] = 0;
        double high = weigh(&by, timely.energy, timely.use), low = weigh(&by, late.energy, late.use);
        double lambda = (high - low) / (late.use[kind] - timely.use[kind]);
        if (!(lambda > 0) || isinf(lambda)) return;
        by.use[kind] = lambda;
        double secant = weigh(&by, timely.energy, timely.use);
        total path = try_multipliers(now, &by);
        if (!(weigh(&by, path.energy, path.use) < secant * (1 - FL_TOLERANCE_SECANT))) return;
        if (path.use[kind] > now->most[kind]) {
            late = path;
        } else {
            timely = path;
        }
    }
}

/** Note the limits that a path can break and drop the others: the two of a latency with its deviations both
 * or neither. */
static void list_limited(path_search *now) {
    bool joint = now->graph->deviations > 0;
    bool late = joint && is_late(now, now->longest[FL_USE_LATENCY][0], now->longest[FL_USE_VARIANCE][0]);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (isinf(now->most[i])) continue; /* there is no such limit */
        if (is_joint(now, i) ? late : now->longest[i][0] > now->most[i]) {
            now->limited[now->n_limited++] = i;
        } else {
            now->most[i] = INFINITY;
        }
    }
}

/** Bounds by energy and by each use alone; false: no path is within the limits. A limit that no path reaches
 * is dropped. */
static bool bound_each(path_search *now, total *fastest) {
    static const weights energy = {.energy = 1};
    pass(now, now->energy, &energy, false);
    if (isinf(now->energy[0])) return false;
    trace(now);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        weights one = {.energy = 0};
        one.use[i] = 1;
        if (isfinite(now->most[i])) pass(now, now->longest[i], &one, true);
    }
    list_limited(now);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        weights one = {.energy = 0};
        one.use[i] = 1;
        if (isinf(now->most[i])) continue;
        pass(now, now->least[i], &one, false);
        if (now->least[i][0] > now->most[i]) return false;
        fastest[i] = trace(now);
    }
    return keeps_limits(now, &(total){0}, 0);
}

/** Bracket the answer: bounds of each state, multipliers, a path if one turns up. False: no path is within
 * the limits. */
static bool solve_dual(path_search *now) {
    total fastest[FL_USE_KINDS];
    if (!bound_each(now, fastest)) return false;
    now->bound = now->energy[0];
    now->multipliers = (weights){.energy = 1};
    memcpy(now->reduced, now->energy, (size_t)now->graph->n_states * sizeof *now->reduced);
    for (int round = 0; round < ROUNDS && !closed(now); round++) {
        for (int i = 0; i < FL_USE_KINDS && !closed(now); i++) {
            if (isfinite(now->most[i])) improve(now, i, fastest[i]);
        }
    }
    if (!closed(now)) dive(now, &now->multipliers, now->reduced);
    for (int i = 0; i < now->n_limited && !closed(now); i++) {
        weights one = {.energy = 0};
        one.use[now->limited[i]] = 1;
        dive(now, &one, now->least[now->limited[i]]);
    }
    double scale = fabs(now->bound);
    if (isfinite(now->incumbent_cost.energy)) scale = fmax(scale, now->incumbent_cost.energy);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (now->multipliers.use[i] > 0) scale += now->multipliers.use[i] * now->most[i];
    }
    now->slack = 16 * DBL_EPSILON * now->depth * scale;
    return true;
}

/* Labels */

static label *label_at(const path_search *now, int i) {
    return &now->chunks[i / CHUNK][i % CHUNK];
}

/** Room for one more label; NULL: no memory. */
static label *new_label(path_search *now) {
    if (now->n_labels == now->n_chunks * CHUNK) {
        if (now->n_chunks == now->chunk_room) {
            label **chunks = FL_NEW(now->arena, 2 * now->chunk_room + 16, label *);
            if (chunks == NULL) return NULL;
            if (now->n_chunks > 0) memcpy(chunks, now->chunks, (size_t)now->n_chunks * sizeof(label *));
            now->chunks = chunks;
            now->chunk_room = 2 * now->chunk_room + 16;
        }
        now->chunks[now->n_chunks] = FL_NEW(now->arena, CHUNK, label);
        if (now->chunks[now->n_chunks] == NULL) return NULL;
        now->n_chunks++;
    }
    now->made++;
    label *new = label_at(now, now->n_labels);
    new->index = now->n_labels++;
    return new;
}

/** A use of a state's label as far as it matters: below what leaves room for the longest way to the end all
 * are the same. */
static double matters(const path_search *now, int kind, int state, double use) {
    if (is_joint(now, kind)) return use;
    return fmax(use, now->most[kind] - now->longest[kind][state]);
}

static bool dominates(const path_search *now, int state, const total *one, const total *two) {
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (isfinite(now->most[i]) && one->use[i] > matters(now, i, state, two->use[i])) return false;
    }
    return one->energy <= two->energy;
}

static int compare_labels(const void *a, const void *b) {
    const label *one = *(const label *const *)a, *two = *(const label *const *)b;
    if (one->cost.energy != two->cost.energy) return one->cost.energy < two->cost.energy ? -1 : 1;
    for (int i = 0; i < FL_USE_KINDS; i++) {
        if (one->cost.use[i] != two->cost.use[i]) return one->cost.use[i] < two->cost.use[i] ? -1 : 1;
    }
    return (one->arc > two->arc) - (one->arc < two->arc);
}

/** Whether `k` of the labels kept, which are no dearer, are no worse than this one. */
static bool is_dominated(const path_search *now, int state, int kept, const label *one) {
    int dominating = 0;
    for (int i = kept - 1; i >= 0 && dominating < now->query->k; i--) {
        dominating += dominates(now, state, &now->front[i]->cost, &one->cost);
    }
    return dominating == now->query->k;
}

/** How many labels kept use no more of the first limited kind than `use`: the steps are sorted by it. */
static int steps_up_to(const path_search *now, double use) {
    int low = 0, high = now->n_steps;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (now->steps[middle][0] <= use) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/** The same as is_dominated() for one best path and at most two limited kinds; a label that is not becomes a
 *  step. The steps are the labels kept that use less of the second kind than all that use less of the first.
 */
static bool is_above_steps(path_search *now, int state, const label *one) {
    double use[2] = {0, 0}, need[2] = {0, 0};
    for (int i = 0; i < now->n_limited; i++) {
        use[i] = one->cost.use[now->limited[i]];
        need[i] = matters(now, now->limited[i], state, use[i]);
    }
    int at = steps_up_to(now, need[0]);
    if (at > 0 && now->steps[at - 1][1] <= need[1]) return true;
    int first = steps_up_to(now, use[0]), last = first;
    while (last < now->n_steps && now->steps[last][1] >= use[1]) last++;
    memmove(&now->steps[first + 1], &now->steps[last], (size_t)(now->n_steps - last) * sizeof *now->steps);
    now->n_steps += first + 1 - last;
    now->steps[first][0] = use[0];
    now->steps[first][1] = use[1];
    return false;
}

/** The labels of a state that others do not dominate, by rising energy, into `front`; returns how many, or
 * -1: no memory. */
static int make_front(path_search *now, int state) {
    int n = 0, kept = 0;
    for (int i = now->head[state]; i >= 0; i = label_at(now, i)->next) n++;
    if (n > now->front_room) {
        now->front_room = 2 * n;
        now->front = FL_NEW(now->arena, now->front_room, label *);
        now->steps = fl_arena_alloc(now->arena, (size_t)now->front_room + 1, sizeof *now->steps);
        if (now->front == NULL || now->steps == NULL) return -1;
    }
    n = 0;
    for (int i = now->head[state]; i >= 0; i = label_at(now, i)->next) now->front[n++] = label_at(now, i);
    if (n == 1) return n;
    qsort(now->front, (size_t)n, sizeof(label *), compare_labels);
    now->n_steps = 0;
    bool stairs = now->query->k == 1 && now->n_limited <= 2;
    for (int i = 0; i < n; i++) {
        bool worse = stairs ? is_above_steps(now, state, now->front[i])
                            : is_dominated(now, state, kept, now->front[i]);
        if (!worse) now->front[kept++] = now->front[i];
    }
    return kept;
}

/** Whether a path that has cost `sum` so far and goes on from state `to` (< 0: ends) is looked for. */
static bool is_hopeful(path_search *now, const total *sum, int to, double cut) {
    double energy = sum->energy + (to >= 0 ? now->energy[to] : 0);
    if (!keeps_limits(now, sum, to)) return false;
    if (now->query->k > 1 ? energy > now->best + now->slack : energy >= now->best) return false;
    double reduced = sum->energy + (to >= 0 ? now->reduced[to] : 0);
    for (int i = 0; i < now->n_limited; i++) {
        int kind = now->limited[i];
        reduced += now->multipliers.use[kind] * (sum->use[kind] - now->most[kind]);
    }
    if (reduced <= cut + now->slack) return true;
    now->dropped = true;
    return false;
}

/** A whole path, better than the best known. */
static void keep_best(path_search *now, int parent, int arc, const total *sum) {
    int l = now->graph->states[label_at(now, parent)->state].block + 1;
    now->incumbent_cost = *sum;
    now->best = sum->energy;
    for (now->incumbent[l] = arc; l > 0; parent = label_at(now, parent)->parent) {
        now->incumbent[--l] = label_at(now, parent)->arc;
    }
}

/** A whole path, one of the k best so far. */
static bool keep_end(path_search *now, int parent, int arc, const total *sum) {
    label *end = new_label(now);
    if (end == NULL) return false;
    *end = (label){*sum, parent, arc, -1, -1, end->index};
    int at = now->n_ends, k = now->query->k;
    if (now->n_ends == now->end_room) {
        int room = now->end_room < k / 2 ? 2 * now->end_room + 16 : k;
        label **ends = FL_NEW(now->arena, room, label *);
        if (ends == NULL) return false;
        if (now->n_ends > 0) memcpy(ends, now->ends, (size_t)now->n_ends * sizeof(label *));
        now->ends = ends;
        now->end_room = room;
    }
    while (at > 0 && now->ends[at - 1]->cost.energy > sum->energy) at--;
    if (at == k) return true;
    int moved = now->n_ends - at - (now->n_ends == k);
    memmove(&now->ends[at + 1], &now->ends[at], (size_t)moved * sizeof(label *));
    now->ends[at] = end;
    if (now->n_ends < k) now->n_ends++;
    if (now->n_ends == k) now->best = fmin(now->best, now->ends[k - 1]->cost.energy);
    return true;
}

/** Extend label `from` by all arcs of its state; false: no memory. */
static bool extend(path_search *now, const label *from, double cut) {
    const fl_extended *graph = now->graph;
    for (int a = graph->first[from->state]; a < graph->first[from->state + 1]; a++) {
        const fl_extended_arc *arc = &graph->arcs[a];
        total sum = add_arc(from->cost, arc);
        if (!is_hopeful(now, &sum, arc->to, cut)) continue;
        if (arc->to >= 0) {
            label *to = new_label(now);
            if (to == NULL) return false;
            *to = (label){sum, from->index, a, arc->to, now->head[arc->to], to->index};
            now->head[arc->to] = to->index;
        } else if (now->query->k == 1) {
            keep_best(now, from->index, a, &sum);
        } else if (!keep_end(now, from->index, a, &sum)) {
            return false;
        }
    }
    return true;
}

/** Whether a limit strikes; looks at the clock now and then. */
static bool must_stop(path_search *now) {
    const fl_constrained_query *query = now->query;
    if (query->memory > 0 && (double)now->n_labels * sizeof(label) > query->memory) {
        now->stop = FL_STOP_MEMORY;
    }
    if (now->made < now->look_at) return now->stop != FL_STOP_DONE;
    now->look_at = now->made + LOOK_EVERY;
    if (query->time_limit > 0 && fl_clock() - now->task->start > query->time_limit) now->stop = FL_STOP_TIME;
    if (*now->task->interrupt) now->stop = FL_STOP_INTERRUPTED;
    return now->stop != FL_STOP_DONE;
}

/** All labels under the cut; false: no memory. */
static bool grow_labels(path_search *now, double cut) {
    label *source = new_label(now);
    if (source == NULL) return false;
    *source = (label){.parent = -1, .arc = -1, .next = -1, .index = source->index};
    now->head[0] = source->index;
    for (int s = 0; s < now->graph->n_states; s++) {
        if (now->head[s] < 0) continue;
        int n = make_front(now, s);
        if (n < 0) return false;
        for (int i = 0; i < n; i++) {
            if (!extend(now, now->front[i], cut)) return false;
            if (must_stop(now)) return true;
        }
    }
    return true;
}

/* Trials */

/** Start a trial with the arena as at `mark`. */
static fl_status renew(path_search *now, fl_arena_mark mark, fl_error *err) {
    fl_arena_release(now->arena, mark);
    now->n_labels = now->n_chunks = now->chunk_room = now->front_room = now->n_ends = now->end_room = 0;
    now->dropped = false;
    now->head = FL_NEW(now->arena, now->graph->n_states, int);
    if (now->head == NULL) return fl_arena_error(now->arena, err);
    for (int s = 0; s < now->graph->n_states; s++) now->head[s] = -1;
    return FL_OK;
}

/** Whether the paths asked for are all below the cut, so that nothing cheaper can be missing. */
static bool is_settled(const path_search *now, double cut) {
    return !now->dropped || now->best <= cut;
}

/** Trials with a growing cut until the answer is settled or a limit strikes. */
static fl_status run_trials(path_search *now, bool *settled, fl_arena_mark mark, fl_error *err) {
    double gap = fmin(now->incumbent_cost.energy, now->query->best) - now->bound;
    double width = FIRST_CUT * (isfinite(gap) && now->query->k == 1 ? gap : fabs(now->bound));
    for (;; width *= CUT_GROWTH) {
        double cut = width > 0 ? now->bound + width : INFINITY;
        FL_TRY(renew(now, mark, err));
        if (!grow_labels(now, cut)) return fl_arena_error(now->arena, err);
        if (now->stop != FL_STOP_DONE) return FL_OK;
        *settled = is_settled(now, cut);
        if (*settled) return FL_OK;
        double least = now->n_ends > 0 ? fmin(cut, now->ends[0]->cost.energy) : cut;
        now->proven = fmax(now->proven, least - now->slack);
    }
}

/* The whole search */

static fl_status prepare(path_search *now, fl_error *err) {
    const fl_extended *graph = now->graph;
    size_t n = (size_t)graph->n_states;
    now->energy = FL_NEW(now->arena, n, double);
    now->reduced = FL_NEW(now->arena, n, double);
    now->spare = FL_NEW(now->arena, n, double);
    now->choice = FL_NEW(now->arena, n, int);
    for (int i = 0; i < FL_USE_KINDS; i++) {
        now->least[i] = FL_NEW(now->arena, n, double);
        now->longest[i] = FL_NEW(now->arena, n, double);
    }
    now->depth = graph->states[n - 1].block + 2;
    now->incumbent = FL_NEW(now->arena, now->depth, int);
    return now->arena->failed ? fl_arena_error(now->arena, err) : FL_OK;
}

/** Copy the paths found out of the labels. */
static fl_status read_paths(const path_search *now, fl_constrained_found *out, fl_error *err) {
    bool single = now->query->k == 1;
    bool any = single && now->incumbent_cost.energy < now->query->best;
    out->n_paths = single ? any : now->n_ends;
    out->paths = FL_NEW(now->arena, out->n_paths, fl_constrained_path);
    if (out->paths == NULL) return fl_arena_error(now->arena, err);
    if (any) out->paths[0] = (fl_constrained_path){now->incumbent_cost.energy, now->incumbent};
    for (int i = 0; i < out->n_paths && !single; i++) {
        const label *at = now->ends[i];
        int *arcs = FL_NEW(now->arena, now->depth, int), l = 0;
        if (arcs == NULL) return fl_arena_error(now->arena, err);
        for (const label *up = at; up->parent >= 0; up = label_at(now, up->parent)) l++;
        for (; at->parent >= 0; at = label_at(now, at->parent)) arcs[--l] = at->arc;
        out->paths[i] = (fl_constrained_path){now->ends[i]->cost.energy, arcs};
    }
    return FL_OK;
}

fl_status fl_constrained_search(fl_constrained_found *out, const fl_extended *graph, const double *most,
                                const fl_task *task, const fl_constrained_query *query, fl_error *err) {
    path_search now = {.graph = graph,
                       .task = task,
                       .query = query,
                       .arena = task->arena,
                       .bound = -INFINITY,
                       .incumbent_cost = {.energy = INFINITY}};
    bool settled = false;
    *out = (fl_constrained_found){.bound = INFINITY, .complete = true};
    FL_TRY(prepare(&now, err));
    memcpy(now.most, most, sizeof now.most);
    if (!solve_dual(&now)) return FL_OK;
    now.proven = now.bound - now.slack;
    now.best = query->k == 1 ? fmin(now.incumbent_cost.energy, query->best) : query->best;
    if (query->k == 1 ? closed(&now) : now.bound >= query->best) {
        settled = true;
    } else if (!query->bracket) {
        fl_arena_mark mark = fl_arena_keep(now.arena);
        fl_status status = run_trials(&now, &settled, mark, err);
        if (status == FL_ENOMEM) {
            fl_arena_recover(now.arena, mark);
            now.stop = FL_STOP_MEMORY;
            now.n_ends = 0;
        }
    }
    out->complete = settled;
    out->stop = now.stop;
    out->n_labels = now.made;
    FL_TRY(read_paths(&now, out, err));
    if (!settled) out->bound = now.proven;
    if (settled && out->n_paths > 0) out->bound = out->paths[0].energy;
    return FL_OK;
}
