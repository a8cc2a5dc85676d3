/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/choices.h"
#include "core/instance_shared.h"

/* Features: what a solver must be able to honour */

/** The most that an application can ask of one node (op/s, bytes) and of one link (bit/s). */
static void most_use(const fl_app *app, int node, double *ops, double *memory, double *bits) {
    for (int l = 0; l < app->n_blocks; l++) {
        double flow = app->count * app->rate * fl_choices_most_reach(app, l);
        int exit = fl_cost_exit_after(app, l);
        *bits += flow * fl_choices_most_bits(app, l);
        if (!fl_block_allows(&app->blocks[l], node)) continue;
        *ops += flow * (app->blocks[l].ops + (exit >= 0 ? app->exits[exit].ops : 0));
        *memory += app->count * app->blocks[l].memory;
    }
}

static unsigned limits_that_bind(const fl_instance *instance) {
    double least_link = fl_instance_least_link_capacity(&instance->system);
    unsigned features = 0;
    for (int n = 0; n < instance->system.n_nodes; n++) {
        const fl_node *node = &instance->system.nodes[n];
        double ops = 0, memory = 0, bits = 0;
        for (int h = 0; h < instance->n_apps; h++) most_use(&instance->apps[h], n, &ops, &memory, &bits);
        if (ops > node->capacity || bits > least_link) features |= FL_FEATURE_CAPACITY;
        if (memory > node->memory) features |= FL_FEATURE_MEMORY;
    }
    return features;
}

bool fl_app_chooses(const fl_app *app) {
    bool any = app->n_thresholds > 0 || app->n_input_codings > 0;
    for (int l = 0; l < app->n_blocks; l++) any |= app->blocks[l].n_codings > 0;
    for (int e = 0; e + 1 < app->n_exits; e++) any |= app->exits[e].optional; /* the last is never off */
    return any;
}

static bool has_runs(const fl_app *app) {
    bool any = app->n_input_serial > 0;
    for (int l = 0; l < app->n_blocks; l++) any |= app->blocks[l].n_serial > 0;
    for (int i = 0; i < app->n_segments; i++) any |= app->segments[i].n_list > 0;
    return any;
}

/** Whether the latency of some plan can be above its mean. */
static bool has_deviations(const fl_instance *instance, const fl_app *app) {
    return app->deviations > 0 && fl_instance_most_deviation(&instance->system) > 0;
}

unsigned fl_instance_find_features(const fl_instance *instance) {
    unsigned features = instance->admission ? FL_FEATURE_ADMISSION : 0;
    for (int h = 0; h < instance->n_apps; h++) {
        if (instance->apps[h].n_slices > 0) features |= FL_FEATURE_SLICES;
    }
    if (instance->shared->limited) features |= limits_that_bind(instance);
    bool apart = instance->apps[0].count > 1 && features != 0; /* users whom the limits can set apart */
    if (instance->n_apps > 1 || apart) features |= FL_FEATURE_SEVERAL;
    for (int h = 0; h < instance->n_apps; h++) {
        if (fl_app_chooses(&instance->apps[h])) features |= FL_FEATURE_CHOICES;
        if (has_runs(&instance->apps[h])) features |= FL_FEATURE_RUNS;
        if (has_deviations(instance, &instance->apps[h])) features |= FL_FEATURE_DEVIATIONS;
    }
    return features;
}
