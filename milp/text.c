/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/text.h"
#include <stdlib.h>
#include <string.h>

fl_status fl_text_print(const char **text, size_t *length, void (*print)(FILE *out, const void *what),
                        const void *what, fl_arena *arena, fl_error *err) {
    char *buffer = NULL, *copy = NULL;
    FILE *out = open_memstream(&buffer, length);
    if (out == NULL) return fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
    print(out, what);
    bool whole = !ferror(out);
    whole = fclose(out) == 0 && whole && buffer != NULL;
    if (whole) copy = FL_NEW(arena, *length + 1, char);
    if (copy != NULL) memcpy(copy, buffer, *length + 1);
    free(buffer);
    *text = copy;
    return copy != NULL ? FL_OK : fl_error_set(err, FL_ENOMEM, NULL, "out of memory");
}

void fl_text_number(FILE *out, double number) {
    char text[40];
    snprintf(text, sizeof text, "%.17g", number);
    for (char *c = text; *c != '\0'; c++) {
        if (strchr("0123456789+-eE", *c) == NULL) *c = '.';
    }
    fputs(text, out);
}

void fl_text_header(FILE *out, const fl_model *model, const char *mark, const char *legend) {
    fprintf(out, "%sWritten by finlab. Energy in J = constant + scale * objective.\n%sscale: ", mark, mark);
    fl_text_number(out, model->scale);
    fprintf(out, " J per objective unit\n%sconstant: ", mark);
    fl_text_number(out, model->constant);
    fputs(" J\n", out);
    while (*legend != '\0') {
        int length = (int)strcspn(legend, "\n");
        fprintf(out, "%s%.*s\n", mark, length, legend);
        legend += length + (legend[length] == '\n');
    }
}
