/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A campaign: seeded random instances of many families, every method on each, all contradictions counted. A
 * failing instance is made small and kept as a file, which later campaigns and the tests try again. */
#include "core/method.h"
#include "tests/support/compare.h"
#include "tests/support/draw.h"
#include "tests/support/shrink.h"
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "finlab_campaign [--seed S] [--only FAMILY] [--bugs DIR] [--replay DIR] N\n"
    "\n"
    "Draws N instances, every family in turn, runs every method on each and holds the answers against the\n"
    "truth and each other.\n"
    "\n"
    "--seed S       number of the first instance of each family (default: 0)\n"
    "--only FAMILY  that family only\n"
    "--bugs DIR     where an instance that shows a contradiction goes, made small (default: .)\n"
    "--replay DIR   try the instances in DIR again first\n";

typedef struct family {
    draw_family draw;
    compare_truth truth;
    int weight; /* instances per round: small ones are quick */
    long long instances, answers, faults;
} family;

#define LIMITS .limits = true
#define JOINT  .binding = true, .users = 2

static family families[] = {
    {.draw = {.name = "default"}, .truth = COMPARE_BRUTE, .weight = 20},
    {.draw = {.name = "plain", .recipe = {.plain = true}}, .truth = COMPARE_BRUTE, .weight = 20},
    {.draw = {.name = "tight", .recipe = {.tightness = FL_TIGHTNESS_TIGHT}},
     .truth = COMPARE_BRUTE,
     .weight = 20},
    {.draw = {.name = "tiers", .recipe = {.tiers = 2}}, .truth = COMPARE_BRUTE, .weight = 10},
    {.draw = {.name = "scaled", .scaled = true}, .truth = COMPARE_BRUTE, .weight = 20},
    {.draw = {.name = "quantile", .recipe = {.quantile = true}}, .truth = COMPARE_BRUTE, .weight = 10},
    {.draw = {.name = "limits", .recipe = {LIMITS, .users = 2}}, .truth = COMPARE_BRUTE, .weight = 5},
    {.draw = {.name = "joint", .recipe = {JOINT, .apps = 2, .blocks = 3, .nodes = 3}},
     .truth = COMPARE_BRUTE,
     .weight = 5},
    {.draw = {.name = "joint-admission",
              .recipe = {JOINT, .apps = 2, .blocks = 3, .nodes = 3, .admission = true}},
     .truth = COMPARE_BRUTE,
     .weight = 5},
    {.draw = {.name = "joint-slices",
              .recipe = {JOINT, .apps = 2, .blocks = 2, .nodes = 3, .admission = true, .slices = true}},
     .truth = COMPARE_BRUTE,
     .weight = 3},
    {.draw = {.name = "medium", .recipe = {.blocks = 12, .nodes = 6}}, .truth = COMPARE_FRONT, .weight = 2},
    {.draw = {.name = "medium-tight", .recipe = {.blocks = 20, .nodes = 8, .tightness = FL_TIGHTNESS_TIGHT}},
     .truth = COMPARE_FRONT,
     .weight = 1},
    {.draw = {.name = "medium-quantile", .recipe = {.blocks = 12, .nodes = 6, .quantile = true}},
     .truth = COMPARE_FRONT,
     .weight = 1},
    {.draw = {.name = "joint-quantile",
              .recipe = {JOINT, .apps = 2, .blocks = 3, .nodes = 3, .slices = true, .quantile = true}},
     .truth = COMPARE_BRUTE,
     .weight = 3},
    {.draw = {.name = "medium-joint", .recipe = {JOINT, .apps = 3, .blocks = 4, .nodes = 4}},
     .truth = COMPARE_NONE,
     .weight = 1},
};
enum { FAMILIES = sizeof families / sizeof *families };

typedef struct options {
    long long n, seed;
    const char *only, *bugs, *replay;
} options;

/* One instance */

static bool fails(const fl_instance *instance, void *context) {
    return compare_fault(instance, *(const compare_truth *)context, NULL) != NULL;
}

/** Make a failing instance small and keep it; its file's name says family and seed. */
static void keep_bug(const fl_instance *instance, family *of, uint64_t seed, const char *folder) {
    char path[600];
    fl_error err;
    fl_instance *small = shrink_instance(instance, fails, &of->truth, 2000);
    const char *fault = compare_fault(small, of->truth, NULL);
    snprintf(path, sizeof path, "%s/%s-%llu.json", folder, of->draw.name, (unsigned long long)seed);
    bool saved = fl_instance_save(small, path, &err) == FL_OK;
    printf("%s\n    made small: %s: %s\n", draw_say(instance), saved ? path : err.text,
           fault != NULL ? fault : "passes");
    fl_instance_free(small);
}

static void try_one(family *of, uint64_t seed, const char *bugs) {
    fl_instance *instance = draw_instance(&of->draw, seed);
    const char *fault = compare_fault(instance, of->truth, &of->answers);
    of->instances++;
    if (fault != NULL) {
        of->faults++;
        printf("%s %llu: %s\n    ", of->draw.name, (unsigned long long)seed, fault);
        keep_bug(instance, of, seed, bugs);
        fflush(stdout);
    }
    fl_instance_free(instance);
}

/* Old bugs */

/** Whether what is known of an instance allows a truth of its own. */
static compare_truth truth_of(const fl_instance *instance) {
    double plans = 0;
    for (int h = 0; h < instance->n_apps; h++) {
        plans += pow(instance->system.n_nodes, instance->apps[h].n_blocks) * instance->apps[h].count;
    }
    if (plans < 1e5) return COMPARE_BRUTE;
    return instance->n_apps == 1 && instance->features == 0 ? COMPARE_FRONT : COMPARE_NONE;
}

/** Returns how many of the files in `folder` still show a fault. */
static long long replay(const char *folder, long long *n) {
    char pattern[600];
    glob_t found;
    long long faults = 0;
    snprintf(pattern, sizeof pattern, "%s/*.json", folder);
    if (glob(pattern, 0, NULL, &found) != 0) return 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        fl_instance *instance;
        fl_error err;
        const char *fault = err.text;
        if (fl_instance_load(&instance, found.gl_pathv[i], &err) == FL_OK) {
            fault = compare_fault(instance, truth_of(instance), NULL);
            fl_instance_free(instance);
        }
        if (fault != NULL) printf("%s: %s\n", found.gl_pathv[i], fault);
        faults += fault != NULL;
        ++*n;
    }
    globfree(&found);
    return faults;
}

/* The whole */

static void run(const options *given) {
    double start = fl_clock(), told = start;
    long long done = 0;
    for (uint64_t round = 0; done < given->n; round++) {
        for (int i = 0; i < FAMILIES && done < given->n; i++) {
            family *of = &families[i];
            if (given->only != NULL && strcmp(given->only, of->draw.name) != 0) continue;
            uint64_t seed = (uint64_t)given->seed + round * (uint64_t)of->weight;
            for (int k = 0; k < of->weight && done < given->n; k++, done++) {
                try_one(of, seed + (uint64_t)k, given->bugs);
            }
            if (fl_clock() - told < 60) continue;
            told = fl_clock();
            fprintf(stderr, "%lld of %lld instances, %.0f s\n", done, given->n, told - start);
        }
    }
}

/** The table of families; returns the number of faults. */
static long long report(void) {
    long long instances = 0, answers = 0, faults = 0;
    printf("%-16s %10s %10s %8s\n", "family", "instances", "answers", "faults");
    for (int i = 0; i < FAMILIES; i++) {
        const family *of = &families[i];
        if (of->instances == 0) continue;
        printf("%-16s %10lld %10lld %8lld\n", of->draw.name, of->instances, of->answers, of->faults);
        instances += of->instances;
        answers += of->answers;
        faults += of->faults;
    }
    printf("%-16s %10lld %10lld %8lld\n", "all", instances, answers, faults);
    return faults;
}

static bool read_count(const char *text, long long *out) {
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *out >= 0;
}

static bool read_options(options *out, int argc, char **argv) {
    *out = (options){.n = -1, .bugs = "."};
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--seed") == 0 && more) {
            if (!read_count(argv[++i], &out->seed)) return false;
        } else if (strcmp(argv[i], "--only") == 0 && more) {
            out->only = argv[++i];
        } else if (strcmp(argv[i], "--bugs") == 0 && more) {
            out->bugs = argv[++i];
        } else if (strcmp(argv[i], "--replay") == 0 && more) {
            out->replay = argv[++i];
        } else if (out->n >= 0 || !read_count(argv[i], &out->n)) {
            return false;
        }
    }
    bool known = out->only == NULL;
    for (int i = 0; i < FAMILIES; i++) known = known || strcmp(out->only, families[i].draw.name) == 0;
    return known && out->n >= 0;
}

int main(int argc, char **argv) {
    options given;
    long long old = 0, again = 0;
    if (!read_options(&given, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    if (given.replay != NULL) again = replay(given.replay, &old);
    run(&given);
    long long faults = report();
    if (given.replay != NULL) printf("old bugs tried again: %lld, of these back: %lld\n", old, again);
    printf("%lld passed, %lld failed\n", given.n + old - faults - again, faults + again);
    return faults + again == 0 ? 0 : 1;
}
