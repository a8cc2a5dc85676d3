-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the paper needs of the results in out/: every number of its text, its tables and its figures' data, as
-- files in paper/generated/. `./run paper` calls it.

local fl = require "finlab"
local here = arg[0]:match("^.*/") or ""
local study = dofile(here .. "../experiments/study.lua")

local USAGE = [[
finlab paper/generate.lua [--out DIR] [--to DIR]

Writes numbers.tex, tables and figure data from the files that the experiments have left in DIR.

--out DIR   where the experiments' CSV files are (default: out)
--to DIR    where the files for LaTeX go (default: paper/generated)
]]

local given = study.options(USAGE, { out = "out", to = "paper/generated" })

local LINKS = { "receiver", "bottleneck" }
local GAMMAS = { 3, 10, 30 }

local function records(name)
    local rows = study.read_csv(given.out .. "/" .. name)
    if not rows then study.stop(4, "%s/%s is missing: run its experiment first", given.out, name) end
    return fl.table(rows)
end

local function write(name, text)
    local file <close> = study.try(io.open(given.to .. "/" .. name, "w"))
    study.try(file:write(text))
end

-- Numbers --------------------------------------------------------------------------------------------------

local values, order = {}, {}

--- Call a figure `name` in the text: \val{name}.
local function set(name, format, ...)
    assert(not values[name], name)
    for _, value in ipairs { ... } do assert(value, name) end
    values[name] = format:format(...)
    table.insert(order, name)
end

--- Text as LaTeX reads it.
local function tex(text)
    return (tostring(text):gsub("[%%_&#]", "\\%0"):gsub(" \\%%", "\\,\\%%"):gsub("γ", "$\\gamma$"))
end

local function numbers_text()
    local lines = { "% written by paper/generate.lua" }
    for _, name in ipairs(order) do
        table.insert(lines, ("\\setval{%s}{%s}"):format(name, tex(values[name])))
    end
    return table.concat(lines, "\n") .. "\n"
end

-- Tables ---------------------------------------------------------------------------------------------------

--- A booktabs table: `align` as in tabular, rows of texts that are LaTeX; "-" is a rule.
local function tabular(align, heading, rows)
    local lines = {
        ("\\begin{tabular}{%s}"):format(align), "\\toprule",
        table.concat(heading, " & ") .. "\\\\", "\\midrule",
    }
    for _, row in ipairs(rows) do
        table.insert(lines, row == "-" and "\\midrule" or table.concat(row, " & ") .. "\\\\")
    end
    table.move({ "\\bottomrule", "\\end{tabular}" }, 1, 2, #lines + 1, lines)
    return table.concat(lines, "\n") .. "\n"
end

--- A file of columns for pgfplots; what is missing is nan.
local function data(names, rows)
    local lines = { table.concat(names, " ") }
    for _, row in ipairs(rows) do
        local cells = {}
        for i, name in ipairs(names) do cells[i] = row[name] and ("%.10g"):format(row[name]) or "nan" end
        table.insert(lines, table.concat(cells, " "))
    end
    return table.concat(lines, "\n") .. "\n"
end

local function number(format, value) return value and format:format(value) or "--" end

-- The published system and networks ------------------------------------------------------------------------

local function system_tables()
    local system, rows = fl.systems.three_tier(), {}
    local into = { fl.systems.three_tier { links = "bottleneck" }.links[1], system.links[1], system.links[2] }
    for i, node in ipairs(system.nodes) do -- the mobile node's time per bit only shows in the slower end
        rows[i] = { node.name, ("%.4g"):format(node.speed / 1e9), ("%d"):format(node.power),
            ("%.4g"):format(node.tx_energy * 1e9), ("%.5g"):format(1e12 / into[i].rate) }
    end
    write("table-tiers.tex", tabular("lrrrr", { "node", "Gop/s", "W", "nJ/bit", "ps/bit" }, rows))

    rows = {}
    for _, of in ipairs { { "b_alexnet", "cifar10" }, { "b_resnet", "cifar10" }, { "b_lenet", "mnist" } } do
        local model = fl.models[of[1]](of[2])
        local ops, bits, exits = {}, {}, {}
        for l, block in ipairs(model.blocks) do
            ops[l] = ("%.6g"):format(block.ops / 1e6)
            if l < #model.blocks then bits[l] = ("%.4g"):format(block.out_bits / 1e3) end
        end
        for e, exit in ipairs(model.exits) do exits[e] = ("%.2f"):format(100 * exit.accuracy) end
        local function join(list) return table.concat(list, ", ") end
        table.insert(rows, { model.name, join(ops), join(bits), join(exits) })
    end
    write("table-models.tex", tabular("llll", { "network", "Mop per block", "kbit after a block",
        "accuracy of the exits (\\%)" }, rows))
end

-- Savings --------------------------------------------------------------------------------------------------

local function name_of(row) return row.method .. (row.gamma or "") end

local function grid()
    local summary, rows = records "savings-summary.csv", {}
    for _, links in ipairs(LINKS) do
        if #rows > 0 then table.insert(rows, "-") end
        for _, row in ipairs(summary:filter({ links = links }).rows) do
            local prefix = ("%s.%s."):format(links, name_of(row))
            set(prefix .. "cells", "%d", row.cells)
            set(prefix .. "noplan", "%d", row.no_plan)
            set(prefix .. "optimal", "%d", row.optimal)
            set(prefix .. "worst", "%.2f", row.worst)
            set(prefix .. "plans", "%d", row.cells - row.no_plan)
            for _, baseline in ipairs { "released", "mcp" } do
                set(prefix .. baseline, "%.1f %%", 100 * row["saving_" .. baseline])
                set(prefix .. baseline .. ".reach", "%d", row["reach_" .. baseline])
                set(prefix .. baseline .. ".summed", "%.1f %%", 100 * row["summed_" .. baseline])
            end
            if row.method ~= "milp" then
                table.insert(rows, {
                    row.gamma and ("FIN, $\\gamma=%d$"):format(row.gamma)
                        or row.method == "exact" and ("optimum, %s"):format(links) or row.method,
                    ("%d"):format(row.no_plan), ("%d"):format(row.optimal), number("%d", row.tight),
                    ("%.3f"):format(row.ratio), ("%.3f"):format(row.worst),
                    ("%.1f"):format(100 * row.saving_released), ("%.1f"):format(100 * row.saving_mcp),
                })
            end
        end
    end
    write("table-grid.tex", tabular("lrrrrrrr",
        { "method", "none", "opt.", "tight", "mean", "worst", "rel.\\ \\%", "mcp \\%" }, rows))
end

--- Rows of savings.csv at operating points, by links, model, target, deadline and method.
local function cells_of(rows)
    local found, list, known = {}, {}, {}
    for _, row in ipairs(rows) do
        if row.engine ~= "igraph" then
            local cell = ("%s|%s|%g|%g"):format(row.links, row.model, row.target, row.deadline)
            found[cell .. name_of(row)] = row.energy or row.claimed
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
local function points_table(points, energy)
    local rows, last = {}, nil
    for _, point in ipairs(points) do
        local cells = {}
        for _, links in ipairs(LINKS) do
            local optimum, mcp = energy(links, point, "exact"), energy(links, point, "mcp")
            table.insert(cells, number("%.3f", optimum and 1e3 * optimum))
            for _, gamma in ipairs(GAMMAS) do
                local fin = energy(links, point, "fin" .. gamma)
                table.insert(cells, number("%.3f", fin and 1e3 * fin))
            end
            table.insert(cells, number("%.3f", mcp and 1e3 * mcp))
            table.insert(cells, number("%.1f", optimum and mcp and 100 * (1 - optimum / mcp)))
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
    local heading = {
        "& & & \\multicolumn{6}{c}{receiver links} & \\multicolumn{6}{c}{slower-end links}\\\\\n",
        "\\%", "ms",
    }
    for _ = 1, 2 do
        local six = { "opt.", "$\\gamma=3$", "$\\gamma=10$", "$\\gamma=30$", "mcp", "\\%" }
        table.move(six, 1, #six, #heading + 1, heading)
    end
    return "\\setlength{\\tabcolsep}{4pt}\n" .. tabular("lrr@{\\quad}rrrrrr@{\\quad}rrrrrr", heading, rows)
end

local function operating_points()
    local points, energy = cells_of(records("savings.csv").rows)
    write("table-points.tex", points_table(points, energy))
    for _, links in ipairs(LINKS) do
        local most, least = {}, {}
        for _, point in ipairs(points) do
            local optimum, mcp = energy(links, point, "exact"), energy(links, point, "mcp")
            if optimum and mcp then
                local saved = 1 - optimum / mcp
                most[point.model] = math.max(most[point.model] or 0, saved)
                least[point.model] = math.min(least[point.model] or 1, saved)
            end
        end
        for _, model in ipairs { "B-AlexNet", "B-ResNet", "B-LeNet" } do
            set(("%s.%s.most"):format(links, model), "%.2f %%", 100 * most[model])
            set(("%s.%s.least"):format(links, model), "%.1f %%", 100 * least[model])
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
    write("deadline.dat", data({ "deadline", "exact", "fin10", "fin30", "mcp", "released" }, rows))
end

-- Random instances -----------------------------------------------------------------------------------------

local NAMED = { exact = "exact", milp = "milp", mcp = "mcp", cheapest = "cheapest", fastest = "fastest",
    single = "single" }

local function random_instances()
    local summary, rows, curves = records "optimality-summary.csv", {}, {}
    for _, family in ipairs { "small", "medium" } do
        if #rows > 0 then table.insert(rows, "-") end
        for _, row in ipairs(summary:filter({ family = family }).rows) do
            local prefix = ("%s.%s."):format(family, name_of(row))
            set(prefix .. "instances", "%d", row.instances)
            set(prefix .. "optimal", "%.1f %%", 100 * row.optimal)
            set(prefix .. "noplan", "%.1f %%", 100 * row.no_plan)
            set(prefix .. "mean", "%.2f %%", 100 * row.mean_gap)
            set(prefix .. "worst", "%.0f", row.worst_gap + 1)
            if row.tight then
                set(prefix .. "tight", "%.1f %%", 100 * row.tight)
                set(prefix .. "below", "%.2f %%", 100 * row.bound_distance)
            end
            if row.gamma then
                local point = curves[row.gamma] or { gamma = row.gamma }
                curves[row.gamma] = point
                point[family .. "optimal"], point[family .. "noplan"] = 100 * row.optimal, 100 * row.no_plan
                point[family .. "gap"] = row.mean_gap > 0 and 100 * row.mean_gap or nil
                point[family .. "below"] = row.bound_distance > 0 and 100 * row.bound_distance or nil
            end
            if row.method ~= "exact" and row.method ~= "milp" then
                table.insert(rows, {
                    row.gamma and ("FIN, $\\gamma=%d$"):format(row.gamma) or NAMED[row.method],
                    ("%.1f"):format(100 * row.optimal), ("%.1f"):format(100 * row.no_plan),
                    ("%.2f"):format(100 * row.mean_gap), ("%.0f"):format(100 * row.worst_gap),
                    number("%.1f", row.tight and 100 * row.tight),
                    number("%.2f", row.bound_distance and 100 * row.bound_distance),
                })
            end
        end
    end
    local list = {}
    for _, point in pairs(curves) do table.insert(list, point) end
    table.sort(list, function(a, b) return a.gamma < b.gamma end)
    write("gamma.dat", data({
        "gamma", "smalloptimal", "smallnoplan", "smallgap", "smallbelow", "mediumoptimal", "mediumnoplan",
        "mediumgap", "mediumbelow",
    }, list))
    write("table-optimality.tex", tabular("lrrrrrr", { "method", "opt.", "none", "mean", "worst", "tight",
        "below" }, rows))
end

local function levels()
    local found, list = records("claims-levels.csv").rows, {}
    local names = { "gamma" }
    for _, record in ipairs(found) do
        set(("levels.%d"):format(record.blocks), "%s", record.enough or "more than were tried")
        table.insert(names, "blocks" .. record.blocks)
    end
    set("levels.instances", "%d", found[1].instances)
    for key in pairs(found[1]) do
        local gamma = tonumber(key:match "^gamma_(%d+)$")
        if gamma then
            local row = { gamma = gamma }
            for _, record in ipairs(found) do row["blocks" .. record.blocks] = 100 * record[key] end
            table.insert(list, row)
        end
    end
    table.sort(list, function(a, b) return a.gamma < b.gamma end)
    set("levels.most", "%d", list[#list].gamma)
    write("levels.dat", data(names, list))
end

local function worst_cases()
    local rows = {}
    for _, row in ipairs(records("worst.csv").rows) do
        local name = row.method:gsub("^fin:gamma=(%d+)$", "FIN, γ=%1"):gsub(":goal=energy", ", energy")
        local key = "worst." .. row.method:gsub("[^%w]", "")
        set(key, "%s", number(row.gap < 99 and "%.3g" or "%.0f", row.gap + 1))
        table.insert(rows, { tex((name:gsub("γ=(%d+)", "$\\gamma=%1$"))), values[key],
            ("%d"):format(row.blocks), ("%d"):format(row.nodes), ("%.2f"):format(row.slack),
            ("%.1f"):format(100 * row.no_plan) })
    end
    write("table-worst.tex", tabular("lrrrrr",
        { "method", "times", "blocks", "nodes", "slack", "none \\%" }, rows))
end

-- Many users -----------------------------------------------------------------------------------------------

local ORDERS = {
    { "joint optimum (colgen)", "joint" }, { "FIN, as given", "given" }, { "FIN, by deadline", "deadline" },
    { "FIN, by load", "load" }, { "FIN, best of 20 random", "random" }, { "mcp, as given", "mcp" },
}

--- The row of a method with the most users fewer than the joint optimum, and the dearest one.
local function worst_rows(rows, method)
    local fewest, dearest
    for _, row in ipairs(rows) do
        if row.method == method then
            if not fewest or row.fewer > fewest.fewer then fewest = row end
            if row.dearer and not (dearest and dearest.dearer >= row.dearer) then dearest = row end
        end
    end
    return fewest, dearest
end

local function many_users()
    local all, rows = records "multiapp.csv", {}
    local systems, proven, joints = {}, 0, 0
    for _, row in ipairs(all.rows) do
        if row.method == ORDERS[1][1] then
            joints, proven = joints + 1, proven + (row.status == "optimal" and 1 or 0)
            if not systems[row.system] then
                systems[row.system] = true
                table.insert(systems, row.system)
            end
        end
    end
    set("multi.joints", "%d", joints)
    set("multi.proven", "%d", proven)
    for s, system in ipairs(systems) do
        local of = all:filter({ system = system }).rows
        if s > 1 then table.insert(rows, "-") end
        for i = 2, #ORDERS do
            local fewest, dearest = worst_rows(of, ORDERS[i][1])
            local prefix = ("multi.%s.%s."):format(system:gsub(" ", ""), ORDERS[i][2])
            set(prefix .. "fewer", "%d", fewest.fewer)
            set(prefix .. "users", "%d", fewest.users)
            set(prefix .. "joint", "%d", fewest.served + fewest.fewer)
            set(prefix .. "served", "%d", fewest.served)
            set(prefix .. "dearer", "%.2f %%", dearest and dearest.dearer or 0)
            table.insert(rows, { i == 2 and system or "", tex(ORDERS[i][1]), ("%d"):format(fewest.fewer),
                ("%d"):format(fewest.users), number("%.2f", dearest and dearest.dearer) })
        end
    end
    write("table-multi.tex", tabular("llrrr", { "system", "placing", "fewer", "of", "dearer \\%" }, rows))

    local names, points, list = { "users" }, {}, {}
    for _, method in ipairs(ORDERS) do table.insert(names, method[2]) end
    for _, row in ipairs(all:filter({ system = "three tiers" }).rows) do
        for _, method in ipairs(ORDERS) do
            if row.method == method[1] then
                if not points[row.users] then
                    points[row.users] = { users = row.users }
                    table.insert(list, points[row.users])
                end
                points[row.users][method[2]] = row.share
            end
        end
    end
    table.sort(list, function(a, b) return a.users < b.users end)
    set("multi.users", "%d", list[#list].users)
    write("users.dat", data(names, list))
end

-- Claims ---------------------------------------------------------------------------------------------------

local VERDICTS = { holds = "\\textbf{holds}", ["does not hold"] = "\\textbf{does not hold}",
    ["cannot be checked"] = "\\emph{cannot be checked}" }

local function claims()
    local rows, tally, source = {}, {}, nil
    for _, claim in ipairs(records("claims.csv").rows) do
        if source and source ~= claim.source then table.insert(rows, "-") end
        source = claim.source
        local command = claim.command:gsub("^finlab experiments/", ""):gsub("%.lua$", "")
        table.insert(rows, { tex(claim.claim), VERDICTS[claim.verdict], tex(claim.why), tex(claim.threshold),
            ("\\texttt{%s}"):format(tex(command)) })
        set(("claim.%s.why"):format(claim.key), "%s", claim.why)
        set(("claim.%s.verdict"):format(claim.key), "%s", claim.verdict)
        if claim.claimed then set(("claim.%s.claimed"):format(claim.key), "%d %%", claim.claimed) end
        local i = 0
        for figure in claim.why:gmatch "%f[%d.]%-?%d[%d.]*%f[^%d.]" do
            i = i + 1
            set(("claim.%s.%d"):format(claim.key, i), "%s", (figure:gsub("%.$", "")))
        end
        local key = claim.source .. claim.verdict
        tally[key] = (tally[key] or 0) + 1
        tally[claim.source] = (tally[claim.source] or 0) + 1
    end
    for _, of in ipairs { "FIN", "finlab" } do
        set(("claims.%s"):format(of), "%d", tally[of])
        for _, verdict in ipairs { "holds", "does not hold", "cannot be checked" } do
            set(("claims.%s.%s"):format(of, verdict), "%d", tally[of .. verdict] or 0)
        end
    end
    write("table-claims.tex", tabular(
        "p{.24\\textwidth}p{.1\\textwidth}p{.28\\textwidth}p{.17\\textwidth}p{.09\\textwidth}",
        { "claim", "verdict", "figure", "decided by", "run" }, rows))
end

-- All of it ------------------------------------------------------------------------------------------------

study.folder(given.to)
system_tables()
grid()
operating_points()
random_instances()
levels()
worst_cases()
many_users()
claims()
write("numbers.tex", numbers_text())
