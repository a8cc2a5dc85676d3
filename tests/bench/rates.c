/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/engines.h"
#include "tests/bench/say.h"
#include "tests/bench/sections.h"
#include "tests/heuristics/published.h"

/* The published models at a deadline where the choice is not an easy one. */
static const struct {
    const char *name;
    published_model model;
    double deadline, accuracy;
} models[] = {
    {"B-AlexNet, 80 %, 5 ms", B_ALEXNET, 5e-3, 0.80},
    {"B-ResNet, 80 %, 1 ms", B_RESNET, 1e-3, 0.80},
    {"B-LeNet, 95 %, 0.02 ms", B_LENET, 0.02e-3, 0.95},
};

static const bench_engine solvers[] = {
    {"exact", "exact", 0, false, false},
    {"fin, gamma 10", "fin", 10, false, false},
    {"fin, gamma 30", "fin", 30, false, false},
    {"fin, gamma 100", "fin", 100, false, false},
};

enum { N_MODELS = sizeof models / sizeof *models, N_SOLVERS = sizeof solvers / sizeof *solvers };
enum { PER_ROUND = 1000, ROUNDS = 101 };

/** Seconds per whole fl_run(): the median of rounds of a thousand, without a clock call between. */
static double time_solve(const fl_instance *instance, const bench_engine *engine) {
    double rounds[ROUNDS];
    fl_arena arena;
    fl_settings settings;
    fl_result result;
    fl_error err;
    const fl_method *method = engines_method(engine->method);
    engines_settings(&settings, engine, instance, 0);
    fl_arena_init(&arena, 0);
    for (int round = 0; round < ROUNDS; round++) {
        measure_watch watch = measure_start();
        for (int i = 0; i < PER_ROUND; i++) {
            if (fl_run(&result, instance, method, &settings, &arena, NULL, &err) != FL_OK)
                say_stop(engine->name, &err);
        }
        rounds[round] = measure_stop(&watch) / PER_ROUND;
    }
    fl_arena_free(&arena);
    return measure_middle(rounds, ROUNDS);
}

void rates_measure(bench_report *report) {
    report_print(report, "## Solves per second on the published models\n\n"
                         "Whole solves one after the other, one core; deadline and accuracy as named.\n\n"
                         "| model | engine | microseconds | solves per second |\n|---|---|---|---|\n");
    for (int m = 0; m < N_MODELS; m++) {
        say("rates: %s", models[m].name);
        fl_instance *instance =
            published_instance(models[m].model, models[m].deadline, models[m].accuracy, RECEIVER);
        for (int s = 0; s < N_SOLVERS; s++) {
            double seconds = time_solve(instance, &solvers[s]);
            report_print(report, "| %s | %s | %.2f | %.0f |\n", models[m].name, solvers[s].name,
                         1e6 * seconds, 1 / seconds);
            fl_value *record = report_record(report, "rates");
            report_text(report, record, "model", models[m].name);
            report_text(report, record, "engine", solvers[s].name);
            report_number(report, record, "seconds", seconds);
        }
        fl_instance_free(instance);
    }
    report_print(report, "\n");
}
