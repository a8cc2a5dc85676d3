/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as a small instance, its numbers as odd as the bytes want them: all methods agree with brute force.
 */
#include "core/generate.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/compare.h"

static fl_recipe draw_recipe(fuzz_tape *tape) {
    unsigned flags = fuzz_next(tape), size = fuzz_next(tape);
    fl_recipe recipe = {.seed = fuzz_next(tape),
                        .blocks = 1 + (int)(size % 4),
                        .nodes = 1 + (int)(size / 4 % 4),
                        .plain = flags & 1,
                        .limits = flags & 2,
                        .tiers = flags & 4 ? 2 : 0,
                        .tightness = (fl_tightness)(flags >> 6)};
    recipe.codings = size & 16;
    recipe.optional = size & 32;
    recipe.thresholds = size & 64;
    recipe.segments = recipe.serial = size & 128;
    if (size & 16 && recipe.blocks > 3) recipe.blocks = 3;
    if (flags & 8) {
        recipe.apps = 2;
        recipe.blocks = 1 + (int)(size % (size & 16 ? 2 : 3));
        recipe.nodes = 1 + (int)(size / 4 % (size & 16 ? 2 : 3));
        recipe.binding = true;
        recipe.users = 2;
        recipe.admission = flags & 16;
        recipe.slices = flags & 32;
    }
    return recipe;
}

/** A number of the kinds that upset solvers. */
static double odd_number(double old, unsigned kind) {
    switch (kind % 12) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 2:
        return old * (1 + 1e-12);
    case 3:
        return old *
               (1 + 4e-9); /* not at the tolerance itself, where the two judges may differ by rounding */
    case 4:
        return old * (1 - 4e-9);
    case 5:
        return old * 1e6;
    case 6:
        return old * 1e-6;
    case 7:
        return 1e-90; /* two of them times each other are still numbers */
    case 8:
        return 1e30;
    case 9:
        return 1e-40;
    case 10:
        return old * 2;
    default:
        return old / 3;
    }
}

/** Number `*which` of the document in reading order; *which falls to below 0 on the way. */
static fl_value *find_number(fl_value *value, int *which) {
    if (value->kind == FL_NUMBER && (*which)-- == 0) return value;
    for (fl_value *item = value->first; item != NULL; item = item->next) {
        fl_value *found = find_number(item, which);
        if (found != NULL) return found;
    }
    return NULL;
}

/** Replace some numbers; false when the reader refuses the result. */
static bool upset(fl_instance **instance, fuzz_tape *tape) {
    fl_arena arena;
    fl_value *document;
    fl_error err;
    fl_arena_init(&arena, 0);
    FUZZ_CHECK(fl_instance_write(&document, *instance, &arena, &err) == FL_OK);
    fl_instance_free(*instance);
    for (int i = 0; i < 8 && tape->left > 0; i++) {
        int which = (int)fuzz_next(tape);
        fl_value *number = find_number(document, &which);
        unsigned kind = fuzz_next(tape);
        if (number != NULL) number->number = odd_number(number->number, kind);
    }
    bool fine = fl_instance_read(instance, document, FL_PLACE_JSON, &err) == FL_OK;
    fl_arena_free(&arena);
    return fine;
}

/** Whether brute force can try all plans of all users. */
static bool small(const fl_instance *instance) {
    for (int h = 0; h < instance->n_apps; h++) {
        if (instance->apps[h].count > 3) return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_tape tape = {data, size};
    fl_recipe recipe = draw_recipe(&tape);
    fl_instance *instance;
    fl_error err;
    if (fl_generate(&instance, &recipe, &err) != FL_OK) return 0;
    if (!upset(&instance, &tape)) return 0;
    const char *fault = small(instance) ? compare_fault(instance, COMPARE_BRUTE, NULL) : NULL;
    if (fault != NULL) {
        fl_instance_save(instance, "disagreement.json", &err);
        fprintf(stderr, "disagreement.json: %s\n", fault);
        abort();
    }
    fl_instance_free(instance);
    return 0;
}
