/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Errors as values: a code, the place in the user's input, and a sentence.
 *
 *  Every function that can fail returns fl_status and takes an `fl_error *err` last, which may be NULL. On
 *  failure nothing needs freeing and output parameters hold NULL or are untouched. The libraries never print,
 *  exit or abort. "Infeasible" and "a limit was reached" are answers (core/result.h), not errors. */
#ifndef FINLAB_CORE_STATUS_H
#define FINLAB_CORE_STATUS_H

#include <stdbool.h>

typedef enum fl_status {
    FL_OK = 0,
    FL_EINVAL,       /* bad input: a file, an option, a plan */
    FL_EUNSUPPORTED, /* a sound question that this method cannot answer */
    FL_ENOMEM,       /* out of memory */
    FL_EIO,          /* a file could not be read or written */
    FL_EINTERNAL     /* finlab contradicts itself, or a library failed: please report */
} fl_status;

/** What went wrong. Owned by the caller; plain data, no memory to free. */
typedef struct fl_error {
    fl_status code;
    int line, column; /* where JSON text is broken, counted from 1; 0 when not applicable */
    char where[256];  /* the place as its writer wrote it, "" when there is none */
    char text[512];   /* one sentence without the place */
} fl_error;

/** Fill `err` (may be NULL) and return `code`, so that a caller can write `return fl_error_set(...)`.
 *  @param where  the place, or NULL; cut to fit
 *  @param format printf format of the sentence; cut to fit */
fl_status fl_error_set(fl_error *err, fl_status code, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** The short name of a code, for programs: "invalid", "unsupported", "memory", "io", "internal", "ok". */
const char *fl_status_name(fl_status code);

/** Return from the enclosing function when `call` fails. */
#define FL_TRY(call)                                                                                         \
    do {                                                                                                     \
        fl_status fl_try_status_ = (call);                                                                   \
        if (fl_try_status_ != FL_OK) return fl_try_status_;                                                  \
    } while (0)

#endif
