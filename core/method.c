/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/method.h"
#include "core/exact.h"
#include "core/nearest.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

const fl_method *const fl_core_methods[] = {&fl_exact_method, NULL};

int fl_method_option(const fl_method *method, const char *name) {
    for (int i = 0; i < method->n_options; i++) {
        if (strcmp(method->options[i].name, name) == 0) return i;
    }
    return -1;
}

double fl_method_setting(const fl_method *method, const fl_settings *settings, const char *name) {
    return settings->value[fl_method_option(method, name)];
}

bool fl_method_sequential(const fl_method *method) {
    return !(method->honours & FL_FEATURE_SEVERAL);
}

void fl_settings_default(fl_settings *out, const fl_method *method, const fl_instance *instance) {
    out->sources = 0;
    out->own = NULL;
    for (int i = 0; i < method->n_options; i++) {
        const fl_option *option = &method->options[i];
        bool node = option->type == FL_OPTION_NODE;
        out->value[i] = node ? instance->apps[0].source : option->fallback;
        out->sources |= (unsigned)node << i;
    }
    for (int i = 0; i < FL_SEQUENTIAL_OPTIONS; i++) out->sequential[i] = fl_sequential_options[i].fallback;
}

/* Reading one option: from a typed value, or from text as a command line gives it */

/** Index of `text` among "one|two|three", or -1. */
static int find_choice(const char *choices, const char *text) {
    size_t length = strlen(text);
    for (int i = 0; choices != NULL; i++) {
        const char *end = strchr(choices, '|');
        size_t n = end != NULL ? (size_t)(end - choices) : strlen(choices);
        if (n == length && strncmp(choices, text, n) == 0) return i;
        choices = end != NULL ? end + 1 : NULL;
    }
    return -1;
}

/** The whole of `text` as a number, in C notation. */
static bool parse_number(const char *text, double *out) {
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && strchr(" \t\n", text[0]) == NULL;
}

static fl_status read_bool(double *out, const fl_option *option, const fl_value *value, fl_error *err) {
    bool yes = value->kind == FL_STRING && strcmp(value->string, "true") == 0;
    bool no = value->kind == FL_STRING && strcmp(value->string, "false") == 0;
    if (value->kind != FL_BOOL && !yes && !no) {
        return fl_error_set(err, FL_EINVAL, option->name, "must be true or false");
    }
    *out = yes || (value->kind == FL_BOOL && value->boolean);
    return FL_OK;
}

static fl_status read_number(double *out, const fl_option *option, const fl_value *value, fl_error *err) {
    double number = value->number;
    if (value->kind == FL_STRING && option->choices != NULL && strcmp(value->string, option->choices) == 0) {
        *out = 0;
        return FL_OK;
    }
    bool given =
        value->kind == FL_NUMBER || (value->kind == FL_STRING && parse_number(value->string, &number));
    if (!given) return fl_error_set(err, FL_EINVAL, option->name, "must be a number");
    if (option->type == FL_OPTION_INT && number != floor(number)) {
        return fl_error_set(err, FL_EINVAL, option->name, "must be a whole number, not %.17g", number);
    }
    if (!(number >= option->least && number <= option->most)) {
        return fl_error_set(err, FL_EINVAL, option->name, "must be between %.17g and %.17g, not %.17g",
                            option->least, option->most, number);
    }
    *out = number;
    return FL_OK;
}

static fl_status read_name(double *out, const fl_option *option, const fl_instance *instance,
                           const fl_value *value, fl_error *err) {
    if (value->kind != FL_STRING) return fl_error_set(err, FL_EINVAL, option->name, "must be a string");
    if (option->type == FL_OPTION_NODE) {
        *out = fl_instance_node(instance, value->string);
        if (*out >= 0) return FL_OK;
        return fl_error_set(err, FL_EINVAL, option->name, "no node is called \"%s\"", value->string);
    }
    *out = find_choice(option->choices, value->string);
    if (*out >= 0) return FL_OK;
    return fl_error_set(err, FL_EINVAL, option->name, "must be one of %s, not \"%s\"", option->choices,
                        value->string);
}

static fl_status read_option(double *out, const fl_option *option, const fl_instance *instance,
                             const fl_value *value, fl_error *err) {
    switch (option->type) {
    case FL_OPTION_BOOL:
        return read_bool(out, option, value, err);
    case FL_OPTION_INT:
    case FL_OPTION_NUMBER:
        return read_number(out, option, value, err);
    case FL_OPTION_CHOICE:
    case FL_OPTION_NODE:
        return read_name(out, option, instance, value, err);
    }
    return FL_OK;
}

/** There is no option called `name`. */
static fl_status unknown_option(const fl_method *method, const char *name, fl_error *err) {
    fl_nearest nearest = fl_nearest_to(name);
    for (int i = 0; i < method->n_options; i++) fl_nearest_offer(&nearest, method->options[i].name);
    for (int i = 0; fl_method_sequential(method) && i < FL_SEQUENTIAL_OPTIONS; i++) {
        fl_nearest_offer(&nearest, fl_sequential_options[i].name);
    }
    return fl_error_set(err, FL_EINVAL, name, "method \"%s\" has no such option%s", method->name,
                        fl_nearest_hint(&nearest));
}

/** The option called `name` and where its value goes; NULL: there is none. */
static const fl_option *find_option(const fl_method *method, const char *name, fl_settings *settings,
                                    double **value) {
    int i = fl_method_option(method, name);
    if (i >= 0) {
        *value = &settings->value[i];
        return &method->options[i];
    }
    for (i = 0; fl_method_sequential(method) && i < FL_SEQUENTIAL_OPTIONS; i++) {
        *value = &settings->sequential[i];
        if (strcmp(fl_sequential_options[i].name, name) == 0) return &fl_sequential_options[i];
    }
    return NULL;
}

/** Where an own option has the name of a sequential one, its value is meant for both. */
static void share_value(fl_settings *settings, const fl_option *own, double value) {
    for (int i = 0; i < FL_SEQUENTIAL_OPTIONS; i++) {
        if (strcmp(fl_sequential_options[i].name, own->name) == 0) settings->sequential[i] = value;
    }
}

fl_status fl_settings_read(fl_settings *out, const fl_method *method, const fl_instance *instance,
                           const fl_value *options, fl_error *err) {
    fl_settings_default(out, method, instance);
    if (options == NULL) return FL_OK;
    bool empty = options->kind == FL_ARRAY && options->n_items == 0; /* Lua's {} may be either */
    if (options->kind != FL_OBJECT && !empty)
        return fl_error_set(err, FL_EINVAL, NULL, "options must be named");
    for (const fl_value *item = options->first; item != NULL; item = item->next) {
        double *value;
        const fl_option *option = find_option(method, item->key, out, &value);
        if (option == NULL) return unknown_option(method, item->key, err);
        FL_TRY(read_option(value, option, instance, item, err));
        if (option->type == FL_OPTION_NODE) out->sources &= ~(1u << (value - out->value));
        share_value(out, option, *value);
    }
    return FL_OK;
}

fl_settings fl_settings_for(const fl_settings *settings, const fl_method *method, const fl_app *app) {
    fl_settings own = *settings;
    for (int i = 0; i < method->n_options; i++) {
        if (own.sources & (1u << i)) own.value[i] = app->source;
    }
    return own;
}

double fl_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
