-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tables of records: fl.table(rows, columns) as aligned text, Markdown or CSV.
--
-- `rows` is an array of records. `columns` is an array of field names or of {key, title, format, align}: the
-- field, its heading (default: the field), a string.format pattern for numbers, used everywhere but in CSV,
-- which always keeps all digits, and "right" for a column that is aligned so although not all of it is
-- numbers. Without `columns`, all fields of the rows in alphabetical order.

local tools = require "finlab.tools"
local core = require "finlab.core"

local Table = {}
Table.__index = Table

--- All fields of the rows, sorted.
local function all_fields(rows)
    local seen, names = {}, {}
    for _, row in ipairs(rows) do
        for name in pairs(row) do
            if not seen[name] then table.insert(names, name) end
            seen[name] = true
        end
    end
    table.sort(names)
    return names
end

--- A cell for people; numbers get six digits unless the column has a format.
local function cell_text(column, value)
    if value == nil then return "" end
    if math.type(value) == "float" or (column.format and type(value) == "number") then
        return (column.format or "%.6g"):format(value)
    end
    return tostring(value)
end

--- Headings and cells as text, the width of each column, and whether it is aligned to the right: numbers are.
local function layout(self, escape)
    local lines, widths, right = { {} }, {}, {}
    for c, column in ipairs(self.columns) do
        lines[1][c], right[c] = escape(column.title), #self.rows > 0
        for r, row in ipairs(self.rows) do
            local value = row[column.key]
            lines[r + 1] = lines[r + 1] or {}
            lines[r + 1][c] = escape(cell_text(column, value))
            right[c] = right[c] and (value == nil or type(value) == "number")
        end
        widths[c] = 0
        for _, line in ipairs(lines) do widths[c] = math.max(widths[c], utf8.len(line[c]) or #line[c]) end
        right[c] = right[c] or column.align == "right"
    end
    return lines, widths, right
end

local function pad(text, width, right)
    local blanks = (" "):rep(width - (utf8.len(text) or #text))
    return right and blanks .. text or text .. blanks
end

--- The cells of one line, padded.
local function padded(line, widths, right)
    local cells = {}
    for c, text in ipairs(line) do cells[c] = pad(text, widths[c], right[c]) end
    return cells
end

--- Aligned text, the headings first.
function Table:text()
    local lines, widths, right = layout(self, function(text) return (text:gsub("[\r\n]", " ")) end)
    for i, line in ipairs(lines) do
        lines[i] = table.concat(padded(line, widths, right), "  "):gsub(" +$", "") .. "\n"
    end
    return table.concat(lines)
end

--- A Markdown table.
function Table:markdown()
    local lines, widths, right = layout(self, function(text)
        return (text:gsub("[\r\n]", " "):gsub("|", "\\|"))
    end)
    local rule = {}
    for c, width in ipairs(widths) do
        widths[c] = math.max(width, 3)
        rule[c] = ("-"):rep(widths[c] - 1) .. (right[c] and ":" or "-")
    end
    for i, line in ipairs(lines) do
        lines[i] = "| " .. table.concat(padded(line, widths, right), " | ") .. " |\n"
    end
    table.insert(lines, 2, "| " .. table.concat(rule, " | ") .. " |\n")
    return table.concat(lines)
end

local function csv_cell(value)
    if value == nil then return "" end
    if type(value) == "number" then return tools.digits(value) end
    local text = tostring(value)
    return text:find('[",\r\n]') and '"' .. text:gsub('"', '""') .. '"' or text
end

--- Comma-separated values (RFC 4180, line ends \n), numbers with all their digits.
function Table:csv()
    local lines = {}
    for r = 0, #self.rows do
        local cells = {}
        for c, column in ipairs(self.columns) do
            cells[c] = csv_cell(r == 0 and column.title or r > 0 and self.rows[r][column.key] or nil)
        end
        lines[r + 1] = table.concat(cells, ",") .. "\n"
    end
    return table.concat(lines)
end

local writers = { txt = Table.text, md = Table.markdown, csv = Table.csv }

--- Write the table as .md, .csv or .txt; true, or nil, message, code.
function Table:write(path)
    local writer = writers[path:match("%.(%w+)$")]
    if not writer then return nil, path .. ": the name must end in .md, .csv or .txt", "invalid" end
    return core.write(path, writer(self))
end

Table.__tostring = Table.text

return function(rows, columns)
    if type(rows) ~= "table" then error("bad argument #1 to 'table' (rows expected)", 2) end
    local self = { rows = rows, columns = {} }
    for c, column in ipairs(columns or all_fields(rows)) do
        if type(column) ~= "table" then column = { key = column } end
        local title = column.title or tostring(column.key)
        self.columns[c] = { key = column.key, title = title, format = column.format, align = column.align }
    end
    return setmetatable(self, Table)
end
