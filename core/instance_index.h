/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Sorted indices over a system's names and links, and the groups of nodes that links cannot tell apart.
 *  Internal to core/instance.c and core/drift.c, but for the worst link. */
#ifndef FINLAB_CORE_INSTANCE_INDEX_H
#define FINLAB_CORE_INSTANCE_INDEX_H

#include "core/instance.h"

/** A name and the index of what is called so. */
typedef struct fl_named {
    const char *name;
    int index;
} fl_named;

/** `n` things sorted by name, then index; [n] in `arena`, NULL when there is no memory.
 *  @param first   the name of the first; the others follow every `stride` bytes
 *  O(n log n) */
fl_named *fl_named_sort(const char *const *first, size_t stride, int n, fl_arena *arena);
/** The index of `name`, or -1. */
int fl_named_find(const fl_named *sorted, int n, const char *name);
/** The lowest index of a thing whose name an earlier one has, or -1. */
int fl_named_doubled(const fl_named *sorted, int n);

/** An ordered pair (of nodes, or of tiers) and the index of the link it has. */
typedef struct fl_pair {
    int from, to, index;
} fl_pair;

fl_pair *fl_pair_sort_links(const fl_system *system, fl_arena *arena);
fl_pair *fl_pair_sort_tiers(const fl_system *system, fl_arena *arena);
int fl_pair_find(const fl_pair *sorted, int n, int from, int to);
int fl_pair_doubled(const fl_pair *sorted, int n);

/** No transfer in this system takes more per bit, or a longer delay: rate is the least, energy the largest
 *  including sender and receiver. Without links: all zero, infinitely fast. */
fl_link fl_instance_worst_link(const fl_system *system);

/** The largest deviation of a node or link. */
double fl_instance_most_deviation(const fl_system *system);

/** The least capacity of all links, INFINITY when none is limited. */
double fl_instance_least_link_capacity(const fl_system *system);

/** Find the groups and tabulate the links between them.
 *  @param tiers  as fl_pair_sort_tiers()
 *  O(nodes log nodes + links + groups^2 log tier links) */
fl_status fl_groups_build(fl_groups *out, const fl_system *system, const fl_pair *tiers, fl_arena *arena,
                          fl_error *err);

/** Tabulate the slownesses anew, in `arena`, for a system of which nothing but the links' rates has changed
 *  since the groups were built. O(groups^2 log tier links + nodes + links) */
fl_status fl_groups_renew(fl_groups *groups, const fl_system *system, const fl_pair *tiers, fl_arena *arena,
                          fl_error *err);

#endif
