/* SPDX-License-Identifier: GPL-3.0-or-later */
/** `fin`: the feasible inference graph (Singhal, Wu, Malandrino, Levorato, Chiasserini, "Resource-aware
 * Deployment of Dynamic DNNs over Multi-tiered Interconnected Systems", INFOCOM 2024).
 *
 *  Every vertex of the layered graph is there gamma + 1 times; replica g stands for a latency of g * deadline
 * / gamma used so far. An arc leads as many levels up as its latency takes, rounded up, and only to replicas
 *  that exist. So every path is in time, and an ordinary path of least energy is the answer.
 *
 *  What this guarantees: with H arcs on a path, the plan costs at most as much as the optimum for the
 * deadline times (1 - H / gamma). Rounded down instead, the graph admits every plan that is in time, so its
 * path of least energy is a lower bound on the optimum, and no path at all is a proof of infeasibility. */
#ifndef FINLAB_HEURISTICS_FIN_H
#define FINLAB_HEURISTICS_FIN_H

#include "core/tolerance.h"
#include "heuristics/path.h"

typedef enum fl_fin_rounding { FL_FIN_UP, FL_FIN_DOWN } fl_fin_rounding;

/** Larger gammas are refused: the levels of a plan that uses up the deadline's tolerance must not add up to
 *  gamma + 1 when rounded down. */
enum { FL_FIN_GAMMA_MOST = 1000000 };

/** How many levels of deadline / gamma a latency takes.
 *  @param latency   s, >= 0
 *  @param deadline  s, > 0, without the tolerance
 *  @return 0..gamma, or gamma + 1 for everything above */
static inline int fl_fin_levels(double latency, double deadline, int gamma, fl_fin_rounding rounding) {
    double used = gamma * latency / deadline;
    if (isinf(used)) used = latency / deadline * gamma; /* the product may have overflowed, not the ratio */
    if (rounding == FL_FIN_UP) used *= 1 - FL_TOLERANCE_ROUNDING;
    if (!(used < gamma + 1.0)) return gamma + 1; /* before the cast, which the latency might not survive */
    int levels = (int)used;
    return levels + (rounding == FL_FIN_UP && levels < used);
}

/** A gamma that suits the number of blocks: an arc wastes less than a level, so a path that wastes at most a
 *  twentieth of the deadline needs 20 levels per block; at least 30. */
int fl_fin_gamma(const fl_layers *layers);

/** One search through the replicated graph. */
typedef struct fl_fin_search {
    const fl_layers *layers;
    double deadline; /* s, without the tolerance */
    int gamma;       /* 1..FL_FIN_GAMMA_MOST */
    int lambda;      /* 0..gamma: the least level at which the sink may be entered */
    fl_fin_rounding rounding;
    double *by_level; /* NULL, or [gamma + 1]: is filled with the least energy, J, of a path that takes at
                         most so many levels, INFINITY for none: the answers for the deadlines g * deadline /
                         gamma. Native engine with lambda 0 only */
    const volatile sig_atomic_t *interrupt;
} fl_fin_search;

/** What it finds. */
typedef struct fl_fin_found {
    double energy;    /* J, the sum of the path's arcs; INFINITY: there is no path */
    fl_path path;     /* rounded up only: the path, as a plan */
    bool interrupted; /* the search was broken off: nothing was found and nothing disproved */
} fl_fin_found;

/** A search engine. All of them find the same energy.
 *  @param out  in `arena`
 *  @return FL_ENOMEM */
typedef fl_status fl_fin_engine(fl_fin_found *out, const fl_fin_search *search, fl_arena *arena,
                                fl_error *err);

/** FIN's answers for every deadline g * deadline / gamma, g = 0..gamma, from one search: what `fin` with
 * gamma g answers for that deadline, since its levels are as long.
 *  @param energy  [gamma + 1] J; INFINITY: no path
 *  @return FL_EUNSUPPORTED for more than one application or limits that bind; FL_ENOMEM */
fl_status fl_fin_curve(double *energy, const fl_instance *instance, int gamma, fl_arena *arena,
                       fl_error *err);

/** Dynamic programming over blocks, nodes and levels, without any graph: fin_native.c. Of the levels it holds
 *  only the `slack`: gamma less what computing the blocks takes at least. Nodes that the links cannot tell
 *  apart are taken together, so a step costs O(nodes * groups * slack), at worst O(nodes^2 * slack). Rounded
 *  up it keeps O(blocks * nodes * slack) doubles to read the plan back from, else two blocks' worth. */
fl_fin_engine fl_fin_native;

/** igraph's Dijkstra on the explicit graph of all replicas that can be reached: fin_igraph.c. The slow
 *  witness: about 90 bytes per arc, up to blocks * nodes^2 * gamma arcs, one thread (heuristics/graph.h). */
fl_fin_engine fl_fin_igraph;

#endif
