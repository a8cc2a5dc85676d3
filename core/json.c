/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/json.h"
#include "core/file.h"
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fl_value *from_jansson(fl_arena *arena, json_t *json);

static fl_value *array_from_jansson(fl_arena *arena, json_t *json) {
    fl_value *array = fl_value_array(arena);
    for (size_t i = 0; i < json_array_size(json) && !arena->failed; i++) {
        fl_value_add(arena, array, NULL, from_jansson(arena, json_array_get(json, i)));
    }
    return array;
}

static fl_value *object_from_jansson(fl_arena *arena, json_t *json) {
    fl_value *object = fl_value_object(arena);
    for (void *at = json_object_iter(json); at != NULL && !arena->failed;
         at = json_object_iter_next(json, at)) {
        fl_value *item = from_jansson(arena, json_object_iter_value(at));
        fl_value_add(arena, object, json_object_iter_key(at), item);
    }
    return object;
}

/** Copy a jansson tree; recursion is bounded by jansson's own nesting limit (2048). */
static fl_value *from_jansson(fl_arena *arena, json_t *json) {
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return object_from_jansson(arena, json);
    case JSON_ARRAY:
        return array_from_jansson(arena, json);
    case JSON_STRING:
        return fl_value_string(arena, json_string_value(json));
    case JSON_REAL:
        return fl_value_number(arena, json_real_value(json));
    case JSON_TRUE:
        return fl_value_bool(arena, true);
    case JSON_FALSE:
        return fl_value_bool(arena, false);
    default:
        return fl_value_null(arena);
    }
}

static json_t *load(const char *text, size_t length, json_error_t *why) {
    return json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, why);
}

/** Whether jansson ran out of memory; mostly it says nothing at all then. */
static bool is_starved(const json_error_t *why) {
    return json_error_code(why) == json_error_out_of_memory || why->text[0] == '\0';
}

fl_status fl_json_parse(fl_value **out, const char *text, size_t length, fl_arena *arena, fl_error *err) {
    json_error_t why;
    *out = NULL;
    json_t *json = load(text, length, &why);
    if (json == NULL) json = load(text, length, &why); /* some failed allocations read as broken text */
    if (json == NULL && is_starved(&why)) return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    if (json == NULL) {
        fl_status status =
            fl_error_set(err, FL_EINVAL, NULL, "line %d, column %d: %s", why.line, why.column, why.text);
        if (err != NULL) {
            err->line = why.line;
            err->column = why.column;
        }
        return status;
    }
    fl_value *value = from_jansson(arena, json);
    json_decref(json);
    if (arena->failed) return fl_arena_error(arena, err);
    *out = value;
    return FL_OK;
}

fl_status fl_json_load(fl_value **out, const char *path, fl_arena *arena, fl_error *err) {
    const char *text;
    size_t length;
    *out = NULL;
    FL_TRY(fl_file_read(&text, &length, path, FL_JSON_MOST_BYTES, arena, err));
    return fl_json_parse(out, text, length, arena, err);
}

/* Printing, straight from the document: sweeps print a record and an instance for every case. */

/** A text on its way: room enough was made for all of it. */
typedef struct printer {
    char *at;
    int indent;
} printer;

/** The most bytes that a number takes: sign, 17 digits, point, exponent. */
enum { NUMBER_BYTES = 32 };

/** What an escaped byte is written as; 0: as it is. */
static char short_escape(unsigned char byte) {
    switch (byte) {
    case '"':
    case '\\':
        return (char)byte;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static size_t string_bytes(const char *text) {
    size_t bytes = 2;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bytes += short_escape(byte) != 0 ? 2 : byte < 0x20 ? 6 : 1;
    }
    return bytes;
}

/** The most bytes that a document takes, 0 when it holds text that is not UTF-8. */
static size_t most_bytes(const fl_value *value, size_t margin, int indent) {
    size_t bytes = NUMBER_BYTES + margin, inner = margin + (size_t)indent;
    if (value->kind == FL_STRING) return fl_value_utf8(value->string) ? string_bytes(value->string) : 0;
    if (value->kind != FL_ARRAY && value->kind != FL_OBJECT) return bytes;
    for (const fl_value *item = value->first; item != NULL; item = item->next) {
        size_t own = most_bytes(item, inner, indent);
        if (own == 0 || (item->key != NULL && !fl_value_utf8(item->key))) return 0;
        bytes += own + inner + 4 + (item->key != NULL ? string_bytes(item->key) : 0);
    }
    return bytes;
}

static void print_text(printer *out, const char *text) {
    size_t length = strlen(text);
    memcpy(out->at, text, length);
    out->at += length;
}

static void print_string(printer *out, const char *text) {
    *out->at++ = '"';
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        char escape = short_escape(byte);
        if (escape != 0) *out->at++ = '\\';
        if (escape == 0 && byte < 0x20) {
            out->at += snprintf(out->at, 7, "\\u%04X", (unsigned)byte);
        } else {
            *out->at++ = escape != 0 ? escape : *text;
        }
    }
    *out->at++ = '"';
}

static void print_integer(printer *out, double number) {
    char digits[NUMBER_BYTES];
    int n = 0;
    if (number < 0) *out->at++ = '-';
    uint64_t rest = (uint64_t)fabs(number);
    do {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    while (n > 0) *out->at++ = digits[--n];
}

__extension__ typedef unsigned __int128 wide;

/** The 17 digits of a number from 1e-10 to 1e15 that is not whole, and the exponent of the first: exactly
 *  rounded, half to even, since m 2^e 10^k = (m 5^k) 2^(e + k), whose first factor is below 2^116. */
static uint64_t find_digits(int *exponent, double number) {
    const uint64_t most = 100000000000000000;
    int binary;
    uint64_t mantissa = (uint64_t)ldexp(frexp(number, &binary), DBL_MANT_DIG), digits;
    *exponent = (int)floor((binary - 1) * 0.30102999566398120) - 1; /* or one or two more */
    do {
        int power = 16 - ++*exponent, shift = DBL_MANT_DIG - binary - power;
        uint64_t fives = 1;
        for (int i = 0; i < power; i++) fives *= 5; /* at most 27 times */
        wide product = (wide)mantissa * fives;
        wide rest = product & (((wide)1 << shift) - 1), half = (wide)1 << (shift - 1);
        digits = (uint64_t)(product >> shift);
        if (rest > half || (rest == half && (digits & 1) != 0)) digits++;
    } while (digits > most);
    if (digits == most) ++*exponent;
    return digits == most ? most / 10 : digits;
}

/** The text of a number by the C library. The exponent goes without plus and leading zeros; a locale's comma
 *  is a point. */
static void print_slowly(printer *out, double number) {
    char text[NUMBER_BYTES];
    bool whole = true;
    snprintf(text, sizeof text, "%.17g", number);
    const char *from = text;
    for (; *from != '\0' && *from != 'e'; from++) {
        bool digit = (*from >= '0' && *from <= '9') || *from == '-';
        *out->at++ = digit ? *from : '.';
        whole &= digit;
    }
    if (*from == '\0') {
        if (whole) print_text(out, ".0");
        return;
    }
    *out->at++ = 'e';
    if (from[1] == '-') *out->at++ = '-';
    for (from += 2; *from == '0';) from++;
    print_text(out, from);
}

/** As "%.17g" has it: 17 digits give every double back, zeros at their end go. */
static void print_real(printer *out, double number) {
    char text[17];
    int exponent, n = 17, point = 1;
    uint64_t digits = find_digits(&exponent, fabs(number));
    for (int i = n - 1; i >= 0; i--, digits /= 10) text[i] = (char)('0' + digits % 10);
    while (n > 1 && text[n - 1] == '0') n--;
    if (number < 0) *out->at++ = '-';
    if (exponent >= 0) {
        point = exponent + 1; /* below n: the number is not integral */
    } else if (exponent >= -4) {
        print_text(out, "0.000");
        out->at -= 4 + exponent;
        point = 0;
    }
    memcpy(out->at, text, (size_t)point);
    out->at += point;
    if (point > 0 && n > point) *out->at++ = '.';
    memcpy(out->at, text + point, (size_t)(n - point));
    out->at += n - point;
    if (exponent >= -4) return;
    print_text(out, "e-");
    print_integer(out, -exponent);
}

/** Numbers with an integral value print as integers: 3, not 3.0. */
static void print_number(printer *out, double number) {
    bool common = 1e10 * fabs(number) >= 1 && fabs(number) < 1e15;
    if (number == floor(number) && fabs(number) < 1e15 && !(number == 0 && signbit(number))) {
        print_integer(out, number);
    } else if (common) {
        print_real(out, number);
    } else {
        print_slowly(out, number);
    }
}

/** A new line when lines are indented. */
static void print_break(printer *out, int depth) {
    if (out->indent == 0) return;
    size_t margin = (size_t)depth * (size_t)out->indent;
    *out->at++ = '\n';
    memset(out->at, ' ', margin);
    out->at += margin;
}

static void print_value(printer *out, const fl_value *value, int depth);

static void print_members(printer *out, const fl_value *value, int depth) {
    *out->at++ = value->kind == FL_ARRAY ? '[' : '{';
    for (const fl_value *item = value->first; item != NULL; item = item->next) {
        print_break(out, depth + 1);
        if (item->key != NULL) {
            print_string(out, item->key);
            print_text(out, ": ");
        }
        print_value(out, item, depth + 1);
        if (item->next != NULL) print_text(out, out->indent == 0 ? ", " : ",");
    }
    if (value->first != NULL) print_break(out, depth);
    *out->at++ = value->kind == FL_ARRAY ? ']' : '}';
}

static void print_value(printer *out, const fl_value *value, int depth) {
    switch (value->kind) {
    case FL_BOOL:
        print_text(out, value->boolean ? "true" : "false");
        break;
    case FL_NUMBER:
        print_number(out, value->number);
        break;
    case FL_STRING:
        print_string(out, value->string);
        break;
    case FL_ARRAY:
    case FL_OBJECT:
        print_members(out, value, depth);
        break;
    default:
        print_text(out, "null");
        break;
    }
}

fl_status fl_json_print(const char **out, const fl_value *value, int indent, fl_arena *arena, fl_error *err) {
    size_t most = most_bytes(value, 0, indent);
    *out = NULL;
    if (most == 0) return fl_error_set(err, FL_EINVAL, NULL, "holds text that is not UTF-8");
    char *text = FL_NEW(arena, most + 1, char);
    if (text == NULL) return fl_arena_error(arena, err);
    printer to = {text, indent};
    print_value(&to, value, 0);
    *to.at = '\0';
    *out = text;
    return FL_OK;
}
