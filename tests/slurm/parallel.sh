#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The shards of a sweep without Slurm: GNU parallel, or the shell where it is not installed, sets what a job
# array sets. One of the shards is killed on its way and started again.
#   sh parallel.sh SOURCE_DIR BUILD_DIR
root=$1 finlab=$2/finlab
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/tests/slurm/shards.sh"

export FINLAB="$finlab" SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1
SLURM_ARRAY_TASK_ID=2 timeout -s KILL 0.3 sh experiments/slurm/sweep.sbatch >/dev/null 2>&1
if command -v parallel >/dev/null; then
    echo "by $(parallel --version | head -1)"
    parallel --jobs 2 --joblog "$work/joblog" SLURM_ARRAY_TASK_ID={} sh experiments/slurm/sweep.sbatch ::: 1 2 3 4 \
        2>/dev/null || exit 1
else
    echo "by the shell: GNU parallel (package parallel) is not there"
    for task in 1 2 3 4; do SLURM_ARRAY_TASK_ID=$task sh experiments/slurm/sweep.sbatch 2>/dev/null || exit 1; done
fi
unset SLURM_ARRAY_TASK_COUNT SLURM_ARRAY_TASK_MIN
same_as_alone
