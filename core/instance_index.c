/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/instance_index.h"
#include <stdlib.h>
#include <string.h>

/* Names */

static int compare_named(const void *a, const void *b) {
    const fl_named *one = a, *two = b;
    int order = strcmp(one->name, two->name);
    return order != 0 ? order : (one->index > two->index) - (one->index < two->index);
}

fl_named *fl_named_sort(const char *const *first, size_t stride, int n, fl_arena *arena) {
    fl_named *named = FL_NEW(arena, n, fl_named);
    if (named == NULL) return NULL;
    const char *at = (const char *)first;
    for (int i = 0; i < n; i++, at += stride) named[i] = (fl_named){*(const char *const *)at, i};
    qsort(named, (size_t)n, sizeof *named, compare_named);
    return named;
}

int fl_named_find(const fl_named *sorted, int n, const char *name) {
    int low = 0, high = n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = strcmp(sorted[middle].name, name);
        if (order == 0) return sorted[middle].index;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}

int fl_named_doubled(const fl_named *sorted, int n) {
    int doubled = -1;
    for (int i = 1; i < n; i++) {
        bool same = strcmp(sorted[i].name, sorted[i - 1].name) == 0;
        if (same && (doubled < 0 || sorted[i].index < doubled)) doubled = sorted[i].index;
    }
    return doubled;
}

/* Pairs */

static int compare_ints(int a, int b) {
    return (a > b) - (a < b);
}

static int compare_pairs(const void *a, const void *b) {
    const fl_pair *one = a, *two = b;
    if (one->from != two->from) return compare_ints(one->from, two->from);
    if (one->to != two->to) return compare_ints(one->to, two->to);
    return compare_ints(one->index, two->index);
}

static fl_pair *sort_pairs(fl_pair *pairs, int n) {
    if (pairs != NULL) qsort(pairs, (size_t)n, sizeof *pairs, compare_pairs);
    return pairs;
}

fl_pair *fl_pair_sort_links(const fl_system *system, fl_arena *arena) {
    fl_pair *pairs = FL_NEW(arena, system->n_links, fl_pair);
    for (int i = 0; pairs != NULL && i < system->n_links; i++) {
        pairs[i] = (fl_pair){system->links[i].from, system->links[i].to, i};
    }
    return sort_pairs(pairs, system->n_links);
}

fl_pair *fl_pair_sort_tiers(const fl_system *system, fl_arena *arena) {
    fl_pair *pairs = FL_NEW(arena, system->n_tier_links, fl_pair);
    for (int i = 0; pairs != NULL && i < system->n_tier_links; i++) {
        pairs[i] = (fl_pair){system->tier_links[i].from_tier, system->tier_links[i].to_tier, i};
    }
    return sort_pairs(pairs, system->n_tier_links);
}

int fl_pair_find(const fl_pair *sorted, int n, int from, int to) {
    int low = 0, high = n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const fl_pair *pair = &sorted[middle];
        if (pair->from < from || (pair->from == from && pair->to < to)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n && sorted[low].from == from && sorted[low].to == to ? sorted[low].index : -1;
}

int fl_pair_doubled(const fl_pair *sorted, int n) {
    int doubled = -1;
    for (int i = 1; i < n; i++) {
        bool same = sorted[i].from == sorted[i - 1].from && sorted[i].to == sorted[i - 1].to;
        if (same && (doubled < 0 || sorted[i].index < doubled)) doubled = sorted[i].index;
    }
    return doubled;
}

/* Extremes */

static void worsen(fl_link *worst, const fl_link *link) {
    worst->rate = fmin(worst->rate, link->rate);
    worst->delay = fmax(worst->delay, link->delay);
    worst->energy = fmax(worst->energy, link->energy);
    worst->capacity = fmin(worst->capacity, link->capacity);
}

static fl_link extreme_link(const fl_system *system) {
    fl_link worst = {.rate = INFINITY, .capacity = INFINITY};
    for (int i = 0; i < system->n_links; i++) worsen(&worst, &system->links[i].link);
    for (int i = 0; i < system->n_tier_links; i++) worsen(&worst, &system->tier_links[i].link);
    return worst;
}

fl_link fl_instance_worst_link(const fl_system *system) {
    fl_link worst = extreme_link(system);
    double tx = 0, rx = 0;
    for (int n = 0; n < system->n_nodes; n++) {
        tx = fmax(tx, system->nodes[n].tx_energy);
        rx = fmax(rx, system->nodes[n].rx_energy);
    }
    if (isfinite(worst.rate)) worst.energy += tx + rx;
    return worst;
}

double fl_instance_most_deviation(const fl_system *system) {
    double most = 0;
    for (int n = 0; n < system->n_nodes; n++) most = fmax(most, system->nodes[n].deviation);
    for (int i = 0; i < system->n_links; i++) most = fmax(most, system->links[i].link.deviation);
    for (int i = 0; i < system->n_tier_links; i++) most = fmax(most, system->tier_links[i].link.deviation);
    return most;
}

double fl_instance_least_link_capacity(const fl_system *system) {
    return extreme_link(system).capacity;
}

/* Groups */

/** For each node the lowest node of its group: itself when it has links of its own, else the lowest node of
 *  its tier that has none. `members` gets each leader's number of nodes. */
static bool find_leaders(int *leader, int *members, const fl_system *system, fl_arena *arena) {
    bool *own = FL_ZERO(arena, system->n_nodes, bool);
    fl_pair *by_tier = FL_NEW(arena, system->n_nodes, fl_pair);
    if (own == NULL || by_tier == NULL) return false;
    for (int i = 0; i < system->n_links; i++) own[system->links[i].from] = own[system->links[i].to] = true;
    for (int n = 0; n < system->n_nodes; n++) {
        by_tier[n] = (fl_pair){system->nodes[n].tier, own[n], n};
        members[n] = 0;
    }
    sort_pairs(by_tier, system->n_nodes);
    for (int i = 0, first = 0; i < system->n_nodes; i++) {
        const fl_pair *pair = &by_tier[i];
        if (pair->from != by_tier[first].from || pair->to != by_tier[first].to) first = i;
        leader[pair->index] = own[pair->index] ? pair->index : by_tier[first].index;
        members[leader[pair->index]]++;
    }
    return true;
}

/** Number the groups by their leaders; `leaders` lists these by group. */
static int number_groups(int *group, int *leaders, const int *leader, int n_nodes) {
    int n_groups = 0;
    for (int n = 0; n < n_nodes; n++) {
        if (leader[n] == n) leaders[n_groups++] = n;
        group[n] = leader[n] == n ? n_groups - 1 : group[leader[n]];
    }
    return n_groups;
}

/** Tier links first: those between leaders stand for their groups; within a group of several nodes, the
 *  tier's link to itself. */
static void fill_tiers(double *slowness, double *delay, double *energy, const fl_system *system,
                       const fl_pair *tiers, const int *leaders, const int *members, int n_groups) {
    size_t n = (size_t)n_groups;
    bool tiered = system->n_tier_links > 0;
    for (size_t at = 0; at < n * n; at++) {
        const fl_link *link = NULL;
        int a = leaders[at / n], b = leaders[at % n];
        if (tiered && (a != b || members[a] > 1)) {
            int tier =
                fl_pair_find(tiers, system->n_tier_links, system->nodes[a].tier, system->nodes[b].tier);
            if (tier >= 0) link = &system->tier_links[tier].link;
        }
        slowness[at] = link != NULL ? 1 / link->rate : INFINITY;
        delay[at] = link != NULL ? link->delay : 0;
        energy[at] = link != NULL ? link->energy : 0;
    }
}

/** Then the links of single nodes, which are groups by themselves, over them. */
static void fill_links(double *slowness, double *delay, double *energy, const fl_system *system,
                       const int *group, int n_groups) {
    for (int i = 0; i < system->n_links; i++) {
        const fl_node_link *link = &system->links[i];
        size_t at = (size_t)group[link->from] * (size_t)n_groups + (size_t)group[link->to];
        slowness[at] = 1 / link->link.rate;
        delay[at] = link->link.delay;
        energy[at] = link->link.energy;
    }
}

fl_status fl_groups_build(fl_groups *out, const fl_system *system, const fl_pair *tiers, fl_arena *arena,
                          fl_error *err) {
    int *group = FL_NEW(arena, system->n_nodes, int);
    fl_arena scratch;
    fl_arena_init(&scratch, 0);
    int *leader = FL_NEW(&scratch, 3 * (size_t)system->n_nodes, int);
    if (group == NULL || leader == NULL ||
        !find_leaders(leader, leader + system->n_nodes, system, &scratch)) {
        fl_arena_free(&scratch);
        return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    }
    int *members = leader + system->n_nodes, *leaders = members + system->n_nodes;
    int n_groups = number_groups(group, leaders, leader, system->n_nodes);
    size_t cells = (size_t)n_groups * (size_t)n_groups;
    fl_link worst = extreme_link(system);
    *out =
        (fl_groups){.n_groups = n_groups, .uniform = worst.delay == 0 && worst.energy == 0, .group = group};
    double *matrices = n_groups <= FL_GROUPS_MOST ? FL_NEW(arena, 3 * cells, double) : NULL;
    if (matrices != NULL) {
        double *delay = matrices + cells, *energy = delay + cells;
        fill_tiers(matrices, delay, energy, system, tiers, leaders, members, n_groups);
        fill_links(matrices, delay, energy, system, group, n_groups);
        out->slowness = matrices;
        out->delay = delay;
        out->energy = energy;
    }
    fl_arena_free(&scratch);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

fl_status fl_groups_renew(fl_groups *groups, const fl_system *system, const fl_pair *tiers, fl_arena *arena,
                          fl_error *err) {
    size_t n = (size_t)groups->n_groups;
    if (groups->slowness == NULL) return FL_OK;
    double *slowness = FL_NEW(arena, n * n, double);
    int *leaders = FL_NEW(arena, n, int);
    if (slowness == NULL || leaders == NULL) return fl_arena_error(arena, err);
    for (int a = system->n_nodes - 1; a >= 0; a--) leaders[groups->group[a]] = a;
    for (size_t at = 0; at < n * n; at++) {
        slowness[at] = groups->slowness[at];
        if (isinf(slowness[at]) || system->n_tier_links == 0) continue;
        int from = system->nodes[leaders[at / n]].tier, to = system->nodes[leaders[at % n]].tier;
        int tier = fl_pair_find(tiers, system->n_tier_links, from, to);
        if (tier >= 0) slowness[at] = 1 / system->tier_links[tier].link.rate;
    }
    for (int i = 0; i < system->n_links; i++) {
        const fl_node_link *link = &system->links[i];
        size_t at = (size_t)groups->group[link->from] * n + (size_t)groups->group[link->to];
        slowness[at] = 1 / link->link.rate;
    }
    groups->slowness = slowness;
    return FL_OK;
}

bool fl_groups_split(fl_split_groups *out, const fl_groups *groups, int n_nodes, fl_arena *arena) {
    size_t n = (size_t)n_nodes, n_old = (size_t)groups->n_groups;
    int *group = FL_NEW(arena, n, int);
    double *matrix = FL_NEW(arena, 3 * n * n, double);
    if (group == NULL || matrix == NULL) return false;
    *out = (fl_split_groups){group, matrix, matrix + n * n, matrix + 2 * n * n};
    for (size_t a = 0; a < n; a++) {
        group[a] = (int)a;
        for (size_t b = 0; b < n; b++) {
            size_t at = a * n + b, from = (size_t)groups->group[a] * n_old + (size_t)groups->group[b];
            out->slowness[at] = groups->slowness[from];
            out->delay[at] = groups->delay[from];
            out->energy[at] = groups->energy[from];
        }
    }
    return true;
}
