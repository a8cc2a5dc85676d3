/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A plan: for each application its final exit and the node of every block up to it. Later blocks are not
 *  deployed. Indices count from 0 here; documents name nodes and count exits from 1. */
#ifndef FINLAB_CORE_PLAN_H
#define FINLAB_CORE_PLAN_H

#include "core/instance.h"

typedef struct fl_placement {
    int exit;   /* final exit; -1: the application is refused (admission) */
    int *nodes; /* [after of that exit]; NULL when refused */
} fl_placement;

typedef struct fl_plan {
    int n_apps;         /* as the instance's; 0: no plan */
    fl_placement *apps; /* [n_apps] */
} fl_plan;

/** A plan with one placement per application, all refused, in `arena`. */
fl_status fl_plan_create(fl_plan *out, const fl_instance *instance, fl_arena *arena, fl_error *err);

/** Set application `app` to `exit` with copies of `nodes` [after of that exit]. */
fl_status fl_plan_place(fl_plan *plan, const fl_instance *instance, int app, int exit, const int *nodes,
                        fl_arena *arena, fl_error *err);

/** How many blocks of application `app` the plan deploys. */
int fl_plan_depth(const fl_plan *plan, const fl_instance *instance, int app);

/** Read a plan: an array of {app, exit, nodes}, or a result record that has such an array in `plan`. The name
 *  `app` may be left out when the instance has one application; an application that the array does not name
 *  is refused.
 *  @return FL_EINVAL with the place of what is unknown, out of range, doubled or of the wrong length */
fl_status fl_plan_read(fl_plan *out, const fl_instance *instance, const fl_value *document,
                       fl_place_style style, fl_arena *arena, fl_error *err);

/** The document of a plan, an array of {app, exit, nodes} without the refused applications. NULL: no memory.
 */
fl_value *fl_plan_write(const fl_plan *plan, const fl_instance *instance, fl_arena *arena);

#endif
