/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What drawing an instance carries along, and what its parts share. Internal to core/generate*.c. */
#ifndef FINLAB_CORE_GENERATE_DRAW_H
#define FINLAB_CORE_GENERATE_DRAW_H

#include "core/generate.h"
#include "core/random.h"

/** Parts live in `arena` until fl_instance_create() copies them; a failed allocation is noticed there. */
typedef struct fl_generate_draw {
    fl_random random;
    fl_recipe recipe; /* scales resolved */
    bool rich;        /* features beyond chain and exits */
    bool coarse;      /* round numbers, so that plans tie */
    fl_arena *arena;
} fl_generate_draw;

/** A magnitude, uniform in its logarithm; a round one (1, 2 or 5 times a power of ten) in coarse instances.
 */
double fl_generate_magnitude(fl_generate_draw *draw, double least, double most);

/** "PREFIX<number>". */
const char *fl_generate_name(fl_generate_draw *draw, const char *prefix, int number);

/** What the recipe asks of an application beyond exits and nodes: codings, exits that may be off, thresholds,
 *  segments, packing. Draws nothing when it asks for none. */
void fl_generate_choices(fl_generate_draw *draw, const fl_system *system, fl_app *app);

#endif
