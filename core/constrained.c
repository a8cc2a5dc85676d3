/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/constrained.h"
#include "core/bracket.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 1 << 12,      /* labels are had in pieces of so many */
    LOOK_EVERY = 1 << 10, /* labels between two looks at the clock */
    MOST_PART = 1 << 13   /* labels that are completed when a limit struck */
};

/** The first cut, as a part of the duality gap, and how it grows. */
static const double FIRST_CUT = 1.0 / 256, CUT_GROWTH = 8;

/** A path from the source to a state. */
typedef struct label {
    fl_total cost;
    int parent, arc; /* label before, and the arc from its state; parent < 0: the source itself */
    int state;       /* < 0: the end */
    int next;        /* another label of the state; < 0: none */
    int index;       /* its own */
} label;

/** A whole path: a label, an arc from there (-1: none), and on as `way` [n_states] says. */
typedef struct end {
    fl_total cost;
    int label, arc;
    const int *way; /* NULL: the arc is final */
} end;

typedef struct path_search {
    const fl_extended *graph;
    const fl_task *task;
    const fl_constrained_query *query;
    fl_arena *arena;
    fl_bracket dual;                      /* its incumbent is the one best path */
    bool all;                             /* a curve or a frontier is looked for */
    int counted[FL_USE_KINDS], n_counted; /* the kinds that decide which label is better */
    bool traded[FL_USE_KINDS];            /* the less the better, not only within a limit */
    label **chunks;
    int n_labels, n_chunks, chunk_room;
    int *head;     /* [n_states] a state's last label, < 0: none */
    label **front; /* [front_room] labels of the state at hand */
    int front_room;
    int varying[FL_USE_KINDS], n_varying; /* the kinds that count in which these labels differ */
    double (*steps)[2];                   /* [n_steps] of the front at hand */
    int n_steps;
    end *ends; /* [n_ends] whole paths: for k > 1 the best, by rising energy; of a curve or frontier those
                  that were on the skyline at some time */
    int n_ends, end_room;
    fl_skyline skyline; /* paths known, -1, and ends by their place */
    double best;        /* paths that are not cheaper are not looked for */
    double proven;      /* no path within the limits and cheaper than query->best costs less */
    bool dropped;       /* a label was dropped for the cut */
    int reached;        /* the state whose labels are being extended */
    long long made, look_at;
    fl_stop stop;
} path_search;

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
    if (now->traded[kind] || fl_bracket_joint(&now->dual, kind)) return use;
    return fmax(use, now->dual.most[kind] - now->dual.longest[kind][state]);
}

static bool dominates(const path_search *now, int state, const fl_total *one, const fl_total *two) {
    for (int i = 0; i < now->n_counted; i++) {
        int kind = now->counted[i];
        if (one->use[kind] > matters(now, kind, state, two->use[kind])) return false;
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

/** How many labels kept use no more of the first kind that varies than `use`: the steps are sorted by it. */
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

/** The same as is_dominated() for one best path and at most two kinds that vary; a label that is not becomes
 * a step. The steps are the labels kept that use less of the second kind than all that use less of the first.
 */
static bool is_above_steps(path_search *now, int state, const label *one) {
    double use[2] = {0, 0}, need[2] = {0, 0};
    for (int i = 0; i < now->n_varying; i++) {
        use[i] = one->cost.use[now->varying[i]];
        need[i] = matters(now, now->varying[i], state, use[i]);
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

/** Note the kinds in which the first `n` labels of the front differ. */
static void find_varying(path_search *now, int n) {
    now->n_varying = 0;
    for (int i = 0; i < now->n_counted; i++) {
        int kind = now->counted[i], k = 1;
        while (k < n && now->front[k]->cost.use[kind] == now->front[0]->cost.use[kind]) k++;
        if (k < n) now->varying[now->n_varying++] = kind;
    }
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
    find_varying(now, n);
    bool stairs = now->query->k == 1 && now->n_varying <= 2;
    for (int i = 0; i < n; i++) {
        bool worse = stairs ? is_above_steps(now, state, now->front[i])
                            : is_dominated(now, state, kept, now->front[i]);
        if (!worse) now->front[kept++] = now->front[i];
    }
    return kept;
}

/** What counts on a curve or frontier of the best that `sum` can come to from state `to` (< 0: the end). */
static fl_skyline_point best_point(const path_search *now, const fl_total *sum, int to, int mark) {
    fl_total best = *sum;
    best.energy += to >= 0 ? now->dual.energy[to] : 0;
    for (int i = 0; i < now->n_counted && to >= 0; i++) {
        best.use[now->counted[i]] += now->dual.least[now->counted[i]][to];
    }
    double loss = now->traded[FL_USE_LOSS] ? fmin(best.use[FL_USE_LOSS], 1) : 0;
    return (fl_skyline_point){best.energy, fl_extended_latency(now->graph, best.use), loss, mark};
}

/** Whether a path that has cost `sum` so far and goes on from state `to` (< 0: ends) is looked for. */
static bool is_hopeful(path_search *now, const fl_total *sum, int to, double cut) {
    double energy = sum->energy + (to >= 0 ? now->dual.energy[to] : 0);
    if (!fl_bracket_keeps(&now->dual, sum, to)) return false;
    if (now->all) {
        fl_skyline_point best = best_point(now, sum, to, -1);
        return !fl_skyline_covers(&now->skyline, &best);
    }
    if (now->query->k > 1 ? energy > now->best + now->dual.slack : energy >= now->best) return false;
    double reduced = sum->energy + (to >= 0 ? now->dual.reduced[to] : 0);
    for (int i = 0; i < now->dual.n_limited; i++) {
        int kind = now->dual.limited[i];
        reduced += now->dual.multipliers.use[kind] * (sum->use[kind] - now->dual.most[kind]);
    }
    if (reduced <= cut + now->dual.slack) return true;
    now->dropped = true;
    return false;
}

/** A whole path, better than the best known. */
static void keep_best(path_search *now, int parent, int arc, const fl_total *sum) {
    int l = now->graph->states[label_at(now, parent)->state].block + 1;
    now->dual.incumbent_cost = *sum;
    now->best = sum->energy;
    for (now->dual.incumbent[l] = arc; l > 0; parent = label_at(now, parent)->parent) {
        now->dual.incumbent[--l] = label_at(now, parent)->arc;
    }
}

/** Room for one more end; `most` there can be. */
static bool reserve_end(path_search *now, int most) {
    if (now->n_ends < now->end_room) return true;
    int room = now->end_room < most / 2 ? 2 * now->end_room + 16 : most;
    end *ends = FL_NEW(now->arena, room, end);
    if (ends == NULL) return false;
    if (now->n_ends > 0) memcpy(ends, now->ends, (size_t)now->n_ends * sizeof *ends);
    now->ends = ends;
    now->end_room = room;
    return true;
}

/** A whole path, one of the k best so far. */
static bool keep_end(path_search *now, const end *new) {
    int at = now->n_ends, k = now->query->k;
    if (!reserve_end(now, k)) return false;
    while (at > 0 && now->ends[at - 1].cost.energy > new->cost.energy) at--;
    if (at == k) return true;
    int moved = now->n_ends - at - (now->n_ends == k);
    memmove(&now->ends[at + 1], &now->ends[at], (size_t)moved * sizeof *new);
    now->ends[at] = *new;
    if (now->n_ends < k) now->n_ends++;
    if (now->n_ends == k) now->best = fmin(now->best, now->ends[k - 1].cost.energy);
    return true;
}

/** A whole path that the skyline does not cover. */
static bool keep_point(path_search *now, const end *new) {
    fl_skyline_point point = best_point(now, &new->cost, -1, now->n_ends);
    if (!reserve_end(now, INT_MAX)) return false;
    now->ends[now->n_ends++] = *new;
    return fl_skyline_add(&now->skyline, &point);
}

/** Extend label `from` by all arcs of its state; false: no memory. */
static bool extend(path_search *now, const label *from, double cut) {
    const fl_extended *graph = now->graph;
    for (int a = graph->first[from->state]; a < graph->first[from->state + 1]; a++) {
        const fl_extended_arc *arc = &graph->arcs[a];
        fl_total sum = fl_total_add(from->cost, arc);
        if (!is_hopeful(now, &sum, arc->to, cut)) continue;
        if (arc->to >= 0) {
            label *to = new_label(now);
            if (to == NULL) return false;
            *to = (label){sum, from->index, a, arc->to, now->head[arc->to], to->index};
            now->head[arc->to] = to->index;
        } else if (now->query->k == 1 && !now->all) {
            keep_best(now, from->index, a, &sum);
        } else {
            const end new = {sum, from->index, a, NULL};
            if (!(now->all ? keep_point(now, &new) : keep_end(now, &new))) return false;
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
        now->reached = s;
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
    now->skyline = (fl_skyline){.arena = now->arena};
    now->dropped = false;
    now->head = FL_NEW(now->arena, now->graph->n_states, int);
    if (now->head == NULL) return fl_arena_error(now->arena, err);
    for (int s = 0; s < now->graph->n_states; s++) now->head[s] = -1;
    for (int i = 0; now->query->known != NULL && i < now->query->known->n; i++) {
        fl_skyline_point known = now->query->known->points[i];
        known.mark = -1;
        if (!fl_skyline_add(&now->skyline, &known)) return fl_arena_error(now->arena, err);
    }
    return FL_OK;
}

/** Whether the paths asked for are all below the cut, so that nothing cheaper can be missing. */
static bool is_settled(const path_search *now, double cut) {
    return !now->dropped || now->best <= cut;
}

/** Trials with a growing cut until the answer is settled or a limit strikes. */
static fl_status run_trials(path_search *now, bool *settled, fl_arena_mark mark, fl_error *err) {
    double gap = fmin(now->dual.incumbent_cost.energy, now->query->best) - now->dual.bound;
    double width = FIRST_CUT * (isfinite(gap) && now->query->k == 1 ? gap : fabs(now->dual.bound));
    if (now->all) width = 0;
    for (;; width *= CUT_GROWTH) {
        double cut = width > 0 ? now->dual.bound + width : INFINITY;
        FL_TRY(renew(now, mark, err));
        if (!grow_labels(now, cut)) return fl_arena_error(now->arena, err);
        if (now->stop != FL_STOP_DONE) return FL_OK;
        *settled = is_settled(now, cut);
        if (*settled) return FL_OK;
        double least = now->n_ends > 0 ? fmin(cut, now->ends[0].cost.energy) : cut;
        now->proven = fmax(now->proven, least - now->dual.slack);
    }
}

/* Curves and frontiers */

/** Which kinds decide what is better, and what is left of each. */
static void count_kinds(path_search *now) {
    bool joint = now->graph->deviations > 0;
    now->all = now->query->goal != FL_CONSTRAINED_CHEAPEST;
    now->traded[FL_USE_LATENCY] = now->all;
    now->traded[FL_USE_VARIANCE] = now->all && joint;
    now->traded[FL_USE_LOSS] = now->query->goal == FL_CONSTRAINED_FRONTIER;
    for (int i = 0; i < FL_USE_KINDS; i++) {
        bool limited = isfinite(now->dual.most[i]);
        if (limited || now->traded[i]) now->counted[now->n_counted++] = i;
        if (!limited && now->traded[i]) fl_bracket_least(&now->dual, i, NULL);
    }
}

/** Complete a label as `way` says; false: no memory. */
static bool complete(path_search *now, const label *from, const int *way) {
    fl_total sum = from->cost;
    for (int s = from->state; s >= 0; s = now->graph->arcs[way[s]].to) {
        sum = fl_total_add(sum, &now->graph->arcs[way[s]]);
    }
    const end new = {sum, from->index, -1, way};
    return !is_hopeful(now, &sum, -1, INFINITY) || keep_point(now, &new);
}

/** The way of the dual's path. */
static int *find_incumbent(const path_search *now) {
    int *way = FL_NEW(now->arena, now->graph->n_states, int);
    for (int s = 0, l = 0; s >= 0 && way != NULL; s = now->graph->arcs[way[s]].to) {
        way[s] = now->dual.incumbent[l++];
    }
    return way;
}

/** What is known when a limit strikes: the dual's path, and labels that have not been extended, completed by
 *  the ways of least energy and of the least of what is traded; false: no memory. */
static bool complete_part(path_search *now) {
    const int *ways[FL_USE_KINDS + 1];
    int n_ways = 0, n = 0;
    for (int kind = -1; kind < FL_USE_KINDS; kind++) {
        if (kind >= 0 && !now->traded[kind]) continue;
        int *way = FL_NEW(now->arena, now->graph->n_states, int);
        if (way == NULL) return false;
        fl_bracket_least(&now->dual, kind, way);
        ways[n_ways++] = way;
    }
    if (isfinite(now->dual.incumbent_cost.energy)) {
        const int *way = find_incumbent(now);
        if (way == NULL || !complete(now, label_at(now, 0), way)) return false;
    }
    for (int i = 0; i < now->n_labels; i++) n += label_at(now, i)->state >= now->reached;
    int step = n / MOST_PART + 1;
    for (int i = 0, seen = 0; i < now->n_labels; i++) {
        if (label_at(now, i)->state < now->reached || seen++ % step != 0) continue;
        for (int w = 0; w < n_ways; w++) {
            if (!complete(now, label_at(now, i), ways[w])) return false;
        }
    }
    return true;
}

/* The whole search */

static void set_cost(fl_constrained_path *out, const fl_total *cost) {
    out->energy = cost->energy;
    memcpy(out->use, cost->use, sizeof out->use);
}

/** The arcs of a whole path. */
static fl_status read_path(const path_search *now, fl_constrained_path *out, const end *from, fl_error *err) {
    int *arcs = FL_NEW(now->arena, now->dual.depth, int), l = 0;
    if (arcs == NULL) return fl_arena_error(now->arena, err);
    const label *at = label_at(now, from->label);
    int state = at->state;
    for (const label *up = at; up->parent >= 0; up = label_at(now, up->parent)) l++;
    for (int i = l; at->parent >= 0; at = label_at(now, at->parent)) arcs[--i] = at->arc;
    if (from->arc >= 0) arcs[l] = from->arc;
    for (; from->way != NULL && state >= 0; state = now->graph->arcs[arcs[l++]].to)
        arcs[l] = from->way[state];
    out->arcs = arcs;
    set_cost(out, &from->cost);
    return FL_OK;
}

/** Copy the paths found out of the labels. */
static fl_status read_paths(const path_search *now, fl_constrained_found *out, fl_error *err) {
    bool single = now->query->k == 1 && (!now->all || now->n_labels == 0);
    bool any = single && now->dual.incumbent_cost.energy < now->query->best;
    int n = now->all ? now->skyline.n : now->n_ends;
    out->paths = FL_NEW(now->arena, single ? any : n, fl_constrained_path);
    if (out->paths == NULL) return fl_arena_error(now->arena, err);
    if (any) {
        out->paths[out->n_paths++].arcs = now->dual.incumbent;
        set_cost(&out->paths[0], &now->dual.incumbent_cost);
    }
    for (int i = 0; i < n && !single; i++) {
        int at = now->all ? now->skyline.points[i].mark : i;
        if (at >= 0) FL_TRY(read_path(now, &out->paths[out->n_paths++], &now->ends[at], err));
    }
    return FL_OK;
}

/** Search with labels, after the dual. */
static fl_status search_labels(path_search *now, bool *settled, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(now->arena);
    fl_status status = run_trials(now, settled, mark, err);
    if (status == FL_OK && now->all && !*settled && !complete_part(now)) status = FL_ENOMEM;
    if (status != FL_ENOMEM) return status;
    fl_arena_recover(now->arena, mark);
    now->stop = FL_STOP_MEMORY;
    now->n_ends = now->n_labels = now->skyline.n = 0;
    return FL_OK;
}

fl_status fl_constrained_search(fl_constrained_found *out, const fl_extended *graph, const double *most,
                                const fl_task *task, const fl_constrained_query *query, fl_error *err) {
    path_search now = {.graph = graph, .task = task, .query = query, .arena = task->arena};
    bool settled = false;
    *out = (fl_constrained_found){.bound = INFINITY, .complete = true};
    FL_TRY(fl_bracket_solve(&now.dual, graph, most, query->best, now.arena, err));
    if (!now.dual.possible) return FL_OK;
    count_kinds(&now);
    now.proven = now.dual.bound - now.dual.slack;
    now.best = query->k == 1 ? fmin(now.dual.incumbent_cost.energy, query->best) : query->best;
    if (!now.all) settled = query->k == 1 ? fl_bracket_closed(&now.dual) : now.dual.bound >= query->best;
    if (!settled && !query->bracket) FL_TRY(search_labels(&now, &settled, err));
    out->complete = settled;
    out->stop = now.stop;
    out->n_labels = now.made;
    FL_TRY(read_paths(&now, out, err));
    if (!settled) out->bound = now.proven;
    if (settled && out->n_paths > 0) out->bound = out->paths[0].energy;
    return FL_OK;
}
