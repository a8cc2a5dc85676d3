/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The optimum by trying every plan: all exits that reach the accuracy, all nodes for every block, all levels
 *  of every sliced node used; all codings of every move, all exits off that may be, all thresholds. It knows
 * the instance's fields and the naive judge's steps, nothing else of the project.
 *
 *  Memory is released with brute_free(); running out of it ends the program. */
#ifndef FINLAB_TESTS_BRUTE_H
#define FINLAB_TESTS_BRUTE_H

#include "tests/support/naive.h"

/** One way to place one application. */
typedef struct brute_plan {
    int exit;
    int *nodes;    /* [after of that exit] */
    int *levels;   /* [n_slices] which level of each sliced node, -1: not used */
    int *codings;  /* [after of that exit] NULL: all plain */
    bool *off;     /* [n_exits] NULL: none */
    int threshold; /* -1: the exits' own */
    long double energy, latency;
} brute_plan;

/** The placement of one user as the plan says; borrows from it. */
fl_placement brute_placement(const brute_plan *plan);

/** All ways to place one application that are linked, allowed and accurate, whatever their latency. */
typedef struct brute_list {
    int n;
    brute_plan *plans; /* [n] */
    int *nodes;        /* what their nodes, levels and codings point into */
    bool *off;
} brute_list;

typedef struct brute_answer {
    int n_apps;
    brute_list *apps;      /* [n_apps]; by ascending energy when there are several */
    int n_units;           /* what is placed alike: one user, or all of an application where nothing sets
                              them apart */
    int *app;              /* [n_units] whose it is */
    int *best;             /* [n_units] place of the optimum's placement in its list; -1: refused */
    bool feasible;         /* whether there is a plan that keeps deadlines and limits */
    naive_verdict verdict; /* of the optimum */
    long long n_feasible;  /* how many plans are feasible; one unit only, else 0 */
} brute_answer;

/** Solve an instance. Takes nodes^blocks steps and memory per application, times levels^nodes with slices;
 * several units are combined by branch and bound on the energy. */
brute_answer brute_solve(const fl_instance *instance);

void brute_free(brute_answer *answer);

/** The accurate placement of least latency (energy), deadline and limits ignored, or NULL. */
const brute_plan *brute_fastest(const brute_list *list);
const brute_plan *brute_cheapest(const brute_list *list);

#endif
