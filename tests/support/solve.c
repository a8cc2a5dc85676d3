/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/solve.h"
#include "heuristics/methods.h"
#include "milp/methods.h"
#include "tests/support/build.h"
#include <float.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const fl_method *solve_method(const char *name) {
    const fl_method *const *const tables[] = {fl_core_methods, fl_milp_methods, fl_heuristics_methods};
    for (int i = 0; i < 3; i++) {
        for (const fl_method *const *method = tables[i]; *method != NULL; method++) {
            if (strcmp((*method)->name, name) == 0) return *method;
        }
    }
    fprintf(stderr, "solve: no method is called \"%s\"\n", name);
    abort();
}

fl_status solve_run(fl_result *out, const fl_instance *instance, const fl_method *method, const char *options,
                    fl_arena *arena, fl_error *err) {
    fl_settings settings;
    fl_arena scratch;
    fl_arena_init(&scratch, 0);
    const fl_value *document = options != NULL ? build_document(&scratch, options) : NULL;
    fl_status status = fl_settings_read(&settings, method, instance, document, err);
    fl_arena_free(&scratch);
    return status == FL_OK ? fl_run(out, instance, method, &settings, arena, NULL, err) : status;
}

static const char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *say(const char *format, ...) {
    static char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

static bool near(long double a, long double b, long double slack) {
    return fabsl(a - b) <= slack * fmaxl(fabsl(a), fabsl(b));
}

/** What is wrong with the plan of a result that has one. */
static const char *plan_fault(const fl_result *result, const fl_instance *instance,
                              const brute_answer *truth) {
    naive_verdict real = naive_judge(instance, &result->plan);
    const fl_verdict *said = &result->verdict;
    if (!real.feasible) return say("the naive judge refuses its plan");
    if (!truth->feasible) return say("it has a plan although none is feasible");
    if (!near(said->energy, real.energy, 1e-12L) || !near(said->power, real.power, 1e-12L) ||
        !near(said->latency, real.latency, 1e-12L) || !near(said->accuracy, real.accuracy, 1e-12L)) {
        return say("%.17g J in %.17g s, but really %.17Lg J in %.17Lg s", said->energy, said->latency,
                   real.energy, real.latency);
    }
    if (real.served > truth->verdict.served) return say("it serves more than is possible");
    if (real.served == truth->verdict.served && real.power < truth->verdict.power * (1 - 1e-9L)) {
        return say("%.17Lg W beat the optimum, %.17Lg W", real.power, truth->verdict.power);
    }
    return NULL;
}

const char *solve_fault(const fl_result *result, const fl_instance *instance, const brute_answer *truth,
                        double slack) {
    const naive_verdict *best = &truth->verdict;
    if (result->has_plan != (result->status == FL_RESULT_OPTIMAL || result->status == FL_RESULT_FEASIBLE)) {
        return say("status %s does not fit its plan", fl_result_status_name(result->status));
    }
    if (result->status == FL_RESULT_INFEASIBLE && truth->feasible) {
        return say("it claims infeasibility, but there is a plan of %.17Lg J", best->energy);
    }
    if (result->has_plan && plan_fault(result, instance, truth) != NULL) {
        return plan_fault(result, instance, truth);
    }
    if (result->status == FL_RESULT_OPTIMAL &&
        (result->verdict.served < best->served ||
         result->verdict.power > best->power * (1 + (long double)slack))) {
        return say("%.17g W are called optimal, but %.17Lg W are possible", result->verdict.power,
                   best->power);
    }
    /* who is served sets the rates, which may differ between plans of the same power */
    long double optimum = instance->admission && result->has_plan
                              ? best->power / fmaxl(result->verdict.rates, LDBL_MIN)
                              : best->energy;
    if (truth->feasible && result->bound > optimum * (1 + 1e-9L)) {
        return say("the bound %.17g J is over the optimum, %.17Lg J", result->bound, optimum);
    }
    return NULL;
}

const char *solve_fault_found(const fl_result *result, const fl_instance *instance, const brute_answer *truth,
                              double slack) {
    const naive_verdict *best = &truth->verdict;
    const char *fault = solve_fault(result, instance, truth, slack);
    if (fault != NULL) return fault;
    if (!truth->feasible && result->status == FL_RESULT_INFEASIBLE) return NULL;
    if (truth->feasible && result->has_plan && result->verdict.served == best->served &&
        result->verdict.power <= best->power * (1 + (long double)slack)) {
        return NULL;
    }
    return say("it says %s (%s) with %.17g W, but %.17Lg W are possible",
               fl_result_status_name(result->status), fl_stop_name(result->stop), result->verdict.power,
               best->power);
}

const char *solve_fault_exact(const fl_result *result, const fl_instance *instance, const brute_answer *truth,
                              double slack) {
    const char *fault = solve_fault_found(result, instance, truth, slack);
    if (fault != NULL || result->status != FL_RESULT_FEASIBLE) return fault;
    return say("it found the optimum and does not say so (%s)", fl_stop_name(result->stop));
}
