/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The record that every method answers with, and the run that makes it honest. */
#ifndef FINLAB_CORE_RESULT_H
#define FINLAB_CORE_RESULT_H

#include "core/evaluate.h"
#include "core/method.h"

typedef enum fl_result_status {
    FL_RESULT_OPTIMAL, /* feasible, and proven that nothing costs less */
    FL_RESULT_FEASIBLE,
    FL_RESULT_INFEASIBLE, /* proven that no plan is feasible */
    FL_RESULT_UNKNOWN     /* no plan found and none disproved */
} fl_result_status;

/** One of the k best plans. */
typedef struct fl_alternative {
    fl_plan plan;
    fl_verdict verdict; /* feasible */
    fl_app_cost *costs; /* [fl_plan_size(plan)] */
} fl_alternative;

typedef struct fl_result {
    fl_result_status status;
    fl_stop stop;
    const fl_method *method;
    bool has_plan;      /* the plan below is feasible, said the judge */
    fl_plan plan;       /* the answer, or the candidate that the judge refused; n_apps == 0: neither */
    fl_verdict verdict; /* of that plan */
    fl_app_cost *costs; /* [fl_plan_size(plan)] of that plan */
    bool admission;     /* users may be refused */
    fl_alternative *alternatives; /* [n_alternatives] the best plans in order, when asked for */
    int n_alternatives;
    long long most_served; /* no plan serves more users, proven; -1: not known, or there is no admission */
    double bound; /* proven lower bound on the energy, J; NAN: none. With admission only when the plan serves
                     as many as can be, and on the plans that do */
    double gap;   /* (energy - bound) / energy, 0 when both are 0; NAN without a plan or bound */
    double claimed; /* an energy that came without a plan, J; NAN: none */
    double seconds; /* wall clock of the method and the judge */
} fl_result;

/** Where an analysis works that solves many times. */
typedef struct fl_desk {
    fl_arena *arena;                        /* what it answers lives here, and is added to it */
    fl_arena *scratch;                      /* another one, reset for every solve */
    const volatile sig_atomic_t *interrupt; /* not NULL; nonzero: stop as soon as possible */
} fl_desk;

/** Solve: call the method, in the plain reading (core/plain.h) and for one user after another where it cannot
 *  honour what the instance has, judge its plan again and decide the status.
 *  An exit that no application can do without (no exit reaches the accuracy) is "infeasible" for every
 * method.
 *  @param out       borrows from `arena`, which is reset first: valid until its next use
 *  @param settings  of `method`
 *  @param interrupt may be NULL
 *  @return FL_EINTERNAL when a method claims more than it may or the judge contradicts a proof; FL_ENOMEM,
 * and what the method returns */
fl_status fl_run(fl_result *out, const fl_instance *instance, const fl_method *method,
                 const fl_settings *settings, fl_arena *arena, const volatile sig_atomic_t *interrupt,
                 fl_error *err);

/** Whether the judge allows every plan of an answer; true for none. For methods that search up to his very
 * limit and can search again.
 *  @return as fl_evaluate_plan() */
fl_status fl_answer_allowed(bool *out, const fl_answer *answer, const fl_task *task, fl_error *err);

const char *fl_result_status_name(fl_result_status status);
const char *fl_stop_name(fl_stop stop);

/** The result record as a document in `arena`: status, stop, method, energy, power, latency, accuracy, bound,
 *  gap, seconds, plan, each null when there is none; `alternatives`, `candidate` and `claimed` where they
 *  apply. With several
 *  applications latency and accuracy stand in the plan's entries. NULL: no memory. */
fl_value *fl_result_write(const fl_result *result, const fl_instance *instance, fl_arena *arena);

/** A verdict as a document: feasible, energy, power, latency, accuracy, reason (when refused), and `apps`
 * with each application's cost when there are several. NULL: no memory. */
fl_value *fl_verdict_write(const fl_verdict *verdict, const fl_plan *plan, const fl_app_cost *costs,
                           const fl_instance *instance, fl_arena *arena);

#endif
