/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The least energy with the deadline kept in each of several scenarios: instances that differ in nothing but
 *  how long things take.
 *
 *  Labels over the layered graph with one latency per scenario. A label is what leads to a block's having run
 *  on a node; it is dropped when another there has no more energy and no more of any latency, or when the
 *  least that the rest of a path takes (backward passes, one per scenario) exceeds a deadline or what is
 * known to suffice. */
#ifndef FINLAB_CORE_SCENARIOS_H
#define FINLAB_CORE_SCENARIOS_H

#include "core/layers.h"
#include "core/method.h"

typedef struct fl_scenarios_query {
    const fl_layers *layers; /* [n_scenarios] of the same application; the first's energies count */
    int n_scenarios;         /* >= 1 */
    double enough;           /* J: only paths that cost less are looked for; INFINITY: all */
    double until;            /* fl_clock() at which to stop; INFINITY: none */
    double memory;           /* bytes of labels; 0: no limit */
    const volatile sig_atomic_t *interrupt; /* may be NULL */
} fl_scenarios_query;

typedef struct fl_scenarios {
    int exit;           /* final exit of the best path; -1: there is none */
    int *nodes;         /* [n_layers] its nodes, up to that exit */
    double energy;      /* J, what it costs as the arcs add up */
    fl_stop stop;       /* done: the path is the best, or there is none */
    long long n_labels; /* kept */
} fl_scenarios;

/** Find the path of least energy that keeps every scenario's deadline.
 *  @param out  in `arena`, where labels live too
 *  @return FL_ENOMEM. Exponential at worst; a layer takes O(labels * (nodes * scenarios + labels)) */
fl_status fl_scenarios_solve(fl_scenarios *out, const fl_scenarios_query *query, fl_arena *arena,
                             fl_error *err);

#endif
