/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Memory that is released all at once.
 *
 *  One arena per instance, one scratch arena per run: functions that allocate from an arena need no cleanup
 *  and may return anywhere. Blocks are aligned to 64 bytes when they are at least that large, else to 16.
 *  An arena remembers that an allocation failed, so a builder may check once at its end.
 *
 *  Under the address sanitizer it leaves gaps between blocks and reports who touches them, or what has been
 *  released. */
#ifndef FINLAB_CORE_ARENA_H
#define FINLAB_CORE_ARENA_H

#include "core/status.h"
#include <stddef.h>

typedef struct fl_arena_chunk fl_arena_chunk;

typedef struct fl_arena {
    fl_arena_chunk *first, *current;
    struct fl_arena *whole; /* whose limit counts for this one too; NULL: none */
    size_t limit;           /* bytes that may be reserved in all; 0: no limit */
    size_t own;             /* bytes held from the system now, by this arena's chunks */
    size_t reserved;        /* the same, arenas within this one included */
    size_t peak;            /* the most bytes ever held at once */
    bool failed;            /* an allocation failed since init or reset */
    bool limited;           /* ... because of `limit`, not of the system */
} fl_arena;

/** A point to return to; see fl_arena_release(). */
typedef struct fl_arena_mark {
    fl_arena_chunk *chunk;
    size_t used;
} fl_arena_mark;

/** Start an empty arena; allocates nothing. */
void fl_arena_init(fl_arena *arena, size_t limit);

/** Start an empty arena; what it holds counts toward the limit of `whole`, which must outlive it and stay
 * where it is. */
void fl_arena_init_within(fl_arena *arena, fl_arena *whole);

/** How many bytes more may be reserved; SIZE_MAX: there is no limit. O(arenas around this one) */
size_t fl_arena_left(const fl_arena *arena);

/** Let it reserve at most so many bytes more than it has now, unless its limit is tighter; 0 or less: no
 * limit.
 *  @return the limit that it had, to put back */
size_t fl_arena_hold(fl_arena *arena, double bytes);

/** Room for `n` objects of `size` bytes, not cleared; NULL when there is none or n * size overflows. O(1). */
void *fl_arena_alloc(fl_arena *arena, size_t n, size_t size);

/** The same, cleared to zero bytes. */
void *fl_arena_zero(fl_arena *arena, size_t n, size_t size);

/** A copy of `text` (NUL-terminated); NULL when there is no memory. */
const char *fl_arena_text(fl_arena *arena, const char *text);

/** Remember the current fill. */
fl_arena_mark fl_arena_keep(const fl_arena *arena);

/** Forget everything allocated since `mark`; the memory stays with the arena for reuse. */
void fl_arena_release(fl_arena *arena, fl_arena_mark mark);

/** The same after an allocation has failed, which is forgotten too: there is room again. */
void fl_arena_recover(fl_arena *arena, fl_arena_mark mark);

/** Forget everything; the memory stays with the arena for reuse. Clears `failed`. */
void fl_arena_reset(fl_arena *arena);

/** Give all memory back to the system. The arena is then as after fl_arena_init(). */
void fl_arena_free(fl_arena *arena);

/** FL_ENOMEM with a sentence that says whether the limit or the system refused. */
fl_status fl_arena_error(const fl_arena *arena, fl_error *err);

/** Typed shorthand: FL_NEW(arena, n, double) is a double * or NULL. */
#define FL_NEW(arena, n, type)  ((type *)fl_arena_alloc((arena), (size_t)(n), sizeof(type)))
#define FL_ZERO(arena, n, type) ((type *)fl_arena_zero((arena), (size_t)(n), sizeof(type)))

#endif
