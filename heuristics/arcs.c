/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heuristics/arcs.h"

static fl_status visit_pair(const fl_layers *layers, int l, int a, int b, fl_arcs_visitor *visit,
                            void *context, fl_error *err) {
    size_t from = fl_arcs_vertex(layers, l - 1, a, false);
    for (int final = 0; final <= 1; final++) {
        fl_arc arc = {l, a, b, final, from, fl_arcs_vertex(layers, l, b, final), {0, 0}};
        if (fl_layers_arc(layers, l, a, b, final, &arc.cost)) FL_TRY(visit(context, &arc, err));
    }
    return FL_OK;
}

fl_status fl_arcs_visit(const fl_layers *layers, int l, fl_arcs_visitor *visit, void *context,
                        fl_error *err) {
    int first = l == 0 ? layers->source : 0;
    int last = l == 0 ? layers->source : layers->n_nodes - 1;
    for (int a = first; a <= last; a++) {
        for (int b = 0; b < layers->n_nodes; b++) FL_TRY(visit_pair(layers, l, a, b, visit, context, err));
    }
    return FL_OK;
}
