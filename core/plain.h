/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The plain reading of an instance: what is left of it for a method that does not know codings, exits that
 *  may be off and thresholds (FL_FEATURE_CHOICES), what runs cost (FL_FEATURE_RUNS), or deviations of times
 *  (FL_FEATURE_DEVIATIONS).
 *
 *  Without choices everything is sent plainly, every exit is active, at its own numbers. Without runs nothing
 *  is said of segments of more than one block, nor of packing and unpacking; the segment of a single block
 *  takes the place of that block's own time, and its time's energy that of the energy. Without deviations the
 *  mean latency is held against the deadline.
 *
 *  A plan of the reading is a plan of the instance, but may cost something else there: the judge says what.
 *  A proof of the reading is one of the instance only where the reading relaxes it, which is where nothing
 *  but packing, unpacking and deviations has been left out: plans are the same then, and none costs less or
 * is earlier than in the reading. So bounds and infeasibility stand there, and nothing else does; an optimum
 * never. */
#ifndef FINLAB_CORE_PLAIN_H
#define FINLAB_CORE_PLAIN_H

#include "core/method.h"

/** The reading that leaves out `features` (of FL_FEATURES_OWN).
 *  @param out  owned by the caller, fl_instance_free(); borrows from `instance` and from `arena`
 *  O(applications * blocks * (measured + segments)) */
fl_status fl_plain_read(fl_instance **out, const fl_instance *instance, unsigned features, fl_arena *arena,
                        fl_error *err);

/** Whether no plan costs more, or is later, in the reading without `features` than in the instance, and none
 *  is missing there. */
bool fl_plain_relaxes(const fl_instance *instance, unsigned features);

/** Let `method` answer the task: itself where it honours all that plans of one application are and cost, else
 *  in the plain reading, with what that proves nothing of taken out of the answer (alternatives included).
 *  @return as method->solve() */
fl_status fl_plain_solve(fl_answer *answer, const fl_task *task, const fl_method *method, fl_error *err);

#endif
