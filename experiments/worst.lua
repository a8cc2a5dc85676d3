-- SPDX-License-Identifier: GPL-3.0-or-later
-- On which instance is a method farthest from the optimum? A seeded search for each method; the instances
-- that it ends with are kept as files.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/worst.lua [--evaluations N] [--ranges NAME=LEAST:MOST,...] [--seed S] [--out DIR]
                             [--jobs N] [--store FILE.db] [--quick]

The largest gap to the optimum that a search finds, for FIN by gamma, mcp, larac and neurosurgeon.

--evaluations N  how many instances a search solves (default: 5000; with --quick 200)
--ranges R       what instances are drawn from, e.g. power=5:400,blocks=4 (default: lua/LAB.md)
--seed S         of the searches (default: 1)
--out DIR        where worst.md, worst.csv and worst-METHOD.json go, the instances (default: out)
--jobs N         so many processes (default: 2)
--store FILE.db  keep each search's result there, and go on from there (default: start anew)
--quick          short searches, to see whether it runs
]]

local given = study.options(USAGE, {
    evaluations = 5000, ranges = "", seed = 1, out = "out", jobs = 2, store = "", quick = false,
})
local EVALUATIONS = given.quick and not rawget(given, "evaluations") and 200 or given.evaluations
local METHODS = {
    "fin:gamma=3", "fin:gamma=10", "fin:gamma=30", "fin:gamma=100", "mcp", "larac", "neurosurgeon",
    "neurosurgeon:goal=energy",
}

--- The ranges in a text: name=least:most or name=number, with commas between.
local function read_ranges(text)
    local ranges = {}
    for item in text:gmatch("[^,]+") do
        local name, least, most = item:match("^([%w_]+)=([^:]+):?(.*)$")
        least, most = tonumber(least), tonumber(most ~= "" and most or least)
        if not (name and least and most) then study.stop(2, "--ranges: %q is no range", item) end
        ranges[name] = { least, most }
    end
    return ranges
end

local function file_of(method)
    return ("worst-%s.json"):format(method:gsub("[^%w]+", "-"))
end

-- Searches ------------------------------------------------------------------------------------------------

--- What a search for the worst case of a method ends with; its instance as text.
local function search(method)
    local worst = assert(fl.worst {
        method = method, ranges = read_ranges(given.ranges), seed = given.seed, evaluations = EVALUATIONS,
    })
    local row = { no_plan = worst.no_plan / worst.evaluations, gap = worst.gap }
    if not worst.instance then return row end
    local app = worst.instance:table().apps[1]
    row.energy, row.optimum, row.bound = worst.result.energy, worst.reference.energy, worst.result.bound
    row.blocks, row.nodes = #app.blocks, #worst.instance:table().system.nodes
    row.slack = app.deadline / assert(worst.instance:solve("fastest")).latency
    row.text = assert(worst.instance:json())
    return row
end

--- Write the instance of a search; it is kept as it was found.
local function keep(row)
    local path = given.out .. "/" .. file_of(row.method)
    local file = study.try(io.open(path, "w"))
    study.try(file:write(row.text))
    study.try(file:close())
end

--- The kept file, read again, has the gap that the search found.
local function check(agreement, row)
    local kept <close> = study.try(fl.load(given.out .. "/" .. file_of(row.method)))
    local result, optimum = study.solve(kept, row.method), study.solve(kept, "exact")
    agreement:note("a kept instance, read again, has the gap that was found",
        study.same(result.energy, row.energy) and study.same(optimum.energy, row.optimum), row.method)
    agreement:note("no bound is above the optimum", not study.less(optimum.energy, result.bound), row.method)
end

-- Answers -------------------------------------------------------------------------------------------------

local function shown(rows)
    return fl.table(rows):derive({
        times = function(row) return row.energy and row.energy / row.optimum end,
    }):select {
        "method", { key = "times", title = "times the optimum", format = "%.4g" }, "blocks", "nodes",
        { key = "slack", format = "%.3f" },
        { key = "no_plan", title = "no plan", scale = 100, format = "%.1f" },
    }
end

local LEGEND = {
    "times the optimum: what the method's plan costs on the worst instance found",
    "slack: that instance's deadline, relative to the least latency of any plan",
    "no plan: on how many of the instances looked at the method found none, in %",
    "what a search has not found may still exist: these are lower bounds on the worst case",
}

local first, complaint = fl.worst { method = "fastest", ranges = read_ranges(given.ranges), evaluations = 1 }
if not first then study.stop(2, "--ranges: %s", complaint) end
study.folder(given.out)
local rows = study.sweep(given, {
    name = ("worst, %d evaluations, seed %d, %s"):format(EVALUATIONS, given.seed, given.ranges),
    axes = { method = METHODS }, run = function(p) return search(p.method) end,
})

local report, agreement = study.report "The worst instance found", study.agreement()
report:section(("%d instances looked at for each method, seed %d"):format(EVALUATIONS, given.seed),
    shown(rows), LEGEND)
local names = {}
for _, row in ipairs(rows) do
    if row.text then
        keep(row)
        check(agreement, row)
        table.insert(names, ("%s: %s"):format(row.method, file_of(row.method)))
    end
end
report:section("The instances, as files", names)
report:section("What was compared on the way", agreement:sentences())
study.write(given.out, {
    ["worst.md"] = report,
    ["worst.csv"] = fl.table(rows, {
        "method", "gap", "energy", "optimum", "bound", "blocks", "nodes", "slack", "no_plan",
    }),
})
agreement:insist()
