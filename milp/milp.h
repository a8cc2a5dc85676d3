/* SPDX-License-Identifier: GPL-3.0-or-later */
/** `milp`: the proven optimum by branch and cut (GLPK) on the arc-flow model (milp/arcflow.h).
 *
 *  GLPK works with tolerances, the problem has exact rules; the method closes the gap between them.
 *
 *  - Nothing GLPK says about a plan is believed: the judge (core/evaluate.h) says what it costs and whether
 * it is allowed. GLPK takes a plan that is late by up to 1e-7; such a plan is cut off and the model solved
 * again.
 *  - GLPK tells plans apart only down to about 1e-9 of the dearest arc in the model (FL_GLPK_RESOLUTION).
 * When an arc costs more than the plan found, the model is built again without the arcs that are dearer than
 * that plan, and on its scale; so tiny and huge energies may stand side by side.
 *  - `optimal` is claimed only when GLPK ended by itself, the judge's energy of a feasible plan is GLPK's
 * optimum within FL_TOLERANCE_EQUAL, and GLPK's resolution is no coarser. Bounds have the resolution taken
 * off.
 *
 *  The path of least latency is tried first: when it is late nothing is in time, and when it is feasible its
 * energy is the first that a wanted plan must not exceed. */
#ifndef FINLAB_MILP_MILP_H
#define FINLAB_MILP_MILP_H

#include "core/method.h"

extern const fl_method fl_milp_method;

#endif
