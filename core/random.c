/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/random.h"

void fl_random_seed(fl_random *random, uint64_t seed) {
    random->state = seed;
}

uint64_t fl_random_bits(fl_random *random) {
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

double fl_random_unit(fl_random *random) {
    return (double)(fl_random_bits(random) >> 11) * 0x1p-53;
}

double fl_random_between(fl_random *random, double least, double most) {
    return least + (most - least) * fl_random_unit(random);
}

int fl_random_int(fl_random *random, int least, int most) {
    return least + (int)((double)(most - least + 1) * fl_random_unit(random));
}

bool fl_random_chance(fl_random *random, double probability) {
    return fl_random_unit(random) < probability;
}
