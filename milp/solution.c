/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/solution.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A file line by line. */
typedef struct reader {
    fl_solution *out;
    char *next; /* the rest of the text; NULL: the end */
    char *line; /* the line at hand, without its end */
    int number; /* its number, from 1 */
    int room;
    fl_arena *arena;
    fl_error *err;
} reader;

fl_status fl_solution_error(fl_error *err, int line, const char *format, ...) {
    char where[32], text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(where, sizeof where, "line %d", line > 0 ? line : 1); /* an empty file has none */
    return fl_error_set(err, FL_EINVAL, where, "%s", text);
}

/* Lines and the words in them */

static bool next_line(reader *from) {
    if (from->next == NULL || *from->next == '\0') return false;
    from->line = from->next;
    from->number++;
    char *end = strchr(from->line, '\n');
    from->next = end != NULL ? end + 1 : NULL;
    if (end != NULL) *end = '\0';
    size_t length = strlen(from->line);
    if (length > 0 && from->line[length - 1] == '\r') from->line[length - 1] = '\0';
    return true;
}

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

enum { WORDS_MOST = 8 };

/** Cut the line into its first words; returns how many. */
static int cut_words(char *line, char *words[WORDS_MOST]) {
    int n = 0;
    for (char *at = line; n < WORDS_MOST;) {
        at += strspn(at, " \t");
        if (*at == '\0') break;
        words[n++] = at;
        at += strcspn(at, " \t");
        if (*at != '\0') *at++ = '\0';
    }
    return n;
}

static fl_status broken(const reader *from, const char *why) {
    return fl_solution_error(from->err, from->number, "%s", why);
}

static fl_status read_number(const reader *from, const char *word, double *out) {
    char *end;
    *out = strtod(word, &end);
    if (end != word && *end == '\0' && isfinite(*out)) return FL_OK;
    return fl_solution_error(from->err, from->number, "\"%.40s\" should be a number", word);
}

static fl_status read_count(const reader *from, const char *word, int *out) {
    char *end;
    long number = strtol(word, &end, 10);
    *out = (int)number;
    if (end != word && *end == '\0' && number >= 0 && number < INT_MAX) return FL_OK;
    return fl_solution_error(from->err, from->number, "\"%.40s\" should be a number of rows or columns",
                             word);
}

static fl_status add_value(reader *from, const char *name, int number, const char *word) {
    fl_solution *out = from->out;
    double value;
    FL_TRY(read_number(from, word, &value));
    if (out->n_values == from->room) {
        int room = 2 * from->room + 64;
        fl_solution_value *copy = FL_NEW(from->arena, room, fl_solution_value);
        if (copy == NULL) return fl_arena_error(from->arena, from->err);
        if (out->n_values > 0) memcpy(copy, out->value, (size_t)out->n_values * sizeof *copy);
        out->value = copy;
        from->room = room;
    }
    out->value[out->n_values++] = (fl_solution_value){from->number, name, number, value};
    return FL_OK;
}

/* glpsol -o */

/** "Rows:       34", "Status:     INTEGER OPTIMAL", "Objective:  energy = 543267.2 (MINimum)". */
static fl_status read_printed_head(reader *from) {
    fl_solution *out = from->out;
    char *words[WORDS_MOST];
    bool status = begins(from->line, "Status:"), optimal = strstr(from->line, "OPTIMAL") != NULL;
    int n = cut_words(from->line, words);
    if (n < 2) return FL_OK;
    if (status) out->found = optimal; /* and not EMPTY, UNDEFINED, INFEASIBLE */
    if (strcmp(words[0], "Rows:") == 0) FL_TRY(read_count(from, words[1], &out->n_rows));
    if (strcmp(words[0], "Columns:") == 0) FL_TRY(read_count(from, words[1], &out->n_columns));
    if (strcmp(words[0], "Columns:") == 0) out->counts_line = from->number;
    if (strcmp(words[0], "Objective:") == 0 && n > 3) FL_TRY(read_number(from, words[3], &out->objective));
    return FL_OK;
}

/** One column: its number, its name, perhaps a new line, a mark or a status, and its value. */
static fl_status read_printed_column(reader *from) {
    char *words[WORDS_MOST], *name;
    int n = cut_words(from->line, words), at = 2;
    if (n < 2) return broken(from, "should be a column's number and name");
    name = words[1];
    if (n == 2) {
        if (!next_line(from)) return broken(from, "the file breaks off in a column");
        n = cut_words(from->line, words);
        at = 0;
    }
    if (at < n && (strcmp(words[at], "*") == 0 || strchr("BN", words[at][0]) != NULL)) at++;
    if (at >= n) return broken(from, "the column's value is missing");
    return add_value(from, name, 0, words[at]);
}

static fl_status read_printed(reader *from) {
    bool columns = false, whole = false;
    from->out->solver = "glpsol";
    from->out->whole = true;
    do {
        if (begins(from->line, "End of output")) whole = true;
        if (begins(from->line, "   No. Column name")) {
            columns = from->out->found && next_line(from); /* over the dashes */
        } else if (columns && from->line[0] == '\0') {
            columns = false;
        } else if (columns) {
            FL_TRY(read_printed_column(from));
        } else {
            FL_TRY(read_printed_head(from));
        }
    } while (next_line(from));
    return whole ? FL_OK : broken(from, "the file breaks off: no \"End of output\"");
}

/* glpsol -w */

/** "s mip 34 49 o 543267.2", "s bas 34 49 f f 543267.2", "s ipt 34 49 o 543267.2". */
static fl_status read_raw_head(reader *from, char *words[WORDS_MOST], int n, int *place) {
    fl_solution *out = from->out;
    bool basic = n > 1 && strcmp(words[1], "bas") == 0;
    if (n < (basic ? 7 : 6))
        return broken(from, "should be s, a kind, rows, columns, a status, an objective");
    *place = basic ? 3 : 2;
    out->found = basic ? words[4][0] == 'f' : strchr("of", words[4][0]) != NULL;
    out->counts_line = from->number;
    FL_TRY(read_count(from, words[2], &out->n_rows));
    FL_TRY(read_count(from, words[3], &out->n_columns));
    return read_number(from, words[basic ? 6 : 5], &out->objective);
}

static fl_status read_raw(reader *from) {
    char *words[WORDS_MOST];
    int place = 0, number;
    from->out->solver = "glpsol";
    from->out->whole = true;
    do {
        int n = cut_words(from->line, words);
        if (n == 0 || strcmp(words[0], "c") == 0) continue;
        if (strcmp(words[0], "e") == 0) return FL_OK;
        if (strcmp(words[0], "s") == 0) {
            FL_TRY(read_raw_head(from, words, n, &place));
        } else if (strcmp(words[0], "j") == 0) {
            if (place == 0 || n <= place) return broken(from, "should be j, a column's number and its value");
            FL_TRY(read_count(from, words[1], &number));
            if (from->out->found) FL_TRY(add_value(from, NULL, number, words[place]));
        } else if (strcmp(words[0], "i") != 0) {
            return broken(from, "should begin with c, s, i, j or e");
        }
    } while (next_line(from));
    return broken(from, "the file breaks off: no \"e o f\"");
}

/* cbc */

/** "Optimal - objective value 543267.2", "Stopped on time - objective value ...", "Infeasible - ...". */
static fl_status read_cbc(reader *from) {
    fl_solution *out = from->out;
    char *words[WORDS_MOST];
    out->solver = "cbc";
    out->found = (begins(from->line, "Optimal") || begins(from->line, "Stopped")) &&
                 strstr(from->line, "no integer solution") == NULL;
    FL_TRY(read_number(from, strrchr(from->line, ' ') + 1, &out->objective));
    while (out->found && next_line(from)) {
        char *line = from->line + (begins(from->line, "**") ? 2 : 0); /* a row or column that breaks a rule */
        int n = cut_words(line, words);
        if (n == 0) continue;
        if (n != 4) return broken(from, "should be a column's number, name, value and cost");
        FL_TRY(add_value(from, words[1], 0, words[2]));
    }
    return FL_OK;
}

/* highs */

/** The next line, of `n` words, of which the beginning is known. */
static bool read_words(reader *from, const char *first, int n, char *words[WORDS_MOST]) {
    return next_line(from) && begins(from->line, first) && cut_words(from->line, words) == n;
}

static fl_status read_highs_columns(reader *from) {
    fl_solution *out = from->out;
    char *words[WORDS_MOST];
    if (!read_words(from, "Objective ", 2, words)) return broken(from, "should be the objective");
    FL_TRY(read_number(from, words[1], &out->objective));
    if (!read_words(from, "# Columns ", 3, words))
        return broken(from, "should be \"# Columns\" and how many");
    FL_TRY(read_count(from, words[2], &out->n_columns));
    out->counts_line = from->number;
    for (int j = 0; j < out->n_columns; j++) {
        if (!read_words(from, "", 2, words)) return broken(from, "should be a column's name and value");
        FL_TRY(add_value(from, words[0], 0, words[1]));
    }
    if (!read_words(from, "# Rows ", 3, words)) return broken(from, "should be \"# Rows\" and how many");
    return read_count(from, words[2], &out->n_rows);
}

static fl_status read_highs(reader *from) {
    from->out->solver = "highs";
    from->out->whole = true;
    while (!begins(from->line, "# Primal solution values")) {
        if (!next_line(from)) return broken(from, "the file breaks off: no \"# Primal solution values\"");
    }
    if (!next_line(from)) return broken(from, "the file breaks off before its solution");
    from->out->found = begins(from->line, "Feasible");
    return from->out->found ? read_highs_columns(from) : FL_OK;
}

/* Which it is */

fl_status fl_solution_read(fl_solution *out, const char *text, size_t length, fl_arena *arena,
                           fl_error *err) {
    char *copy = FL_NEW(arena, length + 1, char);
    reader from = {.out = out, .next = copy, .line = copy, .arena = arena, .err = err};
    *out = (fl_solution){.objective = NAN, .n_rows = -1, .n_columns = -1};
    if (copy == NULL) return fl_arena_error(arena, err);
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (strlen(copy) != length) return fl_solution_error(err, 1, "this is no text");
    while (next_line(&from) && from.line[strspn(from.line, " \t")] == '\0') continue;
    if (begins(from.line, "Problem:")) return read_printed(&from);
    if (begins(from.line, "c ") || begins(from.line, "s ")) return read_raw(&from);
    if (begins(from.line, "Model status")) return read_highs(&from);
    if (strstr(from.line, " - objective value ") != NULL) return read_cbc(&from);
    return broken(&from, "this is no solution file of glpsol, cbc or highs");
}
