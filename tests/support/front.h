/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The optimum of one application without limits when there are too many plans to try: the textbook dynamic
 * programme that keeps, at every block and node, all partial plans that no other beats in both energy and
 * latency. Built from the naive judge's steps, with no bounds, no reductions and no cleverness.
 *
 *  Fronts can grow with the number of plans; 15 blocks on 8 nodes are fine. */
#ifndef FINLAB_TESTS_FRONT_H
#define FINLAB_TESTS_FRONT_H

#include "tests/support/brute.h"

/** The answer with `feasible` and `verdict` as brute_solve() fills them, and no lists; brute_free(). */
brute_answer front_solve(const fl_instance *instance);

#endif
