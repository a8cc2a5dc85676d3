/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the tests of analyses work with: a desk (core/result.h), made by start() and cleared by stop(). */
#ifndef FINLAB_TESTS_CORE_DESK_H
#define FINLAB_TESTS_CORE_DESK_H

#include "core/result.h"
#include <criterion/criterion.h>
#include <math.h>

static fl_arena arena, scratch;
static const volatile sig_atomic_t never;
static const fl_desk desk = {&arena, &scratch, &never};
static fl_error err;

static inline void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&scratch, 0);
}

static inline void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&scratch);
}

/** Whether two numbers are the same up to `room`, relative. */
static inline bool within(long double a, long double b, long double room) {
    return fabsl(a - b) <= room * fmaxl(fabsl(a), fabsl(b));
}

#endif
