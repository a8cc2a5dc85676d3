-- SPDX-License-Identifier: GPL-3.0-or-later
-- How a system changes, slot by slot: series of numbers, made by seeded generators or read from CSV.
-- ONLINE.md is the manual.  A trace has columns of equal length by name: "speed:NODE", a factor on the
-- node's speed; "load:NODE", the part of the node that others take, which leaves 1 - load of the speed;
-- "rate:FROM->TO", a factor on the rate of a link between two nodes or two tiers; "arrivals", inferences in
-- the slot in units of the application's rate. "*" for a node or link stands for all that have no column of
-- their own.

local csv = require "finlab.csv"
local files = require "finlab.files"
local new_stream = require "finlab.stream"
local new_table = require "finlab.table"

local traces = {}

-- Generators: functions of a random stream and a number of slots that answer a series ----------------------

--- The options with their defaults; raises for an option that is not known or not a number above `least`.
local function settings(name, options, defaults, least)
    local set = {}
    for key, value in pairs(defaults) do set[key] = value end
    for key, value in pairs(options or {}) do
        if defaults[key] == nil then error(("traces.%s: there is no option %q"):format(name, key), 3) end
        if type(value) ~= type(defaults[key]) then
            error(("traces.%s: %s must be a %s"):format(name, key, type(defaults[key])), 3)
        end
        if type(value) == "number" and not (value >= (least and least[key] or 0) and value < math.huge) then
            error(("traces.%s: %s is out of range: %s"):format(name, key, value), 3)
        end
        set[key] = value
    end
    return set
end

--- A Markov chain over `values`: it stays with probability `stay`, else moves to another value, all alike.
function traces.markov(options)
    local set = settings("markov", options, { values = { 1, 0.5 }, stay = 0.95 })
    if set.stay > 1 or #set.values == 0 then error("traces.markov: stay at most 1, and some values", 2) end
    return function(random, slots)
        local n, series = #set.values, {}
        local at = random:int(n)
        for t = 1, slots do
            series[t] = set.values[at]
            if n > 1 and random:unit() >= set.stay then at = (at - 1 + random:int(n - 1)) % n + 1 end
        end
        return series
    end
end

--- Fold x back into [low, high], as between mirrors.
local function reflect(x, low, high)
    local width = high - low
    if width == 0 then return low end
    local folded = (x - low) % (2 * width)
    return low + (folded <= width and folded or 2 * width - folded)
end

--- A random walk of the logarithm with normal steps, reflected at `least` and `most`.
function traces.walk(options)
    local set = settings("walk", options, { start = 1, step = 0.05, least = 0.25, most = 1 })
    if not (0 < set.least and set.least <= set.start and set.start <= set.most) then
        error("traces.walk: 0 < least <= start <= most is needed", 2)
    end
    local low, high = math.log(set.least), math.log(set.most)
    return function(random, slots)
        local series, x = {}, math.log(set.start)
        for t = 1, slots do
            series[t] = math.min(math.max(math.exp(x), set.least), set.most)
            x = reflect(x + set.step * random:normal(), low, high)
        end
        return series
    end
end

--- A wave with the period of a day, times noise: mean (1 + swing sin) exp(noise normal).
function traces.diurnal(options)
    local set = settings("diurnal", options, { mean = 1, swing = 0.5, period = 1440, phase = 0, noise = 0 })
    if set.swing >= 1 or set.period == 0 then error("traces.diurnal: swing < 1 and period > 0", 2) end
    return function(random, slots)
        local series = {}
        for t = 1, slots do
            local wave = 1 + set.swing * math.sin(2 * math.pi * (t - 1 + set.phase) / set.period)
            series[t] = set.mean * wave * (set.noise > 0 and math.exp(set.noise * random:normal()) or 1)
        end
        return series
    end
end

--- Other programs on the node: in each slot one starts with probability `start`, each ends with probability
-- 1 / `last`, and each that runs takes `share` of what is left; `load` answers what they take together.
function traces.corunner(options)
    local set = settings("corunner", options, { start = 0.02, last = 50, share = 0.5, load = false },
        { last = 1 })
    if set.share >= 1 or set.start > 1 then error("traces.corunner: share < 1 and start <= 1", 2) end
    return function(random, slots)
        local series, running = {}, 0
        for t = 1, slots do
            local left = (1 - set.share) ^ running
            series[t] = set.load and 1 - left or left
            for _ = 1, running do
                if random:unit() * set.last < 1 then running = running - 1 end
            end
            if random:unit() < set.start then running = running + 1 end
        end
        return series
    end
end

--- Independent counts with this mean, for arrivals.
function traces.poisson(options)
    local set = settings("poisson", options, { mean = 1 })
    return function(random, slots)
        local series = {}
        for t = 1, slots do series[t] = random:poisson(set.mean) end
        return series
    end
end

-- Traces ---------------------------------------------------------------------------------------------------

local Trace = {}
Trace.__index = Trace

--- What is wrong with a number of a column; nil when nothing is.
local function complaint(name, value)
    if type(value) ~= "number" or value ~= value or math.abs(value) == math.huge then
        return ("must be a finite number, not %s"):format(tostring(value))
    end
    local kind = name:match("^%a+")
    if kind == "arrivals" then return value < 0 and ("must not be negative: %.17g"):format(value) or nil end
    if kind == "load" then
        return not (value >= 0 and value < 1) and ("must be from 0 to less than 1: %.17g"):format(value)
            or nil
    end
    return value <= 0 and ("must be greater than 0: %.17g"):format(value) or nil
end

local COLUMNS = "a trace: slot, speed:NODE, load:NODE, rate:FROM->TO or arrivals"

local function is_column(name)
    return name == "slot" or name == "arrivals" or name:match("^speed:.") or name:match("^load:.")
        or name:match("^rate:.")
end

local function assemble(columns, slots)
    local names = {}
    for name in pairs(columns) do table.insert(names, name) end
    table.sort(names)
    return setmetatable({ slots = slots, names = names, columns = columns }, Trace)
end

--- A series from a generator, a number that stays, or an array.
local function series_of(what, name, description)
    if type(what) == "function" then
        return what(new_stream(description.seed or 1, name), description.slots)
    elseif type(what) == "number" then
        local series = {}
        for t = 1, description.slots do series[t] = what end
        return series
    end
    return what
end

--- Fill `columns` with what the description has: by name, generators, numbers or arrays.
local function collect(description)
    local found = { arrivals = description.arrivals }
    for _, kind in ipairs { "speed", "load", "rate" } do
        for name, what in pairs(description[kind] or {}) do found[kind .. ":" .. name] = what end
    end
    return found
end

--- A trace { slots, seed, speed = { NODE = ... }, load = { NODE = ... }, rate = { ["FROM->TO"] = ... },
-- arrivals }; each a generator, a number or an array. Columns do not depend on each other.
function traces.new(description)
    if type(description) ~= "table" or math.type(description.slots) ~= "integer" or description.slots < 1 then
        error("bad argument #1 to 'new' (a table with a positive integer `slots` expected)", 2)
    end
    local known, columns = { slots = 1, seed = 1, speed = 1, load = 1, rate = 1, arrivals = 1 }, {}
    for key in pairs(description) do
        if not known[key] then return nil, ("trace: %s: is no field of a trace"):format(key), "invalid" end
    end
    for name, what in pairs(collect(description)) do
        local series = series_of(what, name, description)
        if type(series) ~= "table" or #series ~= description.slots then
            return nil, ("trace: %s: must have %d numbers"):format(name, description.slots), "invalid"
        end
        for t, value in ipairs(series) do
            local wrong = complaint(name, value)
            if wrong then return nil, ("trace: %s: slot %d: %s"):format(name, t, wrong), "invalid" end
        end
        columns[name] = series
    end
    return assemble(columns, description.slots)
end

--- The slots as a table, which writes itself as CSV.
function Trace:table()
    local rows, columns = {}, table.move(self.names, 1, #self.names, 2, { "slot" })
    for t = 1, self.slots do
        rows[t] = { slot = t }
        for _, name in ipairs(self.names) do rows[t][name] = self.columns[name][t] end
    end
    return new_table(rows, columns)
end

--- Write the trace as .csv, which traces.read() reads again; true, or nil, message, code.
function Trace:write(path)
    return self:table():write(path)
end

-- CSV ------------------------------------------------------------------------------------------------------

local fail = csv.fail

--- Add one line's numbers to the columns; true, or nil, message, code.
local function add_line(columns, names, cells, path, slot)
    local line = cells.line
    local fits, message, code = csv.check_width(cells, #names, path)
    if not fits then return nil, message, code end
    for c, name in ipairs(names) do
        local value = csv.number(cells[c])
        if not value then return fail(path, line, c, name, "%q is not a number", cells[c]) end
        local wrong = name ~= "slot" and complaint(name, value)
        if wrong then return fail(path, line, c, name, "%s", wrong) end
        if name == "slot" and value ~= slot then
            return fail(path, line, c, name, "must be %d: slots count up from 1", slot)
        end
        if name ~= "slot" then columns[name][slot] = value end
    end
    return true
end

--- Read CSV text: names in the first line, one line per slot; `path` is what errors call it.
function traces.parse(text, path)
    path = path or "trace"
    local rows, message, code = csv.parse(text, path)
    if not rows then return nil, message, code end
    local columns, names = {}, {}
    for i, cells in ipairs(rows) do
        local done
        if i == 1 then
            done, message, code = csv.header(cells, path, is_column, COLUMNS)
            names = cells
            for _, name in ipairs(names) do columns[name] = {} end
        else
            done, message, code = add_line(columns, names, cells, path, i - 1)
        end
        if not done then return nil, message, code end
    end
    if #rows < 2 then return nil, path .. ": has no slots", "invalid" end
    columns.slot = nil
    return assemble(columns, #rows - 1)
end

--- Read a CSV file; a trace, or nil, message, code.
function traces.read(path)
    local text, message, code = files.read(path)
    if not text then return nil, message, code end
    return traces.parse(text, path)
end

-- States ---------------------------------------------------------------------------------------------------

local function link_name(link)
    if link.from then return link.from .. "->" .. link.to end
    return link.from_tier .. "->" .. link.to_tier
end

--- What is drifting in an instance, in the order of a state: "speed:NODE", then "rate:FROM->TO".
local function drifting(inst)
    local system, names = inst:table().system, {}
    for _, node in ipairs(system.nodes) do table.insert(names, "speed:" .. node.name) end
    for _, link in ipairs(system.links or {}) do table.insert(names, "rate:" .. link_name(link)) end
    return names, #system.nodes
end

--- The name of a column that the instance has nothing for; nil when there is none.
local function stranger_in(trace, names)
    local known = { ["speed:*"] = true, ["rate:*"] = true, ["load:*"] = true, arrivals = true }
    for _, name in ipairs(names) do
        known[name], known[name:gsub("^speed:", "load:")] = true, true
    end
    for _, name in ipairs(trace.names) do
        if not known[name] then return name end
    end
end

--- The trace as states of an instance: an array of arrays of factors (those of the nodes' speeds, of the
-- links' rates, and of the application's rate), the arrivals by slot, and the names of the factors but the
-- last; or nil, message, code.
function Trace:states(inst)
    local names, n_nodes = drifting(inst)
    local stranger = stranger_in(self, names)
    if stranger then return nil, ("trace: %s: the instance has no such part"):format(stranger), "invalid" end
    local speeds, loads, states, arrivals = {}, {}, {}, {}
    for i, name in ipairs(names) do
        local kind, part = name:match("^(%a+):(.*)$")
        speeds[i] = self.columns[name] or self.columns[kind .. ":*"]
        if i <= n_nodes then loads[i] = self.columns["load:" .. part] or self.columns["load:*"] end
    end
    for t = 1, self.slots do
        local state = {}
        for i = 1, #names do
            state[i] = (speeds[i] and speeds[i][t] or 1) * (1 - (loads[i] and loads[i][t] or 0))
        end
        arrivals[t] = self.columns.arrivals and self.columns.arrivals[t] or 1
        state[#names + 1] = arrivals[t] > 0 and arrivals[t] or 1
        states[t] = state
    end
    return states, arrivals, names
end

return traces
