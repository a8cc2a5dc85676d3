/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as another solver's solution of an instance with users placed apart, admission and slices:
 * refused with a reason, or a plan that the second judge sees alike. */
#include "milp/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/build.h"
#include "tests/support/naive.h"

static const char solved[] =
    "{'admission': true, 'system': {"
    " 'nodes': [{'name': 'm', 'speed': 1e10, 'power': 6},"
    "           {'name': 'e', 'speed': 1.5e11, 'power': 140, 'capacity': 4e7}],"
    " 'links': [{'from': 'm', 'to': 'e', 'rate': 1e9, 'delay': 1e-4}]},"
    "'apps': [{'name': 'a', 'source': 'm', 'deadline': 4e-3, 'count': 2, 'slices': {'e': [0.25, 0.5]},"
    "  'blocks': [{'ops': 2e7, 'out_bits': 1e6, 'nodes': ['m']}, {'ops': 3e7, 'nodes': ['e']}],"
    "  'exits': [{'after': 2, 'accuracy': 0.9}]},"
    " {'name': 'b', 'source': 'm', 'deadline': 9e-3, 'blocks': [{'ops': 1e7}],"
    "  'exits': [{'after': 1, 'accuracy': 0.5}]}]}";

static fl_instance *instance;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena arena;
    fl_result result;
    fl_error err = {.text = ""};
    if (instance == NULL) instance = build_instance(solved);
    fl_arena_init(&arena, (size_t)1 << 28);
    fl_status status = fl_decode_solution(&result, instance, (const char *)data, size, &arena, &err);
    if (status == FL_OK && result.plan.n_apps > 0) {
        naive_verdict second = naive_judge(instance, &result.plan);
        FUZZ_CHECK(result.has_plan == second.feasible && result.verdict.served == second.served);
        FUZZ_CHECK(result.status == (second.feasible ? FL_RESULT_FEASIBLE : FL_RESULT_UNKNOWN));
    }
    FUZZ_CHECK(status == FL_OK || (status == FL_EINVAL && err.text[0] != '\0'));
    fl_arena_free(&arena);
    return 0;
}
