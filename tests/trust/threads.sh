#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The tests that start threads, under the thread sanitizer, and one that it must not let pass.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=build-tsan
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DFINLAB_SANITIZE=thread >/dev/null || exit 1
ninja -C "$build" test_programs_threads >/dev/null || exit 1
printf '%s\n' '#include <pthread.h>' 'static int n; static void *add(void *x) { n++; return x; }' \
    'int main(void) { pthread_t t; pthread_create(&t, 0, add, 0); n++; pthread_join(t, 0); return 0; }' |
    cc -fsanitize=thread -x c - -o "$build/race" || exit 1
if setarch -R "$build/race" >/dev/null 2>&1; then
    echo "the thread sanitizer does not see a race that is there"
    exit 1
fi
OPENBLAS_NUM_THREADS=1 setarch -R "$build/tests/test_programs_threads" || exit 1
echo "1 programs without a race, and a planted one was seen"
