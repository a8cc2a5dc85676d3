/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The best plan below some cost, or the proof that there is none, where all plans of one user that may be
 *  part of it can be listed (milp/catalog.h).
 *
 *  What is left then is a choice of one plan for each user (milp/choose.h). */
#ifndef FINLAB_MILP_EXHAUST_H
#define FINLAB_MILP_EXHAUST_H

#include "milp/catalog.h"
#include "milp/primal.h"

typedef struct fl_exhaust {
    fl_incumbent *best;
    fl_relaxation *relaxation; /* whose prices are near the best ones */
    const fl_terms *terms;     /* FL_TERMS_SERVE or FL_TERMS_SPEND */
    double gap;                /* only what is cheaper than the best by this part is of interest */
    long long nodes_most;
    long long nodes; /* of the tree, in all */
    bool stopped;    /* by a limit */
    bool complete;   /* out: false when there are too many plans */
} fl_exhaust;

/** Search for solutions that cost less than `below`. Everything lives in the scratch of the master.
 *  @param proven  in: what is; out: no solution costs less than this, or than the best then */
fl_status fl_exhaust_search(fl_exhaust *exhaust, fl_catalog *catalog, double below, double *proven,
                            fl_error *err);

#endif
