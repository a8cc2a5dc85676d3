/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate.h"
#include "tests/bench/engines.h"
#include "tests/bench/say.h"
#include "tests/bench/sections.h"
#include <string.h>

/* Several applications at once, users may be refused; limits around what their own cheapest plans take. */
typedef struct joint_case {
    const char *title;
    int apps, blocks, nodes, users, n_seeds;
    double gap, limit; /* limit: s */
    bool milp, quick;
} joint_case;

static const joint_case cases[] = {
    {"10 x 6 x 5", 10, 6, 5, 0, 5, 0, 60, true, true},
    {"20 x 6 x 5", 20, 6, 5, 0, 5, 0, 60, true, false},
    {"30 x 10 x 10", 30, 10, 10, 0, 3, 0, 60, true, false},
    {"100 x 20 x 20", 100, 20, 20, 0, 3, 0.001, 30, false, false},
    {"10,000 users in 6", 6, 20, 20, 3400, 5, 0.001, 30, false, false},
};

static fl_instance *draw(const joint_case *of, int seed) {
    fl_recipe recipe = {.seed = (uint64_t)seed,
                        .apps = of->apps,
                        .blocks = of->blocks,
                        .nodes = of->nodes,
                        .users = of->users,
                        .tightness = FL_TIGHTNESS_LOOSE,
                        .binding = true,
                        .admission = true};
    fl_instance *instance;
    fl_error err;
    if (fl_generate(&instance, &recipe, &err) != FL_OK) say_stop(of->title, &err);
    return instance;
}

static void measure(bench_report *report, const joint_case *of, const char *name, int seed,
                    const fl_instance *instance) {
    const fl_method *method = engines_method(name);
    char time[32], memory[32];
    fl_settings settings;
    fl_result result;
    fl_arena arena;
    fl_error err;
    fl_settings_default(&settings, method, instance);
    settings.value[fl_method_option(method, "time_limit")] = of->limit;
    settings.value[fl_method_option(method, "gap")] = of->gap;
    fl_arena_init(&arena, 0);
    if (fl_run(&result, instance, method, &settings, &arena, NULL, &err) != FL_OK) say_stop(name, &err);
    report_print(report, "| %s | %d | %s | %s | %lld of %lld | %.6g | %.2g | %s | %s |\n", of->title, seed,
                 name, fl_result_status_name(result.status), result.verdict.served, result.most_served,
                 result.verdict.power, 100 * result.gap,
                 report_milliseconds(time, sizeof time, result.seconds),
                 report_bytes(memory, sizeof memory, measure_resident(false)));
    fl_value *record = report_record(report, "joint");
    report_text(report, record, "case", of->title);
    report_text(report, record, "engine", name);
    report_number(report, record, "seed", seed);
    report_number(report, record, "served", (double)result.verdict.served);
    report_number(report, record, "most_served", (double)result.most_served);
    report_number(report, record, "power", result.verdict.power);
    report_number(report, record, "gap", result.gap);
    report_number(report, record, "seconds", result.seconds);
    fl_arena_free(&arena);
}

void joint_measure(bench_report *report) {
    report_print(report,
                 "## Several applications\n\n"
                 "Applications x blocks x nodes; limits of nodes and links around what the applications' "
                 "cheapest plans take,\nusers may be refused. The gap is that of the power in %%, the time "
                 "in ms, the memory the peak of the whole program.\n\n"
                 "| case | seed | engine | status | served | power, W | gap | time | memory |\n"
                 "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (report->quick && !cases[i].quick) continue;
        for (int seed = 0; seed < (report->quick ? 1 : cases[i].n_seeds); seed++) {
            fl_instance *instance = draw(&cases[i], seed);
            say("joint: %s, seed %d", cases[i].title, seed);
            measure(report, &cases[i], "colgen", seed, instance);
            if (cases[i].milp) measure(report, &cases[i], "milp", seed, instance);
            fl_instance_free(instance);
        }
    }
    report_print(report, "\n");
}
