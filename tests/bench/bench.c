/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every engine on every family, side by side in one run. Nothing fails because of a time; engines that
 * contradict each other do.
 *
 *   finlab_bench [--quick] [--only NAME] [--limit SECONDS] [--out FOLDER] [--date TEXT] */
#include "tests/bench/families.h"
#include "tests/bench/record.h"
#include "tests/bench/report.h"
#include "tests/bench/say.h"
#include "tests/bench/sections.h"
#include "tests/bench/table.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** After so many seconds the slow engines are not tried any more, so that the whole run stays in bounds. */
enum { SLOW_UNTIL = 420 };

typedef struct bench_options {
    bool quick;
    const char *only; /* a family or section; NULL: all */
    double limit;     /* s per solve */
    const char *folder, *date;
} bench_options;

_Noreturn static void end_with_usage(void) {
    fprintf(stderr, "usage: finlab_bench [--quick] [--only NAME] [--limit SECONDS] [--out FOLDER]\n"
                    "                    [--date TEXT]\nNAME is one of rates, limits, scaling, joint,");
    for (int f = 0; f < families_count; f++) fprintf(stderr, " %s", families[f].name);
    fputc('\n', stderr);
    exit(2);
}

static bool known(const char *name) {
    static const char *const sections[] = {"rates", "limits", "scaling", "joint"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(name, sections[i]) == 0) return true;
    }
    for (int f = 0; f < families_count; f++) {
        if (strcmp(name, families[f].name) == 0) return true;
    }
    return false;
}

static bench_options read_options(int argc, char **argv) {
    bench_options given = {.limit = 0, .folder = "out"};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--quick") == 0) {
            given.quick = true;
            continue;
        }
        if (value == NULL) end_with_usage();
        if (strcmp(argv[i], "--only") == 0) {
            given.only = value;
        } else if (strcmp(argv[i], "--limit") == 0) {
            given.limit = strtod(value, NULL);
            if (!(given.limit > 0)) end_with_usage();
        } else if (strcmp(argv[i], "--out") == 0) {
            given.folder = value;
        } else if (strcmp(argv[i], "--date") == 0) {
            given.date = value;
        } else {
            end_with_usage();
        }
        i++;
    }
    if (given.only != NULL && !known(given.only)) end_with_usage();
    if (given.limit == 0) given.limit = given.quick ? 5 : 60;
    return given;
}

static bool wanted(const bench_options *options, const char *name) {
    return options->only == NULL || strcmp(options->only, name) == 0;
}

/** All engines on one instance, one record each. */
static void measure_instance(bench_record *records, const bench_family *family, const fl_instance *base,
                             int seed, int deadline, const bench_options *options) {
    engines_effort effort = {options->limit, options->quick ? 0.05 : 0.3, options->folder};
    fl_instance *instance = families_with_deadline(family, base, deadline);
    for (int e = 0; e < engines_count; e++) {
        const bench_engine *engine = &engines[e];
        bool late = engine->slow && (seed > 0 || say_elapsed() > SLOW_UNTIL);
        records[e] = (bench_record){.family = family, .engine = engine, .seed = seed, .deadline = deadline};
        records[e].tried = !late && engines_can(engine, family);
        if (!records[e].tried) continue;
        double start = say_elapsed();
        engines_measure(&records[e].measured, engine, instance, &effort);
        if (say_elapsed() - start > 5) say("  %s took %.0f s", engine->name, say_elapsed() - start);
    }
    fl_instance_free(instance);
    record_compare(records, engines_count);
}

/** Returns how many records contradict others. */
static int measure_family(bench_report *report, const bench_family *family, const bench_options *options) {
    int n = 0, faults = 0, n_seeds = options->quick ? 1 : family->n_seeds;
    char text[512];
    bench_record *records =
        calloc((size_t)n_seeds * FAMILIES_DEADLINES * (size_t)engines_count, sizeof *records);
    if (records == NULL) say_stop("reserving records", &(fl_error){.where = "", .text = "out of memory"});
    for (int seed = 0; seed < n_seeds; seed++) {
        say("%s, seed %d", family->name, seed);
        fl_instance *base = families_create(family, seed);
        for (int deadline = 0; deadline < family->n_deadlines; deadline++) {
            measure_instance(&records[n], family, base, seed, deadline, options);
            int found = record_disagreements(&records[n], engines_count, text, sizeof text);
            if (found > 0) report_print(report, "**DISAGREEMENT**: %s\n\n", text);
            faults += found;
            n += engines_count;
        }
        fl_instance_free(base);
    }
    table_family(report, family, records, n);
    free(records);
    return faults;
}

int main(int argc, char **argv) {
    bench_options options = read_options(argc, argv);
    bench_report report;
    int faults = 0;
    say_start();
    mkdir(options.folder, 0777);
    report_open(&report, options.folder, options.date, options.quick);
    table_explain(&report);
    for (int f = 0; f < families_count; f++) {
        bool now = wanted(&options, families[f].name) &&
                   (options.only != NULL || !options.quick || families[f].quick);
        if (now) faults += measure_family(&report, &families[f], &options);
    }
    if (wanted(&options, "rates")) rates_measure(&report);
    if (wanted(&options, "limits")) limits_measure(&report);
    if (wanted(&options, "scaling")) scaling_measure(&report);
    if (wanted(&options, "joint")) faults += joint_measure(&report);
    report_close(&report);
    if (faults > 0) fprintf(stderr, "bench: %d measurements contradict others, see above\n", faults);
    return faults > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
