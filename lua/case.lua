-- SPDX-License-Identifier: GPL-3.0-or-later
-- The cases of a sweep: what identifies one, and working on it in a worker process. See lua/sweep.lua.

local core = require "finlab.core"
local store = require "finlab.store"

local case = {
    PAUSE = 400, -- percent that memory grows to before garbage is collected: the cases are many and stay
}

-- How much longer than its own limit a method may take before it is killed: times, and seconds.
local PATIENCE, GRACE = 2, 10
-- Seconds between two looks into the store for what other runs have done meanwhile.
local LOOK = 0.05

-- What a case is ------------------------------------------------------------------------------------------

--- "fin:gamma=30,engine=igraph" -> "fin", { gamma = "30", engine = "igraph" }
local function parts_of(specification)
    local name, text = specification:match("^([^:]*):?(.*)$")
    local options = {}
    for option in text:gmatch("[^,]+") do
        local key, value = option:match("^([^=]*)=?(.*)$")
        options[key] = tonumber(value) or value
    end
    return name, options
end

--- Whether a method has an option. Methods that are not there say so when they are to run.
local function has_option(self, method, name)
    local options = self.options_known[method]
    if not options then
        options = {}
        local found = core.methods("table", method)
        for _, option in ipairs(found and found[1].options or {}) do options[option.name] = true end
        self.options_known[method] = options
    end
    return options[name] == true
end

--- The options that a case's method gets from the sweep: the case's seed and the time limit.
local function options_of(self, parameters)
    local options = {}
    if parameters.seed == nil and not self.time_limit then return options end
    local name, given = parts_of(parameters.method)
    local function add(option, value)
        if value ~= nil and given[option] == nil and has_option(self, name, option) then
            options[option] = value
        end
    end
    add("seed", parameters.seed)
    add("time_limit", self.time_limit)
    return options
end

--- The method of a case with all its options, in one order.
local function method_of(self, parameters)
    local name, options = parts_of(parameters.method)
    for option, value in pairs(options_of(self, parameters)) do options[option] = value end
    return assert(core.json { method = name, options = options }):sub(1, -2)
end

--- What identifies a case: its parameters and its method; for an instance also the digest of its JSON, which
-- is added once there is one.
function case.key(self, parameters)
    if self.run_case then return assert(core.json { parameters = parameters }) end
    local known = parameters.seed == nil and self.methods_known or {}
    local method = known[parameters.method] or method_of(self, parameters)
    known[parameters.method] = method
    local rest = {}
    for name, value in pairs(parameters) do rest[name] = value end
    rest.method = nil
    return ('%s, "parameters": %s}'):format(method, assert(core.json(rest)))
end

--- Seconds after which a case is killed; nil: never.
function case.patience(self, parameters)
    if not self.time_limit then return nil end
    local limited = self.case and options_of(self, parameters).time_limit
    return limited and PATIENCE * self.time_limit + GRACE or self.time_limit
end

-- Its row -------------------------------------------------------------------------------------------------

--- A row for a case; `key` may still lack the digest.
function case.row(self, parameters, key)
    return {
        sweep = self.name, key = key, parameters = assert(core.json(parameters)), method = parameters.method,
        seed = math.tointeger(parameters.seed), version = core.version,
    }
end

--- Complete a row; `record` is a table, or JSON already.
function case.finish(row, start, status, record, failure)
    local text, message = record, nil
    if type(record) == "table" then text, message = core.json(record) end
    if not text then
        status, text, failure = "error", "{}", "the record cannot be stored: " .. message
    end
    row.status, row.record, row.error = status, text, failure
    row.seconds, row.finished = core.clock() - start, os.date("!%Y-%m-%dT%H:%M:%SZ")
    return row
end

--- Whether a row is a failure worth telling; that a method cannot take an instance is an answer.
function case.is_failure(row)
    return row.error ~= nil and row.status ~= "unsupported"
end

-- Working on a case ---------------------------------------------------------------------------------------

--- f(parameters), whose errors are answers: nil, message, code.
local function answers(done, first, ...)
    if done then return first, ... end
    return nil, tostring(first), "error"
end

local function attempt(f, ...)
    return answers(pcall(f, ...))
end

--- Status, record and failure of what run() answered.
local function run_answer(record, message, code)
    if type(record) == "table" then return tostring(record.status or "done"), record end
    if record == nil and message == nil then return "skipped", {} end
    return tostring(code or "error"), {}, tostring(message or "run answered a " .. type(record))
end

--- Status, record and failure of solving; `extra` goes into the record.
local function solve_answer(self, inst, parameters, extra)
    local options, form = options_of(self, parameters), extra == nil and "json" or "table"
    local result, message, code = attempt(inst.solve, inst, parameters.method, options, form)
    if type(result) == "string" and type(message) == "string" then return message, result end
    if type(result) ~= "table" then return tostring(code or "error"), extra or {}, tostring(message) end
    for name, value in pairs(extra or {}) do result[name] = value end
    return tostring(result.status), result
end

--- Work on a case of a `case` function: make the instance, complete the row's key by its digest, solve.
local function solve_case(self, job, row, start)
    local inst, extra, code = attempt(self.case, job.parameters)
    if not inst then
        if extra == nil then return case.finish(row, start, "skipped", {}) end
        return case.finish(row, start, tostring(code or "error"), {}, tostring(extra))
    end
    row.instance = assert(inst:digest())
    row.key = row.key .. " " .. row.instance
    if job.keep(row.key) then return nil, row.key end
    job.identify(row.key)
    return case.finish(row, start, solve_answer(self, inst, job.parameters, extra))
end

--- Work on a case: its row, or nil and the key when there is one to keep.
local function perform(self, job)
    local start, key = core.clock(), case.key(self, job.parameters)
    if job.keep(key) then return nil, key end
    local row = case.row(self, job.parameters, key)
    if self.run_case then
        return case.finish(row, start, run_answer(attempt(self.run_case, job.parameters)))
    end
    local done, answer, kept = pcall(solve_case, self, job, row, start)
    if done then return answer, kept end
    if type(answer) == "table" then error(answer, 0) end -- the store's
    return case.finish(row, start, "error", {}, tostring(answer))
end

-- A worker's life -----------------------------------------------------------------------------------------

--- A function of a key: whether its row is kept, and whether that is an error. What was there when the run
-- began is known; now and then the store is asked what another run has added.
local function keeper(self, plan)
    local looked, reader = core.clock(), nil
    return function(key)
        if not plan.resume then return false end
        local failed = plan.known[key]
        if failed == nil and plan.mode == "write" and core.clock() - looked > LOOK then
            reader = reader or store.reader(plan.path)
            failed = reader:find(self.name, key)
            looked = core.clock()
        end
        return failed ~= nil and not (plan.retry and failed), failed
    end
end

--- Cases by their position until there are no more, each announced and answered by a message.
local function work(self, plan, channel)
    local keep = keeper(self, plan)
    local kept_failed
    local job = {
        keep = function(key)
            local kept, failed = keep(key)
            kept_failed = failed
            return kept
        end,
        identify = function(key) channel:send("key", key) end,
    }
    for ticket in plan.tickets.take, plan.tickets do
        local position = plan.order[ticket]
        if not channel:send("begin", position, core.clock()) then return end
        job.parameters = plan.cases[position]
        local row, kept = perform(self, job)
        if row then
            channel:hold("done", case.is_failure(row), store.values(row)) -- goes with what follows
        else
            channel:hold("kept", kept_failed, kept)
        end
    end
    channel:send "end"
end

--- The function of a worker process: work, and tell the parent when the store fails.
function case.worker(self, plan)
    return function(channel)
        local worked, message, code = store.protected(work, self, plan, channel)
        if not worked and message then channel:send("stop", message, code) end
    end
end

return case
