/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FINLAB_TESTS_MILP_BRUTE_POOL_H
#define FINLAB_TESTS_MILP_BRUTE_POOL_H

#include "milp/pool.h"
#include "tests/support/brute.h"
#include <criterion/criterion.h>

/** Put every plan of every application into the pool. */
static inline void brute_pool(fl_pool *pool, const brute_answer *all) {
    for (int h = 0; h < all->n_apps; h++) {
        for (int i = 0; i < all->apps[h].n; i++) {
            const brute_plan *plan = &all->apps[h].plans[i];
            fl_error err;
            int added;
            cr_assert(fl_pool_add(&added, pool, h, plan->exit, plan->nodes, NULL, NULL, &err) == FL_OK);
        }
    }
}

#endif
