#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Unit tests under valgrind, whose reports go to files: Criterion swallows its exit code. First a planted fault.
#   sh valgrind.sh BUILD_DIR [long|NAME...]     NAME: such as core_arena, to go on where a run was cut off
set -u
command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }
build=$1
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT

# Whether a program runs without a report.
clean() {
    rm -f "$logs"/*
    OPENBLAS_NUM_THREADS=1 valgrind --quiet --trace-children=yes --child-silent-after-fork=no --leak-check=full \
        --show-leak-kinds=definite --errors-for-leak-kinds=definite --log-file="$logs/%p" "$@" >/dev/null 2>&1
    ! cat "$logs"/* | grep . >"$logs.said"
}

printf '%s\n' '#include <stdlib.h>' 'int main(void) { int *volatile p = malloc(4); return *p == 7; }' |
    cc -x c - -o "$logs.planted" || exit 1
if clean "$logs.planted"; then
    echo "valgrind does not see a planted fault"
    exit 1
fi

programs="core_arena core_value"
[ $# -lt 2 ] || { shift && programs="$*"; }
[ "$programs" != long ] || programs=$(cd "$build/tests" && ls test_core_* test_milp_* test_heuristics_* |
    sed 's/^test_//' | grep -v -x -e milp_colgen -e milp_decode -e milp_emit)
n=0
for name in $programs; do
    FINLAB_INSTANCES=5 clean "$build/tests/test_$name" || { echo "test_$name:"; cat "$logs.said"; exit 1; }
    n=$((n + 1))
done
rm -f "$logs.said" "$logs.planted"
echo "$n programs without a report, and a planted fault was seen"
