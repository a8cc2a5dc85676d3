/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The ends of the trade, whatever the energy: the fastest plan that is accurate enough and the most accurate
 *  one, exactly.
 *
 *  Where plans choose nothing but exits and nodes the fastest is a shortest path (core/passes.h). Else it is
 *  the cheapest path of the extended graph (core/constrained.h) with latencies, or losses, in place of
 *  energies. With deviations a latency is no sum; then a path is sought, again and again, that is earlier
 * than the last one, by its mean and the slope of its deviations, until there is none. */
#ifndef FINLAB_CORE_EXTREME_H
#define FINLAB_CORE_EXTREME_H

#include "core/result.h"

typedef enum fl_extreme_kind {
    FL_EXTREME_FASTEST,       /* of the plans that reach the accuracy, whatever the deadline */
    FL_EXTREME_ACCURATE,      /* of the plans within the deadline */
    FL_EXTREME_ACCURATE_EVER, /* of all */
} fl_extreme_kind;

typedef struct fl_extreme {
    fl_plan plan; /* n_apps == 0: there is none */
    fl_verdict verdict;
    fl_stop stop; /* done: it is the one looked for, or there is none, proven */
} fl_extreme;

/** Find the plan of an instance with one application; shared limits are left out of account.
 *  @param out        in `arena`
 *  @param kind       the other two only where plans choose more (fl_app_chooses()): else the final exit says
 * it
 *  @param interrupt  not NULL
 *  @return FL_EUNSUPPORTED for a graph that is too large, FL_ENOMEM. O(arcs) without choices and deviations,
 *  exponential at worst with them */
fl_status fl_extreme_find(fl_extreme *out, const fl_instance *instance, fl_extreme_kind kind, fl_arena *arena,
                          const volatile sig_atomic_t *interrupt, fl_error *err);

#endif
