/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: random moves reach every plan, and keep what a plan is. */
#include "heuristics/draft.h"
#include "core/generate.h"
#include "core/passes.h"
#include <criterion/criterion.h>

enum { BLOCKS = 4, NODES = 3, EXITS = 3, MOVES = 4000 };

Test(draft, random_moves_reach_every_exit_and_every_node_of_every_block) {
    fl_arena arena;
    fl_error err;
    fl_layers layers;
    fl_drafts drafts;
    fl_draft draft;
    fl_random random;
    fl_instance *instance;
    fl_recipe recipe = {.seed = 2, .blocks = BLOCKS, .nodes = NODES, .exits = EXITS, .plain = true};
    bool exits[EXITS] = {false}, nodes[BLOCKS][NODES] = {{false}};
    int n_exits = 0, n_nodes = 0;
    fl_arena_init(&arena, 0);
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
    fl_change loose = FL_CHANGE_NONE;
    loose.accuracy = 0;
    loose.deadline = 1e9;
    fl_instance *variant;
    cr_assert(fl_instance_with(&variant, instance, &loose, 1, FL_PLACE_JSON, &err) == FL_OK);
    cr_assert(fl_layers_build(&layers, variant, 0, &arena, &err) == FL_OK);
    cr_assert(fl_drafts_create(&drafts, &layers, &arena, &err) == FL_OK);
    cr_assert(fl_draft_create(&draft, &drafts, &arena, &err) == FL_OK);
    fl_random_seed(&random, 1);
    cr_assert(fl_draft_build(&draft, &drafts, NULL));
    for (int i = 0; i < MOVES; i++) {
        fl_draft_move(&draft, &drafts, &random);
        int depth = fl_draft_depth(&draft, &drafts);
        cr_assert(draft.path.exit >= 0 && draft.path.exit < EXITS && depth >= 1 && depth <= BLOCKS);
        n_exits += !exits[draft.path.exit];
        exits[draft.path.exit] = true;
        for (int l = 0; l < depth; l++) {
            int node = draft.path.nodes[l];
            cr_assert(node >= 0 && node < NODES);
            n_nodes += !nodes[l][node];
            nodes[l][node] = true;
        }
    }
    cr_assert(n_exits == EXITS && n_nodes == BLOCKS * NODES, "%d exits, %d nodes", n_exits, n_nodes);
    fl_instance_free(variant);
    fl_instance_free(instance);
    fl_arena_free(&arena);
}

Test(draft, is_built_in_time_whenever_anything_is) {
    int in_time = 0, late = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_arena arena;
        fl_error err;
        fl_layers layers;
        fl_drafts drafts;
        fl_draft draft;
        fl_random random;
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed, .blocks = 6, .nodes = 4, .tightness = FL_TIGHTNESS_TIGHT};
        int nodes[6], exit;
        fl_cost fastest;
        fl_arena_init(&arena, 0);
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
        cr_assert(fl_pass_shortest(&layers, 0, 1, nodes, &exit, &fastest, &arena, &err) == FL_OK);
        if (seed % 4 == 0) layers.deadline = 0.99 * fastest.latency;
        bool possible = exit >= 0 && fastest.latency <= layers.deadline * (1 - 1e-9);
        cr_assert(fl_drafts_create(&drafts, &layers, &arena, &err) == FL_OK);
        cr_assert(fl_draft_create(&draft, &drafts, &arena, &err) == FL_OK);
        fl_random_seed(&random, seed);
        for (int i = 0; i < 10; i++) {
            bool built = fl_draft_build(&draft, &drafts, i > 0 ? &random : NULL);
            cr_assert(built || !possible, "seed %d: a plan is in time", (int)seed);
            if (!built) continue;
            fl_draft_measure(&draft, &drafts);
            cr_assert(draft.cost.latency <= layers.deadline * (1 + 1e-9), "seed %d", (int)seed);
        }
        in_time += possible;
        late += !possible;
        fl_instance_free(instance);
        fl_arena_free(&arena);
    }
    cr_assert(in_time > 100 && late > 5, "%d in time, %d late", in_time, late);
}
