/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The cheapest paths through an extended graph (core/extended.h) that keep its limits, or all that trade
 * energy against latency and accuracy: the exact engine where plans choose more than exits and nodes.
 *
 *  Labels grow from the source, state by state. One is dropped when another of its state (k others, for the k
 *  best) is no dearer and uses no more of anything, where uses that can no longer become too much count as
 *  equal; and when completion bounds, the least that is left of energy and of each use by itself, and of a
 *  weighted sum of them all, show that it is no part of a path looked for (core/bracket.h). As in
 * core/labels.h a cut on the weighted sum starts just above the dual's bound and grows until what was found
 * lies below it.
 *
 *  (Resource-constrained shortest paths by labels: Desrochers and Soumis, INFOR 26, 1988; with bounds of the
 *  dual: Dumitrescu and Boland, Networks 42, 2003.) */
#ifndef FINLAB_CORE_CONSTRAINED_H
#define FINLAB_CORE_CONSTRAINED_H

#include "core/extended.h"
#include "core/method.h"
#include "core/skyline.h"

/** What is looked for. */
typedef enum fl_constrained_goal {
    FL_CONSTRAINED_CHEAPEST, /* the k cheapest paths */
    FL_CONSTRAINED_CURVE,    /* all Pareto-optimal paths in (energy, latency with its deviations) */
    FL_CONSTRAINED_FRONTIER  /* all Pareto-optimal paths in (energy, latency with its deviations, loss) */
} fl_constrained_goal;

typedef struct fl_constrained_path {
    double energy;            /* J */
    double use[FL_USE_KINDS]; /* by fl_use_kind */
    int *arcs;                /* those from the source on, the last one final */
} fl_constrained_path;

typedef struct fl_constrained_query {
    int k;             /* how many of the cheapest paths, >= 1; 1 for the other goals */
    double best;       /* J; paths that are not cheaper are not looked for; INFINITY: all are */
    bool bracket;      /* only solve the dual: a bound, and for k = 1 the best path that turns up */
    double time_limit; /* s since task->start; 0: none */
    double memory;     /* bytes of labels; 0: no limit */
    fl_constrained_goal goal;
    const fl_skyline *known; /* for the other goals: paths that it covers are not looked for; NULL: none */
} fl_constrained_query;

typedef struct fl_constrained_found {
    fl_constrained_path *paths; /* [n_paths] by rising energy */
    int n_paths;
    bool complete; /* no other path is cheaper than these, or than query->best (is on the curve or frontier):
                      proven. Else a limit struck, and they are what was known then: of a curve or frontier
                      the paths found and the labels there were, completed by the ways of least energy,
                      latency and loss. */
    double bound;  /* no path within the limits costs less, J; INFINITY: none is within them, or cheaper than
                      query->best */
    fl_stop stop;
    long long n_labels; /* labels made */
} fl_constrained_found;

/** Search within `most` [FL_USE_KINDS], the limits of the graph or tighter ones. Everything lives in
 *  task->arena.
 *  @return FL_ENOMEM when not even the bounds fit into memory; every other limit is an answer with the best
 *  paths known */
fl_status fl_constrained_search(fl_constrained_found *out, const fl_extended *graph, const double *most,
                                const fl_task *task, const fl_constrained_query *query, fl_error *err);

#endif
