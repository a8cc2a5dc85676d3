/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/change.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A document that is being changed. */
typedef struct changing {
    fl_arena arena;
    fl_value *document, *nodes, *links, *apps;
} changing;

/** The member called `key`, writable: the document is ours; NULL: there is none. */
static fl_value *member(const fl_value *of, const char *key) {
    return (fl_value *)(uintptr_t)fl_value_get(of, key);
}

static void give_up(const char *what, const fl_error *err) {
    fprintf(stderr, "change: %s: %s %s\n", what, err->where, err->text);
    abort();
}

static changing start(const fl_instance *instance) {
    changing now;
    fl_error err;
    fl_arena_init(&now.arena, 0);
    if (fl_instance_write(&now.document, instance, &now.arena, &err) != FL_OK) give_up("write", &err);
    fl_value *system = member(now.document, "system");
    now.nodes = member(system, "nodes");
    now.links = member(system, "links");
    now.apps = member(now.document, "apps");
    return now;
}

/** The instance of the document, whose memory is released. */
static fl_instance *finish(changing *now) {
    fl_instance *instance = NULL;
    fl_error err = {.text = "out of memory"};
    if (now->arena.failed || fl_instance_read(&instance, now->document, FL_PLACE_JSON, &err) != FL_OK)
        give_up("read", &err);
    fl_arena_free(&now->arena);
    return instance;
}

static fl_instance *does_not_apply(changing *now) {
    fl_arena_free(&now->arena);
    return NULL;
}

static void put_number(changing *now, fl_value *object, const char *key, double number) {
    fl_value *old = member(object, key);
    if (old != NULL) {
        old->number = number;
    } else {
        fl_value_add(&now->arena, object, key, fl_value_number(&now->arena, number));
    }
}

/* Order and names */

static void shuffle(fl_value *array, fl_random *random, fl_arena *arena) {
    int n = array->n_items;
    fl_value **items = FL_NEW(arena, n + 1, fl_value *), *item = array->first;
    for (int i = 0; i < n; i++, item = item->next) items[i] = item;
    for (int i = n - 1; i > 0; i--) {
        int j = fl_random_int(random, 0, i);
        fl_value *swap = items[i];
        items[i] = items[j];
        items[j] = swap;
    }
    fl_value **at = &array->first;
    for (int i = 0; i < n; at = &items[i]->next, i++) *at = array->last = items[i];
    *at = NULL;
}

/** The new name of a node: its old one turned around, after a letter that sorts it elsewhere. */
static const char *other_name(const char *name, fl_arena *arena) {
    char text[200];
    size_t n = strlen(name);
    snprintf(text, sizeof text, "%c_", (char)('a' + (name[n - 1] * 7 + (int)n) % 26));
    for (size_t i = 0, used = 2; i < n && used < sizeof text - 1; i++, used++) {
        text[used] = name[n - 1 - i];
        text[used + 1] = '\0';
    }
    return fl_arena_text(arena, text);
}

static bool is_node(const changing *now, const char *name) {
    for (const fl_value *node = now->nodes->first; node != NULL; node = node->next) {
        if (strcmp(fl_value_get(node, "name")->string, name) == 0) return true;
    }
    return false;
}

/** Rename all that names a node in a list of names, or in the keys of an object. */
static void rename_uses(fl_value *of, fl_arena *arena) {
    if (of == NULL) return;
    if (of->kind == FL_STRING) of->string = other_name(of->string, arena);
    for (fl_value *item = of->first; item != NULL; item = item->next) {
        if (item->kind == FL_STRING) item->string = other_name(item->string, arena);
        if (item->key != NULL) item->key = other_name(item->key, arena);
    }
}

static void rename_nodes(changing *now) {
    for (fl_value *node = now->nodes->first; node != NULL; node = node->next)
        rename_uses(member(node, "name"), &now->arena);
    for (fl_value *link = now->links != NULL ? now->links->first : NULL; link != NULL; link = link->next) {
        rename_uses(member(link, "from"), &now->arena);
        rename_uses(member(link, "to"), &now->arena);
    }
    for (fl_value *app = now->apps->first; app != NULL; app = app->next) {
        rename_uses(member(app, "name"), &now->arena);
        rename_uses(member(app, "source"), &now->arena);
        static const char *const of_nodes[] = {"slices", "input_pack", "input_unpack", "segments"};
        for (int i = 0; i < 4; i++) rename_uses(member(app, of_nodes[i]), &now->arena);
        for (fl_value *block = member(app, "blocks")->first; block != NULL; block = block->next) {
            static const char *const keys[] = {"nodes", "time", "energy", "pack", "unpack"};
            for (int i = 0; i < 5; i++) rename_uses(member(block, keys[i]), &now->arena);
        }
    }
}

fl_instance *change_order(const fl_instance *instance, fl_random *random) {
    changing now = start(instance);
    shuffle(now.nodes, random, &now.arena);
    shuffle(now.apps, random, &now.arena);
    if (now.links != NULL) shuffle(now.links, random, &now.arena);
    rename_nodes(&now);
    return finish(&now);
}

/* Scales */

/** Which powers of the three factors a field takes. */
typedef struct dimension {
    const char *key;
    int energy, time, size;
} dimension;

static const dimension of_node[] = {{"speed", 0, -1, 1},     {"power", 1, -1, 0},    {"tx_energy", 1, 0, -1},
                                    {"rx_energy", 1, 0, -1}, {"capacity", 0, -1, 1}, {"memory", 0, 0, 1}};
static const dimension of_link[] = {
    {"rate", 0, -1, 1}, {"delay", 0, 1, 0}, {"energy", 1, 0, -1}, {"capacity", 0, -1, 1}};
static const dimension of_app[] = {{"input_bits", 0, 0, 1},
                                   {"rate", 0, -1, 0},
                                   {"deadline", 0, 1, 0},
                                   {"input_pack", 0, 1, 0},
                                   {"input_unpack", 0, 1, 0}};
static const dimension of_block[] = {{"ops", 0, 0, 1},   {"out_bits", 0, 0, 1}, {"memory", 0, 0, 1},
                                     {"time", 0, 1, 0},  {"energy", 1, 0, 0},   {"pack", 0, 1, 0},
                                     {"unpack", 0, 1, 0}};
static const dimension of_coding[] = {{"bits", 0, 0, 1}};
static const dimension of_segment[] = {{"time", 0, 1, 0}};
static const dimension of_exit[] = {{"ops", 0, 0, 1}};

/** By dimension.energy etc.: a factor, its inverse, or 1. */
static double power_of(double factor, int power) {
    return power > 0 ? factor : power < 0 ? 1 / factor : 1;
}

static void scale_fields(const fl_value *array, const dimension *fields, int n, const double factors[3]) {
    for (fl_value *item = array != NULL ? array->first : NULL; item != NULL; item = item->next) {
        for (int i = 0; i < n; i++) {
            double by = power_of(factors[0], fields[i].energy) * power_of(factors[1], fields[i].time) *
                        power_of(factors[2], fields[i].size);
            fl_value *value = member(item, fields[i].key);
            if (value == NULL) continue;
            value->number *= by; /* measured values are an object of numbers */
            for (fl_value *each = value->first; each != NULL; each = each->next) each->number *= by;
        }
    }
}

#define SCALE(array, fields) scale_fields((array), (fields), sizeof(fields) / sizeof *(fields), factors)

fl_instance *change_scale(const fl_instance *instance, double energy, double time, double size) {
    changing now = start(instance);
    const double factors[] = {energy, time, size};
    fl_value *each = now.apps->first;
    for (int h = 0; h < instance->n_apps; h++, each = each->next) /* what is not written is 1/s */
        put_number(&now, each, "rate", instance->apps[h].rate);
    SCALE(now.nodes, of_node);
    SCALE(now.links, of_link);
    SCALE(now.apps, of_app);
    for (fl_value *app = now.apps->first; app != NULL; app = app->next) {
        SCALE(member(app, "blocks"), of_block);
        SCALE(member(app, "input_codings"), of_coding);
        for (fl_value *block = member(app, "blocks")->first; block != NULL; block = block->next)
            SCALE(member(block, "codings"), of_coding);
        fl_value *segments = member(app, "segments");
        for (fl_value *on = segments != NULL ? segments->first : NULL; on != NULL; on = on->next)
            SCALE(on, of_segment);
        SCALE(member(app, "exits"), of_exit);
    }
    return finish(&now);
}

/* More nodes, blocks, exits */

static fl_value *copied(const fl_value *object, fl_arena *arena) {
    fl_value *copy = fl_value_object(arena);
    for (const fl_value *item = object->first; item != NULL; item = item->next) {
        fl_value *twin = FL_NEW(arena, 1, fl_value);
        *twin = *item;
        twin->next = NULL;
        fl_value_add(arena, copy, item->key, twin);
    }
    return copy;
}

static bool speaks_of_nodes(const changing *now) {
    for (const fl_value *app = now->apps->first; app != NULL; app = app->next) {
        if (fl_value_get(app, "slices") != NULL || fl_value_get(app, "segments") != NULL ||
            fl_value_get(app, "input_pack") != NULL || fl_value_get(app, "input_unpack") != NULL) {
            return true;
        }
        for (const fl_value *block = fl_value_get(app, "blocks")->first; block != NULL; block = block->next) {
            if (fl_value_get(block, "nodes") != NULL || fl_value_get(block, "time") != NULL ||
                fl_value_get(block, "energy") != NULL || fl_value_get(block, "pack") != NULL ||
                fl_value_get(block, "unpack") != NULL) {
                return true;
            }
        }
    }
    return false;
}

fl_instance *change_dominated(const fl_instance *instance) {
    changing now = start(instance);
    if (speaks_of_nodes(&now) || instance->features != 0 || instance->system.n_tier_links > 0)
        return does_not_apply(&now);
    const char *good = instance->system.nodes[0].name, *bad = fl_arena_text(&now.arena, "worse");
    if (is_node(&now, bad)) return does_not_apply(&now);
    fl_value *worse = copied(now.nodes->first, &now.arena);
    member(worse, "name")->string = bad;
    put_number(&now, worse, "speed", instance->system.nodes[0].speed / 2);
    put_number(&now, worse, "power", instance->system.nodes[0].power * 4);
    fl_value_add(&now.arena, now.nodes, NULL, worse);
    int n_links = now.links != NULL ? now.links->n_items : 0;
    fl_value *link = n_links > 0 ? now.links->first : NULL;
    for (int i = 0; i < n_links; i++, link = link->next) {
        bool from = strcmp(member(link, "from")->string, good) == 0;
        if (!from && strcmp(member(link, "to")->string, good) != 0) continue;
        fl_value *twin = copied(link, &now.arena);
        member(twin, from ? "from" : "to")->string = bad;
        fl_value_add(&now.arena, now.links, NULL, twin);
    }
    return finish(&now);
}

fl_instance *change_relay(const fl_instance *instance) {
    changing now = start(instance);
    const fl_app *app = &instance->apps[0];
    if (fl_value_get(now.apps->first, "segments") != NULL ||
        fl_value_get(now.apps->first, "thresholds") != NULL)
        return does_not_apply(&now); /* they count blocks and exits */
    fl_value *relay = fl_value_object(&now.arena), *first = member(now.apps->first, "blocks")->first;
    fl_value *blocks = member(now.apps->first, "blocks");
    put_number(&now, relay, "ops", 0);
    put_number(&now, relay, "out_bits", app->blocks[0].out_bits);
    relay->next = first->next;
    first->next = relay;
    if (blocks->last == first) blocks->last = relay;
    blocks->n_items++;
    fl_value *exit = member(now.apps->first, "exits")->first;
    for (int e = 0; e < app->n_exits; e++, exit = exit->next) {
        int after = app->exits[e].after;
        put_number(&now, exit, "after", after + (after > 1));
    }
    for (fl_value *block = blocks->first; block != NULL; block = block->next) { /* default names may clash */
        for (fl_value **item = &block->first; *item != NULL; item = &(*item)->next) {
            if (strcmp((*item)->key, "name") != 0) continue;
            *item = (*item)->next;
            block->n_items--;
            break;
        }
    }
    return finish(&now);
}

fl_instance *change_tail(const fl_instance *instance) {
    changing now = start(instance);
    fl_value *tail = fl_value_object(&now.arena);
    fl_value_add(&now.arena, tail, "name", fl_value_string(&now.arena, "the tail"));
    put_number(&now, tail, "ops", 1);
    put_number(&now, tail, "out_bits", 1);
    fl_value_add(&now.arena, member(now.apps->first, "blocks"), NULL, tail);
    return finish(&now);
}

fl_instance *change_useless_exit(const fl_instance *instance) {
    changing now = start(instance);
    const fl_app *app = &instance->apps[0];
    if (fl_value_get(now.apps->first, "thresholds") != NULL) return does_not_apply(&now);
    fl_value *exits = member(now.apps->first, "exits"), *before = NULL;
    int e = 0, after = 1;
    while (e < app->n_exits && app->exits[e].after == after) { /* the first block without an exit */
        before = before == NULL ? exits->first : before->next;
        e++;
        after++;
    }
    if (after > app->n_blocks || !(app->accuracy > 0) || (e > 0 && app->exits[e - 1].share > 0))
        return does_not_apply(&now);
    fl_value *useless = fl_value_object(&now.arena);
    put_number(&now, useless, "after", after);
    put_number(&now, useless, "accuracy", 0);
    put_number(&now, useless, "ops", 1);
    useless->next = before == NULL ? exits->first : before->next;
    *(before == NULL ? &exits->first : &before->next) = useless;
    if (useless->next == NULL) exits->last = useless;
    exits->n_items++;
    return finish(&now);
}

/* What is asked of them */

fl_instance *change_loosen(const fl_instance *instance, fl_random *random) {
    changing now = start(instance);
    fl_value *item = now.apps->first;
    for (int h = 0; h < instance->n_apps; h++, item = item->next) {
        put_number(&now, item, "deadline", instance->apps[h].deadline * (1 + fl_random_unit(random)));
        put_number(&now, item, "accuracy", instance->apps[h].accuracy * fl_random_unit(random));
    }
    for (item = now.nodes->first; item != NULL; item = item->next) {
        static const char *const keys[] = {"capacity", "memory"};
        for (int i = 0; i < 2; i++) {
            fl_value *limit = member(item, keys[i]);
            if (limit != NULL) limit->number *= 1 + fl_random_unit(random);
        }
    }
    for (item = now.links != NULL ? now.links->first : NULL; item != NULL; item = item->next) {
        fl_value *limit = member(item, "capacity");
        if (limit != NULL) limit->number *= 1 + fl_random_unit(random);
    }
    return finish(&now);
}

fl_instance *change_forbid(const fl_instance *instance, int block, int node) {
    changing now = start(instance);
    const fl_block *old = &instance->apps[0].blocks[block];
    fl_value *item = member(now.apps->first, "blocks")->first;
    for (int l = 0; l < block; l++) item = item->next;
    fl_value *left = fl_value_array(&now.arena);
    for (int n = 0; n < instance->system.n_nodes; n++) {
        if (n != node && fl_block_allows(old, n))
            fl_value_add(&now.arena, left, NULL, fl_value_string(&now.arena, instance->system.nodes[n].name));
    }
    if (left->n_items == 0) return does_not_apply(&now);
    fl_value *allowed = member(item, "nodes");
    if (allowed == NULL) {
        fl_value_add(&now.arena, item, "nodes", left);
    } else {
        allowed->first = left->first;
        allowed->last = left->last;
        allowed->n_items = left->n_items;
    }
    return finish(&now);
}
