/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A model that a test fills, and the text that a writer of files makes of it. */
#ifndef FINLAB_TESTS_PRINTED_H
#define FINLAB_TESTS_PRINTED_H

#include "milp/model.h"

/** fl_lp_print() and its like. */
typedef fl_status printed_writer(const char **text, size_t *length, const fl_model *model, const char *legend,
                                 fl_arena *arena, fl_error *err);

/** The model of the running test, empty at first. */
extern fl_model printed_model;

/** Before and after each test of a suite. */
void printed_start(void);
void printed_stop(void);

/** Empty the model again. */
void printed_clear(void);

/** The text, which lives until printed_stop(). Fails the running test when there is none. */
const char *printed_by(printed_writer *print, const char *legend);

/** The text holds `part`. Fails the running test otherwise. */
void printed_has(const char *text, const char *part);

/** A number that no solver reads is not printed. Fails the running test otherwise. */
void printed_refuses(printed_writer *print, double number);

#endif
