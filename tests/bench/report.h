/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where measurements go: Markdown on stdout and in FOLDER/bench.md, records in FOLDER/bench.json. */
#ifndef FINLAB_TESTS_BENCH_REPORT_H
#define FINLAB_TESTS_BENCH_REPORT_H

#include "core/value.h"
#include <stdio.h>

typedef struct bench_report {
    const char *folder;
    bool quick;
    fl_arena arena;
    fl_value *document, *measurements;
    FILE *text; /* what bench.md will hold */
    char *buffer;
    size_t length;
} bench_report;

/** Start a report with what is known of the machine.
 *  @param folder  is there
 *  @param date    as the caller has it, or NULL */
void report_open(bench_report *out, const char *folder, const char *date, bool quick);

/** Print Markdown. */
void report_print(bench_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A new record in bench.json, and its fields; a number that is not finite becomes null. */
fl_value *report_record(bench_report *report, const char *section);
void report_number(bench_report *report, fl_value *record, const char *key, double number);
void report_text(bench_report *report, fl_value *record, const char *key, const char *text);

/** Write both files and release everything. */
void report_close(bench_report *report);

/** Three digits in ms ("0.0123", "1.23", "12.3", "1234"), "-" when it is NAN. Into `out`, which is returned.
 */
char *report_milliseconds(char *out, size_t size, double seconds);

/** The same digits for a plain number. */
char *report_digits(char *out, size_t size, double number);

/** Bytes as "12 kB", "1.23 MB", "-". */
char *report_bytes(char *out, size_t size, double bytes);

#endif
