/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A model in GLPK's own format (glpsol --glp), as glp_write_prob() writes it, but with the 17 digits that
 *  GLPK leaves out. */
#ifndef FINLAB_MILP_GLP_H
#define FINLAB_MILP_GLP_H

#include "milp/model.h"

/** Print a model; as fl_lp_print(). */
fl_status fl_glp_print(const char **text, size_t *length, const fl_model *model, const char *legend,
                       fl_arena *arena, fl_error *err);

#endif
