/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/table.h"

void table_explain(bench_report *report) {
    static const char *const lines[] = {
        "L x N: L blocks on N nodes. The deadline lies 10, 50 or 90 % of the way from the fastest",
        "to the cheapest plan, and only the last exit is accurate enough.",
        "",
        "- Times are wall clock without the time for which other programs had the core; medians of",
        "  whole solves (method and judge, warm arena) and of the family's seeds; slow engines are",
        "  measured on the first seed only. FIN searches its graph once, without its lower bound.",
        "- `/ exact`: its time over that of exact on the same instance.",
        "- `over`: its energy over the optimum or, when that is not known, the gap to its own bound;",
        "  the median over the seeds that have a plan.",
        "- Memory is the largest of the family. `arena`: what the run's arena held. `process`: the",
        "  growth of the peak resident set of a child process over the loaded instance and a solve of",
        "  the smallest; of CBC all of the process.",
        "- `-`: not tried. `late`: over the time limit. `memory`: labels over 0.5 GB or all over 2 GB.",
        "  `no plan`: none found.",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) report_print(report, "%s\n", lines[i]);
    report_print(report, "\n");
}

/** The records of one engine at one deadline, over the seeds. */
typedef struct bench_cell {
    const bench_record *of[16];
    int n;
} bench_cell;

static bench_cell find_cell(const bench_engine *engine, int deadline, const bench_record *records, int n) {
    bench_cell found = {.n = 0};
    for (int i = 0; i < n && found.n < 16; i++) {
        if (records[i].engine == engine && records[i].deadline == deadline && records[i].tried)
            found.of[found.n++] = &records[i];
    }
    return found;
}

typedef double cell_field(const bench_record *record);

static double field_seconds(const bench_record *record) {
    return record->measured.seconds;
}

static double field_ratio(const bench_record *record) {
    return record->ratio;
}

static double field_excess(const bench_record *record) {
    return record->excess;
}

/** The median over the seeds that have the number; NAN when none has. */
static double median(const bench_cell *cell, cell_field *field) {
    double values[16];
    int n = 0;
    for (int i = 0; i < cell->n; i++) {
        double value = field(cell->of[i]);
        if (!isnan(value)) values[n++] = value;
    }
    return measure_middle(values, n);
}

/** Why there is no number, or NULL when there is one: what happened on any seed. */
static const char *reason(const bench_cell *cell) {
    if (cell->n == 0) return "-";
    for (int i = 0; i < cell->n; i++) {
        const bench_measured *m = &cell->of[i]->measured;
        if (m->end == MEASURE_MEMORY) return "memory";
        if (m->end == MEASURE_FAILED) return "FAILED";
        if (m->end == MEASURE_TIME || m->stop == FL_STOP_TIME) return "late";
        if (m->stop == FL_STOP_MEMORY) return "memory";
    }
    return NULL;
}

static void print_time(bench_report *report, const bench_cell *cell) {
    char text[32];
    const char *why = reason(cell);
    if (why == NULL) why = report_milliseconds(text, sizeof text, median(cell, field_seconds));
    report_print(report, " %s |", why);
}

static void print_ratio(bench_report *report, const bench_cell *cell) {
    char text[32];
    bool limited = reason(cell) != NULL;
    report_digits(text, sizeof text, limited ? NAN : median(cell, field_ratio));
    report_print(report, " %s |", text);
}

static double field_gap(const bench_record *record) {
    const bench_measured *m = &record->measured;
    return m->has_plan ? (m->energy - m->bound) / m->energy : NAN;
}

/** How far the plans are over the optimum; where that is not known, how far they could be. */
static void print_excess(bench_report *report, const bench_cell *cell) {
    int answers = 0, plans = 0;
    for (int i = 0; i < cell->n; i++) {
        answers += cell->of[i]->measured.end == MEASURE_DONE;
        plans += cell->of[i]->measured.has_plan;
    }
    double excess = median(cell, field_excess), gap = median(cell, field_gap);
    if (plans == 0) {
        report_print(report, " %s", answers > 0 ? "no plan" : "-");
    } else if (!isnan(excess)) {
        report_print(report, " %.2f %%", fabs(100 * excess)); /* below 0 it is rounding */
    } else if (!isnan(gap)) {
        report_print(report, " gap %.2f %%", 100 * gap);
    } else {
        report_print(report, " a plan");
    }
    if (plans > 0 && plans < answers) report_print(report, " (%d of %d)", plans, answers);
    report_print(report, " |");
}

/** The largest memory of an engine on this family. */
static void print_memory(bench_report *report, const bench_engine *engine, const bench_record *records,
                         int n) {
    double arena = NAN, resident = NAN;
    long long labels = -1;
    char text[32];
    for (int i = 0; i < n; i++) {
        if (records[i].engine != engine || !records[i].tried) continue;
        arena = fmax(arena, records[i].measured.arena);
        resident = fmax(resident, records[i].measured.resident);
        if (records[i].measured.labels > labels) labels = records[i].measured.labels;
    }
    report_print(report, " %s |", report_bytes(text, sizeof text, arena));
    report_print(report, " %s |", report_bytes(text, sizeof text, resident));
    if (labels >= 0) {
        report_print(report, " %lld |\n", labels);
    } else {
        report_print(report, " |\n");
    }
}

static void print_engine(bench_report *report, const bench_family *family, const bench_engine *engine,
                         const bench_record *records, int n) {
    bench_cell cells[FAMILIES_DEADLINES];
    int tried = 0;
    for (int d = 0; d < family->n_deadlines; d++) {
        cells[d] = find_cell(engine, d, records, n);
        tried += cells[d].n;
    }
    if (tried == 0) return;
    report_print(report, "| %s |", engine->name);
    for (int d = 0; d < family->n_deadlines; d++) print_time(report, &cells[d]);
    for (int d = 0; d < family->n_deadlines; d++) print_ratio(report, &cells[d]);
    for (int d = 0; d < family->n_deadlines; d++) print_excess(report, &cells[d]);
    print_memory(report, engine, records, n);
}

static void print_header(bench_report *report, const bench_family *family) {
    static const char *const columns[] = {"ms at", "/ exact at", "over at"};
    report_print(report, "| engine |");
    for (int c = 0; c < 3; c++) {
        for (int d = 0; d < family->n_deadlines; d++)
            report_print(report, " %s %.0f %% |", columns[c], 100 * families_position(family, d));
    }
    report_print(report, " arena | process | labels |\n|---|");
    for (int i = 0; i < 3 * family->n_deadlines + 3; i++) report_print(report, "---|");
    report_print(report, "\n");
}

static const char *end_name(measure_end end) {
    static const char *const names[] = {[MEASURE_DONE] = "done",
                                        [MEASURE_TIME] = "killed",
                                        [MEASURE_MEMORY] = "memory",
                                        [MEASURE_FAILED] = "failed"};
    return names[end];
}

static void add_record(bench_report *report, const bench_record *record) {
    const bench_measured *m = &record->measured;
    fl_value *to = report_record(report, "engines");
    report_text(report, to, "family", record->family->name);
    report_number(report, to, "blocks", record->family->blocks);
    report_number(report, to, "nodes", record->family->nodes);
    report_number(report, to, "tiers", record->family->tiers);
    report_number(report, to, "seed", record->seed);
    report_number(report, to, "deadline_position", families_position(record->family, record->deadline));
    report_text(report, to, "engine", record->engine->name);
    report_text(report, to, "end", end_name(m->end));
    report_text(report, to, "status", fl_result_status_name(m->status));
    report_text(report, to, "stop", fl_stop_name(m->stop));
    report_number(report, to, "energy", m->energy);
    report_number(report, to, "bound", m->bound);
    report_number(report, to, "seconds", m->seconds);
    report_number(report, to, "repetitions", m->repetitions);
    report_number(report, to, "ratio_to_exact", record->ratio);
    report_number(report, to, "energy_over_optimum", record->excess);
    report_number(report, to, "arena_bytes", m->arena);
    report_number(report, to, "resident_bytes", m->resident);
    report_number(report, to, "labels", m->labels >= 0 ? (double)m->labels : NAN);
}

void table_family(bench_report *report, const bench_family *family, const bench_record *records, int n) {
    report_print(report, "## %s: %s\n\n", family->name, family->title);
    print_header(report, family);
    for (int e = 0; e < engines_count; e++) print_engine(report, family, &engines[e], records, n);
    report_print(report, "\n");
    for (int i = 0; i < n; i++) {
        if (records[i].tried) add_record(report, &records[i]);
    }
}
