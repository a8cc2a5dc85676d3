/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A planted fault: CTest must see this undefined behaviour. */
#include <criterion/criterion.h>
#include <limits.h>

Test(gates, an_integer_overflows) {
    volatile int most = INT_MAX;
    most = most + 1;
    cr_assert(most != 0);
}
