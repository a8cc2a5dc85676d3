-- SPDX-License-Identifier: GPL-3.0-or-later
-- What does certainty cost? The published networks on three tiers when not every sample has to be in time,
-- when the uplink's rate is not known, when nodes and links may be slower than they should be, and when times
-- deviate.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/uncertainty.lua [--out DIR] [--quick]

The least energy by the share of samples in time, by the uplink's rate, by how much may be slow at once and by
how many deviations the latency stays under the deadline.

--out DIR  where uncertainty.md, the tables uncertainty-QUESTION.csv and the pictures go (default: out)
--quick    one deadline and fewer points, to see whether it runs
]]

local given = study.options(USAGE, { out = "out", quick = false })

local NETWORKS = {
    { name = "B-AlexNet", model = fl.models.b_alexnet "cifar10" },
    { name = "B-ResNet", model = fl.models.b_resnet "cifar10" },
    { name = "B-LeNet", model = fl.models.b_lenet "mnist" },
}
local UPLINK = 5e8 -- bit/s, from the mobile node to either server
local LEAVE = 0.5 -- of the samples that reach an exit, where exits let samples go
local TIGHTNESS = given.quick and { 0.4 } or { 0.1, 0.4, 0.7 } -- deadline: fastest plan 0, cheapest plan 1
local SHARES = { step = given.quick and 0.1 or 0.05 }
local FACTORS = { 0.01, 100 } -- of the uplink's rate
local SCAN = given.quick and 20 or 200 -- rates at which pieces are compared with solves
local LATE = given.quick and { 1.3 } or { 0.7, 1, 1.3 } -- tightness where nodes and links may be slow
local SLOW = { nodes = 0.8, links = 0.6 }
local ELEMENTS = 6 -- nodes and links of the system
local DRAWN = given.quick and 5 or 100 -- random instances, with more nodes and links
local BUDGETS = 6 -- most on these

local DEVIATION = { node = 0.1, link = 0.3 } -- of times, relative to them
local DEVIATIONS = given.quick and { 0, 1, 3 } or { 0, 0.5, 1, 1.5, 2, 2.5, 3 }

local UPLINKS = { { "mobile", "edge" }, { "mobile", "cloud" } }

-- Instances ------------------------------------------------------------------------------------------------

local function system()
    local tiers = fl.systems.three_tier { links = "bottleneck" }
    for _, node in ipairs(tiers.nodes) do node.deviation = DEVIATION.node end
    for _, link in ipairs(tiers.links) do
        link.deviation = DEVIATION.link
        if link.from == "mobile" then link.rate = UPLINK end
    end
    return tiers
end

--- The network with exits at which the part `leave` of those that get there leave, and its accuracy then.
local function with_shares(model, leave)
    local new, stay, accuracy = {}, 1, 0
    for key, value in pairs(model) do new[key] = value end
    new.exits = {}
    for e, exit in ipairs(model.exits) do
        local share = e < #model.exits and leave * stay or 0
        new.exits[e] = { after = exit.after, accuracy = exit.accuracy, share = share }
        accuracy = accuracy + (e < #model.exits and share or stay) * exit.accuracy
        stay = stay - share
    end
    return new, accuracy
end

--- A network whose last exit is wanted, with a deadline between its fastest and its cheapest plan.
local function instance_of(network, tightness, leave)
    local model, accuracy = with_shares(network.model, leave)
    local inst = study.try(fl.instance {
        system = system(),
        apps = { { model = model, source = "mobile", deadline = 1, accuracy = accuracy * (1 - 1e-6) } },
    })
    local fastest = study.solve(inst, "fastest").latency
    local cheapest = study.solve(inst, "cheapest").latency
    local deadline = fastest + tightness * (cheapest - fastest)
    return study.try(inst:with { deadline = deadline }), deadline
end

--- Call `visit(network, tightness, inst, deadline)` for each case.
local function each(list, leave, visit)
    for _, network in ipairs(NETWORKS) do
        for _, tightness in ipairs(list) do
            visit(network, tightness, instance_of(network, tightness, leave))
        end
    end
end

local function name_of(network, tightness) return ("%s, deadline at %g"):format(network.name, tightness) end

-- A share of the samples -----------------------------------------------------------------------------------

local function study_shares(agreement)
    local rows = {}
    each(TIGHTNESS, LEAVE, function(network, tightness, inst, deadline)
        local where, before = name_of(network, tightness), nil
        local worst = study.solve(inst, "exact")
        for _, share in ipairs(fl.range(SHARES.step, 1, SHARES.step)) do
            local most = study.try(inst:with { latency = "quantile", quantile = math.min(share, 1) })
            local result = study.solve(most, "exact")
            agreement:note("a larger share of samples in time costs no less",
                not study.less(result.energy, before), where)
            agreement:same("exact = milp, where a share is to be in time", study.solve(most, "milp"),
                result, where)
            before = result.energy or math.huge
            table.insert(rows, {
                network = network.name, tightness = tightness, deadline = deadline, share = share,
                energy = result.energy, latency = result.latency,
                saving = result.energy and worst.energy and 1 - result.energy / worst.energy,
            })
        end
        agreement:note("all samples in time is the worst case in time",
            study.same(rows[#rows].energy, worst.energy), where)
    end)
    return rows
end

--- Where the energy rises, case by case.
local function steps_of(rows)
    local steps = {}
    for i, row in ipairs(rows) do
        local before = rows[i - 1]
        local first = not before or before.network ~= row.network or before.tightness ~= row.tightness
        if first or not study.same(before.energy, row.energy) then
            table.insert(steps, {
                network = row.network, tightness = row.tightness,
                share = 100 * (row.share - SHARES.step),
                energy = row.energy and 1e3 * row.energy, saving = row.saving and 100 * row.saving,
            })
        end
    end
    return fl.table(steps, {
        "network", { key = "tightness", format = "%.1f" },
        { key = "share", title = "shares over (%)", format = "%.0f" },
        { key = "energy", title = "energy (mJ)", format = "%.4g" },
        { key = "saving", title = "saved (%)", format = "%.1f" },
    })
end

-- The uplink's rate ----------------------------------------------------------------------------------------

--- The pieces say of every rate of a scan what a solve there says.
local function check_scan(agreement, inst, pieces, where)
    local at, links = 1, #inst:table().system.links
    for i = 0, SCAN - 1 do
        local factor = FACTORS[1] * (FACTORS[2] / FACTORS[1]) ^ (i / SCAN)
        while at < #pieces and pieces[at].high <= factor do at = at + 1 end
        local factors = {}
        for k = 1, links do factors[k] = 1 end
        factors[1], factors[2] = factor, factor -- three_tier's first two links are the uplinks
        local solved = study.solve(study.try(inst:drift { links = factors }), "exact")
        agreement:note("breakpoints = a scan of exact solves", study.same(pieces[at].energy, solved.energy),
            ("%s at %g of the rate"):format(where, factor))
    end
end

local function study_rates(agreement)
    local rows, solves, cases = {}, 0, 0
    each(TIGHTNESS, 0, function(network, tightness, inst, deadline)
        local where = name_of(network, tightness)
        local pieces = study.try(inst:breakpoints { links = UPLINKS, factor = FACTORS })
        solves, cases = solves + pieces.solves, cases + 1
        check_scan(agreement, inst, pieces, where)
        for i, piece in ipairs(pieces) do
            agreement:note("a faster uplink costs no more", i == 1 or not pieces[i - 1].energy
                or not study.less(pieces[i - 1].energy, piece.energy), where)
            table.insert(rows, {
                network = network.name, tightness = tightness, deadline = deadline,
                rate = piece.low * UPLINK, to = piece.high * UPLINK, status = piece.status,
                energy = piece.energy, latency = piece.latency,
                nodes = piece.plan and table.concat(piece.plan[1].nodes, " "),
            })
        end
    end)
    return rows, ("%d pieces in %d cases, found and proven by %d solves; a scan of %d rates takes %d and "
        .. "sees the breakpoints only roughly."):format(#rows, cases, solves, SCAN, SCAN * cases)
end

local function rates_table(rows)
    local shown = {}
    for i, row in ipairs(rows) do
        shown[i] = {
            network = row.network, tightness = row.tightness, rate = row.rate / 1e6, status = row.status,
            energy = row.energy and 1e3 * row.energy, nodes = row.nodes,
        }
    end
    return fl.table(shown, {
        "network", { key = "tightness", format = "%.1f" },
        { key = "rate", title = "from (Mbit/s)", format = "%.6g" }, "status",
        { key = "energy", title = "energy (mJ)", format = "%.4g" }, "nodes",
    })
end

--- Stairs over the rate, one for each deadline.
local function rates_picture(rows, network)
    local series = {}
    for _, tightness in ipairs(TIGHTNESS) do
        local points = {}
        for _, row in ipairs(rows) do
            if row.network == network and row.tightness == tightness and row.energy then
                table.insert(points, { row.rate / 1e6, row.energy * 1e3 })
                points[#points + 1] = { row.to / 1e6, row.energy * 1e3 }
            end
        end
        table.insert(series, { name = ("deadline at %g"):format(tightness), points = points })
    end
    return fl.plot {
        kind = "stairs", title = network, x = { label = "uplink", unit = "Mbit/s", log = true },
        y = { label = "least energy", unit = "mJ", least = 0 }, series = series,
    }
end

-- How much may be slow at once -----------------------------------------------------------------------------

local function at_most(budget)
    return { nodes = SLOW.nodes, links = SLOW.links, budget = budget }
end

--- Call `visit(budget, found, price)` for the budgets from 0 to `most`, and see that it all fits together.
local function budgets_of(agreement, inst, most, where, visit)
    local nominal, before = study.solve(inst, "exact"), nil
    for budget = 0, most do
        local found = study.try(inst:robust(at_most(budget)))
        agreement:note("a larger budget costs no less", not study.less(found.energy, before), where)
        if budget == 0 then
            agreement:note("a budget of 0 is the plain optimum",
                study.same(found.energy, nominal.energy), where)
        end
        if found.plan then
            local worst = study.try(inst:slowest(found, at_most(budget)))
            agreement:note("a robust plan is in time at its worst", worst.feasible, where)
        end
        before = found.energy or math.huge
        visit(budget, found, found.energy and found.energy / nominal.energy - 1)
    end
    local slow = study.try(inst:drift { nodes = SLOW.nodes, powers = SLOW.nodes, links = SLOW.links })
    agreement:note("a budget for everything is the optimum with everything slow",
        study.same(study.try(inst:robust(SLOW)).energy, study.solve(slow, "exact").energy), where)
end

local function study_budgets(agreement)
    local rows = {}
    each(LATE, 0, function(network, tightness, inst, deadline)
        local where = name_of(network, tightness)
        budgets_of(agreement, inst, ELEMENTS, where, function(budget, found, price)
            table.insert(rows, {
                network = network.name, tightness = tightness, deadline = deadline, budget = budget,
                status = found.status, energy = found.energy, worst_latency = found.worst_latency,
                price = price, scenarios = found.scenarios, solves = found.solves,
            })
        end)
    end)
    return rows
end

--- The same on random instances: means over those that have a plan with everything slow.
local function study_drawn(agreement)
    local sums, scenarios, n, seed = {}, 0, 0, 0
    while n < DRAWN do
        seed = seed + 1
        local inst = study.try(fl.generate {
            seed = seed, blocks = 12, nodes = 6, tight = "medium", plain = true,
        })
        if study.try(inst:robust(SLOW)).plan then
            n = n + 1
            budgets_of(agreement, inst, BUDGETS, ("seed %d"):format(seed), function(budget, found, price)
                sums[budget] = (sums[budget] or 0) + price
                scenarios = math.max(scenarios, found.scenarios)
            end)
        end
    end
    local rows = {}
    for budget = 0, BUDGETS do rows[budget + 1] = { budget = budget, price = sums[budget] / DRAWN } end
    return rows, ("%d of %d instances of 12 blocks on 6 nodes with 30 links have a plan with everything "
        .. "slow; at most %d scenarios had to be looked at at once."):format(n, seed, scenarios)
end

--- Prices in per cent, one column for each value of `by`.
local function prices_table(rows, by)
    local list, at, seen = {}, {}, {}
    local columns = { "network", { key = "tightness", format = "%.1f" } }
    for _, row in ipairs(rows) do
        local key, column = row.network .. row.tightness, ("%g"):format(row[by])
        if not at[key] then
            at[key] = { network = row.network, tightness = row.tightness }
            table.insert(list, at[key])
        end
        if not seen[column] then table.insert(columns, column) end
        seen[column] = true
        at[key][column] = row.price and ("%.1f"):format(100 * row.price) or "none"
    end
    return fl.table(list, columns)
end

-- Times that deviate ---------------------------------------------------------------------------------------

local function study_deviations(agreement)
    local rows = {}
    each(LATE, 0, function(network, tightness, inst, deadline)
        local where, before = name_of(network, tightness), nil
        local nominal = study.solve(inst, "exact")
        for _, deviations in ipairs(DEVIATIONS) do
            local asked = study.try(inst:with { deviations = deviations })
            local result, read = study.solve(asked, "exact"), study.solve(asked, "milp")
            local judged = asked:evaluate(nominal.plan)
            agreement:note("more deviations cost no less", not study.less(result.energy, before), where)
            agreement:note("what is proven of the means bounds the optimum",
                not read.bound or not study.less(result.energy, read.bound), where)
            agreement:note("the plan of the means is the best where it is in time",
                not judged.feasible or study.same(result.energy, nominal.energy), where)
            before = result.energy or math.huge
            table.insert(rows, {
                network = network.name, tightness = tightness, deadline = deadline, deviations = deviations,
                status = result.status, energy = result.energy, latency = result.latency,
                price = result.energy and result.energy / nominal.energy - 1,
                means_in_time = judged.feasible and "yes" or "no",
            })
        end
    end)
    return rows
end

-- The whole ------------------------------------------------------------------------------------------------

--- Stairs over the share, one for each network, at the tightest deadline.
local function shares_picture(rows)
    local series = {}
    for _, network in ipairs(NETWORKS) do
        local points = {}
        for _, row in ipairs(rows) do
            if row.network == network.name and row.tightness == TIGHTNESS[1] and row.saving then
                table.insert(points, { 100 * (row.share - SHARES.step), 100 * row.saving })
                points[#points + 1] = { 100 * row.share, 100 * row.saving }
            end
        end
        table.insert(series, { name = name_of(network, TIGHTNESS[1]), points = points })
    end
    return fl.plot {
        kind = "stairs", x = { label = "samples in time", unit = "%", least = 0, most = 100 },
        y = { label = "saved against all in time", unit = "%", least = 0 }, series = series,
    }
end

local function prices_picture(rows)
    local points = {}
    for i, row in ipairs(rows) do points[i] = { row.budget, 100 * row.price } end
    return fl.plot {
        x = { label = "nodes and links that may be slow at once" },
        y = { label = "price of robustness", unit = "%", least = 0 },
        series = { { name = "random instances", points = points } },
    }
end

study.folder(given.out)
local report, agreement = study.report "The price of certainty", study.agreement()
local files = {}

local shares = study_shares(agreement)
report:section("Least energy by the share of the samples that must be in time", steps_of(shares), {
    ("tightness: where the deadline lies from the fastest (0) to the cheapest plan (1); uplinks of %g Mbit/s")
        :format(UPLINK / 1e6),
    ("of the samples that reach an exit %g %% leave there; the accuracy wanted is that of the last exit")
        :format(100 * LEAVE),
    "saved: against all samples in time; a row holds up to the next of its case",
})
files["uncertainty-shares.csv"] = fl.table(shares)
for _, ending in ipairs { "svg", "png" } do
    files["uncertainty-shares." .. ending] = shares_picture(shares)
end

local rates, sentence = study_rates(agreement)
report:section("Least energy by the uplinks' rate", rates_table(rates), { sentence })
files["uncertainty-rates.csv"] = fl.table(rates)
for _, ending in ipairs { "svg", "png" } do
    for _, network in ipairs(NETWORKS) do
        files[("uncertainty-rates-%s.%s"):format(network.name, ending)] = rates_picture(rates, network.name)
    end
end

local budgets = study_budgets(agreement)
local PRICE = "What it costs, in %, that so many nodes and links may be slow at once"
report:section(PRICE, prices_table(budgets, "budget"), {
    ("slow: nodes at %g %% of their speed, links at %g %% of their rate; none: no plan is in time then")
        :format(100 * SLOW.nodes, 100 * SLOW.links),
    "the columns are budgets: how many of the 6 may be slow at once, which ones is not known",
})
local drawn, drawn_sentence = study_drawn(agreement)
report:section("The same on random instances, on average", fl.table(drawn, {
    "budget", { key = "price", title = "price", format = "%.4f" },
}), { drawn_sentence })
files["uncertainty-budgets.csv"] = fl.table(budgets)
files["uncertainty-drawn.csv"] = fl.table(drawn)
for _, ending in ipairs { "svg", "png" } do
    files["uncertainty-budgets." .. ending] = prices_picture(drawn)
end

local deviations = study_deviations(agreement)
local ABOVE = "What it costs, in %, that the latency and so many deviations of it are in time"
report:section(ABOVE, prices_table(deviations, "deviations"), {
    ("times on nodes deviate by %g %%, those of sending by %g %%, independently; none: no plan is in time")
        :format(100 * DEVIATION.node, 100 * DEVIATION.link),
})
files["uncertainty-deviations.csv"] = fl.table(deviations)

report:section("What was compared on the way", agreement:sentences())
files["uncertainty.md"] = report
study.write(given.out, files)
agreement:insist()
