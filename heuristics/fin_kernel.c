/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/fin_kernel.h"
#include "core/clones.h"
#include <float.h>

/* The tiles, in doubles: one, two or four vectors of the widest kind. */
enum { NARROW = 8, MIDDLE = 16, WIDE = 32 };

/* fl_fin_levels(), operation by operation but without its branches. A deadline as long as the caller excludes
 * is the only case in which the product may overflow and the ratio be of use. */
FL_CLONES static void find_levels(int *restrict levels, const double *restrict slowness, double bits,
                                  double latency, double deadline, double gamma, double lowered, bool up,
                                  int n) {
    double beyond = gamma + 1;
    for (int i = 0; i < n; i++) {
        double used = gamma * (bits * slowness[i] + latency) / deadline * lowered;
        used = used < beyond ? used : beyond; /* so is a NaN */
        int whole = (int)used;
        levels[i] = whole + (up & (whole < used));
    }
}

void fl_fin_kernel_levels(int *levels, const double *slowness, double bits, double latency,
                          const fl_fin_search *search, int n) {
    bool up = search->rounding == FL_FIN_UP;
    if (search->deadline < DBL_MAX / FL_FIN_GAMMA_MOST / 4) {
        find_levels(levels, slowness, bits, latency, search->deadline, search->gamma,
                    up ? 1 - FL_TOLERANCE_ROUNDING : 1, up, n);
        return;
    }
    for (int i = 0; i < n; i++)
        levels[i] =
            fl_fin_levels(bits * slowness[i] + latency, search->deadline, search->gamma, search->rounding);
}

int fl_fin_kernel_tile(int n_levels) {
    return n_levels <= NARROW ? NARROW : n_levels <= MIDDLE ? MIDDLE : WIDE;
}

/* A tile stays in registers while all ways pass by. Unrolled altogether before it is vectorised, a small one
 * would not be vectorised at all; and a wide one has four vectors. */
FL_CLONES_PART void relax_tile(double *restrict out, const fl_fin_way *ways, int n_ways, int start,
                               int tile) {
    double least[WIDE];
#pragma GCC unroll 4
    for (int i = 0; i < tile; i++) least[i] = INFINITY;
    for (const fl_fin_way *way = ways; way < ways + n_ways; way++) {
        if (way->first >= start + tile) continue;
        const double *from = way->cells + (start - way->shift); /* at most tile - 1 places before the row */
#pragma GCC unroll 4
        for (int i = 0; i < tile; i++) {
            double energy = from[i] + way->energy;
            least[i] = energy < least[i] ? energy : least[i];
        }
    }
    for (int i = 0; i < tile; i++) out[start + i] = least[i];
}

FL_CLONES static void relax_narrow(double *out, const fl_fin_way *ways, int n_ways) {
    relax_tile(out, ways, n_ways, 0, NARROW);
}

FL_CLONES static void relax_middle(double *out, const fl_fin_way *ways, int n_ways) {
    relax_tile(out, ways, n_ways, 0, MIDDLE);
}

FL_CLONES static void relax_wide(double *out, const fl_fin_way *ways, int n_ways, int n_levels) {
    for (int start = 0; start < n_levels; start += WIDE) relax_tile(out, ways, n_ways, start, WIDE);
}

void fl_fin_kernel_relax(double *out, const fl_fin_way *ways, int n_ways, int n_levels, int tile) {
    if (tile == NARROW) {
        relax_narrow(out, ways, n_ways);
    } else if (tile == MIDDLE) {
        relax_middle(out, ways, n_ways);
    } else {
        relax_wide(out, ways, n_ways, n_levels);
    }
}
