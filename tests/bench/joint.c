/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate.h"
#include "tests/bench/engines.h"
#include "tests/bench/measure.h"
#include "tests/bench/say.h"
#include "tests/bench/sections.h"
#include <stdlib.h>
#include <string.h>

/* Several applications at once, users may be refused; limits around what their own cheapest plans take. */
typedef struct joint_case {
    const char *title;
    int apps, blocks, nodes, users, n_seeds;
    double gap, limit; /* limit: s */
    bool milp, quick;  /* milp: both engines, to the proven optimum */
} joint_case;

static const joint_case cases[] = {
    {"10 x 6 x 5", 10, 6, 5, 0, 4, 0, 60, true, true},
    {"20 x 6 x 5", 20, 6, 5, 0, 4, 0, 60, true, false},
    {"40 x 6 x 5", 40, 6, 5, 0, 4, 0, 60, true, false},
    {"20 x 8 x 8", 20, 8, 8, 0, 4, 0, 60, true, false},
    {"20 x 10 x 10", 20, 10, 10, 0, 4, 0, 60, true, false},
    {"30 x 10 x 10", 30, 10, 10, 0, 4, 0, 60, true, false},
    {"100 x 20 x 20", 100, 20, 20, 0, 9, 0.001, 30, false, false},
    {"10,000 users in 6", 6, 20, 20, 3400, 9, 0.001, 30, false, false},
};

/* milp takes all of its limit on many a case. */
enum { MILP_UNTIL = 600 };

/** What an engine said, and how long it took. */
typedef struct joint_answer {
    bool optimal;
    long long served;
    double power, seconds; /* W, s */
} joint_answer;

/** Cases that milp solved to the optimum. */
typedef struct joint_pair {
    int size;     /* vertices of the layered graphs of all applications */
    double milp;  /* s */
    double ratio; /* of the times, milp's over colgen's */
} joint_pair;

enum { PAIRS_MOST = 64 };

typedef struct joint_run {
    bench_report *report;
    joint_pair pairs[PAIRS_MOST]; /* [n_pairs] */
    int n_pairs, n_contradictions;
    double start;
} joint_run;

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

static joint_answer measure(bench_report *report, const joint_case *of, const char *name, int seed,
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
    measure_watch watch = measure_start();
    if (fl_run(&result, instance, method, &settings, &arena, NULL, &err) != FL_OK) say_stop(name, &err);
    double seconds = measure_stop(&watch);
    report_print(report, "| %s | %d | %s | %s | %lld of %lld | %.6g | %.2g | %s | %s |\n", of->title, seed,
                 name, fl_result_status_name(result.status), result.verdict.served, result.most_served,
                 result.verdict.power, 100 * result.gap, report_milliseconds(time, sizeof time, seconds),
                 report_bytes(memory, sizeof memory, measure_resident(false)));
    fl_value *record = report_record(report, "joint");
    report_text(report, record, "case", of->title);
    report_text(report, record, "engine", name);
    report_number(report, record, "seed", seed);
    report_number(report, record, "served", (double)result.verdict.served);
    report_number(report, record, "most_served", (double)result.most_served);
    report_number(report, record, "power", result.verdict.power);
    report_number(report, record, "gap", result.gap);
    report_number(report, record, "seconds", seconds);
    fl_arena_free(&arena);
    return (joint_answer){result.status == FL_RESULT_OPTIMAL, result.verdict.served, result.verdict.power,
                          seconds};
}

/* Both engines */

/** Note how much faster colgen was where milp proved its answer; both must have the same optimum. */
static void compare(joint_run *now, const joint_case *of, int seed, const joint_answer *colgen,
                    const joint_answer *milp) {
    if (!milp->optimal) return;
    double apart = fabs(milp->power - colgen->power);
    bool same = milp->served == colgen->served && apart <= 1e-6 * milp->power;
    if (colgen->optimal && !same) {
        now->n_contradictions++;
        report_print(now->report,
                     "\n**DISAGREEMENT**: %s, seed %d: %lld users, %.10g W and %lld users, %.10g W\n",
                     of->title, seed, colgen->served, colgen->power, milp->served, milp->power);
    }
    if (now->n_pairs == PAIRS_MOST) return;
    double ratio = same ? milp->seconds / colgen->seconds : 0; /* not found: not faster at all */
    now->pairs[now->n_pairs++] = (joint_pair){of->apps * of->blocks * of->nodes, milp->seconds, ratio};
}

static int by_size(const void *a, const void *b) {
    const joint_pair *one = a, *two = b;
    if (one->size != two->size) return one->size - two->size;
    return (one->milp > two->milp) - (one->milp < two->milp);
}

static int by_milp(const void *a, const void *b) {
    const joint_pair *one = a, *two = b;
    return (one->milp > two->milp) - (one->milp < two->milp);
}

static int by_value(const void *a, const void *b) {
    const double *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/** The median ratio of the larger half in an order. */
static double middle_of_larger(joint_run *now, int (*order)(const void *, const void *)) {
    double ratios[PAIRS_MOST] = {0};
    int n = 0;
    qsort(now->pairs, (size_t)now->n_pairs, sizeof *now->pairs, order);
    for (int i = now->n_pairs / 2; i < now->n_pairs; i++) ratios[n++] = now->pairs[i].ratio;
    qsort(ratios, (size_t)n, sizeof *ratios, by_value);
    return measure_middle(ratios, n);
}

static void report_ratios(joint_run *now) {
    char size[32], time[32];
    if (now->n_pairs == 0) return;
    double larger = middle_of_larger(now, by_size), longer = middle_of_larger(now, by_milp);
    report_print(
        now->report,
        "\nOf the cases with both engines milp proved the optimum of %d. colgen was faster by a factor "
        "of, median over the\nhalf with most vertices: %s; over the half that took milp longest: %s.\n\n",
        now->n_pairs, report_digits(size, sizeof size, larger), report_digits(time, sizeof time, longer));
    fl_value *record = report_record(now->report, "joint_ratio");
    report_number(now->report, record, "cases", now->n_pairs);
    report_number(now->report, record, "larger_half", larger);
    report_number(now->report, record, "longer_half", longer);
}

/* All cases */

static void measure_seed(joint_run *now, const joint_case *of, int seed) {
    fl_instance *instance = draw(of, seed);
    say("joint: %s, seed %d", of->title, seed);
    joint_answer colgen = measure(now->report, of, "colgen", seed, instance);
    if (of->milp && say_elapsed() - now->start < MILP_UNTIL) {
        joint_answer milp = measure(now->report, of, "milp", seed, instance);
        compare(now, of, seed, &colgen, &milp);
    }
    fl_instance_free(instance);
}

int joint_measure(bench_report *report) {
    joint_run now = {.report = report, .start = say_elapsed()};
    report_print(report,
                 "## Several applications\n\n"
                 "Applications x blocks x nodes; limits of nodes and links around what the applications' "
                 "cheapest plans take,\nusers may be refused. The gap is that of the power in %%, the time "
                 "in ms, the memory the peak of the whole program.\n\n"
                 "| case | seed | engine | status | served | power, W | gap | time | memory |\n"
                 "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (report->quick && !cases[i].quick) continue;
        for (int seed = 0; seed < (report->quick ? 1 : cases[i].n_seeds); seed++)
            measure_seed(&now, &cases[i], seed);
    }
    report_ratios(&now);
    return now.n_contradictions;
}
