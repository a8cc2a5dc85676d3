/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a search over choices (milp/choose.h) need not look at: columns that nobody can take, and limits that
 *  cannot bind. A relaxation uses parts of columns that do not fit as a whole; so what is barred here makes
 *  its bound tighter, by much where limits are full (constraint propagation, as in mixed-integer solvers:
 *  Savelsbergh, ORSA J. Comput. 6(4), 1994). */
#ifndef FINLAB_MILP_TRIM_H
#define FINLAB_MILP_TRIM_H

#include "milp/simplex.h"

/** Bar the columns that do not fit beside all other users, when each of these takes the least he can; what is
 *  barred by that may leave less for others. Prices and basis are not read.
 *  O(columns * parts + groups * limits); `arena` is left as it was. */
fl_status fl_trim_misfits(fl_simplex *at, fl_arena *arena, fl_error *err);

/** The items under those limits only that some choice of columns not barred exceeds; in `arena`. Prices and
 *  basis are not read. O((columns + items) * parts + limits) */
fl_status fl_trim_limits(const fl_items **out, const fl_simplex *at, fl_arena *arena, fl_error *err);

#endif
