/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Search over non-dominated labels: the exact engine behind `exact`, its k best plans, and the frontier.
 *
 *  A label is what is left of a path: block l is on some node, what follows is known. Labels grow from the
 * exits back to the source, layer by layer (core/sweep.h). At one vertex a label is dropped when another (k
 * others, for the k best) is no worse in latency, energy and, for the frontier, accuracy; and when the
 * completion bounds of the dual (core/dual.h) show that it cannot be part of a path looked for: one in time,
 * not dearer than the best known, and with a reduced weight under the current cut. The cut starts just above
 * the dual bound and is raised until what was found lies below it: every cheaper path would have been found
 * too, so the answer is exact, and since the duality gap is mostly tiny, few labels are ever made.
 *
 *  Their number grows with the number of paths under the cut, which on nearly equal plans doubles every few
 * blocks. When one trial makes too many, the search for one path goes on from both ends (core/meet.h).
 * Measured on L blocks and 30 nodes, arbitrary links, L = 25, 50, 100, 200, 400: 1, 6, 71, 181 and 415
 * thousand labels, and 1, 6, 93, 596 and 3984 thousand from one end alone. So the time grows about as L^2:
 * the passes of the dual are linear in L, but the labels of a vertex, too, grow with L. */
#ifndef FINLAB_CORE_LABELS_H
#define FINLAB_CORE_LABELS_H

#include "core/dual.h"
#include "core/method.h"

/** What is looked for. */
typedef enum fl_labels_goal {
    FL_LABELS_CHEAPEST, /* the k cheapest paths in time */
    FL_LABELS_CURVE,    /* all Pareto-optimal paths in (energy, latency) */
    FL_LABELS_FRONTIER  /* all Pareto-optimal paths in (energy, latency, accuracy) */
} fl_labels_goal;

typedef struct fl_labels_query {
    fl_labels_goal goal;
    int k;             /* how many of the cheapest paths, >= 1; 1 for the other goals */
    double time_limit; /* s since task->start; 0: none */
    double memory;     /* bytes of labels; 0: no limit */
} fl_labels_query;

typedef struct fl_labels_path {
    fl_cost cost;
    int exit;
    int *nodes; /* [after of that exit] */
} fl_labels_path;

typedef struct fl_labels_found {
    fl_labels_path *paths; /* [n_paths] by rising energy (curve, frontier: by rising latency) */
    int n_paths;
    bool complete; /* the paths are all that was asked for, proven; else a limit struck, and they are what was
                      known then: the best path, or paths of which none dominates another */
    double bound;  /* no path in time costs less, J; INFINITY: there is none */
    fl_stop stop;
    long long n_labels; /* labels made */
} fl_labels_found;

/** Search. Everything lives in task->arena.
 *  @return FL_ENOMEM when not even the dual fits into memory; every other limit, memory that ends later
 *  included, is an answer with the best paths known */
fl_status fl_labels_search(fl_labels_found *out, const fl_layers *layers, const fl_task *task,
                           const fl_labels_query *query, fl_error *err);

#endif
