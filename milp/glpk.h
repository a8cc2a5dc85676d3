/* SPDX-License-Identifier: GPL-3.0-or-later */
/** GLPK behind a guard: the only file that knows the library.
 *
 *  Left to itself GLPK prints to stdout and calls abort() on misuse, failed assertions and memory
 *  shortage. Here every call runs with an error hook that jumps back out and a terminal hook that keeps
 *  the text, so that a fatal error becomes a status; and nothing is printed.
 *
 *  GLPK keeps its state per thread. fl_glpk_solve() ends with glp_free_env(), so that a thread leaves
 *  nothing behind, which also means: any other GLPK object of the calling thread is gone afterwards. */
#ifndef FINLAB_MILP_GLPK_H
#define FINLAB_MILP_GLPK_H

#include "milp/model.h"
#include <signal.h>

typedef enum fl_glpk_end {
    FL_GLPK_OPTIMAL,    /* optimal as far as GLPK's tolerances tell */
    FL_GLPK_INFEASIBLE, /* no solution */
    FL_GLPK_GAP,        /* the gap asked for was reached */
    FL_GLPK_TIME,
    FL_GLPK_NODES,
    FL_GLPK_INTERRUPTED
} fl_glpk_end;

/** When to stop, and what not to look for. */
typedef struct fl_glpk_limits {
    double until;      /* fl_clock() at which to stop; INFINITY: no limit */
    double gap;        /* stop when (energy - bound) / energy is at most this; 0: at the optimum */
    long nodes;        /* look at this many nodes of the search tree at most; LONG_MAX: no limit */
    double most;       /* J, of solutions that are of interest; INFINITY: all are */
    double slack;      /* J, by which a solution must be better to be worth a look */
    size_t memory;     /* bytes GLPK may take; 0: no limit */
    bool scaled;       /* let GLPK scale the model */
    bool guessing;     /* branch by pseudo-costs: see below */
    const bool *known; /* [n_columns] a solution to start from: its whole columns; NULL: none */
    const volatile sig_atomic_t *interrupt; /* nonzero: stop as soon as possible; NULL: never */
} fl_glpk_limits;

/** What `memory` is when GLPK may take what `arena` may still reserve. */
size_t fl_glpk_memory(const fl_arena *arena);

typedef struct fl_glpk_outcome {
    fl_glpk_end end;
    bool *chosen;     /* [n_columns] which columns are not 0 in the best solution; NULL: none found */
    double *value;    /* [n_columns] of the same solution, whole columns rounded */
    double *dual;     /* [n_rows] of the first relaxation, objective units; NULL: not solved */
    double objective; /* GLPK's own value of the best solution; to compare, never to report */
    double bound;     /* GLPK's lower bound on the objective; -INFINITY: none */
    double blur;      /* what GLPK takes for 0 in the cost of one column: see milp/milp.c, error_of() */
    long nodes;       /* nodes of the search tree that were looked at */
} fl_glpk_outcome;

/** Solve a model.
 *
 *  GLPK 5.0's defaults are not what this problem needs, so three of them are off:
 *  - The presolver cannot be stopped, and it and the scaling hide to which costs GLPK's tolerances apply
 *    in the end; scaling alone made them up to 60 times coarser. The rows here are of one size as they
 *    are. Only when the simplex gives up for instability is the same model solved again, scaled.
 *  - The "long-step" dual simplex, which is on without being documented, did not come back in 1 of 30,000
 *    small models; the textbook one did.
 *
 *  Branching by pseudo-costs is up to hundreds of times faster where users are alike, and slower where a path
 *  is all there is. GLPK now and then fails an assertion in it: the model is then solved again without.
 *
 *  A node limit is exact and gives the same answer everywhere.
 *
 *  @param out  its arrays live in `arena`; filled on FL_ENOMEM too, as far as it went
 *  @return FL_ENOMEM, also when `memory` was too little; FL_EINVAL as fl_model_check(); FL_EINTERNAL with
 *          GLPK's own text when it failed */
fl_status fl_glpk_solve(fl_glpk_outcome *out, const fl_model *model, const fl_glpk_limits *limits,
                        fl_arena *arena, fl_error *err);

/** Where a relaxation's last solve ended, so that the next one of the same model, which may have more rows
 *  and columns, other costs, bounds and right-hand sides, starts there. {0} to begin with. */
typedef struct fl_glpk_basis {
    int n_rows, n_columns; /* known of; later ones start as slack rows and columns at 0 */
    int row_room, column_room;
    bool *row, *column; /* which are basic; as many as there are rows, or GLPK finds a basis of its own */
    bool dual;          /* start with the dual simplex: only bounds and right-hand sides are new */
} fl_glpk_basis;

/** Know as many rows and columns as the model has.
 *  @param arena  the basis grows in it */
fl_status fl_glpk_grow(fl_glpk_basis *basis, const fl_model *model, fl_arena *arena, fl_error *err);

typedef struct fl_glpk_relaxed {
    fl_glpk_end end;  /* OPTIMAL, INFEASIBLE, TIME or INTERRUPTED */
    double objective; /* the last three: when OPTIMAL, within GLPK's tolerances */
    double *value;    /* [n_columns] */
    double *dual;     /* [n_rows] objective units per unit of the right-hand side */
} fl_glpk_relaxed;

/** Solve a model as if no column had to be whole, by the simplex from `basis`, which then is the new one. Of
 * the limits only `until`, `memory` and `interrupt` count. Loading the model anew costs less than keeping
 * GLPK's own copy in step with it, and leaves nothing behind.
 *  @param out    its arrays live in `arena`
 *  @param basis  grows in `kept`
 *  @return as fl_glpk_solve() */
fl_status fl_glpk_relax(fl_glpk_relaxed *out, const fl_model *model, fl_glpk_basis *basis,
                        const fl_glpk_limits *limits, fl_arena *kept, fl_arena *arena, fl_error *err);

/** A way to divide a relaxation: a sum of columns is at least `least`, or at most `least - 1`. */
typedef struct fl_glpk_trial {
    const int *column; /* [n_columns] of the sum */
    int n_columns;
    double least;
    double more, fewer; /* out: the objective then, or what it is at least; INFINITY: no solution */
} fl_glpk_trial;

/** Try ways to divide a relaxation that fl_glpk_relax() has just solved, each for a few steps of the dual
 *  simplex from its basis. The model may have more columns and rows by now.
 *  @param most  objectives from here on are as good as INFINITY
 *  @param kept  the basis grows in it
 *  @return as fl_glpk_solve(); what was not tried when a limit strikes has no effect: both are the same */
fl_status fl_glpk_probe(fl_glpk_trial *trials, int n, const fl_model *model, fl_glpk_basis *basis,
                        double most, const fl_glpk_limits *limits, fl_arena *kept, fl_arena *arena,
                        fl_error *err);

#endif
