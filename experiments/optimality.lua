-- SPDX-License-Identifier: GPL-3.0-or-later
-- How far from the optimum are the heuristics, and how good is FIN's own lower bound? Seeded random
-- instances, with the mixed-integer programme as the truth.
--
-- The deadlines are not the drawn ones: many of those are met by one plan only, and to the last bit, which no
-- rounding survives. They are SLACKS, in turn, times the least latency that any plan has.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/optimality.lua [--instances N] [--seed S] [--out DIR] [--jobs N] [--store FILE.db]
                                  [--quick]

FIN by gamma, mcp, cheapest, fastest and single against the MILP on random instances.

--instances N    how many of each family (default: 1000; with --quick 50)
--seed S         the seed of the first; the others follow (default: 1)
--out DIR        where optimality.md, .csv and -summary.csv, and the pictures optimality.svg, .png,
                 optimality-distance.svg, .png and optimality-profile.svg, .png go (default: out)
--jobs N         so many processes (default: 2)
--store FILE.db  keep each instance's results there, and go on from there (default: start anew)
--quick          few instances and three gammas, to see whether it runs
]]

local given = study.options(USAGE, {
    instances = 1000, seed = 1, out = "out", jobs = 2, store = "", quick = false,
})
if given.instances == 0 then study.stop(2, "--instances: there must be one at least") end
local INSTANCES = given.quick and not rawget(given, "instances") and 50 or given.instances
local GAMMAS = given.quick and { 3, 10, 30 } or { 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000 }
local SLACKS = { 1.1, 1.5, 2, 4 }
local NO_DEADLINE = 1e9 -- s

local FAMILIES = {
    { name = "small", what = "1-7 blocks, 1-4 nodes, every feature of the model", recipe = {} },
    {
        name = "medium", what = "8 blocks, 6 nodes, chains and exits only",
        recipe = { blocks = 8, nodes = 6, plain = true },
    },
}

-- Instances and methods -----------------------------------------------------------------------------------

--- Every method, FIN's by gamma, in the order of the tables.
local RUNS = { { method = "exact" }, { method = "milp" } }
for _, gamma in ipairs(GAMMAS) do
    local spec = "fin:gamma=" .. gamma
    table.insert(RUNS, {
        spec = spec, name = "FIN γ=" .. gamma, method = "fin", gamma = gamma,
        witness = spec .. ",engine=igraph", -- the same on the other engine
    })
end
for _, name in ipairs { "mcp", "cheapest", "fastest", "single" } do table.insert(RUNS, { method = name }) end

--- The instance of a seed with a deadline that leaves slack, and both; nil when no plan exists or one takes
-- no time.
local function draw(family, seed)
    local recipe = { seed = seed }
    for key, value in pairs(family.recipe) do recipe[key] = value end
    local drawn <close> = assert(fl.generate(recipe))
    local open <close> = assert(drawn:with { deadline = NO_DEADLINE })
    local fastest = study.solve(open, "fastest")
    if not fastest.energy or fastest.latency == 0 then return nil end
    local slack = SLACKS[seed % #SLACKS + 1]
    local deadline = slack * fastest.latency
    return assert(drawn:with { deadline = deadline }), { deadline = deadline, slack = slack }
end

--- A row for each instance and method.
local function solve_all()
    local names, methods = {}, {}
    for i, family in ipairs(FAMILIES) do names[i], FAMILIES[family.name] = family.name, family end
    for _, run in ipairs(RUNS) do
        run.spec, run.name = run.spec or run.method, run.name or run.method
        table.insert(methods, run.spec)
        table.insert(methods, run.witness)
    end
    return select(2, study.sweep(given, {
        name = "optimality", axes = { family = names, method = methods },
        seeds = fl.range(given.seed, given.seed + INSTANCES - 1),
        case = function(p) return draw(FAMILIES[p.family], p.seed) end,
    }))
end

--- What must hold of every result, since there is a plan.
local function check_case(agreement, results, where)
    local optimum = results.exact.energy
    for _, run in ipairs(RUNS) do
        local result = results[run.spec]
        agreement:note("no plan below the optimum, no bound above it, no claim that there is no plan",
            not study.less(result.energy, optimum) and not study.less(optimum, result.bound)
            and result.status ~= "infeasible", ("%s, %s"):format(where, run.name))
        if run.witness then
            agreement:same("FIN's engines native = igraph, plan and bound", result, results[run.witness],
                ("%s, %s"):format(where, run.name))
        end
    end
    agreement:same("milp = exact", results.milp, results.exact, where)
end

local function check(rows)
    local agreement = study.agreement()
    for _, case in ipairs(rows:group("family", "seed")) do
        local results, first = {}, case.table.rows[1]
        for _, row in ipairs(case.table.rows) do results[row.method] = row end
        check_case(agreement, results,
            ("%s, seed %d, deadline %.17g"):format(first.family, first.seed, first.deadline))
    end
    return agreement
end

--- One record per instance and run, in SI units.
local function records_of(rows)
    local by_spec = {}
    for _, run in ipairs(RUNS) do by_spec[run.spec] = run end
    return rows:relate({ to = { method = "exact" }, as = "optimum" })
        :filter(function(row) return by_spec[row.method] end)
        :derive({
            gamma = function(row) return by_spec[row.method].gamma end,
            method = function(row) return by_spec[row.method].method end,
        }):select {
            "family", "seed", "slack", "deadline", "method", "gamma", "status", "energy", "bound", "latency",
            "accuracy", "optimum",
        }
end

-- Summaries -----------------------------------------------------------------------------------------------

--- A row for each method over the instances of a family.
local function summaries_of(rows, family)
    local found, summaries = {}, {}
    for _, row in ipairs(rows:filter({ family = family }):distance({ to = { method = "exact" } }).rows) do
        found[row.method] = row
    end
    if not next(found) then study.stop(2, "no instance has a plan: ask for more, or for another seed") end
    for i, run in ipairs(RUNS) do
        local row = found[run.spec]
        summaries[i] = {
            family = family, name = run.name, method = run.method, gamma = run.gamma, instances = row.cases,
            optimal = row.same / row.cases, no_plan = row.missing / row.cases, mean_gap = row.mean,
            gap_95 = row.gaps[math.ceil(0.95 * #row.gaps)], worst_gap = row.worst,
            worst_seed = row.worst and row.worst > 0 and row.worst_case.seed or nil,
            tight = row.bounds > 0 and row.tight / row.bounds or nil, bound_distance = row.below,
        }
    end
    return summaries
end

local function summary_records(rows)
    return fl.table(rows, {
        "family", "method", "gamma", "instances", "optimal", "no_plan", "mean_gap", "gap_95", "worst_gap",
        "worst_seed", "tight", "bound_distance",
    })
end

local function percent(key, title, format)
    return { key = key, title = title, scale = 100, format = format }
end

local function summary_table(rows)
    return fl.table(rows, {
        { key = "name", title = "method" }, percent("optimal", "optimal", "%.1f"),
        percent("no_plan", "no plan", "%.1f"), percent("mean_gap", "mean gap", "%.2f"),
        percent("gap_95", "95 % gap", "%.2f"), percent("worst_gap", "worst gap", "%.2f"),
        { key = "worst_seed", title = "its seed" }, percent("tight", "tight", "%.1f"),
        percent("bound_distance", "below", "%.2f"),
    })
end

local LEGEND = {
    "all in % of the instances, or of the optimum",
    "optimal, no plan: the method finds the optimum, or no plan although there is one",
    "gap: what its plan costs over the optimum: mean, 95th percentile and worst over its plans",
    "tight, below: its lower bound is the optimum; how far the bound is below on average",
}

-- Pictures ------------------------------------------------------------------------------------------------

--- A series over gamma of one figure of FIN, in per cent.
local function series_of(rows, name, key, dashed)
    local points = {}
    for _, row in ipairs(rows) do
        if row.gamma then table.insert(points, { row.gamma, row[key] and 100 * row[key] }) end
    end
    return { name = name, points = points, dashed = dashed }
end

--- The series without its points at 0, which a logarithmic axis cannot show; whether any are left.
local function drop_zeros(series)
    local any = false
    for _, point in ipairs(series.points) do
        if point[2] == 0 then point[2] = nil end
        any = any or point[2] ~= nil
    end
    return any
end

local function share_picture(rows)
    local series = {}
    for _, family in ipairs(FAMILIES) do
        local of, name = rows[family.name], family.name
        table.insert(series, series_of(of, name .. ": optimal", "optimal", false))
        table.insert(series, series_of(of, name .. ": no plan", "no_plan", true))
    end
    return fl.plot {
        title = "How often FIN finds the optimum, and how often no plan",
        x = { label = "γ", log = true },
        y = { label = "share of the instances", unit = "%", least = 0, most = 100 }, series = series,
    }
end

--- False when there is no distance to draw.
local function distance_picture(rows)
    local series = {}
    for _, family in ipairs(FAMILIES) do
        local of, name = rows[family.name], family.name
        local plan = series_of(of, name .. ": plan", "mean_gap", false)
        local bound = series_of(of, name .. ": bound", "bound_distance", true)
        if drop_zeros(plan) then table.insert(series, plan) end
        if drop_zeros(bound) then table.insert(series, bound) end
    end
    return #series > 0 and fl.plot {
        title = "How far FIN's plan is above the optimum, and its bound below",
        x = { label = "γ", log = true },
        y = { label = "mean distance to the optimum", unit = "%", log = true }, series = series,
    }
end

--- In how many of the medium instances each method is how near to the optimum.
local function profile_picture(records)
    local gammas = { [3] = true, [10] = true, [30] = true, [100] = true }
    local rows = records:filter(function(row)
        return row.family == "medium" and row.method ~= "milp" and (not row.gamma or gammas[row.gamma])
    end):derive { name = function(row) return row.gamma and "FIN γ=" .. row.gamma or row.method end }
    return rows:plot {
        kind = "profile", title = "How often a method is how near to the optimum", of = "name",
        by = { "family", "seed" }, x = { label = "energy relative to the optimum" },
    }
end

-- All of it -----------------------------------------------------------------------------------------------

study.folder(given.out)
local solved = solve_all()
local agreement = check(solved)

local report = study.report "How far from the optimum?"
local rows, all_rows = {}, {}
for _, family in ipairs(FAMILIES) do
    local of = summaries_of(solved, family.name)
    rows[family.name] = of
    table.move(of, 1, #of, #all_rows + 1, all_rows)
    report:section(("%s: %s; %d instances, seeds %d to %d"):format(family.name, family.what,
        of[1].instances, given.seed, given.seed + INSTANCES - 1), summary_table(of), LEGEND)
end
report:section("What was compared on the way", agreement:sentences())

local records = records_of(solved)
local shares, distances, profiles = share_picture(rows), distance_picture(rows), profile_picture(records)
study.write(given.out, {
    ["optimality.md"] = report, ["optimality.csv"] = records,
    ["optimality-summary.csv"] = summary_records(all_rows),
    ["optimality.svg"] = shares, ["optimality.png"] = shares,
    ["optimality-profile.svg"] = profiles, ["optimality-profile.png"] = profiles,
    ["optimality-distance.svg"] = distances, ["optimality-distance.png"] = distances,
})
agreement:insist()
