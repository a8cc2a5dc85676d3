/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The plain fields of the finlab/1 format, one table per kind of object: reading, range checks, writing and
 *  `with` all follow from these. Internal to core/instance*.c. */
#ifndef FINLAB_CORE_INSTANCE_FIELDS_H
#define FINLAB_CORE_INSTANCE_FIELDS_H

#include "core/instance.h"

typedef enum fl_range {
    FL_RANGE_POSITIVE,    /* > 0 */
    FL_RANGE_NONNEGATIVE, /* >= 0 */
    FL_RANGE_SHARE,       /* 0..1 */
    FL_RANGE_LIMIT,       /* > 0, or INFINITY when absent */
    FL_RANGE_COUNT        /* >= 1 */
} fl_range;

/** A number of an object: its name, where it is stored, and what it may be. */
typedef struct fl_field {
    const char *name; /* NULL ends a table */
    size_t offset;
    bool integer; /* stored as int, else as double */
    bool required;
    double fallback;
    fl_range range;
} fl_field;

/** The name of the format, and of the latency rules by fl_latency. */
#define FL_SCHEMA "finlab/1"
extern const char *const fl_latency_names[]; /* NULL-terminated */

extern const fl_field fl_node_fields[];
extern const fl_field fl_link_fields[]; /* of fl_link */
extern const fl_field fl_app_fields[];
extern const fl_field fl_block_fields[];
extern const fl_field fl_exit_fields[];
extern const fl_field fl_coding_fields[];
extern const fl_field fl_segment_fields[];

double fl_field_get(const fl_field *field, const void *object);
void fl_field_set(const fl_field *field, void *object, double number);

/** Check one number against a range; `place` is that of the number. */
fl_status fl_range_check(fl_range range, double number, const fl_place *place, fl_error *err);

/** Check all fields of a table; `place` is that of the object. */
fl_status fl_fields_check(const fl_field *fields, const void *object, fl_place *place, fl_error *err);

#endif
