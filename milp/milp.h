/* SPDX-License-Identifier: GPL-3.0-or-later */
/** `milp`: the proven optimum by branch and cut (GLPK) on the arc-flow model (milp/arcflow.h).
 *
 *  GLPK works with tolerances, the problem has exact rules; the method closes the gap between them.
 *
 *  - Nothing GLPK says about a plan is believed: the judge (core/evaluate.h) says what it costs and
 *    whether it is allowed. GLPK takes a plan that is late by up to 1e-7; such a plan is cut off, together
 *    with all that are late for the same reason, and the model solved again.
 *  - GLPK may overrate an optimum by 1e-10 of the largest cost in the model per arc of a path
 *    (FL_TOLERANCE_GLPK_COST). So the costs are made small: arcs far dearer than the best plan known are
 *    left out, which lets tiny and huge energies stand side by side; and the objective is counted from the
 *    relaxation (milp/rebase.h), so that no cost is more than what the relaxation leaves open.
 *  - GLPK is wrong now and then, tolerances aside (it missed the optimum of 1 in 300,000 models of some
 *    200 columns). So an optimum is only believed that it found twice, before and after the objective was
 *    counted anew; what contradicts a plan that the judge allows makes it start over with scaled rows and
 *    columns.
 *  - `optimal` is claimed when the best plan costs what is proven, GLPK's possible error taken off, within
 *    FL_TOLERANCE_EQUAL. Where GLPK cannot see so finely (many blocks and a relaxation far from the
 *    optimum) the answer is `feasible` with its bound.
 *
 *  The path of least latency is tried first: when it is late nothing is in time, and when it is feasible
 *  its energy is the first that a wanted plan must not exceed. Several users are also placed one after
 * another by the exact search (core/sequential.h), for a plan to start from.
 *
 *  Several users share one model, those of one application in order of cost; GLPK branches by pseudo-costs
 *  there. When no limit joins the applications, each is solved by itself. Up to 20 of the best plans are
 *  forbidden if that shows that the next one costs more by what GLPK can see.
 *
 *  With admission there are two solves of this kind: first for the fewest refused users, a whole number, then
 *  for the least power with no more refused. A limit in the first leaves a plan and how many users can be
 *  served at most; in the second that number is proven and the plan's power has a bound. */
#ifndef FINLAB_MILP_MILP_H
#define FINLAB_MILP_MILP_H

#include "core/method.h"

extern const fl_method fl_milp_method;

#endif
