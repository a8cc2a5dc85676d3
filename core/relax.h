/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The limits that an instance sets and that could be set otherwise: deadlines, accuracy targets, capacities
 *  and memories of nodes, capacities of links. Links that are missing, nodes where a block may not run and
 * the speed that slices share are no such limits. */
#ifndef FINLAB_CORE_RELAX_H
#define FINLAB_CORE_RELAX_H

#include "core/plan.h"

typedef enum fl_relax_kind {
    FL_RELAX_DEADLINE, /* of an application, s */
    FL_RELAX_ACCURACY, /* of an application: its target */
    FL_RELAX_CAPACITY, /* of a node, op/s */
    FL_RELAX_MEMORY,   /* of a node, bytes */
    FL_RELAX_LINK      /* of a link, bit/s */
} fl_relax_kind;

/** One limit, or all of a kind multiplied by one factor. */
typedef struct fl_relax {
    fl_relax_kind kind;
    int index; /* application, node or link: those between nodes first, then those between tiers; -1: all of
                  this kind */
} fl_relax;

/** Every limit of the instance, by kind; where a kind has several, all by one factor come first. There is no
 *  common factor of accuracies, and a target of 0 is no limit.
 *  @param out  [*n] in `arena`. O(applications + nodes + links) */
fl_status fl_relax_list(fl_relax **out, int *n, const fl_instance *instance, fl_arena *arena, fl_error *err);

/** What the limit is; 1 for a common factor. */
double fl_relax_now(const fl_instance *instance, const fl_relax *limit);

/** The instance with the limit at `value` (a factor for all of a kind), which may be INFINITY, or 0 for an
 *  accuracy: no limit.
 *  @param out  owned by the caller, fl_instance_free()
 *  @return as fl_instance_create(). O(instance) */
fl_status fl_relax_set(fl_instance **out, const fl_instance *instance, const fl_relax *limit, double value,
                       fl_error *err);

/** What a plan needs of the limit: the least value (of an accuracy the largest) with which it is kept.
 *  INFINITY when a link of the plan is missing. Scratch comes from `arena` and is released again. */
fl_status fl_relax_needed(double *out, const fl_instance *instance, const fl_relax *limit,
                          const fl_plan *plan, fl_arena *arena, fl_error *err);

#endif
