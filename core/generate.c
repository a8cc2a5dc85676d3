/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/dual.h"
#include "core/evaluate.h"
#include "core/generate_draw.h"
#include "core/passes.h"
#include <stdio.h>

enum { MOST = 10000 };

double fl_generate_magnitude(fl_generate_draw *draw, double least, double most) {
    double exponent = fl_random_between(&draw->random, log10(least), log10(most));
    if (!draw->coarse) return pow(10, exponent);
    static const double round[] = {1, 2, 5};
    return round[fl_random_int(&draw->random, 0, 2)] * pow(10, floor(exponent));
}

static bool sometimes(fl_generate_draw *draw, double probability) {
    return fl_random_chance(&draw->random, probability) && draw->rich;
}

const char *fl_generate_name(fl_generate_draw *draw, const char *prefix, int number) {
    char text[32];
    snprintf(text, sizeof text, "%s%d", prefix, number);
    return fl_arena_text(draw->arena, text);
}

/* System */

static fl_node draw_node(fl_generate_draw *draw, int n, int n_nodes) {
    double energy = draw->recipe.energy_scale, time = draw->recipe.time_scale;
    int tiers = draw->recipe.tiers;
    int tier = tiers > 0 ? (int)((long long)n * tiers / n_nodes) : fl_random_int(&draw->random, 0, 2);
    fl_node node = {.name = fl_generate_name(draw, "n", n + 1),
                    .tier = tier,
                    .speed = fl_generate_magnitude(draw, 1e9, 1e12) / time,
                    .power = sometimes(draw, 0.05) ? 0 : fl_generate_magnitude(draw, 1, 1000) * energy / time,
                    .tx_energy = fl_generate_magnitude(draw, 1e-9, 1e-7) * energy,
                    .rx_energy = fl_generate_magnitude(draw, 1e-9, 1e-7) * energy,
                    .capacity = INFINITY,
                    .memory = INFINITY};
    return node;
}

static void draw_nodes(fl_generate_draw *draw, fl_system *system) {
    int n_nodes = draw->recipe.nodes;
    fl_node *nodes = FL_NEW(draw->arena, n_nodes, fl_node);
    for (int n = 0; nodes != NULL && n < n_nodes; n++) {
        nodes[n] = draw_node(draw, n, n_nodes);
        if (n == 0 || !sometimes(draw, 0.15)) continue;
        const char *own = nodes[n].name; /* a twin of an earlier node */
        int tier = nodes[n].tier;
        nodes[n] = nodes[fl_random_int(&draw->random, 0, n - 1)];
        nodes[n].name = own;
        if (draw->recipe.tiers > 0) nodes[n].tier = tier;
    }
    system->nodes = nodes;
    system->n_nodes = n_nodes;
}

static fl_link draw_link(fl_generate_draw *draw) {
    fl_link link = {.rate = fl_generate_magnitude(draw, 1e8, 1e11) / draw->recipe.time_scale,
                    .capacity = INFINITY};
    if (sometimes(draw, 0.3)) link.delay = fl_generate_magnitude(draw, 1e-6, 1e-3) * draw->recipe.time_scale;
    if (sometimes(draw, 0.3))
        link.energy = fl_generate_magnitude(draw, 1e-10, 1e-8) * draw->recipe.energy_scale;
    return link;
}

static bool tier_used(const fl_system *system, int tier) {
    for (int n = 0; n < system->n_nodes; n++) {
        if (system->nodes[n].tier == tier) return true;
    }
    return false;
}

static void draw_tier_links(fl_generate_draw *draw, fl_system *system, int tiers) {
    fl_tier_link *links = FL_NEW(draw->arena, (size_t)tiers * (size_t)tiers, fl_tier_link);
    for (int a = 0; links != NULL && a < tiers; a++) {
        for (int b = 0; b < tiers; b++) {
            fl_tier_link link = {a, b, draw_link(draw), system->n_links + system->n_tier_links};
            if (!tier_used(system, a) || !tier_used(system, b) || sometimes(draw, 0.1)) continue;
            links[system->n_tier_links++] = link;
        }
    }
    system->tier_links = links;
}

static void draw_node_links(fl_generate_draw *draw, fl_system *system, double missing) {
    size_t most = (size_t)system->n_nodes * (size_t)system->n_nodes;
    fl_node_link *links = FL_NEW(draw->arena, most, fl_node_link);
    for (int a = 0; links != NULL && a < system->n_nodes; a++) {
        for (int b = 0; b < system->n_nodes; b++) {
            if (a == b || sometimes(draw, missing)) continue;
            links[system->n_links] = (fl_node_link){a, b, draw_link(draw), system->n_links};
            system->n_links++;
        }
    }
    system->links = links;
}

static void draw_system(fl_generate_draw *draw, fl_system *system) {
    draw_nodes(draw, system);
    if (system->nodes == NULL) return;
    if (draw->recipe.tiers > 0) {
        draw_tier_links(draw, system, draw->recipe.tiers);
    } else if (sometimes(draw,
                         0.15)) { /* both kinds: some nodes with links of their own, tiers for the rest */
        draw_node_links(draw, system, 0.7);
        draw_tier_links(draw, system, 3);
    } else {
        draw_node_links(draw, system, 0.2);
    }
}

/* Applications */

static void draw_measured(fl_generate_draw *draw, fl_block *block) {
    fl_measured *list = FL_NEW(draw->arena, draw->recipe.nodes, fl_measured);
    for (int n = 0; list != NULL && n < draw->recipe.nodes; n++) {
        if (!fl_random_chance(&draw->random, 0.5)) continue;
        fl_measured measured = {n, -1, -1};
        if (fl_random_chance(&draw->random, 0.7)) {
            measured.time = fl_generate_magnitude(draw, 1e-5, 1e-2) * draw->recipe.time_scale;
        }
        if (measured.time < 0 || fl_random_chance(&draw->random, 0.4)) {
            measured.energy = fl_generate_magnitude(draw, 1e-3, 1) * draw->recipe.energy_scale;
        }
        list[block->n_measured++] = measured;
    }
    block->measured = list;
}

static void draw_allowed(fl_generate_draw *draw, fl_block *block, bool source_only, int source) {
    int *allowed = FL_NEW(draw->arena, draw->recipe.nodes, int);
    if (allowed == NULL) return;
    block->allowed = allowed;
    block->n_allowed = 0;
    for (int n = 0; n < draw->recipe.nodes; n++) {
        bool in = source_only ? n == source : fl_random_chance(&draw->random, 0.6);
        if (in) allowed[block->n_allowed++] = n;
    }
    if (block->n_allowed == 0)
        allowed[block->n_allowed++] = fl_random_int(&draw->random, 0, draw->recipe.nodes - 1);
}

static void draw_block(fl_generate_draw *draw, fl_block *block, int l, int source) {
    *block = (fl_block){.name = fl_generate_name(draw, "b", l + 1), .n_allowed = -1};
    block->ops = sometimes(draw, 0.08) ? 0 : fl_generate_magnitude(draw, 1e6, 1e9);
    block->out_bits = sometimes(draw, 0.08) ? 0 : fl_generate_magnitude(draw, 1e3, 1e7);
    if (draw->recipe.limits || draw->recipe.binding) block->memory = fl_generate_magnitude(draw, 1e6, 1e8);
    if (sometimes(draw, 0.15)) draw_measured(draw, block);
    if (l == 0 && sometimes(draw, 0.4)) {
        draw_allowed(draw, block, true, source);
    } else if (sometimes(draw, 0.1)) {
        draw_allowed(draw, block, false, source);
    }
}

/** Exits at distinct places, mostly the last one after the last block, mostly more accurate the deeper. */
static void draw_exits(fl_generate_draw *draw, fl_app *app) {
    fl_random *random = &draw->random;
    int n_exits = draw->recipe.exits > 0 ? draw->recipe.exits
                                         : fl_random_int(random, 1, app->n_blocks < 4 ? app->n_blocks : 4);
    if (n_exits > app->n_blocks) n_exits = app->n_blocks;
    fl_exit *exits = FL_ZERO(draw->arena, n_exits, fl_exit);
    app->exits = exits;
    app->n_exits = n_exits;
    if (exits == NULL) return;
    int last = app->n_blocks;
    if (n_exits < last && sometimes(draw, 0.25)) last = fl_random_int(random, n_exits, last);
    bool shares = sometimes(draw, 0.5), heads = sometimes(draw, 0.4);
    double left = 1, accuracy = fl_random_between(random, 0.2, 0.6);
    for (int e = n_exits - 1, most = last; e >= 0; e--) { /* places, from the last back */
        exits[e].after = e == n_exits - 1 ? last : fl_random_int(random, e + 1, most - 1);
        most = exits[e].after;
    }
    for (int e = 0; e < n_exits; e++) {
        accuracy += (1 - accuracy) * fl_random_between(random, 0, 0.5);
        exits[e].accuracy = sometimes(draw, 0.1) ? fl_random_unit(random) : accuracy;
        if (shares && fl_random_chance(random, 0.8))
            exits[e].share = left * fl_random_between(random, 0, 0.7);
        if (heads && fl_random_chance(random, 0.7)) exits[e].ops = fl_generate_magnitude(draw, 1e5, 1e8);
        left -= exits[e].share;
    }
}

/** A target below, exactly at, or rarely above what the exits reach. */
static double draw_accuracy(fl_generate_draw *draw, const fl_app *app) {
    int exit = fl_random_int(&draw->random, 0, app->n_exits - 1);
    double reached = fl_cost_accuracy(app, exit), chance = fl_random_unit(&draw->random);
    if (chance < 0.25) return 0;
    if (chance < 0.55) return fmin(reached, 1);
    if (chance < 0.97 || !draw->rich) return reached * fl_random_between(&draw->random, 0.7, 1);
    return reached + (1 - reached) * fl_random_unit(&draw->random);
}

static void draw_app(fl_generate_draw *draw, fl_app *app, int h) {
    fl_random *random = &draw->random;
    int n_blocks = draw->recipe.blocks;
    *app = (fl_app){.name = fl_generate_name(draw, "app", h + 1),
                    .rate = 1,
                    .deadline = 1,
                    .count = 1,
                    .n_blocks = n_blocks};
    app->source = sometimes(draw, 0.3) ? fl_random_int(random, 0, draw->recipe.nodes - 1) : 0;
    if (sometimes(draw, 0.4)) app->input_bits = fl_generate_magnitude(draw, 1e3, 1e7);
    if (sometimes(draw, 0.3) || draw->recipe.limits) app->rate = fl_generate_magnitude(draw, 0.1, 100);
    if (sometimes(draw, 0.25)) app->latency = FL_LATENCY_MEAN;
    fl_block *blocks = FL_NEW(draw->arena, n_blocks, fl_block);
    for (int l = 0; blocks != NULL && l < n_blocks; l++) draw_block(draw, &blocks[l], l, app->source);
    app->blocks = blocks;
    draw_exits(draw, app);
    if (app->exits != NULL) app->accuracy = draw_accuracy(draw, app);
}

/** Levels of the speed of some nodes. */
static void draw_slices(fl_generate_draw *draw, fl_app *app) {
    fl_random *random = &draw->random;
    fl_slices *slices = FL_NEW(draw->arena, draw->recipe.nodes, fl_slices);
    for (int n = 0; slices != NULL && n < draw->recipe.nodes; n++) {
        if (fl_random_chance(random, 0.6)) continue;
        int n_levels = fl_random_int(random, 1, 3);
        double *levels = FL_NEW(draw->arena, n_levels, double);
        if (levels == NULL) return;
        for (int k = 0; k < n_levels; k++) levels[k] = (k + fl_random_between(random, 0.1, 1)) / n_levels;
        slices[app->n_slices++] = (fl_slices){n, n_levels, levels};
    }
    app->slices = slices;
}

/** A share of the samples: all of them, exactly what has left by some exit, or any. */
static double draw_quantile(fl_generate_draw *draw, const fl_app *app) {
    double chance = fl_random_unit(&draw->random), left = 0;
    int exit = fl_random_int(&draw->random, 0, app->n_exits - 1);
    for (int e = 0; e <= exit; e++) left += app->exits[e].share;
    if (chance < 0.15) return 1;
    if (chance < 0.4 && left > 0 && left <= 1) return left;
    return fl_random_between(&draw->random, 0.05, 1);
}

/** What an application only has when it is asked for: drawn last, so that the rest of an instance does not
 *  depend on it. */
static void draw_extras(fl_generate_draw *draw, const fl_system *system, fl_app *app) {
    if (draw->recipe.users > 0) app->count = fl_random_int(&draw->random, 1, draw->recipe.users);
    if (draw->recipe.slices && fl_random_chance(&draw->random, 0.7)) draw_slices(draw, app);
    if (draw->recipe.quantile && app->exits != NULL && fl_random_chance(&draw->random, 0.8)) {
        app->latency = FL_LATENCY_QUANTILE;
        app->quantile = draw_quantile(draw, app);
    }
    fl_generate_choices(draw, system, app);
    if (draw->recipe.deviations && fl_random_chance(&draw->random, 0.85)) {
        app->deviations = fl_random_between(&draw->random, 0.2, 4);
    }
}

/** How much the times of most nodes and links deviate; none of their other numbers depends on it. */
static void draw_deviations(fl_generate_draw *draw, fl_system *system) {
    fl_random *random = &draw->random;
    fl_node *nodes = FL_NEW(draw->arena, system->n_nodes, fl_node);
    fl_node_link *links = FL_NEW(draw->arena, system->n_links, fl_node_link);
    fl_tier_link *tiers = FL_NEW(draw->arena, system->n_tier_links, fl_tier_link);
    if (nodes == NULL || links == NULL || tiers == NULL) return;
    for (int n = 0; n < system->n_nodes; n++) {
        nodes[n] = system->nodes[n];
        if (fl_random_chance(random, 0.7)) nodes[n].deviation = fl_random_between(random, 0.01, 0.8);
    }
    for (int i = 0; i < system->n_links; i++) {
        links[i] = system->links[i];
        if (fl_random_chance(random, 0.7)) links[i].link.deviation = fl_random_between(random, 0.01, 0.8);
    }
    for (int i = 0; i < system->n_tier_links; i++) {
        tiers[i] = system->tier_links[i];
        if (fl_random_chance(random, 0.7)) tiers[i].link.deviation = fl_random_between(random, 0.01, 0.8);
    }
    system->nodes = nodes;
    system->links = links;
    system->tier_links = tiers;
}

/* Limits: around what the applications would use if they shared the nodes evenly */

static void draw_limits(fl_generate_draw *draw, fl_instance *parts) {
    double ops = 0, memory = 0, bits = 0;
    for (int h = 0; h < parts->n_apps; h++) {
        for (int l = 0; l < parts->apps[h].n_blocks; l++) {
            ops += parts->apps[h].rate * parts->apps[h].blocks[l].ops;
            memory += parts->apps[h].blocks[l].memory;
            bits = fmax(bits, parts->apps[h].rate * parts->apps[h].blocks[l].out_bits);
        }
    }
    fl_node *nodes = FL_NEW(draw->arena, parts->system.n_nodes, fl_node);
    fl_node_link *links = FL_NEW(draw->arena, parts->system.n_links, fl_node_link);
    if (nodes == NULL || links == NULL) return;
    for (int n = 0; n < parts->system.n_nodes; n++) {
        nodes[n] = parts->system.nodes[n];
        if (ops > 0 && fl_random_chance(&draw->random, 0.6)) {
            nodes[n].capacity = ops * fl_random_between(&draw->random, 0.1, 1.2);
        }
        if (memory > 0 && fl_random_chance(&draw->random, 0.6)) {
            nodes[n].memory = memory * fl_random_between(&draw->random, 0.1, 1.2);
        }
    }
    for (int i = 0; i < parts->system.n_links; i++) {
        links[i] = parts->system.links[i];
        if (bits > 0 && fl_random_chance(&draw->random, 0.3)) {
            links[i].link.capacity = bits * fl_random_between(&draw->random, 0.2, 1.5);
        }
    }
    parts->system.nodes = nodes;
    parts->system.links = links;
}

/* Deadlines: between the fastest and the cheapest plan */

/** Where the deadline lies on the way from the fastest (0) to the cheapest plan (1). */
static double draw_tightness(fl_generate_draw *draw) {
    switch (draw->recipe.tightness) {
    case FL_TIGHTNESS_LOOSE:
        return 0.9;
    case FL_TIGHTNESS_MEDIUM:
        return 0.5;
    case FL_TIGHTNESS_TIGHT:
        return 0.1;
    default:
        break;
    }
    double chance = fl_random_unit(&draw->random);
    if (chance < 0.08) return 0; /* met exactly */
    if (chance < 0.16) return 1;
    return fl_random_between(&draw->random, chance < 0.25 && draw->rich ? -0.3 : 0, 1.3);
}

/** The judge's latency of a plan, so that a deadline "met exactly" is met to the last bit. */
static fl_status judged_latency(const fl_instance *instance, int h, int exit, const int *nodes,
                                double *latency, fl_arena *arena, fl_error *err) {
    fl_plan plan;
    fl_verdict verdict;
    FL_TRY(fl_plan_create(&plan, instance, arena, err));
    FL_TRY(fl_plan_place(&plan, instance, h, exit, nodes, arena, err));
    FL_TRY(fl_evaluate_plan(&verdict, NULL, instance, &plan, arena, err));
    *latency = verdict.latency; /* of the only application placed */
    return FL_OK;
}

static fl_status draw_deadline(fl_generate_draw *draw, const fl_instance *instance, int h, double *deadline,
                               fl_error *err) {
    fl_layers layers;
    fl_cost cost;
    int exit;
    double tightness = draw_tightness(draw), fastest, cheapest;
    *deadline = draw->recipe.time_scale;
    FL_TRY(fl_layers_build(&layers, instance, h, draw->arena, err));
    int *nodes = FL_NEW(draw->arena, layers.n_layers, int);
    if (nodes == NULL) return fl_arena_error(draw->arena, err);
    FL_TRY(fl_pass_shortest(&layers, 0, 1, nodes, &exit, &cost, draw->arena, err));
    if (exit < 0) return FL_OK; /* no path at all: any deadline will do */
    FL_TRY(judged_latency(instance, h, exit, nodes, &fastest, draw->arena, err));
    FL_TRY(fl_pass_shortest(&layers, 1, 0, nodes, &exit, &cost, draw->arena, err));
    FL_TRY(judged_latency(instance, h, exit, nodes, &cheapest, draw->arena, err));
    /* Where the fastest plan is also the cheapest there is no way between: up to twice its latency, then. */
    double span = cheapest > fastest ? cheapest - fastest : fastest;
    double drawn = tightness == 1 && cheapest > fastest ? cheapest : fastest + tightness * span;
    if (drawn <= 0) drawn = fastest * 0.5;
    if (drawn > 0) *deadline = drawn;
    return FL_OK;
}

static fl_status set_deadlines(fl_generate_draw *draw, fl_instance **out, const fl_instance *base,
                               fl_error *err) {
    fl_change *changes = FL_NEW(draw->arena, base->n_apps, fl_change);
    if (changes == NULL) return fl_arena_error(draw->arena, err);
    for (int h = 0; h < base->n_apps; h++) {
        changes[h] = FL_CHANGE_NONE;
        changes[h].app = h;
        FL_TRY(draw_deadline(draw, base, h, &changes[h].deadline, err));
    }
    return fl_instance_with(out, base, changes, base->n_apps, FL_PLACE_JSON, err);
}

/* Binding limits */

/** What the cheapest plans take. */
typedef struct demand {
    double *ops, *memory; /* [n_nodes] */
    double *bits;         /* [n_links] */
} demand;

static void add_demand(demand *to, const fl_instance *instance, const fl_app *app, int exit,
                       const int *nodes) {
    const fl_system *system = &instance->system;
    for (int l = 0; l < app->exits[exit].after; l++) {
        int from = l > 0 ? nodes[l - 1] : app->source;
        double visits = app->count * app->rate * fl_cost_reach(app, l);
        to->ops[nodes[l]] += visits * fl_cost_ops(app, l, exit);
        to->memory[nodes[l]] += app->count * app->blocks[l].memory;
        for (int i = 0; from != nodes[l] && i < system->n_links; i++) {
            if (system->links[i].from == from && system->links[i].to == nodes[l]) {
                to->bits[i] += visits * fl_cost_bits(app, l);
            }
        }
    }
}

/** The plan of one application that is cheapest, or cheapest but for the multiplier that its deadline has in
 *  the Lagrangian dual. */
static fl_status demand_of(demand *to, const fl_instance *instance, int h, fl_arena *arena, fl_error *err) {
    fl_layers layers;
    fl_dual dual;
    FL_TRY(fl_layers_build(&layers, instance, h, arena, err));
    FL_TRY(fl_dual_solve(&dual, &layers, 20, false, arena, err));
    if (dual.exit >= 0) add_demand(to, instance, &instance->apps[h], dual.exit, dual.nodes);
    return FL_OK;
}

static double limit_around(fl_generate_draw *draw, double used) {
    bool bound = fl_random_chance(&draw->random, 0.7);
    double limit = used * fl_random_between(&draw->random, 0.4, 1.1);
    return bound && used > 0 ? limit : INFINITY;
}

/** Replace the instance by one with limits around what its applications would take. */
static fl_status bind_limits(fl_generate_draw *draw, fl_instance **instance, fl_error *err) {
    fl_instance parts = **instance, *bound;
    const fl_system *system = &parts.system;
    fl_arena *arena = draw->arena;
    demand used = {FL_ZERO(arena, system->n_nodes, double), FL_ZERO(arena, system->n_nodes, double),
                   FL_ZERO(arena, system->n_links, double)};
    fl_node *nodes = FL_NEW(arena, system->n_nodes, fl_node);
    fl_node_link *links = FL_NEW(arena, system->n_links, fl_node_link);
    fl_status status = arena->failed ? fl_arena_error(arena, err) : FL_OK;
    for (int h = 0; h < parts.n_apps && status == FL_OK; h++) {
        status = demand_of(&used, *instance, h, arena, err);
    }
    for (int n = 0; n < system->n_nodes && status == FL_OK; n++) {
        nodes[n] = system->nodes[n];
        nodes[n].capacity = limit_around(draw, used.ops[n]);
        nodes[n].memory = limit_around(draw, used.memory[n]);
    }
    for (int i = 0; i < system->n_links && status == FL_OK; i++) {
        links[i] = system->links[i];
        links[i].link.capacity = limit_around(draw, used.bits[i]);
    }
    parts.system.nodes = nodes;
    parts.system.links = links;
    if (status == FL_OK) status = fl_instance_create(&bound, &parts, FL_PLACE_JSON, err);
    fl_instance_free(*instance);
    *instance = status == FL_OK ? bound : NULL;
    return status;
}

/* The whole */

static fl_status check(const fl_recipe *recipe, fl_error *err) {
    const struct {
        const char *name;
        double value, most;
    } fields[] = {{"blocks", recipe->blocks, MOST},
                  {"nodes", recipe->nodes, MOST},
                  {"exits", recipe->exits, recipe->blocks > 0 ? recipe->blocks : MOST},
                  {"apps", recipe->apps, MOST},
                  {"tiers", recipe->tiers, 100},
                  {"users", recipe->users, 1e6},
                  {"energy_scale", recipe->energy_scale, 1e30},
                  {"time_scale", recipe->time_scale, 1e30}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].value >= 0 && fields[i].value <= fields[i].most) continue;
        return fl_error_set(err, FL_EINVAL, fields[i].name, "must be between 0 and %g, not %.17g",
                            fields[i].most, fields[i].value);
    }
    return FL_OK;
}

/** Draw what the recipe leaves open. */
static void complete(fl_generate_draw *draw) {
    fl_recipe *recipe = &draw->recipe;
    if (recipe->nodes == 0) recipe->nodes = fl_random_int(&draw->random, 1, 4);
    if (recipe->blocks == 0) recipe->blocks = fl_random_int(&draw->random, 1, 7);
    if (recipe->apps == 0) recipe->apps = 1;
    if (recipe->tiers > recipe->nodes) recipe->tiers = recipe->nodes;
    if (recipe->energy_scale == 0) recipe->energy_scale = 1;
    if (recipe->time_scale == 0) recipe->time_scale = 1;
    draw->rich = !recipe->plain;
    draw->coarse = sometimes(draw, 0.3);
}

static fl_status generate(fl_generate_draw *draw, fl_instance **out, fl_error *err) {
    char title[64];
    fl_instance parts = {.name = title, .n_apps = draw->recipe.apps}, *base;
    snprintf(title, sizeof title, "generated, seed %llu", (unsigned long long)draw->recipe.seed);
    draw_system(draw, &parts.system);
    fl_app *apps = FL_NEW(draw->arena, parts.n_apps, fl_app);
    for (int h = 0; apps != NULL && h < parts.n_apps; h++) draw_app(draw, &apps[h], h);
    for (int h = 0; apps != NULL && h < parts.n_apps; h++) draw_extras(draw, &parts.system, &apps[h]);
    if (!draw->arena->failed && draw->recipe.deviations) draw_deviations(draw, &parts.system);
    parts.apps = apps;
    parts.admission = draw->recipe.admission;
    if (!draw->arena->failed && draw->recipe.limits) draw_limits(draw, &parts);
    if (draw->arena->failed) return fl_arena_error(draw->arena, err);
    FL_TRY(fl_instance_create(&base, &parts, FL_PLACE_JSON, err));
    fl_status status = set_deadlines(draw, out, base, err);
    fl_instance_free(base);
    if (status == FL_OK && draw->recipe.binding) status = bind_limits(draw, out, err);
    return status;
}

fl_status fl_generate(fl_instance **out, const fl_recipe *recipe, fl_error *err) {
    fl_arena arena;
    *out = NULL;
    FL_TRY(check(recipe, err));
    fl_arena_init(&arena, 0);
    fl_generate_draw draw = {.recipe = *recipe, .arena = &arena};
    fl_random_seed(&draw.random, recipe->seed);
    complete(&draw);
    fl_status status = generate(&draw, out, err);
    fl_arena_free(&arena);
    return status;
}
