/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/engines.h"
#include "tests/bench/say.h"
#include "tests/bench/sections.h"

enum { SEEDS = 5, MOST_STEPS = 5 };

/* One engine, one size that grows. */
typedef struct bench_growth {
    const char *title;
    const char *method;
    int blocks, nodes, gamma; /* the growing one is 0 */
    double position;          /* of the deadline */
    int n_steps;
    int steps[MOST_STEPS];
} bench_growth;

/* FIN skips the levels at which a vertex cannot be reached, which depends on the deadline; so its is loose
 * and its levels are many. */
static const bench_growth growths[] = {
    {"exact, L x 30", "exact", 0, 30, -1, 0.5, 4, {25, 50, 100, 200}},
    {"fin, L x 30, gamma 1000", "fin", 0, 30, 1000, 10, 4, {25, 50, 100, 200}},
    {"fin, 10 x 100, gamma", "fin", 10, 100, 0, 10, 5, {25, 50, 100, 200, 400}},
};

typedef struct scaling_run {
    const fl_instance *instance;
    const fl_method *method;
    fl_settings settings;
    fl_arena arena;
} scaling_run;

static double run_once(void *context) {
    scaling_run *run = context;
    fl_result result;
    fl_error err;
    measure_watch watch = measure_start();
    if (fl_run(&result, run->instance, run->method, &run->settings, &run->arena, NULL, &err) != FL_OK)
        say_stop(run->method->name, &err);
    return fmin(result.seconds, measure_stop(&watch));
}

static double time_seed(const bench_growth *growth, int size, int seed, double budget) {
    int blocks = growth->blocks > 0 ? growth->blocks : size,
        gamma = growth->gamma == 0 ? size : growth->gamma;
    bench_engine engine = {growth->title, growth->method, gamma > 0 ? gamma : 0, false, false};
    fl_instance *base = families_draw(blocks, growth->nodes, 0, seed),
                *instance = families_at(base, growth->position);
    scaling_run run = {.instance = instance, .method = engines_method(growth->method)};
    engines_settings(&run.settings, &engine, instance, 0);
    fl_arena_init(&run.arena, 0);
    double seconds = measure_median(run_once, &run, run_once(&run), budget, NULL);
    fl_arena_free(&run.arena);
    fl_instance_free(instance);
    fl_instance_free(base);
    return seconds;
}

static double time_size(const bench_growth *growth, int size, double budget) {
    double seconds[SEEDS];
    for (int seed = 0; seed < SEEDS; seed++) seconds[seed] = time_seed(growth, size, seed, budget);
    return measure_middle(seconds, SEEDS);
}

static void measure_growth(bench_report *report, const bench_growth *growth) {
    double seconds[MOST_STEPS];
    char text[32];
    say("scaling: %s", growth->title);
    report_print(report, "| %s |", growth->title);
    for (int i = 0; i < MOST_STEPS; i++) {
        if (i >= growth->n_steps) {
            report_print(report, " |");
            continue;
        }
        seconds[i] = time_size(growth, growth->steps[i], report->quick ? 0.02 : 0.2);
        report_milliseconds(text, sizeof text, seconds[i]);
        report_print(report, " %d: %s |", growth->steps[i], text);
        fl_value *record = report_record(report, "scaling");
        report_text(report, record, "growth", growth->title);
        report_number(report, record, "size", growth->steps[i]);
        report_number(report, record, "seconds", seconds[i]);
    }
    int last = growth->n_steps - 1;
    double exponent = log(seconds[last] / seconds[0]) / log((double)growth->steps[last] / growth->steps[0]);
    report_print(report, " %.2f |\n", exponent);
}

void scaling_measure(bench_report *report) {
    report_print(
        report,
        "## Growth of the time\n\n"
        "The size, then ms, medians of %d seeds; the deadline of exact is at 50 %%, that of FIN is loose.\n"
        "The exponent is that between the first size and the last; 1 is linear.\n\n"
        "| engine and size |  |  |  |  |  | exponent |\n|---|---|---|---|---|---|---|\n",
        SEEDS);
    for (size_t i = 0; i < sizeof growths / sizeof *growths; i++) measure_growth(report, &growths[i]);
    report_print(report, "\n");
}
