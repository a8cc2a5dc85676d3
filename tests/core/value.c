/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/value.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static fl_arena arena;
static char text[256];

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(value, .init = start, .fini = stop);

Test(value, every_kind_holds_what_it_was_made_with) {
    cr_assert(fl_value_null(&arena)->kind == FL_NULL);
    cr_assert(fl_value_bool(&arena, true)->kind == FL_BOOL && fl_value_bool(&arena, true)->boolean);
    cr_assert(!fl_value_bool(&arena, false)->boolean);
    cr_assert(fl_value_number(&arena, 0.1)->kind == FL_NUMBER && fl_value_number(&arena, 0.1)->number == 0.1);
    cr_assert(fl_value_string(&arena, "x")->kind == FL_STRING);
    cr_assert(fl_value_array(&arena)->kind == FL_ARRAY && fl_value_array(&arena)->n_items == 0);
    cr_assert(fl_value_object(&arena)->kind == FL_OBJECT && fl_value_object(&arena)->first == NULL);
}

Test(value, numbers_that_are_not_finite_become_null) {
    cr_assert(fl_value_number(&arena, NAN)->kind == FL_NULL);
    cr_assert(fl_value_number(&arena, INFINITY)->kind == FL_NULL);
    cr_assert(fl_value_number(&arena, -INFINITY)->kind == FL_NULL);
}

Test(value, strings_are_copied) {
    char name[] = "edge";
    fl_value *value = fl_value_string(&arena, name);
    name[0] = 'x';
    cr_assert_str_eq(value->string, "edge");
}

Test(value, arrays_keep_their_order) {
    fl_value *array = fl_value_array(&arena);
    for (int i = 0; i < 5; i++) fl_value_add(&arena, array, NULL, fl_value_number(&arena, i));
    int i = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next) {
        cr_assert(item->number == i++);
        cr_assert_null(item->key);
    }
    cr_assert(i == 5 && array->n_items == 5 && array->last->number == 4);
}

Test(value, members_are_found_by_name) {
    fl_value *object = fl_value_object(&arena);
    char key[] = "speed";
    fl_value *speed = fl_value_add(&arena, object, key, fl_value_number(&arena, 1));
    fl_value *power = fl_value_add(&arena, object, "power", fl_value_number(&arena, 2));
    key[0] = 'x';
    cr_assert(fl_value_get(object, "speed") == speed);
    cr_assert(fl_value_get(object, "power") == power);
    cr_assert_null(fl_value_get(object, "tier"));
    cr_assert(object->n_items == 2);
}

Test(value, nothing_is_found_in_what_is_no_object) {
    fl_value *array = fl_value_array(&arena);
    fl_value_add(&arena, array, NULL, fl_value_number(&arena, 1));
    cr_assert_null(fl_value_get(array, "speed"));
    cr_assert_null(fl_value_get(fl_value_number(&arena, 1), "speed"));
}

Test(value, building_without_memory_is_noticed_once_at_the_end) {
    fl_arena_init(&arena, 1);
    fl_value *object = fl_value_object(&arena);
    cr_assert_null(object);
    cr_assert_null(fl_value_add(&arena, object, "a", fl_value_number(&arena, 1)));
    cr_assert_null(fl_value_string(&arena, "x"));
    cr_assert(arena.failed);
}

static const char *print(const fl_place *place) {
    fl_place_print(place, text, sizeof text);
    return text;
}

/** The place of /apps/0/exits/1/after. */
static void step_to_after(fl_place *place) {
    fl_place_key(place, "apps");
    fl_place_index(place, 0);
    fl_place_key(place, "exits");
    fl_place_index(place, 1);
    fl_place_key(place, "after");
}

Test(value, places_read_as_their_writer_would_write_them) {
    fl_place place;
    fl_place_init(&place, FL_PLACE_JSON);
    step_to_after(&place);
    cr_assert_str_eq(print(&place), "/apps/0/exits/1/after");
    fl_place_init(&place, FL_PLACE_LUA);
    step_to_after(&place);
    cr_assert_str_eq(print(&place), "apps[1].exits[2].after");
}

Test(value, the_root_has_a_place_too) {
    fl_place place;
    fl_place_init(&place, FL_PLACE_JSON);
    cr_assert_str_eq(print(&place), "/");
    fl_place_init(&place, FL_PLACE_LUA);
    cr_assert_str_eq(print(&place), "(root)");
}

Test(value, an_index_at_the_root_is_a_place) {
    fl_place place;
    fl_place_init(&place, FL_PLACE_LUA);
    fl_place_index(&place, 2);
    fl_place_key(&place, "app");
    cr_assert_str_eq(print(&place), "[3].app");
}

Test(value, pop_goes_one_step_back) {
    fl_place place;
    fl_place_init(&place, FL_PLACE_JSON);
    step_to_after(&place);
    fl_place_pop(&place);
    fl_place_pop(&place);
    fl_place_index(&place, 7);
    cr_assert_str_eq(print(&place), "/apps/0/exits/7");
}

Test(value, unusual_keys_are_quoted_in_places) {
    fl_place place;
    fl_place_init(&place, FL_PLACE_JSON);
    fl_place_key(&place, "a/b~c");
    cr_assert_str_eq(print(&place), "/a~1b~0c");
    fl_place_init(&place, FL_PLACE_LUA);
    fl_place_key(&place, "slices");
    fl_place_key(&place, "edge 1");
    cr_assert_str_eq(print(&place), "slices[\"edge 1\"]");
    fl_place_init(&place, FL_PLACE_LUA);
    fl_place_key(&place, "1st");
    cr_assert_str_eq(print(&place), "[\"1st\"]");
}

Test(value, keys_that_are_words_of_Lua_stand_for_themselves_in_places) {
    static const struct {
        const char *key, *place;
    } known[] = {{"a", "a"},
                 {"_b1", "_b1"},
                 {"Z9", "Z9"},
                 {"", "[\"\"]"},
                 {"a-b", "[\"a-b\"]"},
                 {"9a", "[\"9a\"]"},
                 {"\xc3\xa4", "[\"\xc3\xa4\"]"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        fl_place place;
        fl_place_init(&place, FL_PLACE_LUA);
        fl_place_key(&place, known[i].key);
        cr_assert_str_eq(print(&place), known[i].place);
    }
}

Test(value, text_is_UTF_8_when_every_character_is_the_shortest_and_one_there_is) {
    static const char *const good[] = {"",
                                       "a",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "x\xe2\x82\xacy"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2x",
                                      "\xe0\x9f\xbf",
                                      "\xe0\xa0",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf0\x90\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "a\xe2\x82",
                                      "\xe2\x82z",
                                      "\xe2z\x82"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(fl_value_utf8(good[i]), "good %d", (int)i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) cr_assert(!fl_value_utf8(bad[i]), "bad %d", (int)i);
}

Test(value, places_deeper_than_kept_find_their_way_back) {
    fl_place place;
    fl_place_init(&place, FL_PLACE_JSON);
    fl_place_key(&place, "top");
    for (int i = 0; i < 100; i++) fl_place_index(&place, i);
    cr_assert_str_eq(print(&place), "/top/0/1/2/3/4/5/6/7/8/9/10");
    for (int i = 0; i < 100; i++) fl_place_pop(&place);
    cr_assert_str_eq(print(&place), "/top");
}

Test(value, a_place_is_cut_to_fit) {
    fl_place place;
    char small[8], none = 'x';
    fl_place_init(&place, FL_PLACE_JSON);
    step_to_after(&place);
    fl_place_print(&place, small, sizeof small);
    cr_assert_str_eq(small, "/apps/0");
    fl_place_print(&place, &none, 0);
    cr_assert(none == 'x');
}

Test(value, a_place_error_is_bad_input_at_that_place) {
    fl_place place;
    fl_error err;
    fl_place_init(&place, FL_PLACE_LUA);
    step_to_after(&place);
    cr_assert(fl_place_error(&place, &err, "is %d", 3) == FL_EINVAL);
    cr_assert_str_eq(err.where, "apps[1].exits[2].after");
    cr_assert_str_eq(err.text, "is 3");
    cr_assert(fl_place_error(&place, NULL, "is %d", 3) == FL_EINVAL);
}
