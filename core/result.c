/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/result.h"
#include "core/plain.h"
#include "core/sequential.h"
#include "core/tolerance.h"

const char *fl_result_status_name(fl_result_status status) {
    static const char *const names[] = {[FL_RESULT_OPTIMAL] = "optimal",
                                        [FL_RESULT_FEASIBLE] = "feasible",
                                        [FL_RESULT_INFEASIBLE] = "infeasible",
                                        [FL_RESULT_UNKNOWN] = "unknown"};
    return names[status];
}

const char *fl_stop_name(fl_stop stop) {
    static const char *const names[] = {
        [FL_STOP_DONE] = "done",   [FL_STOP_GAP] = "gap",       [FL_STOP_TIME] = "time",
        [FL_STOP_NODES] = "nodes", [FL_STOP_MEMORY] = "memory", [FL_STOP_INTERRUPTED] = "interrupted"};
    return names[stop];
}

/* Before the method: what can be said without it */

/** Whether some exit is accurate enough when nothing is chosen about them. */
static bool accurate_as_is(const fl_app *app) {
    bool accurate = false;
    for (int e = 0; e < app->n_exits && !accurate; e++) accurate = fl_cost_accurate(app, e);
    return accurate;
}

/** Whether some application that must be served has no exit that is accurate enough, however exits are used.
 */
static fl_status find_hopeless(bool *out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    fl_arena_mark mark = fl_arena_keep(arena);
    *out = false;
    for (int h = 0; h < instance->n_apps && !instance->admission && !*out; h++) {
        const fl_app *app = &instance->apps[h];
        if (accurate_as_is(app)) continue;
        double *scratch = FL_NEW(arena, app->n_exits, double);
        if (scratch == NULL) return fl_arena_error(arena, err);
        *out = fl_choices_best_accuracy(app, scratch) < app->accuracy - FL_TOLERANCE_ACCURACY;
        fl_arena_release(arena, mark);
    }
    return FL_OK;
}

/* After the method: the judge */

static bool below(double a, double b) {
    return a < b - FL_TOLERANCE_EQUAL * fmax(fabs(a), fabs(b));
}

/** Whether the bound is one on this plan's energy: with admission only when it serves as many as can be. */
static bool comparable(const fl_result *result) {
    return !result->admission || result->verdict.served == result->most_served;
}

/** Refuse what a method may not say, or what the judge's figures contradict. */
static fl_status check_claims(const fl_result *result, const fl_answer *answer, fl_error *err) {
    const fl_method *method = result->method;
    bool proof =
        answer->claim == FL_CLAIM_INFEASIBLE || answer->bound > -INFINITY || result->most_served >= 0;
    if ((answer->claim == FL_CLAIM_OPTIMAL && method->may_claim != FL_CLAIM_OPTIMAL) ||
        (proof && method->may_claim == FL_CLAIM_NOTHING)) {
        return fl_error_set(err, FL_EINTERNAL, NULL, "method \"%s\" claims more than it may", method->name);
    }
    if (answer->claim == FL_CLAIM_OPTIMAL && !result->has_plan) {
        return fl_error_set(err, FL_EINTERNAL, NULL, "method \"%s\" claims an optimum that the judge refuses",
                            method->name);
    }
    if (answer->claim == FL_CLAIM_OPTIMAL && !comparable(result)) {
        return fl_error_set(err, FL_EINTERNAL, NULL,
                            "method \"%s\" claims an optimum without proof that nobody serves more",
                            method->name);
    }
    if (answer->claim == FL_CLAIM_INFEASIBLE && result->has_plan) {
        return fl_error_set(err, FL_EINTERNAL, NULL,
                            "method \"%s\" claims infeasibility beside a feasible plan", method->name);
    }
    if (result->has_plan && result->most_served >= 0 && result->verdict.served > answer->most_served) {
        return fl_error_set(err, FL_EINTERNAL, NULL,
                            "method \"%s\" claims that nobody serves more than %lld, beside a plan for %lld",
                            method->name, answer->most_served, result->verdict.served);
    }
    if (result->has_plan && comparable(result) && below(result->verdict.energy, answer->bound)) {
        return fl_error_set(err, FL_EINTERNAL, NULL,
                            "method \"%s\" claims a bound of %.17g above its plan's %.17g", method->name,
                            answer->bound, result->verdict.energy);
    }
    return FL_OK;
}

fl_status fl_answer_allowed(bool *out, const fl_answer *answer, const fl_task *task, fl_error *err) {
    fl_verdict verdict;
    *out = true;
    if (answer->plan.n_apps > 0) {
        FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, &answer->plan, task->arena, err));
        *out = verdict.feasible;
    }
    for (int i = 0; i < answer->n_alternatives && *out; i++) {
        FL_TRY(fl_evaluate_plan(&verdict, NULL, task->instance, &answer->alternatives[i], task->arena, err));
        *out = verdict.feasible;
    }
    return FL_OK;
}

static fl_result_status decide(const fl_result *result, fl_claim claim) {
    if (claim == FL_CLAIM_INFEASIBLE) return FL_RESULT_INFEASIBLE;
    if (!result->has_plan) return FL_RESULT_UNKNOWN;
    return claim == FL_CLAIM_OPTIMAL ? FL_RESULT_OPTIMAL : FL_RESULT_FEASIBLE;
}

static void set_bound(fl_result *result, const fl_answer *answer) {
    double energy = result->verdict.energy;
    if (answer->claim == FL_CLAIM_OPTIMAL) {
        result->bound = energy;
    } else if (!comparable(result)) {
        return;
    } else if (answer->bound > -INFINITY && answer->claim != FL_CLAIM_INFEASIBLE) {
        result->bound = result->has_plan ? fmin(answer->bound, energy) : answer->bound;
    }
    if (result->has_plan && !isnan(result->bound)) {
        result->gap = energy > 0 ? (energy - result->bound) / energy : 0;
    }
}

/** Judge the k best plans; all must be feasible, for a method says so by naming them. */
static fl_status judge_alternatives(fl_result *result, const fl_instance *instance, const fl_answer *answer,
                                    fl_arena *arena, fl_error *err) {
    result->alternatives = FL_NEW(arena, answer->n_alternatives, fl_alternative);
    if (result->alternatives == NULL) return fl_arena_error(arena, err);
    for (int i = 0; i < answer->n_alternatives; i++) {
        fl_alternative *at = &result->alternatives[result->n_alternatives++];
        *at = (fl_alternative){.plan = answer->alternatives[i],
                               .costs = FL_NEW(arena, fl_plan_size(&answer->alternatives[i]), fl_app_cost)};
        if (at->costs == NULL) return fl_arena_error(arena, err);
        FL_TRY(fl_evaluate_plan(&at->verdict, at->costs, instance, &at->plan, arena, err));
        if (at->verdict.feasible) continue;
        return fl_error_set(err, FL_EINTERNAL, NULL,
                            "method \"%s\" names an alternative that the judge refuses",
                            result->method->name);
    }
    return FL_OK;
}

static fl_status judge(fl_result *result, const fl_instance *instance, const fl_answer *answer,
                       fl_arena *arena, fl_error *err) {
    result->stop = answer->stop;
    result->claimed = answer->claimed;
    result->plan = answer->plan;
    result->admission = instance->admission;
    result->most_served = instance->admission ? answer->most_served : -1;
    if (answer->plan.n_apps > 0) {
        result->costs = FL_NEW(arena, fl_plan_size(&answer->plan), fl_app_cost);
        if (result->costs == NULL) return fl_arena_error(arena, err);
        FL_TRY(fl_evaluate_plan(&result->verdict, result->costs, instance, &answer->plan, arena, err));
        result->has_plan = result->verdict.feasible;
    }
    if (answer->n_alternatives > 0) FL_TRY(judge_alternatives(result, instance, answer, arena, err));
    FL_TRY(check_claims(result, answer, err));
    result->status = decide(result, answer->claim);
    set_bound(result, answer);
    return FL_OK;
}

fl_status fl_run(fl_result *out, const fl_instance *instance, const fl_method *method,
                 const fl_settings *settings, fl_arena *arena, const volatile sig_atomic_t *interrupt,
                 fl_error *err) {
    const volatile sig_atomic_t never = 0;
    fl_arena_reset(arena);
    fl_answer answer = {.bound = -INFINITY, .most_served = -1, .claimed = NAN};
    fl_task task = {.instance = instance,
                    .settings = settings,
                    .arena = arena,
                    .start = fl_clock(),
                    .interrupt = interrupt != NULL ? interrupt : &never};
    fl_result result = {.method = method, .bound = NAN, .gap = NAN, .most_served = -1, .claimed = NAN};
    bool hopeless;
    FL_TRY(find_hopeless(&hopeless, instance, arena, err));
    if (hopeless) {
        result.status = FL_RESULT_INFEASIBLE; /* for every method, whatever it may claim itself */
    } else {
        if (instance->features & ~method->honours & ~FL_FEATURES_OWN) {
            FL_TRY(fl_sequential_solve(&answer, &task, method, err));
        } else {
            FL_TRY(fl_plain_solve(&answer, &task, method, err));
        }
        FL_TRY(judge(&result, instance, &answer, arena, err));
    }
    result.seconds = fl_clock() - task.start;
    *out = result;
    return FL_OK;
}

/* Documents */

static void add_number(fl_value *to, const char *key, double number, fl_arena *arena) {
    fl_value_add(arena, to, key, fl_value_number(arena, number)); /* null when it is not finite */
}

static void add_text(fl_value *to, const char *key, const char *text, fl_arena *arena) {
    fl_value_add(arena, to, key, fl_value_string(arena, text));
}

/** Whether plans may have more than one placement, so that latency and accuracy are each one's own. */
static bool has_several(const fl_instance *instance) {
    return instance->n_apps > 1 || instance->apps[0].count > 1;
}

/** energy, power, latency, accuracy; the last two belong to one placement. */
static void add_costs(fl_value *to, const fl_verdict *verdict, bool several, fl_arena *arena) {
    add_number(to, "energy", verdict->energy, arena);
    add_number(to, "power", verdict->power, arena);
    add_number(to, "latency", several ? NAN : verdict->latency, arena);
    add_number(to, "accuracy", several ? NAN : verdict->accuracy, arena);
}

static void add_app_costs(fl_value *to, const fl_app_cost *cost, fl_arena *arena) {
    add_number(to, "energy", cost->energy, arena);
    add_number(to, "latency", cost->latency, arena);
    add_number(to, "accuracy", cost->accuracy, arena);
}

/** The plan, each entry with its own costs when there are several applications. */
static fl_value *write_plan(const fl_plan *plan, const fl_app_cost *costs, const fl_instance *instance,
                            fl_arena *arena) {
    fl_value *array = fl_plan_write(plan, instance, arena);
    fl_value *entry = array != NULL ? array->first : NULL;
    for (int h = 0; h < plan->n_apps && has_several(instance); h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more, costs++) {
            if (at->exit < 0 || entry == NULL) continue;
            add_app_costs(entry, costs, arena);
            entry = entry->next;
        }
    }
    return array;
}

/** Who is not served: an array of {app, count}. */
static fl_value *write_refused(const fl_plan *plan, const fl_instance *instance, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (int h = 0; h < plan->n_apps; h++) {
        int refused = instance->apps[h].count - fl_plan_served(plan, h);
        if (refused == 0) continue;
        fl_value *entry = fl_value_add(arena, array, NULL, fl_value_object(arena));
        add_text(entry, "app", instance->apps[h].name, arena);
        add_number(entry, "count", refused, arena);
    }
    return array;
}

/** How many users are served, who is not, and how many could be at most. */
static void add_served(fl_value *to, const fl_result *result, const fl_instance *instance, fl_arena *arena) {
    add_number(to, "served", result->has_plan ? (double)result->verdict.served : NAN, arena);
    fl_value_add(arena, to, "refused",
                 result->has_plan ? write_refused(&result->plan, instance, arena) : fl_value_null(arena));
    add_number(to, "most_served", result->most_served >= 0 ? (double)result->most_served : NAN, arena);
}

static void add_reason(fl_value *to, const fl_verdict *verdict, const fl_instance *instance,
                       fl_arena *arena) {
    char reason[512];
    if (verdict->feasible) return;
    fl_evaluate_explain(&verdict->violation, instance, reason, sizeof reason);
    add_text(to, "reason", reason, arena);
}

static fl_value *write_candidate(const fl_result *result, const fl_instance *instance, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    add_costs(to, &result->verdict, has_several(instance), arena);
    add_reason(to, &result->verdict, instance, arena);
    fl_value_add(arena, to, "plan", write_plan(&result->plan, result->costs, instance, arena));
    return to;
}

static void add_alternatives(fl_value *to, const fl_result *result, const fl_instance *instance,
                             fl_arena *arena) {
    fl_value *array = fl_value_add(arena, to, "alternatives", fl_value_array(arena));
    for (int i = 0; i < result->n_alternatives; i++) {
        const fl_alternative *at = &result->alternatives[i];
        fl_value *entry = fl_value_add(arena, array, NULL, fl_value_object(arena));
        add_costs(entry, &at->verdict, has_several(instance), arena);
        fl_value_add(arena, entry, "plan", write_plan(&at->plan, at->costs, instance, arena));
    }
}

fl_value *fl_result_write(const fl_result *result, const fl_instance *instance, fl_arena *arena) {
    static const fl_verdict none = {.energy = NAN, .power = NAN, .latency = NAN, .accuracy = NAN};
    fl_value *to = fl_value_object(arena);
    add_text(to, "status", fl_result_status_name(result->status), arena);
    add_text(to, "stop", fl_stop_name(result->stop), arena);
    add_text(to, "method", result->method->name, arena);
    add_costs(to, result->has_plan ? &result->verdict : &none, has_several(instance), arena);
    add_number(to, "bound", result->bound, arena);
    add_number(to, "gap", result->gap, arena);
    add_number(to, "seconds", result->seconds, arena);
    fl_value *plan =
        result->has_plan ? write_plan(&result->plan, result->costs, instance, arena) : fl_value_null(arena);
    fl_value_add(arena, to, "plan", plan);
    if (instance->admission) add_served(to, result, instance, arena);
    if (!result->has_plan && result->plan.n_apps > 0) {
        fl_value_add(arena, to, "candidate", write_candidate(result, instance, arena));
    }
    if (result->n_alternatives > 0) add_alternatives(to, result, instance, arena);
    if (!isnan(result->claimed)) add_number(to, "claimed", result->claimed, arena);
    return arena->failed ? NULL : to;
}

/** Each placement's costs, by the application's name. */
static fl_value *write_costs(const fl_plan *plan, const fl_app_cost *costs, const fl_instance *instance,
                             fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more, costs++) {
            fl_value *entry = fl_value_add(arena, array, NULL, fl_value_object(arena));
            add_text(entry, "app", instance->apps[h].name, arena);
            if (instance->apps[h].count > 1) add_number(entry, "count", at->count, arena);
            add_app_costs(entry, costs, arena);
        }
    }
    return array;
}

fl_value *fl_verdict_write(const fl_verdict *verdict, const fl_plan *plan, const fl_app_cost *costs,
                           const fl_instance *instance, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    bool several = has_several(instance);
    fl_value_add(arena, to, "feasible", fl_value_bool(arena, verdict->feasible));
    add_costs(to, verdict, several, arena);
    add_reason(to, verdict, instance, arena);
    if (instance->admission) {
        add_number(to, "served", (double)verdict->served, arena);
        fl_value_add(arena, to, "refused", write_refused(plan, instance, arena));
    }
    if (several) fl_value_add(arena, to, "apps", write_costs(plan, costs, instance, arena));
    return arena->failed ? NULL : to;
}
