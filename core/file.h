/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Whole files: read within a size limit, written completely or not at all. */
#ifndef FINLAB_CORE_FILE_H
#define FINLAB_CORE_FILE_H

#include "core/arena.h"

/** Read a whole file into `arena`, NUL-terminated.
 *  @param most  bytes; a larger file is refused before it is read
 *  @return FL_EIO (with the system's reason), FL_EINVAL (too large), FL_ENOMEM */
fl_status fl_file_read(const char **out, size_t *length, const char *path, size_t most, fl_arena *arena,
                       fl_error *err);

/** Write `length` bytes to `path` through a temporary file beside it, flushed to disk and renamed: on any
 *  failure, a full disk included, the old content of `path` is untouched.
 *  @return FL_EIO with the system's reason */
fl_status fl_file_write(const char *path, const char *text, size_t length, fl_error *err);

#endif
