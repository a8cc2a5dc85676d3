/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `released`: the cost baseline as the FIN authors' published scripts compute it (chetna-iitd/
 * orchestrate_dynamic_DNN), kept only to reproduce their figures. It may stop between two exits, so its
 * answer is an energy and not a plan. Block 1 runs on the mobile node. While the weight of block i,
 *
 *     max(time of the blocks so far / (2 deadline), accuracy wanted / accuracy of the exit ahead),
 *
 * is over 0.85, block i goes to the edge if the block before is on the mobile node, else to the cloud. The
 * time of block i is the least over the three nodes when it is weighed, and that of its own node once it is
 * placed. Times come from operations and speeds alone: the scripts know no measured ones, no pins and no
 * heads. */
#include "core/cost.h"
#include "heuristics/methods.h"

#include <math.h>

enum { MOBILE, EDGE, CLOUD, N_TIERS, N_BLOCKS = 5, N_EXITS = 3 };

static const double enough = 0.85;    /* deployment stops at this weight */
static const double time_factor = 10; /* the scripts charge ten times the time of computing */
static const double deadline_factor = 0.5;

/* The exit whose accuracy weighs block i = 0, 1, ...; the first block is not weighed. */
static const int exit_ahead[N_BLOCKS] = {0, 0, 1, 2, 2};

typedef struct released {
    const fl_instance *instance;
    const fl_app *app;
    int node[N_TIERS];
    const fl_link
        *into[N_TIERS]; /* the link by which data comes to a tier from the one below; none for mobile */
} released;

/* The three nodes by tier, and the links upwards; false when the system has another shape. */
static bool find_tiers(released *r, const fl_system *system) {
    if (system->n_nodes != N_TIERS) return false;
    for (int n = 0; n < N_TIERS; n++) {
        int below = 0;
        for (int other = 0; other < N_TIERS; other++) {
            if (other != n && system->nodes[other].tier == system->nodes[n].tier) return false;
            below += system->nodes[other].tier < system->nodes[n].tier;
        }
        r->node[below] = n;
    }
    r->into[EDGE] = fl_instance_link(r->instance, r->node[MOBILE], r->node[EDGE]);
    r->into[CLOUD] = fl_instance_link(r->instance, r->node[EDGE], r->node[CLOUD]);
    return r->into[EDGE] != NULL && r->into[CLOUD] != NULL && r->app->source == r->node[MOBILE];
}

/* Time of block `i` on a tier by the scripts' count: the move is paid even by a block that stays. */
static double time_on(const released *r, int i, int tier) {
    double time = time_factor * r->app->blocks[i].ops / r->instance->system.nodes[r->node[tier]].speed;
    return tier == MOBILE || i == 0 ? time : time + r->app->blocks[i - 1].out_bits / r->into[tier]->rate;
}

static double least_time(const released *r, int i) {
    return fmin(time_on(r, i, MOBILE), fmin(time_on(r, i, EDGE), time_on(r, i, CLOUD)));
}

static double weigh(const released *r, int i, double time_before) {
    double time = deadline_factor * (time_before + least_time(r, i)) / r->app->deadline;
    double accuracy = r->app->accuracy / r->app->exits[exit_ahead[i]].accuracy;
    return fmax(time, accuracy);
}

/* Deploy blocks to tiers; returns how many. */
static int deploy(int *tiers, const released *r) {
    double time = time_on(r, 0, MOBILE);
    int n = 1;
    tiers[0] = MOBILE;
    for (; n < N_BLOCKS && weigh(r, n, time) > enough; n++) {
        tiers[n] = tiers[n - 1] == MOBILE ? EDGE : CLOUD;
        time += time_on(r, n, tiers[n]);
    }
    return n;
}

/* What deploying the first `n` blocks costs, by the model's formulas. Between exits the next one counts as
 * final, though its head does not run yet. */
static double add_energy(const released *r, const int *tiers, int n) {
    int final = 0;
    while (final < N_EXITS - 1 && r->app->exits[final].after < n) final++;
    double energy = 0;
    for (int i = 0; i < n; i++) {
        int node = r->node[tiers[i]];
        fl_cost cost = fl_cost_compute(r->instance, r->app, i, node, final, 1);
        if (i > 0 && tiers[i] != tiers[i - 1]) {
            double bits = fl_cost_bits(r->app, i);
            cost.energy +=
                fl_cost_move(r->instance, r->into[tiers[i]], bits, r->node[tiers[i - 1]], node).energy;
        }
        energy += fl_cost_reach(r->app, i) * cost.energy;
    }
    return energy;
}

static fl_status solve(fl_answer *answer, const fl_task *task, fl_error *err) {
    released r = {.instance = task->instance, .app = &task->instance->apps[0]};
    bool fits =
        r.app->n_blocks == N_BLOCKS && r.app->n_exits == N_EXITS && find_tiers(&r, &task->instance->system);
    if (!fits) {
        return fl_error_set(
            err, FL_EUNSUPPORTED, NULL,
            "not supported: needs five blocks, three exits and three nodes in three tiers, with "
            "the input at the lowest and links upwards");
    }
    int tiers[N_BLOCKS];
    int n = deploy(tiers, &r);
    answer->claimed = add_energy(&r, tiers, n);
    return FL_OK;
}

const fl_method fl_released_method = {
    .name = "released",
    .summary = "cost baseline of the FIN authors' published scripts: an energy, not a plan",
    .may_claim = FL_CLAIM_NOTHING,
    .solve = solve,
};
