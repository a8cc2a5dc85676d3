/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Instances changed in ways whose effect on the optimum is known. The changes are made to the document, by
 * the words of core/FORMAT.md, so they know nothing of how an instance is kept.
 *
 *  Each returns a new instance, fl_instance_free(), or NULL where the change does not apply. */
#ifndef FINLAB_TESTS_CHANGE_H
#define FINLAB_TESTS_CHANGE_H

#include "core/instance.h"
#include "core/random.h"

/** Nodes, links and applications in another order, nodes and applications under other names. */
fl_instance *change_order(const fl_instance *instance, fl_random *random);

/** All energies times `energy`, all times times `time`, all numbers of operations, bits and bytes times
 * `size` (speeds and rates too, so that times and energies are what they were). */
fl_instance *change_scale(const fl_instance *instance, double energy, double time, double size);

/** One more node: like node 0 and linked like it, but half as fast and twice as hungry. NULL where measured
 * values, pins or tiers say what only node 0 can. */
fl_instance *change_dominated(const fl_instance *instance);

/** A block of no operations after the first block, that passes on what it was sent. */
fl_instance *change_relay(const fl_instance *instance);

/** One more block, after the last exit. */
fl_instance *change_tail(const fl_instance *instance);

/** One more exit, after a block without one, that nobody leaves by and that reaches no target. */
fl_instance *change_useless_exit(const fl_instance *instance);

/** Later deadlines, lower targets, larger capacities and memories. */
fl_instance *change_loosen(const fl_instance *instance, fl_random *random);

/** Block `block` of the first application may not run on `node` any more. NULL when that leaves it nowhere.
 */
fl_instance *change_forbid(const fl_instance *instance, int block, int node);

#endif
