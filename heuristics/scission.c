/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `scission`: contiguous ranges on a device, an edge and a cloud node (Lockhart, Harvey, Imai, Willis,
 * Varghese, "Scission: performance-driven and context-aware cloud-edge distribution of deep neural networks",
 * UCC 2020). Tier 0 is the device, 1 the edge, all above the cloud. Of each tier at most one node runs a
 * range of blocks, device before edge before cloud; a tier may be idle; the input comes from the source,
 * wherever the first range is. Of all these plans that keep what the options ask for, the k of least latency
 * are named.
 *
 * The original tries every pair of cuts with every triple of nodes. Here labels do: one layer after the
 * other, for each node and what was used before it the k fastest ways there (with a limit on what is sent,
 * the ways that fewer than k others beat in latency and bits). Ways that leave alike nodes cost the same from
 * there on, so only the k fastest of a group of nodes are tried. The same plans, in
 * O(blocks * nodes * groups * k) without a limit.
 *
 * What the original leaves out stays out: it knows no exits, so the whole network runs, that is up to the
 * last exit that is accurate enough; energy plays no part; and a late plan is late. `alternatives` holds
 * those of the k plans that are allowed. It claims nothing. */
#include "core/evaluate.h"
#include "heuristics/methods.h"
#include "heuristics/path.h"
#include <string.h>

enum { K, DEVICE, EDGE, CLOUD, ON_DEVICE, ON_EDGE, ON_CLOUD, USE, AVOID, UPLOAD, N_OPTIONS };

enum { TIERS = 3 };

/* The choices of a tier. */
enum { MAY, MUST, NOT };

#define TIER(name, of)                                                                                       \
    { name, FL_OPTION_CHOICE, 0, 0, 0, "may|must|not", "whether " of " runs blocks" }
#define ON(name, of)                                                                                         \
    { name, FL_OPTION_INT, 0, 1, 1e6, "any", "the number of a block, from 1, that must run on " of }

static const fl_option options[N_OPTIONS] = {
    [K] = {"k", FL_OPTION_INT, 1, 1, 1e4, NULL, "name the k fastest plans, in `alternatives`"},
    [DEVICE] = TIER("device", "a node of tier 0"),
    [EDGE] = TIER("edge", "a node of tier 1"),
    [CLOUD] = TIER("cloud", "a node of tier 2 or above"),
    [ON_DEVICE] = ON("on_device", "tier 0"),
    [ON_EDGE] = ON("on_edge", "tier 1"),
    [ON_CLOUD] = ON("on_cloud", "tier 2 or above"),
    [USE] = {"use", FL_OPTION_NODE, 0, 0, 0, NULL,
             "a node that must run blocks; default, or the application's source: none need"},
    [AVOID] = {"avoid", FL_OPTION_NODE, 0, 0, 0, NULL,
               "a node that must not; default, or the application's source: all may"},
    [UPLOAD] = {"upload", FL_OPTION_NUMBER, 0, 0, 1e100, "unlimited",
                "the most bits that may be sent in all, by a sample that goes all the way"},
};

/* A way through the first layers: its ranges. */
typedef struct label {
    double latency, upload; /* s; bits, 0 where nobody asks */
    int beaten;             /* labels of its list that are no worse in both */
    int first[TIERS];       /* the first block of each tier's range; -1: idle */
    int node[TIERS];
    int tier;  /* of the last range */
    bool used; /* the node that must be */
} label;

/* Labels by latency, each beaten by fewer than k. */
typedef struct list {
    int n, room;
    label *labels;
} list;

/* Ways to one node differ in what lies ahead of them only by the tiers used before and the node that must be:
 * one list for each. All ways of a list are in the same tier. */
enum { LISTS = 1 << (TIERS + 1) };

typedef struct ranges {
    const fl_task *task;
    fl_layers layers;
    int k;
    list *here, *ahead; /* [n_nodes * LISTS] the layer done and the next one */
    list *leaving;      /* [n_groups * LISTS] the layer done, by groups of nodes */
} ranges;

static double option(const ranges *r, int which) {
    return r->task->settings->value[which];
}

static int tier_of(const ranges *r, int node) {
    int tier = r->task->instance->system.nodes[node].tier;
    return tier < TIERS ? tier : TIERS - 1;
}

static list *list_of(list *lists, const label *way) {
    int tiers = 0, node = way->node[way->tier];
    for (int t = 0; t < TIERS; t++) tiers |= (way->first[t] >= 0) << t;
    return &lists[(size_t)node * LISTS + (size_t)(2 * tiers + way->used)];
}

/* Lists */

static fl_status grow(list *to, fl_arena *arena, fl_error *err) {
    int room = to->room > 0 ? 2 * to->room : 4;
    label *labels = FL_NEW(arena, room, label);
    if (labels == NULL) return fl_arena_error(arena, err);
    if (to->n > 0) memcpy(labels, to->labels, (size_t)to->n * sizeof *labels);
    to->labels = labels;
    to->room = room;
    return FL_OK;
}

/* Add a label unless k others are no worse, and drop those that now are. */
static fl_status insert(list *to, label way, int k, fl_arena *arena, fl_error *err) {
    int at = to->n, kept;
    while (at > 0 && way.latency < to->labels[at - 1].latency) at--;
    way.beaten = 0;
    for (int i = 0; i < at; i++) way.beaten += to->labels[i].upload <= way.upload;
    if (way.beaten >= k) return FL_OK;
    if (to->n == to->room) FL_TRY(grow(to, arena, err));
    memmove(to->labels + at + 1, to->labels + at, (size_t)(to->n - at) * sizeof way);
    to->labels[at] = way;
    kept = at + 1;
    for (int i = at + 1; i <= to->n; i++) {
        to->labels[i].beaten += way.upload <= to->labels[i].upload;
        if (to->labels[i].beaten < k) to->labels[kept++] = to->labels[i];
    }
    to->n = kept;
    return FL_OK;
}

/* Extending */

/* Whether the options let block l run on a tier, and on a node. */
static bool admits(const ranges *r, int l, int node) {
    int tier = tier_of(r, node), avoid = (int)option(r, AVOID);
    for (int t = 0; t < TIERS; t++) {
        if (option(r, ON_DEVICE + t) == l + 1 && t != tier) return false;
    }
    return option(r, DEVICE + tier) != NOT && (node == r->layers.source || node != avoid);
}

/* The way on to block l on `node`; false: there is none. */
static bool extend(label *way, const ranges *r, int l, int node) {
    const fl_app *app = &r->task->instance->apps[0];
    bool final = l == r->layers.n_layers - 1;
    int from = l > 0 ? way->node[way->tier] : r->layers.source, tier = tier_of(r, node);
    fl_cost arc;
    if (!admits(r, l, node) || !fl_layers_arc(&r->layers, l, from, node, final, &arc)) return false;
    way->latency += arc.latency;
    if (l == 0 || from != node) {
        way->tier = tier;
        way->node[tier] = node;
        way->first[tier] = l;
        way->used = way->used || node == (int)option(r, USE);
    }
    if (from == node || option(r, UPLOAD) == 0) return true;
    way->upload += fl_cost_bits(app, l);
    return way->upload <= option(r, UPLOAD);
}

static fl_status extend_to(ranges *r, const label *way, int l, int node, fl_error *err) {
    label next = *way;
    if (!extend(&next, r, l, node)) return FL_OK;
    return insert(list_of(r->ahead, &next), next, r->k, r->task->arena, err);
}

/* Of each group of nodes the fastest ways that end there. */
static fl_status gather(ranges *r, fl_error *err) {
    const fl_groups *groups = r->layers.groups;
    for (size_t i = 0; i < (size_t)groups->n_groups * LISTS; i++) r->leaving[i].n = 0;
    for (size_t i = 0; i < (size_t)r->layers.n_nodes * LISTS; i++) {
        list *to = &r->leaving[(size_t)groups->group[i / LISTS] * LISTS + i % LISTS];
        for (int k = 0; k < r->here[i].n; k++) {
            FL_TRY(insert(to, r->here[i].labels[k], r->k, r->task->arena, err));
        }
    }
    return FL_OK;
}

/* A way goes on to all nodes of higher tiers. */
static fl_status rise(ranges *r, const label *way, int l, fl_error *err) {
    for (int node = 0; node < r->layers.n_nodes; node++) {
        if (l == 0 || tier_of(r, node) > way->tier) FL_TRY(extend_to(r, way, l, node, err));
    }
    return FL_OK;
}

/* All ways go on where they are, and those that leave to other nodes. */
static fl_status rise_all(ranges *r, int l, fl_error *err) {
    FL_TRY(gather(r, err));
    for (size_t i = 0; i < (size_t)r->layers.n_nodes * LISTS; i++) {
        for (int k = 0; k < r->here[i].n; k++) {
            FL_TRY(extend_to(r, &r->here[i].labels[k], l, (int)(i / LISTS), err));
        }
    }
    for (size_t i = 0; i < (size_t)r->layers.groups->n_groups * LISTS; i++) {
        for (int k = 0; k < r->leaving[i].n; k++) FL_TRY(rise(r, &r->leaving[i].labels[k], l, err));
    }
    return FL_OK;
}

static fl_status run_layer(ranges *r, int l, fl_error *err) {
    static const label start = {.first = {-1, -1, -1}};
    for (size_t i = 0; i < (size_t)r->layers.n_nodes * LISTS; i++) r->ahead[i].n = 0;
    FL_TRY(l == 0 ? rise(r, &start, l, err) : rise_all(r, l, err));
    list *swap = r->here;
    r->here = r->ahead;
    r->ahead = swap;
    return FL_OK;
}

/* Answering */

/* Whether a whole way has all that it must have. */
static bool complies(const ranges *r, const label *way) {
    bool used = way->used || (int)option(r, USE) == r->layers.source;
    for (int t = 0; t < TIERS; t++) {
        if (option(r, DEVICE + t) == MUST && way->first[t] < 0) return false;
        if (option(r, ON_DEVICE + t) > r->layers.n_layers) return false;
    }
    return used;
}

/* The k fastest of all ways. */
static fl_status collect(list *out, const ranges *r, fl_error *err) {
    for (size_t i = 0; i < (size_t)r->layers.n_nodes * LISTS; i++) {
        for (int k = 0; k < r->here[i].n; k++) {
            label way = r->here[i].labels[k];
            way.upload = 0;
            if (complies(r, &way)) FL_TRY(insert(out, way, r->k, r->task->arena, err));
        }
    }
    return FL_OK;
}

static fl_status offer(fl_answer *answer, const ranges *r, const label *way, fl_path *path, fl_error *err) {
    int n = r->layers.n_layers;
    for (int t = 0; t < TIERS; t++) {
        for (int l = way->first[t]; l >= 0 && l < n; l++) path->nodes[l] = way->node[t];
    }
    path->exit = r->layers.layer[n - 1].exit;
    return fl_path_offer(answer, r->task, path, err);
}

static fl_status answer_all(fl_answer *answer, const ranges *r, const list *ways, fl_error *err) {
    const fl_task *task = r->task;
    fl_path path;
    fl_plan *plans = FL_NEW(task->arena, ways->n, fl_plan);
    if (plans == NULL) return fl_arena_error(task->arena, err);
    FL_TRY(fl_path_create(&path, &r->layers, task->arena, err));
    for (int i = 0; i < ways->n; i++) {
        fl_answer one = *answer;
        fl_verdict verdict;
        FL_TRY(offer(&one, r, &ways->labels[i], &path, err));
        FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, &one.plan, task->arena, err));
        if (i == 0) answer->plan = one.plan;
        if (r->k > 1 && verdict.feasible) plans[answer->n_alternatives++] = one.plan;
    }
    answer->alternatives = plans;
    return FL_OK;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    ranges r = {.task = task, .k = (int)task->settings->value[K]};
    list ways = {0};
    FL_TRY(fl_layers_build(&r.layers, task->instance, 0, task->arena, err));
    size_t n_lists = (size_t)r.layers.n_nodes * LISTS;
    r.here = FL_ZERO(task->arena, n_lists, list);
    r.ahead = FL_ZERO(task->arena, n_lists, list);
    r.leaving = FL_ZERO(task->arena, (size_t)r.layers.groups->n_groups * LISTS, list);
    if (r.here == NULL || r.ahead == NULL || r.leaving == NULL) return fl_arena_error(task->arena, err);
    for (int l = 0; l < r.layers.n_layers; l++) {
        FL_TRY(run_layer(&r, l, err));
        if (*task->interrupt) answer->stop = FL_STOP_INTERRUPTED;
        if (answer->stop != FL_STOP_DONE) return FL_OK;
    }
    FL_TRY(collect(&ways, &r, err));
    return answer_all(answer, &r, &ways, err);
}

const fl_method fl_scission_method = {
    .name = "scission",
    .summary =
        "the whole network in ranges on one device, edge and cloud node, the fastest that queries allow",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
