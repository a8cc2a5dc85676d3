/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/report.h"
#include "core/file.h"
#include "core/json.h"
#include "tests/bench/say.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** The processor's name, or "unknown". */
static void read_processor(char *out, size_t size) {
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "r");
    snprintf(out, size, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL) continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(out, size, "%s", colon + 2);
        break;
    }
    if (file != NULL) fclose(file);
}

void report_open(bench_report *out, const char *folder, const char *date, bool quick) {
    char processor[256];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    read_processor(processor, sizeof processor);
    *out = (bench_report){.folder = folder, .quick = quick};
    fl_arena_init(&out->arena, 0);
    out->text = open_memstream(&out->buffer, &out->length);
    if (out->text == NULL) say_stop("opening a report", &(fl_error){.where = "", .text = "out of memory"});
    out->document = fl_value_object(&out->arena);
    fl_value *machine = fl_value_object(&out->arena);
    fl_value_add(&out->arena, out->document, "machine", machine);
    report_text(out, machine, "processor", processor);
    report_number(out, machine, "cores", (double)cores);
    report_text(out, machine, "compiler", __VERSION__);
    if (date != NULL) report_text(out, out->document, "date", date);
    out->measurements = fl_value_array(&out->arena);
    fl_value_add(&out->arena, out->document, "measurements", out->measurements);
    report_print(out, "# Measurements%s%s\n\n%s, %ld cores, compiler %s%s.\n\n", date != NULL ? ", " : "",
                 date != NULL ? date : "", processor, cores, __VERSION__, quick ? ", a quick run" : "");
}

void report_print(bench_report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    vfprintf(report->text, format, arguments);
    va_end(arguments);
}

fl_value *report_record(bench_report *report, const char *section) {
    fl_value *record =
        fl_value_add(&report->arena, report->measurements, NULL, fl_value_object(&report->arena));
    report_text(report, record, "section", section);
    return record;
}

void report_number(bench_report *report, fl_value *record, const char *key, double number) {
    fl_value_add(&report->arena, record, key, fl_value_number(&report->arena, number));
}

void report_text(bench_report *report, fl_value *record, const char *key, const char *text) {
    fl_value_add(&report->arena, record, key, fl_value_string(&report->arena, text));
}

static void write_file(const bench_report *report, const char *name, const char *text, size_t length) {
    char path[512];
    fl_error err;
    snprintf(path, sizeof path, "%s/%s", report->folder, name);
    if (fl_file_write(path, text, length, &err) != FL_OK) say_stop("writing", &err);
    say("wrote %s", path);
}

void report_close(bench_report *report) {
    const char *json;
    fl_error err;
    if (fl_json_print(&json, report->document, 1, &report->arena, &err) != FL_OK)
        say_stop("printing records", &err);
    write_file(report, "bench.json", json, strlen(json));
    fclose(report->text);
    write_file(report, "bench.md", report->buffer, report->length);
    free(report->buffer);
    fl_arena_free(&report->arena);
}

char *report_digits(char *out, size_t size, double number) {
    if (isnan(number)) {
        snprintf(out, size, "-");
    } else if (fabs(number) < 100) {
        snprintf(out, size, "%.3g", number);
    } else {
        snprintf(out, size, "%.0f", number);
    }
    return out;
}

char *report_milliseconds(char *out, size_t size, double seconds) {
    return report_digits(out, size, 1e3 * seconds);
}

char *report_bytes(char *out, size_t size, double bytes) {
    char digits[32];
    bool small = !(bytes >= 1e6);
    report_digits(digits, sizeof digits, small ? bytes / 1e3 : bytes / 1e6);
    snprintf(out, size, isnan(bytes) ? "-" : small ? "%s kB" : "%s MB", digits);
    return out;
}
