/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/fin_kernel.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <float.h>

enum { MOST = 100 };

/** Latencies around whole levels, and some that are extreme. */
static double draw_slowness(fl_random *random, double deadline, int gamma) {
    static const double extreme[] = {0, DBL_MIN, DBL_MAX, INFINITY};
    int kind = fl_random_int(random, 0, 9), k = fl_random_int(random, 0, gamma + 2);
    double whole = deadline * k / gamma;
    if (kind == 0) return extreme[fl_random_int(random, 0, 3)];
    if (kind < 4) return whole * (1 + (kind - 2) * DBL_EPSILON);
    if (kind < 7) return whole * (1 + (kind - 5) * FL_TOLERANCE_ROUNDING);
    return deadline * fl_random_between(random, 0, 2);
}

Test(fin_kernel, finds_the_levels_of_the_definition) {
    static const double deadlines[] = {1, 0.007, 1e-300, 1e300, DBL_MAX};
    static const int gammas[] = {1, 10, 333, FL_FIN_GAMMA_MOST};
    for (uint64_t seed = 0; seed < 4000; seed++) {
        double slowness[MOST];
        int levels[MOST];
        fl_random random;
        fl_random_seed(&random, seed);
        int n = fl_random_int(&random, 1, MOST);
        fl_fin_search search = {.deadline = deadlines[seed % 5],
                                .gamma = gammas[seed / 5 % 4],
                                .rounding = seed % 2 == 0 ? FL_FIN_UP : FL_FIN_DOWN};
        double bits = seed % 3 == 0 ? 1 : fl_random_between(&random, 0, 2);
        double latency = seed % 7 < 3 ? 0 : search.deadline * fl_random_between(&random, 0, 1);
        for (int i = 0; i < n; i++) slowness[i] = draw_slowness(&random, search.deadline, search.gamma);
        fl_fin_kernel_levels(levels, slowness, bits, latency, &search, n);
        for (int i = 0; i < n; i++) {
            double whole = bits * slowness[i] + latency;
            int defined = fl_fin_levels(whole, search.deadline, search.gamma, search.rounding);
            cr_assert(levels[i] == defined, "seed %d: %.17g s of %g s are %d levels of %d, not %d", (int)seed,
                      whole, search.deadline, defined, search.gamma, levels[i]);
        }
    }
}

Test(fin_kernel, a_missing_link_has_no_level_however_little_moves) {
    double slowness[] = {INFINITY, 1};
    int levels[2];
    fl_fin_search search = {.deadline = 1, .gamma = 10};
    fl_fin_kernel_levels(levels, slowness, 0, 0.5, &search, 2);
    cr_assert(levels[0] == 11 && levels[1] == 5);
}

Test(fin_kernel, takes_the_least_of_the_shifted_rows) {
    enum { LEVELS = 75, ROWS = 9, PADDING = 32, WHOLE = 96 };
    for (uint64_t seed = 0; seed < 2000; seed++) {
        double cells[ROWS][PADDING + WHOLE], out[WHOLE];
        fl_fin_way ways[ROWS];
        fl_random random;
        fl_random_seed(&random, seed);
        int n_levels = fl_random_int(&random, 1, LEVELS), n_ways = fl_random_int(&random, 1, ROWS);
        for (int w = 0; w < n_ways; w++) {
            int first = fl_random_int(&random, 0, n_levels - 1), shift = fl_random_int(&random, 0, n_levels);
            for (int i = 0; i < PADDING + WHOLE; i++)
                cells[w][i] = i < PADDING + first ? INFINITY : fl_random_between(&random, 0, 1);
            ways[w] =
                (fl_fin_way){cells[w] + PADDING, fl_random_between(&random, 0, 1), shift, first + shift};
        }
        fl_fin_kernel_relax(out, ways, n_ways, n_levels, fl_fin_kernel_tile(n_levels));
        for (int g = 0; g < n_levels; g++) {
            double least = INFINITY;
            for (int w = 0; w < n_ways; w++) {
                if (g >= ways[w].first)
                    least = fmin(least, ways[w].cells[g - ways[w].shift] + ways[w].energy);
            }
            cr_assert(out[g] == least, "seed %d, level %d: %.17g, not %.17g", (int)seed, g, out[g], least);
        }
    }
}
