/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Placing several applications one user after another, with any method for one application.
 *
 *  Each user gets the plan that the method finds on what the users before left: nodes are barred from a block
 * that alone would overload them; where the plan found still asks too much of a node or link, that node is
 * barred from one more block, or that link, and the method is asked again. A user for whom the method finds
 * no plan is refused when the instance has admission; else there is no answer. Of each sliced node a user
 * reserves the least level with which his plan is still in time.
 *
 *  This is how the FIN paper places several applications, and what the joint optimum is compared with. It may
 * fail where a joint plan exists. What the method proves about each application alone on the system bounds
 *  the joint optimum. */
#ifndef FINLAB_CORE_SEQUENTIAL_H
#define FINLAB_CORE_SEQUENTIAL_H

#include "core/method.h"

/** Answer a task of several applications, or with limits, with `method`.
 *  @param task  its settings are those of `method`, with the options order, restarts and seed
 *  @return as method->solve(). At most one solve per application and per plan that became too much */
fl_status fl_sequential_solve(fl_answer *answer, const fl_task *task, const fl_method *method, fl_error *err);

#endif
