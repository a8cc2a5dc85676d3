/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/methods.h"

const fl_method *const fl_heuristics_methods[] = {
    &fl_fin_method,      &fl_certify_method, &fl_mcp_method,    &fl_released_method,
    &fl_cheapest_method, &fl_fastest_method, &fl_single_method, NULL,
};
