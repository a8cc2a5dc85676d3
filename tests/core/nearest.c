/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/nearest.h"
#include <criterion/criterion.h>
#include <string.h>

/** What is said about `word` when "deadline", "accuracy", "rate" and "count" are known. */
static const char *said(const char *word, fl_nearest *nearest) {
    static const char *const known[] = {"deadline", "accuracy", "rate", "count"};
    *nearest = fl_nearest_to(word);
    for (int i = 0; i < 4; i++) fl_nearest_offer(nearest, known[i]);
    return fl_nearest_hint(nearest);
}

Test(nearest, a_letter_missing_added_changed_or_swapped_is_near) {
    static const char *const words[] = {"deadlin", "deadlines", "deadlime", "daedline"};
    for (int i = 0; i < 4; i++) {
        fl_nearest nearest;
        cr_expect_str_eq(said(words[i], &nearest), "; did you mean \"deadline\"?", "%s", words[i]);
        cr_expect_eq(nearest.distance, 1, "%s: %d", words[i], nearest.distance);
    }
}

Test(nearest, of_several_the_nearest_is_meant) {
    fl_nearest nearest = fl_nearest_to("exit");
    fl_nearest_offer(&nearest, "edits");
    fl_nearest_offer(&nearest, "exits");
    fl_nearest_offer(&nearest, "exists");
    cr_expect_str_eq(nearest.best, "exits");
}

Test(nearest, what_has_nothing_in_common_is_no_hint) {
    static const char *const words[] = {"", "x", "colour", "r",
                                        "a word that is far too long to be any of them"};
    for (int i = 0; i < 5; i++) {
        fl_nearest nearest;
        cr_expect_str_eq(said(words[i], &nearest), "", "%s: %s", words[i], nearest.hint);
    }
}

Test(nearest, long_words_fit_or_are_left_out) {
    char word[FL_NEAREST_LETTERS + 2];
    memset(word, 'w', sizeof word);
    word[FL_NEAREST_LETTERS] = '\0';
    fl_nearest nearest = fl_nearest_to(word);
    fl_nearest_offer(&nearest, word);
    cr_expect_eq(strlen(fl_nearest_hint(&nearest)), strlen(word) + strlen("; did you mean \"\"?"));
    word[FL_NEAREST_LETTERS] = 'w';
    word[FL_NEAREST_LETTERS + 1] = '\0';
    nearest = fl_nearest_to(word);
    fl_nearest_offer(&nearest, word);
    cr_expect_str_eq(fl_nearest_hint(&nearest), "");
}
