/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The k best plans held against a list of all plans. */
#ifndef FINLAB_TESTS_KBEST_H
#define FINLAB_TESTS_KBEST_H

#include "core/instance.h"

/** What is wrong with the `k` best plans of an instance with one application and no shared limits: too few or
 *  too many, one that the second judge refuses, one that does not cost what the plan of its rank does, or two
 *  that are the same.
 *  @param k  >= 2
 *  @return static storage; NULL when nothing is wrong */
const char *kbest_fault(const fl_instance *instance, int k);

#endif
