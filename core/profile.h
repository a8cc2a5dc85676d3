/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where the latency and the energy of a placement come from: how much of them each node and each link takes.
 *
 *  The parts add up to what the judge says, but for rounding. A node's times and energies go with 1 / its
 *  speed, a link's times with 1 / its rate, variances with their squares; delays and the energies of moving
 *  depend on neither. The latency that is held against the deadline is the sum of times and the application's
 *  deviations times the root of the sum of variances. */
#ifndef FINLAB_CORE_PROFILE_H
#define FINLAB_CORE_PROFILE_H

#include "core/plan.h"

typedef struct fl_profile {
    double *nodes;    /* [n_nodes] s of computing there that count by the latency rule */
    double *links;    /* [n_links + n_tier_links] s of sending bits, likewise, as written */
    double *energies; /* [n_nodes] J per inference of computing there */
    double *node_variances, *link_variances; /* [n_nodes], [n_links + n_tier_links] of these times, s^2 */
    double delays;                           /* s, likewise */
    double moving;                           /* J per inference of all moves */
} fl_profile;

/** Profile one placement of application `app` that takes only links that are there.
 *  @param out  in `arena`
 *  O(nodes + links + blocks * log links) */
fl_status fl_profile_placement(fl_profile *out, const fl_instance *instance, int app,
                               const fl_placement *placement, fl_arena *arena, fl_error *err);

#endif
