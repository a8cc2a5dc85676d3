#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Lua specs while the collector begins a new cycle as soon as the last one ends, in steps as large as can be. What
# makes much garbage takes very long so: a spec that has not ended after five minutes is left and does not count.
#   sh collector.sh BUILD_DIR [long|NAME...]     NAME: such as solve_spec, to go on where a run was cut off
set -u
build=$(cd "$1" && pwd) || exit 1
specs="instance_spec solve_spec frontier_spec table_spec generate_spec method_spec"
[ $# -lt 2 ] || { shift && specs="$*"; }
[ "$specs" != long ] || specs=$(ls tests/lua/*_spec.lua | xargs -n 1 basename -s .lua |
    grep -v -x -e experiments_spec -e writes_spec -e interrupt_spec -e tutorial_spec -e online_experiment_spec \
        -e claims_spec -e readme_spec -e limits_spec -e known_spec -e gaps_spec -e paper_spec -e killed_spec \
        -e networks_spec -e multiapp_spec)
n=0
for name in $specs; do
    LUA_INIT="collectgarbage('incremental', 1, 1000, 0)" LUA_CPATH="$build/?.so;;" FINLAB="$build/finlab" \
        OPENBLAS_NUM_THREADS=1 timeout 300 lua5.4 "$(command -v busted)" -o TAP "tests/lua/$name.lua"
    case $? in
    0) n=$((n + 1)) ;;
    124) echo "$name: left after five minutes" ;;
    *) exit 1 ;;
    esac
done
echo "$n specs passed"
