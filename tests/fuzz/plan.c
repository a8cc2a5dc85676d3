/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a plan file for an instance with everything that plans can hold: refused, or judged alike by
 * both judges and written and read back the same. */
#include "core/evaluate.h"
#include "core/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/build.h"
#include "tests/support/naive.h"

static const char system_of_plans[] =
    "{'admission': true, 'system': {"
    " 'nodes': [{'name': 'm', 'speed': 1e10, 'power': 6, 'tx_energy': 3e-8},"
    "           {'name': 'e', 'tier': 1, 'speed': 1.5e11, 'power': 140, 'capacity': 2e9, 'memory': 1e6}],"
    " 'links': [{'from': 'm', 'to': 'e', 'rate': 1e9, 'delay': 1e-4, 'capacity': 1e8}]},"
    "'apps': [{'name': 'a', 'source': 'm', 'deadline': 4e-3, 'count': 3, 'rate': 10,"
    "  'blocks': [{'ops': 2e7, 'out_bits': 1e6, 'memory': 1e5}, {'ops': 3e7, 'memory': 4e5}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.3, 'ops': 1e5}, {'after': 2, 'accuracy': 0.9}]},"
    " {'name': 'b', 'source': 'm', 'deadline': 9e-3, 'slices': {'e': [0.25, 0.5]},"
    "  'blocks': [{'ops': 1e7}], 'exits': [{'after': 1, 'accuracy': 0.5}]},"
    " {'name': 'c', 'source': 'm', 'deadline': 9e-3, 'input_codings': [{'name': 'jpeg', 'bits': 1e5}],"
    "  'blocks': [{'ops': 1e7, 'out_bits': 1e6, 'pack': {'m': 1e-4}, 'unpack': {'e': 2e-4},"
    "              'codings': [{'name': '8 bit', 'bits': 2e5, 'loss': 0.1}]}, {'ops': 1e7}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5, 'share': 0.4, 'optional': true}, {'after': 2, 'accuracy': "
    "0.9}],"
    "  'thresholds': [{'name': 'lax', 'shares': [0.6, 0], 'accuracies': [0.4, 0.8]}],"
    "  'segments': {'e': [{'first': 1, 'last': 1, 'time': 1e-4}, {'first': 1, 'last': 2, 'time': 3e-4}]}}]}";

static fl_instance *instance;

static bool near(double a, long double b) {
    return (double)b == a || fabsl(a - b) <= 1e-9L * fabsl(b);
}

static void judge_twice(const fl_plan *plan, fl_arena *arena) {
    fl_verdict verdict;
    fl_error err;
    FUZZ_CHECK(fl_evaluate_plan(&verdict, NULL, instance, plan, arena, &err) == FL_OK);
    naive_verdict second = naive_judge(instance, plan);
    FUZZ_CHECK(verdict.feasible == second.feasible && verdict.served == second.served);
    FUZZ_CHECK(!second.linked || near(verdict.energy, second.energy));
}

static void read_again(const fl_plan *plan, fl_arena *arena) {
    fl_plan other;
    fl_error err;
    const char *text, *again;
    fl_value *document = fl_plan_write(plan, instance, arena);
    FUZZ_CHECK(document != NULL && fl_json_print(&text, document, 0, arena, &err) == FL_OK);
    FUZZ_CHECK(fl_plan_read(&other, instance, document, FL_PLACE_JSON, arena, &err) == FL_OK);
    FUZZ_CHECK(fl_json_print(&again, fl_plan_write(&other, instance, arena), 0, arena, &err) == FL_OK);
    FUZZ_CHECK(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena arena;
    fl_value *document;
    fl_plan plan;
    fl_error err = {.text = ""};
    if (instance == NULL) instance = build_instance(system_of_plans);
    fl_arena_init(&arena, (size_t)1 << 28);
    fl_status status = fl_json_parse(&document, (const char *)data, size, &arena, &err);
    if (status == FL_OK) status = fl_plan_read(&plan, instance, document, FL_PLACE_JSON, &arena, &err);
    if (status == FL_OK) {
        judge_twice(&plan, &arena);
        read_again(&plan, &arena);
    } else {
        FUZZ_CHECK(err.text[0] != '\0');
    }
    fl_arena_free(&arena);
    return 0;
}
