/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/seek.h"

fl_status fl_seek_begin(fl_seek *out, const fl_task *task, double seed, double time_limit, fl_error *err) {
    *out = (fl_seek){.task = task, .time_limit = time_limit, .stop = FL_STOP_DONE};
    fl_random_seed(&out->random, (uint64_t)seed);
    FL_TRY(fl_layers_build(&out->layers, task->instance, 0, task->arena, err));
    FL_TRY(fl_drafts_create(&out->drafts, &out->layers, task->arena, err));
    return fl_draft_create(&out->best, &out->drafts, task->arena, err);
}

bool fl_seek_stopped(fl_seek *seek) {
    if (seek->time_limit > 0 && fl_clock() - seek->task->start > seek->time_limit) seek->stop = FL_STOP_TIME;
    if (*seek->task->interrupt) seek->stop = FL_STOP_INTERRUPTED;
    return seek->stop != FL_STOP_DONE;
}

void fl_seek_offer(fl_seek *seek, const fl_draft *draft) {
    if (!fl_draft_in_time(draft, &seek->drafts)) return;
    if (fl_draft_is_better(draft, &seek->best, &seek->drafts)) {
        fl_draft_copy(&seek->best, draft, &seek->drafts);
    }
}

fl_status fl_seek_end(fl_answer *answer, const fl_seek *seek, fl_error *err) {
    answer->stop = seek->stop;
    if (seek->best.path.exit < 0) return FL_OK;
    return fl_path_offer(answer, seek->task, &seek->best.path, err);
}
