-- SPDX-License-Identifier: GPL-3.0-or-later
-- Sweeps: fl.sweep { axes = , case = or run = , store = }:run { jobs = 2 }. LAB.md is the manual.
--
-- The parent lists the cases and hands them out one by one; worker processes work on them and write their own
-- rows into the store. A worker that dies takes one case with it, which becomes an error row.

local core = require "finlab.core"
local progress = require "finlab.progress"
local store = require "finlab.store"

local Sweep = {}
Sweep.__index = Sweep

local POLL = 0.2 -- seconds between looks at the clock
-- How much longer than its own limit a method may take before it is killed: times, and seconds.
local PATIENCE, GRACE = 2, 10

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
    local name, given = parts_of(parameters.method)
    local options = {}
    local function add(option, value)
        if value ~= nil and given[option] == nil and has_option(self, name, option) then
            options[option] = value
        end
    end
    add("seed", parameters.seed)
    add("time_limit", self.time_limit)
    return options
end

--- What identifies a case: its parameters, with all options of the method in one order, and for an instance
-- the digest of its JSON, which is added once there is one.
local function key_of(self, parameters)
    if self.run_case then return assert(core.json { parameters = parameters }) end
    local name, options = parts_of(parameters.method)
    for option, value in pairs(options_of(self, parameters)) do options[option] = value end
    local rest = copy(parameters)
    rest.method = nil
    return assert(core.json { parameters = rest, method = name, options = options })
end

--- Seconds after which a case is killed; nil: never.
local function patience_of(self, parameters)
    if not self.time_limit then return nil end
    local limited = self.case and options_of(self, parameters).time_limit
    return limited and PATIENCE * self.time_limit + GRACE or self.time_limit
end

-- Working on a case ---------------------------------------------------------------------------------------

--- A row for a case; `key` may still lack the digest.
local function row_of(self, parameters, key)
    return {
        sweep = self.name, key = key, parameters = assert(core.json(parameters)), method = parameters.method,
        seed = math.tointeger(parameters.seed), version = core.version,
    }
end

local function finish_row(row, start, status, record, failure)
    local text, message = core.json(record)
    if not text then
        status, text, failure = "error", "{}", "the record cannot be stored: " .. message
    end
    row.status, row.record, row.error = status, text, failure
    row.seconds, row.finished = core.clock() - start, os.date("!%Y-%m-%dT%H:%M:%SZ")
    return row
end

--- f(parameters), whose errors are answers: nil, message, code.
local function attempt(f, ...)
    local results = table.pack(pcall(f, ...))
    if results[1] then return table.unpack(results, 2, results.n) end
    return nil, tostring(results[2]), "error"
end

--- Status, record and failure of what run() answered.
local function run_answer(record, message, code)
    if type(record) == "table" then return tostring(record.status or "done"), record end
    if record == nil and message == nil then return "skipped", {} end
    return tostring(code or "error"), {}, tostring(message or "run answered a " .. type(record))
end

--- Status, record and failure of solving; `extra` goes into the record.
local function solve_answer(self, inst, parameters, extra)
    local result, message, code = attempt(inst.solve, inst, parameters.method, options_of(self, parameters))
    if type(result) ~= "table" then return tostring(code or "error"), extra or {}, tostring(message) end
    for name, value in pairs(extra or {}) do result[name] = value end
    return tostring(result.status), result
end

--- Work on a case of a `case` function: make the instance, complete the row's key by its digest, solve.
local function perform_case(self, job, row, start)
    local inst, extra, code = attempt(self.case, job.parameters)
    if not inst then
        if extra == nil then return finish_row(row, start, "skipped", {}) end
        return finish_row(row, start, tostring(code or "error"), {}, tostring(extra))
    end
    row.instance = core.digest(assert(inst:json()))
    row.key = row.key .. " " .. row.instance
    if job.keep(row.key) then return nil, row.key end
    job.begin(row.key)
    return finish_row(row, start, solve_answer(self, inst, job.parameters, extra))
end

--- Work on a case: its row, or nil and the key when there is one to keep.
local function perform(self, job)
    local start, key = core.clock(), key_of(self, job.parameters)
    if job.keep(key) then return nil, key end
    local row = row_of(self, job.parameters, key)
    if self.run_case then
        return finish_row(row, start, run_answer(attempt(self.run_case, job.parameters)))
    end
    local done, answer, kept = pcall(perform_case, self, job, row, start)
    if done then return answer, kept end
    if type(answer) == "table" then error(answer, 0) end -- the store's
    return finish_row(row, start, "error", {}, tostring(answer))
end

--- Whether a row is a failure worth telling; that a method cannot take an instance is an answer.
local function is_failure(row)
    return row.error ~= nil and row.status ~= "unsupported"
end

--- A worker's life: cases by their position until there are no more. Every answer says what became of one.
local function work(self, plan, channel)
    local writer <close> = store.writer(plan.path, plan.mode)
    local replace = not plan.resume or plan.retry
    local kept_failed
    local function keep(key)
        local found, failed = writer:find(self.name, key)
        kept_failed = failed
        return found and plan.resume and not (plan.retry and failed)
    end
    for position in channel.receive, channel do
        local job = {
            parameters = plan.cases[tonumber(position)], keep = keep,
            begin = function(key) channel:send(core.json { word = "begin", key = key }) end,
        }
        local row, kept = perform(self, job)
        if row then writer:put(row, replace) end
        local answer = row and { word = "done", key = row.key, failed = is_failure(row) }
            or { word = "kept", key = kept, failed = kept_failed }
        channel:send(core.json(answer))
    end
end

--- The function of a worker process: work, and tell the parent when the store fails.
local function worker(self, plan)
    return function(channel)
        local worked, message, code = store.protected(work, self, plan, channel)
        if not worked and message then
            channel:send(core.json { word = "stop", message = message, code = code })
        end
    end
end

-- Handing out ---------------------------------------------------------------------------------------------

--- Raise what run() answers as nil, message, code.
local function stop(message, code)
    error({ message = message, code = code }, 0)
end

local Crew = {} -- the workers of one run
Crew.__index = Crew

--- Start a worker.
function Crew:hire()
    local channels = self:channels()
    local channel, message, code = core.spawn(worker(self.sweep, self.plan), channels)
    if not channel then stop(message, code) end
    table.insert(self.workers, { channel = channel })
end

function Crew:channels()
    local channels = {}
    for i, hired in ipairs(self.workers) do channels[i] = hired.channel end
    return channels
end

--- Give the worker the next case; without one it may go.
function Crew:feed(hired)
    local position = self.plan.order[self.next]
    if not position then return self:dismiss(hired) end
    self.next = self.next + 1
    hired.position, hired.key, hired.since = position, nil, core.clock()
    hired.patience = patience_of(self.sweep, self.plan.cases[position])
    hired.channel:send(tostring(position)) -- when it is gone, its end is the next thing heard of it
end

--- Wait for a worker, or end it; how it ended.
function Crew:dismiss(hired, kill)
    for i, other in ipairs(self.workers) do
        if other == hired then table.remove(self.workers, i) end
    end
    return hired.channel:finish(kill)
end

function Crew:settle(position, key, word, failed)
    self.keys[position] = key
    self.counts[word] = self.counts[word] + 1
    if failed then self.counts.failed = self.counts.failed + 1 end
    if self.bar then self.bar:step(1, { kept = word == "kept", failed = failed }) end
end

--- The case a worker was on becomes an error row, and another worker takes its place.
function Crew:lose(hired, status, reason)
    local plan, position = self.plan, hired.position
    if position then
        local parameters = plan.cases[position]
        local row = row_of(self.sweep, parameters, hired.key or key_of(self.sweep, parameters))
        finish_row(row, hired.since, status, {}, reason)
        local writer <close> = store.writer(plan.path, plan.mode)
        writer:put(row, not plan.resume or plan.retry)
        self:settle(position, row.key, "done", true)
    end
    if plan.order[self.next] then
        self:hire()
        self:feed(self.workers[#self.workers])
    end
end

--- Take one message of a worker, or its end.
function Crew:hear(hired)
    local text = hired.channel:receive()
    if not text then
        local how = self:dismiss(hired)
        return self:lose(hired, "crashed", "the worker process ended: " .. (how or "unknown"))
    end
    local message = core.parse(text)
    if message.word == "begin" then
        hired.key = message.key
    elseif message.word == "stop" then
        stop(message.message, message.code)
    else
        self:settle(hired.position, message.key, message.word, message.failed)
        self:feed(hired)
    end
end

--- Kill who has been on one case for too long.
function Crew:end_late()
    for _, hired in ipairs { table.unpack(self.workers) } do
        local late = hired.patience and core.clock() - hired.since > hired.patience
        if late and #core.poll({ hired.channel }, 0) == 0 then
            self:dismiss(hired, true)
            self:lose(hired, "timeout", ("killed after %g s"):format(hired.patience))
        end
    end
end

function Crew:work()
    for _ = 1, math.min(self.plan.jobs, #self.plan.order) do
        self:hire()
        self:feed(self.workers[#self.workers])
    end
    while #self.workers > 0 do
        local workers = { table.unpack(self.workers) }
        local ready, interrupted = core.poll(self:channels(), POLL)
        for _, i in ipairs(ready) do self:hear(workers[i]) end
        self:end_late()
        if interrupted then
            stop(("interrupted: %d of %d cases are done and kept"):format(self.counts.done + self.counts.kept,
                #self.plan.order), "interrupted")
        end
        if self.bar then self.bar:refresh() end
    end
end

--- Whatever happened, no worker stays.
function Crew:close()
    while #self.workers > 0 do self:dismiss(self.workers[1], true) end
    if self.bar then self.bar:finish() end
end

Crew.__close = Crew.close

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
        local mine = not n or tonumber(core.digest(key_of(self, parameters)):sub(1, 12), 16) % n == k - 1
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
local function keys_in_order(plan, keys)
    local list, seen = {}, {}
    for _, position in ipairs(plan.order) do
        local key = keys[position]
        if key and not seen[key] then table.insert(list, key) end
        if key then seen[key] = true end
    end
    return list
end

local function run(self, plan, options)
    local made, message, code = store.create(plan.path, plan.mode == "write" and "create" or plan.mode)
    if not made then return nil, message, code end
    local crew = setmetatable({
        sweep = self, plan = plan, next = 1, workers = {}, keys = {},
        counts = { done = 0, kept = 0, failed = 0 },
        bar = options.progress ~= false and progress(#plan.order, self.name) or nil,
    }, Crew)
    local worked
    worked, message, code = store.protected(core.guard, function()
        local closing <close> = crew -- luacheck: ignore 211
        crew:work()
        return true
    end)
    if not worked then return nil, message, code end
    local wanted = { sweep = self.name, keys = keys_in_order(plan, crew.keys) }
    local rows
    rows, message, code = store.open(plan.path):rows(wanted)
    if rows then rows.counts = crew.counts end
    return rows, message, code
end

--- Do the cases that are not done yet; the rows of all of them as a table, in the cases' order.
function Sweep:run(options)
    options = options or {}
    self.options_known = {} -- by method; scripts may define methods again
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
