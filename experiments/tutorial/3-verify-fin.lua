-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 3: is FIN right? Its answers against the proven optimum of the mixed-integer programme.
-- build/finlab experiments/tutorial/3-verify-fin.lua; lines with an arrow are what it prints.

local fl = require "finlab"

-- Small random instances; a seed draws the same one everywhere (finlab generate --seed N).
local instances = {}
for seed = 1, 200 do
    local recipe = { seed = seed, nodes = 4, blocks = 6, plain = true, tight = "medium" }
    instances[seed] = assert(fl.generate(recipe))
end

-- FIN divides the deadline into gamma levels and rounds latencies up, so what it finds is in time, but it may
-- miss the optimum or every plan. "milp" is GLPK, a solver that shares nothing with FIN.
local function compare(gamma)
    local count, worst = { solvable = 0, found = 0, optimal = 0 }, 0
    for seed, inst in ipairs(instances) do
        local milp, fin = assert(inst:solve "milp"), assert(inst:solve("fin", { gamma = gamma }))
        if milp.status == "optimal" then
            count.solvable = count.solvable + 1
            if fin.energy then
                local gap = assert(fl.gap(fin, milp))
                assert(gap > -1e-9, "FIN beats the optimum on seed " .. seed) -- then one of them is wrong
                count.found = count.found + 1
                if gap < 1e-9 then count.optimal = count.optimal + 1 end
                worst = math.max(worst, gap)
            end
        else
            assert(milp.status == "infeasible" and not fin.energy, "seed " .. seed)
        end
    end
    print(("gamma %3d: %d of %d have a plan, %d the optimal one; worst %.1f %% above"):format(gamma,
        count.found, count.solvable, count.optimal, 100 * worst))
end

compare(5)
--> gamma   5: 100 of 200 have a plan, 93 the optimal one; worst 480.0 % above
compare(20)
--> gamma  20: 196 of 200 have a plan, 173 the optimal one; worst 611.6 % above
compare(100)
--> gamma 100: 199 of 200 have a plan, 187 the optimal one; worst 180.9 % above

-- Rounded down, FIN's graph gives a lower bound: the optimum lies between the two, without any other solver.
local inst = instances[7]
local fin = assert(inst:solve("fin", { gamma = 100 }))
local milp = assert(inst:solve "milp")
print(fin.bound <= milp.energy and milp.energy <= fin.energy)
--> true

-- "certify" raises gamma until the two meet.
print(assert(inst:solve "certify").status)
--> optimal
