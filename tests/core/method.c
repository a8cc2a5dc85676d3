/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/method.h"
#include "heuristics/methods.h"
#include "milp/methods.h"
#include "tests/support/build.h"
#include "tests/support/draw.h"
#include "tests/support/solve.h"
#include <criterion/criterion.h>
#include <string.h>

static const fl_option options[] = {
    {"fast", FL_OPTION_BOOL, 1, 0, 0, NULL, "a boolean"},
    {"gamma", FL_OPTION_INT, 10, 1, 1000, NULL, "a whole number"},
    {"gap", FL_OPTION_NUMBER, 0.5, 0, 1, NULL, "a number"},
    {"engine", FL_OPTION_CHOICE, 1, 0, 0, "native|igraph|other", "a choice"},
    {"node", FL_OPTION_NODE, 0, 0, 0, NULL, "a node"},
    {"levels", FL_OPTION_INT, 0, 1, 9, "auto", "a whole number or a word"},
};
enum { FAST, GAMMA, GAP, ENGINE, NODE, LEVELS };
static const fl_method method = {.name = "fake", .options = options, .n_options = 6};

static fl_arena arena;
static fl_instance *instance;
static fl_settings settings;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
    instance = build_variant(build_two_tiers, "/apps/0/source", "'edge'");
}

static void stop(void) {
    fl_arena_free(&arena);
    fl_instance_free(instance);
}

TestSuite(method, .init = start, .fini = stop);

static fl_status read_options(const char *json) {
    return fl_settings_read(&settings, &method, instance, build_document(&arena, json), &err);
}

Test(method, options_left_out_have_their_defaults) {
    fl_settings_default(&settings, &method, instance);
    cr_assert(settings.value[FAST] == 1 && settings.value[GAMMA] == 10 && settings.value[GAP] == 0.5);
    cr_assert(settings.value[ENGINE] == 1 && settings.value[NODE] == 1, "a node defaults to the source");
    fl_app other = instance->apps[0];
    other.source = 0;
    fl_settings own = fl_settings_for(&settings, &method, &other);
    cr_assert(own.value[NODE] == 0 && own.value[GAMMA] == 10, "... of each application");
    settings.value[GAMMA] = 0;
    cr_assert(fl_settings_read(&settings, &method, instance, NULL, &err) == FL_OK);
    cr_assert(settings.value[GAMMA] == 10);
    cr_assert(read_options("{}") == FL_OK && settings.value[GAMMA] == 10);
}

Test(method, options_are_read_by_type) {
    cr_assert(read_options("{'fast': false, 'gamma': 3, 'gap': 0.25, 'engine': 'other', 'node': 'mobile'}") ==
              FL_OK);
    cr_assert(settings.value[FAST] == 0 && settings.value[GAMMA] == 3 && settings.value[GAP] == 0.25);
    cr_assert(settings.value[ENGINE] == 2 && settings.value[NODE] == 0);
    cr_assert(fl_method_setting(&method, &settings, "gamma") == 3);
    fl_app other = instance->apps[0];
    other.source = 1;
    cr_assert(fl_settings_for(&settings, &method, &other).value[NODE] == 0, "what is given stays");
}

Test(method, options_may_be_strings_as_a_command_line_gives_them) {
    cr_assert(read_options("{'fast': 'false', 'gamma': '30', 'gap': '1e-3', 'engine': 'native'}") == FL_OK);
    cr_assert(settings.value[FAST] == 0 && settings.value[GAMMA] == 30 && settings.value[GAP] == 1e-3);
    cr_assert(settings.value[ENGINE] == 0);
    cr_assert(read_options("{'fast': 'true'}") == FL_OK && settings.value[FAST] == 1);
}

Test(method, a_word_may_stand_for_nothing_where_a_number_is_asked_for) {
    cr_assert(read_options("{'levels': 3}") == FL_OK && settings.value[LEVELS] == 3);
    cr_assert(read_options("{'levels': 'auto'}") == FL_OK && settings.value[LEVELS] == 0);
    cr_assert(read_options("{'levels': 'automatic'}") == FL_EINVAL);
    cr_assert(read_options("{'gamma': 'auto'}") == FL_EINVAL, "only where the table says so");
}

Test(method, the_ends_of_a_range_are_allowed) {
    cr_assert(read_options("{'gamma': 1, 'gap': 0}") == FL_OK);
    cr_assert(read_options("{'gamma': 1000, 'gap': 1}") == FL_OK);
}

Test(method, bad_options_are_refused_by_name) {
    static const char *const cases[][3] = {
        {"{'gama': 3}", "gama", "method \"fake\" has no such option"},
        {"{'fats': true}", "fats", "fast"},
        {"{'fast': 1}", "fast", "must be true or false"},
        {"{'fast': 'yes'}", "fast", "must be true or false"},
        {"{'fast': null}", "fast", "must be true or false"},
        {"{'gamma': 0}", "gamma", "must be between 1 and 1000, not 0"},
        {"{'gamma': 1001}", "gamma", "must be between 1 and 1000"},
        {"{'gamma': 2.5}", "gamma", "must be a whole number, not 2.5"},
        {"{'gamma': '2.5'}", "gamma", "must be a whole number"},
        {"{'gamma': 'ten'}", "gamma", "must be a number"},
        {"{'gamma': ''}", "gamma", "must be a number"},
        {"{'gamma': '3 '}", "gamma", "must be a number"},
        {"{'gamma': ' 3'}", "gamma", "must be a number"},
        {"{'gamma': '3x'}", "gamma", "must be a number"},
        {"{'gamma': true}", "gamma", "must be a number"},
        {"{'gamma': [3]}", "gamma", "must be a number"},
        {"{'gap': -1e-9}", "gap", "must be between 0 and 1"},
        {"{'gap': 'nan'}", "gap", "must be"},
        {"{'gap': 'inf'}", "gap", "must be"},
        {"{'gap': '1e999'}", "gap", "must be"},
        {"{'gamma': 'inf'}", "gamma", "must be"},
        {"{'engine': 'nativ'}", "engine", "must be one of native|igraph|other, not \"nativ\""},
        {"{'engine': 'native|igraph'}", "engine", "must be one of"},
        {"{'engine': ''}", "engine", "must be one of"},
        {"{'engine': 0}", "engine", "must be a string"},
        {"{'node': 'cloud'}", "node", "no node is called \"cloud\""},
        {"{'node': 0}", "node", "must be a string"},
        {"[1]", "", "must be named"},
        {"17", "", "must be named"},
        {"'gamma'", "", "must be named"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(read_options(cases[i][0]) == FL_EINVAL, "accepted: %s", cases[i][0]);
        cr_assert_str_eq(err.where, cases[i][1], "%s: at \"%s\"", cases[i][0], err.where);
        cr_assert_not_null(strstr(err.text, cases[i][2]), "%s: %s", cases[i][0], err.text);
    }
}

Test(method, an_option_that_does_not_exist_has_no_index) {
    cr_assert(fl_method_option(&method, "gap") == GAP && fl_method_option(&method, "ga") == -1);
}

/* The tables of the three rooms: what everything that lists methods relies on. */

static void check_option(const fl_method *of, const fl_option *option) {
    cr_assert(option->name != NULL && option->name[0] != '\0' && option->doc != NULL &&
              option->doc[0] != '\0');
    cr_assert(&of->options[fl_method_option(of, option->name)] == option, "%s: two options %s", of->name,
              option->name);
    bool number = option->type == FL_OPTION_INT || option->type == FL_OPTION_NUMBER;
    bool choice = option->type == FL_OPTION_CHOICE, word = number && option->choices != NULL;
    bool in_range = option->least <= option->fallback && option->fallback <= option->most;
    cr_assert(!number || in_range || (word && option->fallback == 0), "%s %s", of->name, option->name);
    cr_assert((option->choices != NULL) == (choice || word), "%s %s", of->name, option->name);
    cr_assert(!word || strchr(option->choices, '|') == NULL, "%s %s: one word only", of->name, option->name);
}

static int check_table(const fl_method *const *table, const fl_method **seen, int n_seen) {
    for (; *table != NULL; table++) {
        const fl_method *one = *table;
        cr_assert(one->name != NULL && one->summary != NULL && strchr(one->summary, '\n') == NULL);
        cr_assert(one->solve != NULL && one->n_options <= FL_OPTIONS_MOST);
        cr_assert(one->may_claim == FL_CLAIM_NOTHING || one->may_claim == FL_CLAIM_BOUND ||
                      one->may_claim == FL_CLAIM_OPTIMAL,
                  "%s", one->name);
        for (int i = 0; i < one->n_options; i++) check_option(one, &one->options[i]);
        for (int i = 0; i < n_seen; i++)
            cr_assert_str_neq(seen[i]->name, one->name, "two methods %s", one->name);
        seen[n_seen++] = one;
    }
    return n_seen;
}

Test(method, every_descriptor_is_complete_and_every_name_unique) {
    const fl_method *seen[100];
    int n = check_table(fl_core_methods, seen, 0);
    cr_assert(n == 1);
    n = check_table(fl_milp_methods, seen, n);
    cr_assert(n >= 2);
    n = check_table(fl_heuristics_methods, seen, n);
    cr_assert(n >= 4);
}

Test(method, the_clock_goes_forward) {
    double before = fl_clock();
    for (int i = 0; i < 1000; i++) {
        double now = fl_clock();
        cr_assert(now >= before);
        before = now;
    }
}

/* Limits and ranges of all methods */

static const fl_method *const *const tables[] = {fl_core_methods, fl_milp_methods, fl_heuristics_methods};

Test(method, a_limit_can_be_switched_off_and_only_what_calls_GLPK_has_one_of_its_own) {
    static const char *const limits[] = {"time_limit", "nodes", "memory"};
    int n = 0;
    for (int t = 0; t < 3; t++) {
        for (const fl_method *const *one = tables[t]; *one != NULL; one++) {
            for (int i = 0; i < 3; i++) {
                int at = fl_method_option(*one, limits[i]);
                if (at < 0) continue;
                const fl_option *option = &(*one)->options[at];
                double own = tables[t] == fl_milp_methods && i == 0 ? 60 : 0;
                cr_assert(option->least == 0 && option->most >= 1e6, "%s %s", (*one)->name, option->name);
                cr_assert(option->fallback == own, "%s %s", (*one)->name, option->name);
                n++;
            }
        }
    }
    cr_assert(n > 10, "%d limits", n);
}

/** A number of the option's range: its least, or its most as far as that ends soon. */
static double end_of(const fl_option *option, bool most) {
    return most ? fmin(option->most, 300) : option->least;
}

/** All answers keep their word with some of a method's numbers at an end of their ranges: option `only`, or
 * all. */
static void try_ends(const fl_method *of, int only, bool most, const fl_instance *drawn,
                     const brute_answer *truth) {
    fl_settings ends;
    fl_result result;
    fl_settings_default(&ends, of, drawn);
    for (int i = 0; i < of->n_options; i++) {
        const fl_option *option = &of->options[i];
        bool number = option->type == FL_OPTION_INT || option->type == FL_OPTION_NUMBER;
        if (number && (only < 0 || only == i)) ends.value[i] = end_of(option, most);
    }
    fl_status status = fl_run(&result, drawn, of, &ends, &arena, NULL, &err);
    const char *name = only < 0 ? "all options" : of->options[only].name;
    if (status == FL_EUNSUPPORTED || status == FL_EINVAL) return; /* of another shape; lambda over gamma */
    cr_assert(status == FL_OK, "%s, %s: %s", of->name, name, err.text);
    bool apart = fl_method_option(of, "gap") >= 0 && most; /* it may end at any gap */
    const char *fault = solve_fault(&result, drawn, truth, apart ? 1 : 1e-9);
    cr_assert_null(fault, "%s, %s at %s, %s: %s", of->name, name, most ? "most" : "least", draw_say(drawn),
                   fault);
}

Test(method, an_interrupt_ends_every_method_and_what_it_says_is_true) {
    volatile sig_atomic_t interrupt = 1;
    int interrupted = 0;
    for (int seed = 0; seed < DRAW_FAMILIES; seed++) {
        fl_instance *drawn = draw_instance(&draw_families[seed], (uint64_t)seed);
        brute_answer truth = brute_solve(drawn);
        for (int t = 0; t < 3; t++) {
            for (const fl_method *const *one = tables[t]; *one != NULL; one++) {
                fl_result result;
                fl_settings_default(&settings, *one, drawn);
                fl_status status = fl_run(&result, drawn, *one, &settings, &arena, &interrupt, &err);
                if (status == FL_EUNSUPPORTED) continue;
                cr_assert(status == FL_OK, "%s: %s", (*one)->name, err.text);
                cr_assert(result.stop == FL_STOP_INTERRUPTED || result.stop == FL_STOP_DONE ||
                              result.stop == FL_STOP_GAP,
                          "%s", (*one)->name);
                const char *fault = solve_fault(&result, drawn, &truth, 1e-9);
                cr_assert_null(fault, "%s, %s: %s", (*one)->name, draw_say(drawn), fault);
                interrupted += result.stop == FL_STOP_INTERRUPTED;
            }
        }
        brute_free(&truth);
        fl_instance_free(drawn);
    }
    cr_assert(interrupted > 10, "%d", interrupted);
}

Test(method, a_limit_of_time_that_is_not_in_the_way_changes_nothing) {
    int limited = 0;
    for (int seed = 0; seed < 2 * DRAW_FAMILIES; seed++) {
        fl_instance *drawn = draw_instance(&draw_families[seed % DRAW_FAMILIES], (uint64_t)seed);
        for (int t = 0; t < 3; t++) {
            for (const fl_method *const *one = tables[t]; *one != NULL; one++) {
                int at = fl_method_option(*one, "time_limit");
                fl_result free_run, limited_run;
                if (at < 0) continue;
                fl_settings_default(&settings, *one, drawn);
                settings.value[at] = 0;
                cr_assert(fl_run(&free_run, drawn, *one, &settings, &arena, NULL, &err) == FL_OK, "%s",
                          err.text);
                settings.value[at] = 1000;
                cr_assert(fl_run(&limited_run, drawn, *one, &settings, &arena, NULL, &err) == FL_OK, "%s",
                          err.text);
                cr_assert(limited_run.status == free_run.status && limited_run.stop == free_run.stop,
                          "%s, %s", (*one)->name, draw_say(drawn));
                cr_assert(!free_run.has_plan || limited_run.verdict.energy == free_run.verdict.energy,
                          "%s, %s", (*one)->name, draw_say(drawn));
                limited++;
            }
        }
        fl_instance_free(drawn);
    }
    cr_assert(limited > 50, "%d", limited);
}

Test(method, answers_keep_their_word_at_the_ends_of_all_ranges) {
    for (int seed = 0; seed < DRAW_FAMILIES; seed++) {
        fl_instance *drawn = draw_instance(&draw_families[seed], (uint64_t)seed);
        brute_answer truth = brute_solve(drawn);
        for (int t = 0; t < 3; t++) {
            for (const fl_method *const *one = tables[t]; *one != NULL; one++) {
                for (int only = -1; only < (*one)->n_options; only++) {
                    try_ends(*one, only, false, drawn, &truth);
                    try_ends(*one, only, true, drawn, &truth);
                    fl_arena_reset(&arena);
                }
            }
        }
        brute_free(&truth);
        fl_instance_free(drawn);
    }
}
