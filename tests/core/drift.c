/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/drift.h"
#include "core/evaluate.h"
#include "core/generate.h"
#include "core/json.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <string.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(drift, .init = start, .fini = stop);

/** Factors for every node and link, by the seed. */
static fl_drift draw(const fl_instance *base, uint64_t seed) {
    int n_nodes = base->system.n_nodes, n_links = base->system.n_links + base->system.n_tier_links;
    double *factors = FL_NEW(&arena, 2 * n_nodes + n_links, double);
    for (int i = 0; i < 2 * n_nodes + n_links; i++) {
        factors[i] = 0.25 + 0.125 * (double)((seed * 31 + (uint64_t)i * 17) % 13);
    }
    return (fl_drift){factors, factors + n_nodes, 1, factors + n_nodes + n_links};
}

/** `number` at `key` of an object, times `factor`. */
static void scale(fl_value *object, const char *key, double factor) {
    fl_value *number = (fl_value *)(uintptr_t)fl_value_get(object, key);
    if (number != NULL) number->number *= factor;
}

/** Multiply what was measured of a block on each node, and divide it. */
static void scale_measured(const fl_instance *base, fl_value *block, const char *key, const double *factors,
                           const double *divisors) {
    const fl_value *by_node = fl_value_get(block, key);
    if (by_node == NULL) return;
    for (fl_value *item = by_node->first; item != NULL; item = item->next) {
        int node = fl_instance_node(base, item->key);
        if (factors != NULL) item->number *= factors[node];
        item->number /= divisors[node];
    }
}

/** Divide the times of what runs in one go on each node. */
static void scale_segments(const fl_instance *base, fl_value *app, const double *divisors) {
    const fl_value *by_node = fl_value_get(app, "segments");
    for (fl_value *list = by_node != NULL ? by_node->first : NULL; list != NULL; list = list->next) {
        double divisor = divisors[fl_instance_node(base, list->key)];
        for (fl_value *run = list->first; run != NULL; run = run->next) {
            fl_value *time = (fl_value *)(uintptr_t)fl_value_get(run, "time");
            time->number /= divisor;
        }
    }
}

/** The same instance from a document with the numbers changed one by one. */
static fl_instance *rebuild(const fl_instance *base, const fl_drift *drift) {
    fl_value *document;
    fl_instance *out;
    cr_assert(fl_instance_write(&document, base, &arena, &err) == FL_OK);
    const fl_value *system = fl_value_get(document, "system"), *links = fl_value_get(system, "links");
    int i = 0;
    for (fl_value *node = fl_value_get(system, "nodes")->first; node != NULL; node = node->next) {
        scale(node, "power", drift->powers[i]);
        scale(node, "speed", drift->nodes[i++]);
    }
    i = 0;
    for (fl_value *link = links != NULL ? links->first : NULL; link != NULL; link = link->next) {
        scale(link, "rate", drift->links[i++]);
    }
    for (fl_value *app = fl_value_get(document, "apps")->first; app != NULL; app = app->next) {
        for (fl_value *block = fl_value_get(app, "blocks")->first; block != NULL; block = block->next) {
            scale_measured(base, block, "time", NULL, drift->nodes);
            scale_measured(base, block, "energy", drift->powers, drift->nodes);
            scale_measured(base, block, "pack", NULL, drift->nodes);
            scale_measured(base, block, "unpack", NULL, drift->nodes);
        }
        scale_measured(base, app, "input_pack", NULL, drift->nodes);
        scale_measured(base, app, "input_unpack", NULL, drift->nodes);
        scale_segments(base, app, drift->nodes);
    }
    cr_assert(fl_instance_read(&out, document, FL_PLACE_JSON, &err) == FL_OK, "%s: %s", err.where, err.text);
    return out;
}

Test(drift, is_the_instance_with_the_numbers_changed_one_by_one) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        bool choices = seed % 4 == 1;
        fl_recipe recipe = {.seed = seed,
                            .tiers = seed % 3 == 0 ? 3 : 0,
                            .codings = choices,
                            .segments = choices,
                            .serial = choices};
        fl_instance *base, *drifted;
        cr_assert(fl_generate(&base, &recipe, &err) == FL_OK);
        fl_drift drift = draw(base, seed);
        for (int i = 0; i < base->system.n_nodes; i++) {
            if (seed % 5 == 1) ((double *)(uintptr_t)drift.nodes)[i] = 1;
            if (seed % 5 == 2) ((double *)(uintptr_t)drift.powers)[i] = 1;
        }
        fl_instance *rebuilt = rebuild(base, &drift);
        fl_drift given = drift; /* factors that are left out are 1 */
        if (seed % 5 == 1) given.nodes = NULL;
        if (seed % 5 == 2) given.powers = NULL;
        cr_assert(fl_drift_apply(&drifted, base, &given, FL_PLACE_LUA, &err) == FL_OK, "seed %d", (int)seed);
        cr_assert(strcmp(build_text(drifted, &arena), build_text(rebuilt, &arena)) == 0, "seed %d",
                  (int)seed);
        size_t cells = (size_t)rebuilt->groups.n_groups * (size_t)rebuilt->groups.n_groups;
        cr_assert(memcmp(drifted->groups.slowness, rebuilt->groups.slowness, cells * sizeof(double)) == 0,
                  "seed %d: other slownesses", (int)seed);
        cr_assert(drifted->features == rebuilt->features, "seed %d", (int)seed);
        fl_instance_free(drifted);
        fl_instance_free(rebuilt);
        fl_instance_free(base);
        fl_arena_reset(&arena);
    }
}

Test(drift, outlives_its_base_and_so_do_its_variants) {
    fl_instance *base = build_instance(build_two_tiers), *once, *twice, *with;
    double nodes[] = {0.5, 1}, links[] = {0.25};
    fl_change change = FL_CHANGE_NONE;
    change.deadline = 1;
    fl_drift drift = {nodes, links, 1, NULL};
    cr_assert(fl_drift_apply(&once, base, &drift, FL_PLACE_LUA, &err) == FL_OK);
    fl_instance_free(base);
    cr_assert(fl_drift_apply(&twice, once, &drift, FL_PLACE_LUA, &err) == FL_OK);
    fl_instance_free(once);
    cr_assert(fl_instance_with(&with, twice, &change, 1, FL_PLACE_LUA, &err) == FL_OK);
    cr_assert(fl_drift_bytes(twice) > 0);
    fl_instance_free(twice);
    cr_assert(with->system.nodes[0].speed == 1e10 / 4);
    cr_assert(with->system.links[0].link.rate == 1e9 / 16);
    cr_assert(fl_instance_node(with, "edge") == 1);
    fl_instance_free(with);
}

Test(drift, without_factors_changes_nothing) {
    fl_instance *base = build_instance(build_two_tiers), *same;
    cr_assert(fl_drift_apply(&same, base, &(fl_drift){.rate = 1}, FL_PLACE_LUA, &err) == FL_OK);
    cr_assert(strcmp(build_text(base, &arena), build_text(same, &arena)) == 0);
    fl_instance_free(same);
    fl_instance_free(base);
}

Test(drift, shares_the_blocks_where_no_times_were_measured) {
    fl_instance *base = build_instance(build_two_tiers), *drifted;
    fl_instance *measured = build_variant(build_two_tiers, "/apps/0/blocks/1/time", "{'edge': 1e-3}");
    double nodes[] = {0.5, 1};
    const fl_drift drift = {nodes, NULL, 1, NULL};
    cr_assert(fl_drift_apply(&drifted, base, &drift, FL_PLACE_LUA, &err) == FL_OK);
    cr_assert(drifted->apps[0].blocks == base->apps[0].blocks);
    fl_instance_free(drifted);
    cr_assert(fl_drift_apply(&drifted, measured, &drift, FL_PLACE_LUA, &err) == FL_OK);
    cr_assert(drifted->apps[0].blocks != measured->apps[0].blocks);
    fl_instance_free(drifted);
    fl_instance_free(measured);
    fl_instance_free(base);
}

Test(drift, refuses_factors_and_says_where) {
    fl_instance *base = build_instance(build_two_tiers), *out;
    double good_nodes[] = {1, 1}, good_links[] = {1};
    const double bad[] = {0, -1, NAN, INFINITY, 1e308, 1e-320};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double nodes[] = {1, bad[i]}, links[] = {bad[i]};
        fl_drift by_node = {nodes, good_links, 1, NULL}, by_link = {good_nodes, links, 1, NULL};
        cr_assert(fl_drift_apply(&out, base, &by_node, FL_PLACE_LUA, &err) == FL_EINVAL, "%g", bad[i]);
        cr_assert_str_eq(err.where, "nodes.edge");
        fl_drift by_power = {good_nodes, good_links, 1, nodes};
        cr_assert(fl_drift_apply(&out, base, &by_power, FL_PLACE_LUA, &err) == FL_EINVAL, "%g", bad[i]);
        cr_assert_str_eq(err.where, "powers.edge");
        cr_assert(out == NULL);
        cr_assert(fl_drift_apply(&out, base, &by_link, FL_PLACE_JSON, &err) == FL_EINVAL, "%g", bad[i]);
        cr_assert_str_eq(err.where, "/links/0");
    }
    fl_drift fast = {.rate = NAN};
    cr_assert(fl_drift_apply(&out, base, &fast, FL_PLACE_LUA, &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "rate");
    fl_instance_free(base);
}

Test(drift, finds_the_capacity_that_a_higher_rate_exceeds) {
    fl_instance *base = build_variant(build_two_tiers, "/system/nodes/0/capacity", "6e7"), *out;
    cr_assert(base->features == 0);
    cr_assert(fl_drift_apply(&out, base, &(fl_drift){.rate = 2}, FL_PLACE_LUA, &err) == FL_OK);
    cr_assert(out->features == FL_FEATURE_CAPACITY);
    fl_instance_free(out);
    fl_instance_free(base);
}
