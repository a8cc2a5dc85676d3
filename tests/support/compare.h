/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Every method on one instance, and every contradiction between them. */
#ifndef FINLAB_TESTS_COMPARE_H
#define FINLAB_TESTS_COMPARE_H

#include "core/instance.h"

/** Where the truth comes from. */
typedef enum compare_truth {
    COMPARE_BRUTE, /* every plan is tried: small instances */
    COMPARE_FRONT, /* a plain dynamic programme: one application without limits, of any size */
    COMPARE_NONE   /* nowhere: the methods are held against each other's plans, bounds and proofs */
} compare_truth;

/** Run all methods and say what is wrong: a failure, a plan that the second judge refuses or prices
 * otherwise, one that beats the optimum, a bound over it, a claim that is not true, an engine of FIN that
 * differs from the other, a method that must find the optimum and does not.
 *  @param answers  increased by the number of answers looked at, or NULL
 *  @return static storage; NULL when nothing is wrong */
const char *compare_fault(const fl_instance *instance, compare_truth truth, long long *answers);

#endif
