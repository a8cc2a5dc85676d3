/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an instance file: refused with a place, or an instance that is written and read back the same.
 */
#include "core/instance.h"
#include "core/json.h"
#include "tests/fuzz/fuzz.h"

static void check_again(const fl_instance *instance, fl_arena *arena) {
    fl_value *document, *again;
    fl_instance *other;
    fl_error err;
    const char *text, *second;
    FUZZ_CHECK(fl_instance_write(&document, instance, arena, &err) == FL_OK);
    FUZZ_CHECK(fl_json_print(&text, document, 0, arena, &err) == FL_OK);
    FUZZ_CHECK(fl_json_parse(&again, text, strlen(text), arena, &err) == FL_OK);
    FUZZ_CHECK(fl_instance_read(&other, again, FL_PLACE_JSON, &err) == FL_OK);
    FUZZ_CHECK(fl_instance_write(&document, other, arena, &err) == FL_OK);
    FUZZ_CHECK(fl_json_print(&second, document, 0, arena, &err) == FL_OK);
    FUZZ_CHECK(strcmp(text, second) == 0);
    fl_instance_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena arena;
    fl_value *document;
    fl_instance *instance;
    fl_error err = {.text = ""};
    fl_arena_init(&arena, (size_t)1 << 28);
    fl_status status = fl_json_parse(&document, (const char *)data, size, &arena, &err);
    if (status == FL_OK) status = fl_instance_read(&instance, document, FL_PLACE_JSON, &err);
    if (status == FL_OK) {
        check_again(instance, &arena);
        fl_instance_free(instance);
    } else {
        FUZZ_CHECK(err.text[0] != '\0');
    }
    fl_arena_free(&arena);
    return 0;
}
