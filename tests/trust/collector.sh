#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Lua specs while the collector begins a new cycle as soon as the last one ends, in steps as large as can be.
#   sh collector.sh BUILD_DIR [long]
set -u
specs="instance_spec solve_spec frontier_spec table_spec generate_spec method_spec"
[ "${2:-}" != long ] || specs=$(ls tests/lua/*_spec.lua | xargs -n 1 basename -s .lua |
    grep -v -x -e experiments_spec -e writes_spec -e interrupt_spec -e tutorial_spec -e online_experiment_spec \
        -e claims_spec -e readme_spec -e limits_spec -e known_spec -e gaps_spec)
n=0
for name in $specs; do
    LUA_INIT="collectgarbage('incremental', 1, 1000, 0)" LUA_CPATH="$1/?.so;;" FINLAB="$1/finlab" \
        OPENBLAS_NUM_THREADS=1 timeout 900 lua5.4 "$(command -v busted)" -o TAP "tests/lua/$name.lua" || exit 1
    n=$((n + 1))
done
echo "$n specs passed"
