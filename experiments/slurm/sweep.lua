-- SPDX-License-Identifier: GPL-3.0-or-later
-- A sweep for a cluster: every task of a job array does its own share of it, into a store of its own.
-- finlab experiments/slurm/sweep.lua [STORE]; sweep.sbatch beside it is the job.

local fl = require "finlab"

local inst = assert(fl.instance {
    system = fl.systems.three_tier(),
    apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 7e-3, accuracy = 0.8 } },
})
local rows = assert(fl.sweep {
    name = "savings", store = arg[1] or "out/slurm/savings.db",
    axes = {
        deadline = fl.range(3e-3, 15e-3, 0.1e-3), accuracy = fl.range(0.10, 0.85, 0.05),
        method = { "exact", "fin:gamma=10", "fin:gamma=30", "mcp" },
    },
    case = function(p) return inst:with { deadline = p.deadline, accuracy = p.accuracy } end,
}:run { jobs = tonumber(os.getenv "SLURM_CPUS_PER_TASK") or 1, rows = false })
local counts = rows.counts
print(("%d cases done, %d were there, %d failed"):format(counts.done, counts.kept, counts.failed))
