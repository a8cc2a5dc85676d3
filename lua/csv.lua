-- SPDX-License-Identifier: GPL-3.0-or-later
-- Comma-separated values, read as RFC 4180 says: quotes around cells, doubled inside, line breaks within
-- them. Beyond it a byte order mark, \n as line end, blank lines and blanks around cells are passed over.

local files = require "finlab.files"

local csv = {}

--- nil, "PATH: line L, column C (NAME): ...", "invalid"; `name` may be nil.
function csv.fail(path, line, column, name, format, ...)
    local where = name and ("column %d (%s)"):format(column, name) or ("column %d"):format(column)
    return nil, ("%s: line %d, %s: %s"):format(path, line, where, format:format(...)), "invalid"
end

--- A decimal number, or nil: tonumber() also takes hexadecimal ones and "nan" in some locales.
function csv.number(cell)
    return cell:find("^[-+.%deE]+$") and tonumber(cell) or nil
end

--- The cell in quotes at `at`, and where it ends: a position of [,\n] or beyond the text; nil, what is wrong.
local function quoted_cell(text, at)
    local stop = at
    repeat
        stop = text:find('"', stop + 1, true)
        local doubled = stop and text:byte(stop + 1) == 34
        if doubled then stop = stop + 1 end
    until not doubled
    if not stop then return nil, "the quote does not end" end
    local after = text:find("[^ \t]", stop + 1) or #text + 1
    if after <= #text and not text:find("^[,\n]", after) then return nil, "text after the closing quote" end
    return text:sub(at + 1, stop - 1):gsub('""', '"'), after
end

--- The same for any cell; one without quotes may not hold any.
local function cell_at(text, at)
    local cell, stop = text:match("^([^,\n]*)()", at)
    if cell:find '["%s]' then
        local quote = cell:match '^[ \t]*()"'
        if quote then return quoted_cell(text, at + quote - 1) end
        if cell:find('"', 1, true) then return nil, "a quote inside a cell that does not begin with one" end
        cell = cell:match "^%s*(.-)%s*$"
    end
    return cell, stop
end

--- The rows of CSV text, each an array of cells with the `line` where it begins; `path` is what errors call
-- the text. nil, message, code when it is no CSV.
function csv.parse(text, path)
    text = text:gsub("^\239\187\191", ""):gsub("\r\n", "\n")
    local rows, row, line, at = {}, { line = 1 }, 1, 1
    while at <= #text do
        local cell, stop = cell_at(text, at)
        if not cell then return csv.fail(path, line, #row + 1, nil, "%s", stop) end
        table.insert(row, cell)
        if cell:find("\n", 1, true) then line = line + select(2, cell:gsub("\n", "")) end
        if text:byte(stop) ~= 44 then
            if #row > 1 or row[1] ~= "" or text:byte(at) == 34 then table.insert(rows, row) end
            line = line + 1
            row = { line = line }
        elseif stop == #text then
            table.insert(row, "") -- the text ends with a comma
            table.insert(rows, row)
        end
        at = stop + 1
    end
    return rows
end

--- Where each column of a header is, by name; nil, message, code when one is there twice or when `is_column`
-- refuses it, which is then said to be no column of `what`.
function csv.header(cells, path, is_column, what)
    local at = {}
    for c, name in ipairs(cells) do
        if not is_column(name) then
            return csv.fail(path, cells.line, c, nil, "%q is no column of %s", name, what)
        end
        if at[name] then return csv.fail(path, cells.line, c, nil, "%q is there already", name) end
        at[name] = c
    end
    return at
end

--- Whether a row has as many cells as there are columns; nil, message, code.
function csv.check_width(cells, columns, path)
    if #cells == columns then return true end
    return csv.fail(path, cells.line, math.min(#cells, columns) + 1, nil,
        "%d cells, but there are %d columns", #cells, columns)
end

--- A file's rows; nil, message, code. `most` limits its bytes.
function csv.read(path, most)
    local text, message, code = files.read(path, most)
    if not text then return nil, message, code end
    return csv.parse(text, path)
end

return csv
