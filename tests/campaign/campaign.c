/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A campaign: seeded random instances of many families, every method on each, all contradictions counted. A
 * failing instance is made small and kept as a file, which later campaigns and the tests try again. */
#include "core/method.h"
#include "milp/decode.h"
#include "tests/support/ask.h"
#include "tests/support/compare.h"
#include "tests/support/draw.h"
#include "tests/support/pareto.h"
#include "tests/support/relations.h"
#include "tests/support/shrink.h"
#include "tests/support/solve.h"
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "finlab_campaign [--try WHAT] [--seed S] [--only FAMILY] [--bugs DIR] [--replay DIR] [--first] N\n"
    "\n"
    "Draws N instances, every family in turn, runs every method on each and holds the answers against the\n"
    "truth and each other.\n"
    "\n"
    "--try WHAT     methods (default); relations: what must hold when an instance is changed in a way whose\n"
    "               effect is known; scales: the same placement over 30 decades; solvers: what glpsol and\n"
    "               CBC find on the emitted programme; frontier: whole frontiers against all plans\n"
    "--seed S       number of the first instance of each family (default: 0)\n"
    "--only FAMILY  that family only\n"
    "--bugs DIR     where an instance that shows a contradiction goes, made small (default: .)\n"
    "--replay DIR   try the instances in DIR again first\n"
    "--first        stop at the first contradiction, and do not make its instance small\n";

typedef struct family {
    draw_family draw;
    compare_truth truth;
    int weight; /* instances per round: small ones are quick */
    long long instances, answers, faults;
} family;

#define LIMITS  .limits = true
#define JOINT   .binding = true, .users = 2
#define CHOICES .codings = true, .optional = true, .thresholds = true

static family families[] = {
    {.draw = {.name = "default"}, .truth = COMPARE_BRUTE, .weight = 20},
    {.draw = {.name = "plain", .recipe = {.plain = true}}, .truth = COMPARE_BRUTE, .weight = 20},
    {.draw = {.name = "tight", .recipe = {.tightness = FL_TIGHTNESS_TIGHT}},
     .truth = COMPARE_BRUTE,
     .weight = 20},
    {.draw = {.name = "tiers", .recipe = {.tiers = 2}}, .truth = COMPARE_BRUTE, .weight = 10},
    {.draw = {.name = "scaled", .scaled = true}, .truth = COMPARE_BRUTE, .weight = 20},
    {.draw = {.name = "quantile", .recipe = {.quantile = true}}, .truth = COMPARE_BRUTE, .weight = 10},
    {.draw = {.name = "deviations", .recipe = {.deviations = true}}, .truth = COMPARE_BRUTE, .weight = 5},
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
    {.draw = {.name = "choices", .recipe = {.blocks = 3, .nodes = 3, CHOICES}},
     .truth = COMPARE_BRUTE,
     .weight = 5},
    {.draw = {.name = "runs", .recipe = {.segments = true, .serial = true}},
     .truth = COMPARE_BRUTE,
     .weight = 5},
    {.draw =
         {.name = "choices-runs",
          .recipe = {.blocks = 3, .nodes = 2, CHOICES, .segments = true, .serial = true, .quantile = true}},
     .truth = COMPARE_BRUTE,
     .weight = 5},
    {.draw = {.name = "joint-choices",
              .recipe = {JOINT, .apps = 2, .blocks = 2, .nodes = 2, CHOICES, .segments = true,
                         .serial = true}},
     .truth = COMPARE_BRUTE,
     .weight = 3},
    {.draw = {.name = "joint-choices-slices",
              .recipe = {JOINT, .blocks = 2, .nodes = 2, CHOICES, .serial = true, .slices = true,
                         .admission = true}},
     .truth = COMPARE_BRUTE,
     .weight = 3},
    {.draw = {.name = "medium-choices",
              .recipe = {.blocks = 12, .nodes = 5, CHOICES, .segments = true, .serial = true}},
     .truth = COMPARE_NONE,
     .weight = 1},
    {.draw = {.name = "joint-deviations",
              .recipe = {JOINT, .apps = 2, .blocks = 3, .nodes = 3, .deviations = true}},
     .truth = COMPARE_BRUTE,
     .weight = 2},
    {.draw = {.name = "medium-joint", .recipe = {JOINT, .apps = 3, .blocks = 4, .nodes = 4}},
     .truth = COMPARE_NONE,
     .weight = 1},
};
enum { FAMILIES = sizeof families / sizeof *families };

/** What is held against what; counts up answers (or pairs of them). */
typedef const char *fault_finder(const fl_instance *instance, compare_truth truth, uint64_t seed,
                                 long long *answers);

static fault_finder try_methods, try_relations, try_scales, try_solvers, try_frontier;

static const struct {
    const char *name, *counts;
    fault_finder *find;
} tries[] = {{"methods", "answers", try_methods},
             {"relations", "pairs", try_relations},
             {"scales", "pairs", try_scales},
             {"solvers", "answers", try_solvers},
             {"frontier", "points", try_frontier}};
enum { TRIES = sizeof tries / sizeof *tries };

typedef struct options {
    long long n, seed;
    int try;
    bool first;
    const char *only, *bugs, *replay;
} options;

/* What is tried */

static const char *try_methods(const fl_instance *instance, compare_truth truth, uint64_t seed,
                               long long *answers) {
    (void)seed;
    return compare_fault(instance, truth, answers);
}

/** By the complete methods; the slower ones on some instances only. */
static const char *try_relations(const fl_instance *instance, compare_truth truth, uint64_t seed,
                                 long long *pairs) {
    const char *fault = NULL;
    (void)truth;
    if (instance->features == 0) {
        fault = relations_fault(instance, solve_method("exact"), seed, pairs);
        if (fault == NULL && seed % 4 == 0)
            fault = relations_fault(instance, solve_method("certify"), seed, pairs);
    } else {
        fault = relations_fault(instance, solve_method("colgen"), seed, pairs);
    }
    if (fault == NULL && seed % 8 == 0) fault = relations_fault(instance, solve_method("milp"), seed, pairs);
    return fault;
}

static const char *try_scales(const fl_instance *instance, compare_truth truth, uint64_t seed,
                              long long *pairs) {
    (void)truth;
    return relations_scale_fault(instance, seed, pairs);
}

/** glpsol and CBC on LP and MPS, read back, against method milp. */
static const char *try_solvers(const fl_instance *instance, compare_truth truth, uint64_t seed,
                               long long *answers) {
    static const ask_way ways[] = {ASK_GLPSOL_LP, ASK_GLPSOL_MPS, ASK_CBC_LP, ASK_CBC_MPS};
    fl_arena arena, other;
    fl_result ours, theirs;
    fl_error err;
    const char *fault = NULL;
    (void)truth;
    (void)seed;
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
    if (solve_run(&ours, instance, solve_method("milp"), NULL, &arena, &err) != FL_OK) fault = "milp fails";
    for (size_t i = 0; i < sizeof ways / sizeof *ways && fault == NULL; i++) {
        if (!ask_can(ways[i])) continue;
        const char *text = ask_solver(ways[i], instance, &other);
        fl_status status = fl_decode_solution(&theirs, instance, text, strlen(text), &other, &err);
        bool same = status == FL_OK && theirs.has_plan == ours.has_plan &&
                    (!ours.has_plan ||
                     (theirs.verdict.served == ours.verdict.served &&
                      fabs(theirs.verdict.power - ours.verdict.power) <= 1e-6 * ours.verdict.power));
        if (!same) fault = i < 2 ? "glpsol finds something else" : "CBC finds something else";
        ++*answers;
        fl_arena_reset(&other);
    }
    fl_arena_free(&arena);
    fl_arena_free(&other);
    return fault;
}

/** Where there is one application alone, and few plans. */
static const char *try_frontier(const fl_instance *instance, compare_truth truth, uint64_t seed,
                                long long *points) {
    bool alone = instance->n_apps == 1 && (instance->features & ~FL_FEATURES_OWN) == 0;
    return alone && truth == COMPARE_BRUTE ? pareto_fault(instance, seed % 4 == 3, points) : NULL;
}

/* One instance */

/** What a smaller instance must fail at too. */
typedef struct failing {
    fault_finder *find;
    compare_truth truth;
    uint64_t seed;
} failing;

static bool fails(const fl_instance *instance, void *context) {
    const failing *at = context;
    long long none = 0;
    return at->find(instance, at->truth, at->seed, &none) != NULL;
}

/** Make a failing instance small and keep it; its file's name says family and seed. */
static void keep_bug(const fl_instance *instance, const family *of, failing *at, const char *folder) {
    char path[600];
    fl_error err;
    long long none = 0;
    uint64_t seed = at->seed;
    fl_instance *small = shrink_instance(instance, fails, at, 2000);
    const char *fault = at->find(small, at->truth, seed, &none);
    snprintf(path, sizeof path, "%s/%s-%llu.json", folder, of->draw.name, (unsigned long long)seed);
    bool saved = fl_instance_save(small, path, &err) == FL_OK;
    printf("    %s\n    made small: %s: %s\n", draw_say(instance), saved ? path : err.text,
           fault != NULL ? fault : "passes");
    fl_instance_free(small);
}

static void try_one(family *of, uint64_t seed, const options *given) {
    fl_instance *instance = draw_instance(&of->draw, seed);
    failing at = {tries[given->try].find, of->truth, seed};
    const char *fault = at.find(instance, of->truth, seed, &of->answers);
    of->instances++;
    if (fault != NULL) {
        of->faults++;
        printf("%s %llu: %s\n", of->draw.name, (unsigned long long)seed, fault);
        if (!given->first) keep_bug(instance, of, &at, given->bugs);
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
                try_one(of, seed + (uint64_t)k, given);
                if (given->first && of->faults > 0) return;
            }
            if (fl_clock() - told < 60) continue;
            told = fl_clock();
            fprintf(stderr, "%lld of %lld instances, %.0f s\n", done, given->n, told - start);
        }
    }
}

/** The table of families; returns the number of faults. */
static long long report(const char *counted) {
    long long instances = 0, answers = 0, faults = 0;
    printf("%-16s %10s %10s %8s\n", "family", "instances", counted, "faults");
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

/** Its place in the table, or -1. */
static int find_try(const char *name) {
    int i = TRIES - 1;
    while (i >= 0 && strcmp(name, tries[i].name) != 0) i--;
    return i;
}

static bool read_options(options *out, int argc, char **argv) {
    *out = (options){.n = -1, .bugs = "."};
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--seed") == 0 && more) {
            if (!read_count(argv[++i], &out->seed)) return false;
        } else if (strcmp(argv[i], "--try") == 0 && more) {
            out->try = find_try(argv[++i]);
        } else if (strcmp(argv[i], "--only") == 0 && more) {
            out->only = argv[++i];
        } else if (strcmp(argv[i], "--bugs") == 0 && more) {
            out->bugs = argv[++i];
        } else if (strcmp(argv[i], "--replay") == 0 && more) {
            out->replay = argv[++i];
        } else if (strcmp(argv[i], "--first") == 0) {
            out->first = true;
        } else if (out->n >= 0 || !read_count(argv[i], &out->n)) {
            return false;
        }
    }
    bool known = out->only == NULL;
    for (int i = 0; i < FAMILIES; i++) known = known || strcmp(out->only, families[i].draw.name) == 0;
    return known && out->n >= 0 && out->try >= 0;
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
    long long faults = report(tries[given.try].counts);
    if (given.replay != NULL) printf("old bugs tried again: %lld, of these back: %lld\n", old, again);
    printf("%lld passed, %lld failed\n", given.n + old - faults - again, faults + again);
    return faults + again == 0 ? 0 : 1;
}
