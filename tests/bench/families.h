/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The instances that are measured: fixed families, seeded, every one of them the same everywhere.
 *
 *  Each has one application whose accuracy only the last exit reaches, so that all its blocks have to run.
 *  Its deadline lies a given part of the way from the fastest to the cheapest plan. Nothing here returns an
 *  error: what cannot be built ends the program. */
#ifndef FINLAB_TESTS_BENCH_FAMILIES_H
#define FINLAB_TESTS_BENCH_FAMILIES_H

#include "core/instance.h"

typedef enum families_kind {
    FAMILIES_PUBLISHED,       /* B-AlexNet on mobile, edge and cloud, accuracy 0.8 */
    FAMILIES_RANDOM,          /* everything drawn independently, as PLAIN in core/generate.h */
    FAMILIES_NEARLY_EQUAL,    /* energy per operation grows with the square of speed; moves are cheap */
    FAMILIES_EQUAL_LATENCIES, /* computing takes the same time everywhere, and so does moving */
    FAMILIES_FREE_MOVES,      /* moves cost neither time nor energy */
    FAMILIES_ATTAINED,        /* the deadline is the latency of the optimum for another deadline */
    FAMILIES_TWINS            /* every node has a twin that is faster and dearer by parts in 10^12 */
} families_kind;

enum { FAMILIES_DEADLINES = 3 };

typedef struct bench_family {
    const char *name;  /* what --only takes */
    const char *title; /* for the heading */
    families_kind kind;
    int blocks, nodes;
    int tiers;       /* > 0: nodes in that many tiers, joined by tier links; 0: arbitrary links */
    int n_seeds;     /* instances drawn */
    int n_deadlines; /* FAMILIES_DEADLINES, or 1: the middle one */
    bool milp;       /* small enough for a MILP solver */
    bool quick;      /* part of a quick run */
} bench_family;

extern const bench_family families[];
extern const int families_count;

/** Where deadline `index` of a family lies on the way from the fastest (0) to the cheapest plan (1). */
double families_position(const bench_family *family, int index);

/** Draw an instance of a family, its deadline still open; fl_instance_free(). */
fl_instance *families_create(const bench_family *family, int seed);

/** That instance with deadline `index`; fl_instance_free(). */
fl_instance *families_with_deadline(const bench_family *family, const fl_instance *base, int index);

/** A FAMILIES_RANDOM instance of any size, and an instance with a deadline at any position. */
fl_instance *families_draw(int blocks, int nodes, int tiers, int seed);
fl_instance *families_at(const fl_instance *base, double position);

#endif
