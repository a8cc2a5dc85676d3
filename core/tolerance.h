/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Every tolerance of the project, and the only place where one is written.
 *
 *  They separate "the same up to rounding" from "different"; none of them is a knob. */
#ifndef FINLAB_CORE_TOLERANCE_H
#define FINLAB_CORE_TOLERANCE_H

/** A plan is in time when latency <= deadline * (1 + this). */
#define FL_TOLERANCE_DEADLINE 1e-9
/** Searches stay this much, relative, under the limit of the deadline: they add the same latencies in another
 *  order than the judge, and what they find must not be late to him by rounding alone. */
#define FL_TOLERANCE_SEARCH 1e-11
/** A plan is accurate enough when accuracy >= target - this. */
#define FL_TOLERANCE_ACCURACY 1e-9
/** A node, link or memory limit is kept when use <= limit * (1 + this). */
#define FL_TOLERANCE_LIMIT 1e-9
/** Two energies or path weights are the same when they differ by at most this, relative to the larger. */
#define FL_TOLERANCE_EQUAL 1e-9
/** A plan that costs at most this much, relative, more than the least possible is taken for an optimum by a
 *  search among very many nearly equal plans. Less than FL_TOLERANCE_EQUAL, so that what is found is equal to
 * the optimum even where other roundings come on top. */
#define FL_TOLERANCE_PROOF 5e-10
/** The shares of an application's exits may exceed 1 by this much in all, and reach a quantile from this much
 *  below it. */
#define FL_TOLERANCE_SHARES 1e-9
/** Latencies are lowered by this, relative, before FIN rounds them up to whole levels, so that an arc of
 *  exactly k levels takes k and not k + 1. Must stay below FL_TOLERANCE_DEADLINE. */
#define FL_TOLERANCE_ROUNDING 1e-10
/** The least relaxation of a limit is looked for until it is known to within this, relative. */
#define FL_TOLERANCE_RELAX 1e-6
/** A secant step of the Lagrangian dual that gains no more than this, relative, is the last. */
#define FL_TOLERANCE_SECANT 1e-14

/** Column generation takes this many users for none: what a relaxation refuses beyond what may be, and parts
 * of users in its solution. */
#define FL_TOLERANCE_SERVED 1e-6
/** It divides users whose number is farther than this from whole first: less may be what the tolerance above
 *  lets a relaxation refuse. */
#define FL_TOLERANCE_APART 1e-4
/** It stops where no more than this part of the objective is open between master and bound. */
#define FL_TOLERANCE_TAIL 1e-11
/** Its own simplex takes numbers up to this for 0. */
#define FL_TOLERANCE_PIVOT 1e-9
/** A coefficient of a row whose right-hand side is about 1 counts as 0 below this: a million of them stay far
 *  below FL_TOLERANCE_LIMIT, and solvers fail on numbers as far apart as 1e-200 and 1. */
#define FL_TOLERANCE_COEFFICIENT 1e-18

/* GLPK 5.0 (milp/glpk.c): what it is told, and what it cannot be told. */

/** A column is whole for GLPK when it is this close to an integer. */
#define FL_TOLERANCE_GLPK_WHOLE 1e-9
/** In the solution of any other solver it is when it is this close (milp/decode.c); the judge decides anyhow.
 */
#define FL_TOLERANCE_WHOLE 1e-5
/** The least relative improvement of the objective that GLPK looks for. */
#define FL_TOLERANCE_GLPK_OBJECTIVE 1e-12
/** Its simplex takes a reduced cost for 0 down to minus this, relative to the largest cost (1e-7 after it has
 *  divided the costs so that none is over 1000), and this again relative to the column's own cost. */
#define FL_TOLERANCE_GLPK_COST 1e-10

#endif
