/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/emit.h"
#include "core/exact.h"
#include "core/file.h"
#include "core/generate.h"
#include "core/result.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fl_arena arena, other;
static fl_error err;
static const char *text;
static size_t length;

static void start(void) {
    fl_arena_init(&arena, 0);
    fl_arena_init(&other, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_arena_free(&other);
}

TestSuite(emit, .init = start, .fini = stop);

static void emit(const fl_instance *instance) {
    fl_arena_reset(&arena);
    cr_assert(fl_emit_print(&text, &length, instance, FL_EMIT_LP, &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(strlen(text) == length);
}

static void has(const char *part) {
    cr_assert(strstr(text, part) != NULL, "no \"%s\" in\n%s", part, text);
}

Test(emit, says_what_the_names_stand_for) {
    fl_instance *instance = build_instance(build_two_tiers);
    emit(instance);
    has("\\ instance: \"two tiers\"\n");
    has("\\ n1 = \"mobile\"\n\\ n2 = \"edge\"\n\\ a1 = \"camera\"\n\\ b1 = \"b1\"\n");
    has("flow_a1_source:");
    has("deadline_a1:");
    has(" x_a1_b2_n1_n2_e2\n");
    fl_instance_free(instance);
}

Test(emit, every_line_above_the_model_is_a_comment_whatever_names_hold) {
    fl_instance *instance =
        build_variant(build_two_tiers, "/name", "'one\\ntwo\\r\\u0001\\tthree\\u007f \\\\ end'");
    emit(instance);
    const char *end = strstr(text, "Minimize");
    cr_assert(end != NULL && end[-1] == '\n');
    for (const char *line = text; line < end; line += strcspn(line, "\n") + 1) {
        cr_assert(*line == '\\' || *line == '\n', "%.*s", (int)strcspn(line, "\n"), line);
    }
    has("\"one?two???three? \\ end\"");
    fl_instance_free(instance);
}

/* The second opinion: what glpsol, a program of its own, finds in the text */

/** A number after `label` in the comment at the top. */
static double noted(const char *label) {
    const char *at = strstr(text, label);
    cr_assert(at != NULL, "%s", label);
    return strtod(at + strlen(label), NULL);
}

/** The energy that glpsol finds for the text in J; INFINITY: no solution. */
static double ask_glpsol(void) {
    char model[] = "/tmp/finlab-emit-XXXXXX", solution[sizeof model + 4], command[200];
    const char *answer;
    size_t n;
    int rows, columns, file = mkstemp(model);
    cr_assert(file >= 0 && close(file) == 0);
    snprintf(solution, sizeof solution, "%s.sol", model);
    snprintf(command, sizeof command, "glpsol --lp %s -w %s > /dev/null 2>&1", model, solution);
    cr_assert(fl_file_write(model, text, length, &err) == FL_OK, "%s", err.text);
    cr_assert(system(command) == 0, "glpsol does not read\n%s", text);
    cr_assert(fl_file_read(&answer, &n, solution, 1 << 20, &other, &err) == FL_OK, "%s", err.text);
    unlink(model);
    unlink(solution);
    char status;
    double objective;
    const char *line = strstr(answer, "\ns mip ");
    cr_assert(line != NULL, "%s", answer);
    cr_assert(sscanf(line, "\ns mip %d %d %c %lf", &rows, &columns, &status, &objective) == 4, "%s", line);
    return status == 'o' ? noted("constant: ") + noted("scale: ") * objective : INFINITY;
}

static bool have_glpsol(void) {
    return system("glpsol --version > /dev/null 2>&1") == 0;
}

static void compare_with_glpsol(const fl_recipe *recipe) {
    fl_instance *instance;
    fl_settings settings;
    fl_result result;
    cr_assert(fl_generate(&instance, recipe, &err) == FL_OK);
    fl_settings_default(&settings, &fl_exact_method, instance);
    cr_assert(fl_run(&result, instance, &fl_exact_method, &settings, &other, NULL, &err) == FL_OK);
    emit(instance);
    double energy = result.has_plan ? result.verdict.energy : INFINITY, found = ask_glpsol();
    bool same = isinf(energy) ? isinf(found) : fabs(found - energy) <= 1e-6 * energy;
    cr_assert(same, "seed %d: %.17g, glpsol %.17g\n%s", (int)recipe->seed, energy, found, text);
    fl_instance_free(instance);
}

Test(emit, glpsol_finds_the_same_optimum_at_any_scale) {
    if (!have_glpsol()) cr_skip_test("glpsol is not installed");
    for (int seed = 0; seed < 120; seed++) {
        compare_with_glpsol(&(fl_recipe){.seed = (uint64_t)seed, .energy_scale = pow(10, seed % 22 - 15)});
    }
}

Test(emit, glpsol_agrees_that_an_instance_without_any_plan_has_none) {
    if (!have_glpsol()) cr_skip_test("glpsol is not installed");
    static const char *const nowhere[] = {"/apps/0/blocks/0/nodes", "/apps/0/blocks/1/nodes"};
    for (int i = 0; i < 2; i++) {
        fl_instance *instance = build_variant(build_two_tiers, nowhere[i], "[]");
        emit(instance);
        cr_assert(isinf(ask_glpsol()));
        fl_instance_free(instance);
    }
    fl_instance *instance = build_variant(build_two_tiers, "/apps/0/accuracy", "0.99");
    emit(instance);
    cr_assert(isinf(ask_glpsol()));
    fl_instance_free(instance);
}

Test(emit, the_format_is_told_by_the_end_of_the_name) {
    static const struct {
        const char *path;
        int format; /* -1: none */
    } known[] = {{"a.lp", FL_EMIT_LP},
                 {"b.lp.mps", FL_EMIT_MPS},
                 {".glp", FL_EMIT_GLP},
                 {"a.LP", -1},
                 {"lp", -1},
                 {"", -1},
                 {"s", -1},
                 {"a.lp.txt", -1},
                 {"folder.mps/file", -1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        fl_emit_format format;
        bool any = fl_emit_format_of(&format, known[i].path);
        cr_assert(any == (known[i].format >= 0), "%s", known[i].path);
        cr_assert(!any || (int)format == known[i].format, "%s", known[i].path);
    }
}

Test(emit, refuses_latencies_with_deviations) {
    fl_arena scratch;
    fl_error error;
    fl_instance *deviating;
    fl_recipe recipe = {.seed = 1, .nodes = 3, .deviations = true};
    fl_arena_init(&scratch, 0);
    cr_assert(fl_generate(&deviating, &recipe, &error) == FL_OK);
    cr_assert(deviating->features == FL_FEATURE_DEVIATIONS);
    cr_assert(fl_emit_print(&text, &length, deviating, FL_EMIT_LP, &scratch, &error) == FL_EUNSUPPORTED);
    fl_instance_free(deviating);
    fl_arena_free(&scratch);
}
