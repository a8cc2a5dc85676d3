-- SPDX-License-Identifier: GPL-3.0-or-later
-- Writes what every method finds on seeded instances, and every kind of file, into the current folder; times
-- are left out. With nodes in another order the optimum must be the same, to the last bits that sums allow.
local fl = require "finlab"
local jobs = tonumber(arg[1]) or 1

local RECIPES = {
    { name = "default" }, { name = "plain", plain = true, blocks = 12, nodes = 6 },
    { name = "tiers", tiers = 2 },
    { name = "large", plain = true, blocks = 30, nodes = 15 },
    { name = "joint", apps = 2, blocks = 3, nodes = 3, users = 2, binding = true },
    { name = "admission", apps = 3, blocks = 3, nodes = 3, users = 2, binding = true, admission = true },
}
local SEEDS = 8

local function write(path, text)
    local file <close> = assert(io.open(path, "wb"))
    assert(file:write(text))
end

local function recipe_of(recipe, seed)
    local own = { seed = seed }
    for key, value in pairs(recipe) do if key ~= "name" then own[key] = value end end
    return own
end

--- The nodes in the opposite order.
local function turned(inst)
    local description, nodes = inst:table(), {}
    for i, node in ipairs(description.system.nodes) do nodes[#description.system.nodes + 1 - i] = node end
    description.system.nodes = nodes
    return assert(fl.instance(description))
end

local function solve_all(inst, prefix)
    for _, method in ipairs(fl.methods()) do
        if method.name ~= "released" then
            local line = assert(inst:solve(method.name, nil, "json"))
            write(prefix .. method.name .. ".json", (line:gsub('"seconds": [^,}]+', "")))
        end
    end
end

for _, recipe in ipairs(RECIPES) do
    for seed = 1, SEEDS do
        local prefix = ("%s-%d-"):format(recipe.name, seed)
        local inst = assert(fl.generate(recipe_of(recipe, seed)))
        for _, ending in ipairs { "json", "lp", "mps", "glp" } do
            assert(inst:write(prefix .. "in." .. ending))
        end
        solve_all(inst, prefix)
        if not recipe.apps then
            assert(fl.graph(inst, { gamma = 5 }):write(prefix .. "graph.graphml"))
            local one, two = assert(inst:solve "exact"), assert(turned(inst):solve "exact")
            assert(one.status == two.status and (not one.energy or math.abs(one.energy - two.energy)
                <= 1e-12 * one.energy), prefix .. "nodes in another order")
        end
    end
end

-- A sweep's table, whatever the workers' turns.
local rows = assert(fl.sweep {
    store = "sweep.db",
    axes = { seed = fl.range(1, 8), method = { "exact", "fin", "mcp", "genetic" } },
    case = function(p) return fl.generate { seed = math.tointeger(p.seed), plain = true } end,
}:run { jobs = jobs, progress = false })
rows = rows:derive { seconds = function() return 0 end }
for _, ending in ipairs { "csv", "md", "tex", "json", "txt" } do assert(rows:write("sweep." .. ending)) end
assert(os.remove "sweep.db")
