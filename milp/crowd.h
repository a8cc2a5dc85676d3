/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Users of one application about whom the same has been decided; how branch and price divides them.
 *
 *  Identical users are not told apart until a branch has to: of a crowd of c users, either at least k have a
 *  property, such as "block l runs on node n" - then k of them form a crowd that must have it - or at least
 *  c - k + 1 have not, and form a crowd that must not. Each decision only forbids vertices or exits to a
 * whole crowd, so that pricing stays a search on the layered graph, and the division loses nothing: the two
 * halves of a branch are as tight as rows on the number of users would be. With one user it is the usual "on
 * this node or not". */
#ifndef FINLAB_MILP_CROWD_H
#define FINLAB_MILP_CROWD_H

#include "core/layers.h"

typedef enum fl_property_kind {
    FL_PROPERTY_SERVED, /* the user is not refused */
    FL_PROPERTY_NODE,   /* block `at` runs on node `value` */
    FL_PROPERTY_EXIT,   /* exit `value` is final */
    FL_PROPERTY_LEVEL   /* of the application's slices `at` level `value` is reserved */
} fl_property_kind;

typedef struct fl_property {
    fl_property_kind kind;
    int at, value;
} fl_property;

/** One decision; those before it hold too. "Must" of a level lets the node also be left unused. */
typedef struct fl_decision {
    fl_property property;
    bool must; /* or must not */
    const struct fl_decision *before;
} fl_decision;

typedef struct fl_crowd {
    int app, count;
    const fl_decision *decisions; /* the last one; NULL: none */
} fl_crowd;

/** Whether a placement has a property. */
bool fl_property_of(const fl_property *property, const fl_placement *at, const fl_app *app);

/** Whether a user of the crowd may be placed so. */
bool fl_crowd_admits(const fl_crowd *crowd, const fl_placement *at, const fl_app *app);

/** Whether users of the crowd may be refused (in an instance with admission), and whether they must. */
bool fl_crowd_may_refuse(const fl_crowd *crowd);
bool fl_crowd_must_refuse(const fl_crowd *crowd);

/** Whether the decisions leave this level of slices `slice` to be reserved; -1: none. */
bool fl_crowd_may_reserve(const fl_crowd *crowd, int slice, int level);

/** Whether a property has been decided for the whole crowd. */
bool fl_crowd_decided(const fl_crowd *crowd, const fl_property *property);

/** Take from layers that were built for this crowd alone, and are written to, what is decided against. */
void fl_crowd_bar(const fl_crowd *crowd, fl_layers *layers);

/** Take one vertex from layers as above. */
void fl_crowd_bar_vertex(fl_layers *layers, int layer, int node);

#endif
