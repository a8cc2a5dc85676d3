/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A plan: for each application its final exit, one node for each block up to that exit, and where the
 *  application offers them a threshold, exits that are off and codings of what is sent (core/choices.h).
 *
 *  The users of one application (its `count`) need not all be placed alike: a plan lists, for each
 * application, its placements and how many users each stands for. Users that no placement stands for are
 * refused.
 *
 *  Invariant: every placement has the length of its exit, exits and nodes in range, count >= 1 and a level
 * for every sliced node it uses; codings are those of blocks that move, exits that are off are optional and
 * before the final one; the counts of an application add up to at most its own. Whether the plan is
 * allowed is for the judge to say (core/evaluate.h). Plans live in an arena. */
#ifndef FINLAB_CORE_PLAN_H
#define FINLAB_CORE_PLAN_H

#include "core/choices.h"

/** Users of one application that are placed alike. */
typedef struct fl_placement {
    int exit;    /* final exit; -1: nobody is served */
    int count;   /* users placed so, >= 1; 0 when nobody is served */
    int *nodes;  /* [after of that exit]; NULL when nobody is served */
    int *levels; /* [n_slices] the level reserved of each sliced node, -1: none; NULL without slices */
    struct fl_placement *more; /* users of the same application that are placed otherwise; NULL: none */
    int *codings;  /* [after of that exit] the coding of the move into each block, -1: plain, and where the
                      block does not move; NULL: all are plain */
    bool *off;     /* [n_exits] which exits before the final one are off; NULL: none is */
    int threshold; /* index of the threshold, -1: the exits' own numbers; of no meaning where the application
                      has none */
} fl_placement;

typedef struct fl_plan {
    int n_apps;         /* as the instance's; 0: no plan */
    fl_placement *apps; /* [n_apps] the first placement of each */
} fl_plan;

/** A plan with one placement per application, all refused, in `arena`. */
fl_status fl_plan_create(fl_plan *out, const fl_instance *instance, fl_arena *arena, fl_error *err);

/** Place all users of application `app` alike, with copies of `nodes` [after of `exit`], and with the largest
 *  level of each sliced node they use. */
fl_status fl_plan_place(fl_plan *plan, const fl_instance *instance, int app, int exit, const int *nodes,
                        fl_arena *arena, fl_error *err);

/** Place `count` more users of application `app`, alike among themselves; copies what it is given. Users
 *  placed already in the same way and these become one placement.
 *  @param levels  [n_slices] a level for every sliced node used, other entries are ignored; NULL: the largest
 */
fl_status fl_plan_add(fl_plan *plan, const fl_instance *instance, int app, int count, int exit,
                      const int *nodes, const int *levels, fl_arena *arena, fl_error *err);

/** A copy of a plan in `arena`, which may outlive what the plan lives in. */
fl_status fl_plan_copy(fl_plan *out, const fl_instance *instance, const fl_plan *plan, fl_arena *arena,
                       fl_error *err);

/** The same with all that `like` says: exit, nodes, levels, codings, off, threshold; its count is ignored.
 *  @return FL_EINTERNAL for a coding of a block that does not move, or an exit that cannot be off */
fl_status fl_plan_add_like(fl_plan *plan, const fl_instance *instance, int app, int count,
                           const fl_placement *like, fl_arena *arena, fl_error *err);

/** Whether two placements of `app` are the same but for their counts, and but for their levels too. O(blocks)
 */
bool fl_plan_same(const fl_placement *one, const fl_placement *two, const fl_app *app);
bool fl_plan_alike(const fl_placement *one, const fl_placement *two, const fl_app *app);

/** How a placement uses the exits of its application. */
static inline fl_exits_used fl_plan_exits(const fl_placement *placement, const fl_app *app) {
    return (fl_exits_used){app->n_thresholds > 0 ? placement->threshold : -1, placement->off};
}

/** The coding of the move into block `block`, -1: plain. */
static inline int fl_plan_coding(const fl_placement *placement, int block) {
    return placement->codings != NULL ? placement->codings[block] : -1;
}

/** How many blocks a placement of application `app` deploys. */
int fl_plan_depth(const fl_placement *placement, const fl_instance *instance, int app);

/** How many users of an application are served. */
int fl_plan_served(const fl_plan *plan, int app);

/** How many placements there are, an application of which nobody is served counting as one. */
int fl_plan_size(const fl_plan *plan);

/** Read a plan: an array of {app, exit, nodes, count, shares, codings, off, threshold}, or a result record
 * that has such an array in `plan`. The name `app` may be left out when the instance has one application;
 * `count` when all users are placed so; `shares`, an object of levels by node name, where the largest level
 * is meant; `codings`, names parallel to `nodes`, "" for plain, where all are plain; `off`, exits counted
 * from 1, where none is off; `threshold`, a name, where the exits' own numbers hold. Users that the array
 * does not place are refused.
 *  @return FL_EINVAL with the place of what is unknown, out of range, doubled or of the wrong length */
fl_status fl_plan_read(fl_plan *out, const fl_instance *instance, const fl_value *document,
                       fl_place_style style, fl_arena *arena, fl_error *err);

/** The document of a plan, as fl_plan_read() reads it; `count` and `shares` only where the application has
 *  several users or slices, `codings`, `off` and `threshold` only where they are used. One entry per
 * placement, in order. NULL: no memory. */
fl_value *fl_plan_write(const fl_plan *plan, const fl_instance *instance, fl_arena *arena);

#endif
