/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/arena.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** Chunks form a list; those after `current` are empty and wait for reuse. */
struct fl_arena_chunk {
    fl_arena_chunk *next;
    size_t size; /* bytes after the header */
    size_t used;
};

enum { HEADER = 64, LEAST_CHUNK = 16 * 1024, LARGE = 64, SMALL_ALIGNMENT = 16, LARGE_ALIGNMENT = 64 };

/* The address sanitizer is told what may be touched: what has been given out and not forgotten since. Between
 * two blocks it finds a gap. */
#if defined(__SANITIZE_ADDRESS__)
#define FL_ARENA_WATCHED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FL_ARENA_WATCHED
#endif
#endif

#ifdef FL_ARENA_WATCHED
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };

static void allow(const char *data, size_t bytes) {
    __asan_unpoison_memory_region(data, bytes);
}

static void forbid(const char *data, size_t bytes) {
    __asan_poison_memory_region(data, bytes);
}
#else
enum { GAP = 0 };

static void allow(const char *data, size_t bytes) {
    (void)data, (void)bytes;
}

static void forbid(const char *data, size_t bytes) {
    (void)data, (void)bytes;
}
#endif

static char *chunk_data(fl_arena_chunk *chunk) {
    return (char *)chunk + HEADER;
}

void fl_arena_init(fl_arena *arena, size_t limit) {
    *arena = (fl_arena){.limit = limit};
}

void fl_arena_init_within(fl_arena *arena, fl_arena *whole) {
    *arena = (fl_arena){.whole = whole};
}

size_t fl_arena_left(const fl_arena *arena) {
    size_t left = SIZE_MAX;
    for (; arena != NULL; arena = arena->whole) {
        size_t here = arena->limit > arena->reserved ? arena->limit - arena->reserved : 0;
        if (arena->limit > 0 && here < left) left = here;
    }
    return left;
}

size_t fl_arena_hold(fl_arena *arena, double bytes) {
    size_t kept = arena->limit, room = SIZE_MAX - arena->reserved;
    if (!(bytes > 0) || bytes >= (double)room) return kept;
    size_t most = arena->reserved + (bytes > 1 ? (size_t)bytes : 1); /* 0 would mean no limit */
    if (kept == 0 || most < kept) arena->limit = most;
    return kept;
}

/** Room for `bytes` in this chunk, or NULL. */
static void *take(fl_arena_chunk *chunk, size_t bytes) {
    size_t alignment = bytes >= LARGE ? LARGE_ALIGNMENT : SMALL_ALIGNMENT;
    size_t start = (chunk->used + (chunk->used > 0 ? GAP : 0) + alignment - 1) & ~(alignment - 1);
    if (start > chunk->size || bytes > chunk->size - start) return NULL;
    chunk->used = start + bytes;
    allow(chunk_data(chunk) + start, bytes);
    return chunk_data(chunk) + start;
}

/** A new chunk for at least `bytes`, linked in after the current one. Chunks grow with the arena, and with
 * what its limit leaves, so that their number stays logarithmic. */
static fl_arena_chunk *grow(fl_arena *arena, size_t bytes) {
    size_t size = arena->own > LEAST_CHUNK ? arena->own : LEAST_CHUNK, left = fl_arena_left(arena);
    if (size > left / 2) size = left / 2 > LARGE_ALIGNMENT ? left / 2 - LARGE_ALIGNMENT : 0;
    if (size < bytes) size = bytes;
    size = (size + LARGE_ALIGNMENT - 1) & ~(size_t)(LARGE_ALIGNMENT - 1);
    if (left < HEADER || size > left - HEADER) {
        arena->limited = true;
        return NULL;
    }
    fl_arena_chunk *chunk = aligned_alloc(LARGE_ALIGNMENT, size + HEADER);
    if (chunk == NULL) return NULL;
    *chunk = (fl_arena_chunk){.size = size};
    fl_arena_chunk **link = arena->current != NULL ? &arena->current->next : &arena->first;
    chunk->next = *link;
    *link = chunk;
    forbid(chunk_data(chunk), size);
    arena->own += size + HEADER;
    for (fl_arena *each = arena; each != NULL; each = each->whole) {
        each->reserved += size + HEADER;
        if (each->reserved > each->peak) each->peak = each->reserved;
    }
    return chunk;
}

void *fl_arena_alloc(fl_arena *arena, size_t n, size_t size) {
    if (size > 0 && n > (SIZE_MAX / 4) / size) {
        arena->failed = true;
        return NULL;
    }
    size_t bytes = n * size > 0 ? n * size : 1;
    while (arena->current != NULL) {
        void *room = take(arena->current, bytes);
        if (room != NULL) return room;
        if (arena->current->next == NULL) break;
        arena->current = arena->current->next;
    }
    fl_arena_chunk *chunk = grow(arena, bytes);
    if (chunk == NULL) {
        arena->failed = true;
        return NULL;
    }
    arena->current = chunk;
    return take(chunk, bytes);
}

void *fl_arena_zero(fl_arena *arena, size_t n, size_t size) {
    void *room = fl_arena_alloc(arena, n, size);
    if (room != NULL) memset(room, 0, n * size);
    return room;
}

const char *fl_arena_text(fl_arena *arena, const char *text) {
    size_t length = strlen(text) + 1;
    char *copy = fl_arena_alloc(arena, length, 1);
    return copy != NULL ? memcpy(copy, text, length) : NULL;
}

fl_arena_mark fl_arena_keep(const fl_arena *arena) {
    return (fl_arena_mark){arena->current, arena->current != NULL ? arena->current->used : 0};
}

/** Forget what follows the first `used` bytes of a chunk. */
static void forget(fl_arena_chunk *chunk, size_t used) {
    forbid(chunk_data(chunk) + used, chunk->used - used);
    chunk->used = used;
}

void fl_arena_release(fl_arena *arena, fl_arena_mark mark) {
    arena->current = mark.chunk != NULL ? mark.chunk : arena->first;
    if (arena->current == NULL) return;
    forget(arena->current, mark.used);
    for (fl_arena_chunk *chunk = arena->current->next; chunk != NULL; chunk = chunk->next) forget(chunk, 0);
}

void fl_arena_recover(fl_arena *arena, fl_arena_mark mark) {
    fl_arena_release(arena, mark);
    arena->failed = arena->limited = false;
}

void fl_arena_reset(fl_arena *arena) {
    fl_arena_recover(arena, (fl_arena_mark){NULL, 0});
}

void fl_arena_free(fl_arena *arena) {
    for (fl_arena_chunk *chunk = arena->first; chunk != NULL;) {
        fl_arena_chunk *next = chunk->next;
        for (fl_arena *each = arena->whole; each != NULL; each = each->whole)
            each->reserved -= chunk->size + HEADER;
        allow(chunk_data(chunk), chunk->size);
        free(chunk);
        chunk = next;
    }
    *arena = (fl_arena){.limit = arena->limit, .whole = arena->whole};
}

fl_status fl_arena_error(const fl_arena *arena, fl_error *err) {
    bool limited = arena->limited;
    while (arena->limit == 0 && arena->whole != NULL) arena = arena->whole;
    if (limited) {
        return fl_error_set(err, FL_ENOMEM, NULL, "the memory limit of %zu bytes is reached", arena->limit);
    }
    return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
}
