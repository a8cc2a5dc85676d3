/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/status.h"
#include <criterion/criterion.h>
#include <string.h>

Test(status, error_keeps_code_place_and_sentence) {
    fl_error err = {.line = 7, .column = 9};
    cr_assert(fl_error_set(&err, FL_EINVAL, "/apps/0", "is %d, not %s", 3, "four") == FL_EINVAL);
    cr_assert(err.code == FL_EINVAL);
    cr_assert_str_eq(err.where, "/apps/0");
    cr_assert_str_eq(err.text, "is 3, not four");
    cr_assert(err.line == 0 && err.column == 0, "line and column of an older error are forgotten");
}

Test(status, error_without_place_has_an_empty_one) {
    fl_error err;
    fl_error_set(&err, FL_ENOMEM, NULL, "out of memory");
    cr_assert_str_eq(err.where, "");
}

Test(status, error_may_be_null) {
    cr_assert(fl_error_set(NULL, FL_EIO, "file", "text") == FL_EIO);
}

Test(status, long_places_and_sentences_are_cut_to_fit) {
    fl_error err;
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    fl_error_set(&err, FL_EINVAL, text, "%s", text);
    cr_assert(strlen(err.where) == sizeof err.where - 1);
    cr_assert(strlen(err.text) == sizeof err.text - 1);
}

Test(status, every_code_has_a_short_name) {
    cr_assert_str_eq(fl_status_name(FL_OK), "ok");
    cr_assert_str_eq(fl_status_name(FL_EINVAL), "invalid");
    cr_assert_str_eq(fl_status_name(FL_EUNSUPPORTED), "unsupported");
    cr_assert_str_eq(fl_status_name(FL_ENOMEM), "memory");
    cr_assert_str_eq(fl_status_name(FL_EIO), "io");
    cr_assert_str_eq(fl_status_name(FL_EINTERNAL), "internal");
}

static fl_status twice(int *calls, fl_status answer) {
    (*calls)++;
    FL_TRY(answer);
    (*calls)++;
    return FL_OK;
}

Test(status, try_returns_the_failure_at_once) {
    int calls = 0;
    cr_assert(twice(&calls, FL_EIO) == FL_EIO);
    cr_assert(calls == 1);
    cr_assert(twice(&calls, FL_OK) == FL_OK);
    cr_assert(calls == 3);
}
