/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/relations.h"
#include "core/result.h"
#include "tests/support/change.h"
#include "tests/support/solve.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *say(const char *format, ...) {
    static char text[500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

/** What a method says of an instance. */
typedef struct optimum {
    const char *fault; /* it failed */
    bool decided;      /* proven */
    double power;      /* W; -1: infeasible */
    long long served;
} optimum;

static optimum find(const fl_method *method, const fl_instance *instance, fl_arena *arena) {
    fl_result result;
    fl_error err;
    if (solve_run(&result, instance, method, NULL, arena, &err) != FL_OK)
        return (optimum){.fault = say("%s fails: %s", method->name, err.text)};
    return (optimum){NULL, result.status == FL_RESULT_OPTIMAL || result.status == FL_RESULT_INFEASIBLE,
                     result.has_plan ? result.verdict.power : -1,
                     result.has_plan ? result.verdict.served : 0};
}

/* Relations between two optima */

typedef enum relation { SAME, NOT_MORE } relation;

/** What is being compared. */
typedef struct comparing {
    const fl_method *method;
    const fl_instance *instance;
    optimum before;
    double slack; /* relative */
    fl_arena *arena;
    long long *pairs;
} comparing;

/** Compare with a changed instance, which is released; NULL is no change. */
static const char *relate(comparing *now, fl_instance *changed, double factor, relation expected,
                          const char *what) {
    if (changed == NULL) return NULL;
    optimum after = find(now->method, changed, now->arena);
    bool admission = changed->admission;
    fl_instance_free(changed);
    if (after.fault != NULL) return after.fault;
    if (!after.decided) return NULL;
    ++*now->pairs;
    double before = now->before.power, slack = now->slack * fabs(before * factor);
    bool more = before >= 0 && (after.power < 0 || after.power > before * factor + slack);
    bool less = after.power >= 0 && (before < 0 || after.power < before * factor - slack);
    if (admission && after.served != now->before.served) { /* who is served comes first */
        more = after.served < now->before.served;
        less = !more;
    }
    if (!more && !(less && expected == SAME)) return NULL;
    return say("%s: %s: %.17g W for %lld users, then %.17g W for %lld", now->method->name, what, before,
               now->before.served, after.power, after.served);
}

/* The second best */

/** The least power without one of the nodes of the best plan, -1: none; any plan but the best lacks one. */
static double without_best(comparing *now, const fl_placement *best, int depth, bool *decided) {
    double least = -1;
    for (int l = 0; l < depth && *decided; l++) {
        fl_instance *other = change_forbid(now->instance, l, best->nodes[l]);
        if (other == NULL) continue;
        optimum left = find(now->method, other, now->arena);
        fl_instance_free(other);
        *decided = left.fault == NULL && left.decided;
        if (left.power >= 0 && (least < 0 || left.power < least)) least = left.power;
    }
    return least;
}

static const char *compare_second(comparing *now) {
    fl_result result;
    fl_error err;
    fl_arena own;
    if (now->instance->n_apps > 1 || now->instance->apps[0].n_exits > 1 || now->instance->features != 0 ||
        fl_method_option(now->method, "k") < 0 || now->before.power < 0) {
        return NULL;
    }
    fl_arena_init(&own, 0);
    bool decided =
        solve_run(&result, now->instance, now->method, "{'k': 2}", &own, &err) == FL_OK && result.has_plan;
    const char *fault = decided ? NULL : say("no k best plans");
    if (decided) {
        const fl_placement *best = &result.plan.apps[0];
        int depth = fl_plan_depth(best, now->instance, 0);
        double second = result.n_alternatives > 1 ? result.alternatives[1].verdict.power : -1;
        double left = without_best(now, best, depth, &decided);
        if (decided && fabs(second - left) > now->slack * fabs(second))
            fault = say("the second best plan takes %.17g W, without the best it is %.17g W", second, left);
        *now->pairs += decided;
    }
    fl_arena_free(&own);
    return fault;
}

const char *relations_fault(const fl_instance *instance, const fl_method *method, uint64_t seed,
                            long long *pairs) {
    fl_arena arena;
    fl_random random;
    fl_arena_init(&arena, 0);
    fl_random_seed(&random, seed);
    bool whole = strcmp(method->name, "exact") == 0 || strcmp(method->name, "certify") == 0;
    comparing now = {.method = method, .instance = instance, .arena = &arena};
    now.before = find(method, instance, &arena);
    now.slack = whole ? 2e-9 : 2e-6;
    now.pairs = pairs;
    const char *fault = now.before.fault;
    if (fault == NULL && now.before.decided) {
        fault = relate(&now, change_order(instance, &random), 1, SAME, "order and names");
        if (fault == NULL) fault = relate(&now, change_scale(instance, 2, 1, 1), 2, SAME, "energies doubled");
        if (fault == NULL)
            fault = relate(&now, change_scale(instance, 1, 4, 1), 0.25, SAME, "times quadrupled");
        if (fault == NULL)
            fault = relate(&now, change_scale(instance, 1, 1, 8), 1, SAME, "sizes times eight");
        if (fault == NULL) fault = relate(&now, change_dominated(instance), 1, SAME, "a dominated node");
        if (fault == NULL)
            fault = relate(&now, change_relay(instance), 1, NOT_MORE, "a block that passes on");
        if (fault == NULL)
            fault = relate(&now, change_tail(instance), 1, SAME, "a block after the last exit");
        if (fault == NULL) fault = relate(&now, change_useless_exit(instance), 1, SAME, "a useless exit");
        if (fault == NULL && !instance->admission)
            fault = relate(&now, change_loosen(instance, &random), 1, NOT_MORE, "all limits loosened");
        if (fault == NULL) fault = compare_second(&now);
    }
    fl_arena_free(&arena);
    return fault;
}

/* Scales */

static bool same_placements(const fl_plan *one, const fl_plan *two, const fl_instance *instance) {
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_placement *a = &one->apps[h], *b = &two->apps[h];
        for (; a != NULL && b != NULL; a = a->more, b = b->more) {
            if (a->exit != b->exit || a->count != b->count) return false;
            size_t depth = (size_t)fl_plan_depth(a, instance, h);
            if (depth > 0 && memcmp(a->nodes, b->nodes, depth * sizeof *a->nodes) != 0) return false;
        }
        if (a != b) return false; /* both are NULL at the end */
    }
    return true;
}

/** What a method finds when all is scaled, held against what it found before. */
static const char *compare_scaled(const fl_result *before, const fl_instance *instance, const double by[3],
                                  bool binary, double slack, fl_arena *arena) {
    fl_result after;
    fl_error err;
    const fl_method *method = before->method;
    fl_instance *scaled = change_scale(instance, by[0], by[1], by[2]);
    fl_status status = solve_run(&after, scaled, method, NULL, arena, &err);
    fl_instance_free(scaled);
    if (status != FL_OK) return say("%s fails: %s", method->name, err.text);
    if (after.has_plan != before->has_plan || (slack < 1e-8 && after.status != before->status)) {
        return say("%s, energies * %g, times * %g, sizes * %g: %s, then %s", method->name, by[0], by[1],
                   by[2], fl_result_status_name(before->status), fl_result_status_name(after.status));
    }
    if (!before->has_plan || same_placements(&before->plan, &after.plan, instance)) return NULL;
    double energy = before->verdict.energy * by[0];
    if (!binary && fabs(energy - after.verdict.energy) <= slack * energy) return NULL;
    return say("%s, energies * %g, times * %g, sizes * %g: %.17g J, then %.17g J with other nodes",
               method->name, by[0], by[1], by[2], energy, after.verdict.energy);
}

static const char *compare_scales(const fl_method *method, const fl_instance *instance, uint64_t seed,
                                  fl_arena *arena, fl_arena *other, long long *pairs) {
    fl_result before;
    fl_error err;
    fl_random random;
    bool glpk = strcmp(method->name, "milp") == 0 || strcmp(method->name, "colgen") == 0;
    /* which of two paths that weigh the same larac meets first is for rounding to say */
    bool only_binary = strcmp(method->name, "larac") == 0;
    fl_random_seed(&random, seed);
    if (solve_run(&before, instance, method, NULL, arena, &err) != FL_OK)
        return say("%s fails: %s", method->name, err.text);
    for (int i = only_binary ? 3 : 0; i < 4; i++) {
        bool binary = i == 3;
        double by[] = {pow(10, fl_random_int(&random, -15, 15)), pow(10, fl_random_int(&random, -9, 9)),
                       pow(10, fl_random_int(&random, 0, 12))};
        for (int k = 0; k < 3 && binary; k++) by[k] = ldexp(1, (int)round(log2(by[k])));
        /* GLPK's own tolerances make its ties binary no more than others */
        const char *fault = compare_scaled(&before, instance, by, binary && !glpk, glpk ? 1e-6 : 1e-9, other);
        if (fault != NULL) return fault;
        ++*pairs;
    }
    return NULL;
}

const char *relations_scale_fault(const fl_instance *instance, uint64_t seed, long long *pairs) {
    static const char *const single[] = {"exact", "certify", "fin", "larac", "mcp", "milp", NULL};
    static const char *const joint[] = {"colgen", NULL};
    fl_arena arena, other;
    const char *fault = NULL;
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
    for (const char *const *name = instance->features == 0 ? single : joint; *name != NULL; name++) {
        fault = compare_scales(solve_method(*name), instance, seed, &arena, &other, pairs);
        if (fault != NULL) break;
    }
    fl_arena_free(&arena);
    fl_arena_free(&other);
    return fault;
}
