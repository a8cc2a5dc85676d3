-- SPDX-License-Identifier: GPL-3.0-or-later
-- A system that changes from slot to slot: what does planning once cost, what does planning again save, and
-- how near do policies that learn come to it?
--
-- Published networks on three tiers, traces of node speeds, link rates and arrivals; all policies over the
-- same traces, judged in the slots as they were, against the clairvoyant and the best fixed plan in
-- hindsight.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/online.lua [--out DIR] [--slots N] [--seeds N] [--quick]

Energy, missed slots and regret of all online policies over traces of speeds, rates and arrivals; how often
the optimal plan changes with them, and what keeping the old one costs.

--out DIR   where online.md and .csv and the pictures online-NETWORK.* go (default: out)
--slots N   of a trace (default: 2000)
--seeds N   traces per scenario (default: 10)
--quick     short traces, to see whether it runs
]]

local given = study.options(USAGE, { out = "out", slots = 2000, seeds = 10, quick = false })

local SLOTS = given.quick and 200 or math.max(given.slots, 10)
local SEEDS = {}
for seed = 1, given.quick and 2 or math.max(given.seeds, 1) do SEEDS[seed] = seed end

local NETWORKS = {
    { name = "AlexNet", model = fl.models.b_alexnet "cifar10", accuracy = 0.80, deadline = 7e-3 },
    { name = "ResNet", model = fl.models.b_resnet "cifar10", accuracy = 0.80, deadline = 2e-3 },
    { name = "LeNet", model = fl.models.b_lenet "mnist", accuracy = 0.95, deadline = 30e-6 },
}

local FIXED, CLAIRVOYANT = "fixed-best-in-hindsight", "clairvoyant"
local POLICIES = {
    "static", "replan", "stale:k=10", "stale:k=100", "autoscale", "ans", "dpp:v=0.1", "dpp:v=1", "dpp:v=10",
    FIXED, CLAIRVOYANT,
}

local traces = fl.traces

-- What changes: the fields of a trace.
local SCENARIOS = {
    { name = "nothing" },
    { name = "co-runners on the phone", speed = { mobile = traces.corunner { share = 0.3 } } },
    { name = "co-runners on the servers",
        load = { edge = traces.corunner { load = true }, cloud = traces.corunner { load = true } } },
    { name = "signal fades", rate = { ["*"] = traces.markov { values = { 1, 0.5, 0.2 }, stay = 0.95 } } },
    { name = "signal wanders", rate = { ["*"] = traces.walk { step = 0.1, least = 0.1, most = 2 } } },
    { name = "days", speed = { edge = traces.diurnal { period = 500, swing = 0.6 } },
        arrivals = traces.diurnal { period = 500, swing = 0.8 } },
    { name = "everything", speed = { mobile = traces.corunner { share = 0.3 }, edge = traces.walk() },
        load = { cloud = traces.corunner { load = true } },
        rate = { ["*"] = traces.markov { values = { 1, 0.5, 0.2 }, stay = 0.95 } },
        arrivals = traces.poisson { mean = 2 } },
}
local SHOWN = "everything" -- in pictures

local function instance_of(network)
    return study.try(fl.instance {
        system = fl.systems.three_tier(),
        apps = { {
            model = network.model, source = "mobile",
            accuracy = network.accuracy, deadline = network.deadline,
        } },
    })
end

local function play(inst, scenario)
    return study.try(fl.online {
        instance = inst, policies = POLICIES, seeds = SEEDS,
        trace = function(seed)
            return traces.new {
                slots = SLOTS, seed = seed, speed = scenario.speed, load = scenario.load,
                rate = scenario.rate, arrivals = scenario.arrivals,
            }
        end,
    })
end

-- What must hold -------------------------------------------------------------------------------------------

--- Whether a is at most b, but for rounding.
local function at_most(a, b)
    return a <= b or study.same(a, b)
end

local function check(agreement, result, scenario, where)
    local last, curves = #result.points, result.curves
    for s in ipairs(SEEDS) do
        for policy, curve in pairs(curves) do
            agreement:note("nobody costs less than the clairvoyant",
                at_most(curves[CLAIRVOYANT][s][last], curve[s][last]), where .. ", " .. policy)
        end
        agreement:note("no plan for ever costs less than the best in hindsight",
            at_most(curves[FIXED][s][last], curves.static[s][last]), where)
        if scenario.name == "nothing" then
            agreement:note("planning once is optimal when nothing changes",
                curves.static[s][last] == curves[CLAIRVOYANT][s][last], where)
        end
    end
end

-- When the plan changes ------------------------------------------------------------------------------------

local FACTORS = { 2, 1.5, 1, 0.75, 0.5, 0.35, 0.25, 0.1 }

--- The optimum of the drifted instance, and what the nominal plan is there.
local function solve_at(inst, plan, drift)
    local slot <close> = study.try(inst:drift(drift))
    return study.solve(slot, "exact"), study.try(slot:evaluate(plan))
end

local function plan_key(plan)
    return plan[1].exit .. ":" .. table.concat(plan[1].nodes, ",")
end

--- Take one state into account: whether anything is in time, whether the optimum is another plan, whether the
-- nominal one is late, and by how much it is dearer.
local function count_state(row, plans, nominal, best, old)
    row.states = row.states + 1
    if best.status == "infeasible" then
        row.late = row.late + 1
        return
    end
    plans[plan_key(best.plan)] = true
    if plan_key(best.plan) ~= plan_key(nominal) then row.changes = row.changes + 1 end
    if not old.feasible then
        row.late_alone = row.late_alone + 1
    else
        row.kept, row.dearer = row.kept + 1, row.dearer + old.energy / best.energy - 1
    end
end

--- A full factorial of factors on the phone, the servers and the links: how often the optimum is another
-- plan, how often the nominal plan is late although another is in time, and what it costs more where it is
-- not.
local function adaptation_of(inst, network)
    local nominal, plans = study.solve(inst, "exact").plan, {}
    local row = {
        network = network.name, states = 0, plans = 0, changes = 0, late = 0, late_alone = 0, kept = 0,
        dearer = 0,
    }
    for _, phone in ipairs(FACTORS) do
        for _, servers in ipairs(FACTORS) do
            for _, rate in ipairs(FACTORS) do
                local nodes = { mobile = phone, edge = servers, cloud = servers }
                count_state(row, plans, nominal, solve_at(inst, nominal, { nodes = nodes, links = rate }))
            end
        end
    end
    for _ in pairs(plans) do row.plans = row.plans + 1 end
    local feasible = row.states - row.late
    row.infeasible = 100 * row.late / row.states
    row.changes = feasible > 0 and 100 * row.changes / feasible or nil
    row.late_alone = feasible > 0 and 100 * row.late_alone / feasible or nil
    row.dearer = row.kept > 0 and 100 * row.dearer / row.kept or nil
    return row
end

local ADAPTATION = {
    { key = "network", title = "network" }, { key = "states", title = "states" },
    { key = "infeasible", title = "nothing in time (%)", format = "%.1f" },
    { key = "plans", title = "optimal plans" },
    { key = "changes", title = "plan changes (%)", format = "%.1f" },
    { key = "late_alone", title = "old plan late (%)", format = "%.1f" },
    { key = "dearer", title = "old plan dearer where in time (%)", format = "%.2f" },
}

-- Tables ---------------------------------------------------------------------------------------------------

--- A result's rows, with the regret per cent of the clairvoyant's cost.
local function rows_of(result, network, scenario)
    local rows = result:summary({ times = false }).rows
    local against_fixed = result:summary({ times = false, against = FIXED }).rows
    local best
    for _, row in ipairs(rows) do
        if row.policy == CLAIRVOYANT then best = row.cost end
    end
    for i, row in ipairs(rows) do
        row.network, row.scenario = network.name, scenario.name
        row.percent, row.percent_low, row.percent_high =
            100 * row.regret / best, 100 * row.low / best, 100 * row.high / best
        row.fixed_regret, row.fixed_low, row.fixed_high =
            against_fixed[i].regret, against_fixed[i].low, against_fixed[i].high
    end
    return rows
end

local COSTS = {
    { key = "scenario", title = "what changes" }, { key = "policy", title = "policy" },
    { key = "energy", title = "J/inference", format = "%.5g" },
    { key = "missed_percent", title = "missed (%)", format = "%.2f" },
    { key = "percent", title = "regret (%)", format = "%.2f" },
    { key = "percent_low", title = "low", format = "%.2f" },
    { key = "percent_high", title = "high", format = "%.2f" },
    { key = "changes", title = "changes", format = "%.0f" },
}

local ALL = {
    "network", "scenario", "policy", "energy", "latency", "accuracy", "late", "inaccurate", "missed", "cost",
    "regret", "low", "high", "percent", "percent_low", "percent_high", "fixed_regret", "fixed_low",
    "fixed_high", "changes",
}

--- Which policy that does not see the slot has the least regret.
local function sentences_of(rows)
    local sentences = {}
    for _, scenario in ipairs(SCENARIOS) do
        local best
        for _, row in ipairs(rows) do
            local plays = row.scenario == scenario.name and row.policy ~= CLAIRVOYANT and row.policy ~= FIXED
            if plays and (not best or row.cost < best.cost) then best = row end
        end
        table.insert(sentences, ("%s: least regret %s, %.2f %% of the clairvoyant's cost.")
            :format(scenario.name, best.policy, best.percent))
    end
    return sentences
end

--- How long decisions took: for the terminal only, since it is never the same twice.
local function say_times(seconds)
    io.write("\nSeconds per decision, mean over everything\n\n")
    local rows = {}
    for _, policy in ipairs(POLICIES) do
        table.insert(rows, { policy = policy, mean = fl.stats.mean(seconds[policy]) })
    end
    io.write(fl.table(rows, { "policy", { key = "mean", title = "mean (s)", format = "%.3g" } }):text())
end

-- The whole ------------------------------------------------------------------------------------------------

--- Play all scenarios with a network: its rows, and the picture of the one that is shown.
local function study_network(network, agreement, seconds)
    local inst, rows, picture = instance_of(network), {}, nil
    for _, scenario in ipairs(SCENARIOS) do
        local result = play(inst, scenario)
        check(agreement, result, scenario, network.name .. ", " .. scenario.name)
        for _, row in ipairs(rows_of(result, network, scenario)) do
            row.missed_percent = 100 * row.missed
            table.insert(rows, row)
        end
        for _, record in ipairs(result.records) do
            seconds[record.policy] = seconds[record.policy] or {}
            table.insert(seconds[record.policy], record.seconds)
        end
        if scenario.name == SHOWN then
            picture = result:plot { title = ("%s, %s changes"):format(network.name, SHOWN) }
        end
    end
    return rows, picture
end

local function main()
    study.folder(given.out)
    local report = study.report("Online: policies in a system that changes")
    local agreement, seconds, all, adaptation = study.agreement(), {}, {}, {}
    local files = { ["online.md"] = report }
    for _, network in ipairs(NETWORKS) do
        local rows, picture = study_network(network, agreement, seconds)
        report:section(("%s, %d slots, %d traces each"):format(network.name, SLOTS, #SEEDS),
            fl.table(rows, COSTS), sentences_of(rows))
        table.move(rows, 1, #rows, #all + 1, all)
        for _, ending in ipairs { "svg", "png" } do
            files[("online-%s.%s"):format(network.name, ending)] = picture
        end
        table.insert(adaptation, adaptation_of(instance_of(network), network))
    end
    report:section("When the plan changes: all combinations of factors from 0.1 to 2",
        fl.table(adaptation, ADAPTATION))
    report:section("Agreement", agreement:sentences())
    say_times(seconds)
    files["online.csv"] = fl.table(all, ALL)
    study.write(given.out, files)
    agreement:insist()
end

main()
