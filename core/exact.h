/* SPDX-License-Identifier: GPL-3.0-or-later */
/** `exact`: the proven optimum by search over non-dominated labels.
 *
 *  A label is a partial path with its (latency, energy). Of two labels at one vertex, one that is no better
 * in either can be dropped; so can one that cannot be completed in time, or not below the best plan known.
 * What remains at the sink with the least energy is the optimum (resource-constrained shortest path, e.g.
 * Irnich and Desaulniers, "Shortest Path Problems with Resource Constraints", 2005). */
#ifndef FINLAB_CORE_EXACT_H
#define FINLAB_CORE_EXACT_H

#include "core/method.h"

extern const fl_method fl_exact_method;

#endif
