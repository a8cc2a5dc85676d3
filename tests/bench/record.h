/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What one engine did on one instance, and whether the engines agree. */
#ifndef FINLAB_TESTS_BENCH_RECORD_H
#define FINLAB_TESTS_BENCH_RECORD_H

#include "tests/bench/engines.h"

typedef struct bench_record {
    const bench_family *family;
    const bench_engine *engine;
    int seed, deadline; /* of the instance; the deadline's index in the family */
    bool tried;         /* else `measured` says nothing */
    bench_measured measured;
    double ratio;  /* its time over that of `exact` on the same instance; NAN: not both */
    double excess; /* its energy over the optimum, less 1; NAN: no plan or no optimum */
} bench_record;

/** Fill ratio and excess.
 *  @param records  [n] of one instance, that of `exact` first */
void record_compare(bench_record *records, int n);

/** Say on stderr where the records of one instance contradict each other: an optimum that is not the one of
 *  `exact`, a plan below it, a bound above it, infeasibility beside it, another energy from FIN on igraph
 *  than from FIN. Returns how many do, and writes the last into `text`. */
int record_disagreements(const bench_record *records, int n, char *text, size_t size);

#endif
