/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Planted faults: CTest must see that memory of an arena is read which it has not given out, behind a block
 * as well as in one that has been released. */
#include "core/arena.h"
#include <criterion/criterion.h>

/** The last of four numbers, or the one behind them. */
static double read(const double *numbers, int i) {
    const volatile double *volatile hidden = numbers;
    return hidden[i];
}

Test(gates, what_is_behind_a_block_is_read) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    double *numbers = FL_ZERO(&arena, 4, double);
    cr_assert(numbers != NULL && read(numbers, 3) == 0);
    cr_expect(read(numbers, 4) >= 0);
    fl_arena_free(&arena);
}

Test(gates, what_has_been_released_is_read) {
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_arena_mark mark = fl_arena_keep(&arena);
    double *numbers = FL_ZERO(&arena, 4, double);
    cr_assert(numbers != NULL && read(numbers, 3) == 0);
    fl_arena_release(&arena, mark);
    cr_expect(read(numbers, 3) >= 0);
    fl_arena_free(&arena);
}
