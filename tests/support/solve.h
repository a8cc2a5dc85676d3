/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Running methods by name, and what every answer must keep when the truth is known. */
#ifndef FINLAB_TESTS_SOLVE_H
#define FINLAB_TESTS_SOLVE_H

#include "core/result.h"
#include "tests/support/brute.h"

/** The method called `name` among those of core, milp and heuristics; ends the program when there is none. */
const fl_method *solve_method(const char *name);

/** Run a method with options as JSON text (NULL: defaults). */
fl_status solve_run(fl_result *out, const fl_instance *instance, const fl_method *method, const char *options,
                    fl_arena *arena, fl_error *err);

/** What is wrong with an answer, or NULL: a claim that is not true, a bound over the optimum, a plan that the
 * naive judge refuses or prices differently (relative 1e-12), one that beats the optimum.
 *  @param slack  how far, relatively, an answer called optimal may be over the optimum
 *  @return static storage */
const char *solve_fault(const fl_result *result, const fl_instance *instance, const brute_answer *truth,
                        double slack);

/** Like solve_fault(), of a method that must find the optimum within `slack`, or prove that there is none. */
const char *solve_fault_found(const fl_result *result, const fl_instance *instance, const brute_answer *truth,
                              double slack);

/** Like solve_fault_found(), of a method that must prove the optimum too. */
const char *solve_fault_exact(const fl_result *result, const fl_instance *instance, const brute_answer *truth,
                              double slack);

#endif
