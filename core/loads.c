/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/loads.h"
#include <stdlib.h>

int fl_loads_compare(const fl_load *one, const fl_load *two) {
    if (one->kind != two->kind) return one->kind < two->kind ? -1 : 1;
    if (one->from != two->from) return one->from < two->from ? -1 : 1;
    return (one->to > two->to) - (one->to < two->to);
}

static int compare(const void *a, const void *b) {
    return fl_loads_compare(a, b);
}

int fl_loads_sum(fl_load *loads, int n) {
    int kept = 0;
    qsort(loads, (size_t)n, sizeof *loads, compare);
    for (int i = 0; i < n; i++) {
        if (kept > 0 && fl_loads_compare(&loads[kept - 1], &loads[i]) == 0) {
            loads[kept - 1].amount += loads[i].amount;
        } else {
            loads[kept++] = loads[i];
        }
    }
    return kept;
}

double fl_loads_limit(const fl_instance *instance, const fl_load *load) {
    const fl_node *node = &instance->system.nodes[load->to];
    switch (load->kind) {
    case FL_LIMIT_CAPACITY:
        return node->capacity;
    case FL_LIMIT_MEMORY:
        return node->memory;
    case FL_LIMIT_SHARE:
        return 1;
    case FL_LIMIT_LINK:
        break;
    }
    const fl_link *link = fl_instance_link(instance, load->from, load->to);
    return link != NULL ? link->capacity : INFINITY; /* a plan over a link that is not there has no cost */
}

/** Add a load unless it is nothing or there is no limit. */
static void add(fl_load *out, int *n, const fl_instance *instance, fl_load load) {
    if (load.amount > 0 && isfinite(fl_loads_limit(instance, &load))) out[(*n)++] = load;
}

int fl_loads_of(fl_load *out, const fl_instance *instance, int app, const fl_placement *placement) {
    const fl_app *of = &instance->apps[app];
    fl_exits_used used = fl_plan_exits(placement, of);
    int n = 0, depth = fl_plan_depth(placement, instance, app);
    for (int l = 0; l < depth; l++) {
        int from = l > 0 ? placement->nodes[l - 1] : of->source, to = placement->nodes[l];
        double visits = of->rate * fl_choices_reach(of, &used, l); /* per second */
        double ops = visits * (of->blocks[l].ops + fl_choices_head(of, &used, l, placement->exit));
        double bits = visits * fl_choices_bits(of, l, fl_plan_coding(placement, l));
        if (!fl_app_sliced(of, to)) add(out, &n, instance, (fl_load){FL_LIMIT_CAPACITY, -1, to, ops});
        add(out, &n, instance, (fl_load){FL_LIMIT_MEMORY, -1, to, of->blocks[l].memory});
        if (from != to) add(out, &n, instance, (fl_load){FL_LIMIT_LINK, from, to, bits});
    }
    for (int i = 0; i < of->n_slices && depth > 0; i++) {
        const fl_slices *slices = &of->slices[i];
        if (placement->levels[i] < 0) continue;
        add(out, &n, instance,
            (fl_load){FL_LIMIT_SHARE, -1, slices->node, slices->levels[placement->levels[i]]});
    }
    return fl_loads_sum(out, n);
}

fl_status fl_loads_of_plan(fl_load **out, int *n, const fl_instance *instance, const fl_plan *plan,
                           fl_arena *arena, fl_error *err) {
    int blocks = 0, end = 0;
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) {
            blocks += fl_plan_depth(at, instance, h);
        }
    }
    fl_load *loads = FL_NEW(arena, fl_loads_most(blocks), fl_load);
    if (loads == NULL) return fl_arena_error(arena, err);
    for (int h = 0; h < plan->n_apps; h++) {
        for (const fl_placement *at = &plan->apps[h]; at != NULL; at = at->more) {
            int i = end;
            end += fl_loads_of(loads + i, instance, h, at);
            for (; i < end; i++) loads[i].amount *= at->count;
        }
    }
    *out = loads;
    *n = fl_loads_sum(loads, end);
    return FL_OK;
}
