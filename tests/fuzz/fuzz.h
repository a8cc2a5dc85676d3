/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the fuzz targets share. A target is LLVMFuzzerTestOneInput() in a file of its own; libFuzzer calls it
 * with bytes it thinks up, replay.c with those of files and what is left of them when a byte is missing. */
#ifndef FINLAB_TESTS_FUZZ_H
#define FINLAB_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The bytes, one after another; zeros after the last. */
typedef struct fuzz_tape {
    const uint8_t *data;
    size_t left;
} fuzz_tape;

static inline unsigned fuzz_next(fuzz_tape *tape) {
    if (tape->left == 0) return 0;
    tape->left--;
    return *tape->data++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** End the program, which is what a fuzzer takes for a find. */
#define FUZZ_CHECK(holds)                                                                                    \
    do {                                                                                                     \
        if (holds) break;                                                                                    \
        fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #holds);                                  \
        abort();                                                                                             \
    } while (0)

#endif
