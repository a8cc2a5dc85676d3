/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Sweeping labels through the layered graph, from its exits back or from its source on.
 *
 *  Backwards, a label at (l, a) is what is left of a path: computing block l on a and all that follows.
 * Forwards it is what leads to a path's being at (l, a), before it computes there. So the two together are a
 * path. The labels of one vertex that no other dominates are its front. Fronts are sorted by latency and stay
 * so when every label is extended by the same arc, so a vertex's front is merged from those of its
 * neighbours, never sorted. Either way a label is dropped when the least that its other side may cost
 * (completion bounds, core/dual.h) makes the whole exceed what is looked for. */
#ifndef FINLAB_CORE_SWEEP_H
#define FINLAB_CORE_SWEEP_H

#include "core/layers.h"
#include "core/method.h"

/** One side of a path. */
typedef struct fl_label {
    double latency, energy;
    int next, index; /* the neighbouring layer's front that it extends and the label in it; next < 0: none */
    int rank;        /* of the path's exit by accuracy, 0 the best; 0 everywhere but on the frontier */
} fl_label;

/** The labels of one vertex, by rising latency. */
typedef struct fl_front {
    const fl_label *labels;
    int n_labels, node;
    double least; /* the least reduced weight among them */
} fl_front;

/** What a label of a vertex may cost at most: with more, no path that is looked for goes through it. */
typedef struct fl_allowance {
    double latency, energy, reduced;
} fl_allowance;

/** The bench on which one front at a time is merged. */
typedef struct fl_sweep_bench {
    fl_arena *arena;
    double lambda; /* J/s: the reduced weight is energy + lambda * latency */
    bool ranked;   /* labels of a worse exit do not dominate those of a better one */
    int most_low;  /* how many labels it takes to dominate one, or how many ranks there are */
    double *low;   /* [most_low] energies that decide dominance */
    int n_low;
    fl_label *merged, *spare; /* [room] the front being merged and the one it is merged into */
    int n_merged, room;
    bool dropped;       /* a label was dropped for its reduced weight */
    long long n_labels; /* kept in fronts since the start */
    long long n_held;   /* kept in fronts since they were last forgotten */
    double bytes;       /* what these take */
    long long work;     /* labels looked at */
} fl_sweep_bench;

/** Set up a bench whose buffers come from `arena`.
 *  @param most_low  k for the k best, the number of ranks when `ranked`; >= 1 */
fl_status fl_sweep_open(fl_sweep_bench *out, bool ranked, int most_low, fl_arena *arena, fl_error *err);

/** Forget the buffers and fronts, which an fl_arena_release() has taken away, and start with new ones. */
fl_status fl_sweep_renew(fl_sweep_bench *bench, fl_error *err);

/** The reduced weight. */
static inline double fl_sweep_weigh(const fl_sweep_bench *bench, double energy, double latency) {
    return energy + bench->lambda * latency;
}

/** When to stop. */
typedef struct fl_sweep_watch {
    const fl_task *task;
    double time_limit;     /* s since task->start; 0: none */
    double memory;         /* bytes of labels; 0: no limit */
    long long most_labels; /* in the fronts of one trial; 0: no limit */
    fl_stop stop;          /* FL_STOP_DONE: go on */
    bool many;             /* most_labels was passed */
} fl_sweep_watch;

typedef struct fl_sweep {
    const fl_layers *layers;
    const double *latency, *energy,
        *reduced;        /* [n_layers * n_nodes] the least that a label's other side costs */
    fl_allowance most;   /* of a whole path looked for */
    const int *rank;     /* [n_exits] of the final exit */
    fl_front **fronts;   /* [n_layers] the vertices of each layer that have labels */
    int *n_fronts;       /* [n_layers] */
    long long *n_labels; /* [n_layers] in these fronts */
    fl_sweep_bench *bench;
    fl_sweep_watch *watch;
    int thin;     /* labels of a front that stay when there are more; 0: all */
    bool thinned; /* some had to go */
} fl_sweep;

/** Reserve the fronts; the other fields are the caller's to fill. */
fl_status fl_sweep_init(fl_sweep *sweep, const fl_layers *layers, fl_arena *arena, fl_error *err);

/** Whether a limit strikes; looks at the clock only now and then. */
bool fl_sweep_must_stop(fl_sweep_watch *watch, fl_sweep_bench *bench);

/** Make the fronts of layer l from those of layer l + 1, or of layer l - 1. When a limit strikes, they are
 * incomplete.
 *  @return FL_ENOMEM */
fl_status fl_sweep_back(fl_sweep *sweep, int l, fl_error *err);
fl_status fl_sweep_forth(fl_sweep *sweep, int l, fl_error *err);

/** Whether layer l's exit may end a path on node a, and then the label of doing so. */
bool fl_sweep_end(const fl_sweep *sweep, int l, int a, fl_label *end);

#endif
