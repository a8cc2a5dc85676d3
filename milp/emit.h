/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An instance as the file of a MILP that any solver can answer. */
#ifndef FINLAB_MILP_EMIT_H
#define FINLAB_MILP_EMIT_H

#include "core/instance.h"

/** The arc-flow model (milp/arcflow.h) as CPLEX LP text. Energy in J is the constant plus the scale times
 *  the objective, both in a comment at the top; below it stand the names: n1 is the first node, a1 the
 *  first application, b1 its first block, e1 its first exit.
 *  @param text  NUL-terminated, in `arena`
 *  @return FL_EUNSUPPORTED for what the formulation does not express; FL_ENOMEM */
fl_status fl_emit_lp(const char **text, size_t *length, const fl_instance *instance, fl_arena *arena,
                     fl_error *err);

#endif
