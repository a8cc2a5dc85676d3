-- SPDX-License-Identifier: GPL-3.0-or-later
-- What does placement save with every published network on every data set? savings.lua looks closely at
-- B-AlexNet on CIFAR-10; this asks the same of all, against both baselines and under both models of a link.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/networks.lua [--out DIR] [--jobs N] [--store FILE.db] [--quick]

Mean savings of the optimum and of FIN with 30 levels, for every published network, data set and link model.

--out DIR        where networks.md and networks.csv go (default: out)
--jobs N         so many processes (default: 2)
--store FILE.db  keep each cell's results there, and go on from there (default: start anew)
--quick          a coarse grid, to see whether it runs
]]

local given = study.options(USAGE, { out = "out", jobs = 2, store = "", quick = false })

local LINKS = { "receiver", "bottleneck" }
local BASELINES = { "released", "mcp" }
local CLAIM = 0.65 -- "over 65 % saved"
-- Targets in % of accuracy, up to what the last exit reaches.
local LEAST, STEP = 10, given.quick and 25 or 5
local GAMMA = 30

-- Deadlines in ms: those of the published figures.
local ALEXNET = fl.range(3, 15, given.quick and 4 or 1)
local RESNET = fl.range(0.5, 5, given.quick and 1.5 or 0.5)
local LENET = given.quick and { 0.02, 0.05 } or { 0.018, 0.02, 0.025, 0.03, 0.035, 0.04, 0.045, 0.05 }

local NETWORKS = {}
for _, of in ipairs {
    { "b_alexnet", "cifar10", ALEXNET }, { "b_alexnet", "cifar100", ALEXNET },
    { "b_alexnet_multi", "cifar10", ALEXNET }, { "b_alexnet_multi", "cifar100", ALEXNET },
    { "b_resnet", "cifar10", RESNET }, { "b_resnet", "cifar100", RESNET },
    { "b_lenet", "mnist", LENET }, { "b_lenet", "second", LENET },
} do
    table.insert(NETWORKS, { model = fl.models[of[1]](of[2]), deadlines = of[3] })
end

-- Cells ---------------------------------------------------------------------------------------------------

--- A network, deadline and target each.
local function all_points()
    local points = {}
    for n, network in ipairs(NETWORKS) do
        local exits = network.model.exits
        for _, deadline in ipairs(network.deadlines) do
            for _, target in ipairs(fl.range(LEAST, 100 * exits[#exits].accuracy, STEP)) do
                table.insert(points, { network = n, deadline = deadline, target = target })
            end
        end
    end
    return points
end

--- The energies in a cell, what `released` says among them; nil where there is none.
local function solve_cell(cell)
    local inst <close> = assert(fl.instance {
        system = fl.systems.three_tier { links = cell.links },
        apps = { {
            model = NETWORKS[cell.network].model, source = "mobile",
            deadline = cell.deadline / 1000, accuracy = cell.target / 100,
        } },
    })
    local found = {}
    for _, method in ipairs { "exact", "mcp", "released" } do
        local result = study.solve(inst, method)
        found[method] = result.energy or result.claimed
    end
    found.fin = study.solve(inst, "fin", { gamma = GAMMA }).energy
    return found
end

-- Means ---------------------------------------------------------------------------------------------------

--- Mean saving of a method against a baseline over the cells in which both have an energy, and in how many of
-- them it is as large as is claimed; nil without such a cell.
local function compare(cells, method, baseline)
    local n, saved, reach = 0, 0, 0
    for _, cell in ipairs(cells) do
        if cell[method] and cell[baseline] then
            local here = fl.saving({ energy = cell[method] }, { energy = cell[baseline] })
            n, saved, reach = n + 1, saved + here, reach + (here >= CLAIM and 1 or 0)
        end
    end
    if n == 0 then return nil end
    return saved / n, reach
end

local function summarise(cells, network, links)
    local model = network.model
    local row = {
        network = model.name, data = model.data, links = links, cells = #cells, no_plan = 0, fin_optimal = 0,
    }
    for _, cell in ipairs(cells) do
        if not cell.exact then row.no_plan = row.no_plan + 1 end
        if cell.exact and study.same(cell.fin, cell.exact) then row.fin_optimal = row.fin_optimal + 1 end
    end
    for _, baseline in ipairs(BASELINES) do
        row["saving_" .. baseline], row["reach_" .. baseline] = compare(cells, "exact", baseline)
        row["fin_" .. baseline] = compare(cells, "fin", baseline)
    end
    return row
end

local COLUMNS = {
    "network", "data", "links", "cells", "no_plan", "fin_optimal", "saving_released", "reach_released",
    "fin_released", "saving_mcp", "reach_mcp", "fin_mcp",
}

--- The same, shares in per cent.
local function shown(rows)
    local percent = {}
    for i, row in ipairs(rows) do
        percent[i] = setmetatable({}, { __index = row })
        for _, key in ipairs { "saving_released", "fin_released", "saving_mcp", "fin_mcp" } do
            percent[i][key] = row[key] and 100 * row[key]
        end
    end
    local reach = ("≥ %g %%"):format(100 * CLAIM)
    return fl.table(percent, {
        "network", "data", "links", "cells", { key = "no_plan", title = "no plan" },
        { key = "fin_optimal", title = "FIN optimal" },
        { key = "saving_released", title = "% vs released", format = "%.2f" },
        { key = "reach_released", title = reach },
        { key = "fin_released", title = "FIN: % vs released", format = "%.2f" },
        { key = "saving_mcp", title = "% vs mcp", format = "%.2f" }, { key = "reach_mcp", title = reach },
        { key = "fin_mcp", title = "FIN: % vs mcp", format = "%.2f" },
    })
end

local LEGEND = {
    ("cells: deadlines times targets from %d %% up to what the last exit reaches"):format(LEAST),
    "no plan: cells in which no plan is feasible",
    ("FIN: with %d levels; optimal in so many cells"):format(GAMMA),
    "% vs, ≥: mean saving of the optimum against a baseline where both have an energy; in how many cells "
        .. "it is so large",
    "released: a rule for five blocks on three tiers, so B-LeNet has none",
}

-- All of it -----------------------------------------------------------------------------------------------

study.folder(given.out)
local cells = study.sweep(given, {
    name = "networks", axes = { links = LINKS, point = all_points() }, run = solve_cell,
})
local agreement = study.agreement()
for _, cell in ipairs(cells) do
    local model = NETWORKS[cell.network].model
    agreement:note("no plan below the optimum",
        not study.less(cell.fin, cell.exact) and not study.less(cell.mcp, cell.exact),
        ("%s on %s, %s, %g ms, %g %%"):format(model.name, model.data, cell.links, cell.deadline, cell.target))
end
local rows = {}
for n, network in ipairs(NETWORKS) do
    for _, links in ipairs(LINKS) do
        local own = fl.table(cells):filter({ network = n, links = links }).rows
        table.insert(rows, summarise(own, network, links))
    end
end
local report = study.report "What placement saves, for every network and data set"
report:section("Means over the cells", shown(rows), LEGEND)
report:section("What was compared on the way", agreement:sentences())
study.write(given.out, { ["networks.md"] = report, ["networks.csv"] = fl.table(rows, COLUMNS) })
agreement:insist()
