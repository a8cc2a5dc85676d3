/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A model as free MPS, which glpsol (--freemps), CBC, HiGHS, SCIP, CPLEX and Gurobi read. Numbers have 17
 *  digits, so a reader gets the very doubles that are in the model. */
#ifndef FINLAB_MILP_MPS_H
#define FINLAB_MILP_MPS_H

#include "milp/model.h"

/** Print a model; as fl_lp_print(). */
fl_status fl_mps_print(const char **text, size_t *length, const fl_model *model, const char *legend,
                       fl_arena *arena, fl_error *err);

#endif
