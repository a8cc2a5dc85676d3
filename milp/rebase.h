/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A model seen from the duals of its relaxation.
 *
 *  For any duals y of the rows the objective is the same as  y * rhs + d * x + (-y) * slack  with the
 *  reduced costs d = cost - y * A. So reduced costs may stand for the costs once the slack of every row
 *  with y < 0 is a column of its own. Good duals make these numbers small: nothing that matters costs more
 *  than the gap between the best plan and the relaxation. A solver whose tolerances are relative to the
 *  largest cost then tells plans apart that it could not before; the columns whose reduced cost is over
 *  that gap are kept out (reduced cost fixing). All of it is arithmetic on whatever y: right however rough
 *  the duals are. */
#ifndef FINLAB_MILP_REBASE_H
#define FINLAB_MILP_REBASE_H

#include "milp/model.h"

/** Rewrite a model in place; columns keep their indices, slacks come after them.
 *
 *  @param dual  [n_rows] in objective units per unit of the row; signs that a minimum cannot have count as
 *          0
 *  @param most  J; solutions that cost more are not wanted
 *  @param bound  J, the proof for free: no solution of the model costs less. When that is `most` already,
 *                up to FL_TOLERANCE_EQUAL, the model is left as it was
 *  @return FL_ENOMEM. O(columns + rows + entries), scratch in the model's arena */
fl_status fl_rebase_model(fl_model *model, const double *dual, double most, double *bound, fl_error *err);

#endif
