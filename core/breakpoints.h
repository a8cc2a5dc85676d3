/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Breakpoints: how the best plan changes while links or nodes get faster, exactly.
 *
 *  One factor multiplies the rates of some links and the speeds of some nodes. A plan's latency is affine in
 *  s = 1 / factor, and so is its energy (constant, where no node varies). Where times deviate the latency is
 *  affine plus a multiple of the root of a sum of squares, which grows with s, too, and that is all that the
 *  first of two questions needs:
 *
 *  - the plan of least energy in time: while s grows, plans only drop out, so the least energy is found piece
 *    by piece from the fast end: a plan that is best somewhere stays best until it is late or, where nodes
 *    vary, until another becomes cheaper, which is looked for among all plans that are in time where the
 *    piece begins (a concave lower envelope, so its two ends say what lies between);
 *  - the fastest plan whatever the deadline: the lower envelope of lines, found by solving where the lines of
 *    two neighbours cross until none lies below (Eisner and Severance, J. ACM 23, 1976).
 *
 *  Both take about one solve per piece, two where lines cross. */
#ifndef FINLAB_CORE_BREAKPOINTS_H
#define FINLAB_CORE_BREAKPOINTS_H

#include "core/result.h"

/** What varies. */
typedef struct fl_variation {
    const bool *nodes; /* [n_nodes] whose speed does; NULL: none */
    const bool *links; /* [n_links + n_tier_links] whose rate does, as written; NULL: none */
    double low, high;  /* of the factor: 0 < low <= high */
} fl_variation;

/** A range of the factor with one best plan: from `low` on, the first included, up to `high`, which belongs
 * to the next piece or is the end of the range. */
typedef struct fl_piece {
    double low, high;
    fl_result_status status; /* optimal: proven best over the whole piece; infeasible: proven, no plan is in
                                time; unknown: a limit struck */
    fl_plan plan;            /* n_apps == 0: none */
    fl_verdict at_low, at_high; /* the judge's, of the plan at both ends; at `high` it need not be in time */
} fl_piece;

typedef struct fl_breakpoints {
    fl_piece *pieces; /* [n_pieces] by rising factor, no gap between them */
    int n_pieces;
    const fl_method *method; /* who solved; NULL: shortest paths did */
    int solves;
    fl_stop stop;
    double seconds;
} fl_breakpoints;

/** How plans of least energy are found. */
typedef struct fl_breakpoints_query {
    const fl_method *method; /* one that proves optima */
    const fl_settings *settings;
    double time_limit; /* s, of all solves together; 0: none */
} fl_breakpoints_query;

/** The plans of least energy in time (with admission: of those that serve the most).
 *  @param out  lives in the desk's arena
 *  @return FL_EINVAL for a range that is none; as fl_drift_apply() and fl_run(). Pieces whose plans cost the
 *          same are one piece, with the plan that stays in time longest. */
fl_status fl_breakpoints_energy(fl_breakpoints *out, const fl_instance *instance,
                                const fl_variation *variation, const fl_breakpoints_query *query,
                                const fl_desk *desk, fl_error *err);

/** The fastest plans of the application, of which there may only be one, that are accurate enough.
 *  @return FL_EUNSUPPORTED for several applications or shared limits, and for deviations, with which
 * latencies are no lines; as fl_extreme_find(), an interrupt leaves the rest of the range unknown */
fl_status fl_breakpoints_latency(fl_breakpoints *out, const fl_instance *instance,
                                 const fl_variation *variation, const fl_desk *desk, fl_error *err);

/** A document {complete, stop, method, solves, seconds, pieces: [{low, high, status, energy, energy_high,
 *  latency, latency_high, plan}]}; what is without `_high` is at the low end. NULL: no memory.
 *  @param unit  what a factor of 1 stands for, in `low` and `high` */
fl_value *fl_breakpoints_write(const fl_breakpoints *breakpoints, const fl_instance *instance, double unit,
                               fl_arena *arena);

#endif
