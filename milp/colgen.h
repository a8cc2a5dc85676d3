/* SPDX-License-Identifier: GPL-3.0-or-later */
/** `colgen`: several applications at once, by column generation and branch and price.
 *
 *  The plans of one user are the columns of a master problem whose rows are the limits that all share
 * (milp/master.h); pricing finds new columns with the exact single-application search (milp/pricing.h). The
 *  relaxation is far tighter than that of the arcs' own model, since deadlines are kept whole, and its size
 *  hardly depends on how many users an application has.
 *
 *  1. Plans placed one after another give the first columns and mostly a first plan.
 *  2. Where some users are still refused: their least number, by branch and price. Without admission it must
 *     be 0, and more is the proof that there is no plan.
 *  3. The least power with that number, by branch and price. On the way diving and, at most nodes, tabu
 *     search among the node's columns (milp/tabu.h) and large neighbourhood search among all plans found
 *     (milp/neighbours.h) look for plans; strong branching keeps the tree small.
 *
 *  A node in which few plans of a user may still matter is not divided: these are listed, and searched
 * without pricing or GLPK (milp/exhaust.h). Of small instances, and of larger ones near the optimum, that is
 * the root.
 *
 *  Every bound is a Lagrangian bound (milp/relaxation.h), so `optimal` and `infeasible` do not rest on GLPK's
 *  tolerances; the judge (core/evaluate.h) has allowed every plan. (Barnhart, Johnson, Nemhauser,
 * Savelsbergh, Vance, "Branch-and-price: column generation for solving huge integer programs", Oper. Res.
 * 46(3), 1998.) */
#ifndef FINLAB_MILP_COLGEN_H
#define FINLAB_MILP_COLGEN_H

#include "core/method.h"

extern const fl_method fl_colgen_method;

#endif
