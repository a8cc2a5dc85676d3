/* SPDX-License-Identifier: GPL-3.0-or-later */
/** `exact`: the proven optimum, or the k best plans in order, by search over non-dominated labels.
 *
 *  A resource-constrained shortest path on the layered graph: core/layers.h tabulates it, core/reduce.h
 * leaves dominated nodes out, core/dual.h brackets the optimum, core/labels.h closes what is left, with
 * core/meet.h where very many plans are nearly equal. */
#ifndef FINLAB_CORE_EXACT_H
#define FINLAB_CORE_EXACT_H

#include "core/method.h"

extern const fl_method fl_exact_method;

#endif
