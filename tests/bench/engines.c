/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/engines.h"
#include "core/exact.h"
#include "core/labels.h"
#include "core/reduce.h"
#include "heuristics/methods.h"
#include "milp/methods.h"
#include "tests/bench/cbc.h"
#include <stdio.h>
#include <string.h>

const bench_engine engines[] = {
    {"exact", "exact", 0, false, false},
    {"certify", "certify", 0, false, false},
    {"milp (GLPK)", "milp", 0, false, true},
    {"cbc on the file", NULL, 0, false, true},
    {"fin, gamma 10", "fin", 10, false, false},
    {"fin, gamma 30", "fin", 30, false, false},
    {"fin, gamma 100", "fin", 100, false, false},
    {"fin on igraph, gamma 10", "fin", 10, true, true},
    {"fin on igraph, gamma 30", "fin", 30, true, true},
    {"fin on igraph, gamma 100", "fin", 100, true, true},
};
const int engines_count = sizeof engines / sizeof *engines;

/** Bytes that a run may take, and that a method is told to make do with when it has an option for that. */
#define MOST_MEMORY ((size_t)2 << 30)
#define TOLD_MEMORY ((size_t)1 << 29)

/** Replicated arcs, at most, for which the explicit graph is tried; at 90 bytes each a third may be there. */
#define MOST_ARCS 6e7

const fl_method *engines_method(const char *name) {
    const fl_method *const *const tables[] = {fl_core_methods, fl_milp_methods, fl_heuristics_methods};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        for (const fl_method *const *method = tables[i]; *method != NULL; method++) {
            if (strcmp((*method)->name, name) == 0) return *method;
        }
    }
    return NULL;
}

bool engines_can(const bench_engine *engine, const bench_family *family) {
    double arcs = (double)family->blocks * family->nodes * family->nodes * engine->gamma;
    if (engine->method == NULL) return family->milp && cbc_installed();
    if (engines_method(engine->method) == NULL) return false;
    if (strcmp(engine->method, "milp") == 0) return family->milp;
    return !engine->igraph || arcs <= MOST_ARCS;
}

static void set(fl_settings *settings, const fl_method *method, const char *option, double value) {
    int index = fl_method_option(method, option);
    if (index >= 0) settings->value[index] = value;
}

void engines_settings(fl_settings *out, const bench_engine *engine, const fl_instance *instance,
                      double limit) {
    const fl_method *method = engines_method(engine->method);
    fl_settings_default(out, method, instance);
    set(out, method, "time_limit", limit);
    set(out, method, "memory", (double)TOLD_MEMORY);
    set(out, method, "bound", 0);
    set(out, method, "engine", engine->igraph);
    if (engine->gamma > 0) set(out, method, "gamma", engine->gamma);
}

/* In the child */

typedef struct engine_run {
    const bench_engine *engine;
    const fl_instance *instance;
    const engines_effort *effort;
    const fl_method *method;
    fl_settings settings;
    fl_arena *arena;
} engine_run;

static double run_once(void *context) {
    engine_run *run = context;
    fl_result result;
    measure_watch watch = measure_start();
    fl_status status = fl_run(&result, run->instance, run->method, &run->settings, run->arena, NULL, NULL);
    return status == FL_OK ? fmin(result.seconds, measure_stop(&watch)) : NAN;
}

static void take_result(bench_measured *out, const fl_result *result) {
    out->end = MEASURE_DONE;
    out->status = result->status;
    out->stop = result->stop;
    out->has_plan = result->has_plan;
    out->energy = result->has_plan ? result->verdict.energy : NAN;
    out->bound = result->bound;
}

/** How many labels the exact search makes: it does not say so itself. */
static long long count_labels(const engine_run *run) {
    fl_layers layers;
    fl_labels_found found;
    int *original;
    const volatile sig_atomic_t never = 0;
    fl_labels_query query = {.goal = FL_LABELS_CHEAPEST, .k = 1};
    fl_task task = {run->instance, &run->settings, run->arena, fl_clock(), &never};
    fl_arena_reset(run->arena);
    if (fl_layers_build(&layers, run->instance, 0, run->arena, NULL) != FL_OK ||
        fl_reduce_nodes(&layers, &original, run->arena, NULL) != FL_OK ||
        fl_labels_search(&found, &layers, &task, &query, NULL) != FL_OK)
        return -1;
    return found.n_labels;
}

/** Solve the smallest instance once, so that code and libraries are in memory. */
static void warm_up(engine_run run) {
    fl_arena arena;
    fl_instance *base = families_create(&families[0], 0);
    fl_instance *instance = families_with_deadline(&families[0], base, 0);
    fl_arena_init(&arena, MOST_MEMORY);
    run.instance = instance;
    run.arena = &arena;
    run_once(&run);
    fl_arena_free(&arena);
    fl_instance_free(instance);
    fl_instance_free(base);
}

static void run_method(bench_measured *out, const void *context) {
    engine_run run = *(const engine_run *)context;
    fl_arena arena;
    fl_result result;
    fl_error err;
    warm_up(run);
    fl_arena_init(&arena, MOST_MEMORY);
    run.arena = &arena;
    double before = measure_resident(false);
    measure_watch watch = measure_start();
    fl_status status = fl_run(&result, run.instance, run.method, &run.settings, &arena, NULL, &err);
    if (status != FL_OK) {
        out->end = status == FL_ENOMEM ? MEASURE_MEMORY : MEASURE_FAILED;
        snprintf(out->text, sizeof out->text, "%.150s", err.text);
        return;
    }
    double first = fmin(result.seconds, measure_stop(&watch));
    take_result(out, &result);
    out->resident = measure_resident(false) - before;
    out->arena = (double)arena.peak;
    out->seconds = measure_median(run_once, &run, first, run.effort->budget, &out->repetitions);
    if (run.method == &fl_exact_method && result.stop == FL_STOP_DONE) out->labels = count_labels(&run);
}

static void run_cbc(bench_measured *out, const void *context) {
    const engine_run *run = context;
    cbc_measure(out, run->instance, run->effort->folder, run->effort->limit);
}

void engines_measure(bench_measured *out, const bench_engine *engine, const fl_instance *instance,
                     const engines_effort *effort) {
    engine_run run = {.engine = engine, .instance = instance, .effort = effort};
    double grace = 2 * effort->limit + 10; /* limits are kept by the engines that have one */
    if (engine->method == NULL) {
        measure_in_child(out, run_cbc, &run, grace);
        return;
    }
    run.method = engines_method(engine->method);
    engines_settings(&run.settings, engine, instance, effort->limit);
    bool limited = fl_method_option(run.method, "time_limit") >= 0;
    measure_in_child(out, run_method, &run, limited ? grace : effort->limit + effort->budget);
}
