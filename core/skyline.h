/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A skyline: points in (energy, latency, loss) of which none is as good as another in all three.
 *
 *  As good means within the tolerances of equal numbers (FL_TOLERANCE_EQUAL, of a loss
 * FL_TOLERANCE_ACCURACY), so points that differ by rounding only are one. (Kung, Luccio and Preparata, "On
 * finding the maxima of a set of vectors", J. ACM 22, 1975, from where the order by one coordinate is;
 * skylines here are too short for more.) */
#ifndef FINLAB_CORE_SKYLINE_H
#define FINLAB_CORE_SKYLINE_H

#include "core/arena.h"
#include <stdbool.h>

typedef struct fl_skyline_point {
    double energy, latency, loss;
    int mark; /* the caller's */
} fl_skyline_point;

typedef struct fl_skyline {
    fl_arena *arena;
    fl_skyline_point *points; /* [n] by rising energy */
    int n, room;
} fl_skyline;

/** Whether a point of it is as good as `point`. O(n) */
bool fl_skyline_covers(const fl_skyline *skyline, const fl_skyline_point *point);

/** Add a point that it does not cover, in place of those that are not better in anything.
 *  @return false: no memory. O(n) */
bool fl_skyline_add(fl_skyline *skyline, const fl_skyline_point *point);

#endif
