/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/plain.h"
#include "core/evaluate.h"
#include "core/instance_shared.h"

/* Leaving out; a failed allocation is noticed by the arena. */

static void leave_choices(fl_app *app, fl_block *blocks, fl_arena *arena) {
    fl_exit *exits = FL_NEW(arena, app->n_exits, fl_exit);
    app->n_input_codings = app->n_thresholds = 0;
    for (int l = 0; l < app->n_blocks; l++) blocks[l].n_codings = 0;
    for (int e = 0; exits != NULL && e < app->n_exits; e++) {
        exits[e] = app->exits[e];
        exits[e].optional = false;
    }
    app->exits = exits;
}

/** What was measured of block `l` by itself: segments of it alone over its own times and energies. */
static void measure_alone(fl_block *block, const fl_app *app, int l, fl_arena *arena) {
    int most = block->n_measured + app->n_segments, n = 0;
    fl_measured *list = FL_NEW(arena, most, fl_measured);
    if (list == NULL) return;
    for (int i = 0, k = 0; i < block->n_measured || k < app->n_segments;) {
        const fl_measured *own = i < block->n_measured ? &block->measured[i] : NULL;
        const fl_segments *run = k < app->n_segments ? &app->segments[k] : NULL;
        bool take_own = own != NULL && (run == NULL || own->node <= run->node);
        bool take_run = run != NULL && (own == NULL || run->node <= own->node);
        double time = take_run ? fl_segments_time(run, l, l) : -1;
        if (time >= 0) {
            list[n++] = (fl_measured){run->node, time, -1};
        } else if (take_own) {
            list[n++] = *own;
        }
        i += take_own;
        k += take_run;
    }
    block->measured = list;
    block->n_measured = n;
}

static void leave_runs(fl_app *app, fl_block *blocks, fl_arena *arena) {
    for (int l = 0; l < app->n_blocks; l++) {
        blocks[l].n_serial = 0;
        if (app->n_segments > 0) measure_alone(&blocks[l], app, l, arena);
    }
    app->n_input_serial = app->n_segments = 0;
}

fl_status fl_plain_read(fl_instance **out, const fl_instance *instance, unsigned features, fl_arena *arena,
                        fl_error *err) {
    fl_app *apps;
    FL_TRY(fl_instance_create_variant(out, &apps, instance, instance->shared, instance->n_apps, err));
    for (int h = 0; h < instance->n_apps; h++) {
        apps[h] = instance->apps[h];
        fl_block *blocks = FL_NEW(arena, apps[h].n_blocks, fl_block);
        if (blocks == NULL) break;
        for (int l = 0; l < apps[h].n_blocks; l++) blocks[l] = apps[h].blocks[l];
        if (features & FL_FEATURE_CHOICES) leave_choices(&apps[h], blocks, arena);
        if (features & FL_FEATURE_RUNS) leave_runs(&apps[h], blocks, arena);
        if (features & FL_FEATURE_DEVIATIONS) apps[h].deviations = 0;
        apps[h].blocks = blocks;
    }
    (*out)->features &= ~features;
    if (!arena->failed) return FL_OK;
    fl_instance_free(*out);
    *out = NULL;
    return fl_arena_error(arena, err);
}

bool fl_plain_relaxes(const fl_instance *instance, unsigned features) {
    if (instance->features & features & FL_FEATURE_CHOICES) return false;
    bool segments = false;
    for (int h = 0; h < instance->n_apps; h++) segments |= instance->apps[h].n_segments > 0;
    return !(features & FL_FEATURE_RUNS) || !segments;
}

/** Take out of an answer for the reading what it does not say of the instance. */
static void keep_proofs(fl_answer *answer, bool relaxes) {
    answer->n_alternatives = 0;
    if (relaxes && answer->claim != FL_CLAIM_OPTIMAL) return;
    answer->claim = FL_CLAIM_NOTHING;
    if (relaxes) return;
    answer->bound = -INFINITY;
    answer->most_served = -1;
}

/** An optimum of the reading bounds as it is: what remains of it where the reading relaxes the instance. */
static fl_status bound_optimum(fl_answer *answer, const fl_task *reading, fl_error *err) {
    fl_verdict verdict;
    bool proven = answer->claim == FL_CLAIM_OPTIMAL && answer->plan.n_apps > 0;
    if (!proven || answer->bound > -INFINITY || reading->instance->admission) return FL_OK;
    FL_TRY(fl_evaluate_plan(&verdict, NULL, reading->instance, &answer->plan, reading->arena, err));
    answer->bound = verdict.energy;
    return FL_OK;
}

fl_status fl_plain_solve(fl_answer *answer, const fl_task *task, const fl_method *method, fl_error *err) {
    unsigned unknown = task->instance->features & ~method->honours & FL_FEATURES_OWN;
    if (unknown == 0) return method->solve(answer, task, err);
    fl_task reading = *task;
    fl_instance *plain;
    FL_TRY(fl_plain_read(&plain, task->instance, unknown, task->arena, err));
    reading.instance = plain;
    fl_status status = method->solve(answer, &reading, err);
    if (status == FL_OK) status = bound_optimum(answer, &reading, err);
    if (status == FL_OK) keep_proofs(answer, fl_plain_relaxes(task->instance, unknown));
    fl_instance_free(plain);
    return status;
}
