/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The arc-flow formulation: the layered graphs (milp/graphs.h) of all users as one MILP.
 *
 *  One 0/1 column per arc of each user's graph: x = 1 when block l runs on b and the block before it on a. An
 *  arc that may be the last (an exit stands after its block) has a second column, for ending there. One unit
 *  flows out of the source and is conserved at every state, which without choices and runs is a block on a
 *  node, so the columns that are 1 form a path, and a path is a plan. Every limit is one more row over the
 *  arcs, divided by its own right-hand side: each user's deadline, and the capacities of nodes and links and
 *  the memories that all users share.
 *
 *  Choices: ways to send the same data, to use an exit and to set its threshold are arcs side by side; all
 *  thresholds' graphs begin at the one source. Where a path chooses more than where it ends, its accuracy is
 *  a row too: what its arcs lose of 1.
 *
 *  The users of one application may be placed apart, so each has columns of his own; where no limit can set
 *  them apart, one set of columns stands for all of them. Users with columns of their own are alike, so their
 *  energies may be asked to rise (rows order_...).
 *
 *  Slices: an arc into a node of which the application reserves a share comes once for every level, with the
 *  latency of that level. A column for each user, such node and level says that it is reserved; no arc of the
 *  level is used without (rows use_...), at most one level of a node is reserved (rows level_...), and the
 *  levels of all users add up to at most 1 (rows share_...).
 *
 *  Admission: a column that says that the user is refused takes the place of his path.
 *
 *  Names count from 1: column x_a1_b2_n1_n3 (application 1, block 2, from node 1 to node 3; _s1 with its
 *  first level; _e2 when it ends at exit 2), reserve_a1_n3_s1, refuse_a1; rows flow_a1_source,
 *  flow_a1_b2_n3, deadline_a1, level_a1_n3, use_a1_b2_n3_s1, order_a1, capacity_n2, link_n1_n3, memory_n2,
 *  share_n2, refused, cut_1. The third user placed by himself of application 1 is a1_u3. */
#ifndef FINLAB_MILP_ARCFLOW_H
#define FINLAB_MILP_ARCFLOW_H

#include "core/evaluate.h"
#include "milp/graphs.h"
#include "milp/model.h"

/** The fl_feature bits that the formulation expresses. */
#define FL_ARCFLOW_HONOURS                                                                                   \
    ((unsigned)FL_FEATURE_SEVERAL | (unsigned)FL_FEATURE_CAPACITY | (unsigned)FL_FEATURE_MEMORY |            \
     (unsigned)FL_FEATURE_ADMISSION | (unsigned)FL_FEATURE_SLICES | (unsigned)FL_FEATURE_CHOICES |           \
     (unsigned)FL_FEATURE_RUNS)

/** Larger models, at about 350 bytes a column, are not built. */
enum { FL_ARCFLOW_MOST = 2000000 };

/** What is minimised when users may be refused. */
typedef enum fl_aim_first {
    FL_AIM_ENERGY,  /* the energy, at most `refused` users being refused */
    FL_AIM_REFUSED, /* how many users are refused */
    FL_AIM_BOTH     /* both in one: refusing one user costs more than all energy could save */
} fl_aim_first;

typedef struct fl_aim {
    fl_aim_first first;
    double most; /* J; plans that cost more are not wanted. INFINITY: all are */
    long long refused;
} fl_aim;

/** Users who are placed alike: they have one set of columns, side by side. */
typedef struct fl_unit {
    int app, user;        /* which of the application's users, from 0; -1: all of them */
    int count;            /* how many users */
    int first, n_columns; /* its columns */
    int slot;             /* its first slot */
    int deadline;         /* row */
    int accuracy;         /* row, -1: none */
    int refuse;           /* column, -1: none */
} fl_unit;

/** What a column stands for: an arc, a reserved level (`block` is -1), or a refusal (and `to` is -1). Of all
 *  columns with the same slot at most one is 1. */
typedef struct fl_arc {
    int unit, slot, block;
    int from, to; /* nodes */
    int level;    /* index of the level reserved of node `to`; -1: none, or the largest of each */
    int exit;     /* where it ends; -1: the next block follows */
    int threshold, state, arc; /* in the unit's graphs: the arc and the state it leaves; an arc of -1: none */
} fl_arc;

typedef struct fl_arcflow {
    const fl_instance *instance;
    const fl_graphs *graphs;
    fl_model model;
    double refusal; /* J that each refused user costs beside energy */
    int n_units, n_slots;
    fl_unit *unit; /* [n_units] by application and user */
    int n_arcs;    /* columns that stand for something: the first ones; slacks may follow */
    fl_arc *arc;   /* [n_arcs] */
    int *capacity; /* [n_nodes] row of each node's capacity, -1: none */
    int *memory;   /* [n_nodes] likewise */
    int *share;    /* [n_nodes] likewise for slices */
    int *link;     /* [n_nodes * n_nodes] likewise for links; NULL when no link has a capacity */
    int refused;   /* row, -1: none */
    int arc_room, n_cuts;
} fl_arcflow;

/** Build the model of an instance. An arc is left out when it cannot be in any wanted plan for itself
 *  alone: late, over a limit, or dearer than wanted by itself; and when no path reaches it.
 *
 *  The energy is the power of all placements over the inferences per second of all users, so each user weighs
 *  by his rate and a refused one costs nothing. FL_AIM_REFUSED counts users instead of J.
 *
 *  @param graphs  of the instance, borrowed as that is; not too large
 *  @return FL_ENOMEM. O(users * arcs * levels) time and memory in `arena` */
fl_status fl_arcflow_build(fl_arcflow *out, const fl_graphs *graphs, const fl_aim *aim, fl_arena *arena,
                           fl_error *err);

/** Read the plan off a solution.
 *  @param chosen  [n_arcs] which columns are 1
 *  @param out     in `arena`
 *  @return FL_EINTERNAL when some user has no path from his source to an exit and is not refused either;
 *          FL_ENOMEM. O(columns) */
fl_status fl_arcflow_plan(fl_plan *out, const fl_arcflow *flow, const bool *chosen, fl_arena *arena,
                          fl_error *err);

/** The reverse: the columns that are 1 for a plan.
 *  @param chosen  [n_columns]; NULL: the plan uses an arc that was left out, or an exit off that would
 * release nobody
 *  @return FL_ENOMEM. O(users * (columns of a user + log users)) */
fl_status fl_arcflow_choose(bool **chosen, const fl_arcflow *flow, const fl_plan *plan, fl_arena *arena,
                            fl_error *err);

/** No solution has more columns that are 1, slacks aside. O(columns) */
int fl_arcflow_ones(const fl_arcflow *flow);

/** The row that states the rule which a solution breaks; -1: none does.
 *  @param chosen  [n_arcs] which columns are 1 */
int fl_arcflow_row(const fl_arcflow *flow, const fl_violation *violation, const bool *chosen);

/** Cut a solution off that is made of paths but no wanted plan.
 *
 *  With a row: the solution breaks it by less than the solver's tolerance. Then every solution breaks it that
 *  has, in each slot where this one has a coefficient, a column with at least that coefficient; an extended
 *  cover inequality (Balas 1975) forbids them all: the sum over all such columns is at most their slots less
 *  1. What one user's deadline forbids, it forbids all users of the application. With row -1: that one
 *  solution is forbidden, and those that differ from it only in levels, on which no energy depends.
 *
 *  @param chosen  [n_arcs] which columns are 1
 *  @return FL_ENOMEM. O(columns + entries) */
fl_status fl_arcflow_cut(fl_arcflow *flow, const bool *chosen, int row, fl_arena *arena, fl_error *err);

#endif
