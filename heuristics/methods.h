/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The methods of this folder: one file and one row in methods.c each. */
#ifndef FINLAB_HEURISTICS_METHODS_H
#define FINLAB_HEURISTICS_METHODS_H

#include "core/method.h"

extern const fl_method fl_fin_method;
extern const fl_method fl_certify_method;
extern const fl_method fl_mcp_method;
extern const fl_method fl_released_method;
extern const fl_method fl_cheapest_method;
extern const fl_method fl_fastest_method;
extern const fl_method fl_single_method;
extern const fl_method fl_larac_method;
extern const fl_method fl_greedy_method;
extern const fl_method fl_local_method;
extern const fl_method fl_annealing_method;
extern const fl_method fl_genetic_method;
extern const fl_method fl_neurosurgeon_method;
extern const fl_method fl_edgent_method;
extern const fl_method fl_scission_method;
extern const fl_method fl_mincut_method;
extern const fl_method fl_jalad_method;
extern const fl_method fl_spinn_method;
extern const fl_method fl_portend_method;

/** All of them, NULL-terminated, in the order in which they are listed to users. */
extern const fl_method *const fl_heuristics_methods[];

#endif
