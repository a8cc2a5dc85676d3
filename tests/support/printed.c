/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/printed.h"
#include <criterion/criterion.h>
#include <string.h>

fl_model printed_model;
static fl_arena arena;

void printed_start(void) {
    fl_arena_init(&arena, 0);
    printed_clear();
}

void printed_stop(void) {
    fl_arena_free(&arena);
}

void printed_clear(void) {
    fl_model_init(&printed_model, &arena);
}

const char *printed_by(printed_writer *print, const char *legend) {
    const char *text;
    size_t length;
    fl_error err;
    cr_assert(print(&text, &length, &printed_model, legend, &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(strlen(text) == length);
    return text;
}

void printed_has(const char *text, const char *part) {
    cr_assert(strstr(text, part) != NULL, "no \"%s\" in\n%s", part, text);
}

void printed_refuses(printed_writer *print, double number) {
    const char *text;
    size_t length;
    fl_error err;
    fl_model_add_column(&printed_model, number, "x");
    cr_assert(print(&text, &length, &printed_model, "", &arena, &err) == FL_EINVAL);
}
