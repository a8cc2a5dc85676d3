/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Leaving out what a search need not look at.
 *
 *  Nodes that another node makes needless: two nodes of one group have the same links. When one also computes
 * every block at least as fast and as cheaply, and sends and receives at least as cheaply, any plan may use
 * it in the other's place: no cost rises, and moves between the two vanish. So the other can be left out of a
 * search for the optimum or the frontier (not of one for the k best plans). Systems of many nodes in few
 * tiers shrink to the non-dominated ones. */
#ifndef FINLAB_CORE_REDUCE_H
#define FINLAB_CORE_REDUCE_H

#include "core/layers.h"

/** Leave the dominated nodes out of `layers`; the source always stays. Nodes are numbered anew.
 *  @param original  [new n_nodes] each node's number before, in `arena`; NULL when nothing was left out
 *  O(nodes * kept) comparisons, most of them of one number */
fl_status fl_reduce_nodes(fl_layers *layers, int **original, fl_arena *arena, fl_error *err);

/** Rewrite node numbers of the reduced layers as those before; nothing when `original` is NULL. */
void fl_reduce_restore(const int *original, int *nodes, int n);

/** Leave out of each layer the nodes that no path looked for can visit: through them every path is late, or
 *  dearer than `upper`. Nodes keep their numbers; a node left out of a layer may not run its block.
 *  @param upper  J; INFINITY: only what is late is left out
 *  @return in *n_left how many vertices remain. O(blocks * (groups^2 + nodes)); vectors live in `arena` */
fl_status fl_reduce_window(fl_layers *layers, double upper, long long *n_left, fl_arena *arena,
                           fl_error *err);

#endif
