-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who decides, slot by slot, where an application runs: policies.known[NAME] = { defaults, new, sees }.
--
-- new(world, options) answers an object with decide(self, observation), which answers a plan, and perhaps
-- learn(self, outcome). A plan is a number that the world gave, or a table as inst:evaluate takes it. What a
-- policy knows is its world (online.lua: the instance as it is nominally), the observation (slot, state: that
-- of `delay` slots ago) and the outcomes of its own decisions. `sees` = "slot": the observation is of this
-- very slot; "all": `world.future` has all slots.

local policies = {}

local function always(plan)
    return { decide = function() return plan end }
end

-- Plans from a state ---------------------------------------------------------------------------------------

--- The optimum of the nominal instance, for ever.
local function static(world)
    return always(world:best(world.nominal))
end

--- The optimum of the state that is seen, in every slot.
local function replan(world)
    return { decide = function(_, seen) return world:best(seen.state) end }
end

--- The same, but a plan is kept for k slots.
local function stale(world, options)
    local age, plan = options.k, nil
    return {
        decide = function(_, seen)
            if age >= options.k then age, plan = 0, world:best(seen.state) end
            age = age + 1
            return plan
        end,
    }
end

--- The best plan of all that never change: of every plan when there are at most `plans`, else of those that
-- are best in some slot or on the nominal frontier.
local function fixed(world, options)
    local complete, candidates = world:list(options.plans), nil
    if not complete then
        candidates = {}
        for _, plan in ipairs(world:frontier()) do candidates[plan] = true end
        for t, state in ipairs(world.future.states) do
            if world.future.arrivals[t] > 0 then candidates[world:best(state)] = true end
        end
    end
    local policy = always(world:hindsight(candidates))
    policy.complete = complete
    return policy
end

-- Drift plus penalty ---------------------------------------------------------------------------------------

--- Minimise V energy + Q latency - A accuracy exactly in every slot (Neely, "Stochastic Network
-- Optimization", 2010), where Q grows with what the latency exceeds the deadline by and A with what the
-- accuracy lacks: both are met on average. With `budget` (J per inference), a third queue has the energy
-- keep to it on average. Energies are in units of the nominal optimum, latencies of the deadline. With
-- accuracy = "always" exits that are not accurate enough are not used.
local function dpp(world, options)
    local late, inaccurate, spent = 0, 0, 0
    local soft = options.accuracy == "mean"
    return {
        decide = function(_, seen)
            return world:weigh(seen.state, (options.v + spent) / world.unit, late / world.deadline,
                inaccurate, soft)
        end,
        learn = function(_, outcome)
            late = math.max(0, late + outcome.latency / world.deadline - 1)
            inaccurate = math.max(0, inaccurate + world.accuracy - outcome.accuracy)
            if options.budget > 0 then
                spent = math.max(0, spent + (outcome.energy - options.budget) / world.unit)
            end
        end,
    }
end

-- AutoScale ------------------------------------------------------------------------------------------------

--- Every accurate exit with all blocks on one node, but those that must stay on the source.
local function whole_models(world)
    local actions, app = {}, world.description.apps[1]
    local function node_of(block, node)
        for _, allowed in ipairs(block.nodes or { node }) do
            if allowed == node then return node end
        end
        return app.source
    end
    for e, exit in ipairs(app.exits) do
        for _, node in ipairs(world.description.system.nodes) do
            local nodes = {}
            for l = 1, exit.after do nodes[l] = node_of(app.blocks[l], node.name) end
            local plan = world:try { { exit = e, nodes = nodes } }
            if plan and world:accurate(plan) then table.insert(actions, plan) end
        end
    end
    return actions
end

--- The number of a state whose factors are told apart at the thresholds.
local function bins_of(state, n, thresholds)
    local number = 0
    for i = 1, n do
        local bin = 0
        for _, threshold in ipairs(thresholds) do
            if state[i] >= threshold then bin = bin + 1 end
        end
        number = number * (#thresholds + 1) + bin
    end
    return number
end

local THRESHOLDS = { 0.35, 0.75 } -- factors: weak, medium, strong

--- The position of the largest number; of several, the first.
local function best_of(numbers)
    local best = 1
    for a = 2, #numbers do
        if numbers[a] > numbers[best] then best = a end
    end
    return best
end

--- Tabular Q-learning after AutoScale (Kim and Wu, MICRO 2020): the whole model on one node, or any plan of
-- the nominal frontier with actions = "frontier". The reward is what the slot costs, with the sign changed,
-- in units of the nominal optimum, plus `latency` times the part of the deadline that is left.
local function autoscale(world, options)
    local actions = options.actions == "frontier" and world:frontier() or whole_models(world)
    if #actions == 0 then actions = world:frontier() end
    local values, last, state = {}, nil, nil
    local function row_of(number)
        if not values[number] then
            values[number] = {}
            for a = 1, #actions do values[number][a] = world.random:unit() * options.spread end
        end
        return values[number]
    end
    return {
        decide = function(_, seen)
            local row = row_of(bins_of(seen.state, #world.names, THRESHOLDS))
            if last then
                local wanted = last.reward + options.discount * row[best_of(row)]
                local old = last.row[last.action]
                last.row[last.action] = old + options.rate * (wanted - old)
            end
            local explore = world.random:unit() < options.epsilon
            state = { row = row, action = explore and world.random:int(#actions) or best_of(row) }
            return actions[state.action]
        end,
        learn = function(_, outcome)
            last = state
            last.reward = -outcome.cost / world.unit
            if outcome.met then
                last.reward = last.reward + options.latency * (1 - outcome.latency / world.deadline)
            end
        end,
    }
end

-- ANS ------------------------------------------------------------------------------------------------------

--- What an arm's latency is made of, in deadlines: seconds on each node and link that the device does not
-- know, scaled to [0, 1] over the arms, and what it does know.
local function features_of(world, arms)
    local features, scales, known = {}, {}, {}
    for a, arm in ipairs(arms) do
        local parts, rest = world:parts(arm)
        features[a] = {}
        known[a] = { own = parts[world.source] / world.deadline, rest = rest / world.deadline }
        for i = 1, #world.names do
            if i ~= world.source then
                features[a][i] = parts[i] / world.deadline
                scales[i] = math.max(scales[i] or 0, features[a][i])
            end
        end
    end
    for a, parts in ipairs(features) do
        local scaled = {}
        for i = 1, #world.names do
            if (scales[i] or 0) > 0 then table.insert(scaled, parts[i] / scales[i]) end
        end
        features[a] = scaled
    end
    return features, known
end

local function dot(x, y)
    local sum = 0
    for i = 1, #x do sum = sum + x[i] * y[i] end
    return sum
end

local function times(matrix, x)
    local y = {}
    for i = 1, #x do y[i] = dot(matrix[i], x) end
    return y
end

--- The inverse of A + x x', from that of A (Sherman and Morrison).
local function add_sample(inverse, x)
    local y = times(inverse, x)
    local scale = 1 / (1 + dot(x, y))
    for i = 1, #x do
        for j = 1, #x do inverse[i][j] = inverse[i][j] - scale * y[i] * y[j] end
    end
end

local function identity(n, value)
    local matrix = {}
    for i = 1, n do
        matrix[i] = {}
        for j = 1, n do matrix[i][j] = i == j and value or 0 end
    end
    return matrix
end

--- How optimistic, and how often an arm that teaches nothing is forbidden, for up to `horizon` slots.
local function confidence_of(options, n, horizon)
    local noise = options.noise * math.sqrt(n * math.log((1 + horizon * n) / 0.1))
    return (1 + noise) / (1 - 0.8), math.ceil(horizon ^ options.mu)
end

--- A linear bandit with forced sampling after ANS (Zhang et al., IEEE/ACM ToN 2021): the latency of what is
-- not on the device is linear in unknown slownesses, learned from the latencies of its own decisions. Arms
-- are the plans of the nominal frontier and the plan on the device alone. It takes the arm of least nominal
-- energy among those that may be in time, or the fastest; with goal = "latency", as published, always the
-- fastest.
local function ans(world, options)
    local arms = world:frontier(world:on_device())
    local features, known = features_of(world, arms)
    local n = #features[1]
    local inverse, sums, chosen = identity(n, 1 / options.ridge), {}, nil
    for i = 1, n do sums[i] = 0 end
    local horizon, slot = 200, 0
    local alpha, period = confidence_of(options, n, horizon)
    local function teaches(a) return dot(features[a], features[a]) > 0 end
    local function score_of(a, theta, own)
        local x = features[a]
        local doubt = math.sqrt((1 - options.explore) * math.max(0, dot(x, times(inverse, x))))
        return known[a].own / own + known[a].rest + dot(theta, x) - alpha * doubt
    end
    local function better(score, energy, best)
        if not best then return true end
        if options.goal == "latency" then return score < best.score end
        if (score <= 1) ~= (best.score <= 1) then return score <= 1 end
        if score <= 1 then return energy < best.energy end
        return score < best.score
    end
    return {
        decide = function(_, seen)
            slot = slot + 1
            if slot > horizon then
                horizon = 2 * horizon
                alpha, period = confidence_of(options, n, horizon)
            end
            local theta, best = times(inverse, sums), nil
            local forced = slot % period == 0
            for a, arm in ipairs(arms) do
                if not forced or teaches(a) then
                    local score, energy = score_of(a, theta, seen.state[world.source]), world:energy(arm)
                    if better(score, energy, best) then best = { arm = a, score = score, energy = energy } end
                end
            end
            chosen = best and best.arm or 1
            return arms[chosen]
        end,
        learn = function(_, outcome)
            local x = features[chosen]
            if not teaches(chosen) then return end
            local beyond = outcome.latency / world.deadline - known[chosen].rest
                - known[chosen].own / outcome.own
            add_sample(inverse, x)
            for i = 1, n do sums[i] = sums[i] + x[i] * beyond end
        end,
    }
end

-- All ------------------------------------------------------------------------------------------------------

policies.known = {
    ["static"] = { new = static },
    ["replan"] = { new = replan },
    ["stale"] = { new = stale, defaults = { k = 10 } },
    ["autoscale"] = {
        new = autoscale,
        defaults = {
            rate = 0.9, discount = 0.1, epsilon = 0.1, spread = 0.01, latency = 0, actions = "whole",
        },
    },
    ["ans"] = {
        new = ans, defaults = { mu = 0.25, noise = 0.05, ridge = 1, explore = 0.2, goal = "energy" },
    },
    ["dpp"] = { new = dpp, defaults = { v = 1, budget = 0, accuracy = "always" } },
    ["fixed-best-in-hindsight"] = { new = fixed, sees = "all", defaults = { plans = 1000 } },
    ["clairvoyant"] = { new = replan, sees = "slot" },
}

policies.names = {
    "static", "replan", "stale", "autoscale", "ans", "dpp", "fixed-best-in-hindsight", "clairvoyant",
}

local CHOICES = {
    actions = { whole = true, frontier = true }, goal = { energy = true, latency = true },
    accuracy = { always = true, mean = true },
}
local POSITIVE = { k = true, v = true, plans = true, ridge = true }

--- Why `value` cannot be option `key`, whose default is of the right type; nil when it can.
local function complaint(key, value, default)
    if type(value) ~= type(default) then return "must be a " .. type(default) end
    if CHOICES[key] then return not CHOICES[key][value] and ("cannot be %q"):format(value) or nil end
    local least_ok = value > 0 or value == 0 and not POSITIVE[key]
    if not (least_ok and value < math.huge) then return "is out of range" end
    if key == "k" and value % 1 ~= 0 then return "must be a whole number" end
    if key == "explore" and value > 1 then return "must be at most 1" end
end

--- The name, the label and the options of a specification, or nil, message, code.
local function split(specification)
    local given = {}
    if type(specification) == "table" then
        for key, value in pairs(specification) do given[key] = value end
        local name, label = given[1], given.name or given[1]
        given[1], given.name = nil, nil
        return name or "", label, given
    end
    local name, rest = tostring(specification):match("^([^:]*):?(.*)$")
    for part in rest:gmatch("[^,]+") do
        local key, value = part:match("^(.-)=(.*)$")
        if not key then
            return nil, ("policy %s: %q should read option=value"):format(name, part), "invalid"
        end
        given[key] = tonumber(value) or value
    end
    return name, specification, given
end

--- A policy by its specification: "stale:k=10" or { "stale", k = 10, name = "..." }, or one's own, a table
-- { name, new, sees }. Answers { name, new, sees, options }, or nil, message, code.
function policies.find(specification)
    if type(specification) == "table" and type(specification.new) == "function" then
        if type(specification.name) ~= "string" then return nil, "policy: needs a name", "invalid" end
        local own = specification
        return { name = own.name, new = own.new, sees = own.sees, options = {} }
    end
    local name, label, given = split(specification)
    if not name then return nil, label, given end
    local known = policies.known[name]
    if not known then
        return nil, ("policy: there is no %q; there are %s"):format(tostring(name),
            table.concat(policies.names, ", ")), "invalid"
    end
    local options = {}
    for key, value in pairs(known.defaults or {}) do options[key] = value end
    for key, value in pairs(given) do
        if options[key] == nil then
            return nil, ("policy %s: there is no option %q"):format(name, key), "invalid"
        end
        local wrong = complaint(key, value, options[key])
        if wrong then return nil, ("policy %s: %s %s"):format(name, key, wrong), "invalid" end
        options[key] = value
    end
    return { name = label, new = known.new, sees = known.sees, options = options }
end

return policies
