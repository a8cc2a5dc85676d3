/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written is what was read. */
#include "core/generate.h"
#include "core/instance.h"
#include "core/json.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(instance_round_trip, .init = start, .fini = stop);

/* Writing */

static void assert_same_link(const fl_link *a, const fl_link *b) {
    cr_assert((a == NULL) == (b == NULL));
    if (a == NULL) return;
    cr_assert(a->rate == b->rate && a->delay == b->delay && a->energy == b->energy &&
              a->capacity == b->capacity && a->deviation == b->deviation);
}

static void assert_same_system(const fl_instance *a, const fl_instance *b) {
    cr_assert(a->system.n_nodes == b->system.n_nodes);
    for (int n = 0; n < a->system.n_nodes; n++) {
        const fl_node *one = &a->system.nodes[n], *two = &b->system.nodes[n];
        cr_assert_str_eq(one->name, two->name);
        cr_assert(one->tier == two->tier && one->speed == two->speed && one->power == two->power);
        cr_assert(one->tx_energy == two->tx_energy && one->rx_energy == two->rx_energy);
        cr_assert(one->capacity == two->capacity && one->memory == two->memory &&
                  one->deviation == two->deviation);
        for (int m = 0; m < a->system.n_nodes; m++) {
            assert_same_link(fl_instance_link(a, n, m), fl_instance_link(b, n, m));
        }
    }
}

static void assert_same_codings(const fl_coding *one, const fl_coding *two, int n) {
    for (int i = 0; i < n; i++) {
        cr_assert_str_eq(one[i].name, two[i].name);
        cr_assert(one[i].bits == two[i].bits && one[i].loss == two[i].loss);
    }
}

static void assert_same_serial(const fl_serial *one, const fl_serial *two, int n) {
    for (int i = 0; i < n; i++) {
        cr_assert(one[i].node == two[i].node && one[i].pack == two[i].pack && one[i].unpack == two[i].unpack);
    }
}

static void assert_same_choices(const fl_app *one, const fl_app *two) {
    cr_assert(one->n_input_codings == two->n_input_codings && one->n_input_serial == two->n_input_serial);
    assert_same_codings(one->input_codings, two->input_codings, one->n_input_codings);
    assert_same_serial(one->input_serial, two->input_serial, one->n_input_serial);
    cr_assert(one->n_thresholds == two->n_thresholds && one->n_segments == two->n_segments);
    for (int t = 0; t < one->n_thresholds; t++) {
        const fl_threshold *t1 = &one->thresholds[t], *t2 = &two->thresholds[t];
        size_t size = (size_t)one->n_exits * sizeof(double);
        cr_assert_str_eq(t1->name, t2->name);
        cr_assert(memcmp(t1->shares, t2->shares, size) == 0);
        cr_assert(memcmp(t1->accuracies, t2->accuracies, size) == 0);
    }
    for (int i = 0; i < one->n_segments; i++) {
        const fl_segments *s1 = &one->segments[i], *s2 = &two->segments[i];
        cr_assert(s1->node == s2->node && s1->n_list == s2->n_list);
        for (int k = 0; k < s1->n_list; k++) {
            cr_assert(s1->list[k].first == s2->list[k].first && s1->list[k].last == s2->list[k].last &&
                      s1->list[k].time == s2->list[k].time);
        }
    }
}

static void assert_same_block(const fl_block *one, const fl_block *two, int n_nodes) {
    cr_assert_str_eq(one->name, two->name);
    cr_assert(one->ops == two->ops && one->out_bits == two->out_bits && one->memory == two->memory);
    cr_assert((one->n_allowed < 0) == (two->n_allowed < 0) && one->n_measured == two->n_measured);
    cr_assert(one->n_codings == two->n_codings && one->n_serial == two->n_serial);
    assert_same_codings(one->codings, two->codings, one->n_codings);
    assert_same_serial(one->serial, two->serial, one->n_serial);
    for (int n = 0; n < n_nodes; n++) {
        const fl_measured *m1 = fl_block_measured(one, n), *m2 = fl_block_measured(two, n);
        cr_assert(fl_block_allows(one, n) == fl_block_allows(two, n) && (m1 == NULL) == (m2 == NULL));
        cr_assert(m1 == NULL || (m1->time == m2->time && m1->energy == m2->energy));
    }
}

static void assert_same_app(const fl_app *one, const fl_app *two, int n_nodes) {
    cr_assert_str_eq(one->name, two->name);
    cr_assert(one->source == two->source && one->input_bits == two->input_bits && one->rate == two->rate);
    cr_assert(one->deadline == two->deadline && one->accuracy == two->accuracy &&
              one->latency == two->latency && one->quantile == two->quantile &&
              one->deviations == two->deviations);
    cr_assert(one->count == two->count && one->n_blocks == two->n_blocks && one->n_exits == two->n_exits);
    for (int l = 0; l < one->n_blocks; l++) assert_same_block(&one->blocks[l], &two->blocks[l], n_nodes);
    for (int e = 0; e < one->n_exits; e++) {
        const fl_exit *e1 = &one->exits[e], *e2 = &two->exits[e];
        cr_assert(e1->after == e2->after && e1->accuracy == e2->accuracy);
        cr_assert(e1->share == e2->share && e1->ops == e2->ops && e1->optional == e2->optional);
    }
    assert_same_choices(one, two);
    cr_assert(one->n_slices == two->n_slices);
    for (int i = 0; i < one->n_slices; i++) {
        const fl_slices *s1 = &one->slices[i], *s2 = &two->slices[i];
        cr_assert(s1->node == s2->node && s1->n_levels == s2->n_levels);
        cr_assert(memcmp(s1->levels, s2->levels, (size_t)s1->n_levels * sizeof(double)) == 0);
    }
}

/** Save, load, compare field by field, and save again to the same text. */
static void assert_round_trip(const fl_instance *instance, const char *what) {
    fl_error err;
    fl_instance *again;
    const char *first, *second;
    fl_value *document;
    first = build_text(instance, &arena);
    cr_assert(fl_json_parse(&document, first, strlen(first), &arena, &err) == FL_OK);
    cr_assert(fl_instance_read(&again, document, FL_PLACE_JSON, &err) == FL_OK, "%s: %s: %s", what, err.where,
              err.text);
    cr_assert_str_eq(again->name, instance->name);
    cr_assert(again->admission == instance->admission && again->features == instance->features);
    assert_same_system(instance, again);
    cr_assert(again->n_apps == instance->n_apps);
    for (int h = 0; h < instance->n_apps; h++) {
        assert_same_app(&instance->apps[h], &again->apps[h], instance->system.n_nodes);
    }
    second = build_text(again, &arena);
    cr_assert(strcmp(first, second) == 0, "%s prints differently the second time", what);
    fl_instance_free(again);
}

Test(instance_round_trip, every_field_survives_the_round_trip) {
    fl_instance *instance = build_instance(build_full);
    assert_round_trip(instance, "full");
    fl_instance_free(instance);
    instance = build_instance(build_grown);
    assert_round_trip(instance, "grown");
    fl_instance_free(instance);
}

Test(instance_round_trip, generated_instances_survive_the_round_trip_bit_for_bit) {
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_error err;
        fl_instance *instance;
        char what[32];
        fl_recipe recipe = {.seed = seed,
                            .apps = (int)(seed % 3),
                            .tiers = (int)(seed % 4),
                            .limits = seed % 2,
                            .quantile = seed % 5 == 0,
                            .deviations = seed % 7 == 0};
        snprintf(what, sizeof what, "seed %d", (int)seed);
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "%s: %s: %s", what, err.where, err.text);
        assert_round_trip(instance, what);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(instance_round_trip, generated_choices_and_runs_survive_the_round_trip_bit_for_bit) {
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_error err;
        fl_instance *instance;
        fl_recipe recipe = {.seed = seed,
                            .apps = (int)(seed % 3),
                            .codings = seed & 1,
                            .optional = seed & 2,
                            .thresholds = seed & 4,
                            .segments = seed & 8,
                            .serial = seed & 16};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK, "seed %d: %s: %s", (int)seed, err.where,
                  err.text);
        assert_round_trip(instance, "choices");
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
}

Test(instance_round_trip, a_saved_file_loads_again) {
    char path[] = "/tmp/finlab-instance-XXXXXX";
    fl_error err;
    fl_instance *instance = build_instance(build_full), *again;
    close(mkstemp(path));
    cr_assert(fl_instance_save(instance, path, &err) == FL_OK, "%s", err.text);
    cr_assert(fl_instance_load(&again, path, &err) == FL_OK, "%s: %s", err.where, err.text);
    assert_same_system(instance, again);
    unlink(path);
    fl_instance_free(again);
    fl_instance_free(instance);
}

Test(instance_round_trip, links_are_written_in_the_order_they_were_read) {
    fl_error err;
    fl_value *document;
    fl_instance *instance = build_instance(build_full);
    cr_assert(fl_instance_write(&document, instance, &arena, &err) == FL_OK);
    const fl_value *link = fl_value_get(fl_value_get(document, "system"), "links")->first;
    cr_assert_not_null(fl_value_get(link, "from"));
    cr_assert(fl_value_get(link->next, "from_tier")->number == 1);
    cr_assert(fl_value_get(link->next->next, "from_tier")->number == 0);
    fl_instance_free(instance);
}

Test(instance_round_trip, an_instance_outlives_the_document_it_was_read_from) {
    fl_arena short_lived;
    fl_error err;
    fl_instance *instance;
    fl_arena_init(&short_lived, 0);
    fl_value *document = build_document(&short_lived, build_full);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK);
    fl_arena_free(&short_lived);
    cr_assert_str_eq(instance->apps[1].blocks[0].name, "only");
    fl_instance_free(instance);
}
