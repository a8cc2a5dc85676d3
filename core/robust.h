/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Plans that are in time although nodes and links may be slower than they should be.
 *
 *  Each node and link has a least factor of its speed or rate; at most `budget` of those with one under 1 are
 *  that slow at once, the others are as they should be (Bertsimas and Sim, "The price of robustness",
 *  Operations Research 52(1), 2004). A plan's worst latency is then its latency plus the `budget` largest of
 *  what single nodes and links add, since a node's and a link's times stand in the sum by themselves.
 * Energies are those of the instance as it is: who waits longer for a slow node does not pay for it.
 *
 *  The least energy is exact: plans are sought that are in time in each of a few scenarios
 * (core/scenarios.h); the worst scenario of the plan found joins them until it is one of them.
 *
 *  Where times deviate, the deviations of slow nodes and links grow with their times, so the `budget` that
 *  make a plan latest are not those of the largest delays. What is left is everything slow at once, which is
 *  the worst of every plan: there `exact` solves that one scenario, and where plans choose more than exits
 * and nodes, or runs cost, too. */
#ifndef FINLAB_CORE_ROBUST_H
#define FINLAB_CORE_ROBUST_H

#include "core/result.h"

/** How slow what may get, and how much of it at once. */
typedef struct fl_slowdown {
    const double *nodes; /* [n_nodes] least factor of the speed, in (0, 1]; NULL: all 1 */
    const double *links; /* [n_links + n_tier_links] of the rate, as written; NULL: all 1 */
    int budget;          /* how many at most; -1: all of them */
} fl_slowdown;

/** Which nodes and links are slow at once. */
typedef struct fl_scenario {
    bool *nodes, *links; /* [n_nodes], [n_links + n_tier_links] */
} fl_scenario;

/** The instance with some of the nodes and links slow.
 *  @param which  NULL: all that may be
 *  @param out    owned by the caller, fl_instance_free()
 *  @return as fl_drift_apply() */
fl_status fl_robust_scenario(fl_instance **out, const fl_instance *instance, const fl_slowdown *slowdown,
                             const fl_scenario *which, fl_arena *arena, fl_error *err);

/** The worst latency of a placement of application `app`, and with which nodes and links slow.
 *  @param latency  s, deviations included
 *  @param which    in `arena`; may be NULL
 *  @return FL_EUNSUPPORTED with deviations for a budget of less than all that make it later.
 *  O(blocks + (nodes + links) log (nodes + links)) */
fl_status fl_robust_latency(double *latency, fl_scenario *which, const fl_instance *instance, int app,
                            const fl_placement *placement, const fl_slowdown *slowdown, fl_arena *arena,
                            fl_error *err);

/** A plan at its worst. */
typedef struct fl_robust_worst {
    fl_scenario which;  /* what is slow then; nothing that does not make it later */
    fl_verdict verdict; /* the judge's, with that slow */
} fl_robust_worst;

/** Judge a plan in its worst scenario.
 *  @param out  in `arena`
 *  @return FL_EUNSUPPORTED unless there is one application whose users are placed alike and as
 * fl_robust_latency(), FL_EINVAL for factors that are none and for a plan over a link that is not there */
fl_status fl_robust_judge(fl_robust_worst *out, const fl_instance *instance, const fl_plan *plan,
                          const fl_slowdown *slowdown, fl_arena *arena, fl_error *err);

typedef struct fl_robust {
    fl_result_status status; /* optimal, infeasible, feasible (a limit struck; it need not be the best) or
                                unknown */
    fl_stop stop;
    fl_plan plan;       /* in time in its worst scenario, says the judge; n_apps == 0: none */
    fl_verdict verdict; /* the plan's, in the instance as it is */
    fl_robust_worst worst;
    double bound;    /* J, no robust plan costs less; NAN: not known */
    int n_scenarios; /* that had to be looked at, at once */
    int solves;
    double seconds;
} fl_robust;

typedef struct fl_robust_query {
    fl_slowdown slowdown;
    double time_limit; /* s; 0: none */
    double memory;     /* bytes of labels; 0: no limit */
} fl_robust_query;

/** The plan of least energy that is in time in every scenario.
 *  @param out  lives in the desk's arena
 *  @return FL_EUNSUPPORTED for several applications or shared limits and, with choices, costs of runs or
 *  deviations, for a budget of less than all; FL_EINVAL for factors that are none */
fl_status fl_robust_solve(fl_robust *out, const fl_instance *instance, const fl_robust_query *query,
                          const fl_desk *desk, fl_error *err);

/** A document {status, stop, bound, scenarios, solves, seconds} and, with a plan, {energy, latency,
 * worst_latency, accuracy, slow: [{node} or {from, to} or {from_tier, to_tier}], plan}; `slow` is what is in
 * the worst scenario. NULL: no memory. */
fl_value *fl_robust_write(const fl_robust *robust, const fl_instance *instance, fl_arena *arena);

/** A document {feasible, energy, latency, slow} of a plan at its worst. NULL: no memory. */
fl_value *fl_robust_write_worst(const fl_robust_worst *worst, const fl_instance *instance, fl_arena *arena);

#endif
