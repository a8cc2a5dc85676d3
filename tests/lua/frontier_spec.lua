-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

local function published()
    return assert(fl.instance {
        system = fl.systems.three_tier(),
        apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 15e-3 } },
    })
end

local function run(arguments)
    local pipe = assert(io.popen(("%s %s 2>&1"):format(os.getenv "FINLAB", arguments)))
    local text = pipe:read "a"
    local _, _, code = pipe:close()
    return text, code
end

describe("inst:frontier", function()
    it("has the optimum for every deadline and target as a point", function()
        local inst = published()
        local points = assert(inst:frontier())
        assert.is_true(points.complete)
        assert.equal("done", points.stop)
        for _, deadline in ipairs(fl.range(3e-3, 15e-3, 1e-3)) do
            for _, accuracy in ipairs(fl.range(0.1, 0.85, 0.05)) do
                local asked = assert(inst:with { deadline = deadline, accuracy = accuracy })
                local opt = assert(asked:solve "exact")
                local best = math.huge
                for _, point in ipairs(points) do
                    if point.latency <= deadline and point.accuracy >= accuracy then
                        best = math.min(best, point.energy)
                    end
                end
                assert.near(opt.energy, best, 1e-12 * opt.energy)
            end
        end
    end)

    it("rises in latency, and its plans are judged as they are listed", function()
        local inst = published()
        local points = assert(inst:frontier())
        assert.is_true(#points > 5)
        for i, point in ipairs(points) do
            local verdict = assert(inst:evaluate(point.plan))
            assert.is_true(verdict.feasible)
            assert.equal(point.energy, verdict.energy)
            assert.equal(point.latency, verdict.latency)
            assert.is_true(i == 1 or points[i - 1].latency <= point.latency)
        end
    end)

    it("falls in energy when only the curve is asked for", function()
        local points = assert(published():frontier { curve = true })
        for i = 2, #points do assert.is_true(points[i].energy < points[i - 1].energy) end
    end)

    it("is empty when no plan is feasible", function()
        local points = assert(assert(published():with { deadline = 1e-6 }):frontier())
        assert.is_true(points.complete)
        assert.equal(0, #points)
    end)

    it("stopped by a limit has the plans known by then and a bound", function()
        local inst = assert(fl.generate { seed = 1, blocks = 30, nodes = 20, plain = true, tight = "loose" })
        local best = assert(inst:solve "exact")
        local points = assert(inst:frontier { memory = 1e5 })
        assert.is_false(points.complete)
        assert.equal("memory", points.stop)
        assert.is_true(#points > 0)
        assert.is_true(points.bound > 0 and points.bound <= best.energy)
        for _, point in ipairs(points) do assert.is_true(inst:evaluate(point.plan).feasible) end
        points = assert(inst:frontier { time_limit = 1e-9 })
        assert.is_false(points.complete)
        assert.equal("time", points.stop)
    end)

    it("has the least energy as its bound when it is whole", function()
        local points = assert(published():frontier())
        local least = math.huge
        for _, point in ipairs(points) do least = math.min(least, point.energy) end
        assert.equal(least, points.bound)
    end)

    it("refuses options it does not know", function()
        local points, message, code = published():frontier { gamma = 3 }
        assert.is_nil(points)
        assert.matches("gamma", message)
        assert.equal("invalid", code)
    end)
end)

describe("inst:fin_curve", function()
    it("has what fin answers for each deadline", function()
        local inst = assert(published():with { accuracy = 0.8 })
        local points = assert(inst:fin_curve(30))
        assert.is_true(#points > 10)
        for _, point in ipairs(points) do
            local gamma = math.floor(30 * point.deadline / 15e-3 + 0.5)
            local fin = assert(inst:with { deadline = point.deadline }):solve("fin", { gamma = gamma })
            assert.near(fin.energy, point.energy, 1e-12 * fin.energy)
        end
    end)

    it("raises on a gamma out of range", function()
        assert.has_error(function() published():fin_curve(0) end)
    end)
end)

describe("finlab frontier", function()
    local path = os.tmpname()
    lazy_setup(function() assert(published():write(path .. ".json")) end)
    lazy_teardown(function()
        os.remove(path)
        os.remove(path .. ".json")
    end)

    it("lists the points", function()
        local text, code = run("frontier " .. path .. ".json")
        assert.equal(0, code or 0)
        assert.matches("latency %(ms%)", text)
        assert.matches("mobile", text)
    end)

    it("says what a limit leaves open", function()
        local text, code = run("frontier --memory 1 " .. path .. ".json")
        assert.equal(0, code or 0)
        assert.matches("stopped %(memory%): points are missing, no plan costs less than [%d.]+ mJ", text)
        text = run("frontier --json --memory 1 " .. path .. ".json")
        assert.matches('"complete": false', text)
        assert.matches('"bound": ', text)
    end)

    it("prints one line of JSON", function()
        local text = run("frontier --json " .. path .. ".json")
        assert.matches('^{"complete": true', text)
        assert.equal(1, select(2, text:gsub("\n", "")))
    end)
end)

describe("inst:solve with k", function()
    it("lists the k best plans in order, the best first", function()
        local result = assert(published():solve("exact", { k = 10 }))
        assert.equal(10, #result.alternatives)
        assert.equal(result.energy, result.alternatives[1].energy)
        for i = 2, 10 do
            assert.is_true(result.alternatives[i - 1].energy <= result.alternatives[i].energy)
        end
    end)

    it("has no alternatives without k", function()
        assert.is_nil(assert(published():solve "exact").alternatives)
    end)
end)
