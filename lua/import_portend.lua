-- SPDX-License-Identifier: GPL-3.0-or-later
-- Measurements of PORTEND (Ebrahimi et al., "PORTEND: a joint performance model for partitioned early-exiting
-- DNNs", ICPADS 2023): for each machine a table of the milliseconds that every range of blocks takes in one
-- go, and a pickle of what it takes to write and read each tensor; for each network how many samples leave at
-- each exit at each threshold, and how many of these are right. Times are turned into seconds.

local common = require "finlab.import_common"
local core = require "finlab.core"
local files = require "finlab.files"
local pickle = require "finlab.pickle"

local CLASSES = { "numpy", "torch.Size" }
local PACKET = 8 * 9000 -- bits; what is larger is sent in packets, which several links carry at once
local NO_TIME = 1e-30   -- s per bit, or of a result: instead of 0, which no rate and no speed gives

local function invalid(path, format, ...)
    return nil, ("%s: %s"):format(path, format:format(...)), "invalid"
end

local function is_count(x)
    return math.type(x) == "integer" and x >= 0
end

-- Tables of times ------------------------------------------------------------------------------------------

--- The columns of a file that is a JSON text with JSON in it; nil, message, code.
local function columns_of(path)
    local text, message, code = files.read(path, common.MOST_BYTES)
    if not text then return nil, message, code end
    for _ = 1, 2 do
        if type(text) ~= "string" then return invalid(path, "must be a JSON text that holds JSON") end
        text, message = core.parse(text)
        if message then return nil, ("%s: %s"):format(path, message), "invalid" end
    end
    for _, name in ipairs { "partition_start", "partition_end", "latency_partition" } do
        if type(text) ~= "table" or type(text[name]) ~= "table" then
            return invalid(path, "has no column %q", name)
        end
    end
    return text
end

--- The seconds of a range's repeats, given in milliseconds; nil when they are none.
local function seconds_of(repeats)
    if type(repeats) ~= "table" or #repeats == 0 then return nil end
    local seconds = {}
    for i, milliseconds in ipairs(repeats) do
        if not common.is_number(milliseconds, 0) then return nil end
        seconds[i] = milliseconds / 1e3
    end
    return seconds
end

--- All repeats by first and last block; nil, message, code unless every range is there once.
local function table_of(path)
    local columns, message, code = columns_of(path)
    if not columns then return nil, message, code end
    local ranges, blocks, rows = {}, 0, 0
    for row, first in pairs(columns.partition_start) do
        local last = columns.partition_end[row]
        local seconds = seconds_of(columns.latency_partition[row])
        first, last = math.tointeger(first), math.tointeger(last)
        if not (first and last and 1 <= first and first <= last) then
            return invalid(path, "row %s: must be a range of blocks from 1", row)
        end
        if not seconds then return invalid(path, "row %s: must have milliseconds, not negative", row) end
        ranges[first] = ranges[first] or {}
        if ranges[first][last] then return invalid(path, "blocks %d to %d are there twice", first, last) end
        ranges[first][last] = seconds
        blocks, rows = math.max(blocks, last), rows + 1
    end
    for first = 1, rows > 0 and blocks <= rows and blocks or 0 do
        for last = first, blocks do
            if not (ranges[first] or {})[last] then
                return invalid(path, "there is no row for blocks %d to %d", first, last)
            end
        end
    end
    if rows == 0 or blocks > rows then return invalid(path, "has too few rows") end
    return ranges
end

-- Serialisation, shapes ------------------------------------------------------------------------------------

--- The table that a file of pickles has of a model; nil, message, code.
local function rows_of(path, model, missing)
    local all, message, code = pickle.read(path, { classes = CLASSES })
    if not all then return nil, message, code end
    local own = type(all) == "table" and all[model]
    if type(own) ~= "table" then return invalid(path, missing, model) end
    return own
end

--- What a machine takes for each boundary 0 to blocks - 1 of the model: { bytes, pack, unpack }; nil,
-- message, code.
local function serialisation_of(path, model, blocks)
    local rows, message, code = rows_of(path, model, "has no list for %q")
    if not rows then return nil, message, code end
    local found = {}
    for i = 1, blocks do
        local row = rows[i]
        if type(row) ~= "table" or row[1] ~= i - 1 or not is_count(row[2]) or not common.is_number(row[3], 0)
            or not common.is_number(row[4], 0) then
            return invalid(path, "%s[%d]: must be %d, bytes, milliseconds, milliseconds", model, i, i - 1)
        end
        found[i] = { bytes = row[2], pack = row[3] / 1e3, unpack = row[4] / 1e3 }
    end
    return found
end

--- The same from the shapes of the tensors, of 4 bytes a value; nothing is known of times then.
local function sizes_of(path, model, blocks)
    local shapes, message, code = rows_of(path, model, "has no shapes of %q")
    if not shapes then return nil, message, code end
    local found = {}
    for i = 1, blocks do
        local bytes = 4
        for _, side in ipairs(type(shapes[i - 1]) == "table" and shapes[i - 1] or { false }) do
            if not is_count(side) then return invalid(path, "%s[%d]: must be a shape", model, i - 1) end
            bytes = bytes * (side + 0.0)
        end
        found[i] = { bytes = bytes }
    end
    return found
end

-- Exits ----------------------------------------------------------------------------------------------------

--- The counts of one exit by threshold, { leave, right }; nil when they are none.
local function counts_of(by_threshold)
    if type(by_threshold) ~= "table" then return nil end
    local counts = {}
    for threshold, pair in pairs(by_threshold) do
        if not common.is_number(threshold, 0) or type(pair) ~= "table" or not is_count(pair[1])
            or not is_count(pair[2]) or pair[2] > pair[1] then
            return nil
        end
        counts[threshold] = { leave = pair[1], right = pair[2] }
    end
    return counts
end

--- For each exit the counts by threshold, and the thresholds, ascending; nil, message, code.
local function exits_of(path, blocks)
    local all, message, code = pickle.read(path, { classes = CLASSES })
    if not all then return nil, message, code end
    if type(all) ~= "table" then return invalid(path, "must be a dictionary") end
    local exits, thresholds = {}, {}
    for i = 1, blocks do
        local key = ("[1, %d]"):format(i)
        exits[i] = counts_of(all[key])
        if not exits[i] then
            return invalid(path, "%q: must have, by threshold, how many samples leave and are right", key)
        end
    end
    for threshold in pairs(exits[1]) do table.insert(thresholds, threshold) end
    table.sort(thresholds)
    for i = 1, blocks do
        for _, threshold in ipairs(thresholds) do
            if not exits[i][threshold] then
                return invalid(path, '"[1, %d]": has no threshold %.14g', i, threshold)
            end
        end
    end
    if #thresholds == 0 then return invalid(path, "has no thresholds") end
    return exits, thresholds
end

--- The shares of all samples that leave at each exit of `after` at a threshold while the others stay on. An
-- exit that alone releases fewer than one before it gets none, which is noted.
local function shares_at(threshold, exits, after, samples, clamped)
    local shares, released = {}, 0
    for e, block in ipairs(after) do
        local alone = exits[block][threshold].leave / samples
        if alone < released then
            table.insert(clamped, { after = block, threshold = threshold, by = released - alone })
        end
        shares[e] = math.max(0, alone - released)
        released = math.max(released, alone)
    end
    return shares
end

--- The accuracy of each exit of `after` when everybody leaves there, at the largest threshold.
local function accuracies_of(exits, after, all)
    local accuracies = {}
    for e, block in ipairs(after) do
        local counts = exits[block][all]
        accuracies[e] = counts.leave > 0 and counts.right / counts.leave or 0
    end
    return accuracies
end

--- The most that leave anywhere: nearly everybody does at the largest threshold.
local function samples_in(exits)
    local most = 1
    for _, counts in ipairs(exits) do
        for _, count in pairs(counts) do most = math.max(most, count.leave) end
    end
    return most
end

--- Add exits and thresholds to the model; the exits' own numbers are those at set.threshold.
local function add_exits(profile, thresholds, set)
    local model, exits = profile.model, profile.exits
    local after = set.exits or {}
    for l = 1, set.exits and 0 or #model.blocks do after[l] = l end
    local samples = set.samples or samples_in(exits)
    local accuracies = accuracies_of(exits, after, thresholds[#thresholds])
    model.thresholds, profile.clamped = {}, {}
    for _, threshold in ipairs(thresholds) do
        local shares = shares_at(threshold, exits, after, samples, profile.clamped)
        if threshold == set.threshold then
            for e, block in ipairs(after) do
                model.exits[e] = {
                    after = block, share = shares[e], accuracy = accuracies[e], optional = true,
                    ops = set.result_bytes > 0 and 1 or 0,
                }
            end
        else
            table.insert(model.thresholds,
                { name = ("%.14g"):format(threshold), shares = shares, accuracies = accuracies })
        end
    end
end

-- The system -----------------------------------------------------------------------------------------------

--- The hops first..last as one link, for a tensor, which fills many packets: it takes what the slowest hop
-- takes, and the time of one packet on each other one.
local function way_over(hops, first, last)
    local slowest, delay, energy = first, 0, 0
    for i = first, last do
        if hops[i].rate < hops[slowest].rate then slowest = i end
        delay = delay + (hops[i].delay or 0)
        energy = energy + (hops[i].energy or 0)
    end
    for i = first, last do
        if i ~= slowest then delay = delay + PACKET / hops[i].rate end
    end
    return { rate = hops[slowest].rate, delay = delay, energy = energy }
end

--- Seconds that a result takes back to the first tier; it is one packet, which each link carries whole.
local function return_from(tier, hops, bytes)
    local seconds = 0
    for i = 1, tier - 1 do seconds = seconds + (hops[i].delay or 0) + 8 * bytes / hops[i].rate end
    return seconds
end

local SOURCE = "source"

--- A row of nodes with links upwards between every two; exits with 1 operation take a result's time back.
local function system_of(tiers, set)
    local system = { nodes = {}, links = {} }
    local function add_link(from, to, way)
        table.insert(system.links,
            { from = from, to = to, rate = way.rate, delay = way.delay, energy = way.energy })
    end
    if set.agents then table.insert(system.nodes, common.node(SOURCE, 0)) end
    for j, tier in ipairs(tiers) do
        local back = set.result_bytes > 0 and return_from(j, set.links, set.result_bytes) or 1
        local node = common.node(tier.name, j - 1, tier.fields)
        node.speed = 1 / math.max(back, NO_TIME)
        table.insert(system.nodes, node)
        if set.agents then
            add_link(SOURCE, tier.name,
                j > 1 and way_over(set.links, 1, j - 1) or { rate = 1 / NO_TIME, delay = 0, energy = 0 })
        end
        for i = 1, j - 1 do add_link(tiers[i].name, tier.name, way_over(set.links, i, j - 1)) end
    end
    return system
end

--- set.tiers as { { machine, name, fields } }; raises unless they and set.links fit together.
local function tiers_of(set)
    local tiers = {}
    for i, given in ipairs(set.tiers) do
        local fields = {}
        if type(given) ~= "table" then given = { machine = given } end
        if type(given.machine) ~= "string" then error("import.portend: each tier needs a machine", 3) end
        for key, value in pairs(given) do
            if key ~= "machine" and key ~= "name" then fields[key] = value end
        end
        tiers[i] = { machine = given.machine, name = given.name or given.machine, fields = fields }
    end
    if #tiers == 0 or #set.links ~= #tiers - 1 then
        error("import.portend: tiers, and links with rate and delay between each two, are needed", 3)
    end
    for _, link in ipairs(set.links) do
        if not common.is_number(link.rate, 0) or link.rate == 0
            or not common.is_number(link.delay or 0, 0) then
            error("import.portend: each link needs a rate greater than 0, and a delay not negative", 3)
        end
    end
    return tiers
end

-- The model ------------------------------------------------------------------------------------------------

--- Add a machine's times: those of single blocks, and all as segments. Where a run takes less than without
-- its last block it is taken to take as long, which is noted.
local function add_times(profile, node, ranges, reduce)
    local model, segments = profile.model, {}
    for first = 1, #ranges do
        local before = 0
        for last = first, #ranges do
            local time = reduce(ranges[first][last])
            if time < before then
                table.insert(profile.raised, { node = node, first = first, last = last, by = before - time })
            end
            before = math.max(time, before)
            table.insert(segments, { first = first, last = last, time = before })
        end
        model.blocks[first] = model.blocks[first] or { ops = 0, time = {}, nodes = {} }
        model.blocks[first].time[node] = reduce(ranges[first][first])
        table.insert(model.blocks[first].nodes, node)
    end
    model.segments[node] = segments
end

--- Add what a node takes to write and read the input and each tensor, and what is sent: the largest of what
-- machines make of it, and its frame.
local function add_serialisation(model, node, boundaries, frame)
    for i, boundary in ipairs(boundaries) do
        local bits, block = 8 * (boundary.bytes + frame), model.blocks[i - 1]
        if block then
            block.pack, block.unpack = block.pack or {}, block.unpack or {}
            block.pack[node], block.unpack[node] = boundary.pack, boundary.unpack
            block.out_bits = math.max(block.out_bits or 0, bits)
        else
            model.input_pack[node], model.input_unpack[node] = boundary.pack, boundary.unpack
            model.input_bits = math.max(model.input_bits or 0, bits)
        end
    end
end

--- What the machine's folder has on the model: its table, and what it takes to write and read; nil, message,
-- code.
local function load_machine(folder, machine, data, set)
    local own = ("%s/%s"):format(folder, machine)
    local ranges, message, code = table_of(("%s/profiling_partition_%s_%s.txt"):format(own, set.model, data))
    if not ranges then return nil, message, code end
    local boundaries
    if set.serialisation then
        boundaries, message, code = serialisation_of(own .. "/profiling_pickle.pkl", set.model, #ranges)
    else
        boundaries, message, code = sizes_of(folder .. "/intermediate_dict.pkl", set.model, #ranges)
    end
    if not boundaries then return nil, message, code end
    return { ranges = ranges, boundaries = boundaries }
end

--- The data set of the model's tables in a machine's folder: the option, or the only one that there is.
local function data_of(folder, machine, set)
    if set.data then return set.data end
    local names, message, code = files.list(folder .. "/" .. machine)
    if not names then return nil, message, code end
    local found, prefix = {}, ("profiling_partition_%s_"):format(set.model)
    for _, name in ipairs(names) do
        local data = name:sub(#prefix + 1):match "^([^_]+)%.txt$"
        if data and name:sub(1, #prefix) == prefix then table.insert(found, data) end
    end
    if #found ~= 1 then
        return invalid(folder .. "/" .. machine, "has %d tables of %q; data says which", #found, set.model)
    end
    return found[1]
end

--- Add what all tiers measured of the model; true, or nil, message, code.
local function add_tiers(profile, folder, tiers, set, reduce)
    for _, tier in ipairs(tiers) do
        local machine, message, code = load_machine(folder, tier.machine, profile.model.data, set)
        if not machine then return nil, message, code end
        profile.tables[tier.machine] = machine.ranges
        if #profile.model.blocks > 0 and #machine.ranges ~= #profile.model.blocks then
            return invalid(folder .. "/" .. tier.machine, "has %d blocks of %q, and other machines have %d",
                #machine.ranges, set.model, #profile.model.blocks)
        end
        add_times(profile, tier.name, machine.ranges, reduce)
        add_serialisation(profile.model, tier.name, machine.boundaries, set.frame)
    end
    if set.agents then -- the source writes the input on the first machine
        profile.model.input_pack[SOURCE] = profile.model.input_pack[tiers[1].name]
    end
    return true
end

--- What a folder of measurements holds of one model on a row of machines: `system`, `model`, and as they
-- were measured `tables` (all repeats in seconds, by machine, first and last block) and `exits` (counts by
-- block and threshold); `raised` and `clamped` are what had to be changed. nil, message, code.
return function(folder, options)
    local set = common.options("import.portend", options, {
        model = "(string)", data = "(string)", tiers = "(table)", links = {}, repeats = "max",
        half = "validation", threshold = 0, samples = "(number)", exits = "(table)", frame = 100,
        serialisation = true, agents = false, result_bytes = 0,
    })
    if not set.model or not set.tiers then error("import.portend: model and tiers are needed", 2) end
    local reduce, tiers = common.way("import.portend", set.repeats), tiers_of(set)
    local data, message, code = data_of(folder, tiers[1].machine, set)
    if not data then return nil, message, code end
    local model = {
        name = set.model, data = data, blocks = {}, exits = {}, segments = {}, input_pack = {},
        input_unpack = {},
    }
    local profile = { model = model, tables = {}, raised = {}, system = system_of(tiers, set) }
    local done
    done, message, code = add_tiers(profile, folder, tiers, set, reduce)
    if not done then return nil, message, code end
    local path = folder .. "/accuracy_exitrate/profiling_exitrate_accuracy_partitionwise_"
        .. ("model[%s]_dataset[%s]_%s.txt"):format(set.model, data, set.half)
    local thresholds
    profile.exits, thresholds, code = exits_of(path, #model.blocks)
    if not profile.exits then return nil, thresholds, code end
    for e, block in ipairs(set.exits or {}) do
        if not profile.exits[block] or e > 1 and block <= set.exits[e - 1] then
            return invalid(path, "exits[%d]: must be a block with an exit, after the one before", e)
        end
    end
    add_exits(profile, thresholds, set)
    if #model.exits == 0 then return invalid(path, "has no threshold %.14g", set.threshold) end
    return profile
end
