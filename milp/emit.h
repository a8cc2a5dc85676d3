/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An instance as the file of a MILP that any solver can answer; milp/decode.h reads the answer back. */
#ifndef FINLAB_MILP_EMIT_H
#define FINLAB_MILP_EMIT_H

#include "milp/arcflow.h"

typedef enum fl_emit_format {
    FL_EMIT_LP,  /* CPLEX LP: milp/lp.h */
    FL_EMIT_MPS, /* free MPS: milp/mps.h */
    FL_EMIT_GLP  /* GLPK's own: milp/glp.h */
} fl_emit_format;

/** The format that a file's name asks for by its ending, .lp, .mps or .glp; false: none. */
bool fl_emit_format_of(fl_emit_format *out, const char *path);

/** Build the model that is emitted: every arc that is in time and within the limits, and one objective. With
 *  admission refusing one user costs more than all energy could save (FL_AIM_BOTH), so that an optimum serves
 *  as many as can be and, among those plans, takes the least power.
 *  @param out  in `arena`
 *  @return FL_EUNSUPPORTED for a model of more than FL_ARCFLOW_MOST columns, and for deviations; FL_ENOMEM */
fl_status fl_emit_build(fl_arcflow *out, const fl_instance *instance, fl_arena *arena, fl_error *err);

/** Print that model. Energy in J is the constant plus the scale times the objective, both in a comment at the
 *  top; below it stand the names: n1 is the first node, a1 the first application, b1 its first block, e1 its
 *  first exit.
 *  @param text  NUL-terminated, in `arena`
 *  @return as fl_emit_build() */
fl_status fl_emit_print(const char **text, size_t *length, const fl_instance *instance, fl_emit_format format,
                        fl_arena *arena, fl_error *err);

#endif
