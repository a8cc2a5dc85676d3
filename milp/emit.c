/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/emit.h"
#include "milp/glp.h"
#include "milp/lp.h"
#include "milp/mps.h"
#include "milp/text.h"
#include <string.h>

/* The comment that says what n1, a1 and b1 are */

/** A name between quotes, on one line whatever it holds. */
static void print_name(FILE *out, const char *name) {
    fputc('"', out);
    for (; *name != '\0'; name++) fputc((unsigned char)*name < ' ' || *name == 127 ? '?' : *name, out);
    fputc('"', out);
}

static void print_named(FILE *out, const char *letter, int number, const char *name) {
    fprintf(out, "%s%d = ", letter, number);
    print_name(out, name);
    fputc('\n', out);
}

static void print_columns(FILE *out, const fl_arcflow *flow) {
    fputs("x_a1_b2_n1_n3: block 2 of application 1 runs on node 3, the block before it on node 1;\n"
          "..._e2: and is the last, exit 2 being final\n",
          out);
    if (flow->n_units > flow->instance->n_apps)
        fputs("..._a1_u2_...: of the second user of application 1, who may be placed apart\n", out);
    if (flow->instance->features & FL_FEATURE_SLICES)
        fputs("..._s2: with level 2 of that node's slices, which reserve_..._s2 reserves\n", out);
    if (flow->instance->features & FL_FEATURE_CHOICES)
        fputs("..._c1: sent in coding 1 of the data; ..._off: the exit behind it is off;\n"
              "..._t1: at threshold 1; ..._l2: exit 2 is the last active one before it\n",
              out);
    if (flow->instance->features & FL_FEATURE_RUNS)
        fputs("..._r1: the block before it runs in one go from block 1 on\n", out);
    if (!flow->instance->admission) return;
    fputs("refuse_a1: application 1 is refused. The objective adds ", out);
    fl_text_number(out, flow->refusal);
    fputs(" J for each refused user,\nmore than all energy could save; energy is by inference of all users\n",
          out);
}

static void print_legend(FILE *out, const void *what) {
    const fl_arcflow *flow = what;
    const fl_instance *instance = flow->instance;
    if (instance->name[0] != '\0') {
        fputs("instance: ", out);
        print_name(out, instance->name);
        fputc('\n', out);
    }
    print_columns(out, flow);
    for (int n = 0; n < instance->system.n_nodes; n++) {
        print_named(out, "n", n + 1, instance->system.nodes[n].name);
    }
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        print_named(out, "a", h + 1, app->name);
        for (int l = 0; l < app->n_blocks; l++) print_named(out, "b", l + 1, app->blocks[l].name);
    }
}

/* The model */

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

bool fl_emit_format_of(fl_emit_format *out, const char *path) {
    static const char *const endings[] = {
        [FL_EMIT_LP] = ".lp", [FL_EMIT_MPS] = ".mps", [FL_EMIT_GLP] = ".glp"};
    for (int i = 0; i < 3; i++) {
        *out = (fl_emit_format)i;
        if (ends_with(path, endings[i])) return true;
    }
    return false;
}

fl_status fl_emit_build(fl_arcflow *out, const fl_instance *instance, fl_arena *arena, fl_error *err) {
    fl_aim aim = {.first = FL_AIM_BOTH, .most = INFINITY};
    fl_graphs *graphs = FL_NEW(arena, 1, fl_graphs);
    if (graphs == NULL) return fl_arena_error(arena, err);
    if (instance->features & ~FL_ARCFLOW_HONOURS) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "latencies with deviations are not linear");
    }
    FL_TRY(fl_graphs_build(graphs, instance, FL_ARCFLOW_MOST, arena, err));
    if (graphs->too_large) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL, "a model of about %.0f columns or more, over %d",
                            graphs->n_arcs, FL_ARCFLOW_MOST);
    }
    return fl_arcflow_build(out, graphs, &aim, arena, err);
}

fl_status fl_emit_print(const char **text, size_t *length, const fl_instance *instance, fl_emit_format format,
                        fl_arena *arena, fl_error *err) {
    fl_arcflow flow;
    const char *legend;
    FL_TRY(fl_emit_build(&flow, instance, arena, err));
    FL_TRY(fl_text_print(&legend, length, print_legend, &flow, arena, err));
    switch (format) {
    case FL_EMIT_MPS:
        return fl_mps_print(text, length, &flow.model, legend, arena, err);
    case FL_EMIT_GLP:
        return fl_glp_print(text, length, &flow.model, legend, arena, err);
    case FL_EMIT_LP:
        break;
    }
    return fl_lp_print(text, length, &flow.model, legend, arena, err);
}
