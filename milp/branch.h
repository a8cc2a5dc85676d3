/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The search tree of branch and price: how crowds are divided, and which nodes are still open.
 *
 *  A node is its parent's crowds, one of them divided once more (milp/crowd.h): some of its users form a
 * crowd about which one more thing is decided. Nodes remember only that step. Open nodes wait in a heap, the
 * one with the least bound first. */
#ifndef FINLAB_MILP_BRANCH_H
#define FINLAB_MILP_BRANCH_H

#include "milp/master.h"

typedef struct fl_branch {
    const struct fl_branch *parent; /* NULL: the root, where every application is one crowd */
    int crowd, part;                /* so many users of the parent's crowd ... */
    fl_decision decision;           /* ... are those for whom this holds */
    int depth;
    double bound;          /* goal's unit; no solution below costs less */
    const fl_stand *stand; /* where the parent's relaxation ended; NULL: it has none */
} fl_branch;

typedef struct fl_tree {
    fl_arena *arena;
    fl_branch **open; /* [n_open] a heap by bound */
    int n_open, room;
} fl_tree;

/** Start with the root alone; lives in `arena`. */
fl_status fl_tree_start(fl_tree *tree, double bound, fl_arena *arena, fl_error *err);

/** The open node with the least bound, taken out; NULL: none is open. */
fl_branch *fl_tree_take(fl_tree *tree);

/** The least bound of the open nodes; INFINITY: none is open. */
double fl_tree_bound(const fl_tree *tree);

/** The crowds of a node.
 *  @param out  [*n] in `arena` */
fl_status fl_branch_crowds(fl_crowd **out, int *n, const fl_branch *branch, const fl_instance *instance,
                           fl_arena *arena, fl_error *err);

/** What to decide next. */
typedef struct fl_division {
    int crowd; /* -1: everything is decided */
    fl_property property;
    int users; /* at least so many have the property, or fewer */
} fl_division;

/** Find the property that promises most: of those which the number of a crowd's users who have it is far from
 *  whole, the one whose two halves cost most in the master's relaxation (strong branching: Applegate, Bixby,
 *  Chvatal, Cook, 1995). Where all numbers are whole, one that some but not all have; or, when the solution
 *  is whole but not allowed, one that is not decided yet. Scratch comes from the master's arena.
 *  @param cutoff  goal's unit; a half that costs so much is closed
 *  @param limits  only `until`, `memory` and `interrupt` count
 *  O(columns * blocks + crowds * blocks * nodes), and some steps of the simplex */
fl_status fl_branch_choose(fl_division *out, fl_master *master, const fl_terms *terms, double cutoff,
                           const fl_glpk_limits *limits, fl_error *err);

/** Open the two nodes below `branch`.
 *  @param crowd  the one that is divided
 *  @param stand  borrowed */
fl_status fl_tree_divide(fl_tree *tree, const fl_branch *branch, const fl_division *division,
                         const fl_crowd *crowd, const fl_stand *stand, double bound, fl_error *err);

#endif
