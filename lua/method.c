/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/method.h"
#include "lua/instance.h"
#include "lua/methods.h"
#include "lua/support.h"
#include "lua/value.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/** A described method; its userdata has the Lua function as user value. */
typedef struct described {
    fl_method method;
    fl_option options[FL_OPTIONS_MOST];
    fl_arena arena; /* the texts of both */
} described;

/** One run; a task's settings lead here. */
typedef struct run {
    fl_settings settings;
    lua_State *L;
    const described *method;
    int function, loan; /* where on the stack the Lua function is, and the table of what is lent */
    bool *raised;       /* the function raised what is on top of the stack */
} run;

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err);

/* The list of methods */

static const char registry_key = 0;

/** Push the list of described methods, made when it is not there. */
static void push_list(lua_State *L) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
}

/** Push the `i`-th described method, or nil. */
static described *push_described(lua_State *L, int i) {
    push_list(L);
    lua_rawgeti(L, -1, fl_lua_support_position(i));
    lua_remove(L, -2);
    return lua_touserdata(L, -1);
}

const fl_method *fl_lua_method_at(lua_State *L, int i) {
    described *at = push_described(L, i);
    lua_pop(L, 1);
    return at != NULL ? &at->method : NULL;
}

bool fl_lua_method_is(const fl_method *method) {
    return method->solve == solve;
}

/* Describing */

static int collect(lua_State *L) {
    described *self = lua_touserdata(L, 1);
    fl_arena_free(&self->arena);
    return 0;
}

/** Push an empty description, whose function is at `function`. */
static described *push_new(lua_State *L, int function) {
    described *self = lua_newuserdatauv(L, sizeof *self, 1);
    *self = (described){.method = {.solve = solve}};
    self->method.options = self->options;
    fl_arena_init(&self->arena, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, function);
    lua_setiuservalue(L, -2, 1);
    return self;
}

static const char *text_of(const fl_value *object, const char *key, fl_arena *arena) {
    const fl_value *value = fl_value_get(object, key);
    return fl_arena_text(arena, value != NULL ? value->string : "");
}

static double number_of(const fl_value *object, const char *key, double fallback) {
    const fl_value *value = fl_value_get(object, key);
    return value == NULL ? fallback : value->kind == FL_BOOL ? value->boolean : value->number;
}

/** The words of an array as "a|b|c". */
static const char *join(const fl_value *words, fl_arena *arena) {
    size_t size = 0;
    for (const fl_value *word = words->first; word != NULL; word = word->next)
        size += strlen(word->string) + 1;
    char *text = FL_ZERO(arena, size, char), *at = text;
    for (const fl_value *word = words->first; word != NULL && text != NULL; word = word->next) {
        size_t length = strlen(word->string);
        memcpy(at, word->string, length);
        at[length] = word->next != NULL ? '|' : '\0';
        at += length + 1;
    }
    return text;
}

/** The position of a choice's default. */
static double find_default(const fl_value *option) {
    const fl_value *wanted = fl_value_get(option, "default");
    int i = 0;
    for (const fl_value *word = fl_value_get(option, "choices")->first; word != NULL;
         word = word->next, i++) {
        if (wanted != NULL && strcmp(word->string, wanted->string) == 0) return i;
    }
    return 0;
}

static void read_option(fl_option *out, const fl_value *from, fl_arena *arena) {
    static const char *const types[] = {"bool", "int", "number", "choice", "node"};
    const char *type = fl_value_get(from, "type")->string;
    *out = (fl_option){.name = text_of(from, "name", arena), .doc = text_of(from, "doc", arena)};
    for (int i = 0; i < (int)(sizeof types / sizeof *types); i++) {
        if (strcmp(types[i], type) == 0) out->type = (fl_option_type)i;
    }
    if (out->type == FL_OPTION_CHOICE) {
        out->choices = join(fl_value_get(from, "choices"), arena);
        out->fallback = find_default(from);
    } else if (out->type != FL_OPTION_NODE) {
        out->fallback = number_of(from, "default", 0);
        out->least = number_of(from, "least", -INFINITY);
        out->most = number_of(from, "most", INFINITY);
    }
}

/** Fill a method from its document, which has been checked. */
static void read_method(described *self, const fl_value *from) {
    fl_method *method = &self->method;
    const fl_value *honours = fl_value_get(from, "honours"), *options = fl_value_get(from, "options");
    method->name = text_of(from, "name", &self->arena);
    method->summary = text_of(from, "summary", &self->arena);
    method->may_claim = fl_value_get(from, "claims") != NULL ? FL_CLAIM_BOUND : FL_CLAIM_NOTHING;
    for (const fl_value *word = honours != NULL ? honours->first : NULL; word != NULL; word = word->next) {
        method->honours |= fl_lua_methods_feature(word->string);
    }
    for (const fl_value *at = options != NULL ? options->first : NULL; at != NULL; at = at->next) {
        if (method->n_options == FL_OPTIONS_MOST) break;
        read_option(&self->options[method->n_options++], at, &self->arena);
    }
}

int fl_lua_method_define(lua_State *L) {
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *document;
    fl_error err;
    if (fl_lua_value_read(&document, L, 1, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    described *self = push_new(L, 2);
    read_method(self, document);
    if (self->arena.failed) {
        fl_arena_error(&self->arena, &err);
        return fl_lua_support_fail(L, &err);
    }
    int i = 0;
    for (const fl_method *at; (at = fl_lua_method_at(L, i)) != NULL; i++) {
        if (strcmp(at->name, self->method.name) == 0) break;
    }
    push_list(L);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, fl_lua_support_position(i));
    lua_pushboolean(L, true);
    return 1;
}

/* Running */

/** Push the described method whose descriptor this is; it is in the list. */
static described *push_owner(lua_State *L, const fl_method *method) {
    int i = 0;
    while (fl_lua_method_at(L, i) != method) i++;
    return push_described(L, i);
}

fl_status fl_lua_method_run(fl_result *out, lua_State *L, const fl_instance **instance,
                            const fl_method *method, const fl_settings *settings, fl_arena **arena,
                            fl_error *err) {
    bool raised = false;
    luaL_checkstack(L, LUA_MINSTACK, "method");
    fl_instance **own = fl_lua_instance_push(L);
    FL_TRY(fl_instance_with(own, *instance, NULL, 0, FL_PLACE_LUA, err));
    *instance = *own;
    run now = {.settings = *settings, .L = L, .method = push_owner(L, method), .raised = &raised};
    now.settings.own = &now;
    lua_getiuservalue(L, -1, 1);
    now.function = lua_gettop(L);
    lua_newtable(L);
    now.loan = lua_gettop(L);
    fl_lua_support_create(L);
    *arena = lua_touserdata(L, -1);
    fl_status status = fl_run(out, *own, method, &now.settings, *arena, NULL, err);
    if (status != FL_OK) fl_arena_free(*arena);
    if (raised) lua_error(L);
    return status;
}

/** What the part works on that may raise. */
typedef struct work {
    const described *method;
    fl_answer *answer;
    const fl_task *task;
    fl_error *err;
    fl_status status;
} work;

static int call(lua_State *L);

/** Call the Lua function and take back what it was lent. What it raises stays on the stack. */
static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    const run *now = task->settings->own;
    lua_State *L = now->L;
    work w = {.method = now->method, .answer = answer, .task = task, .err = err};
    lua_pushcfunction(L, call);
    lua_pushvalue(L, now->function);
    lua_pushvalue(L, now->loan);
    lua_pushlightuserdata(L, &w);
    *now->raised = lua_pcall(L, 3, 0, 0) != LUA_OK;
    fl_lua_instance_recall(L, now->loan);
    if (*now->raised) return fl_error_set(err, FL_EINTERNAL, now->method->method.name, "raised an error");
    return w.status;
}

/** The `n`-th word of "a|b|c", n from 0. */
static void push_word(lua_State *L, const char *words, int n) {
    for (; n > 0; n--) words = strchr(words, '|') + 1;
    lua_pushlstring(L, words, strcspn(words, "|"));
}

static void push_value(lua_State *L, const fl_option *option, double value, const fl_instance *instance) {
    switch (option->type) {
    case FL_OPTION_BOOL:
        lua_pushboolean(L, value != 0);
        break;
    case FL_OPTION_INT:
        lua_pushinteger(L, (lua_Integer)value);
        break;
    case FL_OPTION_NUMBER:
        lua_pushnumber(L, value);
        break;
    case FL_OPTION_CHOICE:
        push_word(L, option->choices, (int)value);
        break;
    case FL_OPTION_NODE:
        lua_pushstring(L, instance->system.nodes[(int)value].name);
        break;
    }
}

static void push_options(lua_State *L, const described *method, const fl_task *task) {
    lua_createtable(L, 0, method->method.n_options);
    for (int i = 0; i < method->method.n_options; i++) {
        push_value(L, &method->options[i], task->settings->value[i], task->instance);
        lua_setfield(L, -2, method->options[i].name);
    }
}

static fl_status take(const work *w, lua_State *L);

/** Arguments: the Lua function, the table of what is lent, the work. */
static int call(lua_State *L) {
    work *w = lua_touserdata(L, 3);
    lua_pushvalue(L, 1);
    fl_lua_instance_lend(L, w->task->instance, 2);
    push_options(L, w->method, w->task);
    lua_call(L, 2, 3);
    w->status = take(w, L);
    return 0;
}

/* Taking the function's answer: plan or record or nil, message, code on top of the stack */

/** The same failure with the method's name before its place. */
static fl_status at_method(const work *w, const fl_error *found) {
    char where[sizeof found->where];
    const char *name = w->method->method.name;
    snprintf(where, sizeof where, "%s%s%.200s", name, found->where[0] != '\0' ? ": " : "", found->where);
    return fl_error_set(w->err, found->code, where, "%s", found->text);
}

/** What a failure's code is called in Lua. */
static fl_status code_of(const char *name) {
    for (fl_status code = FL_EINVAL; code <= FL_EINTERNAL; code++) {
        if (name != NULL && strcmp(fl_status_name(code), name) == 0) return code;
    }
    return FL_EINVAL;
}

static fl_status take_stop(const work *w, const fl_value *stop, fl_error *err) {
    for (int i = FL_STOP_DONE; stop->kind == FL_STRING && i <= FL_STOP_INTERRUPTED; i++) {
        if (strcmp(fl_stop_name((fl_stop)i), stop->string) != 0) continue;
        w->answer->stop = (fl_stop)i;
        return FL_OK;
    }
    return fl_error_set(err, FL_EINVAL, "stop", "must be done, gap, time, nodes, memory or interrupted");
}

/** What the record proves: a bound, infeasibility, how many users can be served. */
static fl_status take_claims(const work *w, const fl_value *record, fl_error *err) {
    const fl_value *bound = fl_value_get(record, "bound"), *most = fl_value_get(record, "most_served");
    const fl_value *status = fl_value_get(record, "status");
    bool infeasible =
        status != NULL && status->kind == FL_STRING && strcmp(status->string, "infeasible") == 0;
    if (bound == NULL && most == NULL && !infeasible) return FL_OK;
    if (w->method->method.may_claim == FL_CLAIM_NOTHING) {
        if (fl_value_get(record, "method") != NULL) return FL_OK; /* another method's: only its plan counts */
        return fl_error_set(err, FL_EINVAL, NULL,
                            "proves something, but is described without claims = \"bound\"");
    }
    if (bound != NULL && bound->kind != FL_NUMBER) {
        return fl_error_set(err, FL_EINVAL, "bound", "must be a number");
    }
    if (most != NULL && most->kind != FL_NUMBER) {
        return fl_error_set(err, FL_EINVAL, "most_served", "must be a number");
    }
    if (bound != NULL) w->answer->bound = bound->number;
    if (most != NULL) w->answer->most_served = (long long)most->number;
    if (infeasible) w->answer->claim = FL_CLAIM_INFEASIBLE;
    return FL_OK;
}

/** A record written by hand has no fields but those that are read. */
static fl_status check_fields(const fl_value *record, fl_error *err) {
    if (fl_value_get(record, "method") != NULL) return FL_OK;
    for (const fl_value *item = record->first; item != NULL; item = item->next) {
        static const char *const known[] = {"plan", "bound", "status", "stop", "most_served"};
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) found |= strcmp(item->key, known[i]) == 0;
        if (!found) return fl_error_set(err, FL_EINVAL, item->key, "is no field of an answer");
    }
    return FL_OK;
}

static fl_status take_record(const work *w, const fl_value *record, fl_error *err) {
    fl_arena *arena = w->task->arena;
    const fl_value *stop = fl_value_get(record, "stop"), *candidate = fl_value_get(record, "candidate");
    FL_TRY(check_fields(record, err));
    if (stop != NULL) FL_TRY(take_stop(w, stop, err));
    FL_TRY(take_claims(w, record, err));
    const fl_value *of = fl_value_get(record, "plan") == NULL && candidate != NULL ? candidate : record;
    if (fl_value_get(of, "plan") == NULL) return FL_OK;
    return fl_plan_read(&w->answer->plan, w->task->instance, of, FL_PLACE_LUA, arena, err);
}

/** A plan is an array, a record has names. */
static fl_status take_table(const work *w, lua_State *L, int index, fl_error *err) {
    fl_arena *arena = w->task->arena;
    fl_value *document;
    FL_TRY(fl_lua_value_read(&document, L, index, arena, err));
    if (document->kind == FL_OBJECT && document->n_items > 0) return take_record(w, document, err);
    return fl_plan_read(&w->answer->plan, w->task->instance, document, FL_PLACE_LUA, arena, err);
}

static fl_status take(const work *w, lua_State *L) {
    int first = lua_gettop(L) - 2;
    fl_error found = {.code = FL_OK};
    if (lua_istable(L, first)) {
        fl_status status = take_table(w, L, first, &found);
        return status == FL_OK ? FL_OK : at_method(w, &found);
    }
    if (lua_isnil(L, first) && lua_isnil(L, first + 1)) return FL_OK;
    if (lua_isnil(L, first) && lua_isstring(L, first + 1)) {
        const char *code = lua_isstring(L, first + 2) ? lua_tostring(L, first + 2) : NULL;
        fl_error_set(&found, code_of(code), NULL, "%s", lua_tostring(L, first + 1));
    } else {
        fl_error_set(&found, FL_EINVAL, NULL, "must answer a plan, a record or nil, not a %s",
                     luaL_typename(L, first));
    }
    return at_method(w, &found);
}
