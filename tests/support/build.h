/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Instances, plans and documents in a line or two. JSON text is written with ' for ", so that it reads well
 * in C. Everything here ends the program with a message when the text is not what it should be. */
#ifndef FINLAB_TESTS_BUILD_H
#define FINLAB_TESTS_BUILD_H

#include "core/instance.h"
#include "core/plan.h"
#include <stdint.h>

/** The example of the model page: two nodes, two blocks, two exits. Its optimum is exit 2 with b1 on mobile
 * and b2 on edge. */
extern const char *const build_two_tiers;

/** One that uses every field of the format but those of choices and runs. */
extern const char *const build_full;

/** One that offers everything a plan may choose, and costs of runs. */
extern const char *const build_grown;

/** The document of a JSON text. */
fl_value *build_document(fl_arena *arena, const char *json);

/** Put `json` at `pointer` ("/apps/0/rate"), over what is there or as a new last member; NULL takes it away.
 * A last step "-" appends to an array. */
void build_put(fl_arena *arena, fl_value *document, const char *pointer, const char *json);

/** The instance of a JSON text; fl_instance_free(). */
fl_instance *build_instance(const char *json);

/** The instance of `json` after build_put() of `value` at `pointer`. */
fl_instance *build_variant(const char *json, const char *pointer, const char *value);

/** The JSON text of an instance, in `arena`. */
const char *build_text(const fl_instance *instance, fl_arena *arena);

/** Two nodes, no bits to move, any operations: which blocks to run fast is a knapsack problem, no plan
 * dominates another, and all of them share the dual's bound. At most 100 blocks; fl_instance_free(). */
fl_instance *build_knapsack(int n_blocks, uint64_t seed);

/** A plan from its document. */
fl_plan build_plan(const fl_instance *instance, const char *json, fl_arena *arena);

#endif
