/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What somebody who misspelt a word may have meant: the nearest of the words that are known, offered one by
 *  one. Without memory of its own; of words that are too long or too far, none is the nearest. */
#ifndef FINLAB_CORE_NEAREST_H
#define FINLAB_CORE_NEAREST_H

/** Words of more letters are not compared. */
enum { FL_NEAREST_LETTERS = 31 };

typedef struct fl_nearest {
    const char *word; /* as it was written; borrowed */
    const char *best; /* the nearest so far; borrowed; NULL: none is near */
    int distance;     /* of `best`; without one, the first that is too far */
    char hint[2 * FL_NEAREST_LETTERS];
} fl_nearest;

/** Start to look for what `word` may mean. */
fl_nearest fl_nearest_to(const char *word);

/** Compare with a word that is known: letters to change, add, leave out, or swap with their neighbour. The
 *  first of equally near ones stays. O(letters^2). */
void fl_nearest_offer(fl_nearest *nearest, const char *known);

/** The end of an error's sentence: `; did you mean "WORD"?`, or nothing. Lives in `nearest`. */
const char *fl_nearest_hint(fl_nearest *nearest);

#endif
