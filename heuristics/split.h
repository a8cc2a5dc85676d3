/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One cut through the chain: the first blocks on the application's source, all others on one other node. */
#ifndef FINLAB_HEURISTICS_SPLIT_H
#define FINLAB_HEURISTICS_SPLIT_H

#include "heuristics/path.h"

typedef struct fl_split {
    int depth;     /* blocks in all: those before the exit that is final */
    int local;     /* of these, how many run on the source; -1: there is no split */
    int site;      /* where the others run; the source itself when there are none */
    fl_cost cost;  /* as the arcs add up; INFINITY: cannot run */
    double mobile; /* J that the source alone spends, on computing and on sending */
} fl_split;

/** What is minimised; ties go by the next measure. */
typedef enum fl_split_goal {
    FL_SPLIT_LATENCY, /* then the source's energy */
    FL_SPLIT_MOBILE,  /* the source's energy, then latency */
    FL_SPLIT_ENERGY   /* all energy, then latency */
} fl_split_goal;

/** The best split before one exit, over all numbers of blocks.
 *  @param depth  1..n_layers; layer depth - 1 has an exit
 *  @param site   the other node; the source: the best of all nodes
 *  @return FL_ENOMEM. O(blocks) for one site, O(blocks * nodes) for all; scratch in `arena`, released again
 */
fl_status fl_split_best(fl_split *out, const fl_layers *layers, int depth, int site, fl_split_goal goal,
                        fl_arena *arena, fl_error *err);

/** The split as a path; "no path" when there is none. */
void fl_split_path(fl_path *path, const fl_layers *layers, const fl_split *split);

#endif
