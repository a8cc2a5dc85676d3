/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/fin.h"
#include "heuristics/methods.h"

enum { GAMMA, ENGINE, LAMBDA, BOUND, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [GAMMA] = {"gamma", FL_OPTION_INT, 10, 1, FL_FIN_GAMMA_MOST, "auto",
               "levels into which the deadline is divided; auto: by the number of blocks"},
    [ENGINE] = {"engine", FL_OPTION_CHOICE, 0, 0, 0, "native|igraph",
                "own dynamic programme, or igraph on the explicit graph"},
    [LAMBDA] = {"lambda", FL_OPTION_INT, 0, 0, FL_FIN_GAMMA_MOST, NULL,
                "only plans that end at this level or later; 0: all"},
    [BOUND] = {"bound", FL_OPTION_BOOL, 1, 0, 0, NULL,
               "search the rounded-down graph too, for a lower bound or a proof of infeasibility"},
};

int fl_fin_gamma(const fl_layers *layers) {
    double gamma = fmax(30, 20.0 * layers->n_layers);
    return (int)fmin(gamma, FL_FIN_GAMMA_MOST);
}

static fl_fin_engine *const engines[] = {fl_fin_native, fl_fin_igraph};

/* The rounded-down graph: a lower bound, or the proof that there is no plan. Every plan has to be in it, so
 * lambda is off. */
static fl_status find_bound(fl_answer *answer, fl_fin_search search, fl_fin_engine *engine, fl_arena *arena,
                            fl_error *err) {
    fl_fin_found found;
    search.rounding = FL_FIN_DOWN;
    search.lambda = 0;
    FL_TRY(engine(&found, &search, arena, err));
    if (found.interrupted) {
        answer->stop = FL_STOP_INTERRUPTED;
    } else if (isinf(found.energy)) {
        answer->claim = FL_CLAIM_INFEASIBLE;
    } else {
        answer->bound = found.energy;
    }
    return FL_OK;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    const double *value = task->settings->value;
    fl_layers layers;
    fl_fin_found found;
    FL_TRY(fl_layers_build(&layers, task->instance, 0, task->arena, err));
    fl_fin_search search = {.layers = &layers,
                            .deadline = task->instance->apps[0].deadline,
                            .gamma = value[GAMMA] > 0 ? (int)value[GAMMA] : fl_fin_gamma(&layers),
                            .lambda = (int)value[LAMBDA],
                            .rounding = FL_FIN_UP,
                            .interrupt = task->interrupt};
    if (search.lambda > search.gamma)
        return fl_error_set(err, FL_EINVAL, "lambda", "must be at most gamma, which is %d", search.gamma);
    fl_fin_engine *engine = engines[(int)value[ENGINE]];
    FL_TRY(engine(&found, &search, task->arena, err));
    if (found.interrupted) {
        answer->stop = FL_STOP_INTERRUPTED;
        return FL_OK;
    }
    if (!isinf(found.energy)) FL_TRY(fl_path_offer(answer, task, &found.path, err));
    return value[BOUND] != 0 ? find_bound(answer, search, engine, task->arena, err) : FL_OK;
}

fl_status fl_fin_curve(double *energy, const fl_instance *instance, int gamma, fl_arena *arena,
                       fl_error *err) {
    const volatile sig_atomic_t never = 0;
    fl_layers layers;
    fl_fin_found found;
    if (instance->features != 0) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "FIN's curve needs one application and no limits");
    }
    for (int g = 0; g <= gamma; g++) energy[g] = INFINITY;
    FL_TRY(fl_layers_build(&layers, instance, 0, arena, err));
    if (layers.n_layers == 0) return FL_OK; /* no exit is accurate enough */
    fl_fin_search search = {.layers = &layers,
                            .deadline = instance->apps[0].deadline,
                            .gamma = gamma,
                            .rounding = FL_FIN_UP,
                            .by_level = energy,
                            .interrupt = &never};
    return fl_fin_native(&found, &search, arena, err);
}

const fl_method fl_fin_method = {
    .name = "fin",
    .summary = "feasible inference graph: latencies in whole levels, then a path of least energy",
    .may_claim = FL_CLAIM_BOUND,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
