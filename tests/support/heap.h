/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An allocator that can refuse: that of the C library, with a countdown, called by every library of the
 * process. Only for a program of one file that includes this, since it defines malloc. */
#ifndef FINLAB_TESTS_HEAP_H
#define FINLAB_TESTS_HEAP_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

enum { HEAP_SKIPPED = 77 }; /* what CTest is told to take for a skipped test */

#ifdef __has_feature
#define HEAP_CLANG_SANITIZES __has_feature(address_sanitizer)
#else
#define HEAP_CLANG_SANITIZES 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HEAP_CLANG_SANITIZES
#define HEAP_IS_ANOTHERS /* the sanitizer has a malloc of its own */
#else

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static struct {
    bool armed;
    bool from_then_on; /* all calls from number `fail` fail, not that one only */
    bool twice;        /* and the one after it */
    long fail;         /* which call fails, counted from 1; 0: none */
    long calls;        /* since it was armed */
    long live;         /* blocks not freed */
} heap;

#define PUBLIC __attribute__((visibility("default")))

static bool refused(void) {
    if (!heap.armed) return false;
    heap.calls++;
    if (heap.fail == 0 || heap.calls < heap.fail) return false;
    errno = ENOMEM;
    return heap.calls == heap.fail || heap.from_then_on || (heap.twice && heap.calls == heap.fail + 1);
}

static void *counted(void *block) {
    heap.live += block != NULL;
    return block;
}

PUBLIC void *malloc(size_t size) {
    return refused() ? NULL : counted(__libc_malloc(size));
}

PUBLIC void *calloc(size_t n, size_t size) {
    return refused() ? NULL : counted(__libc_calloc(n, size));
}

PUBLIC void *realloc(void *old, size_t size) {
    if (refused()) return NULL;
    void *block = __libc_realloc(old, size);
    heap.live += (block != NULL) - (old != NULL && (block != NULL || size == 0));
    return block;
}

PUBLIC void *aligned_alloc(size_t alignment, size_t size) {
    return refused() ? NULL : counted(__libc_memalign(alignment, size));
}

PUBLIC int posix_memalign(void **out, size_t alignment, size_t size) {
    if (refused()) return ENOMEM;
    *out = counted(__libc_memalign(alignment, size));
    return *out != NULL ? 0 : ENOMEM;
}

PUBLIC void free(void *block) {
    heap.live -= block != NULL;
    __libc_free(block);
}

#endif
#endif
