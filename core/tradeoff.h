/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The plan of least weighted energy and latency less weighted accuracy, whatever the deadline: what
 *  drift-plus-penalty control minimises in every slot (Neely, "Stochastic Network Optimization", 2010). An
 *  unconstrained shortest path, so found exactly in O(blocks * (groups^2 + nodes)). */
#ifndef FINLAB_CORE_TRADEOFF_H
#define FINLAB_CORE_TRADEOFF_H

#include "core/passes.h"

typedef struct fl_tradeoff {
    double energy;   /* per J, >= 0 */
    double latency;  /* per s, >= 0 */
    double accuracy; /* per share of samples, >= 0: a reward */
} fl_tradeoff;

/** Find that plan among those whose exit the layers allow; ties go to the earlier exit.
 *  @param nodes  [n_layers] its nodes, filled up to its exit
 *  @param exit   its final exit; -1: there is no path at all
 *  Scratch comes from `arena` and is released again. */
fl_status fl_tradeoff_find(int *nodes, int *exit, const fl_layers *layers, const fl_tradeoff *weights,
                           fl_arena *arena, fl_error *err);

#endif
