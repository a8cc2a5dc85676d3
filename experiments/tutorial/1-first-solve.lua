-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 1: a first solve.
-- build/finlab experiments/tutorial/1-first-solve.lua; lines with an arrow are what it prints.

local fl = require "finlab"

-- A published network on a published system: B-AlexNet, a phone, an edge server and a cloud. An inference
-- must be done within 5 ms and 80 % of them must be right. All quantities are in SI units.
local inst = assert(fl.instance {
    system = fl.systems.three_tier(),
    apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 5e-3, accuracy = 0.8 } },
})

-- Where should each block run, and which exit be the last, for the least energy? "exact" proves its answer.
local best = assert(inst:solve "exact")
local part = best.plan[1]
print(("%s: %.2f mJ in %.2f ms"):format(best.status, best.energy * 1e3, best.latency * 1e3))
--> optimal: 85.60 mJ in 3.69 ms
print(("exit %d: %s"):format(part.exit, table.concat(part.nodes, " ")))
--> exit 3: mobile mobile mobile cloud cloud

-- Under other deadlines: nothing leaves the phone; or nothing can be in time, and that is proven.
for _, deadline in ipairs { 7e-3, 1e-3 } do
    local result = assert(assert(inst:with { deadline = deadline }):solve "exact")
    print(result.status .. ": " .. table.concat(result.plan and result.plan[1].nodes or { "no plan" }, " "))
end
--> optimal: mobile mobile mobile mobile mobile
--> infeasible: no plan

-- A plan of one's own is judged by the same rules.
local home = { { exit = 3, nodes = { "mobile", "mobile", "mobile", "mobile", "mobile" } } }
print(assert(inst:evaluate(home)).reason)
--> "app1": latency 0.00656363636 s is over the deadline of 0.005 s

-- What a failed call answers is nil, a message and a code. assert() turns it into an error.
print(select(3, inst:solve "magic"))
--> invalid
