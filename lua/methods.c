/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/methods.h"
#include "heuristics/methods.h"
#include "lua/method.h"
#include "lua/support.h"
#include "milp/methods.h"
#include <stdio.h>
#include <string.h>

/** The tables of the rooms, in the order in which methods are listed. */
static const fl_method *const *const rooms[] = {fl_core_methods, fl_milp_methods, fl_heuristics_methods};

/** The `i`-th method, counted from 0: those of the rooms, then those written in Lua. NULL: no more. */
static const fl_method *nth_method(lua_State *L, int i) {
    for (size_t room = 0; room < sizeof rooms / sizeof *rooms; room++) {
        for (const fl_method *const *at = rooms[room]; *at != NULL; at++) {
            if (i-- == 0) return *at;
        }
    }
    return fl_lua_method_at(L, i);
}

/** Add the names of all methods to the sentence. */
static void append_names(char *text, size_t size, lua_State *L) {
    size_t used = strlen(text);
    const fl_method *method;
    for (int i = 0; (method = nth_method(L, i)) != NULL && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, " %s", method->name);
    }
}

fl_status fl_lua_methods_find(const fl_method **out, lua_State *L, const char *name, size_t length,
                              fl_error *err) {
    for (int i = 0; (*out = nth_method(L, i)) != NULL; i++) {
        if (strncmp((*out)->name, name, length) == 0 && (*out)->name[length] == '\0') return FL_OK;
    }
    char names[sizeof err->text] = "";
    append_names(names, sizeof names, L);
    return fl_error_set(err, FL_EINVAL, "method", "there is no \"%.*s\"; there are%s",
                        length < 64 ? (int)length : 64, name, names);
}

const fl_method *fl_lua_methods_prover(unsigned features) {
    for (size_t room = 0; room < sizeof rooms / sizeof *rooms; room++) {
        for (const fl_method *const *at = rooms[room]; *at != NULL; at++) {
            if ((*at)->may_claim == FL_CLAIM_OPTIMAL && (features & ~(*at)->honours) == 0) return *at;
        }
    }
    return fl_core_methods[0];
}

/** The names of the fl_feature bits, from the lowest. */
static const char *const feature_names[] = {"several", "capacity", "memory", "admission",
                                            "slices",  "choices",  "runs",   "deviations"};
enum { N_FEATURES = sizeof feature_names / sizeof *feature_names };

unsigned fl_lua_methods_feature(const char *name) {
    for (int bit = 0; bit < N_FEATURES; bit++) {
        if (strcmp(feature_names[bit], name) == 0) return 1u << bit;
    }
    return 0;
}

static const char *claim_name(fl_claim claim) {
    return claim == FL_CLAIM_OPTIMAL ? "optimal" : claim == FL_CLAIM_BOUND ? "bound" : "nothing";
}

static void add_text(fl_arena *arena, fl_value *object, const char *key, const char *text) {
    fl_value_add(arena, object, key, fl_value_string(arena, text));
}

static fl_value *honours_document(const fl_method *method, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (int bit = 0; bit < N_FEATURES; bit++) {
        if (method->honours & (1u << bit))
            fl_value_add(arena, array, NULL, fl_value_string(arena, feature_names[bit]));
    }
    return array;
}

/** The words of "a|b|c" as an array. */
static fl_value *choices_document(const char *choices, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    for (const char *at = choices; at != NULL;) {
        size_t length = strcspn(at, "|");
        char *word = FL_ZERO(arena, length + 1, char);
        if (word == NULL) return NULL;
        memcpy(word, at, length);
        fl_value_add(arena, array, NULL, fl_value_string(arena, word));
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    return array;
}

static const fl_value *nth(const fl_value *array, int n) {
    const fl_value *item = array->first;
    while (n-- > 0) item = item->next;
    return item;
}

static void add_choice(fl_arena *arena, fl_value *object, const fl_option *option) {
    fl_value *choices = choices_document(option->choices, arena);
    if (arena->failed) return;
    add_text(arena, object, "default", nth(choices, (int)option->fallback)->string);
    fl_value_add(arena, object, "choices", choices);
}

/** A number's default and range, and the word that stands for 0 where there is one. */
static void add_range(fl_arena *arena, fl_value *object, const fl_option *option) {
    bool word = option->choices != NULL && option->fallback == 0;
    fl_value *fallback =
        word ? fl_value_string(arena, option->choices) : fl_value_number(arena, option->fallback);
    fl_value_add(arena, object, "default", fallback);
    fl_value_add(arena, object, "least", fl_value_number(arena, option->least));
    fl_value_add(arena, object, "most", fl_value_number(arena, option->most));
    if (option->choices != NULL) add_text(arena, object, "word", option->choices);
}

static fl_value *option_document(const fl_option *option, fl_arena *arena) {
    static const char *const types[] = {"bool", "int", "number", "choice", "node"};
    fl_value *object = fl_value_object(arena);
    add_text(arena, object, "name", option->name);
    add_text(arena, object, "type", types[option->type]);
    if (option->type == FL_OPTION_BOOL) {
        fl_value_add(arena, object, "default", fl_value_bool(arena, option->fallback != 0));
    } else if (option->type == FL_OPTION_CHOICE) {
        add_choice(arena, object, option);
    } else if (option->type != FL_OPTION_NODE) {
        add_range(arena, object, option);
    }
    add_text(arena, object, "doc", option->doc);
    return object;
}

static void add_options(fl_value *array, const fl_option *options, int n, fl_arena *arena) {
    for (int i = 0; i < n; i++) fl_value_add(arena, array, NULL, option_document(&options[i], arena));
}

static fl_value *method_document(const fl_method *method, fl_arena *arena) {
    fl_value *object = fl_value_object(arena), *options = fl_value_array(arena);
    add_text(arena, object, "name", method->name);
    add_text(arena, object, "summary", method->summary);
    add_text(arena, object, "claims", claim_name(method->may_claim));
    fl_value_add(arena, object, "honours", honours_document(method, arena));
    add_options(options, method->options, method->n_options, arena);
    fl_value_add(arena, object, "options", options);
    if (fl_method_sequential(method)) {
        fl_value *sequential = fl_value_add(arena, object, "sequential", fl_value_array(arena));
        add_options(sequential, fl_sequential_options, FL_SEQUENTIAL_OPTIONS, arena);
    }
    return object;
}

/** All methods, or only `only`. */
static fl_value *methods_document(lua_State *L, const fl_method *only, fl_arena *arena) {
    fl_value *array = fl_value_array(arena);
    const fl_method *method;
    for (int i = 0; (method = nth_method(L, i)) != NULL; i++) {
        if (only == NULL || only == method) fl_value_add(arena, array, NULL, method_document(method, arena));
    }
    return array;
}

int fl_lua_methods_list(lua_State *L) {
    fl_lua_form form = fl_lua_support_form(L, 1);
    const char *name = luaL_optstring(L, 2, NULL);
    fl_arena *arena = fl_lua_support_arena(L);
    const fl_method *only = NULL;
    fl_error err;
    if (name != NULL && fl_lua_methods_find(&only, L, name, strlen(name), &err) != FL_OK) {
        return fl_lua_support_fail(L, &err);
    }
    return fl_lua_support_document(L, methods_document(L, only, arena), form, arena);
}
