/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/result.h"
#include "core/json.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <string.h>

/* A method that answers what the test tells it to. */
static struct script {
    const char *plan; /* document of the candidate, NULL: none */
    fl_answer answer; /* the rest */
    fl_status status;
    int calls;
    fl_task task;  /* what it was given */
    int interrupt; /* ... and its interrupt then */
} script;

static fl_status act(fl_answer *answer, const fl_task *task, fl_error *err) {
    script.calls++;
    script.task = *task;
    script.interrupt = *task->interrupt;
    if (script.status != FL_OK) return fl_error_set(err, script.status, "fake", "told to fail");
    *answer = script.answer;
    if (script.plan != NULL) answer->plan = build_plan(task->instance, script.plan, task->arena);
    if (*task->interrupt) answer->stop = FL_STOP_INTERRUPTED;
    return FL_OK;
}

static fl_method fake = {.name = "fake", .summary = "as told", .may_claim = FL_CLAIM_OPTIMAL, .solve = act};

static fl_arena arena, other;
static fl_instance *instance;
static const fl_settings settings;
static fl_error err;
static fl_result result;

static const char good[] = "[{'exit': 2, 'nodes': ['mobile', 'edge']}]";
static const char late[] = "[{'exit': 2, 'nodes': ['mobile', 'mobile']}]";

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
    instance = build_instance(build_two_tiers);
    script.answer = (fl_answer){.bound = -INFINITY, .claimed = NAN};
}

static void stop(void) {
    fl_instance_free(instance);
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(result, .init = start, .fini = stop);

/** The instance with `value` at `pointer` instead. */
static void change(const char *pointer, const char *value) {
    fl_instance_free(instance);
    instance = build_variant(build_two_tiers, pointer, value);
}

static fl_status run(void) {
    return fl_run(&result, instance, &fake, &settings, &arena, NULL, &err);
}

/** Run with this claim, bound and plan. */
static fl_status answer(const char *plan, fl_claim claim, double bound) {
    script.plan = plan;
    script.answer.claim = claim;
    script.answer.bound = bound;
    return run();
}

/* What is given to the method */

Test(result, a_method_gets_the_task_and_never_a_null_interrupt) {
    double before = fl_clock();
    cr_assert(run() == FL_OK);
    cr_assert(script.calls == 1 && script.task.instance == instance && script.task.settings == &settings);
    cr_assert(script.task.arena == &arena && script.task.start >= before && script.task.start <= fl_clock());
    cr_assert(script.task.interrupt != NULL && script.interrupt == 0);
}

Test(result, an_interrupt_reaches_the_method) {
    const volatile sig_atomic_t now = 1;
    cr_assert(fl_run(&result, instance, &fake, &settings, &arena, &now, &err) == FL_OK);
    cr_assert(result.stop == FL_STOP_INTERRUPTED && result.status == FL_RESULT_UNKNOWN);
}

Test(result, a_method_fails_with_its_own_error) {
    const fl_status codes[] = {FL_EINVAL, FL_EUNSUPPORTED, FL_ENOMEM, FL_EIO, FL_EINTERNAL};
    for (int i = 0; i < 5; i++) {
        script.status = codes[i];
        cr_assert(run() == codes[i]);
        cr_assert(err.code == codes[i]);
        cr_assert_str_eq(err.text, "told to fail");
    }
}

Test(result, the_arena_starts_empty_in_every_run) {
    cr_assert(answer(good, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    size_t held = arena.reserved;
    for (int i = 0; i < 1000; i++) cr_assert(answer(good, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    cr_assert(arena.reserved == held, "the same memory again");
}

Test(result, what_a_method_does_not_honour_it_meets_one_user_after_another) {
    const struct {
        const char *pointer, *value;
        unsigned feature;
        int calls; /* one per application */
    } cases[] = {{"/apps/-",
                  "{'source': 'edge', 'deadline': 1, 'blocks': [{'ops': 1}], 'exits': [{'after': 1,"
                  " 'accuracy': 1}]}",
                  FL_FEATURE_SEVERAL, 2},
                 {"/admission", "true", FL_FEATURE_ADMISSION, 1},
                 {"/apps/0/slices", "{'edge': [1]}", FL_FEATURE_SLICES, 1},
                 {"/system/nodes/0/capacity", "1", FL_FEATURE_CAPACITY, 1},
                 {"/system/links/0/capacity", "1", FL_FEATURE_CAPACITY, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        change(cases[i].pointer, cases[i].value);
        cr_assert(instance->features == cases[i].feature);
        const unsigned honours[] = {0, ~cases[i].feature, cases[i].feature};
        for (int j = 0; j < 3; j++) {
            script.calls = 0;
            fake.honours = honours[j];
            cr_assert(run() == FL_OK && script.calls == (j < 2 ? cases[i].calls : 1));
        }
    }
    fake.honours = 0;
}

Test(result, no_exit_that_is_accurate_enough_is_a_proof_for_every_method) {
    change("/apps/0/accuracy", "0.9");
    fake.may_claim = FL_CLAIM_NOTHING;
    cr_assert(run() == FL_OK && script.calls == 0);
    cr_assert(result.status == FL_RESULT_INFEASIBLE && result.stop == FL_STOP_DONE && !result.has_plan);
    fake.may_claim = FL_CLAIM_OPTIMAL;
    cr_assert(run() == FL_OK && result.status == FL_RESULT_INFEASIBLE);
}

Test(result, with_admission_no_accurate_exit_is_no_proof) {
    change("/admission", "true");
    fl_change target = FL_CHANGE_NONE;
    fl_instance *hard;
    target.accuracy = 0.9;
    cr_assert(fl_instance_with(&hard, instance, &target, 1, FL_PLACE_JSON, &err) == FL_OK);
    fake.honours = FL_FEATURE_ADMISSION;
    script.plan = "[]";
    cr_assert(fl_run(&result, hard, &fake, &settings, &arena, NULL, &err) == FL_OK);
    cr_assert(script.calls == 1 && result.status == FL_RESULT_FEASIBLE && result.verdict.served == 0);
    fl_instance_free(hard);
    fake.honours = 0;
}

/* What becomes of its answer */

Test(result, a_plan_that_the_judge_accepts_is_feasible) {
    cr_assert(answer(good, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.has_plan && result.verdict.feasible);
    cr_assert(fabs(result.verdict.energy - 0.107) < 1e-12 && result.costs[0].energy == result.verdict.energy);
    cr_assert(isnan(result.bound) && isnan(result.gap) && isnan(result.claimed));
    cr_assert(result.method == &fake && result.stop == FL_STOP_DONE && result.seconds >= 0);
}

Test(result, a_plan_that_the_judge_refuses_is_only_a_candidate) {
    cr_assert(answer(late, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan && result.plan.n_apps == 1);
    cr_assert(result.verdict.violation.kind == FL_VIOLATION_DEADLINE && isnan(result.gap));
}

Test(result, no_plan_and_no_claim_is_unknown) {
    cr_assert(answer(NULL, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan && result.plan.n_apps == 0);
    cr_assert(isnan(result.bound));
}

Test(result, a_proven_optimum_is_optimal_and_its_own_bound) {
    cr_assert(answer(good, FL_CLAIM_OPTIMAL, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.bound == result.verdict.energy && result.gap == 0);
}

Test(result, a_proof_of_infeasibility_is_infeasible) {
    cr_assert(answer(NULL, FL_CLAIM_INFEASIBLE, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_INFEASIBLE && isnan(result.bound));
    cr_assert(answer(late, FL_CLAIM_INFEASIBLE, -INFINITY) == FL_OK,
              "a refused candidate may stand beside it");
    cr_assert(result.status == FL_RESULT_INFEASIBLE && !result.has_plan);
}

Test(result, a_bound_gives_a_gap) {
    cr_assert(answer(good, FL_CLAIM_NOTHING, 0.08) == FL_OK);
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.bound == 0.08);
    cr_assert(fabs(result.gap - (0.107 - 0.08) / 0.107) < 1e-12);
    cr_assert(answer(NULL, FL_CLAIM_NOTHING, 0.08) == FL_OK);
    cr_assert(result.status == FL_RESULT_UNKNOWN && result.bound == 0.08 && isnan(result.gap));
}

Test(result, a_bound_that_meets_the_energy_is_still_no_claim_of_optimality) {
    cr_assert(answer(good, FL_CLAIM_NOTHING, 0.107) == FL_OK);
    cr_assert(result.status == FL_RESULT_FEASIBLE && fabs(result.gap) < 1e-9);
}

Test(result, a_bound_above_the_energy_by_rounding_is_lowered_to_it) {
    cr_assert(answer(good, FL_CLAIM_NOTHING, 0.107 * (1 + 0.5e-9)) == FL_OK);
    cr_assert(result.bound == result.verdict.energy && result.gap == 0);
}

Test(result, the_gap_of_nothing_is_nothing) {
    change("/apps/0/blocks", "[{'ops': 0}, {'ops': 0}]");
    cr_assert(answer(late, FL_CLAIM_NOTHING, 0) == FL_OK);
    cr_assert(result.verdict.energy == 0 && result.gap == 0);
}

Test(result, rates_and_users_do_not_change_a_bound_in_joules) {
    const char *const rates[] = {"0.125", "50"};
    for (int i = 0; i < 2; i++) {
        change("/apps/0/rate", rates[i]);
        cr_assert(answer(good, FL_CLAIM_NOTHING, 0.1) == FL_OK, "rate %s: %s", rates[i], err.text);
        cr_assert(result.bound == 0.1 && fabs(result.gap - 7.0 / 107) < 1e-9, "rate %s", rates[i]);
        cr_assert(answer(good, FL_CLAIM_NOTHING, 0.2) == FL_EINTERNAL, "rate %s", rates[i]);
    }
}

Test(result, a_limit_is_reported_and_a_plan_under_it_is_feasible) {
    const fl_stop stops[] = {FL_STOP_GAP, FL_STOP_TIME, FL_STOP_NODES, FL_STOP_MEMORY, FL_STOP_INTERRUPTED};
    for (int i = 0; i < 5; i++) {
        script.answer.stop = stops[i];
        cr_assert(answer(good, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
        cr_assert(result.stop == stops[i] && result.status == FL_RESULT_FEASIBLE);
    }
}

Test(result, an_energy_without_a_plan_is_only_claimed) {
    script.answer.claimed = 0.199;
    cr_assert(answer(NULL, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_UNKNOWN && result.claimed == 0.199 && !result.has_plan);
}

/** Have the method name these plans as the best in order, the first of them as its answer. */
static void name_alternatives(fl_plan *plans, const char *first, const char *second) {
    plans[0] = build_plan(instance, first, &other);
    plans[1] = build_plan(instance, second, &other);
    script.plan = first;
    script.answer.alternatives = plans;
    script.answer.n_alternatives = 2;
}

Test(result, alternatives_are_judged_and_written_too) {
    fl_plan plans[2];
    change("/apps/0/deadline", "1");
    name_alternatives(plans, late, good);
    cr_assert(run() == FL_OK && result.n_alternatives == 2);
    cr_assert(fabs(result.alternatives[0].verdict.energy - 0.03) < 1e-12);
    cr_assert(fabs(result.alternatives[1].verdict.energy - 0.107) < 1e-12);
    const fl_value *list = fl_value_get(fl_result_write(&result, instance, &arena), "alternatives");
    cr_assert(list->n_items == 2 && fabs(fl_value_get(list->last, "energy")->number - 0.107) < 1e-12);
    cr_assert(fl_value_get(list->last, "plan")->n_items == 1);
}

Test(result, an_alternative_that_the_judge_refuses_is_an_internal_error) {
    fl_plan plans[2];
    name_alternatives(plans, good, late);
    cr_assert(run() == FL_EINTERNAL);
    cr_assert_not_null(strstr(err.text, "an alternative that the judge refuses"));
}

/* Contradictions */

/** The run ends as an internal error whose sentence holds `words`. */
static void contradict(const char *plan, fl_claim claim, double bound, const char *words) {
    cr_assert(answer(plan, claim, bound) == FL_EINTERNAL, "accepted: %s", words);
    cr_assert_not_null(strstr(err.text, words), "%s", err.text);
}

Test(result, a_method_that_claims_more_than_it_may_is_an_internal_error) {
    fake.may_claim = FL_CLAIM_NOTHING;
    contradict(good, FL_CLAIM_OPTIMAL, -INFINITY, "claims more than it may");
    contradict(NULL, FL_CLAIM_INFEASIBLE, -INFINITY, "claims more than it may");
    contradict(good, FL_CLAIM_NOTHING, 0, "claims more than it may");
    cr_assert(answer(good, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    fake.may_claim = FL_CLAIM_BOUND;
    contradict(good, FL_CLAIM_OPTIMAL, -INFINITY, "claims more than it may");
    cr_assert(answer(good, FL_CLAIM_NOTHING, 0) == FL_OK);
    cr_assert(answer(NULL, FL_CLAIM_INFEASIBLE, -INFINITY) == FL_OK && result.status == FL_RESULT_INFEASIBLE);
}

Test(result, an_optimum_that_the_judge_refuses_is_an_internal_error) {
    contradict(late, FL_CLAIM_OPTIMAL, -INFINITY, "claims an optimum that the judge refuses");
    contradict(NULL, FL_CLAIM_OPTIMAL, -INFINITY, "claims an optimum that the judge refuses");
}

Test(result, infeasibility_beside_a_feasible_plan_is_an_internal_error) {
    contradict(good, FL_CLAIM_INFEASIBLE, -INFINITY, "claims infeasibility beside a feasible plan");
}

Test(result, a_bound_above_a_feasible_plan_is_an_internal_error) {
    contradict(good, FL_CLAIM_NOTHING, 0.1071, "above its plan's");
    contradict(good, FL_CLAIM_OPTIMAL, 0.1071, "above its plan's");
    cr_assert(answer(late, FL_CLAIM_NOTHING, 0.1071) == FL_OK, "a refused plan contradicts no bound");
}

Test(result, a_bound_that_is_no_number_is_none) {
    cr_assert(answer(good, FL_CLAIM_NOTHING, NAN) == FL_OK);
    cr_assert(isnan(result.bound) && isnan(result.gap));
}

Test(result, memory_that_runs_out_while_judging_is_a_memory_error) {
    fl_arena_init(&arena, 1);
    script.plan = NULL;
    script.answer.plan = build_plan(instance, good, &other);
    cr_assert(run() == FL_ENOMEM);
}

/* Names and documents */

Test(result, statuses_and_stops_have_the_names_of_the_model_page) {
    static const char *const statuses[] = {"optimal", "feasible", "infeasible", "unknown"};
    static const char *const stops[] = {"done", "gap", "time", "nodes", "memory", "interrupted"};
    for (int i = 0; i < 4; i++) cr_assert_str_eq(fl_result_status_name((fl_result_status)i), statuses[i]);
    for (int i = 0; i < 6; i++) cr_assert_str_eq(fl_stop_name((fl_stop)i), stops[i]);
}

/** The text of the last result with its seconds made 0. */
static const char *write_result(void) {
    const char *text;
    result.seconds = 0;
    fl_value *document = fl_result_write(&result, instance, &arena);
    cr_assert(fl_json_print(&text, document, 0, &other, &err) == FL_OK);
    return text;
}

Test(result, an_optimum_is_written_with_its_plan) {
    change("/apps/0", "{'name': 'x', 'source': 'mobile', 'rate': 4, 'deadline': 1, 'blocks': [{'ops': 1e10}],"
                      " 'exits': [{'after': 1, 'accuracy': 0.5}]}");
    cr_assert(answer("[{'exit': 1, 'nodes': ['mobile']}]", FL_CLAIM_OPTIMAL, -INFINITY) == FL_OK);
    cr_assert_str_eq(
        write_result(),
        "{\"status\": \"optimal\", \"stop\": \"done\", \"method\": \"fake\", \"energy\": 6, \"power\": 24, "
        "\"latency\": 1, \"accuracy\": 0.5, \"bound\": 6, \"gap\": 0, \"seconds\": 0, "
        "\"plan\": [{\"app\": \"x\", \"exit\": 1, \"nodes\": [\"mobile\"]}]}");
}

Test(result, what_there_is_not_is_written_as_null) {
    cr_assert(answer(NULL, FL_CLAIM_INFEASIBLE, -INFINITY) == FL_OK);
    cr_assert_str_eq(
        write_result(),
        "{\"status\": \"infeasible\", \"stop\": \"done\", \"method\": \"fake\", \"energy\": null, "
        "\"power\": null, \"latency\": null, \"accuracy\": null, \"bound\": null, \"gap\": null, "
        "\"seconds\": 0, \"plan\": null}");
}

Test(result, a_refused_candidate_is_written_apart_with_the_reason) {
    cr_assert(answer(late, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    fl_value *document = fl_result_write(&result, instance, &arena);
    const fl_value *candidate = fl_value_get(document, "candidate");
    cr_assert(fl_value_get(document, "plan")->kind == FL_NULL &&
              fl_value_get(document, "energy")->kind == FL_NULL);
    cr_assert(fabs(fl_value_get(candidate, "energy")->number - 0.03) < 1e-12);
    cr_assert_not_null(strstr(fl_value_get(candidate, "reason")->string, "over the deadline"));
    cr_assert(fl_value_get(candidate, "plan")->n_items == 1);
    cr_assert_null(fl_value_get(document, "claimed"));
}

Test(result, a_claimed_energy_is_written_where_there_is_one) {
    script.answer.claimed = 0.25;
    cr_assert(answer(NULL, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    cr_assert(fl_value_get(fl_result_write(&result, instance, &arena), "claimed")->number == 0.25);
}

static const char several[] =
    "{'name': 'radar', 'source': 'mobile', 'rate': 3, 'deadline': 1, 'blocks': [{'ops': 1e10}],"
    " 'exits': [{'after': 1, 'accuracy': 0.5}]}";

Test(result, with_several_applications_each_entry_carries_its_own_costs) {
    change("/apps/-", several);
    fake.honours = FL_FEATURE_SEVERAL;
    cr_assert(answer("[{'app': 'radar', 'exit': 1, 'nodes': ['mobile']},"
                     " {'app': 'camera', 'exit': 2, 'nodes': ['mobile', 'edge']}]",
                     FL_CLAIM_OPTIMAL, -INFINITY) == FL_OK);
    const fl_value *document = fl_result_write(&result, instance, &arena);
    const fl_value *camera = fl_value_get(document, "plan")->first, *radar = camera->next;
    cr_assert(fabs(fl_value_get(document, "energy")->number - (0.107 + 3 * 6) / 4) < 1e-12);
    cr_assert(fabs(fl_value_get(document, "power")->number - (0.107 + 3 * 6)) < 1e-12);
    cr_assert(fl_value_get(document, "latency")->kind == FL_NULL &&
              fl_value_get(document, "accuracy")->kind == FL_NULL);
    cr_assert_str_eq(fl_value_get(camera, "app")->string, "camera");
    cr_assert(fl_value_get(camera, "accuracy")->number == 0.86 &&
              fl_value_get(radar, "accuracy")->number == 0.5);
    cr_assert(fl_value_get(radar, "energy")->number == 6 && fl_value_get(radar, "latency")->number == 1);
    fake.honours = 0;
}

Test(result, a_record_can_be_read_back_as_its_plan) {
    fl_plan plan;
    cr_assert(answer(good, FL_CLAIM_OPTIMAL, -INFINITY) == FL_OK);
    fl_value *document = fl_result_write(&result, instance, &arena);
    cr_assert(fl_plan_read(&plan, instance, document, FL_PLACE_JSON, &arena, &err) == FL_OK);
    cr_assert(plan.apps[0].exit == 1 && plan.apps[0].nodes[1] == 1);
}

Test(result, a_verdict_is_written_with_its_reason) {
    const char *text;
    cr_assert(answer(late, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    const fl_value *document =
        fl_verdict_write(&result.verdict, &result.plan, result.costs, instance, &arena);
    cr_assert(!fl_value_get(document, "feasible")->boolean && fl_value_get(document, "reason") != NULL);
    cr_assert_null(fl_value_get(document, "apps"));
    cr_assert(answer(good, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    document = fl_verdict_write(&result.verdict, &result.plan, result.costs, instance, &arena);
    cr_assert(fl_value_get(document, "feasible")->boolean && fl_value_get(document, "reason") == NULL);
    cr_assert(fl_json_print(&text, document, 0, &other, &err) == FL_OK);
}

Test(result, a_verdict_on_several_applications_lists_them) {
    change("/apps/-", several);
    fake.honours = FL_FEATURE_SEVERAL;
    cr_assert(answer("[{'app': 'radar', 'exit': 1, 'nodes': ['mobile']}]", FL_CLAIM_NOTHING, -INFINITY) ==
              FL_OK);
    const fl_value *apps =
        fl_value_get(fl_verdict_write(&result.verdict, &result.plan, result.costs, instance, &arena), "apps");
    cr_assert(apps->n_items == 2 && fl_value_get(apps->last, "energy")->number == 6);
    fake.honours = 0;
}

/* Users placed apart, admission */

/** The example with three users of the camera, any of whom may be refused. */
static void admit(void) {
    fl_value *document = build_document(&other, build_two_tiers);
    fl_instance_free(instance);
    build_put(&other, document, "/apps/0/count", "3");
    build_put(&other, document, "/admission", "true");
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    fake.honours = FL_FEATURE_SEVERAL | FL_FEATURE_ADMISSION;
}

static const char two_of_three[] = "[{'exit': 2, 'nodes': ['mobile', 'edge'], 'count': 2}]";

Test(result, with_admission_who_is_refused_is_named) {
    const char *text;
    admit();
    script.answer.most_served = 3;
    cr_assert(answer(two_of_three, FL_CLAIM_NOTHING, 0.001) == FL_OK);
    cr_assert(result.status == FL_RESULT_FEASIBLE && result.verdict.served == 2);
    cr_assert(isnan(result.bound) && isnan(result.gap), "a bound on plans for three says nothing of two");
    const fl_value *document = fl_result_write(&result, instance, &arena);
    cr_assert(fl_value_get(document, "served")->number == 2);
    cr_assert(fl_value_get(document, "most_served")->number == 3);
    cr_assert(fl_json_print(&text, fl_value_get(document, "refused"), 0, &arena, &err) == FL_OK);
    cr_assert_str_eq(text, "[{\"app\": \"camera\", \"count\": 1}]");
    cr_assert(fl_value_get(fl_value_get(document, "plan")->first, "count")->number == 2);
    cr_assert(fl_value_get(document, "latency")->kind == FL_NULL, "each entry has its own");
    cr_assert(fl_value_get(fl_value_get(document, "plan")->first, "latency")->number > 0);
    document = fl_verdict_write(&result.verdict, &result.plan, result.costs, instance, &arena);
    cr_assert(fl_value_get(document, "served")->number == 2);
    cr_assert(fl_value_get(document, "refused")->first != NULL);
}

Test(result, a_bound_counts_beside_a_plan_that_serves_as_many_as_can_be) {
    admit();
    script.answer.most_served = 2;
    cr_assert(answer(two_of_three, FL_CLAIM_NOTHING, 0.05) == FL_OK);
    cr_assert(result.bound == 0.05 && result.gap > 0 && result.gap < 1 && result.most_served == 2);
    script.answer.most_served = 1;
    cr_assert(answer(two_of_three, FL_CLAIM_NOTHING, -INFINITY) == FL_EINTERNAL,
              "it serves more than can be");
}

Test(result, an_optimum_that_could_serve_more_is_refused) {
    admit();
    script.answer.most_served = 3;
    cr_assert(answer(two_of_three, FL_CLAIM_OPTIMAL, -INFINITY) == FL_EINTERNAL);
    script.answer.most_served = -1;
    cr_assert(answer(two_of_three, FL_CLAIM_OPTIMAL, -INFINITY) == FL_EINTERNAL, "no proof that nobody can");
    script.answer.most_served = 2;
    cr_assert(answer(two_of_three, FL_CLAIM_OPTIMAL, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_OPTIMAL && result.bound == result.verdict.energy);
}

Test(result, without_admission_users_that_are_left_out_make_a_candidate) {
    change("/apps/0/count", "3");
    cr_assert(answer(two_of_three, FL_CLAIM_NOTHING, -INFINITY) == FL_OK);
    cr_assert(result.status == FL_RESULT_UNKNOWN && !result.has_plan);
    const fl_value *document = fl_result_write(&result, instance, &arena);
    const char *reason = fl_value_get(fl_value_get(document, "candidate"), "reason")->string;
    cr_assert_str_eq(reason, "only 2 of 3 users of \"camera\" are served");
    cr_assert_null(fl_value_get(document, "served"));
}

Test(result, without_memory_there_is_no_document) {
    fl_arena none;
    fl_arena_init(&none, 1);
    cr_assert(answer(good, FL_CLAIM_OPTIMAL, -INFINITY) == FL_OK);
    cr_assert_null(fl_result_write(&result, instance, &none));
    cr_assert_null(fl_verdict_write(&result.verdict, &result.plan, result.costs, instance, &none));
}
