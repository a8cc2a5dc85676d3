/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/instance_shared.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deep copies into the arena; a failed allocation is noticed by the arena and reported once at the end. */

static void *copy(fl_arena *arena, const void *from, int n, size_t size) {
    void *to = fl_arena_alloc(arena, n > 0 ? (size_t)n : 0, size);
    if (to != NULL && n > 0) memcpy(to, from, (size_t)n * size);
    return to;
}

/** A copy of `name`, or "PREFIX<number>" when there is none. */
static const char *copy_name(fl_arena *arena, const char *name, const char *prefix, int number) {
    char made[32];
    if (name != NULL && name[0] != '\0') return fl_arena_text(arena, name);
    snprintf(made, sizeof made, "%s%d", prefix, number);
    return fl_arena_text(arena, prefix[0] != '\0' ? made : "");
}

static void copy_system(fl_system *to, const fl_system *from, fl_arena *arena) {
    *to = *from;
    fl_node *nodes = copy(arena, from->nodes, from->n_nodes, sizeof *nodes);
    for (int n = 0; nodes != NULL && n < from->n_nodes; n++) {
        nodes[n].name = copy_name(arena, from->nodes[n].name, "", 0);
    }
    to->nodes = nodes;
    to->links = copy(arena, from->links, from->n_links, sizeof *to->links);
    to->tier_links = copy(arena, from->tier_links, from->n_tier_links, sizeof *to->tier_links);
}

static const fl_coding *copy_codings(const fl_coding *from, int n, fl_arena *arena) {
    fl_coding *codings = copy(arena, from, n, sizeof *codings);
    for (int i = 0; codings != NULL && i < n; i++) codings[i].name = copy_name(arena, from[i].name, "", 0);
    return codings;
}

static const fl_threshold *copy_thresholds(const fl_app *from, fl_arena *arena) {
    fl_threshold *thresholds = copy(arena, from->thresholds, from->n_thresholds, sizeof *thresholds);
    for (int t = 0; thresholds != NULL && t < from->n_thresholds; t++) {
        fl_threshold *at = &thresholds[t];
        at->name = copy_name(arena, at->name, "", 0);
        at->shares = copy(arena, at->shares, from->n_exits, sizeof *at->shares);
        at->accuracies = copy(arena, at->accuracies, from->n_exits, sizeof *at->accuracies);
    }
    return thresholds;
}

static int compare_segments(const void *a, const void *b) {
    const fl_segment *one = a, *two = b;
    if (one->first != two->first) return one->first < two->first ? -1 : 1;
    if (one->last != two->last) return one->last < two->last ? -1 : 1;
    return (one->index > two->index) - (one->index < two->index);
}

static const fl_segments *copy_segments(const fl_app *from, fl_arena *arena) {
    fl_segments *segments = copy(arena, from->segments, from->n_segments, sizeof *segments);
    for (int i = 0; segments != NULL && i < from->n_segments; i++) {
        int n = segments[i].n_list;
        fl_segment *list = copy(arena, segments[i].list, n, sizeof *list);
        for (int k = 0; list != NULL && k < n; k++) list[k].index = k;
        if (list != NULL && n > 1) qsort(list, (size_t)n, sizeof *list, compare_segments);
        segments[i].list = list;
    }
    return segments;
}

static void copy_app(fl_app *to, const fl_app *from, int h, fl_arena *arena) {
    *to = *from;
    to->name = copy_name(arena, from->name, "app", h + 1);
    to->exits = copy(arena, from->exits, from->n_exits, sizeof *to->exits);
    fl_block *blocks = copy(arena, from->blocks, from->n_blocks, sizeof *blocks);
    for (int l = 0; blocks != NULL && l < from->n_blocks; l++) {
        fl_block *block = &blocks[l];
        block->name = copy_name(arena, block->name, "b", l + 1);
        block->measured = copy(arena, block->measured, block->n_measured, sizeof *block->measured);
        block->allowed = copy(arena, block->allowed, block->n_allowed, sizeof *block->allowed);
        block->codings = copy_codings(block->codings, block->n_codings, arena);
        block->serial = copy(arena, block->serial, block->n_serial, sizeof *block->serial);
    }
    to->blocks = blocks;
    fl_slices *slices = copy(arena, from->slices, from->n_slices, sizeof *slices);
    for (int i = 0; slices != NULL && i < from->n_slices; i++) {
        slices[i].levels = copy(arena, slices[i].levels, slices[i].n_levels, sizeof *slices[i].levels);
    }
    to->slices = slices;
    to->input_codings = copy_codings(from->input_codings, from->n_input_codings, arena);
    to->input_serial = copy(arena, from->input_serial, from->n_input_serial, sizeof *to->input_serial);
    to->thresholds = copy_thresholds(from, arena);
    to->segments = copy_segments(from, arena);
}

static bool has_limits(const fl_system *system) {
    bool limited = isfinite(fl_instance_least_link_capacity(system));
    for (int n = 0; n < system->n_nodes; n++) {
        limited |= isfinite(system->nodes[n].capacity) || isfinite(system->nodes[n].memory);
    }
    return limited;
}

fl_status fl_instance_copy_parts(fl_instance *instance, const fl_instance *parts, fl_error *err) {
    struct fl_instance_shared *shared = instance->shared;
    fl_arena *arena = &shared->arena;
    instance->name = copy_name(arena, parts->name, "", 0);
    instance->admission = parts->admission;
    copy_system(&instance->system, &parts->system, arena);
    fl_app *apps = FL_NEW(arena, parts->n_apps, fl_app);
    for (int h = 0; apps != NULL && h < parts->n_apps; h++) copy_app(&apps[h], &parts->apps[h], h, arena);
    instance->n_apps = parts->n_apps;
    instance->apps = apps;
    if (arena->failed) return fl_arena_error(arena, err);
    const fl_system *system = &instance->system;
    shared->names = fl_named_sort(&system->nodes[0].name, sizeof *system->nodes, system->n_nodes, arena);
    shared->links = fl_pair_sort_links(&instance->system, arena);
    shared->tiers = fl_pair_sort_tiers(&instance->system, arena);
    shared->limited = has_limits(&instance->system);
    return arena->failed ? fl_arena_error(arena, err) : FL_OK;
}
