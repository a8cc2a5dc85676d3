/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/record.h"
#include "tests/bench/say.h"
#include <stdarg.h>
#include <stdio.h>

/** How far energies of the same plan class may be apart: finlab's own methods promise relative 1e-9 each, CBC
 *  works with tolerances of about 1e-6. */
static double slack(const bench_engine *engine) {
    return engine->method != NULL ? 2e-9 : 1e-6;
}

void record_compare(bench_record *records, int n) {
    const bench_measured *exact = &records[0].measured;
    bool optimal = records[0].tried && exact->end == MEASURE_DONE && exact->status == FL_RESULT_OPTIMAL;
    for (int i = 0; i < n; i++) {
        const bench_measured *other = &records[i].measured;
        bool done = records[i].tried && other->end == MEASURE_DONE;
        records[i].ratio = done ? other->seconds / exact->seconds : NAN;
        records[i].excess = done && optimal && other->has_plan ? other->energy / exact->energy - 1 : NAN;
    }
}

/** What is wrong with a record beside the optimum, or NULL. */
static const char *fault(const bench_record *record, double optimum) {
    const bench_measured *m = &record->measured;
    double same = slack(record->engine) * optimum;
    if (m->status == FL_RESULT_INFEASIBLE) return "says infeasible, but there is an optimum";
    if (m->has_plan && m->energy < optimum - same) return "has a plan below the optimum";
    if (m->bound > optimum + same) return "has a bound above the optimum";
    if (m->status == FL_RESULT_OPTIMAL && m->energy > optimum + same) return "calls a dearer plan optimal";
    return NULL;
}

/** What is wrong when `exact` says that there is no plan. */
static const char *fault_infeasible(const bench_record *record) {
    return record->measured.has_plan ? "has a plan, but exact says infeasible" : NULL;
}

/** FIN on igraph finds the energy of FIN, or neither finds a plan. */
static const char *fault_fin(const bench_record *records, int n, const bench_record *igraph) {
    for (int i = 0; i < n; i++) {
        const bench_record *native = &records[i];
        if (native->engine->gamma != igraph->engine->gamma || native->engine->igraph || !native->tried ||
            native->measured.end != MEASURE_DONE)
            continue;
        if (native->measured.has_plan != igraph->measured.has_plan) return "finds a plan where fin does not";
        if (igraph->measured.has_plan && fabs(igraph->measured.energy - native->measured.energy) >
                                             slack(igraph->engine) * native->measured.energy)
            return "finds another energy than fin";
    }
    return NULL;
}

int record_disagreements(const bench_record *records, int n, char *text, size_t size) {
    const bench_measured *exact = &records[0].measured;
    int faults = 0;
    for (int i = 0; i < n; i++) {
        const bench_record *record = &records[i];
        const char *what = NULL;
        if (!record->tried || record->measured.end != MEASURE_DONE) {
            if (record->tried && record->measured.end == MEASURE_FAILED) what = record->measured.text;
        } else if (exact->status == FL_RESULT_OPTIMAL) {
            what = fault(record, exact->energy);
        } else if (exact->status == FL_RESULT_INFEASIBLE) {
            what = fault_infeasible(record);
        }
        if (what == NULL && record->tried && record->engine->igraph && record->measured.end == MEASURE_DONE)
            what = fault_fin(records, n, record);
        if (what == NULL) continue;
        snprintf(text, size, "%s, deadline at %.0f %%, seed %d: %s: %s (%.17g J, optimum %.17g J)",
                 record->family->name, 100 * families_position(record->family, record->deadline),
                 record->seed, record->engine->name, what, record->measured.energy, exact->energy);
        say("DISAGREEMENT: %s", text);
        faults++;
    }
    return faults;
}
