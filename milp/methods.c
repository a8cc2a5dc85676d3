/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/methods.h"

#include "milp/colgen.h"
#include "milp/milp.h"
#include <stddef.h>

const fl_method *const fl_milp_methods[] = {&fl_milp_method, &fl_colgen_method, NULL};
