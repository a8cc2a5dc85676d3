/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is measured side by side: methods with their options, and CBC on the emitted file. */
#ifndef FINLAB_TESTS_BENCH_ENGINES_H
#define FINLAB_TESTS_BENCH_ENGINES_H

#include "tests/bench/families.h"
#include "tests/bench/measure.h"

typedef struct bench_engine {
    const char *name;   /* for the tables */
    const char *method; /* NULL: CBC */
    int gamma;          /* levels; 0: the method has none */
    bool igraph;        /* on igraph's explicit graph */
    bool slow;          /* measured on the first seed only */
} bench_engine;

/** All engines; the first one is `exact`, which the others are compared with. FIN searches the rounded-up
 *  graph only, as it is defined; its lower bound would be a second search. */
extern const bench_engine engines[];
extern const int engines_count;

/** How long and where to. */
typedef struct engines_effort {
    double limit;       /* s per solve */
    double budget;      /* s of repetitions */
    const char *folder; /* for CBC's files */
} engines_effort;

/** Whether an engine is there, and the family within its reach. */
bool engines_can(const bench_engine *engine, const bench_family *family);

/** Run an engine on an instance. */
void engines_measure(bench_measured *out, const bench_engine *engine, const fl_instance *instance,
                     const engines_effort *effort);

/** A method of any room by its name, or NULL. */
const fl_method *engines_method(const char *name);

/** The method's defaults with these options changed; one it does not have is ignored.
 *  @param limit  s; 0: none */
void engines_settings(fl_settings *out, const bench_engine *engine, const fl_instance *instance,
                      double limit);

#endif
