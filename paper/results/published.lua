-- SPDX-License-Identifier: GPL-3.0-or-later
-- The published system and networks, and what reproduces.
local fl = require "finlab"
local paper = ...

local LINKS = { "receiver", "bottleneck" }
local BOTH = { "receiver links", "bottleneck links" }
local GAMMAS = { 3, 10, 30 }
local SHOWN = { [3] = true, [10] = true, [30] = true, [200] = true } -- in the table
local DATA = { cifar10 = "CIFAR-10", cifar100 = "CIFAR-100", mnist = "MNIST", second = "second" }

local function join(list) return table.concat(list, ", ") end

local function system_table()
    local system, rows = fl.systems.three_tier(), {}
    local into = { fl.systems.three_tier { links = "bottleneck" }.links[1], system.links[1], system.links[2] }
    for i, node in ipairs(system.nodes) do -- the mobile node's time per bit only shows in the slower end
        rows[i] = { node.name, ("%.4g"):format(node.speed / 1e9), ("%d"):format(node.power),
            ("%.4g"):format(node.tx_energy * 1e9), ("%.5g"):format(1e12 / into[i].rate) }
    end
    paper:write_table("table-tiers.tex", "lrrrr", { "node", "Gop/s", "W", "nJ/bit", "ps/bit" }, rows)
end

local function models_table()
    local rows = {}
    for _, of in ipairs {
        { "b_alexnet", "cifar10" }, { "b_alexnet", "cifar100" }, { "b_alexnet_multi", "cifar10" },
        { "b_resnet", "cifar10" }, { "b_resnet", "cifar100" }, { "b_lenet", "mnist" },
        { "b_lenet", "second" },
    } do
        local model = fl.models[of[1]](of[2])
        local ops, bits, exits = {}, {}, {}
        for l, block in ipairs(model.blocks) do
            ops[l] = ("%.6g"):format(block.ops / 1e6)
            if l < #model.blocks then bits[l] = ("%.4g"):format(block.out_bits / 1e3) end
        end
        for e, exit in ipairs(model.exits) do exits[e] = ("%.2f"):format(100 * exit.accuracy) end
        local last = rows[#rows]
        if last and last.name == model.name then
            table.insert(rows, { "", "", "", DATA[model.data], join(exits) })
        else
            table.insert(rows,
                { name = model.name, model.name, join(ops), join(bits), DATA[model.data], join(exits) })
        end
    end
    paper:write_table("table-models.tex", "lllll", { "network", "Mop per block", "kbit after a block",
        "data set", "accuracy of the exits (\\%)" }, rows)
end

-- Savings --------------------------------------------------------------------------------------------------

local function grid()
    local summary, rows = paper:records("savings-summary.csv"), {}
    for _, links in ipairs(LINKS) do
        if #rows > 0 then table.insert(rows, "-") end
        for _, row in ipairs(summary:filter({ links = links }).rows) do
            local prefix = ("%s.%s."):format(links, paper.name_of(row))
            paper:set(prefix .. "cells", "%d", row.cells)
            paper:set(prefix .. "noplan", "%d", row.no_plan)
            paper:set(prefix .. "optimal", "%d", row.optimal)
            paper:set(prefix .. "worst", "%.2f", row.worst)
            paper:set(prefix .. "plans", "%d", row.cells - row.no_plan)
            for _, baseline in ipairs { "released", "mcp" } do
                paper:set(prefix .. baseline, "%.1f %%", 100 * row["saving_" .. baseline])
                paper:set(prefix .. baseline .. ".reach", "%d", row["reach_" .. baseline])
                paper:set(prefix .. baseline .. ".summed", "%.1f %%", 100 * row["summed_" .. baseline])
            end
            if row.method ~= "milp" and (not row.gamma or SHOWN[row.gamma]) then
                table.insert(rows, {
                    row.gamma and ("FIN, $\\gamma=%d$"):format(row.gamma)
                        or row.method == "exact" and ("optimum, %s"):format(links) or row.method,
                    ("%d"):format(row.no_plan), ("%d"):format(row.optimal), paper.number("%d", row.tight),
                    ("%.3f"):format(row.ratio), ("%.3f"):format(row.worst),
                    ("%.1f"):format(100 * row.saving_released), ("%.1f"):format(100 * row.saving_mcp),
                })
            end
        end
    end
    paper:write_table("table-grid.tex", "lrrrrrrr",
        { "method", "none", "opt.", "tight", "mean", "worst", "rel.\\ \\%", "mcp \\%" }, rows)
end

--- What the optimum saves with every network and data set.
local function networks()
    local rows, by_network = {}, {}
    for _, row in ipairs(paper:records("networks.csv").rows) do
        local name = row.network .. " " .. row.data
        if not by_network[name] then
            by_network[name] = { (row.network:gsub(" %(several models%)", "$^*$")), DATA[row.data],
                ("%d"):format(row.cells) }
            table.insert(rows, by_network[name])
        end
        local cells = { ("%d"):format(row.no_plan), ("%d"):format(row.fin_optimal) }
        for _, baseline in ipairs { "released", "mcp" } do
            local saved, reach = row["saving_" .. baseline], row["reach_" .. baseline]
            table.insert(cells, paper.percent("%.1f", saved))
            table.insert(cells, paper.number("%d", reach))
            if saved then
                local prefix = ("%s.%s.%s.%s"):format(row.links, row.network, row.data, baseline)
                paper:set(prefix, "%.1f %%", 100 * saved)
                paper:set(prefix .. ".reach", "%d", reach)
            end
        end
        table.move(cells, 1, #cells, #by_network[name] + 1, by_network[name])
    end
    local heading = paper.heading({ "network", "data set", "cells" }, BOTH,
        { "none", "FIN", "rel.", "$\\ge$", "mcp", "$\\ge$" })
    paper:write_table("table-networks.tex", "llr@{\\quad}rrrrrr@{\\quad}rrrrrr", heading, rows)
end

--- Rows of savings.csv at operating points, by links, model, target, deadline and method.
local function cells_of(rows)
    local found, list, known = {}, {}, {}
    for _, row in ipairs(rows) do
        if row.engine ~= "igraph" then
            local cell = ("%s|%s|%g|%g"):format(row.links, row.model, row.target, row.deadline)
            found[cell .. paper.name_of(row)] = row.energy or row.claimed
            if row.grid == "no" or row.target == 0.75 or row.target == 0.8 then
                local point = ("%s|%g|%g"):format(row.model, row.target, row.deadline)
                if not known[point] then
                    known[point] = true
                    table.insert(list, { model = row.model, target = row.target, deadline = row.deadline })
                end
            end
        end
    end
    local function energy(links, point, method)
        return found[("%s|%s|%g|%g%s"):format(links, point.model, point.target, point.deadline, method)]
    end
    table.sort(list, function(a, b)
        if a.model ~= b.model then return a.model < b.model end
        if a.target ~= b.target then return a.target < b.target end
        return a.deadline < b.deadline
    end)
    return list, energy
end

--- One row for each stretch of deadlines over which nothing changes.
local function write_points(points, energy)
    local rows, last = {}, nil
    for _, point in ipairs(points) do
        local cells = {}
        for _, links in ipairs(LINKS) do
            local optimum, mcp = energy(links, point, "exact"), energy(links, point, "mcp")
            table.insert(cells, paper.number("%.3f", optimum and 1e3 * optimum))
            for _, gamma in ipairs(GAMMAS) do
                local fin = energy(links, point, "fin" .. gamma)
                table.insert(cells, paper.number("%.3f", fin and 1e3 * fin))
            end
            table.insert(cells, paper.number("%.3f", mcp and 1e3 * mcp))
            table.insert(cells, paper.number("%.1f", optimum and mcp and 100 * (1 - optimum / mcp)))
        end
        local text = table.concat(cells, " ")
        local same = last and last.model == point.model and last.target == point.target and last.text == text
        if not same then
            if last and last.model ~= point.model then table.insert(rows, "-") end
            last = { model = point.model, target = point.target, text = text, first = point.deadline }
            last.row = { point.model, ("%.0f"):format(100 * point.target), "" }
            table.move(cells, 1, #cells, 4, last.row)
            table.insert(rows, last.row)
        end
        local first, this = ("%g"):format(1e3 * last.first), ("%g"):format(1e3 * point.deadline)
        last.row[3] = first == this and this or first .. "--" .. this
    end
    local heading = paper.heading({ "", "\\%", "ms" }, BOTH,
        { "opt.", "$\\gamma=3$", "$\\gamma=10$", "$\\gamma=30$", "mcp", "\\%" })
    paper:write_table("table-points.tex", "lrr@{\\quad}rrrrrr@{\\quad}rrrrrr", heading, rows)
end

local function operating_points()
    local points, energy = cells_of(paper:records("savings.csv").rows)
    write_points(points, energy)
    for _, links in ipairs(LINKS) do
        local most = {}
        for _, point in ipairs(points) do
            local optimum, mcp = energy(links, point, "exact"), energy(links, point, "mcp")
            if optimum and mcp then
                local saved = 1 - optimum / mcp
                most[point.model] = math.max(most[point.model] or 0, saved)
            end
        end
        for _, model in ipairs { "B-AlexNet", "B-ResNet", "B-LeNet" } do
            paper:set(("%s.%s.most"):format(links, model), "%.2f %%", 100 * most[model])
        end
    end
    local rows = {}
    for _, point in ipairs(points) do
        if point.model == "B-AlexNet" and point.target == 0.8 then
            local row = { deadline = 1e3 * point.deadline }
            for _, method in ipairs { "exact", "fin10", "fin30", "mcp", "released" } do
                local here_energy = energy("receiver", point, method)
                row[method] = here_energy and 1e3 * here_energy
            end
            table.insert(rows, row)
        end
    end
    paper:write_data("deadline.dat", { "deadline", "exact", "fin10", "fin30", "mcp", "released" }, rows)
end


for i, name in ipairs { "few", "some", "many" } do paper:set("gamma." .. name, "%d", GAMMAS[i]) end
system_table()
models_table()
grid()
networks()
operating_points()
