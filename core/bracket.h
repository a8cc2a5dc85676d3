/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A bracket around the cheapest path of an extended graph that keeps its limits: bounds from below, of the
 *  whole and of what is left from each state, and a path from above where one turns up.
 *
 *  Bounds are the least of energy and of each limited use by itself, and of energy plus multipliers times
 *  uses, the Lagrangian dual. The multipliers are found one at a time by secants as in core/dual.h. Paths
 * come from the passes themselves, and from dives that keep to what each limit alone still allows.
 *
 *  Where deviations of times count, the limit of the latency is one of two uses together, the mean and the
 *  variance; the bounds take each by itself as far as it can go alone. */
#ifndef FINLAB_CORE_BRACKET_H
#define FINLAB_CORE_BRACKET_H

#include "core/extended.h"

/** What is summed along a path. */
typedef struct fl_total {
    double energy, use[FL_USE_KINDS];
} fl_total;

/** Weights of energy and uses. */
typedef struct fl_weights {
    double energy, use[FL_USE_KINDS];
} fl_weights;

typedef struct fl_bracket {
    const fl_extended *graph;
    double enough;                                       /* a bound from here on is enough, J */
    int depth;                                           /* the most arcs of a path */
    double most[FL_USE_KINDS];                           /* INFINITY: no path can use too much */
    int limited[FL_USE_KINDS], n_limited;                /* the kinds of which a path can */
    double *energy;                                      /* [n_states] the least to the end */
    double *least[FL_USE_KINDS], *longest[FL_USE_KINDS]; /* [n_states] of each use, where it is limited */
    fl_weights multipliers;                              /* energy's is 1 */
    double *reduced, *spare; /* [n_states] the least weighted sum to the end; spare: of another try */
    int *choice;             /* [n_states] the arc by which the last pass goes on */
    bool possible;           /* false: no path is within the limits, proven */
    double bound, slack; /* no path within the limits costs less, J, but for rounding errors under `slack` */
    int *incumbent;      /* [depth] arcs of the best path known within the limits */
    fl_total incumbent_cost; /* energy INFINITY: none */
} fl_bracket;

/** Bracket the cheapest path within `most` [FL_USE_KINDS].
 *  @param enough  J; a bound from here on is enough
 *  Everything lives in `arena`. O(arcs), in some 30 passes at most */
fl_status fl_bracket_solve(fl_bracket *out, const fl_extended *graph, const double *most, double enough,
                           fl_arena *arena, fl_error *err);

/** Fill in `least` of one use, which need not be limited, with the arcs by which it is reached.
 *  @param kind  -1: energy, of which it is there already
 *  @param way   [n_states] or NULL. O(arcs) */
void fl_bracket_least(fl_bracket *bracket, int kind, int *way);

/** Whether there is nothing left to look for. */
bool fl_bracket_closed(const fl_bracket *bracket);

/** Whether what a path uses so far, with the least that is left from state `to` (< 0: the end), keeps each
 *  limit. */
bool fl_bracket_keeps(const fl_bracket *bracket, const fl_total *sum, int to);

/** Whether a use is limited only together with another one. */
bool fl_bracket_joint(const fl_bracket *bracket, int kind);

static inline fl_total fl_total_add(fl_total sum, const fl_extended_arc *arc) {
    sum.energy += arc->energy;
    for (int i = 0; i < FL_USE_KINDS; i++) sum.use[i] += arc->use[i];
    return sum;
}

#endif
