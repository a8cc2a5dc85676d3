/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/breakpoints.h"
#include "core/drift.h"
#include "core/exact.h"
#include "tests/core/desk.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include <string.h>

static fl_breakpoints found;

TestSuite(breakpoints, .init = start, .fini = stop);

/* One factor */

static fl_instance *at_factor(const fl_instance *base, const fl_variation *of, double factor) {
    int n = base->system.n_nodes, n_links = base->system.n_links + base->system.n_tier_links;
    double *nodes = FL_NEW(&scratch, n, double), *links = FL_NEW(&scratch, n_links, double);
    fl_instance *out;
    for (int i = 0; i < n; i++) nodes[i] = of->nodes != NULL && of->nodes[i] ? factor : 1;
    for (int i = 0; i < n_links; i++) links[i] = of->links != NULL && of->links[i] ? factor : 1;
    fl_drift drift = {.nodes = nodes, .links = links, .rate = 1};
    cr_assert(fl_drift_apply(&out, base, &drift, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    return out;
}

static void find(const fl_instance *instance, const fl_variation *of) {
    fl_settings settings;
    fl_settings_default(&settings, &fl_exact_method, instance);
    fl_breakpoints_query query = {.method = &fl_exact_method, .settings = &settings};
    cr_assert(fl_breakpoints_energy(&found, instance, of, &query, &desk, &err) == FL_OK, "%s", err.text);
}

/** The pieces follow one another from end to end of the range. */
static void assert_whole(const fl_instance *instance, const fl_variation *of) {
    cr_assert(found.n_pieces > 0 && found.stop == FL_STOP_DONE, "%s", draw_say(instance));
    cr_assert(found.pieces[0].low == of->low && found.pieces[found.n_pieces - 1].high == of->high);
    for (int i = 0; i < found.n_pieces; i++) {
        const fl_piece *piece = &found.pieces[i];
        cr_assert(piece->low < piece->high || of->low == of->high, "%s: piece %d", draw_say(instance), i);
        cr_assert(i == 0 || piece->low == found.pieces[i - 1].high, "%s: piece %d", draw_say(instance), i);
        cr_assert(i == 0 || piece->status == FL_RESULT_OPTIMAL, "%s: piece %d", draw_say(instance), i);
        cr_assert((piece->status == FL_RESULT_OPTIMAL) == (piece->plan.n_apps > 0));
        cr_assert(piece->plan.n_apps == 0 || piece->at_low.feasible, "%s: piece %d", draw_say(instance), i);
    }
}

/** What the plan of a piece costs at a factor is the least there is. Only a plan whose latency is so near the
 *  very limit of the deadline that searches leave it out may cost less, or be the only one. */
static void assert_best(const fl_instance *base, const fl_variation *of, const fl_piece *piece,
                        double factor) {
    fl_instance *there = at_factor(base, of, factor);
    brute_answer truth = brute_solve(there);
    long double most = there->apps[0].deadline * (1 + 1e-9L) * (1 - 3e-11L);
    bool at_limit = truth.feasible && truth.verdict.latency > most, some = piece->plan.n_apps > 0;
    cr_assert(truth.feasible == some || (at_limit && !some), "%s: at %.17g", draw_say(base), factor);
    if (some) {
        naive_verdict own = naive_judge(there, &piece->plan);
        bool same = within(own.power, truth.verdict.power, 3e-9L);
        cr_assert(own.feasible && (same || at_limit),
                  "%s: at %.17g in [%.17g, %.17g): %.17Lg W, not %.17Lg W", draw_say(base), factor,
                  piece->low, piece->high, own.power, truth.verdict.power);
    }
    brute_free(&truth);
    fl_instance_free(there);
}

/** Just below its piece a plan is late, and what is best there costs more, or both cost the same. */
static void assert_ends(const fl_instance *base, const fl_variation *of, int i) {
    const fl_piece *piece = &found.pieces[i], *below = piece - 1;
    bool late = false;
    for (double step = 1e-10; step < 1 && !late; step *= 10) {
        fl_instance *there = at_factor(base, of, piece->low * (1 - step));
        late = !naive_judge(there, &piece->plan).feasible;
        fl_instance_free(there);
    }
    bool nodes = of->nodes != NULL;
    cr_assert(late || nodes, "%s: piece %d could go on", draw_say(base), i);
    if (below->plan.n_apps == 0) return;
    cr_assert(nodes || below->at_low.power > piece->at_low.power, "%s: piece %d", draw_say(base), i);
    cr_assert(below->at_high.power >= piece->at_low.power * (1 - 2e-9), "%s: piece %d", draw_say(base), i);
}

/* Many instances */

/** Which links and nodes vary, by the seed: one link, all links, or links and nodes together. */
static fl_variation draw_variation(const fl_instance *instance, int seed) {
    int n = instance->system.n_nodes, n_links = instance->system.n_links + instance->system.n_tier_links;
    bool *nodes = FL_ZERO(&arena, n, bool), *links = FL_ZERO(&arena, n_links, bool);
    int kind = seed / DRAW_FAMILIES % 4;
    for (int i = 0; i < n_links; i++) links[i] = kind == 0 ? i == seed % n_links : kind != 3;
    for (int i = 0; i < n; i++) nodes[i] = kind == 3 || (seed + i) % 2 == 0;
    return (fl_variation){.nodes = kind >= 2 ? nodes : NULL, .links = links, .low = 0.02, .high = 40};
}

/** What the pieces met so far were like. */
static int pieces, several, steps, crossings;

static void check_pieces(const fl_instance *base, const fl_variation *of) {
    find(base, of);
    assert_whole(base, of);
    for (int i = 0; i < found.n_pieces; i++) {
        const fl_piece *piece = &found.pieces[i];
        double last = piece->high * (1 - 1e-7), middle = sqrt(piece->low * piece->high);
        assert_best(base, of, piece, piece->low);
        if (middle > piece->low && middle < piece->high) assert_best(base, of, piece, middle);
        if (last > piece->low) assert_best(base, of, piece, last);
        if (i > 0) assert_ends(base, of, i);
        steps += i > 0 && piece->at_low.power < (piece - 1)->at_high.power * (1 - 1e-6);
        crossings += i > 0 && piece->at_low.power >= (piece - 1)->at_high.power * (1 - 1e-6);
    }
    if (of->nodes == NULL) cr_assert(found.solves <= 3 * found.n_pieces + 2, "%d solves", found.solves);
    pieces += found.n_pieces;
    several += found.n_pieces > 2;
}

static void check_families(const draw_family *families, int n_families, int n) {
    for (int seed = 0; seed < n; seed++) {
        fl_instance *base = draw_instance(&families[seed % n_families], (uint64_t)seed);
        fl_variation of = draw_variation(base, seed);
        check_pieces(base, &of);
        fl_instance_free(base);
        fl_arena_reset(&arena);
    }
}

Test(breakpoints, every_piece_is_best_from_end_to_end) {
    check_families(draw_families, DRAW_FAMILIES, draw_count(400));
    cr_assert(several > 50 && steps > 100 && crossings > 5,
              "%d pieces, %d with several, %d steps, %d crossings", pieces, several, steps, crossings);
}

Test(breakpoints, so_it_is_where_plans_choose_more_and_times_deviate) {
    check_families(draw_choices, DRAW_CHOICES, draw_count(400));
    cr_assert(several > 50 && steps > 100 && crossings > 5,
              "%d pieces, %d with several, %d steps, %d crossings", pieces, several, steps, crossings);
}

Test(breakpoints, a_dense_scan_meets_no_other_energy) {
    for (int seed = 0; seed < draw_count(60); seed++) {
        fl_recipe recipe = {.blocks = 6, .nodes = 3, .seed = 0};
        fl_instance *base = draw_instance(&(draw_family){.name = "scan", .recipe = recipe}, (uint64_t)seed);
        fl_variation of = draw_variation(base, seed * DRAW_FAMILIES);
        int i = 0, n = (int)ceil(log(of.high / of.low) / log(1.05));
        find(base, &of);
        assert_whole(base, &of);
        for (int step = 0; step < n; step++) {
            double factor = of.low * pow(1.05, step);
            if (factor >= of.high) break; /* by rounding */
            while (found.pieces[i].high <= factor) i++;
            assert_best(base, &of, &found.pieces[i], factor);
        }
        fl_instance_free(base);
        fl_arena_reset(&arena);
    }
}

static void check_envelope(const fl_instance *base, const fl_variation *of) {
    cr_assert(fl_breakpoints_latency(&found, base, of, &desk, &err) == FL_OK, "%s", err.text);
    several += found.n_pieces > 1;
    cr_assert(found.solves <= 2 * found.n_pieces + 1, "%s: %d solves", draw_say(base), found.solves);
    for (int i = 0; i < found.n_pieces; i++) {
        const fl_piece *piece = &found.pieces[i];
        double factors[] = {piece->low, sqrt(piece->low * piece->high), piece->high};
        for (int k = 0; k < 3; k++) {
            fl_instance *there = at_factor(base, of, factors[k]);
            brute_answer truth = brute_solve(there);
            const brute_plan *least = brute_fastest(&truth.apps[0]);
            cr_assert((least == NULL) == (piece->status == FL_RESULT_INFEASIBLE));
            if (least != NULL) {
                naive_verdict own = naive_judge(there, &piece->plan);
                cr_assert(within(own.latency, least->latency, 1e-10L), "%s: %.17Lg s, not %.17Lg s at %g",
                          draw_say(base), own.latency, least->latency, factors[k]);
            }
            brute_free(&truth);
            fl_instance_free(there);
        }
        cr_assert(i == 0 || piece->low == found.pieces[i - 1].high);
        cr_assert(i == 0 || within((piece - 1)->at_high.latency, piece->at_low.latency, 1e-10L));
    }
}

static void check_envelopes(const draw_family *families, int n_families, int n) {
    for (int seed = 0; seed < n; seed++) {
        fl_instance *base = draw_instance(&families[seed % n_families], (uint64_t)seed);
        fl_variation of = draw_variation(base, seed);
        if (base->features & FL_FEATURE_DEVIATIONS) {
            cr_assert(fl_breakpoints_latency(&found, base, &of, &desk, &err) == FL_EUNSUPPORTED);
        } else {
            check_envelope(base, &of);
        }
        fl_instance_free(base);
        fl_arena_reset(&arena);
    }
}

Test(breakpoints, the_fastest_plans_are_a_lower_envelope) {
    check_envelopes(draw_families, DRAW_FAMILIES, draw_count(400));
    cr_assert(several > 30, "%d", several);
}

Test(breakpoints, so_they_are_where_plans_choose_more_unless_times_deviate) {
    check_envelopes(draw_choices, DRAW_CHOICES, draw_count(400));
    cr_assert(several > 30, "%d", several);
}

Test(breakpoints, an_interrupt_leaves_the_fastest_plans_of_choices_unknown) {
    static const volatile sig_atomic_t now = 1;
    fl_recipe recipe = {.seed = 2, .blocks = 8, .nodes = 4, .codings = true, .optional = true};
    fl_instance *instance;
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    bool *links = FL_ZERO(&arena, instance->system.n_links + instance->system.n_tier_links, bool);
    fl_variation of = {.links = links, .low = 1, .high = 2};
    fl_status status =
        fl_breakpoints_latency(&found, instance, &of, &(fl_desk){&arena, &scratch, &now}, &err);
    cr_assert(status == FL_OK && found.n_pieces > 0);
    cr_assert((found.stop == FL_STOP_INTERRUPTED) == (found.pieces[0].status == FL_RESULT_UNKNOWN));
    fl_instance_free(instance);
}

/* The example: b1 is pinned to the mobile node, b2 takes 3 ms there; the link takes 1 ms, its delay 0.1 ms.
 */

static fl_variation uplink(double low, double high) {
    static const bool links[] = {true};
    return (fl_variation){.links = links, .low = low, .high = high};
}

Test(breakpoints, the_example_is_infeasible_below_the_rate_that_its_deadline_takes) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/blocks/0/nodes", "['mobile']");
    fl_variation of = uplink(0.1, 10);
    find(instance, &of);
    cr_assert(found.n_pieces == 2 && found.pieces[0].status == FL_RESULT_INFEASIBLE);
    double least =
        1e6 /
        (1e9 * (4e-3 * (1 + 1e-9) - 2e-3 - 1e-4 - 2e-4)); /* s of sending at 1e9 bit/s over what is left */
    cr_assert(within(found.pieces[1].low, least, 1e-9), "%.17g, not %.17g", found.pieces[1].low, least);
    cr_assert(found.solves == 2 && found.pieces[1].at_low.feasible);
    cr_assert(within(found.pieces[1].at_low.latency, 4e-3, 1e-8));
    fl_instance_free(instance);
}

Test(breakpoints, a_range_of_one_factor_has_one_piece) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_variation of = uplink(1, 1);
    find(instance, &of);
    cr_assert(found.n_pieces == 1 && found.pieces[0].low == 1 && found.pieces[0].high == 1);
    cr_assert(found.solves == 1 && within(found.pieces[0].at_low.energy, 0.107, 1e-12));
    cr_assert(fl_breakpoints_latency(&found, instance, &of, &desk, &err) == FL_OK);
    cr_assert(found.n_pieces == 1);
    fl_instance_free(instance);
}

Test(breakpoints, a_range_that_is_none_is_refused) {
    const double bad[][2] = {{0, 1}, {-1, 1}, {2, 1}, {1, INFINITY}, {NAN, 1}, {1, NAN}};
    fl_instance *instance = build_instance(build_two_tiers);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fl_variation of = uplink(bad[i][0], bad[i][1]);
        cr_assert(fl_breakpoints_latency(&found, instance, &of, &desk, &err) == FL_EINVAL);
        cr_assert_str_eq(err.where, "factor");
    }
    fl_instance_free(instance);
}

Test(breakpoints, a_limit_leaves_the_rest_unknown) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_variation of = uplink(0.1, 10);
    fl_settings settings;
    fl_settings_default(&settings, &fl_exact_method, instance);
    fl_breakpoints_query query = {.method = &fl_exact_method, .settings = &settings, .time_limit = 1e-12};
    cr_assert(fl_breakpoints_energy(&found, instance, &of, &query, &desk, &err) == FL_OK);
    cr_assert(found.stop == FL_STOP_TIME && found.n_pieces == 1 && found.solves == 0);
    cr_assert(found.pieces[0].status == FL_RESULT_UNKNOWN && found.pieces[0].low == 0.1);
    const volatile sig_atomic_t interrupt = 1;
    query.time_limit = 0;
    cr_assert(fl_breakpoints_energy(&found, instance, &of, &query, &(fl_desk){&arena, &scratch, &interrupt},
                                    &err) == FL_OK);
    cr_assert(found.stop == FL_STOP_DONE || found.pieces[0].status == FL_RESULT_UNKNOWN);
    fl_instance_free(instance);
}

Test(breakpoints, the_fastest_plan_of_several_applications_is_not_asked_for) {
    fl_recipe recipe = {.seed = 1, .apps = 2};
    fl_instance *instance;
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    fl_variation of = {.low = 1, .high = 2};
    cr_assert(fl_breakpoints_latency(&found, instance, &of, &desk, &err) == FL_EUNSUPPORTED);
    fl_instance_free(instance);
}
