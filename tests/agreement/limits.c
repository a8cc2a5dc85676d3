/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capacities, memories, several applications, several users, admission: whoever honours them finds the truth,
 * and whoever does not says so. */
#include "core/random.h"
#include "heuristics/methods.h"
#include "milp/methods.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <string.h>

static fl_arena arena, parts_arena;
static fl_error err;
static fl_random random;
static int compared, dearer, infeasible;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&parts_arena, 0);
    fl_random_seed(&random, 23);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&parts_arena);
}

TestSuite(limits, .init = start, .fini = stop);

static void compare(const fl_method *method, const fl_instance *instance, const brute_answer *truth) {
    fl_result result;
    fl_status status = solve_run(&result, instance, method, NULL, &arena, &err);
    if (strcmp(method->name, "released") == 0) return; /* knows instances of one shape only, gives no plan */
    cr_assert(status == FL_OK, "%s: %s: %s", draw_say(instance), method->name, err.text);
    bool honoured = (instance->features & ~method->honours) == 0;
    bool complete = method->may_claim == FL_CLAIM_OPTIMAL && honoured;
    const char *fault = complete ? solve_fault_exact(&result, instance, truth, 1e-6)
                                 : solve_fault(&result, instance, truth, 1e-6);
    cr_assert_null(fault, "%s: %s: %s", draw_say(instance), method->name, fault);
    compared += complete && instance->features != 0;
}

/** Every method on one instance. */
static void compare_all(const fl_instance *instance) {
    const fl_method *const *const tables[] = {fl_core_methods, fl_milp_methods, fl_heuristics_methods};
    brute_answer truth = brute_solve(instance);
    for (int i = 0; i < 3; i++) {
        for (const fl_method *const *method = tables[i]; *method != NULL; method++)
            compare(*method, instance, &truth);
    }
    infeasible += !truth.feasible;
    brute_free(&truth);
}

static void compare_family(const draw_family *family) {
    int n = draw_count(2000);
    for (int seed = 0; seed < n; seed++) {
        fl_instance *instance = draw_instance(family, (uint64_t)seed);
        compare_all(instance);
        fl_instance_free(instance);
    }
}

Test(limits, agree_as_the_generator_draws_them) {
    static const draw_family family = {.name = "limits", .recipe = {.limits = true}};
    compare_family(&family);
    cr_assert(draw_count(2000) < 2000 || compared > 500, "%d instances with limits compared", compared);
}

Test(limits, of_several_applications_are_honoured_or_refused) {
    static const draw_family family = {.name = "several", .recipe = {.limits = true, .apps = 2, .blocks = 3}};
    compare_family(&family);
}

Test(limits, of_users_who_share_them_are_honoured_whoever_places_the_users) {
    static const draw_family families[] = {
        {.name = "binding", .recipe = {.binding = true, .users = 2, .apps = 2, .blocks = 2, .nodes = 3}},
        {.name = "users", .recipe = {.binding = true, .users = 4, .blocks = 3, .nodes = 2}},
        {.name = "admission",
         .recipe = {.binding = true, .users = 2, .apps = 2, .blocks = 2, .nodes = 2, .admission = true}},
        {.name = "slices", .recipe = {.users = 3, .apps = 2, .blocks = 2, .nodes = 2, .slices = true}},
        {.name = "all",
         .recipe = {
             .binding = true, .users = 3, .blocks = 3, .nodes = 2, .slices = true, .admission = true}}};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        int n = draw_count(400);
        for (int seed = 0; seed < n; seed++) {
            fl_instance *instance = draw_instance(&families[i], (uint64_t)seed);
            compare_all(instance);
            fl_instance_free(instance);
        }
    }
}

/** What the best plan without limits takes: limits around it bind, but often leave another plan. */
static naive_load load_of_best(const fl_instance *instance, const brute_answer *truth) {
    naive_load load = naive_load_create(instance);
    const brute_plan *best = &truth->apps[0].plans[truth->best[0]];
    naive_load_add(&load, instance, 0, best->exit, best->nodes, best->levels, instance->apps[0].count);
    return load;
}

/** A limit at or around `used`: a bit more, exactly as much, or less. */
static double squeeze(long double used) {
    double chance = fl_random_unit(&random), exact = (double)used;
    if (!(exact > 0) || chance < 0.4) return INFINITY;
    if (chance < 0.6) return exact;
    return exact * fl_random_between(&random, 0.5, 1.2);
}

/** The instance with limits squeezed around the use of its best plan, and with several users. */
static fl_instance *squeeze_all(const fl_instance *drawn, const naive_load *load) {
    const fl_system *system = &drawn->system;
    fl_instance parts = *drawn, *squeezed;
    fl_node *nodes = FL_NEW(&parts_arena, system->n_nodes, fl_node);
    fl_node_link *links = FL_NEW(&parts_arena, system->n_links, fl_node_link);
    for (int n = 0; n < system->n_nodes; n++) {
        nodes[n] = system->nodes[n];
        nodes[n].capacity = squeeze(load->ops[n]);
        nodes[n].memory = squeeze(load->memory[n]);
    }
    for (int i = 0; i < system->n_links; i++) {
        links[i] = system->links[i];
        links[i].link.capacity = squeeze(load->bits[links[i].from * system->n_nodes + links[i].to]);
    }
    parts.system.nodes = nodes;
    parts.system.links = links;
    cr_assert(fl_instance_create(&squeezed, &parts, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    fl_arena_reset(&parts_arena);
    return squeezed;
}

/** Draw an application without limits, of several users; squeeze it around its best plan; compare. */
static void squeeze_and_compare(const draw_family *family, uint64_t seed) {
    fl_instance *drawn = draw_instance(family, seed), *unlimited, *squeezed;
    fl_change change = FL_CHANGE_NONE;
    fl_node *nodes = FL_NEW(&parts_arena, drawn->system.n_nodes, fl_node);
    fl_instance parts = *drawn;
    for (int n = 0; n < drawn->system.n_nodes; n++) {
        nodes[n] = drawn->system.nodes[n];
        nodes[n].capacity = nodes[n].memory = INFINITY;
    }
    parts.system.nodes = nodes;
    cr_assert(fl_instance_create(&unlimited, &parts, FL_PLACE_JSON, &err) == FL_OK);
    change.count = 1 + (int)(seed % 3);
    fl_instance *several;
    cr_assert(fl_instance_with(&several, unlimited, &change, 1, FL_PLACE_JSON, &err) == FL_OK);
    brute_answer free_of_limits = brute_solve(several);
    if (free_of_limits.feasible) {
        naive_load load = load_of_best(several, &free_of_limits);
        squeezed = squeeze_all(several, &load);
        brute_answer truth = brute_solve(squeezed);
        dearer += truth.feasible && truth.verdict.power > free_of_limits.verdict.power * (1 + 1e-9L);
        brute_free(&truth);
        compare_all(squeezed);
        naive_load_free(&load);
        fl_instance_free(squeezed);
    }
    brute_free(&free_of_limits);
    fl_instance_free(several);
    fl_instance_free(unlimited);
    fl_instance_free(drawn);
    fl_arena_reset(&parts_arena);
}

Test(limits, agree_when_they_bind_at_the_best_plan) {
    static const draw_family families[] = {
        {.name = "rich",
         .recipe = {.limits = true, .nodes = 4, .blocks = 4, .tightness = FL_TIGHTNESS_LOOSE}},
        {.name = "plain", .recipe = {.limits = true, .nodes = 3, .blocks = 5, .plain = true}},
        {.name = "scaled",
         .recipe = {.limits = true, .nodes = 3, .tightness = FL_TIGHTNESS_LOOSE},
         .scaled = true}};
    int n = draw_count(2000);
    for (int seed = 0; seed < n; seed++) squeeze_and_compare(&families[seed % 3], (uint64_t)seed);
    cr_assert(n < 2000 || (compared > 400 && dearer > 150 && infeasible > 50),
              "%d compared, %d dearer than without limits, %d infeasible", compared, dearer, infeasible);
}
