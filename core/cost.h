/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The formulas of the model, written down once: what moving to a block's node and computing there costs.
 *  What plans may choose beside exits and nodes is in core/choices.h; reach, accuracy, ops and bits here are
 *  those of a plan that chooses nothing else.
 *
 *  The judge (core/evaluate.h) adds them along a plan; the layered graph (core/layers.h) tabulates them. */
#ifndef FINLAB_CORE_COST_H
#define FINLAB_CORE_COST_H

#include "core/instance.h"

typedef struct fl_cost {
    double energy;  /* J */
    double latency; /* s */
} fl_cost;

/** No sum of costs, operations or bits over an application may reach this: room enough that no product of
 * such numbers overflows, and far from anything that exists. */
#define FL_COST_MOST 1e100

/** The share of samples that reach block `block` (0-based): 1 minus the shares of the exits before it, at
 *  least 0. O(exits) */
double fl_cost_reach(const fl_app *app, int block);

/** How much the time of a block counts by the latency rule. Samples that leave at the same exit take the same
 *  time, and those of later exits take no less; so what a quantile of them takes is the time up to the first
 *  exit by which that share has left: a block counts fully until then and not at all after.
 *  @param reach  the share of samples that get to the block. O(1) */
double fl_cost_weight(const fl_app *app, double reach);

/** The accuracy over all samples when `exit` is final. O(exits) */
double fl_cost_accuracy(const fl_app *app, int exit);

/** Whether `exit`, as the final one, reaches the application's target within the tolerance. */
bool fl_cost_accurate(const fl_app *app, int exit);

/** The exit that stands directly after block `block` (0-based), or -1. O(exits) */
int fl_cost_exit_after(const fl_app *app, int block);

/** Operations of the exit head that runs with the block, 0 when none does; as for fl_cost_ops(). */
double fl_cost_head(const fl_app *app, int block, int final);

/** Operations of the block and of the exit head that runs with it.
 *  @param final  the final exit; its head always runs, that of an earlier exit when samples leave there */
double fl_cost_ops(const fl_app *app, int block, int final);

/** Computing block `block` and its exit head on `node` for one sample that gets there: measured time and
 *  energy replace the block's own, a head always adds its operations.
 *  @param share  of the node's speed, in (0, 1]: all times are divided by it. The node's power is shared in
 *                the same proportion, so the energy does not depend on it. */
fl_cost fl_cost_compute(const fl_instance *instance, const fl_app *app, int block, int node, int final,
                        double share);

/** Computing block `block` for one sample in a run, the blocks that a node computes one after another without
 *  a move, and `head` operations of an exit head after it: where segments of this run were measured with the
 *  block and without it, their difference replaces the block's own time, and the time's energy its own.
 *  @param start  the run's first block, 0-based. Without segments it does not matter.
 *  O(segments + log list) */
fl_cost fl_cost_run(const fl_instance *instance, const fl_app *app, int block, int start, int node,
                    double head, double share);

/** Packing what moves into block `block` on node `from` and unpacking it on node `to`: time as given, energy
 *  at the power of either node. */
fl_cost fl_cost_pack(const fl_instance *instance, const fl_app *app, int block, int from, int to);

/** What of that is packing on node `node`, or, with `receives`, unpacking there. */
fl_cost fl_cost_pack_on(const fl_instance *instance, const fl_app *app, int block, int node, bool receives);

/** The variance, s^2, of what it takes one sample to get to a block and run it. Computing it (with its head),
 *  packing, sending and unpacking are independent; each one's standard deviation is its time, delays not
 *  counted, times that of the node or link.
 *  @param link     from node `from`, with `bits` to send; NULL: no move
 *  @param compute  s of computing on node `to` */
double fl_cost_variance(const fl_instance *instance, const fl_app *app, int block, const fl_link *link,
                        double bits, int from, int to, double compute);

/** The latency that is held against the deadline: the mean, and the application's `deviations` times the
 *  standard deviation above it. */
double fl_cost_latency(const fl_app *app, double mean, double variance);

/** fl_cost_compute() for all nodes at once and to the last bit, of a block that nothing was measured of and
 * that runs on whole nodes, weighted.
 *  @param latency, energy  [n_nodes] out
 *  @param speed, power     [n_nodes] the nodes' */
void fl_cost_compute_all(double *restrict latency, double *restrict energy, const fl_app *app, int block,
                         int final, int n_nodes, const double *restrict speed, const double *restrict power,
                         double latency_weight, double energy_weight);

/** The share of its speed that `node` gives: the level reserved there, 1 where the application has no slices.
 *  @param levels  [n_slices] indices of levels, -1: none, as 1 */
double fl_cost_share(const fl_app *app, const int *levels, int node);

/** Bits that move when block `block` runs on another node than its predecessor (the source for block 0). */
double fl_cost_bits(const fl_app *app, int block);

/** Moving `bits` from node `from` to node `to` over `link`. */
fl_cost fl_cost_move(const fl_instance *instance, const fl_link *link, double bits, int from, int to);

#endif
