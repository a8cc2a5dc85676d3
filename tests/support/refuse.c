/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/refuse.h"
#include "core/instance.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void refuse_as_lua(char *out, size_t size, const char *pointer) {
    char steps[256], *rest = steps;
    snprintf(steps, sizeof steps, "%s", pointer + 1);
    snprintf(out, size, "%s", steps[0] == '\0' ? "(root)" : "");
    for (char *step; rest != NULL && *rest != '\0';) {
        step = rest;
        rest = strchr(rest, '/');
        if (rest != NULL) *rest++ = '\0';
        size_t used = strlen(out);
        if (isdigit((unsigned char)step[0])) {
            snprintf(out + used, size - used, "[%d]", atoi(step) + 1);
        } else {
            snprintf(out + used, size - used, "%s%s", used > 0 ? "." : "", step);
        }
    }
}

void refuse_document(const fl_value *document, const char *where, const char *words) {
    for (fl_place_style style = FL_PLACE_JSON; style <= FL_PLACE_LUA; style++) {
        char place[256];
        fl_error err = {0};
        fl_instance *instance;
        if (style == FL_PLACE_LUA) {
            refuse_as_lua(place, sizeof place, where);
        } else {
            snprintf(place, sizeof place, "%s", where);
        }
        fl_status status = fl_instance_read(&instance, document, style, &err);
        cr_assert(status == FL_EINVAL, "%s (%s): status %d, not refused", place, words, status);
        cr_assert_null(instance);
        cr_assert_str_eq(err.where, place, "the error is at %s (%s), not at %s", err.where, err.text, place);
        cr_assert_not_null(strstr(err.text, words), "%s: \"%s\" does not say \"%s\"", place, err.text, words);
    }
}

void refuse_all(const char *json, const refusal *refusals) {
    for (const refusal *one = refusals; one->pointer != NULL; one++) {
        fl_arena arena;
        fl_arena_init(&arena, 0);
        fl_value *document = build_document(&arena, json);
        build_put(&arena, document, one->pointer, one->json);
        refuse_document(document, one->where != NULL ? one->where : one->pointer, one->words);
        fl_arena_free(&arena);
    }
}
