#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Which lines and branches of core, milp and heuristics the tests run, in build-coverage; file by file, the least
# covered first. Branches where only a failing allocation leads are left out of the second figure: a line that
# passes an error on, or asks whether there was memory. Loops are compiled once, not for several processors.
# A file under a bar, 95 % of its lines or 90 % of its branches, must be in uncovered.txt with the reason; a reason
# that is not needed any more is said.
#   sh coverage.sh [again]    again: report what the last run measured, if there is one
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v lcov >/dev/null || { echo "skipped: lcov is not installed"; exit 77; }
build=${FINLAB_COVERAGE:-build-coverage}
info=$build/tests.info
if [ "${1:-}" != again ] || [ ! -e "$info" ]; then
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="--coverage -O0 -DFL_CLONES=" >/dev/null || exit 1
    ninja -C "$build" >/dev/null || exit 1
    find "$build" -name '*.gcda' -exec rm {} +
    ctest --test-dir "$build" -j "$(nproc)" --timeout 1800 \
        -E '^(install|house|bench)' >"$build/tests.log" || { tail -20 "$build/tests.log"; exit 1; }
    lcov --quiet --capture --directory "$build" --base-directory . --rc lcov_branch_coverage=1 \
        --output-file "$info.all" 2>/dev/null || exit 1
    lcov --quiet --rc lcov_branch_coverage=1 --extract "$info.all" "$PWD/core/*" "$PWD/milp/*" "$PWD/heuristics/*" \
        --output-file "$info" || exit 1
fi
awk -v root="$PWD/" -v list=tests/trust/uncovered.txt '
function memory_only(text) {
    return text ~ /FL_TRY|failed|fl_arena_error|no_memory|FL_ENOMEM|[^a-z]assert\(/ ||
        (text ~ /(==|!=) NULL/ && next_text ~ /fl_arena_error|no_memory|FL_ENOMEM|arena/)
}
/^SF:/ { file = substr($0, 4); n = 0; while ((getline line < file) > 0) source[file, ++n] = line; close(file) }
/^DA:/ { split(substr($0, 4), part, ","); lines[file]++; hit[file] += part[2] > 0 }
/^BRDA:/ {
    split(substr($0, 6), part, ",")
    all++
    all_hit += part[4] != "-" && part[4] > 0
    text = source[file, part[1]]
    next_text = source[file, part[1] + 1]
    if (!memory_only(text)) { branches[file]++; taken[file] += part[4] != "-" && part[4] > 0 }
}
END {
    while ((getline line < list) > 0) {
        if (match(line, /^[a-z]+\/[a-z_]+\.[ch]: ./)) reason[substr(line, 1, index(line, ":") - 1)] = 1
    }
    for (file in lines) {
        l += lines[file]; h += hit[file]; b += branches[file]; t += taken[file]
        name = file
        sub(root, "", name)
        of_lines = 100 * hit[file] / lines[file]
        of_branches = branches[file] > 0 ? 100 * taken[file] / branches[file] : 100
        under = of_lines < 95 || of_branches < 90
        if (under && !(name in reason)) unexplained = unexplained "\nno reason in " list ": " name
        if (under) delete reason[name]
        printf "%5.1f %% branches, %5.1f %% lines  %s\n", of_branches, of_lines, name | "sort -n"
    }
    for (name in reason) print "needs no reason in " list ": " name
    close("sort -n")
    printf "all branches, those of failing allocations too: %.2f %% of %d\n", 100 * all_hit / all, all
    printf "lines %.2f %% of %d\nbranches %.2f %% of %d%s\n", 100 * h / l, l, 100 * t / b, b, unexplained
    exit unexplained != ""
}' "$info"
