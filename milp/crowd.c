/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/crowd.h"

#include <stdint.h>

bool fl_property_of(const fl_property *property, const fl_placement *at, const fl_app *app) {
    switch (property->kind) {
    case FL_PROPERTY_SERVED:
        return true;
    case FL_PROPERTY_NODE:
        return property->at < app->exits[at->exit].after && at->nodes[property->at] == property->value;
    case FL_PROPERTY_EXIT:
        return at->exit == property->value;
    case FL_PROPERTY_LEVEL:
        break;
    }
    return at->levels[property->at] == property->value;
}

/** A level that must be reserved may be missing where the node is not used. */
static bool keeps_to(const fl_decision *decision, const fl_placement *at, const fl_app *app) {
    const fl_property *property = &decision->property;
    bool excused = property->kind == FL_PROPERTY_LEVEL && decision->must && at->levels[property->at] < 0;
    return excused || fl_property_of(property, at, app) == decision->must;
}

bool fl_crowd_admits(const fl_crowd *crowd, const fl_placement *at, const fl_app *app) {
    for (const fl_decision *one = crowd->decisions; one != NULL; one = one->before) {
        if (!keeps_to(one, at, app)) return false;
    }
    return true;
}

bool fl_crowd_may_refuse(const fl_crowd *crowd) {
    for (const fl_decision *one = crowd->decisions; one != NULL; one = one->before) {
        if (one->must) return false; /* who has any property is served */
    }
    return true;
}

bool fl_crowd_must_refuse(const fl_crowd *crowd) {
    for (const fl_decision *one = crowd->decisions; one != NULL; one = one->before) {
        if (!one->must && one->property.kind == FL_PROPERTY_SERVED) return true;
    }
    return false;
}

bool fl_crowd_may_reserve(const fl_crowd *crowd, int slice, int level) {
    for (const fl_decision *one = crowd->decisions; one != NULL; one = one->before) {
        const fl_property *property = &one->property;
        if (property->kind != FL_PROPERTY_LEVEL || property->at != slice) continue;
        bool excused = one->must && level < 0;
        if (!excused && (property->value == level) != one->must) return false;
    }
    return true;
}

bool fl_crowd_decided(const fl_crowd *crowd, const fl_property *property) {
    for (const fl_decision *one = crowd->decisions; one != NULL; one = one->before) {
        const fl_property *other = &one->property;
        if (other->kind != property->kind || other->at != property->at) continue;
        if (one->must || other->value == property->value) return true;
    }
    return false;
}

/* Barring */

static void forbid(const double *vector, int node) {
    if (vector != NULL) ((double *)(uintptr_t)vector)[node] = INFINITY;
}

void fl_crowd_bar_vertex(fl_layers *layers, int layer, int node) {
    const fl_layer *at = &layers->layer[layer];
    forbid(at->latency, node);
    forbid(at->energy, node);
    forbid(at->final_latency, node);
    forbid(at->final_energy, node);
}

static void bar_exit(fl_layer *layer) {
    layer->exit = -1;
    layer->final_latency = layer->final_energy = NULL;
}

/** All blocks up to layer `l` run, and that one on `node`. */
static void force_node(fl_layers *layers, int l, int node) {
    for (int i = 0; i < l && i < layers->n_layers; i++) bar_exit(&layers->layer[i]);
    for (int n = 0; n < layers->n_nodes && l < layers->n_layers; n++) {
        if (n != node) fl_crowd_bar_vertex(layers, l, n);
    }
    if (l >= layers->n_layers) layers->n_layers = 0;
}

static void keep_exit(fl_layers *layers, int exit, bool must) {
    for (int l = 0; l < layers->n_layers; l++) {
        if (layers->layer[l].exit >= 0 && (layers->layer[l].exit == exit) != must)
            bar_exit(&layers->layer[l]);
    }
}

void fl_crowd_bar(const fl_crowd *crowd, fl_layers *layers) {
    for (const fl_decision *one = crowd->decisions; one != NULL; one = one->before) {
        const fl_property *property = &one->property;
        if (property->kind == FL_PROPERTY_EXIT) keep_exit(layers, property->value, one->must);
        if (property->kind != FL_PROPERTY_NODE) continue;
        if (one->must) {
            force_node(layers, property->at, property->value);
        } else if (property->at < layers->n_layers) {
            fl_crowd_bar_vertex(layers, property->at, property->value);
        }
    }
}
