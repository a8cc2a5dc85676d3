/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/step.h"

bool fl_step_move(fl_cost *out, const fl_instance *instance, int block, int from, int to, int coding) {
    const fl_app *app = &instance->apps[0];
    *out = (fl_cost){0, 0};
    if (from == to) return true;
    const fl_link *link = fl_instance_link(instance, from, to);
    if (link == NULL) return false;
    fl_cost pack = fl_cost_pack(instance, app, block, from, to);
    *out = fl_cost_move(instance, link, fl_choices_bits(app, block, coding), from, to);
    out->energy += pack.energy;
    out->latency += pack.latency;
    return true;
}

/** The share of its speed that `node` gives: its largest level. */
static double share_of(const fl_app *app, int node) {
    for (int i = 0; i < app->n_slices; i++) {
        const fl_slices *slices = &app->slices[i];
        if (slices->node == node) return slices->levels[fl_slices_largest(slices)];
    }
    return 1;
}

bool fl_step_run(fl_cost *out, const fl_instance *instance, int block, int start, int node,
                 const fl_exits_used *used, int final) {
    const fl_app *app = &instance->apps[0];
    if (!fl_block_allows(&app->blocks[block], node)) return false;
    double head = fl_choices_head(app, used, block, final);
    *out = fl_cost_run(instance, app, block, start, node, head, share_of(app, node));
    return true;
}

fl_status fl_step_offer(fl_answer *answer, const fl_task *task, const fl_placement *as, fl_error *err) {
    const fl_instance *instance = task->instance;
    FL_TRY(fl_plan_create(&answer->plan, instance, task->arena, err));
    return fl_plan_add_like(&answer->plan, instance, 0, instance->apps[0].count, as, task->arena, err);
}
