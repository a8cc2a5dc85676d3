/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/plain.h"
#include "core/evaluate.h"
#include "core/result.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include <criterion/criterion.h>

static const char example[] =
    "{'system': {'nodes': [{'name': 'a', 'speed': 1, 'power': 1}, {'name': 'b', 'speed': 2, 'power': 4}],"
    "            'links': [{'from': 'a', 'to': 'b', 'rate': 8}]},"
    " 'apps': [{'source': 'a', 'deadline': 100, 'accuracy': 0.5, 'input_codings': [{'name': 'c', 'bits': 1}],"
    "  'input_pack': {'a': 1},"
    "  'blocks': [{'ops': 4, 'out_bits': 8, 'codings': [{'name': 'c', 'bits': 1}], 'pack': {'a': 64}},"
    "             {'ops': 8, 'time': {'a': 5}, 'energy': {'a': 9}}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5, 'optional': true}, {'after': 2, 'accuracy': 1}],"
    "  'thresholds': [{'name': 't', 'shares': [0.5, 0], 'accuracies': [1, 1]}],"
    "  'segments': {'b': [{'first': 1, 'last': 1, 'time': 3}],"
    "               'a': [{'first': 2, 'last': 2, 'time': 6}, {'first': 1, 'last': 2, 'time': 7}]}}]}";

static fl_arena arena, scratch;
static fl_error err;
static fl_instance *instance;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&scratch, 0);
    instance = build_instance(example);
}

static void stop(void) {
    fl_instance_free(instance);
    fl_arena_free(&arena);
    fl_arena_free(&scratch);
}

TestSuite(plain, .init = start, .fini = stop);

Test(plain, a_reading_has_nothing_that_a_method_does_not_know) {
    fl_instance *plain;
    cr_assert(fl_plain_read(&plain, instance, FL_FEATURES_OWN, &arena, &err) == FL_OK);
    const fl_app *app = &plain->apps[0];
    cr_assert(plain->features == 0 && app->n_thresholds == 0 && app->n_segments == 0);
    cr_assert(app->n_input_codings == 0 && app->n_input_serial == 0 && !app->exits[0].optional);
    cr_assert(app->blocks[0].n_codings == 0 && app->blocks[0].n_serial == 0);
    cr_assert(instance->apps[0].exits[0].optional && instance->apps[0].blocks[0].n_codings == 1);
    fl_instance_free(plain);
}

Test(plain, the_segment_of_one_block_takes_the_place_of_its_own_time_and_energy) {
    fl_instance *plain;
    cr_assert(fl_plain_read(&plain, instance, FL_FEATURE_RUNS, &arena, &err) == FL_OK);
    const fl_app *app = &plain->apps[0];
    cr_assert(app->n_thresholds == 1 && plain->features == FL_FEATURE_CHOICES);
    fl_cost on_a = fl_cost_compute(plain, app, 1, 0, 1, 1), on_b = fl_cost_compute(plain, app, 0, 1, 1, 1);
    cr_assert(on_a.latency == 6 && on_a.energy == 6 && on_b.latency == 3 && on_b.energy == 12);
    cr_assert(fl_cost_compute(plain, app, 0, 0, 1, 1).latency == 4,
              "its own where no segment is of it alone");
    fl_instance_free(plain);
}

Test(plain, it_relaxes_where_only_packing_is_left_out) {
    fl_instance *serial = build_variant(example, "/apps/0/segments", NULL);
    cr_assert(!fl_plain_relaxes(instance, FL_FEATURES_OWN) && !fl_plain_relaxes(instance, FL_FEATURE_RUNS));
    cr_assert(!fl_plain_relaxes(serial, FL_FEATURES_OWN) && fl_plain_relaxes(serial, FL_FEATURE_RUNS));
    fl_instance_free(serial);
}

/** A method that places all blocks on `a`, b2 on `b`, and claims what it is told. */
static fl_claim told;
static unsigned met;

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *error) {
    int nodes[] = {0, 1};
    met = task->instance->features;
    answer->claim = told;
    answer->bound = told != FL_CLAIM_NOTHING ? 0.5 : -INFINITY;
    if (told == FL_CLAIM_INFEASIBLE) return FL_OK;
    FL_TRY(fl_plan_create(&answer->plan, task->instance, task->arena, error));
    return fl_plan_place(&answer->plan, task->instance, 0, 1, nodes, task->arena, error);
}

static fl_result run(const fl_instance *of, fl_claim claim) {
    static const fl_method method = {
        .name = "told", .may_claim = FL_CLAIM_OPTIMAL, .honours = 0, .solve = solve};
    fl_settings settings;
    fl_result result;
    told = claim;
    fl_settings_default(&settings, &method, of);
    cr_assert(fl_run(&result, of, &method, &settings, &scratch, NULL, &err) == FL_OK, "%s", err.text);
    cr_assert((met & FL_FEATURES_OWN) == 0);
    return result;
}

Test(plain, claims_fall_where_the_reading_is_no_relaxation) {
    fl_result result = run(instance, FL_CLAIM_OPTIMAL);
    cr_assert(result.status == FL_RESULT_FEASIBLE && isnan(result.bound));
    cr_assert(result.verdict.latency == 4 + 1 + 64 + 4, "the judge knows of packing");
    cr_assert(run(instance, FL_CLAIM_INFEASIBLE).status == FL_RESULT_UNKNOWN);
}

Test(plain, bounds_and_infeasibility_stand_where_it_is_one) {
    fl_value *document = build_document(&arena, example);
    fl_instance *serial;
    build_put(&arena, document, "/apps/0/segments", NULL);
    build_put(&arena, document, "/apps/0/thresholds", NULL);
    build_put(&arena, document, "/apps/0/input_codings", NULL);
    build_put(&arena, document, "/apps/0/blocks/0/codings", NULL);
    build_put(&arena, document, "/apps/0/exits/0/optional", "false");
    cr_assert(fl_instance_read(&serial, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    cr_assert(serial->features == FL_FEATURE_RUNS);
    fl_result result = run(serial, FL_CLAIM_OPTIMAL);
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.bound == 0.5, "an optimum there is none here");
    cr_assert(run(serial, FL_CLAIM_INFEASIBLE).status == FL_RESULT_INFEASIBLE);
    fl_instance_free(serial);
}

Test(plain, deviations_left_out_are_a_relaxation) {
    fl_value *document = build_document(&arena, build_two_tiers);
    fl_instance *deviating, *plain;
    build_put(&arena, document, "/system/nodes/0/deviation", "0.5");
    cr_assert(fl_instance_read(&plain, document, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(plain->features == 0, "nobody asks for deviations");
    fl_instance_free(plain);
    build_put(&arena, document, "/apps/0/deviations", "3");
    cr_assert(fl_instance_read(&deviating, document, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(deviating->features == FL_FEATURE_DEVIATIONS);
    cr_assert(fl_plain_relaxes(deviating, FL_FEATURES_OWN));
    fl_result result = run(deviating, FL_CLAIM_OPTIMAL);
    cr_assert(result.status == FL_RESULT_UNKNOWN && result.plan.n_apps == 1 && result.bound == 0.5);
    cr_assert(result.verdict.violation.kind == FL_VIOLATION_DEADLINE, "3.3 ms, and three times 1 ms");
    cr_assert(run(deviating, FL_CLAIM_INFEASIBLE).status == FL_RESULT_INFEASIBLE);
    fl_instance_free(deviating);
}

Test(plain, a_plan_that_is_late_in_truth_is_a_candidate) {
    fl_instance *tight = build_variant(example, "/apps/0/deadline", "50");
    fl_result result = run(tight, FL_CLAIM_OPTIMAL);
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan && result.plan.n_apps == 1);
    cr_assert(result.verdict.violation.kind == FL_VIOLATION_DEADLINE);
    fl_instance_free(tight);
}

Test(plain, a_plan_of_a_reading_without_choices_costs_the_same_in_truth) {
    for (int seed = 0; seed < 300; seed++) {
        const draw_family family = {.name = "choices",
                                    .recipe = {.codings = true, .optional = true, .thresholds = true}};
        fl_instance *drawn = draw_instance(&family, (uint64_t)seed), *plain;
        const fl_app *app = &drawn->apps[0];
        int nodes[16];
        fl_plan plan;
        fl_verdict read, real;
        for (int l = 0; l < app->n_blocks; l++) nodes[l] = (seed + l) % drawn->system.n_nodes;
        fl_arena_reset(&arena);
        cr_assert(fl_plain_read(&plain, drawn, FL_FEATURES_OWN, &arena, &err) == FL_OK);
        cr_assert(fl_plan_create(&plan, drawn, &arena, &err) == FL_OK);
        cr_assert(fl_plan_place(&plan, drawn, 0, app->n_exits - 1, nodes, &arena, &err) == FL_OK);
        cr_assert(fl_evaluate_plan(&read, NULL, plain, &plan, &arena, &err) == FL_OK);
        cr_assert(fl_evaluate_plan(&real, NULL, drawn, &plan, &arena, &err) == FL_OK);
        cr_assert(read.energy == real.energy && read.latency == real.latency &&
                      read.accuracy == real.accuracy && read.feasible == real.feasible,
                  "%s", draw_say(drawn));
        fl_instance_free(plain);
        fl_instance_free(drawn);
    }
}
