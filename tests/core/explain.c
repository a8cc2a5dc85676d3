/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/explain.h"
#include "core/json.h"
#include "core/tolerance.h"
#include "tests/core/desk.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <string.h>

static fl_explanation said;

TestSuite(explain, .init = start, .fini = stop);

/* The truth, by trying all plans: a method that proves everything. */
static fl_status try_all(fl_answer *answer, const fl_task *task, fl_error *error) {
    brute_answer truth = brute_solve(task->instance);
    fl_status status = FL_OK;
    if (!truth.feasible) {
        answer->claim = FL_CLAIM_INFEASIBLE;
        brute_free(&truth);
        return FL_OK;
    }
    status = fl_plan_create(&answer->plan, task->instance, task->arena, error);
    bool apart = (task->instance->features & ~(FL_FEATURES_OWN | FL_FEATURE_SEVERAL)) != 0;
    for (int u = 0; u < truth.n_units && status == FL_OK; u++) {
        const fl_placement at = brute_placement(&truth.apps[truth.app[u]].plans[truth.best[u]]);
        int count = apart ? 1 : task->instance->apps[truth.app[u]].count;
        status =
            fl_plan_add_like(&answer->plan, task->instance, truth.app[u], count, &at, task->arena, error);
    }
    answer->claim = FL_CLAIM_OPTIMAL;
    brute_free(&truth);
    return status;
}

static const fl_method all_plans = {.name = "all plans",
                                    .summary = "tries them",
                                    .may_claim = FL_CLAIM_OPTIMAL,
                                    .honours = FL_FEATURE_SEVERAL | FL_FEATURE_CAPACITY | FL_FEATURE_MEMORY |
                                               FL_FEATURE_ADMISSION | FL_FEATURE_SLICES | FL_FEATURES_OWN,
                                    .solve = try_all};

static void explain(const fl_instance *instance, const fl_method *method) {
    fl_settings settings;
    fl_settings_default(&settings, method, instance);
    fl_status status = fl_explain(&said, instance, method, &settings, &desk, &err);
    cr_assert(status == FL_OK, "%s", err.text);
}

/** What was said of a limit. */
static const fl_remedy *remedy(fl_relax_kind kind, int index) {
    for (int i = 0; i < said.n_limits; i++) {
        if (said.limits[i].limit.kind == kind && said.limits[i].limit.index == index) return &said.limits[i];
    }
    return NULL;
}

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-12 * fabs(b);
}

/* The example: at best 3.3 ms for 86 % (both blocks on mobile take 5 ms), 2 ms for 56 %. */

Test(explain, one_application_is_explained_to_the_last_bit) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/deadline", "0.003");
    explain(instance, solve_method("exact"));
    cr_assert(said.status == FL_RESULT_INFEASIBLE && said.n_limits == 2);
    cr_assert(near(said.apps[0].least, 0.0033) && said.apps[0].in_time == 0.56 &&
              said.apps[0].at_all == 0.86);
    cr_assert(said.apps[0].blocks == 2);
    const fl_remedy *deadline = remedy(FL_RELAX_DEADLINE, 0), *accuracy = remedy(FL_RELAX_ACCURACY, 0);
    cr_assert(deadline->least && near(deadline->enough, 0.0033) && deadline->now == 0.003);
    cr_assert(deadline->plan.apps[0].nodes[1] == 1, "its plan goes to the edge");
    cr_assert(accuracy->least && accuracy->enough == 0.56 && accuracy->now == 0.8);
    cr_assert(accuracy->short_of == 0.8 || accuracy->short_of == 0.86, "%g", accuracy->short_of);
    cr_assert(said.solves == 3, "%d solves: as it is, and one for each", said.solves);
    fl_instance_free(instance);
}

Test(explain, what_cannot_help_is_said) {
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/deadline", "0.001");
    explain(instance, solve_method("exact"));
    cr_assert(remedy(FL_RELAX_DEADLINE, 0)->least && remedy(FL_RELAX_ACCURACY, 0)->helpless);
    cr_assert(isnan(said.apps[0].in_time), "not even the first exit is in time");
    fl_instance_free(instance);
    instance = build_variant(build_two_tiers, "/apps/0/accuracy", "0.9");
    explain(instance, solve_method("exact"));
    cr_assert(remedy(FL_RELAX_DEADLINE, 0)->helpless && remedy(FL_RELAX_ACCURACY, 0)->enough == 0.86);
    cr_assert(isinf(said.apps[0].least));
    fl_instance_free(instance);
}

Test(explain, blocks_that_links_and_pins_keep_apart_are_counted) {
    fl_instance *instance = build_variant(build_two_tiers, "/system/links", "[]");
    fl_value *document;
    fl_instance *pinned;
    cr_assert(fl_instance_write(&document, instance, &arena, &err) == FL_OK);
    build_put(&arena, document, "/apps/0/blocks/1/nodes", "['edge']");
    cr_assert(fl_instance_read(&pinned, document, FL_PLACE_JSON, &err) == FL_OK);
    explain(pinned, solve_method("exact"));
    cr_assert(said.status == FL_RESULT_INFEASIBLE && said.apps[0].blocks == 1);
    cr_assert(said.apps[0].at_all == 0.56 && isinf(said.apps[0].least));
    cr_assert(remedy(FL_RELAX_DEADLINE, 0)->helpless && remedy(FL_RELAX_ACCURACY, 0)->enough == 0.56);
    fl_instance_free(pinned);
    fl_instance_free(instance);
}

Test(explain, of_a_feasible_instance_the_needs_of_its_plan_are_named) {
    fl_instance *instance = build_variant(build_two_tiers, "/system/nodes/1/memory", "100");
    explain(instance, solve_method("exact"));
    cr_assert(said.status == FL_RESULT_FEASIBLE && said.solves == 1 && said.n_limits == 3);
    cr_assert(near(remedy(FL_RELAX_DEADLINE, 0)->enough, 0.0033));
    cr_assert(remedy(FL_RELAX_ACCURACY, 0)->enough == 0.86 && remedy(FL_RELAX_MEMORY, 1)->enough == 0);
    fl_instance_free(instance);
}

/* Three users, each 4 op/s: two fit on the edge, none at home, where they would be late. */
static const char users[] =
    "{'admission': true, 'system': {'nodes': [{'name': 'm', 'speed': 1, 'power': 1},"
    "  {'name': 'e', 'speed': 10, 'power': 1, 'capacity': 8.5, 'memory': 25}],"
    "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e9, 'capacity': 1}]},"
    " 'apps': [{'name': 'camera', 'count': 3, 'source': 'm', 'deadline': 1,"
    "   'blocks': [{'ops': 4, 'memory': 5}], 'exits': [{'after': 1, 'accuracy': 1}]}]}";

Test(explain, several_users_need_so_much_of_each_limit) {
    fl_instance *instance = build_instance(users);
    explain(instance, &all_plans);
    cr_assert(said.status == FL_RESULT_INFEASIBLE, "admission is left out of account");
    cr_assert(remedy(FL_RELAX_CAPACITY, 1)->least && near(remedy(FL_RELAX_CAPACITY, 1)->enough, 12));
    cr_assert(remedy(FL_RELAX_DEADLINE, 0)->least && near(remedy(FL_RELAX_DEADLINE, 0)->enough, 4));
    cr_assert(remedy(FL_RELAX_MEMORY, 1)->helpless && remedy(FL_RELAX_LINK, 0)->helpless);
    cr_assert_null(remedy(FL_RELAX_CAPACITY, -1), "only one node has a capacity");
    fl_instance_free(instance);
}

Test(explain, what_a_method_cannot_decide_stays_open) {
    fl_instance *instance = build_instance(users);
    explain(instance, solve_method("exact"));
    cr_assert(said.status == FL_RESULT_UNKNOWN, "placing one after another proves nothing here");
    const fl_remedy *capacity = remedy(FL_RELAX_CAPACITY, 1);
    cr_assert(near(capacity->enough, 12) && !capacity->least && isnan(capacity->short_of));
    const fl_remedy *memory = remedy(FL_RELAX_MEMORY, 1);
    cr_assert(!memory->helpless && isnan(memory->enough));
    fl_value *document = fl_explain_write(&said, instance, &arena);
    int enough = 0, unknown = 0;
    for (const fl_value *at = fl_value_get(document, "limits")->first; at != NULL; at = at->next) {
        enough += strcmp(fl_value_get(at, "verdict")->string, "enough") == 0;
        unknown += strcmp(fl_value_get(at, "verdict")->string, "unknown") == 0;
    }
    cr_assert(enough == 2 && unknown == 2, "%d enough, %d unknown", enough, unknown);
    cr_assert(fl_value_get(document, "apps")->n_items == instance->n_apps);
    fl_instance_free(instance);
}

/* Every remedy, tried */

static bool feasible_at(const fl_instance *instance, const fl_remedy *at, double value) {
    fl_instance *relaxed;
    cr_assert(fl_relax_set(&relaxed, instance, &at->limit, value, &err) == FL_OK, "%s", err.text);
    brute_answer truth = brute_solve(relaxed);
    bool feasible = truth.feasible;
    brute_free(&truth);
    fl_instance_free(relaxed);
    return feasible;
}

static int helped, helpless, factors, kinds[FL_RELAX_LINK + 1];

/** A remedy is enough, its plan proves it, what is short of it is not, and both are close together. */
static void try_remedy(const fl_instance *instance, const fl_remedy *at) {
    bool accuracy = at->limit.kind == FL_RELAX_ACCURACY;
    if (at->helpless) {
        cr_assert(!feasible_at(instance, at, accuracy ? 0 : INFINITY), "%s: kind %d %d would help",
                  draw_say(instance), (int)at->limit.kind, at->limit.index);
        helpless++;
        return;
    }
    fl_instance *relaxed;
    cr_assert(at->least && isfinite(at->enough), "%s: kind %d %d stays open", draw_say(instance),
              (int)at->limit.kind, at->limit.index);
    cr_assert(fl_relax_set(&relaxed, instance, &at->limit, at->enough, &err) == FL_OK);
    cr_assert(naive_judge(relaxed, &at->plan).feasible, "%s: the plan proves nothing", draw_say(instance));
    fl_instance_free(relaxed);
    cr_assert(!feasible_at(instance, at, at->short_of), "%s: %.17g is enough", draw_say(instance),
              at->short_of);
    if (accuracy && fl_app_chooses(&instance->apps[at->limit.index])) {
        cr_assert(at->short_of <= at->enough + 1.001 * FL_TOLERANCE_RELAX && at->enough < at->now, "%s",
                  draw_say(instance));
    } else if (accuracy) {
        cr_assert(!feasible_at(instance, at, at->enough + 3 * FL_TOLERANCE_ACCURACY), "%s",
                  draw_say(instance));
    } else {
        cr_assert(at->short_of >= at->enough * (1 - FL_TOLERANCE_RELAX) && at->enough > at->now, "%s",
                  draw_say(instance));
    }
    helped++;
    kinds[at->limit.kind]++;
    factors += at->limit.index < 0;
}

/** What one user could have who is alone is what all plans say. */
static void try_reach(const fl_instance *instance) {
    for (int h = 0; h < instance->n_apps; h++) {
        fl_app app = instance->apps[h];
        fl_instance *alone;
        double least = INFINITY, in_time = -1, at_all = -1, target = app.accuracy;
        app.accuracy = 0;
        app.count = 1;
        cr_assert(fl_instance_alone(&alone, instance, &app, NULL, 0, &err) == FL_OK);
        brute_answer all = brute_solve(alone);
        for (int i = 0; i < all.apps[0].n; i++) {
            const fl_placement at = brute_placement(&all.apps[0].plans[i]);
            double accuracy = (double)naive_place_as(alone, 0, &at).accuracy;
            double latency = (double)all.apps[0].plans[i].latency;
            at_all = fmax(at_all, accuracy);
            if (naive_in_time(&app, latency)) in_time = fmax(in_time, accuracy);
            if (accuracy >= target - 1e-9) least = fmin(least, latency);
        }
        const fl_reach *reach = &said.apps[h];
        cr_assert(isinf(least) ? isinf(reach->least) : fabs(reach->least - least) <= 1e-9 * least,
                  "%s: %.17g s", draw_say(instance), least);
        cr_assert(in_time < 0 ? isnan(reach->in_time) : fabs(reach->in_time - in_time) <= 2e-9, "%s: %.17g",
                  draw_say(instance), in_time);
        cr_assert(at_all < 0 ? isnan(reach->at_all) : fabs(reach->at_all - at_all) <= 2e-9, "%s: %.17g",
                  draw_say(instance), at_all);
        brute_free(&all);
        fl_instance_free(alone);
    }
}

/** A drawn instance; every other one has a third of the deadline, `hurried`. */
static fl_instance *draw_hurried(const draw_family *family, int seed, bool hurried) {
    fl_instance *drawn = draw_instance(family, (uint64_t)seed), *instance;
    fl_change change = FL_CHANGE_NONE;
    if (!hurried || seed % 2 == 0) return drawn;
    change.deadline = drawn->apps[0].deadline / 3;
    cr_assert(fl_instance_with(&instance, drawn, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    fl_instance_free(drawn);
    return instance;
}

static void try_family(const draw_family *family, const fl_method *method, int usual, bool hurried) {
    int n = draw_count(usual);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_hurried(family, seed, hurried);
        explain(instance, method);
        brute_answer truth = brute_solve(instance);
        cr_assert(truth.feasible == (said.status == FL_RESULT_FEASIBLE), "%s", draw_say(instance));
        if (instance->apps[0].n_slices == 0) try_reach(instance);
        for (int i = 0; i < said.n_limits && !truth.feasible; i++) try_remedy(instance, &said.limits[i]);
        cr_assert(fl_explain_write(&said, instance, &arena) != NULL);
        brute_free(&truth);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(explain, of_one_application_every_remedy_is_the_least) {
    for (int i = 0; i < DRAW_FAMILIES; i++) {
        if (strcmp(draw_families[i].name, "long") == 0) continue;
        try_family(&draw_families[i], solve_method("exact"), 300, false);
    }
    cr_assert(helped > 30 && helpless > 30, "%d helped, %d did not", helped, helpless);
}

Test(explain, of_several_users_every_remedy_is_the_least) {
    static const draw_family families[] = {
        {.name = "two", .recipe = {.binding = true, .apps = 2, .blocks = 3, .nodes = 2}},
        {.name = "users", .recipe = {.binding = true, .users = 3, .blocks = 2, .nodes = 3}},
        {.name = "slices", .recipe = {.users = 3, .binding = true, .blocks = 2, .nodes = 2, .slices = true}},
        {.name = "exits", .recipe = {.users = 2, .binding = true, .blocks = 5, .nodes = 2, .exits = 5}}};
    for (int i = 0; i < 4; i++) try_family(&families[i], &all_plans, 70, false);
    cr_assert(helped > 100 && helpless > 100 && factors > 10, "%d helped, %d by factors, %d did not", helped,
              factors, helpless);
    for (int kind = 0; kind <= FL_RELAX_LINK; kind++) {
        cr_assert(kinds[kind] > 0, "kind %d helped %d times", kind, kinds[kind]);
    }
}

Test(explain, where_plans_choose_more_and_times_deviate_every_remedy_is_the_least) {
    for (int i = 0; i < DRAW_CHOICES; i++) try_family(&draw_choices[i], solve_method("exact"), 100, true);
    cr_assert(helped > 30 && helpless > 30, "%d helped, %d did not", helped, helpless);
    cr_assert(kinds[FL_RELAX_DEADLINE] > 30 && kinds[FL_RELAX_ACCURACY] > 10, "%d deadlines, %d accuracies",
              kinds[FL_RELAX_DEADLINE], kinds[FL_RELAX_ACCURACY]);
}

Test(explain, of_several_users_who_choose_more_too) {
    static const draw_family families[] = {
        {.name = "two",
         .recipe = {.binding = true,
                    .apps = 2,
                    .blocks = 2,
                    .nodes = 2,
                    .codings = true,
                    .optional = true,
                    .thresholds = true,
                    .serial = true}},
        {.name = "deviations",
         .recipe = {.binding = true, .users = 3, .blocks = 2, .nodes = 2, .deviations = true}},
        {.name = "slices",
         .recipe = {.users = 2,
                    .binding = true,
                    .blocks = 2,
                    .nodes = 2,
                    .slices = true,
                    .codings = true,
                    .segments = true}}};
    for (int i = 0; i < 3; i++) try_family(&families[i], &all_plans, 40, false);
    cr_assert(helped > 30 && helpless > 30, "%d helped, %d did not", helped, helpless);
}

Test(explain, of_several_users_milp_finds_the_same_remedies) {
    static const draw_family families[] = {
        {.name = "two", .recipe = {.binding = true, .apps = 2, .blocks = 3, .nodes = 2}},
        {.name = "users", .recipe = {.binding = true, .users = 3, .blocks = 2, .nodes = 3}},
        {.name = "slices", .recipe = {.users = 3, .binding = true, .blocks = 2, .nodes = 2, .slices = true}}};
    for (int i = 0; i < 3; i++) try_family(&families[i], solve_method("milp"), 30, false);
    cr_assert(helped > 40 && helpless > 40, "%d helped, %d did not", helped, helpless);
}

Test(explain, links_between_tiers_are_limits_per_pair) {
    static const char tiers[] =
        "{'system': {'nodes': [{'name': 'm', 'speed': 1, 'power': 1}, {'name': 'e', 'tier': 1, 'speed': 10,"
        "  'power': 1}], 'links': [{'from_tier': 0, 'to_tier': 1, 'rate': 1e9, 'capacity': 5}]},"
        " 'apps': [{'source': 'm', 'deadline': 1, 'input_bits': 7, 'rate': 2, 'blocks': [{'ops': 4}],"
        "   'exits': [{'after': 1, 'accuracy': 1}]}]}";
    const char *text;
    fl_instance *instance = build_instance(tiers);
    explain(instance, &all_plans);
    const fl_remedy *link = remedy(FL_RELAX_LINK, 0);
    cr_assert(link->least && near(link->enough, 14) && link->now == 5);
    const fl_value *limits = fl_value_get(fl_explain_write(&said, instance, &arena), "limits");
    cr_assert(fl_json_print(&text, limits->last, 0, &arena, &err) == FL_OK);
    cr_assert_not_null(
        strstr(text, "\"limit\": \"link capacity\", \"from_tier\": 0, \"to_tier\": 1, \"now\": 5"), "%s",
        text);
    fl_instance_free(instance);
}

Test(explain, an_interrupt_leaves_the_rest_open) {
    static const volatile sig_atomic_t now = 1;
    fl_instance *instance = build_instance(users);
    fl_settings settings;
    fl_settings_default(&settings, solve_method("milp"), instance);
    cr_assert(fl_explain(&said, instance, solve_method("milp"), &settings, &(fl_desk){&arena, &scratch, &now},
                         &err) == FL_OK);
    for (int i = 0; i < said.n_limits; i++) {
        cr_assert(!said.limits[i].helpless && isnan(said.limits[i].enough));
    }
    fl_instance_free(instance);
}

Test(explain, without_memory_it_fails) {
    fl_instance *instance = build_instance(users);
    fl_settings settings;
    int failed = 0;
    fl_settings_default(&settings, solve_method("exact"), instance);
    for (size_t limit = 1; limit < 1 << 15; limit += 1999) {
        fl_arena small;
        fl_arena_init(&small, limit);
        fl_status status = fl_explain(&said, instance, solve_method("exact"), &settings,
                                      &(fl_desk){&small, &scratch, &never}, &err);
        cr_assert(status == FL_OK || status == FL_ENOMEM, "limit %zu: %s", limit, err.text);
        failed += status == FL_ENOMEM;
        fl_arena_free(&small);
    }
    cr_assert(failed > 0);
    fl_instance_free(instance);
}
