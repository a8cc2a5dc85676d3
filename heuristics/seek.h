/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the randomised searches share: drafts, random numbers, the best plan met, and when to stop. */
#ifndef FINLAB_HEURISTICS_SEEK_H
#define FINLAB_HEURISTICS_SEEK_H

#include "heuristics/draft.h"

/** Options that all of them have. */
#define FL_SEEK_SEED                                                                                         \
    {                                                                                                        \
        "seed", FL_OPTION_INT, 1, 0, 9007199254740992, NULL,                                                 \
            "of the random numbers, those of random orders of users included"                                \
    }
#define FL_SEEK_TIME_LIMIT                                                                                   \
    { "time_limit", FL_OPTION_NUMBER, 0, 0, 1e9, NULL, "stop after this many seconds; 0: no limit" }

typedef struct fl_seek {
    const fl_task *task;
    fl_layers layers;
    fl_drafts drafts;
    fl_random random;
    double time_limit; /* s since the task's start; 0: none */
    fl_draft best;
    fl_stop stop;
} fl_seek;

/** Set up, in the task's arena. `out` must stay where it is. O(blocks * nodes^2) */
fl_status fl_seek_begin(fl_seek *out, const fl_task *task, double seed, double time_limit, fl_error *err);

/** Whether the user interrupts or time is up; remembers which. */
bool fl_seek_stopped(fl_seek *seek);

/** Keep a draft when it is the best in time. */
void fl_seek_offer(fl_seek *seek, const fl_draft *draft);

/** Answer with the best. */
fl_status fl_seek_end(fl_answer *answer, const fl_seek *seek, fl_error *err);

#endif
