/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/random.h"
#include <criterion/criterion.h>
#include <math.h>

Test(random, the_sequence_is_that_of_splitmix64) {
    /* The first outputs for seed 1234567 as listed with the reference code of splitmix64. */
    fl_random random;
    fl_random_seed(&random, 1234567);
    cr_assert(fl_random_bits(&random) == 6457827717110365317u);
    cr_assert(fl_random_bits(&random) == 3203168211198807973u);
    cr_assert(fl_random_bits(&random) == 9817491932198370423u);
    cr_assert(fl_random_bits(&random) == 4593380528125082431u);
}

Test(random, the_same_seed_gives_the_same_numbers_and_another_does_not) {
    fl_random a, b, c;
    fl_random_seed(&a, 7);
    fl_random_seed(&b, 7);
    fl_random_seed(&c, 8);
    int equal = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t bits = fl_random_bits(&a);
        cr_assert(bits == fl_random_bits(&b));
        equal += bits == fl_random_bits(&c);
    }
    cr_assert(equal == 0);
}

Test(random, units_fill_the_half_open_interval_evenly) {
    fl_random random;
    fl_random_seed(&random, 1);
    int count[10] = {0};
    for (int i = 0; i < 100000; i++) {
        double unit = fl_random_unit(&random);
        cr_assert(unit >= 0 && unit < 1);
        count[(int)(unit * 10)]++;
    }
    for (int i = 0; i < 10; i++) cr_assert(abs(count[i] - 10000) < 500, "%d in tenth %d", count[i], i);
}

Test(random, between_stays_in_its_range) {
    fl_random random;
    fl_random_seed(&random, 2);
    double least = INFINITY, most = -INFINITY;
    for (int i = 0; i < 10000; i++) {
        double number = fl_random_between(&random, -3, 5);
        least = fmin(least, number);
        most = fmax(most, number);
    }
    cr_assert(least >= -3 && least < -2.9 && most < 5 && most > 4.9);
}

Test(random, integers_reach_both_ends_evenly) {
    fl_random random;
    fl_random_seed(&random, 3);
    int count[6] = {0};
    for (int i = 0; i < 60000; i++) {
        int number = fl_random_int(&random, -2, 3);
        cr_assert(number >= -2 && number <= 3);
        count[number + 2]++;
    }
    for (int i = 0; i < 6; i++) cr_assert(abs(count[i] - 10000) < 500, "%d of %d", count[i], i - 2);
    cr_assert(fl_random_int(&random, 4, 4) == 4);
}

Test(random, chance_follows_its_probability) {
    fl_random random;
    fl_random_seed(&random, 4);
    int hits = 0;
    for (int i = 0; i < 100000; i++) {
        hits += fl_random_chance(&random, 0.3);
        cr_assert(!fl_random_chance(&random, 0));
        cr_assert(fl_random_chance(&random, 1));
    }
    cr_assert(abs(hits - 30000) < 1000, "%d", hits);
}
