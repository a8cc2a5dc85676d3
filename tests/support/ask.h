/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Asking solvers that are programs of their own about an emitted model. */
#ifndef FINLAB_TESTS_ASK_H
#define FINLAB_TESTS_ASK_H

#include "milp/emit.h"

/** Ways to ask. */
typedef enum ask_way {
    ASK_GLPSOL_LP,     /* -o */
    ASK_GLPSOL_LP_RAW, /* -w */
    ASK_GLPSOL_MPS,
    ASK_GLPSOL_GLP_RAW,
    ASK_CBC_LP,
    ASK_CBC_MPS,
    ASK_WAYS
} ask_way;

/** Whether the program is installed. */
bool ask_can(ask_way way);

/** Emit the model, have it solved and give the solution file's text, in `arena`. Ends the program when the
 *  solver fails. */
const char *ask_solver(ask_way way, const fl_instance *instance, fl_arena *arena);

#endif
