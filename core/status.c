/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/status.h"
#include <stdarg.h>
#include <stdio.h>

fl_status fl_error_set(fl_error *err, fl_status code, const char *where, const char *format, ...) {
    if (err == NULL) return code;
    err->code = code;
    err->line = err->column = 0;
    snprintf(err->where, sizeof err->where, "%s", where != NULL ? where : "");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    return code;
}

const char *fl_status_name(fl_status code) {
    static const char *const names[] = {
        [FL_OK] = "ok",         [FL_EINVAL] = "invalid", [FL_EUNSUPPORTED] = "unsupported",
        [FL_ENOMEM] = "memory", [FL_EIO] = "io",         [FL_EINTERNAL] = "internal"};
    return names[code];
}
