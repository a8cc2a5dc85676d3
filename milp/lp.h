/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A model as CPLEX LP text, which glpsol, CBC, HiGHS, SCIP, CPLEX and Gurobi read. Numbers have 17
 *  digits, so a reader gets the very doubles that are in the model. */
#ifndef FINLAB_MILP_LP_H
#define FINLAB_MILP_LP_H

#include "milp/model.h"

/** Print a model.
 *  @param text    NUL-terminated, in `arena`
 *  @param legend  for the comment at the top: fl_text_header()
 *  @return as fl_model_check(), FL_ENOMEM. O(columns + rows + entries) */
fl_status fl_lp_print(const char **text, size_t *length, const fl_model *model, const char *legend,
                      fl_arena *arena, fl_error *err);

#endif
