/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/kbest.h"
#include "core/exact.h"
#include "core/result.h"
#include "tests/support/brute.h"
#include <stdio.h>
#include <stdlib.h>

/** Whether an exit that is off would release nobody, so that the plan is the same with it active. */
static bool is_double(const fl_app *app, const brute_plan *plan) {
    double held = 0;
    for (int e = 0; e < plan->exit && plan->off != NULL; e++) {
        held += fl_choices_share(app, plan->threshold, e);
        if (plan->off[e] && held == 0) return true;
        if (!plan->off[e]) held = 0;
    }
    return false;
}

static int compare(const void *a, const void *b) {
    const long double *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/** The energies of all plans in time, the least first; returns how many. */
static int list_energies(long double *out, const fl_app *app, const brute_list *all) {
    int n = 0;
    for (int i = 0; i < all->n; i++) {
        const brute_plan *plan = &all->plans[i];
        if (naive_in_time(app, plan->latency) && !is_double(app, plan)) out[n++] = plan->energy;
    }
    if (n > 0) qsort(out, (size_t)n, sizeof *out, compare);
    return n;
}

static const char *hold(const fl_result *result, const fl_instance *instance, const long double *energies,
                        int n, int k) {
    static char text[200];
    const fl_app *app = &instance->apps[0];
    if (result->n_alternatives != (n < k ? n : k)) {
        snprintf(text, sizeof text, "%d plans of %d, not %d", result->n_alternatives, n, k);
        return text;
    }
    for (int i = 0; i < result->n_alternatives; i++) {
        const fl_plan *plan = &result->alternatives[i].plan;
        naive_verdict real = naive_judge(instance, plan);
        if (!real.feasible || fabsl(real.energy - energies[i]) > 1e-9L * energies[i]) {
            snprintf(text, sizeof text, "number %d costs %.17Lg J, not %.17Lg J", i + 1, real.energy,
                     energies[i]);
            return text;
        }
        for (int j = 0; j < i; j++) {
            if (!fl_plan_same(&result->alternatives[j].plan.apps[0], &plan->apps[0], app)) continue;
            snprintf(text, sizeof text, "numbers %d and %d are one plan", j + 1, i + 1);
            return text;
        }
    }
    return NULL;
}

const char *kbest_fault(const fl_instance *instance, int k) {
    static char failure[600];
    fl_arena arena;
    fl_error err;
    fl_settings settings;
    fl_result result;
    brute_answer all = brute_solve(instance);
    long double *energies = malloc((size_t)(all.apps[0].n + 1) * sizeof *energies);
    if (energies == NULL) abort();
    int n = list_energies(energies, &instance->apps[0], &all.apps[0]);
    const char *fault = failure;
    fl_arena_init(&arena, 0);
    fl_settings_default(&settings, &fl_exact_method, instance);
    settings.value[fl_method_option(&fl_exact_method, "k")] = k;
    if (fl_run(&result, instance, &fl_exact_method, &settings, &arena, NULL, &err) != FL_OK) {
        snprintf(failure, sizeof failure, "exact fails: %s", err.text);
    } else {
        fault = hold(&result, instance, energies, n, k);
    }
    fl_arena_free(&arena);
    free(energies);
    brute_free(&all);
    return fault;
}
