-- SPDX-License-Identifier: GPL-3.0-or-later
-- The worst case of a method: fl.worst searches the instances within given ranges for the largest gap. LAB.md
-- is the manual.
--
-- An instance is a bundle of genes: for every quantity in it, which share of its range lies below it. Hill
-- climbing changes a few genes at a time and keeps what makes the gap larger; when that has not happened for
-- a while, it starts anew. The deadline is the gene `slack` times the least latency of the instance at hand,
-- so every instance has a plan.

local core = require "finlab.core"
local random = require "finlab.random"

-- What is drawn unless the caller says otherwise: what fl.generate draws of chains with exits. SI units.
local RANGES = {
    nodes = { 2, 4 }, blocks = { 3, 6 }, exits = { 1, 3 },
    tier = { 0, 2 }, -- of all nodes but the first, which is the source and in tier 0
    speed = { 1e9, 1e12 }, power = { 1, 1000 }, tx_energy = { 1e-9, 1e-7 }, rx_energy = { 1e-9, 1e-7 },
    rate = { 1e8, 1e11 }, delay = { 0, 0 }, -- of the links, which join all nodes both ways
    input_bits = { 0, 0 }, ops = { 1e6, 1e9 }, out_bits = { 1e3, 1e7 },
    share = { 0, 0 },      -- of the samples that get to an exit, those that leave there
    accurate = { 0, 1 },   -- where among the exits those begin that are accurate enough: 1 is the last
    slack = { 1.01, 4 },   -- deadline / least latency
}
local WHOLE = { nodes = true, blocks = true, exits = true, tier = true }
local POSITIVE = { nodes = true, blocks = true, exits = true, speed = true, rate = true, slack = true }
local UNIT = { share = true, accurate = true } -- at most 1

local NO_DEADLINE = 1e9  -- s
local REDRAWN = 0.25     -- the share of changed genes that are drawn anew rather than moved
local STEP = 0.2         -- the most by which a gene is moved
local GENES_CHANGED = 3  -- at most
local PATIENCE = 100     -- evaluations without a larger gap before a new start
local EVALUATIONS = 1000

-- Ranges --------------------------------------------------------------------------------------------------

--- What is wrong with a range; nil: nothing.
local function complaint_of(name, range)
    local least, most = range[1], range[2]
    if type(least) ~= "number" or type(most) ~= "number" then return "must be a number or {least, most}" end
    if not (least <= most and most < math.huge) then return "must ascend" end
    if least < 0 or POSITIVE[name] and least == 0 then return "is too small" end
    if UNIT[name] and most > 1 then return "must be at most 1" end
    if WHOLE[name] and not (math.tointeger(least) and math.tointeger(most)) then
        return "must be whole numbers"
    end
    return nil
end

--- The ranges with the defaults filled in; nil and which is wrong.
local function complete(given)
    local ranges = {}
    for name, range in pairs(RANGES) do ranges[name] = range end
    for name, range in pairs(given or {}) do
        if type(range) == "number" then range = { range, range } end
        local complaint = not RANGES[name] and "is no quantity" or type(range) ~= "table"
            and "must be a number or {least, most}" or complaint_of(name, range)
        if complaint then return nil, ("ranges.%s: %s"):format(name, complaint), "invalid" end
        ranges[name] = range
    end
    return ranges
end

--- The number below which a share of a range lies; a range above 0 is even in its logarithm.
local function at_share(name, range, share)
    local least, most = range[1], range[2]
    if WHOLE[name] then
        return math.tointeger(least + math.min(share * (most - least + 1) // 1, most - least))
    end
    if least == most then return least end
    if least > 0 then return math.min(most, math.max(least, least * (most / least) ^ share)) end
    return least + share * (most - least)
end

-- Genes ---------------------------------------------------------------------------------------------------

--- A number in [0, 1).
local function unit(draw)
    return draw() / (1 << 53)
end

--- A function (name, position...) that answers a gene's value, and draws the gene when there is none yet; and
-- the list of the genes that it was asked for and that matter.
local function reader_of(genes, ranges, draw)
    local used = {}
    return function(name, ...)
        local range, key = ranges[name] or { 0, 1 }, table.concat({ name, ... }, " ")
        genes[key] = genes[key] or unit(draw)
        if range[1] < range[2] then table.insert(used, key) end
        return at_share(name, range, genes[key])
    end, used
end

local function system_of(take)
    local system = { nodes = {}, links = {} }
    for n = 1, take "nodes" do
        system.nodes[n] = {
            name = "n" .. n, tier = n > 1 and take("tier", n) or 0, speed = take("speed", n),
            power = take("power", n), tx_energy = take("tx_energy", n), rx_energy = take("rx_energy", n),
        }
    end
    for a = 1, #system.nodes do
        for b = 1, #system.nodes do
            if a ~= b then
                table.insert(system.links, {
                    from = "n" .. a, to = "n" .. b, rate = take("rate", a, b), delay = take("delay", a, b),
                })
            end
        end
    end
    return system
end

--- Exits at distinct places, the last one after the last block, the deeper the more accurate; and what
-- accuracy over all samples each has as the final one.
local function exits_of(take, n_blocks)
    local n, exits, accuracies = math.min(take "exits", n_blocks), {}, {}
    local after, left, sum = n_blocks, 1, 0
    for e = n, 1, -1 do
        if e < n then after = e + math.min(take("place", e) * (after - e) // 1, after - e - 1) end
        exits[e] = { after = math.tointeger(after), accuracy = (1 + e / n) / 2 }
    end
    for e, exit in ipairs(exits) do
        accuracies[e] = sum + left * exit.accuracy
        exit.share = e < n and left * take("share", e) or 0
        sum, left = sum + exit.share * exit.accuracy, left - exit.share
    end
    return exits, accuracies
end

--- The description of the genes' instance, without a deadline, the slack of that, and the genes that matter.
local function express(genes, ranges, draw)
    local take, used = reader_of(genes, ranges, draw)
    local app = { source = "n1", deadline = NO_DEADLINE, input_bits = take "input_bits", blocks = {} }
    local accuracies
    for l = 1, take "blocks" do app.blocks[l] = { ops = take("ops", l), out_bits = take("out_bits", l) } end
    app.exits, accuracies = exits_of(take, #app.blocks)
    app.accuracy = accuracies[math.min(1 + take "accurate" * #accuracies // 1, #accuracies)]
    return { system = system_of(take), apps = { app } }, take "slack", used
end

--- A copy with a few genes changed.
local function mutate(genes, used, draw)
    local new = {}
    for key, share in pairs(genes) do new[key] = share end
    for _ = 1, 1 + draw() % GENES_CHANGED do
        local key = used[1 + draw() % #used]
        local moved = unit(draw) < REDRAWN and unit(draw) or new[key] + STEP * (2 * unit(draw) - 1)
        new[key] = math.min(math.max(moved, 0), 1)
    end
    return new
end

-- Search --------------------------------------------------------------------------------------------------

local Search = {}
Search.__index = Search

--- The instance of genes, or nil, message, code; nil alone when all of its plans take no time.
function Search:build(genes)
    local description, slack, used = express(genes, self.ranges, self.draw)
    local open <close>, message, code = core.instance(description)
    if not open then return nil, message, code end
    local fastest
    fastest, message, code = open:solve "fastest"
    if not fastest then return nil, message, code end
    if not fastest.latency or fastest.latency == 0 then return nil end
    local inst
    inst, message, code = open:with { deadline = slack * fastest.latency }
    return inst, message, code, used
end

--- Evaluate genes: a candidate, or nil; nil, message, code when a method fails. A candidate without `gap` has
-- no plan of the method, or nothing to compare it with.
function Search:evaluate(genes)
    local inst, message, code, used = self:build(genes)
    if not inst then return nil, message, code end
    self.evaluations = self.evaluations + 1
    local candidate = { genes = genes, used = used, instance = inst }
    candidate.reference, message, code = inst:solve(self.against)
    if not candidate.reference then return nil, message, code end
    candidate.result, message, code = inst:solve(self.method)
    if not candidate.result then return nil, message, code end
    local energy, least = candidate.result.energy, candidate.reference.energy
    if candidate.result.stop == "interrupted" or candidate.reference.stop == "interrupted" then
        self.stop = "interrupted"
    elseif energy and least and least > 0 then
        candidate.gap = energy / least - 1
    elseif least and not energy then
        self.no_plan = self.no_plan + 1
    end
    return candidate
end

--- Whether the search is over.
function Search:ended()
    if not self.stop and self.evaluations >= self.most then self.stop = "evaluations" end
    local over = self.seconds and core.clock() - self.start >= self.seconds
    if not self.stop and over then self.stop = "seconds" end
    return self.stop ~= nil
end

--- Keep a candidate when it is the worst so far, and write it down.
function Search:keep(candidate)
    if not candidate.gap or self.worst and candidate.gap <= self.worst.gap then return true end
    self.worst = candidate
    if self.path then return candidate.instance:write(self.path) end
    return true
end

--- Climb from new genes until nothing larger is found for a while; nil, message, code on failure.
function Search:climb()
    local at, stale = nil, 0
    self.starts = self.starts + 1
    while stale < self.patience and not self:ended() do
        local candidate, message, code = self:evaluate(at and mutate(at.genes, at.used, self.draw) or {})
        if message then return nil, message, code end
        local gap, before = candidate and candidate.gap, at and at.gap
        stale = stale + 1
        if gap and (not before or gap >= before) then
            if not before or gap > before then stale = 0 end
            at = candidate
            local kept
            kept, message, code = self:keep(candidate)
            if not kept then return nil, message, code end
        end
    end
    return true
end

--- Numbers that `options` may hold, and what they must be.
local NUMBERS = {
    evaluations = function(x) return math.tointeger(x) ~= nil and x >= 1 end,
    patience = function(x) return math.tointeger(x) ~= nil and x >= 1 end,
    seed = function(x) return math.tointeger(x) ~= nil and x >= 0 end,
    seconds = function(x) return x > 0 end,
}
local TEXTS = { method = true, against = true, path = true }

local function check_options(options)
    for name, value in pairs(options) do
        local right = name == "ranges" and type(value) == "table" or TEXTS[name] and type(value) == "string"
            or NUMBERS[name] and type(value) == "number" and NUMBERS[name](value)
        if not right then
            return nil, ("worst: %s cannot be %s"):format(tostring(name), tostring(value)), "invalid"
        end
    end
    if not options.method then return nil, "worst: method is missing", "invalid" end
    return true
end

--- Search: {method, against = "exact", ranges, seed = 1, evaluations = 1000, seconds, patience = 100, path}.
-- The answer: the worst instance, its gap, both results, and how the search went; nil, message, code.
return function(options)
    if type(options) ~= "table" then error("bad argument #1 to 'worst' (table expected)", 2) end
    local right, complaint, code = check_options(options)
    if not right then return nil, complaint, code end
    local ranges
    ranges, complaint, code = complete(options.ranges)
    if not ranges then return nil, complaint, code end
    local search = setmetatable({
        method = options.method, against = options.against or "exact", path = options.path, ranges = ranges,
        draw = random(math.tointeger(options.seed or 1)), most = options.evaluations or EVALUATIONS,
        patience = options.patience or PATIENCE, seconds = options.seconds, start = core.clock(),
        evaluations = 0, starts = 0, no_plan = 0,
    }, Search)
    while not search:ended() do
        right, complaint, code = search:climb()
        if not right then return nil, complaint, code end
    end
    local worst = search.worst or {}
    return {
        gap = worst.gap, instance = worst.instance, result = worst.result, reference = worst.reference,
        evaluations = search.evaluations, starts = search.starts, no_plan = search.no_plan,
        stop = search.stop, seconds = core.clock() - search.start,
    }
end
