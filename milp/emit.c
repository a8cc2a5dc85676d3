/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/emit.h"
#include "milp/arcflow.h"
#include "milp/lp.h"
#include "milp/text.h"

/* The comment that says what n1, a1 and b1 are */

/** A name between quotes, on one line whatever it holds. */
static void print_name(FILE *out, const char *name) {
    fputc('"', out);
    for (; *name != '\0'; name++) fputc((unsigned char)*name < ' ' || *name == 127 ? '?' : *name, out);
    fputc('"', out);
}

static void print_named(FILE *out, const char *letter, int number, const char *name) {
    fprintf(out, "\\ %s%d = ", letter, number);
    print_name(out, name);
    fputc('\n', out);
}

static void print_legend(FILE *out, const void *what) {
    const fl_instance *instance = what;
    if (instance->name[0] != '\0') {
        fputs("\\ instance: ", out);
        print_name(out, instance->name);
        fputc('\n', out);
    }
    fputs("\\ x_a1_b2_n1_n3: block 2 of application 1 runs on node 3, the block before it on node 1;\n"
          "\\ ..._e2: and is the last, exit 2 being final\n",
          out);
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

fl_status fl_emit_lp(const char **text, size_t *length, const fl_instance *instance, fl_arena *arena,
                     fl_error *err) {
    const char *legend;
    fl_arcflow flow;
    fl_aim aim = {.first = FL_AIM_BOTH, .most = INFINITY};
    fl_layers *layers = FL_NEW(arena, instance->n_apps, fl_layers);
    if (layers == NULL) return fl_arena_error(arena, err);
    for (int h = 0; h < instance->n_apps; h++) FL_TRY(fl_layers_build(&layers[h], instance, h, arena, err));
    FL_TRY(fl_arcflow_build(&flow, instance, layers, &aim, arena, err));
    FL_TRY(fl_text_print(&legend, length, print_legend, instance, arena, err));
    return fl_lp_print(text, length, &flow.model, legend, arena, err);
}
