/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/instance_fields.h"
#include <string.h>

#define REAL(type, field, required, fallback, range)                                                         \
    { #field, offsetof(type, field), false, required, fallback, range }
#define WHOLE(type, field, required, fallback, range)                                                        \
    { #field, offsetof(type, field), true, required, fallback, range }

const char *const fl_latency_names[] = {"worst", "mean", "quantile", NULL};

const fl_field fl_node_fields[] = {WHOLE(fl_node, tier, false, 0, FL_RANGE_NONNEGATIVE),
                                   REAL(fl_node, speed, true, 0, FL_RANGE_POSITIVE),
                                   REAL(fl_node, power, true, 0, FL_RANGE_NONNEGATIVE),
                                   REAL(fl_node, tx_energy, false, 0, FL_RANGE_NONNEGATIVE),
                                   REAL(fl_node, rx_energy, false, 0, FL_RANGE_NONNEGATIVE),
                                   REAL(fl_node, capacity, false, INFINITY, FL_RANGE_LIMIT),
                                   REAL(fl_node, memory, false, INFINITY, FL_RANGE_LIMIT),
                                   REAL(fl_node, deviation, false, 0, FL_RANGE_NONNEGATIVE),
                                   {.name = NULL}};

const fl_field fl_link_fields[] = {REAL(fl_link, rate, true, 0, FL_RANGE_POSITIVE),
                                   REAL(fl_link, delay, false, 0, FL_RANGE_NONNEGATIVE),
                                   REAL(fl_link, energy, false, 0, FL_RANGE_NONNEGATIVE),
                                   REAL(fl_link, capacity, false, INFINITY, FL_RANGE_LIMIT),
                                   REAL(fl_link, deviation, false, 0, FL_RANGE_NONNEGATIVE),
                                   {.name = NULL}};

const fl_field fl_app_fields[] = {REAL(fl_app, input_bits, false, 0, FL_RANGE_NONNEGATIVE),
                                  REAL(fl_app, rate, false, 1, FL_RANGE_POSITIVE),
                                  REAL(fl_app, deadline, true, 0, FL_RANGE_POSITIVE),
                                  REAL(fl_app, accuracy, false, 0, FL_RANGE_SHARE),
                                  REAL(fl_app, quantile, false, 0, FL_RANGE_SHARE),
                                  REAL(fl_app, deviations, false, 0, FL_RANGE_NONNEGATIVE),
                                  WHOLE(fl_app, count, false, 1, FL_RANGE_COUNT),
                                  {.name = NULL}};

const fl_field fl_block_fields[] = {REAL(fl_block, ops, true, 0, FL_RANGE_NONNEGATIVE),
                                    REAL(fl_block, out_bits, false, 0, FL_RANGE_NONNEGATIVE),
                                    REAL(fl_block, memory, false, 0, FL_RANGE_NONNEGATIVE),
                                    {.name = NULL}};

const fl_field fl_exit_fields[] = {WHOLE(fl_exit, after, true, 0, FL_RANGE_COUNT),
                                   REAL(fl_exit, accuracy, true, 0, FL_RANGE_SHARE),
                                   REAL(fl_exit, share, false, 0, FL_RANGE_SHARE),
                                   REAL(fl_exit, ops, false, 0, FL_RANGE_NONNEGATIVE),
                                   {.name = NULL}};

const fl_field fl_coding_fields[] = {REAL(fl_coding, bits, true, 0, FL_RANGE_NONNEGATIVE),
                                     REAL(fl_coding, loss, false, 0, FL_RANGE_NONNEGATIVE),
                                     {.name = NULL}};

const fl_field fl_segment_fields[] = {WHOLE(fl_segment, first, true, 0, FL_RANGE_COUNT),
                                      WHOLE(fl_segment, last, true, 0, FL_RANGE_COUNT),
                                      REAL(fl_segment, time, true, 0, FL_RANGE_NONNEGATIVE),
                                      {.name = NULL}};

double fl_field_get(const fl_field *field, const void *object) {
    const char *at = (const char *)object + field->offset;
    if (field->integer) {
        int whole;
        memcpy(&whole, at, sizeof whole);
        return whole;
    }
    double real;
    memcpy(&real, at, sizeof real);
    return real;
}

void fl_field_set(const fl_field *field, void *object, double number) {
    char *at = (char *)object + field->offset;
    int whole = field->integer ? (int)number : 0;
    if (field->integer) {
        memcpy(at, &whole, sizeof whole);
    } else {
        memcpy(at, &number, sizeof number);
    }
}

fl_status fl_range_check(fl_range range, double number, const fl_place *place, fl_error *err) {
    if (isinf(number) && number > 0 && range == FL_RANGE_LIMIT) return FL_OK;
    if (!isfinite(number)) return fl_place_error(place, err, "must be a finite number");
    switch (range) {
    case FL_RANGE_POSITIVE:
    case FL_RANGE_LIMIT:
        if (number > 0) return FL_OK;
        return fl_place_error(place, err, "must be greater than 0, not %.17g", number);
    case FL_RANGE_NONNEGATIVE:
        if (number >= 0) return FL_OK;
        return fl_place_error(place, err, "must not be negative, but is %.17g", number);
    case FL_RANGE_SHARE:
        if (number >= 0 && number <= 1) return FL_OK;
        return fl_place_error(place, err, "must be between 0 and 1, not %.17g", number);
    case FL_RANGE_COUNT:
        if (number >= 1) return FL_OK;
        return fl_place_error(place, err, "must be at least 1, not %.17g", number);
    }
    return FL_OK;
}

fl_status fl_fields_check(const fl_field *fields, const void *object, fl_place *place, fl_error *err) {
    for (const fl_field *field = fields; field->name != NULL; field++) {
        fl_place_key(place, field->name);
        FL_TRY(fl_range_check(field->range, fl_field_get(field, object), place, err));
        fl_place_pop(place);
    }
    return FL_OK;
}
