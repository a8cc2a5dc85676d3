/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/skyline.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <math.h>

static fl_arena arena;
static fl_skyline skyline;

static void start(void) {
    fl_arena_init(&arena, 0);
    skyline = (fl_skyline){.arena = &arena};
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(skyline, .init = start, .fini = stop);

static bool add(double energy, double latency, double loss, int mark) {
    const fl_skyline_point point = {energy, latency, loss, mark};
    if (fl_skyline_covers(&skyline, &point)) return false;
    cr_assert(fl_skyline_add(&skyline, &point));
    return true;
}

static bool as_good(const fl_skyline_point *one, const fl_skyline_point *other) {
    return one->energy <= other->energy && one->latency <= other->latency && one->loss <= other->loss;
}

/* Whole numbers, so that many are equal and none differ by rounding only. */
Test(skyline, holds_what_no_point_is_as_good_as_and_covers_all_the_others) {
    enum { N = 300 };
    fl_random random;
    fl_random_seed(&random, 5);
    for (int round = 0; round < 50; round++) {
        fl_skyline_point all[N];
        skyline.n = 0;
        for (int i = 0; i < N; i++) {
            all[i] = (fl_skyline_point){floor(fl_random_between(&random, 0, 12)),
                                        floor(fl_random_between(&random, 0, 12)),
                                        floor(fl_random_between(&random, 0, 1 + round % 12)), i};
            add(all[i].energy, all[i].latency, all[i].loss, i);
        }
        for (int i = 0; i < N; i++) {
            int at = 0;
            while (at < skyline.n && !as_good(&skyline.points[at], &all[i])) at++;
            cr_assert(at < skyline.n && fl_skyline_covers(&skyline, &all[i]), "round %d: point %d", round, i);
        }
        for (int i = 0; i < skyline.n; i++) {
            const fl_skyline_point *at = &skyline.points[i];
            cr_assert(i == 0 || skyline.points[i - 1].energy <= at->energy);
            cr_assert(all[at->mark].energy == at->energy && all[at->mark].loss == at->loss);
            for (int k = 0; k < skyline.n; k++) cr_assert(k == i || !as_good(&skyline.points[k], at));
        }
    }
}

Test(skyline, points_that_differ_by_rounding_only_are_one) {
    cr_assert(add(1, 2, 0.5, 0));
    cr_assert(!add(1 - 1e-12, 2 + 1e-12, 0.5 - 1e-12, 1));
    cr_assert(add(1 + 1e-12, 1, 0.5, 2) && skyline.n == 1 && skyline.points[0].mark == 2,
              "it takes the place");
    cr_assert(add(0, 3, 0.5, 3) && skyline.n == 2);
    cr_assert(add(0, 3, 0.25, 4) && skyline.n == 2, "energies of 0 are equal, too");
}

Test(skyline, without_memory_it_says_so) {
    fl_arena none;
    fl_arena_init(&none, 1);
    fl_skyline small = {.arena = &none};
    cr_assert(!fl_skyline_add(&small, &(fl_skyline_point){1, 1, 1, 0}));
    fl_arena_free(&none);
}
