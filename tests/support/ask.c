/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/ask.h"
#include "core/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/** How a program is called on a model file, then the solution file. */
static const struct {
    const char *program, *call;
    fl_emit_format format;
} ways[] = {
    [ASK_GLPSOL_LP] = {"glpsol", "glpsol --lp %s -o %s", FL_EMIT_LP},
    [ASK_GLPSOL_LP_RAW] = {"glpsol", "glpsol --lp %s -w %s", FL_EMIT_LP},
    [ASK_GLPSOL_MPS] = {"glpsol", "glpsol --freemps %s -o %s", FL_EMIT_MPS},
    [ASK_GLPSOL_GLP_RAW] = {"glpsol", "glpsol --glp %s -w %s", FL_EMIT_GLP},
    [ASK_CBC_LP] = {"cbc", "cbc %s solve solution %s", FL_EMIT_LP},
    [ASK_CBC_MPS] = {"cbc", "cbc %s solve solution %s", FL_EMIT_MPS},
};

bool ask_can(ask_way way) {
    char command[100];
    snprintf(command, sizeof command, "command -v %s > /dev/null 2>&1", ways[way].program);
    return system(command) == 0;
}

static _Noreturn void give_up(const char *what, const fl_error *err) {
    fprintf(stderr, "ask: %s: %s %s\n", what, err->where, err->text);
    abort();
}

const char *ask_solver(ask_way way, const fl_instance *instance, fl_arena *arena) {
    static const char *const endings[] = {[FL_EMIT_LP] = "lp", [FL_EMIT_MPS] = "mps", [FL_EMIT_GLP] = "glp"};
    char folder[] = "/tmp/finlab-ask-XXXXXX", model[60], solution[60], call[200], command[260];
    const char *text, *answer;
    size_t length;
    fl_error err = {0};
    if (mkdtemp(folder) == NULL) give_up("no folder", &err);
    snprintf(model, sizeof model, "%s/model.%s", folder, endings[ways[way].format]);
    snprintf(solution, sizeof solution, "%s/solution", folder);
    if (fl_emit_print(&text, &length, instance, ways[way].format, arena, &err) != FL_OK ||
        fl_file_write(model, text, length, &err) != FL_OK) {
        give_up(model, &err);
    }
    snprintf(call, sizeof call, ways[way].call, model, solution);
    snprintf(command, sizeof command, "%s > %s/said 2>&1", call, folder);
    if (system(command) != 0 || fl_file_read(&answer, &length, solution, 1 << 24, arena, &err) != FL_OK)
        give_up(command, &err);
    unlink(model);
    unlink(solution);
    snprintf(command, sizeof command, "%s/said", folder);
    unlink(command);
    rmdir(folder);
    return answer;
}
