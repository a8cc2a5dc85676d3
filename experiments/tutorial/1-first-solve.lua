-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 1: a first solve. Run it with build/finlab experiments/tutorial/1-first-solve.lua
-- Lines with an arrow are what it prints.

local fl = require "finlab"

-- A published network on a published system: B-AlexNet, a phone, an edge server and a cloud. An inference
-- must be done within 5 ms and 80 % of them must be right. All quantities are in SI units.
local inst = assert(fl.instance {
    system = fl.systems.three_tier(),
    apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 5e-3, accuracy = 0.8 } },
})

-- Where should each block run, and which exit be the last, for the least energy? "exact" proves its answer.
local best = assert(inst:solve "exact")
print(best.status)
--> optimal
print(("%.2f mJ in %.2f ms, %.0f %% right"):format(best.energy * 1e3, best.latency * 1e3,
    best.accuracy * 100))
--> 85.60 mJ in 3.69 ms, 86 % right
print(("exit %d: %s"):format(best.plan[1].exit, table.concat(best.plan[1].nodes, " ")))
--> exit 3: mobile mobile mobile cloud cloud

-- The same question with a later deadline: nothing needs to leave the phone. with() makes a variant.
local relaxed = assert(assert(inst:with { deadline = 7e-3 }):solve "exact")
print(("%.2f mJ: %s"):format(relaxed.energy * 1e3, table.concat(relaxed.plan[1].nodes, " ")))
--> 39.38 mJ: mobile mobile mobile mobile mobile

-- And with one that nobody can meet: that is an answer too, and a proven one.
local late = assert(assert(inst:with { deadline = 1e-3 }):solve "exact")
print(late.status)
--> infeasible

-- A plan of one's own is judged by the same rules.
local home = { { exit = 3, nodes = { "mobile", "mobile", "mobile", "mobile", "mobile" } } }
print(assert(inst:evaluate(home)).reason)
--> "app1": latency 0.00656363636 s is over the deadline of 0.005 s

-- What a failed call answers is nil, a message and a code. assert() turns it into an error.
print(select(3, inst:solve "magic"))
--> invalid
