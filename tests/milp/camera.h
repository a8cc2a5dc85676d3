/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Four cameras, as the parts of column generation see them: each computes one block, for 1 J on `near`,
 * which holds two users and a half, or for 3 J on `far`, which holds one. */
#ifndef FINLAB_TESTS_MILP_CAMERA_H
#define FINLAB_TESTS_MILP_CAMERA_H

#include "milp/primal.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <math.h>

static const volatile sig_atomic_t never = 0;
static fl_arena arena;
static fl_error err;
static fl_instance *instance;
static fl_task task;
static fl_pool pool;
static fl_pricing pricing;
static fl_master master;
static fl_relaxation relaxation;
static fl_crowd crowds[2];

static const char *const cameras =
    "{'schema': 'finlab/1', 'admission': true, 'system': {"
    " 'nodes': [{'name': 'near', 'speed': 1e9, 'power': 1, 'capacity': 2.5e9},"
    "           {'name': 'far', 'speed': 1e9, 'power': 3, 'capacity': 1e9}],"
    " 'links': [{'from': 'near', 'to': 'far', 'rate': 1e9}]},"
    " 'apps': [{'name': 'camera', 'source': 'near', 'deadline': 10, 'count': 4,"
    "  'blocks': [{'ops': 1e9}], 'exits': [{'after': 1, 'accuracy': 1}]}]}";

/** Start with an instance of four cameras, which is freed in the end. */
static inline void start_with(fl_instance *of) {
    fl_arena_init(&arena, 0);
    instance = of;
    task = (fl_task){.instance = instance, .arena = &arena, .start = fl_clock(), .interrupt = &never};
    crowds[0] = (fl_crowd){0, 4, NULL};
    cr_assert(fl_pool_open(&pool, instance, &arena, &err) == FL_OK);
    cr_assert(fl_pricing_open(&pricing, &task, &pool, INFINITY, &err) == FL_OK);
    fl_master_open(&master, &pool, 3);
    fl_relaxation_open(&relaxation, &master, &pricing, INFINITY);
    cr_assert(fl_master_start(&master, crowds, 1, &err) == FL_OK);
}

static inline void start(void) {
    start_with(build_instance(cameras));
}

static inline void stop(void) {
    fl_master_close(&master);
    fl_pricing_close(&pricing);
    fl_pool_close(&pool);
    fl_instance_free(instance);
    fl_arena_free(&arena);
}

static inline bool about(double a, double b) {
    return fabs(a - b) < 1e-5;
}

/** Put the offer of one node into the pool. */
static inline int offer_node(int node) {
    int offer;
    cr_assert(fl_pool_add(&offer, &pool, 0, 0, &node, NULL, NULL, &err) == FL_OK && offer >= 0);
    return offer;
}

#endif
