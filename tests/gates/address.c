/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A planted fault: CTest must see this store behind an array that is freed at once. With the pointer alone
 * volatile gcc leaves the store out, and the fault with it; with the store alone it is the sanitizer of
 * undefined behaviour that speaks. */
#include <criterion/criterion.h>
#include <stdlib.h>

Test(gates, an_array_is_left) {
    char *plain = malloc(100);
    volatile char *volatile array = plain;
    cr_assert_not_null(plain);
    array[100] = 1;
    free(plain);
}
