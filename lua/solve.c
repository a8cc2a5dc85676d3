/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/solve.h"
#include "core/explain.h"
#include "core/json.h"
#include "core/result.h"
#include "lua/instance.h"
#include "lua/interrupt.h"
#include "lua/method.h"
#include "lua/methods.h"
#include "lua/support.h"
#include "lua/value.h"
#include <string.h>

/** What a solve is asked: read from the arguments before the run takes the arena. */
typedef struct request {
    const fl_method *method;
    fl_settings settings;
} request;

static fl_status read_request(request *out, lua_State *L, const fl_instance *instance, fl_arena *arena,
                              fl_error *err);

/** Push a record, and its status when it is a line of JSON. */
static int push_record(lua_State *L, const fl_value *record, fl_result_status status, fl_lua_form form,
                       fl_arena *arena) {
    int pushed = fl_lua_support_document(L, record, form, arena);
    if (pushed == 1 && form == FL_LUA_JSON) {
        lua_pushstring(L, fl_result_status_name(status));
        pushed = 2;
    }
    fl_lua_support_trim(arena);
    return pushed;
}

/** Run a method of C; Ctrl-C ends it. */
static fl_status run_native(fl_result *out, const fl_instance *instance, const request *asked,
                            fl_arena *arena, fl_error *err) {
    const volatile sig_atomic_t *interrupt = fl_lua_interrupt_begin();
    fl_status status = fl_run(out, instance, asked->method, &asked->settings, arena, interrupt, err);
    fl_lua_interrupt_end();
    return status;
}

int fl_lua_solve(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    luaL_checktype(L, 2, LUA_TSTRING);
    if (!lua_isnoneornil(L, 3)) luaL_checktype(L, 3, LUA_TTABLE);
    fl_lua_form form = fl_lua_support_form(L, 4);
    fl_arena *arena = fl_lua_support_arena(L);
    request asked;
    fl_result result;
    fl_error err;
    if (read_request(&asked, L, instance, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    bool in_lua = fl_lua_method_is(asked.method);
    fl_status status =
        in_lua ? fl_lua_method_run(&result, L, &instance, asked.method, &asked.settings, &arena, &err)
               : run_native(&result, instance, &asked, arena, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    int pushed = push_record(L, fl_result_write(&result, instance, arena), result.status, form, arena);
    if (in_lua) fl_arena_free(arena); /* the run's own, not the one that all share */
    return pushed;
}

int fl_lua_solve_explain(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TSTRING);
    if (!lua_isnoneornil(L, 3)) luaL_checktype(L, 3, LUA_TTABLE);
    fl_lua_form form = fl_lua_support_form(L, 4);
    fl_arena *arena = fl_lua_support_arena(L), scratch;
    request asked;
    fl_explanation said;
    fl_error err;
    if (read_request(&asked, L, instance, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    if (fl_lua_method_is(asked.method)) {
        fl_error_set(&err, FL_EUNSUPPORTED, "method", "\"%s\" proves no optimum", asked.method->name);
        return fl_lua_support_fail(L, &err);
    }
    fl_arena_init(&scratch, 0);
    const fl_desk desk = {arena, &scratch, fl_lua_interrupt_begin()};
    fl_status status = fl_explain(&said, instance, asked.method, &asked.settings, &desk, &err);
    fl_lua_interrupt_end();
    fl_arena_free(&scratch);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    return push_record(L, fl_explain_write(&said, instance, arena), said.status, form, arena);
}

/** Add option `key`; FL_EINVAL when it is there already. */
static fl_status add_option(fl_value *options, const char *key, fl_value *value, fl_arena *arena,
                            fl_error *err) {
    if (fl_value_get(options, key) != NULL) return fl_error_set(err, FL_EINVAL, key, "is given twice");
    fl_value_add(arena, options, key, value);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}

/** Add the options of "key=value,key=value"; `text` is cut up in place. */
static fl_status add_specified(fl_value *options, char *text, fl_arena *arena, fl_error *err) {
    while (text != NULL) {
        char *next = strchr(text, ',');
        if (next != NULL) *next++ = '\0';
        char *equals = strchr(text, '=');
        if (equals == NULL || equals == text) {
            return fl_error_set(err, FL_EINVAL, "method", "\"%s\" should read option=value", text);
        }
        *equals = '\0';
        FL_TRY(add_option(options, text, fl_value_string(arena, equals + 1), arena, err));
        text = next;
    }
    return FL_OK;
}

/** Add the members of the table at `index`. */
static fl_status add_table(fl_value *options, lua_State *L, int index, fl_arena *arena, fl_error *err) {
    fl_value *table;
    FL_TRY(fl_lua_value_read(&table, L, index, arena, err));
    if (table->kind != FL_OBJECT) return fl_error_set(err, FL_EINVAL, "options", "must have names");
    for (fl_value *item = table->first, *next; item != NULL; item = next) {
        next = item->next;
        item->next = NULL;
        FL_TRY(add_option(options, item->key, item, arena, err));
    }
    return FL_OK;
}

static fl_status read_request(request *out, lua_State *L, const fl_instance *instance, fl_arena *arena,
                              fl_error *err) {
    unsigned features = instance->features & ~(unsigned)FL_FEATURE_ADMISSION;
    const char *specification =
        lua_isnoneornil(L, 2) ? fl_lua_methods_prover(features)->name : lua_tostring(L, 2);
    size_t length = strcspn(specification, ":");
    FL_TRY(fl_lua_methods_find(&out->method, L, specification, length, err));
    fl_value *options = fl_value_object(arena);
    if (options == NULL) return fl_arena_error(arena, err);
    if (specification[length] == ':') {
        size_t size = strlen(specification + length);
        char *copy = FL_NEW(arena, size, char);
        if (copy == NULL) return fl_arena_error(arena, err);
        memcpy(copy, specification + length + 1, size);
        FL_TRY(add_specified(options, copy, arena, err));
    }
    if (lua_istable(L, 3)) FL_TRY(add_table(options, L, 3, arena, err));
    return fl_settings_read(&out->settings, out->method, instance, options, err);
}

/** The judge's verdict on the plan in `document`, as a document. */
static fl_status judge(fl_value **out, bool *feasible, const fl_instance *instance, const fl_value *document,
                       fl_place_style style, fl_arena *arena, fl_error *err) {
    fl_plan plan;
    fl_verdict verdict;
    FL_TRY(fl_plan_read(&plan, instance, document, style, arena, err));
    fl_app_cost *costs = FL_NEW(arena, fl_plan_size(&plan), fl_app_cost);
    if (costs == NULL) return fl_arena_error(arena, err);
    FL_TRY(fl_evaluate_plan(&verdict, costs, instance, &plan, arena, err));
    *out = fl_verdict_write(&verdict, &plan, costs, instance, arena);
    *feasible = verdict.feasible;
    return FL_OK;
}

int fl_lua_solve_evaluate(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *document, *verdict;
    bool feasible;
    fl_error err;
    fl_status status = fl_lua_value_read(&document, L, 2, arena, &err);
    if (status == FL_OK) {
        status = judge(&verdict, &feasible, instance, document, FL_PLACE_LUA, arena, &err);
    }
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    return fl_lua_support_document(L, verdict, FL_LUA_TABLE, arena);
}

int fl_lua_solve_check(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    const char *path = luaL_checkstring(L, 2);
    fl_lua_form form = fl_lua_support_form(L, 3);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *document, *verdict;
    bool feasible;
    fl_error err;
    fl_status status = fl_json_load(&document, path, arena, &err);
    if (status == FL_OK) {
        status = judge(&verdict, &feasible, instance, document, FL_PLACE_JSON, arena, &err);
    }
    if (status != FL_OK) return fl_lua_support_fail_file(L, path, &err);
    int pushed = fl_lua_support_document(L, verdict, form, arena);
    if (pushed != 1) return pushed;
    lua_pushboolean(L, feasible);
    return 2;
}
