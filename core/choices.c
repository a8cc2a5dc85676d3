/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/choices.h"

/* Exits */

double fl_choices_stay(const fl_app *app, int threshold, int last) {
    double stay = 1;
    for (int e = 0; e <= last; e++) stay -= fl_choices_share(app, threshold, e);
    return fmax(stay, 0);
}

double fl_choices_released(const fl_app *app, int threshold, int last, int exit) {
    double released = 0;
    for (int e = last + 1; e <= exit; e++) released += fl_choices_share(app, threshold, e);
    return released;
}

int fl_choices_last(const fl_app *app, const fl_exits_used *used, int block) {
    int last = -1;
    for (int e = 0; e < app->n_exits && app->exits[e].after <= block; e++) {
        if (!fl_choices_off(used, e)) last = e;
    }
    return last;
}

double fl_choices_reach(const fl_app *app, const fl_exits_used *used, int block) {
    if (fl_choices_own(used)) return fl_cost_reach(app, block);
    return fl_choices_stay(app, used->threshold, fl_choices_last(app, used, block));
}

double fl_choices_accuracy(const fl_app *app, const fl_exits_used *used, int final) {
    double accuracy = 0;
    int last = -1;
    if (fl_choices_own(used)) return fl_cost_accuracy(app, final);
    for (int e = 0; e < final; e++) {
        if (fl_choices_off(used, e)) continue;
        double released = fl_choices_released(app, used->threshold, last, e);
        accuracy += released * fl_choices_accuracy_at(app, used->threshold, e);
        last = e;
    }
    double stay = fl_choices_stay(app, used->threshold, last);
    return accuracy + stay * fl_choices_accuracy_at(app, used->threshold, final);
}

double fl_choices_head(const fl_app *app, const fl_exits_used *used, int block, int final) {
    if (fl_choices_own(used)) return fl_cost_head(app, block, final);
    int exit = fl_cost_exit_after(app, block);
    if (exit < 0 || exit > final) return 0;
    if (exit == final) return app->exits[exit].ops;
    if (fl_choices_off(used, exit)) return 0;
    int last = fl_choices_last(app, used, block);
    return fl_choices_released(app, used->threshold, last, exit) > 0 ? app->exits[exit].ops : 0;
}

/* Codings */

int fl_choices_codings(const fl_app *app, int block, const fl_coding **out) {
    *out = block == 0 ? app->input_codings : app->blocks[block - 1].codings;
    return block == 0 ? app->n_input_codings : app->blocks[block - 1].n_codings;
}

double fl_choices_bits(const fl_app *app, int block, int coding) {
    const fl_coding *codings;
    fl_choices_codings(app, block, &codings);
    return coding >= 0 ? codings[coding].bits : fl_cost_bits(app, block);
}

double fl_choices_loss(const fl_app *app, int block, int coding) {
    const fl_coding *codings;
    fl_choices_codings(app, block, &codings);
    return coding >= 0 ? codings[coding].loss : 0;
}

/* Extremes */

/** The last exit before `block`; with `fixed`, the last one that cannot be off. */
static int last_before(const fl_app *app, int block, bool fixed) {
    int last = -1;
    for (int e = 0; e < app->n_exits && app->exits[e].after <= block; e++) {
        if (!fixed || !app->exits[e].optional) last = e;
    }
    return last;
}

double fl_choices_most_reach(const fl_app *app, int block) {
    int last = last_before(app, block, true);
    double most = 0;
    for (int t = -1; t < app->n_thresholds; t++) most = fmax(most, fl_choices_stay(app, t, last));
    return most;
}

double fl_choices_least_reach(const fl_app *app, int block) {
    int last = last_before(app, block, false);
    double least = 1;
    for (int t = -1; t < app->n_thresholds; t++) least = fmin(least, fl_choices_stay(app, t, last));
    return least;
}

double fl_choices_most_bits(const fl_app *app, int block) {
    const fl_coding *codings;
    int n = fl_choices_codings(app, block, &codings);
    double most = fl_cost_bits(app, block);
    for (int i = 0; i < n; i++) most = fmax(most, codings[i].bits);
    return most;
}

double fl_choices_least_bits(const fl_app *app, int block) {
    const fl_coding *codings;
    int n = fl_choices_codings(app, block, &codings);
    double least = fl_cost_bits(app, block);
    for (int i = 0; i < n; i++) least = fmin(least, codings[i].bits);
    return least;
}

double fl_choices_least_ops(const fl_app *app, int block) {
    int exit = fl_cost_exit_after(app, block);
    bool may_not = exit >= 0 && app->exits[exit].optional;
    for (int t = 0; t < app->n_thresholds && exit >= 0; t++) may_not |= app->thresholds[t].shares[exit] <= 0;
    return may_not ? app->blocks[block].ops : fl_cost_ops(app, block, app->n_exits);
}

/** The most that the samples can gain on their way when exit `exit` is the last active one and, with
 *  `final`, the final one; `gained` [exit] is the same of the exits before it, none of them final. */
static double most_gained(const fl_app *app, int threshold, int exit, bool final, const double *gained) {
    double accuracy = fl_choices_accuracy_at(app, threshold, exit), most = -INFINITY;
    for (int last = exit - 1; last >= -1; last--) { /* the exits between are off */
        double here =
            final ? fl_choices_stay(app, threshold, last) : fl_choices_released(app, threshold, last, exit);
        most = fmax(most, (last >= 0 ? gained[last] : 0) + here * accuracy);
        if (last >= 0 && !app->exits[last].optional) break;
    }
    return most;
}

double fl_choices_best_accuracy(const fl_app *app, double *scratch) {
    double best = 0;
    for (int t = -1; t < app->n_thresholds; t++) {
        for (int e = 0; e < app->n_exits; e++) {
            best = fmax(best, most_gained(app, t, e, true, scratch));
            scratch[e] = most_gained(app, t, e, false, scratch);
        }
    }
    return best;
}
