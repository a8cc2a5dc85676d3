/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/say.h"
#include "core/method.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static double start;

void say_start(void) {
    start = fl_clock();
}

double say_elapsed(void) {
    return fl_clock() - start;
}

void say(const char *format, ...) {
    va_list arguments;
    fprintf(stderr, "[%4.0f s] ", say_elapsed());
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void say_stop(const char *what, const fl_error *err) {
    fprintf(stderr, "bench: %s: %s %s\n", what, err->where, err->text);
    exit(EXIT_FAILURE);
}
