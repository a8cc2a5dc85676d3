/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A planted fault: CTest must see this leak, which Criterion calls a passing test. */
#include <criterion/criterion.h>
#include <stdlib.h>

Test(gates, memory_is_leaked) {
    char *volatile lost = malloc(100);
    lost = NULL;
    cr_assert_null(lost);
}
