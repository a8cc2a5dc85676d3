-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every offline strategy on the published networks and on seeded random instances: how far from the optimum,
-- and how often without a plan. Deadlines are SLACKS times the least latency that any plan has.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/strategies.lua [--instances N] [--seed S] [--out DIR] [--jobs N] [--store FILE.db]
                                  [--quick]

Every method that proves no optimum against the exact one, on published networks and random instances.

--instances N    how many of each random family (default: 500; with --quick 20)
--seed S         the seed of the first; the others follow (default: 1)
--out DIR        where strategies.md, .csv and -summary.csv, and the pictures strategies.svg, .png go
                 (default: out)
--jobs N         so many processes (default: 2)
--store FILE.db  keep each instance's results there, and go on from there (default: start anew)
--quick          few instances, to see whether it runs
]]

local given = study.options(USAGE, {
    instances = 500, seed = 1, out = "out", jobs = 2, store = "", quick = false,
})
if given.instances == 0 then study.stop(2, "--instances: there must be one at least") end
local INSTANCES = given.quick and not rawget(given, "instances") and 20 or given.instances
local SLACKS = { 1.1, 1.5, 2, 4, 8 }
local NO_DEADLINE = 1e9 -- s
local OPTIONS = { -- of the methods that run otherwise than by default
    fin = { "fin:gamma=30", "fin:gamma=auto" }, neurosurgeon = { "neurosurgeon", "neurosurgeon:goal=energy" },
    jalad = { "jalad", "jalad:goal=energy" }, spinn = { "spinn", "spinn:goal=energy" },
    released = {}, -- gives a figure and no plan
}
local RUNS = {}
for _, method in ipairs(fl.methods()) do
    local runs = method.claims ~= "optimal" and (OPTIONS[method.name] or { method.name }) or {}
    table.move(runs, 1, #runs, #RUNS + 1, RUNS)
end
-- Of the picture, which would be too full with all of them.
local SHOWN = {
    ["fin:gamma=30"] = true, mcp = true, larac = true, greedy = true, ["local"] = true, genetic = true,
    neurosurgeon = true, edgent = true,
}

-- Instances -----------------------------------------------------------------------------------------------

--- Each published network with each of its exits as the target, both models of a link, each slack.
local function published_cells()
    local cells, models = {}, fl.models
    local networks = {
        models.b_alexnet "cifar10", models.b_alexnet "cifar100", models.b_resnet "cifar10",
        models.b_resnet "cifar100", models.b_lenet "mnist", models.b_lenet "second",
    }
    for _, model in ipairs(networks) do
        for _, exit in ipairs(model.exits) do
            for _, links in ipairs { "receiver", "bottleneck" } do
                for _, slack in ipairs(SLACKS) do
                    table.insert(cells,
                        { model = model, accuracy = exit.accuracy, links = links, slack = slack })
                end
            end
        end
    end
    return cells
end
local PUBLISHED = published_cells()

local function build_published(number)
    local cell = PUBLISHED[number]
    local app = {
        model = cell.model, source = "mobile", deadline = NO_DEADLINE, accuracy = cell.accuracy,
    }
    local system = fl.systems.three_tier { links = cell.links }
    return assert(fl.instance { system = system, apps = { app } }), cell.slack
end

local function drawer(recipe)
    return function(seed)
        local own = { seed = seed }
        for key, value in pairs(recipe) do own[key] = value end
        local drawn <close> = assert(fl.generate(own))
        return assert(drawn:with { deadline = NO_DEADLINE }), SLACKS[seed % #SLACKS + 1]
    end
end

local FAMILIES = {
    { name = "published", what = "published networks on three tiers", build = build_published },
    { name = "small", what = "1-7 blocks, 1-4 nodes, every feature of the model", build = drawer {} },
    {
        name = "medium", what = "8 blocks, 6 nodes, chains and exits only",
        build = drawer { blocks = 8, nodes = 6, plain = true },
    },
    {
        name = "large", what = "30 blocks, 12 nodes, chains and exits only",
        build = drawer { blocks = 30, nodes = 12, plain = true },
    },
    {
        name = "choices", what = "5 blocks, 4 nodes, with codings, thresholds, optional exits, times of runs",
        build = drawer {
            blocks = 5, nodes = 4, codings = true, thresholds = true, optional = true, segments = true,
            serial = true,
        },
    },
}
for _, family in ipairs(FAMILIES) do FAMILIES[family.name] = family end

--- Every instance to solve: a family and a number in it.
local function all_instances()
    local list = {}
    for number = 1, #PUBLISHED do table.insert(list, { family = "published", seed = number }) end
    for f = 2, #FAMILIES do
        for seed = given.seed, given.seed + INSTANCES - 1 do
            table.insert(list, { family = FAMILIES[f].name, seed = seed })
        end
    end
    return list
end

-- Runs ----------------------------------------------------------------------------------------------------

--- What is kept of a result.
local function outcome(inst, method)
    local result = study.solve(inst, method)
    return { status = result.status, energy = result.energy, bound = result.bound, latency = result.latency }
end

--- The outcomes of all runs on an instance; nil when no plan exists, or one takes no time or no energy.
local function solve_case(family, number)
    local open <close>, slack = FAMILIES[family].build(number)
    local fastest = study.solve(open, "fastest")
    if not fastest.energy or fastest.latency == 0 then return nil end
    local inst <close> = assert(open:with { deadline = slack * fastest.latency })
    local case = { slack = slack, exact = outcome(inst, "exact"), results = {} }
    if case.exact.energy == 0 then return nil end
    for _, method in ipairs(RUNS) do case.results[method] = outcome(inst, method) end
    return case
end

local function check(agreement, case)
    local optimum = case.exact.energy
    agreement:note("exact finds the plan that there is", optimum ~= nil, case.name)
    for _, method in ipairs(RUNS) do
        local result = case.results[method]
        agreement:note("no plan below the optimum, no bound above it, no claim that there is no plan",
            not study.less(result.energy, optimum) and not study.less(optimum, result.bound)
            and result.status ~= "infeasible", ("%s, %s"):format(case.name, method))
    end
end

--- One record per case and run, the optimum among them.
local function records_of(cases)
    local records = {}
    for _, case in ipairs(cases) do
        local function add(method, result)
            table.insert(records, {
                family = case.family, seed = case.seed, slack = case.slack, method = method,
                status = result.status, energy = result.energy, bound = result.bound,
                latency = result.latency, optimum = case.exact.energy,
            })
        end
        add("exact", case.exact)
        for _, method in ipairs(RUNS) do add(method, case.results[method]) end
    end
    return fl.table(records, {
        "family", "seed", "slack", "method", "status", "energy", "bound", "latency", "optimum",
    })
end

-- Gaps ----------------------------------------------------------------------------------------------------

--- One method's row for the cases of a family.
local function summarise(cases, method)
    local gaps, optimal = {}, 0
    for _, case in ipairs(cases) do
        local energy, optimum = case.results[method].energy, case.exact.energy
        if energy then
            local same = study.same(energy, optimum)
            table.insert(gaps, same and 0 or energy / optimum - 1)
            optimal = optimal + (same and 1 or 0)
        end
    end
    local ascending = fl.stats.sorted(gaps)
    return {
        family = cases[1].family, method = method, instances = #cases, optimal = optimal / #cases,
        no_plan = 1 - #gaps / #cases, mean_gap = fl.stats.mean(gaps), median_gap = fl.stats.median(gaps),
        gap_95 = fl.stats.quantile(ascending, 0.95), worst_gap = ascending[#ascending],
    }
end

local PERCENTAGES = { "optimal", "no_plan", "mean_gap", "median_gap", "gap_95", "worst_gap" }
local TITLES = { "optimal", "no plan", "mean gap", "median gap", "95 % gap", "worst gap" }

local function gap_table(rows)
    local shown, columns = {}, { "method" }
    for i, row in ipairs(rows) do
        shown[i] = { method = row.method }
        for _, key in ipairs(PERCENTAGES) do shown[i][key] = row[key] and 100 * row[key] end
    end
    for i, key in ipairs(PERCENTAGES) do
        table.insert(columns, { key = key, title = TITLES[i], format = i <= 2 and "%.1f" or "%.2f" })
    end
    return fl.table(shown, columns)
end

local LEGEND = {
    "all in % of the instances, or of the optimum",
    "optimal, no plan: the method finds the optimum, or no plan in time although there is one",
    "gap: what its plan costs over the optimum, where it has one",
    "neurosurgeon, jalad, scission, portend, mincut and cheapest do not look at the deadline; edgent, "
        .. "fastest, portend and mcp not at energy, mcp but for ties",
    "of these methods only jalad, spinn and portend see codings, thresholds, exits that may be off and times "
        .. "of runs",
}

--- In how many of the instances each method is how near to the optimum.
local function profile(records)
    return records:filter(function(row) return row.method == "exact" or SHOWN[row.method] end):plot {
        kind = "profile", title = "How often a method is how near to the optimum", of = "method",
        by = { "family", "seed" }, x = { label = "energy relative to the optimum" },
    }
end

-- All of it -----------------------------------------------------------------------------------------------

study.folder(given.out)
local cases = study.sweep(given, {
    name = "strategies", axes = { instance = all_instances() },
    run = function(p) return solve_case(p.family, p.seed) end,
})
local agreement = study.agreement()
for _, case in ipairs(cases) do
    case.name = ("%s, number %d"):format(case.family, case.seed)
    check(agreement, case)
end

local report, summaries = study.report "Strategies against the optimum", {}
for _, family in ipairs(FAMILIES) do
    local own, rows = fl.table(cases):filter({ family = family.name }).rows, {}
    if #own == 0 then study.stop(2, "no instance has a plan: ask for more, or for another seed") end
    for i, method in ipairs(RUNS) do rows[i] = summarise(own, method) end
    report:section(("%s: %s; %d instances"):format(family.name, family.what, #own), gap_table(rows))
    table.move(rows, 1, #rows, #summaries + 1, summaries)
end
report:section("How to read this", LEGEND)
report:section("What was compared on the way", agreement:sentences())

local records = records_of(cases)
local picture = profile(records)
study.write(given.out, {
    ["strategies.md"] = report, ["strategies.csv"] = records,
    ["strategies-summary.csv"] = fl.table(summaries, {
        "family", "method", "instances", "optimal", "no_plan", "mean_gap", "median_gap", "gap_95",
        "worst_gap",
    }),
    ["strategies.svg"] = picture, ["strategies.png"] = picture,
})
agreement:insist()
