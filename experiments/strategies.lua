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
    for number = 1, #PUBLISHED do table.insert(list, { family = "published", number = number }) end
    for f = 2, #FAMILIES do
        for number = given.seed, given.seed + INSTANCES - 1 do
            table.insert(list, { family = FAMILIES[f].name, number = number })
        end
    end
    return list
end

--- An instance with its deadline, and the slack in that; nil when no plan exists, or one takes no time or no
-- energy.
local function build(family, number)
    local open <close>, slack = FAMILIES[family].build(number)
    local fastest = study.solve(open, "fastest")
    if not fastest.energy or fastest.latency == 0 then return nil end
    local inst = assert(open:with { deadline = slack * fastest.latency })
    if study.solve(inst, "exact").energy == 0 then return nil end
    return inst, { slack = slack }
end

local function check(agreement, row)
    local where = ("%s, number %d"):format(row.family, row.number)
    if row.method == "exact" then
        agreement:note("exact finds the plan that there is", row.energy ~= nil, where)
    else
        agreement:note("no plan below the optimum, no bound above it, no claim that there is no plan",
            not study.less(row.energy, row.optimum) and not study.less(row.optimum, row.bound)
            and row.status ~= "infeasible", ("%s, %s"):format(where, row.method))
    end
end

-- Gaps ----------------------------------------------------------------------------------------------------

--- A row for each method over the instances of a family.
local function summaries_of(records, family)
    local summaries = {}
    local own = records:filter { family = family.name }
    for _, row in ipairs(own:distance({ to = { method = "exact" }, by = "seed" }).rows) do
        if row.method ~= "exact" then
            table.insert(summaries, {
                family = family.name, method = row.method, instances = row.cases,
                optimal = row.same / row.cases, no_plan = 1 - #row.gaps / row.cases, mean_gap = row.mean,
                median_gap = row.median, gap_95 = row.q95, worst_gap = row.worst,
            })
        end
    end
    if #summaries == 0 then study.stop(2, "no instance has a plan: ask for more, or for another seed") end
    return summaries
end

local function gap_table(rows)
    local columns = { "method" }
    for i, key in ipairs { "optimal", "no_plan", "mean_gap", "median_gap", "gap_95", "worst_gap" } do
        local title = key:gsub("_", " "):gsub("gap 95", "95 %% gap")
        columns[i + 1] = { key = key, title = title, scale = 100, format = i <= 2 and "%.1f" or "%.2f" }
    end
    return fl.table(rows, columns)
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
local _, rows = study.sweep(given, {
    name = "strategies", axes = { instance = all_instances(), method = { "exact", table.unpack(RUNS) } },
    case = function(p) return build(p.family, p.number) end,
})
local records = rows:relate({ to = { method = "exact" }, as = "optimum" })
    :derive({ seed = function(row) return row.number end }):select {
        "family", "seed", "slack", "method", "status", "energy", "bound", "latency", "optimum",
    }
local agreement = study.agreement()
for _, row in ipairs(records.rows) do check(agreement, row) end

local report, summaries = study.report "Strategies against the optimum", {}
for _, family in ipairs(FAMILIES) do
    local own = summaries_of(records, family)
    report:section(("%s: %s; %d instances"):format(family.name, family.what, own[1].instances),
        gap_table(own))
    table.move(own, 1, #own, #summaries + 1, summaries)
end
report:section("How to read this", LEGEND)
report:section("What was compared on the way", agreement:sentences())

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
