/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/arena.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(arena, .init = start, .fini = stop);

Test(arena, an_empty_arena_holds_nothing) {
    cr_assert(arena.reserved == 0 && arena.first == NULL && !arena.failed);
}

Test(arena, blocks_do_not_overlap_and_keep_their_content) {
    enum { N = 500 };
    unsigned char *block[N];
    size_t size[N];
    for (int i = 0; i < N; i++) {
        size[i] = (size_t)(i * 37) % 3000 + 1;
        block[i] = FL_NEW(&arena, size[i], unsigned char);
        cr_assert_not_null(block[i]);
        memset(block[i], i % 251, size[i]);
    }
    for (int i = 0; i < N; i++) {
        for (size_t k = 0; k < size[i]; k++) cr_assert(block[i][k] == i % 251, "block %d was overwritten", i);
    }
}

Test(arena, small_blocks_are_aligned_to_16_and_large_ones_to_64_bytes) {
    for (size_t size = 1; size < 300; size++) {
        uintptr_t at = (uintptr_t)fl_arena_alloc(&arena, size, 1);
        cr_assert(at % (size >= 64 ? 64 : 16) == 0, "size %zu", size);
    }
}

Test(arena, zero_clears_memory_that_was_used_before) {
    unsigned char *dirty = FL_NEW(&arena, 1000, unsigned char);
    memset(dirty, 0xff, 1000);
    fl_arena_reset(&arena);
    unsigned char *clean = FL_ZERO(&arena, 1000, unsigned char);
    cr_assert(clean == dirty, "the memory is reused");
    for (int i = 0; i < 1000; i++) cr_assert(clean[i] == 0);
}

Test(arena, no_bytes_are_still_a_block) {
    cr_assert_not_null(FL_NEW(&arena, 0, double));
    cr_assert_not_null(FL_ZERO(&arena, 0, double));
    cr_assert(!arena.failed);
}

Test(arena, a_product_that_overflows_is_refused) {
    cr_assert_null(fl_arena_alloc(&arena, SIZE_MAX / 2, 16));
    cr_assert_null(fl_arena_alloc(&arena, SIZE_MAX, SIZE_MAX));
    cr_assert(arena.failed);
}

Test(arena, text_is_copied_with_its_end) {
    char text[] = "node";
    const char *copy = fl_arena_text(&arena, text);
    text[0] = 'm';
    cr_assert_str_eq(copy, "node");
}

Test(arena, release_goes_back_to_the_mark) {
    int *kept = FL_NEW(&arena, 1, int);
    *kept = 5;
    fl_arena_mark mark = fl_arena_keep(&arena);
    void *first = fl_arena_alloc(&arena, 100000, 1);
    fl_arena_alloc(&arena, 1000000, 1);
    size_t reserved = arena.reserved;
    fl_arena_release(&arena, mark);
    cr_assert(fl_arena_alloc(&arena, 100000, 1) == first, "memory after the mark is used again");
    cr_assert(*kept == 5);
    cr_assert(arena.reserved == reserved, "memory stays with the arena");
}

Test(arena, recovers_from_a_failed_allocation) {
    fl_error err;
    fl_arena_init(&arena, 100000);
    fl_arena_mark mark = fl_arena_keep(&arena);
    cr_assert_not_null(fl_arena_alloc(&arena, 50000, 1));
    cr_assert_null(fl_arena_alloc(&arena, 60000, 1));
    fl_arena_recover(&arena, mark);
    cr_assert(!arena.failed && !arena.limited);
    cr_assert_not_null(fl_arena_alloc(&arena, 50000, 1));
    cr_assert_null(fl_arena_alloc(&arena, SIZE_MAX / 2, 16));
    cr_assert(fl_arena_error(&arena, &err) == FL_ENOMEM && strcmp(err.text, "out of memory") == 0);
}

Test(arena, release_to_a_mark_of_an_empty_arena_forgets_everything) {
    fl_arena_mark mark = fl_arena_keep(&arena);
    void *first = fl_arena_alloc(&arena, 10, 1);
    fl_arena_alloc(&arena, 100000, 1);
    fl_arena_release(&arena, mark);
    cr_assert(fl_arena_alloc(&arena, 10, 1) == first);
}

Test(arena, many_rounds_of_release_do_not_grow_it) {
    fl_arena_mark mark = fl_arena_keep(&arena);
    for (int i = 0; i < 20; i++) fl_arena_alloc(&arena, 5000, 1);
    size_t reserved = arena.reserved;
    for (int round = 0; round < 100; round++) {
        fl_arena_release(&arena, mark);
        for (int i = 0; i < 20; i++) fl_arena_alloc(&arena, 5000, 1);
    }
    cr_assert(arena.reserved == reserved);
}

Test(arena, the_limit_refuses_and_says_so) {
    fl_error err;
    fl_arena_init(&arena, 100000);
    cr_assert_not_null(fl_arena_alloc(&arena, 50000, 1));
    cr_assert_null(fl_arena_alloc(&arena, 60000, 1));
    cr_assert(arena.failed && arena.limited);
    cr_assert(fl_arena_error(&arena, &err) == FL_ENOMEM);
    cr_assert_not_null(strstr(err.text, "limit of 100000 bytes"));
}

Test(arena, the_limit_is_never_exceeded) {
    fl_arena_init(&arena, 1000000);
    while (fl_arena_alloc(&arena, 7777, 1) != NULL) cr_assert(arena.reserved <= 1000000);
    cr_assert(arena.reserved <= 1000000 && arena.peak <= 1000000);
    cr_assert(arena.reserved > 900000, "nearly all of it could be used, not only %zu", arena.reserved);
}

Test(arena, what_is_held_within_another_one_counts_there) {
    fl_arena part, smallest;
    fl_error err;
    fl_arena_init(&arena, 200000);
    fl_arena_init_within(&part, &arena);
    fl_arena_init_within(&smallest, &part);
    cr_assert_not_null(fl_arena_alloc(&part, 50000, 1));
    cr_assert_not_null(fl_arena_alloc(&smallest, 60000, 1));
    cr_assert(arena.reserved == part.reserved && part.reserved == 50048 + 64 + smallest.reserved);
    cr_assert(arena.peak == arena.reserved && fl_arena_left(&smallest) == 200000 - arena.reserved);
    cr_assert_null(fl_arena_alloc(&arena, 100000, 1));
    cr_assert_null(fl_arena_alloc(&smallest, 100000, 1));
    cr_assert(fl_arena_error(&smallest, &err) == FL_ENOMEM);
    cr_assert_not_null(strstr(err.text, "limit of 200000 bytes"));
    fl_arena_free(&smallest);
    cr_assert_not_null(fl_arena_alloc(&arena, 100000, 1), "there is room again");
    fl_arena_free(&part);
    fl_arena_free(&arena);
    cr_assert(part.reserved == 0 && arena.reserved == 0);
}

Test(arena, it_can_be_held_to_a_limit_for_some_time) {
    cr_assert(fl_arena_left(&arena) == SIZE_MAX);
    cr_assert(fl_arena_hold(&arena, 0) == 0 && arena.limit == 0);
    fl_arena_alloc(&arena, 50000, 1);
    size_t reserved = arena.reserved;
    cr_assert(fl_arena_hold(&arena, 1000) == 0 && arena.limit == reserved + 1000);
    cr_assert(fl_arena_hold(&arena, 2000) == reserved + 1000 && arena.limit == reserved + 1000);
    cr_assert(fl_arena_left(&arena) == 1000);
}

Test(arena, what_is_held_within_it_does_not_make_its_own_chunks_larger) {
    fl_arena part;
    fl_arena_init(&arena, 0);
    fl_arena_init_within(&part, &arena);
    fl_arena_alloc(&part, 10000000, 1);
    fl_arena_alloc(&arena, 20000, 1);
    cr_assert(arena.reserved < 10100000, "%zu bytes", arena.reserved);
    fl_arena_free(&part);
}

Test(arena, near_its_limit_it_still_takes_few_chunks) {
    fl_arena part;
    int n = 0, n_chunks = 0;
    fl_arena_init(&arena, 1000000);
    fl_arena_init_within(&part, &arena);
    fl_arena_alloc(&part, 600000, 1);
    for (size_t reserved = arena.reserved; fl_arena_alloc(&arena, 100, 1) != NULL; n++) {
        n_chunks += arena.reserved != reserved;
        reserved = arena.reserved;
    }
    cr_assert(n > 2500 && n_chunks < 40, "%d blocks in %d chunks", n, n_chunks);
    fl_arena_free(&part);
}

Test(arena, reset_forgets_the_failure_and_keeps_the_limit) {
    fl_arena_init(&arena, 1000);
    cr_assert_null(fl_arena_alloc(&arena, 5000, 1));
    fl_arena_reset(&arena);
    cr_assert(!arena.failed && !arena.limited && arena.limit == 1000);
    cr_assert_null(fl_arena_alloc(&arena, 5000, 1));
}

Test(arena, free_gives_everything_back) {
    fl_arena_alloc(&arena, 100000, 1);
    fl_arena_free(&arena);
    cr_assert(arena.reserved == 0 && arena.first == NULL);
    cr_assert_not_null(fl_arena_alloc(&arena, 10, 1), "and it can be used again");
}

Test(arena, the_system_refusing_is_not_called_a_limit) {
    fl_error err;
    cr_assert_null(fl_arena_alloc(&arena, SIZE_MAX / 8, 1));
    cr_assert(arena.failed && !arena.limited);
    cr_assert(fl_arena_error(&arena, &err) == FL_ENOMEM);
    cr_assert_str_eq(err.text, "out of memory");
}

Test(arena, peak_is_the_most_ever_held) {
    fl_arena_alloc(&arena, 300000, 1);
    size_t reserved = arena.reserved;
    cr_assert(arena.peak == reserved);
    fl_arena_reset(&arena);
    cr_assert(arena.peak == reserved);
}
