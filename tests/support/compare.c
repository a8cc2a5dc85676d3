/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/compare.h"
#include "core/result.h"
#include "heuristics/methods.h"
#include "milp/methods.h"
#include "tests/support/front.h"
#include "tests/support/solve.h"
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/** What has been learned from the answers so far, where there is no truth to hold them against. */
typedef struct knowledge {
    bool has_plan, infeasible;
    long long served; /* of the best plan */
    double power;     /* W, of the best plan */
    long long most;   /* the least bound on users served */
    double bound;     /* W, the largest bound on the power of plans that serve most */
    const char *planner, *refuser, *bounder;
} knowledge;

static const char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *say(const char *format, ...) {
    static char text[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

static bool is(const fl_method *method, const char *name) {
    return strcmp(method->name, name) == 0;
}

/** Whether the method answers for the whole instance itself, and not one user after another. */
static bool honours(const fl_method *method, const fl_instance *instance) {
    return (instance->features & ~method->honours) == 0;
}

/** What is wrong with an answer when the truth is known. GLPK's tolerances do not always let a method of
 * milp/ prove what it found. */
static const char *against_truth(const fl_method *method, const fl_result *result,
                                 const fl_instance *instance, const brute_answer *truth) {
    bool complete = method->may_claim == FL_CLAIM_OPTIMAL && honours(method, instance);
    if (!complete) return solve_fault(result, instance, truth, 1e-9);
    if (is(method, "exact") || is(method, "certify")) return solve_fault_exact(result, instance, truth, 1e-9);
    return solve_fault_found(result, instance, truth, 1e-6);
}

/** Take in what an answer says; what contradicts an earlier one. */
static const char *against_known(knowledge *known, const fl_method *method, const fl_result *result) {
    const fl_verdict *verdict = &result->verdict;
    if (result->status == FL_RESULT_INFEASIBLE) {
        known->infeasible = true;
        known->refuser = method->name;
    }
    if (result->has_plan && (!known->has_plan || verdict->served > known->served ||
                             (verdict->served == known->served && verdict->power < known->power))) {
        known->has_plan = true;
        known->served = verdict->served;
        known->power = verdict->power;
        known->planner = method->name;
    }
    if (result->most_served >= 0 && result->most_served < known->most) known->most = result->most_served;
    if (result->has_plan && result->bound >= 0 && result->bound * verdict->rates > known->bound) {
        known->bound = result->bound * verdict->rates;
        known->bounder = method->name;
    }
    if (known->infeasible && known->has_plan) {
        return say("%s proves infeasible what %s has a plan for", known->refuser, known->planner);
    }
    if (known->has_plan && known->served > known->most) {
        return say("%s serves %lld users, more than the %lld that are proven", known->planner, known->served,
                   known->most);
    }
    if (known->has_plan && known->bounder != NULL && known->power < known->bound * (1 - 1e-9)) {
        return say("%s takes %.17g W, less than the %.17g W that %s proves", known->planner, known->power,
                   known->bound, known->bounder);
    }
    return NULL;
}

/** FIN's two engines on one application, at a few numbers of levels. */
static const char *compare_engines(const fl_instance *instance, fl_arena *arena, long long *answers) {
    static const char *const options[] = {"{'gamma': 3, 'engine': '%s'}", "{'gamma': 17, 'engine': '%s'}"};
    fl_error err;
    for (int i = 0; i < 2; i++) {
        double energy[2], bound[2];
        fl_result_status status[2];
        for (int engine = 0; engine < 2; engine++) {
            char text[64];
            fl_result result;
            snprintf(text, sizeof text,
                     i == 0 ? "{'gamma': 3, 'engine': '%s'}" : "{'gamma': 17, 'engine': '%s'}",
                     engine == 0 ? "native" : "igraph");
            if (solve_run(&result, instance, &fl_fin_method, text, arena, &err) != FL_OK) {
                return say("fin %s: %s", text, err.text);
            }
            status[engine] = result.status;
            energy[engine] = result.has_plan ? result.verdict.energy : -1;
            bound[engine] = isnan(result.bound) ? -1 : result.bound;
            ++*answers;
        }
        bool same = status[0] == status[1] && fabs(energy[0] - energy[1]) <= 1e-9 * fabs(energy[0]) &&
                    fabs(bound[0] - bound[1]) <= 1e-9 * fabs(bound[0]);
        if (!same) {
            return say("FIN's engines differ with %s: %.17g and %.17g J, bounds %.17g and %.17g J",
                       options[i], energy[0], energy[1], bound[0], bound[1]);
        }
    }
    return NULL;
}

static const char *compare_method(knowledge *known, const fl_method *method, const fl_instance *instance,
                                  const brute_answer *truth, fl_arena *arena) {
    fl_result result;
    fl_error err;
    if (is(method, "released")) return NULL; /* knows instances of one shape, and gives no plan */
    if (solve_run(&result, instance, method, NULL, arena, &err) != FL_OK) {
        return say("%s fails: %s", method->name, err.text);
    }
    const char *fault = truth != NULL ? against_truth(method, &result, instance, truth) : NULL;
    if (fault == NULL) fault = against_known(known, method, &result);
    return fault != NULL ? say("%s: %s", method->name, fault) : NULL;
}

static const char *compare_all(const fl_instance *instance, const brute_answer *truth, fl_arena *arena,
                               long long *answers) {
    const fl_method *const *const tables[] = {fl_core_methods, fl_milp_methods, fl_heuristics_methods};
    knowledge known = {.most = LLONG_MAX};
    for (int i = 0; i < 3; i++) {
        for (const fl_method *const *method = tables[i]; *method != NULL; method++) {
            const char *fault = compare_method(&known, *method, instance, truth, arena);
            if (fault != NULL) return fault;
            ++*answers;
        }
    }
    return instance->features == 0 ? compare_engines(instance, arena, answers) : NULL;
}

const char *compare_fault(const fl_instance *instance, compare_truth from, long long *answers) {
    long long none = 0;
    fl_arena arena;
    brute_answer truth;
    fl_arena_init(&arena, 0);
    if (from == COMPARE_BRUTE) truth = brute_solve(instance);
    if (from == COMPARE_FRONT) truth = front_solve(instance);
    const char *fault = compare_all(instance, from != COMPARE_NONE ? &truth : NULL, &arena,
                                    answers != NULL ? answers : &none);
    if (from != COMPARE_NONE) brute_free(&truth);
    fl_arena_free(&arena);
    return fault;
}
