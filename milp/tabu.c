/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/tabu.h"

#include "core/random.h"
#include "core/tolerance.h"
#include <math.h>

/** Moves for which an offer that was left may not be taken again: at least, and up to so many more. */
enum { TENURE = 8, TENURE_MORE = 12 };
/** Moves without a better plan, per choice, after which to end. */
enum { PATIENCE = 6 };
/** How often the prices of limits change, in moves, and how they rise and fall. */
enum { REVIEW = 8 };
static const double RISE = 1.4, FALL = 0.8;

/** One choice of a crowd's users: a column of the master. */
typedef struct choice {
    int crowd, offer; /* offer -1: refused */
    double cost;      /* goal's unit */
    int n_uses;
    const fl_use *uses;
    int users;      /* who have it */
    long long free; /* the move from which on it may be taken again */
} choice;

typedef struct tabu {
    const fl_relaxation *relaxation;
    const fl_terms *terms;
    fl_arena *arena;
    choice *choices; /* [n_choices] by crowd */
    int n_choices;
    int *first;     /* [n_crowds + 1] */
    int n_limits;   /* the last one is how many users may be refused */
    double *use;    /* [n_limits] */
    double *limit;  /* [n_limits] */
    double *price;  /* [n_limits] of what is too much */
    int *over;      /* [n_limits] moves since the last review after which it was too much */
    fl_use refusal; /* what a refused user takes */
    double cost;    /* of all users */
    double least;   /* of the best plan */
    fl_random random;
    long long moves;
} tabu;

/** A user's move from one choice to another. */
typedef struct move {
    int from, to;
    double change;
} move;

/* Start */

static fl_status reserve(tabu *now, fl_error *err) {
    const fl_master *master = now->relaxation->master;
    now->n_limits = now->relaxation->pool->n_limits + 1;
    now->refusal = (fl_use){now->n_limits - 1, 1};
    now->choices = FL_ZERO(now->arena, master->n_values, choice);
    now->first = FL_ZERO(now->arena, master->n_crowds + 2, int);
    now->use = FL_ZERO(now->arena, now->n_limits, double);
    now->limit = FL_NEW(now->arena, now->n_limits, double);
    now->price = FL_NEW(now->arena, now->n_limits, double);
    now->over = FL_ZERO(now->arena, now->n_limits, int);
    return now->arena->failed ? fl_arena_error(now->arena, err) : FL_OK;
}

/** Whether users may have column j: not those who are missing, nor what is decided against. */
static bool is_choice(const fl_master *master, int j) {
    bool missing = j >= master->n_crowds && j < fl_master_first(master);
    return !missing && master->model.column[j].most > 0;
}

static choice choice_of(const tabu *now, int j) {
    const fl_master *master = now->relaxation->master;
    bool spend = fl_terms_goal(now->terms) == FL_GOAL_SPEND;
    choice new = {.crowd = master->crowd[j], .offer = master->offer[j], .n_uses = 1, .uses = &now->refusal};
    if (new.offer >= 0) {
        const fl_offer *offer = &master->pool->offers[new.offer];
        new.cost = spend ? offer->power : 0;
        new.n_uses = offer->n_uses;
        new.uses = offer->uses;
    }
    return new;
}

/** List the choices by crowd. */
static void list_choices(tabu *now) {
    const fl_master *master = now->relaxation->master;
    int *end = now->first + 1; /* of the crowd before; in the end, of the crowd */
    for (int j = 0; j < master->n_values; j++) {
        if (is_choice(master, j)) end[master->crowd[j] + 1]++;
    }
    for (int i = 0; i < master->n_crowds; i++) end[i + 1] += end[i];
    now->n_choices = end[master->n_crowds];
    for (int j = 0; j < master->n_values; j++) {
        if (is_choice(master, j)) now->choices[end[master->crowd[j]]++] = choice_of(now, j);
    }
}

static void put(tabu *now, choice *of, int users) {
    of->users += users;
    now->cost += users * of->cost;
    for (int k = 0; k < of->n_uses; k++) now->use[of->uses[k].limit] += users * of->uses[k].part;
}

/** What one user more on a choice costs, too much of the limits included. */
static double price_of(const tabu *now, const choice *of) {
    double price = of->cost;
    for (int k = 0; k < of->n_uses; k++) {
        int i = of->uses[k].limit;
        double over = of->uses[k].part - fmax(now->limit[i] - now->use[i], 0);
        if (over > 0) price += now->price[i] * over;
    }
    return price;
}

/** Prices to begin with: twice the duals, or what a user costs. */
static void set_limits(tabu *now, long long refused) {
    const fl_master *master = now->relaxation->master;
    double mean = 0;
    for (int j = 0; j < now->n_choices; j++) mean += now->choices[j].cost / now->n_choices;
    if (mean <= 0) mean = 1;
    for (int i = 0; i < now->n_limits; i++) {
        bool refusals = i == now->n_limits - 1;
        double dual = refusals ? master->refused_dual : i < master->n_duals ? master->limit_dual[i] : 0;
        now->limit[i] = refusals ? (double)refused : 1 + 0.5 * FL_TOLERANCE_LIMIT;
        now->price[i] = fmax(2 * dual, mean);
    }
}

/** Put the users of a crowd where the master has them, those of whom it has parts where they cost least. */
static void place(tabu *now, int crowd, const double *value) {
    const fl_master *master = now->relaxation->master;
    int first = now->first[crowd], end = now->first[crowd + 1], left = master->crowds[crowd].count;
    for (int j = first; j < end; j++) {
        int users = (int)floor(value[j] + FL_TOLERANCE_SERVED);
        put(now, &now->choices[j], users < left ? users : left);
        left -= users < left ? users : left;
    }
    for (; left > 0 && first < end; left--) {
        int least = first;
        for (int j = first + 1; j < end; j++) {
            if (price_of(now, &now->choices[j]) < price_of(now, &now->choices[least])) least = j;
        }
        put(now, &now->choices[least], 1);
    }
}

static fl_status start(tabu *now, long long refused, fl_error *err) {
    const fl_master *master = now->relaxation->master;
    FL_TRY(reserve(now, err));
    list_choices(now);
    set_limits(now, refused);
    double *value = FL_NEW(now->arena, now->n_choices, double);
    if (value == NULL) return fl_arena_error(now->arena, err);
    int *next = FL_NEW(now->arena, master->n_crowds, int);
    if (next == NULL) return fl_arena_error(now->arena, err);
    for (int i = 0; i < master->n_crowds; i++) next[i] = now->first[i];
    for (int j = 0; j < master->n_values; j++) {
        if (is_choice(master, j)) value[next[master->crowd[j]]++] = master->value[j];
    }
    for (int i = 0; i < master->n_crowds; i++) place(now, i, value);
    fl_random_seed(&now->random, 1);
    return FL_OK;
}

/* Moves */

static bool keeps_limits(const tabu *now) {
    for (int i = 0; i < now->n_limits; i++) {
        if (now->use[i] > now->limit[i]) return false;
    }
    return true;
}

/** The best move of a user who has choice `from`, when it is better than `best`. */
static void consider(move *best, tabu *now, int from) {
    choice *old = &now->choices[from];
    put(now, old, -1);
    double before = price_of(now, old);
    for (int to = now->first[old->crowd]; to < now->first[old->crowd + 1]; to++) {
        const choice *new = &now->choices[to];
        if (to == from || new->free > now->moves || new->cost - before >= best->change) continue;
        double change = price_of(now, new) - before;
        if (change < best->change) *best = (move){from, to, change};
    }
    put(now, old, 1);
}

static move find_move(tabu *now) {
    move best = {-1, -1, INFINITY};
    for (int j = 0; j < now->n_choices; j++) {
        if (now->choices[j].users > 0) consider(&best, now, j);
    }
    return best;
}

static void apply(tabu *now, const move *of) {
    put(now, &now->choices[of->from], -1);
    put(now, &now->choices[of->to], 1);
    now->choices[of->from].free = now->moves + TENURE + fl_random_int(&now->random, 0, TENURE_MORE);
}

/** Raise the prices of limits that were too much all the time, lower those of limits that never were. */
static void review(tabu *now) {
    for (int i = 0; i < now->n_limits; i++) {
        if (now->use[i] > now->limit[i]) now->over[i]++;
        if (now->moves % REVIEW != 0) continue;
        if (now->over[i] == REVIEW) now->price[i] *= RISE;
        if (now->over[i] == 0) now->price[i] *= FALL;
        now->over[i] = 0;
    }
}

/** Offer the plan to the judge. */
static fl_status offer(fl_incumbent *best, tabu *now, fl_error *err) {
    const fl_pool *pool = now->relaxation->pool;
    fl_arena_mark mark = fl_arena_keep(now->arena);
    int *users = FL_ZERO(now->arena, pool->n_offers, int);
    bool allowed;
    fl_plan plan;
    if (users == NULL) return fl_arena_error(now->arena, err);
    for (int j = 0; j < now->n_choices; j++) {
        if (now->choices[j].offer >= 0) users[now->choices[j].offer] += now->choices[j].users;
    }
    FL_TRY(fl_pool_plan(&plan, pool, users, err));
    fl_arena_release(now->arena, mark);
    return fl_incumbent_offer(best, &plan, now->relaxation->task, &allowed, err);
}

/* The search */

static bool due(const tabu *now) {
    return *now->relaxation->task->interrupt != 0 || fl_clock() >= now->relaxation->until;
}

static fl_status search(fl_incumbent *best, tabu *now, fl_error *err) {
    long long patience = PATIENCE * (long long)now->n_choices;
    for (long long idle = 0; idle < patience; idle++) {
        if (now->moves % 64 == 0 && due(now)) return FL_OK;
        if (now->cost < now->least && keeps_limits(now)) {
            now->least = now->cost * (1 - FL_TOLERANCE_EQUAL);
            idle = 0;
            FL_TRY(offer(best, now, err));
            if (fl_terms_goal(now->terms) == FL_GOAL_SERVE) return FL_OK;
        }
        now->moves++;
        move next = find_move(now);
        if (next.from >= 0) apply(now, &next);
        review(now);
    }
    return FL_OK;
}

fl_status fl_tabu_search(fl_incumbent *best, const fl_relaxation *relaxation, const fl_terms *terms,
                         long long *moves, fl_error *err) {
    fl_master *master = relaxation->master;
    tabu now = {.relaxation = relaxation, .terms = terms, .arena = &master->scratch, .least = INFINITY};
    bool spend = fl_terms_goal(terms) == FL_GOAL_SPEND;
    long long refused = master->users - best->served;
    FL_TRY(start(&now, spend ? terms->refused : refused - 1, err));
    if (spend && refused == terms->refused) now.least = best->power * (1 - FL_TOLERANCE_EQUAL);
    FL_TRY(search(best, &now, err));
    *moves += now.moves;
    return FL_OK;
}
