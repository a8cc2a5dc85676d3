-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 4: a new heuristic, written in Lua, judged and compared like those that finlab has.
-- build/finlab experiments/tutorial/4-new-heuristic.lua; lines with an arrow are what it prints.

local fl = require "finlab"

-- Walk from block to block and take the node with the least energy plus price times latency, up to the first
-- exit that is accurate enough. inst:arc says what a step costs, exactly; nil: there is no such step.
local function walk(inst, app, names, price)
    local here, nodes = app.source, {}
    for block = 1, #app.blocks do
        local best, least, stops = nil, math.huge, false
        for _, name in ipairs(names) do
            local last = inst:arc(block, here, name, true) ~= nil
            local energy, latency = inst:arc(block, here, name, last)
            if energy and energy + price * latency < least then
                best, least, stops = name, energy + price * latency, last
            end
        end
        if not best then return nil end
        here, nodes[block] = best, best
        if stops then break end
    end
    for exit, described in ipairs(app.exits) do
        if described.after == #nodes then return { { exit = exit, nodes = nodes } } end
    end
end

-- The price of a second, in watts, is doubled until the walk is in time.
fl.method {
    name = "price-walk", summary = "the cheapest next step, at a rising price of time",
    options = {
        { name = "price", type = "number", default = 0.01, least = 1e-9, doc = "W, to start with" },
        { name = "tries", type = "int", default = 40, least = 1, most = 1000, doc = "prices tried" },
    },
    solve = function(inst, options)
        local description, names, plan, price = inst:table(), {}, nil, options.price
        for i, node in ipairs(description.system.nodes) do names[i] = node.name end
        for _ = 1, options.tries do
            plan = walk(inst, description.apps[1], names, price)
            if plan and inst:evaluate(plan).feasible then return plan end
            price = 2 * price
        end
        return plan -- too late: the judge will say so
    end,
}

-- From here on it is a method like any other: in solve, in sweeps, with its options.
local rows = assert(fl.sweep {
    axes = { method = { "exact", "price-walk", "price-walk:tries=1", "mcp" } }, seeds = fl.range(1, 100),
    case = function(p)
        return fl.generate { seed = math.tointeger(p.seed), nodes = 4, blocks = 6, plain = true }
    end,
}:run { progress = false })

-- Case by case against the optimum: plans found, optimal ones, mean excess.
for _, row in ipairs(rows:compare { b = "exact" }.rows) do
    print(("%s: %d of %d, %d optimal, %.0f %% above"):format(row.a, row.pairs, row.pairs + row.only_b,
        row.ties, 100 * row.mean))
end
--> price-walk: 100 of 100, 87 optimal, 13 % above
--> price-walk:tries=1: 72 of 100, 72 optimal, 0 % above
--> mcp: 100 of 100, 74 optimal, 656 % above
