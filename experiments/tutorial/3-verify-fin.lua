-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 3: is FIN right? Its answers against the proven optimum of the mixed-integer programme.
-- build/finlab experiments/tutorial/3-verify-fin.lua; lines with an arrow are what it prints.

local fl = require "finlab"

-- Small random instances; a seed draws the same one everywhere (finlab generate --seed N).
local function draw(seed)
    return fl.generate { seed = seed, nodes = 4, blocks = 6, plain = true, tight = "medium" }
end

-- FIN divides the deadline into gamma levels and rounds latencies up, so what it finds is in time, but it may
-- miss the optimum or every plan. "milp" is GLPK, a solver that shares nothing with FIN. Axes are crossed.
local rows = assert(fl.sweep {
    axes = { method = { "milp", "fin:gamma=5", "fin:gamma=20", "fin:gamma=100" } },
    seeds = fl.range(1, 200), case = function(p) return draw(p.seed) end,
}:run { progress = false })

for _, row in ipairs(rows:compare { b = "milp" }.rows) do
    assert(row.wins == 0 and row.only_a == 0) -- no plan below the optimum, and none where there is none
    print(("%s: %d of %d have a plan, %d the optimal one; worst %.1f %% above"):format(row.a, row.pairs,
        row.pairs + row.only_b, row.ties, 100 * row.worst))
end
--> fin:gamma=5: 100 of 200 have a plan, 93 the optimal one; worst 480.0 % above
--> fin:gamma=20: 196 of 200 have a plan, 173 the optimal one; worst 611.6 % above
--> fin:gamma=100: 199 of 200 have a plan, 187 the optimal one; worst 180.9 % above

-- Rounded down, FIN's graph gives a lower bound: the optimum lies between the two, without any other solver.
local fin, milp = assert(draw(7):solve "fin:gamma=100"), assert(draw(7):solve "milp")
print(fin.bound <= milp.energy and milp.energy <= fin.energy)
--> true

-- "certify" raises gamma until the two meet.
print(assert(draw(7):solve "certify").status)
--> optimal
