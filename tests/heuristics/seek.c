/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `greedy`, `local`, `annealing` and `genetic`: searches that go from plan to plan. */
#include "tests/heuristics/brute_pick.h"
#include "tests/support/build.h"
#include <string.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(seek, .init = start, .fini = stop);

static const fl_method *const seekers[] = {&fl_greedy_method, &fl_local_method, &fl_annealing_method,
                                           &fl_genetic_method};
enum { SEEKERS = 4 };

static void check_plan(const pick_case *c, int seed) {
    (void)seed;
    for (int i = 0; i < SEEKERS; i++) {
        fl_result result = pick_run(c, seekers[i], NULL, &arena);
        const char *fault = solve_fault(&result, c->instance, &c->truth, 1e-9);
        cr_assert_null(fault, "%s: %s: %s", draw_say(c->instance), seekers[i]->name, fault);
        cr_assert(result.has_plan == c->truth.feasible && result.stop == FL_STOP_DONE, "%s: %s",
                  draw_say(c->instance), seekers[i]->name);
    }
}

Test(seek, all_have_a_plan_whenever_there_is_one) {
    pick_all(100, check_plan);
}

static bool agree_but_for_one(const pick_case *c, const brute_plan *plan, const fl_placement *placed) {
    int differ = 0;
    if (plan->exit != placed->exit) return false;
    for (int l = 0; l < c->app->exits[plan->exit].after; l++) differ += plan->nodes[l] != placed->nodes[l];
    return differ <= 1;
}

static void check_local(const pick_case *c, int seed) {
    (void)seed;
    double energy = pick_run(c, &fl_local_method, "{'starts': 1, 'seed': 9}", &arena).verdict.energy;
    fl_result result = pick_run(c, &fl_local_method, "{'starts': 1}", &arena);
    if (!result.has_plan) return;
    cr_assert(energy == result.verdict.energy, "%s: the only start is not drawn", draw_say(c->instance));
    for (int i = 0; i < c->list->n; i++) {
        const brute_plan *plan = &c->list->plans[i];
        /* A hair under the deadline, so that rounding does not decide. */
        if (plan->latency > c->app->deadline || !agree_but_for_one(c, plan, &result.plan.apps[0])) continue;
        cr_assert(plan->energy >= result.verdict.energy * (1 - 1e-9L), "%s: %.17Lg J beside %.17g J",
                  draw_say(c->instance), plan->energy, result.verdict.energy);
    }
}

Test(seek, local_ends_where_no_single_block_saves_anything) {
    pick_all(200, check_local);
}

static void check_start(const pick_case *c, int seed) {
    (void)seed;
    double greedy = pick_run(c, &fl_greedy_method, NULL, &arena).verdict.energy;
    for (int i = 1; i < SEEKERS; i++) {
        fl_result result = pick_run(c, seekers[i], NULL, &arena);
        if (!result.has_plan) return;
        cr_assert(result.verdict.energy <= greedy * (1 + 1e-9), "%s: %s", draw_say(c->instance),
                  seekers[i]->name);
    }
}

Test(seek, none_ends_dearer_than_the_greedy_plan_it_starts_from) {
    pick_all(50, check_start);
}

static fl_instance *draw_large(int seed) {
    const draw_family family = {.name = "large",
                                .recipe = {.blocks = 30, .nodes = 12, .tightness = FL_TIGHTNESS_TIGHT}};
    return draw_instance(&family, (uint64_t)seed);
}

static const struct {
    const fl_method *method;
    const char *brief; /* without the closing brace */
    const char *endless;
} limited[] = {
    {&fl_local_method, "{'starts': 2", "{'starts': 1e9"},
    {&fl_annealing_method, "{'iterations': 200", "{'iterations': 1e12"},
    {&fl_genetic_method, "{'generations': 3", "{'generations': 1e9"},
};

static fl_result run_text(const fl_instance *instance, int which, const char *head, const char *tail) {
    char options[200];
    fl_result result;
    fl_error err;
    snprintf(options, sizeof options, "%s%s}", head, tail);
    fl_status status = solve_run(&result, instance, limited[which].method, options, &arena, &err);
    cr_assert(status == FL_OK, "%s: %s", options, err.text);
    return result;
}

/** Whether six other seeds give another energy; the same one does not. */
static bool depends_on_seed(const fl_instance *instance, int which) {
    double first = run_text(instance, which, limited[which].brief, ", 'seed': 1").verdict.energy;
    bool other = false;
    cr_assert(first == run_text(instance, which, limited[which].brief, ", 'seed': 1").verdict.energy);
    for (int seed = 2; seed < 8; seed++) {
        char tail[30];
        snprintf(tail, sizeof tail, ", 'seed': %d", seed);
        other |= run_text(instance, which, limited[which].brief, tail).verdict.energy != first;
    }
    return other;
}

Test(seek, the_same_seed_gives_the_same_plan_and_another_may_give_another) {
    int depends[3] = {0};
    for (int seed = 0; seed < 20; seed++) {
        fl_instance *instance = draw_large(seed);
        for (int i = 0; i < 3; i++) depends[i] += depends_on_seed(instance, i);
        fl_instance_free(instance);
    }
    for (int i = 0; i < 3; i++) cr_assert(depends[i] > 0, "%s", limited[i].method->name);
}

/* A seed that people have written down must go on to mean the same answers. */
Test(seek, a_seed_gives_the_answers_that_it_always_gave) {
    static const double known[3] = {52.272348357480233, 54.770626125713775,
                                    53.221521001950279}; /* J, of all instances together */
    for (int i = 0; i < 3; i++) {
        double sum = 0;
        for (int seed = 0; seed < 20; seed++) {
            fl_instance *instance = draw_large(seed);
            fl_result result = run_text(instance, i, limited[i].brief, ", 'seed': 1");
            if (result.has_plan) sum += result.verdict.energy;
            fl_instance_free(instance);
        }
        cr_expect(fabs(sum - known[i]) <= 1e-9 * known[i], "%s: %.17g", limited[i].method->name, sum);
    }
}

Test(seek, time_ends_them_with_a_plan) {
    fl_instance *instance = draw_large(5);
    for (int i = 0; i < 3; i++) {
        fl_result result = run_text(instance, i, limited[i].endless, ", 'time_limit': 0.05");
        cr_assert(result.stop == FL_STOP_TIME && result.has_plan, "%s", limited[i].method->name);
        cr_assert(result.seconds < 5, "%s took %g s", limited[i].method->name, result.seconds);
    }
    fl_instance_free(instance);
}

Test(seek, an_interrupt_ends_them) {
    const volatile sig_atomic_t interrupt = 1;
    fl_instance *instance = draw_large(5);
    for (int i = 0; i < 3; i++) {
        fl_settings settings;
        fl_result result;
        fl_error err;
        fl_settings_default(&settings, limited[i].method, instance);
        fl_status status = fl_run(&result, instance, limited[i].method, &settings, &arena, &interrupt, &err);
        cr_assert(status == FL_OK && result.stop == FL_STOP_INTERRUPTED, "%s", limited[i].method->name);
    }
    fl_instance_free(instance);
}

Test(seek, a_seed_is_that_of_random_orders_too) {
    fl_instance *instance = build_instance(build_two_tiers);
    fl_settings settings;
    fl_error err;
    const fl_value *options = build_document(&arena, "{'seed': 9}");
    cr_assert(fl_settings_read(&settings, &fl_genetic_method, instance, options, &err) == FL_OK);
    cr_assert(fl_method_setting(&fl_genetic_method, &settings, "seed") == 9);
    cr_assert(settings.sequential[FL_SEQUENTIAL_SEED] == 9 && settings.sequential[FL_SEQUENTIAL_ORDER] == 0);
    fl_instance_free(instance);
}
