/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The Lagrangian dual of the deadline.
 *
 *  For a multiplier lambda >= 0, min over paths of energy + lambda * (latency - deadline) bounds the optimum
 *  from below. The best multiplier is found by secants between a path that is cheap but late and one that is
 * in time but dear, each step one pass (Handler and Zang, Networks 10, 1980; Juttner et al., "Lagrange
 * relaxation based method for the QoS routing problem", INFOCOM 2001). On the way the best path in time is an
 * upper bound. */
#ifndef FINLAB_CORE_DUAL_H
#define FINLAB_CORE_DUAL_H

#include "core/passes.h"

typedef enum fl_dual_end {
    FL_DUAL_NO_PATH,  /* the sink cannot be reached at all */
    FL_DUAL_LATE,     /* even the fastest path is late: infeasible, proven */
    FL_DUAL_CHEAPEST, /* the cheapest path is in time: optimal, proven */
    FL_DUAL_BRACKET   /* the optimum lies in [bound, cost.energy] */
} fl_dual_end;

typedef struct fl_dual {
    fl_dual_end end;
    fl_pass energy,
        latency;     /* completion bounds by each alone; latency is not run when the end is CHEAPEST */
    fl_pass reduced; /* by energy + lambda * latency; not run while lambda is 0 */
    double lambda;   /* J/s; 0: no step was taken */
    double bound;    /* lower bound on the energy, J */
    double slack;    /* rounding errors of reduced weights stay below this, J */
    int *nodes;      /* [n_layers] the best path in time known, filled up to its exit */
    int exit;        /* its exit */
    fl_cost cost;    /* its cost */
} fl_dual;

/** Solve the dual.
 *  @param steps  most secant steps; 0: only the two passes by energy and by latency
 *  @param both   run both of these even when the cheapest path is in time
 *  Everything lives in `arena`. O(steps * layers * (groups^2 + nodes)) */
fl_status fl_dual_solve(fl_dual *out, const fl_layers *layers, int steps, bool both, fl_arena *arena,
                        fl_error *err);

#endif
