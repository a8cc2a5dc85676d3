/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The published three-tier system and models, built from their numbers, and runs on them. */
#ifndef FINLAB_TESTS_PUBLISHED_H
#define FINLAB_TESTS_PUBLISHED_H

#include "core/exact.h"
#include "core/instance.h"
#include "core/result.h"
#include "heuristics/methods.h"
#include <stdio.h>
#include <stdlib.h>

typedef enum published_model { B_ALEXNET, B_RESNET, B_LENET } published_model;

/** Which end of a link sets its rate: always the receiver, or the slower of the two. */
typedef enum published_links { RECEIVER, BOTTLENECK } published_links;

static inline void published_stop(const char *what, const fl_error *err) {
    fprintf(stderr, "published: %s: %s %s\n", what, err->where, err->text);
    abort();
}

static inline fl_system published_system(fl_node nodes[3], fl_node_link links[3], published_links rule) {
    const double per_bit[3] = {10e-9, 0.00178e-9, 0.00022e-9}; /* s */
    const int pairs[3][2] = {{0, 1}, {1, 2}, {0, 2}};
    nodes[0] = (fl_node){"mobile", 0, 1.1e10, 6, 3e-8, 3e-8, INFINITY, INFINITY, 0};
    nodes[1] = (fl_node){"edge", 1, 1.534e11, 140, 3.7e-8, 3.7e-8, INFINITY, INFINITY, 0};
    nodes[2] = (fl_node){"cloud", 2, 3.12e11, 400, 1.26e-8, 1.26e-8, INFINITY, INFINITY, 0};
    for (int i = 0; i < 3; i++) {
        double from = per_bit[pairs[i][0]], to = per_bit[pairs[i][1]];
        double slowness = rule == BOTTLENECK ? fmax(from, to) : to;
        links[i] = (fl_node_link){pairs[i][0], pairs[i][1], {1 / slowness, 0, 0, INFINITY, 0}, i};
    }
    return (fl_system){.n_nodes = 3, .nodes = nodes, .n_links = 3, .links = links};
}

/** Fill the model's blocks and exits; returns how many blocks. CIFAR-10, or MNIST for B-LeNet. */
static inline int published_fill(fl_block blocks[5], fl_exit exits[3], int *n_exits, published_model model) {
    static const int first_only[1] = {0};
    static const struct {
        int n_blocks, n_exits;
        double mops[5], bytes[5], percent[3];
        int after[3];
    } table[] = {
        {5,
         3,
         {22.62, 6.711, 10.145, 19.201, 13.523},
         {27 * 27 * 256, 13 * 13 * 384, 13 * 13 * 384, 13 * 13 * 256, 0},
         {51.94 * 85.95 / 79.19, 71.91 * 85.95 / 79.19, 85.95},
         {1, 3, 5}},
        {5,
         3,
         {0.7733, 1.0803, 1.0593, 3.5043, 11.7704},
         {32 * 32 * 16, 32 * 32 * 16, 8 * 8 * 64, 8 * 8 * 64, 0},
         {32.86 * 93.70 / 79.17, 43.78 * 93.70 / 79.17, 93.70},
         {1, 3, 5}},
        {3, 2, {0.1674, 0.04, 0.048, 0, 0}, {10 * 10 * 16, 120, 0, 0, 0}, {93.59, 99.25, 0}, {1, 3, 0}},
    };
    *n_exits = table[model].n_exits;
    for (int l = 0; l < table[model].n_blocks; l++) {
        blocks[l] = (fl_block){
            .ops = table[model].mops[l] * 1e6, .out_bits = 8 * table[model].bytes[l], .n_allowed = -1};
    }
    blocks[0].n_allowed = 1;
    blocks[0].allowed = first_only;
    for (int e = 0; e < *n_exits; e++) {
        exits[e] = (fl_exit){.after = table[model].after[e], .accuracy = table[model].percent[e] / 100};
    }
    return table[model].n_blocks;
}

/** One application with this deadline (s) and accuracy; fl_instance_free(). */
static inline fl_instance *published_instance(published_model model, double deadline, double accuracy,
                                              published_links rule) {
    fl_node nodes[3];
    fl_node_link links[3];
    fl_block blocks[5];
    fl_exit exits[3];
    fl_app app = {.source = 0,
                  .rate = 1,
                  .deadline = deadline,
                  .accuracy = accuracy,
                  .count = 1,
                  .blocks = blocks,
                  .exits = exits};
    app.n_blocks = published_fill(blocks, exits, &app.n_exits, model);
    fl_instance parts = {.system = published_system(nodes, links, rule), .n_apps = 1, .apps = &app};
    fl_instance *instance;
    fl_error err;
    if (fl_instance_create(&instance, &parts, FL_PLACE_JSON, &err) != FL_OK) published_stop("instance", &err);
    return instance;
}

/** Run a method with one option set (NULL: none); the result lives in `arena` until its next use. */
static inline fl_result run_with(const fl_instance *instance, const fl_method *method, const char *option,
                                 double value, fl_arena *arena) {
    fl_settings settings;
    fl_result result;
    fl_error err;
    fl_settings_default(&settings, method, instance);
    if (option != NULL) settings.value[fl_method_option(method, option)] = value;
    if (fl_run(&result, instance, method, &settings, arena, NULL, &err) != FL_OK)
        published_stop(method->name, &err);
    return result;
}

#endif
