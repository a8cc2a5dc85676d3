/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/cbc.h"
#include "core/file.h"
#include "milp/emit.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CBC "/usr/bin/cbc"

enum { RUNS = 5 };

/* Files of one measurement. */
typedef struct cbc_files {
    char model[300], solution[300];
} cbc_files;

bool cbc_installed(void) {
    return access(CBC, X_OK) == 0;
}

/** CBC looks at its limit only now and then; the kernel is stricter. */
static void limit_processor_time(double limit) {
    struct rlimit most;
    getrlimit(RLIMIT_CPU, &most);
    most.rlim_cur = (rlim_t)ceil(1.5 * limit) + 1;
    setrlimit(RLIMIT_CPU, &most);
}

/** Processor time of all processes that have ended. */
static double processor_time(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/** Run CBC on files->model.
 *  @param seconds  out: the wall time, or the processor time when that is less, as measure_watch */
static measure_end run(double *seconds, const cbc_files *files, double limit) {
    char most[32], cbc[] = CBC, sec[] = "sec", mode[] = "timeMode", elapsed[] = "elapsed", solve[] = "solve",
                   solution[] = "solution";
    cbc_files copy = *files;
    char *arguments[] = {cbc, copy.model, mode, elapsed, sec, most, solve, solution, copy.solution, NULL};
    char *no_environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    snprintf(most, sizeof most, "%.0f", ceil(limit));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    double start = fl_clock(), before = processor_time();
    bool ran = posix_spawn(&child, cbc, &actions, NULL, arguments, no_environment) == 0 &&
               waitpid(child, &status, 0) == child;
    *seconds = fmin(fl_clock() - start, processor_time() - before);
    posix_spawn_file_actions_destroy(&actions);
    if (ran && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) return MEASURE_TIME;
    return ran && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? MEASURE_DONE : MEASURE_FAILED;
}

/** The median of some runs, just one when that takes over a second. */
static measure_end run_often(double *median, int *n, const cbc_files *files, double limit) {
    double seconds[RUNS];
    measure_end end = MEASURE_DONE;
    for (*n = 0; end == MEASURE_DONE && *n < RUNS && (*n == 0 || seconds[0] < 1); ++*n)
        end = run(&seconds[*n], files, limit);
    *median = measure_middle(seconds, *n);
    return end;
}

/** What a run takes that has nothing to do. */
static double run_trivially(const cbc_files *files, double limit) {
    static const char model[] = "Minimize\n obj: x\nSubject To\n row: x >= 1\nBinary\n x\nEnd\n";
    double seconds;
    int n;
    if (fl_file_write(files->model, model, sizeof model - 1, NULL) != FL_OK) return NAN;
    return run_often(&seconds, &n, files, limit) == MEASURE_DONE ? seconds : NAN;
}

/* The solution: a first line that says how it ended, then a line for each column that is not 0 */

/** Take a column x_a1_b2_n1_n3 or x_a1_b2_n1_n3_e2 down. */
static void take_column(fl_placement *placement, const char *name) {
    int block, from, to, exit;
    int read = sscanf(name, "x_a1_b%d_n%d_n%d_e%d", &block, &from, &to, &exit);
    if (read >= 3) placement->nodes[block - 1] = to - 1;
    if (read == 4) placement->exit = exit - 1;
}

static void judge(bench_measured *out, const fl_instance *instance, fl_placement *placement,
                  fl_arena *arena) {
    fl_plan plan = {1, placement};
    fl_verdict verdict;
    if (placement->exit < 0 || fl_evaluate_plan(&verdict, NULL, instance, &plan, arena, NULL) != FL_OK)
        return;
    out->has_plan = verdict.feasible; /* late by less than the solver's tolerance is late */
    if (out->has_plan) out->energy = verdict.energy;
}

static void read_solution(bench_measured *out, FILE *file, const fl_instance *instance, fl_arena *arena) {
    char line[512], name[300];
    double value;
    fl_placement placement = {
        .exit = -1, .count = 1, .nodes = FL_ZERO(arena, instance->apps[0].n_blocks, int)};
    if (placement.nodes == NULL || fgets(line, sizeof line, file) == NULL) return;
    bool optimal = strncmp(line, "Optimal", 7) == 0, infeasible = strncmp(line, "Infeasible", 10) == 0;
    if (infeasible) out->status = FL_RESULT_INFEASIBLE;
    if (!optimal && !infeasible) out->stop = FL_STOP_TIME;
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%*d %299s %lf", name, &value) == 2 && value > 0.5) take_column(&placement, name);
    }
    judge(out, instance, &placement, arena);
    if (out->has_plan) out->status = optimal ? FL_RESULT_OPTIMAL : FL_RESULT_FEASIBLE;
}

static void solve(bench_measured *out, const cbc_files *files, const fl_instance *instance, double limit,
                  fl_arena *arena) {
    const char *text;
    size_t length;
    fl_error err;
    double inherited = measure_resident(false), trivial = run_trivially(files, limit);
    if (fl_emit_print(&text, &length, instance, FL_EMIT_LP, arena, &err) != FL_OK ||
        fl_file_write(files->model, text, length, &err) != FL_OK) {
        snprintf(out->text, sizeof out->text, "%.150s", err.text);
        return;
    }
    double seconds;
    limit_processor_time(limit);
    out->end = run_often(&seconds, &out->repetitions, files, limit);
    FILE *file = out->end == MEASURE_DONE ? fopen(files->solution, "r") : NULL;
    if (file == NULL) {
        snprintf(out->text, sizeof out->text, "%s left no solution", CBC);
        return;
    }
    out->seconds = fmax(seconds - trivial, 0);
    read_solution(out, file, instance, arena);
    fclose(file);
    /* A process counts what it was before it became CBC. */
    if (measure_resident(true) > fmax(inherited, measure_resident(false)))
        out->resident = measure_resident(true);
}

void cbc_measure(bench_measured *out, const fl_instance *instance, const char *folder, double limit) {
    cbc_files files;
    fl_arena arena;
    snprintf(files.model, sizeof files.model, "%s/bench-%ld.lp", folder, (long)getpid());
    snprintf(files.solution, sizeof files.solution, "%s/bench-%ld.sol", folder, (long)getpid());
    fl_arena_init(&arena, 0);
    solve(out, &files, instance, limit, &arena);
    fl_arena_free(&arena);
    unlink(files.model);
    unlink(files.solution);
}
