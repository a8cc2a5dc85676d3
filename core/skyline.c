/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/skyline.h"
#include "core/tolerance.h"
#include <math.h>
#include <string.h>

/** Whether one point is as good as another in latency and loss. */
static bool as_good(const fl_skyline_point *one, const fl_skyline_point *other) {
    return one->latency <= other->latency * (1 + FL_TOLERANCE_EQUAL) &&
           one->loss <= other->loss + FL_TOLERANCE_ACCURACY;
}

/** How many points take less than `energy`. */
static int count_below(const fl_skyline *skyline, double energy) {
    int low = 0, high = skyline->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (skyline->points[middle].energy < energy) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool fl_skyline_covers(const fl_skyline *skyline, const fl_skyline_point *point) {
    int i = count_below(skyline, nextafter(point->energy * (1 + FL_TOLERANCE_EQUAL), INFINITY)) - 1;
    while (i >= 0 && !as_good(&skyline->points[i], point)) i--;
    return i >= 0;
}

/** Take away the points from place `from` on that `point` is as good as. */
static void drop_covered(fl_skyline *skyline, int from, const fl_skyline_point *point) {
    int kept = from;
    for (int i = from; i < skyline->n; i++) {
        if (!as_good(point, &skyline->points[i])) skyline->points[kept++] = skyline->points[i];
    }
    skyline->n = kept;
}

bool fl_skyline_add(fl_skyline *skyline, const fl_skyline_point *point) {
    if (skyline->n == skyline->room) {
        int room = 2 * skyline->room + 16;
        fl_skyline_point *more = FL_NEW(skyline->arena, room, fl_skyline_point);
        if (more == NULL) return false;
        if (skyline->n > 0) memcpy(more, skyline->points, (size_t)skyline->n * sizeof *more);
        skyline->points = more;
        skyline->room = room;
    }
    drop_covered(skyline, count_below(skyline, point->energy / (1 + FL_TOLERANCE_EQUAL)), point);
    int at = count_below(skyline, point->energy);
    memmove(&skyline->points[at + 1], &skyline->points[at], (size_t)(skyline->n - at) * sizeof *point);
    skyline->points[at] = *point;
    skyline->n++;
    return true;
}
