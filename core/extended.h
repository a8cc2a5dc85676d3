/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The extended layered graph of one application at one threshold: all that a plan may choose, and costs of
 *  runs, as arcs whose costs add up.
 *
 *  A state is what the future of a path depends on: the block just run and its node; on nodes with segments
 *  the first block of the run, since the next block's time depends on it; and the last active exit, since it
 *  says how many samples are left. An arc is the next block: where, in which coding its data gets there, and
 *  what becomes of the exit behind it, which may be active, off, or final, and then the path ends. Its costs
 *  are those of core/cost.h and core/choices.h, weighted by the samples that meet them.
 *
 *  Accuracy, which is no sum, becomes one as its loss: an active exit e costs (share released) * (1 -
 *  accuracy of e), the final one the same of all that are left, a coding its loss of those sent; what a plan
 *  loses is 1 - its accuracy. Arcs have a vector of such uses beside their energy, each with a limit.
 *
 *  Only states that can be reached and from which an exit can be are there, numbered from the source, state
 * 0, by ascending block: arcs lead to higher numbers. Borrowed from the instance and the arena it was built
 * in.
 */
#ifndef FINLAB_CORE_EXTENDED_H
#define FINLAB_CORE_EXTENDED_H

#include "core/choices.h"
#include "core/plan.h"

/** What a path uses, beside energy, of what is limited. */
typedef enum fl_use_kind {
    FL_USE_LATENCY,  /* s, by the application's latency rule */
    FL_USE_LOSS,     /* 1 - accuracy */
    FL_USE_VARIANCE, /* of the latency, s^2, where the application holds deviations against its deadline */
    FL_USE_KINDS
} fl_use_kind;

/** What becomes of the exit behind a block. */
typedef enum fl_exit_use {
    FL_EXIT_NONE,   /* there is none */
    FL_EXIT_ACTIVE, /* its samples leave, the path goes on */
    FL_EXIT_OFF,
    FL_EXIT_FINAL /* the path ends here */
} fl_exit_use;

typedef struct fl_extended_state {
    int block; /* just run; -1: the source */
    int node;
    int start; /* first block of the run; -1: it does not matter on this node */
    int last;  /* the last active exit; -1: none */
} fl_extended_state;

/** Running the next block after a state's. */
typedef struct fl_extended_arc {
    double energy;            /* J */
    double use[FL_USE_KINDS]; /* by fl_use_kind */
    int to;                   /* state; -1: the end, when the exit is final */
    int node;                 /* where the block runs */
    int coding;               /* of the move there; -1: plain, or no move */
    fl_exit_use exit;
} fl_extended_arc;

/** A graph with more arcs than this is not built. */
enum { FL_EXTENDED_MOST = 1 << 23 };

typedef struct fl_extended {
    const fl_instance *instance;
    int app, threshold;
    int n_states;
    fl_extended_state *states; /* [n_states] */
    int *first;                /* [n_states + 1] where a state's arcs begin */
    fl_extended_arc *arcs;     /* [first[n_states]] */
    double most[FL_USE_KINDS]; /* of a path, as the judge lets it pass but for rounding; INFINITY: no limit */
    double deviations; /* > 0: the latency and this many of its standard deviations together are to stay
                          within the limit of the latency, and FL_USE_LATENCY is its mean */
    bool too_large;    /* it would have more than FL_EXTENDED_MOST arcs, and is not there */
} fl_extended;

/** What is left out of a graph. */
typedef enum fl_extended_arcs {
    FL_EXTENDED_ALL,   /* nothing: each plan is one path */
    FL_EXTENDED_USEFUL /* codings that another one beats in bits and loss: enough for one best plan */
} fl_extended_arcs;

/** Build the graph of application `app`, for one of its users. Where the application has no choices an exit
 *  that is not accurate enough is never final. What is there does not depend on the levels, only latencies
 * do.
 *  @param threshold  index; -1: the exits' own numbers
 *  @param levels     [n_slices] index of a level of every sliced node; NULL: the largest of each
 *  @return FL_EUNSUPPORTED for a system without matrices of links (fl_groups), FL_ENOMEM.
 *  O(arcs + blocks * nodes * (nodes * codings + blocks)) */
fl_status fl_extended_build(fl_extended *out, const fl_instance *instance, int app, int threshold,
                            const int *levels, fl_extended_arcs which, fl_arena *arena, fl_error *err);

/** The latency that what a path uses is held against the deadline with: its mean and, where they count, its
 *  deviations. */
double fl_extended_latency(const fl_extended *graph, const double *use);

/** Take `hair`, relative, off the limits: for a search whose sums the judge, who adds in another order, must
 *  not find over his. */
void fl_extended_tighten(fl_extended *graph, double hair);

/** The placement that a path is.
 *  @param arcs  [*] indices of its arcs from the source on
 *  @param out   nodes and codings [n_blocks], off [n_exits] are filled, exit and threshold set; the rest is
 *               left as it is */
void fl_extended_place(fl_placement *out, const fl_extended *graph, const int *arcs);

#endif
