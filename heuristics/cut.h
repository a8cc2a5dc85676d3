/* SPDX-License-Identifier: GPL-3.0-or-later */
/** All single cuts with what goes with them (core/choices.h): the first blocks on the application's source,
 *  what they give sent in one coding, all other blocks on one other node, and the exits at one threshold.
 * What heuristics/split.h is for methods that choose nothing but where to cut. */
#ifndef FINLAB_HEURISTICS_CUT_H
#define FINLAB_HEURISTICS_CUT_H

#include "core/choices.h"
#include "core/method.h"

typedef struct fl_cut {
    int local;       /* blocks on the source; all that run: nothing is sent */
    int site;        /* where the others run; the source itself when there are none */
    int coding;      /* of what is sent, -1: plain */
    int threshold;   /* -1: the exits' own numbers */
    fl_cost cost;    /* J; s by the application's latency rule */
    double mean;     /* s, over all samples */
    double server;   /* s of computing on `site`, mean over all samples */
    double accuracy; /* over all samples, but for what the coding loses */
    double loss;     /* of the accuracy, by the coding */
} fl_cut;

/** What is cut, and the list of one site's cuts. */
typedef struct fl_cuts {
    const fl_instance *instance;
    int final;  /* the final exit */
    bool early; /* exits on the source that may be off are active; false: they are off too, as all those
                   behind a cut are */
    int n;
    fl_cut *list;         /* [n] */
    struct fl_way *local; /* [blocks + 1] scratch */
    bool *off;            /* [n_exits] scratch */
} fl_cuts;

/** Room for the lists, in `arena`; borrows the instance. */
fl_status fl_cuts_create(fl_cuts *out, const fl_instance *instance, int final, bool early, fl_arena *arena,
                         fl_error *err);

/** List the cuts before `site` that can run, in every coding, at one threshold (-1: the exits' own numbers).
 *  The source as the site stands for one entry: everything runs there.
 *  O(blocks * (codings + exits)); times blocks where the blocks behind a cut depend on it, by segments of the
 *  site or exits that may be off */
void fl_cuts_list(fl_cuts *cuts, int site, int threshold);

/** Make a cut of the list the answer's candidate plan. */
fl_status fl_cuts_offer(fl_answer *answer, const fl_task *task, fl_cuts *cuts, const fl_cut *cut,
                        fl_error *err);

#endif
