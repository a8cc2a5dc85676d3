/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an instance is read from documents and files, and changes of one. */
#include "core/instance.h"
#include "core/json.h"
#include "tests/support/build.h"
#include "tests/support/refuse.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(instance_format, .init = start, .fini = stop);

/* Reading */

Test(instance_format, every_field_is_read) {
    fl_instance *instance = build_instance(build_full);
    const fl_node *node = &instance->system.nodes[0];
    cr_assert_str_eq(instance->name, "full");
    cr_assert(instance->admission && instance->system.n_nodes == 4 && instance->n_apps == 2);
    cr_assert_str_eq(node->name, "mobile");
    cr_assert(node->tier == 0 && node->speed == 1e10 && node->power == 6 && node->tx_energy == 3e-8);
    cr_assert(node->rx_energy == 2e-8 && node->capacity == 1e12 && node->memory == 1e9);
    cr_assert(instance->system.nodes[3].tier == 2);
    const fl_link *link = fl_instance_link(instance, 0, 1);
    cr_assert(link->rate == 1e9 && link->delay == 1e-4 && link->energy == 1e-9 && link->capacity == 5e8);
    link = fl_instance_link(instance, 1, 3);
    cr_assert(link->rate == 1e10 && link->delay == 1e-5 && link->energy == 1e-10 && link->capacity == 6e8);
    const fl_app *app = &instance->apps[0];
    cr_assert_str_eq(app->name, "camera");
    cr_assert(app->source == 0 && app->input_bits == 1e5 && app->rate == 10 && app->deadline == 0.004);
    cr_assert(app->accuracy == 0.5 && app->latency == FL_LATENCY_MEAN && app->count == 2);
    const fl_block *block = &app->blocks[0];
    cr_assert_str_eq(block->name, "b1");
    cr_assert(block->ops == 2e7 && block->out_bits == 1e6 && block->memory == 1e6 && block->n_allowed == 2);
    cr_assert(fl_block_allows(block, 0) && fl_block_allows(block, 1) && !fl_block_allows(block, 3));
    block = &app->blocks[1];
    cr_assert(fl_block_measured(block, 1)->time == 1e-4 && fl_block_measured(block, 1)->energy < 0);
    cr_assert(fl_block_measured(block, 3)->time == 2e-4 && fl_block_measured(block, 3)->energy == 0.01);
    const fl_exit *exit = &app->exits[1];
    cr_assert(exit->after == 2 && exit->accuracy == 0.86 && exit->share == 0.6 && exit->ops == 2e5);
    cr_assert(instance->apps[1].latency == FL_LATENCY_QUANTILE && instance->apps[1].quantile == 0.75);
    cr_assert(instance->apps[1].deviations == 1.5 && node->deviation == 0.25);
    cr_assert(fl_instance_link(instance, 0, 1)->deviation == 0.5);
    cr_assert(app->n_slices == 1 && app->slices[0].node == 1 && app->slices[0].n_levels == 2);
    cr_assert(app->slices[0].levels[0] == 0.25 && app->slices[0].levels[1] == 0.5);
    fl_instance_free(instance);
}

Test(instance_format, fields_left_out_have_their_defaults) {
    fl_instance *instance = build_instance(
        "{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'n', 'speed': 1, 'power': 0},"
        " {'name': 'm', 'speed': 1, 'power': 0}], 'links': [{'from': 'n', 'to': 'm', 'rate': 1}]},"
        " 'apps': [{'source': 'n', 'deadline': 1, 'blocks': [{'ops': 0}, {'ops': 0}],"
        "           'exits': [{'after': 2, 'accuracy': 0}]}]}");
    const fl_node *node = &instance->system.nodes[0];
    cr_assert_str_eq(instance->name, "");
    cr_assert(!instance->admission);
    cr_assert(node->tier == 0 && node->tx_energy == 0 && node->rx_energy == 0);
    cr_assert(isinf(node->capacity) && isinf(node->memory));
    const fl_link *link = fl_instance_link(instance, 0, 1);
    cr_assert(link->delay == 0 && link->energy == 0 && isinf(link->capacity));
    const fl_app *app = &instance->apps[0];
    cr_assert_str_eq(app->name, "app1");
    cr_assert(app->input_bits == 0 && app->accuracy == 0 && app->rate == 1 && app->count == 1);
    cr_assert(app->latency == FL_LATENCY_WORST && app->quantile == 0 && app->n_slices == 0);
    cr_assert_str_eq(app->blocks[1].name, "b2");
    cr_assert(app->blocks[0].out_bits == 0 && app->blocks[0].memory == 0 && app->blocks[0].n_allowed == -1);
    cr_assert(app->blocks[0].n_measured == 0 && app->exits[0].share == 0 && app->exits[0].ops == 0);
    cr_assert(instance->features == 0);
    fl_instance_free(instance);
}

Test(instance_format, choices_and_runs_are_read) {
    fl_instance *instance = build_instance(build_grown);
    const fl_app *app = &instance->apps[0];
    cr_assert(instance->features == (FL_FEATURE_CHOICES | FL_FEATURE_RUNS));
    cr_assert(app->n_input_codings == 1 && app->input_codings[0].bits == 1e5 &&
              app->input_codings[0].loss == 0.01);
    cr_assert(app->n_input_serial == 2 && app->input_serial[0].pack == 1e-3 &&
              app->input_serial[0].unpack == 2e-3 && app->input_serial[1].pack == 0);
    cr_assert(app->blocks[0].n_codings == 2 && app->blocks[0].codings[1].loss == 0);
    cr_assert_str_eq(app->blocks[0].codings[0].name, "8 bit");
    cr_assert(app->blocks[0].n_serial == 2 && app->blocks[0].serial[1].unpack == 5e-3);
    cr_assert(app->exits[0].optional && !app->exits[1].optional);
    cr_assert(app->n_thresholds == 2 && app->thresholds[1].shares[0] == 0.5 &&
              app->thresholds[1].accuracies[1] == 0.75);
    const fl_segments *on_edge = fl_app_segments(app, 1), *on_mobile = fl_app_segments(app, 0);
    cr_assert(on_mobile != NULL && on_mobile->n_list == 0 && on_edge != NULL);
    cr_assert(fl_segments_time(on_edge, 0, 0) == 1e-4 && fl_segments_time(on_edge, 0, 2) == 6e-4);
    cr_assert(fl_segments_time(on_edge, 1, 1) == 2e-4 && fl_segments_time(on_edge, 1, 2) == 4e-4);
    cr_assert(fl_segments_time(on_edge, 0, 1) < 0 && fl_segments_time(on_edge, 2, 2) < 0);
    cr_assert(fl_segments_time(on_edge, 2, 1) == 0, "no blocks take no time");
    fl_instance_free(instance);
}

/* Files */

static fl_status load_text(const char *text, fl_error *err) {
    char path[] = "/tmp/finlab-instance-XXXXXX";
    fl_instance *instance;
    int file = mkstemp(path);
    cr_assert(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    fl_status status = fl_instance_load(&instance, path, err);
    unlink(path);
    fl_instance_free(instance);
    return status;
}

Test(instance_format, a_broken_file_is_refused_with_line_and_column) {
    fl_error err;
    cr_assert(load_text("{\"schema\": \"finlab/1\",\n  \"system\": oops}", &err) == FL_EINVAL);
    cr_assert(err.line == 2 && err.column > 0, "line %d, column %d", err.line, err.column);
    cr_assert_not_null(strstr(err.text, "line 2, column"));
}

Test(instance_format, a_sound_file_of_another_kind_is_refused_at_its_place) {
    fl_error err;
    cr_assert(load_text("[1, 2]", &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "/");
    cr_assert(load_text("{}", &err) == FL_EINVAL);
    cr_assert_str_eq(err.where, "/system");
    cr_assert(load_text("17", &err) == FL_EINVAL);
    cr_assert(load_text("", &err) == FL_EINVAL && err.line == 1);
}

Test(instance_format, a_file_with_duplicate_keys_or_huge_numbers_is_refused) {
    fl_error err;
    cr_assert(load_text("{\"name\": \"a\", \"name\": \"a\"}", &err) == FL_EINVAL);
    cr_assert_not_null(strstr(err.text, "duplicate"));
    cr_assert(load_text("{\"schema\": 1e999}", &err) == FL_EINVAL && err.line == 1);
}

Test(instance_format, a_missing_file_or_a_directory_is_an_io_error) {
    fl_error err;
    fl_instance *instance;
    cr_assert(fl_instance_load(&instance, "/no/such/file", &err) == FL_EIO);
    cr_assert_str_eq(err.where, "/no/such/file");
    cr_assert_null(instance);
    cr_assert(fl_instance_load(&instance, "/tmp", &err) == FL_EIO);
    cr_assert_not_null(strstr(err.text, "directory"));
}

Test(instance_format, saving_where_it_cannot_be_is_an_io_error) {
    fl_error err;
    fl_instance *instance = build_instance(build_full);
    cr_assert(fl_instance_save(instance, "/no/such/folder/file", &err) == FL_EIO);
    cr_assert(fl_instance_save(instance, "/dev/full", &err) == FL_EIO);
    fl_instance_free(instance);
}

/* Changes */

static fl_status read_changes(const fl_instance *base, const char *json, fl_place_style style,
                              fl_change **out, int *n, fl_error *err) {
    return fl_instance_read_changes(out, n, base, build_document(&arena, json), style, &arena, err);
}

Test(instance_format, changes_name_what_to_change_for_all_and_for_one_application) {
    fl_error err;
    fl_change *changes;
    int n;
    fl_instance *base = build_instance(build_full), *variant;
    cr_assert(read_changes(base,
                           "{'deadline': 2, 'rate': 3, 'apps': {'radar': {'deadline': 5, 'latency': 'mean',"
                           " 'accuracy': 0.25, 'count': 9}}}",
                           FL_PLACE_JSON, &changes, &n, &err) == FL_OK);
    cr_assert(fl_instance_with(&variant, base, changes, n, FL_PLACE_JSON, &err) == FL_OK);
    const fl_app *camera = &variant->apps[0], *radar = &variant->apps[1];
    cr_assert(camera->deadline == 2 && camera->rate == 3 && camera->count == 2 && camera->accuracy == 0.5);
    cr_assert(camera->latency == FL_LATENCY_MEAN);
    cr_assert(radar->deadline == 5 && radar->rate == 3 && radar->count == 9 && radar->accuracy == 0.25);
    cr_assert(radar->latency == FL_LATENCY_MEAN);
    fl_instance_free(variant);
    fl_instance_free(base);
}

Test(instance_format, bad_changes_are_refused_at_their_place) {
    static const char *const cases[][4] = {
        {"{'deadlin': 2}", "/deadlin", "deadlin", "is not a field"},
        {"{'deadline': 'x'}", "/deadline", "deadline", "must be a number"},
        {"{'latency': 'x'}", "/latency", "latency", "must be \"worst\", \"mean\" or \"quantile\""},
        {"{'latency': 1}", "/latency", "latency", "must be a string"},
        {"{'quantile': 0}", "/quantile", "quantile", "must be greater than 0"},
        {"{'quantile': 'x'}", "/quantile", "quantile", "must be a number"},
        {"{'count': 1.5}", "/count", "count", "must be a whole number"},
        {"{'count': 0}", "/count", "count", "must be at least 1"},
        {"{'apps': {'x': {}}}", "/apps/x", "apps.x", "no application is called \"x\""},
        {"{'apps': {'radar': 1}}", "/apps/radar", "apps.radar", "must be an object"},
        {"{'apps': {'radar': {'speed': 1}}}", "/apps/radar/speed", "apps.radar.speed", "is not a field"},
        {"{'apps': {'radar': {'apps': {}}}}", "/apps/radar/apps", "apps.radar.apps", "is not a field"},
        {"{'apps': [1]}", "/apps", "apps", "must be an object"},
        {"[1]", "/", "(root)", "must be an object"}};
    fl_instance *base = build_instance(build_full);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_error err;
        fl_change *changes;
        int n;
        cr_assert(read_changes(base, cases[i][0], FL_PLACE_JSON, &changes, &n, &err) == FL_EINVAL, "%s",
                  cases[i][0]);
        cr_assert_str_eq(err.where, cases[i][1]);
        cr_assert_not_null(strstr(err.text, cases[i][3]), "%s: %s", cases[i][0], err.text);
        cr_assert(read_changes(base, cases[i][0], FL_PLACE_LUA, &changes, &n, &err) == FL_EINVAL);
        cr_assert_str_eq(err.where, cases[i][2]);
    }
    fl_instance_free(base);
}
