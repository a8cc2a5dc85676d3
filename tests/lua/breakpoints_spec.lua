-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

--- B-AlexNet on three tiers, the cloud behind the edge only; the deadline in s.
local function alexnet(deadline)
    local system = fl.systems.three_tier { links = "bottleneck" }
    table.remove(system.links, 2)
    return assert(fl.instance {
        system = system,
        apps = { {
            model = fl.models.b_alexnet "cifar10", source = "mobile",
            deadline = deadline or 3e-3, accuracy = 0.8,
        } },
    })
end

local UPLINK, RATES = { "mobile", "edge" }, { 1e7, 1e12 } -- bit/s

--- The instance with the rate of the link from mobile to edge at `rate` bit/s.
local function at_rate(inst, rate)
    local description = inst:table()
    for _, link in ipairs(description.system.links) do
        if link.from == "mobile" and link.to == "edge" then link.rate = rate end
    end
    return assert(fl.instance(description))
end

describe("inst:breakpoints", function()
    it("says where the plan of least energy changes with a link's rate, as a scan of solves does", function()
        local inst = alexnet()
        local pieces = assert(inst:breakpoints { link = UPLINK, rate = RATES })
        assert.is_true(pieces.complete and #pieces > 5)
        assert.equal(#pieces, pieces.solves)
        assert.equal("done", pieces.stop)
        assert.equal("exact", pieces.method)
        assert.equal(1e7, pieces[1].low)
        assert.equal(1e12, pieces[#pieces].high)
        local at = 1
        for i = 0, 200 do
            local rate = 1e7 * 1e5 ^ (i / 200)
            while at < #pieces and pieces[at].high <= rate do at = at + 1 end
            local solved = at_rate(inst, rate):solve "exact"
            assert.equal(pieces[at].status, solved.status)
            if solved.energy then assert.near(solved.energy, pieces[at].energy, 1e-8 * solved.energy) end
        end
    end)

    it("is exact: the plan is in time at the low end of its piece and late just below", function()
        local inst = alexnet()
        local pieces = assert(inst:breakpoints { link = UPLINK, rate = RATES })
        for i = 2, #pieces do
            local piece = pieces[i]
            assert.equal(piece.low, pieces[i - 1].high)
            assert.is_true(at_rate(inst, piece.low):evaluate(piece.plan).feasible)
            assert.is_false(at_rate(inst, piece.low * (1 - 1e-6)):evaluate(piece.plan).feasible)
            assert.is_true(not pieces[i - 1].energy or pieces[i - 1].energy > piece.energy)
        end
    end)

    it("takes all links and nodes by one factor", function()
        local inst = alexnet()
        local pieces = assert(inst:breakpoints { links = "all", nodes = { "edge" }, factor = { 0.1, 10 } })
        for _, piece in ipairs(pieces) do
            local middle = math.sqrt(piece.low * piece.high)
            local solved = assert(inst:drift { links = middle, nodes = { edge = middle } }):solve "exact"
            assert.equal(piece.status, solved.status)
            if solved.energy then
                assert.near(solved.energy, assert(inst:drift { links = middle, nodes = { edge = middle } })
                    :evaluate(piece.plan).energy, 1e-8 * solved.energy)
            end
        end
    end)

    it("finds the fastest plans whatever the deadline", function()
        local inst = alexnet(1e-9)
        local pieces = assert(inst:breakpoints {
            link = UPLINK, rate = RATES, objective = "latency",
        })
        assert.is_true(#pieces > 1)
        for _, piece in ipairs(pieces) do
            local middle = math.sqrt(piece.low * piece.high)
            local there = at_rate(inst, middle)
            local fastest = there:solve "fastest"
            local latency = there:evaluate(piece.plan).latency
            assert.near((fastest.latency or fastest.candidate.latency), latency, 1e-9 * latency)
        end
    end)

    it("takes several applications with limits to a method that can", function()
        local recipe = { seed = 7, apps = 2, blocks = 3, nodes = 3, binding = true, tight = "loose" }
        local inst = assert(fl.generate(recipe))
        local pieces = assert(inst:breakpoints { links = "all", factor = { 0.2, 5 } })
        assert.is_true(#pieces >= 1)
        for _, piece in ipairs(pieces) do
            local there = assert(inst:drift { links = math.sqrt(piece.low * piece.high) })
            local solved = there:solve(pieces.method)
            assert.equal(piece.status, solved.status)
            if solved.energy then assert.near(solved.energy, piece.energy, 1e-8 * solved.energy) end
        end
    end)

    it("varies a node's speed in op/s", function()
        local inst = alexnet()
        local speed = inst:table().system.nodes[1].speed
        local pieces = assert(inst:breakpoints { node = "mobile", speed = { speed / 4, speed * 4 } })
        assert.equal(speed / 4, pieces[1].low)
        assert.equal(speed * 4, pieces[#pieces].high)
        assert.is_true(pieces[#pieces].energy_high <= pieces[#pieces].energy)
    end)

    it("stops at a time limit and says so", function()
        local pieces = assert(alexnet():breakpoints {
            link = UPLINK, rate = RATES, time_limit = 1e-9,
        })
        assert.is_false(pieces.complete)
        assert.equal("time", pieces.stop)
        assert.equal("unknown", pieces[1].status)
    end)

    it("names the option that is wrong", function()
        local function refusal(options)
            local pieces, message, code = alexnet():breakpoints(options)
            assert.is_nil(pieces)
            assert.equal("invalid", code)
            return message
        end
        assert.matches("^link: is missing", refusal {})
        assert.matches("^link: no link goes there", refusal { link = { "edge", "edge" }, rate = { 1, 2 } })
        assert.matches("^link%[2%]: ", refusal { link = { "mobile", "nobody" }, rate = { 1, 2 } })
        assert.matches("^link: must be a pair", refusal { link = "mobile", rate = { 1, 2 } })
        assert.matches("^links: must be", refusal { links = "some", factor = { 1, 2 } })
        assert.matches("^nodes%[1%]: ", refusal { nodes = { "nobody" }, factor = { 1, 2 } })
        assert.matches("^factor: is missing", refusal { link = UPLINK })
        assert.matches("^rate: must be a range", refusal { link = UPLINK, rate = { 2, 1 } })
        assert.matches("^rate: is the range of one link", refusal { links = "all", rate = { 1, 2 } })
        assert.matches("^speed: is the range of one node", refusal { link = UPLINK, speed = { 1, 2 } })
        assert.matches("^objective: ", refusal { link = UPLINK, rate = { 1, 2 }, objective = "cost" })
        assert.matches("^method: ", refusal { link = UPLINK, rate = { 1, 2 }, method = "fin" })
        assert.matches("^time_limit: ", refusal { link = UPLINK, rate = { 1, 2 }, time_limit = -1 })
        assert.matches("^rates: is no option of breakpoints", refusal { link = UPLINK, rates = { 1, 2 } })
        assert.has_error(function() alexnet():breakpoints() end)
    end)
end)
