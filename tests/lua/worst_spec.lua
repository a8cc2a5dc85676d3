-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

local function search(options)
    local worst, message = fl.worst(options)
    return assert(worst, message)
end

describe("fl.worst", function()
    it("finds the same instance for the same seed and another for another", function()
        local function find(seed)
            local worst = search { method = "mcp", seed = seed, evaluations = 150 }
            return worst.instance:json(), worst.gap
        end
        local text, gap = find(1)
        local again, same = find(1)
        assert.equal(text, again)
        assert.equal(gap, same)
        assert.is_not.equal(text, (find(2)))
    end)

    it("says what the methods say of its instance", function()
        local worst = search { method = "fin:gamma=10", evaluations = 200 }
        local fin, exact = worst.instance:solve "fin:gamma=10", worst.instance:solve "exact"
        assert.equal(fin.energy, worst.result.energy)
        assert.equal(exact.energy, worst.reference.energy)
        assert.equal(fl.gap(fin, exact), worst.gap)
        assert.equal("evaluations", worst.stop)
        assert.equal(200, worst.evaluations)
    end)

    it("climbs: more evaluations never find less, and many find more than the starts alone", function()
        local before = 0
        for _, evaluations in ipairs { 20, 100, 500 } do
            local gap = search({ method = "greedy", evaluations = evaluations }).gap
            assert.is_true(gap >= before)
            before = gap
        end
        local drawn = search { method = "greedy", evaluations = 500, patience = 1 } -- a new start each time
        assert.is_true(before > drawn.gap, ("%g, drawn %g"):format(before, drawn.gap))
    end)

    it("finds no gap of an exact method", function()
        assert.near(0, search({ method = "certify", evaluations = 100 }).gap, 1e-9)
    end)

    it("compares with any method", function()
        local worst = search { method = "exact", against = "mcp", evaluations = 100 }
        assert.is_true(worst.gap <= 0)
    end)

    it("stays within the ranges", function()
        local ranges = {
            nodes = 3, blocks = { 4, 5 }, exits = { 2, 2 }, speed = { 1e10, 2e10 }, power = 5,
            share = { 0.1, 0.5 }, input_bits = { 0, 1e6 }, delay = { 1e-5, 1e-4 },
            slack = { 1.5, 2 }, tier = 1,
        }
        for seed = 1, 10 do
            local worst = search { method = "cheapest", ranges = ranges, seed = seed, evaluations = 60 }
            if worst.instance then
                local drawn = worst.instance:table()
                local app = drawn.apps[1]
                assert.equal(3, #drawn.system.nodes)
                assert.equal(6, #drawn.system.links)
                assert.is_true(#app.blocks == 4 or #app.blocks == 5)
                assert.equal(2, #app.exits)
                assert.equal(#app.blocks, app.exits[2].after)
                assert.is_true(app.exits[1].share >= 0.1 and app.exits[1].share <= 0.5)
                assert.is_true(app.input_bits == nil or app.input_bits <= 1e6)
                for n, node in ipairs(drawn.system.nodes) do
                    assert.is_true(node.speed >= 1e10 and node.speed <= 2e10 and node.power == 5)
                    assert.equal(n > 1 and 1 or 0, node.tier or 0)
                end
                for _, link in ipairs(drawn.system.links) do
                    assert.is_true(link.delay >= 1e-5 and link.delay <= 1e-4)
                end
                local least = worst.instance:solve("fastest").latency
                assert.is_true(app.deadline >= 1.5 * least * (1 - 1e-12))
                assert.is_true(app.deadline <= 2 * least * (1 + 1e-12))
            end
        end
    end)

    it("counts the instances on which the method has no plan, which have no gap", function()
        local worst = search { method = "fin:gamma=3", evaluations = 100, ranges = { slack = 1.01 } }
        assert.is_true(worst.no_plan > 0 and worst.no_plan < 100, worst.no_plan)
    end)

    it("keeps the worst instance as a file", function()
        local path = os.tmpname()
        local worst = search { method = "mcp", evaluations = 60, path = path .. ".json" }
        local kept = assert(fl.load(path .. ".json"))
        assert.equal(worst.instance:json(), kept:json())
        os.remove(path)
        os.remove(path .. ".json")
        local nowhere = { method = "mcp", evaluations = 60, path = "/dev/null/x.json" }
        local refused, message, code = fl.worst(nowhere)
        assert.is_nil(refused)
        assert.equal("string", type(message))
        assert.equal("io", code)
    end)

    it("ends when time is up", function()
        local worst = search { method = "mcp", evaluations = 100000000, seconds = 0.2 }
        assert.equal("seconds", worst.stop)
        assert.is_true(worst.seconds < 10)
    end)

    it("names what is wrong", function()
        local function refusal(options)
            local worst, message, code = fl.worst(options)
            assert.is_nil(worst)
            assert.equal("invalid", code)
            return message
        end
        assert.equal("worst: method is missing", refusal {})
        assert.equal("worst: colour cannot be red", refusal { method = "mcp", colour = "red" })
        assert.equal("worst: seed cannot be 1.5", refusal { method = "mcp", seed = 1.5 })
        assert.equal("worst: evaluations cannot be 0", refusal { method = "mcp", evaluations = 0 })
        assert.equal("ranges.colour: is no quantity", refusal { method = "mcp", ranges = { colour = 1 } })
        assert.equal("ranges.speed: must ascend", refusal { method = "mcp", ranges = { speed = { 2, 1 } } })
        assert.equal("ranges.speed: is too small", refusal { method = "mcp", ranges = { speed = { 0, 1 } } })
        assert.equal("ranges.nodes: must be whole numbers",
            refusal { method = "mcp", ranges = { nodes = 2.5 } })
        assert.equal("ranges.share: must be at most 1", refusal { method = "mcp", ranges = { share = 2 } })
        assert.equal("ranges.power: must be a number or {least, most}",
            refusal { method = "mcp", ranges = { power = { 1 } } })
        assert.matches("nope", refusal { method = "nope" }, 1, true)
        assert.has_error(function() fl.worst(1) end)
    end)
end)
