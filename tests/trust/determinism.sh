#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same instances give the same files, byte for byte but for times, whoever compiled the program and however many
# workers there are.
#   sh determinism.sh BUILD_DIR [long]     long: by gcc and clang with -O0, -O2 and -O3; else one build, twice
set -u
cd "$(dirname "$0")/../.." || exit 1
here=$(pwd)
case $1 in /*) build=$1 ;; *) build=$here/$1 ;; esac
all=$(mktemp -d) || exit 1
trap 'rm -rf "$all"' EXIT

# results PROGRAM FOLDER JOBS: what the program finds, a file for each answer.
results() {
    mkdir -p "$2" && (cd "$2" && OPENBLAS_NUM_THREADS=1 "$1" "$here/tests/trust/determinism.lua" "$3") || exit 1
}

# differ A B: the names of files that differ, or are there once only.
compare() {
    diff -rq "$all/$1" "$all/$2" >"$all/differences" && return
    echo "$1 and $2 differ:"
    head -20 "$all/differences"
    exit 1
}

results "$build/finlab" "$all/first" 1
results "$build/finlab" "$all/second" 2
compare first second
if [ "${2:-}" = long ]; then
    for compiler in gcc clang; do
        for level in 0 2 3; do
            other=build-determinism/$compiler-O$level
            cmake -S . -B "$other" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFINLAB_TESTS=OFF \
                -DCMAKE_C_COMPILER=$compiler -DCMAKE_C_FLAGS_RELEASE="-O$level -DNDEBUG" >/dev/null || exit 1
            ninja -C "$other" finlab >/dev/null || exit 1
            results "$here/$other/finlab" "$all/$compiler-O$level" 1
            compare first "$compiler-O$level"
            echo "$(find "$all/$compiler-O$level" -type f | wc -l) files the same by $compiler -O$level"
        done
    done
fi
echo "$(find "$all/second" -type f | wc -l) files the same with two workers"
