/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/shrink.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct shrinking {
    fl_arena arena; /* the document */
    fl_value *document;
    shrink_fails fails;
    void *context;
    int left; /* calls of `fails` */
} shrinking;

static void *insist(void *memory) {
    if (memory != NULL) return memory;
    fprintf(stderr, "shrink: out of memory\n");
    abort();
}

/** Whether the document as it is now is an instance that fails. */
static bool still_fails(shrinking *now) {
    fl_instance *instance;
    fl_error err;
    if (now->left == 0 || fl_instance_read(&instance, now->document, FL_PLACE_JSON, &err) != FL_OK)
        return false;
    now->left--;
    bool fails = now->fails(instance, now->context);
    fl_instance_free(instance);
    return fails;
}

static void remove_after(fl_value *parent, fl_value *before, fl_value *item) {
    if (before != NULL)
        before->next = item->next;
    else
        parent->first = item->next;
    if (parent->last == item) parent->last = before;
    parent->n_items--;
}

static void insert_after(fl_value *parent, fl_value *before, fl_value *item) {
    if (before != NULL)
        before->next = item;
    else
        parent->first = item;
    if (item->next == NULL) parent->last = item;
    parent->n_items++;
}

/** Leave out each item that need not be there, the last first; whether one could be. */
static bool drop_items(shrinking *now, fl_value *parent) {
    bool dropped = false;
    for (int i = parent->n_items - 1; i >= 0; i--) {
        fl_value *before = NULL, *item = parent->first;
        for (int k = 0; k < i; k++) {
            before = item;
            item = item->next;
        }
        remove_after(parent, before, item);
        if (still_fails(now))
            dropped = true;
        else
            insert_after(parent, before, item);
    }
    return dropped;
}

/** The number with one and with three digits. */
static double round_to(double number, int digits) {
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, number);
    return strtod(text, NULL);
}

static bool simplify_number(shrinking *now, fl_value *value) {
    double old = value->number, simpler[] = {0, 1, round_to(old, 1), round_to(old, 3)};
    for (size_t i = 0; i < sizeof simpler / sizeof *simpler; i++) {
        if (simpler[i] == old) return false; /* as simple as that already */
        value->number = simpler[i];
        if (still_fails(now)) return true;
        value->number = old;
    }
    return false;
}

/** One pass over the document; whether anything became simpler. */
static bool simplify(shrinking *now, fl_value *value) {
    if (value->kind == FL_NUMBER) return simplify_number(now, value);
    if (value->kind != FL_ARRAY && value->kind != FL_OBJECT) return false;
    bool simpler = drop_items(now, value);
    for (fl_value *item = value->first; item != NULL; item = item->next) simpler |= simplify(now, item);
    return simpler;
}

fl_instance *shrink_instance(const fl_instance *instance, shrink_fails fails, void *context, int most) {
    shrinking now = {.fails = fails, .context = context, .left = most};
    fl_instance *small;
    fl_error err;
    fl_arena_init(&now.arena, 0);
    if (fl_instance_write(&now.document, instance, &now.arena, &err) != FL_OK) insist(NULL);
    while (simplify(&now, now.document) && now.left > 0) continue;
    if (fl_instance_read(&small, now.document, FL_PLACE_JSON, &err) != FL_OK) insist(NULL);
    fl_arena_free(&now.arena);
    return small;
}
