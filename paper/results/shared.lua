-- SPDX-License-Identifier: GPL-3.0-or-later
-- Many users, systems that change, and speed.
local fl = require "finlab"
local paper = ...

-- Many users -----------------------------------------------------------------------------------------------

local ORDERS = {
    { "joint optimum (colgen)", "joint" }, { "FIN, as given", "given" }, { "FIN, by deadline", "deadline" },
    { "FIN, best of 20 random", "random" }, { "mcp, as given", "mcp" },
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
    local all, rows = paper:records("multiapp.csv"), {}
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
    paper:set("multi.joints", "%d", joints)
    paper:set("multi.orders", "%s", ORDERS[4][1]:match "best of (%d+)")
    paper:set("multi.proven", "%d", proven)
    for s, system in ipairs(systems) do
        local of = all:filter({ system = system }).rows
        if s > 1 then table.insert(rows, "-") end
        for i = 2, #ORDERS do
            local fewest, dearest = worst_rows(of, ORDERS[i][1])
            local prefix = ("multi.%s.%s."):format(system:gsub(" ", ""), ORDERS[i][2])
            paper:set(prefix .. "fewer", "%d", fewest.fewer)
            paper:set(prefix .. "users", "%d", fewest.users)
            paper:set(prefix .. "joint", "%d", fewest.served + fewest.fewer)
            paper:set(prefix .. "served", "%d", fewest.served)
            paper:set(prefix .. "dearer", "%.2f %%", dearest and dearest.dearer or 0)
            table.insert(rows, {
                i == 2 and system or "", paper.tex(ORDERS[i][1]), ("%d"):format(fewest.fewer),
                ("%d"):format(fewest.users), paper.number("%.2f", dearest and dearest.dearer),
            })
        end
    end
    paper:write_table("table-multi.tex", "llrrr",
        { "system", "placing", "fewer", "of", "dearer \\%" }, rows)

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
    paper:set("multi.users", "%d", list[#list].users)
    paper:write_data("users.dat", names, list)
end

-- Systems that change --------------------------------------------------------------------------------------

local NETWORKS = { "AlexNet", "ResNet", "LeNet" }
local SCENARIO = "everything"
local KEPT = { -- for how many slots a plan is kept; the static one for all of them
    { "replan", 1 }, { "stale:k=10", 10 }, { "stale:k=100", 100 }, { "static" },
}

local function policies()
    local rows, by_policy, still, cases = {}, {}, 0, 0
    local slots, traces = paper:text("online.md"):match "\n## %w+, (%d+) slots, (%d+) traces each"
    paper:set("online.slots", "%s", slots)
    paper:set("online.traces", "%s", traces)
    for _, row in ipairs(paper:records("online.csv").rows) do
        if row.policy == "static" then
            cases, still = cases + 1, still + (row.percent < 0.005 and 1 or 0)
        end
        if row.scenario == SCENARIO then
            local prefix = ("online.%s.%s."):format(row.network, row.policy:gsub("[^%w]", ""))
            paper:set(prefix .. "regret", "%.1f %%", row.percent)
            paper:set(prefix .. "missed", "%.1f %%", 100 * row.missed)
            if not by_policy[row.policy] then
                by_policy[row.policy] = { policy = row.policy, (row.policy:gsub(":", ", "):gsub("%-", " ")) }
                table.insert(rows, by_policy[row.policy])
            end
            local cells = by_policy[row.policy]
            table.insert(cells, ("%.1f"):format(row.percent))
            table.insert(cells, ("%.1f"):format(100 * row.missed))
            cells[row.network] = row.percent
        end
    end
    paper:set("online.still", "%d", still)
    paper:set("online.cases", "%d", cases)
    local heading = paper.heading({ "policy" }, NETWORKS, { "regret", "missed" })
    paper:write_table("table-online.tex", "lrrrrrr", heading, rows)

    local points = {}
    for i, kept in ipairs(KEPT) do
        points[i] = by_policy[kept[1]]
        points[i].slots = kept[2] or tonumber(slots)
    end
    paper:write_data("kept.dat", { "slots", "AlexNet", "ResNet", "LeNet" }, points)
end

-- What is not known ----------------------------------------------------------------------------------------

--- What certainty costs: the largest saving when some samples may be late, pieces by the uplink's rate, and
-- the price of being in time although nodes and links are slow.
local function uncertainty()
    local saved, price, pieces, cases = {}, {}, 0, {}
    for _, row in ipairs(paper:records("uncertainty-shares.csv").rows) do
        saved[row.network] = math.max(saved[row.network] or 0, row.saving or 0)
    end
    for _, row in ipairs(paper:records("uncertainty-rates.csv").rows) do
        pieces, cases[row.network .. row.tightness] = pieces + 1, true
    end
    for _, row in ipairs(paper:records("uncertainty-budgets.csv").rows) do
        price[row.network] = math.max(price[row.network] or 0, row.price or 0)
    end
    for _, network in ipairs { "B-AlexNet", "B-ResNet", "B-LeNet" } do
        paper:set(("unknown.saved.%s"):format(network), "%.1f %%", 100 * saved[network])
        paper:set(("unknown.price.%s"):format(network), "%.1f %%", 100 * price[network])
    end
    local drawn, n = paper:records("uncertainty-drawn.csv").rows, 0
    for _ in pairs(cases) do n = n + 1 end
    paper:set("unknown.pieces", "%d", pieces)
    paper:set("unknown.cases", "%d", n)
    paper:set("unknown.one", "%.1f %%", 100 * drawn[2].price)
    paper:set("unknown.all", "%.1f %%", 100 * drawn[#drawn].price)
end

-- Speed ----------------------------------------------------------------------------------------------------

local ENGINES = {
    { "certify", "certify" }, { "milp (GLPK)", "GLPK" }, { "cbc on the file", "CBC" },
    { "fin, gamma 30", "$\\gamma=30$" }, { "fin, gamma 100", "$\\gamma=100$" },
    { "fin on igraph, gamma 100", "igraph" },
}

local function median(values)
    table.sort(values)
    return fl.stats.median(values)
end

--- The benchmark's families in their order, with each engine's ratios to the exact method and its ends.
local function measurements()
    local families, known = {}, {}
    for record in paper:text("bench.json"):gmatch "{[^{}]*}" do
        local function field(name)
            return record:match(('"%s": "([^"]*)"'):format(name))
                or record:match(('"%s": ([^,}]*)'):format(name))
        end
        local name, engine = field "family", field "engine"
        if field "section" == "engines" then
            if not known[name] then
                known[name] = { name = name, seconds = {} }
                table.insert(families, known[name])
            end
            local family = known[name]
            if engine == "exact" then table.insert(family.seconds, tonumber(field "seconds")) end
            family[engine] = family[engine] or { ratios = {}, late = 0 }
            if field "end" == "done" and field "stop" == "done" then
                table.insert(family[engine].ratios, tonumber(field "ratio_to_exact"))
            else
                family[engine].late = family[engine].late + 1
            end
        end
    end
    return families
end

--- Three digits and no exponent.
local function figure(value)
    return (value < 1000 and "%.3g" or "%.0f"):format(value)
end

local function speed()
    local rows = {}
    for i, family in ipairs(measurements()) do
        local name = family.name:gsub("(%d+)x(%d+)", "$%1\\times%2$")
        local cells = { name, figure(1e6 * median(family.seconds)) }
        for _, engine in ipairs(ENGINES) do
            local found = family[engine[1]]
            local text = "--"
            if found and #found.ratios > 0 and found.late == 0 then
                text = figure(median(found.ratios))
                paper:set(("speed.%d.%s"):format(i, (engine[1]:gsub("[^%w]", ""))), "%s", text)
            elseif found then
                text = "late"
            end
            table.insert(cells, text)
        end
        table.insert(rows, cells)
    end
    local heading = { "& exact & & & & \\multicolumn{3}{c}{FIN}\\\\\nfamily", "$\\mu$s" }
    for _, engine in ipairs(ENGINES) do table.insert(heading, engine[2]) end
    paper:write_table("table-speed.tex", "lr@{\\quad}rrrrrr", heading, rows)
end

many_users()
policies()
uncertainty()
speed()
