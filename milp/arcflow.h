/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The arc-flow formulation: the layered graph (core/layers.h) as a MILP.
 *
 *  One 0/1 column per arc of each application's layered graph: x = 1 when block l runs on b and the block
 *  before it on a. An arc that may be the last (an exit stands after its block) has a second column, for
 *  ending there. One unit flows out of the source and is conserved at every vertex (l, n), so the columns
 *  that are 1 form a path, and a path is a plan. Every limit is one more row over the arcs, divided by its
 *  own right-hand side: each application's deadline, and the capacities of nodes and links and the
 *  memories that all applications share.
 *
 *  Names count from 1: column x_a1_b2_n1_n3 (application 1, block 2, from node 1 to node 3; _e2 when it
 *  ends at exit 2), rows flow_a1_source, flow_a1_b2_n3, deadline_a1, capacity_n2, link_n1_n3, memory_n2,
 *  cut_1. */
#ifndef FINLAB_MILP_ARCFLOW_H
#define FINLAB_MILP_ARCFLOW_H

#include "core/evaluate.h"
#include "core/layers.h"
#include "milp/model.h"

/** The fl_feature bits that the formulation expresses. */
#define FL_ARCFLOW_HONOURS ((unsigned)FL_FEATURE_CAPACITY | (unsigned)FL_FEATURE_MEMORY)

/** What a column stands for. */
typedef struct fl_arc {
    int app, block;
    int from, to; /* nodes */
    int exit;     /* where it ends; -1: the next block follows */
} fl_arc;

typedef struct fl_arcflow {
    const fl_instance *instance;
    const fl_layers *layers; /* [n_apps] */
    fl_model model;
    int n_arcs;    /* columns that are arcs: the first ones */
    fl_arc *arc;   /* [n_arcs] */
    int depth;     /* the most arcs in a solution */
    int *deadline; /* [n_apps] row */
    int *capacity; /* [n_nodes] row of each node's capacity, -1: none */
    int *memory;   /* [n_nodes] likewise */
    int *link;     /* [n_nodes * n_nodes] likewise for links; NULL when no link has a capacity */
    int arc_room, n_cuts;
} fl_arcflow;

/** Build the model of an instance. An arc is left out when it cannot be in any wanted plan for itself
 *  alone: late, over a limit, or dearer than `most` by itself; and when no path reaches it. Several
 *  applications weigh count * rate, in all 1, in the objective.
 *
 *  @param layers  [n_apps] borrowed, as the instance
 *  @param most    J; plans that cost more are not wanted. INFINITY: all are
 *  @return FL_ENOMEM. O(blocks * nodes^2) time and memory in `arena` */
fl_status fl_arcflow_build(fl_arcflow *out, const fl_instance *instance, const fl_layers *layers, double most,
                           fl_arena *arena, fl_error *err);

/** Read the plan off a solution.
 *  @param chosen  [n_arcs] which columns are 1
 *  @param out     in `arena`
 *  @return FL_EINTERNAL when they form no path from each source to an exit; FL_ENOMEM. O(columns) */
fl_status fl_arcflow_plan(fl_plan *out, const fl_arcflow *flow, const bool *chosen, fl_arena *arena,
                          fl_error *err);

/** The row that states the rule which a plan breaks; -1: none does. */
int fl_arcflow_row(const fl_arcflow *flow, const fl_violation *violation);

/** Cut a solution off that is a path but no wanted plan.
 *
 *  With a row: the path breaks it by less than the solver's tolerance. Then every path breaks it that
 *  uses, in each layer where this one has a coefficient, an arc with at least that coefficient; an
 *  extended cover inequality (Balas 1975) forbids them all: the sum over all such arcs is at most their
 *  layers less 1. With row -1: that one path alone is forbidden.
 *
 *  @param chosen  [n_arcs] which columns are 1
 *  @return FL_ENOMEM. O(columns + entries) */
fl_status fl_arcflow_cut(fl_arcflow *flow, const bool *chosen, int row, fl_arena *arena, fl_error *err);

#endif
