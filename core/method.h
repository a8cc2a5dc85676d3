/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a method is: a name, typed options, what it can honour, what it may claim, and a solve function.
 *
 *  A method is one file plus one row in its folder's table (fl_core_methods, fl_milp_methods,
 *  fl_heuristics_methods). Option parsing, checks, help and the manual all follow from the descriptor. */
#ifndef FINLAB_CORE_METHOD_H
#define FINLAB_CORE_METHOD_H

#include "core/plan.h"
#include "core/value.h"
#include <signal.h>

typedef enum fl_option_type {
    FL_OPTION_BOOL,
    FL_OPTION_INT,
    FL_OPTION_NUMBER,
    FL_OPTION_CHOICE, /* one of `choices` */
    FL_OPTION_NODE    /* a node's name; default: the source of the application at hand */
} fl_option_type;

typedef struct fl_option {
    const char *name;
    fl_option_type type;
    double fallback;     /* default: the number, 0 or 1, the index of a choice; unused for a node */
    double least, most;  /* range of a number, both allowed; unused for other types */
    const char *choices; /* "native|igraph"; for numbers a word that stands for 0 ("auto"), or NULL */
    const char *doc;     /* one line, units included */
} fl_option;

enum { FL_OPTIONS_MOST = 12 };

/** Options beside its own of a method that does not honour FL_FEATURE_SEVERAL: how it places one user after
 *  another (core/sequential.h). An own option of the same name, `seed`, sets both. */
enum { FL_SEQUENTIAL_ORDER, FL_SEQUENTIAL_RESTARTS, FL_SEQUENTIAL_SEED, FL_SEQUENTIAL_OPTIONS };
extern const fl_option fl_sequential_options[FL_SEQUENTIAL_OPTIONS];

/** The values of a method's options, in the order of its table. */
typedef struct fl_settings {
    double value[FL_OPTIONS_MOST]; /* a number, 0 or 1, the index of a choice, the index of a node */
    unsigned sources;              /* bit i: option i is a node that was left to its default, so far the first
                                      application's              source */
    double sequential[FL_SEQUENTIAL_OPTIONS];
    const void *own; /* what else a method is to find in its task; NULL: nothing */
} fl_settings;

/** Why a method ended. */
typedef enum fl_stop {
    FL_STOP_DONE, /* ran to its natural end */
    FL_STOP_GAP,  /* the gap asked for was reached */
    FL_STOP_TIME,
    FL_STOP_NODES,
    FL_STOP_MEMORY,
    FL_STOP_INTERRUPTED
} fl_stop;

/** What a method says about its own answer. */
typedef enum fl_claim {
    FL_CLAIM_NOTHING,
    FL_CLAIM_BOUND,      /* as the most a method may claim: bounds and infeasibility, never optimality */
    FL_CLAIM_INFEASIBLE, /* proven: no plan is feasible */
    FL_CLAIM_OPTIMAL     /* proven: no feasible plan costs less */
} fl_claim;

/** What a method fills in; starts as "no plan, no bound, nothing claimed, done". */
typedef struct fl_answer {
    fl_plan plan;          /* candidate, in the run's arena; n_apps == 0: none */
    fl_plan *alternatives; /* [n_alternatives] the best plans in order, that one first, when asked for */
    int n_alternatives;
    double bound; /* proven lower bound on the energy, J; -INFINITY: none. With admission: on that of plans
                     that serve as many users as `most_served` */
    long long most_served; /* no plan serves more users, proven; -1: nothing said. Only with admission */
    fl_claim claim;
    fl_stop stop;
    double claimed; /* an energy that comes without a plan, J; NAN: none */
} fl_answer;

/** What a method is given. */
typedef struct fl_task {
    const fl_instance *instance;
    const fl_settings *settings;
    fl_arena *arena;                        /* scratch; the answer lives here too */
    double start;                           /* fl_clock() when the run began */
    const volatile sig_atomic_t *interrupt; /* not NULL; nonzero: stop as soon as possible */
} fl_task;

typedef struct fl_method {
    const char *name;
    const char *summary;      /* one line */
    fl_claim may_claim;       /* NOTHING, BOUND (infeasibility included) or OPTIMAL */
    unsigned honours;         /* fl_feature bits it takes into account itself; where an instance has others,
                                 it is run for one user after another (core/sequential.h), and of
                                 FL_FEATURES_OWN in the plain reading (core/plain.h) */
    const fl_option *options; /* [n_options] */
    int n_options;            /* <= FL_OPTIONS_MOST */
    /** Answer the task. The plan may be infeasible: the judge decides.
     *  @return an error only when no answer of any kind can be given */
    fl_status (*solve)(fl_answer *answer, const fl_task *task, fl_error *err);
} fl_method;

/** The methods of core, NULL-terminated. */
extern const fl_method *const fl_core_methods[];

/** Index of the option called `name`, or -1. */
int fl_method_option(const fl_method *method, const char *name);

/** The value of option `name`, which must exist. */
double fl_method_setting(const fl_method *method, const fl_settings *settings, const char *name);

/** Whether the method places several applications one after another. */
bool fl_method_sequential(const fl_method *method);

/** All options at their defaults. */
void fl_settings_default(fl_settings *out, const fl_method *method, const fl_instance *instance);

/** Defaults, then the members of `options` (an object or NULL): numbers, booleans and strings; a string may
 *  also hold a number or "true"/"false", as a command line gives them.
 *  @return FL_EINVAL with the option's name as the place: unknown, wrong type, out of range, unknown node */
fl_status fl_settings_read(fl_settings *out, const fl_method *method, const fl_instance *instance,
                           const fl_value *options, fl_error *err);

/** The settings for an application that is solved alone: nodes left to their default are its source. */
fl_settings fl_settings_for(const fl_settings *settings, const fl_method *method, const fl_app *app);

/** Seconds on a clock that only goes forward. */
double fl_clock(void);

#endif
