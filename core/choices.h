/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a plan of one application may choose besides its exit and nodes, and what that does to its formulas:
 *  the threshold at which exits let samples go, exits that are off, and the coding in which data is sent.
 *
 *  A threshold gives every exit a share and an accuracy. Exits are nested: whoever is confident enough for
 *  one exit is so for all later ones. So a sample that an exit which is off would have let go leaves at the
 *  next active one, and the head of an exit that is off does not run. Each coding used takes its loss from
 *  the accuracy of the samples sent so. Where nothing is chosen all of this is what core/cost.h says of the
 *  application, to the last bit. */
#ifndef FINLAB_CORE_CHOICES_H
#define FINLAB_CORE_CHOICES_H

#include "core/cost.h"

/** How the exits are used. */
typedef struct fl_exits_used {
    int threshold;   /* index; -1: the exits' own numbers */
    const bool *off; /* [n_exits] NULL: none is off */
} fl_exits_used;

/** All exits active, at their own numbers. */
#define FL_EXITS_OWN ((fl_exits_used){-1, NULL})

static inline bool fl_choices_off(const fl_exits_used *used, int exit) {
    return used->off != NULL && used->off[exit];
}

/** Whether nothing is chosen about them. */
static inline bool fl_choices_own(const fl_exits_used *used) {
    return used->off == NULL && used->threshold < 0;
}

/** The share of exit `exit` at a threshold (-1: its own), while all exits are active, and the accuracy of
 *  the samples that leave there. */
static inline double fl_choices_share(const fl_app *app, int threshold, int exit) {
    return threshold >= 0 ? app->thresholds[threshold].shares[exit] : app->exits[exit].share;
}

static inline double fl_choices_accuracy_at(const fl_app *app, int threshold, int exit) {
    return threshold >= 0 ? app->thresholds[threshold].accuracies[exit] : app->exits[exit].accuracy;
}

/** The share of samples that go on when `last` is the last active exit behind them (-1: none), at least 0.
 *  O(exits) */
double fl_choices_stay(const fl_app *app, int threshold, int last);

/** The share of samples that active exit `exit` lets go when `last` is the last active exit before it (-1:
 *  none): its own and those of the exits between. O(exits) */
double fl_choices_released(const fl_app *app, int threshold, int last, int exit);

/** The last active exit that comes before block `block` (0-based), -1: none. O(exits) */
int fl_choices_last(const fl_app *app, const fl_exits_used *used, int block);

/** The share of samples that reach block `block` (0-based), at least 0. O(exits) */
double fl_choices_reach(const fl_app *app, const fl_exits_used *used, int block);

/** The accuracy over all samples when `final` is the final exit, before what codings lose. O(exits) */
double fl_choices_accuracy(const fl_app *app, const fl_exits_used *used, int final);

/** Operations of the exit head that runs with `block` when `final` is the final exit: that of `final` itself,
 *  and that of an active exit before it that lets samples go. */
double fl_choices_head(const fl_app *app, const fl_exits_used *used, int block, int final);

/** The codings of what moves into block `block`; returns how many. */
int fl_choices_codings(const fl_app *app, int block, const fl_coding **out);

/** Bits that move into `block`, and what that loses, in coding `coding` (-1: plain, which loses nothing). */
double fl_choices_bits(const fl_app *app, int block, int coding);
double fl_choices_loss(const fl_app *app, int block, int coding);

/* What no plan exceeds, or stays under: for limits that can bind, and for nodes and links to bar. */

double fl_choices_most_reach(const fl_app *app, int block);
double fl_choices_least_reach(const fl_app *app, int block);
double fl_choices_most_bits(const fl_app *app, int block);
double fl_choices_least_bits(const fl_app *app, int block);

/** Operations of the block, with its head when that runs in every plan that goes on after it. */
double fl_choices_least_ops(const fl_app *app, int block);

/** The best accuracy that a plan can have, whatever its final exit, threshold and exits that are off.
 *  @param scratch  [n_exits]
 *  O(thresholds * exits^3) */
double fl_choices_best_accuracy(const fl_app *app, double *scratch);

#endif
