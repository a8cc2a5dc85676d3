/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The extended layered graphs (core/extended.h) of all applications of an instance: one for each threshold,
 *  and where shares of nodes are reserved one for each level. Graphs of one application and threshold differ
 *  in latencies alone, so a state or an arc has the same number at every level. */
#ifndef FINLAB_MILP_GRAPHS_H
#define FINLAB_MILP_GRAPHS_H

#include "core/extended.h"

/** Of one application. */
typedef struct fl_graphs_app {
    int n_thresholds;    /* the exits' own numbers included */
    int n_levels;        /* the most levels of any node; 1 where no shares are reserved */
    int depth;           /* blocks of the longest path */
    fl_extended *graphs; /* [n_thresholds * n_levels] */
} fl_graphs_app;

typedef struct fl_graphs {
    const fl_instance *instance;
    fl_graphs_app *apps; /* [n_apps] */
    double n_arcs;       /* of all users, about: an arc into a node with levels counts once for each */
    bool too_large;      /* there would be more than the most asked for, and nothing else is there */
} fl_graphs;

/** Whether users of one application may be placed apart, since a limit of the system can bind. */
bool fl_graphs_apart(const fl_instance *instance);

/** Build all graphs. They borrow from `instance` and live in `arena`.
 *  @param most  arcs, users included
 *  @return FL_ENOMEM, FL_EUNSUPPORTED as fl_extended_build(), whose complexity this has for each graph */
fl_status fl_graphs_build(fl_graphs *out, const fl_instance *instance, double most, fl_arena *arena,
                          fl_error *err);

/** The graph of application `app` at a threshold (-1: the exits' own numbers) and a level, which of a node
 *  that has fewer is its last. */
const fl_extended *fl_graphs_at(const fl_graphs *graphs, int app, int threshold, int level);

#endif
