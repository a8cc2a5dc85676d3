-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tables of records: fl.table(rows, columns), what a sweep and a store answer too. LAB.md is the manual.
--
-- `rows` is an array of records. `columns` is an array of field names or of {key, title, scale, format,
-- align}: the field, its heading (default: the field), what numbers are multiplied by and a string.format
-- pattern for them, both for people and not in CSV and JSON, which have the field as it is with all digits,
-- and "right" for a column that is aligned so although not all of it is numbers. Without `columns`, all
-- fields of the rows that are not tables, in alphabetical order.
--
-- A table is never changed: every question answers a new one.

local analysis = require "finlab.analysis"
local formats = require "finlab.formats"
local chart = require "finlab.chart"
local plot = require "finlab.plot"

local Table = {
    text = formats.text, markdown = formats.markdown, csv = formats.csv, latex = formats.latex,
    json = formats.json, write = formats.write, __tostring = formats.text,
}
Table.__index = Table

--- All fields of the rows that fit into a cell, sorted.
local function all_fields(rows)
    local seen, names = {}, {}
    for _, row in ipairs(rows) do
        for name, value in pairs(row) do
            if not seen[name] and type(value) ~= "table" then
                seen[name] = true
                table.insert(names, name)
            end
        end
    end
    table.sort(names)
    return names
end

--- `parameters`: the set of the fields that say which case a row is, where that is known.
local function new(rows, columns, parameters)
    local self = { rows = rows, columns = {}, own_columns = columns, parameters = parameters }
    for c, column in ipairs(columns or all_fields(rows)) do
        if type(column) ~= "table" then column = { key = column } end
        self.columns[c] = {
            key = column.key, title = column.title or tostring(column.key), scale = column.scale,
            format = column.format, align = column.align,
        }
    end
    return setmetatable(self, Table)
end

--- The same rows with other columns.
function Table:select(columns)
    return new(self.rows, columns, self.parameters)
end

--- The rows for which a function is true, or which have all of the given fields: filter { method = "mcp" }.
function Table:filter(what)
    local wanted = what
    if type(what) == "table" then
        wanted = function(row)
            for name, value in pairs(what) do
                if row[name] ~= value then return false end
            end
            return true
        end
    end
    local rows = {}
    for _, row in ipairs(self.rows) do
        if wanted(row) then table.insert(rows, row) end
    end
    return new(rows, self.own_columns, self.parameters)
end

--- The rows with more fields, each computed from its row: derive { ms = function(row) ... end }.
function Table:derive(fields)
    local rows, columns, names = {}, nil, {}
    for name in pairs(fields) do table.insert(names, name) end
    table.sort(names)
    for r, row in ipairs(self.rows) do
        local derived = {}
        for name, value in pairs(row) do derived[name] = value end
        for _, name in ipairs(names) do derived[name] = fields[name](row) end
        rows[r] = derived
    end
    if self.own_columns then
        columns = table.move(self.own_columns, 1, #self.own_columns, 1, {})
        table.move(names, 1, #names, #columns + 1, columns)
    end
    return new(rows, columns, self.parameters)
end

--- Whether a is before b: what is absent last, numbers before text.
local function before(a, b)
    if a == nil or b == nil then return a ~= nil and b == nil end
    if type(a) == type(b) and type(a) ~= "boolean" and type(a) ~= "table" then return a < b end
    return type(a) < type(b) or type(a) == type(b) and tostring(a) < tostring(b)
end

--- The rows in ascending order of fields, the first one first; equal rows keep their order.
function Table:sort(...)
    local names, position = { ... }, {}
    local rows = table.move(self.rows, 1, #self.rows, 1, {})
    for r, row in ipairs(rows) do position[row] = r end
    table.sort(rows, function(a, b)
        for _, name in ipairs(names) do
            if before(a[name], b[name]) then return true end
            if before(b[name], a[name]) then return false end
        end
        return position[a] < position[b]
    end)
    return new(rows, self.own_columns, self.parameters)
end

--- One table for each combination of the fields' values, in the order in which they first occur: an array of
-- {values, table}.
function Table:group(...)
    local groups = analysis.groups(self.rows, { ... })
    for g, group in ipairs(groups) do
        groups[g] = {
            values = group.values, table = new(group.rows, self.own_columns, self.parameters),
        }
    end
    return groups
end

-- Questions whose answer is a table of its own; the options are described in analysis.lua.
for _, question in ipairs { "pivot", "summary", "relate", "distance", "profile", "compare" } do
    Table[question] = function(self, options)
        local rows, columns = analysis[question](self, options)
        return new(rows, columns or self.own_columns, self.parameters)
    end
end

--- A plot of the rows; the options are described in chart.lua.
function Table:plot(options)
    return plot(chart.describe(self, options))
end

return function(rows, columns, parameters)
    if type(rows) ~= "table" then error("bad argument #1 to 'table' (rows expected)", 2) end
    return new(rows, columns, parameters)
end
