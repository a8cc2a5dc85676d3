/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Why an instance has no plan for everybody, and the least that would change it: for each limit alone, the
 *  smallest relaxation with which there is a plan, each proven by solves.
 *
 *  All users are to be served: `admission` is left out of account. What a solve neither finds nor disproves
 *  stays open and is said to be. */
#ifndef FINLAB_CORE_EXPLAIN_H
#define FINLAB_CORE_EXPLAIN_H

#include "core/relax.h"
#include "core/result.h"

/** What relaxing one limit does, all others as they are. */
typedef struct fl_remedy {
    fl_relax limit;
    double now;      /* as it is; 1 for a common factor */
    double enough;   /* with this there is a plan, the one below; NAN: none was found. When the instance is
                        feasible: what its plan needs */
    double short_of; /* proven: with this there is none. Of an accuracy that final exits say the next target
                        above `enough`; of one that plans choose at most FL_TOLERANCE_RELAX above it, and of
                        other limits less than that, relative, below it when the search came to its end. NAN:
                        none known */
    bool least;      /* proven: nothing less, to that precision, is enough */
    bool helpless;   /* proven: there is no plan whatever this limit is */
    fl_plan plan;    /* n_apps == 0: none */
} fl_remedy;

/** What one user of an application could have who is alone on the system, its capacities and memories left
 * out of account; found exactly (core/extreme.h), unless it was interrupted. */
typedef struct fl_reach {
    int blocks;     /* how many can be run one after another where links and pins allow it */
    double least;   /* s, the least latency at the accuracy wanted; INFINITY: no exit that accurate is
                       reached */
    double in_time; /* the best accuracy within the deadline; NAN: no exit is */
    double at_all;  /* the best accuracy, whatever the deadline; NAN: no exit is reached */
} fl_reach;

typedef struct fl_explanation {
    fl_result_status status; /* of serving everybody: a plan found, proven infeasible, or unknown */
    const fl_method *method;
    fl_plan plan;      /* when there is one */
    fl_reach *apps;    /* [n_apps] */
    fl_remedy *limits; /* [n_limits] as fl_relax_list() */
    int n_limits;
    int solves;
    bool interrupted;
    double seconds;
} fl_explanation;

/** Explain an instance.
 *  @param out       lives in the desk's arena
 *  @param method    solves; the proofs are as good as what it may claim
 *  @param settings  of `method`; a time limit is that of one solve, and does not hold for what users alone
 *                   could have
 *  @return as fl_run() and fl_extreme_find(). A solve or none for a limit that does not help, else about 20
 * or, where the method finds the least plan by itself, 2; of accuracies the logarithm of the exits */
fl_status fl_explain(fl_explanation *out, const fl_instance *instance, const fl_method *method,
                     const fl_settings *settings, const fl_desk *desk, fl_error *err);

/** The explanation as a document: status, method, solves, seconds, plan, apps and limits (core/FORMAT.md).
 * NULL: no memory. */
fl_value *fl_explain_write(const fl_explanation *explanation, const fl_instance *instance, fl_arena *arena);

#endif
