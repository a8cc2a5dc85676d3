/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fuzz targets without a fuzzer: every file of a folder, every part of it that is cut off, and every
 * single byte of it left out or there twice. Deterministic, for the tests. */
#include "tests/fuzz/fuzz.h"
#include <dirent.h>

enum { MOST = 1 << 16, EDITED_MOST = 3000 };

static long long runs;

static void run(const uint8_t *data, size_t size) {
    /* a copy of its exact size, so that a sanitizer sees what is read beyond */
    uint8_t *copy = malloc(size > 0 ? size : 1);
    FUZZ_CHECK(copy != NULL);
    if (size > 0) memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    runs++;
}

static void run_edited(const uint8_t *data, size_t size) {
    static uint8_t edited[EDITED_MOST + 1];
    for (size_t n = 0; n < size; n++) run(data, n);
    for (size_t at = 0; at < size; at++) {
        memcpy(edited, data, at);
        memcpy(edited + at, data + at + 1, size - at - 1);
        run(edited, size - 1);
        memcpy(edited + at, data + at, size - at);
        memmove(edited + at + 1, data + at, size - at);
        run(edited, size + 1);
    }
}

static void run_file(const char *path) {
    static uint8_t data[MOST];
    FILE *file = fopen(path, "rb");
    FUZZ_CHECK(file != NULL);
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    run(data, size);
    if (size <= EDITED_MOST) run_edited(data, size);
}

int main(int argc, char **argv) {
    int files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        FUZZ_CHECK(folder != NULL);
        for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            char path[1024];
            if (entry->d_name[0] == '.') continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            run_file(path);
            files++;
        }
        closedir(folder);
    }
    printf("%d files, %lld inputs tried\n", files, runs);
    return files > 0 ? 0 : 1;
}
