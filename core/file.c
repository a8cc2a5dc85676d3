/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fl_status system_error(fl_error *err, const char *path, const char *what, int reason) {
    char text[128];
    if (strerror_r(reason, text, sizeof text) != 0) text[0] = '\0';
    return fl_error_set(err, FL_EIO, path, "%s: %s", what, text);
}

/** Read to the end of a file whose size is not known beforehand (a pipe has none). */
static fl_status read_all(char **out, size_t *length, int file, size_t size, const char *path, size_t most,
                          fl_error *err) {
    size_t room = size + 1, used = 0;
    char *text = malloc(room + 1);
    for (;;) {
        if (text == NULL) return fl_error_set(err, FL_ENOMEM, path, "out of memory");
        ssize_t got = read(file, text + used, room - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 || used + (size_t)got > most) {
            int reason = errno;
            free(text);
            return got < 0 ? system_error(err, path, "cannot read", reason)
                           : fl_error_set(err, FL_EINVAL, path, "larger than %zu bytes", most);
        }
        if (got == 0) break;
        used += (size_t)got;
        if (used < room) continue;
        room *= 2;
        char *larger = realloc(text, room + 1);
        if (larger == NULL) free(text);
        text = larger;
    }
    text[used] = '\0';
    *out = text;
    *length = used;
    return FL_OK;
}

static fl_status read_open(char **out, size_t *length, int file, const char *path, size_t most,
                           fl_error *err) {
    struct stat about;
    if (fstat(file, &about) != 0) return system_error(err, path, "cannot read", errno);
    if (S_ISDIR(about.st_mode)) return system_error(err, path, "cannot read", EISDIR);
    if (about.st_size > 0 && (size_t)about.st_size > most) {
        return fl_error_set(err, FL_EINVAL, path, "larger than %zu bytes", most);
    }
    return read_all(out, length, file, about.st_size > 0 ? (size_t)about.st_size : 4096, path, most, err);
}

fl_status fl_file_read(const char **out, size_t *length, const char *path, size_t most, fl_arena *arena,
                       fl_error *err) {
    char *text = NULL;
    *out = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return system_error(err, path, "cannot open", errno);
    fl_status status = read_open(&text, length, file, path, most, err);
    close(file);
    FL_TRY(status);
    char *copy = FL_NEW(arena, *length + 1, char);
    if (copy != NULL) memcpy(copy, text, *length + 1);
    free(text);
    *out = copy;
    return copy != NULL ? FL_OK : fl_arena_error(arena, err);
}

static int write_all(int file, const char *text, size_t length) {
    while (length > 0) {
        ssize_t put = write(file, text, length);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        text += put;
        length -= (size_t)put;
    }
    return fsync(file) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
}

/** Devices and pipes are written in place: there is no old content to keep. */
static fl_status write_special(const char *path, const char *text, size_t length, fl_error *err) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return system_error(err, path, "cannot write", errno);
    int reason = write_all(file, text, length);
    if (close(file) != 0 && reason == 0) reason = errno;
    return reason == 0 ? FL_OK : system_error(err, path, "cannot write", reason);
}

/** Write the temporary file and give it the mode that a plain new file would have. */
static int write_temporary(int file, const char *text, size_t length, const struct stat *old) {
    mode_t mask = umask(0);
    umask(mask);
    int reason = write_all(file, text, length);
    if (fchmod(file, old != NULL ? old->st_mode & 07777 : 0666 & ~mask) != 0 && reason == 0) reason = errno;
    if (close(file) != 0 && reason == 0) reason = errno;
    return reason;
}

fl_status fl_file_write(const char *path, const char *text, size_t length, fl_error *err) {
    struct stat about;
    bool exists = stat(path, &about) == 0;
    if (exists && S_ISDIR(about.st_mode)) return system_error(err, path, "cannot write", EISDIR);
    if (exists && !S_ISREG(about.st_mode)) return write_special(path, text, length, err);

    static const char suffix[] = ".XXXXXX";
    size_t size = strlen(path) + sizeof suffix;
    char *temporary = malloc(size);
    if (temporary == NULL) return fl_error_set(err, FL_ENOMEM, path, "out of memory");
    snprintf(temporary, size, "%s%s", path, suffix);
    int file = mkstemp(temporary);
    int reason = file < 0 ? errno : write_temporary(file, text, length, exists ? &about : NULL);
    if (reason == 0 && rename(temporary, path) != 0) reason = errno;
    if (reason != 0 && file >= 0) unlink(temporary);
    free(temporary);
    return reason == 0 ? FL_OK : system_error(err, path, "cannot write", reason);
}
