-- SPDX-License-Identifier: GPL-3.0-or-later
-- Codings, optional exits, thresholds and costs of runs, from Lua.
local fl = require "finlab"

--- A camera that can only be in time when it sends little, and only accurate enough at threshold "strict".
local function camera(changes)
    local app = {
        name = "camera", source = "mobile", deadline = 0.02, accuracy = 0.75, input_bits = 1e7,
        input_codings = { { name = "raw", bits = 1e7 }, { name = "jpeg", bits = 1e6, loss = 0.02 } },
        blocks = {
            { ops = 1e9, out_bits = 8e6, pack = { mobile = 1e-3 }, unpack = { edge = 1e-3 } }, { ops = 1e9 },
        },
        exits = {
            { after = 1, accuracy = 0.3, share = 0.5, optional = true }, { after = 2, accuracy = 0.8 },
        },
        thresholds = { { name = "strict", shares = { 0.1, 0 }, accuracies = { 0.7, 0.8 } } },
        segments = {
            edge = { { first = 1, last = 1, time = 1e-3 }, { first = 1, last = 2, time = 1.5e-3 } },
        },
    }
    for field, value in pairs(changes or {}) do app[field] = value end
    return assert(fl.instance {
        system = {
            nodes = {
                { name = "mobile", speed = 1e10, power = 5 }, { name = "edge", speed = 1e12, power = 50 },
            },
            links = { { from = "mobile", to = "edge", rate = 1e8 } },
        },
        apps = { app },
    })
end

describe("choices", function()
    it("are made by exact, named in its plan, and judged alike", function()
        local inst = camera()
        local best = assert(inst:solve "exact")
        assert.equal("optimal", best.status)
        local plan = best.plan[1]
        assert.same({ "jpeg", "" }, plan.codings)
        assert.equal("strict", plan.threshold)
        local verdict = assert(inst:evaluate(best.plan))
        assert.is_true(verdict.feasible)
        assert.equal(best.energy, verdict.energy)
        local kept = 0.1 * 0.7 + 0.9 * 0.8 - 0.02
        assert.is_true(math.abs(verdict.accuracy - kept) < 1e-12)
        local off = { exit = 2, nodes = plan.nodes, codings = plan.codings, off = { 1 } }
        local other = assert(inst:evaluate { off })
        assert.is_true(math.abs(other.accuracy - 0.78) < 1e-12)
        assert.is_true(math.abs(other.latency - (1e6 / 1e8 + 1.5e-3)) < 1e-12)
    end)

    it("survive the table and JSON", function()
        for seed = 1, 20 do
            local inst = assert(fl.generate { seed = seed, codings = true, optional = true, thresholds = true,
                segments = true, serial = true })
            assert.equal(inst:json(), assert(fl.instance(inst:table())):json())
        end
    end)

    it("are refused where they mean nothing, at their place", function()
        local inst = camera()
        local nodes = { "mobile", "mobile" }
        local said, message = inst:evaluate { { exit = 2, nodes = nodes, codings = { "jpeg", "" } } }
        assert.is_nil(said)
        assert.is_truthy(message:find("%[1%]%.codings%[1%]: nothing is sent here"))
        said, message = inst:evaluate { { exit = 2, nodes = nodes, off = { 2 } } }
        assert.is_nil(said)
        assert.is_truthy(message:find("%[1%]%.off%[1%]: must be an exit before the final one"))
    end)

    it("are known to who honours them; others answer without, and prove nothing", function()
        local inst = camera()
        for _, method in ipairs(fl.methods()) do
            local knows = table.concat(method.honours, " "):find("choices", 1, true) ~= nil
            if method.name == "exact" then assert.is_true(knows) end
            local result = method.name ~= "released" and assert(inst:solve(method.name))
            if result and not knows then
                assert.is_true(result.status == "unknown" or result.status == "feasible", method.name)
                assert.is_nil(result.bound, method.name)
            end
        end
    end)

    it("are left out of FIN's graph", function()
        local grown = camera()
        local plain = grown:table()
        local app = plain.apps[1]
        app.input_codings, app.thresholds, app.segments, app.exits[1].optional = nil, nil, nil, nil
        app.blocks[1].pack, app.blocks[1].unpack = nil, nil
        app.blocks[1].time = { edge = 1e-3 }
        assert.equal(assert(fl.graph(assert(fl.instance(plain)))):dot(), assert(fl.graph(grown)):dot())
    end)

    it("are on the frontier, whose cheapest plan is the optimum", function()
        local grown = camera()
        local frontier = assert(grown:frontier())
        local best, least = assert(grown:solve "exact"), math.huge
        assert.is_true(frontier.complete)
        for _, point in ipairs(frontier) do
            assert.is_true(assert(grown:evaluate(point.plan)).feasible)
            least = math.min(least, point.energy)
        end
        assert.near(best.energy, least, 1e-9 * best.energy)
        assert.near(best.energy, frontier.bound, 1e-9 * best.energy)
    end)

    it("are explained: with the least deadline that is named there is a plan, not with less", function()
        local hurried = assert(camera():with { deadline = 1e-6 })
        local said = assert(hurried:explain "exact")
        assert.equal("infeasible", said.status)
        local deadline = said.limits[1]
        assert.equal("least", deadline.verdict)
        assert.near(said.apps[1].least_deadline, deadline.enough, 1e-9 * deadline.enough)
        assert.equal("optimal", hurried:with({ deadline = deadline.enough }):solve("exact").status)
        assert.equal("infeasible", hurried:with({ deadline = deadline.not_enough }):solve("exact").status)
    end)
end)
