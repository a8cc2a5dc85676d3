/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/online.h"
#include "core/drift.h"
#include "core/exact.h"
#include "core/result.h"
#include "core/tradeoff.h"
#include "lua/instance.h"
#include "lua/support.h"
#include "lua/value.h"
#include <stdlib.h>

#define TYPE_NAME "finlab.online"

/** The userdata. Its user value is a table: plan numbers by the bytes of exit and nodes. */
typedef struct online {
    fl_instance *base;
    fl_instance *open; /* the same, whatever the accuracy */
    fl_instance *slot; /* one of them in the state asked about last */
    fl_arena plans_in, run;
    fl_plan *plans; /* [n_plans], their placements in `plans_in` */
    double *costs;  /* [n_plans], tallied */
    int n_plans, room;
    double *factors; /* [n_factors], in `plans_in`: nodes, links, rate */
    int n_factors;
    int *nodes; /* [blocks], in `plans_in`: of the plan at hand */
} online;

static online *check_online(lua_State *L) {
    online *self = luaL_checkudata(L, 1, TYPE_NAME);
    luaL_argcheck(L, self->base != NULL, 1, "it is closed");
    return self;
}

static const fl_app *app_of(const online *self) {
    return &self->base->apps[0];
}

/* Plans by number */

/** Make room for one more plan. */
static fl_status make_room(online *self, fl_error *err) {
    if (self->n_plans < self->room) return FL_OK;
    int room = self->room > 0 ? 2 * self->room : 16;
    fl_plan *plans = realloc(self->plans, (size_t)room * sizeof *plans);
    if (plans != NULL) self->plans = plans;
    double *costs = realloc(self->costs, (size_t)room * sizeof *costs);
    if (costs != NULL) self->costs = costs;
    if (plans == NULL || costs == NULL) return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    self->room = room;
    return FL_OK;
}

/** The number of the plan that ends at `exit` with these nodes, a new one when it is new. */
static fl_status number_of(int *out, lua_State *L, online *self, int exit, const int *nodes, fl_error *err) {
    size_t n = (size_t)app_of(self)->exits[exit].after;
    lua_getiuservalue(L, 1, 1);
    lua_pushlstring(L, (const char *)nodes, n * sizeof *nodes); /* its length says which exit */
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TNUMBER) {
        *out = (int)lua_tointeger(L, -1);
        lua_pop(L, 3);
        return FL_OK;
    }
    lua_pop(L, 1);
    FL_TRY(make_room(self, err));
    fl_plan *plan = &self->plans[self->n_plans];
    FL_TRY(fl_plan_create(plan, self->base, &self->plans_in, err));
    FL_TRY(fl_plan_place(plan, self->base, 0, exit, nodes, &self->plans_in, err));
    self->costs[self->n_plans] = 0;
    *out = ++self->n_plans;
    lua_pushinteger(L, *out);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return FL_OK;
}

static int push_number(lua_State *L, online *self, int exit, const int *nodes) {
    int number;
    fl_error err;
    if (number_of(&number, L, self, exit, nodes, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    lua_pushinteger(L, number);
    return 1;
}

static const fl_plan *check_plan(lua_State *L, int arg, const online *self) {
    lua_Integer number = luaL_checkinteger(L, arg);
    luaL_argcheck(L, number >= 1 && number <= self->n_plans, arg, "there is no such plan");
    return &self->plans[number - 1];
}

/* The slot */

/** Make self->slot the instance `from` in the state at argument 2. */
static fl_status drift_to(lua_State *L, online *self, const fl_instance *from, fl_error *err) {
    int n_nodes = from->system.n_nodes;
    fl_instance_free(self->slot);
    self->slot = NULL;
    for (int i = 0; i < self->n_factors; i++) {
        if (lua_rawgeti(L, 2, fl_lua_support_position(i)) != LUA_TNUMBER) {
            return fl_error_set(err, FL_EINVAL, "state", "must have %d numbers", self->n_factors);
        }
        self->factors[i] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    fl_drift drift = {
        .nodes = self->factors, .links = self->factors + n_nodes, .rate = self->factors[self->n_factors - 1]};
    FL_TRY(fl_drift_apply(&self->slot, from, &drift, FL_PLACE_LUA, err));
    if (self->slot->features == 0) return FL_OK;
    return fl_error_set(err, FL_EUNSUPPORTED, NULL, "a capacity binds in this slot");
}

/** The plan of least weight in a slot, whatever the deadline, into self->nodes. */
static fl_status weigh_plans(int *exit, online *self, const fl_instance *slot, const fl_tradeoff *weights,
                             fl_error *err) {
    fl_layers layers;
    fl_arena_reset(&self->run);
    FL_TRY(fl_layers_build(&layers, slot, 0, &self->run, err));
    return fl_tradeoff_find(self->nodes, exit, &layers, weights, &self->run, err);
}

/** What a plan costs in a slot: its energy, and `penalty` when it is late or not accurate enough. */
static fl_status judge_plan(fl_verdict *verdict, bool *accurate, const online *self, const fl_instance *slot,
                            const fl_plan *plan, fl_error *err) {
    *accurate = fl_cost_accurate(app_of(self), plan->apps[0].exit);
    return fl_evaluate_plan(verdict, NULL, slot, plan, NULL, err); /* no limits: no scratch */
}

/* Decisions */

/** The plan of least energy plus penalty in a slot: the optimum in time, or, when there is none or it is
 *  dearer than being late, the cheapest of all. */
static fl_status best_in_slot(int *number, lua_State *L, online *self, const fl_instance *slot,
                              double penalty, fl_error *err) {
    fl_settings settings;
    fl_result result;
    int exit, late;
    fl_settings_default(&settings, &fl_exact_method, slot);
    FL_TRY(fl_run(&result, slot, &fl_exact_method, &settings, &self->run, NULL, err));
    *number = 0;
    if (result.has_plan) {
        const fl_placement *found = &result.plan.apps[0];
        FL_TRY(number_of(number, L, self, found->exit, found->nodes, err));
        if (result.verdict.energy <= penalty) return FL_OK; /* being late costs no less than that */
    }
    fl_verdict verdict;
    bool accurate;
    FL_TRY(weigh_plans(&exit, self, slot, &(fl_tradeoff){.energy = 1}, err));
    FL_TRY(number_of(&late, L, self, exit, self->nodes, err));
    FL_TRY(judge_plan(&verdict, &accurate, self, slot, &self->plans[late - 1], err));
    bool worth_it = !result.has_plan || verdict.energy + penalty < result.verdict.energy;
    if (worth_it) *number = late;
    return FL_OK;
}

/** best(state, penalty): the number of the plan of least energy plus penalty (J, when late), exactly. */
static int best(lua_State *L) {
    online *self = check_online(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    double penalty = luaL_checknumber(L, 3);
    fl_error err;
    int number = 0;
    fl_status status = drift_to(L, self, self->base, &err);
    if (status == FL_OK) status = best_in_slot(&number, L, self, self->slot, penalty, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    lua_pushinteger(L, number);
    return 1;
}

/** weigh(state, per joule, per second, per share, soft): the number of the plan of least weight, exactly;
 *  `soft`: also among plans that are not accurate enough. */
static int weigh(lua_State *L) {
    online *self = check_online(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    fl_tradeoff weights = {luaL_checknumber(L, 3), luaL_checknumber(L, 4), luaL_checknumber(L, 5)};
    luaL_argcheck(L, weights.energy >= 0 && weights.latency >= 0, 3, "weights must not be negative");
    fl_error err;
    int exit;
    fl_status status = drift_to(L, self, lua_toboolean(L, 6) ? self->open : self->base, &err);
    if (status == FL_OK) status = weigh_plans(&exit, self, self->slot, &weights, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    return push_number(L, self, exit, self->nodes);
}

/** judge(state, plan): energy, latency, accuracy, whether it is in time, whether it is accurate enough. */
static int judge(lua_State *L) {
    online *self = check_online(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    const fl_plan *plan = check_plan(L, 3, self);
    fl_verdict verdict;
    fl_error err;
    bool accurate;
    fl_status status = drift_to(L, self, self->open, &err);
    if (status == FL_OK) status = judge_plan(&verdict, &accurate, self, self->slot, plan, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    lua_pushnumber(L, verdict.energy);
    lua_pushnumber(L, verdict.latency);
    lua_pushnumber(L, verdict.accuracy);
    lua_pushboolean(L, verdict.feasible);
    lua_pushboolean(L, accurate);
    return 5;
}

/* Hindsight */

/** Add what every plan costs in a slot to its tally. */
static fl_status tally_slot(online *self, const fl_instance *slot, double penalty, double weight,
                            fl_error *err) {
    for (int i = 0; i < self->n_plans; i++) {
        fl_verdict verdict;
        bool accurate;
        FL_TRY(judge_plan(&verdict, &accurate, self, slot, &self->plans[i], err));
        self->costs[i] += weight * (verdict.energy + (verdict.feasible && accurate ? 0 : penalty));
    }
    return FL_OK;
}

/** tally(state, penalty, weight): add every plan's cost in a slot, times `weight`, to its tally. */
static int tally(lua_State *L) {
    online *self = check_online(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    double penalty = luaL_checknumber(L, 3), weight = luaL_checknumber(L, 4);
    fl_error err;
    fl_status status = drift_to(L, self, self->open, &err);
    if (status == FL_OK) status = tally_slot(self, self->slot, penalty, weight, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

/** Whether plan i may be the answer: accurate enough, and in the table at argument 2 if there is one. */
static bool is_candidate(lua_State *L, const online *self, int i) {
    if (!fl_cost_accurate(app_of(self), self->plans[i].apps[0].exit)) return false;
    if (!lua_istable(L, 2)) return true;
    lua_rawgeti(L, 2, fl_lua_support_position(i));
    bool listed = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return listed;
}

/** least(candidates): the accurate plan with the least tally, and that; tallies start anew. `candidates`, if
 *  given, is a set of plans. */
static int least(lua_State *L) {
    online *self = check_online(L);
    int found = -1;
    for (int i = 0; i < self->n_plans; i++) {
        if (!is_candidate(L, self, i)) continue;
        if (found < 0 || self->costs[i] < self->costs[found]) found = i;
    }
    if (found < 0) return 0;
    lua_pushinteger(L, fl_lua_support_position(found));
    lua_pushnumber(L, self->costs[found]);
    for (int i = 0; i < self->n_plans; i++) self->costs[i] = 0;
    return 2;
}

/** How far an enumeration may still go: plans to find, vertices to look at. */
typedef struct budget {
    long long plans, vertices;
} budget;

/** Number every plan that goes on from self->nodes[0..l) and is accurate enough; false: too many. */
static fl_status list_plans(bool *all, lua_State *L, online *self, int l, budget *left, fl_error *err) {
    const fl_app *app = app_of(self);
    int from = l > 0 ? self->nodes[l - 1] : app->source, exit = fl_cost_exit_after(app, l), number;
    for (int n = 0; n < self->base->system.n_nodes && *all; n++) {
        if (!fl_block_allows(&app->blocks[l], n)) continue;
        if (n != from && fl_instance_link(self->base, from, n) == NULL) continue;
        self->nodes[l] = n;
        *all = left->vertices-- > 0;
        if (exit >= 0 && fl_cost_accurate(app, exit)) {
            FL_TRY(number_of(&number, L, self, exit, self->nodes, err));
            *all = *all && --left->plans >= 0;
        }
        if (*all && l + 1 < app->n_blocks) FL_TRY(list_plans(all, L, self, l + 1, left, err));
    }
    return FL_OK;
}

/** all(most): whether all plans that are accurate enough have numbers now; false when there are more. */
static int all_plans(lua_State *L) {
    online *self = check_online(L);
    lua_Integer most = luaL_checkinteger(L, 2);
    budget left = {most, most * app_of(self)->n_blocks};
    bool all = true;
    fl_error err;
    luaL_checkstack(L, 10, "too many plans");
    if (list_plans(&all, L, self, 0, &left, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    lua_pushboolean(L, all);
    return 1;
}

/* Plans of the user's */

/** plan(document): the number of a plan as inst:evaluate takes it. */
static int read_plan(lua_State *L) {
    online *self = check_online(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *document;
    fl_plan read;
    fl_verdict verdict;
    fl_error err;
    fl_status status = fl_lua_value_read(&document, L, 2, arena, &err);
    if (status == FL_OK) status = fl_plan_read(&read, self->base, document, FL_PLACE_LUA, arena, &err);
    if (status == FL_OK && (read.apps[0].exit < 0 || read.apps[0].more != NULL)) {
        status = fl_error_set(&err, FL_EINVAL, NULL, "must place all users alike");
    }
    if (status == FL_OK) status = fl_evaluate_plan(&verdict, NULL, self->base, &read, arena, &err);
    if (status == FL_OK && (isinf(verdict.energy) || verdict.violation.kind == FL_VIOLATION_NODE)) {
        status = fl_error_set(&err, FL_EINVAL, NULL, "needs a link that is not there or a node not allowed");
    }
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    return push_number(L, self, read.apps[0].exit, read.apps[0].nodes);
}

/** describe(plan): its document. */
static int describe(lua_State *L) {
    online *self = check_online(L);
    const fl_plan *of = check_plan(L, 2, self);
    fl_arena *arena = fl_lua_support_arena(L);
    return fl_lua_support_document(L, fl_plan_write(of, self->base, arena), FL_LUA_TABLE, arena);
}

static int size(lua_State *L) {
    lua_pushinteger(L, check_online(L)->n_plans);
    return 1;
}

/* Opening and closing */

static int close_online(lua_State *L) {
    online *self = luaL_checkudata(L, 1, TYPE_NAME);
    fl_instance_free(self->slot);
    fl_instance_free(self->open);
    fl_instance_free(self->base);
    free(self->plans);
    free(self->costs);
    fl_arena_free(&self->plans_in);
    fl_arena_free(&self->run);
    *self = (online){0};
    return 0;
}

/** Whether there is any plan at all, whatever the deadline. */
static fl_status check_any(online *self, fl_error *err) {
    int exit;
    FL_TRY(weigh_plans(&exit, self, self->base, &(fl_tradeoff){.energy = 1}, err));
    if (exit >= 0) return FL_OK;
    return fl_error_set(err, FL_EINVAL, NULL, "there is no plan, whatever the deadline");
}

static fl_status fill(online *self, const fl_instance *instance, fl_error *err) {
    fl_change keep = FL_CHANGE_NONE, open = FL_CHANGE_NONE;
    open.accuracy = 0;
    if (instance->n_apps > 1 || instance->features != 0) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "only one application without admission, slices and limits that bind");
    }
    FL_TRY(fl_instance_with(&self->base, instance, &keep, 1, FL_PLACE_LUA, err));
    FL_TRY(fl_instance_with(&self->open, instance, &open, 1, FL_PLACE_LUA, err));
    const fl_system *system = &instance->system;
    self->n_factors = system->n_nodes + system->n_links + system->n_tier_links + 1;
    self->factors = FL_NEW(&self->plans_in, self->n_factors, double);
    self->nodes = FL_NEW(&self->plans_in, instance->apps[0].n_blocks, int);
    if (self->plans_in.failed) return fl_arena_error(&self->plans_in, err);
    return check_any(self, err);
}

int fl_lua_online_open(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    online *self = lua_newuserdatauv(L, sizeof *self, 1);
    *self = (online){0};
    luaL_setmetatable(L, TYPE_NAME);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    fl_error err;
    if (fill(self, instance, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    return 1;
}

void fl_lua_online_register(lua_State *L) {
    static const luaL_Reg meta[] = {{"__gc", close_online}, {"__close", close_online}, {NULL, NULL}};
    static const luaL_Reg own[] = {
        {"best", best},     {"weigh", weigh},    {"judge", judge},       {"tally", tally}, {"least", least},
        {"all", all_plans}, {"plan", read_plan}, {"describe", describe}, {"size", size},   {NULL, NULL}};
    luaL_newmetatable(L, TYPE_NAME);
    luaL_setfuncs(L, meta, 0);
    lua_newtable(L);
    lua_pushvalue(L, -3);
    luaL_setfuncs(L, own, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
