# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of this folder share: the sweep of experiments/slurm alone, and whether what shards left is that.
# Given: root, finlab, work, where $work/tree is to be a folder to run in.

mkdir -p "$work/tree/out/slurm"
cp -r "$root/experiments" "$work/tree/"
cd "$work/tree" || exit 1

# The shards' stores joined have the rows of one process, but for times; else 1.
same_as_alone() {
    "$finlab" merge out/slurm/savings.db out/slurm/savings.*-of-4.db || return 1
    SLURM_CPUS_PER_TASK=1 "$finlab" experiments/slurm/sweep.lua out/alone.db 2>/dev/null || return 1
    cat >compare.lua <<'LUA'
local fl = require "finlab"
local function content(path)
    local rows = assert(fl.store(path):rows { origin = true })
    local lines = {}
    for i, row in ipairs(rows.rows) do
        lines[i] = ("%s %s %s %.17g"):format(row.key, row.status, row.version, row.energy or -1)
    end
    return table.concat(lines, "\n"), #rows.rows
end
local alone, n = content "out/alone.db"
assert(n == 7744, n .. " cases")
assert(alone == content "out/slurm/savings.db", "the shards' rows differ from those of one process")
print(n .. " rows, as one process has them")
LUA
    "$finlab" compare.lua
}
