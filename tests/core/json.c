/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/json.h"
#include "core/random.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fl_arena arena;
static fl_value *value;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(json, .init = start, .fini = stop);

static fl_status parse(const char *text) {
    return fl_json_parse(&value, text, strlen(text), &arena, &err);
}

static const char *print(const fl_value *document, int indent) {
    const char *text;
    cr_assert(fl_json_print(&text, document, indent, &arena, &err) == FL_OK);
    return text;
}

Test(json, every_kind_is_parsed) {
    cr_assert(parse("{\"a\": [1, -2.5, \"x\", true, false, null], \"b\": {}}") == FL_OK);
    const fl_value *item = fl_value_get(value, "a")->first;
    cr_assert(item->kind == FL_NUMBER && item->number == 1);
    item = item->next;
    cr_assert(item->number == -2.5);
    item = item->next;
    cr_assert(item->kind == FL_STRING && strcmp(item->string, "x") == 0);
    item = item->next;
    cr_assert(item->kind == FL_BOOL && item->boolean);
    item = item->next;
    cr_assert(item->kind == FL_BOOL && !item->boolean);
    item = item->next;
    cr_assert(item->kind == FL_NULL && item->next == NULL);
    cr_assert(fl_value_get(value, "b")->kind == FL_OBJECT);
}

Test(json, members_keep_the_order_of_the_text) {
    cr_assert(parse("{\"z\": 1, \"a\": 2, \"m\": 3}") == FL_OK);
    cr_assert_str_eq(value->first->key, "z");
    cr_assert_str_eq(value->first->next->key, "a");
    cr_assert_str_eq(value->last->key, "m");
}

Test(json, only_the_given_bytes_are_read) {
    cr_assert(fl_json_parse(&value, "[1, 2]garbage", 6, &arena, &err) == FL_OK);
    cr_assert(value->n_items == 2);
}

static void assert_same_number(double number) {
    fl_value *before = fl_value_number(&arena, number);
    const char *text = print(before, 0);
    cr_assert(parse(text) == FL_OK, "%s: %s", text, err.text);
    cr_assert(memcmp(&value->number, &number, sizeof number) == 0, "%.17g printed as %s", number, text);
}

Test(json, doubles_survive_the_round_trip_bit_for_bit) {
    const double numbers[] = {0,
                              -0.0,
                              1,
                              -1,
                              0.1,
                              1.0 / 3,
                              0.30000000000000004,
                              1e15,
                              1e15 + 1,
                              999999999999999,
                              1e16,
                              9007199254740992,
                              1e22,
                              1e300,
                              DBL_MAX,
                              DBL_MIN,
                              DBL_TRUE_MIN,
                              5e-324,
                              1e-15,
                              123456789.123456789};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) assert_same_number(numbers[i]);
    fl_random random;
    fl_random_seed(&random, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = fl_random_bits(&random);
        double number;
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number)) assert_same_number(number);
        fl_arena_reset(&arena);
    }
}

Test(json, whole_numbers_print_without_a_fraction) {
    cr_assert_str_eq(print(fl_value_number(&arena, 3), 0), "3");
    cr_assert_str_eq(print(fl_value_number(&arena, -40000000000), 0), "-40000000000");
    cr_assert_str_eq(print(fl_value_number(&arena, 0.5), 0), "0.5");
}

/** `number` prints as the C library has it with 17 digits, but for the exponent's plus and zeros. */
static void assert_printed(double number) {
    char wanted[40], exponent[8];
    snprintf(wanted, sizeof wanted, "%.17g", number);
    char *e = strchr(wanted, 'e');
    if (e != NULL) {
        snprintf(exponent, sizeof exponent, "e%ld", strtol(e + 1, NULL, 10));
        memcpy(e, exponent, strlen(exponent) + 1);
    } else if (strchr(wanted, '.') == NULL && fabs(number) >= 1e15) {
        memcpy(wanted + strlen(wanted), ".0", 3);
    }
    cr_assert_str_eq(print(fl_value_number(&arena, number), 0), wanted);
}

Test(json, numbers_print_with_the_17_digits_of_the_c_library) {
    fl_random random;
    fl_random_seed(&random, 2);
    for (int i = 0; i < 100000; i++) {
        double scale = pow(10, (double)(fl_random_bits(&random) % 40) - 20);
        double number = (double)(int64_t)fl_random_bits(&random) * scale;
        assert_printed(number);
        assert_printed(floor(number) / 1024); /* few binary digits: ties, which go to the even digit */
        assert_printed((double)(fl_random_bits(&random) % 100000) * scale);
        fl_arena_reset(&arena);
    }
    for (int power = -30; power <= 30; power++) {
        assert_printed(pow(10, power));
        assert_printed(nextafter(pow(10, power), 0));
        assert_printed(nextafter(pow(10, power), INFINITY));
    }
}

Test(json, text_is_escaped_and_lines_are_indented) {
    cr_assert_str_eq(print(fl_value_string(&arena, "\"\\/\b\f\n\r\t\x01\x1f\x7f\u00fc"), 0),
                     "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\u00fc\"");
    cr_assert(parse("{\"a\":[1,{}],\"b\":[]}") == FL_OK);
    cr_assert_str_eq(print(value, 0), "{\"a\": [1, {}], \"b\": []}");
    cr_assert_str_eq(print(value, 2), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

Test(json, what_is_not_utf8_is_not_printed) {
    const char *text;
    fl_value *object = fl_value_object(&arena);
    fl_value_add(&arena, object, "\xc3(", fl_value_null(&arena));
    cr_assert(fl_json_print(&text, object, 0, &arena, &err) == FL_EINVAL);
    cr_assert(fl_json_print(&text, fl_value_string(&arena, "\xff"), 0, &arena, &err) == FL_EINVAL);
    cr_assert_null(text);
}

Test(json, printing_without_memory_is_a_memory_error) {
    const char *text;
    fl_arena small;
    fl_arena_init(&small, 10);
    cr_assert(fl_json_print(&text, fl_value_number(&arena, 0.1), 0, &small, &err) == FL_ENOMEM);
    cr_assert_null(text);
}

Test(json, long_integers_are_rounded_to_doubles) {
    cr_assert(parse("9007199254740993") == FL_OK);
    cr_assert(value->number == 9007199254740992);
    cr_assert(parse("100000000000000000000000") == FL_OK, "%s", err.text);
    cr_assert(value->number == 1e23);
    cr_assert(parse("-100000000000000000000000") == FL_OK, "%s", err.text);
    cr_assert(value->number == -1e23);
}

Test(json, what_was_printed_is_parsed_to_the_same) {
    const char *text = "{\"a\":[1,-2.5,\"x\\n\\u00fc\\\"\",true,false,null,[],{}],\"b\":{\"c\":1e-300}}";
    cr_assert(parse(text) == FL_OK);
    const char *once = print(value, 0);
    cr_assert(parse(once) == FL_OK);
    cr_assert_str_eq(print(value, 0), once);
    const char *indented = print(value, 2);
    cr_assert_not_null(strchr(indented, '\n'));
    cr_assert(parse(indented) == FL_OK);
    cr_assert_str_eq(print(value, 0), once);
}

/** `text` is refused as bad input at this line and column. */
static void assert_broken(const char *text, int line, int column) {
    cr_assert(parse(text) == FL_EINVAL, "accepted: %.40s", text);
    cr_assert_null(value);
    cr_assert(err.line == line, "%.40s: line %d", text, err.line);
    cr_assert(err.column == column, "%.40s: column %d", text, err.column);
    char place[64];
    snprintf(place, sizeof place, "line %d, column %d", line, column);
    cr_assert_not_null(strstr(err.text, place), "the sentence names it too: %s", err.text);
}

Test(json, broken_text_is_refused_with_line_and_column) {
    assert_broken("{\"a\": }", 1, 7);
    assert_broken("{\n  \"a\": 1,\n  b: 2\n}", 3, 3);
    assert_broken("[1, 2", 1, 5);
    assert_broken("[1 2]", 1, 4);
    assert_broken("{\"a\" 1}", 1, 6);
    assert_broken("[1,]", 1, 4);
    assert_broken("nul", 1, 3);
    assert_broken("'a'", 1, 1);
    assert_broken("[01]", 1, 2);
    assert_broken("[+1]", 1, 2);
    assert_broken("[NaN]", 1, 4);
    assert_broken("[Infinity]", 1, 9);
    assert_broken("\"open", 1, 5);
}

static void assert_refused(const char *text, const char *reason) {
    cr_assert(parse(text) == FL_EINVAL, "accepted: %.40s", text);
    cr_assert_null(value);
    cr_assert(err.line >= 1, "%.40s", text);
    cr_assert_not_null(strstr(err.text, reason), "%.40s: %s", text, err.text);
}

Test(json, an_empty_text_is_refused) {
    assert_refused("", "near end of file");
    assert_refused("  \n ", "near end of file");
}

Test(json, duplicate_keys_are_refused) {
    assert_refused("{\"a\": 1, \"a\": 2}", "duplicate");
    assert_refused("[{\"x\": {\"a\": 1, \"b\": 1, \"a\": 1}}]", "duplicate");
}

Test(json, numbers_out_of_double_range_are_refused) {
    assert_refused("[1e999]", "overflow");
    assert_refused("[-1e999]", "overflow");
}

Test(json, numbers_too_small_for_a_double_become_zero) {
    cr_assert(parse("1e-999") == FL_OK);
    cr_assert(value->number == 0);
}

Test(json, text_after_the_end_is_refused) {
    assert_refused("{} {}", "end of file expected");
    assert_refused("[1]]", "end of file expected");
}

Test(json, deep_nesting_is_refused) {
    enum { DEPTH = 100000 };
    char *deep = malloc(DEPTH + 1);
    memset(deep, '[', DEPTH);
    deep[DEPTH] = '\0';
    assert_refused(deep, "depth");
    for (int i = 0; i + 5 <= DEPTH; i += 5) memcpy(deep + i, "{\"a\":", 5);
    assert_refused(deep, "depth");
    free(deep);
}

Test(json, text_that_is_not_utf8_is_refused) {
    assert_refused("\"\xff\"", "unable to decode byte 0xff");
    assert_refused("\"\xc3\x28\"", "unable to decode byte 0xc3");
    assert_refused("\xef\xbb\xbf{}", "invalid token");
    assert_refused("\"\\u0000\"", "\\u0000");
    assert_refused("\"\\ud800\"", "invalid Unicode");
}

Test(json, control_characters_in_strings_are_refused) {
    assert_refused("\"a\nb\"", "unexpected newline");
    assert_refused("\"a\tb\"", "control character");
}

Test(json, a_zero_byte_is_refused) {
    cr_assert(fl_json_parse(&value, "[1,\0 2]", 7, &arena, &err) == FL_EINVAL);
    cr_assert(fl_json_parse(&value, "\"a\0b\"", 5, &arena, &err) == FL_EINVAL);
}

Test(json, every_truncation_of_a_document_is_refused) {
    const char *text = "{\"a\": [1, 2.5e3, \"x\\u00e9\"], \"b\": {\"c\": null, \"d\": true}}";
    for (size_t length = 0; length < strlen(text); length++) {
        cr_assert(fl_json_parse(&value, text, length, &arena, &err) == FL_EINVAL, "length %zu", length);
    }
}

Test(json, a_file_that_cannot_be_read_is_an_io_error) {
    cr_assert(fl_json_load(&value, "/no/such/file.json", &arena, &err) == FL_EIO);
    cr_assert_str_eq(err.where, "/no/such/file.json");
    cr_assert(fl_json_load(&value, "/tmp", &arena, &err) == FL_EIO);
    cr_assert_not_null(strstr(err.text, "directory"));
}

Test(json, a_broken_file_is_refused_with_line_and_column) {
    char path[] = "/tmp/finlab-json-XXXXXX";
    int file = mkstemp(path);
    cr_assert(write(file, "[1,\n2,\nx]", 9) == 9);
    close(file);
    cr_assert(fl_json_load(&value, path, &arena, &err) == FL_EINVAL);
    cr_assert(err.line == 3 && err.column == 1, "%d %d", err.line, err.column);
    unlink(path);
}

Test(json, parsing_without_memory_is_a_memory_error) {
    fl_arena_init(&arena, 100);
    cr_assert(parse("[1, 2, 3]") == FL_ENOMEM);
    cr_assert_null(value);
}
