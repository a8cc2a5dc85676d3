-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 4: a new heuristic, written in Lua, judged and compared like those that finlab has.
-- build/finlab experiments/tutorial/4-new-heuristic.lua; lines with an arrow are what it prints.
local fl = require "finlab"

--- Move one block of the plan to where the plan costs less and is still in time; its energy then.
local function improve(inst, plan, block, least)
    local nodes, best = plan[1].nodes, plan[1].nodes[block]
    for _, node in ipairs(inst:table().system.nodes) do
        nodes[block] = node.name
        local judged = inst:evaluate(plan)
        if judged.feasible and judged.energy < least then best, least = node.name, judged.energy end
    end
    nodes[block] = best
    return least
end

fl.method {
    name = "descent", summary = "the fastest plan, made cheaper block by block",
    options = { { name = "rounds", type = "int", default = 10, least = 0, doc = "through all blocks" } },
    solve = function(inst, options)
        local start = inst:solve "fastest"
        for i = 1, start.plan and options.rounds * #start.plan[1].nodes or 0 do
            start.energy = improve(inst, start.plan, i % #start.plan[1].nodes + 1, start.energy)
        end
        return start.plan -- the judge has the last word on it; nil: there is none
    end,
}

-- From here on it is a method like any other. Case by case against the optimum:
local rows = assert(fl.sweep {
    axes = { method = { "exact", "descent", "fastest" } }, seeds = fl.range(1, 100),
    case = function(p) return fl.generate { seed = p.seed, nodes = 4, blocks = 6, plain = true } end,
}:run { progress = false })
local found = { "a", "pairs", "ties", { key = "mean", scale = 100, format = "%.0f %%" } }
io.write(rows:compare({ b = "exact" }):select(found):text())
--> a        pairs  ties   mean
--> descent    100    90  241 %
--> fastest    100    74  656 %
