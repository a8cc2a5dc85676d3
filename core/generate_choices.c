/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate_draw.h"

/* Choices */

/** Up to three codings of data of `bits`, smaller mostly, some without a loss. */
static const fl_coding *draw_codings(fl_generate_draw *draw, double bits, int *n_out) {
    fl_random *random = &draw->random;
    int n = fl_random_chance(random, 0.7) ? fl_random_int(random, 1, 3) : 0;
    fl_coding *codings = FL_NEW(draw->arena, n, fl_coding);
    *n_out = codings != NULL ? n : 0;
    for (int i = 0; i < *n_out; i++) {
        double part = fl_random_between(random, 0.02, 1.05);
        bool lossless = fl_random_chance(random, 0.2);
        codings[i] = (fl_coding){.name = fl_generate_name(draw, "c", i + 1),
                                 .bits = draw->coarse ? floor(part * 10) / 10 * bits : part * bits,
                                 .loss = lossless ? 0 : fl_generate_magnitude(draw, 1e-3, 0.2)};
    }
    return codings;
}

static void draw_thresholds(fl_generate_draw *draw, fl_app *app) {
    fl_random *random = &draw->random;
    int n = fl_random_int(random, 1, 3);
    fl_threshold *thresholds = FL_NEW(draw->arena, n, fl_threshold);
    double *numbers = FL_NEW(draw->arena, 2 * (size_t)n * (size_t)app->n_exits, double);
    if (thresholds == NULL || numbers == NULL) return;
    for (int t = 0; t < n; t++) {
        double *shares = numbers, *accuracies = numbers + app->n_exits, left = 1;
        for (int e = 0; e < app->n_exits; e++) {
            double change = fl_random_between(random, -0.1, 0.1);
            shares[e] = fl_random_chance(random, 0.2) ? 0 : left * fl_random_between(random, 0, 0.7);
            accuracies[e] = fmin(fmax(app->exits[e].accuracy + change, 0), 1);
            left -= shares[e];
        }
        thresholds[t] = (fl_threshold){fl_generate_name(draw, "t", t + 1), shares, accuracies};
        numbers += 2 * (size_t)app->n_exits;
    }
    app->thresholds = thresholds;
    app->n_thresholds = n;
}

/** Most exits, the last one included, which has nothing after it to leave at. */
static void draw_optional(fl_generate_draw *draw, fl_app *app) {
    fl_exit *exits = FL_NEW(draw->arena, app->n_exits, fl_exit);
    if (exits == NULL) return;
    for (int e = 0; e < app->n_exits; e++) {
        exits[e] = app->exits[e];
        exits[e].optional = fl_random_chance(&draw->random, 0.7);
    }
    app->exits = exits;
}

/* Runs */

static const fl_serial *draw_serial(fl_generate_draw *draw, int *n_out) {
    fl_serial *serial = FL_NEW(draw->arena, draw->recipe.nodes, fl_serial);
    bool any = fl_random_chance(&draw->random, 0.7);
    *n_out = 0;
    for (int n = 0; serial != NULL && any && n < draw->recipe.nodes; n++) {
        double pack = fl_generate_magnitude(draw, 1e-6, 1e-3) * draw->recipe.time_scale;
        double unpack = fl_generate_magnitude(draw, 1e-6, 1e-3) * draw->recipe.time_scale;
        int which = fl_random_int(&draw->random, 0, 3);
        if (which == 0) continue;
        serial[(*n_out)++] = (fl_serial){n, which & 1 ? pack : 0, which & 2 ? unpack : 0};
    }
    return serial;
}

/** Most runs on one node, mostly faster than their blocks one by one. */
static void draw_runs(fl_generate_draw *draw, const fl_node *on, const fl_app *app, fl_segments *out) {
    int n = app->n_blocks;
    fl_segment *list = FL_NEW(draw->arena, n * (size_t)(n + 1) / 2, fl_segment);
    out->list = list;
    for (int first = 1; list != NULL && first <= n; first++) {
        double time = 0;
        for (int last = first; last <= n; last++) {
            double own = app->blocks[last - 1].ops / on->speed;
            time += own * fl_random_between(&draw->random, 0.3, 1.1);
            if (fl_random_chance(&draw->random, 0.2)) continue;
            list[out->n_list++] = (fl_segment){.first = first, .last = last, .time = time};
        }
    }
}

static void draw_segments(fl_generate_draw *draw, const fl_system *system, fl_app *app) {
    fl_segments *segments = FL_NEW(draw->arena, draw->recipe.nodes, fl_segments);
    for (int n = 0; segments != NULL && n < draw->recipe.nodes; n++) {
        if (fl_random_chance(&draw->random, 0.4)) continue;
        segments[app->n_segments] = (fl_segments){.node = n};
        draw_runs(draw, &system->nodes[n], app, &segments[app->n_segments++]);
    }
    app->segments = segments;
}

/** A copy of the application's blocks, with what the recipe asks of their outputs. */
static void draw_outputs(fl_generate_draw *draw, fl_app *app) {
    fl_block *blocks = FL_NEW(draw->arena, app->n_blocks, fl_block);
    if (blocks == NULL) return;
    for (int l = 0; l < app->n_blocks; l++) {
        blocks[l] = app->blocks[l];
        if (draw->recipe.codings)
            blocks[l].codings = draw_codings(draw, blocks[l].out_bits, &blocks[l].n_codings);
        if (draw->recipe.serial) blocks[l].serial = draw_serial(draw, &blocks[l].n_serial);
    }
    app->blocks = blocks;
}

void fl_generate_choices(fl_generate_draw *draw, const fl_system *system, fl_app *app) {
    const fl_recipe *recipe = &draw->recipe;
    if (system->nodes == NULL || app->exits == NULL || app->blocks == NULL) return;
    if (recipe->codings) app->input_codings = draw_codings(draw, app->input_bits, &app->n_input_codings);
    if (recipe->serial) app->input_serial = draw_serial(draw, &app->n_input_serial);
    if (recipe->codings || recipe->serial) draw_outputs(draw, app);
    if (recipe->optional) draw_optional(draw, app);
    if (recipe->thresholds) draw_thresholds(draw, app);
    if (recipe->segments) draw_segments(draw, system, app);
}
