/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded, it lets the n-th call that writes to a regular file fail: write, pwrite, fsync, fdatasync,
 * ftruncate, rename, and open where it may make a file. By the environment:
 *
 *  FAIL_AT     which call, counted from 1; 0 or absent: none
 *  FAIL_FROM   "1": all later ones too
 *  FAIL_WITH   the errno; absent: ENOSPC
 *  FAIL_COUNT  a file that is told, at the end, how many calls there were
 *
 * Calls that the C library makes itself, for stdio, are not seen. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

static long calls;

static long number(const char *name) {
    const char *text = getenv(name);
    return text != NULL ? atol(text) : 0;
}

/** Count a call; whether it is to fail. */
static int fails(void) {
    long at = number("FAIL_AT");
    calls++;
    if (at == 0 || calls < at || (calls > at && !number("FAIL_FROM"))) return 0;
    errno = number("FAIL_WITH") != 0 ? (int)number("FAIL_WITH") : ENOSPC;
    return 1;
}

static int is_file(int fd) {
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("FAIL_COUNT");
    char text[32];
    if (path == NULL || calls == 0) return;
    int n = snprintf(text, sizeof text, "%ld\n", calls);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    syscall(SYS_write, fd, text, (size_t)n);
    syscall(SYS_close, fd);
}

/** The function that this one stands before. */
static void *next(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

PUBLIC ssize_t write(int fd, const void *from, size_t size) {
    ssize_t (*real)(int, const void *, size_t);
    *(void **)&real = next("write");
    return is_file(fd) && fails() ? -1 : real(fd, from, size);
}

PUBLIC ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t);
    *(void **)&real = next("pwrite");
    return fails() ? -1 : real(fd, from, size, at);
}

PUBLIC ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t);
    *(void **)&real = next("pwrite64");
    return fails() ? -1 : real(fd, from, size, at);
}

PUBLIC int fsync(int fd) {
    int (*real)(int);
    *(void **)&real = next("fsync");
    return fails() ? -1 : real(fd);
}

PUBLIC int fdatasync(int fd) {
    int (*real)(int);
    *(void **)&real = next("fdatasync");
    return fails() ? -1 : real(fd);
}

PUBLIC int ftruncate64(int fd, off64_t size) {
    int (*real)(int, off64_t);
    *(void **)&real = next("ftruncate64");
    return fails() ? -1 : real(fd, size);
}

PUBLIC int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *);
    *(void **)&real = next("rename");
    return fails() ? -1 : real(from, to);
}

PUBLIC int mkstemp(char *path) {
    int (*real)(char *);
    *(void **)&real = next("mkstemp");
    return fails() ? -1 : real(path);
}

PUBLIC int open64(const char *path, int flags, ...) {
    int (*real)(const char *, int, ...);
    *(void **)&real = next("open64");
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return (flags & O_CREAT) && fails() ? -1 : real(path, flags, mode);
}
