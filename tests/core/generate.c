/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate.h"
#include "core/json.h"
#include "tests/support/brute.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

static fl_arena arena;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(generate, .init = start, .fini = stop);

static fl_instance *draw(fl_recipe recipe) {
    fl_instance *instance;
    cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "seed %d: %s: %s", (int)recipe.seed, err.where,
              err.text);
    return instance;
}

Test(generate, the_same_recipe_gives_the_same_instance_and_another_seed_does_not) {
    fl_instance *a = draw((fl_recipe){.seed = 42}), *b = draw((fl_recipe){.seed = 42}),
                *c = draw((fl_recipe){.seed = 43});
    cr_assert_str_eq(build_text(a, &arena), build_text(b, &arena));
    cr_assert_str_neq(build_text(a, &arena), build_text(c, &arena));
    fl_instance_free(a);
    fl_instance_free(b);
    fl_instance_free(c);
}

/** A fingerprint of a text (FNV-1a). */
static uint64_t digest(const char *text) {
    uint64_t sum = 0xcbf29ce484222325;
    for (; *text != '\0'; text++) sum = (sum ^ (unsigned char)*text) * 0x100000001b3;
    return sum;
}

/* A seed that people have written down must go on to mean the same instance. */
Test(generate, a_recipe_gives_the_instance_that_it_always_gave) {
    static const struct {
        fl_recipe recipe;
        uint64_t digest; /* of the texts of seeds 0 to 19, one after another */
    } known[] = {
        {{.plain = true}, 0x7fa4edd685791958},
        {{.tightness = FL_TIGHTNESS_TIGHT}, 0x12670d27bbd9cf2d},
        {{.tiers = 2, .limits = true}, 0x2d0ad5e65db745c},
        {{.apps = 2, .users = 3, .binding = true}, 0xe59de51d1bdc608},
        {{.users = 3, .admission = true, .slices = true}, 0x99dd9a46f455224e},
        {{.energy_scale = 1e-9, .time_scale = 1e3}, 0xd88bc4d5ee7bb5f4},
        {{.codings = true}, 0x536b672cbe88e75c},
        {{.optional = true, .thresholds = true}, 0x36ace7e2b43351e3},
        {{.segments = true, .serial = true}, 0x595a5c54b1bc1049},
        {{.deviations = true}, 0x81e0f29905c3c2cf},
        {{.tiers = 2, .deviations = true, .quantile = true}, 0x9211fda837590e0a},
        {{.tightness = FL_TIGHTNESS_LOOSE, .exits = 4}, 0x87fc58562cc79990},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint64_t sum = 0;
        for (uint64_t seed = 0; seed < 20; seed++) {
            fl_recipe recipe = known[i].recipe;
            recipe.seed = seed;
            fl_instance *instance = draw(recipe);
            sum = sum * 31 + digest(build_text(instance, &arena));
            fl_instance_free(instance);
        }
        cr_expect(sum == known[i].digest, "recipe %d: 0x%llx", (int)i, (unsigned long long)sum);
    }
}

Test(generate, the_recipe_sets_the_size) {
    fl_instance *instance = draw((fl_recipe){.seed = 1, .blocks = 9, .nodes = 7, .exits = 5, .apps = 3});
    cr_assert(instance->n_apps == 3 && instance->system.n_nodes == 7);
    for (int h = 0; h < 3; h++) cr_assert(instance->apps[h].n_blocks == 9 && instance->apps[h].n_exits == 5);
    fl_instance_free(instance);
}

Test(generate, a_large_instance_in_tiers_is_made_of_few_links) {
    fl_instance *instance =
        draw((fl_recipe){.seed = 1, .blocks = 50, .nodes = 2000, .tiers = 3, .plain = true});
    cr_assert(instance->system.n_nodes == 2000 && instance->system.n_links == 0 &&
              instance->system.n_tier_links == 9);
    cr_assert(instance->groups.n_groups == 3);
    fl_instance_free(instance);
}

Test(generate, small_instances_can_be_enumerated) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        fl_instance *instance = draw((fl_recipe){.seed = seed});
        cr_assert(pow(instance->system.n_nodes, instance->apps[0].n_blocks) <= 20000);
        fl_instance_free(instance);
    }
}

Test(generate, a_plain_instance_is_chain_and_exits_only) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        fl_instance *instance = draw((fl_recipe){.seed = seed, .plain = true});
        const fl_app *app = &instance->apps[0];
        cr_assert(instance->features == 0 && app->latency == FL_LATENCY_WORST && app->source == 0);
        for (int l = 0; l < app->n_blocks; l++) {
            cr_assert(app->blocks[l].n_allowed < 0 && app->blocks[l].n_measured == 0 &&
                      app->blocks[l].ops > 0);
        }
        for (int e = 0; e < app->n_exits; e++) cr_assert(app->exits[e].share == 0 && app->exits[e].ops == 0);
        for (int a = 0; a < instance->system.n_nodes; a++) {
            for (int b = 0; b < instance->system.n_nodes; b++) {
                cr_assert(a == b || fl_instance_link(instance, a, b) != NULL);
            }
        }
        fl_instance_free(instance);
    }
}

/** What was met among many instances. */
static struct seen {
    int pins, missing_links, measured_time, measured_energy, heads, shares, mean, input, rates, tier_links,
        both_links;
    int other_source, idle_power, early_last_exit, no_ops, no_bits, ties, unreachable_accuracy, delays,
        several_tiers;
    int infeasible, exactly_met, single_plan, many_plans;
} seen;

static void look_at_app(const fl_instance *instance, const fl_app *app) {
    seen.mean += app->latency == FL_LATENCY_MEAN;
    seen.input += app->input_bits > 0;
    seen.rates += app->rate != 1;
    seen.other_source += app->source != 0;
    seen.early_last_exit += app->exits[app->n_exits - 1].after < app->n_blocks;
    bool reachable = false;
    for (int e = 0; e < app->n_exits; e++) {
        seen.heads += app->exits[e].ops > 0;
        seen.shares += app->exits[e].share > 0;
        reachable |= naive_accurate(app, e);
    }
    seen.unreachable_accuracy += !reachable;
    for (int l = 0; l < app->n_blocks; l++) {
        seen.pins += app->blocks[l].n_allowed >= 0;
        seen.no_ops += app->blocks[l].ops == 0;
        seen.no_bits += app->blocks[l].out_bits == 0;
        for (int n = 0; n < instance->system.n_nodes; n++) {
            const fl_measured *measured = fl_block_measured(&app->blocks[l], n);
            seen.measured_time += measured != NULL && measured->time >= 0;
            seen.measured_energy += measured != NULL && measured->energy >= 0;
        }
    }
}

static void look_at_system(const fl_instance *instance) {
    const fl_system *system = &instance->system;
    seen.tier_links += system->n_tier_links > 0;
    seen.both_links += system->n_tier_links > 0 && system->n_links > 0;
    for (int a = 0; a < system->n_nodes; a++) {
        seen.idle_power += system->nodes[a].power == 0;
        seen.several_tiers += system->nodes[a].tier != system->nodes[0].tier;
        for (int b = 0; b < system->n_nodes; b++) {
            const fl_link *link = fl_instance_link(instance, a, b);
            seen.missing_links += a != b && link == NULL;
            seen.delays += link != NULL && link->delay > 0;
        }
    }
}

static void look_at_plans(const fl_instance *instance) {
    brute_answer all = brute_solve(instance);
    const brute_list *list = &all.apps[0];
    double deadline = instance->apps[0].deadline;
    int exact = 0, best = 0;
    for (int i = 0; i < list->n; i++) {
        exact += fabsl(list->plans[i].latency - deadline) <= 1e-14L * deadline;
        best +=
            all.feasible && fabsl(list->plans[i].energy - all.verdict.energy) <= 1e-12L * all.verdict.energy;
    }
    seen.infeasible += !all.feasible;
    seen.exactly_met += exact > 0;
    seen.ties += best > 1;
    seen.single_plan += all.n_feasible == 1;
    seen.many_plans += all.n_feasible > 100;
    brute_free(&all);
}

Test(generate, every_feature_of_the_model_is_met_in_some_instances) {
    for (uint64_t seed = 0; seed < 600; seed++) {
        fl_instance *instance = draw((fl_recipe){.seed = seed, .tiers = seed % 5 == 4 ? 2 : 0});
        look_at_app(instance, &instance->apps[0]);
        look_at_system(instance);
        look_at_plans(instance);
        fl_instance_free(instance);
    }
    int counts[sizeof seen / sizeof(int)];
    memcpy(counts, &seen, sizeof seen);
    for (size_t i = 0; i < sizeof seen / sizeof(int); i++) {
        cr_assert(counts[i] >= 6, "feature %zu of struct seen was met %d times in 600", i, counts[i]);
    }
}

Test(generate, limits_bind_in_some_instances_and_leave_a_plan_in_others) {
    int binding = 0, feasible = 0, dearer = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        fl_instance *instance = draw(
            (fl_recipe){.seed = seed, .limits = true, .apps = 1 + (int)(seed % 3), .blocks = 3, .nodes = 4});
        brute_answer all = brute_solve(instance);
        long double alone = 0;
        for (int h = 0; h < instance->n_apps && all.feasible; h++) {
            long double least = HUGE_VALL;
            const fl_app *app = &instance->apps[h];
            for (int i = 0; i < all.apps[h].n; i++) {
                const brute_plan *plan = &all.apps[h].plans[i];
                if (naive_in_time(app, plan->latency)) least = fminl(least, plan->energy);
            }
            alone += least * app->rate * app->count;
        }
        binding += (instance->features & (FL_FEATURE_CAPACITY | FL_FEATURE_MEMORY)) != 0;
        feasible += all.feasible;
        dearer += all.feasible && all.verdict.power > alone * (1 + 1e-9L);
        brute_free(&all);
        fl_instance_free(instance);
    }
    cr_assert(binding > 150 && feasible > 100 && dearer > 10,
              "%d can bind, %d feasible, %d dearer than without limits", binding, feasible, dearer);
}

/** The same instance, but nothing that is shared has a limit. */
static fl_instance *without_limits(const fl_instance *instance) {
    fl_instance parts = *instance, *loose;
    fl_node nodes[16];
    fl_node_link links[64];
    for (int n = 0; n < instance->system.n_nodes; n++) {
        nodes[n] = instance->system.nodes[n];
        nodes[n].capacity = nodes[n].memory = INFINITY;
    }
    for (int i = 0; i < instance->system.n_links; i++) {
        links[i] = instance->system.links[i];
        links[i].link.capacity = INFINITY;
    }
    parts.system.nodes = nodes;
    parts.system.links = links;
    cr_assert(fl_instance_create(&loose, &parts, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    return loose;
}

Test(generate, binding_limits_bind_and_often_leave_no_plan) {
    int feasible = 0, dearer = 0, links = 0, nodes = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        fl_instance *instance =
            draw((fl_recipe){.seed = seed, .apps = 2, .blocks = 3, .nodes = 3, .binding = true});
        fl_instance *loose = without_limits(instance);
        brute_answer without = brute_solve(loose), with = brute_solve(instance);
        for (int n = 0; n < 3; n++) {
            const fl_node *node = &instance->system.nodes[n];
            nodes += isfinite(node->capacity) && isfinite(node->memory);
        }
        for (int i = 0; i < instance->system.n_links; i++) {
            links += isfinite(instance->system.links[i].link.capacity);
        }
        feasible += with.feasible;
        dearer +=
            without.feasible && (!with.feasible || with.verdict.power > without.verdict.power * (1 + 1e-9L));
        brute_free(&without);
        brute_free(&with);
        fl_instance_free(loose);
        fl_instance_free(instance);
    }
    cr_assert(feasible > 30 && dearer > 60 && links > 60 && nodes > 60, "%d feasible, %d dearer, %d links",
              feasible, dearer, links);
}

Test(generate, users_admission_and_slices_are_drawn_when_asked_for) {
    int several = 0, sliced = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        fl_instance *plain = draw((fl_recipe){.seed = seed});
        cr_assert(!plain->admission && plain->apps[0].count == 1 && plain->apps[0].n_slices == 0);
        fl_instance *shared =
            draw((fl_recipe){.seed = seed, .apps = 2, .users = 5, .admission = true, .slices = true});
        cr_assert(shared->admission);
        for (int h = 0; h < 2; h++) {
            cr_assert(shared->apps[h].count >= 1 && shared->apps[h].count <= 5);
            several += shared->apps[h].count > 1;
            sliced += shared->apps[h].n_slices > 0;
        }
        fl_instance_free(plain);
        fl_instance_free(shared);
    }
    cr_assert(several > 50 && sliced > 50, "%d with several users, %d with slices", several, sliced);
}

Test(generate, quantiles_are_drawn_when_asked_for_and_change_nothing_else) {
    int of = 0, all = 0, exact = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        fl_instance *plain = draw((fl_recipe){.seed = seed});
        fl_instance *asked = draw((fl_recipe){.seed = seed, .quantile = true});
        const fl_app *app = &asked->apps[0];
        long double left = 0;
        cr_assert(plain->apps[0].latency != FL_LATENCY_QUANTILE && plain->apps[0].quantile == 0);
        cr_assert(app->n_blocks == plain->apps[0].n_blocks && app->accuracy == plain->apps[0].accuracy);
        of += app->latency == FL_LATENCY_QUANTILE;
        all += app->quantile == 1;
        for (int e = 0; e < app->n_exits; e++) {
            left += app->exits[e].share;
            exact += app->exits[e].share > 0 && fabsl(left - app->quantile) < 1e-12L;
        }
        fl_instance_free(plain);
        fl_instance_free(asked);
    }
    cr_assert(of > 120 && of < 200 && all > 5 && exact > 5, "%d of a quantile, %d of all, %d exact", of, all,
              exact);
}

Test(generate, tightness_orders_the_deadlines) {
    for (uint64_t seed = 0; seed < 50; seed++) {
        double deadline[3];
        for (int i = 0; i < 3; i++) {
            fl_instance *instance =
                draw((fl_recipe){.seed = seed, .plain = true, .tightness = FL_TIGHTNESS_LOOSE + i});
            deadline[i] = instance->apps[0].deadline;
            brute_answer all = brute_solve(instance);
            cr_assert(all.feasible, "seed %d: all three can be met", (int)seed);
            brute_free(&all);
            fl_instance_free(instance);
        }
        cr_assert(deadline[0] >= deadline[1] && deadline[1] >= deadline[2], "seed %d", (int)seed);
    }
}

static bool near(long double a, long double b) {
    return fabsl(a - b) <= 1e-9L * fabsl(b);
}

Test(generate, scales_multiply_every_energy_and_every_time) {
    for (uint64_t seed = 0; seed < 100; seed++) {
        fl_instance *one = draw((fl_recipe){.seed = seed});
        fl_instance *scaled = draw((fl_recipe){.seed = seed, .energy_scale = 1e-12, .time_scale = 1e6});
        cr_assert(near(scaled->apps[0].deadline, 1e6 * one->apps[0].deadline), "seed %d", (int)seed);
        brute_answer a = brute_solve(one), b = brute_solve(scaled);
        cr_assert(a.apps[0].n == b.apps[0].n);
        for (int i = 0; i < a.apps[0].n; i++) {
            cr_assert(near(b.apps[0].plans[i].energy, 1e-12L * a.apps[0].plans[i].energy), "seed %d",
                      (int)seed);
            cr_assert(near(b.apps[0].plans[i].latency, 1e6L * a.apps[0].plans[i].latency), "seed %d",
                      (int)seed);
        }
        brute_free(&a);
        brute_free(&b);
        fl_instance_free(one);
        fl_instance_free(scaled);
    }
}

Test(generate, a_recipe_out_of_range_is_refused_by_field) {
    const struct {
        fl_recipe recipe;
        const char *where;
    } cases[] = {{{.blocks = -1}, "blocks"},
                 {{.blocks = 10001}, "blocks"},
                 {{.nodes = -1}, "nodes"},
                 {{.nodes = 10001}, "nodes"},
                 {{.exits = -1}, "exits"},
                 {{.blocks = 3, .exits = 4}, "exits"},
                 {{.apps = -1}, "apps"},
                 {{.tiers = -1}, "tiers"},
                 {{.users = -1}, "users"},
                 {{.users = 1000001}, "users"},
                 {{.energy_scale = -1}, "energy_scale"},
                 {{.energy_scale = NAN}, "energy_scale"},
                 {{.time_scale = INFINITY}, "time_scale"},
                 {{.time_scale = -1e-9}, "time_scale"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_instance *instance;
        cr_assert(fl_generate(&instance, &cases[i].recipe, &err) == FL_EINVAL, "accepted: %s",
                  cases[i].where);
        cr_assert_null(instance);
        cr_assert_str_eq(err.where, cases[i].where);
    }
}
