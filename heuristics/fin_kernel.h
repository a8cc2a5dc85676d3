/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The two loops in which the native FIN spends its time, as vector code: the levels of many arcs, and the
 *  min-plus product of shifted rows. */
#ifndef FINLAB_HEURISTICS_FIN_KERNEL_H
#define FINLAB_HEURISTICS_FIN_KERNEL_H

#include "heuristics/fin.h"

/** A row of energies by level, moved up by an arc. */
typedef struct fl_fin_way {
    const double *cells; /* of the row; INFINITY at the levels below its first and in the padding before it */
    double energy;       /* J, the arc's */
    int shift;           /* its levels */
    int first;           /* the least level it leads to; below it there is nothing to read but INFINITY */
} fl_fin_way;

/** fl_fin_levels() of the latencies bits * slowness[i] + latency, where a NaN counts as INFINITY.
 *  @param levels    [n] out
 *  @param slowness  [n] s/bit
 *  @param latency   s */
void fl_fin_kernel_levels(int *levels, const double *slowness, double bits, double latency,
                          const fl_fin_search *search, int n);

/** How many levels are best computed at a time when a row has `n_levels`. Rows are whole numbers of tiles,
 *  with a tile of padding before them. */
int fl_fin_kernel_tile(int n_levels);

/** Rows together: out[g] = least over the ways of cells[g - shift] + energy.
 *  @param out       [n_levels, up to whole tiles]
 *  @param n_levels  > 0
 *  @param tile      fl_fin_kernel_tile() of n_levels or more */
void fl_fin_kernel_relax(double *out, const fl_fin_way *ways, int n_ways, int n_levels, int tile);

#endif
