-- SPDX-License-Identifier: GPL-3.0-or-later
-- Sweeps: fl.sweep { axes = , case = or run = , store = }:run { jobs = 2 }. LAB.md is the manual.
--
-- Here the cases are listed and the rows of all of them collected; case.lua knows what a case is and works on
-- it, crew.lua has the worker processes and stores what they answer.

local case = require "finlab.case"
local core = require "finlab.core"
local crew_of = require "finlab.crew"
local progress = require "finlab.progress"
local records = require "finlab.table"
local store = require "finlab.store"

local Sweep = {}
Sweep.__index = Sweep

-- Cases ---------------------------------------------------------------------------------------------------

--- The axes' names: lists before functions, which see the lists' values; seed, repetition and method last.
local function order_of(axes)
    local last, names = { seed = 1, repetition = 2, method = 3 }, {}
    for name in pairs(axes) do table.insert(names, name) end
    local function rank(name) return last[name] or type(axes[name]) == "function" and 0 or -1 end
    table.sort(names, function(a, b)
        if rank(a) ~= rank(b) then return rank(a) < rank(b) end
        return a < b
    end)
    return names
end

--- What is wrong with a parameter's value; nil: nothing. It must be the same on every machine.
local function complaint_of(value)
    local kind = type(value)
    if kind == "number" and value - value == 0 then return nil end
    if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then return "is a " .. kind end
    local text, message = core.json(value)
    return not text and message or nil
end

local function copy(parameters)
    local copied = {}
    for key, value in pairs(parameters) do copied[key] = value end
    return copied
end

--- A copy of the parameters with one axis set: to a value, or to the members of a table.
local function extend(parameters, name, value)
    local extended = copy(parameters)
    for key, member in pairs(type(value) == "table" and value or { [name] = value }) do
        local complaint = complaint_of(member)
        if complaint then error(("sweep: axis %s: %s %s"):format(name, key, complaint), 0) end
        if extended[key] ~= nil then error(("sweep: axis %s: %s is set twice"):format(name, key), 0) end
        extended[key] = member
    end
    return extended
end

local function add_cases(cases, axes, names, position, parameters)
    local name = names[position]
    if not name then
        table.insert(cases, parameters)
        return
    end
    local values = axes[name]
    if type(values) == "function" then values = values(parameters) end
    if type(values) ~= "table" then values = { values } end
    for _, value in ipairs(values) do
        add_cases(cases, axes, names, position + 1, extend(parameters, name, value))
    end
end

--- The parameters of every case, in order.
function Sweep:cases()
    local cases = {}
    add_cases(cases, self.axes, order_of(self.axes), 1, {})
    for _, parameters in ipairs(self.case and cases or {}) do
        if type(parameters.method) ~= "string" then error("sweep: a case's method must be a name", 0) end
    end
    return cases
end

-- Running -------------------------------------------------------------------------------------------------

--- "k/n" as two numbers; nil without a share. A task of a Slurm job array does its own share.
local function share_of(shard)
    local task, count = os.getenv "SLURM_ARRAY_TASK_ID", os.getenv "SLURM_ARRAY_TASK_COUNT"
    if shard == nil and task and count then
        local least = tonumber(os.getenv "SLURM_ARRAY_TASK_MIN") or 1
        local step = tonumber(os.getenv "SLURM_ARRAY_TASK_STEP") or 1
        shard = ("%d/%d"):format((tonumber(task) - least) // step + 1, tonumber(count))
    end
    if not shard then return nil end
    local k, n = tostring(shard):match("^(%d+)/(%d+)$")
    k, n = math.tointeger(k), math.tointeger(n)
    if not k or k < 1 or k > n then error(("sweep: shard %q should read k/n"):format(tostring(shard)), 3) end
    return k, n
end

--- The positions of the cases of one share, which does not depend on the other cases.
local function select_share(self, cases, k, n)
    local order = {}
    for position, parameters in ipairs(cases) do
        local mine = not n or tonumber(core.digest(case.key(self, parameters)):sub(1, 12), 16) % n == k - 1
        if mine then table.insert(order, position) end
    end
    return order
end

--- "out/a.db", 2, 8 -> "out/a.2-of-8.db"
local function path_of_share(path, k, n)
    if not n then return path end
    local stem, ending = path:match("^(.*[^/])(%.[^./]*)$")
    return ("%s.%d-of-%d%s"):format(stem or path, k, n, ending or "")
end

--- What one run is to do.
local function plan_of(self, options)
    local k, n = share_of(options.shard)
    local jobs = options.jobs or 1
    if math.type(jobs) ~= "integer" or jobs < 1 then error("sweep: jobs must be an integer from 1", 3) end
    local cases = self:cases()
    return {
        cases = cases, order = select_share(self, cases, k, n), jobs = jobs,
        resume = options.resume ~= false, retry = options.retry or false,
        path = self.store and path_of_share(self.store, k, n) or os.tmpname(),
        mode = self.store and "write" or "scratch",
    }
end

--- The keys of the cases that were settled, in the cases' order. Cases that are the same have one row.
local function keys_in_order(positions, keys)
    local list, seen = {}, {}
    for _, position in ipairs(positions) do
        local key = keys[position]
        if key and not seen[key] then table.insert(list, key) end
        if key then seen[key] = true end
    end
    return list
end

local function run(self, plan, options)
    local made, message, code = store.create(plan.path, plan.mode == "write" and "create" or plan.mode)
    if not made then return nil, message, code end
    plan.known, message, code = store.protected(store.keys, plan.path, self.name)
    if not plan.known then return nil, message, code end
    local bar = options.progress ~= false and progress(#plan.order, self.name) or nil
    local crew, positions = crew_of(self, plan, bar), plan.order
    local worked
    worked, message, code = store.protected(core.guard, function()
        local closing <close> = crew -- luacheck: ignore 211
        crew:run()
        return true
    end)
    if not worked then return nil, message, code end
    local rows = records {}
    if options.rows ~= false then
        local wanted = { sweep = self.name, keys = keys_in_order(positions, crew.keys) }
        rows, message, code = store.open(plan.path):rows(wanted)
    end
    if rows then rows.counts = crew.counts end
    return rows, message, code
end

--- Let garbage lie longer until the variable is closed: there are many cases and rows, and they all stay.
local function patience()
    local pause = collectgarbage("setpause", case.PAUSE)
    return setmetatable({}, { __close = function() collectgarbage("setpause", pause) end })
end

--- Do the cases that are not done yet; the rows of all of them as a table, in the cases' order.
function Sweep:run(options)
    local closing <close> = patience() -- luacheck: ignore 211
    options = options or {}
    self.options_known, self.methods_known = {}, {} -- by method; scripts may define methods again
    local plan = plan_of(self, options)
    local rows, message, code = run(self, plan, options)
    if not self.store then os.remove(plan.path) end
    return rows, message, code
end

-- Definition ----------------------------------------------------------------------------------------------

local FIELDS = {
    name = "string", store = "string", axes = "table", case = "function", run = "function", seeds = "table",
    repetitions = "number", time_limit = "number",
}

local function check(description)
    for name, value in pairs(description) do
        local wanted = FIELDS[name]
        if not wanted then error(("sweep: there is no field %q"):format(tostring(name)), 3) end
        if type(value) ~= wanted then error(("sweep: %s must be a %s"):format(name, wanted), 3) end
    end
    if (description.case ~= nil) == (description.run ~= nil) then
        error("sweep: either case or run is needed", 3)
    end
    local axes = description.axes or {}
    if description.case and axes.method == nil then error("sweep: axes.method is needed with case", 3) end
    if description.seeds and axes.seed or description.repetitions and axes.repetition then
        error("sweep: axes has what seeds or repetitions give", 3)
    end
end

return function(description)
    if type(description) ~= "table" then error("bad argument #1 to 'sweep' (table expected)", 2) end
    check(description)
    local axes = {}
    for name, values in pairs(description.axes or {}) do axes[name] = values end
    axes.seed = axes.seed or description.seeds
    if description.repetitions then
        axes.repetition = {}
        for i = 1, description.repetitions do axes.repetition[i] = i end
    end
    return setmetatable({
        name = description.name or "sweep", store = description.store, axes = axes, case = description.case,
        run_case = description.run, time_limit = description.time_limit,
    }, Sweep)
end
