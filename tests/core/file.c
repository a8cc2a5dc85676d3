/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/file.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fl_arena arena;
static char folder[] = "/tmp/finlab-file-XXXXXX";
static char path[sizeof folder + 16];
static const char *text;
static size_t length;
static fl_error err;

static void start(void) {
    fl_arena_init(&arena, 0);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/data", folder);
}

static void stop(void) {
    fl_arena_free(&arena);
    unlink(path);
    rmdir(folder);
}

TestSuite(file, .init = start, .fini = stop);

static fl_status read_back(void) {
    return fl_file_read(&text, &length, path, 1 << 20, &arena, &err);
}

static int count_entries(void) {
    DIR *dir = opendir(folder);
    int n = 0;
    while (readdir(dir) != NULL) n++;
    closedir(dir);
    return n - 2; /* . and .. */
}

Test(file, what_is_written_can_be_read) {
    char bytes[50000];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7);
    cr_assert(fl_file_write(path, bytes, sizeof bytes, &err) == FL_OK);
    cr_assert(read_back() == FL_OK);
    cr_assert(length == sizeof bytes && memcmp(text, bytes, length) == 0);
    cr_assert(text[length] == '\0');
}

Test(file, an_empty_file_is_an_empty_text) {
    cr_assert(fl_file_write(path, "", 0, &err) == FL_OK);
    cr_assert(read_back() == FL_OK);
    cr_assert(length == 0 && text[0] == '\0');
}

Test(file, writing_replaces_the_old_content_and_leaves_nothing_beside_it) {
    cr_assert(fl_file_write(path, "a long old content", 18, &err) == FL_OK);
    cr_assert(fl_file_write(path, "new", 3, &err) == FL_OK);
    cr_assert(read_back() == FL_OK);
    cr_assert_str_eq(text, "new");
    cr_assert(count_entries() == 1);
}

Test(file, writing_keeps_the_mode_of_an_old_file_and_honours_the_umask_for_a_new_one) {
    struct stat about;
    umask(027);
    cr_assert(fl_file_write(path, "x", 1, &err) == FL_OK);
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 0777) == 0640);
    cr_assert(chmod(path, 0600) == 0);
    cr_assert(fl_file_write(path, "y", 1, &err) == FL_OK);
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
}

Test(file, a_missing_file_is_an_io_error_with_its_path_and_reason) {
    cr_assert(read_back() == FL_EIO);
    cr_assert_str_eq(err.where, path);
    cr_assert_not_null(strstr(err.text, "No such file"));
    cr_assert_null(text);
}

Test(file, a_directory_cannot_be_read_or_written) {
    cr_assert(fl_file_read(&text, &length, folder, 1 << 20, &arena, &err) == FL_EIO);
    cr_assert_not_null(strstr(err.text, "Is a directory"));
    cr_assert(fl_file_write(folder, "x", 1, &err) == FL_EIO);
    cr_assert_not_null(strstr(err.text, "Is a directory"));
}

Test(file, a_file_over_the_size_limit_is_refused) {
    cr_assert(fl_file_write(path, "0123456789", 10, &err) == FL_OK);
    cr_assert(fl_file_read(&text, &length, path, 10, &arena, &err) == FL_OK);
    cr_assert(fl_file_read(&text, &length, path, 9, &arena, &err) == FL_EINVAL);
    cr_assert_not_null(strstr(err.text, "larger than 9 bytes"));
}

Test(file, an_endless_file_is_refused_at_the_limit) {
    cr_assert(fl_file_read(&text, &length, "/dev/zero", 100000, &arena, &err) == FL_EINVAL);
    cr_assert_not_null(strstr(err.text, "larger than 100000 bytes"));
}

Test(file, a_pipe_is_read_to_its_end) {
    int ends[2];
    char name[32], bytes[40000];
    cr_assert(pipe(ends) == 0);
    memset(bytes, 'p', sizeof bytes);
    cr_assert(write(ends[1], bytes, sizeof bytes) == (ssize_t)sizeof bytes);
    close(ends[1]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    cr_assert(fl_file_read(&text, &length, name, 1 << 20, &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(length == sizeof bytes);
    close(ends[0]);
}

Test(file, a_full_disk_is_an_io_error) {
    cr_assert(fl_file_write("/dev/full", "text", 4, &err) == FL_EIO);
    cr_assert_str_eq(err.where, "/dev/full");
    cr_assert_not_null(strstr(err.text, "No space left"));
}

Test(file, a_device_is_written_in_place) {
    cr_assert(fl_file_write("/dev/null", "text", 4, &err) == FL_OK);
    struct stat about;
    cr_assert(stat("/dev/null", &about) == 0 && S_ISCHR(about.st_mode));
}

Test(file, a_missing_folder_is_an_io_error) {
    cr_assert(fl_file_write("/tmp/no/such/folder/file", "x", 1, &err) == FL_EIO);
    cr_assert_not_null(strstr(err.text, "No such file"));
}

Test(file, reading_without_memory_is_a_memory_error) {
    cr_assert(fl_file_write(path, "0123456789", 10, &err) == FL_OK);
    fl_arena_init(&arena, 5);
    cr_assert(read_back() == FL_ENOMEM);
    cr_assert_null(text);
}

Test(file, errors_may_be_ignored) {
    cr_assert(fl_file_read(&text, &length, "/no/such/file", 100, &arena, NULL) == FL_EIO);
    cr_assert(fl_file_write("/no/such/file", "x", 1, NULL) == FL_EIO);
}
