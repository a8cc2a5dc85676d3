/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/measure.h"
#include "tests/bench/say.h"
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LEAST_RUNS = 3, MOST_RUNS = 1001 };

const bench_measured measure_nothing = {.end = MEASURE_FAILED,
                                        .status = FL_RESULT_UNKNOWN,
                                        .energy = NAN,
                                        .bound = NAN,
                                        .seconds = NAN,
                                        .arena = NAN,
                                        .resident = NAN,
                                        .labels = -1};

double measure_resident(bool children) {
    struct rusage usage;
    getrusage(children ? RUSAGE_CHILDREN : RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024;
}

static double processor_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

measure_watch measure_start(void) {
    measure_watch watch = {.processor = processor_time()};
    watch.wall = fl_clock(); /* last, and first in measure_stop(): it takes no system call */
    return watch;
}

double measure_stop(const measure_watch *watch) {
    double wall = fl_clock() - watch->wall;
    return fmin(wall, processor_time() - watch->processor);
}

/** Read what the child wrote, all of it or nothing. */
static bool receive(bench_measured *out, int pipe) {
    char *to = (char *)out;
    size_t left = sizeof *out;
    while (left > 0) {
        ssize_t got = read(pipe, to, left);
        if (got <= 0) return false;
        to += got;
        left -= (size_t)got;
    }
    return true;
}

/** The child's part: the kernel ends it when its time is up. */
_Noreturn static void run_child(measure_work *work, const void *context, double limit, int pipe) {
    bench_measured report = measure_nothing;
    alarm((unsigned)ceil(limit));
    work(&report, context);
    _exit(write(pipe, &report, sizeof report) == sizeof report ? EXIT_SUCCESS : EXIT_FAILURE);
}

void measure_in_child(bench_measured *out, measure_work *work, const void *context, double limit) {
    int ends[2], status;
    fl_error err = {.where = "", .text = "the system refuses"};
    fflush(NULL);
    malloc_trim(0); /* or the child could fill holes that it inherits */
    if (pipe(ends) != 0) say_stop("opening a pipe", &err);
    pid_t child = fork();
    if (child < 0) say_stop("forking", &err);
    if (child == 0) run_child(work, context, limit, ends[1]);
    close(ends[1]);
    bool whole = receive(out, ends[0]);
    close(ends[0]);
    waitpid(child, &status, 0);
    if (whole) return;
    *out = measure_nothing;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        out->end = MEASURE_TIME;
    } else if (WIFSIGNALED(status)) {
        snprintf(out->text, sizeof out->text, "ended by signal %d", WTERMSIG(status));
    }
}

static int compare(const void *a, const void *b) {
    double one = *(const double *)a, two = *(const double *)b;
    return (one > two) - (one < two);
}

double measure_middle(double *values, int n) {
    if (n == 0) return NAN;
    qsort(values, (size_t)n, sizeof *values, compare);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double measure_median(measure_once *once, void *context, double first, double budget, int *n) {
    double seconds[MOST_RUNS] = {first}, sum = 0;
    int runs = 0;
    while (first < budget && runs < MOST_RUNS && (runs < LEAST_RUNS || sum < budget)) {
        seconds[runs] = once(context);
        sum += seconds[runs++];
    }
    if (n != NULL) *n = runs > 0 ? runs : 1;
    return measure_middle(seconds, runs > 0 ? runs : 1);
}
