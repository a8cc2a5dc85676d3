-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the experiments share: arguments, sweeps, agreement between methods, files.
--
-- Exit codes: 0 done, 1 the methods contradict each other, 2 usage, 4 anything else, 130 interrupted.

local fl = require "finlab"

local study = {}

local MOST = 1000000000000 -- of an integer option

--- Say what is wrong and end.
function study.stop(code, format, ...)
    io.stderr:write((arg[0]:match("[^/]+$")), ": ", format:format(...), "\n")
    os.exit(code, true)
end

--- Pass results on; end when they are nil, message.
function study.try(first, ...)
    if not first then study.stop(4, "%s", (...)) end
    return first, ...
end

--- Turn an option's text into a value of the kind its default has.
local function value_of(name, text, default)
    if math.type(default) ~= "integer" then return text end
    local number = math.tointeger(tonumber(text))
    if not number or number < 0 or number > MOST then
        study.stop(2, "--%s: %q is not an integer from 0 to %d", name, text, MOST)
    end
    return number
end

--- The options in `arg`. `defaults` maps names to false (a flag), an integer or a text; `usage` is printed
-- for --help.
function study.options(usage, defaults)
    local given, i = {}, 1
    while i <= #arg do
        local name, text = arg[i]:match("^%-%-([^=]+)=?(.*)$")
        if name == "help" then
            io.write(usage)
            os.exit(0, true)
        end
        local default = defaults[name or ""]
        if default == nil then study.stop(2, "there is no option %q; see --help", arg[i]) end
        if given[name] ~= nil then study.stop(2, "--%s is given twice", name) end
        local joined = arg[i]:find("=", 1, true)
        if default == false then
            if joined then study.stop(2, "--%s takes no value", name) end
            given[name] = true
        else
            if not joined then i, text = i + 1, arg[i + 1] end
            if not text or text == "" then study.stop(2, "--%s: its value is missing", name) end
            given[name] = value_of(name, text, default)
        end
        i = i + 1
    end
    return setmetatable(given, { __index = defaults })
end

--- Make the folder `path` unless it is there.
function study.folder(path)
    local quoted = "'" .. path:gsub("'", "'\\''") .. "'"
    if not os.execute("mkdir -p -- " .. quoted) then study.stop(4, "%s: cannot make this folder", path) end
end

--- Do all cases of a sweep as --jobs and --store of `given` say; the rows of those that were not skipped, and
-- the table of them. Ends the script when a case fails, or when the user interrupts it.
function study.sweep(given, description)
    description.store = given.store ~= "" and given.store or nil
    local rows, message, code = fl.sweep(description):run { jobs = given.jobs, retry = true }
    if not rows then study.stop(code == "interrupted" and 130 or 4, "%s", message) end
    for _, row in ipairs(rows.rows) do
        if row.error and row.status ~= "unsupported" then study.stop(4, "%s", row.error) end
    end
    local found = rows:filter(function(row) return row.status ~= "skipped" end)
    return found.rows, found
end

--- A method's result; a record with the status "unsupported" when the method cannot take the instance. Raises
-- when the run fails, for the sweep to tell.
function study.solve(inst, method, options)
    local result, message, code = inst:solve(method, options)
    if not result and code == "unsupported" then return { method = method, status = code } end
    return assert(result, ("%s: %s"):format(method, message))
end

--- Whether two energies (or nil, nil) are the same.
function study.same(a, b)
    if not (a and b) then return a == b end
    return fl.stats.same(a, b)
end

--- Whether the first energy is really below the second; false when one is nil.
function study.less(a, b)
    return a ~= nil and b ~= nil and a < b and not study.same(a, b)
end

--- The cells of a line of CSV that ends in no quoted cell of several lines.
local function cells_of(line)
    local cells, rest = {}, line .. ","
    while rest ~= "" do
        local quoted, after = rest:match('^"([^"]*)",(.*)$')
        local plain, plain_after = rest:match "^([^,]*),(.*)$"
        table.insert(cells, quoted or plain)
        rest = after or plain_after
    end
    return cells
end

--- The records of a CSV file, numbers as numbers and empty cells left out; nil when there is no such file.
function study.read_csv(path)
    local file = io.open(path)
    if not file then return nil end
    local names, records = nil, {}
    for line in file:lines() do
        local cells = cells_of(line)
        if names then
            local record = {}
            for i, name in ipairs(names) do
                record[name] = tonumber(cells[i]) or cells[i] ~= "" and cells[i] or nil
            end
            table.insert(records, record)
        end
        names = names or cells
    end
    file:close()
    return records
end

local Agreement = {}
Agreement.__index = Agreement

--- Statements that must hold in every case, and how often each was looked at.
function study.agreement()
    return setmetatable({ order = {}, counts = {}, exceptions = {}, broken = {} }, Agreement)
end

--- Whether `statement` holds in the case that `where` names.
function Agreement:note(statement, holds, where)
    if not self.counts[statement] then
        table.insert(self.order, statement)
        self.counts[statement], self.exceptions[statement] = 0, 0
    end
    self.counts[statement] = self.counts[statement] + 1
    if holds then return end
    self.exceptions[statement] = self.exceptions[statement] + 1
    table.insert(self.broken, ("not so: %s (%s)"):format(statement, where))
end

--- Two results have the same status, energy and bound.
function Agreement:same(statement, a, b, where)
    local holds = a.status == b.status and study.same(a.energy, b.energy) and study.same(a.bound, b.bound)
    self:note(statement, holds, ("%s: %s %s and %s %s"):format(where, a.status, a.energy, b.status, b.energy))
end

--- One sentence per statement.
function Agreement:sentences()
    local sentences = {}
    for i, statement in ipairs(self.order) do
        sentences[i] = ("%s: %d cases, %d exceptions."):format(statement, self.counts[statement],
            self.exceptions[statement])
    end
    return sentences
end

--- End with code 1 when a statement was broken.
function Agreement:insist()
    if #self.broken == 0 then return end
    for i = 1, math.min(#self.broken, 10) do io.stderr:write(self.broken[i], "\n") end
    study.stop(1, "%d comparisons failed, so these figures are not to be trusted", #self.broken)
end

local WIDTH = 98 -- of sentences on the terminal

--- A sentence as an item of a list, broken into lines, but not before a per cent sign.
local function item(sentence)
    local lines, line = {}, "  -"
    for word in sentence:gsub(" %%", "\0%%"):gmatch("[^ ]+") do
        if utf8.len(line) + 1 + utf8.len(word) > WIDTH then
            table.insert(lines, line)
            line = "   "
        end
        line = line .. " " .. word
    end
    table.insert(lines, line .. "\n")
    return (table.concat(lines, "\n"):gsub("\0", " "))
end

local Report = {}
Report.__index = Report

--- Text that is shown on the terminal and written as Markdown.
function study.report(title)
    io.write(title, "\n")
    return setmetatable({ parts = { "# " .. title .. "\n" } }, Report)
end

--- A heading and below it tables and lists of sentences.
function Report:section(heading, ...)
    io.write("\n", heading, "\n\n")
    table.insert(self.parts, "\n## " .. heading .. "\n")
    for _, part in ipairs { ... } do
        if part.markdown then
            io.write(part:text())
            table.insert(self.parts, "\n" .. part:markdown())
        else
            for _, sentence in ipairs(part) do io.write(item(sentence)) end
            table.insert(self.parts, "\n- " .. table.concat(part, "\n- ") .. "\n")
        end
    end
end

--- Write the Markdown.
function Report:write(path)
    local file, message = io.open(path, "w")
    if not file then return nil, message end
    local written, complaint = file:write(table.concat(self.parts))
    local closed, last = file:close()
    return written and closed, complaint or last
end

--- Write tables, plots and reports, by file name, into a folder, and say so; false stands for a file that is
-- not to be there.
function study.write(folder, files)
    local names = {}
    for name, content in pairs(files) do
        if content then table.insert(names, name) else os.remove(folder .. "/" .. name) end
    end
    table.sort(names)
    for _, name in ipairs(names) do study.try(files[name]:write(folder .. "/" .. name)) end
    io.write(("\nWritten to %s: %s\n"):format(folder, table.concat(names, ", ")))
end

return study
