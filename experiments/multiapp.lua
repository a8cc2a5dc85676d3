-- SPDX-License-Identifier: GPL-3.0-or-later
-- Many users on shared servers: what does placing them one after another cost, and how many go unserved?
--
-- Users of B-AlexNet, B-ResNet and B-LeNet with several targets and deadlines share an edge and a cloud
-- server whose compute is limited. Users may be refused. The joint optimum serves as many as possible and
-- then takes the least power; FIN, the exact search and mcp place one user after another, in several orders.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/multiapp.lua [--out DIR] [--jobs N] [--quick]

Power, users served and exits used by the number of users: joint optimum against placing one after another.

--out DIR   where multiapp.md and .csv, the pictures multiapp-SYSTEM-served.* and -price.* and the store
            multiapp.db go (default: out)
--jobs N    worker processes (default: 2)
--quick     few numbers of users, to see whether it runs
]]

local given = study.options(USAGE, { out = "out", jobs = 2, quick = false })

local RATE = 30 -- inferences per second and user
local PART = 0.1 -- of the servers' time that is for these users
local MILP_MOST = 45 -- users up to which the compact model is tried
local LIMIT = given.quick and 2 or 20 -- seconds for a joint optimum
local USERS = given.quick and { 9, 225 } or { 1, 9, 45, 90, 135, 180, 225, 270, 360, 450, 900 }
local SEQUENTIAL = "exact" -- whose orders are compared in full

local METHODS = {
    { key = "colgen:time_limit=" .. LIMIT, name = "joint optimum (colgen)" },
    { key = "milp:time_limit=" .. LIMIT, name = "joint optimum (milp)", most = MILP_MOST },
    { key = "fin:gamma=30", name = "FIN, as given" },
    { key = "fin:gamma=30,order=deadline", name = "FIN, by deadline" },
    { key = "fin:gamma=30,order=load", name = "FIN, by load" },
    { key = "fin:gamma=30,order=random,restarts=20", name = "FIN, best of 20 random" },
    { key = SEQUENTIAL, name = "exact one by one, as given" },
    { key = SEQUENTIAL .. ":order=random,restarts=20", name = "exact one by one, best of 20 random" },
    { key = "mcp", name = "mcp, as given" },
}
local JOINT = METHODS[1]

-- Classes of users and systems -----------------------------------------------------------------------------

local CLASSES = {
    { "AlexNet 75 %, 3 ms", fl.models.b_alexnet "cifar10", 0.75, 3e-3 },
    { "AlexNet 80 %, 4 ms", fl.models.b_alexnet "cifar10", 0.80, 4e-3 },
    { "AlexNet 80 %, 7 ms", fl.models.b_alexnet "cifar10", 0.80, 7e-3 },
    { "ResNet 80 %, 0.5 ms", fl.models.b_resnet "cifar10", 0.80, 0.5e-3 },
    { "ResNet 80 %, 1 ms", fl.models.b_resnet "cifar10", 0.80, 1e-3 },
    { "ResNet 80 %, 2 ms", fl.models.b_resnet "cifar10", 0.80, 2e-3 },
    { "LeNet 95 %, 18 us", fl.models.b_lenet "mnist", 0.95, 18e-6 },
    { "LeNet 95 %, 20 us", fl.models.b_lenet "mnist", 0.95, 20e-6 },
    { "LeNet 95 %, 30 us", fl.models.b_lenet "mnist", 0.95, 30e-6 },
}

--- The published three tiers, PART of each server's time for these users.
local function three_tiers()
    local system = fl.systems.three_tier()
    for _, node in ipairs(system.nodes) do
        if node.tier > 0 then node.capacity = PART * node.speed end
    end
    return system
end

local CELLS = 3

--- Cells with a phone and an edge server each, and one cloud: the published tiers, the servers' speeds spread
-- around the published one, neighbouring edges linked, the cloud as large as in the published system.
local function several_edges()
    local tiers = fl.systems.three_tier()
    local rates = {}
    for _, link in ipairs(tiers.links) do rates[link.from .. link.to] = link.rate end
    local system = { nodes = {}, links = {} }
    local function node(template, name, factor)
        local new = {}
        for key, value in pairs(tiers.nodes[template]) do new[key] = value end
        new.name, new.speed = name, new.speed * factor
        if new.tier > 0 then new.capacity = PART * new.speed / (new.tier == 1 and CELLS or 1) end
        table.insert(system.nodes, new)
    end
    local function link(from, to, rate) table.insert(system.links, { from = from, to = to, rate = rate }) end
    node(3, "cloud", 1)
    for cell = 1, CELLS do
        local phone, edge = "mobile" .. cell, "edge" .. cell
        node(1, phone, 1)
        node(2, edge, 0.5 + 0.5 * cell / CELLS)
        link(phone, edge, rates.mobileedge)
        link(phone, "cloud", rates.mobilecloud)
        link(edge, "cloud", rates.edgecloud)
        for other = 1, CELLS do
            if math.abs(other - cell) == 1 then link(edge, "edge" .. other, rates.mobileedge) end
        end
    end
    return system
end

local LEVELS = { 1, 1 / 2, 1 / 5, 1 / 10, 1 / 20, 1 / 50, 1 / 100 }

local function equal_levels(users) return { 1 / users } end

local function chosen_levels() return LEVELS end

-- `levels`: the shares of a server's speed that a user may reserve, by the number of users. The scripts of
-- the FIN paper's authors give each user an equal one.
local SYSTEMS = {
    { name = "three tiers", build = three_tiers, sources = { "mobile" } },
    { name = "three edges", build = several_edges, sources = { "mobile1", "mobile2", "mobile3" } },
    { name = "equal shares", build = fl.systems.three_tier, sources = { "mobile" }, levels = equal_levels },
    { name = "chosen shares", build = fl.systems.three_tier, sources = { "mobile" }, levels = chosen_levels },
}

--- So many users, dealt out to the classes, and those of a class to the phones, in turn.
local function applications(users, system)
    local apps, sources = {}, system.sources
    local kinds, levels = #CLASSES * #sources, system.levels and system.levels(users)
    for i = 1, math.min(users, kinds) do
        local class, source = CLASSES[(i - 1) % #CLASSES + 1], sources[(i - 1) // #CLASSES + 1]
        apps[i] = {
            name = #sources > 1 and ("%s on %s"):format(class[1], source) or class[1],
            model = class[2], accuracy = class[3], deadline = class[4], source = source, rate = RATE,
            count = users // kinds + (i <= users % kinds and 1 or 0),
            slices = levels and { edge = levels, cloud = levels },
        }
    end
    return apps
end

local function system_called(name)
    for _, system in ipairs(SYSTEMS) do
        if system.name == name then return system end
    end
end

local function method_of(key)
    for _, method in ipairs(METHODS) do
        if method.key == key then return method end
    end
end

local function instance_of(p)
    if p.users > (method_of(p.method).most or p.users) then return nil end
    local system = system_called(p.system)
    return study.try(fl.instance {
        system = system.build(), apps = applications(p.users, system), admission = true,
    })
end

-- What became of the users ---------------------------------------------------------------------------------

local TIERS = { [0] = "mobile", "edge", "cloud" }

--- How many users end at each exit on each tier: "exit 3 on edge" and so on.
local function exits_used(plan, system)
    local tier, used = {}, {}
    for _, node in ipairs(system.nodes) do tier[node.name] = TIERS[node.tier] end
    for _, placement in ipairs(plan) do
        local key = ("exit %d on %s"):format(placement.exit, tier[placement.nodes[#placement.nodes]])
        used[key] = (used[key] or 0) + (placement.count or 1)
    end
    return used
end

--- Rows by system, users and method's key.
local function index(rows)
    local found = {}
    for _, row in ipairs(rows) do found[("%s|%d|%s"):format(row.system, row.users, row.method)] = row end
    return function(system, users, method)
        local row = found[("%s|%d|%s"):format(system, users, method)]
        return row and row.status ~= "skipped" and row or nil
    end
end

--- What must hold of one after another beside the joint optimum.
local function check_sequential(agreement, row, joint, where)
    agreement:note("nobody serves more users than the joint optimum could at most",
        row.served <= (joint.most_served or math.huge), where)
    local cheaper = joint.bound and study.less(row.energy, joint.bound)
    agreement:note("nobody serves as many users as the joint optimum for less than its bound",
        row.served ~= joint.served or not cheaper, where)
end

--- What must hold of the two ways to the joint optimum.
local function check_joint(agreement, milp, joint, where)
    if milp.status ~= "optimal" or joint.status ~= "optimal" then return end
    agreement:note("milp = colgen, users served and power",
        milp.served == joint.served and study.same(milp.power, joint.power), where)
end

local function check(agreement, at)
    for _, system in ipairs(SYSTEMS) do
        for _, users in ipairs(USERS) do
            local joint = at(system.name, users, JOINT.key)
            for _, method in ipairs(METHODS) do
                local row = at(system.name, users, method.key)
                local where = ("%s, %d users, %s"):format(system.name, users, method.name)
                if row and method ~= JOINT then check_sequential(agreement, row, joint, where) end
                if row and method == METHODS[2] then check_joint(agreement, row, joint, where) end
            end
        end
    end
end

-- Tables and figures ---------------------------------------------------------------------------------------

--- A row for people, with what sets it apart from the joint optimum.
local function record_of(row, method, joint, tiers)
    local record = {
        system = row.system, users = row.users, method = method.name, status = row.status,
        served = row.served, share = 100 * row.served / row.users, power = row.power,
        energy = row.energy, bound = row.bound, gap = row.gap and 100 * row.gap,
        most_served = row.most_served, fewer = joint.served - row.served,
    }
    if row.served == joint.served then record.dearer = 100 * (row.power / joint.power - 1) end
    for key, count in pairs(exits_used(row.plan, tiers)) do record[key] = count end
    return record
end

--- One record per system, number of users and method.
local function records_of(at)
    local records = {}
    for _, system in ipairs(SYSTEMS) do
        local tiers = system.build()
        for _, users in ipairs(USERS) do
            local joint = at(system.name, users, JOINT.key)
            for _, method in ipairs(METHODS) do
                local row = at(system.name, users, method.key)
                if row then table.insert(records, record_of(row, method, joint, tiers)) end
            end
        end
    end
    return fl.table(records)
end

local COSTS = {
    { key = "users", title = "users", format = "%d" }, { key = "method", title = "method" },
    { key = "served", title = "served", format = "%d" }, { key = "share", title = "%", format = "%.1f" },
    { key = "power", title = "power (W)", format = "%.3f" },
    { key = "fewer", title = "fewer served", format = "%d" },
    { key = "dearer", title = "dearer (%)", format = "%.2f" },
    { key = "gap", title = "gap (%)", format = "%.3f" },
    { key = "status", title = "status" },
}

local EXITS = {}
for exit = 1, 3 do
    for tier = 0, 2 do table.insert(EXITS, ("exit %d on %s"):format(exit, TIERS[tier])) end
end

--- Where users end, by number of users, for two methods.
local function exits_table(records)
    local columns = { COSTS[1], COSTS[2] }
    for _, name in ipairs(EXITS) do
        if #records:filter(function(record) return record[name] ~= nil end).rows > 0 then
            table.insert(columns, { key = name, title = name, format = "%d" })
        end
    end
    return records:filter(function(record)
        return record.method == JOINT.name or record.method == METHODS[3].name
    end):select(columns)
end

local SHOWN = {} -- in pictures
for _, m in ipairs { 1, 3, 4, 6, 9 } do SHOWN[METHODS[m].name] = true end

--- A line per method over the number of users.
local function picture(records, system, key, label, unit)
    return records:filter(function(record) return SHOWN[record.method] end):plot {
        title = system, x = { key = "users", label = "users", log = true },
        y = { key = key, label = label, unit = unit, least = 0 },
    }
end

--- The largest of a figure over the records of the methods that place one after another.
local function worst(records, key)
    local found
    for _, record in ipairs(records.rows) do
        local sequential = record.method ~= METHODS[1].name and record.method ~= METHODS[2].name
        if sequential and record[key] and (not found or record[key] > found[key]) then found = record end
    end
    return found
end

local function sentences_of(records)
    local sentences = {}
    local dearer, fewer = worst(records, "dearer"), worst(records, "fewer")
    if dearer then
        table.insert(sentences,
            ("Dearest while serving as many users: %s with %d users, %.2f %% over the joint optimum.")
            :format(dearer.method, dearer.users, dearer.dearer))
    end
    if fewer then
        table.insert(sentences,
            ("Fewest served against the joint optimum: %s serves %d of %d users, %d fewer.")
            :format(fewer.method, fewer.served, fewer.users, fewer.fewer))
    end
    return sentences
end

-- The whole ------------------------------------------------------------------------------------------------

local function solve_all()
    local keys, names = {}, {}
    for i, method in ipairs(METHODS) do keys[i] = method.key end
    for i, system in ipairs(SYSTEMS) do names[i] = system.name end
    return study.try(fl.sweep {
        name = "multiapp", store = given.out .. "/multiapp.db",
        axes = { system = names, users = USERS, method = keys },
        case = instance_of,
    }:run { jobs = given.jobs, shard = false })
end

local function main()
    study.folder(given.out)
    local at = index(solve_all().rows)
    local agreement = study.agreement()
    check(agreement, at)
    local records = records_of(at)
    local report = study.report("Many users on shared servers: joint optimum against one after another")
    local files = { ["multiapp.md"] = report }
    for _, system in ipairs(SYSTEMS) do
        local own, name = records:filter { system = system.name }, system.name:gsub(" ", "-")
        report:section(system.name, own:select(COSTS), sentences_of(own))
        report:section(system.name .. ": where users end", exits_table(own))
        for _, ending in ipairs { "svg", "png" } do
            files[("multiapp-%s-served.%s"):format(name, ending)] =
                picture(own, system.name, "share", "users served", "%")
            files[("multiapp-%s-price.%s"):format(name, ending)] =
                picture(own, system.name, "fewer", "users fewer than at the joint optimum")
        end
    end
    report:section("Agreement", agreement:sentences())
    files["multiapp.csv"] = records
    study.write(given.out, files)
    agreement:insist()
end

main()
