/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Seeded random instances for tests and studies, with every feature of the model in some of them. */
#ifndef FINLAB_CORE_GENERATE_H
#define FINLAB_CORE_GENERATE_H

#include "core/instance.h"
#include <stdint.h>

/** How hard the deadlines are. */
typedef enum fl_tightness {
    FL_TIGHTNESS_ANY, /* drawn: mostly attainable, some loose, some impossible, some met exactly */
    FL_TIGHTNESS_LOOSE,
    FL_TIGHTNESS_MEDIUM,
    FL_TIGHTNESS_TIGHT
} fl_tightness;

/** What to draw; 0 draws that number too, small enough to enumerate all plans. */
typedef struct fl_recipe {
    uint64_t seed;
    int blocks; /* per application, 1..10000 */
    int nodes;  /* 1..10000 */
    int exits;  /* per application, 1..blocks */
    int apps;   /* 0: one */
    int tiers;  /* > 0: nodes in that many tiers, joined by tier links only */
    fl_tightness tightness;
    bool plain;  /* no pins, missing links, measured values, heads, shares, mean rule: chain and exits only */
    bool limits; /* capacities and memories that can bind */
    bool binding; /* limits on nodes and links around what the applications' own cheapest plans take together:
                     most of them bind, and often no plan is left for all */
    int users;    /* > 0: applications of 1 to so many users */
    bool admission;      /* users may be refused */
    bool slices;         /* some applications reserve shares of some nodes' speed */
    bool quantile;       /* the deadline of some applications is for a share of their samples */
    bool codings;        /* what is sent has codings */
    bool optional;       /* some exits may be off */
    bool thresholds;     /* some more operating points of the exits */
    bool segments;       /* on some nodes, times of runs */
    bool serial;         /* times of packing and unpacking */
    bool deviations;     /* times deviate, and some deadlines are for more than the mean latency */
    double energy_scale; /* all energies times this; 0: 1 */
    double time_scale;   /* all times times this; 0: 1 */
} fl_recipe;

/** Draw an instance: the same recipe gives the same instance everywhere.
 *  @param out  owned by the caller
 *  @return FL_EINVAL with the field's name for a recipe out of range; FL_ENOMEM */
fl_status fl_generate(fl_instance **out, const fl_recipe *recipe, fl_error *err);

#endif
