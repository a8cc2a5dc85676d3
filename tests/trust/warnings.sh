#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compile every C file with gcc and with clang, warnings as errors, -Wconversion and more among them.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v clang >/dev/null || { echo "skipped: clang is not installed"; exit 77; }
for compiler in gcc clang; do
    build=build-warnings/$compiler
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=$compiler -DFINLAB_WERROR=ON \
        >/dev/null || exit 1
    ninja -C "$build" || exit 1
    find "$build" -name '*.o' -path '*.dir/*' | wc -l | sed "s/\$/ files without a warning by $compiler/"
done
