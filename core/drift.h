/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An instance as it is for a while: nodes slower or faster, links too, and more or fewer inferences. What
 *  online placement meets slot by slot.
 *
 *  A factor on a node's speed divides the times of all that runs there, measured ones included, and with them
 * the energies, since a node's power stays what it is; a measured energy goes with its time. A factor on a
 * link's rate divides the times of moving bits; delays, joules per bit and capacities stay. A factor on a
 *  node's power multiplies the energies of all that runs there. */
#ifndef FINLAB_CORE_DRIFT_H
#define FINLAB_CORE_DRIFT_H

#include "core/instance.h"

typedef struct fl_drift {
    const double *nodes;  /* [n_nodes] of the speeds; NULL: all 1 */
    const double *links;  /* [n_links + n_tier_links] of the rates, in the order as written; NULL: all 1 */
    double rate;          /* of all applications' rates */
    const double *powers; /* [n_nodes] of the powers; NULL: all 1 */
} fl_drift;

/** A variant that shares names, groups and, unless times were measured, blocks with `base`, which may be
 *  freed before it. Drifts of drifts multiply.
 *  @param out  owned by the caller, fl_instance_free()
 *  @return FL_EINVAL at nodes.NAME, powers.NAME, links[i] or rate for a factor that is not finite and
 * positive, or so extreme that the number it changes, or a sum of costs, is not; FL_ENOMEM. O(applications *
 * blocks * nodes + groups^2 + links) */
fl_status fl_drift_apply(fl_instance **out, const fl_instance *base, const fl_drift *drift,
                         fl_place_style style, fl_error *err);

/** Bytes that a drifted instance holds of its own, 0 for others. */
size_t fl_drift_bytes(const fl_instance *instance);

#endif
