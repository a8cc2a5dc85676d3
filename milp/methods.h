/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The methods of this folder. */
#ifndef FINLAB_MILP_METHODS_H
#define FINLAB_MILP_METHODS_H

#include "core/method.h"

extern const fl_method *const fl_milp_methods[]; /* NULL-terminated */

#endif
