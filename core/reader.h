/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Reading documents member by member: types, required and unknown members, names of nodes, each error at its
 *  place. Internal to core/instance_read*.c. */
#ifndef FINLAB_CORE_READER_H
#define FINLAB_CORE_READER_H

#include "core/instance_fields.h"
#include "core/instance_index.h"

/** What reading carries along: where it is, and where the parts are built. */
typedef struct fl_reader {
    fl_arena *arena;
    fl_place place;
    const fl_node *nodes; /* those read so far, for names */
    int n_nodes;
    fl_named *names; /* [n_nodes], sorted */
    int *slot;       /* [n_nodes] the place of a node in a list of values by node; -1: none */
    fl_error *err;
} fl_reader;

/** Refuse a value of another kind; in Lua an empty table may be an array or an object. */
fl_status fl_reader_need(fl_reader *in, const fl_value *value, fl_kind kind);

/** The error that a required member is missing. */
fl_status fl_reader_missing(fl_reader *in, const char *key);

/** Refuse members that neither `fields` (may be NULL) nor `others` (NULL-terminated) knows. */
fl_status fl_reader_known(fl_reader *in, const fl_value *object, const fl_field *fields,
                          const char *const *others);

/** A number, whole where it is to be. */
fl_status fl_reader_number(fl_reader *in, const fl_value *value, bool integer, double *out);

/** Read the plain fields of `object` into `out`; ranges are checked later, all but one: only a number that is
 *  written may be unlimited, so that an infinite one is still an error. */
fl_status fl_reader_fields(fl_reader *in, const fl_value *object, const fl_field *fields, void *out);

/** A string member, or `fallback` when it is absent; a NULL fallback makes it required. */
fl_status fl_reader_string(fl_reader *in, const fl_value *object, const char *key, const char *fallback,
                           const char **out);

/** A name that must be one of `choices` (NULL-terminated), the first when it is absent; its index. */
fl_status fl_reader_choice(fl_reader *in, const fl_value *object, const char *key, const char *const *choices,
                           int *out);

/** A boolean member, false when it is absent. */
fl_status fl_reader_bool(fl_reader *in, const fl_value *object, const char *key, bool *out);

/** A required member of the given kind; the place then names it. */
fl_status fl_reader_enter(fl_reader *in, const fl_value *object, const char *key, fl_kind kind,
                          const fl_value **out);

/** FL_ENOMEM. */
fl_status fl_reader_no_memory(fl_reader *in);

/** Sort the nodes by name; the place is that of their array. Names must be there, and only once, before
 *  anything can be looked up by them. */
fl_status fl_reader_index(fl_reader *in);

/** The node called `name`; the place is that of the name. */
fl_status fl_reader_find_node(fl_reader *in, const char *name, int *out);

/** The node that a required member names. */
fl_status fl_reader_node(fl_reader *in, const fl_value *object, const char *key, int *out);

#endif
