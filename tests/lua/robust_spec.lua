-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

--- B-AlexNet on three tiers with 0.5 Gbit/s up, the deadline in s.
local function alexnet(deadline)
    local inst = assert(fl.instance {
        system = fl.systems.three_tier { links = "bottleneck" },
        apps = { {
            model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = deadline, accuracy = 0.8,
        } },
    })
    return assert(inst:drift { links = 5 })
end

local SLOW = { nodes = { mobile = 0.8, edge = 0.7, cloud = 0.6 }, links = 0.5 }

--- SLOW with a budget.
local function at_most(budget)
    return { nodes = SLOW.nodes, links = SLOW.links, budget = budget }
end

describe("inst:robust", function()
    it("answers what exact does when nothing or everything may be slow", function()
        local inst = alexnet(8e-3)
        local nominal, none = inst:solve "exact", assert(inst:robust(at_most(0)))
        assert.equal("optimal", none.status)
        assert.near(nominal.energy, none.energy, 1e-9 * nominal.energy)
        local slow = assert(inst:drift { nodes = SLOW.nodes, powers = SLOW.nodes, links = SLOW.links })
        local worst, all = slow:solve "exact", assert(inst:robust(SLOW))
        assert.equal(worst.status, all.status)
        assert.near(worst.energy, all.energy, 1e-9 * worst.energy)
        assert.near(worst.latency, all.worst_latency, 1e-9 * worst.latency)
    end)

    it("costs more the more may be slow at once, and every plan is in time at its worst", function()
        local inst, before, steps = alexnet(8e-3), 0, 0
        for budget = 0, 6 do
            local found = assert(inst:robust(at_most(budget)))
            assert.equal("optimal", found.status)
            assert.is_true(found.energy >= before * (1 - 1e-9))
            assert.is_true(found.worst_latency <= 8e-3 * (1 + 1e-9))
            assert.is_true(#found.slow <= budget)
            local worst = assert(inst:slowest(found, at_most(budget)))
            assert.is_true(worst.feasible)
            assert.equal(found.worst_latency, worst.latency)
            assert.same(found.slow, worst.slow)
            if found.energy > before * (1 + 1e-9) then steps = steps + 1 end
            before = found.energy
        end
        assert.equal(3, steps)
    end)

    it("agrees with a search through all plans", function()
        local inst = alexnet(8e-3)
        local names, best = { "mobile", "edge", "cloud" }, math.huge
        local function try(nodes)
            if #nodes < 5 then
                for _, name in ipairs(names) do
                    local more = table.move(nodes, 1, #nodes, 1, {})
                    more[#more + 1] = name
                    try(more)
                end
                return
            end
            local plan = { { exit = 3, nodes = nodes } }
            local nominal = inst:evaluate(plan)
            if not nominal.energy or not nominal.feasible then return end
            if assert(inst:slowest(plan, at_most(2))).feasible then best = math.min(best, nominal.energy) end
        end
        try { "mobile" }
        local found = assert(inst:robust(at_most(2)))
        assert.near(best, found.energy, 1e-9 * best)
    end)

    it("says what is infeasible and what a limit left open", function()
        assert.equal("infeasible", assert(alexnet(1e-3):robust(SLOW)).status)
        local stopped = assert(alexnet(8e-3):robust { links = 0.5, budget = 1, time_limit = 1e-9 })
        assert.equal("unknown", stopped.status)
        assert.equal("time", stopped.stop)
    end)

    it("names the option that is wrong", function()
        local function refusal(options)
            local found, message, code = alexnet(8e-3):robust(options)
            assert.is_nil(found)
            assert.equal("invalid", code)
            return message
        end
        assert.matches("^nodes: ", refusal { nodes = { nobody = 0.5 } })
        assert.matches("^nodes: must be factors above 0 and up to 1", refusal { nodes = { edge = 2 } })
        assert.matches("^links: ", refusal { links = { 0.5 } })
        assert.matches("^budget: ", refusal { budget = -1 })
        assert.matches("^budget: must be a whole number", refusal { budget = 0.5 })
        assert.matches("^time_limit: ", refusal { time_limit = "long" })
        assert.matches("^node: ", refusal { node = {} })
        local two = assert(fl.generate { seed = 1, apps = 2 })
        assert.equal("unsupported", select(3, two:robust {}))
        assert.equal("unsupported", select(3, two:slowest({}, {})))
        assert.has_error(function() two:robust() end)
    end)
end)
