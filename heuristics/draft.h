/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Drafts: what the searches that go from plan to plan hold in hand. A draft is a path and what it costs.
 *
 *  Drafts are built so that they are in time: with the least latency that each vertex needs to get to an end
 *  known, a path never turns where no way leads on. */
#ifndef FINLAB_HEURISTICS_DRAFT_H
#define FINLAB_HEURISTICS_DRAFT_H

#include "core/random.h"
#include "heuristics/path.h"

typedef struct fl_draft {
    fl_path path;
    fl_cost cost; /* INFINITY: it cannot run */
} fl_draft;

/** What can be drafted. */
typedef struct fl_drafts {
    const fl_layers *layers;
    const double
        *to_go; /* [n_layers * n_nodes] s, the least latency from (l, n), computed there, to an end */
    int n_exits;
    const int *exits; /* [n_exits] those that are accurate enough */
} fl_drafts;

/** Borrows `layers`; the rest lives in `arena`. O(blocks * nodes^2) */
fl_status fl_drafts_create(fl_drafts *out, const fl_layers *layers, fl_arena *arena, fl_error *err);

/** Room for a draft, which starts as "no path". */
fl_status fl_draft_create(fl_draft *out, const fl_drafts *drafts, fl_arena *arena, fl_error *err);

void fl_draft_copy(fl_draft *to, const fl_draft *from, const fl_drafts *drafts);

/** How many blocks a path deploys; it must be one. */
int fl_draft_depth(const fl_draft *draft, const fl_drafts *drafts);

/** Build a draft in time, block by block, out of arcs from which an end can still be reached in time.
 *  @param random  NULL: stop where one may, else take the cheapest arc; otherwise any of them, one as likely
 * as the other
 *  @return false: nothing is in time, and the draft is "no path". O(blocks * nodes) */
bool fl_draft_build(fl_draft *draft, const fl_drafts *drafts, fl_random *random);

/** Whether a draft can run and meets the deadline. */
bool fl_draft_in_time(const fl_draft *draft, const fl_drafts *drafts);

/** Whether one draft is better: in time before late, then by energy, late ones by latency. (Deb, "An
 * efficient constraint handling method for genetic algorithms", Computer Methods in Applied Mechanics and
 * Engineering 186, 2000.) */
bool fl_draft_is_better(const fl_draft *one, const fl_draft *other, const fl_drafts *drafts);

/** Put the blocks first..last on `node` and let the path stop at `exit`. Blocks between the old end and
 *  `first` follow the old last node. Does not measure. */
void fl_draft_put(fl_draft *draft, const fl_drafts *drafts, int first, int last, int node, int exit);

/** Sum the cost up. O(blocks) */
void fl_draft_measure(fl_draft *draft, const fl_drafts *drafts);

/** A random neighbour: a run of blocks goes to one node, or the path stops at another exit. The draft must be
 *  a path. O(blocks) */
void fl_draft_move(fl_draft *draft, const fl_drafts *drafts, fl_random *random);

#endif
