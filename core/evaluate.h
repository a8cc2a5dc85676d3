/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The judge: the only place that says what a plan costs and whether it is allowed. */
#ifndef FINLAB_CORE_EVALUATE_H
#define FINLAB_CORE_EVALUATE_H

#include "core/cost.h"
#include "core/plan.h"

typedef enum fl_violation_kind {
    FL_VIOLATION_NONE,
    FL_VIOLATION_LINK,          /* no link from `from` to `to`: the plan has no cost */
    FL_VIOLATION_NODE,          /* `block` may not run on `to` */
    FL_VIOLATION_DEADLINE,      /* used, limit: s */
    FL_VIOLATION_ACCURACY,      /* used, limit: share of samples */
    FL_VIOLATION_REFUSED,       /* users of `app` are not served although the instance has no admission; used:
                                   how many are, limit: how many should be */
    FL_VIOLATION_CAPACITY,      /* node `to`; used, limit: op/s */
    FL_VIOLATION_LINK_CAPACITY, /* link `from`, `to`; used, limit: bit/s */
    FL_VIOLATION_MEMORY,        /* node `to`; used, limit: bytes */
    FL_VIOLATION_SHARE          /* node `to`; used: shares of its speed in all, limit: 1 */
} fl_violation_kind;

/** The first rule that a plan breaks; fields that do not apply are -1 or 0. */
typedef struct fl_violation {
    fl_violation_kind kind;
    int app, block, from, to;
    double used, limit;
} fl_violation;

/** What one placement costs, by user. */
typedef struct fl_app_cost {
    double energy;   /* J per inference; INFINITY when a link is missing */
    double latency;  /* s, by the application's latency rule; INFINITY when a link is missing */
    double accuracy; /* over all samples */
} fl_app_cost;

typedef struct fl_verdict {
    bool feasible;
    double energy;   /* J per inference, the rate-weighted mean over the users served; INFINITY when a link is
                        missing, 0 when none is served */
    double power;    /* W, sum of count * rate * energy */
    double latency;  /* s, the largest of the placements' */
    double accuracy; /* the least of the placements' */
    long long served;       /* users */
    double rates;           /* inferences/s of the users served: power / energy */
    fl_violation violation; /* FL_VIOLATION_NONE when feasible */
} fl_verdict;

/** Judge a plan: what it costs and whether it is allowed.
 *  @param out   written only on FL_OK, which is also returned for a plan that breaks rules
 *  @param costs [fl_plan_size(plan)] each placement's cost, in order, or NULL; zeros for a refused
 * application
 *  @param arena scratch, released again; used only when the instance has limits
 *  @return FL_ENOMEM. O(blocks) without limits, else O(blocks log blocks) over all placements. */
fl_status fl_evaluate_plan(fl_verdict *out, fl_app_cost *costs, const fl_instance *instance,
                           const fl_plan *plan, fl_arena *arena, fl_error *err);

/** Say in words which rule is broken, e.g. "latency 0.005 s is over the deadline of 0.004 s". "" when none.
 */
void fl_evaluate_explain(const fl_violation *violation, const fl_instance *instance, char *out, size_t size);

#endif
