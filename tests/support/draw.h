/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Families of seeded random instances, and how to draw one of them again from the command line. */
#ifndef FINLAB_TESTS_DRAW_H
#define FINLAB_TESTS_DRAW_H

#include "core/generate.h"

/** A kind of instance: seeds count from 0 in each. */
typedef struct draw_family {
    const char *name;
    fl_recipe recipe; /* without a seed */
    bool scaled;      /* energies times 1e-15..1e6 and times times 1e-9..1e9, by the seed */
} draw_family;

/** All families of one application without limits: default, plain, tight, loose, tiers, long, scaled,
 *  quantile. */
enum { DRAW_FAMILIES = 8 };
extern const draw_family draw_families[DRAW_FAMILIES];

/** Families of one application whose plans choose more, or whose runs cost more, than exits and nodes: each
 *  feature alone, under each latency rule, and all together; small enough for brute force. */
enum { DRAW_CHOICES = 13 };
extern const draw_family draw_choices[DRAW_CHOICES];

/** Draw instance number `seed` of a family; the caller frees it. Ends the program when that fails. */
fl_instance *draw_instance(const draw_family *family, uint64_t seed);

/** Of several that are the same but for the seed, how many to draw: environment variable FINLAB_INSTANCES or
 *  `usual`. */
int draw_count(int usual);

/** Say how to get the instance at hand again: the command that draws what draw_instance() drew last, and a
 * file with `instance` itself, which may be a variant of it, in the current directory. Static storage. */
const char *draw_say(const fl_instance *instance);

#endif
