-- SPDX-License-Identifier: GPL-3.0-or-later
-- Placement in a system that changes: fl.online { instance, trace, policies, ... } lets policies decide slot
-- by slot and judges every decision in the slot as it was. ONLINE.md is the manual.

local core = require "finlab.core"
local new_stream = require "finlab.stream"
local new_table = require "finlab.table"
local plot = require "finlab.plot"
local policies = require "finlab.policies"
local stats = require "finlab.stats"

local online = {}

local CLAIRVOYANT = "clairvoyant"

-- What a policy may ask ------------------------------------------------------------------------------------

local World = {}
World.__index = World

--- The plan of least cost in a state, exactly: the optimum, or where nothing is in time the cheapest.
function World:best(state)
    return assert(self.plans:best(state, self.penalty))
end

--- The plan of least per_joule * energy + per_second * latency - per_share * accuracy in a state, exactly.
-- `soft`: also plans that are not accurate enough.
function World:weigh(state, per_joule, per_second, per_share, soft)
    return assert(self.plans:weigh(state, per_joule, per_second, per_share, soft))
end

--- Energy, latency, accuracy of a plan in a state, whether it is in time and whether it is accurate enough.
function World:judge(state, plan)
    return self.plans:judge(state, plan)
end

--- The number of a plan in a table; nil, message, code when it is none.
function World:try(plan)
    return self.plans:plan(plan)
end

--- The plan of a number, as inst:evaluate takes it.
function World:describe(plan)
    return self.plans:describe(plan)
end

--- The nominal energy of a plan, J.
function World:energy(plan)
    if not self.energies[plan] then self.energies[plan] = assert(self.plans:judge(self.nominal, plan)) end
    return self.energies[plan]
end

function World:accurate(plan)
    return select(5, self.plans:judge(self.nominal, plan))
end

--- The plan of least energy on the source alone, or nil.
function World:on_device()
    local app, found = self.description.apps[1], nil
    for e, exit in ipairs(app.exits) do
        local nodes = {}
        for l = 1, exit.after do nodes[l] = app.source end
        local plan = self:try { { exit = e, nodes = nodes } }
        local usable = plan and self:accurate(plan)
        if usable and (not found or self:energy(plan) < self:energy(found)) then found = plan end
    end
    return found
end

local MOST_ARMS = 50 -- of a frontier, evenly spread

--- The plans of the nominal frontier without a deadline, and `extra` (a plan or nil).
function World:frontier(extra)
    local points = assert(self.inst:with({ deadline = self.deadline * 1e6 }):frontier())
    local plans, seen = {}, {}
    local function add(plan)
        if plan and not seen[plan] then
            seen[plan] = true
            table.insert(plans, plan)
        end
    end
    local step = math.max(1, (#points - 1) / (MOST_ARMS - 1))
    for i = 0, math.min(#points, MOST_ARMS) - 1 do
        add(assert(self:try(points[math.floor(1 + i * step + 0.5)].plan)))
    end
    add(extra)
    return plans
end

--- What a plan's nominal latency is made of: seconds by factor, in the order of the state, and the rest,
-- which does not depend on them.
function World:parts(plan)
    local _, whole = self.plans:judge(self.nominal, plan)
    local parts, rest = {}, whole
    for i = 1, #self.names do
        local slower = table.move(self.nominal, 1, #self.nominal, 1, {})
        slower[i] = 0.5
        local _, latency = self.plans:judge(slower, plan)
        parts[i] = math.max(0, latency - whole)
        rest = rest - parts[i]
    end
    return parts, rest
end

--- Give all plans numbers, if there are at most so many; whether there are.
function World:list(most)
    return self.plans:all(math.tointeger(most) or math.floor(most))
end

--- The accurate plan with the least cost over all slots, of a set of plans or, without one, of all that have
-- numbers.
function World:hindsight(candidates)
    for t, state in ipairs(self.future.states) do
        local weight = self.future.arrivals[t]
        if weight > 0 then assert(self.plans:tally(state, self.penalty, weight)) end
    end
    return (self.plans:least(candidates))
end

--- What is the same for all seeds.
local function open_world(inst, penalty)
    local plans, message, code = core.online(inst)
    if not plans then return nil, message, code end
    local description = inst:table()
    local app = description.apps[1]
    local system, nominal, source = description.system, { 1 }, nil
    for i, node in ipairs(system.nodes) do
        nominal[i + 1] = 1
        if node.name == app.source then source = i end
    end
    for _ = 1, #(system.links or {}) do table.insert(nominal, 1) end
    local self = setmetatable({
        inst = inst, plans = plans, description = description, nominal = nominal, source = source,
        deadline = app.deadline, accuracy = app.accuracy or 0, energies = {}, penalty = math.huge,
    }, World)
    self.any = self:best(nominal)
    self.unit = self:energy(self.any)
    if self.unit <= 0 then self.unit = 1 end
    self.penalty = penalty or 10 * self.unit
    return self
end

-- Playing --------------------------------------------------------------------------------------------------

local POINTS = 100 -- of a curve

--- The slots after which a curve has a point.
local function checkpoints(slots)
    local list = {}
    for i = 1, math.min(POINTS, slots) do list[i] = math.floor(i * slots / math.min(POINTS, slots)) end
    return list
end

--- A world as one policy with one seed is given it.
local function lend(world, found, seed, future)
    return setmetatable({
        random = new_stream(seed, found.name), future = found.sees == "all" and future or nil,
    }, { __index = world })
end

--- What is counted over the slots of one policy.
local function new_record(found, seed)
    return {
        policy = found.name, seed = seed, slots = 0, inferences = 0, energy = 0, latency = 0, accuracy = 0,
        late = 0, inaccurate = 0, missed = 0, cost = 0, changes = 0, seconds = 0, worst_seconds = 0,
    }
end

--- Judge a decision in the slot as it was; what came of it, into `outcome`.
local function judge(outcome, world, plan, state, slot)
    local energy, latency, accuracy, in_time, accurate = world.plans:judge(state, plan)
    if not energy then error(latency, 0) end
    local met = in_time and accurate
    outcome.slot, outcome.plan, outcome.energy, outcome.latency = slot, plan, energy, latency
    outcome.accuracy, outcome.in_time, outcome.accurate, outcome.met = accuracy, in_time, accurate, met
    outcome.cost, outcome.own = energy + (met and 0 or world.penalty), state[world.source]
end

local function count(record, outcome, weight, last)
    record.slots, record.inferences = record.slots + 1, record.inferences + weight
    record.energy = record.energy + weight * outcome.energy
    record.latency = record.latency + weight * outcome.latency
    record.accuracy = record.accuracy + weight * outcome.accuracy
    record.cost = record.cost + weight * outcome.cost
    if not outcome.in_time then record.late = record.late + weight end
    if not outcome.accurate then record.inaccurate = record.inaccurate + weight end
    if not outcome.met then record.missed = record.missed + weight end
    if last and outcome.plan ~= last then record.changes = record.changes + 1 end
end

--- Per inference what was summed up.
local function finish(record)
    local n = record.inferences
    for _, key in ipairs { "energy", "latency", "accuracy", "late", "inaccurate", "missed" } do
        record[key] = n > 0 and record[key] / n or nil
    end
    record.seconds = record.slots > 0 and record.seconds / record.slots or nil
    return record
end

--- Let a policy decide all slots of a trace: its record, and its cumulative cost at the checkpoints.
local function play(world, found, seed, future, options)
    local states, arrivals = future.states, future.arrivals
    local own = lend(world, found, seed, future)
    local policy = found.new(own, found.options)
    local record, curve, points = new_record(found, seed), {}, checkpoints(#states)
    local delay = found.sees and 0 or options.delay
    local seen, outcome, clock, last = {}, {}, core.clock, nil
    for t = 1, #states do
        local weight = arrivals[t]
        if weight > 0 then
            seen.slot, seen.state = t, states[t - delay] or world.nominal
            local start = clock()
            local plan = policy:decide(seen)
            if type(plan) == "table" then plan = assert(world:try(plan)) end
            local seconds = clock() - start
            judge(outcome, world, plan, states[t], t)
            record.seconds = record.seconds + seconds
            record.worst_seconds = math.max(record.worst_seconds, seconds)
            count(record, outcome, weight, last)
            last = plan
            if policy.learn then policy:learn(outcome) end
            if options.each then options.each(found.name, seed, outcome) end
        end
        if t == points[#curve + 1] then curve[#curve + 1] = record.cost end
    end
    record.complete = policy.complete
    return finish(record), curve
end

-- Results --------------------------------------------------------------------------------------------------

local Result = {}
Result.__index = Result

--- Cumulative cost of `policy` beyond that of `against`, by seed, at checkpoint i.
local function differences(result, policy, against, i)
    local list, curves = {}, result.curves
    for s = 1, #result.seeds do list[s] = curves[policy][s][i] - curves[against][s][i] end
    return list
end

local function reference(self, options)
    local against = (options or {}).against or CLAIRVOYANT
    if not self.curves[against] then error(("online: %q was not among the policies"):format(against), 3) end
    return against
end

--- Regret curves: for each policy and slot the cumulative cost (J) beyond that of `against` (default the
-- clairvoyant), mean over the seeds and its bootstrap interval `low` to `high`.
function Result:regret(options)
    local against, rows = reference(self, options), {}
    for _, policy in ipairs(self.policies) do
        for i, slot in ipairs(self.points) do
            local list = differences(self, policy, against, i)
            local low, high = stats.bootstrap(list, options)
            table.insert(rows,
                { policy = policy, slot = slot, mean = stats.mean(list), low = low, high = high, n = #list })
        end
    end
    return new_table(rows, { "policy", "slot", "mean", "low", "high", "n" })
end

local SUMMARY = {
    { key = "policy" }, { key = "energy", title = "J/inference", format = "%.6g" },
    { key = "missed", format = "%.4f" }, { key = "late", format = "%.4f" },
    { key = "inaccurate", format = "%.4f" }, { key = "accuracy", format = "%.4f" },
    { key = "cost", title = "cost (J)", format = "%.6g" },
    { key = "regret", title = "regret (J)", format = "%.6g" }, { key = "low", format = "%.6g" },
    { key = "high", format = "%.6g" }, { key = "changes", format = "%.1f" },
}
local TIMES = {
    { key = "seconds", title = "s/decision", format = "%.3g" },
    { key = "worst_seconds", title = "worst", format = "%.3g" },
}

--- One row per policy, means over the seeds: energy, latency and accuracy per inference, the parts of them
-- that were late, inaccurate or either (missed), the cost, the regret against `against` with its interval,
-- how often the plan changed; and, unless times = false, the seconds a decision took.
function Result:summary(options)
    options = options or {}
    local against, rows = reference(self, options), {}
    for _, policy in ipairs(self.policies) do
        local row = { policy = policy }
        for _, key in ipairs { "energy", "latency", "accuracy", "late", "inaccurate", "missed", "cost",
            "changes", "seconds", "worst_seconds" } do
            local list = {}
            for _, record in ipairs(self.records) do
                if record.policy == policy then table.insert(list, record[key]) end
            end
            row[key] = stats.mean(list)
        end
        local list = differences(self, policy, against, #self.points)
        row.regret = stats.mean(list)
        row.low, row.high = stats.bootstrap(list, options)
        if options.times == false then row.seconds, row.worst_seconds = nil, nil end
        table.insert(rows, row)
    end
    local columns = table.move(SUMMARY, 1, #SUMMARY, 1, {})
    if options.times ~= false then table.move(TIMES, 1, #TIMES, #columns + 1, columns) end
    return new_table(rows, columns)
end

--- Tics from 0 to the last slot.
local function quarters(points)
    local tics, last = { 0 }, points[#points]
    for i = 1, 4 do tics[i + 1] = math.floor(last * i / 4 + 0.5) end
    return tics
end

--- The regret curves with their bands; `options` as for regret, and `title`.
function Result:plot(options)
    options = options or {}
    local against, series, by = reference(self, options), {}, {}
    for _, row in ipairs(self:regret(options).rows) do
        if row.policy ~= against then
            if not by[row.policy] then
                by[row.policy] = { name = row.policy, points = {} }
                table.insert(series, by[row.policy])
            end
            table.insert(by[row.policy].points, { row.slot, row.mean, row.low, row.high })
        end
    end
    return plot {
        kind = "bands", title = options.title, x = { label = "slot", tics = quarters(self.points) },
        y = { label = "regret against " .. against, unit = "J" }, series = series,
    }
end

-- The whole ------------------------------------------------------------------------------------------------

local FIELDS = {
    instance = true, trace = true, policies = true, seeds = true, delay = true, penalty = true, each = true,
}

--- What the description leaves out; raises for what is of the wrong type.
local function settings(description)
    if type(description) ~= "table" then error("bad argument #1 to 'online' (table expected)", 3) end
    for key in pairs(description) do
        if not FIELDS[key] then error(("online: there is no field %q"):format(tostring(key)), 3) end
    end
    local delay, penalty = description.delay or 1, description.penalty
    if math.type(delay) ~= "integer" or delay < 0 then error("online: delay must be an integer from 0", 3) end
    if penalty and not (type(penalty) == "number" and penalty >= 0 and penalty < math.huge) then
        error("online: penalty must be a number from 0", 3)
    end
    return { delay = delay, penalty = penalty, seeds = description.seeds or { 1 }, each = description.each }
end

--- The policies that play, the clairvoyant always among them.
local function find_all(specifications)
    local found, names = {}, {}
    local function add(specification)
        local policy, message, code = policies.find(specification)
        if not policy then return nil, message, code end
        if names[policy.name] then
            return nil, ("policy %s: is there already"):format(policy.name), "invalid"
        end
        names[policy.name] = true
        table.insert(found, policy)
        return true
    end
    for _, specification in ipairs(specifications or policies.names) do
        local added, message, code = add(specification)
        if not added then return nil, message, code end
    end
    if not names[CLAIRVOYANT] then add(CLAIRVOYANT) end
    return found
end

--- Let all policies play the trace of one seed.
local function play_seed(result, world, found, seed, trace, options)
    if type(trace) == "function" then
        local message, code
        trace, message, code = trace(seed)
        if not trace then return nil, message or "online: the trace is missing", code or "invalid" end
    end
    local states, arrivals, names = trace:states(world.inst)
    if not states then return nil, arrivals, names end
    for t, state in ipairs(states) do
        local energy, message, code = world.plans:judge(state, world.any)
        if not energy then return nil, ("trace: slot %d: %s"):format(t, message), code end
    end
    world.names = names
    local future = { states = states, arrivals = arrivals }
    local points = checkpoints(#states)
    if result.points and result.points[#result.points] ~= #states then
        return nil, "online: the traces differ in length", "invalid"
    end
    result.points = points
    for _, policy in ipairs(found) do
        local record, curve = play(world, policy, seed, future, options)
        table.insert(result.records, record)
        table.insert(result.curves[policy.name], curve)
    end
    return true
end

--- Run all policies over a trace, or over one trace per seed: trace = function(seed) ... end. Raises what a
-- policy raises; else a result, or nil, message, code.
function online.run(description)
    local options = settings(description)
    local found, message, code = find_all(description.policies)
    if not found then return nil, message, code end
    local world
    world, message, code = open_world(description.instance, options.penalty)
    if not world then return nil, message, code end
    local result = setmetatable({
        policies = {}, seeds = options.seeds, records = {}, curves = {}, penalty = world.penalty,
    }, Result)
    for i, policy in ipairs(found) do
        result.policies[i], result.curves[policy.name] = policy.name, {}
    end
    for _, seed in ipairs(options.seeds) do
        local played
        played, message, code = play_seed(result, world, found, seed, description.trace, options)
        if not played then return nil, message, code end
    end
    return result
end

return online
