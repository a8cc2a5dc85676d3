/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/instance.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Parts for fl_instance_create(), which may hold what no document can. Each test spoils its own copy:
 * Criterion runs every test in a process of its own. */
static fl_node nodes[] = {
    {.name = "mobile", .tier = 0, .speed = 1e10, .power = 6, .capacity = INFINITY, .memory = INFINITY},
    {.name = "edge", .tier = 1, .speed = 1e11, .power = 140, .capacity = 1e12, .memory = 1e9}};
static fl_node_link links[] = {
    {.from = 0, .to = 1, .link = {.rate = 1e9, .delay = 1e-4, .energy = 1e-9, .capacity = INFINITY}}};
static fl_tier_link tier_links[] = {
    {.from_tier = 1, .to_tier = 0, .link = {.rate = 1e8, .capacity = INFINITY}, .index = 1}};
static fl_measured measured[] = {{.node = 0, .time = 1e-3, .energy = -1},
                                 {.node = 1, .time = -1, .energy = 0.5}};
static int allowed[] = {0, 1};
static fl_block blocks[] = {{.name = "b1",
                             .ops = 1e7,
                             .out_bits = 1e6,
                             .memory = 10,
                             .n_measured = 2,
                             .measured = measured,
                             .n_allowed = 2,
                             .allowed = allowed},
                            {.name = "b2", .ops = 2e7, .n_allowed = -1}};
static fl_exit exits[] = {{.after = 1, .accuracy = 0.5, .share = 0.25, .ops = 1e5},
                          {.after = 2, .accuracy = 0.75}};
static double levels[] = {0.5, 1};
static fl_slices slices[] = {{.node = 1, .n_levels = 2, .levels = levels}};
static fl_app apps[] = {{.name = "camera",
                         .source = 0,
                         .input_bits = 1e5,
                         .rate = 10,
                         .deadline = 0.01,
                         .accuracy = 0.5,
                         .latency = FL_LATENCY_WORST,
                         .count = 2,
                         .n_blocks = 2,
                         .blocks = blocks,
                         .n_exits = 2,
                         .exits = exits,
                         .n_slices = 1,
                         .slices = slices}};
static fl_instance parts = {.name = "parts",
                            .system = {.n_nodes = 2,
                                       .nodes = nodes,
                                       .n_links = 1,
                                       .links = links,
                                       .n_tier_links = 1,
                                       .tier_links = tier_links},
                            .n_apps = 1,
                            .apps = apps};

static fl_instance *create(void) {
    fl_error err;
    fl_instance *instance;
    cr_assert(fl_instance_create(&instance, &parts, FL_PLACE_JSON, &err) == FL_OK, "%s: %s", err.where,
              err.text);
    return instance;
}

/** The parts as they stand are refused at `where` in both spellings. */
static void refuse(const char *json, const char *lua, const char *words) {
    fl_error err;
    fl_instance *instance;
    cr_assert(fl_instance_create(&instance, &parts, FL_PLACE_JSON, &err) == FL_EINVAL, "accepted: %s", words);
    cr_assert_null(instance);
    cr_assert_str_eq(err.where, json, "at %s (%s), not at %s", err.where, err.text, json);
    cr_assert_not_null(strstr(err.text, words), "\"%s\" does not say \"%s\"", err.text, words);
    cr_assert(fl_instance_create(&instance, &parts, FL_PLACE_LUA, &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, lua);
    cr_assert(fl_instance_create(&instance, &parts, FL_PLACE_LUA, NULL) == FL_EINVAL, "err may be NULL");
}

Test(instance, the_parts_are_copied_deeply) {
    fl_instance *instance = create();
    nodes[0].speed = 1;
    measured[0].time = 1;
    allowed[0] = 1;
    levels[0] = 1;
    blocks[0].ops = 1;
    cr_assert(instance->system.nodes[0].speed == 1e10 && instance->system.nodes[0].name != nodes[0].name);
    cr_assert(instance->apps[0].blocks[0].ops == 1e7 && instance->apps[0].blocks[0].allowed[0] == 0);
    cr_assert(instance->apps[0].blocks[0].measured[0].time == 1e-3);
    cr_assert(instance->apps[0].slices[0].levels[0] == 0.5);
    fl_instance_free(instance);
}

Test(instance, numbers_that_are_not_finite_are_refused_at_their_place) {
    const struct {
        double *number;
        const char *json, *lua;
        bool limit; /* may be infinite */
    } fields[] = {
        {&nodes[1].speed, "/system/nodes/1/speed", "system.nodes[2].speed", false},
        {&nodes[1].power, "/system/nodes/1/power", "system.nodes[2].power", false},
        {&nodes[1].tx_energy, "/system/nodes/1/tx_energy", "system.nodes[2].tx_energy", false},
        {&nodes[1].rx_energy, "/system/nodes/1/rx_energy", "system.nodes[2].rx_energy", false},
        {&nodes[1].capacity, "/system/nodes/1/capacity", "system.nodes[2].capacity", true},
        {&nodes[1].memory, "/system/nodes/1/memory", "system.nodes[2].memory", true},
        {&links[0].link.rate, "/system/links/0/rate", "system.links[1].rate", false},
        {&links[0].link.delay, "/system/links/0/delay", "system.links[1].delay", false},
        {&links[0].link.energy, "/system/links/0/energy", "system.links[1].energy", false},
        {&links[0].link.capacity, "/system/links/0/capacity", "system.links[1].capacity", true},
        {&tier_links[0].link.rate, "/system/links/1/rate", "system.links[2].rate", false},
        {&apps[0].input_bits, "/apps/0/input_bits", "apps[1].input_bits", false},
        {&apps[0].rate, "/apps/0/rate", "apps[1].rate", false},
        {&apps[0].deadline, "/apps/0/deadline", "apps[1].deadline", false},
        {&apps[0].accuracy, "/apps/0/accuracy", "apps[1].accuracy", false},
        {&blocks[1].ops, "/apps/0/blocks/1/ops", "apps[1].blocks[2].ops", false},
        {&blocks[1].out_bits, "/apps/0/blocks/1/out_bits", "apps[1].blocks[2].out_bits", false},
        {&blocks[1].memory, "/apps/0/blocks/1/memory", "apps[1].blocks[2].memory", false},
        {&measured[0].time, "/apps/0/blocks/0/time/mobile", "apps[1].blocks[1].time.mobile", false},
        {&measured[1].energy, "/apps/0/blocks/0/energy/edge", "apps[1].blocks[1].energy.edge", false},
        {&exits[1].accuracy, "/apps/0/exits/1/accuracy", "apps[1].exits[2].accuracy", false},
        {&exits[1].share, "/apps/0/exits/1/share", "apps[1].exits[2].share", false},
        {&exits[1].ops, "/apps/0/exits/1/ops", "apps[1].exits[2].ops", false}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        double good = *fields[i].number;
        *fields[i].number = NAN;
        refuse(fields[i].json, fields[i].lua, "must be a finite number");
        *fields[i].number = INFINITY;
        if (!fields[i].limit) refuse(fields[i].json, fields[i].lua, "must be a finite number");
        *fields[i].number = -INFINITY;
        bool unmeasured = fields[i].number == &measured[0].time || fields[i].number == &measured[1].energy;
        if (!unmeasured) refuse(fields[i].json, fields[i].lua, "must be a finite number");
        *fields[i].number = good;
        fl_instance_free(create());
    }
}

Test(instance, a_level_that_is_not_a_share_is_refused) {
    const double bad[] = {0, -0.5, 1.001, NAN, INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        levels[1] = bad[i];
        refuse("/apps/0/slices/edge/1", "apps[1].slices.edge[2]", "greater than 0 and at most 1");
    }
}

Test(instance, a_node_has_its_slices_given_once) {
    static fl_slices twice[] = {{.node = 1, .n_levels = 2, .levels = levels},
                                {.node = 1, .n_levels = 1, .levels = levels}};
    apps[0].slices = twice;
    apps[0].n_slices = 2;
    refuse("/apps/0/slices/edge", "apps[1].slices.edge", "already");
}

Test(instance, indices_of_nodes_out_of_range_are_refused) {
    apps[0].source = 2;
    refuse("/apps/0/source", "apps[1].source", "no such node");
    apps[0].source = -1;
    refuse("/apps/0/source", "apps[1].source", "no such node");
    apps[0].source = 0;
    links[0].to = 2;
    refuse("/system/links/0", "system.links[1]", "does not exist");
    links[0].to = 1;
    allowed[1] = 7;
    refuse("/apps/0/blocks/0/nodes/1", "apps[1].blocks[1].nodes[2]", "no such node");
    allowed[1] = 1;
    slices[0].node = 5;
    refuse("/apps/0/slices", "apps[1].slices", "no such node");
    slices[0].node = 1;
    measured[1].node = 2;
    refuse("/apps/0/blocks/0", "apps[1].blocks[1]", "must exist and ascend");
    measured[1].node = 0;
    refuse("/apps/0/blocks/0", "apps[1].blocks[1]", "must exist and ascend");
}

Test(instance, counts_must_be_at_least_one) {
    apps[0].count = 0;
    refuse("/apps/0/count", "apps[1].count", "must be at least 1");
    apps[0].count = -3;
    refuse("/apps/0/count", "apps[1].count", "must be at least 1");
}

Test(instance, nothing_to_place_or_to_place_on_is_refused) {
    parts.n_apps = 0;
    refuse("/apps", "apps", "needs at least one application");
    parts.n_apps = 1;
    apps[0].n_blocks = 0;
    refuse("/apps/0/blocks", "apps[1].blocks", "needs at least one block");
    apps[0].n_blocks = 2;
    apps[0].n_exits = 0;
    refuse("/apps/0/exits", "apps[1].exits", "needs at least one exit");
    parts.system.n_nodes = 0;
    parts.system.n_links = parts.system.n_tier_links = 0;
    refuse("/system/nodes", "system.nodes", "needs at least one node");
}

Test(instance, shares_may_exceed_one_by_the_tolerance_and_no_more) {
    exits[0].share = 0.5;
    exits[1].share = 0.5 + 0.9e-9;
    fl_instance_free(create());
    exits[1].share = 0.5 + 1.1e-9;
    refuse("/apps/0/exits/1/share", "apps[1].exits[2].share", "over 1");
}

Test(instance, names_left_out_are_numbered) {
    parts.name = NULL;
    apps[0].name = "";
    blocks[0].name = NULL;
    blocks[1].name = "";
    fl_instance *instance = create();
    cr_assert_str_eq(instance->name, "");
    cr_assert_str_eq(instance->apps[0].name, "app1");
    cr_assert_str_eq(instance->apps[0].blocks[0].name, "b1");
    cr_assert_str_eq(instance->apps[0].blocks[1].name, "b2");
    fl_instance_free(instance);
}

/* Lookups */

Test(instance, names_are_found) {
    fl_instance *instance = create();
    cr_assert(fl_instance_node(instance, "mobile") == 0 && fl_instance_node(instance, "edge") == 1);
    cr_assert(fl_instance_node(instance, "cloud") == -1 && fl_instance_node(instance, "") == -1);
    cr_assert(fl_instance_app(instance, "camera") == 0 && fl_instance_app(instance, "radar") == -1);
    fl_instance_free(instance);
}

Test(instance, measurements_and_permissions_are_found_by_node) {
    fl_instance *instance = create();
    const fl_block *first = &instance->apps[0].blocks[0], *second = &instance->apps[0].blocks[1];
    cr_assert(fl_block_measured(first, 1)->energy == 0.5 && fl_block_measured(first, 0)->time == 1e-3);
    cr_assert_null(fl_block_measured(second, 0));
    cr_assert(fl_block_allows(first, 0) && fl_block_allows(second, 1));
    fl_instance_free(instance);
}

static const char grid[] =
    "{'schema': 'finlab/1', 'system': {'nodes': ["
    " {'name': 'm1', 'tier': 0, 'speed': 1, 'power': 1}, {'name': 'm2', 'tier': 0, 'speed': 1, 'power': 1},"
    " {'name': 'e1', 'tier': 1, 'speed': 1, 'power': 1}, {'name': 'e2', 'tier': 1, 'speed': 1, 'power': 1}],"
    " 'links': [{'from_tier': 0, 'to_tier': 1, 'rate': 10}, {'from_tier': 1, 'to_tier': 1, 'rate': 20},"
    "           {'from': 'm2', 'to': 'e1', 'rate': 30}, {'from': 'e1', 'to': 'm1', 'rate': 40}]},"
    " 'apps': [{'source': 'm1', 'deadline': 1, 'blocks': [{'ops': 1}], 'exits': [{'after': 1, 'accuracy': "
    "1}]}]}";

/** The rate from one node to another, 0 without a link. */
static double rate(const fl_instance *instance, const char *from, const char *to) {
    const fl_link *link =
        fl_instance_link(instance, fl_instance_node(instance, from), fl_instance_node(instance, to));
    return link != NULL ? link->rate : 0;
}

Test(instance, a_tier_link_joins_every_pair_without_a_link_of_its_own) {
    fl_instance *instance = build_instance(grid);
    cr_assert(rate(instance, "m1", "e1") == 10 && rate(instance, "m1", "e2") == 10);
    cr_assert(rate(instance, "m2", "e1") == 30, "its own link comes first");
    cr_assert(rate(instance, "m2", "e2") == 10);
    cr_assert(rate(instance, "e1", "e2") == 20 && rate(instance, "e2", "e1") == 20, "within a tier");
    cr_assert(rate(instance, "m1", "m2") == 0 && rate(instance, "e2", "m1") == 0 &&
              rate(instance, "e1", "m2") == 0);
    cr_assert(rate(instance, "e1", "m1") == 40, "links are directed");
    cr_assert(rate(instance, "e1", "e1") == 0, "no link from a node to itself");
    fl_instance_free(instance);
}

/** What the groups say about a pair of distinct nodes is what the links say. */
static void assert_groups_match(const fl_instance *instance) {
    const fl_groups *groups = &instance->groups;
    for (int a = 0; a < instance->system.n_nodes; a++) {
        for (int b = 0; b < instance->system.n_nodes; b++) {
            const fl_link *link = fl_instance_link(instance, a, b);
            int at = groups->group[a] * groups->n_groups + groups->group[b];
            if (a == b) continue;
            cr_assert((link == NULL) == isinf(groups->slowness[at]), "%d to %d", a, b);
            if (link == NULL) continue;
            cr_assert(groups->slowness[at] == 1 / link->rate && groups->delay[at] == link->delay);
            cr_assert(groups->energy[at] == link->energy);
        }
    }
}

Test(instance, groups_hold_what_the_links_say) {
    fl_instance *instance = build_instance(grid);
    assert_groups_match(instance);
    cr_assert(instance->groups.n_groups == 4, "m1, m2, e1 have links of their own; e2 stands alone");
    fl_instance_free(instance);
}

Test(instance, nodes_of_a_tier_that_only_tier_links_join_are_one_group) {
    fl_instance *instance = build_variant(grid, "/system/links",
                                          "[{'from_tier': 0, 'to_tier': 1, 'rate': 10, 'delay': 2},"
                                          " {'from_tier': 1, 'to_tier': 1, 'rate': 5, 'energy': 3}]");
    cr_assert(instance->groups.n_groups == 2);
    assert_groups_match(instance);
    fl_instance_free(instance);
}

/* Features */

static unsigned features_of(const char *pointer, const char *value) {
    fl_instance *instance = build_variant(build_two_tiers, pointer, value);
    unsigned features = instance->features;
    fl_instance_free(instance);
    return features;
}

Test(instance, limits_that_cannot_be_exceeded_are_no_feature) {
    cr_assert(features_of("/apps/0/rate", "1") == 0);
    cr_assert(features_of("/system/nodes/0/capacity", "5.1e7") == 0, "2e7 + 3e7 op/s at most");
    cr_assert(features_of("/system/nodes/0/capacity", "4.9e7") == FL_FEATURE_CAPACITY);
    cr_assert(features_of("/system/nodes/1/capacity", "3.1e7") == 0, "b1 may not run there");
    cr_assert(features_of("/system/nodes/1/capacity", "2.9e7") == FL_FEATURE_CAPACITY);
    cr_assert(features_of("/system/links/0/capacity", "1.1e6") == 0);
    cr_assert(features_of("/system/links/0/capacity", "0.9e6") == FL_FEATURE_CAPACITY);
    cr_assert(features_of("/system/nodes/0/memory", "1") == 0, "no block needs memory");
}

Test(instance, features_say_what_an_instance_asks_for) {
    cr_assert(features_of("/admission", "true") == FL_FEATURE_ADMISSION);
    cr_assert(features_of("/apps/0/slices", "{'edge': [1]}") == FL_FEATURE_SLICES);
    cr_assert(features_of("/apps/-", "{'source': 'mobile', 'deadline': 1, 'blocks': [{'ops': 1}],"
                                     " 'exits': [{'after': 1, 'accuracy': 1}]}") == FL_FEATURE_SEVERAL);
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/blocks/0/memory", "100");
    cr_assert(instance->features == 0);
    fl_instance_free(instance);
    blocks[0].memory = 1e9;
    parts.apps = apps;
    instance = create();
    cr_assert(instance->features == (FL_FEATURE_SEVERAL | FL_FEATURE_MEMORY | FL_FEATURE_SLICES),
              "two users with 1e9 bytes each");
    fl_instance_free(instance);
}

/* Variants */

Test(instance, a_variant_changes_what_it_says_and_nothing_else) {
    fl_error err;
    fl_instance *base = create(), *variant;
    fl_change change = FL_CHANGE_NONE;
    change.deadline = 5;
    change.accuracy = 0.25;
    cr_assert(fl_instance_with(&variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(variant->apps[0].deadline == 5 && variant->apps[0].accuracy == 0.25 &&
              variant->apps[0].rate == 10);
    cr_assert(base->apps[0].deadline == 0.01 && base->apps[0].accuracy == 0.5);
    cr_assert(variant->system.nodes == base->system.nodes && variant->apps[0].blocks == base->apps[0].blocks);
    fl_instance_free(variant);
    fl_instance_free(base);
}

Test(instance, a_variant_outlives_its_base_and_makes_variants_itself) {
    fl_error err;
    fl_instance *base = create(), *variant, *second;
    fl_change change = FL_CHANGE_NONE;
    change.latency = FL_LATENCY_MEAN;
    change.count = 7;
    cr_assert(fl_instance_with(&variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_instance_free(base);
    change = FL_CHANGE_NONE;
    change.rate = 3;
    cr_assert(fl_instance_with(&second, variant, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_instance_free(variant);
    cr_assert(second->apps[0].latency == FL_LATENCY_MEAN && second->apps[0].count == 7 &&
              second->apps[0].rate == 3);
    cr_assert_str_eq(second->apps[0].blocks[0].name, "b1");
    cr_assert(fl_instance_link(second, 0, 1)->rate == 1e9);
    fl_instance_free(second);
}

Test(instance, changes_apply_in_order_to_all_or_one_application) {
    fl_error err;
    fl_instance *base = build_variant(build_two_tiers, "/apps/-",
                                      "{'source': 'mobile', 'deadline': 1, 'blocks': [{'ops': 1}],"
                                      " 'exits': [{'after': 1, 'accuracy': 1}]}");
    fl_instance *variant;
    fl_change changes[] = {FL_CHANGE_NONE, FL_CHANGE_NONE, FL_CHANGE_NONE};
    changes[0].deadline = 2;
    changes[1].deadline = 3;
    changes[1].app = 1;
    changes[2].rate = 4;
    cr_assert(fl_instance_with(&variant, base, changes, 3, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(variant->apps[0].deadline == 2 && variant->apps[1].deadline == 3);
    cr_assert(variant->apps[0].rate == 4 && variant->apps[1].rate == 4);
    fl_instance_free(variant);
    fl_instance_free(base);
}

Test(instance, a_variant_has_its_own_features) {
    fl_error err;
    fl_instance *base = build_variant(build_two_tiers, "/system/nodes/0/capacity", "1e8"), *variant;
    fl_change change = FL_CHANGE_NONE;
    change.rate = 3;
    cr_assert(base->features == 0);
    cr_assert(fl_instance_with(&variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(variant->features == FL_FEATURE_CAPACITY);
    fl_instance_free(variant);
    fl_instance_free(base);
}

static const fl_app *change_latency(fl_instance **variant, const fl_instance *base, int latency,
                                    double quantile) {
    fl_error err;
    fl_change change = FL_CHANGE_NONE;
    change.latency = latency;
    change.quantile = quantile;
    cr_assert(fl_instance_with(variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    return &(*variant)->apps[0];
}

Test(instance, a_quantile_changes_alone_and_goes_with_its_latency_rule) {
    fl_instance *base = create(), *first, *second, *third;
    const fl_app *app = change_latency(&first, base, FL_LATENCY_QUANTILE, 0.5);
    cr_assert(app->latency == FL_LATENCY_QUANTILE && app->quantile == 0.5);
    app = change_latency(&second, first, -1, 0.75);
    cr_assert(app->latency == FL_LATENCY_QUANTILE && app->quantile == 0.75);
    app = change_latency(&third, second, FL_LATENCY_WORST, 0);
    cr_assert(app->latency == FL_LATENCY_WORST && app->quantile == 0);
    fl_instance_free(third);
    app = change_latency(&third, second, FL_LATENCY_QUANTILE, 0);
    cr_assert(app->latency == FL_LATENCY_QUANTILE && app->quantile == 0.75);
    fl_instance_free(third);
    fl_instance_free(second);
    fl_instance_free(first);
    fl_instance_free(base);
}

Test(instance, changes_out_of_range_are_refused_by_name) {
    fl_error err;
    fl_instance *base = create(), *variant;
    const struct {
        fl_change change;
        const char *where;
    } cases[] = {
        {{.app = -1, .deadline = 0, .accuracy = NAN, .rate = NAN, .latency = -1}, "/deadline"},
        {{.app = -1, .deadline = INFINITY, .accuracy = NAN, .rate = NAN, .latency = -1}, "/deadline"},
        {{.app = -1, .deadline = NAN, .accuracy = 1.5, .rate = NAN, .latency = -1}, "/accuracy"},
        {{.app = -1, .deadline = NAN, .accuracy = -0.1, .rate = NAN, .latency = -1}, "/accuracy"},
        {{.app = -1, .deadline = NAN, .accuracy = NAN, .rate = 0, .latency = -1}, "/rate"},
        {{.app = -1, .deadline = NAN, .accuracy = NAN, .rate = NAN, .latency = -1, .count = -2}, "/count"},
        {{.app = -1, .deadline = NAN, .accuracy = NAN, .rate = NAN, .latency = -1, .quantile = 0.5},
         "/quantile"},
        {{.app = -1, .deadline = NAN, .accuracy = NAN, .rate = NAN, .latency = FL_LATENCY_QUANTILE},
         "/quantile"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(fl_instance_with(&variant, base, &cases[i].change, 1, FL_PLACE_JSON, &err) == FL_EINVAL);
        cr_assert_null(variant);
        cr_assert_str_eq(err.where, cases[i].where);
        cr_assert(fl_instance_with(&variant, base, &cases[i].change, 1, FL_PLACE_LUA, &err) == FL_EINVAL);
        cr_assert_str_eq(err.where, cases[i].where + 1);
    }
    fl_instance_free(base);
}

Test(instance, a_rate_that_could_make_costs_overflow_is_refused) {
    fl_error err;
    fl_instance *base = create(), *variant;
    fl_change change = FL_CHANGE_NONE;
    change.rate = 1e308;
    cr_assert(fl_instance_with(&variant, base, &change, 1, FL_PLACE_JSON, &err) == FL_EINVAL);
    cr_assert_not_null(strstr(err.text, "too extreme"));
    fl_instance_free(base);
}

Test(instance, nothing_may_be_freed) {
    fl_instance_free(NULL);
}
