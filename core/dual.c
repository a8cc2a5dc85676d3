/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/dual.h"
#include "core/tolerance.h"
#include <float.h>

/** Keep the path of `pass` when it is the cheapest in time so far. */
static void offer(fl_dual *dual, const fl_layers *layers, const fl_pass *pass, const int *nodes,
                  fl_cost cost) {
    if (cost.latency > layers->deadline || !(cost.energy < dual->cost.energy)) return;
    for (int l = 0; l <= pass->layer; l++) dual->nodes[l] = nodes[l];
    dual->exit = layers->layer[pass->layer].exit;
    dual->cost = cost;
}

/** One secant step: the multiplier at which the late and the timely path weigh the same, its pass, and which
 * of the two the pass's path replaces. Returns false when no path weighs less: the dual is solved. */
static bool step(fl_dual *dual, const fl_layers *layers, fl_cost *late, fl_cost *timely, fl_pass *spare,
                 int *nodes, double *scratch) {
    double lambda = (timely->energy - late->energy) / (late->latency - timely->latency);
    if (!(lambda > 0) || isinf(lambda)) return false;
    fl_pass_run(spare, layers, 1, lambda, scratch);
    fl_cost cost = fl_pass_trace(spare, layers, nodes);
    double weight = cost.energy + lambda * cost.latency, bound = weight - lambda * layers->deadline;
    offer(dual, layers, spare, nodes, cost);
    if (bound > dual->bound || dual->lambda == 0) {
        fl_pass swap = dual->reduced;
        dual->reduced = *spare;
        *spare = swap;
        dual->lambda = lambda;
        dual->bound = fmax(bound, dual->bound);
    }
    double secant = timely->energy + lambda * timely->latency;
    if (!(weight < secant * (1 - FL_TOLERANCE_SECANT))) return false;
    if (cost.latency > layers->deadline) {
        *late = cost;
    } else {
        *timely = cost;
    }
    return true;
}

/** More than the rounding errors of any sum of reduced weights along a path worth looking at. */
static double rounding(const fl_dual *dual, const fl_layers *layers) {
    return 16 * DBL_EPSILON * layers->n_layers * (dual->cost.energy + dual->lambda * layers->deadline);
}

static fl_status reserve(fl_dual *dual, const fl_layers *layers, fl_pass *spare, int **nodes,
                         double **scratch, fl_arena *arena, fl_error *err) {
    FL_TRY(fl_pass_init(&dual->energy, layers, arena, err));
    FL_TRY(fl_pass_init(&dual->latency, layers, arena, err));
    FL_TRY(fl_pass_init(&dual->reduced, layers, arena, err));
    FL_TRY(fl_pass_init(spare, layers, arena, err));
    dual->nodes = FL_NEW(arena, layers->n_layers, int);
    *nodes = FL_NEW(arena, layers->n_layers, int);
    *scratch = FL_NEW(arena, 3 * (size_t)layers->n_nodes, double);
    if (dual->nodes == NULL || *nodes == NULL || *scratch == NULL) return fl_arena_error(arena, err);
    return FL_OK;
}

fl_status fl_dual_solve(fl_dual *out, const fl_layers *layers, int steps, bool both, fl_arena *arena,
                        fl_error *err) {
    fl_pass spare;
    int *nodes;
    double *scratch;
    *out = (fl_dual){.end = FL_DUAL_BRACKET, .bound = -INFINITY, .exit = -1, .cost = {INFINITY, INFINITY}};
    FL_TRY(reserve(out, layers, &spare, &nodes, &scratch, arena, err));

    fl_pass_run(&out->energy, layers, 1, 0, scratch);
    if (out->energy.layer < 0) {
        out->end = FL_DUAL_NO_PATH;
        return FL_OK;
    }
    fl_cost late = fl_pass_trace(&out->energy, layers, nodes);
    out->bound = late.energy;
    offer(out, layers, &out->energy, nodes, late);
    if (out->exit >= 0) {
        out->end = FL_DUAL_CHEAPEST;
        if (both) fl_pass_run(&out->latency, layers, 0, 1, scratch);
        out->slack = rounding(out, layers);
        return FL_OK;
    }

    fl_pass_run(&out->latency, layers, 0, 1, scratch);
    fl_cost timely = fl_pass_trace(&out->latency, layers, nodes);
    offer(out, layers, &out->latency, nodes, timely);
    if (out->exit < 0) {
        out->end = FL_DUAL_LATE;
        return FL_OK;
    }

    for (int i = 0; i < steps; i++) {
        if (!step(out, layers, &late, &timely, &spare, nodes, scratch)) break;
        if (out->bound >= out->cost.energy) break;
    }
    out->slack = rounding(out, layers);
    return FL_OK;
}
