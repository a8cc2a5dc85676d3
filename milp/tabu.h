/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Tabu search over the master's columns: whole users, each on an offer that his crowd admits, or refused.
 *
 *  A move takes one user from his offer to another one. Limits may be exceeded, at a price that rises while
 *  they are and falls while they are not, so that the search goes to and fro across the border of what is
 *  allowed, where good plans are (Gendreau, Hertz, Laporte, Management Science 40(10), 1994; for generalised
 *  assignment, Yagiura, Ibaraki, Glover, INFORMS J. Comput. 16(2), 2004). An offer that was left is not taken
 *  again for a while. */
#ifndef FINLAB_MILP_TABU_H
#define FINLAB_MILP_TABU_H

#include "milp/primal.h"

/** Look for better plans than the best, from where the master's last solution is when rounded, until there
 * was none for some time. The same moves every time, unless a limit of the relaxation strikes.
 *  @param moves  in and out: how many were made, added up */
fl_status fl_tabu_search(fl_incumbent *best, const fl_relaxation *relaxation, const fl_terms *terms,
                         long long *moves, fl_error *err);

#endif
