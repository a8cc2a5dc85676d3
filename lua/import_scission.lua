-- SPDX-License-Identifier: GPL-3.0-or-later
-- Benchmark records of Scission (Lockhart, Harvey, Imai, Willis, Varghese, UCC 2020): one file
-- TIER-MACHINE.dat per machine, a pickle of model -> list of segments, and tables of the network. A segment
-- has its first and last layer, its mean seconds, and the bytes of the NumPy file that its output makes.

local common = require "finlab.import_common"
local csv = require "finlab.csv"
local files = require "finlab.files"
local pickle = require "finlab.pickle"

local TIERS = { device = 0, edge = 1, cloud = 2 }
local HEADER = { "source", "destination", "ping(ms)", "bandwidth(mbps)" }

--- The machines of the folder that are wanted (nil: all), by tier and name: { { name, tier, path } }; nil,
-- message, code.
local function machines_in(folder, wanted)
    local names, message, code = files.list(folder)
    if not names then return nil, message, code end
    local machines = {}
    for _, file in ipairs(names) do
        local tier, name = file:match "^(%a+)%-(.+)%.dat$"
        tier = tier and TIERS[tier:lower()]
        if tier and (not wanted or wanted[name]) then
            table.insert(machines, { name = name, tier = tier, path = folder .. "/" .. file })
        end
    end
    if #machines == 0 then
        return nil, folder .. ": has no records device-NAME.dat, edge-NAME.dat or cloud-NAME.dat", "invalid"
    end
    table.sort(machines, function(a, b)
        if a.tier ~= b.tier then return a.tier < b.tier end
        return a.name < b.name
    end)
    return machines
end

-- Records --------------------------------------------------------------------------------------------------

--- What is wrong with a segment that should begin with layer `first`; nil when nothing is.
local function complaint(segment, first, header)
    if type(segment) ~= "table" then return ": must be an object" end
    if segment.input_layer ~= first then
        return (".input_layer: must be %d, where the segment before ends"):format(first)
    end
    local last = segment.output_layer
    if math.type(last) ~= "integer" or last < first then return ".output_layer: must be a layer behind" end
    if not common.is_number(segment.second_prediction, 0) then
        return ".second_prediction: must be seconds, finite and not negative"
    end
    if not common.is_number(segment.output_size, header) then
        return (".output_size: must be bytes, at least the header's %d"):format(header)
    end
end

--- The first machine's segments of a model make its blocks; those of others must be the same.
local function add_segments(profile, name, segments, machine, set)
    local model = profile.models[name]
    local layers = profile.segments[name]
    if not model then
        model = { name = name, blocks = {}, exits = {}, input_bits = 8 * set.input_bytes }
        layers = {}
        profile.models[name], profile.segments[name] = model, layers
    end
    local fresh, first = #layers == 0, 0
    for l, segment in ipairs(segments) do
        local wrong = complaint(segment, first, set.header)
        if wrong then return nil, ("%s[%d]%s"):format(name, l, wrong) end
        local last, bits = segment.output_layer, 8 * (segment.output_size - set.header)
        if fresh then
            layers[l] = { first = first, last = last }
            model.blocks[l] = {
                name = first == last and tostring(last) or first .. "-" .. last, ops = 0, out_bits = bits,
                time = {}, nodes = {},
            }
        end
        local block = model.blocks[l]
        if not block or layers[l].last ~= last or block.out_bits ~= bits then
            return nil, ("%s[%d]: is not the segment that other machines measured"):format(name, l)
        end
        block.time[machine.name] = segment.second_prediction
        table.insert(block.nodes, machine.name)
        first = last + 1
    end
    if #segments == 0 or #segments ~= #layers then
        return nil, ("%s: has %d segments, and %d elsewhere"):format(name, #segments, #layers)
    end
    model.exits = { { after = #layers, accuracy = 1 } }
    return true
end

--- Add what one machine measured of the models wanted; true, or nil, message, code.
local function add_machine(profile, machine, wanted, set)
    local records, message, code = pickle.read(machine.path, { classes = { set.class, "numpy" } })
    if not records then return nil, message, code end
    if type(records) ~= "table" then return nil, machine.path .. ": must be a dictionary", "invalid" end
    for name, segments in pairs(records) do
        if type(name) ~= "string" or type(segments) ~= "table" then
            return nil, ("%s: %s: must be a model with a list of segments"):format(machine.path,
                tostring(name)), "invalid"
        end
        if not wanted or wanted[name] then
            local added
            added, message = add_segments(profile, name, segments, machine, set)
            if not added then return nil, ("%s: %s"):format(machine.path, message), "invalid" end
        end
    end
    return true
end

-- The network ----------------------------------------------------------------------------------------------

--- One row of the table as a link; nil, message, code.
local function link_of(cells, path)
    local fits, message, code = csv.check_width(cells, #HEADER, path)
    if not fits then return nil, message, code end
    local ping, bandwidth = csv.number(cells[3]), csv.number(cells[4])
    if not ping or not common.is_number(ping, 0) then
        return csv.fail(path, cells.line, 3, HEADER[3], "%q is no number of milliseconds", cells[3])
    end
    if not bandwidth or not common.is_number(bandwidth, 0) or bandwidth == 0 then
        return csv.fail(path, cells.line, 4, HEADER[4], "%q is no positive number of Mbit/s", cells[4])
    end
    return { from = cells[1], to = cells[2], rate = bandwidth * 1e6, delay = ping / 1e3 }
end

--- The links between the nodes that are there, as the table has them; nil, message, code.
local function links_in(path, nodes)
    local rows, message, code = csv.read(path, common.MOST_BYTES)
    if not rows then return nil, message, code end
    local header = rows[1] or { line = 1 }
    for c, name in ipairs(HEADER) do
        if header[c] ~= name then
            return csv.fail(path, header.line, c, nil, "must be %q, not %q", name, header[c] or "")
        end
    end
    local known, links, seen = {}, {}, {}
    for _, node in ipairs(nodes) do known[node.name] = true end
    for i = 2, #rows do
        local link
        link, message, code = link_of(rows[i], path)
        if not link then return nil, message, code end
        local pair = link.from .. "\0" .. link.to
        if seen[pair] then
            return csv.fail(path, rows[i].line, 1, HEADER[1], "line %d has this link already", seen[pair])
        end
        seen[pair] = rows[i].line
        if known[link.from] and known[link.to] then table.insert(links, link) end
    end
    return links
end

--- What a folder of benchmark records holds: `system`, `models` by name, and `segments`, for each model the
-- `first` and `last` layer of each block; nil, message, code. Options: `network`, the table's file name;
-- `input_bytes`; `header`, bytes of a NumPy file that are not sent; `models` and `machines`, names of those
-- wanted; `nodes`, fields of nodes by machine; `class`, of the records.
return function(folder, options)
    local set = common.options("import.scission", options, {
        network = "network_stats.csv", input_bytes = 150000, header = 128, models = "(table)",
        machines = "(table)", nodes = {}, class = "__main__.LayerBenchmark",
    })
    local machines, message, code = machines_in(folder, common.set(set.machines))
    if not machines then return nil, message, code end
    local profile = { system = { nodes = {} }, models = {}, segments = {} }
    for i, machine in ipairs(machines) do
        local added
        added, message, code = add_machine(profile, machine, common.set(set.models), set)
        if not added then return nil, message, code end
        profile.system.nodes[i] = common.node(machine.name, machine.tier, set.nodes[machine.name])
    end
    for _, name in ipairs(set.models or {}) do
        if not profile.models[name] then
            return nil, ("%s: no machine has measured %q"):format(folder, name), "invalid"
        end
    end
    profile.system.links, message, code = links_in(folder .. "/" .. set.network, profile.system.nodes)
    if not profile.system.links then return nil, message, code end
    return profile
end
