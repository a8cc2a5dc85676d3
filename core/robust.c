/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/robust.h"
#include "core/drift.h"
#include "core/exact.h"
#include "core/profile.h"
#include "core/scenarios.h"
#include <stdlib.h>
#include <string.h>

static int count_links(const fl_instance *instance) {
    return instance->system.n_links + instance->system.n_tier_links;
}

static double factor_of(const double *factors, int index) {
    return factors != NULL ? factors[index] : 1;
}

static fl_status create_scenario(fl_scenario *out, const fl_instance *instance, fl_arena *arena,
                                 fl_error *err) {
    *out = (fl_scenario){FL_ZERO(arena, instance->system.n_nodes, bool),
                         FL_ZERO(arena, count_links(instance), bool)};
    return out->nodes != NULL && out->links != NULL ? FL_OK : fl_arena_error(arena, err);
}

/** Whether all that is slow in one scenario is so in another: who is in time in that is in time in this. */
static bool covers(const fl_scenario *one, const fl_scenario *other, const fl_instance *instance) {
    for (int i = 0; i < instance->system.n_nodes; i++) {
        if (other->nodes[i] && !one->nodes[i]) return false;
    }
    for (int i = 0; i < count_links(instance); i++) {
        if (other->links[i] && !one->links[i]) return false;
    }
    return true;
}

fl_status fl_robust_scenario(fl_instance **out, const fl_instance *instance, const fl_slowdown *slowdown,
                             const fl_scenario *which, fl_arena *arena, fl_error *err) {
    int n = instance->system.n_nodes, n_links = count_links(instance);
    double *nodes = FL_NEW(arena, n, double), *links = FL_NEW(arena, n_links, double);
    if (nodes == NULL || links == NULL) return fl_arena_error(arena, err);
    for (int i = 0; i < n; i++) {
        nodes[i] = which == NULL || which->nodes[i] ? factor_of(slowdown->nodes, i) : 1;
    }
    for (int i = 0; i < n_links; i++) {
        links[i] = which == NULL || which->links[i] ? factor_of(slowdown->links, i) : 1;
    }
    fl_drift drift = {.nodes = nodes, .links = links, .rate = 1, .powers = nodes};
    return fl_drift_apply(out, instance, &drift, FL_PLACE_LUA, err);
}

/* The worst of a plan */

/** A node or link that can be slow, and by how much the placement is then later, deviations apart. */
typedef struct element {
    double delay;
    double variance; /* that comes with it, s^2 */
    int node, link;  /* one of them; the other is -1 */
} element;

static int by_delay(const void *a, const void *b) {
    const element *one = a, *two = b;
    if (one->delay != two->delay) return one->delay > two->delay ? -1 : 1;
    if (one->node != two->node) return one->node > two->node ? -1 : 1;
    return (one->link > two->link) - (one->link < two->link);
}

static element slow(double time, double variance, double factor, int node, int link) {
    return (element){time / factor - time, variance / (factor * factor) - variance, node, link};
}

/** Those that can be slow, with their delays; returns how many. */
static int list_elements(element *out, const fl_instance *instance, const fl_slowdown *slowdown,
                         const fl_profile *profile) {
    int n = 0;
    for (int i = 0; i < instance->system.n_nodes; i++) {
        double factor = factor_of(slowdown->nodes, i);
        if (factor < 1) out[n++] = slow(profile->nodes[i], profile->node_variances[i], factor, i, -1);
    }
    for (int i = 0; i < count_links(instance); i++) {
        double factor = factor_of(slowdown->links, i);
        if (factor < 1) out[n++] = slow(profile->links[i], profile->link_variances[i], factor, -1, i);
    }
    return n;
}

/** The mean latency, and its variance. */
static double sum_profile(double *variance, const fl_profile *profile, const fl_instance *instance) {
    double sum = profile->delays;
    *variance = 0;
    for (int i = 0; i < instance->system.n_nodes; i++) {
        sum += profile->nodes[i];
        *variance += profile->node_variances[i];
    }
    for (int i = 0; i < count_links(instance); i++) {
        sum += profile->links[i];
        *variance += profile->link_variances[i];
    }
    return sum;
}

fl_status fl_robust_latency(double *latency, fl_scenario *which, const fl_instance *instance, int app,
                            const fl_placement *placement, const fl_slowdown *slowdown, fl_arena *arena,
                            fl_error *err) {
    fl_profile profile;
    FL_TRY(fl_profile_placement(&profile, instance, app, placement, arena, err));
    element *elements = FL_NEW(arena, instance->system.n_nodes + count_links(instance), element);
    if (elements == NULL) return fl_arena_error(arena, err);
    if (which != NULL) FL_TRY(create_scenario(which, instance, arena, err));
    int n = list_elements(elements, instance, slowdown, &profile), all = 0;
    if (n > 0) qsort(elements, (size_t)n, sizeof *elements, by_delay);
    while (all < n && elements[all].delay > 0) all++;
    n = slowdown->budget >= 0 && slowdown->budget < all ? slowdown->budget : all;
    if (n < all && (instance->features & FL_FEATURE_DEVIATIONS)) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "a worst case with deviations is that of everything slow at once");
    }
    double variance, mean = sum_profile(&variance, &profile, instance);
    for (int i = 0; i < n; i++) {
        mean += elements[i].delay;
        variance += elements[i].variance;
        if (which == NULL) continue;
        *(elements[i].node >= 0 ? &which->nodes[elements[i].node] : &which->links[elements[i].link]) = true;
    }
    *latency = fl_cost_latency(&instance->apps[app], mean, variance);
    return FL_OK;
}

static fl_status check_factors(const double *factors, int n, const char *key, fl_error *err) {
    for (int i = 0; i < n && factors != NULL; i++) {
        if (factors[i] > 0 && factors[i] <= 1) continue;
        return fl_error_set(err, FL_EINVAL, key, "must be factors above 0 and up to 1, not %.17g",
                            factors[i]);
    }
    return FL_OK;
}

static fl_status check_slowdown(const fl_slowdown *slowdown, const fl_instance *instance, fl_error *err) {
    FL_TRY(check_factors(slowdown->nodes, instance->system.n_nodes, "nodes", err));
    return check_factors(slowdown->links, count_links(instance), "links", err);
}

fl_status fl_robust_judge(fl_robust_worst *out, const fl_instance *instance, const fl_plan *plan,
                          const fl_slowdown *slowdown, fl_arena *arena, fl_error *err) {
    fl_instance *slow;
    double latency;
    FL_TRY(check_slowdown(slowdown, instance, err));
    if (plan->n_apps != 1 || plan->apps[0].exit < 0 || plan->apps[0].more != NULL) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "a worst case is that of one placement");
    }
    FL_TRY(fl_evaluate_plan(&out->verdict, NULL, instance, plan, arena, err));
    if (isinf(out->verdict.energy)) {
        return fl_error_set(err, FL_EINVAL, "plan", "takes a link that is not there");
    }
    FL_TRY(fl_robust_latency(&latency, &out->which, instance, 0, &plan->apps[0], slowdown, arena, err));
    FL_TRY(fl_robust_scenario(&slow, instance, slowdown, &out->which, arena, err));
    fl_status status = fl_evaluate_plan(&out->verdict, NULL, slow, plan, arena, err);
    fl_instance_free(slow);
    return status;
}

/* The best plan */

/** A scenario that plans must be in time in. */
typedef struct member {
    fl_scenario which;
    fl_instance *instance;
} member;

typedef struct search {
    const fl_instance *instance;
    const fl_robust_query *query;
    fl_robust *out;
    const fl_desk *desk;
    double began;
    member *members; /* [n] */
    int n, room;
} search;

/** Add a scenario, in place of those that it covers; NULL: all that may be slow is. */
static fl_status add_member(search *now, const fl_scenario *which, fl_error *err) {
    for (int k = now->n - 1; k >= 0; k--) {
        if (!covers(which, &now->members[k].which, now->instance)) continue;
        fl_instance_free(now->members[k].instance);
        now->members[k] = now->members[--now->n];
    }
    if (now->n == now->room) {
        int room = now->room > 0 ? 2 * now->room : 8;
        member *members = FL_NEW(now->desk->arena, room, member);
        if (members == NULL) return fl_arena_error(now->desk->arena, err);
        if (now->n > 0) memcpy(members, now->members, (size_t)now->n * sizeof *members);
        now->members = members;
        now->room = room;
    }
    member *new = &now->members[now->n];
    *new = (member){0};
    if (which != NULL) new->which = *which;
    FL_TRY(fl_robust_scenario(&new->instance, now->instance, &now->query->slowdown, which, now->desk->arena,
                              err));
    now->n++;
    return FL_OK;
}

static void drop_members(search *now) {
    while (now->n > 0) fl_instance_free(now->members[--now->n].instance);
}

/** The path of least energy that is in time in all members, if it costs less than `enough`. */
static fl_status solve(fl_scenarios *found, search *now, double enough, fl_error *err) {
    double limit = now->query->time_limit;
    fl_arena_reset(now->desk->scratch);
    fl_layers *layers = FL_NEW(now->desk->scratch, now->n, fl_layers);
    if (layers == NULL) return fl_arena_error(now->desk->scratch, err);
    for (int k = 0; k < now->n; k++) {
        FL_TRY(fl_layers_build(&layers[k], now->members[k].instance, 0, now->desk->scratch, err));
    }
    fl_scenarios_query query = {.layers = layers,
                                .n_scenarios = now->n,
                                .enough = enough,
                                .until = limit > 0 ? now->began + limit : INFINITY,
                                .memory = now->query->memory,
                                .interrupt = now->desk->interrupt};
    if (now->n > now->out->n_scenarios) now->out->n_scenarios = now->n;
    now->out->solves++;
    return fl_scenarios_solve(found, &query, now->desk->scratch, err);
}

/** Judge a plan in its worst scenario, and keep it as the best one when it is in time there. */
static fl_status try_plan(fl_robust_worst *worst, search *now, const fl_plan *plan, fl_error *err) {
    fl_robust *out = now->out;
    FL_TRY(fl_robust_judge(worst, now->instance, plan, &now->query->slowdown, now->desk->arena, err));
    if (!worst->verdict.feasible) return FL_OK;
    out->plan = *plan;
    out->worst = *worst;
    return fl_evaluate_plan(&out->verdict, NULL, now->instance, plan, now->desk->scratch, err);
}

static fl_status try_path(fl_robust_worst *worst, search *now, const fl_scenarios *path, fl_error *err) {
    fl_plan plan;
    FL_TRY(fl_plan_create(&plan, now->instance, now->desk->arena, err));
    FL_TRY(fl_plan_place(&plan, now->instance, 0, path->exit, path->nodes, now->desk->arena, err));
    return try_plan(worst, now, &plan, err);
}

/** With everything slow that may be: what is in time then always is, and with budget for all nothing else. */
static fl_status solve_all_slow(fl_scenarios *found, search *now, fl_error *err) {
    fl_robust_worst worst;
    FL_TRY(add_member(now, NULL, err));
    FL_TRY(solve(found, now, INFINITY, err));
    drop_members(now);
    return found->exit >= 0 ? try_path(&worst, now, found, err) : FL_OK;
}

/** What a search that ended without a better plan says. */
static void conclude(search *now, fl_stop stop) {
    fl_robust *out = now->out;
    bool some = out->plan.n_apps > 0;
    out->stop = stop;
    if (stop == FL_STOP_DONE) {
        out->status = some ? FL_RESULT_OPTIMAL : FL_RESULT_INFEASIBLE;
        out->bound = some ? out->verdict.energy : NAN;
    } else {
        out->status = some ? FL_RESULT_FEASIBLE : FL_RESULT_UNKNOWN;
    }
}

/** Scenarios join until the best plan in time in all of them is so in its worst one too. */
static fl_status find(search *now, fl_error *err) {
    fl_robust *out = now->out;
    fl_scenarios found;
    fl_robust_worst worst = {0};
    FL_TRY(solve_all_slow(&found, now, err));
    if (now->query->slowdown.budget < 0 || found.stop != FL_STOP_DONE) {
        conclude(now, found.stop);
        return FL_OK;
    }
    FL_TRY(create_scenario(&worst.which, now->instance, now->desk->arena, err));
    while (!worst.verdict.feasible) {
        for (int k = 0; k < now->n; k++) {
            if (covers(&now->members[k].which, &worst.which, now->instance)) {
                return fl_error_set(err, FL_EINTERNAL, NULL, "a plan is late in a scenario it was found for");
            }
        }
        FL_TRY(add_member(now, &worst.which, err));
        FL_TRY(solve(&found, now, out->plan.n_apps > 0 ? out->verdict.energy : INFINITY, err));
        if (found.exit < 0 || found.stop != FL_STOP_DONE) break;
        out->bound = found.energy;
        FL_TRY(try_path(&worst, now, &found, err));
    }
    conclude(now, found.stop);
    return FL_OK;
}

/* Where plans choose more than exits and nodes, runs cost or times deviate */

/** Whether everything may be slow at once. */
static bool is_all(const fl_slowdown *slowdown, const fl_instance *instance) {
    int n = 0;
    for (int i = 0; i < instance->system.n_nodes; i++) n += factor_of(slowdown->nodes, i) < 1;
    for (int i = 0; i < count_links(instance); i++) n += factor_of(slowdown->links, i) < 1;
    return slowdown->budget < 0 || slowdown->budget >= n;
}

static fl_settings set_exact(const search *now) {
    fl_settings settings;
    fl_settings_default(&settings, &fl_exact_method, now->instance);
    settings.value[fl_method_option(&fl_exact_method, "time_limit")] = now->query->time_limit;
    settings.value[fl_method_option(&fl_exact_method, "memory")] = now->query->memory;
    return settings;
}

/** The one scenario in which everything is slow, which is the worst of every plan, by `exact`. */
static fl_status find_all_slow(search *now, fl_error *err) {
    const fl_desk *desk = now->desk;
    fl_instance *slow;
    fl_result result;
    fl_robust_worst worst;
    fl_plan plan;
    fl_settings settings = set_exact(now);
    FL_TRY(fl_robust_scenario(&slow, now->instance, &now->query->slowdown, NULL, desk->arena, err));
    fl_status status =
        fl_run(&result, slow, &fl_exact_method, &settings, desk->scratch, desk->interrupt, err);
    if (status == FL_OK && result.has_plan) {
        status = fl_plan_copy(&plan, now->instance, &result.plan, desk->arena, err);
        if (status == FL_OK) status = try_plan(&worst, now, &plan, err);
    }
    fl_instance_free(slow);
    FL_TRY(status);
    if (result.has_plan && now->out->plan.n_apps == 0) {
        return fl_error_set(err, FL_EINTERNAL, NULL, "a plan is late in the scenario it was found for");
    }
    now->out->solves = now->out->n_scenarios = 1;
    now->out->bound = result.bound;
    conclude(now, result.stop);
    return FL_OK;
}

fl_status fl_robust_solve(fl_robust *out, const fl_instance *instance, const fl_robust_query *query,
                          const fl_desk *desk, fl_error *err) {
    search now = {.instance = instance, .query = query, .out = out, .desk = desk, .began = fl_clock()};
    *out = (fl_robust){.status = FL_RESULT_UNKNOWN, .stop = FL_STOP_DONE, .bound = NAN};
    FL_TRY(check_slowdown(&query->slowdown, instance, err));
    bool own = (instance->features & FL_FEATURES_OWN) != 0;
    if (instance->n_apps > 1 || (instance->features & ~FL_FEATURES_OWN) != 0) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "robust plans are for one application, without shared limits and shares");
    }
    if (own && !is_all(&query->slowdown, instance)) {
        return fl_error_set(
            err, FL_EUNSUPPORTED, NULL,
            "with choices, costs of runs or deviations robust plans are for everything slow at "
            "once, without a budget");
    }
    fl_status status = own ? find_all_slow(&now, err) : find(&now, err);
    drop_members(&now);
    out->seconds = fl_clock() - now.began;
    return status;
}

/* Writing */

static void add_number(fl_value *to, const char *key, double number, fl_arena *arena) {
    fl_value_add(arena, to, key, fl_value_number(arena, number)); /* null when it is not finite */
}

static fl_value *write_link(const fl_system *system, int index, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    for (int i = 0; i < system->n_links; i++) {
        const fl_node_link *link = &system->links[i];
        if (link->index != index) continue;
        fl_value_add(arena, to, "from", fl_value_string(arena, system->nodes[link->from].name));
        fl_value_add(arena, to, "to", fl_value_string(arena, system->nodes[link->to].name));
    }
    for (int i = 0; i < system->n_tier_links; i++) {
        const fl_tier_link *link = &system->tier_links[i];
        if (link->index != index) continue;
        add_number(to, "from_tier", link->from_tier, arena);
        add_number(to, "to_tier", link->to_tier, arena);
    }
    return to;
}

/** What is slow in a scenario: an array of {node} and {from, to} or {from_tier, to_tier}. */
static fl_value *write_scenario(const fl_scenario *which, const fl_instance *instance, fl_arena *arena) {
    fl_value *to = fl_value_array(arena);
    for (int i = 0; i < instance->system.n_nodes; i++) {
        if (!which->nodes[i]) continue;
        fl_value *node = fl_value_add(arena, to, NULL, fl_value_object(arena));
        fl_value_add(arena, node, "node", fl_value_string(arena, instance->system.nodes[i].name));
    }
    for (int i = 0; i < count_links(instance); i++) {
        if (which->links[i]) fl_value_add(arena, to, NULL, write_link(&instance->system, i, arena));
    }
    return to;
}

fl_value *fl_robust_write(const fl_robust *robust, const fl_instance *instance, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    fl_value_add(arena, to, "status", fl_value_string(arena, fl_result_status_name(robust->status)));
    fl_value_add(arena, to, "stop", fl_value_string(arena, fl_stop_name(robust->stop)));
    add_number(to, "bound", robust->bound, arena);
    add_number(to, "scenarios", robust->n_scenarios, arena);
    add_number(to, "solves", robust->solves, arena);
    add_number(to, "seconds", robust->seconds, arena);
    if (robust->plan.n_apps == 0) return arena->failed ? NULL : to;
    add_number(to, "energy", robust->verdict.energy, arena);
    add_number(to, "latency", robust->verdict.latency, arena);
    add_number(to, "worst_latency", robust->worst.verdict.latency, arena);
    add_number(to, "accuracy", robust->verdict.accuracy, arena);
    fl_value_add(arena, to, "slow", write_scenario(&robust->worst.which, instance, arena));
    fl_value_add(arena, to, "plan", fl_plan_write(&robust->plan, instance, arena));
    return arena->failed ? NULL : to;
}

fl_value *fl_robust_write_worst(const fl_robust_worst *worst, const fl_instance *instance, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    fl_value_add(arena, to, "feasible", fl_value_bool(arena, worst->verdict.feasible));
    add_number(to, "energy", worst->verdict.energy, arena);
    add_number(to, "latency", worst->verdict.latency, arena);
    fl_value_add(arena, to, "slow", write_scenario(&worst->which, instance, arena));
    return arena->failed ? NULL : to;
}
