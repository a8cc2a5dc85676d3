/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a method's answers must keep when an instance is changed in a way whose effect is known. No truth is
 * needed, so instances may be larger than brute force allows. */
#ifndef FINLAB_TESTS_RELATIONS_H
#define FINLAB_TESTS_RELATIONS_H

#include "core/method.h"
#include <stdint.h>

/** Change the instance in every way of tests/support/change.h and compare the optimum with what it was: the
 * same, doubled, not more. With one exit also: without the nodes of the best plan, one at a time, the second
 * best of the k best plans is left.
 *  @param method  one that proves optima; a pair where it does not is left out
 *  @param pairs   counts up
 *  @return static storage; NULL: all relations hold */
const char *relations_fault(const fl_instance *instance, const fl_method *method, uint64_t seed,
                            long long *pairs);

/** Scale energies by 1e-15..1e15, times by 1e-9..1e9 and sizes by 1..1e12, by powers of ten drawn by the seed
 * and by powers of two: the placement is the same, or costs the same (relative 1e-9; 1e-6 by methods of
 * GLPK), and by powers of two is the same. Methods: exact, certify, fin, larac, mcp, milp (colgen where exact
 * does not honour the instance's features).
 *  @param pairs   counts up; as relations_fault() */
const char *relations_scale_fault(const fl_instance *instance, uint64_t seed, long long *pairs);

#endif
