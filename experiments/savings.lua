-- SPDX-License-Identifier: GPL-3.0-or-later
-- How much energy does placement save, and against which baseline? Published networks on three tiers, every
-- method, under two models of a link. The figures of the FIN paper (INFOCOM 2024) are among what it computes.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/savings.lua [--out DIR] [--jobs N] [--store FILE.db] [--quick]

Optimum, FIN, mcp and the published cost baseline for B-AlexNet, B-ResNet and B-LeNet on three tiers.

--out DIR        where savings.md, .csv, .svg, .png, savings-map.svg, .png and savings-summary.csv go
                 (default: out)
--jobs N         so many processes (default: 2)
--store FILE.db  keep each cell's results there, and go on from there (default: start anew)
--quick          a coarse grid and three gammas, to see whether it runs
]]

local given = study.options(USAGE, { out = "out", jobs = 2, store = "", quick = false })

local LINKS = { "receiver", "bottleneck" }
local BASELINES = { "released", "mcp" }
local CLAIM = 0.65 -- "over 65 % saved"
local GAMMAS = given.quick and { 3, 10, 30 } or { 3, 5, 10, 20, 30, 50, 200 }
local POINT_GAMMAS = { 3, 10, 30 }

local GRID = { -- deadlines in ms, accuracy targets in %
    model = fl.models.b_alexnet "cifar10",
    deadlines = fl.range(3, 15, given.quick and 4 or 1),
    targets = fl.range(10, 85, given.quick and 25 or 5),
}

local POINTS = { -- operating points: one target, several deadlines
    { model = GRID.model, target = 75, deadlines = fl.range(3, 15) },
    { model = GRID.model, target = 80, deadlines = fl.range(3, 15) },
    { model = fl.models.b_resnet "cifar10", target = 80, deadlines = { 0.5, 1, 1.5, 2, 3, 4, 5 } },
    { model = fl.models.b_lenet "mnist", target = 95, deadlines = { 0.018, 0.02, 0.025, 0.03, 0.04, 0.05 } },
}
local MODELS = {}
for _, point in ipairs(POINTS) do MODELS[point.model.name] = point.model end
local PICTURE = { links = "receiver", point = POINTS[2] }

-- Cells and methods ---------------------------------------------------------------------------------------

local function fin_key(gamma, engine)
    return ("fin:gamma=%d,engine=%s"):format(gamma, engine or "native")
end

--- Every method as sweeps name it, and by that name what it is.
local METHODS, RUNS = {}, {}
local function add_run(key, run)
    table.insert(METHODS, key)
    RUNS[key] = run
end
for _, name in ipairs { "exact", "milp", "mcp", "released" } do
    add_run(name, { name = name, method = name })
end
for _, gamma in ipairs(GAMMAS) do
    for _, engine in ipairs { "native", "igraph" } do
        add_run(fin_key(gamma, engine),
            { name = "FIN γ=" .. gamma, method = "fin", gamma = gamma, engine = engine })
    end
end

local function cell_name(links, model, deadline, target)
    return ("%s links, %s, %g ms, %g %%"):format(links, model, deadline, target)
end

--- A model, deadline and target each: the grid's, and the operating points outside it.
local function all_points()
    local points, known = {}, {}
    local function add(model, deadline, target, in_grid)
        local name = cell_name("any", model.name, deadline, target)
        if known[name] then return end
        known[name] = true
        table.insert(points, {
            model = model.name, data = model.data, deadline = deadline, target = target, in_grid = in_grid,
        })
    end
    for _, deadline in ipairs(GRID.deadlines) do
        for _, target in ipairs(GRID.targets) do add(GRID.model, deadline, target, true) end
    end
    for _, point in ipairs(POINTS) do
        for _, deadline in ipairs(point.deadlines) do add(point.model, deadline, point.target, false) end
    end
    return points
end

local function instance_of(cell)
    return fl.instance {
        system = fl.systems.three_tier { links = cell.links },
        apps = { {
            model = MODELS[cell.model], source = "mobile",
            deadline = cell.deadline / 1000, accuracy = cell.target / 100,
        } },
    }
end

--- What must hold in every cell.
local function check_cell(agreement, cell)
    local results = cell.results
    agreement:same("milp = exact", results.milp, results.exact, cell.name)
    for _, gamma in ipairs(GAMMAS) do
        agreement:same("FIN's engines native = igraph, plan and bound", results[fin_key(gamma)],
            results[fin_key(gamma, "igraph")], ("%s, gamma %d"):format(cell.name, gamma))
    end
end

--- A row for each cell and method; the cells with their results by method, a list that knows them by name
-- too; and what was compared.
local function solve_all()
    local agreement, cells = study.agreement(), {}
    local _, rows = study.sweep(given, {
        name = "savings", axes = { links = LINKS, point = all_points(), method = METHODS },
        case = instance_of,
    })
    for c, group in ipairs(rows:group("links", "model", "deadline", "target", "in_grid")) do
        local cell = group.values
        cell.name, cell.results = cell_name(cell.links, cell.model, cell.deadline, cell.target), {}
        for _, row in ipairs(group.table.rows) do cell.results[row.method] = row end
        cells[c], cells[cell.name] = cell, cell
        check_cell(agreement, cell)
    end
    return rows, cells, agreement
end

--- One record per cell and method, in SI units.
local function records_of(rows)
    local function part(row) return row.plan and row.plan[1] or {} end
    return rows:derive({
        grid = function(row) return row.in_grid and "yes" or "no" end,
        deadline = function(row) return row.deadline / 1000 end,
        target = function(row) return row.target / 100 end,
        method = function(row) return RUNS[row.method].method end,
        gamma = function(row) return RUNS[row.method].gamma end,
        engine = function(row) return RUNS[row.method].engine end,
        exit = function(row) return part(row).exit end,
        nodes = function(row) return part(row).nodes and table.concat(part(row).nodes, " ") end,
    }):select {
        "links", "model", "data", "grid", "deadline", "target", "method", "gamma", "engine", "status",
        "energy", "bound", "gap", "latency", "accuracy", "claimed", "exit", "nodes",
    }
end

-- The grid ------------------------------------------------------------------------------------------------

--- What a result says an inference costs: `released` says so without a plan.
local function energy_of(result)
    return result.energy or result.claimed
end

--- What a method saves in a cell against a baseline; nil unless both have an energy.
local function saving(cell, key, baseline)
    return (fl.saving(cell.results[key], { energy = energy_of(cell.results[baseline]) }))
end

--- Over the cells in which method and baseline have an energy: the mean saving, how many cells the claim
-- holds in, and what the sums of the energies would say.
local function compare(cells, key, baseline)
    local n, saved, reach, sum, baseline_sum = 0, 0, 0, 0, 0
    for _, cell in ipairs(cells) do
        local here = saving(cell, key, baseline)
        if here then
            n, saved, reach = n + 1, saved + here, reach + (here >= CLAIM and 1 or 0)
            sum = sum + cell.results[key].energy
            baseline_sum = baseline_sum + energy_of(cell.results[baseline])
        end
    end
    if n == 0 then return nil, 0, nil end
    return saved / n, reach, 1 - sum / baseline_sum
end

--- The rows of all methods that find plans, for one link model: counts of cells, and means over the cells in
-- which the method has a plan.
local function summaries_of(rows, cells, links)
    local grid, summaries = { in_grid = true, links = links }, {}
    local within = fl.table(cells):filter(grid).rows
    for _, found in ipairs(rows:filter(grid):distance({ to = { method = "exact" } }).rows) do
        local run = RUNS[found.method]
        local row = {
            links = links, name = run.name, method = run.method, gamma = run.gamma, cells = #within,
            no_plan = #within - #found.gaps, optimal = found.same,
            tight = found.bounds > 0 and found.tight or nil,
            ratio = found.mean and 1 + found.mean, worst = found.worst and 1 + found.worst,
        }
        for _, baseline in ipairs(BASELINES) do
            row["saving_" .. baseline], row["reach_" .. baseline], row["summed_" .. baseline] =
                compare(within, found.method, baseline)
        end
        if run.method ~= "released" and run.engine ~= "igraph" then table.insert(summaries, row) end
    end
    return summaries
end

local function summary_records(rows)
    return fl.table(rows, {
        "links", "method", "gamma", "cells", "no_plan", "optimal", "tight", "ratio", "worst",
        "saving_released", "reach_released", "summed_released", "saving_mcp", "reach_mcp", "summed_mcp",
    })
end

local function summary_table(rows)
    local reach = ("≥ %g %%"):format(100 * CLAIM)
    return fl.table(rows, {
        { key = "name", title = "method" }, { key = "no_plan", title = "no plan" }, "optimal", "tight",
        { key = "ratio", format = "%.4f" }, { key = "worst", format = "%.4f" },
        { key = "saving_released", title = "% vs released", scale = 100, format = "%.2f" },
        { key = "reach_released", title = reach },
        { key = "saving_mcp", title = "% vs mcp", scale = 100, format = "%.2f" },
        { key = "reach_mcp", title = reach },
    })
end

local SUMMARY_LEGEND = {
    "no plan, optimal: cells in which the method has no plan; in which its plan is the optimum",
    "tight: cells in which its lower bound is the optimum",
    "ratio, worst: mean and largest energy relative to the optimum, over the cells with a plan",
    "% vs, ≥: mean saving against a baseline over the cells with a plan; in how many it is so large",
}

-- Operating points ----------------------------------------------------------------------------------------

local NO_ENERGY = { infeasible = "none", unknown = "no plan", unsupported = "n/a" }

local POINT_LEGEND = {
    "no plan: the method found none; none: it proved that there is none; n/a: not for such a model",
    "released: an energy by the rule in the published scripts, whatever the deadline; not always a plan",
    "% vs mcp: what the optimum saves against mcp",
}

local function energy_text(result)
    local energy = energy_of(result)
    return energy and ("%.3f"):format(1000 * energy) or NO_ENERGY[result.status]
end

local function cell_at(cells, links, point, deadline)
    return cells[cell_name(links, point.model.name, deadline, point.target)]
end

--- What the table shows of a cell, but for its deadline.
local function point_row(cell)
    local saved = saving(cell, "exact", "mcp")
    local row = {
        model = cell.model, target = cell.target .. " %",
        saved = saved and ("%.2f"):format(100 * saved) or "",
    }
    for _, key in ipairs { "exact", "mcp", "released" } do row[key] = energy_text(cell.results[key]) end
    for _, gamma in ipairs(POINT_GAMMAS) do row[gamma] = energy_text(cell.results[fin_key(gamma)]) end
    return row
end

--- Whether all of `row` is in `previous`.
local function repeats(previous, row)
    for key, text in pairs(row) do
        if not previous or previous[key] ~= text then return false end
    end
    return true
end

--- "3" or "3–6"
local function span(first, last)
    return first == last and ("%g"):format(first) or ("%g–%g"):format(first, last)
end

--- One row for each stretch of deadlines over which nothing changes.
local function point_rows(cells, links)
    local rows = {}
    for _, point in ipairs(POINTS) do
        local row, first
        for _, deadline in ipairs(point.deadlines) do
            local here = point_row(cell_at(cells, links, point, deadline))
            if not repeats(row, here) then
                row, first = here, deadline
                table.insert(rows, row)
            end
            row.deadline = span(first, deadline)
        end
    end
    return rows
end

local function point_table(rows)
    local columns = { { key = "model" } }
    local function add(key, title) table.insert(columns, { key = key, title = title, align = "right" }) end
    add "target"
    add("deadline", "deadline (ms)")
    add("exact", "optimum")
    for _, gamma in ipairs(POINT_GAMMAS) do add(gamma, "FIN γ=" .. gamma) end
    add "mcp"
    add "released"
    add("saved", "% vs mcp")
    return fl.table(rows, columns)
end

-- The claim in words --------------------------------------------------------------------------------------

local function percent(share)
    return share and ("%.2f %%"):format(100 * share) or "–"
end

local function verdict(saved)
    if not saved then return "no plan" end
    return saved >= CLAIM and "holds" or "does not hold"
end

--- "holds against released (78.66 %), does not hold against mcp (26.71 %)"
local function verdicts(row, form)
    local texts = {}
    for i, baseline in ipairs(BASELINES) do
        local saved = row[form .. "_" .. baseline]
        texts[i] = ("%s against %s (%s)"):format(verdict(saved), baseline, percent(saved))
    end
    return table.concat(texts, ", ")
end

--- "against mcp 16.90 % (γ=3) to 26.71 % (γ=200)"
local function fin_range(rows, baseline)
    local key, least, most = "saving_" .. baseline, nil, nil
    for _, row in ipairs(rows) do
        if row.gamma and row[key] then
            least = least and least[key] <= row[key] and least or row
            most = most and most[key] >= row[key] and most or row
        end
    end
    if not least then return ("against %s nothing, without a plan"):format(baseline) end
    local low, high = percent(least[key]), percent(most[key])
    if low == high then return ("against %s %s with every γ"):format(baseline, low) end
    return ("against %s %s (γ=%d) to %s (γ=%d)"):format(baseline, low, least.gamma, high, most.gamma)
end

--- The claim over the grid: as a mean, cell by cell, for FIN, and for sums of energies.
local function grid_sentences(rows)
    local optimum, cells, fin = rows[1], {}, {}
    for i, baseline in ipairs(BASELINES) do
        cells[i] = ("in %d against %s"):format(optimum["reach_" .. baseline], baseline)
        fin[i] = fin_range(rows, baseline)
    end
    return {
        ("On average over the grid it %s."):format(verdicts(optimum, "saving")),
        ("Cell by cell, of the %d that have a plan, it holds %s."):format(optimum.cells - optimum.no_plan,
            table.concat(cells, " and ")),
        ("FIN instead of the optimum saves on average %s."):format(table.concat(fin, " and ")),
        ("For energies summed over the grid it %s."):format(verdicts(optimum, "summed")),
    }
end

--- Stretches of deadlines with the same verdict at one operating point.
local function stretches(cells, links, point)
    local list, last = {}, nil
    for _, deadline in ipairs(point.deadlines) do
        local saved = saving(cell_at(cells, links, point, deadline), "exact", "mcp")
        if not last or last.verdict ~= verdict(saved) then
            last = { verdict = verdict(saved), first = deadline, least = saved, most = saved }
            table.insert(list, last)
        end
        last.last = deadline
        if saved then last.least, last.most = math.min(last.least, saved), math.max(last.most, saved) end
    end
    return list
end

--- "holds at 7–15 ms (71.77 %)"
local function stretch_text(stretch)
    local where = ("%s at %s ms"):format(stretch.verdict, span(stretch.first, stretch.last))
    if not stretch.least then return where end
    local low, high = percent(stretch.least), percent(stretch.most)
    return ("%s (%s)"):format(where, low == high and low or low .. " to " .. high)
end

--- The claim at one operating point.
local function point_sentence(cells, links, point)
    local texts = {}
    for i, stretch in ipairs(stretches(cells, links, point)) do texts[i] = stretch_text(stretch) end
    return ("%s, target %d %%, against mcp: %s."):format(point.model.name, point.target,
        table.concat(texts, ", "))
end

local function claim_sentences(cells, rows, links)
    local sentences = grid_sentences(rows)
    for _, point in ipairs(POINTS) do table.insert(sentences, point_sentence(cells, links, point)) end
    return sentences
end

-- Picture -------------------------------------------------------------------------------------------------

local function picture(cells)
    local point, series = PICTURE.point, {}
    local function add(key, name, dashed)
        local points, any = {}, false
        for i, deadline in ipairs(point.deadlines) do
            local energy = energy_of(cell_at(cells, PICTURE.links, point, deadline).results[key])
            points[i], any = { deadline, energy and 1000 * energy }, any or energy ~= nil
        end
        if any then table.insert(series, { name = name, points = points, dashed = dashed }) end
    end
    add("released", "released")
    add("mcp", "mcp")
    for _, gamma in ipairs(POINT_GAMMAS) do add(fin_key(gamma), "FIN γ=" .. gamma) end
    add("exact", "optimum", true)
    return fl.plot {
        title = ("%s, accuracy of %d %%, %s links"):format(point.model.name, point.target, PICTURE.links),
        x = { label = "deadline", unit = "ms" }, y = { label = "energy", unit = "mJ", least = 0 },
        series = series,
    }
end

--- What the optimum saves against mcp, over the grid.
local function map(cells)
    local rows = fl.table(cells):filter({ in_grid = true, links = PICTURE.links }):derive {
        saved = function(cell)
            local saved = saving(cell, "exact", "mcp")
            return saved and 100 * saved
        end,
    }
    return rows:plot {
        kind = "heat",
        title = ("%s, %s links: what the optimum saves"):format(GRID.model.name, PICTURE.links),
        x = { key = "deadline", unit = "ms" }, y = { key = "target", label = "accuracy target", unit = "%" },
        z = { key = "saved", label = "saving against mcp", unit = "%", least = 0, most = 100 },
    }
end

-- All of it -----------------------------------------------------------------------------------------------

study.folder(given.out)
local solved, cells, agreement = solve_all()

local report = study.report "What placement saves, and against which baseline"
local summaries, claims = {}, {}
for _, links in ipairs(LINKS) do
    local rows = summaries_of(solved, cells, links)
    report:section(("Operating points, %s links: energies in mJ"):format(links),
        point_table(point_rows(cells, links)), POINT_LEGEND)
    report:section(("%s on %s, grid of %d cells, %s links"):format(GRID.model.name, GRID.model.data,
        rows[1].cells, links), summary_table(rows), SUMMARY_LEGEND)
    table.move(rows, 1, #rows, #summaries + 1, summaries)
    claims[links] = claim_sentences(cells, rows, links)
end
for _, links in ipairs(LINKS) do
    report:section(('"Over %g %% saved", with %s links'):format(100 * CLAIM, links), claims[links])
end
report:section("What was compared on the way", agreement:sentences())

local figure, grid = picture(cells), map(cells)
study.write(given.out, {
    ["savings.md"] = report, ["savings.csv"] = records_of(solved),
    ["savings-summary.csv"] = summary_records(summaries), ["savings.svg"] = figure, ["savings.png"] = figure,
    ["savings-map.svg"] = grid, ["savings-map.png"] = grid,
})
agreement:insist()
