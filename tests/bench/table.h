/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The table of one family: a line for each engine, a column for each deadline. */
#ifndef FINLAB_TESTS_BENCH_TABLE_H
#define FINLAB_TESTS_BENCH_TABLE_H

#include "tests/bench/record.h"
#include "tests/bench/report.h"

/** How to read the tables below. */
void table_explain(bench_report *report);

/** Print the table of `family` and add its records to the report.
 *  @param records  [n], all of the family */
void table_family(bench_report *report, const bench_family *family, const bench_record *records, int n);

#endif
