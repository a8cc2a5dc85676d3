/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The frontier held against a list of all plans. */
#ifndef FINLAB_TESTS_PARETO_H
#define FINLAB_TESTS_PARETO_H

#include "core/instance.h"

/** What is wrong with the frontier (with `curve`: in energy and latency only) of an instance with one
 *  application and no shared limits: it is not whole, the second judge refuses or prices a point otherwise, a
 *  plan in time beats a point or is covered by none, a point covers another, or the bound is not the least
 *  energy.
 *  @param points  increased by the number of points, or NULL
 *  @return static storage; NULL when nothing is wrong */
const char *pareto_fault(const fl_instance *instance, bool curve, long long *points);

#endif
