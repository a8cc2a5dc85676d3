/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What another solver found on an emitted model (milp/emit.h), as a plan that the judge has seen. */
#ifndef FINLAB_MILP_DECODE_H
#define FINLAB_MILP_DECODE_H

#include "core/result.h"

/** Read a solution file (milp/solution.h) of the instance's model.
 *
 *  The result's method is the solver's name, its plan what the columns that are 1 say, `claimed` the solver's
 *  objective in J. Its status is `feasible` when the judge allows the plan and `unknown` else: that a solver
 *  calls it optimal proves nothing here.
 *
 *  @param out     borrows from `arena`
 *  @param text    [length]
 *  @return FL_EINVAL, with "line N" as the place, as fl_solution_read() and for a column that is not in the
 *          model or not whole, one that is missing or given twice, another model's number of rows or columns,
 *          columns that form no plan; as fl_emit_build(); FL_ENOMEM */
fl_status fl_decode_solution(fl_result *out, const fl_instance *instance, const char *text, size_t length,
                             fl_arena *arena, fl_error *err);

#endif
