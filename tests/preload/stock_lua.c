/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded with a sanitizer's runtime into a stock lua5.4. */
#include <stdlib.h>

/* The interpreter unloads C modules when it ends: what their statics point to would look leaked, and real
 * leaks would have no names. */
int dlclose(void *handle);

int dlclose(void *handle) {
    (void)handle;
    return 0;
}

/* What the interpreter starts, gnuplot say, is not ours to check; the program finlab has its own runtime. */
__attribute__((constructor)) static void keep_to_the_interpreter(void) {
    unsetenv("LD_PRELOAD");
}
