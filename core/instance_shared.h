/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What an instance and its variants have in common, how instances are checked and how variants are made.
 *  Internal to core/instance*.c, core/drift.c and core/plain.c. */
#ifndef FINLAB_CORE_INSTANCE_SHARED_H
#define FINLAB_CORE_INSTANCE_SHARED_H

#include "core/instance_index.h"
#include <stdatomic.h>

/** Counted by reference; lives as long as an instance that uses it. */
struct fl_instance_shared {
    atomic_int references;
    fl_arena arena;
    fl_named *names;                  /* [n_nodes], sorted */
    fl_pair *links;                   /* [n_links], sorted */
    fl_pair *tiers;                   /* [n_tier_links], sorted */
    bool limited;                     /* some capacity or memory is finite */
    struct fl_instance_shared *under; /* what this one borrows from, a reference; NULL: nothing */
};

/** Without references yet; NULL when there is no memory. */
struct fl_instance_shared *fl_instance_create_shared(void);

/** Give a reference back. */
void fl_instance_release_shared(struct fl_instance_shared *shared);

/** An instance that holds a reference to `shared`; NULL when there is no memory. */
fl_instance *fl_instance_create_empty(struct fl_instance_shared *shared);

/** A copy of `base` that holds a reference to `shared` and has room for its own list of applications.
 *  @param apps  [n_apps], owned by the instance, not filled */
fl_status fl_instance_create_variant(fl_instance **out, fl_app **apps, const fl_instance *base,
                                     struct fl_instance_shared *shared, int n_apps, fl_error *err);

/** Deep copy what `parts` describes into the arena of the instance's shared part, and index it there.
 * Segments are sorted on the way. */
fl_status fl_instance_copy_parts(fl_instance *instance, const fl_instance *parts, fl_error *err);

/** Check all fields of a copy, as fl_instance_create() says. */
fl_status fl_instance_check(const fl_instance *instance, fl_place_style style, fl_error *err);

/** Check an application's plain fields, which variants may change. */
fl_status fl_instance_check_numbers(const fl_app *app, fl_place *place, fl_error *err);

/** Refuse numbers so extreme that a sum or product of costs could overflow, so that no solver ever meets an
 *  infinity or a NaN: the dearest way through all blocks, and its power, must stay under FL_COST_MOST. */
fl_status fl_instance_check_magnitudes(const fl_instance *instance, const fl_app *app, fl_place *place,
                                       fl_error *err);

/** The fl_feature bits. */
unsigned fl_instance_find_features(const fl_instance *instance);

#endif
