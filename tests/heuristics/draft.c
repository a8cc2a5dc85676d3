/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: random moves reach every plan, and keep what a plan is. */
#include "heuristics/draft.h"
#include "core/generate.h"
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
