/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/nearest.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int least(int a, int b) {
    return a < b ? a : b;
}

/** Letters to change, add, leave out or swap (optimal string alignment); both at most FL_NEAREST_LETTERS. */
static int distance(const char *a, const char *b) {
    int row[FL_NEAREST_LETTERS + 1][FL_NEAREST_LETTERS + 1];
    int m = (int)strlen(a), n = (int)strlen(b);
    for (int i = 0; i <= m; i++) {
        for (int j = 0; j <= n; j++) {
            if (i == 0 || j == 0) {
                row[i][j] = i + j;
                continue;
            }
            row[i][j] =
                least(least(row[i - 1][j], row[i][j - 1]) + 1, row[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[i][j] = least(row[i][j], row[i - 2][j - 2] + 1);
        }
    }
    return row[m][n];
}

fl_nearest fl_nearest_to(const char *word) {
    return (fl_nearest){.word = word, .distance = 2 + (int)strlen(word) / 4};
}

void fl_nearest_offer(fl_nearest *nearest, const char *known) {
    if (strlen(nearest->word) > FL_NEAREST_LETTERS || strlen(known) > FL_NEAREST_LETTERS) return;
    int d = distance(nearest->word, known);
    if (d >= nearest->distance || d >= (int)strlen(known)) return; /* not a word of which no letter is left */
    nearest->distance = d;
    nearest->best = known;
}

const char *fl_nearest_hint(fl_nearest *nearest) {
    if (nearest->best == NULL) return "";
    snprintf(nearest->hint, sizeof nearest->hint, "; did you mean \"%s\"?", nearest->best);
    return nearest->hint;
}
