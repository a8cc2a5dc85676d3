/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The frontier: every Pareto-optimal plan in (energy, latency, accuracy), exactly: in one search of the
 *  layered graph (core/labels.h) or, where plans choose more than exits and nodes or runs or deviations
 * count, in one of the extended graph (core/constrained.h) for each threshold. Latencies are those that are
 * held against the deadline, deviations included.
 *
 *  All plans honour the instance's deadline and accuracy. No plan outside the frontier is better than one on
 * it in all three; one plan stands for each point, and points that differ by rounding only are one. */
#ifndef FINLAB_CORE_FRONTIER_H
#define FINLAB_CORE_FRONTIER_H

#include "core/result.h"

typedef struct fl_frontier_query {
    bool curve;        /* trade energy against latency only: the least energy for every deadline */
    double time_limit; /* s; 0: none */
    double memory;     /* bytes of labels; 0: no limit */
} fl_frontier_query;

typedef struct fl_frontier_point {
    fl_plan plan;
    fl_verdict verdict; /* what the judge says it costs */
} fl_frontier_point;

typedef struct fl_frontier {
    fl_frontier_point *points; /* [n_points] by rising latency */
    int n_points;
    bool complete; /* all of them, proven; else a limit struck, and they are plans of which none beats another
                      in all three, at most 1000, with others missing */
    double bound;  /* no plan within deadline and accuracy costs less, J; INFINITY: there is none */
    fl_stop stop;
    double seconds;
} fl_frontier;

/** Find the frontier of an instance with one application and no shared limits.
 *  @param out       borrows from `arena`, which is reset first
 *  @param interrupt may be NULL
 *  @return FL_EUNSUPPORTED for other instances, FL_EINTERNAL when the judge refuses a plan, FL_ENOMEM.
 *  The frontier can be exponentially long in the number of blocks; the limits bound time and memory, and when
 * one strikes, what is known is the answer: the labels there are, completed by the fastest, the cheapest and,
 * where plans choose, the most accurate way. */
fl_status fl_frontier_find(fl_frontier *out, const fl_instance *instance, const fl_frontier_query *query,
                           fl_arena *arena, const volatile sig_atomic_t *interrupt, fl_error *err);

/** A document {complete, stop, seconds, bound, points: [{energy, latency, accuracy, plan}]}, `bound` only
 * when there is a plan. NULL: no memory. */
fl_value *fl_frontier_write(const fl_frontier *frontier, const fl_instance *instance, fl_arena *arena);

#endif
