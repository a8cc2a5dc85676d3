/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a search over choices (milp/choose.h) need not look at: columns that nobody can take, and limits that
 *  cannot bind. A relaxation uses parts of columns that do not fit as a whole; so what is barred here makes
 *  its bound tighter, by much where limits are full (constraint propagation, as in mixed-integer solvers:
 *  Savelsbergh, ORSA J. Comput. 6(4), 1994). */
#ifndef FINLAB_MILP_TRIM_H
#define FINLAB_MILP_TRIM_H

#include "milp/simplex.h"

/** Bar the columns that do not fit into what the users of all groups together leave at least, until there are
 *  no more. Only limit, part, count and what is barred are read, so the simplex need not have been started.
 *  O(rounds * (columns * parts + groups * limits)); `arena` is left as it was. */
fl_status fl_trim_misfits(fl_simplex *at, fl_arena *arena, fl_error *err);

/** The items under those limits only that some choice of columns exceeds; in `arena`, with what they borrow
 *  from the simplex's own. O(items * parts + limits) */
fl_status fl_trim_limits(const fl_items **out, const fl_simplex *at, fl_arena *arena, fl_error *err);

#endif
