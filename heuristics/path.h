/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A path through the layered graph: what the methods for one application find before it is a plan. */
#ifndef FINLAB_HEURISTICS_PATH_H
#define FINLAB_HEURISTICS_PATH_H

#include "core/layers.h"
#include "core/method.h"

typedef struct fl_path {
    int exit;   /* the final exit; -1: there is no path */
    int *nodes; /* [n_layers] filled up to that exit */
} fl_path;

/** Room for a path through `layers`, in `arena`; it starts as "no path". */
fl_status fl_path_create(fl_path *out, const fl_layers *layers, fl_arena *arena, fl_error *err);

/** What a path costs, as its arcs add up; INFINITY where one is missing, and for "no path". O(blocks) */
fl_cost fl_path_cost(const fl_layers *layers, const fl_path *path);

/** Make the path, of the instance's only application, the answer's candidate plan. O(blocks) */
fl_status fl_path_offer(fl_answer *answer, const fl_task *task, const fl_path *path, fl_error *err);

/** The same, and ask the judge.
 *  @param in_time  whether the plan meets the deadline */
fl_status fl_path_offer_judged(fl_answer *answer, bool *in_time, const fl_task *task, const fl_path *path,
                               fl_error *err);

#endif
