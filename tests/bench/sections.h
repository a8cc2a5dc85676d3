/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The measurements beside the families, each a table of its own. */
#ifndef FINLAB_TESTS_BENCH_SECTIONS_H
#define FINLAB_TESTS_BENCH_SECTIONS_H

#include "tests/bench/report.h"

/** Solves per second on the published models: rates.c. */
void rates_measure(bench_report *report);

/** The distance to the machine's limit: a bound pass, and FIN's search, against loops that only read what
 *  they read: limits.c. */
void limits_measure(bench_report *report);

/** Time against the number of blocks and of levels: scaling.c. */
void scaling_measure(bench_report *report);

/** Several applications at once: colgen, and milp where it may finish: joint.c. Returns how often they
 *  contradict each other. */
int joint_measure(bench_report *report);

#endif
