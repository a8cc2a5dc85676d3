/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `genetic`: a generational genetic algorithm with an elite (Holland, "Adaptation in natural and artificial
 * systems", 1975). A chromosome is a plan: the node of each block up to its exit. The first population is the
 * greedy plan and random plans in time. Of each generation the best `elite` plans live on; every other place
 * goes to a child of two parents, each the better of two plans drawn at random: the head of the one up to a
 * random block, the tail and the exit of the other, and with probability `mutation` a random move
 * (heuristics/draft.h). Children may be late; plans compare by Deb's rules (fl_draft_is_better()). The best
 * plan in time ever met is the answer. It claims nothing. O(generations * population * blocks). */
#include "heuristics/methods.h"
#include "heuristics/seek.h"

enum { POPULATION, GENERATIONS, MUTATION, ELITE, SEED, TIME_LIMIT, N_OPTIONS };

static const fl_option options[N_OPTIONS] = {
    [POPULATION] = {"population", FL_OPTION_INT, 40, 2, 1e6, NULL, "plans in each generation"},
    [GENERATIONS] = {"generations", FL_OPTION_INT, 100, 0, 1e9, NULL, "generations after the first"},
    [MUTATION] = {"mutation", FL_OPTION_NUMBER, 0.5, 0, 1, NULL,
                  "probability that a child is moved at random"},
    [ELITE] = {"elite", FL_OPTION_INT, 2, 0, 1e6, NULL, "best plans that live on unchanged"},
    [SEED] = FL_SEEK_SEED,
    [TIME_LIMIT] = FL_SEEK_TIME_LIMIT,
};

typedef struct breeding {
    fl_seek seek;
    int n;          /* plans in a generation */
    fl_draft *now;  /* [n] */
    fl_draft *next; /* [n] */
} breeding;

static fl_status reserve(breeding *b, fl_error *err) {
    fl_arena *arena = b->seek.task->arena;
    b->now = FL_NEW(arena, b->n, fl_draft);
    b->next = FL_NEW(arena, b->n, fl_draft);
    if (b->now == NULL || b->next == NULL) return fl_arena_error(arena, err);
    for (int i = 0; i < b->n; i++) {
        FL_TRY(fl_draft_create(&b->now[i], &b->seek.drafts, arena, err));
        FL_TRY(fl_draft_create(&b->next[i], &b->seek.drafts, arena, err));
    }
    return FL_OK;
}

/* Draw the first generation; false: no plan is in time. */
static bool populate(breeding *b) {
    const fl_drafts *drafts = &b->seek.drafts;
    if (!fl_draft_build(&b->now[0], drafts, NULL)) return false;
    for (int i = 1; i < b->n; i++) {
        bool built = fl_draft_build(&b->now[i], drafts, &b->seek.random);
        if (!built) fl_draft_copy(&b->now[i], &b->now[0], drafts);
    }
    for (int i = 0; i < b->n; i++) fl_seek_offer(&b->seek, &b->now[i]);
    return true;
}

/* The better of two plans drawn at random. */
static const fl_draft *draw_parent(breeding *b) {
    const fl_draft *one = &b->now[fl_random_int(&b->seek.random, 0, b->n - 1)];
    const fl_draft *other = &b->now[fl_random_int(&b->seek.random, 0, b->n - 1)];
    return fl_draft_is_better(one, other, &b->seek.drafts) ? one : other;
}

/* The head of one parent, the tail and the exit of the other. */
static void cross(fl_draft *child, const fl_draft *one, const fl_draft *other, breeding *b) {
    const fl_drafts *drafts = &b->seek.drafts;
    int depth = fl_draft_depth(one, drafts), least = fl_draft_depth(other, drafts);
    if (depth < least) least = depth;
    int head = fl_random_int(&b->seek.random, 0, least);
    fl_draft_copy(child, other, drafts);
    for (int l = 0; l < head; l++) child->path.nodes[l] = one->path.nodes[l];
}

/* The best first: only the elite's places are put in order. */
static void raise_elite(breeding *b, int elite) {
    for (int i = 0; i < elite; i++) {
        int best = i;
        for (int k = i + 1; k < b->n; k++) {
            if (fl_draft_is_better(&b->now[k], &b->now[best], &b->seek.drafts)) best = k;
        }
        fl_draft swap = b->now[i];
        b->now[i] = b->now[best];
        b->now[best] = swap;
    }
}

static void breed(breeding *b) {
    const double *value = b->seek.task->settings->value;
    int elite = value[ELITE] < b->n ? (int)value[ELITE] : b->n;
    raise_elite(b, elite);
    for (int i = 0; i < elite; i++) fl_draft_copy(&b->next[i], &b->now[i], &b->seek.drafts);
    for (int i = elite; i < b->n; i++) {
        fl_draft *child = &b->next[i];
        const fl_draft *one = draw_parent(b);
        cross(child, one, draw_parent(b), b);
        if (fl_random_chance(&b->seek.random, value[MUTATION])) {
            fl_draft_move(child, &b->seek.drafts, &b->seek.random);
        } else {
            fl_draft_measure(child, &b->seek.drafts);
        }
        fl_seek_offer(&b->seek, child);
    }
    fl_draft *swap = b->now;
    b->now = b->next;
    b->next = swap;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    const double *value = task->settings->value;
    breeding b = {.n = (int)value[POPULATION]};
    FL_TRY(fl_seek_begin(&b.seek, task, value[SEED], value[TIME_LIMIT], err));
    FL_TRY(reserve(&b, err));
    if (populate(&b)) {
        for (int g = 0; g < value[GENERATIONS] && !fl_seek_stopped(&b.seek); g++) breed(&b);
    }
    return fl_seek_end(answer, &b.seek, err);
}

const fl_method fl_genetic_method = {
    .name = "genetic",
    .summary = "genetic algorithm: plans crossed, moved at random and selected",
    .may_claim = FL_CLAIM_NOTHING,
    .options = options,
    .n_options = N_OPTIONS,
    .solve = solve,
};
