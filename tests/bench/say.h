/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Progress on stderr, and the end when something cannot be done at all. */
#ifndef FINLAB_TESTS_BENCH_SAY_H
#define FINLAB_TESTS_BENCH_SAY_H

#include "core/status.h"

/** Start the clock of say() and say_elapsed(); call it once, first. */
void say_start(void);

/** Seconds since say_start(). */
double say_elapsed(void);

/** A line on stderr, after the seconds gone by. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** End the program: `what` could not be done. */
_Noreturn void say_stop(const char *what, const fl_error *err);

#endif
