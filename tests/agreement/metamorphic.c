/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an instance's optimum must keep when the instance is changed in a way whose effect is known. No truth
 * is needed, so the instances may be larger than brute force allows. */
#include "core/random.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena, parts_arena;
static fl_error err;
static fl_random random;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&parts_arena, 0);
    fl_random_seed(&random, 5);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&parts_arena);
}

TestSuite(metamorphic, .init = start, .fini = stop);

/* Parts that may be changed */

/** A copy of an instance's parts, all arrays in parts_arena and writable. */
typedef struct copy {
    fl_instance parts;
    fl_node *nodes;
    fl_node_link *links;
    fl_tier_link *tier_links;
    fl_app *apps;
} copy;

static void *twin(const void *from, int n, size_t size) {
    void *to = fl_arena_zero(&parts_arena, (size_t)(n > 0 ? n : 1), size);
    cr_assert_not_null(to);
    if (n > 0) memcpy(to, from, (size_t)n * size);
    return to;
}

static void copy_blocks(fl_app *app) {
    fl_block *blocks = twin(app->blocks, app->n_blocks, sizeof *blocks);
    for (int l = 0; l < app->n_blocks; l++) {
        blocks[l].measured = twin(blocks[l].measured, blocks[l].n_measured, sizeof *blocks[l].measured);
        blocks[l].allowed = twin(blocks[l].allowed, blocks[l].n_allowed, sizeof *blocks[l].allowed);
    }
    app->blocks = blocks;
}

/** @param more  room for so many nodes more */
static copy copy_of(const fl_instance *instance, int more) {
    const fl_system *system = &instance->system;
    copy new = {.parts = *instance};
    new.nodes = FL_ZERO(&parts_arena, system->n_nodes + more, fl_node);
    memcpy(new.nodes, system->nodes, (size_t)system->n_nodes * sizeof *new.nodes);
    int room = system->n_links + 2 * more * system->n_nodes;
    new.links = fl_arena_zero(&parts_arena, (size_t)room + 1, sizeof *new.links);
    if (system->n_links > 0) memcpy(new.links, system->links, (size_t)system->n_links * sizeof *new.links);
    new.tier_links = twin(system->tier_links, system->n_tier_links, sizeof *new.tier_links);
    new.apps = twin(instance->apps, instance->n_apps, sizeof *new.apps);
    for (int h = 0; h < instance->n_apps; h++) copy_blocks(&new.apps[h]);
    new.parts.system.nodes = new.nodes;
    new.parts.system.links = new.links;
    new.parts.system.tier_links = new.tier_links;
    new.parts.apps = new.apps;
    return new;
}

static fl_block *block(copy *of, int h, int l) {
    return (fl_block *)(uintptr_t)&of->apps[h].blocks[l]; /* writable: copy_blocks() */
}

static fl_measured *measured(copy *of, int h, int l, int i) {
    return (fl_measured *)(uintptr_t)&of->apps[h].blocks[l].measured[i];
}

/* Comparing */

/** What a method says of an instance: the optimum's power (J/s), -1 when it is infeasible. */
static double optimum(const fl_method *method, const fl_instance *instance) {
    fl_result result;
    cr_assert(solve_run(&result, instance, method, NULL, &arena, &err) == FL_OK, "%s: %s", draw_say(instance),
              err.text);
    bool decided = result.status == FL_RESULT_OPTIMAL || result.status == FL_RESULT_INFEASIBLE;
    cr_assert(decided, "%s: %s: %s", draw_say(instance), method->name, fl_result_status_name(result.status));
    return result.has_plan ? result.verdict.power : -1;
}

/** How the changed instance's optimum relates to the old one. */
typedef enum relation { SAME, NOT_MORE, NOT_LESS } relation;

static void relate(const fl_method *method, const fl_instance *instance, const copy *changed, double factor,
                   relation expected, const char *what) {
    fl_instance *other;
    cr_assert(fl_instance_create(&other, &changed->parts, FL_PLACE_JSON, &err) == FL_OK, "%s: %s: %s %s",
              what, draw_say(instance), err.where, err.text);
    double before = optimum(method, instance), after = optimum(method, other);
    double slack = 2e-9 * fabs(before * factor);
    bool more = before >= 0 && (after < 0 || after > before * factor + slack);
    bool less = after >= 0 && (before < 0 || after < before * factor - slack);
    bool holds = (expected == NOT_LESS || !more) && (expected == NOT_MORE || !less);
    cr_assert(holds, "%s: %s: %s: %.17g W, then %.17g W", draw_say(instance), method->name, what, before,
              after);
    fl_instance_free(other);
    fl_arena_reset(&parts_arena);
}

/* The changes */

/** Nodes in another order, with all that names them; links, allowed nodes and names in another order too. */
static copy permuted(const fl_instance *instance) {
    copy new = copy_of(instance, 0);
    int n = instance->system.n_nodes, *to = fl_arena_alloc(&parts_arena, (size_t)n, sizeof *to);
    for (int i = 0; i < n; i++) to[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int j = fl_random_int(&random, 0, i), swap = to[i];
        to[i] = to[j];
        to[j] = swap;
    }
    for (int i = 0; i < n; i++) new.nodes[to[i]] = instance->system.nodes[i];
    for (int i = 0; i < instance->system.n_links; i++) {
        fl_node_link *link = &new.links[i];
        *link = instance->system.links[instance->system.n_links - 1 - i];
        link->from = to[link->from];
        link->to = to[link->to];
    }
    for (int h = 0; h < instance->n_apps; h++) {
        new.apps[h].source = to[new.apps[h].source];
        for (int l = 0; l < new.apps[h].n_blocks; l++) {
            int *allowed = (int *)(uintptr_t)block(&new, h, l)->allowed;
            for (int i = 0; i < block(&new, h, l)->n_allowed; i++) allowed[i] = to[allowed[i]];
            for (int k = 0, i = 0; k < n; k++) { /* measured nodes must ascend */
                for (int j = 0; j < block(&new, h, l)->n_measured; j++) {
                    fl_measured old = instance->apps[h].blocks[l].measured[j];
                    if (to[old.node] != k) continue;
                    old.node = k;
                    *measured(&new, h, l, i++) = old;
                }
            }
        }
    }
    return new;
}

/** All energies times `energy`, all times times `time`. */
static copy scaled(const fl_instance *instance, double energy, double time) {
    copy new = copy_of(instance, 0);
    for (int n = 0; n < instance->system.n_nodes; n++) {
        fl_node *node = &new.nodes[n];
        node->speed /= time;
        node->power *= energy / time;
        node->tx_energy *= energy;
        node->rx_energy *= energy;
        node->capacity /= time;
    }
    for (int i = 0; i < instance->system.n_links; i++) {
        fl_link *link = &new.links[i].link;
        *link =
            (fl_link){link->rate / time, link->delay * time, link->energy * energy, link->capacity / time};
    }
    for (int i = 0; i < instance->system.n_tier_links; i++) {
        fl_link *link = &new.tier_links[i].link;
        *link =
            (fl_link){link->rate / time, link->delay * time, link->energy * energy, link->capacity / time};
    }
    for (int h = 0; h < instance->n_apps; h++) {
        new.apps[h].deadline *= time;
        new.apps[h].rate /= time;
        for (int l = 0; l < new.apps[h].n_blocks; l++) {
            for (int i = 0; i < block(&new, h, l)->n_measured; i++) {
                fl_measured *value = measured(&new, h, l, i);
                if (value->time >= 0) value->time *= time;
                if (value->energy >= 0) value->energy *= energy;
            }
        }
    }
    return new;
}

/** A node more: like node 0 and linked like it, but half as fast and twice as hungry. */
static copy dominated(const fl_instance *instance) {
    copy new = copy_of(instance, 1);
    fl_system *system = &new.parts.system;
    int worse = system->n_nodes++;
    new.nodes[worse] = instance->system.nodes[0];
    new.nodes[worse].name = "worse";
    new.nodes[worse].speed /= 2;
    new.nodes[worse].power *= 4;
    for (int i = 0; i < instance->system.n_links; i++) {
        fl_node_link link = instance->system.links[i];
        if (link.from != 0 && link.to != 0) continue;
        if (link.from == 0)
            link.from = worse;
        else
            link.to = worse;
        link.index = system->n_links;
        new.links[system->n_links++] = link;
    }
    return new;
}

/** A block of no operations after block 0 that passes on what block 0 sends. */
static copy with_relay(const fl_instance *instance) {
    copy new = copy_of(instance, 0);
    fl_app *app = &new.apps[0];
    fl_block *blocks = fl_arena_zero(&parts_arena, (size_t)app->n_blocks + 1, sizeof *blocks);
    blocks[0] = app->blocks[0];
    blocks[1] = (fl_block){.out_bits = blocks[0].out_bits, .n_allowed = -1};
    memcpy(blocks + 2, app->blocks + 1, (size_t)(app->n_blocks - 1) * sizeof *blocks);
    for (int l = 0; l <= app->n_blocks; l++) blocks[l].name = NULL;
    fl_exit *exits = twin(app->exits, app->n_exits, sizeof *exits);
    for (int e = 0; e < app->n_exits; e++) exits[e].after += exits[e].after > 1;
    app->blocks = blocks;
    app->exits = exits;
    app->n_blocks++;
    return new;
}

static copy loosened(const fl_instance *instance, bool limits) {
    copy new = copy_of(instance, 0);
    for (int h = 0; h < instance->n_apps; h++) {
        new.apps[h].deadline *= 1 + fl_random_unit(&random);
        new.apps[h].accuracy *= fl_random_unit(&random);
    }
    for (int n = 0; limits && n < instance->system.n_nodes; n++) {
        new.nodes[n].capacity *= 1 + fl_random_unit(&random);
        new.nodes[n].memory *= 1 + fl_random_unit(&random);
    }
    for (int i = 0; limits && i < instance->system.n_links; i++) {
        new.links[i].link.capacity *= 1 + fl_random_unit(&random);
    }
    return new;
}

/* Trying them */

static void try_changes(const fl_method *method, const fl_instance *instance, bool limits) {
    copy changed = permuted(instance);
    relate(method, instance, &changed, 1, SAME, "nodes in another order");
    changed = scaled(instance, 2, 1);
    relate(method, instance, &changed, 2, SAME, "all energies doubled");
    changed = scaled(instance, 1, 4); /* a quarter of the inferences per second */
    relate(method, instance, &changed, 0.25, SAME, "all times times four");
    changed = loosened(instance, limits);
    relate(method, instance, &changed, 1, NOT_MORE, "deadline, target and limits loosened");
    if (limits) return;
    changed = dominated(instance);
    relate(method, instance, &changed, 1, SAME, "a node that another one dominates");
    changed = with_relay(instance);
    relate(method, instance, &changed, 1, NOT_MORE, "a block that only passes data on");
}

static void try_family(const char *method, fl_recipe recipe, int usual) {
    draw_family family = {.name = "metamorphic", .recipe = recipe};
    bool limits = recipe.binding || recipe.limits;
    int n = draw_count(usual);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(&family, (uint64_t)seed);
        try_changes(solve_method(method), instance, limits);
        fl_instance_free(instance);
    }
}

Test(metamorphic, exact_keeps_what_is_known_of_changed_instances) {
    try_family("exact", (fl_recipe){.plain = true}, 1000);
    try_family("exact", (fl_recipe){.blocks = 12, .nodes = 8, .plain = true}, 300);
    try_family("exact", (fl_recipe){.blocks = 30, .nodes = 15, .plain = true}, 100);
}

Test(metamorphic, certify_does_too) {
    try_family("certify", (fl_recipe){.blocks = 12, .nodes = 8, .plain = true}, 100);
}

Test(metamorphic, colgen_does_too) {
    try_family("colgen",
               (fl_recipe){.blocks = 3, .nodes = 3, .apps = 3, .binding = true, .users = 2, .plain = true},
               200);
}
