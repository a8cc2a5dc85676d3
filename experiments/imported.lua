-- SPDX-License-Identifier: GPL-3.0-or-later
-- Measured networks: for each model in a folder of Scission's benchmark records, the least latency there is
-- and the least energy within a deadline, against what Scission and Neurosurgeon choose.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/imported.lua --folder DIR [--network FILE] [--source NAME] [--power D,E,C]
                                [--slack PERCENT] [--out DIR]

Exact placement of measured networks against scission and neurosurgeon, which look at latency.

--folder DIR     Scission's benchmark records: device-NAME.dat, edge-NAME.dat, cloud-NAME.dat
--network FILE   the network table in that folder (default: network_stats.csv)
--source NAME    the machine where inputs arise (default: the first device)
--power D,E,C    W of a device, an edge and a cloud machine while computing, which the records do not
                 have (default: 6,140,400)
--slack PERCENT  the deadline is so much above each model's least latency (default: 20)
--out DIR        where imported.md and imported.csv go (default: out)
]]

local given = study.options(USAGE, {
    folder = "", network = "network_stats.csv", source = "", power = "6,140,400", slack = 20, out = "out",
})
local METHODS = { "scission", "neurosurgeon" }

--- The records, with powers by tier.
local function load_records()
    if given.folder == "" then study.stop(2, "--folder is needed; see --help") end
    local powers = {}
    for number in given.power:gmatch "[^,]+" do table.insert(powers, tonumber(number)) end
    if #powers ~= 3 then study.stop(2, "--power: %q is not three numbers", given.power) end
    local records = study.try(fl.import.scission(given.folder, { network = given.network }))
    for _, node in ipairs(records.system.nodes) do node.power = powers[node.tier + 1] end
    return records
end

local records = load_records()
local source = given.source ~= "" and given.source or records.system.nodes[1].name
local agreement = study.agreement()

--- The ranges of a plan in layers: "raspi4 0-6, gpu 7-25".
local function ranges_of(model, nodes)
    local layers, ranges, first = records.segments[model], {}, 1
    for l, node in ipairs(nodes) do
        if nodes[l + 1] ~= node then
            table.insert(ranges, ("%s %d-%d"):format(node, layers[first].first, layers[l].last))
            first = l + 1
        end
    end
    return table.concat(ranges, ", ")
end

--- How much larger a is than b, in percent; nil when one is not there.
local function above(a, b)
    return a and b and (b > 0 and 100 * (a / b - 1) or 0) or nil
end

--- One model: a row of the table.
local function run(model)
    local system = records.system
    local function instance(deadline)
        return study.try(fl.instance { system = system, apps = { {
            name = model, model = records.models[model], source = source, deadline = deadline,
        } } })
    end
    local fastest = study.solve(instance(1e9), "fastest")
    local row = { model = model, blocks = #records.models[model].blocks, latency = fastest.latency }
    if not fastest.latency then return row end
    row.ranges = ranges_of(model, fastest.plan[1].nodes)
    local timely = instance(fastest.latency * (1 + given.slack / 100))
    local exact = study.solve(timely, "exact")
    row.energy = exact.energy
    for _, method in ipairs(METHODS) do
        local result = study.solve(timely, method)
        local latency = (result.plan and result or result.candidate or {}).latency
        row[method .. "_latency"] = above(latency, fastest.latency)
        row[method .. "_energy"] = above(result.energy, exact.energy)
        agreement:note("No method is faster than the fastest plan",
            not study.less(latency, fastest.latency), model)
        agreement:note("No method in time takes less energy than the optimum",
            not study.less(result.energy, exact.energy), model)
    end
    return row
end

local names, rows = {}, {}
for name in pairs(records.models) do table.insert(names, name) end
table.sort(names)
for i, name in ipairs(names) do rows[i] = run(name) end

local function percent(key, title) return { key = key, title = title, format = "%.2f" } end
local whole = fl.table(rows, {
    "model", "blocks", { key = "latency", title = "least latency, s", format = "%.4f" },
    percent("scission_latency", "scission, % above"),
    percent("neurosurgeon_latency", "neurosurgeon, % above"),
    { key = "energy", title = "least energy, J", format = "%.4g" },
    percent("scission_energy", "scission, % above"),
    percent("neurosurgeon_energy", "neurosurgeon, % above"),
})
local report = study.report(("%d measured networks, inputs at %s"):format(#rows, source))
report:section(("Latency, and energy within %d %% more than the least latency"):format(given.slack), whole)
report:section("The fastest plans", fl.table(rows, { "model", { key = "ranges", title = "layers" } }))
report:section("Agreement", agreement:sentences())
study.folder(given.out)
study.write(given.out, { ["imported.md"] = report, ["imported.csv"] = fl.table(rows, {
    "model", "blocks", "latency", "energy", "scission_latency", "neurosurgeon_latency", "scission_energy",
    "neurosurgeon_energy", "ranges",
}) })
agreement:insist()
