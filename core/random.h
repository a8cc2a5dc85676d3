/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Seeded random numbers, the same on every machine: splitmix64 (Steele, Lea, Flood, "Fast splittable
 *  pseudorandom number generators", OOPSLA 2014). */
#ifndef FINLAB_CORE_RANDOM_H
#define FINLAB_CORE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct fl_random {
    uint64_t state;
} fl_random;

void fl_random_seed(fl_random *random, uint64_t seed);
uint64_t fl_random_bits(fl_random *random);
/** Uniform in [0, 1). */
double fl_random_unit(fl_random *random);
/** Uniform in [least, most). */
double fl_random_between(fl_random *random, double least, double most);
/** Uniform over the integers least..most. */
int fl_random_int(fl_random *random, int least, int most);
/** True with this probability. */
bool fl_random_chance(fl_random *random, double probability);

#endif
