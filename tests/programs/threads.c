/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that share one instance, make variants of it and solve it at the same time get the answers that one
 * thread gets. igraph's methods are left out: Debian builds igraph for one thread only. */
#include "core/frontier.h"
#include "core/generate.h"
#include "core/json.h"
#include "tests/support/solve.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 40, INSTANCES = 5 };

static const char *const names[] = {"exact", "milp", "fin", "cheapest", "fastest", "single"};
enum { METHODS = sizeof names / sizeof *names };

/** What one thread found; every run must find the same. */
typedef struct answers {
    double energy[INSTANCES][METHODS];
    int points[INSTANCES];
    size_t length[INSTANCES];
    bool failed;
} answers;

static fl_instance *instances[INSTANCES];

static void work_on(answers *out, int i, fl_arena *arena) {
    fl_error err;
    fl_instance *variant;
    fl_change change = FL_CHANGE_NONE;
    fl_frontier frontier;
    fl_frontier_query query = {0};
    fl_value *document;
    const char *text;
    change.rate = 2;
    out->failed |= fl_instance_with(&variant, instances[i], &change, 1, FL_PLACE_JSON, &err) != FL_OK;
    for (int m = 0; m < METHODS && !out->failed; m++) {
        fl_result result;
        out->failed |=
            solve_run(&result, m % 2 ? variant : instances[i], solve_method(names[m]), NULL, arena, &err);
        out->energy[i][m] = out->failed || !result.has_plan ? -1 : result.verdict.energy;
    }
    if (!out->failed) out->failed |= fl_frontier_find(&frontier, variant, &query, arena, NULL, &err) != FL_OK;
    out->points[i] = out->failed ? -1 : frontier.n_points;
    out->failed |= fl_instance_write(&document, variant, arena, &err) != FL_OK ||
                   fl_json_print(&text, document, 0, arena, &err) != FL_OK;
    out->length[i] = out->failed ? 0 : strlen(text);
    if (out->failed) fprintf(stderr, "instance %d: %s\n", i, err.text);
    fl_instance_free(variant);
}

static void *work(void *to) {
    answers *out = to;
    fl_arena arena;
    fl_arena_init(&arena, 0);
    for (int i = 0; i < INSTANCES; i++) work_on(out, i, &arena);
    fl_arena_free(&arena);
    return NULL;
}

/** All threads at once; whether each found what one thread alone did. */
static bool round_agrees(const answers *alone) {
    static answers found[THREADS];
    pthread_t threads[THREADS];
    bool agree = true;
    for (int t = 0; t < THREADS; t++) {
        memset(&found[t], 0, sizeof found[t]);
        if (pthread_create(&threads[t], NULL, work, &found[t]) != 0) abort();
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
        agree &= memcmp(&found[t], alone, sizeof *alone) == 0;
    }
    return agree;
}

int main(void) {
    static answers alone;
    bool agree = true;
    for (int i = 0; i < INSTANCES; i++) {
        fl_recipe recipe = {.seed = (uint64_t)i, .blocks = 6, .nodes = 5};
        if (fl_generate(&instances[i], &recipe, NULL) != FL_OK) abort();
    }
    work(&alone);
    for (int round = 0; round < ROUNDS && agree; round++) agree = round_agrees(&alone);
    for (int i = 0; i < INSTANCES; i++) fl_instance_free(instances[i]);
    if (!agree) fprintf(stderr, "threads that work at once find something else than one alone\n");
    return agree && !alone.failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
