-- SPDX-License-Identifier: GPL-3.0-or-later
-- Measured times and energies of a model's blocks from CSV: columns block, node, seconds and, if there are
-- any, joules.

local common = require "finlab.import_common"
local core = require "finlab.core"
local csv = require "finlab.csv"

local COLUMNS = { block = 1, node = 1, seconds = 1, joules = 1 }

--- Where each column is; nil, message, code.
local function columns_of(header, path)
    local at, message, code = csv.header(header, path, function(name) return COLUMNS[name] end,
        "measurements: block, node, seconds, joules")
    if not at then return nil, message, code end
    for _, name in ipairs { "block", "node", "seconds" } do
        if not at[name] then
            return csv.fail(path, header.line, #header + 1, nil, "there is no column %q", name)
        end
    end
    return at
end

--- The blocks' positions by name, and by position where no block is called so; and all names.
local function positions_of(model)
    local positions, names = {}, {}
    for l in ipairs(model.blocks) do positions[tostring(l)] = l end
    for l, block in ipairs(model.blocks) do
        names[l] = block.name or "b" .. l
        positions[names[l]] = l
    end
    return positions, names
end

--- A cell as a number of at least 0; nil, message, code.
local function number_of(cell, path, line, column, name)
    local value = csv.number(cell)
    if not value then return csv.fail(path, line, column, name, "%q is not a number", cell) end
    if not common.is_number(value, 0) then
        return csv.fail(path, line, column, name, "must be finite and not negative: %s", cell)
    end
    return value
end

--- One row as { block, node, seconds, joules }; nil, message, code.
local function measurement_of(cells, at, path, positions, names)
    local line = cells.line
    local block = positions[cells[at.block]]
    if not block then
        local near = core.nearest(cells[at.block], names)
        return csv.fail(path, line, at.block, "block", "the model has no block %q%s", cells[at.block],
            near and (" (%q?)"):format(near) or "")
    end
    if cells[at.node] == "" then return csv.fail(path, line, at.node, "node", "is empty") end
    local row = { block = block, node = cells[at.node] }
    local message, code
    row.seconds, message, code = number_of(cells[at.seconds], path, line, at.seconds, "seconds")
    if not row.seconds then return nil, message, code end
    if at.joules and cells[at.joules] ~= "" then
        row.joules, message, code = number_of(cells[at.joules], path, line, at.joules, "joules")
        if not row.joules then return nil, message, code end
    end
    return row
end

--- All measurements in the order of the file; nil, message, code.
local function measurements_of(path, model)
    local rows, message, code = csv.read(path, common.MOST_BYTES)
    if not rows then return nil, message, code end
    if not rows[1] then return nil, path .. ": is empty", "invalid" end
    local at, why, kind = columns_of(rows[1], path)
    if not at then return nil, why, kind end
    local positions, names = positions_of(model)
    local measurements = {}
    for i = 2, #rows do
        local fits
        fits, message, code = csv.check_width(rows[i], #rows[1], path)
        if not fits then return nil, message, code end
        measurements[i - 1], message, code = measurement_of(rows[i], at, path, positions, names)
        if not measurements[i - 1] then return nil, message, code end
    end
    return measurements
end

--- The numbers of each block and node: { [block] = { [node] = { seconds = {...}, joules = {...} } } }.
local function gather(measurements)
    local found = {}
    for _, row in ipairs(measurements) do
        found[row.block] = found[row.block] or {}
        local repeats = found[row.block][row.node] or { seconds = {}, joules = {} }
        found[row.block][row.node] = repeats
        table.insert(repeats.seconds, row.seconds)
        table.insert(repeats.joules, row.joules)
    end
    return found
end

local function copy(from)
    local new = {}
    for key, value in pairs(from) do new[key] = value end
    return new
end

--- A copy of the model whose blocks have the times and energies in the file, beside those they had on other
-- nodes, and the measurements as an array; nil, message, code. `options.repeats` says what is made of several
-- rows of one block and node: "mean" (default), "median", "min" or "max".
return function(path, model, options)
    if type(model) ~= "table" or type(model.blocks) ~= "table" then
        error("bad argument #2 to 'csv' (a model, a table with blocks, expected)", 2)
    end
    local set = common.options("import.csv", options, { repeats = "mean" })
    local reduce = common.way("import.csv", set.repeats)
    local measurements, message, code = measurements_of(path, model)
    if not measurements then return nil, message, code end
    local new = copy(model)
    new.blocks = copy(model.blocks)
    for l, nodes in pairs(gather(measurements)) do
        local block = copy(model.blocks[l])
        block.time, block.energy = copy(block.time or {}), copy(block.energy or {})
        for node, repeats in pairs(nodes) do
            if #repeats.joules > 0 and #repeats.joules < #repeats.seconds then
                return nil, ("%s: block %d on %s: some rows have joules and some have none"):format(path, l,
                    node), "invalid"
            end
            block.time[node] = reduce(repeats.seconds)
            block.energy[node] = #repeats.joules > 0 and reduce(repeats.joules) or nil
        end
        new.blocks[l] = block
    end
    return new, measurements
end
