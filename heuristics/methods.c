/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/methods.h"

/* clang-format off */
const fl_method *const fl_heuristics_methods[] = {
    &fl_fin_method,
    &fl_certify_method,
    &fl_mcp_method,
    &fl_released_method,
    &fl_cheapest_method,
    &fl_fastest_method,
    &fl_single_method,
    &fl_larac_method,
    &fl_greedy_method,
    &fl_local_method,
    &fl_annealing_method,
    &fl_genetic_method,
    &fl_neurosurgeon_method,
    &fl_edgent_method,
    &fl_scission_method,
    &fl_mincut_method,
    &fl_jalad_method,
    &fl_spinn_method,
    &fl_portend_method,
    NULL,
};
/* clang-format on */
