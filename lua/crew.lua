-- SPDX-License-Identifier: GPL-3.0-or-later
-- The workers of one run of a sweep, and what they answer: crew(sweep, plan, bar):run(). See lua/sweep.lua.
--
-- Workers take the cases one by one and send their rows; this process, the only one of the run that writes,
-- stores them in groups, so that many short cases share one wait for the disk and the row of a long one is on
-- it at once. A case counts as done when its row is on the disk. A worker that dies takes one case with it,
-- which becomes an error row.

local case = require "finlab.case"
local core = require "finlab.core"
local store = require "finlab.store"

-- Seconds that a row may wait for others before it is stored, also the longest time between looks at the
-- clock; and the bytes of records that make it sooner.
local GROUP, GROUP_BYTES = 0.2, 1 << 24
-- Seconds between looks at what has come: workers that answer faster need not wake anybody for each answer.
local NAP = 5e-3

-- Where things are in a message with a row, which are its position, whether it failed, and the columns.
local KEY, RECORD, SECONDS = 2 + store.place.key, 2 + store.place.record, 2 + store.place.seconds

local Crew = {}
Crew.__index = Crew

--- Raise what run() answers as nil, message, code.
local function stop(message, code)
    error({ message = message, code = code }, 0)
end

-- Storing -------------------------------------------------------------------------------------------------

function Crew:settle(position, key, word, failed)
    self.keys[position] = key
    self.counts[word] = self.counts[word] + 1
    if failed then self.counts.failed = self.counts.failed + 1 end
    if self.bar then self.bar:step(1, { kept = word == "kept", failed = failed }) end
end

--- Store rows together; their cases are done then.
function Crew:store(rows)
    local replace = not self.plan.resume or self.plan.retry
    self.writer:group(function(writer)
        for _, row in ipairs(rows) do writer:put(replace, table.unpack(row, 3, 2 + store.columns)) end
    end)
    for _, row in ipairs(rows) do self:settle(row[1], row[KEY], "done", row[2]) end
end

--- Store the rows that wait; one by one, as far as it goes, when there is no room for all of them.
function Crew:flush()
    local waiting = self.waiting
    self.waiting, self.bytes, self.since = {}, 0, nil
    if #waiting == 0 or pcall(self.store, self, waiting) then return end
    for _, row in ipairs(waiting) do self:store { row } end
end

--- Take a row; it is stored at once when it has taken long.
function Crew:add(row)
    table.insert(self.waiting, row)
    self.bytes = self.bytes + #row[RECORD]
    self.since = self.since or core.clock()
    if row[SECONDS] >= GROUP or self.bytes > GROUP_BYTES then self.since = 0 end
end

-- Workers -------------------------------------------------------------------------------------------------

function Crew:channels()
    local channels = {}
    for i, hired in ipairs(self.workers) do channels[i] = hired.channel end
    return channels
end

--- Start a worker. A connection to the store must not be open meanwhile: the worker would copy it.
function Crew:hire()
    if self.writer then self.writer:close() end
    self.writer = nil
    local channel, message, code = core.spawn(case.worker(self.sweep, self.plan), self:channels())
    if not channel then stop(message, code) end
    table.insert(self.workers, { channel = channel })
end

--- Wait for a worker, or end it; how it ended.
function Crew:dismiss(hired, kill)
    for i, other in ipairs(self.workers) do
        if other == hired then table.remove(self.workers, i) end
    end
    return hired.channel:finish(kill)
end

--- The case a worker was on becomes an error row, and another worker takes its place.
function Crew:lose(hired, status, reason)
    local position = hired.position
    if position then
        local parameters = self.plan.cases[position]
        local row = case.row(self.sweep, parameters, hired.key or case.key(self.sweep, parameters))
        case.finish(row, hired.since, status, {}, reason)
        self:add { position, true, store.values(row) }
    end
    if self.plan.tickets:left() > 0 then
        self:hire()
        self.writer = store.writer(self.plan.path, self.plan.mode)
    end
end

--- What a worker may say: begin position clock; key text; done failed columns...; kept failed key; end;
-- stop why code.
local heard = {}

function heard.begin(_, hired, message)
    hired.position, hired.since, hired.key = message[2], message[3], nil
end

function heard.key(_, hired, message)
    hired.key = message[2]
end

function heard.done(self, hired, message)
    message[1], hired.position = hired.position, nil
    self:add(message)
end

function heard.kept(self, hired, message)
    self:settle(hired.position, message[3], "kept", message[2])
    hired.position = nil
end

heard["end"] = function() end

function heard.stop(_, _, message)
    stop(message[2], message[3])
end

--- Take what a worker said, or its end.
function Crew:hear(hired)
    local messages, ended = hired.channel:receive()
    for _, message in ipairs(messages) do heard[message[1]](self, hired, message) end
    if ended then
        local how = self:dismiss(hired)
        self:lose(hired, "crashed", "the worker process ended: " .. (how or "unknown"))
    end
end

--- Kill who has been on one case for too long.
function Crew:end_late()
    for _, hired in ipairs { table.unpack(self.workers) } do
        local patience = hired.position and case.patience(self.sweep, self.plan.cases[hired.position])
        local late = patience and core.clock() - hired.since > patience
        if late and #core.poll({ hired.channel }, 0) == 0 then
            self:dismiss(hired, true)
            self:lose(hired, "timeout", ("killed after %g s"):format(patience))
        end
    end
end

--- Wait for the workers, hear them, store what is due.
function Crew:listen()
    local left = self.since and self.since + GROUP - core.clock() or GROUP
    local workers = { table.unpack(self.workers) }
    local ready, interrupted = core.poll(self:channels(), math.max(left, 0))
    for _, i in ipairs(ready) do self:hear(workers[i]) end
    self:end_late()
    if interrupted or self.since and core.clock() - self.since >= GROUP then self:flush() end
    if interrupted then
        stop(("interrupted: %d of %d cases are done and kept"):format(self.counts.done + self.counts.kept,
            self.total), "interrupted")
    end
    if self.bar then self.bar:refresh() end
end

--- Do the cases of the plan's order.
function Crew:work()
    local plan = self.plan
    plan.tickets = assert(core.tickets(#plan.order))
    for _ = 1, math.min(plan.jobs, #plan.order) do self:hire() end
    self.writer = store.writer(plan.path, plan.mode)
    while #self.workers > 0 do
        local start = core.clock()
        self:listen()
        if core.clock() - start < NAP and #self.workers > 0 then core.poll({}, NAP) end
    end
    self:flush()
    self.writer:close()
    self.writer = nil
end

--- Do all cases. A worker that is killed right after it took a case, before it could say so, leaves one for
-- another round.
function Crew:run()
    local left = self.plan.order
    while #left > 0 do
        self.plan.order = left
        self:work()
        local undone = {}
        for _, position in ipairs(left) do
            if not self.keys[position] then table.insert(undone, position) end
        end
        if #undone == #left then stop("the workers end before they begin a case", "internal") end
        left = undone
    end
end

--- Whatever happened, no worker stays.
function Crew:close()
    while #self.workers > 0 do self:dismiss(self.workers[1], true) end
    if self.writer then self.writer:close() end
    if self.bar then self.bar:finish() end
end

Crew.__close = Crew.close

--- `plan`: cases, order (their positions), jobs, path and mode of the store, resume, retry, known (its keys).
return function(sweep, plan, bar)
    return setmetatable({
        sweep = sweep, plan = plan, bar = bar, total = #plan.order, workers = {}, waiting = {}, bytes = 0,
        keys = {}, counts = { done = 0, kept = 0, failed = 0 },
    }, Crew)
end
