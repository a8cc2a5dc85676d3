-- SPDX-License-Identifier: GPL-3.0-or-later
-- How a table is written: aligned text, Markdown, CSV, LaTeX (booktabs), JSON.

local core = require "finlab.core"
local tools = require "finlab.tools"

local formats = {}

--- A cell for people: numbers in the column's unit, with six digits unless it has a format.
local function cell_text(column, value)
    if value == nil then return "" end
    if column.scale and type(value) == "number" then value = column.scale * value end
    if type(value) == "table" then return core.json(value) or "" end
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
            lines[r + 1][c] = escape(cell_text(column, value), value)
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
function formats.text(self)
    local lines, widths, right = layout(self, function(text) return (text:gsub("[\r\n]", " ")) end)
    for i, line in ipairs(lines) do
        lines[i] = table.concat(padded(line, widths, right), "  "):gsub(" +$", "") .. "\n"
    end
    return table.concat(lines)
end

--- A Markdown table.
function formats.markdown(self)
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

local LATEX = {
    ["\\"] = "\\textbackslash{}", ["~"] = "\\textasciitilde{}", ["^"] = "\\textasciicircum{}",
    ["<"] = "\\textless{}", [">"] = "\\textgreater{}", ["|"] = "\\textbar{}", ["\r"] = " ", ["\n"] = " ",
}
for special in ("#$%&_{}"):gmatch "." do LATEX[special] = "\\" .. special end

-- What pdfLaTeX's fonts lack, of the characters that finlab itself writes.
local LATEX_SYMBOLS = {
    ["γ"] = "$\\gamma$", ["λ"] = "$\\lambda$", ["≥"] = "$\\geq$", ["≤"] = "$\\leq$", ["×"] = "$\\times$",
    ["–"] = "--", ["µ"] = "\\textmu{}",
}

--- Text as LaTeX prints it; a number with an exponent as a power of ten.
local function latex_cell(text, value)
    if type(value) == "number" then
        local mantissa, exponent = text:match("^(-?[%d.]+)e([-+]%d+)$")
        if mantissa then return ("$%s\\times10^{%d}$"):format(mantissa, math.tointeger(exponent)) end
        return (text:gsub("^%-", "$-$"))
    end
    text = text:gsub("[\\~^<>|\r\n#$%%&_{}]", LATEX)
    return (text:gsub(utf8.charpattern, LATEX_SYMBOLS))
end

--- A LaTeX tabular with the rules of the package booktabs.
function formats.latex(self)
    local lines, widths, right = layout(self, latex_cell)
    local alignment = {}
    for c in ipairs(self.columns) do alignment[c] = right[c] and "r" or "l" end
    for i, line in ipairs(lines) do
        lines[i] = table.concat(padded(line, widths, right), " & ") .. " \\\\\n"
    end
    table.insert(lines, 2, "\\midrule\n")
    return ("\\begin{tabular}{%s}\n\\toprule\n%s\\bottomrule\n\\end{tabular}\n"):format(
        table.concat(alignment), table.concat(lines))
end

local function csv_cell(value)
    if value == nil then return "" end
    if type(value) == "number" then return tools.digits(value) end
    local text = type(value) == "table" and core.json(value) or tostring(value)
    return text:find('[",\r\n]') and '"' .. text:gsub('"', '""') .. '"' or text
end

--- Comma-separated values (RFC 4180, line ends \n), numbers with all their digits.
function formats.csv(self)
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

local function is_finite(value)
    return type(value) ~= "number" or (value == value and math.abs(value) ~= math.huge)
end

--- A JSON array of one object per row, by the columns' keys; what has no number is absent.
function formats.json(self)
    local lines = {}
    for r, row in ipairs(self.rows) do
        local record = {}
        for _, column in ipairs(self.columns) do
            local value = row[column.key]
            if is_finite(value) then record[column.key] = value end
        end
        local text, message, code = core.json(record)
        if not text then return nil, message, code end
        lines[r] = text
    end
    return "[" .. table.concat(lines, ",\n ") .. "]\n"
end

local writers = {
    txt = formats.text, md = formats.markdown, csv = formats.csv, tex = formats.latex, json = formats.json,
}

--- Write the table as .md, .csv, .tex, .json or .txt; true, or nil, message, code.
function formats.write(self, path)
    local writer = writers[path:match("%.(%w+)$")]
    if not writer then
        return nil, path .. ": the name must end in .md, .csv, .tex, .json or .txt", "invalid"
    end
    local text, message, code = writer(self)
    if not text then return nil, ("%s: %s"):format(path, message), code end
    return core.write(path, text)
end

return formats
