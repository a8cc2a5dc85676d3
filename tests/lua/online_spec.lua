-- SPDX-License-Identifier: GPL-3.0-or-later
-- Drifting instances, and policies over traces: known answers, what cannot be otherwise, determinism.
local fl = require "finlab"

--- Two nodes and one block that may run on either: 10 J in 1 s on the phone, 4 J in 0.5 s over the link.
local function two_ways(change)
    local app = {
        source = "phone", deadline = 1.5, accuracy = 0.5, input_bits = 1,
        blocks = { { ops = 10 } }, exits = { { after = 1, accuracy = 0.9 } },
    }
    for key, value in pairs(change or {}) do app[key] = value end
    return assert(fl.instance {
        system = {
            nodes = {
                { name = "phone", speed = 10, power = 10 },
                { name = "edge", tier = 1, speed = 100, power = 40 },
            },
            links = { { from = "phone", to = "edge", rate = 2.5 } },
        },
        apps = { app },
    })
end

local function alexnet()
    return assert(fl.instance {
        system = fl.systems.three_tier(),
        apps = { { model = fl.models.b_alexnet(), source = "mobile", deadline = 7e-3, accuracy = 0.80 } },
    })
end

--- A trace in which everything changes.
local function lively(seed, slots)
    return assert(fl.traces.new {
        slots = slots or 300, seed = seed,
        speed = { mobile = fl.traces.corunner { share = 0.3 }, edge = fl.traces.walk() },
        load = { cloud = fl.traces.corunner { load = true } },
        rate = { ["*"] = fl.traces.markov { values = { 1, 0.5, 0.2 }, stay = 0.9 } },
        arrivals = fl.traces.poisson { mean = 1.5 },
    })
end

--- A result's rows by policy.
local function by_policy(result, options)
    local found = {}
    for _, row in ipairs(result:summary(options).rows) do found[row.policy] = row end
    return found
end

local function near(a, b, what)
    assert(math.abs(a - b) <= 1e-9 * math.max(1, math.abs(a), math.abs(b)),
        ("%s: %.17g, not %.17g"):format(what or "number", a, b))
end

describe("a drifting instance", function()
    it("has the speeds and rates that were asked for, and a drift of it has both factors", function()
        local drifted = assert(two_ways():drift { nodes = { edge = 0.5 }, links = { 0.25 }, rate = 3 })
        local twice = assert(drifted:drift { nodes = 0.5, links = 2 }):table()
        assert.equal(100 * 0.5, drifted:table().system.nodes[2].speed)
        assert.equal(10, drifted:table().system.nodes[1].speed)
        assert.equal(3, drifted:table().apps[1].rate)
        assert.equal(100 * 0.25, twice.system.nodes[2].speed)
        assert.equal(2.5 * 0.5, twice.system.links[1].rate)
    end)

    it("draws the power that was asked for", function()
        local inst = two_ways { blocks = { { ops = 10, energy = { edge = 3 } } } }
        local drifted = assert(inst:drift { powers = { edge = 0.5 } }):table()
        assert.equal(0.5 * inst:table().system.nodes[2].power, drifted.system.nodes[2].power)
        assert.equal(inst:table().system.nodes[1].power, drifted.system.nodes[1].power)
        assert.equal(1.5, drifted.apps[1].blocks[1].energy.edge)
    end)

    it("takes measured times and energies along", function()
        local inst = two_ways { blocks = { { ops = 10, time = { edge = 0.2 }, energy = { edge = 3 } } } }
        local block = assert(inst:drift { nodes = { edge = 0.5 } }):table().apps[1].blocks[1]
        assert.equal(0.4, block.time.edge)
        assert.equal(6, block.energy.edge)
        assert.equal(0.2, inst:table().apps[1].blocks[1].time.edge)
    end)

    it("says which factor is wrong", function()
        local function complaint(factors)
            local drifted, message, code = two_ways():drift(factors)
            assert.is_nil(drifted)
            assert.equal("invalid", code)
            return message
        end
        assert.equal("nodes.edge: must be a finite number greater than 0, not -1",
            complaint { nodes = { edge = -1 } })
        assert.equal("links[1]: must be a finite number greater than 0, not 0", complaint { links = { 0 } })
        assert.equal('nodes: "cloud" is no node', complaint { nodes = { cloud = 1 } })
        assert.equal("links: must have one factor for each of 1 links", complaint { links = { 1, 1 } })
        assert.equal("rate: must be a number", complaint { rate = "fast" })
        assert.equal("nodes: must be a factor or a table of factors", complaint { nodes = "slow" })
        assert.equal("speed: is no field of a drift", complaint { speed = 1 })
        assert.has_error(function() two_ways():drift() end)
    end)
end)

describe("policies over a trace made by hand", function()
    it("all have the optimum when nothing changes", function()
        local result = assert(fl.online {
            instance = alexnet(), trace = assert(fl.traces.new { slots = 50 }),
            policies = { "static", "replan", "stale", "fixed-best-in-hindsight" },
        })
        local optimum = alexnet():solve("exact").energy
        for policy, row in pairs(by_policy(result)) do
            assert.equal(0, row.regret, policy)
            assert.equal(0, row.missed, policy)
            near(row.energy, optimum, policy)
        end
    end)

    it("cost what can be worked out", function()
        -- Over the link: 0.4 + 0.1 s and 4 J. With a tenth of the rate 4.1 s, late: 10 J on the phone.
        local trace = assert(fl.traces.new { slots = 4, rate = { ["phone->edge"] = { 1, 0.1, 0.1, 1 } } })
        local result = assert(fl.online {
            instance = two_ways(), trace = trace, penalty = 100,
            policies = { "static", "replan", "stale:k=2", "fixed-best-in-hindsight" },
        })
        local found = by_policy(result)
        near(found.clairvoyant.cost, 4 + 10 + 10 + 4)
        near(found.static.cost, 4 + 104 + 104 + 4)
        near(found.replan.cost, 4 + 104 + 10 + 10) -- sees the slot before
        near(found["stale:k=2"].cost, 4 + 104 + 10 + 10)
        near(found["fixed-best-in-hindsight"].cost, 40)
        assert.equal(0.5, found.static.missed)
        assert.equal(0.5, found.static.late)
        assert.equal(0, found.static.inaccurate)
        assert.equal(2, found.clairvoyant.changes)
        near(found.static.latency, (0.5 + 4.1 + 4.1 + 0.5) / 4)
        near(found.static.regret, 188)
        near(by_policy(result, { against = "fixed-best-in-hindsight" }).static.regret, 176)
    end)

    it("miss the deadline when that is cheaper than keeping it", function()
        local trace = assert(fl.traces.new { slots = 2, rate = { ["phone->edge"] = 0.1 } })
        local found = by_policy(assert(fl.online {
            instance = two_ways(), trace = trace, penalty = 5, policies = { "replan" },
        }))
        near(found.clairvoyant.cost, 9 * 2)
        assert.equal(1, found.clairvoyant.missed)
        near(found.replan.cost, 9 * 2)
    end)

    it("take the cheapest plan when nothing is in time", function()
        local trace = assert(fl.traces.new { slots = 1, speed = { ["*"] = 0.01 }, rate = { ["*"] = 0.01 } })
        local found = by_policy(assert(fl.online { instance = two_ways(), trace = trace, penalty = 5 }))
        near(found.clairvoyant.cost, 400 + 5)
    end)

    it("weigh slots by their arrivals and skip empty ones", function()
        local trace = assert(fl.traces.new {
            slots = 3, arrivals = { 2, 0, 1 }, rate = { ["phone->edge"] = { 1, 1, 0.1 } },
        })
        local found = by_policy(assert(fl.online {
            instance = two_ways(), trace = trace, penalty = 100, delay = 0, policies = { "static", "replan" },
        }))
        near(found.static.cost, 2 * 4 + 104)
        near(found.static.missed, 1 / 3)
        near(found.replan.energy, (2 * 4 + 10) / 3)
    end)

    it("keep the deadline on average with drift plus penalty", function()
        local trace = assert(fl.traces.new { slots = 2000, rate = { ["phone->edge"] = 0.2 } })
        -- 2.1 s and 4 J over the link, 1 s and 10 J on the phone: the deadline of 1.5 s is met by turns.
        local found = by_policy(assert(fl.online {
            instance = two_ways(), trace = trace, policies = { "dpp:v=5" },
        }))
        local row = found["dpp:v=5"]
        assert(row.latency <= 1.5 * 1.02, row.latency)
        assert(math.abs(row.energy - (10 - 6 * 0.5 / 1.1)) <= 0.1, row.energy)
    end)

    it("keep the accuracy on average when drift plus penalty is told so", function()
        local inst = two_ways {
            deadline = 10, accuracy = 0.8, blocks = { { ops = 10 }, { ops = 10 } },
            exits = { { after = 1, accuracy = 0.7 }, { after = 2, accuracy = 0.9 } },
        }
        local trace = assert(fl.traces.new { slots = 2000 })
        local found = by_policy(assert(fl.online {
            instance = inst, trace = trace,
            policies = { { "dpp", accuracy = "mean", name = "mean" }, { "dpp", name = "always" } },
        }))
        assert(math.abs(found.mean.accuracy - 0.8) <= 0.01, found.mean.accuracy)
        assert(math.abs(found.mean.inaccurate - 0.5) <= 0.05, found.mean.inaccurate)
        assert.equal(0, found.always.inaccurate)
        assert(found.mean.energy < found.always.energy)
    end)
end)

describe("policies over drawn traces", function()
    local SLOTS = 300
    local seeds = { 1, 2, 3 }

    local function run(description)
        description.instance = description.instance or alexnet()
        description.trace = description.trace or function(seed) return lively(seed, SLOTS) end
        description.seeds = seeds
        return assert(fl.online(description))
    end

    it("never have a negative regret, at no slot and for no seed", function()
        local result = run {}
        local unit = result.curves.clairvoyant[1][#result.points]
        for policy, curves in pairs(result.curves) do
            for s, curve in ipairs(curves) do
                local before = 0
                for i, cost in ipairs(curve) do
                    local regret = cost - result.curves.clairvoyant[s][i]
                    assert(regret >= before - 1e-9 * unit,
                        ("%s, seed %d, slot %d"):format(policy, seeds[s], result.points[i]))
                    before = regret
                end
            end
        end
        local found = by_policy(result)
        assert(found.static.regret > 0 and found.replan.regret > 0)
    end)

    it("have no plan that is in time and cheaper than the clairvoyant's, in any slot", function()
        local best, seen = {}, 0
        run {
            policies = { "clairvoyant", "static", "replan", "stale", "autoscale", "ans", "dpp" },
            each = function(policy, seed, outcome)
                local key = seed .. ":" .. outcome.slot
                if policy == "clairvoyant" then best[key] = { outcome.energy, outcome.met } end
                if policy ~= "clairvoyant" and outcome.met then
                    seen = seen + 1
                    assert(best[key][2], key .. ": the clairvoyant is late, " .. policy .. " is not")
                    assert(outcome.energy >= best[key][1] * (1 - 1e-9), policy .. " at " .. key)
                end
            end,
        }
        assert(seen > 1000, seen)
    end)

    it("agree where they are the same", function()
        local result = run {
            policies = { "replan", "stale:k=1", { "stale", k = 1000000, name = "for ever" }, "static" },
        }
        assert.same(result.curves.replan, result.curves["stale:k=1"])
        assert.same(result.curves.static, result.curves["for ever"]) -- sees the nominal state first
        local now = run { policies = { "replan" }, delay = 0 }
        assert.same(now.curves.clairvoyant, now.curves.replan)
    end)

    it("are the same for the same seeds, whichever policies play beside them", function()
        local one, two = run {}, run {}
        local alone = run { policies = { "autoscale" } }
        assert.same(one.curves, two.curves)
        assert.same(one.curves.autoscale, alone.curves.autoscale)
        assert.equal(one:summary { times = false }:csv(), two:summary { times = false }:csv())
        assert.equal(one:regret():csv(), two:regret():csv())
        assert.is_nil(one:summary({ times = false }):csv():find("seconds"))
        assert.not_same(one.curves.static[1], one.curves.static[2])
    end)

    it("have no fixed plan better than the best in hindsight", function()
        for _, limit in ipairs { 1000, 1 } do -- all plans; those that are best somewhere
            local result = run {
                policies = { { "fixed-best-in-hindsight", plans = limit }, "static",
                    { name = "phone", new = function(world)
                        local plan = world:on_device()
                        return { decide = function() return plan end }
                    end } },
            }
            for s = 1, #seeds do
                local last = #result.points
                local hindsight = result.curves["fixed-best-in-hindsight"][s][last]
                assert(hindsight <= result.curves.static[s][last] * (1 + 1e-9))
                assert(hindsight <= result.curves.phone[s][last] * (1 + 1e-9))
            end
            assert.equal(limit == 1000, result.records[1].complete)
        end
    end)

    it("find the best fixed plan as trying each of them does", function()
        local inst, trace = alexnet(), lively(4, 60)
        local states, arrivals = trace:states(inst)
        local least = math.huge
        for _, point in ipairs(inst:with({ deadline = 1e3 }):frontier()) do
            local cost = 0
            for t, state in ipairs(states) do
                local slot = assert(inst:drift {
                    nodes = { mobile = state[1], edge = state[2], cloud = state[3] },
                    links = { state[4], state[5], state[6] },
                })
                local verdict = slot:evaluate(point.plan)
                cost = cost + arrivals[t] * (verdict.energy + (verdict.feasible and 0 or 1))
            end
            least = math.min(least, cost)
        end
        local found = by_policy(assert(fl.online {
            instance = inst, trace = trace, penalty = 1, policies = { "fixed-best-in-hindsight" },
        }))
        -- the frontier has plans that no other beats nominally; the best of all plans is no dearer
        assert(found["fixed-best-in-hindsight"].cost <= least * (1 + 1e-9))
    end)

    it("learn: what is learned beats what was planned before", function()
        local trace = assert(fl.traces.new { slots = 3000, rate = { ["phone->edge"] = 0.1 } })
        local found = by_policy(assert(fl.online {
            instance = two_ways(), trace = trace, penalty = 20, policies = { "static", "autoscale", "ans" },
        }))
        assert(found.autoscale.cost < 0.7 * found.static.cost, found.autoscale.cost)
        assert(found.ans.cost < 0.7 * found.static.cost, found.ans.cost)
        assert(found.autoscale.regret > 0 and found.ans.regret > 0) -- they pay for exploring
    end)

    it("may be one's own", function()
        local states, outcomes = {}, 0
        local result = run {
            policies = {
                {
                    name = "mine",
                    new = function(world)
                        assert.is_nil(world.future)
                        assert.same({ "speed:mobile", "speed:edge", "speed:cloud" },
                            table.move(world.names, 1, 3, 1, {}))
                        return {
                            decide = function(_, seen)
                                table.insert(states, seen.state)
                                return world:describe(world:best(seen.state))
                            end,
                            learn = function(_, outcome) outcomes = outcomes + (outcome.plan and 1 or 0) end,
                        }
                    end,
                },
                "replan",
            },
        }
        assert.same(result.curves.replan, result.curves.mine)
        assert.equal(#states, outcomes)
    end)

    it("draw regret curves with bands around the mean", function()
        local result = run { policies = { "static" } }
        local rows = result:regret():filter({ policy = "static" }).rows
        assert.equal(100, #rows)
        assert.equal(SLOTS, rows[100].slot)
        for _, row in ipairs(rows) do assert(row.low <= row.mean and row.mean <= row.high) end
        assert(rows[100].low < rows[100].high)
        local script = result:plot({ title = "regret" }):script("x.svg")
        assert.is_truthy(script:find("filledcurves", 1, true))
        assert.is_truthy(script:find("'static'", 1, true))
        assert.is_nil(script:find("'clairvoyant'", 1, true))
    end)

    it("run on drawn instances of every kind", function()
        local played = 0
        for seed = 1, 60 do
            local inst = assert(fl.generate { seed = seed })
            local trace = assert(fl.traces.new {
                slots = 20, seed = seed, speed = { ["*"] = fl.traces.walk() },
                rate = { ["*"] = fl.traces.markov() },
            })
            local result, message, code = fl.online { instance = inst, trace = trace }
            if result then
                played = played + 1
                for policy, curves in pairs(result.curves) do
                    local last = #result.points
                    local most = result.curves.clairvoyant[1][last] * (1 - 1e-9)
                    assert(curves[1][last] >= most, ("seed %d: %s"):format(seed, policy))
                end
            else
                assert(code == "invalid" or code == "unsupported", ("seed %d: %s"):format(seed, message))
            end
        end
        assert(played > 10, played)
    end)

    it("play thousands of slots, and say how long a decision takes", function()
        local result = assert(fl.online { instance = alexnet(), trace = lively(1, 5000) })
        for _, record in ipairs(result.records) do
            assert(record.seconds >= 0 and record.worst_seconds >= record.seconds, record.policy)
            assert(record.slots > 3000, record.slots)
        end
    end)
end)

describe("online", function()
    it("says what is wrong with what it is given", function()
        local trace = assert(fl.traces.new { slots = 2 })
        local function complaint(change)
            local description = { instance = two_ways(), trace = trace }
            for key, value in pairs(change) do description[key] = value end
            local result, message, code = fl.online(description)
            assert.is_nil(result)
            return message, code
        end
        local message, code = complaint { policies = { "nobody" } }
        assert.is_truthy(message:find('there is no "nobody"; there are static, replan', 1, true))
        assert.equal("invalid", code)
        assert.equal('policy stale: there is no option "age"', (complaint { policies = { "stale:age=1" } }))
        assert.equal("policy stale: k is out of range", (complaint { policies = { "stale:k=0" } }))
        assert.equal("policy stale: k must be a number", (complaint { policies = { "stale:k=old" } }))
        assert.equal('policy ans: goal cannot be "speed"', (complaint { policies = { "ans:goal=speed" } }))
        assert.equal("policy stale: is there already", (complaint { policies = { "stale", "stale" } }))
        assert.equal('policy stale: "k" should read option=value', (complaint { policies = { "stale:k" } }))
        assert.equal("trace: speed:moon: the instance has no such part", (complaint {
            trace = assert(fl.traces.new { slots = 1, speed = { moon = 1 } }),
        }))
        message, code = complaint { instance = assert(fl.generate { seed = 1, apps = 2, tight = "loose" }) }
        assert.is_truthy(message:find("only one application", 1, true))
        assert.equal("unsupported", code)
        message, code = complaint { instance = two_ways { accuracy = 0.95 } }
        assert.equal("there is no plan, whatever the deadline", message)
        assert.equal("invalid", code)
        assert.has_error(function() fl.online { instance = two_ways(), trace = trace, slots = 3 } end)
        assert.has_error(function() fl.online { instance = two_ways(), trace = trace, delay = -1 } end)
        assert.has_error(function() fl.online { instance = two_ways(), trace = trace, penalty = -1 } end)
    end)

    it("refuses a policy's plan that is none", function()
        local function with(plan)
            return function()
                fl.online {
                    instance = two_ways(), trace = assert(fl.traces.new { slots = 1 }),
                    policies = { { name = "mad", new = function()
                        return { decide = function() return plan end }
                    end } },
                }
            end
        end
        assert.error_matches(with { { exit = 7, nodes = { "phone" } } }, "exit")
        assert.error_matches(with { { exit = 1, nodes = { "moon" } } }, "moon")
        assert.error_matches(with(99), "no such plan")
    end)

    it("stops where a capacity comes to bind", function()
        local inst = assert(fl.instance {
            system = { nodes = { { name = "phone", speed = 10, power = 1, capacity = 15 } } },
            apps = { { source = "phone", deadline = 2, blocks = { { ops = 10 } },
                exits = { { after = 1, accuracy = 1 } } } },
        })
        local function play(arrivals)
            local trace = assert(fl.traces.new { slots = 2, arrivals = arrivals })
            return fl.online { instance = inst, trace = trace }
        end
        assert(play { 1, 1.5 })
        local result, message, code = play { 1, 2 }
        assert.is_nil(result)
        assert.equal("trace: slot 2: a capacity binds in this slot", message)
        assert.equal("unsupported", code)
    end)
end)
