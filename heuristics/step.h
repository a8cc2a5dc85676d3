/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Plans that choose more than an exit and nodes (core/choices.h), step by step: what getting to a block and
 *  running it costs one sample that gets there, by the formulas of core/cost.h. The methods whose own rules
 * say what else is chosen weigh these costs themselves. They see one application and, of every sliced node,
 * its largest level, as fl_layers_build() does. */
#ifndef FINLAB_HEURISTICS_STEP_H
#define FINLAB_HEURISTICS_STEP_H

#include "core/choices.h"
#include "core/method.h"

/** Moving from node `from` (the source for block 0) to block `block` on node `to` in coding `coding` (-1:
 *  plain), packing and unpacking included; nothing when it stays.
 *  @return false: there is no link. O(log links) */
bool fl_step_move(fl_cost *out, const fl_instance *instance, int block, int from, int to, int coding);

/** Running block `block` on `node`, in a run that began with block `start`, with the exit head that `used`
 * and the final exit `final` ask for.
 *  @return false: the block may not run there. O(exits + segments) */
bool fl_step_run(fl_cost *out, const fl_instance *instance, int block, int start, int node,
                 const fl_exits_used *used, int final);

/** Make the placement, of the instance's only application and for all its users, the answer's candidate plan.
 *  Exit, nodes, codings, off and threshold are read and copied. O(blocks) */
fl_status fl_step_offer(fl_answer *answer, const fl_task *task, const fl_placement *as, fl_error *err);

#endif
