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

-- Instances and runs --------------------------------------------------------------------------------------

--- Every run on an instance; FIN's runs name their counterpart on the other engine.
local function all_runs()
    local runs = {}
    local function add(name, method, gamma)
        table.insert(runs, {
            name = name, method = method, gamma = gamma, options = gamma and { gamma = gamma },
            witness = gamma and { gamma = gamma, engine = "igraph" },
        })
    end
    add("exact", "exact")
    add("milp", "milp")
    for _, gamma in ipairs(GAMMAS) do add("FIN γ=" .. gamma, "fin", gamma) end
    for _, name in ipairs { "mcp", "cheapest", "fastest", "single" } do add(name, name) end
    return runs
end

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
    return assert(drawn:with { deadline = deadline }), deadline, slack
end

--- The results of all runs on the instance of a seed, by their names, and of their witnesses; nil without
-- one.
local function solve_case(family, seed, runs)
    local inst <close>, deadline, slack = draw(family, seed)
    if not inst then return nil end
    local results, witnesses = {}, {}
    for _, run in ipairs(runs) do
        results[run.name] = study.solve(inst, run.method, run.options)
        if run.witness then witnesses[run.name] = study.solve(inst, run.method, run.witness) end
    end
    return { deadline = deadline, slack = slack, results = results, witnesses = witnesses }
end

--- What must hold of every result, since there is a plan.
local function check_result(agreement, case, run, result)
    local optimum = case.results.exact.energy
    agreement:note("no plan below the optimum, no bound above it, no claim that there is no plan",
        not study.less(result.energy, optimum) and not study.less(optimum, result.bound)
        and result.status ~= "infeasible", ("%s, %s"):format(case.name, run.name))
end

local function check_case(agreement, case, runs)
    for _, run in ipairs(runs) do
        local result = case.results[run.name]
        check_result(agreement, case, run, result)
        if run.witness then
            agreement:same("FIN's engines native = igraph, plan and bound", result, case.witnesses[run.name],
                ("%s, %s"):format(case.name, run.name))
        end
    end
    agreement:same("milp = exact", case.results.milp, case.results.exact, case.name)
end

--- The cases of each family, and what was compared.
local function solve_all(runs)
    local agreement, all, names = study.agreement(), {}, {}
    for i, family in ipairs(FAMILIES) do names[i], FAMILIES[family.name] = family.name, family end
    local cases = study.sweep(given, {
        name = "optimality", axes = { family = names },
        seeds = fl.range(given.seed, given.seed + INSTANCES - 1),
        run = function(p) return solve_case(FAMILIES[p.family], p.seed, runs) end,
    })
    for _, case in ipairs(cases) do
        case.name = ("%s, seed %d, deadline %.17g"):format(case.family, case.seed, case.deadline)
        check_case(agreement, case, runs)
    end
    for _, name in ipairs(names) do
        all[name] = fl.table(cases):filter({ family = name }).rows
        if #all[name] == 0 then study.stop(2, "no instance has a plan: ask for more, or for another seed") end
    end
    return all, agreement
end

--- One record per case and run, in SI units.
local function records_of(cases, runs)
    local records = {}
    for _, family in ipairs(FAMILIES) do
        for _, case in ipairs(cases[family.name]) do
            for _, run in ipairs(runs) do
                local result = case.results[run.name]
                table.insert(records, {
                    family = case.family, seed = case.seed, slack = case.slack, deadline = case.deadline,
                    method = run.method, gamma = run.gamma, status = result.status, energy = result.energy,
                    bound = result.bound, latency = result.latency, accuracy = result.accuracy,
                    optimum = case.results.exact.energy,
                })
            end
        end
    end
    return fl.table(records, {
        "family", "seed", "slack", "deadline", "method", "gamma", "status", "energy", "bound", "latency",
        "accuracy", "optimum",
    })
end

-- Summaries -----------------------------------------------------------------------------------------------

--- The gaps of a method over the cases in which it has a plan and the optimum is above 0, in ascending order:
-- a list of {gap, seed}.
local function gaps_of(cases, run)
    local gaps = {}
    for _, case in ipairs(cases) do
        local result, optimum = case.results[run.name], case.results.exact
        if result.energy and optimum.energy > 0 then
            table.insert(gaps, { gap = math.max(fl.gap(result, optimum), 0), seed = case.seed })
        end
    end
    table.sort(gaps, function(a, b)
        return a.gap < b.gap or a.gap == b.gap and a.seed > b.seed
    end)
    return gaps
end

--- How far a bound is below the optimum, relative to it.
local function bound_distance(bound, optimum)
    if study.same(bound, optimum) then return 0 end
    return 1 - bound / optimum
end

--- How near a method's bounds are: the share that is tight, and the mean distance; nil when it has none.
local function bounds_of(cases, run)
    local n, tight, sum = 0, 0, 0
    for _, case in ipairs(cases) do
        local bound = case.results[run.name].bound
        if bound then
            local distance = bound_distance(bound, case.results.exact.energy)
            n, tight, sum = n + 1, tight + (distance == 0 and 1 or 0), sum + distance
        end
    end
    if n == 0 then return nil end
    return tight / n, sum / n
end

--- One method's row.
local function summarise(cases, run)
    local row = {
        family = cases[1].family, name = run.name, method = run.method, gamma = run.gamma, instances = #cases,
    }
    local optimal, no_plan = 0, 0
    for _, case in ipairs(cases) do
        local energy = case.results[run.name].energy
        if not energy then
            no_plan = no_plan + 1
        elseif study.same(energy, case.results.exact.energy) then
            optimal = optimal + 1
        end
    end
    row.optimal, row.no_plan = optimal / #cases, no_plan / #cases
    local gaps = gaps_of(cases, run)
    if #gaps > 0 then
        local sum, last = 0, gaps[#gaps]
        for _, entry in ipairs(gaps) do sum = sum + entry.gap end
        row.mean_gap, row.worst_gap = sum / #gaps, last.gap
        row.gap_95 = gaps[math.ceil(0.95 * #gaps)].gap
        row.worst_seed = last.gap > 0 and last.seed or nil
    end
    row.tight, row.bound_distance = bounds_of(cases, run)
    return row
end

local function summaries_of(cases, runs)
    local rows = {}
    for i, run in ipairs(runs) do rows[i] = summarise(cases, run) end
    return rows
end

local function summary_records(rows)
    return fl.table(rows, {
        "family", "method", "gamma", "instances", "optimal", "no_plan", "mean_gap", "gap_95", "worst_gap",
        "worst_seed", "tight", "bound_distance",
    })
end

local PERCENTAGES = {
    optimal = "%.1f", no_plan = "%.1f", mean_gap = "%.2f", gap_95 = "%.2f", worst_gap = "%.2f",
    tight = "%.1f", bound_distance = "%.2f",
}

local function summary_table(rows)
    local shown = {}
    for i, row in ipairs(rows) do
        shown[i] = { name = row.name, worst_seed = row.worst_seed }
        for key in pairs(PERCENTAGES) do shown[i][key] = row[key] and 100 * row[key] end
    end
    local columns = { { key = "name", title = "method" } }
    local function add(key, title)
        table.insert(columns, { key = key, title = title, format = PERCENTAGES[key] })
    end
    add("optimal", "optimal")
    add("no_plan", "no plan")
    add("mean_gap", "mean gap")
    add("gap_95", "95 % gap")
    add("worst_gap", "worst gap")
    add("worst_seed", "its seed")
    add("tight", "tight")
    add("bound_distance", "below")
    return fl.table(shown, columns)
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
local runs = all_runs()
local cases, agreement = solve_all(runs)

local report = study.report "How far from the optimum?"
local rows, all_rows = {}, {}
for _, family in ipairs(FAMILIES) do
    local of = summaries_of(cases[family.name], runs)
    rows[family.name] = of
    table.move(of, 1, #of, #all_rows + 1, all_rows)
    report:section(("%s: %s; %d instances, seeds %d to %d"):format(family.name, family.what,
        of[1].instances, given.seed, given.seed + INSTANCES - 1), summary_table(of), LEGEND)
end
report:section("What was compared on the way", agreement:sentences())

local records = records_of(cases, runs)
local shares, distances, profiles = share_picture(rows), distance_picture(rows), profile_picture(records)
study.write(given.out, {
    ["optimality.md"] = report, ["optimality.csv"] = records,
    ["optimality-summary.csv"] = summary_records(all_rows),
    ["optimality.svg"] = shares, ["optimality.png"] = shares,
    ["optimality-profile.svg"] = profiles, ["optimality-profile.png"] = profiles,
    ["optimality-distance.svg"] = distances, ["optimality-distance.png"] = distances,
})
agreement:insist()
