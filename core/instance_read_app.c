/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Reading the applications of the finlab/1 format. */
#include "core/instance_read.h"
#include <stdlib.h>

/* Applications */

static int compare_measured(const void *a, const void *b) {
    const fl_measured *one = a, *two = b;
    return (one->node > two->node) - (one->node < two->node);
}

/* Numbers by node: two quantities in one list */

/** Add one quantity (node name to number) to the list: as its times, or as its energies. */
static fl_status read_quantity(fl_reader *in, const fl_value *owner, const char *key, bool time,
                               fl_measured *list, int *n) {
    const fl_value *object = fl_value_get(owner, key);
    if (object == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(in, owner, key, FL_OBJECT, &object));
    for (const fl_value *item = object->first; item != NULL; item = item->next) {
        int node;
        double number;
        fl_place_key(&in->place, item->key);
        FL_TRY(fl_reader_find_node(in, item->key, &node));
        FL_TRY(fl_reader_number(in, item, false, &number));
        FL_TRY(fl_range_check(FL_RANGE_NONNEGATIVE, number, &in->place, in->err));
        if (in->slot[node] < 0) {
            list[*n] = (fl_measured){node, -1, -1};
            in->slot[node] = (*n)++;
        }
        fl_measured *measured = &list[in->slot[node]];
        *(time ? &measured->time : &measured->energy) = number;
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    return FL_OK;
}

/** Read two quantities, sorted by node; -1 where a node has only the other.
 *  @param out  [*n] */
static fl_status read_quantities(fl_reader *in, const fl_value *owner, const char *first, const char *second,
                                 fl_measured **out, int *n) {
    const fl_value *one = fl_value_get(owner, first), *two = fl_value_get(owner, second);
    int most = (one != NULL ? one->n_items : 0) + (two != NULL ? two->n_items : 0);
    fl_measured *list = FL_NEW(in->arena, most, fl_measured);
    *n = 0;
    if (list == NULL) return fl_reader_no_memory(in);
    FL_TRY(read_quantity(in, owner, first, true, list, n));
    FL_TRY(read_quantity(in, owner, second, false, list, n));
    for (int i = 0; i < *n; i++) in->slot[list[i].node] = -1;
    qsort(list, (size_t)*n, sizeof *list, compare_measured);
    *out = list;
    return FL_OK;
}

static fl_status read_measured(fl_reader *in, const fl_value *block, fl_block *out) {
    fl_measured *list;
    FL_TRY(read_quantities(in, block, "time", "energy", &list, &out->n_measured));
    out->measured = list;
    return FL_OK;
}

static fl_status read_serial(fl_reader *in, const fl_value *owner, const char *pack, const char *unpack,
                             const fl_serial **out, int *n_out) {
    fl_measured *list;
    int n;
    FL_TRY(read_quantities(in, owner, pack, unpack, &list, &n));
    fl_serial *serial = FL_NEW(in->arena, n, fl_serial);
    if (serial == NULL) return fl_reader_no_memory(in);
    for (int i = 0; i < n; i++) {
        serial[i] = (fl_serial){list[i].node, fmax(list[i].time, 0), fmax(list[i].energy, 0)};
    }
    *out = serial;
    *n_out = n;
    return FL_OK;
}

/* Blocks */

static fl_status read_codings(fl_reader *in, const fl_value *owner, const char *key, const fl_coding **out,
                              int *n_out) {
    static const char *const others[] = {"name", NULL};
    const fl_value *array = fl_value_get(owner, key);
    if (array == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(in, owner, key, FL_ARRAY, &array));
    fl_coding *codings = FL_ZERO(in->arena, array->n_items, fl_coding);
    if (codings == NULL) return fl_reader_no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(fl_reader_need(in, item, FL_OBJECT));
        FL_TRY(fl_reader_known(in, item, fl_coding_fields, others));
        FL_TRY(fl_reader_string(in, item, "name", NULL, &codings[n].name));
        FL_TRY(fl_reader_fields(in, item, fl_coding_fields, &codings[n]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    *out = codings;
    *n_out = n;
    return FL_OK;
}

static fl_status read_allowed(fl_reader *in, const fl_value *block, fl_block *out) {
    const fl_value *array = fl_value_get(block, "nodes");
    out->n_allowed = -1;
    if (array == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(in, block, "nodes", FL_ARRAY, &array));
    int *allowed = FL_NEW(in->arena, array->n_items, int);
    if (allowed == NULL) return fl_reader_no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(fl_reader_need(in, item, FL_STRING));
        FL_TRY(fl_reader_find_node(in, item->string, &allowed[n]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->allowed = allowed;
    out->n_allowed = n;
    return FL_OK;
}

static fl_status read_block(fl_reader *in, const fl_value *value, fl_block *out) {
    static const char *const others[] = {"name",    "time", "energy", "nodes",
                                         "codings", "pack", "unpack", NULL};
    FL_TRY(fl_reader_need(in, value, FL_OBJECT));
    FL_TRY(fl_reader_known(in, value, fl_block_fields, others));
    FL_TRY(fl_reader_string(in, value, "name", "", &out->name));
    FL_TRY(fl_reader_fields(in, value, fl_block_fields, out));
    FL_TRY(read_measured(in, value, out));
    FL_TRY(read_allowed(in, value, out));
    FL_TRY(read_codings(in, value, "codings", &out->codings, &out->n_codings));
    return read_serial(in, value, "pack", "unpack", &out->serial, &out->n_serial);
}

static fl_status read_blocks(fl_reader *in, const fl_value *app, fl_app *out) {
    const fl_value *array;
    FL_TRY(fl_reader_enter(in, app, "blocks", FL_ARRAY, &array));
    fl_block *blocks = FL_ZERO(in->arena, array->n_items, fl_block);
    if (blocks == NULL) return fl_reader_no_memory(in);
    int l = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, l++) {
        fl_place_index(&in->place, l);
        FL_TRY(read_block(in, item, &blocks[l]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->blocks = blocks;
    out->n_blocks = l;
    return FL_OK;
}

/* Exits */

static fl_status read_exits(fl_reader *in, const fl_value *app, fl_app *out) {
    static const char *const others[] = {"optional", NULL};
    const fl_value *array;
    FL_TRY(fl_reader_enter(in, app, "exits", FL_ARRAY, &array));
    fl_exit *exits = FL_ZERO(in->arena, array->n_items, fl_exit);
    if (exits == NULL) return fl_reader_no_memory(in);
    int e = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, e++) {
        fl_place_index(&in->place, e);
        FL_TRY(fl_reader_need(in, item, FL_OBJECT));
        FL_TRY(fl_reader_known(in, item, fl_exit_fields, others));
        FL_TRY(fl_reader_fields(in, item, fl_exit_fields, &exits[e]));
        FL_TRY(fl_reader_bool(in, item, "optional", &exits[e].optional));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->exits = exits;
    out->n_exits = e;
    return FL_OK;
}

/** An array of numbers. */
static fl_status read_numbers(fl_reader *in, const fl_value *array, const double **out, int *n_out) {
    FL_TRY(fl_reader_need(in, array, FL_ARRAY));
    double *numbers = FL_NEW(in->arena, array->n_items, double);
    if (numbers == NULL) return fl_reader_no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(fl_reader_number(in, item, false, &numbers[n]));
        fl_place_pop(&in->place);
    }
    *out = numbers;
    *n_out = n;
    return FL_OK;
}

/** An array of one number for each exit. */
static fl_status read_by_exit(fl_reader *in, const fl_value *object, const char *key, int n_exits,
                              const double **out) {
    const fl_value *array;
    int n = 0;
    FL_TRY(fl_reader_enter(in, object, key, FL_ARRAY, &array));
    FL_TRY(read_numbers(in, array, out, &n));
    if (n != n_exits) {
        return fl_place_error(&in->place, in->err, "has %d numbers, but there are %d exits", n, n_exits);
    }
    fl_place_pop(&in->place);
    return FL_OK;
}

static fl_status read_thresholds(fl_reader *in, const fl_value *app, fl_app *out) {
    static const char *const members[] = {"name", "shares", "accuracies", NULL};
    const fl_value *array = fl_value_get(app, "thresholds");
    if (array == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(in, app, "thresholds", FL_ARRAY, &array));
    fl_threshold *thresholds = FL_ZERO(in->arena, array->n_items, fl_threshold);
    if (thresholds == NULL) return fl_reader_no_memory(in);
    int t = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, t++) {
        fl_place_index(&in->place, t);
        FL_TRY(fl_reader_need(in, item, FL_OBJECT));
        FL_TRY(fl_reader_known(in, item, NULL, members));
        FL_TRY(fl_reader_string(in, item, "name", NULL, &thresholds[t].name));
        FL_TRY(read_by_exit(in, item, "shares", out->n_exits, &thresholds[t].shares));
        FL_TRY(read_by_exit(in, item, "accuracies", out->n_exits, &thresholds[t].accuracies));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->thresholds = thresholds;
    out->n_thresholds = t;
    return FL_OK;
}

/* Nodes of the application */

static fl_status read_slices(fl_reader *in, const fl_value *app, fl_app *out) {
    const fl_value *object = fl_value_get(app, "slices");
    if (object == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(in, app, "slices", FL_OBJECT, &object));
    fl_slices *slices = FL_ZERO(in->arena, object->n_items, fl_slices);
    if (slices == NULL) return fl_reader_no_memory(in);
    int n = 0;
    for (const fl_value *item = object->first; item != NULL; item = item->next, n++) {
        fl_place_key(&in->place, item->key);
        FL_TRY(fl_reader_find_node(in, item->key, &slices[n].node));
        FL_TRY(read_numbers(in, item, &slices[n].levels, &slices[n].n_levels));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->slices = slices;
    out->n_slices = n;
    return FL_OK;
}

/** The segments of one node. */
static fl_status read_segment_list(fl_reader *in, const fl_value *array, fl_segments *out) {
    static const char *const none[] = {NULL};
    FL_TRY(fl_reader_need(in, array, FL_ARRAY));
    fl_segment *list = FL_ZERO(in->arena, array->n_items, fl_segment);
    if (list == NULL) return fl_reader_no_memory(in);
    int n = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, n++) {
        fl_place_index(&in->place, n);
        FL_TRY(fl_reader_need(in, item, FL_OBJECT));
        FL_TRY(fl_reader_known(in, item, fl_segment_fields, none));
        FL_TRY(fl_reader_fields(in, item, fl_segment_fields, &list[n]));
        fl_place_pop(&in->place);
    }
    out->list = list;
    out->n_list = n;
    return FL_OK;
}

static int compare_segments(const void *a, const void *b) {
    const fl_segments *one = a, *two = b;
    return (one->node > two->node) - (one->node < two->node);
}

static fl_status read_segments(fl_reader *in, const fl_value *app, fl_app *out) {
    const fl_value *object = fl_value_get(app, "segments");
    if (object == NULL) return FL_OK;
    FL_TRY(fl_reader_enter(in, app, "segments", FL_OBJECT, &object));
    fl_segments *segments = FL_ZERO(in->arena, object->n_items, fl_segments);
    if (segments == NULL) return fl_reader_no_memory(in);
    int n = 0;
    for (const fl_value *item = object->first; item != NULL; item = item->next, n++) {
        fl_place_key(&in->place, item->key);
        FL_TRY(fl_reader_find_node(in, item->key, &segments[n].node));
        FL_TRY(read_segment_list(in, item, &segments[n]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    qsort(segments, (size_t)n, sizeof *segments, compare_segments);
    out->segments = segments;
    out->n_segments = n;
    return FL_OK;
}

static fl_status read_app(fl_reader *in, const fl_value *value, fl_app *out) {
    static const char *const others[] = {"name",         "source",     "latency",       "blocks",
                                         "exits",        "slices",     "input_codings", "input_pack",
                                         "input_unpack", "thresholds", "segments",      NULL};
    int latency;
    FL_TRY(fl_reader_need(in, value, FL_OBJECT));
    FL_TRY(fl_reader_known(in, value, fl_app_fields, others));
    FL_TRY(fl_reader_string(in, value, "name", "", &out->name));
    FL_TRY(fl_reader_node(in, value, "source", &out->source));
    FL_TRY(fl_reader_choice(in, value, "latency", fl_latency_names, &latency));
    out->latency = (fl_latency)latency;
    FL_TRY(fl_reader_fields(in, value, fl_app_fields, out));
    FL_TRY(read_blocks(in, value, out));
    FL_TRY(read_exits(in, value, out));
    FL_TRY(read_slices(in, value, out));
    FL_TRY(read_codings(in, value, "input_codings", &out->input_codings, &out->n_input_codings));
    FL_TRY(read_serial(in, value, "input_pack", "input_unpack", &out->input_serial, &out->n_input_serial));
    FL_TRY(read_thresholds(in, value, out));
    return read_segments(in, value, out);
}

fl_status fl_instance_read_apps(fl_reader *in, const fl_value *document, fl_instance *out) {
    const fl_value *array;
    FL_TRY(fl_reader_enter(in, document, "apps", FL_ARRAY, &array));
    fl_app *apps = FL_ZERO(in->arena, array->n_items, fl_app);
    if (apps == NULL) return fl_reader_no_memory(in);
    int h = 0;
    for (const fl_value *item = array->first; item != NULL; item = item->next, h++) {
        fl_place_index(&in->place, h);
        FL_TRY(read_app(in, item, &apps[h]));
        fl_place_pop(&in->place);
    }
    fl_place_pop(&in->place);
    out->apps = apps;
    out->n_apps = h;
    return FL_OK;
}
