/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The solver CBC, as a process, on the file that finlab emits. */
#ifndef FINLAB_TESTS_BENCH_CBC_H
#define FINLAB_TESTS_BENCH_CBC_H

#include "tests/bench/measure.h"

/** Whether /usr/bin/cbc can be run. */
bool cbc_installed(void);

/** Emit an instance, let CBC solve it, and judge the plan that its solution names. The time is that
 *  of the process less that of a run on a file with one row, memory that of the process.
 *  @param folder  for the files, which are removed again
 *  @param limit   s */
void cbc_measure(bench_measured *out, const fl_instance *instance, const char *folder, double limit);

#endif
