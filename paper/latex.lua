-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the parts of paper/generate.lua share: reading results, naming figures, and text as LaTeX and pgfplots
-- read it.

local fl = require "finlab"

local Paper = {}
Paper.__index = Paper

--- The text of a file of results; ends the script when there is none.
function Paper:text(name)
    local file <close> = io.open(self.from .. "/" .. name)
    if not file then self.study.stop(4, "%s/%s is missing: run its experiment first", self.from, name) end
    return file:read "a"
end

--- A CSV file of results as a table.
function Paper:records(name)
    self:text(name)
    return fl.table(self.study.read_csv(self.from .. "/" .. name))
end

--- Write a file for LaTeX.
function Paper:write(name, text)
    local file <close> = self.study.try(io.open(self.to .. "/" .. name, "w"))
    self.study.try(file:write(text))
end

--- Call a figure `name` in the text: \val{name}. What has no value is a fault of the caller.
function Paper:set(name, format, ...)
    assert(not self.values[name], name)
    for i = 1, select("#", ...) do assert(select(i, ...) ~= nil, name) end
    self.values[name] = format:format(...)
    table.insert(self.order, name)
end

--- Text as LaTeX reads it.
function Paper.tex(text)
    return (tostring(text):gsub("[%%_&#]", "\\%0"):gsub(" \\%%", "\\,\\%%"):gsub("γ", "$\\gamma$"))
end

--- A number, or a dash when there is none.
function Paper.number(format, value)
    return value and format:format(value) or "--"
end

--- A share in per cent.
function Paper.percent(format, share)
    return share and format:format(100 * share) or "--"
end

--- What a run of a method is called in the names of figures.
function Paper.name_of(row)
    return row.method .. (row.gamma or "")
end

--- Write numbers.tex: all that is named.
function Paper:write_numbers()
    local lines = { "% written by paper/generate.lua" }
    for _, name in ipairs(self.order) do
        table.insert(lines, ("\\setval{%s}{%s}"):format(name, Paper.tex(self.values[name])))
    end
    self:write("numbers.tex", table.concat(lines, "\n") .. "\n")
end

--- Write a booktabs table: `align` as in tabular, rows of texts that are LaTeX; "-" is a rule.
function Paper:write_table(name, align, heading, rows)
    local lines = {
        ("\\begin{tabular}{%s}"):format(align), "\\toprule",
        table.concat(heading, " & ") .. "\\\\", "\\midrule",
    }
    for _, row in ipairs(rows) do
        table.insert(lines, row == "-" and "\\midrule" or table.concat(row, " & ") .. "\\\\")
    end
    table.move({ "\\bottomrule", "\\end{tabular}" }, 1, 2, #lines + 1, lines)
    self:write(name, table.concat(lines, "\n") .. "\n")
end

--- The heading of a table with columns that come once for each of `titles`, behind those of `first`.
function Paper.heading(first, titles, columns)
    local above, heading = {}, table.move(first, 1, #first, 1, {})
    for t, title in ipairs(titles) do
        above[t] = ("\\multicolumn{%d}{c}{%s}"):format(#columns, title)
        table.move(columns, 1, #columns, #heading + 1, heading)
    end
    heading[1] = ("& "):rep(#first) .. table.concat(above, " & ") .. "\\\\\n" .. heading[1]
    return heading
end

--- Write columns for pgfplots; what is missing is nan.
function Paper:write_data(name, columns, rows)
    local lines = { table.concat(columns, " ") }
    for _, row in ipairs(rows) do
        local cells = {}
        for i, column in ipairs(columns) do
            cells[i] = row[column] and ("%.10g"):format(row[column]) or "nan"
        end
        table.insert(lines, table.concat(cells, " "))
    end
    self:write(name, table.concat(lines, "\n") .. "\n")
end

--- `from`: the folder of the results; `to`: that of the files for LaTeX.
return function(study, from, to)
    return setmetatable({ study = study, from = from, to = to, values = {}, order = {} }, Paper)
end
