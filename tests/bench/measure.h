/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Time and memory of one piece of work.
 *
 *  Each is measured in a forked child, so that no one's memory or crash is another's. Memory is the growth of
 *  the child's peak resident set over what it inherits, which is the instance and nothing else of size, and
 *  after it has once solved something small; the kernel counts it to about 0.1 MB. */
#ifndef FINLAB_TESTS_BENCH_MEASURE_H
#define FINLAB_TESTS_BENCH_MEASURE_H

#include "core/result.h"

typedef enum measure_end {
    MEASURE_DONE,   /* answered, perhaps "unknown" because of its own time limit */
    MEASURE_TIME,   /* killed at the time limit */
    MEASURE_MEMORY, /* refused for want of memory */
    MEASURE_FAILED  /* an error, in `text` */
} measure_end;

/** What the child reports; plain data. */
typedef struct bench_measured {
    measure_end end;
    fl_result_status status;
    fl_stop stop;
    bool has_plan;
    double energy;    /* J, of that plan */
    double bound;     /* J; NAN: none */
    double seconds;   /* median, by measure_watch */
    int repetitions;  /* of which it is the median */
    double arena;     /* bytes the run's arena held at most; NAN: there is none */
    double resident;  /* bytes by which the peak resident set grew in the first run; NAN: not known */
    long long labels; /* made by the exact search; -1: not counted */
    char text[200];
} bench_measured;

/** A measurement that has not been made: failed, everything unknown. */
extern const bench_measured measure_nothing;

typedef void measure_work(bench_measured *out, const void *context);

/** Do `work` in a child and take over what it reports.
 *  @param limit  s; the child is killed then */
void measure_in_child(bench_measured *out, measure_work *work, const void *context, double limit);

/** Bytes of the peak resident set of this process; with `children` of its largest child that has ended. */
double measure_resident(bool children);

/** A watch that stands still while other programs have the core: it shows the wall time or, when that is
 * less, the processor time of this process. */
typedef struct measure_watch {
    double wall, processor; /* s, when it was started */
} measure_watch;

measure_watch measure_start(void);

/** Seconds since the start. */
double measure_stop(const measure_watch *watch);

/** Something to be timed: does it once and returns its seconds. */
typedef double measure_once(void *context);

/** The median time of `once`, repeated for `budget` seconds but at least three times; just once when it has
 *  taken that long already.
 *  @param first  s, what a run before this one took; it does not count when there are others
 *  @param n      out: how many runs the median is of; may be NULL */
double measure_median(measure_once *once, void *context, double first, double budget, int *n);

/** The median of `values` [n], which are sorted; NAN when n is 0. */
double measure_middle(double *values, int n);

#endif
