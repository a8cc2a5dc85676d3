/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/draw.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const draw_family draw_families[DRAW_FAMILIES] = {
    {.name = "default"},
    {.name = "plain", .recipe = {.plain = true}},
    {.name = "tight", .recipe = {.tightness = FL_TIGHTNESS_TIGHT}},
    {.name = "loose", .recipe = {.tightness = FL_TIGHTNESS_LOOSE}},
    {.name = "tiers", .recipe = {.tiers = 2}},
    {.name = "long", .recipe = {.blocks = 8, .nodes = 3, .tightness = FL_TIGHTNESS_MEDIUM}},
    {.name = "scaled", .scaled = true},
    {.name = "quantile", .recipe = {.quantile = true}},
};

#define SMALL   .blocks = 4, .nodes = 3
#define SMALLER .blocks = 3, .nodes = 3
#define CHOICES .codings = true, .optional = true, .thresholds = true

const draw_family draw_choices[DRAW_CHOICES] = {
    {.name = "codings", .recipe = {SMALL, .codings = true}},
    {.name = "optional", .recipe = {.optional = true}},
    {.name = "thresholds", .recipe = {.thresholds = true}},
    {.name = "segments", .recipe = {.segments = true}},
    {.name = "serial", .recipe = {.serial = true}},
    {.name = "choices", .recipe = {SMALLER, CHOICES}},
    {.name = "runs", .recipe = {.segments = true, .serial = true}},
    {.name = "all", .recipe = {SMALLER, CHOICES, .segments = true, .serial = true}},
    {.name = "all-quantile",
     .recipe = {SMALLER, CHOICES, .segments = true, .serial = true, .quantile = true}},
    {.name = "deviations", .recipe = {.deviations = true}},
    {.name = "deviations-quantile", .recipe = {.deviations = true, .quantile = true}},
    {.name = "all-deviations",
     .recipe = {SMALLER, CHOICES, .segments = true, .serial = true, .deviations = true}},
    {.name = "all-tight",
     .recipe = {SMALLER, CHOICES, .segments = true, .serial = true, .tightness = FL_TIGHTNESS_TIGHT}},
};

static fl_recipe last;

fl_instance *draw_instance(const draw_family *family, uint64_t seed) {
    fl_error err;
    fl_instance *instance;
    last = family->recipe;
    last.seed = seed;
    if (family->scaled) {
        last.energy_scale = pow(10, (double)(seed % 22) - 15);
        last.time_scale = pow(10, (double)(seed % 19) - 9);
    }
    if (fl_generate(&instance, &last, &err) != FL_OK) {
        fprintf(stderr, "draw: seed %llu: %s: %s\n", (unsigned long long)seed, err.where, err.text);
        abort();
    }
    return instance;
}

int draw_count(int usual) {
    const char *wanted = getenv("FINLAB_INSTANCES");
    return wanted != NULL && atoi(wanted) > 0 ? atoi(wanted) : usual;
}

static void add_number(char *out, size_t size, const char *option, double number) {
    size_t used = strlen(out);
    if (number != 0) snprintf(out + used, size - used, " --%s %.17g", option, number);
}

static void add_word(char *out, size_t size, const char *word) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, " %s", word);
}

static void say_recipe(char *out, size_t size) {
    static const char *const tight[] = {"", "--tight loose", "--tight medium", "--tight tight"};
    snprintf(out, size, "finlab generate --seed %llu", (unsigned long long)last.seed);
    add_number(out, size, "blocks", last.blocks);
    add_number(out, size, "nodes", last.nodes);
    add_number(out, size, "exits", last.exits);
    add_number(out, size, "apps", last.apps);
    add_number(out, size, "tiers", last.tiers);
    add_number(out, size, "energy-scale", last.energy_scale);
    add_number(out, size, "time-scale", last.time_scale);
    if (last.tightness != FL_TIGHTNESS_ANY) add_word(out, size, tight[last.tightness]);
    if (last.plain) add_word(out, size, "--plain");
    if (last.limits) add_word(out, size, "--limits");
    if (last.binding) add_word(out, size, "--binding");
    add_number(out, size, "users", last.users);
    if (last.admission) add_word(out, size, "--admission");
    if (last.slices) add_word(out, size, "--slices");
    if (last.quantile) add_word(out, size, "--quantile");
    if (last.deviations) add_word(out, size, "--deviations");
    if (last.codings) add_word(out, size, "--codings");
    if (last.optional) add_word(out, size, "--optional");
    if (last.thresholds) add_word(out, size, "--thresholds");
    if (last.segments) add_word(out, size, "--segments");
    if (last.serial) add_word(out, size, "--serial");
}

const char *draw_say(const fl_instance *instance) {
    static char text[512];
    char command[300], file[64];
    say_recipe(command, sizeof command);
    snprintf(file, sizeof file, "mismatch-%llu.json", (unsigned long long)last.seed);
    bool saved = fl_instance_save(instance, file, NULL) == FL_OK;
    snprintf(text, sizeof text, "%s (%s %s)", command,
             saved ? "as it was at the mismatch:" : "could not be saved as", file);
    return text;
}
